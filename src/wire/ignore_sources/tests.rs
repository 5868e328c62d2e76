//! What the sources of ignore rules promise, on real files and repositories.

use std::fs;
use std::time::Duration;

use super::*;
use crate::drift::{Glob, RepositoryFile};
use crate::engine::ports::IgnoreSourceState;
use crate::git::fixture::{Origin, file};

const RULE: &str = "[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n";
const TWO: &str =
    "[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n[[ignore]]\npointer = \"/spec/replicas\"\nreason = \"scaled\"\n";
const BROKEN: &str = "[[ignore]]\npointer = \"status\"\nreason = \"noise\"\n";

fn at(minute: i64) -> Timestamp {
    "2026-11-24T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

fn settings(places: Vec<IgnoreSourcePlace>, environment: Option<&str>) -> IgnoreSettings {
    let source = |place| IgnoreSourceSettings {
        place,
        environment: environment.map(Glob::new),
    };
    IgnoreSettings {
        rules: Vec::new(),
        sources: places.into_iter().map(source).collect(),
        fetch_every: Duration::from_secs(60),
    }
}

/// One repository as the only source, with a cache folder.
struct Setting {
    cache: tempfile::TempDir,
    settings: IgnoreSettings,
}

impl Setting {
    fn of(file: RepositoryFile) -> Self {
        Self {
            cache: tempfile::tempdir().unwrap(),
            settings: settings(vec![IgnoreSourcePlace::Repository(file)], None),
        }
    }

    /// As a program that starts.
    fn start(&self) -> IgnoreSources {
        IgnoreSources::new(&self.settings, Some(self.cache.path()))
    }

    /// As a program that starts and has another Git.
    fn start_with(&self, program: &str) -> IgnoreSources {
        let repositories = Repositories {
            git: Git::new(self.cache.path().join("git"), SshCommand::Batch).with_program(program),
            cache: Some(Cache::new(self.cache.path().join("ignore-sources"), CACHE_BYTES)),
        };
        IgnoreSources::with_repositories(&self.settings, Some(repositories))
    }
}

/// (rules that hold, when they were read, what was wrong) of the only source.
fn only(rules: &IgnoreRules) -> (usize, Option<Timestamp>, Option<&str>) {
    let [
        IgnoreSourceState {
            read_at,
            error,
            rules: n,
            ..
        },
    ] = &rules.sources[..]
    else {
        panic!("{:?}", rules.sources);
    };
    assert_eq!(rules.set.rules().len(), *n);
    (*n, *read_at, error.as_deref())
}

#[tokio::test]
async fn a_broken_file_keeps_its_last_good_rules_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ignore.toml");
    let sources = IgnoreSources::new(&settings(vec![IgnoreSourcePlace::File(path.clone())], None), None);

    let missing = sources.rules(at(0)).await;
    let (rules, read_at, error) = only(&missing);
    assert_eq!((rules, read_at), (0, None));
    assert!(error.unwrap().starts_with("cannot be read"));

    fs::write(&path, RULE).unwrap();
    assert_eq!(only(&sources.rules(at(1)).await), (1, Some(at(1)), None));

    fs::write(&path, BROKEN).unwrap();
    let broken = sources.rules(at(2)).await;
    let (rules, read_at, error) = only(&broken);
    assert_eq!((rules, read_at), (1, Some(at(1))));
    assert!(error.unwrap().contains(":2:11: `ignore.pointer`"));
}

#[tokio::test]
async fn rules_of_a_repository_are_fetched_beside_and_follow_its_branch() {
    let origin = Origin::new();
    let first = origin.commit("drift/ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "drift/ignore.toml"));
    let sources = setting.start();

    // Nobody waits: nothing is known yet, and that is no error.
    assert_eq!(only(&sources.rules(at(0)).await), (0, None, None));
    sources.fetched().await;
    let rules = sources.rules(at(0)).await;
    assert_eq!(only(&rules), (1, Some(at(0)), None));
    assert_eq!(rules.sources[0].commit, Some(first));
    let name = format!("{}@main:drift/ignore.toml", origin.folder().display());
    assert_eq!(rules.sources[0].name, name);
    assert_eq!(rules.set.rules()[0].origin.to_string(), format!("{name}:1"));

    // Not asked again before it is time.
    let second = origin.commit("drift/ignore.toml", TWO);
    assert_eq!(only(&sources.fetched_rules(at(0)).await), (1, Some(at(0)), None));
    let rules = sources.fetched_rules(at(1)).await;
    assert_eq!(only(&rules), (2, Some(at(1)), None));
    assert_eq!(rules.sources[0].commit, Some(second));

    // The branch did not move: the same set, read just now.
    let again = sources.fetched_rules(at(2)).await;
    assert_eq!(only(&again), (2, Some(at(2)), None));
    assert!(Arc::ptr_eq(&again.set, &rules.set));
}

#[tokio::test]
async fn whatever_happens_to_the_repository_the_last_good_copy_holds() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    let sources = setting.start();
    assert_eq!(only(&sources.fetched_rules(at(0)).await), (1, Some(at(0)), None));

    let commit = origin.commit("ignore.toml", BROKEN);
    for minute in [1, 2] {
        let broken = sources.fetched_rules(at(minute)).await;
        let (rules, read_at, error) = only(&broken);
        assert_eq!((rules, read_at), (1, Some(at(0))), "{minute}");
        let error = error.unwrap();
        assert!(error.contains("ignore.toml:2:11: `ignore.pointer`"), "{error}");
        assert!(error.ends_with(&format!("(at commit {})", &commit[..12])), "{error}");
    }

    origin.git(&["rm", "--quiet", "ignore.toml"]);
    origin.commit("other", "x");
    let deleted = sources.fetched_rules(at(3)).await;
    let (rules, read_at, error) = only(&deleted);
    assert_eq!((rules, read_at), (1, Some(at(0))));
    assert!(error.unwrap().starts_with("the branch has no such file"), "{error:?}");

    origin.git(&["checkout", "--quiet", "-b", "other"]);
    origin.git(&["branch", "-D", "--quiet", "main"]);
    let gone = sources.fetched_rules(at(4)).await;
    assert_eq!(only(&gone), (1, Some(at(0)), Some("there is no branch `main`")));

    let away = origin.folder().with_extension("away");
    fs::rename(origin.folder(), &away).unwrap();
    let unreachable = sources.fetched_rules(at(5)).await;
    let (rules, read_at, error) = only(&unreachable);
    assert_eq!((rules, read_at), (1, Some(at(0))));
    assert!(error.unwrap().starts_with("git ls-remote failed: fatal: "), "{error:?}");

    fs::rename(&away, origin.folder()).unwrap();
    origin.git(&["checkout", "--quiet", "-b", "main"]);
    origin.commit("ignore.toml", TWO);
    assert_eq!(only(&sources.fetched_rules(at(6)).await), (2, Some(at(6)), None));
}

