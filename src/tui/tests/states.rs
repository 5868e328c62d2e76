//! Each screen in the states that it was designed for, at the two sizes that people have: 80×24 and 120×40. What
//! [`super::frames`] shows at one of them already is not repeated.

use std::sync::Arc;

use insta::assert_snapshot;

use super::driver::Driver;
use crate::drift::ApplicationKey;
use crate::engine::event::ContextView;
use crate::engine::ports::{ArgoCdError, ErrorView};
use crate::engine::view::DriftView;
use crate::engine::{EngineEvent, fixtures};
use crate::tui::diff::{Shape, Shown};
use crate::tui::state::LogPage;
use crate::tui::state::jobs::RunningJob;
use crate::tui::update::Msg;

const NARROW: (u16, u16) = (80, 24);
const USUAL: (u16, u16) = (120, 40);

/// One picture at each of these sizes.
fn pictures(name: &str, sizes: &[(u16, u16)], state: impl Fn(Driver) -> Driver) {
    for &(width, height) in sizes {
        let driver = state(Driver::new().size(width, height));
        assert_snapshot!(format!("{name}_{width}x{height}"), driver.compact_frame());
    }
}

/// As [`pictures`], of the night.
fn of_the_night(name: &str, sizes: &[(u16, u16)], state: impl Fn(Driver) -> Driver) {
    pictures(name, sizes, |driver| state(driver.listed(fixtures::applications())));
}

fn failure(error: ErrorView, context: &str) -> EngineEvent {
    EngineEvent::Failed {
        context: context.into(),
        error,
        retry_at: None,
    }
}

fn forbidden() -> ErrorView {
    let error = ArgoCdError::Forbidden {
        server: "argocd.example.com".to_owned(),
        what: "Application payments-api".to_owned(),
    };
    error.view()
}

/// A second Argo CD besides the night's.
fn staging() -> ContextView {
    ContextView {
        name: "staging".into(),
        server: "argocd.staging.example.com".to_owned(),
        ..fixtures::context()
    }
}

fn flagship() -> Arc<DriftView> {
    Arc::clone(&fixtures::payments_api().drifts[0])
}

/// The diff of the flagship arrives, or why there is none.
fn compared(driver: Driver, result: Result<Shown, ErrorView>) -> Driver {
    let generation = driver.state.detail.generation;
    let key = flagship().key.clone();
    driver.send(Msg::Compared { key, generation, result })
}

#[test]
fn the_list_before_anybody_answered() {
    pictures("list_connecting", &[USUAL], |driver| driver);
}

#[test]
fn the_list_while_it_is_listed() {
    pictures("list_loading", &[NARROW], |driver| {
        driver.event(EngineEvent::Connected(fixtures::context()))
    });
}

#[test]
fn the_list_while_it_is_judged() {
    let pending = ["payments-api", "checkout", "search", "web", "docs"].map(fixtures::pending);
    pictures("list_judging", &[USUAL], |driver| {
        let driver = driver.event(EngineEvent::Connected(fixtures::context()));
        driver.event(EngineEvent::Listed(fixtures::shared(pending.to_vec())))
    });
}

#[test]
fn the_list_with_nothing_in_it() {
    pictures("list_empty", &[USUAL], |driver| driver.listed(Vec::new()));
}

#[test]
fn the_list_with_nothing_drifted() {
    pictures("list_nothing_drifted", &[NARROW, USUAL], |driver| {
        driver.listed(["web", "docs", "mailer"].map(fixtures::synced).to_vec())
    });
}

#[test]
fn the_list_of_a_server_that_went_away() {
    of_the_night("list_stale", &[NARROW], Driver::failed);
}

#[test]
fn the_list_of_a_server_that_never_answered() {
    pictures("list_failed", &[USUAL], Driver::failed);
}

#[test]
fn the_list_without_a_login() {
    pictures("list_unauthorized", &[NARROW], |driver| {
        driver.event(failure(fixtures::unauthorized(), "prod-eu"))
    });
}

#[test]
fn the_list_without_the_right_to_see_it() {
    pictures("list_forbidden", &[NARROW, USUAL], |driver| {
        driver.event(failure(forbidden(), "prod-eu"))
    });
}

