//! What the panel says of a section of the list: how many, by which causes, and where ignore rules come from.

use super::Panel;
use crate::tui::state::moment::ago;
use crate::tui::state::{Entry, Group};
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
        let mut causes: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        let views = self.state.applications.values().map(Entry::view);
        for drift in views.filter(|view| view.verdict == verdict).flat_map(|view| &view.drifts) {
            *causes.entry(drift.cause.as_str()).or_default() += 1;
        }
        let mut causes: Vec<(&str, usize)> = causes.into_iter().collect();
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
