//! What is known of one context: what was last listed or hinted, what was judged, and what has to be looked at.
//!
//! No waiting happens here: each piece of news goes in, and what to tell the screen comes out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::collect::{may_be_swept, needs_a_look};
use super::compact::{Common, CompactApplication};
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
    common: Arc<Common>,
    applications: HashMap<ApplicationKey, Box<Told>>,
    /// The last good view of Applications that were judged; the screen has the same.
    judged: HashMap<ApplicationKey, Arc<ApplicationView>>,
    /// What was shown of those whose last look failed: they get another one with the next list.
    failed: HashMap<ApplicationKey, Arc<ApplicationView>>,
    sweeping: Sweeping,
    /// Views of Synced Applications that were looked into and have additions.
    swept: HashMap<ApplicationKey, Arc<ApplicationView>>,
    /// Number of the list that runs, or ran last.
    list: u32,
    /// The stream told that they are gone, after the list that runs had begun.
    deleted: HashSet<ApplicationKey>,
    /// Changed to Synced: the journal has to be told.
    settled: Vec<ApplicationKey>,
}

/// What was last told of an Application, and by whom.
struct Told {
    application: CompactApplication,
    /// Number of the list that named it last.
    listed: u32,
    /// Number of the list that ran, or had run last, when the stream spoke of it: then the stream knows better.
    hinted: u32,
}

