//! Secrets planted in the recording: on no frame that was ever drawn, in no file that was left.

use std::path::Path;

use serde_json::json;

use super::frame::{Counts, detail_title, is_compared, selected_row};
use super::planted::{CANARY, plant, recording_root};
use super::program::{Program, Recorded};

/// Tall enough that nearly every document is on one frame.
const TALL: (u16, u16) = (200, 160);

/// A piece of the planted value that survives a cut or a line break inside of it, on either side.
fn pieces() -> [&'static str; 2] {
    let (head, tail) = CANARY.split_at(CANARY.len() / 2);
    [head, tail]
}

#[test]
fn planted_secrets_are_on_no_frame_and_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    assert!(plant(folder.path()) > 1_000);
    let root = recording_root(folder.path());
    let broken = break_answer(&root);
    let recorded = Recorded::of(Some(root.clone()));
    let program = Program::start(&["demo", "--log", "trace", "--recordings", root.to_str().unwrap()], &[], TALL);
    let (mut program, applications) = (program, recorded.applications());
    program.wait_until_judged(applications);
    open_folded_groups(&mut program);

    let mut frame = {
        program.send("g");
        program.wait_for_frame("the first row", |frame| detail_title(frame).is_some())
    };
    let mut drifts = 0;
    loop {
        drifts += 1;
        unfold(&mut program);
        let Some(next) = program.next_drift(&frame) else { break };
        frame = next;
    }
    assert!(drifts > 65, "only {drifts} drifts were walked through");

    // The answer that cannot be read is told, without what stood in it.
    program.send(&format!("/{broken}\rG"));
    let told = program.wait_for_frame("what is wrong", |frame| {
        let on_it = selected_row(frame).is_some_and(|row| row.contains(&format!("? {broken} ")));
        on_it && frame.contains("? CANNOT TELL") && frame.contains("why    ")
    });
    assert!(told.contains("could not be read") && told.contains("stale  "), "{told}");
    program.send("\u{3}");
    program.wait_for_end();
    let frames = program.frames();
    assert!(
        frames.iter().any(|frame| frame.contains("DB_PASSWORD")),
        "the planted keys are seen"
    );
    for piece in pieces() {
        for frame in &frames {
            assert!(!frame.contains(piece), "a planted secret is on\n{frame}");
        }
    }
    let files = program.files();
    assert!(files.iter().any(|(_, content)| !content.is_empty()), "a log was written");
    for (path, content) in files {
        assert!(!content.contains(CANARY), "a planted secret is in {}", path.display());
    }
}

/// Opens the sections that are folded at first, walking up from the last row.
fn open_folded_groups(program: &mut Program) {
    program.send("G");
    let all = program.wait_for_frame("the last row", |frame| selected_row(frame).is_some());
    let is_folded = |group: &&str| all.lines().any(|line| line.contains(group) && line.contains('▸'));
    for group in ["SYNCED", "HARMLESS"].into_iter().filter(is_folded) {
        let is_there = |frame: &str| selected_row(frame).is_some_and(|row| row.contains(group) && row.contains('▸'));
        let mut frame = program.wait_for_frame("a row", |frame| selected_row(frame).is_some());
        while !is_there(&frame) {
            let before = selected_row(&frame).map(str::to_owned);
            program.send("k");
            frame = program.wait_for_frame("the row above", |frame| selected_row(frame) != before.as_deref());
        }
        program.send("\r");
        program.wait_for_frame("its rows", |frame| {
            selected_row(frame).is_some_and(|row| row.contains(group) && row.contains('▾'))
        });
    }
}

/// Everything of the diff in view: unchanged lines and harmless changes too.
fn unfold(program: &mut Program) {
    let frame = program.wait_for_frame("the diff", is_compared);
    program.send("C");
    program.wait_for_frame("unchanged lines", |frame| {
        is_compared(frame) && !frame.contains("unchanged line")
    });
    if frame.contains(" folded ") {
        program.send("v");
        program.wait_for_frame("harmless lines", |frame| frame.contains(" shown "));
    }
    assert!(Counts::of(&frame).is_some(), "{frame}");
}

/// Makes the answer about the managed resources of one Application unreadable, with the canary where a parser would quote
/// it; returns the Application's name.
/// One that the recording's events never touch: a played event would make a readable answer of it.
fn break_answer(root: &Path) -> String {
    let path = root.join("apps/argocd_quotas/managed-resources.json");
    assert!(path.exists());
    let text = json!({"items": CANARY});
    std::fs::write(path, text.to_string()).unwrap();
    "quotas".to_owned()
}
