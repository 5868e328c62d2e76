//! An engine on the configured Argo CD servers.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use url::Url;

use super::clock::SystemClock;
use super::http::{HttpOptions, Trust, http_client};
use super::ignore_sources::IgnoreSources;
use super::token;
use crate::argocd::{Client, Connection, OnDemand, Scope};
use crate::config::{ContextSettings, Settings};
use crate::engine::ignoring::applying::OwnList;
use crate::engine::ports::{ArgoCd, AuditLog, ErrorView, Ports, Store, ViewStore};
use crate::engine::{Engine, EngineSettings, SweepSettings};
use crate::store::{AuditFile, AuditInMemory, FileStore, IgnoreFile, MemoryStore, ViewFile};

/// For a command: one client per context, set up now; the machine's clock. No request is sent yet.
///
/// # Errors
/// When no context can be set up: address, certificates, token command. One that cannot beside others that can is part of
/// the engine and fails there.
pub async fn engine(settings: &Settings) -> Result<Arc<Engine>, ErrorView> {
    // At once: each token command may take its time.
    let clients = join_all(settings.contexts.iter().map(client)).await;
    if let Some(why) = only_errors(&clients) {
        return Err(why);
    }
    let argocd = settings
        .contexts
        .iter()
        .zip(clients)
        .map(|(context, client)| -> Arc<dyn ArgoCd> {
            match client {
                Ok(client) => Arc::new(client),
                Err(why) => Arc::new(OnDemand::broken(context.name.as_str(), context.server.as_str(), why)),
            }
        });
    Ok(engine_on(argocd.collect(), settings))
}

/// For the screen, which is to be there at once: each context is set up with the first call to it, and tried again as one
/// that does not answer.
///
/// # Errors
/// When no context can ever be set up, which needs no look at files, programs or the network.
pub fn engine_on_demand(settings: &Settings) -> Result<Arc<Engine>, ErrorView> {
    let possible: Vec<_> = settings.contexts.iter().map(possible).collect();
    if let Some(why) = only_errors(&possible) {
        return Err(why);
    }
    let argocd = settings.contexts.iter().map(|context| -> Arc<dyn ArgoCd> {
        let (name, address, context) = (context.name.as_str(), context.server.as_str(), Arc::new(context.clone()));
        Arc::new(OnDemand::new(name, address, move || {
            let context = Arc::clone(&context);
            Box::pin(async move { client(&context).await })
        }))
    });
    Ok(engine_on(argocd.collect(), settings))
}

/// The first error, when there is nothing else.
fn only_errors<T>(outcomes: &[Result<T, ErrorView>]) -> Option<ErrorView> {
    if outcomes.iter().any(Result::is_ok) {
        return None;
    }
    outcomes.iter().find_map(|outcome| outcome.as_ref().err().cloned())
}

fn engine_on(argocd: Vec<Arc<dyn ArgoCd>>, settings: &Settings) -> Arc<Engine> {
    let ports = Ports {
        argocd,
        clock: Arc::new(SystemClock),
        store: store(settings),
    };
    let ignore = IgnoreSources::new(&settings.ignore, settings.cache.as_deref());
    let engine = Engine::new(ports, engine_settings(settings));
    Arc::new(ignoring(
        engine,
        ignore,
        settings.own_ignore_list().as_deref(),
        audit(settings),
    ))
}

/// With ignore rules, and the person's own list of them where there is a place for one.
pub(super) fn ignoring(engine: Engine, sources: IgnoreSources, own_list: Option<&Path>, audit: Arc<dyn AuditLog>) -> Engine {
    let Some(path) = own_list else {
        return engine.with_ignore_rules(Arc::new(sources));
    };
    engine
        .with_ignore_rules(Arc::new(sources.with_own_list(path)))
        .with_own_list(OwnList {
            list: Arc::new(IgnoreFile::new(path)),
            audit,
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

/// What is wrong with a context whatever files, programs and the network say.
fn possible(context: &ContextSettings) -> Result<Url, ErrorView> {
    token::possible(&context.name, &context.token)?;
    let root_path = Some(context.root_path.as_str()).filter(|path| !path.is_empty());
    Connection::parse_address(&context.server, context.plaintext, root_path)
        .map_err(|error| unusable(&context.name, &error.to_string()))
}

async fn client(context: &ContextSettings) -> Result<Client, ErrorView> {
    let base = possible(context)?;
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
    // Reading the system's certificates takes some milliseconds, which the loop of the screen must not wait for.
    let made = tokio::task::spawn_blocking(move || make_client(connection, trust)).await;
    made.unwrap_or_else(|broke| Err(unusable(&context.name, &broke.to_string())))
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
