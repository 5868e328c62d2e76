//! Which decisions hold, and what of additions is remembered apart from drift.

use tempfile::TempDir;

use super::{at, drift, history, look, record, resource, sightings, snoozed};
use crate::engine::ports::{Disposition, DispositionKind, DriftIdentity, History, Observation, Store};
use crate::store::{FileStore, MemoryStore};

fn decided(kind: DispositionKind, fingerprint: &str, minutes: i64, until: Option<i64>) -> Disposition {
    Disposition {
        kind,
        until: until.map(at),
        ..snoozed(fingerprint, minutes)
    }
}

/// Kinds of the decisions that hold for the one sighting of a look.
fn kinds(histories: &[Vec<History>]) -> Vec<DispositionKind> {
    let last = histories.last().unwrap();
    last[0].dispositions.iter().map(|decision| decision.kind).collect()
}

#[tokio::test]
async fn a_decision_holds_for_its_difference_until_its_time_is_over_or_it_is_taken_back() {
    use DispositionKind::{Proposed, Reported, Snoozed};
    let store = MemoryStore::default();
    record(&store, &[look(0, &[("a", "one")])]).await;
    for decision in [
        decided(Snoozed, "one", 1, Some(100)),
        decided(Reported, "one", 2, None),
        decided(Proposed, "one", 3, None),
        decided(Reported, "another", 4, None),
        // Taken back: the same decision, over at that moment.
        decided(Proposed, "one", 3, Some(50)),
    ] {
        store.dispose(drift("web", "a"), decision).await.unwrap();
    }
    for (minutes, expected) in [
        (10, vec![Snoozed, Reported, Proposed]),
        (60, vec![Snoozed, Reported]),
        (100, vec![Reported]),
    ] {
        let found = record(&store, &[look(minutes, &[("a", "one")])]).await;
        assert_eq!(kinds(&found), expected, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn what_was_decided_for_as_long_as_a_difference_stays_ends_when_it_goes_or_changes() {
    use DispositionKind::{Acknowledged, Snoozed};
    for between in [look(20, &[("a", "two")]), look(20, &[])] {
        let folder = TempDir::new().unwrap();
        let store = FileStore::new(folder.path());
        record(&store, &[look(0, &[("a", "one")])]).await;
        let until_changed = decided(Acknowledged, "one", 1, None);
        let until_a_day = decided(Snoozed, "one", 2, Some(500));
        for decision in [&until_changed, &until_a_day] {
            store.dispose(drift("web", "a"), decision.clone()).await.unwrap();
        }
        let same = record(&store, &[look(10, &[("a", "one")])]).await;
        assert_eq!(kinds(&same), [Acknowledged, Snoozed]);
        let back = record(&store, &[between, look(30, &[("a", "one")])]).await;
        assert_eq!(kinds(&back), [Snoozed]);
        assert!(store.compact().await.unwrap());
        let compacted = FileStore::new(folder.path());
        let after = record(&compacted, &[look(40, &[("a", "one")])]).await;
        assert_eq!(kinds(&after), [Snoozed]);
        let memory = compacted.journal().await.unwrap().remove(&drift("web", "a")).unwrap();
        assert_eq!(memory.dispositions[0].until, Some(at(20)));
        // The decision itself, read a second time, is not made anew.
        compacted.dispose(drift("web", "a"), until_changed).await.unwrap();
        let again = record(&compacted, &[look(50, &[("a", "one")])]).await;
        assert_eq!(kinds(&again), [Snoozed]);
    }
}

#[tokio::test]
async fn additions_are_remembered_apart_and_end_only_where_somebody_looked_for_them() {
    let folder = TempDir::new().unwrap();
    let with_additions = |minutes, seen: &[(&str, &str)], invisible: &[(&str, &str)]| Observation {
        invisible: Some(sightings(invisible)),
        ..look(minutes, seen)
    };
    for store in [&MemoryStore::default() as &dyn Store, &FileStore::new(folder.path())] {
        let histories = record(
            store,
            &[
                with_additions(0, &[("a", "one")], &[("a", "added"), ("b", "added")]),
                look(10, &[]),
                with_additions(20, &[("a", "one")], &[("a", "added")]),
                with_additions(30, &[], &[("b", "added")]),
            ],
        )
        .await;
        assert_eq!(
            histories,
            [
                vec![history(0, 1, 0), history(0, 1, 0), history(0, 1, 0)],
                vec![],
                vec![history(0, 2, 1), history(0, 1, 0)],
                vec![history(0, 2, 1)],
            ]
        );
        let journal = store.journal().await.unwrap();
        let addition = DriftIdentity {
            invisible: true,
            ..drift("web", "a")
        };
        assert_eq!(journal[&addition].appearances[0].fingerprint, "added");
        assert_eq!(journal[&drift("web", "a")].appearances[0].fingerprint, "one");
        assert!(!journal.contains_key(&drift("web", "b")));
    }
}

#[tokio::test]
async fn what_could_not_be_judged_neither_goes_nor_comes_back() {
    let store = MemoryStore::default();
    let unjudged = Observation {
        unjudged: vec![resource("a")],
        ..look(10, &[])
    };
    let histories = record(
        &store,
        &[
            look(0, &[("a", "one"), ("b", "one")]),
            unjudged,
            look(20, &[("a", "one"), ("b", "one")]),
        ],
    )
    .await;
    assert_eq!(histories[2], [history(0, 1, 0), history(0, 2, 1)]);
}
