//! How the screen stands, as a text that the next run can begin with.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{FoldKey, Group, State};
use crate::drift::{ApplicationKey, ResourceKey};
use crate::engine::view::DriftKey;
use crate::tui::state::list::Sort;

/// Form of the text; another one is not understood, and the screen begins anew.
const VERSION: u32 = 1;

/// The view is kept this long after the last key.
const QUIET: Duration = Duration::from_secs(1);

/// Marks and open rows that are kept, of each.
const MOST: usize = 1_000;

/// Keeping the view for the next run.
#[derive(Debug, Default)]
pub(crate) struct Remembering {
    /// When a person last did something that is not kept yet, since the start.
    pub(in crate::tui) changed_at: Option<Duration>,
    /// What was kept last.
    pub(in crate::tui) kept: Option<String>,
    /// The theme that the configuration names: another one there counts more than what was remembered.
    pub(in crate::tui) configured_theme: String,
}

impl Remembering {
    /// When the view is to be kept, since the start; `None` when nothing changed.
    pub(in crate::tui) fn due(&self) -> Option<Duration> {
        self.changed_at.map(|at| at + QUIET)
    }
}

/// A theme that a person switched to, and what was configured then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RememberedTheme {
    /// Its name.
    pub(crate) name: String,
    /// `view.theme` at that time.
    pub(crate) configured: String,
}

/// Context, namespace and name of an Application.
type SavedApplication = (String, String, String);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SavedDrift {
    application: SavedApplication,
    /// Group, kind, namespace and name.
    resource: (String, String, String, String),
    #[serde(default)]
    addition: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum SavedFold {
    GitAhead,
    Cause { section: String, key: String },
}

/// How the screen stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remembered {
    version: u32,
    /// Word of the verdict whose section alone is shown.
    tab: Option<String>,
    order: String,
    filter: String,
    marks: Vec<SavedDrift>,
    open: Vec<SavedApplication>,
    open_folds: Vec<SavedFold>,
    folded: Vec<String>,
    /// The theme that was switched to.
    pub(crate) theme: Option<RememberedTheme>,
}

impl Remembered {
    /// How it stands now. `before` is the theme that was remembered and not switched since.
    fn of(state: &State, configured_theme: &str) -> Self {
        let list = &state.list;
        let theme = state.theme.as_ref().map(|name| RememberedTheme {
            name: name.clone(),
            configured: configured_theme.to_owned(),
        });
        Self {
            version: VERSION,
            tab: list.tab.map(word),
            order: list.sort.as_str().to_owned(),
            filter: state.filter.text.clone(),
            marks: list.marks.iter().take(MOST).map(saved_drift).collect(),
            open: list.open.iter().take(MOST).map(saved_application).collect(),
            open_folds: list.open_folds.iter().take(MOST).map(saved_fold).collect(),
            folded: list.folded.iter().copied().map(word).collect(),
            theme,
        }
    }

    /// Reads the text of another run.
    ///
    /// # Errors
    /// A sentence: it is of another version, or broken.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match read.version {
            VERSION => Ok(read),
            other => Err(format!("it has the form {other}, this program knows {VERSION}")),
        }
    }

    /// Lets the screen stand like this. What nothing is known of any more is left out.
    pub(crate) fn apply(self, state: &mut State) {
        state.list.tab = self.tab.as_deref().and_then(group);
        state.list.sort = sort(&self.order).unwrap_or_default();
        state.filter.push(&self.filter);
        let drifts = self.marks.into_iter().map(|saved| {
            let (group, kind, namespace, name) = saved.resource;
            DriftKey {
                application: application(saved.application),
                resource: ResourceKey::new(group, kind, namespace, name),
                invisible: saved.addition,
            }
        });
        state.list.marks = drifts.collect();
        state.list.open = self.open.into_iter().map(application).collect();
        state.list.open_folds = self.open_folds.into_iter().filter_map(fold).collect();
        let folded: BTreeSet<Group> = self.folded.iter().filter_map(|word| group(word)).collect();
        state.list.folded = folded.into_iter().filter(|group| group.folds()).collect();
        state.theme = self.theme.map(|theme| theme.name);
    }
}

impl State {
    /// How the screen stands, as the text that [`Remembered::read`] reads; `None` when it is not kept, or is kept already.
    pub(crate) fn take_remembered(&mut self) -> Option<String> {
        let remembering = self.remembering.as_ref()?;
        let remembered = Remembered::of(self, &remembering.configured_theme);
        let text = match serde_json::to_string(&remembered) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "the view cannot be written as JSON");
                return None;
            }
        };
        let remembering = self.remembering.as_mut()?;
        remembering.changed_at = None;
        if remembering.kept.as_ref() == Some(&text) {
            return None;
        }
        remembering.kept = Some(text.clone());
        Some(text)
    }
}

fn word(group: Group) -> String {
    group.verdict().as_str().to_owned()
}

fn group(word: &str) -> Option<Group> {
    let groups = [
        Group::Risky,
        Group::NeedsReview,
        Group::Judging,
        Group::Harmless,
        Group::Synced,
        Group::CannotTell,
    ];
    groups.into_iter().find(|group| group.verdict().as_str() == word)
}

fn sort(word: &str) -> Option<Sort> {
    let mut sort = Sort::default();
    loop {
        if sort.as_str() == word {
            return Some(sort);
        }
        sort = sort.next();
        if sort == Sort::default() {
            return None;
        }
    }
}

fn saved_application(key: &ApplicationKey) -> SavedApplication {
    (key.context.to_string(), key.namespace.to_string(), key.name.to_string())
}

fn application((context, namespace, name): SavedApplication) -> ApplicationKey {
    ApplicationKey::new(context, namespace, name)
}

fn saved_drift(key: &DriftKey) -> SavedDrift {
    let resource = key.resource.clone();
    SavedDrift {
        application: saved_application(&key.application),
        resource: (resource.group, resource.kind, resource.namespace, resource.name),
        addition: key.invisible,
    }
}

fn saved_fold(fold: &FoldKey) -> SavedFold {
    match fold {
        FoldKey::GitAhead => SavedFold::GitAhead,
        FoldKey::Cause { group, key } => SavedFold::Cause {
            section: word(*group),
            key: key.to_string(),
        },
    }
}

fn fold(saved: SavedFold) -> Option<FoldKey> {
    Some(match saved {
        SavedFold::GitAhead => FoldKey::GitAhead,
        SavedFold::Cause { section, key } => FoldKey::Cause {
            group: group(&section)?,
            key: key.into(),
        },
    })
}
