//! The redacted pairs of the drifts last judged, ready to be opened. Bounded by bytes; what falls out is fetched again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::document::ManifestPair;
use super::ignoring::facts::Facts;
use super::packed::PackedManifests;
use super::view::{DriftKey, DriftView};
use crate::drift::{ApplicationKey, Pointer};

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
    /// Both sides of what was compared, and of what Git and the cluster say.
    pub manifests: PackedManifests,
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
        // It was written from a value, so it is read and parses; a side that did not would show as absent.
        let parse = |side: Result<Option<String>, _>| side.ok().flatten().and_then(|text| serde_json::from_str(&text).ok());
        let pair = ManifestPair::Compared;
        (parse(self.manifests.desired(pair)), parse(self.manifests.live(pair)))
    }
}

/// At most this many bytes of packed manifests are kept.
const CAPACITY: usize = 8 << 20;

/// The shelf.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    applications: HashMap<ApplicationKey, Box<[Shelved]>>,
    /// The Application that has been here for longest at the front.
    order: VecDeque<ApplicationKey>,
    bytes: usize,
}

impl Shelf {
    /// What one Application's last look found. What it did not find is over and must not be shown as if it were not.
    pub(super) fn replace(&mut self, application: &ApplicationKey, drifts: Vec<Shelved>) {
        let was_there = self.take(application);
        if drifts.is_empty() {
            if was_there {
                self.order.retain(|key| key != application);
            }
            return;
        }
        if !was_there {
            self.order.push_back(application.clone());
        }
        self.bytes += bytes(&drifts);
        self.applications.insert(application.clone(), drifts.into());
        while self.bytes > CAPACITY && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { break };
            self.take(&oldest);
        }
    }

    fn take(&mut self, application: &ApplicationKey) -> bool {
        let taken = self.applications.remove(application);
        self.bytes -= taken.as_deref().map_or(0, bytes);
        taken.is_some()
    }

    pub(super) fn get(&self, key: &DriftKey) -> Option<Shelved> {
        let drifts = self.applications.get(&key.application)?;
        drifts.iter().find(|shelved| shelved.drift.key == *key).cloned()
    }
}

fn bytes(drifts: &[Shelved]) -> usize {
    drifts.iter().map(|shelved| shelved.manifests.len()).sum()
}
