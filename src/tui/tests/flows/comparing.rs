//! The diff pane: how it is looked at, what is found in it, what leaves it.

use std::sync::Arc;

use crate::drift::Pointer;
use crate::engine::document::DriftDocument;
use crate::engine::fixtures;
use crate::engine::view::{ApplicationView, OriginView};
use crate::tui::diff::highlight::{BLOCK, LONGEST};
use crate::tui::diff::{Form, Shape, Shown, Side, View};
use crate::tui::state::{Layout, Pane};
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg, Patience, TerminalEffect};

/// The night with this document open, the diff focused.
fn showing(document: DriftDocument) -> Driver {
    let driver = Driver::night().keys("enter");
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    driver.send(Msg::Compared {
        key,
        generation,
        result: Ok(Shown::of(document, Shape::default())),
    })
}

fn document(desired: &str, live: &str) -> DriftDocument {
    fixtures::document_of(&fixtures::payments_api().drifts[0], desired, live)
}

fn copied(driver: &mut Driver) -> Vec<String> {
    let texts = driver.effects().into_iter().filter_map(|effect| match effect {
        Effect::Terminal(TerminalEffect::Copy(text)) => Some(text),
        _ => None,
    });
    texts.collect()
}

#[test]
fn wide_terminals_show_both_sides_beside_each_other_and_a_key_switches() {
    let wide = Driver::night().size(200, 60).keys("enter");
    assert_eq!(wide.state.detail.plan.shape().form, Form::SideBySide);
    let driver = wide.keys("s");
    assert_eq!(driver.state.detail.plan.shape().form, Form::Unified);
    let driver = Driver::night().keys("enter");
    assert_eq!(driver.state.detail.plan.shape().form, Form::Unified);
    let driver = driver.keys("s");
    assert_eq!(driver.state.detail.plan.shape().form, Form::SideBySide);
    Driver::night()
        .size(44, 20)
        .keys("enter s")
        .expect_text("The diff is too narrow");
}

#[test]
fn zooming_gives_the_diff_the_screen_and_escape_gives_it_back() {
    Driver::night()
        .keys("enter f")
        .expect_no_text("RISKY 3")
        .expect_no_text("manual-edit")
        .expect_text("MAX_CONNECTIONS: \"400\"")
        .expect_text("Esc all panes")
        .keys("esc")
        .expect_text("RISKY 3")
        .keys("f")
        .expect_no_text("RISKY 3")
        .keys("f")
        .expect_text("RISKY 3");
}

#[test]
fn views_go_round_and_each_says_what_it_is() {
    let driver = Driver::night()
        .keys("enter m")
        .expect_text("─ raw ─ 1 harmless, 1 not compared folded")
        .keys("v")
        .expect_text("immutable: false")
        .keys("v m")
        .expect_text("Git, whole")
        .expect_text("MAX_CONNECTIONS: \"100\"")
        .expect_no_text("+   MAX_CONNECTIONS")
        .keys("m")
        .expect_text("live, whole")
        .expect_no_text("-   MAX_CONNECTIONS")
        .keys("m");
    assert_eq!(driver.state.detail.view, View::Compared);
    assert_eq!(driver.keys("M").state.detail.view, View::Live);
}

#[test]
fn a_raw_pair_that_cannot_be_had_leaves_the_view_where_it_was() {
    let driver = Driver::night().keys("enter").without_replies().keys("m");
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    let driver = driver.send(Msg::Compared {
        key,
        generation,
        result: Err(fixtures::unreachable()),
    });
    assert_eq!(driver.state.detail.view, View::Compared);
    driver.expect_text("Not read again").expect_text("after sync");
}

#[test]
fn a_slash_in_the_diff_searches_it_and_n_goes_between_matches() {
    Driver::night()
        .keys("enter /")
        .expect_text("Enter keeps   Esc ends")
        .keys("_ t i m e o u t")
        .expect_text("match 1 of 9")
        .expect_text("N_TIMEOUT")
        .keys("enter n n")
        .expect_text("match 3 of 9")
        .expect_text("n match")
        .keys("N N N")
        .expect_text("match 9 of 9")
        .expect_text("On from the end.")
        .expect_text("V_TIMEOUT")
        .keys("esc")
        .expect_text("change 1 of 1")
        .keys("esc")
        .expect_selected("payments-api");
}

#[test]
fn a_search_finds_what_is_folded_and_says_when_there_is_nothing() {
    Driver::night()
        .keys("enter / c h e c k e d")
        .expect_text("match 1 of 1")
        .expect_text("checked-at")
        .keys("backspace x enter")
        .expect_text("no match")
        .keys("n")
        .expect_text("“checkex” is not in this diff.");
}

