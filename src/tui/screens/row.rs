//! One row of the list, in columns that come and go with the width.

use jiff::Timestamp;
use ratatui::style::{Modifier, Style};

use crate::drift::{DriftState, ResourceKey};
use crate::engine::scan::Coverage;
use crate::engine::view::{ApplicationVerdict, ApplicationView, DriftView};
use crate::kubernetes::short_names::short_name;
use crate::tui::state::entry::who;
use crate::tui::state::moment::age;
use crate::tui::state::{Area, Entry, FoldKey, Group, RowKey, State};
use crate::tui::text::{ellipsis, middle, visible, width};
use crate::tui::theme::Token;
use crate::tui::verdict_sign::{glyph, word};
use crate::tui::widgets::Canvas;
use crate::verdict::NextKind;

/// Columns before the name: selection, glyph, mark of the person.
const MARK: u16 = 3;

/// Columns of a place where only environments fit.
const NARROW_PLACE: u16 = 8;

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

/// How old a difference is.
#[derive(Debug, Clone, Copy)]
enum Age {
    /// The cluster tells when it was written.
    Known(Timestamp),
    /// It does not, as for what a subresource wrote before its manager was recorded: older than since we saw it first.
    AtLeast(Timestamp),
    /// Nobody knows.
    Unknown,
}

impl Age {
    fn of(written: Option<Timestamp>, first_seen: Option<Timestamp>) -> Self {
        match (written, first_seen) {
            (Some(written), _) => Self::Known(written),
            (None, Some(seen)) => Self::AtLeast(seen),
            (None, None) => Self::Unknown,
        }
    }
}

/// Where one row is drawn.
#[derive(Debug, Clone, Copy)]
struct Place {
    area: Area,
    row: u16,
}

impl Columns {
    /// For a width, when most names need so many columns.
    pub(super) fn of(width: u16, name: usize) -> Self {
        let age = 5;
        let next = if width >= 92 { 12 } else { 0 };
        let place = match width {
            66.. => 11,
            54.. => NARROW_PLACE,
            _ => 0,
        };
        let who = if width >= 90 {
            18
        } else if width >= 44 {
            13
        } else {
            0
        };
        let rest = width.saturating_sub(MARK + age + next + place + who);
        // Names get what nine of ten need; what is left over is the resource's.
        let wanted = u16::try_from(name + 1).unwrap_or(u16::MAX);
        let name = wanted.clamp(10.min(rest), (rest / 2).max(10.min(rest)));
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
        let place = Place { area, row };
        match key {
            RowKey::Group(group) => self.group(state, canvas, place, *group),
            RowKey::Fold(fold) => self.fold(state, canvas, place, fold),
            RowKey::Application(application) => {
                let entry = state.applications.get(application);
                let gone = entry.is_none_or(Entry::is_gone);
                if let Some(view) = entry.map(Entry::view) {
                    self.application(state, canvas, place, view, gone);
                }
            }
            RowKey::Drift(drift) => match state.drift(key) {
                Some(view) => self.drift(state, canvas, place, view),
                None => {
                    let text = format!("{} no longer drifts", drift.resource.short());
                    canvas.text(area, row, MARK + 2, &text, canvas.theme().style(Token::Dim));
                }
            },
        }
    }

