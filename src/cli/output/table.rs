//! The table of `scan` for people: worst first, one line each, nothing that a terminal would obey.

use std::cmp::Reverse;
use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

use super::columns::{self, Column, GAP, cut_end, cut_middle};
use super::json::Summary;
use crate::drift::ApplicationKey;
use crate::engine::scan::{ContextState, ScanReport};
use crate::engine::urgency::Urgency;
use crate::engine::view::{ApplicationVerdict, ApplicationView, DriftView};
use crate::redact::terminal::visible;
use crate::tui::verdict_sign::glyph;

/// How the table may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Style {
    /// Escape codes for colours.
    pub(in super::super) colours: bool,
    /// Columns; `None` for no edge.
    pub(in super::super) width: Option<usize>,
}

/// The columns, in order.
const HEAD: [&str; 7] = ["VERDICT", "ENV", "APPLICATION", "RESOURCE", "CAUSE", "WHO", "WHY"];
const RESOURCE: usize = 3;
const WHY: usize = 6;
/// Narrower than this a column is not worth having. At 80 columns there is room for what, where and the cause.
const LEAST: [usize; 7] = [usize::MAX, 4, 15, 22, 17, 12, 40];
/// Which columns leave first where room is short.
const LEAVES: [u8; 7] = [0, 1, 0, 0, 2, 3, 4];

struct Row {
    verdict: ApplicationVerdict,
    urgency: Option<Urgency>,
    /// The last one, where there is no resource, begins where the resource would stand.
    cells: [String; 7],
}

impl Row {
    fn is_without_a_resource(&self) -> bool {
        self.cells[RESOURCE].is_empty()
    }
}

/// The report as a table and a summary line.
pub(in super::super) fn render(report: &ScanReport, style: Style) -> String {
    let names = Names::of(report, style);
    let mut rows: Vec<Row> = report.applications.iter().flat_map(|a| rows(a, &names)).collect();
    rows.sort_by(|a, b| {
        let rank = |row: &Row| (Reverse(row.verdict), Reverse(row.urgency));
        rank(a).cmp(&rank(b)).then_with(|| a.cells[2..4].cmp(&b.cells[2..4]))
    });
    let mut out = String::new();
    if !rows.is_empty() {
        let widths = columns::widths(columns_of(&rows), style.width);
        line(&mut out, &HEAD.map(str::to_owned), &widths, style.width, None);
        for row in &rows {
            let colour = style.colours.then(|| colour(row.verdict));
            line(&mut out, &row.cells, &widths, style.width, colour);
        }
        out.push('\n');
    }
    for context in &report.contexts {
        if context.state != ContextState::Ok {
            let why = context.error.as_ref().map_or("", |e| e.detail.as_str());
            out.push_str(&format!(
                "{} {}: {}\n",
                visible(&context.name),
                context.state.as_str(),
                visible(why)
            ));
        }
    }
    let mut parts = summary(&Summary::of(report));
    if let Some(sweep) = report.sweep {
        parts.push(format!(
            "looked for additions in {} of {}",
            sweep.checked,
            count(sweep.total, "Synced Application")
        ));
    }
    out.push_str(&sentence(&parts, style.width));
    out
}

fn summary(s: &Summary) -> Vec<String> {
    let mut parts = vec![
        format!(
            "{}: {} risky, {} to review, {} harmless, {} clean, {} cannot tell",
            count(s.applications, "Application"),
            s.risky,
            s.needs_review,
            s.harmless,
            s.clean,
            s.cannot_tell
        ),
        count(s.drifts, "drift"),
    ];
    if s.invisible > 0 {
        parts.push(format!("{} that Argo CD calls Synced (+)", count(s.invisible, "addition")));
    }
    if s.ignored > 0 {
        parts.push(format!("{} ignored by rules", count(s.ignored, "change")));
    }
    parts
}

