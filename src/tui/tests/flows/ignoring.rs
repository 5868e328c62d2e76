//! From a drift to an ignore rule and back.

use crate::engine::EngineEvent;
use crate::engine::fixtures;
use crate::engine::ignoring::applying::{IgnorePlan, Ignored};
use crate::tui::state::Overlay;
use crate::tui::state::ignoring::Field;
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg, TerminalEffect};

fn scaled() -> Driver {
    // The first harmless one, which an autoscaler scaled.
    Driver::with(fixtures::scaled_everywhere()).keys("3 j")
}

fn written(driver: &mut Driver) -> Option<IgnorePlan> {
    driver.effects().into_iter().find_map(|effect| match effect {
        Effect::Ignore(plan) => Some(*plan),
        _ => None,
    })
}

#[test]
fn a_rule_in_four_steps_open_widen_say_why_write() {
    let mut driver = scaled()
        .keys("x")
        .expect_text("1 change in this resource")
        .expect_text("nothing that drifts now")
        .keys("right right")
        .expect_text("hpa-replicas")
        .expect_text("checkout › Deployment/web  manual-scale by kubectl")
        .keys("enter")
        .expect_text("An ignore rule needs a reason.")
        .keys("a u t o s c a l e d enter")
        .expect_text("Ignored: the rule is in");
    assert_eq!(driver.state.overlay, None);
    let rule = written(&mut driver).unwrap().rule().clone();
    assert_eq!(rule.reason, "autoscaled");
    assert_eq!(rule.scope.project.map(|glob| glob.to_string()).as_deref(), Some("shop"));
    assert_eq!(rule.scope.name, None);
    assert_eq!(rule.matcher.to_string(), "/spec/replicas");
}

#[test]
fn nothing_is_written_before_enter_and_esc_leaves() {
    let mut driver = scaled().keys("x right tab w h y tab 3 0 d esc");
    assert_eq!(driver.state.overlay, None);
    assert_eq!(written(&mut driver), None);
}

#[test]
fn what_guards_something_is_refused_without_the_word() {
    let driver = Driver::with(vec![fixtures::ingress()])
        .keys("x enter")
        .expect_text("type hides-danger to hide it");
    assert_eq!(driver.state.ignoring.field, Field::Word);
    let mut driver = driver.keys("y e s enter");
    assert_eq!(written(&mut driver), None);
    let mut driver = driver.keys("ctrl-w h i d e s - d a n g e r tab w h y enter");
    assert!(written(&mut driver).unwrap().rule().dangerous);
}

#[test]
fn a_last_day_that_is_none_leads_to_its_field() {
    let mut driver = scaled()
        .keys("x enter w h y tab s o o n enter")
        .expect_text("Until is a day such as");
    assert_eq!(written(&mut driver), None);
    let mut driver = driver.keys("ctrl-w 4 w enter");
    let rule = written(&mut driver).unwrap().rule().clone();
    assert_eq!(rule.expires.map(|date| date.to_string()).as_deref(), Some("2026-12-18"));
}

#[test]
fn the_workbench_opens_on_the_change_that_stands_in_the_diff_and_goes_to_others() {
    let driver = Driver::night().keys("x");
    let path = |driver: &Driver| driver.state.ignoring.ready().unwrap().change().unwrap().path.to_string();
    assert_eq!(path(&driver), "/data/MAX_CONNECTIONS");
    let driver = driver.keys("shift-tab shift-tab right");
    assert_eq!(path(&driver), "/metadata/annotations/checked-at");
    let driver = Driver::night().keys("enter v N N x");
    assert_eq!(path(&driver), "/metadata/annotations/checked-at");
}

#[test]
fn a_manager_rule_says_who() {
    let mut driver = scaled().keys("x shift-tab right tab tab w h y enter");
    let rule = written(&mut driver).unwrap().rule().clone();
    assert_eq!(rule.matcher.to_string(), "/spec/replicas by kube-controller-manager");
}

#[test]
fn what_changed_meanwhile_is_shown_and_not_written() {
    let driver = scaled().keys("x tab w h y").without_replies().keys("enter");
    let key = driver.state.ignoring.key.clone().unwrap();
    let views: Vec<_> = driver.state.applications.values().map(|entry| entry.view().clone()).collect();
    let now = fixtures::workbench(&views, &key, None).unwrap();
    driver
        .send(Msg::Ignored {
            key,
            result: Ok(Ignored::Changed(Box::new(now))),
        })
        .expect_text("Nothing was written: it has changed meanwhile.")
        .expect_text("why");
}

#[test]
fn a_drift_that_went_meanwhile_is_told_and_the_text_stays() {
    let driver = scaled().keys("x tab w h y").without_replies();
    let key = driver.state.ignoring.key.clone().unwrap();
    let views = Vec::new();
    let gone = fixtures::workbench(&views, &key, None).unwrap_err();
    let driver = driver
        .event(EngineEvent::Removed(key.application.clone()))
        .keys("enter")
        .send(Msg::Ignored { key, result: Err(gone) })
        .expect_text("This drift is gone");
    assert_eq!(driver.state.overlay, Some(Overlay::Ignore));
    assert_eq!(driver.state.ignoring.reason, "why");
}

#[test]
fn enter_twice_writes_once() {
    let mut driver = scaled().keys("x tab w h y").without_replies().keys("enter enter");
    let plans = driver
        .effects()
        .into_iter()
        .filter(|effect| matches!(effect, Effect::Ignore(_)))
        .count();
    assert_eq!(plans, 1);
    driver.expect_text("Writing…");
}

#[test]
fn the_rule_can_be_copied_for_argo_cd() {
    let mut driver = scaled().keys("x y");
    let copied = driver.effects().into_iter().find_map(|effect| match effect {
        Effect::Terminal(TerminalEffect::Copy(text)) => Some(text),
        _ => None,
    });
    assert!(copied.unwrap().contains("jsonPointers:\n      - /spec/replicas\n"));
}

#[test]
fn an_own_rule_is_taken_back_with_one_key() {
    let driver = Driver::with(vec![fixtures::ignored_by_ann()]).keys("3 j u");
    let key = fixtures::ignored_by_ann().drifts[0].key.clone();
    driver
        .expect_text("The rule is out of your list again")
        .expect_effect(&Effect::StopIgnoring(key));
    let mut driver = Driver::night()
        .keys("u")
        .expect_text("No ignore rule hides a change of this drift.");
    assert!(
        !driver
            .effects()
            .iter()
            .any(|effect| matches!(effect, Effect::StopIgnoring(_)))
    );
}
