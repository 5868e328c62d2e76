//! The repositories of the forge: packed until somebody asks for one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::Value;

use super::answer::Answer;
use super::hosted::{Hosted, RepositorySettings};
use crate::demo::clock::DemoClock;
use crate::demo::recording::Recording;
use crate::engine::ports::Clock;
use crate::git::bare::BareRepository;
use crate::git::{Git, GitError, SshCommand};
use crate::plan::Repository;

/// Where a recorded Argo CD tells its repositories.
const RECORDED_REPOSITORIES: &str = "/api/v1/repositories";

/// A repository to serve.
#[derive(Debug, Clone)]
pub struct HostedRepository {
    /// Owner.
    pub owner: String,
    /// Name.
    pub name: String,
    /// Its default branch.
    pub default_branch: String,
    /// What it holds, as `git bundle` writes it; empty for an empty repository.
    pub bundle: Bytes,
}

impl HostedRepository {
    /// The repositories that a recorded Argo CD deploys from, as far as the recording holds them (`git/NAME.bundle`).
    pub fn of(recording: &Recording) -> Vec<Self> {
        let exchanges = recording.exchanges().iter();
        let told = exchanges
            .filter(|one| one.method == "GET" && one.status == 200 && one.path_and_query == RECORDED_REPOSITORIES)
            .find_map(|one| recording.body(one));
        let told: Value = told.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        let items = told.get("items").and_then(Value::as_array);
        let addresses = items.into_iter().flatten().filter_map(|item| item.get("repo")?.as_str());
        let found = addresses.filter_map(|address| {
            let repository = Repository::read(address).ok()?;
            let (owner, name) = repository.owner_and_name()?;
            let bundle = recording.file(&format!("git/{name}.bundle"))?;
            Some(Self {
                owner: owner.to_owned(),
                name: name.to_owned(),
                default_branch: head(bundle)?,
                bundle: bundle.clone(),
            })
        });
        found.collect()
    }
}

/// The branch that `HEAD` of a bundle is: its head is lines `ID REFERENCE` up to an empty one.
fn head(bundle: &Bytes) -> Option<String> {
    let lines = bundle.split(|b| *b == b'\n').take_while(|line| !line.is_empty());
    let references: Vec<(&str, &str)> = lines
        .filter_map(|line| std::str::from_utf8(line).ok()?.split_once(' '))
        .collect();
    let (head, _) = references.iter().find(|(_, name)| *name == "HEAD")?;
    let mut branches = references.iter().filter(|(id, _)| id == head);
    branches
        .find_map(|(_, name)| name.strip_prefix("refs/heads/"))
        .map(str::to_owned)
}

/// What one repository is before anybody asks for it, and after.
#[derive(Debug)]
enum Slot {
    Packed(HostedRepository),
    Open(Box<Hosted>),
}

/// All repositories. They are unpacked when they are first asked for.
#[derive(Debug)]
pub(super) struct Repositories {
    folder: PathBuf,
    clock: DemoClock,
    slots: BTreeMap<(String, String), Slot>,
}

impl Repositories {
    /// These, below this folder.
    pub(super) fn new(folder: PathBuf, clock: DemoClock, repositories: Vec<HostedRepository>) -> Self {
        let key = |one: &HostedRepository| (one.owner.to_lowercase(), one.name.to_lowercase());
        let slots = repositories.into_iter().map(|one| (key(&one), Slot::Packed(one)));
        Self {
            folder,
            clock,
            slots: slots.collect(),
        }
    }

    /// The repository of this name.
    pub(super) async fn get(&mut self, owner: &str, name: &str) -> Result<&mut Hosted, Answer> {
        let key = (owner.to_lowercase(), name.to_lowercase());
        let slot = self.slots.get_mut(&key).ok_or_else(Answer::not_found)?;
        if let Slot::Packed(packed) = slot {
            *slot = Slot::Open(Box::new(unpacked(packed, &self.folder, &self.clock).await?));
        }
        match slot {
            Slot::Open(hosted) => Ok(hosted),
            Slot::Packed(_) => Err(Answer::not_found()),
        }
    }
}

async fn unpacked(packed: &HostedRepository, folder: &Path, clock: &DemoClock) -> Result<Hosted, GitError> {
    let git = Git::new(folder.join("scratch"), SshCommand::Batch);
    let path = folder.join(&packed.owner).join(format!("{}.git", packed.name));
    let bare = BareRepository::init(git, &path, &packed.default_branch).await?;
    if !packed.bundle.is_empty() {
        let bundle = path.join("driftline.bundle");
        let failed = |error: std::io::Error| GitError::Scratch {
            folder: bundle.display().to_string(),
            message: error.to_string(),
        };
        tokio::fs::write(&bundle, &packed.bundle).await.map_err(failed)?;
        bare.take_bundle(&bundle).await?;
        tokio::fs::remove_file(&bundle).await.map_err(failed)?;
    }
    Ok(Hosted {
        owner: packed.owner.clone(),
        name: packed.name.clone(),
        default_branch: packed.default_branch.clone(),
        bare,
        settings: RepositorySettings::default(),
        tickets: BTreeMap::new(),
        labels: BTreeMap::new(),
        comments: 0,
        created: clock.now(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_bundle_is_read_off_its_first_lines() {
        for (bundle, expected) in [
            (
                "# v2 git bundle\naa refs/heads/dev\nbb refs/heads/main\nbb HEAD\n\nPACK",
                Some("main"),
            ),
            ("# v2 git bundle\naa refs/heads/dev\n\nbb HEAD\n", None),
            ("", None),
        ] {
            assert_eq!(head(&Bytes::from(bundle)).as_deref(), expected);
        }
    }

    #[tokio::test]
    async fn the_built_in_recording_has_repositories_with_a_history() {
        let recording = Recording::built_in().unwrap();
        let hosted = HostedRepository::of(&recording);
        assert!(hosted.len() >= 5, "{hosted:?}");
        let folder = tempfile::tempdir().unwrap();
        let clock = DemoClock::starting_at(recording.now());
        let mut all = Repositories::new(folder.path().to_owned(), clock, hosted.clone());
        for one in &hosted {
            let opened = all.get(&one.owner.to_uppercase(), &one.name).await.unwrap();
            let tip = opened.tip(&one.default_branch).await.unwrap().unwrap();
            assert!(opened.bare.commit(&tip).await.unwrap().is_some(), "{}", one.name);
        }
        assert!(all.get("nobody", "nothing").await.is_err());
    }
}
