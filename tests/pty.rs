//! The screen on a real pseudo-terminal: it starts, follows the size, and puts the terminal back on every way out.
//!
//! The program under test is this test binary itself, running [`child`]: the terminal UI over an engine without
//! servers. What the installed command does with recorded data is tested on the command.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "support/pty.rs"]
mod pty;

use std::sync::Arc;

use driftline::engine::ports::Clock;
use driftline::engine::{Engine, EngineSettings, Ports};
use driftline::store::{MemoryStore, ViewFile};
use driftline::tui;
use pty::Pty;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> jiff::Timestamp {
        "2026-11-20T12:00:00Z".parse().unwrap()
    }
}

/// Not a test of its own: the program that the other tests start on a terminal, when they say so in the environment.
#[test]
fn child() {
    let Some(role) = std::env::var_os("DRIFTLINE_TEST_PTY_CHILD") else {
        return;
    };
    let ports = Ports {
        argocd: Vec::new(),
        clock: Arc::new(Noon),
        store: Arc::new(MemoryStore::default()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let ended = runtime.block_on(async {
        let screen = tui::run(
            Arc::new(Engine::new(ports, EngineSettings::default())),
            options(role == "mouse"),
        );
        if role == "panic" {
            tokio::pin!(screen);
            tokio::select! {
                ended = &mut screen => return ended,
                () = tokio::time::sleep(std::time::Duration::from_millis(300)) => panic!("a planted bug"),
            }
        }
        screen.await
    });
    println!("ended: {ended:?}");
}

/// As the roles want it: with the mouse, and with a folder that keeps how the screen was left.
fn options(mouse: bool) -> tui::Options {
    let mut options = tui::Options::default();
    options.view.mouse = mouse;
    options.view_store = std::env::var_os("DRIFTLINE_TEST_STATE").map(|folder| Arc::new(ViewFile::new(folder)) as _);
    options
}

fn start(role: &str, environment: &[(&str, &str)]) -> Pty {
    let program = std::env::current_exe().unwrap();
    let mut all = vec![("DRIFTLINE_TEST_PTY_CHILD", role)];
    all.extend_from_slice(environment);
    let arguments = ["--exact", "child", "--nocapture", "--test-threads=1"];
    Pty::spawn(program.to_str().unwrap(), &arguments, &all, 80, 24)
}

#[test]
fn the_first_frame_is_there_before_any_data() {
    let screen = start("run", &[]);
    screen.wait_for_frame("a frame", |frame| !frame.is_empty());
    assert!(screen.frames()[0].contains("Asking Argo CD"), "{}", screen.frames()[0]);
    screen.wait_until("the alternate screen", vt100::Screen::alternate_screen);
}

#[test]
fn quitting_puts_the_terminal_back() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    screen.send("q");
    screen.wait_for("Quit driftline?");
    screen.send("y");
    assert!(screen.wait_for_end().success());
    screen.assert_restored();
    assert!(screen.text().contains("ended: Ok(())"), "{}", screen.text());
}

#[test]
fn ctrl_c_quits_at_once() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    screen.send("\u{3}");
    screen.wait_for_end();
    screen.assert_restored();
    assert!(screen.text().contains("ended: Ok(())"), "{}", screen.text());
}

#[test]
fn signals_put_the_terminal_back_and_are_told() {
    for (name, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        let mut screen = start("run", &[]);
        screen.wait_for("q quit");
        screen.signal(name);
        screen.wait_for_end();
        screen.assert_restored();
        assert!(screen.text().contains(&format!("Signalled({number})")), "{}", screen.text());
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_going_on_takes_it_again() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    screen.send("\u{1a}");
    screen.wait_until("the normal screen", |screen| !screen.alternate_screen());
    screen.wait_until_stopped();
    let drawn = screen.frames().len();
    screen.signal("CONT");
    screen.wait_for_frame_after(drawn);
    screen.wait_until("the alternate screen", vt100::Screen::alternate_screen);
    screen.wait_for("q quit");
    screen.send("qy");
    assert!(screen.wait_for_end().success());
    screen.assert_restored();
}

#[test]
fn a_panic_puts_the_terminal_back_and_is_reported_on_the_normal_screen() {
    let mut screen = start("panic", &[]);
    assert!(!screen.wait_for_end().success());
    screen.assert_restored();
    assert!(screen.text().contains("a planted bug"), "{}", screen.text());
}

#[test]
fn the_screen_follows_the_size_of_the_terminal() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    screen.resize(30, 6);
    screen.wait_for("driftline: too small, 40×8");
    screen.resize(120, 40);
    screen.wait_for("q quit");
    let wide = screen.text().lines().any(|line| line.chars().count() >= 119);
    assert!(wide, "{}", screen.text());
}

