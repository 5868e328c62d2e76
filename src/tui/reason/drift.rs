//! What the panel says of a drift: verdict, why, what next, who changed which field, rule.

use super::field::{field, whole};
use super::{LABEL, Panel};
use crate::drift::DriftState;
use crate::engine::view::{ApplicationVerdict, ApplicationView, ChangeView, DriftView};
use crate::tui::state::Pane;
use crate::tui::state::moment::clock;
use crate::tui::text::{Line, Tone, ellipsis, wrap};
use crate::tui::verdict_sign::{glyph, word};

/// Fields that are listed; the diff shows all.
const MOST_FIELDS: usize = 60;

impl Panel<'_> {
    pub(super) fn drift(&self, application: &ApplicationView, drift: &DriftView) -> Vec<Line> {
        let verdict = ApplicationVerdict::from(drift.verdict);
        let mut lines = vec![vec![
            (Tone::Verdict(verdict), format!("{} {}", glyph(verdict), word(verdict))),
            (
                Tone::Plain,
                format!(
                    "  {} {:.2}",
                    drift.confidence.level().as_str(),
                    drift.confidence.probability()
                ),
            ),
            (Tone::Strong, format!("  {}", drift.cause)),
            (Tone::Dim, state_note(drift)),
            // Is it production? The first question after "is it dangerous?".
            (Tone::Strong, format!("  {}", application.environment)),
            (Tone::Dim, format!(" {}", application.cluster)),
        ]];
        let most = if self.compact { 1 } else { 4 };
        let reason = if drift.reason.is_empty() {
            "No reason was given."
        } else {
            &drift.reason
        };
        self.labelled(&mut lines, "why", Tone::Plain, reason, most);
        let next = match &drift.next {
            Some(next) => next.sentence.as_ref(),
            // The Application's next sync leaves it where it is.
            None if drift.key.invisible => "Argo CD does not compare it: no sync takes it away.",
            None => application.next.sentence.as_ref(),
        };
        self.labelled(&mut lines, "next", Tone::Plain, next, self.most(most));
        self.stale(&mut lines, application);
        self.seen(&mut lines, drift);
        self.decided(&mut lines, drift);
        self.fields(&mut lines, drift);
        if !self.compact {
            self.additions(&mut lines, application, drift);
            self.argocd_ignores(&mut lines, drift);
            self.scalers(&mut lines, drift);
            self.git(&mut lines, application);
            self.freshness(&mut lines, application);
            self.place(&mut lines, application);
            self.rule(&mut lines, drift);
            self.opinion(&mut lines);
            self.link(&mut lines, application);
        }
        lines
    }

    /// What Argo CD does not show of the same resource has a row of its own.
    fn additions(&self, lines: &mut Vec<Line>, application: &ApplicationView, drift: &DriftView) {
        let beside = application
            .invisible
            .iter()
            .find(|addition| !drift.key.invisible && addition.key.resource == drift.key.resource);
        if let Some(addition) = beside {
            let verdict = ApplicationVerdict::from(addition.verdict);
            let text = format!(
                "additions that Argo CD does not show, {}: its own row, +",
                word(verdict).to_lowercase()
            );
            self.labelled(lines, "also", Tone::Plain, &text, 2);
        }
    }

    fn argocd_ignores(&self, lines: &mut Vec<Line>, drift: &DriftView) {
        if !drift.argocd_ignores.is_empty() {
            let what = format!("ignores {} here", drift.argocd_ignores.join(", "));
            self.labelled(lines, "argocd", Tone::Dim, &what, 2);
        }
    }

    pub(super) fn rule(&self, lines: &mut Vec<Line>, drift: &DriftView) {
        let key = self.state.keymap.label("drift.rule");
        let page = key.map_or_else(String::new, |key| format!("  ({key}: what it means)"));
        self.labelled(lines, "rule", Tone::Dim, &format!("{}{page}", drift.rule), 1);
    }

    /// What a model thinks of the verdict, below the rule's: it may raise it, never lower it.
    fn opinion(&self, lines: &mut Vec<Line>) {
        self.labelled(lines, "model", Tone::Dim, "not asked: none is configured", 1);
    }

    /// What people decided about it and still holds.
    fn decided(&self, lines: &mut Vec<Line>, drift: &DriftView) {
        for (at, decision) in drift.dispositions.iter().rev().enumerate() {
            let mut parts = vec![format!(
                "{} by {}, {}",
                decision.kind.as_str(),
                decision.by,
                self.time(decision.at)
            )];
            parts.extend(
                decision
                    .until
                    .map(|until| format!("until {}", clock(self.state.moment.wall, until, &self.state.zone))),
            );
            parts.extend((!decision.reason.is_empty()).then(|| decision.reason.clone()));
            parts.extend(decision.link.clone());
            let label = if at == 0 { "done" } else { "" };
            self.labelled(lines, label, Tone::Plain, &parts.join(" · "), 2);
        }
    }

    /// Who, per field; neighbours by the same writer share one line.
    fn fields(&self, lines: &mut Vec<Line>, drift: &DriftView) {
        let columns = self.width.saturating_sub(LABEL);
        let most = if self.compact { 1 } else { 2 };
        let mut writer: Option<&ChangeView> = None;
        for change in drift.changes.iter().take(MOST_FIELDS) {
            let same = writer.is_some_and(|other| {
                (&other.manager, other.operation, &other.subresource, other.time, other.origin)
                    == (
                        &change.manager,
                        change.operation,
                        &change.subresource,
                        change.time,
                        change.origin,
                    )
            });
            if !same {
                self.labelled(
                    lines,
                    if writer.is_none() { "who" } else { "" },
                    Tone::Plain,
                    &self.who(change),
                    most,
                );
            }
            writer = Some(change);
            let verdict = ApplicationVerdict::from(change.verdict);
            let room = columns.saturating_sub(2);
            let texts = match self.state.pane {
                Pane::Reason => wrap(&whole(change), room, 8),
                Pane::List | Pane::Diff => vec![ellipsis(&field(change, room), room)],
            };
            for (at, text) in texts.into_iter().enumerate() {
                let sign = if at == 0 { glyph(verdict) } else { " " };
                lines.push(vec![
                    (Tone::Plain, " ".repeat(LABEL)),
                    (Tone::Verdict(verdict), format!("{sign} ")),
                    (Tone::Dim, text),
                ]);
            }
            if let Some(ignored) = &change.ignored_by {
                let text = format!(
                    "ignored by {}: {}; else {}",
                    ignored.rule,
                    ignored.reason,
                    word(ApplicationVerdict::from(ignored.verdict)).to_lowercase()
                );
                self.labelled(lines, "", Tone::Dim, &text, 2);
            }
        }
        if let Some(more) = drift.changes.len().checked_sub(MOST_FIELDS).filter(|more| *more > 0) {
            self.labelled(
                lines,
                "",
                Tone::Dim,
                &format!("… and {more} more fields; the diff shows all"),
                1,
            );
        }
    }

    /// Only what keeps coming back is worth a line.
    fn seen(&self, lines: &mut Vec<Line>, drift: &DriftView) {
        let mut parts = Vec::new();
        if drift.times_seen > 1 {
            parts.push(format!("{} times since {}", drift.times_seen, self.time(drift.first_seen)));
        } else if drift.flaps > 0 {
            parts.push(format!("first {}", self.time(drift.first_seen)));
        }
        match drift.flaps {
            0 => {}
            1 => parts.push("came back once".to_owned()),
            flaps => parts.push(format!("came back {flaps} times")),
        }
        if !parts.is_empty() {
            self.labelled(lines, "seen", Tone::Plain, &parts.join(" · "), 2);
        }
    }

    fn who(&self, change: &ChangeView) -> String {
        let mut parts = vec![ellipsis(change.manager.as_deref().unwrap_or("nobody can be named"), 40)];
        parts.extend(change.operation.map(str::to_owned));
        if !change.subresource.is_empty() {
            parts.push(format!("through /{}", ellipsis(&change.subresource, 20)));
        }
        parts.extend(change.time.map(|time| self.time(time)));
        parts.push(change.origin.in_words().to_owned());
        parts.join(" · ")
    }
}

fn state_note(drift: &DriftView) -> String {
    match drift.state {
        DriftState::Changed if drift.key.invisible => "  Argo CD says Synced".to_owned(),
        DriftState::Changed => String::new(),
        DriftState::Missing => "  missing in the cluster".to_owned(),
        DriftState::Extra => "  not in Git".to_owned(),
    }
}
