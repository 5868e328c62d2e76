//! Ignore rules from the configuration, from files and from repositories; the last good copy of each is kept.
//!
//! Files are read whenever the rules are asked for. Repositories are fetched beside, with a period: nobody waits for them but
//! a command that makes one pass.

mod branch;
mod last_good;
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};

use self::branch::{Branch, Repositories};
use self::last_good::{LastGood, parse};
use crate::config::settings::{IgnoreSettings, IgnoreSourcePlace, IgnoreSourceSettings};
use crate::engine::ports::{IgnoreRules, IgnoreSource};
use crate::git::{Git, SshCommand};
use crate::ignore::{IgnoreRule, RuleSet};
use crate::store::Cache;

/// Copies are small: a few hundred rules are a few ten kilobytes.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// The configured rules, then those of the sources in their order.
pub(super) struct IgnoreSources {
    configured: Vec<IgnoreRule>,
    /// `None` where no network may be used.
    repositories: Option<Repositories>,
    fetch_every: SignedDuration,
    memory: Mutex<Memory>,
    ended: watch::Sender<()>,
    /// What `fetched` has told.
    told: Mutex<watch::Receiver<()>>,
}

struct Memory {
    sources: Vec<Source>,
    set: Arc<RuleSet>,
    restored: bool,
}

struct Source {
    place: Place,
    copy: LastGood,
}

enum Place {
    File {
        path: PathBuf,
        /// What the copy was read from.
        text: Option<String>,
        /// It may be missing, and is then no source.
        may_be_missing: bool,
    },
    Branch(Box<Branch>),
}

impl IgnoreSources {
    /// Reads nothing yet. Copies of what repositories say and scratch repositories go into the cache folder; on a machine that
    /// names none, copies are kept as long as the program runs.
    pub(super) fn new(settings: &IgnoreSettings, cache: Option<&Path>) -> Self {
        let scratch = cache.map_or_else(std::env::temp_dir, |folder| folder.join("git"));
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let ssh = if is_set("GIT_SSH_COMMAND") || is_set("GIT_SSH") {
            SshCommand::Inherited
        } else {
            SshCommand::Batch
        };
        let repositories = Repositories {
            git: Git::new(scratch, ssh),
            cache: cache.map(|folder| Cache::new(folder.join("ignore-sources"), CACHE_BYTES)),
        };
        Self::with_repositories(settings, Some(repositories))
    }

    /// For the demo: what lies in repositories is not read, and says so.
    pub(super) fn without_network(settings: &IgnoreSettings) -> Self {
        Self::with_repositories(settings, None)
    }

    fn with_repositories(settings: &IgnoreSettings, repositories: Option<Repositories>) -> Self {
        let ended = watch::Sender::new(());
        Self {
            configured: settings.rules.clone(),
            repositories,
            fetch_every: SignedDuration::try_from(settings.fetch_every).unwrap_or(SignedDuration::MAX),
            memory: Mutex::new(Memory {
                sources: settings.sources.iter().map(Source::new).collect(),
                set: Arc::new(RuleSet::new(settings.rules.clone())),
                restored: false,
            }),
            told: Mutex::new(ended.subscribe()),
            ended,
        }
    }

    /// With the person's own list, read before every other source. It may be missing, and counts only once.
    pub(super) fn with_own_list(mut self, path: &Path) -> Self {
        let name = path.display().to_string();
        let memory = self.memory.get_mut();
        if memory.sources.iter().all(|source| source.copy.name() != name) {
            memory.sources.insert(0, Source::own(path));
        }
        self
    }