#[test]
fn a_frame_is_one_synchronized_update() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    // The second frame is there, so the first one has ended.
    screen.send("?");
    screen.wait_for("Help");
    let raw = screen.raw();
    assert!(raw.contains("\u{1b}[?2026h") && raw.contains("\u{1b}[?2026l"));
}

#[test]
fn no_color_means_no_colour() {
    let screen = start("run", &[("NO_COLOR", "1")]);
    screen.wait_for("q quit");
    let raw = screen.raw();
    assert!(!raw.contains("38;") && !raw.contains("48;"), "{raw:?}");
}

/// The question for the background, and what a light terminal answers.
const QUESTION: &str = "\u{1b}]11;?\u{1b}\\";
const LIGHT: &str = "\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\";

/// Colours of text in the dark theme and in the light one.
const DARK_TEXT: vt100::Color = vt100::Color::Rgb(0xd0, 0xd4, 0xdc);
const LIGHT_TEXT: vt100::Color = vt100::Color::Rgb(0x1d, 0x24, 0x30);

fn shows(screen: &vt100::Screen, colour: vt100::Color) -> bool {
    let (rows, columns) = screen.size();
    let mut cells = (0..rows.get()).flat_map(|row| (0..columns.get()).filter_map(move |column| screen.cell(row, column)));
    cells.any(|cell| cell.fgcolor() == colour)
}

#[test]
fn a_light_terminal_gets_the_light_theme_and_its_answer_is_never_a_key() {
    let mut screen = start("run", &[("COLORTERM", "truecolor")]);
    screen.wait_for("q quit");
    assert!(screen.raw().contains(QUESTION));
    screen.wait_until("the dark theme", |screen| shows(screen, DARK_TEXT));
    // Right behind a key: nothing of the answer closes the help that the key opens.
    screen.send(&format!("?{LIGHT}"));
    screen.wait_until("the light theme", |screen| shows(screen, LIGHT_TEXT));
    screen.wait_for("Help");
    assert!(!screen.text().contains("rgb"), "{}", screen.text());
}

#[test]
fn a_terminal_is_not_asked_when_the_answer_would_not_count() {
    for variables in [
        [("NO_COLOR", "1"), ("TERM", "xterm-256color")],
        [("COLORFGBG", "15;0"), ("TERM", "xterm-256color")],
        [("TMUX", "/tmp/tmux"), ("TERM", "xterm-256color")],
        [("LANG", "C"), ("TERM", "tmux-256color")],
    ] {
        let screen = start("run", &variables);
        screen.wait_for("q quit");
        assert!(!screen.raw().contains("\u{1b}]"), "{variables:?}");
    }
}

#[test]
fn the_next_theme_is_named_and_shown() {
    let mut screen = start("run", &[("COLORTERM", "truecolor")]);
    screen.wait_for("q quit");
    screen.send("T");
    screen.wait_for("Theme light.");
    screen.wait_until("the light theme", |screen| shows(screen, LIGHT_TEXT));
}

#[test]
fn a_dumb_terminal_is_refused_with_a_way_on() {
    let mut screen = start("run", &[("TERM", "dumb")]);
    screen.wait_for_end();
    screen.assert_restored();
    assert!(screen.text().contains("Err(Dumb)"), "{}", screen.text());
}

#[test]
fn without_a_terminal_it_says_so_and_does_not_start() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env("DRIFTLINE_TEST_PTY_CHILD", "run")
        .env("TERM", "xterm-256color")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("Err(NotATerminal)"), "{text}");
}

