//! One row of the list, in columns that come and go with the width.

use ratatui::style::Style;

use crate::drift::DriftState;
use crate::engine::scan::Coverage;
use crate::engine::view::{ApplicationVerdict, ApplicationView, DriftView};
use crate::tui::state::entry::who;
use crate::tui::state::moment::age;
use crate::tui::state::{Area, Entry, Group, RowKey, State};
use crate::tui::text::ellipsis;
use crate::tui::theme::Token;
use crate::tui::verdict_sign::{glyph, word};
use crate::tui::widgets::Canvas;
use crate::verdict::NextKind;

/// Columns before the name: mark of the selection, glyph, space.
const MARK: u16 = 3;

/// Widths of the columns; 0 leaves one out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    name: u16,
    resource: u16,
    place: u16,
    next: u16,
    who: u16,
    age: u16,
}

impl Columns {
    pub(super) fn of(width: u16) -> Self {
        let age = 5;
        let next = if width >= 70 { 13 } else { 0 };
        let place = if width >= 86 { 12 } else { 0 };
        let who = if width >= 70 {
            15
        } else if width >= 44 {
            13
        } else {
            0
        };
        let rest = width.saturating_sub(MARK + age + next + place + who);
        let name = (rest * 2 / 5).clamp(10.min(rest), 34);
        Self {
            name,
            resource: rest - name,
            place,
            next,
            who,
            age,
        }
    }

    pub(super) fn draw(self, state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, key: &RowKey) {
        match key {
            RowKey::Group(group) => self.group(state, canvas, area, row, *group),
            RowKey::Application(application) => {
                let entry = state.applications.get(application);
                let gone = entry.is_none_or(Entry::is_gone);
                if let Some(view) = entry.map(Entry::view) {
                    self.application(state, canvas, area, row, view, gone);
                }
            }
            RowKey::Drift(drift) => {
                if let Some(view) = state.drift(key) {
                    self.drift(state, canvas, area, row, view);
                } else {
                    let dim = canvas.theme().style(Token::Dim);
                    canvas.text(
                        area,
                        row,
                        MARK + 2,
                        &format!("{} no longer drifts", drift.resource.short()),
                        dim,
                    );
                }
            }
        }
    }

    fn group(self, state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, group: Group) {
        let theme = canvas.theme();
        let style = theme.verdict(group.verdict());
        let folded = group.folds() && !state.filter.is_active() && state.list.folded.contains(&group);
        let sign = match (group.folds() && !state.filter.is_active(), folded) {
            (false, _) => "",
            (true, true) => " ▸",
            (true, false) => " ▾",
        };
        let text = format!("{} {}", word(group.verdict()), state.counts.of(group.verdict()));
        let mut column = canvas.text(area, row, 1, &text, style.add_modifier(ratatui::style::Modifier::BOLD));
        column = canvas.text(area, row, column, sign, theme.style(Token::Dim));
        let invisible = if group == Group::Synced { invisible(state) } else { 0 };
        let mut notes = Vec::new();
        if let Some(sweep) = state.sweep().filter(|_| group == Group::Synced) {
            let Coverage { checked, total } = sweep.coverage;
            notes.push(format!(
                "checked {checked} of {total}{}",
                if sweep.on { "" } else { ", paused" }
            ));
        }
        if invisible > 0 {
            notes.push(format!("{invisible} with invisible additions"));
        }
        if !notes.is_empty() {
            canvas.text(
                area,
                row,
                column,
                &format!("  {}", notes.join(" · ")),
                theme.style(Token::Dim),
            );
        }
    }

    fn application(self, state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, view: &ApplicationView, gone: bool) {
        let theme = canvas.theme();
        let (plain, dim) = (theme.style(Token::Text), theme.style(Token::Dim));
        let quiet = gone || matches!(view.verdict, ApplicationVerdict::Pending | ApplicationVerdict::Clean);
        let style = if quiet { dim } else { plain };
        canvas.text(area, row, 1, glyph(view.verdict), theme.verdict(view.verdict));
        self.cell(canvas, area, row, MARK, self.name, &view.key.name, style);
        let resource = MARK + self.name;
        match (view.worst(), gone) {
            (_, true) => self.rest(canvas, area, row, "gone", dim),
            (None, false) => {
                let text = match view.verdict {
                    ApplicationVerdict::Pending => "judging",
                    ApplicationVerdict::CannotTell => view.reason.as_deref().unwrap_or("no comparison"),
                    _ => "",
                };
                self.rest(canvas, area, row, text, dim);
            }
            (Some(drift), false) => {
                let more = view.drifts.len() + view.invisible.len() - 1;
                let more = if more > 0 { format!(" +{more}") } else { String::new() };
                self.resource(canvas, area, row, (resource, self.resource), drift, &more);
                self.facts(state, canvas, area, row, view, drift, view.since());
            }
        }
    }

