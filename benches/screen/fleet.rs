//! An Argo CD of any size, made up: enough of its protocol for the real client, on loopback, in the bench's own process.

use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// Events of the stream in a second, while it storms.
const STORM: u32 = 200;

/// Application and object of ten megabytes.
pub(crate) const VERY_LARGE: &str = "very-large";

/// What the Applications are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fleet {
    /// So many, of which so many drift, each with a field of its own so that no two fold into one row. Where asked for, the
    /// first that drifts is `very-large`: a ConfigMap of ten megabytes, last by name so that its diff is not the one that
    /// opens by itself.
    Drifting {
        applications: usize,
        drifts: usize,
        very_large: bool,
    },
    /// So many that Argo CD is told not to compare: a row each, and nothing to look into.
    Paused { applications: usize },
}

impl Fleet {
    fn len(self) -> usize {
        match self {
            Self::Drifting { applications, .. } | Self::Paused { applications } => applications,
        }
    }

    fn drifts(self, number: usize) -> bool {
        match self {
            Self::Drifting {
                applications, drifts, ..
            } => number.is_multiple_of((applications / drifts.max(1)).max(1)),
            Self::Paused { .. } => false,
        }
    }

    fn is_very_large(self, number: usize) -> bool {
        number == 0 && matches!(self, Self::Drifting { very_large: true, .. })
    }

    fn name(self, number: usize) -> String {
        if self.is_very_large(number) {
            VERY_LARGE.to_owned()
        } else {
            name(number)
        }
    }

    /// An Application as list, stream and single GET show it.
    fn application(self, number: usize, health: &str) -> Value {
        let drifts = self.drifts(number);
        let status = match self {
            Self::Paused { .. } => "Unknown",
            Self::Drifting { .. } if drifts => "OutOfSync",
            Self::Drifting { .. } => "Synced",
        };
        let annotations = match self {
            Self::Paused { .. } => json!({"argocd.argoproj.io/skip-reconcile": "true"}),
            Self::Drifting { .. } => json!({}),
        };
        let resources: Vec<Value> = ["Service", "Deployment", "ConfigMap", "Ingress"]
            .iter()
            .map(|kind| {
                let group = match *kind {
                    "Deployment" => "apps",
                    "Ingress" => "networking.k8s.io",
                    _ => "",
                };
                let drifting = if self.is_very_large(number) { "ConfigMap" } else { "Deployment" };
                let state = if drifts && *kind == drifting { "OutOfSync" } else { "Synced" };
                json!({"group": group, "version": "v1", "kind": kind, "namespace": "shop", "name": self.name(number), "status": state})
            })
            .collect();
        json!({
            "metadata": {"name": self.name(number), "namespace": "argocd", "resourceVersion": "1", "labels": {"env": "prod"},
                "annotations": annotations},
            "spec": {"project": "shop",
                "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
                "source": {"repoURL": "https://git.example.com/shop/deploy.git", "path": format!("apps/{}", self.name(number)),
                    "targetRevision": "main"},
                "syncPolicy": {"automated": {"selfHeal": false}}},
            "status": {"sync": {"status": status, "revision": "3f2c1d0e9b8a79685746352413021f0e1d2c3b4a"},
                "health": {"status": health},
                "reconciledAt": "2026-01-01T00:00:00Z",
                "resources": resources},
        })
    }

    /// Its managed resources, of which one was edited.
    fn managed(self, number: usize) -> Value {
        let (desired, live) = if self.is_very_large(number) {
            (config_map(false), config_map(true))
        } else {
            (deployment(number, false), deployment(number, true))
        };
        let identity = |of: &str| desired[of].as_str().unwrap_or_default().to_owned();
        let group = identity("apiVersion")
            .split_once('/')
            .map_or(String::new(), |(group, _)| group.to_owned());
        json!({"items": [{
            "group": group, "kind": identity("kind"), "namespace": "shop", "name": desired["metadata"]["name"],
            "targetState": desired.to_string(), "liveState": live.to_string(),
            "normalizedLiveState": live.to_string(), "predictedLiveState": desired.to_string(),
            "modified": true,
        }]})
    }
}

fn name(number: usize) -> String {
    format!("service-{number:06}")
}

