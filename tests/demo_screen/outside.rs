//! What comes from outside the keyboard and what goes outside the screen: paste, mouse, other programs, the shell.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::frame::{detail_title, is_compared, is_judged, selected_row};
use super::program::{DRIFTLINE, Program, Recorded};
use super::pty::Pty;

/// A script that has the terminal: it says what it was given, waits for a line, and notes that line.
struct Script {
    folder: tempfile::TempDir,
}

impl Script {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Self { folder };
        let text = format!(
            "#!/bin/sh\nfor file in \"$@\"; do echo \"GIVEN $(wc -l < \"$file\") lines\"; cp \"$file\" '{0}'/; done\n\
             printf 'READY> '\nread -r line\nprintf '%s' \"$line\" > '{0}/typed'\n",
            script.folder.path().display()
        );
        std::fs::write(script.path(), text).unwrap();
        script
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("script.sh")
    }

    /// A configuration file beside it.
    fn configuration(&self, text: &str) -> PathBuf {
        let file = self.folder.path().join("config.toml");
        std::fs::write(&file, text).unwrap();
        file
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    /// The demo with this configuration, judged, a drift with its diff shown.
    fn demo(&self, configuration: &str, environment: &[(&str, &str)]) -> Program {
        let file = self.configuration(configuration);
        let recorded = Recorded::under_test();
        let arguments = ["--config", file.to_str().unwrap(), "demo"];
        let program = Program::start(&arguments, &[&recorded.environment()[..], environment].concat(), (120, 40));
        program.wait_until_judged(recorded.applications());
        program.wait_for_frame("a diff", |frame| detail_title(frame).is_some() && is_compared(frame));
        program
    }

    /// The script has the terminal: the normal screen, no bracketed paste, and lines are typed as in a shell.
    fn answer(&self, program: &mut Program, line: &str) {
        program.wait_for("READY> ");
        program.assert_restored();
        let before = program.frames().len();
        program.send(&format!("{line}\r"));
        // What is typed before the first frame of ours is there is for nobody.
        let deadline = Instant::now() + Duration::from_secs(30);
        while program.frames().len() == before {
            assert!(Instant::now() < deadline, "no frame came:\n{}", program.text());
            std::thread::yield_now();
        }
    }
}

fn is_back(program: &Program, title: &str) {
    program.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    program.wait_until("bracketed paste", vt100::Screen::bracketed_paste);
    program.wait_for_frame("the same drift", |frame| {
        detail_title(frame) == Some(title) && frame.contains("change 1 of")
    });
}

fn shown(program: &Program) -> String {
    program.wait_for_frame("a diff", is_compared)
}

#[test]
fn the_viewer_has_the_terminal_with_both_sides_and_gives_it_back() {
    let script = Script::new();
    let configuration = format!(
        "[view]\ndiff_viewer = [\"sh\", \"{}\", \"{{desired}}\", \"{{live}}\"]\n",
        script.path().display()
    );
    let mut program = script.demo(&configuration, &[]);
    let title = detail_title(&shown(&program)).unwrap().to_owned();
    program.send("\rE");
    script.answer(&mut program, "q is typed, not pressed");
    is_back(&program, &title);
    assert_eq!(script.read("typed"), "q is typed, not pressed");
    let (desired, live) = (script.read("desired.yaml"), script.read("live.yaml"));
    assert!(desired.contains("kind:") && live.contains("kind:") && desired != live);
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    program.assert_restored();
}

#[test]
fn the_editor_has_the_terminal_with_a_copy_of_the_diff_and_gives_it_back() {
    let script = Script::new();
    let editor = format!("sh {}", script.path().display());
    let mut program = script.demo("", &[("EDITOR", &editor)]);
    let title = detail_title(&shown(&program)).unwrap().to_owned();
    program.send("e");
    script.answer(&mut program, ":wq");
    is_back(&program, &title);
    assert_eq!(script.read("typed"), ":wq");
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
}

#[test]
fn the_configuration_is_edited_in_place_and_what_is_wrong_with_it_is_said() {
    let script = Script::new();
    let edits = "sh -c 'echo \"[view]\" >> \"$0\"; echo \"theme = 7\" >> \"$0\"'";
    let mut program = script.demo("", &[("VISUAL", edits), ("EDITOR", "false")]);
    program.send(",");
    program.wait_for_frame("what is wrong", |frame| frame.contains("The configuration is wrong now:"));
    assert!(script.read("config.toml").contains("theme = 7"));
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
}

