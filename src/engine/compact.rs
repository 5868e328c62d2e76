//! What was listed of an Application, in as few bytes as hold all of it.
//!
//! Of ten thousand Applications every one has the same few projects, destinations, policies and repositories, so those are
//! held once and shared. What is left to each is its name, its paths, and what its last sync was. Nothing is lost:
//! [`CompactApplication::whole`] gives back exactly what went in.

use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::drift::{Application, ApplicationKey, Destination, OperationState, Source};

/// One value for all that are equal.
#[derive(Debug)]
struct Pool<T: ?Sized>(HashSet<Arc<T>>);

impl<T: ?Sized> Default for Pool<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: ?Sized + Eq + Hash> Pool<T> {
    /// The shared value that equals this one.
    fn share<O>(&mut self, value: O) -> Arc<T>
    where
        O: AsRef<T> + Into<Arc<T>>,
    {
        if let Some(shared) = self.0.get(value.as_ref()) {
            return Arc::clone(shared);
        }
        let shared = value.into();
        self.0.insert(Arc::clone(&shared));
        shared
    }

    /// Lets go of what nobody has any more.
    fn tidy(&mut self) {
        self.0.retain(|shared| Arc::strong_count(shared) > 1);
        self.0.shrink_to(self.0.len() * 2);
    }
}

/// Lets a value be looked for as what it will be shared as.
struct Whole<T>(T);

impl<T> AsRef<T> for Whole<T> {
    fn as_ref(&self) -> &T {
        &self.0
    }
}

impl<T> From<Whole<T>> for Arc<T> {
    fn from(whole: Whole<T>) -> Self {
        Self::new(whole.0)
    }
}

/// What many Applications have in common, for whoever makes them small: the task that lists and the one that follows.
#[derive(Debug, Default)]
pub(super) struct Common(Mutex<Pools>);

#[derive(Debug, Default)]
struct Pools {
    texts: Pool<str>,
    revisions: Pool<[String]>,
    labels: Pool<[(Arc<str>, Arc<str>)]>,
    destinations: Pool<Destination>,
    sources: Pool<Source>,
    rest: Pool<Application>,
}

impl Common {
    fn lock(&self) -> MutexGuard<'_, Pools> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of what no Application has any more.
    pub(super) fn tidy(&self) {
        let mut pools = self.lock();
        pools.rest.tidy();
        pools.sources.tidy();
        pools.destinations.tidy();
        pools.labels.tidy();
        pools.revisions.tidy();
        pools.texts.tidy();
    }

    /// How many different values are held, of every sort.
    #[cfg(test)]
    fn len(&self) -> usize {
        let pools = self.lock();
        pools.texts.0.len()
            + pools.revisions.0.len()
            + pools.labels.0.len()
            + pools.destinations.0.len()
            + pools.sources.0.len()
            + pools.rest.0.len()
    }
}

/// An Application without its key.
#[derive(Debug, Clone)]
pub(super) struct CompactApplication {
    /// Everything that is not below; there it is blank.
    rest: Arc<Application>,
    destination: Arc<Destination>,
    labels: Arc<[(Arc<str>, Arc<str>)]>,
    /// Each without its path, and its path.
    sources: Box<[(Arc<Source>, Box<str>)]>,
    revisions: Arc<[String]>,
    operation: Option<Box<LastOperation>>,
    resource_version: Box<str>,
    reconciled_at: Option<Timestamp>,
}

/// The last operation: its revisions are often those of many, its times nobody else's.
#[derive(Debug, Clone)]
struct LastOperation {
    /// With blank revisions.
    state: OperationState,
    revisions: Arc<[String]>,
}

impl CompactApplication {
    /// Makes an Application small; its key goes its own way.
    pub(super) fn new(application: Application, common: &Common) -> (ApplicationKey, Self) {
        let common = &mut *common.lock();
        let Application {
            key,
            labels,
            destination,
            sources,
            revisions,
            operation,
            resource_version,
            reconciled_at,
            ..
        } = application;
        let blank = ApplicationKey::new(common.texts.share(""), common.texts.share(""), common.texts.share(""));
        let key = ApplicationKey {
            context: common.texts.share(key.context),
            namespace: common.texts.share(key.namespace),
            name: key.name,
        };
        let rest = Application {
            key: blank,
            labels: BTreeMap::new(),
            destination: Destination::default(),
            sources: Vec::new(),
            revisions: Vec::new(),
            operation: None,
            resource_version: String::new(),
            reconciled_at: None,
            project: application.project,
            detail: application.detail,
            skip_reconcile: application.skip_reconcile,
            refresh_pending: application.refresh_pending,
            deletion_requested_at: application.deletion_requested_at,
            hydrated: application.hydrated,
            sync_policy: application.sync_policy,
            sync_windows: application.sync_windows,
            ignore_differences: application.ignore_differences,
            sync_status: application.sync_status,
            health: application.health,
            health_message: application.health_message,
            operation_requested: application.operation_requested,
            conditions: application.conditions,
            history: application.history,
            resources: application.resources,
        };
        let labels: Vec<_> = labels
            .into_iter()
            .map(|(label, value)| (common.texts.share(label.as_str()), common.texts.share(value.as_str())))
            .collect();
        let sources = sources
            .into_iter()
            .map(|mut source| {
                let path = std::mem::take(&mut source.path).into_boxed_str();
                (common.sources.share(Whole(source)), path)
            })
            .collect();
        let operation = operation.map(|mut state| {
            let revisions = common.revisions.share(std::mem::take(&mut state.revisions));
            Box::new(LastOperation { state, revisions })
        });
        let compact = Self {
            rest: common.rest.share(Whole(rest)),
            destination: common.destinations.share(Whole(destination)),
            labels: common.labels.share(labels),
            sources,
            revisions: common.revisions.share(revisions),
            operation,
            resource_version: resource_version.into_boxed_str(),
            reconciled_at,
        };
        (key, compact)
    }

