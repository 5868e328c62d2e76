//! The open drift: its document, where it is scrolled to, what stands open in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::layout::Layout;
use crate::engine::ports::ErrorView;
use crate::engine::view::DriftKey;
use crate::tui::diff::highlight::{BLOCK, Pieces};
use crate::tui::diff::{Diff, Plan, Side, Unfolding};

/// How many computed diffs are kept for going back to.
const KEPT: usize = 8;

/// How many coloured blocks are kept: about 8,000 lines.
const KEPT_BLOCKS: usize = 128;

/// How far the document of the open drift is.
#[derive(Debug, Clone, Default)]
pub(crate) enum Load {
    /// Nothing is open.
    #[default]
    Idle,
    /// Asked for.
    Loading,
    /// Not to be had.
    Failed(ErrorView),
    /// There.
    Ready(Arc<Diff>),
}

/// The open drift.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    /// Which drift.
    pub(crate) key: Option<DriftKey>,
    /// Its document.
    pub(crate) load: Load,
    /// The state of the drift that was asked for last, so that a changed one is asked for again.
    pub(in crate::tui) fingerprint: String,
    /// Number of the newest request; older answers are dropped.
    pub(in crate::tui) generation: u64,
    /// What stands open.
    pub(crate) unfolding: Unfolding,
    /// Rows of the diff.
    pub(crate) plan: Plan,
    /// First row shown.
    pub(crate) top: usize,
    /// The change that `n` counts from.
    pub(crate) current: usize,
    /// First line shown of the reason.
    pub(crate) reason_top: usize,
    kept: VecDeque<(DriftKey, String, Arc<Diff>)>,
    colours: BTreeMap<(Side, usize), Vec<Pieces>>,
    asked: BTreeSet<(Side, usize)>,
}

impl Detail {
    /// The diff, when it is there.
    pub(crate) fn diff(&self) -> Option<&Arc<Diff>> {
        match &self.load {
            Load::Ready(diff) => Some(diff),
            Load::Idle | Load::Loading | Load::Failed(_) => None,
        }
    }

    /// Colours of a line; `None` until its block is there.
    pub(crate) fn colours(&self, side: Side, line: usize) -> Option<&Pieces> {
        self.colours.get(&(side, line / BLOCK))?.get(line % BLOCK)
    }

    /// Opens another drift (or none): everything starts at its top. A diff that was kept is there at once.
    pub(in crate::tui) fn open(&mut self, key: Option<DriftKey>, fingerprint: &str) {
        self.generation += 1;
        self.unfolding = Unfolding::default();
        self.top = 0;
        self.current = 0;
        self.reason_top = 0;
        fingerprint.clone_into(&mut self.fingerprint);
        let kept = key.as_ref().and_then(|key| {
            let found = self.kept.iter().find(|(k, f, _)| k == key && f == fingerprint);
            found.map(|(_, _, diff)| Arc::clone(diff))
        });
        self.load = match (&key, &kept) {
            (None, _) => Load::Idle,
            (Some(_), None) => Load::Loading,
            (Some(_), Some(diff)) => Load::Ready(Arc::clone(diff)),
        };
        self.key = key;
        self.plan = Plan::default();
        self.forget_colours();
        self.lay_out();
    }

    /// Takes a computed diff, keeping the scroll position when it replaces an older state of the same drift.
    pub(in crate::tui) fn take(&mut self, diff: Arc<Diff>) {
        if let Some(key) = self.key.clone() {
            self.kept.retain(|(k, _, _)| *k != key);
            self.kept.push_front((key, self.fingerprint.clone(), Arc::clone(&diff)));
            self.kept.truncate(KEPT);
        }
        self.load = Load::Ready(diff);
        self.forget_colours();
        self.lay_out();
    }

    /// Lays the diff out anew; the current change stays the current one and keeps its line on the screen.
    pub(in crate::tui) fn lay_out(&mut self) {
        let plan = match &self.load {
            Load::Ready(diff) => Plan::new(diff, self.unfolding),
            Load::Idle | Load::Loading | Load::Failed(_) => Plan::default(),
        };
        let before = self.plan.changes().get(self.current).map(|rows| rows.start);
        let last = plan.changes().len().saturating_sub(1);
        self.current = self.plan.counterpart(self.current, &plan).min(last);
        if let (Some(before), Some(now)) = (before, plan.changes().get(self.current)) {
            self.top = (self.top + now.start).saturating_sub(before);
        }
        self.plan = plan;
    }

    fn forget_colours(&mut self) {
        self.colours.clear();
        self.asked.clear();
    }

    /// Scrolls the diff to a row, no further than its end, and counts changes from what is now in view.
    pub(in crate::tui) fn scroll_to(&mut self, top: usize, height: usize) {
        self.top = top.min(self.plan.rows().saturating_sub(height));
        let (first, last) = (self.top, self.top + height);
        let seen = |index: usize| {
            self.plan
                .changes()
                .get(index)
                .is_some_and(|rows| rows.start < last && rows.end > first)
        };
        if !seen(self.current) {
            let changes = self.plan.changes();
            let below = changes.partition_point(|rows| rows.end <= first);
            self.current = below.min(changes.len().saturating_sub(1));
        }
    }

    /// Makes a change the current one and brings it into view, with some lines above it.
    pub(in crate::tui) fn go_to_change(&mut self, index: usize, height: usize) {
        let Some(rows) = self.plan.changes().get(index).cloned() else {
            return;
        };
        self.current = index;
        let fits = rows.start >= self.top && rows.end <= self.top + height;
        if !fits {
            let above = 3.min(height / 4);
            self.top = rows.start.saturating_sub(above).min(self.plan.rows().saturating_sub(height));
        }
    }

    /// Blocks of the rows in view, and one page below, that have no colours and were not asked for; marks them as asked.
    pub(in crate::tui) fn colours_to_ask(&mut self, layout: &Layout) -> Vec<(Side, usize)> {
        let Load::Ready(diff) = &self.load else {
            return Vec::new();
        };
        let height = layout.diff_rows();
        let mut wanted = BTreeSet::new();
        for index in self.top..self.top.saturating_add(height) {
            let Some(row) = self.plan.row(diff, index) else { break };
            if let Some((side, line)) = row.source {
                wanted.insert((side, line / BLOCK));
            }
        }
        wanted.retain(|block| !self.colours.contains_key(block) && !self.asked.contains(block));
        self.asked.extend(wanted.iter().copied());
        wanted.into_iter().collect()
    }

    pub(in crate::tui) fn put_colours(&mut self, side: Side, block: usize, pieces: Vec<Pieces>) {
        if self.colours.len() >= KEPT_BLOCKS {
            self.colours.clear();
            self.asked.clear();
        }
        self.asked.insert((side, block));
        self.colours.insert((side, block), pieces);
    }
}
