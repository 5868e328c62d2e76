//! What the journal promises: see `journal` for how it keeps it.

mod deciding;
mod properties;
mod remembering;
mod surviving;

use std::fs;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::journal::Journal;
use crate::drift::ResourceKey;
use crate::engine::ports::{
    ApplicationIdentity, Disposition, DispositionKind, DriftIdentity, History, Observation, Sighting, Store,
};

/// Name of the file.
const JOURNAL: &str = "journal.jsonl";

fn at(minutes: i64) -> Timestamp {
    "2026-11-20T03:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn application(name: &str) -> ApplicationIdentity {
    ApplicationIdentity {
        server: "https://argocd.example.com".to_owned(),
        namespace: "argocd".to_owned(),
        name: name.to_owned(),
    }
}

fn resource(name: &str) -> ResourceKey {
    ResourceKey::new("", "ConfigMap", "shop", name)
}

fn drift(application_name: &str, name: &str) -> DriftIdentity {
    DriftIdentity {
        application: application(application_name),
        resource: resource(name),
        invisible: false,
    }
}

/// A look at the Application `web` that sees these (resource, fingerprint).
fn look(minutes: i64, seen: &[(&str, &str)]) -> Observation {
    Observation::of_drifts(application("web"), at(minutes), sightings(seen))
}

fn sightings(seen: &[(&str, &str)]) -> Vec<Sighting> {
    let sighting = |(name, fingerprint): &(&str, &str)| Sighting {
        resource: resource(name),
        fingerprint: (*fingerprint).to_owned(),
    };
    seen.iter().map(sighting).collect()
}

fn snoozed(fingerprint: &str, minutes: i64) -> Disposition {
    Disposition {
        kind: DispositionKind::Snoozed,
        fingerprint: fingerprint.to_owned(),
        by: "mira".to_owned(),
        at: at(minutes),
        until: Some(at(minutes + 600)),
        reason: "the release is tomorrow".to_owned(),
        link: None,
    }
}

fn history(first_seen: i64, times_seen: u32, flaps: u32) -> History {
    History {
        first_seen: at(first_seen),
        times_seen,
        flaps,
        dispositions: Vec::new(),
    }
}

/// Records looks one by one; what is known of the sightings of each.
async fn record(store: &dyn Store, looks: &[Observation]) -> Vec<Vec<History>> {
    let mut histories = Vec::new();
    for look in looks {
        histories.extend(store.record(vec![look.clone()]).await.unwrap());
    }
    histories
}

fn lines(folder: &Path) -> usize {
    fs::read_to_string(folder.join(JOURNAL)).unwrap().lines().count()
}

/// Appends a look, synchronously.
fn append(journal: &mut Journal, observation: &Observation) {
    journal.append(|index| index.news(observation)).unwrap();
}
