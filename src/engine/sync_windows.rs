//! Asking for sync windows, sparingly.
//!
//! Which windows hold an Application is told by a call about that one Application; whether there is any window at all is
//! told by one call about all projects. So the projects are asked first: where no project has a window (the usual case) that
//! one call is all, for ten thousand Applications as for one. Else only Applications that differ and would sync by
//! themselves are asked about, each at most once in [`PERIOD`], and at most [`MOST_CALLS`] of one context: the rest are told
//! that a window may hold them. A look costs two calls anyway, so this never adds more than half of what looks cost.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::core::Engine;
use super::ports::ArgoCd;
use crate::drift::{Application, ApplicationKey, ProjectWindows, SyncWindowState, SyncWindows};
use crate::verdict::next::{acts_by_itself, next};

/// How long an answer is believed. What the answer itself says when it ends is not believed for longer.
const PERIOD: SignedDuration = SignedDuration::from_mins(5);
/// Most calls about single Applications, per context and [`PERIOD`].
const MOST_CALLS: u32 = 200;

/// What is known of the windows of each context. A slow context makes nobody wait but those who ask it.
#[derive(Debug, Default)]
pub(super) struct WindowsKnown(std::sync::Mutex<HashMap<Arc<str>, OfContext>>);

type OfContext = Arc<tokio::sync::Mutex<Option<Period>>>;

impl WindowsKnown {
    fn of(&self, context: Arc<str>) -> OfContext {
        let mut contexts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(contexts.entry(context).or_default())
    }
}

/// What was learnt since one moment.
#[derive(Debug)]
struct Period {
    began: Timestamp,
    calls: u32,
    /// Empty when the projects may not be read.
    projects: Arc<[ProjectWindows]>,
    applications: HashMap<ApplicationKey, SyncWindowState>,
    /// Projects of whose Applications the server does not tell it.
    silent: HashSet<String>,
}

impl Period {
    /// Everything that needs no call; `None` where one is to be made.
    fn known(&self, application: &Application, now: Timestamp) -> Option<SyncWindowState> {
        let is_its_own = |project: &ProjectWindows| project.project == application.project;
        // A project may inherit from any other that is declared global, so that no project may have one.
        if self.projects.iter().any(is_its_own) && self.projects.iter().all(|project| project.windows.is_empty()) {
            return Some(SyncWindowState::Open { until: None });
        }
        if let Some(state) = self.applications.get(&application.key) {
            let until = match state {
                SyncWindowState::Open { until } => *until,
                SyncWindowState::Held(hold) => hold.until,
                SyncWindowState::NotAsked | SyncWindowState::NotTold => None,
            };
            if until.is_none_or(|until| until > now) {
                return Some(state.clone());
            }
        }
        (self.silent.contains(&application.project) || self.calls >= MOST_CALLS).then_some(SyncWindowState::NotTold)
    }
}

impl Engine {
    /// What sync windows do to an Application that was just read.
    pub(super) async fn sync_windows(&self, argocd: &dyn ArgoCd, application: &Application) -> SyncWindowState {
        if !acts_by_itself(next(application).kind) {
            return SyncWindowState::NotAsked;
        }
        let now = self.now();
        let of_context = self.windows_known().of(argocd.context());
        let projects = {
            let mut known = of_context.lock().await;
            let fresh = known.take().filter(|period| now.duration_since(period.began) < PERIOD);
            let period = known.insert(match fresh {
                Some(period) => period,
                // Others of this context wait for this one call instead of making their own.
                None => begin(argocd, now).await,
            });
            if let Some(state) = period.known(application, now) {
                return state;
            }
            period.calls += 1;
            Arc::clone(&period.projects)
        };
        let asked = argocd.sync_windows(&application.key, &application.project).await;
        let mut known = of_context.lock().await;
        let period = known.as_mut();
        match asked {
            Ok(windows) => {
                let state = with_time_zones(windows, &application.project, &projects).state(now);
                if let Some(period) = period {
                    period.applications.insert(application.key.clone(), state.clone());
                }
                state
            }
            Err(error) => {
                tracing::debug!(application = %application.key, %error, "sync windows are not told");
                if let Some(period) = period.filter(|_| !error.is_transient()) {
                    period.silent.insert(application.project.clone());
                }
                SyncWindowState::NotTold
            }
        }
    }
}

