//! What sync windows do to what would come by itself.

use jiff::Timestamp;

use super::{Next, NextKind, acts_by_itself, branches};
use crate::drift::{Application, Hold, SyncWindowState, WindowKind};

/// What happens next under the sync windows, given what would happen without them.
pub(super) fn under(application: &Application, next: Next) -> Next {
    if !acts_by_itself(next.kind) {
        return next;
    }
    let waits = matches!(next.kind, NextKind::NextCommitReverts | NextKind::NextSyncApplies);
    match &application.sync_windows {
        SyncWindowState::NotAsked | SyncWindowState::NotTold => {
            Next::new(next.kind, format!("{} (a sync window may hold it)", next.sentence))
        }
        SyncWindowState::Open { until: Some(until) } if waits => Next::new(
            next.kind,
            format!("{}; sync windows let it through until {}", next.sentence, time(*until)),
        ),
        SyncWindowState::Open { .. } => next,
        SyncWindowState::Held(hold) => held(application, next.kind, hold),
    }
}

fn held(application: &Application, without: NextKind, hold: &Hold) -> Next {
    let windows = match &hold.windows[..] {
        [] => String::new(),
        [window] => format!(" ({window})"),
        [window, others @ ..] => format!(" ({window}, and {} more)", others.len()),
    };
    let why = match hold.by {
        WindowKind::Deny => format!("a deny sync window is active{windows}"),
        WindowKind::Allow => format!("no allow sync window is open{windows}"),
    };
    let until = match hold.until {
        Some(until) => format!("no automatic sync before {}", time(until)),
        None => "no automatic sync for now".to_owned(),
    };
    let then = match without {
        NextKind::SelfHealReverts | NextKind::Fight => "then self-heal undoes it".to_owned(),
        NextKind::NextCommitReverts => {
            format!(
                "then the next commit to {} reverts it, also one made meanwhile",
                branches(application)
            )
        }
        _ => "then the next automatic sync applies what Git says".to_owned(),
    };
    let manual = match hold.manual {
        Some(true) => "; a person may sync now",
        Some(false) => "; nor may a person sync now",
        None => "",
    };
    Next::new(NextKind::Held, format!("{why}: {until}, {then}{manual}"))
}

/// A time of the next weeks, to the minute.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::application;
    use super::super::{next, next_of_extra};
    use super::*;
    use crate::drift::Automated;

    #[test]
    fn a_sync_window_holds_what_would_come_by_itself() {
        let held = |by, until: Option<&str>, manual| {
            SyncWindowState::Held(Hold {
                by,
                windows: vec!["0 22 * * * for 8h".to_owned()],
                until: until.map(|until| until.parse().unwrap()),
                manual,
            })
        };
        let with = |self_heal, sync_windows: SyncWindowState| {
            next(&application(|a| {
                a.sync_policy.automated = Some(Automated { prune: true, self_heal });
                a.sync_windows = sync_windows;
            }))
        };
        let until = Some("2026-11-21T06:00:00Z");
        for (self_heal, windows, kind, sentence) in [
            (
                true,
                held(WindowKind::Deny, until, Some(false)),
                NextKind::Held,
                "a deny sync window is active (0 22 * * * for 8h): no automatic sync before 2026-11-21 06:00 UTC, then self-heal \
                 undoes it; nor may a person sync now",
            ),
            (
                false,
                held(WindowKind::Allow, None, Some(true)),
                NextKind::Held,
                "no allow sync window is open (0 22 * * * for 8h): no automatic sync for now, then the next commit to main \
                 reverts it, also one made meanwhile; a person may sync now",
            ),
            (
                true,
                SyncWindowState::Open { until: None },
                NextKind::SelfHealReverts,
                "self-heal on: Argo CD undoes it within seconds",
            ),
            (
                false,
                SyncWindowState::Open {
                    until: until.map(|until| until.parse().unwrap()),
                },
                NextKind::NextCommitReverts,
                "auto-sync on, self-heal off: the next commit to main reverts it, whatever that commit touches; sync windows let \
                 it through until 2026-11-21 06:00 UTC",
            ),
            (
                true,
                SyncWindowState::NotTold,
                NextKind::SelfHealReverts,
                "self-heal on: Argo CD undoes it within seconds (a sync window may hold it)",
            ),
        ] {
            assert_eq!(with(self_heal, windows), Next::new(kind, sentence));
        }
    }

    #[test]
    fn what_nobody_syncs_by_itself_is_held_by_no_window() {
        let hold = Hold {
            by: WindowKind::Deny,
            windows: Vec::new(),
            until: None,
            manual: None,
        };
        let manual = next(&application(|a| a.sync_windows = SyncWindowState::Held(hold.clone())));
        assert_eq!(manual.kind, NextKind::StaysUntilSynced);
        let extra = |prune| {
            let application = application(|a| {
                a.sync_policy.automated = Some(Automated { prune, self_heal: true });
                a.sync_windows = SyncWindowState::Held(hold.clone());
            });
            next_of_extra(&application, "", "").map(|next| next.kind)
        };
        assert_eq!(extra(true), None, "held like the rest");
        assert_eq!(extra(false), Some(NextKind::StaysUntilSynced), "no window changes that");
    }
}
