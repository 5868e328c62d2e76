//! The story of a drift or an Application, and what the panel says of Git and of autoscalers.

use std::sync::Arc;

use crate::engine::fixtures;
use crate::engine::view::ApplicationView;
use crate::tui::state::Overlay;
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg};

fn payments() -> Driver {
    Driver::with(vec![fixtures::payments_api()])
}

/// Answers the newest request for a story.
fn answer(driver: Driver, result: Result<crate::engine::timeline::Timeline, crate::engine::ports::ErrorView>) -> Driver {
    let generation = driver.state.timeline.generation;
    driver.send(Msg::TimelineTold { generation, result })
}

fn git_told(driver: Driver, view: &ApplicationView, author: &str, subject: &str) -> Driver {
    driver.send(Msg::GitSideTold {
        key: view.key.clone(),
        revisions: view.revisions.clone(),
        told: fixtures::git_side(view, author, subject),
    })
}

#[test]
fn a_key_opens_the_story_at_its_end_where_now_and_next_are_and_escape_closes_it() {
    payments()
        .size(80, 24)
        .keys("t")
        .expect_text("Timeline payments-api › ConfigMap/api-config")
        .expect_text("pending")
        .expect_text("next     Auto-sync is on, self-heal off")
        .expect_no_text("an event without a time")
        .keys("g")
        .expect_text("time not known")
        .expect_text("kubelet · Lost: an event without a time")
        .keys("esc")
        .expect_no_text("Timeline")
        .keys("tab t")
        .expect_text("Timeline payments-api");
}

#[test]
fn the_story_is_of_the_selected_drift_or_of_an_application_that_has_none() {
    let mut driver = Driver::with(vec![fixtures::checkout()]).keys("l j");
    driver.effects();
    let mut driver = driver.keys("t");
    let view = fixtures::checkout();
    let asked = |driver: &mut Driver| {
        driver.effects().into_iter().find_map(|effect| match effect {
            Effect::Timeline { application, drift, .. } => Some((application.key.clone(), drift)),
            _ => None,
        })
    };
    assert_eq!(asked(&mut driver), Some((view.key.clone(), Some(view.drifts[0].key.clone()))));

    let mut driver = Driver::with(vec![fixtures::refunds(), fixtures::cannot_tell("legacy", "Unreachable.")]).keys("G t");
    assert_eq!(asked(&mut driver), Some((fixtures::key("legacy"), None)));
    driver.expect_text("Timeline legacy");
}

#[test]
fn a_heading_has_no_story() {
    Driver::with(vec![fixtures::payments_api(), fixtures::catalog()])
        .keys("G t")
        .expect_text("No Application is selected.");
}

#[test]
fn while_it_is_read_it_says_so_and_what_cannot_be_read_says_why() {
    let driver = payments()
        .without_replies()
        .keys("t")
        .expect_text("Reading what is on record…");
    answer(driver, Err(fixtures::unreachable()))
        .expect_text("Cannot reach argocd.example.com")
        .expect_text("Check the address, the network")
        .keys("esc")
        .expect_no_text("Cannot reach");
}

#[test]
fn an_empty_story_still_says_what_happens_next() {
    let view = fixtures::payments_api();
    let driver = payments().without_replies().keys("t");
    answer(driver, Ok(fixtures::told(&view, Vec::new())))
        .expect_text("Nothing is on record.")
        .expect_text("Auto-sync is on, self-heal off");
}

#[test]
fn a_late_answer_about_another_story_is_dropped() {
    let view = fixtures::payments_api();
    let driver = payments().without_replies().keys("t");
    let old = driver.state.timeline.generation;
    let driver = driver.keys("esc t");
    driver
        .send(Msg::TimelineTold {
            generation: old,
            result: Ok(fixtures::told(&view, Vec::new())),
        })
        .expect_text("Reading what is on record…");
}

#[test]
fn the_story_scrolls_and_stops_at_its_ends() {
    let driver = payments().size(80, 16).keys("t k k");
    let Some(Overlay::Timeline { scroll }) = driver.state.overlay else {
        panic!("the story is open");
    };
    let driver = driver.keys("G G j");
    assert_eq!(driver.state.overlay, Some(Overlay::Timeline { scroll: scroll + 2 }));
    let driver = driver.keys("g k");
    assert_eq!(driver.state.overlay, Some(Overlay::Timeline { scroll: 0 }));
}

