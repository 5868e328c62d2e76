//! Where a write goes: which repository, which branch, near which path. First that fits (design §3.8): the branch of the
//! source, the dry source of a hydrator, the values repository, the repository of the Application's own manifest, a
//! configured repository; else only an Issue.

use super::repository::{NoRepository, Repository};
use crate::drift::{BranchName, Source};

/// Why this repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The Application deploys from it.
    Source,
    /// A hydrator renders from it; what it renders into is nobody's to edit.
    DrySource,
    /// It holds the values for a chart.
    Values,
    /// It holds the manifest of the Application itself.
    OwnManifest,
    /// The configuration names it.
    Configured,
}

impl Role {
    /// In our words, for the preview.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "the source of the Application",
            Self::DrySource => "the dry source, which the hydrator renders",
            Self::Values => "the repository of its values",
            Self::OwnManifest => "the repository of the Application's own manifest",
            Self::Configured => "the repository that the configuration names",
        }
    }
}

/// The branch that a change is proposed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Base {
    /// The one that `HEAD` stands for; the forge knows which.
    Default,
    /// This one, if the forge has a branch of that name: a revision does not say whether it is a branch or a tag.
    Named(BranchName),
}

/// A place that a write may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The repository.
    pub repository: Repository,
    /// Its address as it is written in the Application or the configuration, for Git itself (may hold a password: never
    /// shown).
    pub address: String,
    /// The branch.
    pub base: Base,
    /// Folder of the source there; empty for its root.
    pub path: String,
    /// Why there.
    pub role: Role,
}

/// What is known of where an Application comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Origins<'a> {
    /// Effective sources.
    pub sources: &'a [Source],
    /// What a hydrator renders from; `None` for an Application without one.
    pub dry_source: Option<&'a Source>,
    /// Sources of the Application that manages the Application's own manifest.
    pub parent: &'a [Source],
    /// The configured repository and branch, as a source.
    pub configured: Option<&'a Source>,
}

/// Why a source is no destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDestination {
    /// See [`NoRepository`].
    #[error(transparent)]
    Repository(#[from] NoRepository),
    /// A commit, or a range of versions: nothing can be proposed to it.
    #[error("the source is pinned to a commit or a version, which is no branch: a pull request has nothing to go to")]
    Pinned,
    /// No source at all.
    #[error("the Application names no source")]
    None,
}

/// Every place that fits, the first choice first.
///
/// # Errors
/// Why there is none: of the first source.
pub fn destinations(origins: Origins<'_>) -> Result<Vec<Destination>, NoDestination> {
    let mut found: Vec<Destination> = Vec::new();
    let mut first_refusal = None;
    let values = |source: &&Source| !source.reference.is_empty();
    let plain = origins
        .sources
        .iter()
        .filter(|source| !values(source) && origins.dry_source.is_none());
    let candidates = plain
        .map(|source| (Role::Source, source))
        .chain(origins.dry_source.map(|source| (Role::DrySource, source)))
        .chain(origins.sources.iter().filter(values).map(|source| (Role::Values, source)))
        .chain(origins.parent.iter().map(|source| (Role::OwnManifest, source)))
        .chain(origins.configured.map(|source| (Role::Configured, source)));
    for (role, source) in candidates {
        match destination(role, source) {
            Ok(destination) => {
                let known = |other: &Destination| other.repository == destination.repository && other.base == destination.base;
                if !found.iter().any(known) {
                    found.push(destination);
                }
            }
            Err(refusal) => {
                first_refusal.get_or_insert(refusal);
            }
        }
    }
    match found.is_empty() {
        true => Err(first_refusal.unwrap_or(NoDestination::None)),
        false => Ok(found),
    }
}

fn destination(role: Role, source: &Source) -> Result<Destination, NoDestination> {
    if !source.chart.is_empty() {
        return Err(NoRepository::NotGit.into());
    }
    Ok(Destination {
        repository: Repository::read(&source.repo_url)?,
        address: source.repo_url.clone(),
        base: base(&source.target_revision)?,
        path: source.path.trim_matches('/').trim_start_matches("./").to_owned(),
        role,
    })
}

