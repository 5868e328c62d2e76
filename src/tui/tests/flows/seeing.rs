//! What is to be seen, and how fresh it is.

use std::time::Duration;

use jiff::SignedDuration;

use crate::engine::ports::ErrorView;
use crate::engine::view::ApplicationVerdict;
use crate::engine::{EngineEvent, fixtures};
use crate::tui::diff::{Shape, Shown};
use crate::tui::tests::driver::Driver;
use crate::tui::update::Msg;

#[test]
fn the_worst_application_is_selected_first_and_its_reason_is_there() {
    Driver::night()
        .expect_selected("payments-api")
        .expect_text("A person changed a value")
        .expect_text("kubectl-edit · Update · 02:13 (1 h ago)")
        .expect_text("which reverts it.")
        .expect_text("+   MAX_CONNECTIONS: \"400\"");
}

#[test]
fn rows_appear_first_and_verdicts_fill_in() {
    let pending = ["payments-api", "web"].map(fixtures::pending).to_vec();
    Driver::new()
        .event(EngineEvent::Listed(fixtures::shared(pending)))
        .expect_text("JUDGING 2")
        .expect_text("judged 0 of 2")
        .judged(fixtures::payments_api())
        .advance(Duration::from_millis(250))
        .expect_text("RISKY 1")
        .expect_text("judged 1 of 2")
        .judged(fixtures::synced("web"))
        .advance(Duration::from_millis(250))
        .expect_no_text("JUDGING");
}

#[test]
fn while_loading_the_first_row_is_selected_whatever_arrives() {
    let pending = ["payments-api", "catalog"].map(fixtures::pending).to_vec();
    Driver::new()
        .event(EngineEvent::Listed(fixtures::shared(pending)))
        .expect_selected("catalog")
        .judged(fixtures::payments_api())
        .advance(Duration::from_millis(250))
        .expect_selected("payments-api");
}

#[test]
fn harmless_and_synced_are_folded_until_opened() {
    Driver::night()
        .expect_text("HARMLESS 1 ▸")
        .expect_no_text("mailer")
        .keys("G k k")
        .expect_selected("HARMLESS")
        .keys("enter")
        .expect_text("HARMLESS 1 ▾")
        .expect_text("○ catalog")
        .keys("h")
        .expect_text("HARMLESS 1 ▸");
}

#[test]
fn closing_from_inside_a_group_goes_to_its_heading() {
    Driver::night()
        .keys("G k k l j")
        .expect_selected("catalog")
        .keys("h")
        .expect_selected("HARMLESS")
        .keys("h")
        .expect_text("HARMLESS 1 ▸");
}

#[test]
fn an_application_with_several_drifts_opens_and_closes() {
    Driver::night()
        .keys("j")
        .expect_selected("checkout")
        .expect_text("on Deployment/web")
        .keys("enter")
        .expect_text("◐ Service/web")
        .expect_selected("checkout")
        .keys("j j")
        .expect_selected("Service/web")
        .keys("h")
        .expect_selected("checkout")
        .expect_no_text("◐ Service/web");
}

#[test]
fn on_a_narrow_terminal_enter_goes_in_and_escape_out() {
    Driver::night()
        .size(80, 24)
        .expect_no_text("why ")
        .keys("enter")
        .expect_text("why ")
        .expect_no_text("NEEDS REVIEW 4")
        .keys("esc")
        .expect_text("NEEDS REVIEW 4");
}

#[test]
fn the_reason_of_an_application_without_comparison_is_the_conditions_text() {
    Driver::night()
        .keys("G")
        .expect_selected("legacy")
        .expect_text("CANNOT TELL")
        .expect_text("no such host");
}

#[test]
fn an_age_is_told_anew_by_the_minute() {
    Driver::night()
        .expect_text("live · compared 4 min ago")
        .advance(Duration::from_secs(59))
        .expect_text("compared 4 min ago")
        .advance(Duration::from_secs(1))
        .expect_text("compared 5 min ago");
}

#[test]
fn a_failing_context_keeps_its_rows_and_says_when_it_tries_again() {
    Driver::night()
        .failed()
        .expect_text("! prod-eu: Cannot reach argocd.example.com since 03:13; what you see is older. It tries again at 03:13:20.")
        .expect_text("stale · compared 4 min ago")
        .expect_selected("payments-api")
        .event(EngineEvent::Connected(fixtures::context()))
        .expect_no_text("Cannot reach");
}

#[test]
fn what_to_do_about_a_failure_is_not_cut_off_on_a_narrow_terminal() {
    Driver::night()
        .size(80, 24)
        .failed()
        .expect_text("! Cannot reach argocd.example.com since 03:13. It tries again at 03:13:20.")
        .event(EngineEvent::Failed {
            context: fixtures::context().name,
            error: ErrorView {
                title: "Not logged in to argocd.example.com".to_owned(),
                detail: "argocd.example.com does not accept the token: expired".to_owned(),
                hint: "Log in again: argocd login argocd.example.com, or give a new token in ARGOCD_AUTH_TOKEN.".to_owned(),
            },
            retry_at: None,
        })
        .expect_text("! Log in again: argocd login argocd.example.com,");
}

