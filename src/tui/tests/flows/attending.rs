//! Jobs, log, who is there, how fresh the comparisons are.

use std::time::Duration;

use jiff::SignedDuration;

use crate::engine::scan::Coverage;
use crate::engine::{EngineEvent, Pace, fixtures};
use crate::tui::state::jobs::RunningJob;
use crate::tui::state::{LogPage, Overlay};
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg};

const COMPARING: &str = "Comparing the two sides";

fn running(purpose: &'static str, seconds: u64) -> RunningJob {
    RunningJob {
        purpose,
        since: Duration::from_secs(seconds),
        waiting: 0,
    }
}

#[test]
fn the_jobs_panel_tells_what_runs_and_how_each_server_is_doing() {
    let driver = Driver::night()
        .event(EngineEvent::Sweeping {
            context: "prod-eu".into(),
            on: true,
            coverage: Coverage { checked: 3, total: 20 },
        })
        .send(Msg::Jobs(vec![running(COMPARING, 8)]))
        .keys("J");
    driver
        .expect_text("Comparing the two sides since 03:12:58  x cancels")
        .expect_text("live · listed 03:13:00 · judged 12 of 12 · sweep 3 of 20")
        .expect_text("Nothing.")
        .keys("J")
        .expect_no_text("Failed lately");
}

#[test]
fn jobs_come_and_go_without_a_frame_while_the_panel_is_closed() {
    let driver = Driver::night();
    let before = driver.state.revision();
    let driver = driver.undrawn(vec![Msg::Jobs(vec![running(COMPARING, 8)])]);
    assert_eq!(driver.state.revision(), before);
    let open = driver.keys("J");
    let before = open.state.revision();
    let open = open.undrawn(vec![Msg::Jobs(Vec::new())]);
    assert!(open.state.revision() > before);
    open.send(Msg::Drawn).expect_text("Nothing on this machine.");
}

#[test]
fn cancelling_ends_the_job_that_was_drawn_and_no_other() {
    let driver = Driver::night()
        .without_replies()
        .send(Msg::Jobs(vec![running(COMPARING, 8)]))
        .keys("J x");
    let driver = driver.expect_effect(&Effect::Cancel(COMPARING));
    driver
        .send(Msg::Cancelled(COMPARING))
        .expect_text("Cancelled: Comparing the two sides.");

    // It ended between the frame and the key, and another one runs now.
    let mut gone = Driver::night().send(Msg::Jobs(vec![running(COMPARING, 8)])).keys("J");
    gone.effects();
    let mut gone = gone
        .undrawn(vec![Msg::Jobs(vec![running("Listing again", 9)])])
        .keys("x")
        .expect_text("nothing was cancelled");
    assert_eq!(gone.effects(), []);
}

#[test]
fn a_cancelled_comparison_is_said_where_it_was_waited_for() {
    Driver::night()
        .without_replies()
        .keys("]")
        .send(Msg::Cancelled(COMPARING))
        .expect_text("You cancelled the comparison.");
}

#[test]
fn failures_are_kept_the_newest_first_and_the_same_one_is_counted() {
    let driver = Driver::night().failed().failed().keys("J");
    driver
        .expect_text("failing")
        .expect_text(", 2 times")
        .expect_text("since 03:13:00; next try at 03:13:20");
}

#[test]
fn the_log_follows_its_end_until_one_scrolls_up() {
    let page = |count: usize| LogPage {
        lines: (1..=count)
            .map(|n| format!("2026-11-20T03:13:00Z  INFO driftline: line {n}"))
            .collect(),
        place: "From level info on, in /state/log.".to_owned(),
    };
    let log = |count| Msg::Log {
        page: page(count),
        revision: 7,
    };
    let driver = Driver::night().keys("L").expect_effect(&Effect::ReadLog(0));
    let driver = driver
        .send(log(100))
        .expect_text("line 100")
        .expect_effect(&Effect::ReadLog(7));
    let driver = driver.send(log(101)).expect_text("line 101").keys("g");
    let driver = driver
        .expect_text("From level info on, in /state/log.")
        .send(log(102))
        .expect_text("line 1");
    let driver = driver
        .expect_no_text("line 102")
        .keys("G")
        .expect_text("line 102")
        .send(log(103));
    let driver = driver
        .expect_text("line 103")
        .keys("esc")
        .expect_effect(&Effect::Cancel("Following the log"));
    assert_eq!(driver.state.overlay, None);
    let mut late = driver.send(log(104));
    assert_eq!(late.effects(), [], "nobody reads on");
    assert!(late.state.log.lines.is_empty());
}

