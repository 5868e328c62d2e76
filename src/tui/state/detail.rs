//! The open drift: its document, how it is looked at, where it is scrolled to, what is searched for in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::layout::Layout;
use crate::engine::document::ManifestPair;
use crate::engine::ports::ErrorView;
use crate::engine::view::{DriftKey, DriftView};
use crate::tui::diff::copy::Standing;
use crate::tui::diff::highlight::{BLOCK, LONGEST as LONGEST_COLOURED, Pieces};
use crate::tui::diff::{Diff, Form, Plan, Segment, Shape, Shown, Side, Unfolding, View};

/// How many computed diffs are kept for going back to.
const KEPT: usize = 8;

/// Larger diffs are not kept beside the open one, in bytes of both sides.
const LARGEST_KEPT: usize = 2 << 20;

/// How many coloured blocks are kept: about 8,000 lines.
const KEPT_BLOCKS: usize = 128;

/// From so many columns of the diff on, the sides stand beside each other unless a person said otherwise.
const WIDE: u16 = 80;

/// In fewer columns they never do.
const NARROWEST: u16 = 50;

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

/// A comparison that takes long.
#[derive(Debug, Clone)]
pub(crate) struct Slow {
    /// What is compared; its fields are listed meanwhile.
    pub(crate) drift: Arc<DriftView>,
    /// A person said to wait for it.
    pub(crate) waited_for: bool,
}

/// What is searched for in the diff.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Search {
    /// It is being typed.
    pub(crate) typing: bool,
    /// The text; empty when nothing is searched for.
    pub(crate) text: String,
    /// The match that `n` counts from.
    pub(crate) current: usize,
}

/// Longest search, in bytes.
const LONGEST_SEARCH: usize = 256;

impl Search {
    /// Whether something is searched for.
    pub(crate) fn is_active(&self) -> bool {
        self.typing || !self.text.is_empty()
    }

    /// Types a text; a line has no line break, so one cannot be searched for.
    pub(in crate::tui) fn push(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() + c.len_utf8() <= LONGEST_SEARCH {
                self.text.push(c);
            }
        }
    }

    pub(in crate::tui) fn delete_word(&mut self) {
        let kept = self.text.trim_end().trim_end_matches(|c: char| !c.is_whitespace()).len();
        self.text.truncate(kept);
    }
}

/// The open drift.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    /// Which drift.
    pub(crate) key: Option<DriftKey>,
    /// Its document.
    pub(crate) load: Load,
    /// What was asked for takes long.
    pub(crate) slow: Option<Slow>,
    /// The state of the drift that was asked for last, so that a changed one is asked for again.
    pub(in crate::tui) fingerprint: String,
    /// The pair that was asked for last.
    pub(in crate::tui) pair: ManifestPair,
    /// Number of the newest request; older answers are dropped.
    pub(in crate::tui) generation: u64,
    /// What of the drift is looked at.
    pub(crate) view: View,
    /// What a person said about the sides; `None`: as there is room.
    pub(in crate::tui) side_by_side: Option<bool>,
    /// The diff has the whole screen while it has the focus.
    pub(crate) zoomed: bool,
    /// What stands open.
    pub(crate) unfolding: Unfolding,
    /// What is searched for.
    pub(crate) search: Search,
    /// Rows of the diff.
    pub(crate) plan: Arc<Plan>,
    /// First row shown.
    pub(crate) top: usize,
    /// The change that `n` counts from.
    pub(crate) current: usize,
    /// First line shown of the reason.
    pub(crate) reason_top: usize,
    kept: VecDeque<(DriftKey, String, Shown)>,
    /// The layout that was asked for last.
    asked: Option<Shape>,
    colours: BTreeMap<(Side, usize), Vec<Pieces>>,
    asked_colours: BTreeSet<(Side, usize)>,
}

impl Detail {
    /// The diff, when it is there.
    pub(crate) fn diff(&self) -> Option<&Arc<Diff>> {
        match &self.load {
            Load::Ready(diff) => Some(diff),
            Load::Idle | Load::Loading | Load::Failed(_) => None,
        }
    }

    /// The drift whose fields are listed because their text takes long and no older one is there.
    pub(crate) fn listed(&self) -> Option<&Slow> {
        self.slow.as_ref().filter(|_| matches!(self.load, Load::Loading))
    }

    /// Rows of what the pane shows.
    pub(crate) fn rows(&self) -> usize {
        match self.listed() {
            // One sentence above the fields.
            Some(slow) => slow.drift.changes.len() + 1,
            None => self.plan.rows(),
        }
    }

    /// Colours of a line; `None` until its block is there.
    pub(crate) fn colours(&self, side: Side, line: usize) -> Option<&Pieces> {
        self.colours.get(&(side, line / BLOCK))?.get(line % BLOCK)
    }

