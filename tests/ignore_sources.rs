//! Ignore rules that lie in Git, from the repository to what a scan and the screen say of a drift.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

mod support;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use driftline::argocd::Client;
use driftline::config::ignore_list;
use driftline::demo::{RecordedArgoCd, Recording};
use driftline::drift::raw::{ManagedResource, Rendered};
use driftline::drift::{
    Application, ApplicationKey, LiveObject, ObjectEvent, ProjectWindows, RevisionMetadata, RevisionOfSource, SyncWindows,
};
use driftline::engine::ports::{ArgoCd, ArgoCdError, ClusterName, IgnoreRules, IgnoreSource, ServerInfo, Sink, WatchEvent};
use driftline::engine::scan::ScanScope;
use driftline::engine::view::{ApplicationVerdict, ApplicationView};
use driftline::engine::{Engine, EngineEvent, EngineSettings, Ports};
use driftline::ignore::RuleSet;
use driftline::store::MemoryStore;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// What hangs fails; a test on a busy machine waits.
const PATIENCE: Duration = Duration::from_secs(600);

async fn serve() -> RecordedArgoCd {
    support::serve(&Arc::new(Recording::built_in().unwrap())).await
}

/// Rules that a test hands in, and when a fetch of them ends.
#[derive(Default)]
struct Handed {
    rules: Mutex<IgnoreRules>,
    ended: Notify,
}

impl Handed {
    fn set(&self, toml: &str) {
        let rules = ignore_list(toml, Path::new("handed.toml")).unwrap();
        self.rules.lock().unwrap().set = Arc::new(RuleSet::new(rules));
    }
}

#[async_trait]
impl IgnoreSource for Handed {
    async fn rules(&self, _: Timestamp) -> IgnoreRules {
        self.rules.lock().unwrap().clone()
    }

    async fn fetched_rules(&self, now: Timestamp) -> IgnoreRules {
        self.ended.notified().await;
        self.rules(now).await
    }

    async fn fetched(&self) {
        self.ended.notified().await;
    }
}

/// An Argo CD that lets the rules arrive when it has listed, and where nothing happens afterwards.
struct ListsFirst(Client, Arc<Handed>);

#[async_trait]
impl ArgoCd for ListsFirst {
    fn context(&self) -> Arc<str> {
        self.0.context()
    }

    fn address(&self) -> String {
        self.0.address()
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        self.0.server().await
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        self.0.clusters().await
    }

    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        let listed = self.0.list(page).await;
        self.1.ended.notify_one();
        listed
    }

    async fn application(&self, key: &ApplicationKey, project: &str) -> Result<Application, ArgoCdError> {
        self.0.application(key, project).await
    }

    async fn managed_resources(&self, key: &ApplicationKey, project: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        self.0.managed_resources(key, project).await
    }

    async fn manifests(&self, key: &ApplicationKey, project: &str, revisions: &[String]) -> Result<Rendered, ArgoCdError> {
        self.0.manifests(key, project, revisions).await
    }

    async fn sync_windows(&self, key: &ApplicationKey, project: &str) -> Result<SyncWindows, ArgoCdError> {
        self.0.sync_windows(key, project).await
    }

    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError> {
        self.0.project_windows().await
    }

    async fn revision(
        &self,
        key: &ApplicationKey,
        project: &str,
        revision: &RevisionOfSource,
    ) -> Result<RevisionMetadata, ArgoCdError> {
        self.0.revision(key, project, revision).await
    }

    async fn events(
        &self,
        key: &ApplicationKey,
        project: &str,
        object: Option<&LiveObject>,
    ) -> Result<Vec<ObjectEvent>, ArgoCdError> {
        self.0.events(key, project, object).await
    }

    async fn watch(&self, _: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        std::future::pending().await
    }

    async fn probe(&self) -> Result<String, ArgoCdError> {
        self.0.probe().await
    }
}

fn engine(server: &RecordedArgoCd, rules: &Arc<Handed>) -> Arc<Engine> {
    let client = support::client(server, server.token());
    let ports = Ports {
        argocd: vec![Arc::new(ListsFirst(client, Arc::clone(rules)))],
        clock: Arc::new(server.clock()),
        store: Arc::new(MemoryStore::default()),
    };
    // Nothing comes by itself in the time of a test.
    let settings = EngineSettings {
        list_every: Duration::from_secs(86_400),
        look_every: Duration::from_secs(86_400),
        ..EngineSettings::default()
    };
    Arc::new(Engine::new(ports, settings).with_ignore_rules(Arc::clone(rules) as _))
}

