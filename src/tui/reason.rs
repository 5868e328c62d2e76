//! The reason panel as lines: verdict, why, what next, who, whose move, Git, rule. Pure: `update` counts the lines,
//! `screens` draws them.

use jiff::Timestamp;

use super::state::layout::Layout;
use super::state::moment::{ago, clock};
use super::state::{Entry, Group, RowKey, State};
use super::text::{Line, Tone, bounded, ellipsis, visible, width, wrap};
use crate::drift::{DriftState, HealthStatus};
use crate::engine::view::{ApplicationVerdict, ApplicationView, ChangeView, DriftView, OriginView, RedactedValue};

/// Columns of the labels on the left.
const LABEL: usize = 7;

/// Fields that are listed; the diff shows all.
const MOST_FIELDS: usize = 60;

/// What the panel says about the selected row, for its width and height.
pub(crate) fn lines(state: &State, layout: &Layout) -> Vec<Line> {
    let Some(area) = layout.reason else { return Vec::new() };
    let panel = Panel {
        state,
        width: usize::from(area.inside().width),
        compact: area.inside().height <= 5,
    };
    match state.list.selection() {
        None => Vec::new(),
        Some(RowKey::Group(group)) => panel.group(*group),
        Some(row) => match (state.application(row), state.shown_drift()) {
            (Some(application), Some(drift)) => panel.drift(application, drift),
            (Some(application), None) => panel.application(application),
            (None, _) => vec![vec![(Tone::Dim, "This Application is gone.".to_owned())]],
        },
    }
}

/// `RISKY`, `NEEDS REVIEW` and so on.
pub(crate) fn word(verdict: ApplicationVerdict) -> &'static str {
    match verdict {
        ApplicationVerdict::Pending => "JUDGING",
        ApplicationVerdict::Clean => "SYNCED",
        ApplicationVerdict::Harmless => "HARMLESS",
        ApplicationVerdict::CannotTell => "CANNOT TELL",
        ApplicationVerdict::NeedsReview => "NEEDS REVIEW",
        ApplicationVerdict::Risky => "RISKY",
    }
}

/// `●` and so on: meaning never hangs on colour alone.
pub(crate) fn glyph(verdict: ApplicationVerdict) -> &'static str {
    match verdict {
        ApplicationVerdict::Pending => "…",
        ApplicationVerdict::Clean => "·",
        ApplicationVerdict::Harmless => "○",
        ApplicationVerdict::CannotTell => "?",
        ApplicationVerdict::NeedsReview => "◐",
        ApplicationVerdict::Risky => "●",
    }
}

fn origin(origin: OriginView) -> &'static str {
    match origin {
        OriginView::Cluster => "edited in the cluster",
        OriginView::Git => "Git moved, nobody touched the cluster",
        OriginView::Both => "both moved: a sync overwrites a live edit",
        OriginView::Controller => "a controller's own field",
        OriginView::Default => "a default of the API server",
        OriginView::Equivalent => "the same meaning, spelt differently",
        OriginView::Unknown => "whose move it was is not known",
    }
}

struct Panel<'a> {
    state: &'a State,
    width: usize,
    compact: bool,
}

