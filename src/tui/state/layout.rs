//! Which pane stands where: a function of the state, used by `update` (page sizes) and by `screens` (drawing).

use super::{Pane, State};

/// From this many columns on, list and detail stand side by side.
const WIDE: u16 = 110;

/// Below this the screen is one line that says so.
const SMALLEST: (u16, u16) = (40, 8);

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Area {
    /// First column.
    pub(crate) x: u16,
    /// First row.
    pub(crate) y: u16,
    /// Columns.
    pub(crate) width: u16,
    /// Rows.
    pub(crate) height: u16,
}

impl Area {
    /// What a border leaves.
    pub(crate) fn inside(self) -> Self {
        Self {
            x: self.x.saturating_add(1),
            y: self.y.saturating_add(1),
            width: self.width.saturating_sub(2),
            height: self.height.saturating_sub(2),
        }
    }

    fn rows(self, from: u16, count: u16) -> Self {
        let from = from.min(self.height);
        Self {
            y: self.y + from,
            height: count.min(self.height - from),
            ..self
        }
    }

    /// The first `count` rows and the rest.
    pub(crate) fn split_rows(self, count: u16) -> (Self, Self) {
        let count = count.min(self.height);
        (self.rows(0, count), self.rows(count, self.height - count))
    }

    /// The first `count` columns and the rest.
    pub(crate) fn split_columns(self, count: u16) -> (Self, Self) {
        let count = count.min(self.width);
        let first = Self { width: count, ..self };
        let rest = Self {
            x: self.x + count,
            width: self.width - count,
            ..self
        };
        (first, rest)
    }
}

/// Where everything stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Layout {
    /// Only one line fits: everything else is empty.
    pub(crate) too_small: bool,
    /// One row.
    pub(crate) header: Area,
    /// One row, while a context fails.
    pub(crate) notice: Option<Area>,
    /// With its border; `None` while another pane is to be seen.
    pub(crate) list: Option<Area>,
    /// With its border.
    pub(crate) reason: Option<Area>,
    /// With its border; `None` also when nothing is to be compared.
    pub(crate) diff: Option<Area>,
    /// One row: hints, or the filter while it is typed.
    pub(crate) footer: Area,
}

impl Layout {
    /// Lays out the triage screen.
    pub(crate) fn of(state: &State) -> Self {
        let all = Area {
            x: 0,
            y: 0,
            width: state.width,
            height: state.height,
        };
        if state.width < SMALLEST.0 || state.height < SMALLEST.1 {
            return Self {
                too_small: true,
                ..Self::default()
            };
        }
        let (header, rest) = all.split_rows(1);
        let (rest, footer) = rest.split_rows(rest.height - 1);
        let (notice, body) = if state.failure().is_some() && state.is_listed() {
            let (notice, body) = rest.split_rows(1);
            (Some(notice), body)
        } else {
            (None, rest)
        };
        let mut layout = Self {
            header,
            notice,
            footer,
            ..Self::default()
        };
        let detail = if state.width >= WIDE {
            let (list, detail) = body.split_columns(list_width(state.width));
            layout.list = Some(list);
            Some(detail)
        } else if state.pane == Pane::List {
            layout.list = Some(body);
            None
        } else {
            Some(body)
        };
        if state.pane == Pane::Diff && state.detail.zoomed && state.shown_drift().is_some() {
            (layout.list, layout.diff) = (None, Some(body));
        } else if let Some(detail) = detail {
            if state.shown_drift().is_some() {
                let (reason, diff) = detail.split_rows(reason_height(detail.height, state.pane));
                layout.reason = Some(reason);
                layout.diff = Some(diff).filter(|area| area.height > 2);
            } else {
                layout.reason = Some(detail);
            }
        }
        layout
    }

    /// Rows of the list that can be seen.
    pub(crate) fn list_rows(&self, state: &State) -> usize {
        self.list
            .map_or(0, |area| usize::from(area.inside().height.saturating_sub(banner_rows(state))))
    }

    /// Rows of the diff that can be seen.
    pub(crate) fn diff_rows(&self) -> usize {
        self.diff.map_or(0, |area| usize::from(area.inside().height))
    }

    /// Lines of the reason that can be seen.
    pub(crate) fn reason_rows(&self) -> usize {
        self.reason.map_or(0, |area| usize::from(area.inside().height))
    }
}

/// Rows above the list's first one, for the sentence that nothing has drifted.
pub(crate) fn banner_rows(state: &State) -> u16 {
    if state.counts.all_well() && !state.filter.is_active() {
        3
    } else {
        0
    }
}

/// Slightly less than half: the detail is what is read.
fn list_width(width: u16) -> u16 {
    (width / 2).clamp(50, 100)
}

/// Fixed by the size alone, so that nothing jumps while the selection moves; a focused reason gets most of the room.
fn reason_height(height: u16, pane: Pane) -> u16 {
    let usual = if height < 26 { 6 } else { (height * 2 / 5).min(18) };
    if pane == Pane::Reason {
        height.saturating_sub(5).max(usual)
    } else {
        usual
    }
}
