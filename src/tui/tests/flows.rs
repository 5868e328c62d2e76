//! What a person does, and what the screen answers.

use std::time::Duration;

use jiff::SignedDuration;

use super::driver::Driver;
use crate::engine::view::{ApplicationVerdict, DriftKey};
use crate::engine::{EngineEvent, fixtures};
use crate::tui::keymap::{Chord, Key};
use crate::tui::state::{Ending, Overlay, Pane, RowKey, Signal};
use crate::tui::update::{Effect, Msg};

fn first_drift(application: &crate::engine::view::ApplicationView) -> DriftKey {
    application.drifts[0].key.clone()
}

fn minute() -> Duration {
    Duration::from_mins(1)
}

// Seeing

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
        .event(EngineEvent::Listed(pending))
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
        .event(EngineEvent::Listed(pending))
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

// Moving

#[test]
fn the_selection_stays_on_its_row_and_line_when_others_come_above() {
    let driver = Driver::night().keys("j j").expect_selected("ingress");
    let line = line_of(&driver, "● ingress  ");
    let worse = fixtures::renamed(fixtures::payments_api(), "accounts");
    let driver = driver.judged(worse).advance(Duration::from_secs(1)).expect_text("● accounts");
    assert_eq!(
        line_of(&driver.expect_selected("ingress"), "● ingress  "),
        line + 1,
        "the list is at its top"
    );
}

fn line_of(driver: &Driver, text: &str) -> usize {
    driver.text().lines().position(|line| line.contains(text)).unwrap()
}

#[test]
fn in_a_scrolled_list_the_selected_row_keeps_its_line() {
    let many: Vec<_> = (0..60)
        .map(|index| fixtures::renamed(fixtures::ingress(), &format!("app-{index:02}")))
        .collect();
    let driver = Driver::with(many).keys("ctrl-d ctrl-d ctrl-d k k").expect_selected("app-");
    let (name, before) = (driver.selected(), driver.text());
    let name = name.split_whitespace().nth(1).unwrap().to_owned();
    let name = format!("{name}  ");
    let line = line_of(&driver, &name);
    let worse = fixtures::renamed(fixtures::payments_api(), "accounts");
    let driver = driver
        .judged(worse)
        .advance(Duration::from_secs(2))
        .expect_selected(name.trim());
    assert_eq!(line_of(&driver, &name), line, "{before}\n{}", driver.text());
}

#[test]
fn the_order_does_not_change_within_a_second_of_a_key() {
    let mut calm = fixtures::synced("payments-api");
    calm.reconciled_at = Some(fixtures::now());
    let driver = Driver::night().keys("j").judged(calm).advance(Duration::from_millis(900));
    let row = line_of(&driver, "· payments-a");
    let driver = driver.expect_text("RISKY 2");
    assert_eq!(row, 3, "still under RISKY, with its new glyph");
    driver
        .advance(Duration::from_millis(200))
        .expect_no_text("payments-a")
        .expect_selected("checkout");
}

#[test]
fn news_outside_the_view_says_so_until_it_was_seen() {
    let many: Vec<_> = (0..60)
        .map(|index| fixtures::renamed(fixtures::ingress(), &format!("app-{index:02}")))
        .chain([fixtures::synced("web"), fixtures::synced("docs")])
        .collect();
    let risen = |name: &str| fixtures::renamed(fixtures::payments_api(), name);
    Driver::with(many)
        .keys("G")
        .judged(risen("web"))
        .judged(risen("docs"))
        .advance(Duration::from_secs(2))
        .expect_text("2 new risky ↑")
        .keys("g")
        .expect_no_text("new risky");
}

#[test]
fn next_drift_walks_into_applications_with_several() {
    Driver::night()
        .keys("]")
        .expect_selected("Deployment/web")
        .keys("]")
        .expect_selected("Service/web")
        .keys("]")
        .expect_selected("ingress")
        .keys("[ [")
        .expect_selected("Deployment/web")
        .keys("[ [")
        .expect_text("This is the first drift of the list.");
}

