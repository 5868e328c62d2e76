use super::*;
use crate::engine::view::OriginView;

/// An Application whose last sync was at another revision than the one it is compared with, and whose ConfigMap differs
/// where nobody is on record.
fn moved() -> Scripted {
    Scripted {
        synced_to: "q",
        ..Scripted::new("a", SyncStatus::OutOfSync)
    }
}

impl Scripted {
    fn asked_for_manifests(&self) -> usize {
        self.manifests.load(Ordering::SeqCst)
    }
}

impl Night {
    /// The origins told of the ConfigMap, in order; without repetitions.
    fn origins(&mut self) -> Vec<OriginView> {
        let mut origins = Vec::new();
        while let Ok(event) = self.news.try_recv() {
            if let EngineEvent::Judged(view) = event {
                origins.extend(
                    view.drifts
                        .iter()
                        .flat_map(|drift| &drift.changes)
                        .map(|change| change.origin),
                );
            }
        }
        origins.dedup();
        origins
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_what_was_synced_last_unless_a_drift_is_open() {
    let scripted = Arc::new(moved());
    let mut night = follow(&[&scripted]);
    pass(600).await;
    assert_eq!(scripted.asked_for_manifests(), 0);
    assert_eq!(night.origins(), [OriginView::Unknown]);
}

#[tokio::test(start_paused = true)]
async fn what_was_synced_last_is_asked_once_for_the_open_drift_and_tells_whose_move_it_was() {
    let scripted = Arc::new(moved());
    let mut night = follow(&[&scripted]);
    pass(1).await;
    night.commands.send(EngineCommand::Open(open("a"))).await.unwrap();
    pass(1).await;
    assert_eq!(night.origins(), [OriginView::Unknown, OriginView::Git]);
    pass(600).await;
    assert_eq!(scripted.asked_for_manifests(), 1);
    assert_eq!(night.origins(), [OriginView::Git], "later looks say the same");
}

#[tokio::test(start_paused = true)]
async fn looks_do_not_wait_for_a_slow_answer() {
    let mut scripted = moved();
    scripted.manifest = Box::new(|_| Act::After(50_000));
    let scripted = Arc::new(scripted);
    let mut night = follow(&[&scripted]);
    pass(1).await;
    night.commands.send(EngineCommand::Open(open("a"))).await.unwrap();
    let before = scripted.looks();
    pass(40).await;
    assert!(scripted.looks() > before);
    assert_eq!(night.origins(), [OriginView::Unknown]);
    pass(20).await;
    assert_eq!(night.origins(), [OriginView::Unknown, OriginView::Git]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_changes_nothing_and_is_not_asked_for_with_every_look() {
    let mut scripted = moved();
    scripted.manifest = Box::new(|_| Act::Fail);
    let scripted = Arc::new(scripted);
    let mut night = follow(&[&scripted]);
    pass(1).await;
    night.commands.send(EngineCommand::Open(open("a"))).await.unwrap();
    pass(600).await;
    assert_eq!(night.origins(), [OriginView::Unknown]);
    assert_eq!(scripted.asked_for_manifests(), 2, "once in five minutes, however many looks");
}

#[tokio::test(start_paused = true)]
async fn while_git_stood_still_there_is_nothing_to_ask() {
    let scripted = Arc::new(Scripted::new("a", SyncStatus::OutOfSync));
    let mut night = follow(&[&scripted]);
    pass(1).await;
    night.commands.send(EngineCommand::Open(open("a"))).await.unwrap();
    pass(60).await;
    assert_eq!(scripted.asked_for_manifests(), 0);
    assert_eq!(night.origins(), [OriginView::Cluster]);
}
