//! Entries folded into what is remembered. Pure: no file, no clock.
//!
//! The order of the entries decides, their times are labels: a clock that was put back reorders nothing. Folding an entry
//! twice changes nothing, so two processes may both write down the same news.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::entry::{Entry, Event};
use crate::drift::ResourceKey;
use crate::engine::ports::{
    Appearance, ApplicationIdentity, Disposition, DriftIdentity, DriftMemory, History, Journal, Observation,
};
use crate::redact::text::redact;

/// Differences, times of coming back and decisions kept of one resource; the oldest go first.
const MOST_APPEARANCES: usize = 16;
const MOST_FLAP_TIMES: usize = 16;
const MOST_DISPOSITIONS: usize = 32;

/// Drifts kept; beyond, those go first that nothing was heard of for longest. One with a decision never goes.
const MOST_DRIFTS: usize = 100_000;

/// A look that began this much before the last one that was written down is a slow one that ended late: what it saw is
/// older news. Longer ago it is a clock that was put back.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// A drift that stays is written down again after this long.
const STILL_THERE: SignedDuration = SignedDuration::from_hours(12);

#[derive(Debug, Default)]
struct Slot {
    memory: DriftMemory,
    /// Number of the last entry about it.
    touched: u64,
}

/// Everything remembered, by Application.
#[derive(Debug, Default)]
pub(super) struct Index {
    applications: HashMap<ApplicationIdentity, HashMap<ResourceKey, Slot>>,
    drifts: usize,
    entries: u64,
}

impl Index {
    /// How many drifts are remembered.
    pub(super) fn len(&self) -> usize {
        self.drifts
    }

    /// Whether there is much to forget.
    pub(super) fn is_too_large(&self) -> bool {
        self.drifts > 2 * MOST_DRIFTS
    }

    /// Folds one entry in.
    pub(super) fn apply(&mut self, entry: Entry) {
        let Entry { at, drift, event } = entry;
        let resources = self.applications.entry(drift.application).or_default();
        let slot = resources.entry(drift.resource).or_insert_with(|| {
            self.drifts += 1;
            Slot::default()
        });
        self.entries += 1;
        slot.touched = self.entries;
        let memory = &mut slot.memory;
        match event {
            Event::Seen(fingerprint) if !is_late(memory, at) => seen(memory, fingerprint, at),
            Event::Gone if !is_late(memory, at) => {
                memory.present = None;
                memory.last_event = Some(at);
            }
            Event::Seen(_) | Event::Gone => {}
            Event::Disposed(disposition) => {
                memory.last_event.get_or_insert(at);
                if !memory.dispositions.contains(&disposition) {
                    memory.dispositions.push(disposition);
                    keep_last(&mut memory.dispositions, MOST_DISPOSITIONS);
                }
            }
            Event::Remembered(remembered) => *memory = *remembered,
        }
    }

    /// What a look says that is not remembered yet: drifts that appeared, changed or went. One that stays is news twice a
    /// day only.
    pub(super) fn news(&self, observation: &Observation) -> Vec<Entry> {
        let at = observation.at;
        let known = self.applications.get(&observation.application);
        let memory = |resource: &ResourceKey| known.and_then(|k| k.get(resource)).map(|slot| &slot.memory);
        let entry = |resource: &ResourceKey, event| Entry {
            at,
            drift: DriftIdentity {
                application: observation.application.clone(),
                resource: resource.clone(),
            },
            event,
        };
        let seen = observation
            .seen
            .iter()
            .filter(|sighting| memory(&sighting.resource).is_none_or(|m| is_news(m, &sighting.fingerprint, at)))
            .map(|sighting| entry(&sighting.resource, Event::Seen(sighting.fingerprint.clone())));
        let named: HashSet<&ResourceKey> = observation.seen.iter().map(|sighting| &sighting.resource).collect();
        let gone = known
            .into_iter()
            .flatten()
            .filter(|(resource, slot)| slot.memory.present.is_some() && !named.contains(resource) && !is_late(&slot.memory, at))
            .map(|(resource, _)| entry(resource, Event::Gone));
        seen.chain(gone).collect()
    }