#[test]
fn next_change_marks_it_and_says_when_there_is_no_more() {
    Driver::night()
        .keys("v")
        .expect_text("change 2 of 2")
        .keys("N")
        .expect_text("change 1 of 2")
        .keys("n n")
        .expect_text("This is the last change; ] goes to the next drift.");
}

#[test]
fn harmless_changes_are_folded_and_can_be_shown() {
    Driver::night()
        .expect_text("1 harmless folded")
        .expect_no_text("checked-at: ")
        .keys("v")
        .expect_text("+     checked-at: \"2026-11-20\"")
        .keys("v")
        .expect_no_text("checked-at: ");
}

#[test]
fn half_a_page_scrolls_and_never_writes() {
    let mut driver = Driver::night().size(80, 24).keys("enter e g ctrl-d");
    assert_ne!(driver.state.detail.top, 0);
    driver.effects();
    let mut driver = driver.keys("ctrl-u");
    assert_eq!(driver.state.detail.top, 0);
    assert_eq!(driver.effects(), []);
}

// What keys act on

#[test]
fn a_key_acts_on_the_drift_that_was_drawn_not_on_one_that_came_since() {
    let mut other = fixtures::payments_api();
    let mut worse = fixtures::ingress().drifts[0].as_ref().clone();
    worse.key.application = other.key.clone();
    other.drifts.insert(0, worse.into());
    // The news and the key arrive before the next frame.
    let driver = Driver::night().undrawn(vec![
        Msg::Engine(EngineEvent::Judged(Box::new(other))),
        Msg::Key(Chord::plain(Key::Enter)),
    ]);
    assert_eq!(driver.state.pane, Pane::List);
    driver
        .size(120, 40)
        .expect_text("What you saw there is gone; nothing was done.");
}

#[test]
fn a_key_for_a_row_that_went_away_does_nothing() {
    let driver = Driver::night().undrawn(vec![
        Msg::Engine(EngineEvent::Removed(fixtures::key("payments-api"))),
        Msg::Time(crate::tui::state::Moment {
            elapsed: Duration::from_secs(60),
            wall: fixtures::now(),
        }),
        Msg::Key(Chord::plain(Key::Enter)),
    ]);
    assert_eq!(driver.state.pane, Pane::List);
    driver.size(120, 40).expect_text("nothing was done");
}

#[test]
fn keys_in_one_batch_all_count() {
    let down = || Msg::Key(Chord::plain(Key::Char('j')));
    let driver = Driver::night().undrawn(vec![down(), down(), Msg::Key(Chord::plain(Key::Enter))]);
    assert_eq!(
        driver.state.list.selection(),
        Some(&RowKey::Application(fixtures::key("ingress")))
    );
    assert_eq!(driver.state.pane, Pane::Diff);
}

#[test]
fn a_removed_application_is_gone_after_a_moment() {
    Driver::night()
        .keys("j")
        .event(EngineEvent::Removed(fixtures::key("ingress")))
        .expect_text("RISKY 2")
        .expect_text("gone")
        .advance(Duration::from_secs(1))
        .expect_no_text("ingress");
}

// Effects

#[test]
fn the_selected_drift_is_compared_and_kept_fresh() {
    let driver = Driver::with(vec![fixtures::payments_api(), fixtures::ingress()]);
    let key = first_drift(&fixtures::ingress());
    let mut driver = driver.keys("j");
    let effects = driver.effects();
    assert!(effects.contains(&Effect::Open(key.clone())), "{effects:?}");
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Compare { key: k, .. } if *k == key)),
        "{effects:?}"
    );
}

#[test]
fn going_back_to_a_drift_needs_no_second_comparison() {
    let mut driver = Driver::night().keys("j");
    driver.effects();
    let mut driver = driver.keys("k").expect_text("MAX_CONNECTIONS: \"400\"");
    assert!(!driver.effects().iter().any(|effect| matches!(effect, Effect::Compare { .. })));
}

