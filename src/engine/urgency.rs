//! Which drift to look at first: one order for the screen, the table and the JSON.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::view::{ApplicationVerdict, ApplicationView, DriftView};
use crate::verdict::{NextKind, Verdict};

/// How urgent a drift is; the most urgent is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Urgency {
    /// How bad.
    pub verdict: Verdict,
    /// It guards something, or has a hostile form: before plain edits.
    pub security_critical: bool,
    /// What happens next, if nobody acts: what is about to be undone before what stays.
    pub next: NextKind,
    /// When it was written, as far as the cluster tells: the latest first.
    pub since: Option<Timestamp>,
}

impl Urgency {
    /// Of a drift of an Application to which this happens next.
    pub fn of(drift: &DriftView, application: NextKind) -> Self {
        Self {
            verdict: drift.verdict,
            security_critical: drift.security_critical,
            next: drift.next.as_ref().map_or(application, |next| next.kind),
            since: drift.since,
        }
    }
}

impl ApplicationView {
    /// How urgent its most urgent drift is, or the addition that made its verdict; `None` without either.
    pub fn urgency(&self) -> Option<Urgency> {
        self.drifts
            .iter()
            .chain(&self.invisible)
            .filter(|drift| ApplicationVerdict::from(drift.verdict) == self.verdict)
            .map(|drift| Urgency::of(drift, self.next.kind))
            .max()
    }
}

/// Sorts what stands for drifts of one Application, the most urgent first.
pub(super) fn most_urgent_first<T>(items: &mut [T], application: NextKind, drift: impl Fn(&T) -> &DriftView) {
    items.sort_by(|a, b| {
        let (a, b) = (drift(a), drift(b));
        let urgency = |drift| Reverse(Urgency::of(drift, application));
        urgency(a).cmp(&urgency(b)).then_with(|| a.key.cmp(&b.key))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures::{change, drift, drifted, minutes_ago};
    use crate::verdict::Next;

    /// A drift of this name, as told: verdict, security-critical, its own next, minutes ago.
    fn told(name: &str, verdict: Verdict, security_critical: bool, next: Option<NextKind>, ago: Option<i64>) -> DriftView {
        DriftView {
            verdict,
            security_critical,
            next: next.map(|kind| Next {
                kind,
                sentence: "".into(),
            }),
            since: ago.map(minutes_ago),
            ..drift("ConfigMap", name, vec![change("/data/a", None, None)])
        }
    }

    #[test]
    fn danger_comes_before_edits_then_what_is_about_to_happen_then_what_is_recent() {
        let stays = Some(NextKind::StaysUntilSynced);
        let mut drifts = vec![
            told("harmless", Verdict::Harmless, true, Some(NextKind::Fight), Some(0)),
            told("unknown-since", Verdict::Risky, false, None, None),
            told("old", Verdict::Risky, false, None, Some(90)),
            told("stays", Verdict::Risky, false, stays, Some(1)),
            told("recent-b", Verdict::Risky, false, None, Some(5)),
            told("recent-a", Verdict::Risky, false, None, Some(5)),
            told("review", Verdict::NeedsReview, true, Some(NextKind::Fight), Some(0)),
            told("guard", Verdict::Risky, true, stays, Some(900)),
        ];
        most_urgent_first(&mut drifts, NextKind::NextCommitReverts, |drift| drift);
        let names: Vec<&str> = drifts.iter().map(|drift| drift.key.resource.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "guard",
                "recent-a",
                "recent-b",
                "old",
                "unknown-since",
                "stays",
                "review",
                "harmless"
            ]
        );
    }

    #[test]
    fn an_application_is_as_urgent_as_what_made_its_verdict() {
        let review = told("review", Verdict::NeedsReview, true, Some(NextKind::Fight), Some(0));
        let edit = told("edit", Verdict::Risky, false, None, Some(5));
        let view = drifted("web", NextKind::NextCommitReverts, "", vec![edit, review.clone()]);
        let edited = Urgency {
            verdict: Verdict::Risky,
            security_critical: false,
            next: NextKind::NextCommitReverts,
            since: Some(minutes_ago(5)),
        };
        assert_eq!(view.urgency(), Some(edited));
        let mut by_addition = drifted("web", NextKind::NextCommitReverts, "", vec![review]);
        by_addition.verdict = ApplicationVerdict::Risky;
        by_addition.invisible = vec![told("added", Verdict::Risky, true, None, Some(5)).into()];
        let added = Urgency {
            security_critical: true,
            ..edited
        };
        assert_eq!(by_addition.urgency(), Some(added));
        assert_eq!(crate::engine::fixtures::synced("calm").urgency(), None);
    }
}
