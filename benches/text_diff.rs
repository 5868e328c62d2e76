//! The text diff of an object of ten megabytes, from the redacted JSON that the engine keeps to the diff pane drawn with its
//! first screen of rows, against GNU `diff -u` on the same YAML in the same run. Prints ratios, which travel
//! between machines; times do not.

#![expect(clippy::unwrap_used, reason = "a bench ends where its own footing gives way")]

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use driftline::drift::raw::{ManagedResource, Pair, Rendered, Tree};
use driftline::drift::{
    Application, ApplicationKey, Detail, LiveObject, ObjectEvent, ProjectWindows, ResourceKey, RevisionMetadata,
    RevisionOfSource, SyncStatus, SyncWindows,
};
use driftline::engine::document::ManifestPair;
use driftline::engine::ports::{ArgoCd, ArgoCdError, Clock, ClusterName, ServerInfo, Sink, WatchEvent};
use driftline::engine::view::DriftKey;
use driftline::engine::{Engine, EngineSettings, Ports};
use driftline::store::MemoryStore;
use driftline::tui::first_screen;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

const FILES: usize = 100;
const LINES: usize = 2_900;
const CONTAINERS: usize = 1_000;
const VARIABLES: usize = 150;
const RUNS: usize = 11;

/// What fills the object.
#[derive(Clone, Copy)]
enum Filled {
    /// Files of many lines.
    Files,
    /// Containers with many fields of one line each.
    Fields,
}

/// One Application with one object: `every`-th line of it was edited.
#[derive(Clone, Copy)]
struct Large {
    filled: Filled,
    every: usize,
}

impl Large {
    fn object(&self, edited: bool) -> Value {
        match self.filled {
            Filled::Files => self.config_map(edited),
            Filled::Fields => self.pods(edited),
        }
    }

    fn pods(&self, edited: bool) -> Value {
        let variable = |number: usize| {
            let value = if edited && number.is_multiple_of(self.every) {
                "edited"
            } else {
                "as in Git"
            };
            json!({"name": format!("SETTING_{number:06}"), "value": value})
        };
        let container = |number: usize| {
            let variables: Vec<Value> = (0..VARIABLES).map(|at| variable(number * VARIABLES + at)).collect();
            json!({"name": format!("container-{number:04}"), "image": "registry.example.com/shop/web:1.4", "env": variables})
        };
        let containers: Vec<Value> = (0..CONTAINERS).map(container).collect();
        let metadata = json!({"name": "large", "namespace": "shop"});
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": {"spec": {"containers": containers}}}})
    }

    fn config_map(&self, edited: bool) -> Value {
        let file = |number: usize| {
            let mut text = String::new();
            for line in 0..LINES {
                let value = if edited && (number * LINES + line).is_multiple_of(self.every) {
                    "edited"
                } else {
                    "as in Git"
                };
                text.push_str(&format!("setting-{number}-{line} = {value}\n"));
            }
            Value::from(text)
        };
        let data: Map<String, Value> = (0..FILES)
            .map(|number| (format!("file-{number:03}.conf"), file(number)))
            .collect();
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large", "namespace": "shop"}, "data": data})
    }

    fn resource(self) -> ResourceKey {
        match self.filled {
            Filled::Files => ResourceKey::new("", "ConfigMap", "shop", "large"),
            Filled::Fields => ResourceKey::new("apps", "Deployment", "shop", "large"),
        }
    }

    fn application(&self) -> Application {
        let mut application = Application::new(ApplicationKey::new("bench", "argocd", "shop"));
        application.sync_status = SyncStatus::OutOfSync;
        application.detail = Detail::Full;
        application
    }
}

#[async_trait]
impl ArgoCd for Large {
    fn context(&self) -> Arc<str> {
        "bench".into()
    }

    fn address(&self) -> String {
        "bench".to_owned()
    }

    async fn server(&self) -> Result<ServerInfo, ArgoCdError> {
        Ok(ServerInfo::default())
    }

    async fn clusters(&self) -> Result<Vec<ClusterName>, ArgoCdError> {
        Ok(Vec::new())
    }

    async fn list(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        page(vec![self.application()]);
        Ok(String::new())
    }

    async fn application(&self, _: &ApplicationKey, _: &str) -> Result<Application, ArgoCdError> {
        Ok(Self::application(self))
    }

    async fn managed_resources(&self, _: &ApplicationKey, _: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        let (desired, live) = (self.object(false), self.object(true));
        Ok(vec![ManagedResource {
            key: self.resource(),
            target: Some(desired.clone()),
            live: Some(live.clone()),
            pair: Pair::of(Some(&Tree::of_value(&desired)), Some(&Tree::of_value(&live))),
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

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn gnu_diff(desired: &Path, live: &Path) {
    let mut diff = Command::new("diff");
    diff.arg("-u").args([desired, live]).stdout(Stdio::null());
    assert_eq!(diff.status().unwrap().code(), Some(1));
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = black_box(work());
    (start.elapsed(), made)
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (desired, live) = (folder.path().join("desired.yaml"), folder.path().join("live.yaml"));
    let mut out = std::io::stdout().lock();
    for (name, filled, every, side_by_side) in [
        ("few changes in files", Filled::Files, 50_000, true),
        ("many changes in files", Filled::Files, 5, true),
        ("many changes in files, unified", Filled::Files, 5, false),
        ("few changes in fields", Filled::Fields, 50_000, true),
        ("many changes in fields", Filled::Fields, 5, true),
    ] {
        let server = Large { filled, every };
        let key = DriftKey {
            application: server.application().key,
            resource: server.resource(),
            invisible: false,
        };
        let ports = Ports {
            argocd: vec![Arc::new(server)],
            clock: Arc::new(Noon),
            store: Arc::new(MemoryStore::default()),
        };
        let engine = Engine::new(ports, EngineSettings::default());
        let document = runtime.block_on(engine.document(&key, ManifestPair::Compared)).unwrap();
        fs::write(&desired, document.desired.as_str()).unwrap();
        fs::write(&live, document.live.as_str()).unwrap();
        let size = document.desired.as_str().len() >> 10;
        let (mut floor, mut writing, mut comparing) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            floor.push(timed(|| gnu_diff(&desired, &live)).0);
            let (time, document) = timed(|| runtime.block_on(engine.document(&key, ManifestPair::Compared)).unwrap());
            writing.push(time);
            let (time, screen) = timed(|| first_screen(document, 200, 60, side_by_side));
            assert!(screen.contains("change 1 of ") && screen.contains("edited"), "{screen}");
            comparing.push(time);
        }
        let (floor, writing, comparing) = (median(floor), median(writing), median(comparing));
        let ratio = |time: Duration| time.as_secs_f64() / floor.as_secs_f64();
        writeln!(
            out,
            "{name}, {size} KiB a side: diff and drawn pane {comparing:?} ({:.2}x), JSON to YAML {writing:?} ({:.2}x), \
             together {:.2}x of `diff -u` {floor:?}",
            ratio(comparing),
            ratio(writing),
            ratio(comparing + writing),
        )
        .unwrap();
    }
}
