//! What the panel says of an Application without a drift to show, and what it says of every Application: Git, freshness.

use super::Panel;
use crate::drift::HealthStatus;
use crate::engine::view::{ApplicationVerdict, ApplicationView};
use crate::tui::state::moment::ago;
use crate::tui::text::{Line, Tone};
use crate::tui::verdict_sign::{glyph, word};

impl Panel<'_> {
    pub(super) fn application(&self, application: &ApplicationView) -> Vec<Line> {
        let verdict = application.verdict;
        let mut lines = vec![vec![
            (Tone::Verdict(verdict), format!("{} {}", glyph(verdict), word(verdict))),
            (Tone::Dim, health(application)),
        ]];
        let reason = match (&application.reason, verdict) {
            (Some(reason), _) => reason.as_str(),
            (None, ApplicationVerdict::Pending) => "Its resources are being read.",
            (None, ApplicationVerdict::Clean) => "Nothing differs from Git.",
            (None, ApplicationVerdict::CannotTell) => "Argo CD has no comparison, and does not say why.",
            (None, ApplicationVerdict::Harmless | ApplicationVerdict::NeedsReview | ApplicationVerdict::Risky) => {
                "No resource of it is shown."
            }
        };
        self.labelled(&mut lines, "why", Tone::Plain, reason, 8);
        if !matches!(verdict, ApplicationVerdict::Clean | ApplicationVerdict::Pending) {
            self.labelled(&mut lines, "next", Tone::Plain, &application.next.sentence, 4);
        }
        self.stale(&mut lines, application);
        self.git(&mut lines, application);
        self.freshness(&mut lines, application);
        self.place(&mut lines, application);
        self.link(&mut lines, application);
        lines
    }

    /// Three times, never one: what Argo CD compared, what we were told, what we read.
    pub(super) fn freshness(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        let now = self.state.moment.wall;
        let compared = application.reconciled_at.map_or_else(
            || "when Argo CD compared it with Git is not known".to_owned(),
            |at| format!("compared with Git {}", ago(now, at)),
        );
        let listed = self.state.contexts.get(&application.key.context);
        let listed = listed.and_then(|context| context.listed_at);
        let mut said = vec![compared];
        said.extend(listed.map(|at| format!("listed {}", ago(now, at))));
        said.push(format!("live state read {}", ago(now, application.fetched_at)));
        self.labelled(lines, "fresh", Tone::Plain, &said.join(" · "), 2);
    }

    pub(super) fn place(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        let environment = if application.environment.is_empty() {
            "environment not known"
        } else {
            &application.environment
        };
        let mut place = vec![environment.to_owned()];
        place.extend((!application.cluster.is_empty()).then(|| format!("cluster {}", application.cluster)));
        place.push(format!("Application in {}", application.key.namespace));
        place.extend((!application.project.is_empty()).then(|| format!("project {}", application.project)));
        self.labelled(lines, "where", Tone::Plain, &place.join(" · "), 2);
    }

    /// The Application's page in Argo CD; that of the very resource is copied.
    pub(super) fn link(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        if let Some(page) = self.state.page(application, None) {
            self.labelled(lines, "link", Tone::Dim, &page, 2);
            if let Some(key) = self.state.keymap.label("drift.copy-link") {
                let what = format!("{key} copies it, opened on what is selected");
                self.labelled(lines, "", Tone::Dim, &what, 1);
            }
        }
    }

    pub(super) fn stale(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        if let Some(why) = &application.stale {
            let text = format!("read {}: {why}", ago(self.state.moment.wall, application.fetched_at));
            self.labelled(lines, "stale", Tone::Warning, &text, 2);
        }
    }
}

fn health(application: &ApplicationView) -> String {
    match application.health {
        HealthStatus::Healthy => String::new(),
        other => format!("  health {}", other.as_str()),
    }
}