#[test]
fn hostile_words_in_a_story_are_shown_as_escapes() {
    let view = fixtures::payments_api();
    let kind = crate::engine::timeline::TimelineKind::Edit;
    let entry = fixtures::happened(Some(5), kind, "\u{1b}[2Jkubectl", "Update\u{202e}: /data/a");
    let driver = payments().without_replies().keys("t");
    answer(driver, Ok(fixtures::told(&view, vec![entry]))).expect_text("\\u{1b}[2Jkubectl · Update\\u{202e}: /data/a");
}

#[test]
fn the_commit_compared_with_is_named_with_its_age_author_and_subject() {
    let view = fixtures::payments_api();
    let driver = payments()
        .size(200, 60)
        .keys("tab")
        .expect_text("git    3f9c2ab, synced 2026-11-08 03:13 (12 d ago)");
    git_told(driver, &view, "Ann Example", "raise pool size")
        .expect_text("git    compared with main@3f9c2ab, 12 d ago, Ann Example: \"raise pool size\"")
        .expect_text("synced 2026-11-08 03:13 (12 d ago)")
        .expect_no_text("3f9c2ab, synced");
}

#[test]
fn what_is_not_told_of_a_commit_leaves_no_gap() {
    let view = fixtures::payments_api();
    for (author, subject, expected) in [
        ("", "", "main@3f9c2ab, 12 d ago"),
        ("Ann", "", "main@3f9c2ab, 12 d ago, Ann"),
        ("", "fix", "main@3f9c2ab, 12 d ago: \"fix\""),
        ("\u{1b}[2J", "\u{202e}x", "main@3f9c2ab, 12 d ago, \\u{1b}[2J: \"\\u{202e}x\""),
    ] {
        git_told(payments().size(200, 60).keys("tab"), &view, author, subject).expect_text(expected);
    }
}

#[test]
fn commits_are_asked_for_once_for_each_application_and_again_when_git_moves() {
    let asked = |driver: &mut Driver| -> Vec<String> {
        let effects = driver.effects().into_iter();
        let names = effects.filter_map(|effect| match effect {
            Effect::GitSide(view) => Some(view.key.name.to_string()),
            _ => None,
        });
        names.collect()
    };
    let mut driver = Driver::with(vec![fixtures::payments_api(), fixtures::ingress()]);
    let first = asked(&mut driver);
    assert_eq!(first.len(), 1, "{first:?}");
    let mut driver = driver.keys("tab tab tab v");
    assert_eq!(asked(&mut driver), [""; 0], "nothing else is shown");
    let mut driver = driver.keys("]");
    assert_eq!(asked(&mut driver).len(), 1, "another one is");
    let shown = driver.state.detail.key.clone().unwrap().application;
    let mut moved = ApplicationView::clone(driver.state.applications[&shown].view());
    moved.revisions = vec!["0123456789012345678901234567890123456789".to_owned()];
    let mut driver = driver.judged(moved);
    assert_eq!(asked(&mut driver), [shown.name.to_string()]);
}

#[test]
fn an_answer_about_what_is_not_shown_any_more_is_dropped() {
    let view = fixtures::payments_api();
    let driver = Driver::with(vec![fixtures::ingress()]).keys("tab");
    git_told(driver, &view, "Ann", "elsewhere").expect_no_text("elsewhere");
}

#[test]
fn a_sync_that_failed_says_when_and_why() {
    let mut view = fixtures::payments_api();
    view.failed_sync = Some(fixtures::failed_sync(&view, "one or more objects failed to apply"));
    Driver::with(vec![view.clone()])
        .size(200, 60)
        .keys("tab")
        .expect_text("the last sync to 3f9c2ab failed 02:53 (20 min ago): one or more objects");
    view.failed_sync = Some(fixtures::failed_sync(&view, ""));
    Driver::with(vec![view])
        .size(200, 60)
        .keys("tab")
        .expect_text("failed 02:53 (20 min ago): Argo CD does not say why");
}

#[test]
fn the_autoscaler_of_a_workload_stands_beside_it_with_its_bounds() {
    let mut view = fixtures::catalog();
    Arc::make_mut(&mut view.drifts[0]).scalers = vec![fixtures::scaler("hpa/web", "2–10 replicas, cpu 80%")];
    Driver::with(vec![view])
        .keys("l j tab")
        .expect_text("scaler hpa/web 2–10 replicas, cpu 80%");
}
