//! What is known of one context: what was last listed or hinted, what was judged, and what has to be looked at.
//!
//! No waiting happens here: each piece of news goes in, and what to tell the screen comes out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::collect::{may_be_swept, needs_a_look};
use super::core::Engine;
use super::event::EngineEvent;
use super::hint::{merge, summary};
use super::looking::{Looking, Worth};
use super::ports::{ClusterName, ErrorView, ServerInfo, WatchEvent};
use super::scan::Coverage;
use super::sweeping::Sweeping;
use super::view::{ApplicationVerdict, ApplicationView};
use crate::drift::{Application, ApplicationKey, SyncStatus};

/// Everything known of one context.
pub(super) struct Known {
    engine: Arc<Engine>,
    pub(super) server: ServerInfo,
    pub(super) clusters: Vec<ClusterName>,
    pub(super) looking: Looking,
    /// What was last listed or hinted.
    applications: HashMap<ApplicationKey, Application>,
    /// The last good view of Applications that were judged.
    judged: HashMap<ApplicationKey, ApplicationView>,
    /// What was shown of those whose last look failed: they get another one with the next list.
    failed: HashMap<ApplicationKey, ApplicationView>,
    sweeping: Sweeping,
    /// Views of Synced Applications that were looked into and have additions.
    swept: HashMap<ApplicationKey, ApplicationView>,
    /// Named by the list that runs.
    seen: HashSet<ApplicationKey>,
    /// The stream spoke of them after the list that runs had begun: it knows better.
    hinted: HashSet<ApplicationKey>,
    /// Changed to something that needs no look: the journal has to be told.
    settled: Vec<Application>,
}