    fn group(self, state: &State, canvas: &mut Canvas<'_>, Place { area, row }: Place, group: Group) {
        let theme = canvas.theme();
        let style = theme.verdict(group.verdict());
        let narrow = state.is_narrow();
        let folded = group.folds() && !narrow && state.list.folded.contains(&group);
        let sign = match (group.folds() && !narrow, folded) {
            (false, _) => "",
            (true, true) => " ▸",
            (true, false) => " ▾",
        };
        let all = state.counts.of(group.verdict());
        let count = match state.list.made.found_in.get(&group) {
            Some(found) if state.filter.is_active() => format!("{found} of {all}"),
            _ => all.to_string(),
        };
        let text = format!("{} {count}", word(group.verdict()));
        let mut column = canvas.text(area, row, 1, &text, style.add_modifier(Modifier::BOLD));
        column = canvas.text(area, row, column, sign, theme.style(Token::Dim));
        if group != Group::Synced {
            return;
        }
        let mut notes = Vec::new();
        if let Some(sweep) = state.sweep() {
            let Coverage { checked, total } = sweep.coverage;
            let paused = if sweep.on { "" } else { ", paused" };
            notes.push(format!("checked {checked} of {total}{paused}"));
        }
        let with_additions = state.list.made.with_additions;
        if with_additions > 0 {
            notes.push(format!("{with_additions} with invisible additions"));
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

    /// `41 Applications  hpa-replicas`: one cause, one decision.
    fn fold(self, state: &State, canvas: &mut Canvas<'_>, place: Place, fold: &FoldKey) {
        let Place { area, row } = place;
        let members = state.list.made.folds.get(fold).map_or(&[][..], Vec::as_slice);
        let views: Vec<&ApplicationView> = members
            .iter()
            .filter_map(|key| state.applications.get(key).map(|entry| &**entry.view()))
            .collect();
        let theme = canvas.theme();
        let verdict = match fold {
            FoldKey::GitAhead => ApplicationVerdict::NeedsReview,
            FoldKey::Cause { group, .. } => group.verdict(),
        };
        canvas.text(area, row, 1, glyph(verdict), theme.verdict(verdict));
        self.mark(
            canvas,
            place,
            !views.is_empty() && views.iter().all(|view| marked(state, view)),
        );
        let sign = if state.list.open_folds.contains(fold) { "▾" } else { "▸" };
        let count = format!("{} Applications {sign}", views.len());
        let first = views.first().and_then(|view| view.worst());
        let what = match (fold, first) {
            (FoldKey::GitAhead, _) => "Git is ahead".to_owned(),
            (FoldKey::Cause { .. }, Some(drift)) => format!("{} of {}", drift.cause, drift.key.resource.kind),
            (FoldKey::Cause { .. }, None) => String::new(),
        };
        let end = canvas.text(area, row, MARK, &count, theme.style(Token::Strong));
        let from = end.max(MARK + self.name) + u16::from(end >= MARK + self.name);
        let room = (MARK + self.name + self.resource + self.place).saturating_sub(from + 1);
        canvas.text(area, row, from, &ellipsis(&what, usize::from(room)), theme.style(Token::Text));
        let urgent = views.iter().map(|view| view.next.kind).max();
        let column = MARK + self.name + self.resource + self.place;
        if let Some(kind) = urgent.filter(|_| self.next > 0) {
            self.cell(canvas, place, (column, self.next), next(kind), theme.style(Token::Dim));
        }
        if let (FoldKey::Cause { .. }, Some(drift)) = (fold, first) {
            self.who(canvas, place, column + self.next, drift);
        }
        let since = views.iter().filter_map(|view| view.since()).max();
        self.age(state, canvas, place, Age::of(since, None));
    }

    fn application(self, state: &State, canvas: &mut Canvas<'_>, place: Place, view: &ApplicationView, gone: bool) {
        let Place { area, row } = place;
        let theme = canvas.theme();
        let (plain, dim) = (theme.style(Token::Text), theme.style(Token::Dim));
        let quiet = gone || matches!(view.verdict, ApplicationVerdict::Pending | ApplicationVerdict::Clean);
        let style = if quiet { dim } else { plain };
        canvas.text(area, row, 1, glyph(view.verdict), theme.verdict(view.verdict));
        self.mark(canvas, place, marked(state, view));
        let member = u16::from(state.list.made.fold_of.contains_key(&view.key)) * 2;
        let name = middle(
            &view.key.name,
            usize::from((self.name - member.min(self.name)).saturating_sub(1)),
        );
        canvas.text(area, row, MARK + member, &name, style);
        let findings = state.findings(view);
        match (findings.first(), gone) {
            (_, true) => self.rest(canvas, place, "gone", dim),
            (None, false) => {
                let text = match view.verdict {
                    ApplicationVerdict::Pending => "judging",
                    ApplicationVerdict::CannotTell => view.reason.as_deref().unwrap_or("no comparison"),
                    _ => "",
                };
                self.rest(canvas, place, text, dim);
            }
            (Some(drift), false) => {
                let more = match findings.len() - 1 {
                    0 => String::new(),
                    more => format!(" +{more}"),
                };
                let badges = format!("{more}{}", badges(view, drift));
                self.resource(canvas, place, (MARK + self.name, self.resource), drift, &badges);
                self.facts(state, canvas, place, view, drift);
            }
        }
    }

    fn drift(self, state: &State, canvas: &mut Canvas<'_>, place: Place, drift: &DriftView) {
        let theme = canvas.theme();
        let verdict = ApplicationVerdict::from(drift.verdict);
        self.mark(canvas, place, state.list.marks.contains(&drift.key));
        canvas.text(place.area, place.row, MARK, glyph(verdict), theme.verdict(verdict));
        let room = (self.name + self.resource).saturating_sub(2);
        let badges = if drift.flaps > 0 { " ↻" } else { "" };
        self.resource(canvas, place, (MARK + 2, room), drift, badges);
        let column = MARK + self.name + self.resource + self.place;
        if let Some(own) = drift.next.as_ref().filter(|_| self.next > 0) {
            self.cell(canvas, place, (column, self.next), next(own.kind), theme.style(Token::Dim));
        }
        self.who(canvas, place, column + self.next, drift);
        self.age(state, canvas, place, Age::of(drift.since, Some(drift.first_seen)));
    }

    fn mark(self, canvas: &mut Canvas<'_>, Place { area, row }: Place, marked: bool) {
        if marked {
            canvas.text(area, row, 2, "✓", canvas.theme().style(Token::Key));
        }
    }

    /// `Kind/name +n`, with its state when it is missing or extra; what follows is never cut.
    fn resource(self, canvas: &mut Canvas<'_>, place: Place, (column, room): (u16, u16), drift: &DriftView, more: &str) {
        let theme = canvas.theme();
        let state = match drift.state {
            // Argo CD calls it Synced: more than Git says, and never counted as drift.
            DriftState::Changed if drift.key.invisible => "+ ",
            DriftState::Changed => "",
            DriftState::Missing => "missing ",
            DriftState::Extra => "extra ",
        };
        let room = usize::from(room).saturating_sub(width(more) + 1);
        let text = fitting(state, &drift.key.resource, room);
        let end = canvas.text(place.area, place.row, column, &text, theme.style(Token::Text));
        canvas.text(place.area, place.row, end, more, theme.style(Token::Strong));
    }

    fn facts(self, state: &State, canvas: &mut Canvas<'_>, place: Place, view: &ApplicationView, drift: &DriftView) {
        let dim = canvas.theme().style(Token::Dim);
        let mut column = MARK + self.name + self.resource;
        if self.place > 0 {
            // Cut to a few columns, the name of a cluster tells nobody anything.
            let text = match view.environment.is_empty() {
                true if self.place > NARROW_PLACE => &view.cluster,
                _ => &view.environment,
            };
            self.cell(canvas, place, (column, self.place), text, dim);
            column += self.place;
        }
        if self.next > 0 {
            let kind = drift.next.as_ref().unwrap_or(&view.next).kind;
            self.cell(canvas, place, (column, self.next), next(kind), dim);
            column += self.next;
        }
        self.who(canvas, place, column, drift);
        self.age(
            state,
            canvas,
            place,
            Age::of(view.since().or(drift.since), Some(drift.first_seen)),
        );
    }

    fn who(self, canvas: &mut Canvas<'_>, place: Place, column: u16, drift: &DriftView) {
        let theme = canvas.theme();
        let (text, style) = match (who(drift), drift.state) {
            (Some(who), _) => (who, theme.style(Token::Text)),
            (None, DriftState::Changed) => ("unknown", theme.style(Token::Dim)),
            (None, DriftState::Missing | DriftState::Extra) => ("–", theme.style(Token::Dim)),
        };
        self.cell(canvas, place, (column, self.who), text, style);
    }

    fn age(self, state: &State, canvas: &mut Canvas<'_>, Place { area, row }: Place, of: Age) {
        let (text, token) = match of {
            Age::Known(since) => (age(state.moment.wall, since), Token::Text),
            Age::AtLeast(seen) => (format!(">{}", age(state.moment.wall, seen)), Token::Dim),
            Age::Unknown => return,
        };
        canvas.right(area, row, &text, canvas.theme().style(token));
    }

    /// A text that takes everything right of the name.
    fn rest(self, canvas: &mut Canvas<'_>, Place { area, row }: Place, text: &str, style: Style) {
        canvas.text(area, row, MARK + self.name, text, style);
    }

    /// A text in a column of this width, with one empty column after it.
    fn cell(self, canvas: &mut Canvas<'_>, place: Place, (column, room): (u16, u16), text: &str, style: Style) {
        let text = middle(text, usize::from(room.saturating_sub(1)));
        canvas.text(place.area, place.row, column, &text, style);
    }
}

/// `Kind/name` within so many columns: with the kind's short name, and only then cut.
fn fitting(state: &str, resource: &ResourceKey, room: usize) -> String {
    let full = visible(&format!("{state}{}", resource.short())).into_owned();
    if width(&full) <= room {
        return full;
    }
    let name = visible(&resource.name);
    match short_name(&resource.group, &resource.kind) {
        Some(short) => middle(&format!("{state}{short}/{name}"), room),
        None => {
            // The name says more than the end of a long kind.
            let kind = room.saturating_sub(width(state) + width(&name) + 1);
            match kind >= SHORTEST_KIND {
                true => format!("{state}{}/{name}", ellipsis(&visible(&resource.kind), kind)),
                false => middle(&full, room),
            }
        }
    }
}

/// Columns in which a cut kind can still be told from others.
const SHORTEST_KIND: usize = 5;

/// What else is worth knowing of it, as signs after its resource.
fn badges(view: &ApplicationView, drift: &DriftView) -> String {
    let mut badges = String::new();
    if drift.flaps > 0 {
        badges.push_str(" ↻");
    }
    if view.stale.is_some() {
        badges.push_str(" !");
    }
    if let Some(decision) = drift.disposition() {
        badges.push_str(&format!(" [{}]", decision.kind.as_str()));
    }
    badges
}

/// Whether every drift of its verdict that the row stands for is marked.
fn marked(state: &State, view: &ApplicationView) -> bool {
    !state.list.marks.is_empty() && state.findings(view).iter().any(|drift| state.list.marks.contains(&drift.key))
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
