//! Others on our terminal: the person's editor and viewer, the clipboard's paste, the mouse, the shell.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::frame::{is_compared, selected_row};
use super::program::{Program, Recorded};

/// Says on the normal screen that it has it, does what it is for, and goes when somebody presses Enter.
fn script(folder: &Path, name: &str, work: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!("#!/bin/sh\n{work}\nprintf '{name} has the terminal\\n'\nread answer\nexit ${{answer:-0}}\n");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The demo with this configuration and these variables, judged, its first diff open.
fn open(folder: &TempDir, configuration: &str, environment: &[(&str, &str)]) -> Program {
    let recorded = Recorded::built_in();
    let file = folder.path().join("config.toml");
    fs::write(&file, configuration).unwrap();
    let mut all = environment.to_vec();
    all.push(("DRIFTLINE_CONFIG", file.to_str().unwrap()));
    let mut program = Program::demo(&recorded, &all, (120, 40));
    program.wait_until_judged(recorded.applications());
    program.send("\r");
    program.wait_for_frame("its diff", |frame| is_compared(frame) && frame.contains("Esc list"));
    program
}

#[test]
fn the_editor_gets_a_copy_and_the_terminal_and_gives_the_terminal_back() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let editor = script(folder.path(), "editor", &format!("cat \"$2\" > {}", told.display()));
    let editor = format!("{} --wait", editor.display());
    let mut program = open(&folder, "", &[("EDITOR", &editor)]);
    program.send("e");
    program.wait_for("editor has the terminal");
    program.wait_until("the normal screen", |screen| !screen.alternate_screen());
    let drawn = program.frames().len();
    // What is typed now is the editor's, and none of it is ours.
    program.send("\r");
    program.wait_for_frame_after(drawn);
    program.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    program.wait_for_frame("the diff again", |frame| is_compared(frame) && frame.contains("Esc list"));
    let copy = fs::read_to_string(told).unwrap();
    assert!(copy.starts_with("--- desired\n+++ live\n@@ "), "{copy}");

    program.send("e");
    program.wait_for("editor has the terminal");
    program.send("3\r");
    program.wait_for("ended with exit status: 3.");
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    program.assert_restored();
}

#[test]
fn the_configuration_is_edited_and_what_is_wrong_in_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let editor = script(folder.path(), "editor", "printf '[view]\\ncolor = 1\\n' >> \"$1\"");
    let mut program = open(&folder, "", &[("VISUAL", editor.to_str().unwrap()), ("EDITOR", "false")]);
    program.send(",");
    program.wait_for("editor has the terminal");
    program.send("\r");
    program.wait_for("The configuration is wrong now:");
    program.wait_for("view.color");
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
}

#[test]
fn without_an_editor_the_palette_says_what_to_set() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = open(&folder, "", &[]);
    program.send("e");
    program.wait_for("No editor is set: set VISUAL or EDITOR.");
}

#[test]
fn the_viewer_reads_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let viewer = script(folder.path(), "viewer", &format!("diff \"$1\" \"$2\" > {}", told.display()));
    let configuration = format!(
        "[view]\ndiff_viewer = [\"{}\", \"{{desired}}\", \"{{live}}\"]\n",
        viewer.display()
    );
    let mut program = open(&folder, &configuration, &[]);
    program.send("E");
    program.wait_for("viewer has the terminal");
    // As `diff` says that the sides differ.
    program.send("1\r");
    program.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    program.wait_for_frame("the diff again", |frame| is_compared(frame) && frame.contains("Esc list"));
    let read = fs::read_to_string(told).unwrap();
    assert!(read.contains("\n< ") && read.contains("\n> "), "{read}");
}

#[test]
fn what_is_pasted_is_text_and_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = open(&folder, "", &[]);
    // Outside of a prompt nothing of it counts: neither the quit nor the Enter in it.
    program.send("\u{1b}[200~qy\r:\u{1b}[201~");
    program.send("\u{1b}");
    program.wait_for_frame("the list", |frame| frame.contains("clear filter") || frame.contains("q quit"));
    program.send("/\u{1b}[200~risky\r\u{7}q\u{1b}[201~");
    let frame = program.wait_for_frame("the filter", |frame| frame.contains("risky") && frame.contains("Enter keeps"));
    assert!(!frame.contains("Quit driftline?"), "{frame}");
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    program.assert_restored();
}

#[test]
fn a_click_selects_the_row_that_was_drawn_there_and_the_wheel_moves() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = open(&folder, "[view]\nmouse = true\n", &[]);
    program.send("\u{1b}");
    program.send("g");
    let frame = program.wait_for_frame("the first row", |frame| selected_row(frame).is_some());
    let before = selected_row(&frame).unwrap().to_owned();
    // The row below the selected one that stands for a drift.
    let lines: Vec<&str> = frame.lines().collect();
    let selected = lines.iter().position(|line| line.contains("│▌")).unwrap();
    let below = (selected + 1..lines.len())
        .find(|at| lines[*at].starts_with("│ ●") || lines[*at].starts_with("│ ◐"))
        .unwrap();
    let row = below + 1;
    program.send(&format!("\u{1b}[<0;8;{row}M\u{1b}[<0;8;{row}m"));
    let clicked = program.wait_for_frame("another row", |frame| selected_row(frame).is_some_and(|row| row != before));
    let line = clicked.lines().position(|line| line.contains("│▌")).unwrap();
    assert_eq!(line, below, "{clicked}");
    // The wheel over the list goes on from there.
    program.send(&format!("\u{1b}[<65;8;{row}M"));
    program.wait_for_frame("a later row", |frame| {
        frame
            .lines()
            .position(|line| line.contains("│▌"))
            .is_some_and(|at| at != below)
            || selected_row(frame) != selected_row(&clicked)
    });
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    program.assert_restored();
}

#[test]
fn stopped_by_ctrl_z_the_shell_has_the_terminal_until_it_goes_on() {
    let recorded = Recorded::built_in();
    let home = tempfile::tempdir().unwrap();
    // A shell with job control, as people have.
    let line = format!(
        "set -m; HOME={} {} demo; echo stopped $?; fg; echo over $?",
        home.path().display(),
        super::program::DRIFTLINE
    );
    let mut shell = super::pty::Pty::spawn("/bin/bash", &["-c", &line], &[], 120, 40);
    shell.wait_for_frame("every verdict", |frame| {
        super::frame::is_judged(frame, recorded.applications())
    });
    shell.send("\u{1a}");
    shell.wait_for_frame("the screen again", |frame| {
        super::frame::is_judged(frame, recorded.applications())
    });
    shell.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    shell.send("qy");
    shell.wait_for("over 0");
    assert!(shell.text().contains("stopped 147"), "{}", shell.text());
}