#[test]
fn the_list_of_two_servers_of_which_one_never_answered() {
    of_the_night("list_partial_failure", &[NARROW, USUAL], |driver| {
        driver.event(EngineEvent::Connected(staging())).event(failure(
            ArgoCdError::Unreachable {
                server: staging().server,
                message: "connection refused".to_owned(),
            }
            .view(),
            "staging",
        ))
    });
}

#[test]
fn the_list_of_two_servers_of_which_one_went_away() {
    let mut elsewhere = fixtures::synced("docs");
    elsewhere.key = ApplicationKey::new("staging", "argocd", "docs");
    of_the_night("list_partly_stale", &[NARROW, USUAL], |driver| {
        driver
            .event(EngineEvent::Connected(staging()))
            .judged(elsewhere.clone())
            .event(failure(fixtures::unauthorized(), "staging"))
    });
}

#[test]
fn the_list_with_nothing_left_by_a_filter() {
    of_the_night("list_filtered_empty", &[USUAL], |driver| driver.keys("/ z z z enter"));
}

#[test]
fn the_list_with_a_filter_that_is_wrong() {
    of_the_night("list_filter_wrong", &[NARROW, USUAL], |driver| {
        driver.keys("/").send(Msg::Paste("verdict:purple colour:red ".to_owned()))
    });
}

#[test]
fn the_list_of_one_section_that_is_empty() {
    pictures("list_section_empty", &[NARROW, USUAL], |driver| {
        driver.listed(vec![fixtures::synced("web")]).keys("1")
    });
}

#[test]
fn the_list_with_marks() {
    of_the_night("list_marked", &[NARROW, USUAL], |driver| driver.keys("space j space j"));
}

#[test]
fn the_reason_of_what_nobody_can_tell() {
    of_the_night("reason_cannot_tell", &[NARROW], |driver| driver.keys("G enter"));
}

#[test]
fn the_reason_of_a_server_that_went_away() {
    of_the_night("reason_stale", &[NARROW], |driver| driver.failed().keys("enter"));
}

#[test]
fn the_reason_with_everything_that_it_can_say() {
    let mut view = fixtures::payments_api();
    view.failed_sync = Some(fixtures::failed_sync(&view, "one or more objects failed to apply"));
    let drift = Arc::make_mut(&mut view.drifts[0]);
    (drift.times_seen, drift.flaps) = (4, 2);
    drift.dispositions.push(fixtures::snoozed());
    drift.scalers = vec![fixtures::scaler("hpa/api", "2–10 replicas, cpu 80%")];
    pictures("reason_full", &[NARROW, USUAL], |driver| {
        driver.listed(vec![view.clone()]).keys("tab")
    });
}

#[test]
fn the_diff_while_both_sides_are_read() {
    pictures("diff_loading", &[NARROW, USUAL], |driver| {
        driver.without_replies().listed(fixtures::applications()).keys("enter")
    });
}

#[test]
fn the_diff_that_cannot_be_had() {
    for (name, error) in [("diff_failed", fixtures::unreachable()), ("diff_forbidden", forbidden())] {
        pictures(name, &[NARROW, USUAL], |driver| {
            let driver = driver.without_replies().listed(fixtures::applications());
            compared(driver, Err(error.clone())).keys("enter")
        });
    }
}

#[test]
fn the_diff_that_cannot_be_read_again() {
    of_the_night("diff_old", &[NARROW, USUAL], |driver| {
        let driver = driver.without_replies().keys("j k");
        compared(driver, Err(fixtures::unreachable())).keys("enter")
    });
}

#[test]
fn the_diff_of_a_server_that_went_away() {
    of_the_night("diff_stale", &[NARROW, USUAL], |driver| driver.failed().keys("enter f"));
}

#[test]
fn the_diff_of_a_text_too_large_to_colour() {
    let long = |tail: &str| {
        let line = "x".repeat(20_000);
        format!("data:\n  bundle: {line}{tail}\n  other: 1")
    };
    pictures("diff_plain", &[NARROW, USUAL], |driver| {
        let driver = driver.listed(vec![fixtures::payments_api()]);
        let document = fixtures::document_of(&flagship(), &long("OLD"), &long("NEW"));
        compared(driver, Ok(Shown::of(document, Shape::default()))).keys("enter f")
    });
}

