//! What Git says of the revisions an Application is compared with and was synced to: author, time, subject.
//!
//! Asked for what is open on screen and for nothing else; a commit never changes, so it is asked for once.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use super::core::Engine;
use super::guarded::guarded;
use super::ports::ArgoCdError;
use super::view::{ApplicationView, Seal};
use crate::drift::happening::is_commit;
use crate::drift::{ApplicationKey, RevisionMetadata, RevisionOfSource};
use crate::redact::text;

/// So many commits are kept.
const MOST: usize = 256;
/// So many are asked for at a time, for one timeline; the newest first.
pub(super) const MOST_ASKED: usize = 8;
/// So many calls at once.
const AT_ONCE: usize = 2;
/// Whoever could not tell is not asked again sooner.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// One commit that an Application is compared with or was synced to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitView {
    /// Its whole hash.
    pub revision: String,
    /// Position of its source, from 0.
    pub source: usize,
    /// Name of the author (redacted; hostile text); empty when not told.
    pub author: String,
    /// When it was committed; `None` when not told.
    pub at: Option<Timestamp>,
    /// First line of its message (redacted; hostile text).
    pub subject: String,
    pub(super) seal: Seal,
}

/// The Git side of an Application: what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitSide {
    /// One for each source that has a commit and of which Argo CD told.
    pub commits: Vec<CommitView>,
    /// Why some are missing (redacted; hostile text inside); `None` when none is.
    pub not_told: Option<String>,
    pub(super) seal: Seal,
}

/// What was told, oldest first.
#[derive(Debug, Default)]
pub(super) struct CommitsKnown(Mutex<VecDeque<Known>>);

#[derive(Debug)]
struct Known {
    application: ApplicationKey,
    of: RevisionOfSource,
    /// Or when it was refused, and why.
    told: Result<CommitView, (Timestamp, String)>,
}

impl CommitsKnown {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, application: &ApplicationKey, of: &RevisionOfSource, now: Timestamp) -> Option<Result<CommitView, String>> {
        let known = self.lock();
        let known = known
            .iter()
            .find(|known| known.application == *application && known.of == *of)?;
        match &known.told {
            Ok(commit) => Some(Ok(commit.clone())),
            Err((at, why)) => (now.duration_since(*at) < PATIENCE).then(|| Err(why.clone())),
        }
    }

    fn put(&self, known: Known) {
        let mut all = self.lock();
        all.retain(|other| other.application != known.application || other.of != known.of);
        all.push_back(known);
        while all.len() > MOST {
            all.pop_front();
        }
    }
}

impl Engine {
    /// What Git says of the revisions this Application is compared with, when it is known without another call.
    pub fn known_git_side(&self, view: &ApplicationView) -> Option<GitSide> {
        let told = commits_of(&view.revisions)
            .iter()
            .map(|of| self.commits_known().get(&view.key, of, self.now()))
            .collect::<Option<Vec<_>>>()?;
        Some(GitSide::of(told))
    }

    /// What Git says of the revisions this Application is compared with: one call for each that is not known. What is not told
    /// is left out, and why is said.
    pub async fn git_side(&self, view: &ApplicationView) -> GitSide {
        GitSide::of(self.commits(&view.key, &view.project, commits_of(&view.revisions)).await)
    }

    /// These commits in their order, each told or why not.
    pub(super) async fn commits(
        &self,
        key: &ApplicationKey,
        project: &str,
        wanted: Vec<RevisionOfSource>,
    ) -> Vec<Result<CommitView, String>> {
        let Some(argocd) = self.argocd().iter().find(|argocd| argocd.context() == key.context) else {
            return Vec::new();
        };
        stream::iter(wanted)
            .map(|of| async move {
                if let Some(known) = self.commits_known().get(key, &of, self.now()) {
                    return known;
                }
                let call = argocd.revision(key, project, &of);
                let told = guarded(call, &argocd.address()).await;
                self.learn_commit(key, of, told)
            })
            .buffered(AT_ONCE)
            .collect()
            .await
    }

    fn learn_commit(
        &self,
        key: &ApplicationKey,
        of: RevisionOfSource,
        told: Result<RevisionMetadata, ArgoCdError>,
    ) -> Result<CommitView, String> {
        let redact = |words: &str| text::redact(words).into_owned();
        let told = match told {
            Ok(metadata) => Ok(CommitView {
                revision: of.revision.clone(),
                source: of.source.unwrap_or(0),
                author: redact(&metadata.author),
                at: metadata.at,
                subject: redact(&metadata.subject),
                seal: Seal,
            }),
            Err(error) => Err(error.view().detail),
        };
        let now = self.now();
        self.commits_known().put(Known {
            application: key.clone(),
            of,
            told: told.clone().map_err(|why| (now, why)),
        });
        told
    }
}

impl GitSide {
    fn of(told: Vec<Result<CommitView, String>>) -> Self {
        let not_told = told.iter().find_map(|one| one.as_ref().err().cloned());
        Self {
            commits: told.into_iter().filter_map(Result::ok).collect(),
            not_told,
            seal: Seal,
        }
    }
}

/// Which commits these revisions are, index-aligned with the sources; chart versions have no metadata.
pub(super) fn commits_of(revisions: &[String]) -> Vec<RevisionOfSource> {
    let several = revisions.len() > 1;
    revisions
        .iter()
        .enumerate()
        .filter(|(_, revision)| is_commit(revision))
        .map(|(position, revision)| RevisionOfSource {
            revision: revision.clone(),
            source: several.then_some(position),
        })
        .take(MOST_ASKED)
        .collect()
}
