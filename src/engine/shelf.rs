//! The redacted pairs of the drifts last judged, ready to be opened. Bounded by bytes; what falls out is fetched again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::ignoring::facts::Facts;
use super::view::{DriftKey, DriftView};
use crate::drift::{ApplicationKey, Pointer};

/// Two manifests as redacted JSON text: a third of the memory of parsed trees. `None` where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sides {
    pub desired: Option<Arc<str>>,
    pub live: Option<Arc<str>>,
}

impl Sides {
    pub(super) fn new(desired: Option<&Value>, live: Option<&Value>) -> Self {
        let text = |side: Option<&Value>| side.map(|value| Arc::from(value.to_string()));
        Self {
            desired: text(desired),
            live: text(live),
        }
    }

    /// What is the same text as in another pair takes no memory of its own: large manifests mostly are.
    pub(super) fn sharing(self, other: &Self) -> Self {
        let share = |own: Option<Arc<str>>, other: &Option<Arc<str>>| if own == *other { other.clone() } else { own };
        Self {
            desired: share(self.desired, &other.desired),
            live: share(self.live, &other.live),
        }
    }

    fn texts(&self) -> impl Iterator<Item = &Arc<str>> {
        [&self.desired, &self.live].into_iter().flatten()
    }
}

/// What one manager wrote to a live object, redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Write {
    /// Its name, a claim.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: &'static str,
    /// Subresource; empty for the main resource.
    pub subresource: String,
    /// When it last wrote.
    pub time: Option<Timestamp>,
    /// How many fields it owns.
    pub fields: usize,
}

/// One drift with its sides, redacted.
#[derive(Debug, Clone)]
pub(super) struct Shelved {
    pub drift: Arc<DriftView>,
    /// What was compared.
    pub compared: Sides,
    /// What Git and the cluster say, where that is not what was compared.
    pub raw: Option<Sides>,
    /// See [`super::document::DriftDocument::kept`]; of the compared pair.
    pub kept: Vec<Pointer>,
    /// See [`super::document::DriftDocument::ignored_by_argocd`].
    pub ignored_by_argocd: Vec<Pointer>,
    /// Who wrote to the live object, as recorded; the newest of too many.
    pub writes: Vec<Write>,
    /// `metadata.uid` of the live object; empty when there is none.
    pub uid: String,
    /// What ignore rules look at in each change, in the order of the view.
    pub facts: Arc<[Facts]>,
}

impl Shelved {
    /// Both sides of what was compared, parsed again.
    pub(super) fn compared_values(&self) -> (Option<Value>, Option<Value>) {
        // It was written from a value, so it parses; a side that did not would show as absent.
        let parse = |side: &Option<Arc<str>>| side.as_ref().and_then(|text| serde_json::from_str(text).ok());
        (parse(&self.compared.desired), parse(&self.compared.live))
    }

    fn bytes(&self) -> usize {
        let own = |text: &&Arc<str>| !self.compared.texts().any(|shared| Arc::ptr_eq(shared, text));
        let raw = self.raw.iter().flat_map(Sides::texts).filter(own);
        self.compared.texts().chain(raw).map(|text| text.len()).sum()
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
