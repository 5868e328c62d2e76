//! Making the rows: which Applications, in which order, what folds into one row, and what is worth counting once instead
//! of on every frame.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::entry::Entry;
use super::filter::{Facts, Match};
use super::list::{FoldKey, Group, RowKey, Sort};
use super::{Fresh, State, worst_of};
use crate::drift::ApplicationKey;
use crate::engine::view::{ApplicationVerdict, ApplicationView, DriftKey};
use crate::tui::text::width;

/// From so many Applications on the same cause is one row. Two are told apart faster than a row is opened.
const SAME_CAUSE: usize = 3;

/// From so many Applications on "Git is ahead" is one row.
const GIT_AHEAD: usize = 2;

/// The rows, and what was counted while they were made.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// In order.
    pub(super) rows: Vec<RowKey>,
    /// Where each row is.
    pub(super) index: HashMap<RowKey, usize>,
    /// Applications of each row that stands for several.
    pub(crate) folds: BTreeMap<FoldKey, Vec<ApplicationKey>>,
    /// The row that stands for an Application.
    pub(crate) fold_of: HashMap<ApplicationKey, FoldKey>,
    /// Of Applications that a filter narrowed: the drifts it found.
    pub(super) narrowed: HashMap<ApplicationKey, Vec<DriftKey>>,
    /// Applications that the filter found.
    pub(crate) found: usize,
    /// The same by section.
    pub(crate) found_in: BTreeMap<Group, usize>,
    /// Synced Applications with invisible additions.
    pub(crate) with_additions: usize,
    /// Rows that stand for a drift.
    pub(crate) drifts: usize,
    /// How many drifts of an Application's own verdict have which cause, by section.
    pub(crate) causes: BTreeMap<Group, BTreeMap<&'static str, usize>>,
    /// Columns that nine of ten names of Applications need.
    pub(crate) name_columns: usize,
}

/// An Application that the filter found.
struct Found<'a> {
    view: &'a ApplicationView,
    narrowed: Option<Vec<DriftKey>>,
}

impl State {
    pub(super) fn make_rows(&self) -> Rows {
        let query = self.filter.query();
        let mut rows = Rows::default();
        let mut sections: BTreeMap<Group, Vec<Found<'_>>> = BTreeMap::new();
        for entry in self.applications.values() {
            let view = &**entry.view();
            if view.verdict == ApplicationVerdict::Clean && !view.invisible.is_empty() {
                rows.with_additions += 1;
            }
            let group = Group::of(view.verdict);
            for drift in &view.drifts {
                let causes = rows.causes.entry(group).or_default();
                *causes.entry(drift.cause.as_str()).or_default() += 1;
            }
            let narrowed = if query.is_empty() {
                None
            } else {
                let facts = Facts {
                    now: self.moment.wall,
                    new: self.list.news.contains(&view.key),
                    marks: &self.list.marks,
                };
                match query.finds(view, facts) {
                    Match::No => continue,
                    Match::All => None,
                    Match::Only(keys) => Some(keys),
                }
            };
            // A row is what was found in it: a harmless drift of a risky Application is no risky row.
            let verdict = narrowed.as_deref().and_then(|found| worst_of(view, found));
            let group = verdict.map_or(group, Group::of);
            if self.list.tab.is_some_and(|tab| tab != group) {
                continue;
            }
            rows.found += 1;
            *rows.found_in.entry(group).or_default() += 1;
            sections.entry(group).or_default().push(Found { view, narrowed });
        }
        rows.name_columns = ninth_tenth(sections.values().flatten().map(|found| width(&found.view.key.name)).collect());
        for (group, mut section) in sections {
            sort(&mut section, self.list.sort);
            self.section(&mut rows, group, section);
        }
        rows.index = rows.rows.iter().cloned().enumerate().map(|(at, row)| (row, at)).collect();
        rows
    }