    /// How the diff is to be laid out on this screen.
    pub(in crate::tui) fn shape(&self, layout: &Layout) -> Shape {
        let columns = layout.diff.map_or(0, |area| area.inside().width);
        let beside = self.side_by_side.unwrap_or(columns >= WIDE) && columns >= NARROWEST;
        Shape {
            form: match self.view {
                View::Git => Form::One(Side::Desired),
                View::Live => Form::One(Side::Live),
                View::Compared | View::Raw if beside => Form::SideBySide,
                View::Compared | View::Raw => Form::Unified,
            },
            unfolding: self.unfolding,
            search: self.search.text.clone(),
        }
    }

    /// Whether the sides could stand beside each other on this screen.
    pub(in crate::tui) fn has_room_beside(layout: &Layout) -> bool {
        layout.diff.is_some_and(|area| area.inside().width >= NARROWEST)
    }

    /// Opens another drift (or none): everything starts at its top. A diff that was kept is there at once.
    pub(in crate::tui) fn open(&mut self, key: Option<DriftKey>, fingerprint: &str) {
        self.unfolding = Unfolding::default();
        self.search = Search::default();
        self.reason_top = 0;
        self.key = key;
        self.ask_for(fingerprint, self.view.pair());
        if self
            .diff()
            .is_none_or(|diff| Some(&diff.document().drift.key) != self.key.as_ref())
        {
            self.load = if self.key.is_some() { Load::Loading } else { Load::Idle };
            self.plan = Arc::default();
            self.asked = None;
            self.forget_colours();
        }
        self.top = 0;
        self.current = 0;
    }

    /// From now on this state of the drift and this pair are wanted. What was kept is there at once, what is not must be
    /// asked for: see [`Self::is_current`].
    pub(in crate::tui) fn ask_for(&mut self, fingerprint: &str, pair: ManifestPair) {
        self.generation += 1;
        self.slow = None;
        self.pair = pair;
        fingerprint.clone_into(&mut self.fingerprint);
        let kept = self.kept.iter().find(|(key, kept, shown)| {
            Some(key) == self.key.as_ref() && kept == fingerprint && shown.diff.document().pair == pair
        });
        if let Some((_, _, shown)) = kept {
            self.show(shown.clone());
        }
    }

    /// Whether the diff that is there is the one that is wanted.
    pub(in crate::tui) fn is_current(&self) -> bool {
        self.diff().is_some_and(|diff| {
            let document = diff.document();
            document.drift.fingerprint == self.fingerprint && document.pair == self.pair
        })
    }

    /// Takes a computed diff, keeping the scroll position when it replaces an older state of the same drift.
    pub(in crate::tui) fn take(&mut self, shown: Shown) {
        let document = shown.diff.document();
        let bytes = document.desired.as_str().len() + document.live.as_str().len();
        if let Some(key) = self.key.clone() {
            let pair = document.pair;
            self.kept
                .retain(|(kept, _, other)| *kept != key || other.diff.document().pair != pair);
            if bytes <= LARGEST_KEPT {
                self.kept.push_front((key, self.fingerprint.clone(), shown.clone()));
                self.kept.truncate(KEPT);
            }
        }
        self.show(shown);
    }

    fn show(&mut self, shown: Shown) {
        self.load = Load::Ready(shown.diff);
        self.forget_colours();
        self.put_plan(shown.plan);
    }

    /// The layout to be asked for: the wanted one, unless it is there or asked for already.
    pub(in crate::tui) fn layout_to_ask(&mut self, layout: &Layout) -> Option<(Arc<Diff>, Shape)> {
        let diff = Arc::clone(self.diff()?);
        layout.diff?;
        let shape = self.shape(layout);
        if shape == *self.plan.shape() {
            self.asked = None;
            return None;
        }
        if self.asked.as_ref() == Some(&shape) {
            return None;
        }
        self.asked = Some(shape.clone());
        Some((diff, shape))
    }

    /// Takes rows that a worker laid out; those that nobody waits for any more are dropped.
    pub(in crate::tui) fn laid_out(&mut self, diff: &Arc<Diff>, plan: Arc<Plan>, height: usize) -> bool {
        let wanted = self.asked.as_ref() == Some(plan.shape());
        if !wanted || !self.diff().is_some_and(|open| Arc::ptr_eq(open, diff)) {
            return false;
        }
        let line = self.standing().map_or(0, |standing| standing.line);
        let searched = plan.shape().search != self.plan.shape().search;
        self.put_plan(plan);
        if searched && !self.search.text.is_empty() {
            // From where a person is, not from the top.
            let after = self.plan.matches().iter().position(|found| found.line >= line);
            self.go_to_match(after.unwrap_or(0), height);
        }
        true
    }

