//! An engine on the configured Argo CD servers.

use std::path::Path;
use std::sync::Arc;

use super::clock::SystemClock;
use super::http::{HttpOptions, Trust, http_client};
use super::ignore_files::IgnoreFiles;
use super::token;
use crate::argocd::{Client, Connection, Scope};
use crate::config::{ContextSettings, Settings};
use crate::engine::ports::{ArgoCd, ErrorView, Ports};
use crate::engine::{Engine, EngineSettings};

/// One client per context, the machine's clock. No request is sent yet.
///
/// # Errors
/// When a context cannot be set up: address, certificates, token command.
pub async fn engine(settings: &Settings) -> Result<Arc<Engine>, ErrorView> {
    let mut argocd: Vec<Arc<dyn ArgoCd>> = Vec::new();
    for context in &settings.contexts {
        argocd.push(Arc::new(client(context).await?));
    }
    let ports = Ports {
        argocd,
        clock: Arc::new(SystemClock),
    };
    let ignore = IgnoreFiles::new(&settings.ignore);
    Ok(Arc::new(
        Engine::new(ports, engine_settings(settings)).with_ignore_rules(Arc::new(ignore)),
    ))
}

pub(super) fn engine_settings(settings: &Settings) -> EngineSettings {
    EngineSettings {
        concurrency: settings.poll.concurrency,
        list_every: settings.poll.list_every,
        look_every: settings.poll.drifted_every,
        open_every: settings.poll.open_every,
        environments: settings.environments.clone(),
        caps: Vec::new(),
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