#[test]
fn a_paste_goes_into_the_filter_as_one_line_and_runs_no_key_anywhere_else() {
    let recorded = Recorded::under_test();
    let mut program = Program::judged(&recorded, (120, 40));
    let first = program.wait_for_frame("a row", |frame| selected_row(frame).is_some());
    // In the list these would mark, quit and say yes. What comes behind it is a key again.
    program.send("\u{1b}[200~ qy\r\u{1b}[201~?");
    program.wait_for_frame("the help", |frame| frame.contains("Help ─"));
    program.send("\u{1b}");
    program.wait_for_frame("the list as it was", |frame| selected_row(frame) == selected_row(&first));
    program.send("/\u{1b}[200~verdict:\r\nrisky\u{1b}[201~");
    program.wait_for_frame("the filter in one line", |frame| frame.contains("filter verdict: risky"));
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    program.assert_restored();
}

#[test]
fn clicks_select_and_open_and_the_wheel_scrolls_where_the_mouse_is_ours() {
    let script = Script::new();
    let mut program = script.demo("[view]\nmouse = true\n", &[]);
    let frame = program.wait_for_frame("a selected row", |frame| selected_row(frame).is_some());
    let lines: Vec<&str> = frame.lines().collect();
    let selected = lines.iter().position(|line| line.starts_with("│▌")).unwrap();
    let drawn = |line: &str, sign: &str| line.starts_with(&format!("│ {sign} "));
    let other = (0..lines.len())
        .find(|at| *at > selected && ["●", "◐"].iter().any(|sign| drawn(lines[*at], sign)))
        .unwrap();
    // Cells count from 1.
    program.send(&format!("\u{1b}[<0;8;{0}M\u{1b}[<0;8;{0}m", other + 1));
    program.wait_for_frame("the row that was clicked", |frame| {
        frame.lines().nth(other).is_some_and(|line| line.starts_with("│▌"))
    });
    program.send(&format!("\u{1b}[<64;8;{}M", other + 1));
    program.wait_for_frame("the row above", |frame| {
        !frame.lines().nth(other).is_some_and(|line| line.starts_with("│▌"))
    });
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    program.assert_restored();
}

#[test]
fn a_storm_of_sizes_ends_with_a_frame_of_the_last_size_and_the_same_drift() {
    let mut program = Program::judged(&Recorded::under_test(), (120, 40));
    let first = program.wait_for_frame("a drift", |frame| detail_title(frame).is_some());
    let title = detail_title(&first).unwrap();
    for step in 0..100_u16 {
        program.resize(20 + step * 7 % 280, 5 + step * 3 % 95);
    }
    program.resize(132, 43);
    program.wait_for_frame("the last size", |frame| {
        frame.lines().count() == 43 && detail_title(frame) == Some(title) && frame.contains("q quit")
    });
}

#[test]
fn stopped_and_continued_it_draws_everything_again_at_the_size_of_now() {
    let mut program = Program::judged(&Recorded::under_test(), (120, 40));
    let first = program.wait_for_frame("a drift", |frame| detail_title(frame).is_some());
    let title = detail_title(&first).unwrap();
    program.send("\u{1a}");
    program.wait_until("the normal screen", |screen| !screen.alternate_screen());
    program.wait_until_stopped();
    program.assert_restored();
    program.resize(100, 30);
    program.signal("CONT");
    program.wait_for_frame("the list at the new size", |frame| {
        frame.lines().count() == 30 && frame.contains("worst first") && frame.contains("q quit")
    });
    program.resize(120, 40);
    program.wait_for_frame("the drift", |frame| detail_title(frame) == Some(title));
    program.signal("TERM");
    assert_eq!(program.wait_for_end().exit_code(), 143);
    program.assert_restored();
}

#[test]
fn without_an_editor_the_key_says_what_to_set_and_one_that_fails_is_named() {
    let script = Script::new();
    let mut program = script.demo("", &[]);
    program.send("e");
    program.wait_for("No editor is set: set VISUAL or EDITOR.");
    program.send("\u{3}");
    assert!(program.wait_for_end().success());

    let mut program = script.demo("", &[("EDITOR", "exit 3; :")]);
    program.send("e");
    program.wait_for("ended with exit status: 3.");
}

#[test]
fn stopped_by_ctrl_z_the_shell_has_the_terminal_until_it_goes_on() {
    let recorded = Recorded::built_in();
    let home = tempfile::tempdir().unwrap();
    // A shell with job control, as people have.
    let line = format!(
        "set -m; HOME={} {DRIFTLINE} demo; echo stopped $?; fg; echo over $?",
        home.path().display()
    );
    let mut shell = Pty::spawn("/bin/bash", &["-c", &line], &[], 120, 40);
    shell.wait_for_frame("every verdict", |frame| is_judged(frame, recorded.applications()));
    let drawn = shell.frames().len();
    shell.send("\u{1a}");
    shell.wait_for_frame_after(drawn);
    shell.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    shell.send("qy");
    shell.wait_for("over 0");
    // 128 and the number of the signal, as of every program that is stopped.
    assert!(shell.text().contains("stopped 147"), "{}", shell.text());
}
