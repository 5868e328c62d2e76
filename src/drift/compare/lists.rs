//! Two lists that differ: matched by natural key, else by position, else one path.

use std::collections::HashMap;

use super::DifferenceKind;
use super::walk::Walk;
use crate::drift::raw::tree::{Form, Node};
use crate::kubernetes::list_keys::NaturalKey;

impl Walk {
    /// Compares two lists called `name`, known to differ.
    pub(super) fn lists(&mut self, name: &str, desired: Node<'_>, live: Node<'_>) {
        let desired: Vec<Node<'_>> = desired.children().collect();
        let live: Vec<Node<'_>> = live.children().collect();
        if let Some(key) = NaturalKey::of(name, desired.iter().copied(), live.iter().copied()) {
            return self.by_key(key, &desired, &live);
        }
        if is_permutation(&desired, &live) {
            return self.record(DifferenceKind::Reordered);
        }
        if !desired.iter().chain(&live).all(|item| item.form() == Form::Map) {
            return self.record(DifferenceKind::Changed);
        }
        self.by_position(&desired, &live);
    }

    /// What is between the common start and end of both lists.
    fn by_position(&mut self, desired: &[Node<'_>], live: &[Node<'_>]) {
        let same = |(d, l): &(&Node<'_>, &Node<'_>)| d.same(**l);
        let start = desired.iter().zip(live).take_while(same).count();
        let (desired, live) = (&desired[start..], &live[start..]);
        let end = desired.iter().rev().zip(live.iter().rev()).take_while(same).count();
        let (desired, live) = (&desired[..desired.len() - end], &live[..live.len() - end]);
        let kind = match (desired.is_empty(), live.is_empty()) {
            (true, _) => DifferenceKind::LiveOnly,
            (_, true) => DifferenceKind::DesiredOnly,
            _ if desired.len() == live.len() => DifferenceKind::Changed,
            _ => return self.record(DifferenceKind::Changed),
        };
        for offset in 0..desired.len().max(live.len()) {
            self.at_positions(start + offset, start + offset, |walk| {
                match (desired.get(offset), live.get(offset)) {
                    (Some(desired), Some(live)) => walk.values("", *desired, *live),
                    _ => walk.record(kind),
                }
            });
        }
    }

    fn by_key(&mut self, key: NaturalKey, desired: &[Node<'_>], live: &[Node<'_>]) {
        let desired_keys: Vec<_> = desired.iter().map(|item| key.item(*item)).collect();
        let live_keys: Vec<_> = live.iter().map(|item| key.item(*item)).collect();
        let desired_at: HashMap<_, usize> = desired_keys.iter().zip(0..).collect();
        // For each live item, where the desired side has it.
        let counterparts: Vec<Option<usize>> = live_keys.iter().map(|key| desired_at.get(key).copied()).collect();
        let mut is_common = vec![false; desired.len()];
        for at in counterparts.iter().flatten() {
            is_common[*at] = true;
        }
        let shares_a_position = counterparts
            .iter()
            .zip(&is_common)
            .any(|(counterpart, is_common)| counterpart.is_none() && !is_common);
        if shares_a_position {
            // An added and a removed item would share one pointer: the list as a whole changed.
            return self.record(DifferenceKind::Changed);
        }
        if !counterparts.iter().flatten().is_sorted() {
            self.record(DifferenceKind::Reordered);
        }
        for ((at, item), counterpart) in live.iter().enumerate().zip(counterparts) {
            match counterpart {
                Some(position) if desired[position].same(*item) => {}
                Some(position) => self.at_positions(position, at, |walk| walk.values("", desired[position], *item)),
                None => self.at_positions(at, at, |walk| walk.record(DifferenceKind::LiveOnly)),
            }
        }
        for (at, _) in is_common.iter().enumerate().filter(|(_, is_common)| !**is_common) {
            self.at_positions(at, at, |walk| walk.record(DifferenceKind::DesiredOnly));
        }
    }
}

/// Whether both lists hold the same items, in whatever order.
fn is_permutation(desired: &[Node<'_>], live: &[Node<'_>]) -> bool {
    if desired.len() != live.len() {
        return false;
    }
    fn sorted<'a>(items: &[Node<'a>]) -> Vec<Node<'a>> {
        let mut items = items.to_vec();
        items.sort_unstable_by(|a, b| a.order(*b));
        items
    }
    sorted(desired)
        .into_iter()
        .zip(sorted(live))
        .all(|(desired, live)| desired.order(live).is_eq())
}