    /// The current change stays the current one and keeps its line on the screen.
    fn put_plan(&mut self, plan: Arc<Plan>) {
        let before = self.plan.changes().get(self.current).map(|rows| rows.start);
        let last = plan.changes().len().saturating_sub(1);
        self.current = self.plan.counterpart(self.current, &plan).min(last);
        if let (Some(before), Some(now)) = (before, plan.changes().get(self.current)) {
            self.top = (self.top + now.start).saturating_sub(before);
        }
        self.asked = None;
        self.plan = plan;
    }

    fn forget_colours(&mut self) {
        self.colours.clear();
        self.asked_colours.clear();
    }

    /// Scrolls the diff to a row, no further than its end, and counts changes from what is now in view.
    pub(in crate::tui) fn scroll_to(&mut self, top: usize, height: usize) {
        self.top = top.min(self.rows().saturating_sub(height));
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
        self.bring_into_view(rows.start, rows.end, height);
    }

    /// Makes a match the current one and brings it into view.
    pub(in crate::tui) fn go_to_match(&mut self, index: usize, height: usize) {
        let Some(found) = self.plan.matches().get(index).copied() else {
            return;
        };
        self.search.current = index;
        self.bring_into_view(found.row, found.row + 1, height);
    }

    fn bring_into_view(&mut self, first: usize, end: usize, height: usize) {
        let fits = first >= self.top && end <= self.top + height;
        if !fits {
            let above = 3.min(height / 4);
            self.top = first.saturating_sub(above).min(self.plan.rows().saturating_sub(height));
        }
    }

    /// Where a person stands: on the current match, else where the current change begins (live, if live has it), else on
    /// the first line in view.
    pub(crate) fn standing(&self) -> Option<Standing> {
        let diff = self.diff()?;
        let segment = self.plan.segments().get(self.current).copied();
        let found = self.plan.matches().get(self.search.current);
        let (side, line) = match (found, segment.and_then(|at| diff.segments().get(at))) {
            (Some(found), _) => (found.side, found.line),
            (None, Some(Segment::Changed(hunk))) => {
                let shows_live = self.plan.shape().form != Form::One(Side::Desired);
                match hunk.live.is_empty() || !shows_live {
                    true => (Side::Desired, hunk.desired.start),
                    false => (Side::Live, hunk.live.start),
                }
            }
            (None, Some(Segment::Same { live, .. })) => (Side::Live, *live),
            (None, None) => {
                let row = (self.top..self.plan.rows())
                    .find_map(|row| self.plan.row(row).filter(|row| row.live.or(row.desired).is_some()))?;
                match row.live {
                    Some(line) => (Side::Live, line),
                    None => (Side::Desired, row.desired?),
                }
            }
        };
        Some(Standing { side, line, segment })
    }

    /// Why a line in view has no colours and will get none.
    pub(crate) fn plain(&self, rows: usize) -> Option<&'static str> {
        let diff = self.diff()?;
        let (mut long, mut uncoloured) = (false, false);
        let rows = (self.top..self.top.saturating_add(rows)).map_while(|index| self.plan.row(index));
        for (side, line) in rows.flat_map(|row| [(Side::Desired, row.desired), (Side::Live, row.live)]) {
            let Some(line) = line else { continue };
            long |= diff.side(side).line(line).len() > LONGEST_COLOURED;
            let block = self.colours.get(&(side, line / BLOCK));
            uncoloured |= block.is_some_and(|block| block.len() <= line % BLOCK);
        }
        match (uncoloured, long) {
            (true, _) => Some("all shown plain"),
            (false, true) => Some("long lines plain"),
            (false, false) => None,
        }
    }

    /// Blocks of the rows in view that have no colours and were not asked for; marks them as asked.
    pub(in crate::tui) fn colours_to_ask(&mut self, layout: &Layout) -> Vec<(Side, usize)> {
        if self.diff().is_none() {
            return Vec::new();
        }
        let height = layout.diff_rows();
        let mut wanted = BTreeSet::new();
        for index in self.top..self.top.saturating_add(height) {
            let Some(row) = self.plan.row(index) else { break };
            // Of equal lines the live one is drawn, unless only the other side is shown.
            let live = row.live.filter(|_| self.plan.shape().form != Form::One(Side::Desired));
            let desired = row.desired.filter(|_| live.is_none() || row.segment.is_some());
            wanted.extend(live.map(|line| (Side::Live, line / BLOCK)));
            wanted.extend(desired.map(|line| (Side::Desired, line / BLOCK)));
        }
        wanted.retain(|block| !self.colours.contains_key(block) && !self.asked_colours.contains(block));
        self.asked_colours.extend(wanted.iter().copied());
        wanted.into_iter().collect()
    }

    pub(in crate::tui) fn put_colours(&mut self, side: Side, block: usize, pieces: Vec<Pieces>) {
        if self.colours.len() >= KEPT_BLOCKS {
            self.forget_colours();
        }
        self.asked_colours.insert((side, block));
        self.colours.insert((side, block), pieces);
    }
}
