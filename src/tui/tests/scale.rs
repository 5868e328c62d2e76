//! What a large fleet costs, in counts that no machine changes: rows built for a frame, how often the list is made anew,
//! blocks that are coloured.

use std::collections::BTreeSet;
use std::time::Duration;

use super::driver::Driver;
use crate::engine::view::ApplicationView;
use crate::engine::{EngineEvent, fixtures};
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

#[test]
fn blocks_in_view_are_coloured_once_each() {
    let mut driver = Driver::night().size(200, 60).keys("enter enter");
    let mut asked = driver.effects();
    for keys in ["j", "j", "k", "v", "e", "n", "G", "g"] {
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
