//! What reading a file of a branch promises, on real repositories.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fixture::{Origin, file};
use super::{CommitId, FileProblem, FileRead, Git, GitError, SshCommand};

struct Cache(tempfile::TempDir);

impl Cache {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("git")
    }

    fn git(&self) -> Git {
        Git::new(self.folder(), SshCommand::Batch)
    }

    /// What is left in it.
    fn left(&self) -> usize {
        fs::read_dir(self.folder()).map_or(0, Iterator::count)
    }
}

fn at(commit: &str, text: &str) -> FileRead {
    FileRead::At {
        commit: CommitId::parse(commit).unwrap(),
        text: Ok(text.to_owned()),
    }
}

/// A script in Git's place.
#[cfg(unix)]
fn script(folder: &Path, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("git.sh");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn the_file_is_read_where_the_branch_is_and_nothing_is_left_behind() {
    let (origin, cache) = (Origin::new(), Cache::new());
    let git = cache.git();
    let first = origin.commit("drift/ignore.toml", "one\n");
    let file = origin.file("main", "drift/ignore.toml");
    assert_eq!(git.read(&file, None).await.unwrap(), at(&first, "one\n"));
    let known = CommitId::parse(&first);
    assert_eq!(git.read(&file, known.as_ref()).await.unwrap(), FileRead::Unchanged);

    // Also when it was moved to another history.
    origin.git(&["checkout", "--quiet", "--orphan", "other"]);
    let second = origin.commit("drift/ignore.toml", "two\n");
    origin.git(&["branch", "--force", "main", "other"]);
    assert_eq!(git.read(&file, known.as_ref()).await.unwrap(), at(&second, "two\n"));
    assert_eq!(cache.left(), 0);
}

#[tokio::test]
async fn a_branch_of_a_longer_name_is_another_branch() {
    let (origin, cache) = (Origin::new(), Cache::new());
    origin.commit("a", "x");
    origin.git(&["branch", "team/refs/heads/stable"]);
    assert_eq!(
        cache.git().read(&origin.file("stable", "a"), None).await,
        Err(GitError::BranchMissing("stable".to_owned()))
    );
}

#[tokio::test]
async fn only_a_text_file_of_a_bearable_size_is_read() {
    let (origin, cache) = (Origin::new(), Cache::new());
    origin.commit("folder/inside", "x");
    origin.commit("bytes", [0xff, 0xfe, 0x00]);
    origin.commit("large", "x".repeat(4097));
    origin.commit("fits", "x".repeat(4096));
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", origin.folder().join("link")).unwrap();
    origin.git(&["add", "."]);
    let commit = origin.commit("--weird", "hostile name");
    origin.git(&["add", "."]);
    let git = cache.git().with_largest_file(4096);
    for (path, expected) in [
        ("gone", FileProblem::Missing),
        ("folder", FileProblem::NotAFile("a folder")),
        ("link", FileProblem::NotAFile("a symbolic link")),
        ("bytes", FileProblem::NotText),
        ("large", FileProblem::TooLarge(4096)),
        ("inside", FileProblem::Missing),
        ("*", FileProblem::Missing),
        (":(glob)**", FileProblem::Missing),
        ("fits/deeper", FileProblem::Missing),
    ] {
        let read = git.read(&origin.file("main", path), None).await.unwrap();
        let expected = FileRead::At {
            commit: CommitId::parse(&commit).unwrap(),
            text: Err(expected),
        };
        assert_eq!(read, expected, "{path}");
    }
    let fits = git.read(&origin.file("main", "fits"), None).await.unwrap();
    assert_eq!(fits, at(&commit, &"x".repeat(4096)));
}

#[tokio::test]
async fn repositories_with_the_longer_hashes_are_read_as_well() {
    let (origin, cache) = (Origin::with_options(&["--object-format=sha256"]), Cache::new());
    let commit = origin.commit("a", "x");
    assert_eq!(commit.len(), 64);
    let read = cache.git().read(&origin.file("main", "a"), None).await.unwrap();
    assert_eq!(read, at(&commit, "x"));
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_in_gits_words() {
    let cache = Cache::new();
    let missing = cache
        .git()
        .read(&file("/nowhere/at/all", "main", "a"), None)
        .await
        .unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with("git ls-remote failed: fatal: '/nowhere/at/all' does not appear to be a git repository"),
        "{missing}"
    );
    // Nobody listens there.
    let refused = cache
        .git()
        .read(&file("http://127.0.0.1:1/a.git", "main", "a"), None)
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("git ls-remote failed: fatal: unable to access"),
        "{refused}"
    );
    assert_eq!(cache.left(), 0);
}