#[tokio::test]
async fn the_last_good_copy_survives_a_restart_with_its_age() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    setting.start().fetched_rules(at(0)).await;
    // Read again without a change: the copy is as young as that.
    let unchanged = setting.start();
    assert_eq!(only(&unchanged.rules(at(3)).await), (1, Some(at(0)), None));
    assert_eq!(only(&unchanged.fetched_rules(at(3)).await), (1, Some(at(3)), None));

    fs::remove_dir_all(origin.folder().join(".git")).unwrap();
    let sources = setting.start();
    assert_eq!(only(&sources.rules(at(10)).await), (1, Some(at(3)), None));
    let unreachable = sources.fetched_rules(at(10)).await;
    let (rules, read_at, error) = only(&unreachable);
    assert_eq!((rules, read_at, error.is_some()), (1, Some(at(3)), true));
}

#[tokio::test]
async fn another_file_branch_or_repository_does_not_get_that_copy() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    setting.start().fetched_rules(at(0)).await;
    for other in [
        origin.file("main", "other.toml"),
        origin.file("other", "ignore.toml"),
        file("/nowhere", "main", "ignore.toml"),
    ] {
        let settings = settings(vec![IgnoreSourcePlace::Repository(other)], None);
        let sources = IgnoreSources::new(&settings, Some(setting.cache.path()));
        assert_eq!(only(&sources.rules(at(1)).await), (0, None, None));
    }
}

#[tokio::test]
async fn the_cache_may_be_deleted_or_spoilt_at_any_time() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    let sources = setting.start();
    sources.fetched_rules(at(0)).await;

    fs::remove_dir_all(setting.cache.path()).unwrap();
    assert_eq!(only(&sources.fetched_rules(at(1)).await), (1, Some(at(1)), None));
    origin.commit("ignore.toml", TWO);
    assert_eq!(only(&sources.fetched_rules(at(2)).await), (2, Some(at(2)), None));

    for entry in fs::read_dir(setting.cache.path().join("ignore-sources")).unwrap() {
        fs::write(entry.unwrap().path(), "spoilt").unwrap();
    }
    let restarted = setting.start();
    assert_eq!(only(&restarted.rules(at(3)).await), (0, None, None));
    assert_eq!(only(&restarted.fetched_rules(at(3)).await), (2, Some(at(3)), None));
    assert_eq!(only(&setting.start().rules(at(4)).await), (2, Some(at(3)), None));
}

#[tokio::test]
async fn instances_at_once_do_not_disturb_each_other() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    for minute in 0..3 {
        origin.commit("ignore.toml", if minute % 2 == 0 { TWO } else { RULE });
        let expected = if minute % 2 == 0 { 2 } else { 1 };
        let instances: Vec<IgnoreSources> = (0..4).map(|_| setting.start()).collect();
        let read = futures_util::future::join_all(instances.iter().map(|sources| sources.fetched_rules(at(minute)))).await;
        for rules in &read {
            assert_eq!(only(rules), (expected, Some(at(minute)), None));
        }
    }
    assert_eq!(fs::read_dir(setting.cache.path().join("git")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(setting.cache.path().join("ignore-sources")).unwrap().count(), 1);
}

#[tokio::test]
async fn without_git_the_source_says_what_to_install() {
    let origin = Origin::new();
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    let rules = setting.start_with("/nowhere/git").fetched_rules(at(0)).await;
    assert!(only(&rules).2.unwrap().contains("install it"));
}

#[tokio::test]
async fn a_source_may_be_limited_to_environments() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let place = IgnoreSourcePlace::Repository(origin.file("main", "ignore.toml"));
    let cache = tempfile::tempdir().unwrap();
    let limited = settings(vec![place.clone()], Some("prod*"));
    let rules = IgnoreSources::new(&limited, Some(cache.path())).fetched_rules(at(0)).await;
    assert_eq!(rules.set.rules()[0].scope.source_environment, Some(Glob::new("prod*")));
    // The limit is the configuration's and not the copy's.
    let everywhere = IgnoreSources::new(&settings(vec![place], None), Some(cache.path()))
        .rules(at(1))
        .await;
    assert_eq!(everywhere.set.rules()[0].scope.source_environment, None);
}

#[tokio::test]
async fn the_demo_leaves_repositories_alone() {
    let origin = Origin::new();
    origin.commit("ignore.toml", RULE);
    let setting = Setting::of(origin.file("main", "ignore.toml"));
    let rules = IgnoreSources::without_network(&setting.settings).fetched_rules(at(0)).await;
    assert_eq!(only(&rules), (0, None, Some("not read: the demo uses no network")));
}
