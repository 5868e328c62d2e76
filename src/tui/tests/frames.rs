//! Each state of the screen as a picture: text, then style runs. Read them when they change.

use std::time::Duration;

use insta::assert_snapshot;

use super::driver::Driver;
use crate::engine::scan::Coverage;
use crate::engine::{EngineEvent, fixtures};
use crate::tui::state::LogPage;
use crate::tui::state::jobs::RunningJob;
use crate::tui::update::Msg;

#[test]
fn first_frame_before_any_data() {
    assert_snapshot!(Driver::new().size(80, 24).frame());
}

#[test]
fn connected_and_nothing_listed_yet() {
    assert_snapshot!(Driver::new().event(EngineEvent::Connected(fixtures::context())).frame());
}

#[test]
fn listed_and_not_judged_yet() {
    let pending = ["payments-api", "checkout", "search", "web", "docs"].map(fixtures::pending);
    let driver = Driver::new()
        .size(80, 24)
        .event(EngineEvent::Connected(fixtures::context()))
        .event(EngineEvent::Listed(fixtures::shared(pending.to_vec())));
    assert_snapshot!(driver.frame());
}

#[test]
fn triage_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).frame());
}

#[test]
fn triage_120x40() {
    assert_snapshot!(Driver::night().frame());
}

#[test]
fn triage_200x60() {
    assert_snapshot!(Driver::night().size(200, 60).frame());
}

#[test]
fn detail_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("enter").frame());
}

#[test]
fn detail_120x40() {
    assert_snapshot!(Driver::night().keys("enter").colour().frame());
}

#[test]
fn detail_200x60() {
    assert_snapshot!(Driver::night().size(200, 60).keys("enter v C").frame());
}

#[test]
fn reason_focused_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("tab").frame());
}

#[test]
fn an_open_application_with_two_drifts() {
    assert_snapshot!(Driver::night().keys("j l j").frame());
}

#[test]
fn hostile_text_and_long_names() {
    let driver = Driver::with(vec![fixtures::hostile(), fixtures::long_names()]);
    assert_snapshot!(driver.keys("j enter").frame());
}

#[test]
fn a_missing_object() {
    assert_snapshot!(Driver::with(vec![fixtures::refunds()]).size(110, 24).frame());
}

#[test]
fn an_application_without_a_comparison() {
    assert_snapshot!(Driver::night().size(110, 30).keys("G").frame());
}

#[test]
fn a_folded_group_is_selected() {
    assert_snapshot!(Driver::night().size(110, 30).keys("G k k").frame());
}

#[test]
fn an_addition_that_argocd_does_not_show() {
    let driver = Driver::with(vec![fixtures::mailer_with_addition(), fixtures::synced("web")]).event(EngineEvent::Sweeping {
        context: "prod-eu".into(),
        on: true,
        coverage: Coverage { checked: 1, total: 2 },
    });
    assert_snapshot!(driver.keys("enter j").frame());
}

#[test]
fn the_page_of_a_rule() {
    assert_snapshot!(Driver::night().judged(with_a_real_rule()).keys("w").frame());
}

fn with_a_real_rule() -> crate::engine::view::ApplicationView {
    let mut application = fixtures::payments_api();
    let drift = std::sync::Arc::make_mut(&mut application.drifts[0]);
    drift.rule = "person-edit";
    application
}

#[test]
fn ignore_workbench_120x40() {
    assert_snapshot!(
        Driver::with(fixtures::scaled_everywhere())
            .keys("3 x right right right tab l o a d")
            .frame()
    );
}

#[test]
fn ignore_workbench_80x24() {
    assert_snapshot!(
        Driver::with(fixtures::scaled_everywhere())
            .size(80, 24)
            .keys("3 x right right")
            .frame()
    );
}

#[test]
fn ignore_workbench_of_what_guards_something() {
    assert_snapshot!(Driver::with(vec![fixtures::ingress()]).keys("x enter").frame());
}

#[test]
fn ignore_workbench_of_a_whole_object() {
    assert_snapshot!(Driver::with(vec![fixtures::refunds()]).size(80, 24).keys("x").frame());
}

#[test]
fn ignore_workbench_before_the_answer() {
    assert_snapshot!(Driver::night().size(80, 24).without_replies().keys("x").frame());
}

#[test]
fn ignore_workbench_that_could_not_write() {
    let mut driver = Driver::with(fixtures::scaled_everywhere())
        .keys("3 x enter w h y")
        .without_replies()
        .keys("enter");
    let key = driver.state.ignoring.key.clone().unwrap();
    driver.effects();
    let result = Err(fixtures::list_not_written());
    assert_snapshot!(driver.send(Msg::Ignored { key, result }).frame());
}

#[test]
fn ignore_workbench_with_hostile_text() {
    assert_snapshot!(Driver::with(vec![fixtures::hostile()]).keys("x").frame());
}

#[test]
fn help() {
    assert_snapshot!(Driver::night().keys("?").frame());
}

#[test]
fn help_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("? ctrl-d").frame());
}

#[test]
fn the_palette() {
    assert_snapshot!(Driver::night().keys(": n e x t down").frame());
}

#[test]
fn the_palette_80x24() {
    assert_snapshot!(Driver::new().size(80, 24).keys(":").frame());
}

#[test]
fn commands_by_hand() {
    assert_snapshot!(Driver::night().keys("c j j").frame());
}

#[test]
fn commands_by_hand_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("c").frame());
}

#[test]
fn typing_a_filter() {
    assert_snapshot!(Driver::night().size(80, 24).keys("/ k u b e").frame());
}

