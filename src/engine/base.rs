//! What Git said at the revision synced last: the base of the three-way question where the live object cannot tell.
//!
//! Asked for the drift that is open on screen and for no other: Argo CD renders it anew and asks the cluster for its API.
//! What was told once is kept for a few Applications, so that their later looks say the same without another call.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::core::Engine;
use super::judging::synced_revisions;
use super::ports::ArgoCdError;
use super::view::{ApplicationView, DriftView, OriginView};
use crate::drift::raw::Rendered;
use crate::drift::{Application, ApplicationKey, DriftState, ResourceKey};

/// Manifests of so many Applications are kept.
const MOST: usize = 4;
/// Whoever could not tell is not asked again sooner.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// What was told, oldest first.
#[derive(Debug, Default)]
pub(super) struct BasesKnown(Mutex<VecDeque<Base>>);

#[derive(Debug)]
struct Base {
    application: ApplicationKey,
    revisions: Vec<String>,
    /// Or when it was refused.
    told: Result<Arc<Rendered>, Timestamp>,
}

impl BasesKnown {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Base>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// What Git said at the revision that this Application was synced to last, if it was told.
    pub(super) fn base(&self, application: &Application) -> Option<Arc<Rendered>> {
        let revisions = synced_revisions(application);
        let bases = self.bases_known().lock();
        let known = bases
            .iter()
            .find(|base| base.application == application.key && base.revisions == revisions)?;
        known.told.as_ref().ok().cloned()
    }

    /// The revisions to ask for, where they may tell more of this resource than is known.
    pub(super) fn base_to_ask(
        &self,
        application: &Application,
        view: &ApplicationView,
        resource: &ResourceKey,
    ) -> Option<Vec<String>> {
        let drift = view.drifts.iter().find(|drift| drift.key.resource == *resource)?;
        if !may_tell(application, view, drift) {
            return None;
        }
        let bases = self.bases_known().lock();
        let known = bases
            .iter()
            .find(|base| base.application == application.key && base.revisions == view.synced_revisions);
        let ask = match known.map(|base| &base.told) {
            None => true,
            Some(Ok(_)) => false,
            Some(Err(refused_at)) => self.now().duration_since(*refused_at) >= PATIENCE,
        };
        ask.then(|| view.synced_revisions.clone())
    }

    /// Keeps an answer. A failure is logged and changes nothing.
    pub(super) fn remember_base(&self, application: ApplicationKey, revisions: Vec<String>, told: Result<Rendered, ArgoCdError>) {
        let told = told.map(Arc::new).map_err(|error| {
            tracing::warn!(%application, error = %error.view().detail, "what was synced last is not told; origins stay as they are");
            self.now()
        });
        let mut bases = self.bases_known().lock();
        bases.retain(|base| base.application != application);
        bases.push_back(Base {
            application,
            revisions,
            told,
        });
        while bases.len() > MOST {
            bases.pop_front();
        }
    }
}

/// Whether Git at the revision synced last can say more of a drift than its live object does.
fn may_tell(application: &Application, view: &ApplicationView, drift: &DriftView) -> bool {
    let synced = &view.synced_revisions;
    // While Git stood still, the base is what is compared with.
    let moved = !synced.is_empty() && !view.revisions.is_empty() && *synced != view.revisions;
    // Of a hydrated Application the answer is about its dry source, which has other revisions.
    let askable = !application.hydrated && (application.sources.is_empty() || application.sources.len() == synced.len());
    let is_secret = drift.key.resource.group.is_empty() && drift.key.resource.kind == "Secret";
    // Server-side apply leaves no last-applied behind: an edit may be in Git's way or not.
    let by_ownership = application.sync_policy.has_option("ServerSideApply=true");
    let open = |origin| origin == OriginView::Unknown || (origin == OriginView::Cluster && by_ownership);
    moved && askable && !is_secret && drift.state == DriftState::Changed && drift.changes.iter().any(|change| open(change.origin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::Source;
    use crate::engine::fixtures::{change, drift, drifted};
    use crate::verdict::NextKind;

    #[test]
    fn only_what_can_tell_more_is_worth_asking() {
        let view = |kind: &str, origin, synced: &[&str]| {
            let mut field = change("/data/a", Some("1"), Some("2"));
            field.origin = origin;
            ApplicationView {
                revisions: vec!["b".to_owned()],
                synced_revisions: synced.iter().map(|&revision| revision.to_owned()).collect(),
                ..drifted("web", NextKind::Nothing, "", vec![drift(kind, "c", vec![field])])
            }
        };
        let listed = |change: fn(&mut Application)| {
            let mut application = Application::new(crate::engine::fixtures::key("web"));
            application.sources = vec![Source::default()];
            change(&mut application);
            application
        };
        let plain = listed(|_| {});
        let server_side = listed(|a| a.sync_policy.options = vec!["ServerSideApply=true".to_owned()]);
        let hydrated = listed(|a| a.hydrated = true);
        let of_two = listed(|a| a.sources.push(Source::default()));
        use OriginView::{Both, Cluster, Git, Unknown};
        for (why, application, view, expected) in [
            ("nobody knows", &plain, view("ConfigMap", Unknown, &["a"]), true),
            ("Git stood still", &plain, view("ConfigMap", Unknown, &["b"]), false),
            ("never synced", &plain, view("ConfigMap", Unknown, &[]), false),
            ("last-applied told", &plain, view("ConfigMap", Cluster, &["a"]), false),
            ("ownership told", &server_side, view("ConfigMap", Cluster, &["a"]), true),
            ("told both", &server_side, view("ConfigMap", Both, &["a"]), false),
            ("told Git", &server_side, view("ConfigMap", Git, &["a"]), false),
            ("masked", &plain, view("Secret", Unknown, &["a"]), false),
            ("hydrated", &hydrated, view("ConfigMap", Unknown, &["a"]), false),
            (
                "one revision of two sources",
                &of_two,
                view("ConfigMap", Unknown, &["a"]),
                false,
            ),
        ] {
            assert_eq!(may_tell(application, &view, &view.drifts[0]), expected, "{why}");
        }
    }
}
