//! The redacted pairs of the drifts last judged, ready to be opened. Bounded by bytes; what falls out is fetched again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::view::{DriftKey, DriftView};
use crate::drift::ApplicationKey;

/// One drift with both of its sides, redacted.
#[derive(Debug, Clone)]
pub(super) struct Shelved {
    pub drift: Arc<DriftView>,
    /// Redacted JSON text: a third of the memory of parsed trees.
    desired: Option<Box<str>>,
    live: Option<Box<str>>,
}

impl Shelved {
    pub(super) fn new(drift: Arc<DriftView>, desired: Option<&Value>, live: Option<&Value>) -> Self {
        let text = |side: Option<&Value>| side.map(|value| value.to_string().into_boxed_str());
        Self {
            drift,
            desired: text(desired),
            live: text(live),
        }
    }

    fn bytes(&self) -> usize {
        [&self.desired, &self.live].into_iter().flatten().map(|text| text.len()).sum()
    }

    /// Both sides, parsed again.
    pub(super) fn sides(&self) -> (Option<Value>, Option<Value>) {
        // It was written by `new` from a value, so it parses; a side that did not would show as absent.
        let parse = |side: &Option<Box<str>>| side.as_ref().and_then(|text| serde_json::from_str(text).ok());
        (parse(&self.desired), parse(&self.live))
    }
}

/// At most this many bytes of manifests are kept.
const CAPACITY: usize = 24 << 20;

/// The shelf.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    drifts: HashMap<DriftKey, Shelved>,
    order: VecDeque<DriftKey>,
    bytes: usize,
}

impl Shelf {
    /// What one Application's last look found. What it did not find is over and must not be shown as if it were not.
    pub(super) fn replace(&mut self, application: &ApplicationKey, drifts: Vec<Shelved>) {
        let over: HashSet<DriftKey> = self
            .drifts
            .keys()
            .filter(|key| key.application == *application && drifts.iter().all(|d| d.drift.key != **key))
            .cloned()
            .collect();
        if !over.is_empty() {
            self.order.retain(|key| !over.contains(key));
            for key in &over {
                if let Some(old) = self.drifts.remove(key) {
                    self.bytes -= old.bytes();
                }
            }
        }
        for drift in drifts {
            self.put(drift);
        }
    }

    fn put(&mut self, shelved: Shelved) {
        let key = shelved.drift.key.clone();
        self.bytes += shelved.bytes();
        match self.drifts.insert(key.clone(), shelved) {
            Some(old) => self.bytes -= old.bytes(),
            None => self.order.push_back(key),
        }
        while self.bytes > CAPACITY && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(old) = self.drifts.remove(&oldest) {
                self.bytes -= old.bytes();
            }
        }
    }

    pub(super) fn get(&self, key: &DriftKey) -> Option<Shelved> {
        self.drifts.get(key).cloned()
    }
}
