//! What is remembered of looks and decisions.

use std::fs;

use jiff::SignedDuration;
use tempfile::TempDir;

use super::{JOURNAL, at, drift, history, lines, look, record, snoozed};
use crate::engine::ports::{Disposition, DispositionKind, Observation, Store};
use crate::store::{FileStore, MemoryStore};

#[tokio::test]
async fn a_drift_keeps_its_first_seen_while_it_stays_and_costs_one_line() {
    let folder = TempDir::new().unwrap();
    let store = FileStore::new(folder.path());
    let looks: Vec<_> = (0..10).map(|minute| look(minute, &[("a", "one")])).collect();
    let expected: Vec<_> = looks.iter().map(|_| vec![history(0, 1, 0)]).collect();
    assert_eq!(record(&store, &looks).await, expected);
    assert_eq!(lines(folder.path()), 1);
    let again = FileStore::new(folder.path());
    assert_eq!(record(&again, &[look(60, &[("a", "one")])]).await, [[history(0, 1, 0)]]);
    assert_eq!(lines(folder.path()), 1);
}

#[tokio::test]
async fn a_drift_that_stays_is_written_down_twice_a_day() {
    let folder = TempDir::new().unwrap();
    let store = FileStore::new(folder.path());
    let week: Vec<_> = (0..7 * 24).map(|hour| look(hour * 60, &[("a", "one")])).collect();
    record(&store, &week).await;
    assert_eq!(lines(folder.path()), 14);
    let memory = store.journal().await.unwrap().remove(&drift("web", "a")).unwrap();
    assert_eq!(memory.appearances[0].last_seen, at((7 * 24 - 12) * 60));
}

#[tokio::test]
async fn a_drift_that_went_and_came_back_flaps_and_another_value_does_not() {
    let folder = TempDir::new().unwrap();
    for store in [&MemoryStore::default() as &dyn Store, &FileStore::new(folder.path())] {
        let histories = record(
            store,
            &[
                look(0, &[("a", "one")]),
                look(10, &[("a", "two")]),
                look(20, &[("a", "one")]),
                look(30, &[]),
                look(40, &[("a", "one"), ("b", "one")]),
                look(50, &[]),
                look(60, &[("a", "three")]),
            ],
        )
        .await;
        assert_eq!(
            histories,
            [
                vec![history(0, 1, 0)],
                vec![history(10, 1, 0)],
                vec![history(0, 2, 0)],
                vec![],
                vec![history(0, 3, 1), history(40, 1, 0)],
                vec![],
                vec![history(60, 1, 2)],
            ]
        );
        let memory = store.journal().await.unwrap().remove(&drift("web", "a")).unwrap();
        assert_eq!(memory.flapped_at, [at(40), at(60)]);
    }
}

#[tokio::test]
async fn a_slow_look_that_ends_late_is_older_news() {
    let store = MemoryStore::default();
    let gone = Observation {
        at: at(10) + SignedDuration::from_secs(5),
        ..look(10, &[])
    };
    record(&store, &[look(0, &[("a", "one")]), gone, look(10, &[("a", "one")])]).await;
    let memory = store.journal().await.unwrap().remove(&drift("web", "a")).unwrap();
    assert_eq!((memory.present, memory.flaps), (None, 0));
}

#[tokio::test]
async fn a_clock_that_is_put_back_loses_nothing_and_no_drift_is_from_the_future() {
    let folder = TempDir::new().unwrap();
    let store = FileStore::new(folder.path());
    let histories = record(
        &store,
        &[
            look(10_000, &[("a", "one")]),
            look(0, &[("a", "one")]),
            look(5, &[]),
            look(10, &[("a", "one")]),
            look(20_000, &[("a", "one")]),
        ],
    )
    .await;
    assert_eq!(
        histories,
        [
            vec![history(10_000, 1, 0)],
            vec![history(0, 1, 0)],
            vec![],
            vec![history(10, 2, 1)],
            vec![history(10_000, 2, 1)],
        ]
    );
}

#[tokio::test]
async fn decisions_stay_with_the_difference_they_were_made_about_and_without_secrets() {
    let folder = TempDir::new().unwrap();
    let store = FileStore::new(folder.path());
    record(&store, &[look(0, &[("a", "one")])]).await;
    let told = Disposition {
        reason: "password: Xq7canary".to_owned(),
        link: Some("https://robot:Xq7canary@git.example.com/issues/1".to_owned()),
        kind: DispositionKind::Reported,
        ..snoozed("one", 2)
    };
    store.dispose(drift("web", "a"), snoozed("one", 1)).await.unwrap();
    store.dispose(drift("web", "a"), told).await.unwrap();
    let memory = FileStore::new(folder.path()).journal().await.unwrap();
    let memory = &memory[&drift("web", "a")];
    assert_eq!(memory.dispositions[0], snoozed("one", 1));
    assert_eq!(memory.dispositions[1].kind, DispositionKind::Reported);
    assert!(!fs::read_to_string(folder.path().join(JOURNAL)).unwrap().contains("Xq7canary"));
}