    fn section(&self, rows: &mut Rows, group: Group, section: Vec<Found<'_>>) {
        rows.rows.push(RowKey::Group(group));
        let narrow = self.filter.is_active() || self.list.tab.is_some();
        if !narrow && self.list.folded.contains(&group) {
            return;
        }
        // What a person looks for is shown as it is, not behind one more row.
        let folds = if self.filter.is_active() {
            HashMap::new()
        } else {
            folds(group, &section)
        };
        let mut last: Vec<(FoldKey, Vec<Found<'_>>)> = Vec::new();
        let mut members: HashMap<FoldKey, Vec<Found<'_>>> = HashMap::new();
        let mut order: Vec<Result<Found<'_>, FoldKey>> = Vec::new();
        for found in section {
            match folds.get(&found.view.key) {
                None => order.push(Ok(found)),
                Some(fold) => {
                    let together = members.entry(fold.clone()).or_default();
                    if together.is_empty() && *fold != FoldKey::GitAhead {
                        order.push(Err(fold.clone()));
                    }
                    together.push(found);
                }
            }
        }
        for item in order {
            match item {
                Ok(found) => self.application_rows(rows, found),
                Err(fold) => {
                    let together = members.remove(&fold).unwrap_or_default();
                    self.fold_rows(rows, fold, together);
                }
            }
        }
        // Nobody touched the cluster there: it comes after everything that somebody did.
        last.extend(members);
        for (fold, together) in last {
            self.fold_rows(rows, fold, together);
        }
    }

    fn fold_rows(&self, rows: &mut Rows, fold: FoldKey, together: Vec<Found<'_>>) {
        rows.rows.push(RowKey::Fold(fold.clone()));
        let keys: Vec<ApplicationKey> = together.iter().map(|found| found.view.key.clone()).collect();
        rows.fold_of.extend(keys.iter().map(|key| (key.clone(), fold.clone())));
        rows.folds.insert(fold.clone(), keys);
        if self.list.open_folds.contains(&fold) {
            for found in together {
                self.application_rows(rows, found);
            }
        } else {
            rows.drifts += 1;
        }
    }

    fn application_rows(&self, rows: &mut Rows, found: Found<'_>) {
        let key = &found.view.key;
        rows.rows.push(RowKey::Application(key.clone()));
        let findings: Vec<DriftKey> = match &found.narrowed {
            Some(keys) => keys.clone(),
            None if self.list.open.contains(key) => found.view.findings().iter().map(|finding| finding.key.clone()).collect(),
            None => Vec::new(),
        };
        rows.drifts += usize::from(found.view.worst().is_some());
        if findings.len() > 1 && self.list.open.contains(key) {
            rows.rows.extend(findings.into_iter().map(RowKey::Drift));
        }
        if let Some(keys) = found.narrowed {
            rows.narrowed.insert(key.clone(), keys);
        }
    }
}

/// Newest times of what is known.
pub(super) fn fresh<'a>(entries: impl Iterator<Item = &'a Entry>) -> Fresh {
    entries.fold(Fresh::default(), |mut fresh, entry| {
        fresh.add(entry.view());
        fresh
    })
}

fn sort(section: &mut [Found<'_>], by: Sort) {
    let newest = |found: &Found<'_>| Reverse(found.view.since());
    match by {
        Sort::Urgency => section.sort_by_cached_key(|found| {
            // Among what Argo CD calls Synced, only those with additions are worth a look.
            let addition = found
                .view
                .drifts
                .is_empty()
                .then(|| found.view.invisible.first().map(|addition| addition.verdict));
            (
                Reverse(addition.flatten()),
                Reverse(found.view.urgency()),
                Reverse(found.view.next.kind),
                found.view.key.clone(),
            )
        }),
        Sort::Newest => section.sort_by_cached_key(|found| (newest(found), found.view.key.clone())),
        Sort::Oldest => section.sort_by_cached_key(|found| (oldest(found.view.since()), found.view.key.clone())),
        Sort::Name => section.sort_by_cached_key(|found| (found.view.key.name.clone(), found.view.key.clone())),
        Sort::Environment => {
            section.sort_by_cached_key(|found| (found.view.environment.clone(), newest(found), found.view.key.clone()));
        }
    }
}

/// Oldest first; what has no time comes last.
fn oldest(since: Option<Timestamp>) -> (bool, Option<Timestamp>) {
    (since.is_none(), since)
}

/// Which row stands for which Application of a section.
fn folds(group: Group, section: &[Found<'_>]) -> HashMap<ApplicationKey, FoldKey> {
    let candidates: Vec<(&ApplicationKey, FoldKey)> = section
        .iter()
        .filter_map(|found| Some((&found.view.key, fold_key(group, found.view)?)))
        .collect();
    let mut counts: HashMap<&FoldKey, usize> = HashMap::new();
    for (_, fold) in &candidates {
        *counts.entry(fold).or_default() += 1;
    }
    let enough = |fold: &FoldKey| {
        let least = match fold {
            FoldKey::GitAhead => GIT_AHEAD,
            FoldKey::Cause { .. } => SAME_CAUSE,
        };
        counts.get(fold).is_some_and(|count| *count >= least)
    };
    let folded = candidates.iter().filter(|(_, fold)| enough(fold));
    folded.map(|(key, fold)| ((*key).clone(), fold.clone())).collect()
}

/// The row that could stand for an Application: everything of its verdict is the same cause.
fn fold_key(group: Group, view: &ApplicationView) -> Option<FoldKey> {
    let deciding = || {
        view.drifts
            .iter()
            .chain(&view.invisible)
            .filter(|drift| ApplicationVerdict::from(drift.verdict) == view.verdict)
    };
    let first = deciding().next()?;
    if group == Group::NeedsReview && deciding().all(|drift| drift.is_git_ahead()) {
        return Some(FoldKey::GitAhead);
    }
    let same = deciding().all(|drift| drift.group == first.group && drift.key.invisible == first.key.invisible);
    same.then(|| FoldKey::Cause {
        group,
        key: Arc::from(first.group.as_str()),
    })
}

/// A name of so many columns is nothing special.
const ORDINARY: usize = 20;

/// The width that nine of ten need; all of them, while none is long.
fn ninth_tenth(mut widths: Vec<usize>) -> usize {
    let Some(last) = widths.len().checked_sub(1) else {
        return 0;
    };
    let widest = widths.iter().copied().max().unwrap_or(0);
    let at = last * 9 / 10;
    (*widths.select_nth_unstable(at).1).max(widest.min(ORDINARY))
}