/// The parts one after the other, on as many lines as it takes.
fn sentence(parts: &[String], limit: Option<usize>) -> String {
    let mut lines = vec![String::new()];
    for part in parts {
        let fits = |line: &String| limit.is_none_or(|limit| line.width() + GAP + part.width() < limit);
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(part),
            Some(line) if fits(line) => line.push_str(&format!("; {part}")),
            Some(line) => {
                line.push(';');
                lines.push(part.clone());
            }
            None => {}
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

pub(in super::super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// How names and times are written.
struct Names<'a> {
    /// Several contexts: each name says its own.
    contexts: bool,
    /// Names that several Applications of a context have: these say their namespace, too.
    ambiguous: HashSet<(&'a str, &'a str)>,
    /// On a terminal a time is told by its age at this time; elsewhere somebody may read it next week.
    now: Option<Timestamp>,
}

impl<'a> Names<'a> {
    fn of(report: &'a ScanReport, style: Style) -> Self {
        let mut known = HashSet::new();
        let names = report.applications.iter().map(|a| (&*a.key.context, &*a.key.name));
        Self {
            contexts: report.contexts.len() > 1,
            ambiguous: names.filter(|name| !known.insert(*name)).collect(),
            now: style.width.map(|_| report.generated_at),
        }
    }

    fn application(&self, key: &ApplicationKey) -> String {
        // Where there is no edge, nothing has to be saved.
        let is_short = self.now.is_some() && !self.ambiguous.contains(&(&*key.context, &*key.name));
        let name = if is_short { key.name.to_string() } else { key.to_string() };
        if self.contexts {
            format!("{}:{name}", key.context)
        } else {
            name
        }
    }

    fn time(&self, time: Timestamp) -> String {
        match self.now {
            Some(now) => age(now.duration_since(time)),
            None => time.strftime("%Y-%m-%d %H:%MZ").to_string(),
        }
    }

    /// Who made the deciding change and when, as far as it is known.
    fn who(&self, drift: &DriftView) -> String {
        let Some(change) = drift.deciding() else {
            return String::new();
        };
        let manager = change.manager.as_deref().unwrap_or("unknown");
        match change.time {
            Some(time) => format!("{manager} {}", self.time(time)),
            None => manager.to_owned(),
        }
    }
}

/// The largest whole unit, as `kubectl get` writes it.
fn age(age: SignedDuration) -> String {
    let minutes = age.as_mins().max(0);
    match (minutes / (24 * 60), minutes / 60) {
        (0, 0) => format!("{minutes}m"),
        (0, hours) => format!("{hours}h"),
        (days, _) => format!("{days}d"),
    }
}

fn rows(application: &ApplicationView, names: &Names<'_>) -> Vec<Row> {
    let name = clean(&names.application(&application.key));
    let environment = clean(&application.environment);
    let of = |drift: &DriftView, mark: &str| Row {
        verdict: drift.verdict.into(),
        urgency: Some(Urgency::of(drift, application.next.kind)),
        cells: [
            word(drift.verdict.into()),
            environment.clone(),
            name.clone(),
            clean(&format!("{mark}{}", drift.key.resource.short())),
            drift.cause.as_str().to_owned(),
            clean(&names.who(drift)),
            clean(&why(drift)),
        ],
    };
    let mut rows: Vec<Row> = application.drifts.iter().map(|drift| of(drift, "")).collect();
    rows.extend(application.invisible.iter().map(|drift| of(drift, "+")));
    if matches!(
        application.verdict,
        ApplicationVerdict::CannotTell | ApplicationVerdict::Pending
    ) {
        let reason = clean(application.reason.as_deref().unwrap_or("not judged"));
        let nothing = String::new;
        rows.push(Row {
            verdict: ApplicationVerdict::CannotTell,
            urgency: None,
            cells: [
                word(ApplicationVerdict::CannotTell),
                environment,
                name,
                nothing(),
                nothing(),
                nothing(),
                reason,
            ],
        });
    }
    rows
}

/// The reason, after what a person decided about it.
fn why(drift: &DriftView) -> String {
    match drift.disposition() {
        Some(decided) => format!("({} by {}) {}", decided.kind.as_str(), decided.by, drift.reason),
        None => drift.reason.clone(),
    }
}

fn clean(text: &str) -> String {
    visible(text).into_owned()
}

/// Glyph and word: the verdict is told without colour too.
fn word(verdict: ApplicationVerdict) -> String {
    let word = match verdict {
        ApplicationVerdict::Risky => "risky",
        ApplicationVerdict::NeedsReview => "needs review",
        ApplicationVerdict::Harmless => "harmless",
        ApplicationVerdict::Clean => "clean",
        ApplicationVerdict::CannotTell | ApplicationVerdict::Pending => "cannot tell",
    };
    format!("{} {word}", glyph(verdict))
}

/// SGR codes by meaning.
fn colour(verdict: ApplicationVerdict) -> &'static str {
    match verdict {
        ApplicationVerdict::Risky => "\u{1b}[1;31m",
        ApplicationVerdict::NeedsReview => "\u{1b}[33m",
        ApplicationVerdict::Harmless | ApplicationVerdict::Clean => "\u{1b}[2m",
        ApplicationVerdict::CannotTell | ApplicationVerdict::Pending => "\u{1b}[35m",
    }
}

/// What each column asks for.
fn columns_of(rows: &[Row]) -> [Column; 7] {
    let only_reasons = rows.iter().all(Row::is_without_a_resource);
    std::array::from_fn(|n| {
        let widest = rows
            .iter()
            .map(|row| match n {
                // Reasons that stand in place of a resource have the rest of the line: where it has no other column, one is kept.
                RESOURCE if only_reasons => row.cells[WHY].width().min(LEAST[RESOURCE]),
                WHY if row.is_without_a_resource() => 0,
                _ => row.cells[n].width(),
            })
            .max()
            .unwrap_or(0);
        Column {
            // A column without a word in it says nothing.
            natural: if widest == 0 { 0 } else { widest.max(HEAD[n].width()) },
            least: LEAST[n],
            leaves: LEAVES[n],
        }
    })
}

fn line(out: &mut String, cells: &[String; 7], widths: &[usize; 7], limit: Option<usize>, colour: Option<&str>) {
    let mut text = String::new();
    let mut used = 0;
    let spans = cells[RESOURCE].is_empty();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if spans && column == RESOURCE {
            // No resource: the reason has the rest of the line.
            text.push_str(&cut_end(
                &cells[WHY],
                limit.map_or(usize::MAX, |limit| limit.saturating_sub(used)),
            ));
            break;
        }
        if *width == 0 {
            continue;
        }
        let shown = if column == WHY {
            cut_end(cell, *width)
        } else {
            cut_middle(cell, *width)
        };
        let pad = width.saturating_sub(shown.width()) + GAP;
        match colour {
            Some(code) if column == 0 => text.push_str(&format!("{code}{shown}\u{1b}[0m")),
            _ => text.push_str(&shown),
        }
        text.extend(std::iter::repeat_n(' ', pad));
        used += width + GAP;
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