fn base(revision: &str) -> Result<Base, NoDestination> {
    if matches!(revision, "" | "HEAD") {
        return Ok(Base::Default);
    }
    let is_commit = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
    let name = revision.strip_prefix("refs/heads/").unwrap_or(revision);
    if is_commit || name.starts_with("refs/") {
        return Err(NoDestination::Pinned);
    }
    // What is no name of a branch is a range of versions: `1.*`, `>=1.2 <2`, `~1.2`.
    BranchName::parse(name).map(Base::Named).map_err(|_| NoDestination::Pinned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(repo_url: &str, target_revision: &str) -> Source {
        Source {
            repo_url: repo_url.to_owned(),
            target_revision: target_revision.to_owned(),
            path: "apps/web".to_owned(),
            ..Source::default()
        }
    }

    fn told(origins: Origins<'_>) -> Vec<String> {
        match destinations(origins) {
            Ok(found) => found
                .iter()
                .map(|place| {
                    let base = match &place.base {
                        Base::Default => "HEAD",
                        Base::Named(name) => name.as_str(),
                    };
                    format!("{:?} {}@{base}", place.role, place.repository)
                })
                .collect(),
            Err(why) => vec![format!("{why:?}")],
        }
    }

    #[test]
    fn the_branch_of_the_source_comes_first() {
        let parent = [source("https://git.example.com/root", "main")];
        let configured = source("https://git.example.com/drift", "");
        let chart = Source {
            chart: "web".to_owned(),
            ..source("https://charts.example.com/x", "1.2.3")
        };
        let values = Source {
            reference: "values".to_owned(),
            ..source("https://git.example.com/a/values", "main")
        };
        let git = source("git@git.example.com:a/web.git", "release/1");
        for (sources, dry, expected) in [
            (
                vec![git.clone()],
                None,
                vec![
                    "Source git.example.com/a/web@release/1",
                    "OwnManifest git.example.com/root@main",
                    "Configured git.example.com/drift@HEAD",
                ],
            ),
            (
                vec![chart, values],
                None,
                vec![
                    "Values git.example.com/a/values@main",
                    "OwnManifest git.example.com/root@main",
                    "Configured git.example.com/drift@HEAD",
                ],
            ),
            (
                vec![source("https://git.example.com/a/web", "environments/prod")],
                Some(source("https://git.example.com/a/web", "main")),
                vec![
                    "DrySource git.example.com/a/web@main",
                    "OwnManifest git.example.com/root@main",
                    "Configured git.example.com/drift@HEAD",
                ],
            ),
        ] {
            let origins = Origins {
                sources: &sources,
                dry_source: dry.as_ref(),
                parent: &parent,
                configured: Some(&configured),
            };
            assert_eq!(told(origins), expected);
        }
    }

    #[test]
    fn a_commit_or_a_range_of_versions_is_never_a_base() {
        for (revision, expected) in [
            ("3f9c2ab3f9c2ab3f9c2ab3f9c2ab3f9c2ab3f9c2", "Pinned"),
            ("refs/tags/v1", "Pinned"),
            ("1.*", "Pinned"),
            (">=1.2.0 <2.0.0", "Pinned"),
            ("~1.2", "Pinned"),
            ("refs/heads/main", "Source git.example.com/a@main"),
            ("HEAD", "Source git.example.com/a@HEAD"),
            ("v1.2.3", "Source git.example.com/a@v1.2.3"),
        ] {
            let sources = [source("https://git.example.com/a", revision)];
            let origins = Origins {
                sources: &sources,
                ..Origins::default()
            };
            assert_eq!(told(origins), [expected], "{revision}");
        }
        assert_eq!(told(Origins::default()), ["None"]);
    }
}