#[test]
fn in_the_list_a_slash_still_filters_it() {
    let driver = Driver::night().keys("/ a");
    assert!(driver.state.filter.typing);
    assert_eq!(driver.state.pane, Pane::List);
}

#[test]
fn a_late_layout_of_another_search_is_dropped() {
    let driver = Driver::night().keys("enter").without_replies().keys("/ a");
    let late = driver.state.detail.diff().unwrap().clone();
    let plan = crate::tui::diff::Plan::new(
        &late,
        Shape {
            search: "zzz".to_owned(),
            ..Shape::default()
        },
    );
    let driver = driver.send(Msg::LaidOut {
        diff: late,
        plan: Arc::new(plan),
    });
    assert_eq!(driver.state.detail.plan.shape().search, "");
}

#[test]
fn y_offers_what_can_be_copied_and_says_what_was() {
    let mut driver = Driver::night()
        .keys("enter y")
        .expect_text("y …")
        .expect_text("j JSON Pointer");
    for (keys, expected) in [
        ("y", "MAX_CONNECTIONS: \"400\""),
        ("y p", "data.MAX_CONNECTIONS"),
        ("y j", "/data/MAX_CONNECTIONS"),
        ("y c", "-  MAX_CONNECTIONS: \"100\"\n+  MAX_CONNECTIONS: \"400\"\n"),
    ] {
        driver = driver.keys(keys);
        assert_eq!(copied(&mut driver), [expected], "{keys}");
    }
    let mut driver = driver.expect_text("Copied this change, 2 lines").keys("y a");
    let whole = copied(&mut driver).remove(0);
    assert!(
        whole.starts_with("--- desired\n+++ live\n@@ ") && whole.contains("+    checked-at"),
        "{whole}"
    );
    driver.expect_text("Copied the whole diff");
}

#[test]
fn the_viewer_needs_to_be_configured() {
    let mut driver = Driver::night().keys("enter E").expect_text("No viewer is configured");
    driver.state.programs.viewer = true;
    let mut driver = driver.keys("E");
    let effects = driver.effects();
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Terminal(TerminalEffect::View(_)))),
        "{effects:?}"
    );
    driver
        .send(Msg::Returned(Some("delta could not be run: no such file.".to_owned())))
        .expect_text("delta could not be run");
}

#[test]
fn suspending_is_asked_of_the_terminal_from_everywhere() {
    for place in ["", "enter", "?", "/ a"] {
        let mut driver = Driver::night();
        if !place.is_empty() {
            driver = driver.keys(place);
        }
        let mut driver = driver.keys("ctrl-z");
        assert!(
            driver.effects().contains(&Effect::Terminal(TerminalEffect::Suspend)),
            "{place:?}"
        );
    }
}

#[test]
fn what_a_sync_keeps_is_not_called_gits() {
    let mut document = document("a: 1\nb: 1\nc: 1", "a: 2\nb: 1\nc: 1");
    document.kept = vec![Pointer::parse("/b").unwrap()];
    showing(document)
        .expect_text("· b: 1")
        .expect_text("◂ only in the cluster, a sync keeps it")
        .expect_text("  c: 1");
}

#[test]
fn what_somebody_added_unseen_is_marked_in_the_diff_of_the_same_resource() {
    let mut application = fixtures::mailer_with_addition();
    let mut addition = application.invisible[0].as_ref().clone();
    let path = Pointer::parse("/d").unwrap();
    addition.changes[0].path = path;
    addition.changes[0].manager = Some("k9s".to_owned());
    application.invisible[0] = Arc::new(addition);
    let same: String = (0..9).map(|n| format!("e{n}: 1\n")).collect();
    let mut document = document(&format!("a: 1\n{same}d: 5\nz: 1"), &format!("a: 2\n{same}d: 5\nz: 1"));
    document.additions = Some(Arc::clone(&application.invisible[0]));
    let driver = showing(document).expect_text("+ d: 5").expect_text("Argo CD says Synced");
    assert_eq!(driver.state.detail.plan.changes().len(), 2);
}

/// The flagship with its two changes altered.
fn altered(alter: impl Fn(&mut crate::engine::view::ChangeView)) -> ApplicationView {
    let mut application = fixtures::payments_api();
    let drift = Arc::make_mut(&mut application.drifts[0]);
    drift.changes.iter_mut().for_each(alter);
    application
}

#[test]
fn order_and_meaning_are_said_where_nothing_else_changed() {
    let order = altered(|change| {
        change.origin = OriginView::Equivalent;
        change.rule = "list-order";
    });
    Driver::with(vec![order])
        .keys("enter f")
        .expect_text("◂ the same items in another");
    let meaning = altered(|change| {
        change.origin = OriginView::Equivalent;
        change.rule = "same-meaning";
    });
    Driver::with(vec![meaning]).keys("enter f").expect_text("◂ the same meaning");
}