#[test]
fn the_diff_of_what_only_one_side_has() {
    pictures("diff_one_side", &[NARROW, USUAL], |driver| {
        driver.listed(vec![fixtures::refunds()]).keys("enter f")
    });
}

#[test]
fn the_diff_the_other_way_than_its_width_suggests() {
    of_the_night("diff_side_by_side", &[NARROW], |driver| driver.keys("enter f s"));
    // Where it is wide they are beside each other already.
    of_the_night("diff_unified", &[USUAL], |driver| driver.keys("enter f s"));
}

#[test]
fn the_diff_with_a_search_that_finds_nothing() {
    of_the_night("diff_search_empty", &[NARROW, USUAL], |driver| {
        driver.keys("enter / z z z enter")
    });
}

#[test]
fn the_timeline_while_it_is_read() {
    of_the_night("timeline_loading", &[USUAL], |driver| driver.without_replies().keys("t"));
}

#[test]
fn the_timeline_that_is_empty_or_cannot_be_had() {
    let empty = fixtures::told(&fixtures::payments_api(), Vec::new());
    for (name, result) in [
        ("timeline_empty", Ok(empty)),
        ("timeline_failed", Err(fixtures::unreachable())),
        ("timeline_forbidden", Err(forbidden())),
    ] {
        of_the_night(name, &[NARROW, USUAL], |driver| {
            let driver = driver.without_replies().keys("t");
            let generation = driver.state.timeline.generation;
            let result = result.clone();
            driver.send(Msg::TimelineTold { generation, result })
        });
    }
}

#[test]
fn the_page_of_a_rule() {
    let mut view = fixtures::payments_api();
    Arc::make_mut(&mut view.drifts[0]).rule = "person-edit";
    pictures("rule", &[NARROW], |driver| driver.listed(vec![view.clone()]).keys("w"));
}

#[test]
fn the_palette_with_what_cannot_run_and_with_nothing_found() {
    of_the_night("palette", &[NARROW], |driver| driver.keys(": v i e w"));
    pictures("palette_unavailable", &[USUAL], |driver| driver.keys(":"));
    of_the_night("palette_empty", &[NARROW, USUAL], |driver| driver.keys(": z z z"));
}

#[test]
fn the_jobs_while_nothing_runs() {
    of_the_night("jobs_idle", &[NARROW, USUAL], |driver| driver.keys("J"));
}

#[test]
fn the_jobs_before_anybody_answered() {
    pictures("jobs_connecting", &[NARROW, USUAL], |driver| driver.keys("J"));
}

#[test]
fn the_log_without_a_line() {
    of_the_night("log_empty", &[NARROW, USUAL], |driver| {
        let page = LogPage {
            lines: Vec::new(),
            place: "From level info on, in /home/me/.local/state/driftline/log.".to_owned(),
        };
        driver.keys("L").send(Msg::Log { page, revision: 1 })
    });
}

#[test]
fn the_commands_by_hand_while_they_are_made_and_when_they_cannot_be() {
    of_the_night("by_hand_loading", &[NARROW, USUAL], |driver| {
        driver.without_replies().keys("c")
    });
    of_the_night("by_hand_failed", &[NARROW, USUAL], |driver| {
        let key = flagship().key.clone();
        let result = Err(forbidden());
        driver.without_replies().keys("c").send(Msg::CommandsByHand { key, result })
    });
}

#[test]
fn the_question_before_quitting_while_something_runs() {
    of_the_night("quit_with_a_job", &[USUAL], |driver| {
        let job = RunningJob {
            purpose: "Comparing the two sides",
            since: std::time::Duration::from_secs(8),
            waiting: 0,
        };
        driver.send(Msg::Jobs(vec![job])).keys("q")
    });
}

#[test]
fn a_window_too_small_for_a_list() {
    of_the_night("too_small", &[(20, 5), (300, 7)], |driver| driver.keys("enter"));
}