async fn begin(argocd: &dyn ArgoCd, now: Timestamp) -> Period {
    let projects = argocd.project_windows().await.unwrap_or_else(|error| {
        tracing::debug!(%error, "projects are not readable; each Application is asked for its sync windows");
        Vec::new()
    });
    Period {
        began: now,
        calls: 0,
        projects: projects.into(),
        applications: HashMap::new(),
        silent: HashSet::new(),
    }
}

/// Time zones are told by the project only. Where two of its windows differ in nothing else, neither is taken.
fn with_time_zones(mut windows: SyncWindows, project: &str, projects: &[ProjectWindows]) -> SyncWindows {
    let own = projects.iter().find(|known| known.project == project);
    for window in windows.assigned.iter_mut().chain(&mut windows.active) {
        let mut zones = own
            .iter()
            .flat_map(|project| &project.windows)
            .filter(|known| known.is_like(window))
            .map(|known| &known.time_zone);
        let first = zones.next().cloned().flatten();
        window.time_zone = first.filter(|first| zones.all(|zone| zone.as_ref() == Some(first)));
    }
    windows
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::drift::{SyncWindow, WindowKind};

    fn window(schedule: &str, time_zone: Option<TimeZone>) -> SyncWindow {
        SyncWindow {
            kind: WindowKind::Deny,
            schedule: schedule.to_owned(),
            duration: "1h".to_owned(),
            manual_sync: false,
            time_zone,
        }
    }

    fn project(name: &str, windows: Vec<SyncWindow>) -> ProjectWindows {
        ProjectWindows {
            project: name.to_owned(),
            windows,
        }
    }

    fn period(projects: Vec<ProjectWindows>) -> Period {
        Period {
            began: now(),
            calls: 0,
            projects: projects.into(),
            applications: HashMap::new(),
            silent: HashSet::new(),
        }
    }

    fn now() -> Timestamp {
        crate::engine::fixtures::now()
    }

    fn web() -> Application {
        Application {
            project: "shop".to_owned(),
            ..Application::new(ApplicationKey::new("prod", "argocd", "web"))
        }
    }

    #[test]
    fn a_call_is_made_only_where_it_can_tell_something() {
        let open = || SyncWindowState::Open { until: None };
        let until = |until| SyncWindowState::Open { until: Some(until) };
        let knows = |state: SyncWindowState| {
            let mut period = period(Vec::new());
            period.applications.insert(web().key, state);
            period
        };
        for (why, period, expected) in [
            ("no project has a window", period(vec![project("shop", vec![])]), Some(open())),
            ("the projects are not readable", period(vec![]), None),
            ("its own is not readable", period(vec![project("other", vec![])]), None),
            (
                "another may be global",
                period(vec![project("shop", vec![]), project("all", vec![window("0 3 * * *", None)])]),
                None,
            ),
            ("asked already", knows(open()), Some(open())),
            ("asked already, and it is over", knows(until(now())), None),
            (
                "asked already, and it goes on",
                knows(until(now() + SignedDuration::from_secs(1))),
                Some(until(now() + SignedDuration::from_secs(1))),
            ),
            (
                "the server does not tell it of this project",
                Period {
                    silent: HashSet::from(["shop".to_owned()]),
                    ..period(vec![])
                },
                Some(SyncWindowState::NotTold),
            ),
            (
                "enough calls were made",
                Period {
                    calls: MOST_CALLS,
                    ..period(vec![])
                },
                Some(SyncWindowState::NotTold),
            ),
        ] {
            assert_eq!(period.known(&web(), now()), expected, "{why}");
        }
    }

    #[test]
    fn a_time_zone_is_taken_from_the_window_of_the_project_that_it_must_be() {
        let berlin = || TimeZone::fixed(jiff::tz::offset(1));
        let own = project(
            "shop",
            vec![
                window("0 3 * * *", Some(TimeZone::UTC)),
                window("0 4 * * *", Some(TimeZone::UTC)),
                window("0 4 * * *", Some(berlin())),
                window("0 5 * * *", None),
            ],
        );
        let other = project("other", vec![window("0 6 * * *", Some(berlin()))]);
        let zone = |schedule: &str| {
            let windows = SyncWindows {
                assigned: vec![window(schedule, None)],
                ..SyncWindows::default()
            };
            let known = with_time_zones(windows, "shop", &[other.clone(), own.clone()]);
            known.assigned[0].time_zone.clone()
        };
        assert_eq!(zone("0 3 * * *"), Some(TimeZone::UTC));
        assert_eq!(zone("0 4 * * *"), None, "two clocks");
        assert_eq!(zone("0 5 * * *"), None, "unknown here");
        assert_eq!(zone("0 6 * * *"), None, "of another project");
    }
}