#[test]
fn servers_are_asked_more_rarely_while_the_terminal_is_hidden() {
    let hidden = Driver::night()
        .send(Msg::Focus(false))
        .expect_effect(&Effect::Pace(Pace::Slow));
    let hidden = hidden.keys("J").expect_text("this terminal is hidden").keys("J");
    let mut again = hidden.send(Msg::Focus(true)).expect_effect(&Effect::Pace(Pace::Usual));
    let before = again.state.revision();
    again = again.send(Msg::Focus(true)).send(Msg::Focus(true));
    assert_eq!(again.effects(), [], "told once");
    assert_eq!(again.state.revision(), before, "and nothing is drawn for it");
}

#[test]
fn servers_are_asked_more_rarely_while_nobody_presses_a_key() {
    let mut driver = Driver::night().keys("j").advance(Duration::from_secs(299));
    assert!(!driver.effects().contains(&Effect::Pace(Pace::Slow)));
    let idle = driver
        .advance(Duration::from_secs(1))
        .expect_effect(&Effect::Pace(Pace::Slow));
    idle.keys("k").expect_effect(&Effect::Pace(Pace::Usual));
}

#[test]
fn an_argocd_whose_comparisons_are_old_looks_stuck_unless_it_never_compares() {
    let mut driver = Driver::night();
    driver.state.compared_every = Some(Duration::from_secs(180));
    // The comparisons are 4 minutes old, three periods are 9.
    let driver = listed_again(driver.advance(Duration::from_secs(4 * 60))).expect_no_text("stuck");
    let driver = driver.advance(Duration::from_secs(2 * 60)).expect_no_text("stuck");
    listed_again(driver)
        .expect_text("Argo CD looks stuck · most compared 10 min ago")
        .keys("J")
        .expect_text("argocd-application-controller");
    listed_again(Driver::night().advance(Duration::from_secs(60 * 60))).expect_no_text("stuck");
}

/// A whole list is complete now, and says the same as before.
fn listed_again(driver: Driver) -> Driver {
    let at = driver.state.moment.wall;
    driver.event(EngineEvent::ListCompleted {
        context: "prod-eu".into(),
        applications: 12,
        at,
    })
}

#[test]
fn an_old_list_of_ours_is_no_fault_of_argocd() {
    let mut driver = Driver::night();
    driver.state.compared_every = Some(Duration::from_secs(180));
    driver.advance(Duration::from_secs(60 * 60)).expect_no_text("stuck");
}

#[test]
fn one_fresh_comparison_does_not_hide_that_most_are_old() {
    let mut applications = vec![fixtures::synced("web"), fixtures::synced("docs"), fixtures::synced("mailer")];
    for application in &mut applications {
        application.reconciled_at = Some(fixtures::now() - SignedDuration::from_mins(30));
    }
    applications[0].reconciled_at = Some(fixtures::now());
    let mut driver = Driver::new();
    driver.state.compared_every = Some(Duration::from_secs(180));
    let driver = driver.event(EngineEvent::Listed(fixtures::shared(applications))).completed();
    driver
        .advance(Duration::from_millis(300))
        .expect_text("Argo CD looks stuck · most compared 30 min ago");
}

#[test]
fn the_three_times_of_an_application_are_told_apart() {
    Driver::with(vec![fixtures::synced("web")])
        .keys("G l j tab")
        .expect_text("compared with Git 4 min ago · listed just now ·")
        .expect_text("live state read 1 min ago");
}

#[test]
fn panels_open_from_the_palette_and_close_by_their_own_key() {
    for (typed, key) in [(": j o b s enter", "J"), (": l o g space enter", "L")] {
        let driver = Driver::night().keys(typed);
        assert!(matches!(
            driver.state.overlay,
            Some(Overlay::Jobs { .. } | Overlay::Log { .. })
        ));
        assert_eq!(driver.keys(key).state.overlay, None);
    }
}
