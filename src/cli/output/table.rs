//! The table of `scan` for people: worst first, one line each, nothing that a terminal would obey.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::json::Summary;
use crate::engine::scan::{ContextState, ScanReport};
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

const HEAD: [&str; 6] = ["VERDICT", "APPLICATION", "RESOURCE", "CAUSE", "WHO", "WHY"];
const GAP: usize = 2;
/// Narrowest last column worth having.
const LEAST_WHY: usize = 16;

struct Row {
    verdict: ApplicationVerdict,
    cells: [String; 6],
}

/// The report as a table and a summary line.
pub(in super::super) fn render(report: &ScanReport, style: Style) -> String {
    let several = report.contexts.len() > 1;
    let mut rows: Vec<Row> = report.applications.iter().flat_map(|a| rows(a, several)).collect();
    rows.sort_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.cells[1..3].cmp(&b.cells[1..3])));
    let mut out = String::new();
    if !rows.is_empty() {
        let widths = widths(&rows, style.width);
        line(&mut out, &HEAD.map(Cow::Borrowed), &widths, None);
        for row in &rows {
            let cells = [0, 1, 2, 3, 4, 5].map(|i| Cow::Borrowed(row.cells[i].as_str()));
            line(&mut out, &cells, &widths, style.colours.then_some(colour(row.verdict)));
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
    out.push_str(&summary(&Summary::of(report)));
    if let Some(sweep) = report.sweep {
        out.push_str(&format!(
            "; looked for additions in {} of {}",
            sweep.checked,
            count(sweep.total, "Synced Application")
        ));
    }
    out.push('\n');
    out
}

fn summary(s: &Summary) -> String {
    let mut text = format!(
        "{}: {} risky, {} to review, {} harmless, {} clean, {} cannot tell; {}",
        count(s.applications, "Application"),
        s.risky,
        s.needs_review,
        s.harmless,
        s.clean,
        s.cannot_tell,
        count(s.drifts, "drift")
    );
    if s.invisible > 0 {
        text.push_str(&format!("; {} that Argo CD calls Synced (+)", count(s.invisible, "addition")));
    }
    if s.ignored > 0 {
        text.push_str(&format!("; {} ignored by rules", count(s.ignored, "change")));
    }
    text
}

pub(in super::super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

fn rows(application: &ApplicationView, several_contexts: bool) -> Vec<Row> {
    let key = &application.key;
    let mut name = format!("{}/{}", key.namespace, key.name);
    if several_contexts {
        name = format!("{}:{name}", key.context);
    }
    let of = |drift: &DriftView, mark: &str| Row {
        verdict: drift.verdict.into(),
        cells: [
            word(drift.verdict.into()),
            clean(&name),
            clean(&format!("{mark}{}", drift.key.resource.short())),
            drift.cause.as_str().to_owned(),
            clean(&who(drift)),
            clean(&drift.reason),
        ],
    };
    let mut rows: Vec<Row> = application.drifts.iter().map(|drift| of(drift, "")).collect();
    rows.extend(application.invisible.iter().map(|drift| of(drift, "+")));
    if matches!(
        application.verdict,
        ApplicationVerdict::CannotTell | ApplicationVerdict::Pending
    ) {
        rows.push(Row {
            verdict: ApplicationVerdict::CannotTell,
            cells: [
                word(ApplicationVerdict::CannotTell),
                clean(&name),
                String::new(),
                String::new(),
                String::new(),
                clean(application.reason.as_deref().unwrap_or("not judged")),
            ],
        });
    }
    rows
}

/// Who made the deciding change and when, as far as it is known.
fn who(drift: &DriftView) -> String {
    let Some(change) = drift.deciding() else {
        return String::new();
    };
    let manager = change.manager.as_deref().unwrap_or("unknown");
    match change.time {
        Some(time) => format!("{manager} {}", time.strftime("%Y-%m-%d %H:%MZ")),
        None => manager.to_owned(),
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

/// Each column as wide as its widest cell; where the terminal is too narrow, names give way first, then the last column.
fn widths(rows: &[Row], limit: Option<usize>) -> [usize; 6] {
    let mut widths = HEAD.map(UnicodeWidthStr::width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.width());
        }
    }
    let Some(limit) = limit else { return widths };
    for (column, least) in [(1, 16), (2, 16), (4, 12), (3, 8)] {
        let rest: usize = widths[..5].iter().sum::<usize>() + 5 * GAP + LEAST_WHY;
        widths[column] -= rest.saturating_sub(limit).min(widths[column].saturating_sub(least));
    }
    let used = widths[..5].iter().sum::<usize>() + 5 * GAP;
    widths[5] = widths[5].min(limit.saturating_sub(used));
    widths
}

fn line(out: &mut String, cells: &[Cow<'_, str>; 6], widths: &[usize; 6], colour: Option<&str>) {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let shown = truncate(cell, *width);
        let pad = width.saturating_sub(shown.width()) + GAP;
        match colour {
            Some(code) if column == 0 => text.push_str(&format!("{code}{shown}\u{1b}[0m")),
            _ => text.push_str(&shown),
        }
        if column < 5 {
            text.extend(std::iter::repeat_n(' ', pad));
        }
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

/// At most so many columns; what is cut ends with `…`.
fn truncate(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        if used + cluster.width() + 1 > width {
            break;
        }
        used += cluster.width();
        out.push_str(cluster);
    }
    if width > 0 {
        out.push('…');
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::{Style, render, truncate};
    use crate::engine::scan_sample;

    #[test]
    fn the_table_is_aligned_worst_first_and_harmless_to_a_terminal() {
        let style = Style {
            colours: false,
            width: None,
        };
        assert_eq!(
            render(&scan_sample::report(), style),
            "\
VERDICT         APPLICATION           RESOURCE             CAUSE        WHO                             WHY
● risky         prod:argocd/checkout  ConfigMap/limits     manual-edit  kubectl-edit 2026-11-20 02:13Z  A person changed it with kubectl.
◐ needs review  prod:argocd/checkout  +ClusterRole/reader  manual-edit  kubectl-edit 2026-11-20 02:13Z  A person changed it with kubectl.
? cannot tell   prod:argocd/broken                                                                      ComparisonError: \\u{1b}[31mhelm\\nfailed \\u{202e}txt
○ harmless      prod:argocd/checkout  Deployment/web       manual-edit  kubectl-edit 2026-11-20 02:13Z  A person changed it with kubectl.

dev failed: cannot reach argocd.dev.example.com: connection refused
3 Applications: 1 risky, 0 to review, 0 harmless, 1 clean, 1 cannot tell; 2 drifts; 1 addition that Argo CD calls Synced (+)
"
        );
    }

    #[test]
    fn rows_fit_the_terminal() {
        for width in [100, 110, 120, 160] {
            let style = Style {
                colours: false,
                width: Some(width),
            };
            let text = render(&scan_sample::report(), style);
            for line in text.lines().take(5) {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
    }

    #[test]
    fn colours_mark_the_verdict_only() {
        let style = Style {
            colours: true,
            width: None,
        };
        let text = render(&scan_sample::report(), style);
        assert!(text.contains("\u{1b}[1;31m● risky\u{1b}[0m  "));
        assert_eq!(text.matches('\u{1b}').count(), 8);
    }

    #[test]
    fn cutting_counts_columns_not_characters() {
        assert_eq!(truncate("日本語です", 5), "日本…");
        assert_eq!(truncate("short", 5), "short");
        assert_eq!(truncate("longer", 1), "…");
        assert_eq!(truncate("longer", 0), "");
    }
}