    /// The Application, exactly as it went in.
    pub(super) fn whole(&self, key: &ApplicationKey) -> Application {
        let own = |text: &Arc<str>| text.as_ref().to_owned();
        let sources = self.sources.iter().map(|(source, path)| Source {
            path: path.as_ref().to_owned(),
            ..Source::clone(source)
        });
        let operation = self.operation.as_ref().map(|last| OperationState {
            revisions: last.revisions.to_vec(),
            ..last.state.clone()
        });
        Application {
            key: key.clone(),
            labels: self.labels.iter().map(|(label, value)| (own(label), own(value))).collect(),
            destination: Destination::clone(&self.destination),
            sources: sources.collect(),
            revisions: self.revisions.to_vec(),
            operation,
            resource_version: self.resource_version.as_ref().to_owned(),
            reconciled_at: self.reconciled_at,
            ..Application::clone(&self.rest)
        }
    }

    /// What is the same for many: sync status, health, policy and what else an Application of this sort has. Its key,
    /// destination, labels, sources, revisions, operation and times are blank here.
    pub(super) fn rest(&self) -> &Application {
        &self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{Condition, HealthStatus, Initiator, OperationPhase, SyncStatus};

    fn time(minute: i64) -> Option<Timestamp> {
        Some(Timestamp::from_second(1_700_000_000 + 60 * minute).unwrap())
    }

    /// One of a team's Applications: only name, path and times are its own.
    fn one_of_many(number: i64) -> Application {
        let key = ApplicationKey::new("prod", "argocd", format!("service-{number}"));
        Application {
            project: "shop".to_owned(),
            labels: [("env", "prod"), ("team", "shop")]
                .map(|(label, value)| (label.to_owned(), value.to_owned()))
                .into(),
            destination: Destination {
                server: "https://kubernetes.default.svc".to_owned(),
                namespace: "shop".to_owned(),
                ..Destination::default()
            },
            sources: vec![Source {
                repo_url: "https://git.example.com/shop/deploy.git".to_owned(),
                path: format!("apps/service-{number}"),
                target_revision: "main".to_owned(),
                ..Source::default()
            }],
            sync_status: SyncStatus::Synced,
            revisions: vec!["3f2c1d0".to_owned()],
            health: HealthStatus::Healthy,
            operation: Some(OperationState {
                phase: Some(OperationPhase::Succeeded),
                finished_at: time(number),
                revisions: vec!["3f2c1d0".to_owned()],
                initiated_by: Initiator::User("kim".to_owned()),
                ..OperationState::default()
            }),
            resource_version: number.to_string(),
            reconciled_at: time(number + 1),
            ..Application::new(key)
        }
    }

    #[test]
    fn an_application_comes_out_exactly_as_it_went_in() {
        let mut failing = one_of_many(1);
        failing.health_message = "0/3 replicas".to_owned();
        failing.conditions = vec![Condition {
            kind: "ComparisonError".to_owned(),
            message: "no such path".to_owned(),
            at: time(3),
        }];
        failing.deletion_requested_at = time(4);
        failing.skip_reconcile = true;
        failing.hydrated = true;
        failing.operation_requested = true;
        let mut several = one_of_many(2);
        let values = Source {
            reference: "values".to_owned(),
            ..Source::default()
        };
        several.sources.push(values);
        several.revisions.push("v1.2.3".to_owned());
        let bare = Application::new(ApplicationKey::new("prod", "argocd", "bare"));
        let common = Common::default();
        for application in [failing, several, bare, one_of_many(3)] {
            let (key, compact) = CompactApplication::new(application.clone(), &common);
            assert_eq!(compact.whole(&key), application);
            let rest = compact.rest();
            assert_eq!(
                (rest.sync_status, rest.skip_reconcile, rest.deletion_requested_at),
                (
                    application.sync_status,
                    application.skip_reconcile,
                    application.deletion_requested_at
                )
            );
        }
    }

    #[test]
    fn what_many_have_in_common_is_held_once_and_let_go_with_the_last() {
        let common = Common::default();
        let mut held = Vec::new();
        let mut sizes = Vec::new();
        for number in 0..100 {
            held.push(CompactApplication::new(one_of_many(number), &common));
            sizes.push(common.len());
        }
        assert_eq!(sizes[0], sizes[99], "nothing of its own is shared");
        let [(a, first), (b, second)] = [&held[0], &held[1]].map(|(key, compact)| (key, compact));
        assert!(Arc::ptr_eq(&a.context, &b.context) && Arc::ptr_eq(&a.namespace, &b.namespace));
        assert!(Arc::ptr_eq(&first.rest, &second.rest));
        assert!(Arc::ptr_eq(&first.sources[0].0, &second.sources[0].0));
        common.tidy();
        assert_eq!(common.len(), sizes[0]);
        held.clear();
        common.tidy();
        common.tidy();
        assert_eq!(common.len(), 0);
    }

    #[test]
    fn one_of_ten_thousand_takes_little() {
        assert!(size_of::<CompactApplication>() <= 128, "{}", size_of::<CompactApplication>());
        assert!(5 * size_of::<CompactApplication>() <= size_of::<Application>());
    }
}
