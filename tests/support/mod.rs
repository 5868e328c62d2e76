//! What the integration tests share: the recorded Argo CD with the real client and the real engine in front of it.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

use std::sync::Arc;

use driftline::argocd::{Client, Connection};
use driftline::demo::{RecordedArgoCd, Recording, ServerOptions};
use driftline::engine::{Engine, EngineSettings, Ports};
use driftline::store::MemoryStore;
use driftline::wire::http::{HttpOptions, Trust, http_client};
use secrecy::SecretString;

/// A client of a recorded Argo CD.
pub(crate) fn client(server: &RecordedArgoCd, token: SecretString) -> Client {
    let base = Connection::parse_address(&server.addr().to_string(), true, None).unwrap();
    let http = http_client(&HttpOptions::for_server(&base, Trust::System)).unwrap();
    let connection = Connection {
        token: Some(token),
        ..Connection::new("recorded", base)
    };
    Client::new(connection, http).unwrap()
}

/// An engine on a recorded Argo CD, with the recording's clock.
pub(crate) fn engine(server: &RecordedArgoCd) -> Arc<Engine> {
    let ports = Ports {
        argocd: vec![Arc::new(client(server, server.token()))],
        clock: Arc::new(server.clock()),
        store: Arc::new(MemoryStore::default()),
    };
    Arc::new(Engine::new(ports, EngineSettings::default()))
}

/// Starts the recorded Argo CD.
pub(crate) async fn serve(recording: &Arc<Recording>) -> RecordedArgoCd {
    RecordedArgoCd::start(Arc::clone(recording), ServerOptions::default())
        .await
        .unwrap()
}
