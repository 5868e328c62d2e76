//! What one sees without touching anything but the way to a row.

use std::time::Instant;

use super::frame::{Counts, detail_title, selected_row};
use super::program::{Program, Recorded};

#[test]
fn the_first_frame_comes_before_any_data_and_then_every_application_gets_a_verdict() {
    let recorded = Recorded::under_test();
    let start = Instant::now();
    let program = Program::demo(&recorded, &[], (120, 40));
    program.wait_for_frame("a frame", |frame| !frame.is_empty());
    let first = start.elapsed();
    program.wait_for_frame("rows", |frame| frame.contains("Drifts"));
    let rows = start.elapsed();
    let judged = program.wait_until_judged(recorded.applications());
    println!("first frame {first:?}, rows {rows:?}, every verdict {:?}", start.elapsed());

    let frames = program.frames();
    let skeleton = ["Connecting", "its Applications", "… ────", "q quit"];
    for part in skeleton {
        assert!(frames[0].contains(part), "{part} is missing in\n{}", frames[0]);
    }
    assert_eq!(Counts::of(&frames[0]), None, "nothing is counted before there is data");
    assert!(judged.contains("driftline demo"), "{judged}");
}

#[test]
fn an_edit_by_hand_is_risky_and_names_who_when_and_what_happens_next() {
    let recorded = Recorded::under_test();
    let (title, at) = recorded.edited_config_map();
    let mut program = Program::judged(&recorded, (160, 50));
    let frame = program.walk_to(&title);
    let days = at.strftime("%Y-%m-%d").to_string();
    let time = at.strftime("%H:%M").to_string();
    let when = if recorded.now().strftime("%Y-%m-%d").to_string() == days {
        time
    } else {
        format!("{days} {time}")
    };
    for part in ["● RISKY", "kubectl-edit", &when, "next   ", "rule   "] {
        assert!(frame.contains(part), "{part} is missing in\n{frame}");
    }
}

#[test]
fn the_built_in_hotfix_says_that_the_next_commit_reverts_it() {
    let mut program = Program::judged(&Recorded::built_in(), (120, 40));
    program.walk_to("payments-api › ConfigMap/api-config");
    let frame = program.wait_for_frame("the hotfix", |frame| {
        detail_title(frame) == Some("payments-api › ConfigMap/api-config") && frame.contains("◂ kubectl-edit 02:13")
    });
    for part in [
        "● RISKY",
        "kubectl-edit · Update · 02:13",
        "the next commit to",
        "-   MAX_CONNECTIONS: \"100\"",
        "+   MAX_CONNECTIONS: \"400\"",
    ] {
        assert!(frame.contains(part), "{part} is missing in\n{frame}");
    }
}

#[test]
fn the_story_of_the_hotfix_names_who_and_ends_with_now_and_what_happens_next() {
    let mut program = Program::judged(&Recorded::built_in(), (120, 40));
    program.walk_to("payments-api › ConfigMap/api-config");
    let frame = program.wait_for_frame("the commit compared with", |frame| {
        frame.contains("git    compared with main@")
    });
    assert!(
        !frame.contains("@example.com"),
        "an author's address is nobody's business:\n{frame}"
    );
    program.send("t");
    let frame = program.wait_for_frame("the story", |frame| {
        frame.contains("next ") && frame.contains("this was read")
    });
    println!("{frame}");
    for part in [
        "Timeline payments-api › ConfigMap/api-config",
        "deploy-bot · synced to 8c8109c",
        "kubectl-edit · Update: /data/MAX_CONNECTIONS",
        "Updated sync status: Synced -> OutOfSync",
        "first seen on this machine",
    ] {
        assert!(frame.contains(part), "{part} is missing in\n{frame}");
    }
    program.send("\x1b");
    program.wait_for_frame("the panes again", |frame| {
        !frame.contains("Timeline") && frame.contains("● RISKY")
    });
}

/// In the built-in recording somebody scales this one three seconds after "now".
#[test]
fn a_recorded_event_turns_a_synced_application_into_a_drift_while_one_watches() {
    let recorded = Recorded::built_in();
    let mut program = Program::judged(&recorded, (120, 40));
    program.send("/cart-staging");
    let frame = program.wait_for_frame("the drift", |frame| {
        selected_row(frame).is_some_and(|row| row.contains("cart-staging") && row.contains("Deployment/"))
            && detail_title(frame).is_some_and(|title| title.starts_with("cart-staging › Deployment/"))
    });
    assert!(frame.contains("live"), "{frame}");

    let counted: Vec<Counts> = program.frames().iter().filter_map(|frame| Counts::of(frame)).collect();
    let (before, after) = (counted[0], counted[counted.len() - 1]);
    assert_eq!(before.total(), after.total());
    assert!(after.synced < before.synced, "{before:?} became {after:?}");
}

#[test]
fn the_panels_tell_how_the_server_is_doing_and_what_was_logged_and_the_demo_keeps_no_view() {
    let recorded = Recorded::under_test();
    let mut program = Program::judged(&recorded, (120, 40));
    let all = recorded.applications();
    program.send("J");
    program.wait_for_frame("the jobs", |frame| {
        frame.contains("live · listed") && frame.contains(&format!("judged {all} of {all}")) && frame.contains("Failed lately")
    });
    program.send("J");
    program.wait_for_frame("no jobs", |frame| !frame.contains("Failed lately"));
    program.send("L");
    program.wait_for_frame("the log", |frame| frame.contains("From level info on, in "));
    program.send("\u{3}");
    assert!(program.wait_for_end().success());
    let view = std::ffi::OsStr::new("view");
    assert!(program.files().iter().all(|(path, _)| path.file_name() != Some(view)));
}
