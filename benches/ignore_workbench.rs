//! The ignore workbench over 2,000 drifts, against one frame of the screen (16 ms): opening it, which looks for what three rules
//! would hide anywhere, and each step wider.
//!
//! `cargo bench --bench ignore_workbench` prints medians and their part of a frame; it fails where one is more than a frame.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and its footing is its own"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use driftline::drift::raw::{ManagedResource, Pair, Rendered, Tree};
use driftline::drift::{
    Application, ApplicationKey, Detail, LiveObject, ObjectEvent, Pointer, ProjectWindows, ResourceKey, ResourceStatus,
    RevisionMetadata, RevisionOfSource, SyncStatus, SyncWindows,
};
use driftline::engine::ignoring::{By, Choice, Workbench};
use driftline::engine::ports::{ArgoCd, ArgoCdError, ClusterName, ServerInfo, Sink, WatchEvent};
use driftline::engine::scan::ScanScope;
use driftline::engine::view::DriftKey;
use driftline::engine::{Engine, EngineSettings, Ports};
use driftline::store::MemoryStore;
use driftline::wire::SystemClock;
use serde_json::{Value, json};

/// Issue 7: so many drifts.
const DRIFTS: usize = 2_000;

/// One frame of the screen.
const FRAME: Duration = Duration::from_millis(16);

/// An Argo CD of Applications of one Deployment each, every one edited in the same fields.
struct Fleet;

fn key(number: usize) -> ApplicationKey {
    ApplicationKey::new("bench", "argocd", format!("service-{number:04}").as_str())
}

fn resource(number: usize) -> ResourceKey {
    ResourceKey::new("apps", "Deployment", "shop", format!("service-{number:04}"))
}

fn application(number: usize) -> Application {
    let mut application = Application::new(key(number));
    application.detail = Detail::Full;
    application.project = format!("project-{}", number % 20);
    application.sync_status = SyncStatus::OutOfSync;
    application
        .labels
        .insert("env".to_owned(), ["prod", "staging"][number % 2].to_owned());
    application.resources = vec![ResourceStatus {
        key: resource(number),
        status: Some(SyncStatus::OutOfSync),
        requires_pruning: false,
        hook: false,
        health: None,
    }];
    application
}

fn deployment(number: usize, edited: bool) -> Value {
    let name = format!("service-{number:04}");
    let tag = if edited { "2" } else { "1" };
    // One in three has a sidecar before it: positions differ, names do not.
    let sidecar = json!({"name": "proxy", "image": "registry.example.com/proxy:1"});
    let app = json!({"name": "app", "image": format!("registry.example.com/shop/app:{tag}"),
        "env": (0..10).map(|n| json!({"name": format!("SETTING_{n}"), "value": "as in Git"})).collect::<Vec<_>>()});
    let containers = if number.is_multiple_of(3) {
        vec![sidecar, app]
    } else {
        vec![app]
    };
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": if edited { 5 } else { 3 }, "template": {"spec": {"containers": containers}}},
    });
    if edited {
        object["metadata"]["managedFields"] = json!([{
            "manager": "kubectl-edit", "operation": "Update", "apiVersion": "apps/v1", "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers":
                {"k:{\"name\":\"app\"}": {"f:image": {}}}}}}},
        }]);
    }
    object
}

#[async_trait]
impl ArgoCd for Fleet {
    fn context(&self) -> Arc<str> {
        "bench".into()
    }

    fn address(&self) -> String {
        "argocd.example.com".to_owned()
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        Ok(ServerInfo {
            identity: "https://argocd.example.com".to_owned(),
            ..ServerInfo::default()
        })
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        page((0..DRIFTS).map(application).collect());
        Ok("1".to_owned())
    }

    async fn application(&self, key: &ApplicationKey, _: &str) -> Result<Application, ArgoCdError> {
        Ok(application(number(key)))
    }