/// How many changes a rule hides.
fn hidden<'a>(applications: impl IntoIterator<Item = &'a ApplicationView>) -> usize {
    let drifts = applications.into_iter().flat_map(|a| &a.drifts);
    drifts
        .flat_map(|drift| &drift.changes)
        .filter(|change| change.ignored_by.is_some())
        .count()
}

const REPLICAS: &str = "[[ignore]]\npointer = \"/spec/replicas\"\nreason = \"scaled outside\"\n";

#[tokio::test]
async fn a_scan_lists_while_rules_are_fetched_and_judges_by_them() {
    let server = serve().await;
    let rules = Arc::new(Handed::default());
    rules.set(REPLICAS);
    let engine = engine(&server, &rules);
    let scope = ScanScope::default();
    let mut progress = |_| {};
    let report = tokio::time::timeout(PATIENCE, engine.scan(&scope, &mut progress))
        .await
        .unwrap();
    let plain = support::engine(&server).scan(&scope, &mut |_| {}).await;
    assert_eq!(hidden(&plain.applications), 0);
    assert!(hidden(&report.applications) > 0);
}

#[tokio::test]
async fn rules_that_arrive_while_somebody_watches_are_applied_at_once() {
    let server = serve().await;
    let rules = Arc::new(Handed::default());
    let engine = engine(&server, &rules);
    let (events, mut news) = mpsc::channel(64);
    let (_commands, commands) = mpsc::channel(1);
    let stop = CancellationToken::new();
    let following = tokio::spawn(Arc::clone(&engine).follow(events, commands, stop.clone()));

    let mut waiting: HashSet<ApplicationKey> = HashSet::new();
    let (mut listed, mut arrived) = (false, false);
    let hidden_at_last = async {
        while let Some(event) = news.recv().await {
            match event {
                EngineEvent::Listed(views) => waiting.extend(
                    views
                        .into_iter()
                        .filter(|view| view.verdict == ApplicationVerdict::Pending)
                        .map(|view| view.key.clone()),
                ),
                EngineEvent::ListCompleted { .. } => listed = true,
                EngineEvent::Judged(view) if arrived && hidden([&*view]) > 0 => return,
                EngineEvent::Judged(view) => {
                    assert_eq!(hidden([&*view]), 0);
                    waiting.remove(&view.key);
                }
                _ => {}
            }
            // Every drift was judged, and nothing would be judged again for a day.
            if listed && waiting.is_empty() && !arrived {
                arrived = true;
                rules.set(REPLICAS);
                rules.ended.notify_one();
            }
        }
        panic!("the engine fell silent");
    };
    tokio::time::timeout(PATIENCE, hidden_at_last).await.unwrap();
    stop.cancel();
    drop(news);
    following.await.unwrap();
}

/// A home folder with a configuration, a repository, and the program on them.
struct Home {
    root: tempfile::TempDir,
}

/// What a run left behind.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

