//! The rows of the list and which one is selected. A selection is a key, never an index.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::rows::Rows;
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

/// A row that stands for several Applications.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum FoldKey {
    /// Only Git moved: nobody touched the cluster.
    GitAhead,
    /// The same cause in many places.
    Cause {
        /// In which section.
        group: Group,
        /// The drifts' own grouping key ([`crate::engine::view::DriftView::group`]).
        key: Arc<str>,
    },
}

/// The order inside a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    /// What happens next, then the newest.
    #[default]
    Urgency,
    /// The newest edit first.
    Newest,
    /// The oldest edit first.
    Oldest,
    /// By name of the Application.
    Name,
    /// By environment.
    Environment,
}

impl Sort {
    /// The order after this one.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Urgency => Self::Newest,
            Self::Newest => Self::Oldest,
            Self::Oldest => Self::Name,
            Self::Name => Self::Environment,
            Self::Environment => Self::Urgency,
        }
    }

    /// How it reads above the list.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Urgency => "worst first",
            Self::Newest => "newest first",
            Self::Oldest => "oldest first",
            Self::Name => "by name",
            Self::Environment => "by environment",
        }
    }
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RowKey {
    /// Heading of a section.
    Group(Group),
    /// Several Applications with the same cause.
    Fold(FoldKey),
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
    /// The rows as they were last made.
    pub(crate) made: Rows,
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
    /// Rows of several Applications that are open.
    pub(in crate::tui) open_folds: BTreeSet<FoldKey>,
    /// Drifts that the person marked.
    pub(in crate::tui) marks: BTreeSet<DriftKey>,
    /// Only this section is shown.
    pub(in crate::tui) tab: Option<Group>,
    /// The order inside a section.
    pub(in crate::tui) sort: Sort,
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
            made: Rows::default(),
            cursor: 0,
            selection: None,
            top: 0,
            pinned: false,
            complete: false,
            aim: Aim::default(),
            folded: BTreeSet::from([Group::Harmless, Group::Synced]),
            open: BTreeSet::new(),
            open_folds: BTreeSet::new(),
            marks: BTreeSet::new(),
            tab: None,
            sort: Sort::default(),
            stale: false,
            ordered_at: None,
            news: BTreeSet::new(),
        }
    }
}

impl List {
    /// All rows, in order.
    pub(crate) fn rows(&self) -> &[RowKey] {
        &self.made.rows
    }

    /// Where a row is.
    pub(crate) fn position(&self, row: &RowKey) -> Option<usize> {
        self.made.index.get(row).copied()
    }

    /// The drifts of an Application that a filter found; `None` when it found all of them.
    pub(crate) fn narrowed(&self, key: &ApplicationKey) -> Option<&[DriftKey]> {
        self.made.narrowed.get(key).map(Vec::as_slice)
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
    pub(crate) fn selectable(row: &RowKey, narrow: bool) -> bool {
        match row {
            RowKey::Group(group) => group.folds() && !narrow,
            RowKey::Fold(_) | RowKey::Application(_) | RowKey::Drift(_) => true,
        }
    }

    /// Rows seen in a window of this height.
    pub(crate) fn visible(&self, height: usize) -> &[RowKey] {
        let rows = self.rows();
        let from = self.top.min(rows.len());
        let to = self.top.saturating_add(height).min(rows.len());
        rows.get(from..to).unwrap_or(&[])
    }

    pub(super) fn place(&mut self, index: usize) {
        self.cursor = index;
        self.selection = self.rows().get(index).cloned();
    }

    /// Scrolls as little as needed for the selection to be seen, with the heading above it when it is the first below.
    pub(in crate::tui) fn follow(&mut self, height: usize) {
        let height = height.max(1);
        let mut first = self.cursor;
        if height > 1 && matches!(first.checked_sub(1).and_then(|i| self.rows().get(i)), Some(RowKey::Group(_))) {
            first -= 1;
        }
        if self.top > first {
            self.top = first;
        }
        if self.cursor >= self.top + height {
            self.top = self.cursor + 1 - height;
        }
        self.top = self.top.min(self.rows().len().saturating_sub(height));
    }
}