#[test]
fn a_line_too_long_to_colour_is_said_to_be_plain() {
    let long = |tail: &str| format!("a: {}{tail}", "x".repeat(LONGEST));
    showing(document(&long("1"), &long("2"))).expect_text("long lines plain");
    showing(document("a: 1", "a: 2")).expect_no_text("long lines plain");
}

#[test]
fn text_without_colours_says_so() {
    let lines = |value: u32| (0..BLOCK).map(|n| format!("k{n}: {value}\n")).collect::<String>();
    let driver = showing(document(&lines(1), &lines(2))).expect_no_text("plain");
    let diff = Arc::clone(driver.state.detail.diff().unwrap());
    driver
        .send(Msg::Coloured {
            diff,
            side: Side::Desired,
            block: 0,
            pieces: Vec::new(),
        })
        .expect_text("all shown plain");
}

/// What the screen says of the comparison under way.
fn takes_long(driver: Driver) -> Driver {
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    driver.send(Msg::TakesLong { key, generation })
}

/// The comparisons that were asked for.
fn comparisons(driver: &mut Driver) -> Vec<(u64, Patience)> {
    let asked = driver.effects().into_iter().filter_map(|effect| match effect {
        Effect::Compare {
            generation, patience, ..
        } => Some((generation, patience)),
        _ => None,
    });
    asked.collect()
}

#[test]
fn a_comparison_that_takes_long_lists_the_fields_and_a_key_waits_for_the_text() {
    let mut driver = Driver::night();
    comparisons(&mut driver);
    let driver = driver.without_replies().keys("]").expect_text("Reading both sides…");
    let mut driver = takes_long(driver)
        .expect_text("Text diff too large: W waits for it. These fields differ:")
        .expect_text("W wait");
    let drift = Arc::clone(driver.state.shown_drift().unwrap());
    for change in &drift.changes {
        driver = driver.expect_text(change.live.as_ref().map_or("absent", |value| value.as_str()));
    }
    let generation = driver.state.detail.generation;
    assert_eq!(comparisons(&mut driver), [(generation, Patience::Short)]);
    let mut driver = driver
        .keys("W")
        .expect_text("Comparing the texts; their diff comes when it is there.");
    assert_eq!(comparisons(&mut driver), [(generation, Patience::Long)]);
    let mut driver = driver.keys("W").expect_text("It is being waited for.");
    assert_eq!(comparisons(&mut driver), []);
    let key = drift.key.clone();
    driver
        .send(Msg::Compared {
            key,
            generation,
            result: Ok(Shown::of(fixtures::document(&drift), Shape::default())),
        })
        .expect_text("change 1 of")
        .expect_no_text("Comparing the texts")
        .keys("W")
        .expect_text("No diff takes long.");
}

#[test]
fn who_waits_can_cancel_and_ask_again_and_who_leaves_is_asked_nothing() {
    let driver = takes_long(Driver::night().without_replies().keys("]"));
    let late = driver.state.detail.generation;
    let mut driver = driver
        .keys("W")
        .send(Msg::Cancelled("Comparing the two sides"))
        .expect_text("W waits for it");
    comparisons(&mut driver);
    let mut driver = driver.keys("W");
    assert_eq!(comparisons(&mut driver), [(late, Patience::Long)]);
    let driver = driver.keys("]").expect_text("Reading both sides…");
    let key = driver.state.detail.key.clone().unwrap();
    driver
        .send(Msg::TakesLong { key, generation: late })
        .expect_no_text("Text diff too large");
}

#[test]
fn an_older_text_stays_while_a_newer_one_takes_long() {
    let driver = Driver::night().keys("enter").without_replies().keys("m");
    takes_long(driver)
        .expect_text("W waits for the newer text.")
        .expect_text("MAX_CONNECTIONS: \"400\"");
}

#[test]
fn many_listed_fields_are_scrolled() {
    let mut application = fixtures::payments_api();
    let changes = (0..500).map(|n| fixtures::change(&format!("/data/key-{n}"), Some("old"), Some("new")));
    Arc::make_mut(&mut application.drifts[0]).changes = changes.collect();
    let driver = Driver::new()
        .without_replies()
        .event(crate::engine::EngineEvent::Listed(fixtures::shared(vec![application])))
        .completed()
        .keys("enter");
    let driver = takes_long(driver).expect_text("key-0").keys("G").expect_text("key-499");
    assert_eq!(driver.state.detail.top, 501 - Layout::of(&driver.state).diff_rows());
    assert!(driver.drawn.rows <= 2 * 42, "{}", driver.drawn.rows);
}