#[test]
fn an_answer_for_a_drift_that_was_left_is_dropped() {
    let mut driver = Driver::night().without_replies().keys("j");
    let asked = driver.effects().into_iter().find_map(|effect| match effect {
        Effect::Compare { key, generation } => Some((key, generation)),
        _ => None,
    });
    let (key, generation) = asked.unwrap();
    let late = Msg::Compared {
        key,
        generation,
        result: Err(fixtures::unreachable()),
    };
    driver
        .keys("j")
        .send(late)
        .expect_no_text("No diff")
        .expect_text("Reading both sides…");
}

#[test]
fn a_changed_drift_is_compared_again_while_its_old_diff_stays() {
    let mut changed = fixtures::payments_api();
    let mut drift = changed.drifts[0].as_ref().clone();
    drift.fingerprint = "0000000000000001".to_owned();
    changed.drifts[0] = drift.into();
    let mut driver = Driver::night().without_replies();
    driver.effects();
    let mut driver = driver.judged(changed).expect_text("MAX_CONNECTIONS: \"400\"");
    assert!(driver.effects().iter().any(|effect| matches!(effect, Effect::Compare { .. })));
}

#[test]
fn a_document_that_cannot_be_had_says_why() {
    let mut driver = Driver::night().without_replies().keys("j");
    let generation = driver.state.detail.generation;
    driver.effects();
    driver
        .send(Msg::Compared {
            key: first_drift(&fixtures::checkout()),
            generation,
            result: Err(fixtures::unreachable()),
        })
        .expect_text("No diff: Cannot reach argocd.example.com");
}

#[test]
fn colours_are_asked_for_what_is_in_view_once_and_arrive_later() {
    let mut driver = Driver::night();
    let asked = driver
        .effects()
        .iter()
        .filter(|effect| matches!(effect, Effect::Colour { .. }))
        .count();
    assert_eq!(asked, 2, "one block of each side");
    let mut driver = driver.keys("v v n");
    assert!(!driver.effects().iter().any(|effect| matches!(effect, Effect::Colour { .. })));
}

#[test]
fn refresh_lists_again() {
    Driver::night().keys("r").expect_effect(&Effect::Refresh);
}

#[test]
fn a_broken_job_becomes_a_message() {
    Driver::night()
        .send(Msg::JobFailed("Colouring"))
        .expect_text("Colouring broke");
}

// Filter

#[test]
fn the_filter_narrows_while_typing_and_takes_every_letter() {
    Driver::night()
        .keys("/ j k q")
        .expect_text("Nothing matches “jkq”.")
        .keys("backspace backspace backspace i n g r")
        .expect_selected("ingress")
        .expect_no_text("payments-api");
}

#[test]
fn the_filter_looks_through_kind_manager_cause_and_verdict() {
    for (words, found) in [
        ("c l u s t e r r o l e", "ingress"),
        ("g i t space a h e a d", "search"),
        ("m a n u a l - s c a l e", "checkout"),
        ("h p a", "catalog"),
        ("c a n n o t - t e l l", "legacy"),
        ("S H O P space R I S K Y space K 9 S space E D G E", "ingress"),
    ] {
        Driver::night().keys("/").keys(words).keys("enter").expect_selected(found);
    }
}

#[test]
fn enter_keeps_the_filter_and_escape_clears_it_then_goes_back() {
    Driver::night()
        .keys("/ p a y enter")
        .expect_text("filter pay")
        .expect_no_text("ingress")
        .keys("enter")
        .keys("esc")
        .expect_text("filter pay")
        .keys("esc")
        .expect_no_text("filter pay")
        .expect_text("ingress");
}

#[test]
fn escape_while_typing_clears() {
    Driver::night()
        .keys("/ p a y esc")
        .expect_text("ingress")
        .expect_no_text("filter pay");
}

#[test]
fn pasted_text_goes_into_the_filter_as_one_line() {
    let driver = Driver::night().keys("/").send(Msg::Paste("pay\nments".to_owned()));
    assert_eq!(driver.state.filter.text, "pay ments");
}

