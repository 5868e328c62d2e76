//! What the panel says of a section of the list: how many, by which causes, and where ignore rules come from.

use super::Panel;
use crate::engine::view::{ApplicationVerdict, ApplicationView};
use crate::tui::state::moment::ago;
use crate::tui::state::{FoldKey, Group};
use crate::tui::text::{Line, Tone, ellipsis, wrap};
use crate::tui::verdict_sign::{glyph, word};

impl Panel<'_> {
    pub(super) fn group(&self, group: Group) -> Vec<Line> {
        let verdict = group.verdict();
        let count = self.state.counts.of(verdict);
        let mut lines = vec![vec![
            (Tone::Verdict(verdict), format!("{} {}", glyph(verdict), word(verdict))),
            (
                Tone::Plain,
                format!("  {count} {}", if count == 1 { "Application" } else { "Applications" }),
            ),
        ]];
        let causes = self.state.list.made.causes.get(&group).into_iter().flatten();
        let mut causes: Vec<(&str, usize)> = causes.map(|(cause, count)| (*cause, *count)).collect();
        causes.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), *cause));
        lines.extend(causes.into_iter().map(|(cause, count)| {
            vec![
                (Tone::Plain, format!("  {count:>4}  ")),
                (Tone::Dim, ellipsis(cause, self.width)),
            ]
        }));
        if group == Group::Harmless {
            self.ignore_sources(&mut lines);
        }
        lines
    }

    /// One cause in many places: what it is, whose, and where.
    pub(super) fn fold(&self, fold: &FoldKey) -> Vec<Line> {
        let keys = self.state.list.made.folds.get(fold).map_or(&[][..], Vec::as_slice);
        let views: Vec<&ApplicationView> = keys
            .iter()
            .filter_map(|key| self.state.applications.get(key).map(|entry| &**entry.view()))
            .collect();
        let first = views.first().and_then(|view| view.worst());
        let verdict = match fold {
            FoldKey::GitAhead => ApplicationVerdict::NeedsReview,
            FoldKey::Cause { group, .. } => group.verdict(),
        };
        let mut lines = vec![vec![
            (Tone::Verdict(verdict), format!("{} {}", glyph(verdict), word(verdict))),
            (Tone::Plain, format!("  the same in {} Applications", views.len())),
        ]];
        if let Some(drift) = first {
            let why = match fold {
                FoldKey::GitAhead => "Only Git moved; nobody touched the cluster. The next sync applies it.",
                FoldKey::Cause { .. } => drift.reason.as_str(),
            };
            self.labelled(&mut lines, "why", Tone::Plain, why, 4);
            let who = drift.deciding().and_then(|change| change.manager.as_deref());
            if let (FoldKey::Cause { .. }, Some(who)) = (fold, who) {
                self.labelled(&mut lines, "who", Tone::Plain, who, 1);
            }
            self.rule(&mut lines, drift);
        }
        lines.push(Vec::new());
        for view in views {
            let place = [view.environment.as_str(), view.cluster.as_str()].join(" ");
            let resource = view.worst().map(|drift| drift.key.resource.short()).unwrap_or_default();
            let text = format!("  {}  {resource}  {}", view.key.name, place.trim());
            lines.push(vec![(Tone::Plain, ellipsis(&text, self.width))]);
        }
        lines
    }

    /// Where ignore rules come from, and how old what we know of each is.
    fn ignore_sources(&self, lines: &mut Vec<Line>) {
        for (at, source) in self.state.ignore_sources.iter().enumerate() {
            if at == 0 {
                lines.push(Vec::new());
                lines.push(vec![(Tone::Strong, "Ignore rules".to_owned())]);
            }
            let age = source.read_at.map_or_else(
                || "never read".to_owned(),
                |at| format!("read {}", ago(self.state.moment.wall, at)),
            );
            let rules = if source.rules == 1 { "rule" } else { "rules" };
            let text = format!("  {} {rules}, {age}: {}", source.rules, source.name);
            lines.push(vec![(Tone::Plain, ellipsis(&text, self.width))]);
            if let Some(error) = &source.error {
                let columns = self.width.saturating_sub(4);
                lines.extend(
                    wrap(error, columns, 3)
                        .into_iter()
                        .map(|text| vec![(Tone::Warning, format!("    {text}"))]),
                );
            }
        }
    }
}
