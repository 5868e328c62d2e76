//! Sync windows of a project: when Argo CD may sync by itself, and when a person may.
//!
//! What is in force at this moment is Argo CD's own answer. When that ends is computed from the schedules, and only where
//! every window is understood and our reading of this moment agrees with Argo CD's (`SyncWindows.CanSync`,
//! `pkg/apis/application/v1alpha1/types.go`: an active deny window holds; without one, allow windows hold while none of
//! them is active).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::cron::Schedule;

/// Whether a window lets syncs through or stops them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowKind {
    /// Automatic syncs run only while one of these is active.
    Allow,
    /// No automatic sync runs while one of these is active.
    Deny,
}

/// One sync window.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncWindow {
    /// Allow or deny.
    pub kind: WindowKind,
    /// When it begins, as cron (hostile: a project's author wrote it).
    pub schedule: String,
    /// How long it lasts, as Go writes durations (hostile).
    pub duration: String,
    /// Whether a person may sync where it would stop a sync.
    pub manual_sync: bool,
    /// Whose clock the schedule follows; `None` when not told. Only the project tells it, the Application's answer does not.
    pub time_zone: Option<TimeZone>,
}

impl SyncWindow {
    /// Whether both describe the same window, the time zone aside.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.kind, &self.schedule, &self.duration, self.manual_sync)
            == (other.kind, &other.schedule, &other.duration, other.manual_sync)
    }
}

/// The windows of one project.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectWindows {
    /// Name of the project.
    pub project: String,
    /// Its own windows, with their time zones.
    pub windows: Vec<SyncWindow>,
}

/// What Argo CD says of the windows of one Application.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncWindows {
    /// Those that apply to it.
    pub assigned: Vec<SyncWindow>,
    /// Those of them that are active now.
    pub active: Vec<SyncWindow>,
    /// Whether a person may sync now; `None` when not told.
    pub manual: Option<bool>,
}

/// What sync windows do to an Application at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum SyncWindowState {
    /// Nobody asked: nothing would sync by itself, or only the list spoke.
    #[default]
    NotAsked,
    /// Argo CD did not tell.
    NotTold,
    /// Automatic syncs may run.
    Open {
        /// Until then, where that is known and windows end it.
        until: Option<Timestamp>,
    },
    /// No automatic sync runs.
    Held(Hold),
}

/// Why no automatic sync runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hold {
    /// A deny window is active, or no allow window is.
    pub by: WindowKind,
    /// The windows that do it: `schedule for duration` each (hostile text).
    pub windows: Vec<String>,
    /// When syncs may run again; `None` when that is not known, or farther away than a month.
    pub until: Option<Timestamp>,
    /// Whether a person may sync meanwhile; `None` when not told.
    pub manual: Option<bool>,
}

/// So far ahead an end is looked for.
const HORIZON: SignedDuration = SignedDuration::from_hours(24 * 32);
/// So many beginnings and ends are followed.
const MOST_STEPS: usize = 500;

impl SyncWindows {
    /// What they do now.
    pub fn state(&self, now: Timestamp) -> SyncWindowState {
        let of = |windows: &[SyncWindow], kind| windows.iter().filter(|w| w.kind == kind).cloned().collect::<Vec<_>>();
        let denying = of(&self.active, WindowKind::Deny);
        let allowing = of(&self.assigned, WindowKind::Allow);
        let held = if !denying.is_empty() {
            Some((WindowKind::Deny, denying))
        } else if !allowing.is_empty() && of(&self.active, WindowKind::Allow).is_empty() {
            Some((WindowKind::Allow, allowing))
        } else {
            None
        };
        let until = Calendar::of(&self.assigned)
            .filter(|calendar| calendar.allows(now) == held.is_none())
            .and_then(|calendar| calendar.changes(now));
        match held {
            None => SyncWindowState::Open { until },
            Some((by, windows)) => SyncWindowState::Held(Hold {
                by,
                windows: windows.iter().map(|w| format!("{} for {}", w.schedule, w.duration)).collect(),
                until,
                manual: self.manual,
            }),
        }
    }
}

/// Windows whose every part is understood.
struct Calendar<'a>(Vec<Entry<'a>>);

struct Entry<'a> {
    kind: WindowKind,
    schedule: Schedule,
    duration: SignedDuration,
    time_zone: &'a TimeZone,
}

impl<'a> Calendar<'a> {
    fn of(windows: &'a [SyncWindow]) -> Option<Self> {
        let entry = |window: &'a SyncWindow| {
            Some(Entry {
                kind: window.kind,
                schedule: Schedule::parse(&window.schedule)?,
                duration: window.duration.parse().ok().filter(SignedDuration::is_positive)?,
                time_zone: window.time_zone.as_ref()?,
            })
        };
        windows.iter().map(entry).collect::<Option<Vec<_>>>().map(Self)
    }

    fn allows(&self, at: Timestamp) -> bool {
        let active = |kind| self.0.iter().any(|entry| entry.kind == kind && entry.is_active(at));
        let allows = || self.0.iter().any(|entry| entry.kind == WindowKind::Allow);
        !active(WindowKind::Deny) && (active(WindowKind::Allow) || !allows())
    }

    /// When what [`Self::allows`] says changes.
    fn changes(&self, now: Timestamp) -> Option<Timestamp> {
        let (before, end) = (self.allows(now), now.checked_add(HORIZON).ok()?);
        let mut at = now;
        for _ in 0..MOST_STEPS {
            at = self
                .0
                .iter()
                .filter_map(|entry| entry.next_edge(at))
                .min()
                .filter(|at| *at <= end)?;
            // A window is active after its first instant and before its last.
            if self.allows(at.checked_add(SignedDuration::from_secs(1)).ok()?) != before {
                return Some(at);
            }
        }
        None
    }
}