    fn drift(self, state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, drift: &DriftView) {
        let theme = canvas.theme();
        let verdict = ApplicationVerdict::from(drift.verdict);
        canvas.text(area, row, MARK, glyph(verdict), theme.verdict(verdict));
        let from = MARK + 2;
        let width = (self.name + self.resource).saturating_sub(2);
        self.resource(canvas, area, row, (from, width), drift, "");
        let who_column = MARK + self.name + self.resource + self.place + self.next;
        self.who(canvas, area, row, who_column, drift);
        self.age(state, canvas, area, row, drift.since);
    }

    /// `Kind/name +n`, with its state when it is missing or extra; the `+n` is never cut.
    fn resource(self, canvas: &mut Canvas<'_>, area: Area, row: u16, place: (u16, u16), drift: &DriftView, more: &str) {
        let (column, width) = place;
        let theme = canvas.theme();
        let state = match drift.state {
            // Argo CD calls it Synced: more than Git says, and never counted as drift.
            DriftState::Changed if drift.key.invisible => "+ ",
            DriftState::Changed => "",
            DriftState::Missing => "missing ",
            DriftState::Extra => "extra ",
        };
        let text = format!("{state}{}", drift.key.resource.short());
        let room = usize::from(width).saturating_sub(more.len() + 1);
        let end = canvas.text(area, row, column, &ellipsis(&text, room), theme.style(Token::Text));
        canvas.text(area, row, end, more, theme.style(Token::Strong));
    }

    #[expect(clippy::too_many_arguments, reason = "the cells of one row")]
    fn facts(
        self,
        state: &State,
        canvas: &mut Canvas<'_>,
        area: Area,
        row: u16,
        view: &ApplicationView,
        drift: &DriftView,
        since: Option<jiff::Timestamp>,
    ) {
        let dim = canvas.theme().style(Token::Dim);
        let mut column = MARK + self.name + self.resource;
        if self.place > 0 {
            let place = if view.environment.is_empty() {
                &view.cluster
            } else {
                &view.environment
            };
            self.cell(canvas, area, row, column, self.place, place, dim);
            column += self.place;
        }
        if self.next > 0 {
            self.cell(canvas, area, row, column, self.next, next(view.next.kind), dim);
            column += self.next;
        }
        self.who(canvas, area, row, column, drift);
        self.age(state, canvas, area, row, since);
    }

    fn who(self, canvas: &mut Canvas<'_>, area: Area, row: u16, column: u16, drift: &DriftView) {
        let theme = canvas.theme();
        let (text, style) = match (who(drift), drift.state) {
            (Some(who), _) => (who, theme.style(Token::Text)),
            (None, DriftState::Changed) => ("unknown", theme.style(Token::Dim)),
            (None, DriftState::Missing | DriftState::Extra) => ("–", theme.style(Token::Dim)),
        };
        self.cell(canvas, area, row, column, self.who, text, style);
    }

    fn age(self, state: &State, canvas: &mut Canvas<'_>, area: Area, row: u16, since: Option<jiff::Timestamp>) {
        if let Some(since) = since {
            canvas.right(area, row, &age(state.moment.wall, since), canvas.theme().style(Token::Text));
        }
    }

    /// A text that takes everything right of the name.
    fn rest(self, canvas: &mut Canvas<'_>, area: Area, row: u16, text: &str, style: Style) {
        canvas.text(area, row, MARK + self.name, text, style);
    }

    /// A text in a column of this width, with one empty column after it.
    #[expect(clippy::too_many_arguments, reason = "a cell is a place, a width, a text and a style")]
    fn cell(self, canvas: &mut Canvas<'_>, area: Area, row: u16, column: u16, width: u16, text: &str, style: Style) {
        let text = ellipsis(text, usize::from(width.saturating_sub(1)));
        canvas.text(area, row, column, &text, style);
    }
}

fn invisible(state: &State) -> usize {
    let views = state.applications.values().map(Entry::view);
    views
        .filter(|view| view.verdict == ApplicationVerdict::Clean && !view.invisible.is_empty())
        .count()
}

/// What happens next, in a word or two.
fn next(kind: NextKind) -> &'static str {
    match kind {
        NextKind::Nothing => "",
        NextKind::Unknown => "not known",
        NextKind::StaysUntilSynced => "stays",
        NextKind::Held => "held",
        NextKind::NextCommitReverts => "next commit",
        NextKind::NextSyncApplies => "next sync",
        NextKind::Syncing => "syncing",
        NextKind::SelfHealReverts => "self-heal",
        NextKind::Fight => "fight",
    }
}