#[test]
fn raw_mode_is_undone() {
    let program = std::env::current_exe().unwrap();
    let line = format!("'{}' --exact child --nocapture; stty -a; echo over", program.display());
    let mut shell = Pty::spawn("/bin/sh", &["-c", &line], &[("DRIFTLINE_TEST_PTY_CHILD", "run")], 100, 40);
    shell.wait_for("q quit");
    shell.send("\u{3}");
    shell.wait_for_end();
    let text = shell.text();
    assert!(
        text.contains(" icanon") && text.contains(" echo ") && text.contains("over"),
        "{text}"
    );
}

#[test]
fn the_command_starts_and_ends() {
    let mut command = Pty::spawn(env!("CARGO_BIN_EXE_driftline"), &["--version"], &[], 80, 24);
    assert!(command.wait_for_end().success());
    command.assert_restored();
}

/// The terminal tells when it gets and loses the focus.
const FOCUS_ON: &str = "\u{1b}[?1004h";
const FOCUS_OFF: &str = "\u{1b}[?1004l";

/// It tells of buttons and the wheel.
const MOUSE_ON: &str = "\u{1b}[?1000h\u{1b}[?1006h";
const MOUSE_OFF: &str = "\u{1b}[?1006l\u{1b}[?1000l";

#[test]
fn focus_is_asked_for_taken_as_no_key_and_given_back() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    assert!(screen.raw().contains(FOCUS_ON));
    screen.send("J");
    screen.wait_for("Failed lately");
    // A key behind it: when its frame is there, the focus was taken.
    screen.send("\u{1b}[O");
    screen.send("J");
    screen.wait_until("no panel", |screen| !screen.contents().contains("Failed lately"));
    screen.send("J");
    screen.wait_for("this terminal is hidden");
    screen.send("\u{1b}[I\u{3}");
    screen.wait_for_end();
    screen.assert_restored();
    assert!(screen.raw().contains(FOCUS_OFF));
}

#[test]
fn the_mouse_is_ours_only_when_it_was_asked_for() {
    let mut screen = start("run", &[]);
    screen.wait_for("q quit");
    assert!(!screen.raw().contains(MOUSE_ON));
    screen.send("\u{3}");
    screen.wait_for_end();

    let mut screen = start("mouse", &[]);
    screen.wait_for("q quit");
    assert!(screen.raw().contains(MOUSE_ON));
    screen.send("?");
    screen.wait_until("the first command", |screen| {
        screen.contents().contains("Go in: open the row")
    });
    // The wheel, three notches down, over the help.
    screen.send("\u{1b}[<65;10;10M\u{1b}[<65;10;10M\u{1b}[<65;10;10M");
    screen.wait_until("the rest of the help", |screen| {
        !screen.contents().contains("Go in: open the row")
    });
    screen.send("\u{3}");
    screen.wait_for_end();
    screen.assert_restored();
    assert!(screen.raw().contains(MOUSE_OFF));
}

#[test]
fn how_the_screen_was_left_is_how_it_begins_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let state = [
        ("DRIFTLINE_TEST_STATE", folder.path().to_str().unwrap()),
        ("COLORTERM", "truecolor"),
    ];
    let mut screen = start("run", &state);
    screen.wait_for("q quit");
    screen.send("T");
    screen.wait_for("Theme light.");
    screen.send("\u{3}");
    assert!(screen.wait_for_end().success());

    let mut screen = start("run", &state);
    screen.wait_until("the light theme", |screen| shows(screen, LIGHT_TEXT));
    assert!(!screen.raw().contains(QUESTION), "nobody asks for what is known");
    screen.send("\u{3}");
    assert!(screen.wait_for_end().success());

    let plain = [state[0], ("NO_COLOR", "1")];
    let screen = start("run", &plain);
    screen.wait_for("q quit");
    assert!(!screen.raw().contains("38;"), "no colours is no colours");

    std::fs::write(folder.path().join("view"), "spoilt").unwrap();
    let screen = start("run", &state);
    screen.wait_until("the dark theme", |screen| shows(screen, DARK_TEXT));
}