impl Entry<'_> {
    fn is_active(&self, at: Timestamp) -> bool {
        let began = at.checked_sub(self.duration).ok().and_then(|from| self.next_start(from, at));
        began.is_some_and(|began| began < at)
    }

    /// The first beginning after `from`, by the offset that the time zone has at `now`: so Argo CD computes it.
    fn next_start(&self, from: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let offset = self.time_zone.to_offset(now);
        let start = self.schedule.next_after(offset.to_datetime(from))?;
        offset.to_timestamp(start).ok()
    }

    /// The next time at which it may begin or end, or at which its clock is put forward or back.
    fn next_edge(&self, at: Timestamp) -> Option<Timestamp> {
        let ended = at.checked_sub(self.duration).ok().and_then(|from| self.next_start(from, at));
        let end = ended.and_then(|start| start.checked_add(self.duration).ok());
        let clock = self.time_zone.following(at).next().map(|transition| transition.timestamp());
        [self.next_start(at, at), end, clock]
            .into_iter()
            .flatten()
            .filter(|edge| *edge > at)
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use WindowKind::{Allow, Deny};

    fn window(kind: WindowKind, schedule: &str, duration: &str) -> SyncWindow {
        SyncWindow {
            kind,
            schedule: schedule.to_owned(),
            duration: duration.to_owned(),
            manual_sync: false,
            time_zone: Some(TimeZone::UTC),
        }
    }

    fn now() -> Timestamp {
        "2026-11-20T03:13:00Z".parse().unwrap()
    }

    /// What they do, when `active` says which Argo CD calls active.
    fn state(assigned: &[SyncWindow], active: &[usize]) -> String {
        let windows = SyncWindows {
            assigned: assigned.to_vec(),
            active: active.iter().map(|index| assigned[*index].clone()).collect(),
            manual: Some(false),
        };
        let until = |until: Option<Timestamp>| until.map_or("unknown".to_owned(), |until| until.strftime("%d. %R").to_string());
        match windows.state(now()) {
            SyncWindowState::Open { until: end } => format!("open until {}", until(end)),
            SyncWindowState::Held(hold) => format!("{:?} until {}", hold.by, until(hold.until)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_hold_ends_when_the_windows_say_so_and_no_time_is_guessed() {
        let berlin = SyncWindow {
            time_zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").ok(),
            ..window(Deny, "0 3 * * *", "2h")
        };
        let nowhere = SyncWindow {
            time_zone: None,
            ..window(Deny, "0 3 * * *", "2h")
        };
        for (why, assigned, active, expected) in [
            ("nothing assigned", vec![], vec![], "open until unknown"),
            (
                "a deny window",
                vec![window(Deny, "0 3 * * *", "2h")],
                vec![0],
                "Deny until 20. 05:00",
            ),
            (
                "two that follow each other",
                vec![window(Deny, "0 3 * * *", "2h"), window(Deny, "0 5 * * *", "1h30m")],
                vec![0],
                "Deny until 20. 06:30",
            ),
            (
                "two that overlap",
                vec![window(Deny, "0 3 * * *", "2h"), window(Deny, "0 4 * * *", "3h")],
                vec![0],
                "Deny until 20. 07:00",
            ),
            (
                "no allow window is open",
                vec![window(Allow, "0 22 * * *", "1h")],
                vec![],
                "Allow until 20. 22:00",
            ),
            (
                "denied when the allow window opens",
                vec![window(Allow, "0 22 * * *", "2h"), window(Deny, "0 21 * * *", "2h")],
                vec![],
                "Allow until 20. 23:00",
            ),
            (
                "an allow window is open",
                vec![window(Allow, "0 3 * * *", "1h")],
                vec![0],
                "open until 20. 04:00",
            ),
            (
                "a deny window comes",
                vec![window(Deny, "0 22 * * *", "1h")],
                vec![],
                "open until 20. 22:00",
            ),
            (
                "always denied",
                vec![window(Deny, "0 0 * * *", "24h")],
                vec![0],
                "Deny until unknown",
            ),
            (
                "only in summer",
                vec![window(Allow, "0 6 1 7 *", "1h")],
                vec![],
                "Allow until unknown",
            ),
            ("the clock of Berlin", vec![berlin], vec![0], "Deny until 20. 04:00"),
            ("whose clock is not told", vec![nowhere], vec![0], "Deny until unknown"),
            (
                "not a schedule of Argo CD",
                vec![window(Deny, "@daily", "24h")],
                vec![0],
                "Deny until unknown",
            ),
            (
                "Argo CD disagrees with us",
                vec![window(Deny, "0 9 * * *", "2h")],
                vec![0],
                "Deny until unknown",
            ),
        ] {
            assert_eq!(state(&assigned, &active), expected, "{why}");
        }
    }

    #[test]
    fn a_day_with_its_clock_put_back_is_followed() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let night = SyncWindow {
            time_zone: Some(zone),
            ..window(Deny, "0 20 * * *", "10h")
        };
        let windows = SyncWindows {
            assigned: vec![night.clone()],
            active: vec![night],
            manual: None,
        };
        // Begun at 20:00 in summer time; its end is reckoned by the clock of the morning.
        let evening: Timestamp = "2026-10-24T19:00:00Z".parse().unwrap();
        let SyncWindowState::Held(hold) = windows.state(evening) else {
            panic!("it is active");
        };
        assert_eq!(hold.until.unwrap().to_string(), "2026-10-25T05:00:00Z");
    }
}
