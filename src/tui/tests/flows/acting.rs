//! What keys act on, and what is asked of the world.

use std::time::Duration;

use crate::engine::view::DriftKey;
use crate::engine::{EngineEvent, fixtures};
use crate::tui::keymap::{Chord, Key};
use crate::tui::state::{Moment, Pane, RowKey};
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg, TerminalEffect};

fn first_drift(application: &crate::engine::view::ApplicationView) -> DriftKey {
    application.drifts[0].key.clone()
}

#[test]
fn a_key_acts_on_the_drift_that_was_drawn_not_on_one_that_came_since() {
    let mut other = fixtures::payments_api();
    let mut worse = fixtures::ingress().drifts[0].as_ref().clone();
    worse.key.application = other.key.clone();
    other.drifts.insert(0, worse.into());
    // The news and the key arrive before the next frame.
    let driver = Driver::night().undrawn(vec![
        Msg::Engine(EngineEvent::Judged(other.into())),
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
        Msg::Time(Moment {
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
        Effect::Compare { key, generation, .. } => Some((key, generation)),
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

#[test]
fn commands_to_run_by_hand_are_copied_and_never_run() {
    let mut driver = Driver::night()
        .keys("c")
        .expect_text("By hand ─ copied, never run")
        .expect_text("sync this one resource: applies what Git says")
        .expect_text("argocd app sync argocd/payments-api --resource :ConfigMap:shop/api-config")
        .keys("j j")
        .expect_text("kubectl -n shop patch configmap api-config --type=json")
        .keys("enter")
        .expect_text("Copied, not run: put /data/MAX_CONNECTIONS back")
        .expect_no_text("By hand");
    let copied: Vec<String> = driver
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Terminal(TerminalEffect::Copy(text)) => Some(text),
            _ => None,
        })
        .collect();
    assert_eq!(copied.len(), 1);
    assert!(
        copied[0].contains(r#"{"op":"replace","path":"/data/MAX_CONNECTIONS","value":"100"}"#),
        "{copied:?}"
    );
}

#[test]
fn commands_are_for_the_drift_that_was_drawn() {
    let mut driver = Driver::night().without_replies().keys("c").expect_text("Reading both sides");
    let asked = driver.effects().into_iter().find_map(|effect| match effect {
        Effect::CommandsByHand(key) => Some(key),
        _ => None,
    });
    assert_eq!(asked, driver.state.list.aim.drift);
    assert!(asked.is_some());
}