impl Known {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            server: ServerInfo::default(),
            clusters: Vec::new(),
            looking: Looking::default(),
            applications: HashMap::new(),
            judged: HashMap::new(),
            failed: HashMap::new(),
            sweeping: Sweeping::default(),
            swept: HashMap::new(),
            seen: HashSet::new(),
            hinted: HashSet::new(),
            settled: Vec::new(),
        }
    }

    pub(super) fn application(&self, key: &ApplicationKey) -> Option<Application> {
        self.applications.get(key).cloned()
    }

    /// An Application and what was shown of it, once it was judged.
    pub(super) fn judged(&self, key: &ApplicationKey) -> Option<(&Application, &ApplicationView)> {
        Some((self.applications.get(key)?, self.judged.get(key)?))
    }

    /// What settled since the last call, for the journal.
    pub(super) fn take_settled(&mut self) -> Vec<Application> {
        std::mem::take(&mut self.settled)
    }

    pub(super) fn list_begins(&mut self) {
        self.seen.clear();
        self.hinted.clear();
    }

    /// One page of the list.
    pub(super) fn listed(&mut self, page: Vec<Application>) -> EngineEvent {
        let mut views = Vec::with_capacity(page.len());
        for application in page {
            let key = application.key.clone();
            self.seen.insert(key.clone());
            if self.hinted.contains(&key) {
                continue;
            }
            let changed = self
                .applications
                .get(&key)
                .is_none_or(|known| summary(known) != summary(&application));
            if changed {
                self.looking.changed(&key);
            }
            let fresh = self.engine.listed(&application, &self.server, &self.clusters);
            let needs = needs_a_look(&application);
            // What was said stays on screen until it is judged again.
            let shown = self.failed.get(&key).or(self.judged.get(&key));
            let swept = self.swept.get(&key).filter(|_| !changed);
            let view = match (shown, swept) {
                (Some(shown), _) if fresh.verdict == ApplicationVerdict::Pending => ApplicationView {
                    fetched_at: shown.fetched_at,
                    // Argo CD compares by itself, whether we look or not.
                    reconciled_at: fresh.reconciled_at,
                    ..shown.clone()
                },
                (_, Some(swept)) => with_additions(fresh, swept),
                _ => fresh,
            };
            self.applications.insert(key.clone(), application);
            let failed = self.failed.contains_key(&key);
            if !needs {
                if changed {
                    self.settled.extend(self.applications.get(&key).cloned());
                    self.settle(&key);
                }
            } else if changed || failed {
                self.looking.want(&key);
            }
            views.push(view);
        }
        EngineEvent::Listed(views)
    }

    /// The list is complete: what it did not name is gone.
    pub(super) fn list_completed(&mut self, context: &Arc<str>) -> Vec<EngineEvent> {
        let gone: Vec<_> = self
            .applications
            .keys()
            .filter(|key| !self.seen.contains(*key) && !self.hinted.contains(*key))
            .cloned()
            .collect();
        let mut news: Vec<_> = gone.iter().filter_map(|key| self.forget(key)).collect();
        news.push(EngineEvent::ListCompleted {
            context: Arc::clone(context),
            applications: self.applications.len(),
            at: self.engine.now(),
        });
        news
    }

    /// One event of the stream: a hint that something about an Application changed.
    pub(super) fn hinted(&mut self, event: WatchEvent) -> Vec<EngineEvent> {
        match event {
            WatchEvent::Opened => Vec::new(),
            WatchEvent::Deleted(key) => {
                self.hinted.insert(key.clone());
                self.forget(&key).into_iter().collect()
            }
            WatchEvent::Changed(hint) => {
                let key = hint.key.clone();
                self.hinted.insert(key.clone());
                let merged = match self.applications.get(&key) {
                    Some(known) => merge(known, *hint),
                    None => *hint,
                };
                let known = self.applications.get(&key);
                if known.is_some_and(|known| summary(known) == summary(&merged)) {
                    return Vec::new();
                }
                self.looking.changed(&key);
                let needs = needs_a_look(&merged);
                let view = self.engine.listed(&merged, &self.server, &self.clusters);
                self.applications.insert(key.clone(), merged);
                if !needs {
                    self.settled.extend(self.applications.get(&key).cloned());
                    self.settle(&key);
                    return vec![EngineEvent::Judged(Box::new(view))];
                }
                self.looking.want(&key);
                if self.judged.contains_key(&key) || self.failed.contains_key(&key) {
                    return Vec::new();
                }
                vec![EngineEvent::Listed(vec![view])]
            }
        }
    }

    /// A look ended.
    pub(super) fn looked(
        &mut self,
        key: &ApplicationKey,
        mut view: ApplicationView,
        error: Option<ErrorView>,
    ) -> Vec<EngineEvent> {
        let worth = self.looking.finished(key);
        let Some(application) = self.applications.get(key) else {
            return Vec::new();
        };
        // The list or the stream said meanwhile that there is nothing to look at: that is newer than what the look saw.
        if !needs_a_look(application) {
            self.settle(key);
            return Vec::new();
        }
        if worth != Worth::Current {
            return Vec::new();
        }
        if let Some(error) = error {
            tracing::warn!(application = %key, error = %error.detail, "could not look at an Application");
            // Without `stale` it is not the server that failed but driftline: then an old verdict is no help.
            if let Some(last_good) = self.judged.get(key).filter(|_| view.stale.is_some()) {
                view = ApplicationView {
                    stale: Some(error.detail),
                    ..last_good.clone()
                };
            }
            self.failed.insert(key.clone(), view.clone());
        } else {
            self.failed.remove(key);
            self.judged.insert(key.clone(), view.clone());
        }
        vec![EngineEvent::Judged(Box::new(view))]
    }

    /// The Synced Application that is to be looked into next, if one is due.
    pub(super) fn next_to_sweep(&self) -> Option<Application> {
        let settings = self.engine.settings();
        // What is shown has to be true: where there are additions, they are read again like drift.
        let again_after = |key: &ApplicationKey| match self.swept.contains_key(key) {
            true => settings.look_every,
            false => settings.sweep.again_after,
        };
        let applications = self.applications.values();
        self.sweeping.next(applications, again_after, self.engine.now()).cloned()
    }

    /// A Synced Application with additions on the screen.
    pub(super) fn has_additions(&self, key: &ApplicationKey) -> Option<Application> {
        self.swept.get(key).and_then(|_| self.application(key))
    }

    /// How many of the Synced Applications were looked into.
    pub(super) fn coverage(&self) -> Coverage {
        self.sweeping.coverage(self.applications.values())
    }

    /// A look into a Synced Application ended. One that failed counts as looked into: the next round tries it again.
    pub(super) fn swept(&mut self, key: &ApplicationKey, view: ApplicationView, error: Option<ErrorView>) -> Vec<EngineEvent> {
        // It may have drifted, changed or gone meanwhile: then an ordinary look is on its way.
        if !self.applications.get(key).is_some_and(may_be_swept) || view.sync_status != SyncStatus::Synced {
            return Vec::new();
        }
        self.sweeping.checked(key, self.engine.now());
        if let Some(error) = error {
            tracing::warn!(application = %key, error = %error.detail, "could not look into a Synced Application");
            return Vec::new();
        }
        let before = self.swept.remove(key);
        if view.invisible.is_empty() && before.is_none() {
            return Vec::new();
        }
        if !view.invisible.is_empty() {
            self.swept.insert(key.clone(), view.clone());
        }
        vec![EngineEvent::Judged(Box::new(view))]
    }

    /// Argo CD does not tell of a further edit on what drifted already.
    pub(super) fn look_at_all_that_drifted(&mut self) {
        for application in self.applications.values().filter(|a| needs_a_look(a)) {
            self.looking.want(&application.key);
        }
    }

    pub(super) fn look_again(&mut self, key: &ApplicationKey) {
        if self.applications.get(key).is_some_and(needs_a_look) {
            self.looking.want(key);
        }
    }

    /// It does not drift (any more): what was kept of its drifts is over.
    fn settle(&mut self, key: &ApplicationKey) {
        self.looking.forget(key);
        self.judged.remove(key);
        self.failed.remove(key);
        self.swept.remove(key);
        self.sweeping.forget(key);
        self.engine.drifts_ended(key);
    }

    fn forget(&mut self, key: &ApplicationKey) -> Option<EngineEvent> {
        self.settle(key);
        self.applications.remove(key).map(|_| EngineEvent::Removed(key.clone()))
    }
}

/// What the list says now, with the additions that the last sweep found.
fn with_additions(fresh: ApplicationView, swept: &ApplicationView) -> ApplicationView {
    ApplicationView {
        verdict: fresh.verdict.max(swept.verdict),
        invisible: swept.invisible.clone(),
        ..fresh
    }
}
