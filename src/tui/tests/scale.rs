//! What a large fleet costs, in counts that no machine changes: rows built for a frame, how often the list is made anew,
//! blocks that are coloured.

use std::collections::BTreeSet;
use std::time::Duration;

use super::driver::Driver;
use crate::engine::view::ApplicationView;
use crate::engine::{EngineEvent, fixtures};
use crate::tui::diff::{Shape, Shown};
use crate::tui::state::Moment;
use crate::tui::update::{Effect, Msg};

/// So many Applications, each with a drift and a row of its own.
fn fleet(applications: usize) -> Vec<ApplicationView> {
    (0..applications).map(member).collect()
}

fn member(number: usize) -> ApplicationView {
    fixtures::renamed(fixtures::ingress(), &format!("app-{number:06}"))
}

#[test]
fn a_frame_builds_the_rows_that_are_seen_however_many_there_are() {
    let rows = [200, 2_000, 20_000].map(|applications| {
        let driver = Driver::with(fleet(applications)).size(200, 60).keys("j j");
        assert!(driver.state.list.rows().len() > applications);
        driver.drawn.rows
    });
    assert!(rows[0] <= 2 * 60, "{rows:?}");
    assert_eq!(rows, [rows[0]; 3]);
}

/// How often the list is made anew in five seconds of 200 changes each, with a key now and then.
fn lists_made(key_every: Option<usize>) -> usize {
    let mut driver = Driver::with(fleet(100)).advance(Duration::from_secs(2));
    let (mut made, mut last) = (0, driver.state.list.ordered_at);
    for change in 0..1_000 {
        if key_every.is_some_and(|every| change % every == 0) {
            driver = driver.keys("j");
        }
        let time = Moment {
            elapsed: driver.state.moment.elapsed + Duration::from_millis(5),
            wall: driver.state.moment.wall + Duration::from_millis(5),
        };
        let news = EngineEvent::Judged(member(change % 100).into());
        driver = driver.undrawn(vec![Msg::Time(time), Msg::Engine(news)]);
        made += usize::from(driver.state.list.ordered_at != last);
        last = driver.state.list.ordered_at;
    }
    made
}

#[test]
fn under_a_storm_the_list_is_made_four_times_a_second() {
    let made = lists_made(None);
    assert!((18..=21).contains(&made), "{made}");
}

#[test]
fn while_keys_come_the_list_is_not_made_at_all() {
    assert_eq!(lists_made(Some(100)), 0);
}

/// One ConfigMap with a file of so many lines, in which the last line and a few others were edited.
fn large(lines: usize) -> Shown {
    let text = |value: &str| {
        let line = |n: usize| match n % (lines / 4) {
            1 => format!("    setting-{n}: {value}\n"),
            _ => format!("    setting-{n}: 0123456789 0123456789\n"),
        };
        let file: String = (0..lines).map(line).collect();
        format!("data:\n  file: |\n{file}  last: {value}")
    };
    let drift = &fixtures::payments_api().drifts[0];
    Shown::of(fixtures::document_of(drift, &text("a"), &text("b")), Shape::default())
}

/// The rows of each frame, and the blocks whose colours were asked for, while somebody reads a diff of so many lines.
fn reading(lines: usize) -> (Vec<usize>, Vec<usize>) {
    let driver = Driver::night().keys("enter").keys("f");
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    let mut driver = driver;
    driver.effects();
    let mut driver = driver.send(Msg::Compared {
        key,
        generation,
        result: Ok(large(lines)),
    });
    let (mut rows, mut blocks) = (Vec::new(), Vec::new());
    for key in ["", "n", "n", "C", "G", "pageup", "k", "g", "space", "N"] {
        if !key.is_empty() {
            driver = driver.keys(key);
        }
        rows.push(driver.drawn.rows);
        let effects = driver.effects();
        blocks.push(
            effects
                .iter()
                .filter(|effect| matches!(effect, Effect::Colour { .. }))
                .count(),
        );
    }
    assert!(driver.state.detail.plan.rows() > lines);
    (rows, blocks)
}

#[test]
fn reading_ten_megabytes_builds_the_rows_and_colours_the_blocks_that_a_small_diff_does() {
    let sizes = [1_200, 12_000, 240_000].map(reading);
    for (rows, blocks) in &sizes {
        assert_eq!(rows, &sizes[0].0);
        assert!(rows.iter().all(|rows| (1..=40).contains(rows)), "{rows:?}");
        // Of five folded changes each is in a block or two of either side; a screen of unfolded lines is in two.
        assert!(blocks.iter().all(|blocks| *blocks <= 16), "{blocks:?}");
        assert!((1..=32).contains(&blocks.iter().sum::<usize>()), "{blocks:?}");
    }
}

#[test]
fn blocks_in_view_are_coloured_once_each() {
    let mut driver = Driver::night().size(200, 60).keys("enter enter");
    let mut asked = driver.effects();
    for keys in ["j", "j", "k", "v", "C", "n", "G", "g"] {
        driver = driver.keys(keys);
        asked.extend(driver.effects());
    }
    let blocks: Vec<_> = asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Colour { diff, side, block } => Some((diff.document().drift.key.clone(), format!("{side:?}"), *block)),
            _ => None,
        })
        .collect();
    let once: BTreeSet<_> = blocks.iter().cloned().collect();
    assert!(!blocks.is_empty());
    assert_eq!(blocks.len(), once.len(), "{blocks:?}");
}