#[test]
fn a_failure_lasts_since_its_first_time() {
    Driver::night()
        .failed()
        .advance(Duration::from_mins(1) * 3)
        .failed()
        .expect_text("since 03:13");
}

#[test]
fn a_message_goes_away_by_itself() {
    Driver::night()
        .keys("r")
        .expect_text("Listing again.")
        .advance(Duration::from_secs(4))
        .expect_no_text("Listing again.");
}

#[test]
fn an_idle_screen_wakes_for_the_next_age_and_for_nothing_else() {
    let state = Driver::night().state;
    let wake = state.next_wake().unwrap() - state.moment.elapsed;
    assert_eq!(
        wake,
        Duration::from_mins(1) - Duration::from_millis(300),
        "ages were full minutes 0.3 s ago"
    );
    let calm = |driver: Driver| driver.send(Msg::Focus(false)).state;
    assert_eq!(calm(Driver::new()).next_wake(), None, "nothing on the screen has an age");
    let idle = Driver::new().state.next_wake();
    assert_eq!(idle, Some(Duration::from_mins(5)), "once, to ask more rarely");
    let mut old = fixtures::ingress();
    old.reconciled_at = Some(fixtures::now() - SignedDuration::from_hours(80));
    old.synced_at = old.reconciled_at;
    old.fetched_at = fixtures::now() - SignedDuration::from_hours(80);
    let mut driver = Driver::with(vec![old.clone()]);
    for context in driver.state.contexts.values_mut() {
        context.listed_at = Some(old.fetched_at);
    }
    let state = calm(driver);
    assert!(state.next_wake().unwrap() - state.moment.elapsed > Duration::from_hours(1));
}

#[test]
fn a_storm_of_verdicts_orders_the_rows_at_most_four_times_a_second() {
    let mut driver = Driver::night();
    let mut orders = std::collections::BTreeSet::new();
    for index in 0..1_000_i32 {
        let view = fixtures::renamed(fixtures::ingress(), &format!("app-{index:04}"));
        let mut moment = driver.state.moment;
        moment.elapsed += Duration::from_millis(1);
        driver = driver.undrawn(vec![Msg::Time(moment), Msg::Engine(EngineEvent::Judged(view.into()))]);
        orders.insert(driver.state.list.ordered_at);
    }
    assert!(orders.len() <= 5, "{orders:?}");
    assert_eq!(driver.state.counts.of(ApplicationVerdict::Risky), 1_003);
}

#[test]
fn no_more_rows_are_built_than_can_be_seen() {
    let many: Vec<_> = (0..10_000)
        .map(|index| fixtures::renamed(fixtures::ingress(), &format!("app-{index:05}")))
        .collect();
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let driver = Driver::with(many.clone()).size(width, height).keys("G");
        let panes = if width >= 110 { 2 } else { 1 };
        assert!(
            driver.drawn.rows <= panes * (usize::from(height) + 2),
            "{}",
            driver.drawn.rows
        );
    }
}

#[test]
fn a_long_line_is_shown_where_it_differs() {
    let application = fixtures::payments_api();
    let long = |tail: &str| format!("a: {}{tail}", "x".repeat(900));
    let drift = &application.drifts[0];
    let shown = Shown::of(fixtures::document_of(drift, &long("OLD"), &long("NEW")), Shape::default());
    let driver = Driver::night();
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    driver
        .send(Msg::Compared {
            key,
            generation,
            result: Ok(shown),
        })
        .expect_text("xOLD")
        .expect_text("xNEW");
}

#[test]
fn a_drift_that_keeps_coming_back_says_since_when_and_how_often() {
    let mut view = fixtures::payments_api();
    for drift in &mut view.drifts {
        let drift = std::sync::Arc::make_mut(drift);
        (drift.times_seen, drift.flaps) = (4, 2);
    }
    Driver::with(vec![view])
        .expect_text("seen   4 times since 02:18 (55 min ago)")
        .expect_text("came back 2");
    Driver::night().expect_no_text("seen ");
}

#[test]
fn what_somebody_decided_is_said_with_who_and_until_when() {
    let mut view = fixtures::payments_api();
    let drift = std::sync::Arc::make_mut(&mut view.drifts[0]);
    drift.dispositions.push(fixtures::snoozed());
    Driver::with(vec![view])
        .expect_text("[snoozed]")
        .expect_text("done   snoozed by ann, 02:43 (30 min ago)")
        .expect_text("until 06:13");
}

#[test]
fn the_help_says_what_signs_and_filters_mean() {
    Driver::night()
        .size(120, 100)
        .keys("?")
        .expect_text("● risky")
        .expect_text("↻ keeps coming back")
        .expect_text("manager:, who:")
        .expect_text("age>1h, age<2d");
}
