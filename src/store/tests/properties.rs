//! Any sequence of looks, decisions, crashes, rubbish and compactions by three instances, against a plain model.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{JOURNAL, append, application, at, drift, resource, snoozed};
use crate::engine::ports::{Disposition, DriftIdentity, Observation, Sighting};
use crate::store::entry::{Entry, Event};
use crate::store::index::disposed;
use crate::store::journal::Journal;

/// What may happen to a journal that three instances share.
#[derive(Debug, Clone)]
enum Step {
    /// An instance looks at an Application: which fingerprint each of its resources has, if it drifts.
    Look(usize, usize, i64, Vec<Option<u8>>),
    /// An instance records a decision about a resource of an Application.
    Dispose(usize, usize, usize, i64),
    /// An instance dies after this many bytes of a line, and starts again.
    Tear(usize, usize),
    /// Something writes rubbish.
    Rubbish(Vec<u8>),
    /// An instance compacts.
    Compact(usize),
}

const INSTANCES: usize = 3;
const NAMES: [&str; 3] = ["a", "b", "c"];
const APPLICATIONS: [&str; 2] = ["web", "shop"];

fn step() -> impl Strategy<Value = Step> {
    let fingerprints = proptest::collection::vec(proptest::option::of(0..4_u8), NAMES.len());
    // Minutes in steps of two: farther apart than a look may be late, in both directions.
    let minutes = (0..1_000_i64).prop_map(|k| k * 2);
    prop_oneof![
        8 => (0..INSTANCES, 0..2_usize, minutes.clone(), fingerprints).prop_map(|(i, a, m, f)| Step::Look(i, a, m, f)),
        2 => (0..INSTANCES, 0..2_usize, 0..3_usize, minutes).prop_map(|(i, a, r, m)| Step::Dispose(i, a, r, m)),
        2 => (0..INSTANCES, 1..150_usize).prop_map(|(i, n)| Step::Tear(i, n)),
        1 => proptest::collection::vec(any::<u8>(), 0..60).prop_map(Step::Rubbish),
        1 => (0..INSTANCES).prop_map(Step::Compact),
    ]
}

/// What a journal must know of one drift, told from the bare list of what happened.
#[derive(Debug, Default, PartialEq)]
struct Known {
    present: Option<String>,
    flaps: u32,
    /// Fingerprint → first seen, times seen.
    appearances: BTreeMap<String, (Timestamp, u32)>,
    dispositions: Vec<Disposition>,
}

/// For each drift, which fingerprints it had at which look; unchanged looks included.
type Told = BTreeMap<DriftIdentity, (Vec<(Timestamp, Option<String>)>, Vec<Disposition>)>;

fn known(told: &Told) -> BTreeMap<DriftIdentity, Known> {
    told.iter()
        .map(|(drift, (states, dispositions))| {
            let mut changes = states.clone();
            changes.dedup_by(|later, earlier| later.1 == earlier.1);
            let there: Vec<_> = changes.iter().filter_map(|(at, f)| Some((*at, f.clone()?))).collect();
            let gone_before = |from: usize| changes[..from].iter().any(|(_, f)| f.is_some()) && changes[from - 1].1.is_none();
            let distinct: BTreeSet<&String> = there.iter().map(|(_, f)| f).collect();
            let appearances = distinct.into_iter().map(|f| {
                let mut times = there.iter().filter(|(_, other)| other == f);
                let (first, more) = (times.next().unwrap().0, times.count());
                (f.clone(), (first, u32::try_from(more).unwrap() + 1))
            });
            let flaps = (1..changes.len())
                .filter(|n| changes[*n].1.is_some() && gone_before(*n))
                .count();
            let known = Known {
                present: changes.last().and_then(|(_, f)| f.clone()),
                flaps: u32::try_from(flaps).unwrap(),
                appearances: appearances.collect(),
                dispositions: dispositions.clone(),
            };
            (drift.clone(), known)
        })
        .filter(|(_, known)| *known != Known::default())
        .collect()
}

fn remembered(journal: &mut Journal) -> BTreeMap<DriftIdentity, Known> {
    let journal = journal.index().unwrap().journal();
    journal
        .into_iter()
        .map(|(drift, memory)| {
            let known = Known {
                present: memory.present,
                flaps: memory.flaps,
                appearances: memory
                    .appearances
                    .into_iter()
                    .map(|a| (a.fingerprint, (a.first_seen, a.times_seen)))
                    .collect(),
                dispositions: memory.dispositions,
            };
            (drift, known)
        })
        .collect()
}

fn scribble(folder: &Path, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().append(true).open(folder.join(JOURNAL)).unwrap();
    file.write_all(bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_every_instance_knows_everything_that_was_acknowledged(steps in proptest::collection::vec(step(), 1..40)) {
        let folder = TempDir::new().unwrap();
        let mut instances: Vec<Journal> = (0..INSTANCES).map(|_| Journal::open(folder.path()).unwrap()).collect();
        let mut told = Told::new();
        for step in steps {
            match step {
                Step::Look(instance, app, minutes, fingerprints) => {
                    let mut seen = Vec::new();
                    for (name, fingerprint) in NAMES.iter().zip(fingerprints) {
                        let fingerprint = fingerprint.map(|f| format!("{f:016x}"));
                        told.entry(drift(APPLICATIONS[app], name)).or_default().0.push((at(minutes), fingerprint.clone()));
                        seen.extend(fingerprint.map(|fingerprint| Sighting { resource: resource(name), fingerprint }));
                    }
                    let application = application(APPLICATIONS[app]);
                    append(&mut instances[instance], &Observation::of_drifts(application, at(minutes), seen));
                }
                Step::Dispose(instance, app, name, minutes) => {
                    let (drift, decision) = (drift(APPLICATIONS[app], NAMES[name]), snoozed("one", minutes));
                    let decisions = &mut told.entry(drift.clone()).or_default().1;
                    if !decisions.contains(&decision) {
                        decisions.push(decision.clone());
                    }
                    instances[instance].append(|_| vec![disposed(drift, decision)]).unwrap();
                }
                Step::Tear(instance, bytes) => {
                    let drift = drift("torn", "torn");
                    let line = Entry { at: at(0), drift, event: Event::Seen("torn".to_owned()) }.to_line().unwrap();
                    scribble(folder.path(), &line[..bytes.min(line.len() - 2)]);
                    instances[instance] = Journal::open(folder.path()).unwrap();
                }
                Step::Rubbish(bytes) => scribble(folder.path(), &bytes),
                Step::Compact(instance) => prop_assert!(instances[instance].compact().unwrap()),
            }
        }
        let expected = known(&told);
        instances.push(Journal::open(folder.path()).unwrap());
        for instance in &mut instances {
            prop_assert_eq!(remembered(instance), known(&told));
        }
        prop_assert!(instances[0].compact().unwrap());
        for instance in &mut instances {
            prop_assert_eq!(&remembered(instance), &expected);
        }
    }
}