#[test]
fn pasted_text_is_nothing_else_anywhere_else() {
    let driver = Driver::night().send(Msg::Paste("q y".to_owned()));
    assert_eq!((driver.state.overlay, driver.state.ending), (None, None));
}

// Leaving

#[test]
fn q_goes_back_and_asks_at_the_root() {
    let driver = Driver::night().keys("enter q");
    assert_eq!((driver.state.pane, driver.state.overlay), (Pane::List, None));
    let driver = driver.keys("q").expect_text("Quit driftline?");
    assert_eq!(driver.state.ending, None);
    assert_eq!(driver.keys("esc").state.overlay, None);
}

#[test]
fn the_question_is_answered_by_y_enter_or_q() {
    for key in ["y", "enter", "q"] {
        assert_eq!(Driver::night().keys("q").keys(key).state.ending, Some(Ending::Quit));
    }
}

#[test]
fn ctrl_c_quits_at_once_from_everywhere() {
    for keys in ["ctrl-c", "/ a ctrl-c", "? ctrl-c", "q ctrl-c", "enter tab ctrl-c"] {
        assert_eq!(Driver::night().keys(keys).state.ending, Some(Ending::Quit), "{keys}");
    }
}

#[test]
fn a_signal_and_a_vanished_terminal_end_it() {
    let ended = |msg| Driver::night().send(msg).state.ending;
    assert_eq!(ended(Msg::Signal(Signal::Terminate)), Some(Ending::Signal(Signal::Terminate)));
    assert_eq!(ended(Msg::InputEnded), Some(Ending::Quit));
}

// Help and hints

#[test]
fn help_scrolls_and_closes() {
    let driver = Driver::night().size(80, 24).keys("? G").expect_text("Quit at once");
    assert!(matches!(driver.state.overlay, Some(Overlay::Help { scroll }) if scroll > 0));
    assert_eq!(driver.keys("?").state.overlay, None);
}

#[test]
fn hints_name_only_what_can_be_pressed_now() {
    Driver::new()
        .expect_no_text("Enter open")
        .expect_text("? help")
        .expect_text("q quit");
    Driver::with(vec![fixtures::synced("web")])
        .expect_no_text("next drift")
        .expect_no_text("change");
    Driver::night()
        .size(80, 24)
        .expect_no_text("n change")
        .keys("enter")
        .expect_text("Esc list");
}

#[test]
fn a_command_that_cannot_run_says_why() {
    Driver::with(vec![fixtures::synced("web")])
        .keys("n")
        .expect_text("No change is shown.");
}

// Freshness and failures

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
        .expect_text("! prod-eu: Cannot reach argocd.example.com since 03:13; what you see is older. It tries again at 03:18.")
        .expect_text("stale · compared 4 min ago")
        .expect_selected("payments-api")
        .event(EngineEvent::Connected(fixtures::context()))
        .expect_no_text("Cannot reach");
}

#[test]
fn a_failure_lasts_since_its_first_time() {
    Driver::night()
        .failed()
        .advance(minute() * 3)
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
        minute() - Duration::from_millis(300),
        "ages were full minutes 0.3 s ago"
    );
    assert_eq!(Driver::new().state.next_wake(), None, "nothing on the screen has an age");
    let mut old = fixtures::ingress();
    old.reconciled_at = Some(fixtures::now() - SignedDuration::from_hours(80));
    old.synced_at = old.reconciled_at;
    let state = Driver::with(vec![old]).state;
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
        driver = driver.undrawn(vec![Msg::Time(moment), Msg::Engine(EngineEvent::Judged(Box::new(view)))]);
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
        let panes = if width >= 100 { 2 } else { 1 };
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
    let diff = crate::tui::diff::Diff::compute(fixtures::document_of(drift, &long("OLD"), &long("NEW")));
    let driver = Driver::night();
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    driver
        .send(Msg::Compared {
            key,
            generation,
            result: Ok(diff.into()),
        })
        .expect_text("xOLD")
        .expect_text("xNEW");
}
