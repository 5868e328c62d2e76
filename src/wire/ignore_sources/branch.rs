//! One file of a branch of a repository as a source of ignore rules: fetched beside everything else, its last good copy kept
//! in the cache over restarts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio_util::task::AbortOnDropHandle;

use super::last_good::{LastGood, parse};
use crate::drift::RepositoryFile;
use crate::git::{CommitId, FileRead, Git};
use crate::ignore::IgnoreRule;
use crate::store::Cache;

/// What reads repositories, and where copies are kept; without a folder for them, nowhere.
#[derive(Debug, Clone)]
pub(super) struct Repositories {
    pub(super) git: Git,
    pub(super) cache: Option<Cache>,
}

/// A source in a repository.
#[derive(Debug)]
pub(super) struct Branch {
    file: Arc<RepositoryFile>,
    /// The commit that was judged last, whether its file was good or not.
    judged: Option<CommitId>,
    /// What was wrong with the file of that commit.
    broken: Option<String>,
    /// The last good copy as it is kept.
    kept: Option<Kept>,
    last_try: Option<Timestamp>,
    under_way: Option<Fetch>,
}

/// A copy as it lies in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    commit: String,
    read_at: Timestamp,
    text: String,
}

#[derive(Debug)]
struct Fetch {
    began: Timestamp,
    answer: oneshot::Receiver<Result<Fetched, String>>,
    /// Fetching ends with whoever waits for it.
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
enum Fetched {
    Unchanged,
    Good {
        commit: CommitId,
        rules: Vec<IgnoreRule>,
        kept: Kept,
    },
    Broken {
        commit: CommitId,
        why: String,
    },
}

impl Branch {
    pub(super) fn new(file: RepositoryFile) -> Self {
        Self {
            file: Arc::new(file),
            judged: None,
            broken: None,
            kept: None,
            last_try: None,
            under_way: None,
        }
    }

    /// Takes up what an earlier run kept. A copy that is not what it should be counts as none.
    pub(super) async fn restore(&mut self, repositories: &Repositories, copy: &mut LastGood) {
        let Some(cache) = &repositories.cache else { return };
        let Some(kept) = cache.get::<Kept>(copy.name()).await else {
            return;
        };
        match (CommitId::parse(&kept.commit), parse(&kept.text, copy.name())) {
            (Some(commit), Ok(rules)) => {
                copy.replace(rules, Some(commit.clone()), kept.read_at);
                self.judged = Some(commit);
                self.kept = Some(kept);
            }
            (_, rules) => {
                let why = rules.err().unwrap_or_default();
                tracing::debug!(source = copy.name(), %why, "the copy in the cache is not used");
            }
        }
    }

    /// Whether something is being fetched.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Begins to fetch when that is due and not under way. `ended` is told when the answer is there.
    pub(super) fn start_if_due(
        &mut self,
        repositories: &Repositories,
        now: Timestamp,
        every: SignedDuration,
        ended: &watch::Sender<()>,
    ) {
        // A clock that was put back must not hold it back either.
        let is_due = self
            .last_try
            .is_none_or(|last| now < last || now.duration_since(last) >= every);
        if self.is_under_way() || !is_due {
            return;
        }
        self.last_try = Some(now);
        let (sender, answer) = oneshot::channel();
        let (ended, repositories, file) = (ended.clone(), repositories.clone(), Arc::clone(&self.file));
        let (judged, kept) = (self.judged.clone(), self.kept.clone());
        let task = tokio::spawn(async move {
            // Goes last, so that the answer, or that there is none, is there when others are told.
            let _ended = Ended(ended);
            let sender = sender;
            let fetched = fetch(&repositories, &file, judged.as_ref(), kept, now).await;
            // Whoever asked may be gone.
            drop(sender.send(fetched));
        });
        self.under_way = Some(Fetch {
            began: now,
            answer,
            _task: AbortOnDropHandle::new(task),
        });
    }

    /// Takes up what was fetched, if the answer is there. Whether other rules hold now.
    pub(super) fn take_up(&mut self, copy: &mut LastGood) -> bool {
        let Some(fetch) = &mut self.under_way else { return false };
        let fetched = match fetch.answer.try_recv() {
            Ok(fetched) => fetched,
            Err(oneshot::error::TryRecvError::Empty) => return false,
            Err(oneshot::error::TryRecvError::Closed) => Err("fetching broke off".to_owned()),
        };
        let began = fetch.began;
        self.under_way = None;
        match fetched {
            Err(why) => copy.fail(why),
            Ok(Fetched::Unchanged) => match &self.broken {
                Some(why) => copy.fail(why.clone()),
                None => copy.confirm(began),
            },
            Ok(Fetched::Broken { commit, why }) => {
                self.judged = Some(commit);
                self.broken = Some(why.clone());
                copy.fail(why);
            }
            Ok(Fetched::Good { commit, rules, kept }) => {
                copy.replace(rules, Some(commit.clone()), began);
                self.judged = Some(commit);
                self.broken = None;
                self.kept = Some(kept);
                return true;
            }
        }
        false
    }
}

/// Tells when it goes.
struct Ended(watch::Sender<()>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.send_replace(());
    }
}

async fn fetch(
    repositories: &Repositories,
    file: &RepositoryFile,
    judged: Option<&CommitId>,
    kept: Option<Kept>,
    now: Timestamp,
) -> Result<Fetched, String> {
    let read = repositories.git.read(file, judged).await.map_err(|error| error.to_string())?;
    let name = file.to_string();
    let (commit, text) = match read {
        FileRead::Unchanged => {
            if let Some(kept) = kept.filter(|kept| judged.is_some_and(|judged| judged.as_str() == kept.commit)) {
                keep(repositories, &name, &Kept { read_at: now, ..kept }).await;
            }
            return Ok(Fetched::Unchanged);
        }
        FileRead::At { commit, text } => (commit, text),
    };
    let parsed = match text {
        Ok(text) => parse(&text, &name).map(|rules| (text, rules)),
        Err(problem) => Err(problem.to_string()),
    };
    Ok(match parsed {
        Ok((text, rules)) => {
            let kept = Kept {
                commit: commit.to_string(),
                read_at: now,
                text,
            };
            keep(repositories, &name, &kept).await;
            Fetched::Good { commit, rules, kept }
        }
        Err(why) => {
            let why = format!("{why} (at commit {commit:.12})");
            Fetched::Broken { commit, why }
        }
    })
}

async fn keep(repositories: &Repositories, name: &str, kept: &Kept) {
    let Some(cache) = &repositories.cache else { return };
    if let Err(error) = cache.put(name, kept).await {
        tracing::warn!(%error, "ignore rules are not kept for the next run");
    }
}