impl Known {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            server: ServerInfo::default(),
            clusters: Vec::new(),
            looking: Looking::default(),
            common: Arc::default(),
            applications: HashMap::new(),
            judged: HashMap::new(),
            failed: HashMap::new(),
            sweeping: Sweeping::default(),
            swept: HashMap::new(),
            list: 0,
            deleted: HashSet::new(),
            settled: Vec::new(),
        }
    }

    /// What listed Applications have in common, for whoever lists.
    pub(super) fn common(&self) -> Arc<Common> {
        Arc::clone(&self.common)
    }

    pub(super) fn application(&self, key: &ApplicationKey) -> Option<Application> {
        self.applications.get(key).map(|told| told.application.whole(key))
    }

    /// An Application and what was shown of it, once it was judged.
    pub(super) fn judged(&self, key: &ApplicationKey) -> Option<(Application, &ApplicationView)> {
        Some((self.application(key)?, self.judged.get(key)?))
    }

    /// What settled since the last call, for the journal.
    pub(super) fn take_settled(&mut self) -> Vec<ApplicationKey> {
        std::mem::take(&mut self.settled)
    }

    pub(super) fn list_begins(&mut self) {
        self.list += 1;
        self.deleted.clear();
    }

    /// Whether the stream spoke of an Application since the list began that runs or ran last.
    fn is_hinted(&self, key: &ApplicationKey) -> bool {
        self.deleted.contains(key) || self.applications.get(key).is_some_and(|told| told.hinted == self.list)
    }

    /// One page of the list.
    pub(super) fn listed(&mut self, page: Vec<(ApplicationKey, CompactApplication)>) -> EngineEvent {
        let mut views = Vec::with_capacity(page.len());
        for (key, compact) in page {
            if self.is_hinted(&key) {
                if let Some(told) = self.applications.get_mut(&key) {
                    told.listed = self.list;
                }
                continue;
            }
            let application = compact.whole(&key);
            let changed = self
                .application(&key)
                .is_none_or(|known| summary(&known) != summary(&application));
            if changed {
                self.looking.changed(&key);
            }
            let fresh = self.engine.listed(&application, &self.server, &self.clusters);
            let needs = needs_a_look(&application);
            let view = self.shown_of(&key, fresh, changed);
            let told = Told {
                application: compact,
                listed: self.list,
                hinted: 0,
            };
            self.applications.insert(key.clone(), Box::new(told));
            let failed = self.failed.contains_key(&key);
            if !needs {
                if changed {
                    self.settled.extend(may_be_swept(&application).then(|| key.clone()));
                    self.settle(&key);
                }
            } else if changed || failed {
                self.looking.want(&key);
            }
            views.push(view);
        }
        EngineEvent::Listed(views)
    }

    /// What to show of an Application of which the list spoke: what was said stays on screen until it is judged again.
    fn shown_of(&mut self, key: &ApplicationKey, fresh: ApplicationView, changed: bool) -> Arc<ApplicationView> {
        let shown = self.failed.get_mut(key).or(self.judged.get_mut(key));
        let swept = self.swept.get(key).filter(|_| !changed);
        match (shown, swept) {
            (Some(shown), _) if fresh.verdict == ApplicationVerdict::Pending => {
                // Argo CD compares by itself, whether we look or not.
                if shown.reconciled_at != fresh.reconciled_at {
                    *shown = Arc::new(ApplicationView {
                        reconciled_at: fresh.reconciled_at,
                        ..ApplicationView::clone(shown)
                    });
                }
                Arc::clone(shown)
            }
            (_, Some(swept)) => Arc::new(with_additions(fresh, swept)),
            _ => Arc::new(fresh),
        }
    }

    /// The list is complete: what it did not name is gone.
    pub(super) fn list_completed(&mut self, context: &Arc<str>) -> Vec<EngineEvent> {
        let gone: Vec<_> = self
            .applications
            .iter()
            .filter(|(_, told)| told.listed != self.list && told.hinted != self.list)
            .map(|(key, _)| key.clone())
            .collect();
        let mut news: Vec<_> = gone.iter().filter_map(|key| self.forget(key)).collect();
        self.common.tidy();
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
                self.deleted.insert(key.clone());
                self.forget(&key).into_iter().collect()
            }
            WatchEvent::Changed(hint) => {
                let key = hint.key.clone();
                let known = self.application(&key);
                let merged = match &known {
                    Some(known) => merge(known, *hint),
                    None => *hint,
                };
                if known.is_some_and(|known| summary(&known) == summary(&merged)) {
                    if let Some(told) = self.applications.get_mut(&key) {
                        told.hinted = self.list;
                    }
                    return Vec::new();
                }
                self.looking.changed(&key);
                let needs = needs_a_look(&merged);
                let settles = may_be_swept(&merged);
                let view = Arc::new(self.engine.listed(&merged, &self.server, &self.clusters));
                let (key, application) = CompactApplication::new(merged, &self.common);
                let told = Told {
                    application,
                    listed: self.applications.get(&key).map_or(0, |told| told.listed),
                    hinted: self.list,
                };
                self.applications.insert(key.clone(), Box::new(told));
                if !needs {
                    self.settled.extend(settles.then(|| key.clone()));
                    self.settle(&key);
                    return vec![EngineEvent::Judged(view)];
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
    pub(super) fn looked(&mut self, key: &ApplicationKey, view: ApplicationView, error: Option<ErrorView>) -> Vec<EngineEvent> {
        let worth = self.looking.finished(key);
        let Some(told) = self.applications.get(key) else {
            return Vec::new();
        };
        // The list or the stream said meanwhile that there is nothing to look at: that is newer than what the look saw.
        if !needs_a_look(told.application.rest()) {
            self.settle(key);
            return Vec::new();
        }
        if worth != Worth::Current {
            return Vec::new();
        }
        let mut view = Arc::new(view);
        if let Some(error) = error {
            tracing::warn!(application = %key, error = %error.detail, "could not look at an Application");
            // Without `stale` it is not the server that failed but driftline: then an old verdict is no help.
            if let Some(last_good) = self.judged.get(key).filter(|_| view.stale.is_some()) {
                view = Arc::new(ApplicationView {
                    stale: Some(error.detail),
                    ..ApplicationView::clone(last_good)
                });
            }
            self.failed.insert(key.clone(), Arc::clone(&view));
        } else {
            self.failed.remove(key);
            self.judged.insert(key.clone(), Arc::clone(&view));
        }
        vec![EngineEvent::Judged(view)]
    }

    /// The Synced Application that is to be looked into next, if one is due.
    pub(super) fn next_to_sweep(&self) -> Option<Application> {
        let settings = self.engine.settings();
        // What is shown has to be true: where there are additions, they are read again like drift.
        let again_after = |key: &ApplicationKey| match self.swept.contains_key(key) {
            true => settings.look_every,
            false => settings.sweep.again_after,
        };
        let key = self.sweeping.next(self.may_be_swept(), again_after, self.engine.now())?;
        self.application(key)
    }

    /// A Synced Application with additions on the screen.
    pub(super) fn has_additions(&self, key: &ApplicationKey) -> Option<Application> {
        self.swept.get(key).and_then(|_| self.application(key))
    }

    /// How many of the Synced Applications were looked into.
    pub(super) fn coverage(&self) -> Coverage {
        self.sweeping.coverage(self.may_be_swept())
    }

    fn may_be_swept(&self) -> impl Iterator<Item = &ApplicationKey> {
        let applications = self.applications.iter();
        let swept = applications.filter(|(_, told)| may_be_swept(told.application.rest()));
        swept.map(|(key, _)| key)
    }

    fn needs_a_look(&self, key: &ApplicationKey) -> bool {
        let told = self.applications.get(key);
        told.is_some_and(|told| needs_a_look(told.application.rest()))
    }

    /// A look into a Synced Application ended. One that failed counts as looked into: the next round tries it again.
    pub(super) fn swept(&mut self, key: &ApplicationKey, view: ApplicationView, error: Option<ErrorView>) -> Vec<EngineEvent> {
        // It may have drifted, changed or gone meanwhile: then an ordinary look is on its way.
        let told = self.applications.get(key);
        if !told.is_some_and(|told| may_be_swept(told.application.rest())) || view.sync_status != SyncStatus::Synced {
            return Vec::new();
        }
        self.sweeping.checked(key, self.engine.now());
        if let Some(error) = error {
            tracing::warn!(application = %key, error = %error.detail, "could not look into a Synced Application");
            return Vec::new();
        }
        let view = Arc::new(view);
        let before = self.swept.remove(key);
        if view.invisible.is_empty() && before.is_none() {
            return Vec::new();
        }
        if !view.invisible.is_empty() {
            self.swept.insert(key.clone(), Arc::clone(&view));
        }
        vec![EngineEvent::Judged(view)]
    }

    /// Argo CD does not tell of a further edit on what drifted already.
    pub(super) fn look_at_all_that_drifted(&mut self) {
        for (key, told) in &self.applications {
            if needs_a_look(told.application.rest()) {
                self.looking.want(key);
            }
        }
    }

    pub(super) fn look_again(&mut self, key: &ApplicationKey) {
        if self.needs_a_look(key) {
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
