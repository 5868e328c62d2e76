//! The descent through two trees: maps in step by key; lists are for `lists.rs`.

use std::cmp::Ordering;

use super::{DifferenceKind, DifferingPath};
use crate::drift::pointer::{Pointer, escape};
use crate::drift::raw::tree::{Form, Node};
use crate::kubernetes::list_keys::OPEN_MAPS;

/// Bookkeeping of the API server below `metadata`: never part of a comparison.
const SERVER_METADATA: &[&str] = &[
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Where the descent is, and what it has found.
pub(super) struct Walk {
    path: String,
    desired_path: String,
    found: Vec<DifferingPath>,
}

impl Walk {
    /// What differs between two documents.
    pub(super) fn of(desired: Node<'_>, live: Node<'_>) -> Vec<DifferingPath> {
        let mut walk = Self {
            path: String::new(),
            desired_path: String::new(),
            found: Vec::new(),
        };
        walk.root(desired, live);
        walk.found
    }

    fn root(&mut self, desired: Node<'_>, live: Node<'_>) {
        if (desired.form(), live.form()) != (Form::Map, Form::Map) {
            return self.values("", desired, live);
        }
        let keeps_status = desired.children().any(|child| child.key() == "status" && child.has_content());
        for (key, desired, live) in merged(desired, live) {
            match (key, desired, live) {
                ("status", desired, live) => {
                    if keeps_status && !matches!((desired, live), (Some(d), Some(l)) if d.same(l)) {
                        self.at(key, |walk| walk.record(DifferenceKind::Changed));
                    }
                }
                ("metadata", Some(desired), Some(live)) => self.at(key, |walk| walk.metadata(desired, live)),
                _ => self.sides(key, desired, live),
            }
        }
    }

    fn metadata(&mut self, desired: Node<'_>, live: Node<'_>) {
        if (desired.form(), live.form()) != (Form::Map, Form::Map) {
            return self.values("metadata", desired, live);
        }
        for (key, desired, live) in merged(desired, live).filter(|(key, ..)| !SERVER_METADATA.contains(key)) {
            self.sides(key, desired, live);
        }
    }

    /// Compares what two maps hold under `key`.
    fn sides(&mut self, key: &str, desired: Option<Node<'_>>, live: Option<Node<'_>>) {
        match (desired, live) {
            // Most of a manifest: nothing to remember the way for.
            (Some(desired), Some(live)) if desired.same(live) => {}
            (Some(desired), Some(live)) => self.at(key, |walk| walk.values(key, desired, live)),
            (Some(only), None) => self.at(key, |walk| walk.one_side(key, DifferenceKind::DesiredOnly, only)),
            (None, Some(only)) => self.at(key, |walk| walk.one_side(key, DifferenceKind::LiveOnly, only)),
            (None, None) => {}
        }
    }

    /// Compares what stands under `name` on both sides.
    pub(super) fn values(&mut self, name: &str, desired: Node<'_>, live: Node<'_>) {
        match (desired.form(), live.form()) {
            (Form::Map, Form::Map) => {
                for (key, desired, live) in merged(desired, live) {
                    self.sides(key, desired, live);
                }
            }
            _ if desired.same(live) => {}
            (Form::List, Form::List) => self.lists(name, desired, live),
            _ => self.record(DifferenceKind::Changed),
        }
    }

    fn one_side(&mut self, name: &str, kind: DifferenceKind, only: Node<'_>) {
        if only.form() == Form::Map && OPEN_MAPS.contains(&name) && !only.is_empty() {
            for child in only.children() {
                self.at(child.key(), |walk| walk.record(kind));
            }
        } else {
            self.record(kind);
        }
    }

    fn at(&mut self, key: &str, visit: impl FnOnce(&mut Self)) {
        let segment = escape(key);
        self.within(&segment, &segment, visit);
    }

    /// At a position of a list on each side.
    pub(super) fn at_positions(&mut self, desired: usize, live: usize, visit: impl FnOnce(&mut Self)) {
        self.within(&desired.to_string(), &live.to_string(), visit);
    }

    fn within(&mut self, desired: &str, live: &str, visit: impl FnOnce(&mut Self)) {
        let (path, desired_path) = (self.path.len(), self.desired_path.len());
        self.path.push('/');
        self.path.push_str(live);
        self.desired_path.push('/');
        self.desired_path.push_str(desired);
        visit(self);
        self.path.truncate(path);
        self.desired_path.truncate(desired_path);
    }

    /// Something differs here.
    pub(super) fn record(&mut self, kind: DifferenceKind) {
        self.found.push(DifferingPath {
            path: Pointer::from_escaped(self.path.clone()),
            desired_path: Pointer::from_escaped(self.desired_path.clone()),
            kind,
        });
    }
}

/// The union of two maps, in key order, with what each side holds under the key.
fn merged<'a>(desired: Node<'a>, live: Node<'a>) -> impl Iterator<Item = (&'a str, Option<Node<'a>>, Option<Node<'a>>)> {
    let mut desired = desired.children().peekable();
    let mut live = live.children().peekable();
    std::iter::from_fn(move || {
        let order = match (desired.peek(), live.peek()) {
            (Some(d), Some(l)) => d.key().cmp(l.key()),
            (Some(_), None) => Ordering::Less,
            (None, _) => Ordering::Greater,
        };
        let desired = desired.next_if(|_| order.is_le());
        let live = live.next_if(|_| order.is_ge());
        desired.or(live).map(|either| (either.key(), desired, live))
    })
}