    async fn managed_resources(&self, key: &ApplicationKey, _: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        let number = number(key);
        let (target, live) = (deployment(number, false), deployment(number, true));
        Ok(vec![ManagedResource {
            key: resource(number),
            pair: Pair::of(Some(&Tree::of_value(&target)), Some(&Tree::of_value(&live))),
            target: Some(target),
            live: Some(live),
            modified: true,
            hook: false,
            unreadable: None,
        }])
    }

    async fn manifests(&self, _: &ApplicationKey, _: &str, _: &[String]) -> Result<Rendered, ArgoCdError> {
        Ok(Rendered::default())
    }

    async fn sync_windows(&self, _: &ApplicationKey, _: &str) -> Result<SyncWindows, ArgoCdError> {
        Ok(SyncWindows::default())
    }

    async fn project_windows(&self) -> Result<Vec<ProjectWindows>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn revision(&self, _: &ApplicationKey, _: &str, _: &RevisionOfSource) -> Result<RevisionMetadata, ArgoCdError> {
        Ok(RevisionMetadata::default())
    }

    async fn events(&self, _: &ApplicationKey, _: &str, _: Option<&LiveObject>) -> Result<Vec<ObjectEvent>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn watch(&self, _: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        Ok(())
    }

    async fn probe(&self) -> Result<String, ArgoCdError> {
        Ok(String::new())
    }
}

fn number(key: &ApplicationKey) -> usize {
    key.name.rsplit('-').next().unwrap().parse().unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn told(what: &str, time: Duration) -> bool {
    let part = time.as_secs_f64() / FRAME.as_secs_f64();
    println!("{what:<46}{time:>10.2?}  {part:.2} of a frame");
    part <= 1.0
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ports = Ports {
        argocd: vec![Arc::new(Fleet)],
        clock: Arc::new(SystemClock),
        store: Arc::new(MemoryStore::default()),
    };
    let engine = Arc::new(Engine::new(ports, EngineSettings::default()));
    runtime.block_on(engine.scan(&ScanScope::default(), &mut |_| {}));
    let drift = DriftKey {
        application: key(3),
        resource: resource(3),
        invisible: false,
    };
    let open = |path: &str| {
        let path = Pointer::parse(path).unwrap();
        let workbench = || runtime.block_on(engine.ignore_workbench(&drift, Some(&path))).unwrap();
        let times = (0..11)
            .map(|_| {
                let start = Instant::now();
                black_box(workbench());
                start.elapsed()
            })
            .collect();
        (median(times), workbench())
    };
    let mut holds = true;
    let (time, replicas) = open("/spec/replicas");
    holds &= told("opening it on a number (pointer, manager)", time);
    let (time, image) = open("/spec/template/spec/containers/1/image");
    holds &= told("opening it on an image (pointer, jq, manager)", time);
    for (what, workbench, by) in [("a pointer", &replicas, By::Pointer), ("a jq rule", &image, By::Jq)] {
        let (time, hidden) = steps(workbench, by);
        holds &= told(&format!("the slowest step of {what} ({hidden} hidden)"), time);
        if hidden != DRIFTS {
            println!("MISSED: everywhere it hides {hidden} of {DRIFTS}");
            holds = false;
        }
    }
    if !holds {
        println!("MISSED: something is more than a frame");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The slowest step of the ladder, and what the widest hides.
fn steps(workbench: &Workbench, by: By) -> (Duration, usize) {
    let mut slowest = Duration::ZERO;
    let mut hidden = 0;
    for rung in 0..workbench.rungs.len() {
        let choice = Choice {
            by,
            rung,
            dangerous: false,
        };
        let times = (0..11)
            .map(|_| {
                let start = Instant::now();
                black_box((workbench.effect(choice), workbench.counts(by, false)));
                start.elapsed()
            })
            .collect();
        slowest = slowest.max(median(times));
        hidden = workbench.counts(by, false)[rung];
    }
    (slowest, hidden)
}