impl Panel<'_> {
    fn drift(&self, application: &ApplicationView, drift: &DriftView) -> Vec<Line> {
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
        let next = drift.next.as_ref().unwrap_or(&application.next);
        self.labelled(&mut lines, "next", Tone::Plain, &next.sentence, most);
        self.stale(&mut lines, application);
        self.seen(&mut lines, drift);
        self.fields(&mut lines, drift);
        if !self.compact {
            self.git(&mut lines, application);
            self.labelled(&mut lines, "rule", Tone::Dim, drift.rule, 1);
        }
        lines
    }

    fn application(&self, application: &ApplicationView) -> Vec<Line> {
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
        self.place(&mut lines, application);
        lines
    }

    fn place(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
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

    fn group(&self, group: Group) -> Vec<Line> {
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
        lines
    }

    fn labelled(&self, lines: &mut Vec<Line>, label: &str, tone: Tone, text: &str, most: usize) {
        let columns = self.width.saturating_sub(LABEL);
        for (at, text) in wrap(text, columns, most).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            lines.push(vec![(Tone::Label, format!("{label:<LABEL$}")), (tone, text)]);
        }
    }

    fn stale(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        if let Some(why) = &application.stale {
            let text = format!("read {}: {why}", ago(self.state.moment.wall, application.fetched_at));
            self.labelled(lines, "stale", Tone::Warning, &text, 2);
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
            let text = field(change, columns.saturating_sub(2));
            lines.push(vec![
                (Tone::Plain, " ".repeat(LABEL)),
                (Tone::Verdict(verdict), format!("{} ", glyph(verdict))),
                (Tone::Dim, ellipsis(&text, columns.saturating_sub(2))),
            ]);
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
            self.labelled(lines, "seen", Tone::Plain, &parts.join(" · "), 1);
        }
    }

    fn who(&self, change: &ChangeView) -> String {
        let mut parts = vec![ellipsis(change.manager.as_deref().unwrap_or("nobody can be named"), 40)];
        parts.extend(change.operation.map(str::to_owned));
        if !change.subresource.is_empty() {
            parts.push(format!("through /{}", ellipsis(&change.subresource, 20)));
        }
        parts.extend(change.time.map(|time| self.time(time)));
        parts.push(origin(change.origin).to_owned());
        parts.join(" · ")
    }

    fn time(&self, time: Timestamp) -> String {
        let now = self.state.moment.wall;
        format!("{} ({})", clock(now, time, &self.state.zone), ago(now, time))
    }

    fn git(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        if application.revisions.is_empty() && application.synced_revisions.is_empty() {
            return;
        }
        let compared = short(&application.revisions);
        let synced = short(&application.synced_revisions);
        let when = application
            .synced_at
            .map_or_else(String::new, |at| format!(" {}", self.time(at)));
        let text = if application.synced_revisions.is_empty() {
            format!("compared with {compared}; when it was last synced is not known")
        } else if application.revisions == application.synced_revisions {
            format!("{compared}, synced{when}")
        } else {
            format!("compared with {compared}; last synced {synced}{when}")
        };
        self.labelled(lines, "git", Tone::Plain, &text, 2);
    }
}

/// `…/containers/0/image  web:1.4 → web:1.5`: the end of the path names the field, and of long values the part that differs
/// is what a person looks for.
fn field(change: &ChangeView, columns: usize) -> String {
    let side = |value: &Option<RedactedValue>| value.as_ref().map_or("absent", RedactedValue::as_str).to_owned();
    let (desired, live) = (side(&change.desired), side(&change.live));
    let path = visible(change.path.as_str()).into_owned();
    let values = columns.saturating_sub(5);
    let needed = (width(&visible(bounded(&desired, columns))) + width(&visible(bounded(&live, columns)))).min(values / 2);
    let path = ending(&path, values.saturating_sub(needed));
    let room = values.saturating_sub(width(&path)) / 2;
    let (desired, live) =
        if bounded(&desired, room).len() < desired.len() || width(&visible(&desired)) > room || width(&visible(&live)) > room {
            let same = desired.chars().zip(live.chars()).take_while(|(a, b)| a == b).count();
            (from_character(&desired, same, room), from_character(&live, same, room))
        } else {
            (desired, live)
        };
    format!("{path}  {} → {}", ellipsis(&desired, room), ellipsis(&live, room))
}

/// The text from a little before its `at`-th character on, so that it is in view within `room` columns.
fn from_character(text: &str, at: usize, room: usize) -> String {
    let skipped = at.saturating_sub(room / 4);
    if skipped < 4 {
        return text.to_owned();
    }
    format!("…{}", text.chars().skip(skipped).collect::<String>())
}

/// The end of a text, `…` before it when it is longer than `columns`.
fn ending(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars().rev() {
        kept.insert(0, c);
        if width(&kept) + 1 >= columns {
            break;
        }
    }
    format!("…{kept}")
}

fn state_note(drift: &DriftView) -> String {
    match drift.state {
        DriftState::Changed => String::new(),
        DriftState::Missing => "  missing in the cluster".to_owned(),
        DriftState::Extra => "  not in Git".to_owned(),
    }
}

fn health(application: &ApplicationView) -> String {
    match application.health {
        HealthStatus::Healthy => String::new(),
        other => format!("  health {}", other.as_str()),
    }
}

/// First seven characters of each revision; chart versions are short anyway.
fn short(revisions: &[String]) -> String {
    let mut parts: Vec<String> = revisions
        .iter()
        .take(3)
        .map(|revision| {
            let hash = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
            ellipsis(
                if hash {
                    revision.get(..7).unwrap_or(revision)
                } else {
                    revision
                },
                20,
            )
        })
        .collect();
    if revisions.len() > parts.len() {
        parts.push("…".to_owned());
    }
    parts.join(", ")
}
