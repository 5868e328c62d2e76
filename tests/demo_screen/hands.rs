//! Keys, sizes and ways out.

use super::frame::{Counts, detail_title, is_judged, selected_row};
use super::program::{DRIFTLINE, Program, Recorded};

#[test]
fn keys_go_in_and_out_on_a_narrow_terminal() {
    let recorded = Recorded::under_test();
    let mut program = Program::judged(&recorded, (80, 24));
    program.wait_for_frame("a row", |frame| selected_row(frame).is_some());

    program.send("?");
    program.wait_for_frame("the help", |frame| {
        frame.contains("Help ─") && frame.contains("Open a row with several")
    });
    program.send("\u{1b}");
    program.wait_for_frame("the list", |frame| frame.contains("worst first") && !frame.contains("Help ─"));

    program.send("/risky");
    program.wait_for_frame("the filter", |frame| {
        frame.contains("filter risky ─") && frame.contains("RISKY") && !frame.contains("SYNCED")
    });
    program.send("\r");
    program.wait_for_frame("the kept filter", |frame| {
        frame.contains("filter risky ─") && frame.contains("clear filter")
    });

    program.send("\t");
    program.wait_for_frame("the reason", |frame| detail_title(frame).is_some() && frame.contains("why "));
    program.send("\t");
    program.wait_for_frame("the diff", |frame| frame.contains("change 1 of"));
    program.send("\u{1b}");
    program.wait_for_frame("the list", |frame| frame.contains("filter risky ─"));
    program.send("\u{1b}");
    program.wait_for_frame("no filter", |frame| frame.contains("worst first"));

    program.send("q");
    program.wait_for_frame("the question", |frame| frame.contains("Quit driftline?"));
    program.send("\u{1b}");
    program.wait_for_frame("no question", |frame| !frame.contains("Quit driftline?"));
    assert!(is_judged(program.frames().last().unwrap(), total(&program)));
}

fn total(program: &Program) -> usize {
    program.frames().last().and_then(|frame| Counts::of(frame)).unwrap().total()
}

#[test]
fn one_steps_through_the_changes_and_the_drifts() {
    let recorded = Recorded::under_test();
    let mut program = Program::judged(&recorded, (120, 40));
    let first = program.wait_for_frame("a drift", |frame| detail_title(frame).is_some());
    program.next_drift(&first).unwrap();
    program.send("[");
    program.wait_for_frame("the drift before", |frame| detail_title(frame) == detail_title(&first));

    let frame = program.walk_to(&recorded.changed_in(3));
    let title = detail_title(&frame).unwrap();
    let (_, changes) = frame.split_once("change 1 of ").unwrap();
    let changes: usize = changes.split_whitespace().next().unwrap().parse().unwrap();
    for change in 2..=changes {
        program.send("n");
        program.wait_for_frame("the next change", |frame| {
            frame.contains(&format!("change {change} of {changes}"))
        });
    }
    program.send("n");
    let last = program.wait_for_frame("the end", |frame| frame.contains("This is the last change"));
    assert_eq!(detail_title(&last), Some(title));

    program.send("\r");
    program.wait_for_frame("the detail", |frame| frame.contains("Esc list"));
}

#[test]
fn it_follows_every_size_and_keeps_what_is_selected() {
    let mut program = Program::judged(&Recorded::under_test(), (120, 40));
    let first = program.wait_for_frame("a drift", |frame| detail_title(frame).is_some());
    let second = program.next_drift(&first).unwrap();
    let title = detail_title(&second).unwrap();

    program.resize(80, 24);
    program.wait_for_frame("the list alone", |frame| {
        frame.lines().count() == 24 && frame.contains("worst first") && detail_title(frame).is_none()
    });
    program.resize(20, 5);
    program.wait_for_frame("one line", |frame| {
        frame.starts_with("too small: 40×8 ") && frame.contains("Ctrl-c quits")
    });
    program.resize(120, 40);
    program.wait_for_frame("all of it", |frame| {
        frame.lines().count() == 40 && frame.contains("worst first") && detail_title(frame) == Some(title)
    });
}

#[test]
fn ctrl_c_quits_at_once_and_the_terminal_is_as_before() {
    let mut program = Program::demo(&Recorded::under_test(), &[], (120, 40));
    program.wait_for("q quit");
    program.send("\u{3}");
    assert_eq!(program.wait_for_end().exit_code(), 0);
    program.assert_restored();
}

#[test]
fn sigterm_ends_with_143_and_the_terminal_is_as_before() {
    let mut program = Program::judged(&Recorded::under_test(), (120, 40));
    program.signal("TERM");
    assert_eq!(program.wait_for_end().exit_code(), 143);
    program.assert_restored();
}

#[test]
fn a_dumb_terminal_is_refused_with_a_sentence() {
    let mut program = Program::start(&["demo"], &[("TERM", "dumb")], (80, 24));
    assert_eq!(program.wait_for_end().exit_code(), 2);
    let text = program.text();
    assert!(text.contains("TERM=dumb cannot. Use `driftline scan`"), "{text}");
    assert!(!program.raw().contains('\u{1b}'), "{text}");
}

#[test]
fn a_pipe_is_refused_with_a_sentence() {
    let home = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(DRIFTLINE)
        .arg("demo")
        .env_clear()
        .env("HOME", home.path())
        .env("TERM", "xterm-256color")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("needs a terminal"), "{said}");
}