#[test]
fn a_kept_filter() {
    assert_snapshot!(Driver::night().keys("/ p a y enter").frame());
}

#[test]
fn a_filter_without_a_match() {
    assert_snapshot!(Driver::night().size(80, 24).keys("/ z z z enter").frame());
}

#[test]
fn a_context_that_fails_before_anything_is_there() {
    assert_snapshot!(Driver::new().size(80, 24).failed().frame());
}

#[test]
fn a_context_that_only_a_person_can_mend() {
    let driver = Driver::new().event(EngineEvent::Failed {
        context: "prod-eu".into(),
        error: fixtures::unauthorized(),
        retry_at: None,
    });
    assert_snapshot!(driver.frame());
}

#[test]
fn stale_data_of_a_context_that_fails() {
    assert_snapshot!(Driver::night().failed().frame());
}

#[test]
fn nothing_drifted() {
    let clean = ["web", "docs", "mailer"].map(fixtures::synced);
    let mut applications = clean.to_vec();
    applications.push(fixtures::catalog());
    assert_snapshot!(Driver::with(applications).size(110, 24).frame());
}

#[test]
fn no_application_in_scope() {
    assert_snapshot!(Driver::with(Vec::new()).size(80, 24).frame());
}

#[test]
fn too_small() {
    assert_snapshot!(Driver::night().size(39, 10).frame());
}

#[test]
fn smallest() {
    assert_snapshot!(Driver::night().size(40, 8).frame());
}

#[test]
fn the_quit_question() {
    assert_snapshot!(Driver::night().size(80, 24).keys("q").frame());
}

#[test]
fn light() {
    assert_snapshot!(Driver::night().theme("light").frame());
}

#[test]
fn monochrome() {
    assert_snapshot!(Driver::night().theme("monochrome").frame());
}

#[test]
fn diff_side_by_side_200x60() {
    assert_snapshot!(Driver::night().size(200, 60).keys("enter").frame());
}

#[test]
fn diff_zoomed_120x40() {
    assert_snapshot!(Driver::night().keys("enter f").colour().frame());
}

#[test]
fn diff_zoomed_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("enter f").frame());
}

#[test]
fn diff_raw_and_unfolded_120x40() {
    assert_snapshot!(Driver::night().keys("enter f m v").frame());
}

#[test]
fn diff_live_yaml_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("enter M f").frame());
}

#[test]
fn diff_searching_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("enter / t i m e").frame());
}

#[test]
fn diff_searching_120x40() {
    assert_snapshot!(Driver::night().keys("enter / t i m e enter n").frame());
}

#[test]
fn diff_copying_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("enter y").frame());
}

#[test]
fn diff_copying_120x40() {
    assert_snapshot!(Driver::night().keys("enter y").frame());
}

fn with_jobs(width: u16, height: u16) -> Driver {
    let job = |purpose, waiting| RunningJob {
        purpose,
        since: Duration::from_secs(8),
        waiting,
    };
    Driver::night()
        .size(width, height)
        .failed()
        .event(EngineEvent::Sweeping {
            context: "prod-eu".into(),
            on: true,
            coverage: Coverage { checked: 3, total: 20 },
        })
        .send(Msg::Jobs(vec![job("Comparing the two sides", 0), job("Colouring", 2)]))
        .send(Msg::Focus(false))
        .keys("J")
}

#[test]
fn jobs_120x40() {
    assert_snapshot!(with_jobs(120, 40).frame());
}

#[test]
fn jobs_80x24() {
    assert_snapshot!(with_jobs(80, 24).frame());
}

fn with_log(width: u16, height: u16) -> Driver {
    let lines = (0..40).map(|n| match n % 7 {
        5 => format!("2026-11-20T03:12:{n:02}.000Z  WARN driftline::engine: the journal did not answer in time \u{1b}[31m n={n}"),
        6 => format!("2026-11-20T03:12:{n:02}.000Z DEBUG driftline::engine::follow: the stream of Applications ended n={n}"),
        _ => format!("2026-11-20T03:12:{n:02}.000Z  INFO driftline: line n={n}"),
    });
    let page = LogPage {
        lines: lines.collect(),
        place: "From level info on, in /home/me/.local/state/driftline/log.".to_owned(),
    };
    Driver::night()
        .size(width, height)
        .keys("L")
        .send(Msg::Log { page, revision: 1 })
}

#[test]
fn log_120x40() {
    assert_snapshot!(with_log(120, 40).frame());
}

#[test]
fn log_80x24() {
    assert_snapshot!(with_log(80, 24).frame());
}

fn stuck(width: u16, height: u16) -> Driver {
    let mut driver = Driver::night().size(width, height);
    driver.state.compared_every = Some(Duration::from_secs(180));
    let driver = driver.advance(Duration::from_secs(20 * 60));
    let at = driver.state.moment.wall;
    driver.event(EngineEvent::ListCompleted {
        context: "prod-eu".into(),
        applications: 12,
        at,
    })
}

#[test]
fn an_argocd_that_looks_stuck_120x40() {
    assert_snapshot!(stuck(120, 40).frame());
}

#[test]
fn an_argocd_that_looks_stuck_80x24() {
    assert_snapshot!(stuck(80, 24).frame());
}

#[test]
fn timeline_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).keys("t").frame());
}

#[test]
fn timeline_120x40() {
    assert_snapshot!(Driver::night().keys("t").frame());
}

#[test]
fn timeline_being_read_80x24() {
    assert_snapshot!(Driver::night().size(80, 24).without_replies().keys("t").frame());
}
