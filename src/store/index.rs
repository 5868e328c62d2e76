//! Entries folded into what is remembered. Pure: no file, no clock.
//!
//! The order of the entries decides, their times are labels: a clock that was put back reorders nothing. Folding an entry
//! twice changes nothing, so two processes may both write down the same news.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::entry::{Entry, Event};
use crate::drift::ResourceKey;
use crate::engine::ports::{
    Appearance, ApplicationIdentity, Disposition, DriftIdentity, DriftMemory, History, Journal, Observation, Sighting,
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

type Slots = HashMap<ResourceKey, Slot>;

/// What is remembered of one Application: an addition never counts as drift.
#[derive(Debug, Default)]
struct Remembered {
    drifts: Slots,
    additions: Slots,
}

/// Everything remembered, by Application.
#[derive(Debug, Default)]
pub(super) struct Index {
    applications: HashMap<ApplicationIdentity, Remembered>,
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
        let known = self.applications.entry(drift.application).or_default();
        let slots = if drift.invisible {
            &mut known.additions
        } else {
            &mut known.drifts
        };
        let slot = slots.entry(drift.resource).or_insert_with(|| {
            self.drifts += 1;
            Slot::default()
        });
        self.entries += 1;
        slot.touched = self.entries;
        let memory = &mut slot.memory;
        match event {
            Event::Seen(fingerprint) if !is_late(memory, at) => seen(memory, fingerprint, at),
            Event::Gone if !is_late(memory, at) => {
                end_decisions(memory, at);
                memory.present = None;
                memory.last_event = Some(at);
            }
            Event::Seen(_) | Event::Gone => {}
            Event::Disposed(disposition) => {
                memory.last_event.get_or_insert(at);
                if !memory.dispositions.iter().any(|known| is_same(known, &disposition)) {
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
        let (drifts, additions) = self.known(observation);
        let mut news = news(observation, false, &observation.seen, drifts);
        if let Some(invisible) = &observation.invisible {
            news.extend(self::news(observation, true, invisible, additions));
        }
        news
    }

    /// What is remembered of each sighting of a look, its additions after its drifts.
    pub(super) fn histories(&self, observation: &Observation) -> Vec<History> {
        let (drifts, additions) = self.known(observation);
        let history = |sighting: &Sighting, slots: Option<&Slots>| match slots.and_then(|slots| slots.get(&sighting.resource)) {
            Some(slot) => slot.memory.history(&sighting.fingerprint, observation.at),
            None => History::first(observation.at),
        };
        let seen = observation.seen.iter().map(|sighting| history(sighting, drifts));
        let invisible = observation.invisible.iter().flatten();
        seen.chain(invisible.map(|sighting| history(sighting, additions))).collect()
    }

    fn known(&self, observation: &Observation) -> (Option<&Slots>, Option<&Slots>) {
        let known = self.applications.get(&observation.application);
        (known.map(|known| &known.drifts), known.map(|known| &known.additions))
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
        self.applications.iter().flat_map(|(application, known)| {
            [(false, &known.drifts), (true, &known.additions)]
                .into_iter()
                .flat_map(move |(invisible, slots)| {
                    slots.iter().map(move |(resource, slot)| {
                        let drift = DriftIdentity {
                            application: application.clone(),
                            resource: resource.clone(),
                            invisible,
                        };
                        (drift, slot)
                    })
                })
        })
    }
}

/// What a look says of the drifts or of the additions of its Application that is not remembered yet.
fn news(observation: &Observation, invisible: bool, seen: &[Sighting], known: Option<&Slots>) -> Vec<Entry> {
    let at = observation.at;
    let memory = |resource: &ResourceKey| known.and_then(|slots| slots.get(resource)).map(|slot| &slot.memory);
    let entry = |resource: &ResourceKey, event| Entry {
        at,
        drift: DriftIdentity {
            application: observation.application.clone(),
            resource: resource.clone(),
            invisible,
        },
        event,
    };
    let told: HashSet<&ResourceKey> = seen
        .iter()
        .map(|sighting| &sighting.resource)
        .chain(&observation.unjudged)
        .collect();
    let gone = known
        .into_iter()
        .flatten()
        .filter(|(resource, slot)| slot.memory.present.is_some() && !told.contains(resource) && !is_late(&slot.memory, at))
        .map(|(resource, _)| entry(resource, Event::Gone));
    seen.iter()
        .filter(|sighting| memory(&sighting.resource).is_none_or(|m| is_news(m, &sighting.fingerprint, at)))
        .map(|sighting| entry(&sighting.resource, Event::Seen(sighting.fingerprint.clone())))
        .chain(gone)
        .collect()
}

/// Decisions that hold as long as the difference stays end when it goes or changes.
fn end_decisions(memory: &mut DriftMemory, at: Timestamp) {
    let Some(present) = &memory.present else { return };
    for decision in &mut memory.dispositions {
        if decision.fingerprint == *present {
            decision.until.get_or_insert(at);
        }
    }
}

/// Whether a decision is written down already; that it has ended since makes no other one of it.
fn is_same(known: &Disposition, new: &Disposition) -> bool {
    let until = new.until.or(known.until);
    *known == Disposition { until, ..new.clone() }
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
    if !stays {
        end_decisions(memory, at);
    }
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
