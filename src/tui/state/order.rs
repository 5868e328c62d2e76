//! Putting the rows in order, and where the selection lands then. [`super::rows`] makes them.

use std::sync::Arc;

use super::list::{List, RowKey};
use super::{Layout, State, rows};
use crate::drift::ApplicationKey;
use crate::engine::view::DriftView;

impl State {
    /// Orders the rows anew. The selected row stays selected and keeps its line on the screen; when it is gone, its
    /// Application is selected instead, else the row that took its place.
    pub(in crate::tui) fn order(&mut self) {
        self.applications.retain(|_, entry| !entry.is_gone());
        let (applications, open, news) = (&self.applications, &mut self.list.open, &mut self.list.news);
        // What was remembered of a server counts until its list is complete and says otherwise.
        let contexts = &self.contexts;
        let unknown = |key: &ApplicationKey| contexts.get(&key.context).is_none_or(|context| context.listed_at.is_none());
        open.retain(|key| applications.contains_key(key) || unknown(key));
        self.list
            .marks
            .retain(|key| applications.contains_key(&key.application) || unknown(&key.application));
        news.retain(|key| applications.contains_key(key));

        let line = self.list.cursor.saturating_sub(self.list.top);
        self.list.made = self.make_rows();
        self.fresh = rows::fresh(self.applications.values());
        if self.list.stale {
            self.measure_comparisons();
        }
        self.list.stale = false;
        self.list.ordered_at = Some(self.moment.elapsed);

        let found = match self.list.selection.clone() {
            Some(selection) if self.list.pinned => self.position(&selection).or_else(|| match selection {
                RowKey::Drift(key) => self.position_of_application(&key.application),
                RowKey::Application(key) => self.position_of_application(&key),
                RowKey::Group(_) | RowKey::Fold(_) => None,
            }),
            _ => None,
        };
        let found = found.filter(|index| self.can_select(*index));
        let target = match found {
            Some(index) => Some(index),
            // While the filter is typed, the best match is what is looked for.
            None if self.list.pinned && !self.filter.typing => self.selectable_near(self.list.cursor),
            None => self.first_application().or_else(|| self.selectable_near(0)),
        };
        match target {
            Some(index) => {
                self.list.place(index);
                self.list.top = if self.list.pinned { index.saturating_sub(line) } else { 0 };
            }
            None => {
                self.list.cursor = 0;
                self.list.selection = None;
                self.list.top = 0;
            }
        }
        self.follow();
    }

    /// Keeps the selection in view for the present size.
    pub(in crate::tui) fn follow(&mut self) {
        let height = Layout::of(self).list_rows(self);
        // While another pane covers the list its height is unknown, and scrolling can wait.
        if height > 0 {
            self.list.follow(height);
        }
    }

    /// Where a row is.
    pub(in crate::tui) fn position(&self, key: &RowKey) -> Option<usize> {
        self.list.position(key)
    }

    /// Where an Application is: its own row, else the row that stands for it.
    pub(in crate::tui) fn position_of_application(&self, key: &ApplicationKey) -> Option<usize> {
        let own = self.position(&RowKey::Application(key.clone()));
        own.or_else(|| self.position(&RowKey::Fold(self.list.made.fold_of.get(key)?.clone())))
    }

    /// Whether the list is narrowed, so that its sections are not folded.
    pub(crate) fn is_narrow(&self) -> bool {
        self.filter.is_active() || self.list.tab.is_some()
    }

    fn can_select(&self, index: usize) -> bool {
        self.list
            .rows()
            .get(index)
            .is_some_and(|row| List::selectable(row, self.is_narrow()))
    }

    fn first_application(&self) -> Option<usize> {
        self.list
            .rows()
            .iter()
            .position(|row| matches!(row, RowKey::Application(_) | RowKey::Fold(_)))
    }

    /// The nearest row that can be selected, at or after `index`, else before it.
    pub(in crate::tui) fn selectable_near(&self, index: usize) -> Option<usize> {
        let index = index.min(self.list.rows().len().saturating_sub(1));
        (index..self.list.rows().len())
            .find(|i| self.can_select(*i))
            .or_else(|| (0..index).rev().find(|i| self.can_select(*i)))
    }

    /// The next row that can be selected, after `index`; `None` at the end.
    pub(in crate::tui) fn selectable_after(&self, index: usize) -> Option<usize> {
        (index + 1..self.list.rows().len()).find(|i| self.can_select(*i))
    }

    /// The nearest row that can be selected, at or before `index`, else after it.
    pub(in crate::tui) fn selectable_before(&self, index: usize) -> Option<usize> {
        let index = index.min(self.list.rows().len().saturating_sub(1));
        (0..=index)
            .rev()
            .find(|i| self.can_select(*i))
            .or_else(|| (index..self.list.rows().len()).find(|i| self.can_select(*i)))
    }

    /// Selects a row because the person asked for it: keys act on it from now on.
    pub(in crate::tui) fn select(&mut self, index: usize) {
        self.list.pinned = true;
        self.list.place(index);
        self.follow();
        self.aim();
    }

    /// The drift that keys act on: the one last drawn as selected, while it is there.
    pub(in crate::tui) fn aimed_drift(&self) -> Option<&Arc<DriftView>> {
        let key = self.list.aim.drift.as_ref()?;
        self.applications.get(&key.application)?.view().finding(key)
    }

    /// Keys act on what is selected now.
    pub(in crate::tui) fn aim(&mut self) {
        self.list.aim.row = self.list.selection.clone();
        self.list.aim.drift = self.shown_drift().map(|drift| drift.key.clone());
    }
}