fn deployment(number: usize, edited: bool) -> Value {
    let pool = format!("pool-{number}");
    let mut object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name(number), "namespace": "shop"},
        "spec": {"replicas": 3, "template": {"spec": {
            "nodeSelector": {&pool: if edited { "fast" } else { "cheap" }},
            "containers": [{"name": "app", "image": "registry.example.com/shop/app:1.2.3",
                "env": (0..20).map(|n| json!({"name": format!("SETTING_{n}"), "value": "as in Git"})).collect::<Vec<_>>()}],
        }}},
    });
    if edited {
        object["metadata"]["managedFields"] = json!([{
            "manager": "kubectl-edit", "operation": "Update", "apiVersion": "apps/v1", "time": "2026-01-01T00:00:00Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:template": {"f:spec": {"f:nodeSelector": {format!("f:{pool}"): {}}}}}},
        }]);
    }
    object
}

fn config_map(edited: bool) -> Value {
    let file = |number: usize| {
        let line = |line: usize| {
            let value = if edited && line.is_multiple_of(500) {
                "edited"
            } else {
                "as in Git"
            };
            format!("setting-{number}-{line} = {value}\n")
        };
        Value::from((0..3_600).map(line).collect::<String>())
    };
    let data: Map<String, Value> = (0..100)
        .map(|number| (format!("file-{number:03}.conf"), file(number)))
        .collect();
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": VERY_LARGE, "namespace": "shop"}, "data": data})
}

/// The server, until the process ends.
pub(crate) struct Server {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    storm: Arc<AtomicBool>,
}

impl Server {
    /// Serves a fleet.
    pub(crate) fn start(fleet: Fleet) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let storm = Arc::new(AtomicBool::new(false));
        let storming = Arc::clone(&storm);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let storm = Arc::clone(&storming);
                // Whoever hangs up ends the answer, and that is all that can fail here.
                thread::spawn(move || answer(&connection, fleet, &storm).ok());
            }
        });
        Self { address, storm }
    }

    /// Whether every Application in turn changes its health, two hundred in a second.
    pub(crate) fn storm(&self, on: bool) {
        self.storm.store(on, Ordering::Relaxed);
    }
}

fn answer(connection: &TcpStream, fleet: Fleet, storm: &AtomicBool) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut lines = BufReader::new(connection);
    let mut out = BufWriter::new(connection);
    loop {
        let mut asked = String::new();
        if lines.read_line(&mut asked)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while lines.read_line(&mut header)? > 2 {
            header.clear();
        }
        let target = asked.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default().trim_start_matches('/');
        match path.split('/').collect::<Vec<_>>()[..] {
            ["api", "v1", "applications"] => return list(&mut out, fleet),
            ["api", "v1", "stream", "applications"] => return stream(&mut out, fleet, storm),
            ["api", "version"] => whole(&mut out, &json!({"Version": "v3.1.0"}))?,
            ["api", "v1", "applications", name] => whole(&mut out, &fleet.application(number(name), "Healthy"))?,
            ["api", "v1", "applications", name, "managed-resources"] => whole(&mut out, &fleet.managed(number(name)))?,
            _ => whole(&mut out, &json!({}))?,
        }
    }
}

fn number(name: &str) -> usize {
    name.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn whole(out: &mut impl Write, value: &Value) -> std::io::Result<()> {
    let body = value.to_string();
    write!(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    out.flush()
}

fn list(out: &mut impl Write, fleet: Fleet) -> std::io::Result<()> {
    write!(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    )?;
    write!(out, r#"{{"metadata":{{"resourceVersion":"1"}},"items":["#)?;
    for number in 0..fleet.len() {
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}{}", fleet.application(number, "Healthy"))?;
    }
    write!(out, "]}}")?;
    out.flush()
}

fn stream(out: &mut impl Write, fleet: Fleet, storm: &AtomicBool) -> std::io::Result<()> {
    write!(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    )?;
    for number in 0..fleet.len() {
        event(out, "ADDED", fleet.application(number, "Healthy"))?;
    }
    out.flush()?;
    let mut health = vec![false; fleet.len()];
    // Far apart in the list, one after the other: a prime step comes to all of them.
    let mut number = 0;
    let mut next = Instant::now();
    loop {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        next = Instant::now().max(next) + Duration::from_secs(1) / STORM;
        if storm.load(Ordering::Relaxed) {
            number = (number + 7_919) % fleet.len();
            health[number] = !health[number];
            let said = if health[number] { "Degraded" } else { "Healthy" };
            event(out, "MODIFIED", fleet.application(number, said))?;
            out.flush()?;
        }
    }
}

fn event(out: &mut impl Write, kind: &str, application: Value) -> std::io::Result<()> {
    let event = json!({"result": {"type": kind, "application": application}});
    write!(out, "data: {event} \n\n\n")
}
