//! Everything the screen shows, as plain data: no terminal, no runtime, no clock, no I/O.
//!
//! [`State`] is the root. [`list`] holds the rows and the selection, [`detail`] the open drift and its diff, [`layout`]
//! says which pane stands where (a function of the state, shared by `update` and `screens`), [`moment`] words times.

pub(crate) mod by_hand;
mod context;
mod counts;
pub(crate) mod detail;
pub(crate) mod entry;
pub(crate) mod filter;
mod freshness;
pub(crate) mod git_side;
pub(crate) mod ignoring;
pub(crate) mod jobs;
pub(crate) mod layout;
pub(crate) mod list;
pub(crate) mod moment;
pub(crate) mod order;
mod overlay;
pub(crate) mod palette;
pub(crate) mod remembered;
pub(crate) mod rows;
pub(crate) mod timeline;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use by_hand::ByHand;
pub(crate) use context::{ContextState, Failure, Sweep};
pub(crate) use counts::Counts;
pub(crate) use detail::{Detail, Load};
pub(crate) use entry::Entry;
pub(crate) use filter::Filter;
pub(crate) use freshness::Compared;
pub(crate) use git_side::ShownGitSide;
pub(crate) use ignoring::Ignoring;
pub(crate) use jobs::Jobs;
pub(crate) use layout::{Area, Layout};
pub(crate) use list::{FoldKey, Group, List, RowKey};
pub(crate) use moment::Moment;
pub(crate) use overlay::{Overlay, Pane};
pub(crate) use palette::Palette;
pub(crate) use remembered::Remembering;
pub(crate) use timeline::OpenTimeline;

use super::keymap::{Chord, Keymap};
use crate::drift::{ApplicationKey, ResourceKey};
use crate::engine::Pace;
use crate::engine::ports::IgnoreSourceState;
use crate::engine::scan::Coverage;
use crate::engine::view::{ApplicationVerdict, ApplicationView, DriftView};

/// The last lines of our own log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogPage {
    /// The newest last.
    pub(crate) lines: Vec<String>,
    /// Where the log is written, and from which level on.
    pub(crate) place: String,
}

/// Programs that the person can give the terminal to, and what they open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Programs {
    /// A viewer of diffs is configured.
    pub(crate) viewer: bool,
    /// The environment names an editor.
    pub(crate) editor: bool,
    /// There is a place for a configuration file.
    pub(crate) configuration: bool,
}

/// A short message that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    /// One sentence.
    pub(crate) text: String,
    /// Goes away at this time since the start.
    pub(crate) until: Duration,
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The person quit, or the terminal went away.
    Quit,
    /// A signal ended it.
    Signal(Signal),
}

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, sent from outside (Ctrl-C arrives as a key).
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP.
    Hangup,
}

/// The whole state of the screen.
#[derive(Debug)]
pub(crate) struct State {
    /// Now.
    pub(crate) moment: Moment,
    /// Where the person is; UTC until that is known.
    pub(crate) zone: TimeZone,
    /// Columns of the terminal.
    pub(crate) width: u16,
    /// Rows of the terminal.
    pub(crate) height: u16,
    /// This is the demo.
    pub(crate) demo: bool,
    /// By nickname.
    pub(crate) contexts: BTreeMap<Arc<str>, ContextState>,
    /// By identity.
    pub(crate) applications: BTreeMap<ApplicationKey, Entry>,
    /// How many of which verdict.
    pub(crate) counts: Counts,
    /// Rows and selection.
    pub(crate) list: List,
    /// Where ignore rules come from.
    pub(crate) ignore_sources: Vec<IgnoreSourceState>,
    /// What the list is narrowed to.
    pub(crate) filter: Filter,
    /// Focus.
    pub(crate) pane: Pane,
    /// On top.
    pub(crate) overlay: Option<Overlay>,
    /// The command palette, while it is open.
    pub(crate) palette: Palette,
    /// The commands to be copied, while their menu is open.
    pub(crate) by_hand: ByHand,
    /// The ignore workbench, while it is open.
    pub(crate) ignoring: Ignoring,
    /// The open drift.
    pub(crate) detail: Detail,
    /// The story that was asked for last.
    pub(crate) timeline: OpenTimeline,
    /// What Git says of the shown Application.
    pub(crate) git_side: ShownGitSide,
    /// What may get the terminal.
    pub(crate) programs: Programs,
    /// What runs, and what failed last.
    pub(crate) jobs: Jobs,
    /// The lines of our own log, while its panel is open.
    pub(crate) log: LogPage,
    /// The terminal has the focus, as far as it tells.
    pub(crate) focused: bool,
    /// The pace that the engine was asked for.
    pub(crate) pace: Pace,
    /// When a person was last heard of, since the start.
    pub(in crate::tui) presence: Duration,
    /// How often Argo CD compares by itself; `None` when it does not (the demo), so that nothing looks stuck.
    pub(crate) compared_every: Option<Duration>,
    /// Clicks and the wheel are ours.
    pub(in crate::tui) mouse: bool,
    /// The rows of the list as they were drawn last, when clicks are ours.
    pub(in crate::tui) drawn_rows: Vec<RowKey>,
    /// The theme that the person switched to.
    pub(crate) theme: Option<String>,
    /// How the screen is kept for the next run; `None` when it is not.
    pub(in crate::tui) remembering: Option<Remembering>,
    /// The short message.
    pub(crate) toast: Option<Toast>,
    /// Effective keys.
    pub(crate) keymap: Keymap,
    /// Chords of a sequence that is not complete.
    pub(crate) chords: Vec<Chord>,
    /// When the last key came, since the start; `None` before the first.
    pub(crate) last_key: Option<Duration>,
    /// Set when the loop shall end.
    pub(crate) ending: Option<Ending>,
    fresh: Fresh,
    revision: u64,
}