    /// What is remembered of each sighting of a look.
    pub(super) fn histories(&self, observation: &Observation) -> Vec<History> {
        let known = self.applications.get(&observation.application);
        let history = |resource: &ResourceKey, fingerprint: &str| match known.and_then(|k| k.get(resource)) {
            Some(slot) => slot.memory.history(fingerprint, observation.at),
            None => History::first(observation.at),
        };
        let seen = observation.seen.iter();
        seen.map(|s| history(&s.resource, &s.fingerprint)).collect()
    }

    /// Everything remembered.
    pub(super) fn journal(&self) -> Journal {
        self.slots().map(|(drift, slot)| (drift, slot.memory.clone())).collect()
    }

    /// Forgets what is too much, and says everything else in as few entries as there are drifts, in the order in which
    /// something was last heard of them.
    pub(super) fn compact(&self) -> Vec<Entry> {
        let mut slots: Vec<_> = self.slots().collect();
        slots.sort_by_key(|(_, slot)| slot.touched);
        let mut too_many = slots.len().saturating_sub(MOST_DRIFTS);
        slots.retain(|(_, slot)| {
            let forget = too_many > 0 && slot.memory.dispositions.is_empty();
            too_many -= usize::from(forget);
            !forget
        });
        slots
            .into_iter()
            .map(|(drift, slot)| Entry {
                at: slot.memory.last_event.unwrap_or_default(),
                drift,
                event: Event::Remembered(Box::new(slot.memory.clone())),
            })
            .collect()
    }

    fn slots(&self) -> impl Iterator<Item = (DriftIdentity, &Slot)> {
        self.applications.iter().flat_map(|(application, resources)| {
            resources.iter().map(move |(resource, slot)| {
                let drift = DriftIdentity {
                    application: application.clone(),
                    resource: resource.clone(),
                };
                (drift, slot)
            })
        })
    }
}

/// A decision as an entry. What a person typed or pasted passes the redactor like everything else.
pub(super) fn disposed(drift: DriftIdentity, disposition: Disposition) -> Entry {
    Entry {
        at: disposition.at,
        drift,
        event: Event::Disposed(Disposition {
            by: redact(&disposition.by).into_owned(),
            reason: redact(&disposition.reason).into_owned(),
            link: disposition.link.map(|link| redact(&link).into_owned()),
            ..disposition
        }),
    }
}

fn is_late(memory: &DriftMemory, at: Timestamp) -> bool {
    memory.last_event.is_some_and(|last| {
        let behind = last.duration_since(at);
        behind.is_positive() && behind <= LATE
    })
}

fn is_news(memory: &DriftMemory, fingerprint: &str, at: Timestamp) -> bool {
    let stays = memory.present.as_deref() == Some(fingerprint);
    let last_seen = memory.appearances.last().map(|a| a.last_seen);
    let is_fresh = last_seen.is_some_and(|last| last.duration_since(at).abs() < STILL_THERE);
    let is_known = stays && is_fresh;
    !is_known && !is_late(memory, at)
}

fn seen(memory: &mut DriftMemory, fingerprint: String, at: Timestamp) {
    let stays = memory.present.as_ref() == Some(&fingerprint);
    if memory.present.is_none() && !memory.appearances.is_empty() {
        memory.flaps = memory.flaps.saturating_add(1);
        memory.flapped_at.push(at);
        keep_last(&mut memory.flapped_at, MOST_FLAP_TIMES);
    }
    let known = memory.appearances.iter().position(|a| a.fingerprint == fingerprint);
    let appearance = match known.map(|at| memory.appearances.remove(at)) {
        Some(known) => Appearance {
            last_seen: at,
            times_seen: known.times_seen.saturating_add(u32::from(!stays)),
            ..known
        },
        None => Appearance {
            fingerprint: fingerprint.clone(),
            first_seen: at,
            last_seen: at,
            times_seen: 1,
        },
    };
    memory.appearances.push(appearance);
    keep_last(&mut memory.appearances, MOST_APPEARANCES);
    memory.present = Some(fingerprint);
    memory.last_event = Some(at);
}

fn keep_last<T>(list: &mut Vec<T>, most: usize) {
    list.drain(..list.len().saturating_sub(most));
}
