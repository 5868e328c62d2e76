//! What landing a change sets off: a merge is a new revision, whatever it touches. Auto-sync Applications that follow the
//! branch sync, and their other live edits are reverted.
//!
//! `manifest-generate-paths` does not prevent it once an Application is OutOfSync (recordings of a running 3.5.1: any commit
//! to the branch brings the sync).

use super::repository::Repository;
use crate::drift::{ApplicationIdentity, ResourceKey, Source, SyncStatus};
use crate::verdict::Verdict;

/// A live edit that a sync takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEdit {
    /// Of which resource.
    pub resource: ResourceKey,
    /// How bad it was judged.
    pub verdict: Verdict,
}

/// What is known of an Application that may follow the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Which one.
    pub application: ApplicationIdentity,
    /// Its sources.
    pub sources: Vec<Source>,
    /// It syncs by itself.
    pub syncs_by_itself: bool,
    /// Why no sync can come now (a window, a deletion, a failed sync); `None` when one can.
    pub held: Option<String>,
    /// Argo CD's word.
    pub sync_status: SyncStatus,
    /// Its live edits that Git does not have.
    pub live_edits: Vec<LiveEdit>,
}

/// A branch that a change lands on.
#[derive(Debug, Clone, Copy)]
pub struct Branch<'a> {
    /// Of this repository.
    pub repository: &'a Repository,
    /// Its name.
    pub name: &'a str,
    /// It is the one that `HEAD` stands for.
    pub is_default: bool,
}

impl Branch<'_> {
    fn is_followed_by(&self, source: &Source) -> bool {
        let same = Repository::read(&source.repo_url).is_ok_and(|repository| repository == *self.repository);
        let revision = source.target_revision.as_str();
        let named = revision.strip_prefix("refs/heads/").unwrap_or(revision) == self.name;
        same && source.chart.is_empty() && (named || (self.is_default && matches!(revision, "" | "HEAD")))
    }
}

/// An Application that a landing reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Which one.
    pub application: ApplicationIdentity,
    /// What holds its sync for now.
    pub held: Option<String>,
    /// What its sync takes away, worst first; without the drift that the change itself is about.
    pub reverts: Vec<LiveEdit>,
}

/// What landing a change sets off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Landing {
    /// Applications that sync by themselves, those that lose the worst first.
    pub syncs: Vec<Reached>,
    /// How many Applications follow the branch and wait for a person to sync them.
    pub waiting: usize,
}

impl Landing {
    /// What happens when something lands on this branch that is about `subject`.
    pub fn on<'n>(
        branch: Branch<'_>,
        subject: (&ApplicationIdentity, &ResourceKey),
        neighbours: impl IntoIterator<Item = &'n Neighbour>,
    ) -> Self {
        let mut landing = Self::default();
        for neighbour in neighbours {
            if !neighbour.sources.iter().any(|source| branch.is_followed_by(source)) {
                continue;
            }
            if !neighbour.syncs_by_itself {
                landing.waiting += 1;
                continue;
            }
            let is_subject = |edit: &LiveEdit| neighbour.application == *subject.0 && edit.resource == *subject.1;
            let mut reverts: Vec<LiveEdit> = neighbour
                .live_edits
                .iter()
                .filter(|edit| !is_subject(edit))
                .cloned()
                .collect();
            reverts.sort_by(|a, b| b.verdict.cmp(&a.verdict).then_with(|| a.resource.cmp(&b.resource)));
            landing.syncs.push(Reached {
                application: neighbour.application.clone(),
                held: neighbour.held.clone(),
                reverts,
            });
        }
        landing.syncs.sort_by(|a, b| {
            let worst = |reached: &Reached| reached.reverts.first().map(|edit| edit.verdict);
            worst(b).cmp(&worst(a)).then_with(|| a.application.cmp(&b.application))
        });
        landing
    }

    /// The worst live edit of others that is lost; `None` when none is.
    pub fn worst_reverted(&self) -> Option<Verdict> {
        self.syncs
            .iter()
            .flat_map(|reached| &reached.reverts)
            .map(|edit| edit.verdict)
            .max()
    }

    /// How many live edits of others are lost.
    pub fn reverted(&self) -> usize {
        self.syncs.iter().map(|reached| reached.reverts.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(name: &str) -> ApplicationIdentity {
        ApplicationIdentity {
            server: "https://argocd.example.com".to_owned(),
            namespace: "argocd".to_owned(),
            name: name.to_owned(),
        }
    }

    fn config_map(name: &str) -> ResourceKey {
        ResourceKey::new("", "ConfigMap", "shop", name)
    }

    fn neighbour(name: &str, repository: &str, revision: &str, by_itself: bool, edits: &[(&str, Verdict)]) -> Neighbour {
        Neighbour {
            application: identity(name),
            sources: vec![Source {
                repo_url: repository.to_owned(),
                target_revision: revision.to_owned(),
                ..Source::default()
            }],
            syncs_by_itself: by_itself,
            held: None,
            sync_status: SyncStatus::OutOfSync,
            live_edits: edits
                .iter()
                .map(|(name, verdict)| LiveEdit {
                    resource: config_map(name),
                    verdict: *verdict,
                })
                .collect(),
        }
    }

    #[test]
    fn a_merge_reaches_who_follows_the_branch_and_takes_their_edits_away() {
        let repository = Repository::read("https://git.example.com/shop/platform").unwrap();
        let here = "git@git.example.com:shop/platform.git";
        let neighbours = [
            neighbour(
                "payments",
                here,
                "main",
                true,
                &[("subject", Verdict::Risky), ("other", Verdict::NeedsReview)],
            ),
            neighbour("head", here, "HEAD", true, &[("cm", Verdict::Risky)]),
            neighbour("empty", here, "", true, &[]),
            neighbour("full-name", here, "refs/heads/main", false, &[("cm", Verdict::Risky)]),
            neighbour("tag", here, "v1.2.0", true, &[("cm", Verdict::Risky)]),
            neighbour(
                "elsewhere",
                "https://git.example.com/shop/other",
                "main",
                true,
                &[("cm", Verdict::Risky)],
            ),
        ];
        let branch = |is_default| Branch {
            repository: &repository,
            name: "main",
            is_default,
        };
        let (application, resource) = (identity("payments"), config_map("subject"));
        let told = |is_default| {
            let landing = Landing::on(branch(is_default), (&application, &resource), &neighbours);
            let syncs: Vec<String> = landing
                .syncs
                .iter()
                .map(|reached| format!("{} loses {}", reached.application.name, reached.reverts.len()))
                .collect();
            (syncs.join(", "), landing.waiting, landing.worst_reverted())
        };
        assert_eq!(
            told(true),
            (
                "head loses 1, payments loses 1, empty loses 0".to_owned(),
                1,
                Some(Verdict::Risky)
            )
        );
        assert_eq!(told(false), ("payments loses 1".to_owned(), 1, Some(Verdict::NeedsReview)));
    }
}