    /// What is known now, and whether a repository is still being asked.
    async fn read(&self, now: Timestamp) -> (IgnoreRules, bool) {
        let mut memory = self.memory.lock().await;
        let Memory { sources, set, restored } = &mut *memory;
        let mut changed = false;
        for source in sources.iter_mut() {
            changed |= self.read_source(source, !*restored, now).await;
        }
        *restored = true;
        if changed {
            let all = self
                .configured
                .iter()
                .chain(sources.iter().flat_map(|source| source.copy.rules()));
            *set = Arc::new(RuleSet::new(all.cloned().collect()));
        }
        let rules = IgnoreRules {
            set: Arc::clone(set),
            sources: sources
                .iter()
                .filter(|source| source.is_there())
                .map(|source| source.copy.state())
                .collect(),
        };
        let under_way = sources
            .iter()
            .any(|source| matches!(&source.place, Place::Branch(branch) if branch.is_under_way()));
        (rules, under_way)
    }

    /// Whether its rules are others than before.
    async fn read_source(&self, source: &mut Source, restore: bool, now: Timestamp) -> bool {
        let copy = &mut source.copy;
        match (&mut source.place, &self.repositories) {
            (
                Place::File {
                    path,
                    text,
                    may_be_missing,
                },
                _,
            ) => read_file(path, text, *may_be_missing, copy, now).await,
            (Place::Branch(_), None) => {
                copy.fail("not read: the demo uses no network".to_owned());
                false
            }
            (Place::Branch(branch), Some(repositories)) => {
                if restore {
                    branch.restore(repositories, copy).await;
                }
                let changed = branch.take_up(copy);
                branch.start_if_due(repositories, now, self.fetch_every, &self.ended);
                changed || restore
            }
        }
    }
}

#[async_trait]
impl IgnoreSource for IgnoreSources {
    async fn rules(&self, now: Timestamp) -> IgnoreRules {
        self.read(now).await.0
    }

    async fn fetched_rules(&self, now: Timestamp) -> IgnoreRules {
        let mut ended = self.ended.subscribe();
        loop {
            let (rules, under_way) = self.read(now).await;
            // The sender lives in `self`, so waiting ends with a fetch that ended and not otherwise.
            if !under_way || ended.changed().await.is_err() {
                return rules;
            }
        }
    }

    async fn fetched(&self) {
        if self.told.lock().await.changed().await.is_err() {
            // As above; were it otherwise there would be no news ever.
            std::future::pending::<()>().await;
        }
    }
}

impl Source {
    fn new(settings: &IgnoreSourceSettings) -> Self {
        let (name, place) = match &settings.place {
            IgnoreSourcePlace::File(path) => {
                let path = path.clone();
                let name = path.display().to_string();
                let place = Place::File {
                    path,
                    text: None,
                    may_be_missing: false,
                };
                (name, place)
            }
            IgnoreSourcePlace::Repository(file) => (file.to_string(), Place::Branch(Box::new(Branch::new(file.clone())))),
        };
        Self {
            place,
            copy: LastGood::new(name, settings.environment.clone()),
        }
    }

    fn own(path: &Path) -> Self {
        Self {
            place: Place::File {
                path: path.to_owned(),
                text: None,
                may_be_missing: true,
            },
            copy: LastGood::new(path.display().to_string(), None),
        }
    }

    /// A file that may be missing and is says nothing.
    fn is_there(&self) -> bool {
        !matches!(&self.place, Place::File { text: Some(text), may_be_missing: true, .. } if text.is_empty())
    }
}

async fn read_file(path: &Path, last: &mut Option<String>, may_be_missing: bool, copy: &mut LastGood, now: Timestamp) -> bool {
    let text = match tokio::fs::read_to_string(path).await {
        Ok(text) => text,
        Err(error) if may_be_missing && error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => {
            copy.fail(format!("cannot be read: {error}"));
            return false;
        }
    };
    if last.as_ref() == Some(&text) {
        copy.confirm(now);
        return false;
    }
    match parse(&text, copy.name()) {
        Ok(rules) => {
            copy.replace(rules, None, now);
            *last = Some(text);
            true
        }
        Err(why) => {
            copy.fail(why);
            false
        }
    }
}
