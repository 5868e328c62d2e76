//! An engine on the configured Argo CD servers.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;

use super::clock::SystemClock;
use super::http::{HttpOptions, Trust, http_client};
use super::ignore_sources::IgnoreSources;
use super::token;
use crate::argocd::Broken;
use crate::argocd::{Client, Connection, Scope};
use crate::config::{ContextSettings, Settings};
use crate::engine::ignoring::applying::OwnList;
use crate::engine::ports::{ArgoCd, AuditLog, ErrorView, Ports, Store, ViewStore};
use crate::engine::{Engine, EngineSettings, SweepSettings};
use crate::store::{AuditFile, AuditInMemory, FileStore, IgnoreFile, MemoryStore, ViewFile};

/// One client per context, the machine's clock. No request is sent yet.
///
/// # Errors
/// When no context can be set up: address, certificates, token command. One that cannot beside others that can is part of
/// the engine and fails there.
pub async fn engine(settings: &Settings) -> Result<Arc<Engine>, ErrorView> {
    let mut argocd: Vec<Arc<dyn ArgoCd>> = Vec::new();
    let mut usable = false;
    let mut first_error = None;
    // At once: each token command may take its time.
    let clients = join_all(settings.contexts.iter().map(client)).await;
    for (context, client) in settings.contexts.iter().zip(clients) {
        match client {
            Ok(client) => {
                usable = true;
                argocd.push(Arc::new(client));
            }
            Err(why) => {
                first_error.get_or_insert_with(|| why.clone());
                argocd.push(Arc::new(Broken {
                    name: context.name.as_str().into(),
                    address: context.server.clone(),
                    why,
                }));
            }
        }
    }
    if let (false, Some(error)) = (usable, first_error) {
        return Err(error);
    }
    let ports = Ports {
        argocd,
        clock: Arc::new(SystemClock),
        store: store(settings),
    };
    let ignore = IgnoreSources::new(&settings.ignore, settings.cache.as_deref());
    let engine = Engine::new(ports, engine_settings(settings));
    Ok(Arc::new(ignoring(engine, ignore, settings.own_ignore_list().as_deref())))
}

/// With ignore rules, and the person's own list of them where there is a place for one.
pub(super) fn ignoring(engine: Engine, sources: IgnoreSources, own_list: Option<&Path>) -> Engine {
    let Some(path) = own_list else {
        return engine.with_ignore_rules(Arc::new(sources));
    };
    engine
        .with_ignore_rules(Arc::new(sources.with_own_list(path)))
        .with_own_list(OwnList {
            list: Arc::new(IgnoreFile::new(path)),
            by: person(),
        })
}

/// Who works here, as the system names them.
fn person() -> String {
    let name = ["USER", "USERNAME", "LOGNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "somebody".to_owned())
}

/// The journal in the state folder. On a machine that names none, drift is remembered as long as the program runs.
fn store(settings: &Settings) -> Arc<dyn Store> {
    match &settings.state {
        Some(folder) => Arc::new(FileStore::new(folder)),
        None => Arc::new(MemoryStore::default()),
    }
}

/// The audit log in the state folder. On a machine that names none, it lasts as long as the program runs.
pub fn audit(settings: &Settings) -> Arc<dyn AuditLog> {
    match &settings.state {
        Some(folder) => Arc::new(AuditFile::new(folder)),
        None => Arc::new(AuditInMemory::default()),
    }
}

/// Where it is kept how the screen was left: in the state folder. `None` on a machine that names none.
pub fn view_store(settings: &Settings) -> Option<Arc<dyn ViewStore>> {
    let folder = settings.state.as_ref()?;
    Some(Arc::new(ViewFile::new(folder)))
}

pub(super) fn engine_settings(settings: &Settings) -> EngineSettings {
    EngineSettings {
        concurrency: settings.poll.concurrency,
        list_every: settings.poll.list_every,
        look_every: settings.poll.drifted_every,
        open_every: settings.poll.open_every,
        sweep: SweepSettings {
            enabled: settings.sweep.enabled,
            per_minute: settings.sweep.per_minute,
            again_after: settings.sweep.again_after,
        },
        environments: settings.environments.clone(),
        policies: settings.policies.clone(),
        ..EngineSettings::default()
    }
}

async fn client(context: &ContextSettings) -> Result<Client, ErrorView> {
    let root_path = Some(context.root_path.as_str()).filter(|path| !path.is_empty());
    let base = Connection::parse_address(&context.server, context.plaintext, root_path)
        .map_err(|error| unusable(&context.name, &error.to_string()))?;
    let trust = match (&context.ca_file, context.insecure) {
        (_, true) => Trust::Anyone,
        (Some(file), false) => Trust::SystemAnd(read_certificates(&context.name, file)?),
        (None, false) => Trust::System,
    };
    let connection = Connection {
        token: token::resolve(&context.name, &context.token).await?,
        headers: context.headers.clone(),
        insecure: context.insecure,
        scope: Scope {
            projects: context.projects.clone(),
            selector: context.selector.clone(),
        },
        ..Connection::new(context.name.as_str(), base)
    };
    make_client(connection, trust)
}

/// A client for one connection, with an HTTP client of its own.
pub(super) fn make_client(connection: Connection, trust: Trust) -> Result<Client, ErrorView> {
    let name = Arc::clone(&connection.context);
    let http =
        http_client(&HttpOptions::for_server(&connection.base, trust)).map_err(|error| unusable(&name, &error.to_string()))?;
    Client::new(connection, http).map_err(|error| unusable(&name, &error.to_string()))
}

fn read_certificates(context: &str, file: &Path) -> Result<Vec<u8>, ErrorView> {
    std::fs::read(file).map_err(|error| unusable(context, &format!("cannot read {}: {error}", file.display())))
}

pub(super) fn unusable(context: &str, why: &str) -> ErrorView {
    ErrorView {
        title: "Cannot use a context".to_string(),
        detail: format!("{context}: {why}."),
        hint: "See `driftline config show` for where each value comes from.".to_owned(),
    }
}