impl State {
    /// Before anything is known.
    pub(crate) fn new(moment: Moment, zone: TimeZone, keymap: Keymap, demo: bool) -> Self {
        Self {
            moment,
            zone,
            width: 80,
            height: 24,
            demo,
            contexts: BTreeMap::new(),
            applications: BTreeMap::new(),
            counts: Counts::default(),
            list: List::default(),
            ignore_sources: Vec::new(),
            filter: Filter::default(),
            pane: Pane::List,
            overlay: None,
            palette: Palette::default(),
            by_hand: ByHand::default(),
            ignoring: Ignoring::default(),
            detail: Detail::default(),
            timeline: OpenTimeline::default(),
            git_side: ShownGitSide::default(),
            programs: Programs::default(),
            jobs: Jobs::default(),
            log: LogPage::default(),
            focused: true,
            pace: Pace::Usual,
            presence: Duration::ZERO,
            compared_every: None,
            mouse: false,
            drawn_rows: Vec::new(),
            theme: None,
            remembering: None,
            toast: None,
            keymap,
            chords: Vec::new(),
            last_key: None,
            ending: None,
            fresh: Fresh::default(),
            revision: 1,
        }
    }

    /// Grows with everything that may look different.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    pub(in crate::tui) fn touch(&mut self) {
        self.revision += 1;
    }

    /// The Application that a row stands for or belongs to.
    pub(crate) fn application(&self, row: &RowKey) -> Option<&Arc<ApplicationView>> {
        let key = match row {
            RowKey::Group(_) | RowKey::Fold(_) => return None,
            RowKey::Application(key) => key,
            RowKey::Drift(key) => &key.application,
        };
        self.applications.get(key).map(Entry::view)
    }

    /// Address of the page in Argo CD of an Application, opened on a resource of it when one is given.
    pub(crate) fn page(&self, application: &ApplicationView, resource: Option<&ResourceKey>) -> Option<String> {
        let context = self.contexts.get(&application.key.context)?.view.as_ref()?;
        context.page(&application.key, resource)
    }

    /// The drift that a row stands for: on an Application its worst one.
    pub(crate) fn drift(&self, row: &RowKey) -> Option<&Arc<DriftView>> {
        let application = self.application(row)?;
        match row {
            RowKey::Group(_) | RowKey::Fold(_) => None,
            RowKey::Application(key) => match self.list.narrowed(key) {
                // What a filter looked for is what the row stands for.
                Some(found) => found.iter().find_map(|key| application.finding(key)),
                None => application.worst(),
            },
            RowKey::Drift(key) => application.finding(key),
        }
    }

    /// The drift that the selection stands for.
    pub(crate) fn shown_drift(&self) -> Option<&Arc<DriftView>> {
        let selection = self.list.selection()?;
        // What a person reads stays open when a worse drift of the same Application arrives beside it.
        if let (RowKey::Application(application), Some(read)) = (selection, &self.detail.key)
            && self.list.pinned
            && read.application == *application
            && let Some(drift) = self.drift(&RowKey::Drift(read.clone()))
        {
            return Some(drift);
        }
        self.drift(selection)
    }

    /// Whether Synced Applications are looked into, and how many were; `None` when no context does.
    pub(crate) fn sweep(&self) -> Option<Sweep> {
        let sweeps = self.contexts.values().filter_map(|context| context.sweep);
        sweeps.reduce(|all, one| Sweep {
            on: all.on || one.on,
            coverage: Coverage {
                checked: all.coverage.checked + one.coverage.checked,
                total: all.coverage.total + one.coverage.total,
            },
        })
    }

    /// Whether a drift stands in the list, so that there is one to go to.
    pub(crate) fn lists_drifts(&self) -> bool {
        self.list.made.drifts > 0
    }

    /// The drifts that an Application's row opens to, worst first.
    pub(crate) fn findings<'a>(&self, view: &'a ApplicationView) -> Vec<&'a Arc<DriftView>> {
        match self.list.narrowed(&view.key) {
            Some(found) => found.iter().filter_map(|key| view.finding(key)).collect(),
            None => view.findings(),
        }
    }

    /// Whether any list is complete.
    pub(crate) fn is_listed(&self) -> bool {
        self.contexts.values().any(|context| context.listed_at.is_some())
    }

    /// Whether every context that is known has its list, and everything listed is judged.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_listed()
            && self.contexts.values().all(|c| c.listed_at.is_some() || c.failure.is_some())
            && self.counts.pending == 0
    }

    /// The first failing context.
    pub(crate) fn failure(&self) -> Option<(&Arc<str>, &Failure)> {
        self.contexts
            .iter()
            .find_map(|(name, context)| context.failure.as_ref().map(|failure| (name, failure)))
    }

    /// The newest time at which something was compared with Git, else fetched by us, and which of both it is.
    pub(crate) fn freshness(&self) -> Option<(Freshness, Timestamp)> {
        let compared = self.fresh.compared.map(|at| (Freshness::Compared, at));
        compared.or_else(|| self.fresh.fetched.map(|at| (Freshness::Fetched, at)))
    }

    /// Puts a view in, replacing what was there, and keeps the counts.
    pub(in crate::tui) fn put(&mut self, view: Arc<ApplicationView>) {
        let verdict = view.verdict;
        self.fresh.add(&view);
        let context = Arc::clone(&view.key.context);
        if let Some(old) = self.applications.insert(view.key.clone(), Entry::new(view)) {
            self.discount(&old);
        }
        self.count(&context, verdict, 1);
    }

    fn count(&mut self, context: &Arc<str>, verdict: ApplicationVerdict, by: isize) {
        self.counts.count(verdict, by);
        let context = self.contexts.entry(Arc::clone(context)).or_default();
        context.counts.count(verdict, by);
    }

    /// Marks an Application as gone; its row goes with the next ordering.
    pub(in crate::tui) fn mark_gone(&mut self, key: &ApplicationKey) {
        if let Some(entry) = self.applications.get_mut(key).filter(|entry| !entry.is_gone()) {
            entry.mark_gone();
            let verdict = entry.view().verdict;
            self.count(&key.context, verdict, -1);
        }
    }

    fn discount(&mut self, old: &Entry) {
        if !old.is_gone() {
            let view = old.view();
            self.count(&view.key.context, view.verdict, -1);
        }
    }

    /// Says something for four seconds.
    pub(in crate::tui) fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast {
            text: text.into(),
            until: self.moment.elapsed + Duration::from_secs(4),
        });
    }
}

/// Newest times of everything that is known. Kept beside the views, so that no frame goes through all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Fresh {
    compared: Option<Timestamp>,
    fetched: Option<Timestamp>,
}

impl Fresh {
    fn add(&mut self, view: &ApplicationView) {
        self.compared = self.compared.max(view.reconciled_at);
        self.fetched = self.fetched.max(Some(view.fetched_at));
    }
}

/// What the freshness in the header means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Argo CD compared with Git.
    Compared,
    /// We fetched it; when it was compared is not known.
    Fetched,
}