#[tokio::test]
async fn without_git_it_is_told_what_to_install() {
    let (origin, cache) = (Origin::new(), Cache::new());
    let git = cache.git().with_program("/nowhere/git");
    let error = git.read(&origin.file("main", "a"), None).await.unwrap_err();
    assert_eq!(error, GitError::NotInstalled);
    assert!(error.to_string().contains("install it"));
}

#[cfg(unix)]
#[tokio::test]
async fn neither_hooks_nor_helpers_of_a_repository_run() {
    let (origin, cache) = (Origin::new(), Cache::new());
    origin.commit("a", "x");
    let proof = cache.0.path().join("ran");
    let hook = script(cache.0.path(), &format!("touch {}", proof.display()));
    for name in [
        "reference-transaction",
        "post-checkout",
        "post-update",
        "pre-receive",
        "fsmonitor-watchman",
    ] {
        fs::copy(&hook, origin.folder().join(".git/hooks").join(name)).unwrap();
    }
    for key in [
        "core.sshCommand",
        "core.fsmonitor",
        "credential.helper",
        "uploadpack.packObjectsHook",
    ] {
        origin.git(&["config", key, hook.to_str().unwrap()]);
    }
    cache.git().read(&origin.file("main", "a"), None).await.unwrap();
    assert!(!proof.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let (origin, cache) = (Origin::new(), Cache::new());
    let slow = script(cache.0.path(), "exec sleep 600");
    let git = cache.git().with_program(slow).with_deadline(Duration::from_millis(1));
    let error = git.read(&origin.file("main", "a"), None).await.unwrap_err();
    assert_eq!(error, GitError::Timeout(Duration::from_millis(1)));
}

#[cfg(unix)]
#[tokio::test]
async fn when_nobody_waits_any_more_nothing_goes_on_running() {
    let (origin, cache) = (Origin::new(), Cache::new());
    // A helper of the command holds this pipe open for as long as it runs.
    let pipe = cache.0.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let slow = script(cache.0.path(), &format!("sleep 600 > {} &\nwait", pipe.display()));
    let git = cache.git().with_program(slow);
    let file = origin.file("main", "a");
    let mut helper = tokio::select! {
        read = git.read(&file, None) => panic!("it ended: {read:?}"),
        opened = tokio::task::spawn_blocking(move || fs::File::open(pipe)) => opened.unwrap().unwrap(),
    };
    let ended = tokio::task::spawn_blocking(move || std::io::copy(&mut helper, &mut std::io::sink()));
    assert_eq!(ended.await.unwrap().unwrap(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (origin, cache) = (Origin::new(), Cache::new());
    let git = cache.git().with_program(script(cache.0.path(), "exec yes"));
    let error = git.read(&origin.file("main", "a"), None).await.unwrap_err();
    assert_eq!(
        error,
        GitError::Unexpected {
            doing: "init".to_owned()
        }
    );
}

#[tokio::test]
async fn a_cache_folder_that_cannot_be_made_is_named() {
    let origin = Origin::new();
    let file_in_the_way = tempfile::NamedTempFile::new().unwrap();
    let git = Git::new(file_in_the_way.path().join("git"), SshCommand::Batch);
    let error = git.read(&origin.file("main", "a"), None).await.unwrap_err();
    assert!(matches!(error, GitError::Scratch { .. }), "{error}");
}
