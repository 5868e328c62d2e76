//! The pair that Argo CD's own screen compares.

use serde_json::Value;

use super::tree::Tree;
use crate::drift::compare::{Difference, DifferingPath, differing_paths};

/// What a sync would leave and what is there, normalised by the same rules, with what differs between them.
///
/// Where Argo CD gave the same text for both, neither is worth reading, and the pair is the default one: absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pair {
    desired: Option<Value>,
    live: Option<Value>,
    differing: Vec<DifferingPath>,
}

impl Pair {
    /// Compares what was read. A side may be absent: an object that the other side does not have.
    pub fn of(desired: Option<&Tree<'_>>, live: Option<&Tree<'_>>) -> Self {
        let differing = desired.zip(live).map(|(desired, live)| differing_paths(desired, live));
        Self {
            desired: desired.map(Tree::to_value),
            live: live.map(Tree::to_value),
            differing: differing.unwrap_or_default(),
        }
    }

    /// The desired side, `predictedLiveState`.
    pub fn desired(&self) -> Option<&Value> {
        self.desired.as_ref()
    }

    /// The live side, `normalizedLiveState`.
    pub fn live(&self) -> Option<&Value> {
        self.live.as_ref()
    }

    /// Whether neither side is there: nothing differs, or nothing is known.
    pub fn is_absent(&self) -> bool {
        self.desired.is_none() && self.live.is_none()
    }

    /// What differs, in document order; `None` unless both sides are there.
    pub fn differences(&self) -> Option<Vec<Difference<'_>>> {
        let (desired, live) = (self.desired.as_ref()?, self.live.as_ref()?);
        let differing = self.differing.iter().cloned();
        Some(differing.map(|found| found.with_values(desired, live)).collect())
    }
}
