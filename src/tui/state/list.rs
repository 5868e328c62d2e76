//! The rows of the list and which one is selected. A selection is a key, never an index.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::drift::ApplicationKey;
use crate::engine::view::{ApplicationVerdict, DriftKey};

/// Section of the list, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Group {
    /// A person changed behaviour, or a sync would destroy something.
    Risky,
    /// Somebody should look.
    NeedsReview,
    /// Listed, not judged yet.
    Judging,
    /// Nobody has to look.
    Harmless,
    /// Nothing differs.
    Synced,
    /// No comparison to judge.
    CannotTell,
}

impl Group {
    /// Every section, in order.
    pub(crate) const ALL: [Self; 6] = [
        Self::Risky,
        Self::NeedsReview,
        Self::Judging,
        Self::Harmless,
        Self::Synced,
        Self::CannotTell,
    ];

    /// Where a verdict belongs.
    pub(crate) fn of(verdict: ApplicationVerdict) -> Self {
        match verdict {
            ApplicationVerdict::Pending => Self::Judging,
            ApplicationVerdict::Clean => Self::Synced,
            ApplicationVerdict::Harmless => Self::Harmless,
            ApplicationVerdict::CannotTell => Self::CannotTell,
            ApplicationVerdict::NeedsReview => Self::NeedsReview,
            ApplicationVerdict::Risky => Self::Risky,
        }
    }

    /// The verdict of its Applications.
    pub(crate) fn verdict(self) -> ApplicationVerdict {
        match self {
            Self::Risky => ApplicationVerdict::Risky,
            Self::NeedsReview => ApplicationVerdict::NeedsReview,
            Self::Judging => ApplicationVerdict::Pending,
            Self::Harmless => ApplicationVerdict::Harmless,
            Self::Synced => ApplicationVerdict::Clean,
            Self::CannotTell => ApplicationVerdict::CannotTell,
        }
    }

    /// Whether it can be folded; the others never hide anything.
    pub(crate) fn folds(self) -> bool {
        matches!(self, Self::Harmless | Self::Synced)
    }
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RowKey {
    /// Heading of a section.
    Group(Group),
    /// An Application.
    Application(ApplicationKey),
    /// One drift of an open Application.
    Drift(DriftKey),
}

/// What keys act on: the row and the drift last drawn as selected, or last moved to by the person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Aim {
    /// The row.
    pub(crate) row: Option<RowKey>,
    /// The drift it stood for.
    pub(crate) drift: Option<DriftKey>,
}

/// Rows, selection and scroll position.
#[derive(Debug)]
pub(crate) struct List {
    pub(super) rows: Vec<RowKey>,
    pub(super) cursor: usize,
    pub(super) selection: Option<RowKey>,
    pub(super) top: usize,
    /// The person has chosen a row, or the first load is over: data no longer moves the selection.
    pub(in crate::tui) pinned: bool,
    /// Everything listed was judged once: what turns risky from now on is news.
    pub(in crate::tui) complete: bool,
    /// Keys act on this.
    pub(in crate::tui) aim: Aim,
    /// Sections that are folded.
    pub(in crate::tui) folded: BTreeSet<Group>,
    /// Applications that are open.
    pub(in crate::tui) open: BTreeSet<ApplicationKey>,
    /// The data changed since the rows were ordered.
    pub(in crate::tui) stale: bool,
    /// When the rows were last ordered, since the start.
    pub(in crate::tui) ordered_at: Option<Duration>,
    /// Applications that became risky and whose row was not seen since.
    pub(in crate::tui) news: BTreeSet<ApplicationKey>,
}

impl Default for List {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            cursor: 0,
            selection: None,
            top: 0,
            pinned: false,
            complete: false,
            aim: Aim::default(),
            folded: BTreeSet::from([Group::Harmless, Group::Synced]),
            open: BTreeSet::new(),
            stale: false,
            ordered_at: None,
            news: BTreeSet::new(),
        }
    }
}

impl List {
    /// All rows, in order.
    pub(crate) fn rows(&self) -> &[RowKey] {
        &self.rows
    }

    /// The selected row.
    pub(crate) fn selection(&self) -> Option<&RowKey> {
        self.selection.as_ref()
    }

    /// Where the selected row is.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// First row to be seen.
    pub(crate) fn top(&self) -> usize {
        self.top
    }

    /// Whether the selection can stand on a row: headings that hide nothing are only labels.
    pub(crate) fn selectable(row: &RowKey, filtered: bool) -> bool {
        match row {
            RowKey::Group(group) => group.folds() && !filtered,
            RowKey::Application(_) | RowKey::Drift(_) => true,
        }
    }

    /// Rows seen in a window of this height.
    pub(crate) fn visible(&self, height: usize) -> &[RowKey] {
        let from = self.top.min(self.rows.len());
        let to = self.top.saturating_add(height).min(self.rows.len());
        self.rows.get(from..to).unwrap_or(&[])
    }

    pub(super) fn place(&mut self, index: usize) {
        self.cursor = index;
        self.selection = self.rows.get(index).cloned();
    }

    /// Scrolls as little as needed for the selection to be seen, with the heading above it when it is the first below.
    pub(in crate::tui) fn follow(&mut self, height: usize) {
        let height = height.max(1);
        let mut first = self.cursor;
        if height > 1 && matches!(first.checked_sub(1).and_then(|i| self.rows.get(i)), Some(RowKey::Group(_))) {
            first -= 1;
        }
        if self.top > first {
            self.top = first;
        }
        if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }
}
