//! Between looks and the journal: what a look saw is told to the store, and what the store knows to the view.
//!
//! Memory is a help, never a condition: a store that fails or does not answer is said once, and every look goes on with
//! what this run itself saw.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::core::Engine;
use super::journal::{ApplicationIdentity, Disposition, History, Observation, Sighting};
use super::judging::Judged;
use super::ports::{ServerInfo, StoreError};
use super::view::{ApplicationVerdict, DispositionView, DriftView, Seal};
use crate::drift::ApplicationKey;
use crate::redact::text;

/// A journal that kept a look waiting is left alone for this long, so that it does not hold back look after look.
const REST: Duration = Duration::from_secs(60);

impl Engine {
    /// Remembers a complete look that began at a time, and fills in what was known before.
    pub(super) async fn remember(&self, judged: &mut Judged, server: &ServerInfo, began: Timestamp) {
        let view = &mut judged.view;
        if matches!(view.verdict, ApplicationVerdict::CannotTell | ApplicationVerdict::Pending) {
            return;
        }
        let sighting = |drift: &Arc<DriftView>| Sighting {
            resource: drift.key.resource.clone(),
            fingerprint: drift.fingerprint.clone(),
        };
        let observation = Observation {
            application: identity(&view.key, server),
            at: began,
            seen: view.drifts.iter().map(sighting).collect(),
            // Its resources were fetched, so both were looked for.
            invisible: Some(view.invisible.iter().map(sighting).collect()),
            unjudged: judged.unjudged.clone(),
        };
        let histories = self.record(vec![observation]).await.into_iter().next().unwrap_or_default();
        let mut histories = histories.into_iter();
        let (drifts, additions) = judged.drifts.split_at_mut(view.drifts.len());
        // The view's own copies go first, so that what is on the shelf can be changed in place.
        view.drifts.clear();
        for shelved in drifts {
            if let Some(history) = histories.next() {
                recall(Arc::make_mut(&mut shelved.drift), history);
            }
            view.drifts.push(Arc::clone(&shelved.drift));
        }
        // Additions to what drifts anyway are not on the shelf.
        let mut shelf = additions.iter_mut().peekable();
        for drift in &mut view.invisible {
            let Some(history) = histories.next() else { break };
            match shelf.next_if(|shelved| shelved.drift.key == drift.key) {
                Some(shelved) => {
                    recall(Arc::make_mut(&mut shelved.drift), history);
                    *drift = Arc::clone(&shelved.drift);
                }
                None => recall(Arc::make_mut(drift), history),
            }
        }
    }

    /// Remembers that these Applications became Synced: the list alone says so, nobody looks at them.
    pub(super) async fn settled(&self, applications: &[ApplicationKey], server: &ServerInfo) {
        if applications.is_empty() {
            return;
        }
        let at = self.now();
        let settled = |key| Observation::of_drifts(identity(key, server), at, Vec::new());
        self.record(applications.iter().map(settled).collect()).await;
    }

    /// Nothing when the store fails.
    async fn record(&self, observations: Vec<Observation>) -> Vec<Vec<History>> {
        if matches!(self.store_health(), StoreHealth::RestsUntil(then) if Instant::now() < then) {
            return Vec::new();
        }
        // A task of its own: the time in which looks beside this one are judged is not the disk's.
        let store = self.store();
        let mut recording = tokio::spawn(async move { store.record(observations).await });
        let recorded = match tokio::time::timeout(self.settings().journal_patience, &mut recording).await {
            Ok(Ok(recorded)) => recorded,
            Ok(Err(stopped)) => Err(StoreError::Failed {
                path: "the journal".to_owned(),
                doing: "use",
                message: stopped.to_string(),
            }),
            Err(_) => {
                recording.abort();
                Err(StoreError::Timeout)
            }
        };
        let (histories, failed) = match recorded {
            Ok(histories) => (histories, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let health = match &failed {
            None => StoreHealth::Works,
            Some(StoreError::Timeout) => StoreHealth::RestsUntil(Instant::now() + REST),
            Some(_) => StoreHealth::Failed,
        };
        let did_work = self.replace_store_health(health) == StoreHealth::Works;
        match failed {
            Some(error) if did_work => {
                let hint = error.view().hint;
                tracing::warn!(%error, hint, "the journal does not work: this run goes on without it");
            }
            None if !did_work => tracing::info!("the journal works again"),
            Some(_) | None => {}
        }
        histories
    }
}

/// Fills in what is known of a drift. A journal is a file: what it says is redacted like everything else.
fn recall(drift: &mut DriftView, history: History) {
    drift.first_seen = history.first_seen;
    drift.times_seen = history.times_seen;
    drift.flaps = history.flaps;
    drift.dispositions = history.dispositions.iter().map(disposition).collect();
}

fn disposition(decision: &Disposition) -> DispositionView {
    DispositionView {
        kind: decision.kind,
        by: text::redact(&decision.by).into_owned(),
        at: decision.at,
        until: decision.until,
        reason: text::redact(&decision.reason).into_owned(),
        link: decision.link.as_ref().map(|link| text::redact(link).into_owned()),
        seal: Seal,
    }
}

/// How the store fared when it was last used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum StoreHealth {
    /// It answered.
    #[default]
    Works,
    /// It said why not, at once: it is asked again.
    Failed,
    /// It kept us waiting: it is left alone for a while.
    RestsUntil(Instant),
}

fn identity(key: &ApplicationKey, server: &ServerInfo) -> ApplicationIdentity {
    ApplicationIdentity {
        server: server.identity.clone(),
        namespace: key.namespace.to_string(),
        name: key.name.to_string(),
    }
}