impl Home {
    /// The configuration names the recorded server and the repository `rules` beside it, with more of a source if given.
    fn new(server: &RecordedArgoCd, source: &str) -> Self {
        let home = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(home.path("rules")).unwrap();
        let text = format!(
            "[[context]]\nname = \"here\"\nserver = \"{}\"\nplaintext = true\ntoken_env = \"TOKEN\"\n\n[ignore]\nsources = [{{ \
             repository = \"rules\", branch = \"main\", path = \"drift/ignore.toml\"{source} }}]\n",
            server.addr()
        );
        fs::write(home.path("config.toml"), text).unwrap();
        home.git(&["init", "--quiet", "--initial-branch=main"]);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn git(&self, arguments: &[&str]) {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com"])
            .args(arguments)
            .current_dir(self.path("rules"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .status();
        assert!(done.unwrap().success(), "{arguments:?}");
    }

    fn commit(&self, text: &str) {
        fs::create_dir_all(self.path("rules/drift")).unwrap();
        fs::write(self.path("rules/drift/ignore.toml"), text).unwrap();
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "-m", "x"]);
    }

    async fn run(&self, server: &RecordedArgoCd, arguments: &[&str]) -> Ran {
        self.run_in(server, arguments, &std::env::var("PATH").unwrap()).await
    }

    async fn run_in(&self, server: &RecordedArgoCd, arguments: &[&str], path: &str) -> Ran {
        use secrecy::ExposeSecret;
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_driftline"))
            .args(arguments)
            .args(["--config", self.path("config.toml").to_str().unwrap()])
            .env_clear()
            .env("HOME", self.root.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("PATH", path)
            .env("TOKEN", server.token().expose_secret())
            .current_dir(self.root.path())
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

const SCAN: [&str; 3] = ["scan", "--output", "json"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_obeys_the_repository_and_keeps_its_last_good_copy() {
    let server = serve().await;
    let home = Home::new(&server, "");
    home.commit(REPLICAS);
    let first = home.run(&server, &SCAN).await;
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""));
    let report = first.json();
    let source = &report["ignore_sources"][0];
    let name = format!("{}@main:drift/ignore.toml", home.path("rules").display());
    assert_eq!(source["name"], name);
    assert_eq!((&source["rules"], &source["error"]), (&1.into(), &Value::Null));
    let ignored = report["summary"]["ignored"].as_u64().unwrap();
    assert!(ignored > 0);
    assert!(
        first.out.contains(&format!("\"rule\": \"{name}:1\"")),
        "the rule is not named"
    );

    home.commit("[[ignore]]\npointer = \"no pointer\"\nreason = \"r\"\n");
    let broken = home.run(&server, &SCAN).await;
    assert_eq!(broken.code, Some(0), "{}", broken.err);
    assert_eq!(broken.json()["summary"]["ignored"], ignored);
    assert!(broken.err.contains("ignore.toml:2:11: `ignore.pointer`"), "{}", broken.err);
    assert!(
        broken.err.contains("the last good copy holds: 1 rule at commit "),
        "{}",
        broken.err
    );

    fs::rename(home.path("rules"), home.path("away")).unwrap();
    let listed = home.run(&server, &["ignore", "list"]).await;
    assert_eq!(listed.code, Some(3));
    assert!(listed.out.contains("/spec/replicas"), "{}", listed.out);
    assert!(listed.out.contains(": git ls-remote failed: fatal: "), "{}", listed.out);

    fs::remove_dir_all(home.path("cache")).unwrap();
    let nothing = home.run(&server, &SCAN).await;
    assert_eq!(nothing.code, Some(3));
    assert_eq!(nothing.json()["summary"]["ignored"], 0);
    assert!(nothing.err.contains("it was never read"), "{}", nothing.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sources_environment_limits_its_rules() {
    let server = serve().await;
    let home = Home::new(&server, ", environment = \"nowhere\"");
    home.commit(REPLICAS);
    let report = home.run(&server, &SCAN).await.json();
    assert_eq!(
        (&report["summary"]["ignored"], &report["ignore_sources"][0]["rules"]),
        (&0.into(), &1.into())
    );
    let listed = home.run(&server, &["ignore", "list"]).await;
    assert!(listed.out.contains("source_environment=nowhere"), "{}", listed.out);
    let shown = home.run(&server, &["config", "show"]).await;
    assert!(shown.out.contains("environment = \"nowhere\""), "{}", shown.out);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_at_once_read_the_same_rules_and_leave_nothing_behind() {
    let server = serve().await;
    let home = Home::new(&server, "");
    home.commit(REPLICAS);
    let list = ["ignore", "list", "--output", "json"];
    let runs = futures_util::future::join_all((0..6).map(|_| home.run(&server, &list))).await;
    for ran in &runs {
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        assert_eq!(ran.json()["sources"][0]["rules"], 1);
    }
    let left = |folder: &str| fs::read_dir(home.path("cache/driftline").join(folder)).unwrap().count();
    assert_eq!((left("git"), left("ignore-sources")), (0, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_git_in_path_it_is_told_what_to_install() {
    let server = serve().await;
    let home = Home::new(&server, "");
    home.commit(REPLICAS);
    let ran = home.run_in(&server, &["ignore", "list"], "/nowhere").await;
    assert_eq!(ran.code, Some(3));
    assert!(ran.out.contains("git is not in PATH: install it"), "{}", ran.out);
}
