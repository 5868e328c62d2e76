//! The Argo CD client against a scripted server on loopback: what it asks, and what it makes of every kind of answer.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod calls;
mod happening;
mod list;
mod manifests;
mod on_demand;
mod refusals;
mod scripted_server;
mod watch;
mod windows;

use std::time::Duration;

use driftline::argocd::{Client, Connection, Timeouts};
use driftline::drift::ApplicationKey;
use driftline::wire::http::{HttpOptions, Trust, http_client};

use scripted_server::ScriptedServer;

/// Looks like a token; must never be seen anywhere but in the `Authorization` header.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.canary-payload.canary-signature";

/// Value of a header for a proxy in front; must never be seen either.
const PROXY_SECRET: &str = "canary-proxy-secret";

fn connection(server: &ScriptedServer) -> Connection {
    let base = Connection::parse_address(&server.address(), true, None).unwrap();
    let mut connection = Connection::new("prod", base);
    connection.token = Some(TOKEN.into());
    connection.headers = vec![("CF-Access-Client-Secret".to_owned(), PROXY_SECRET.into())];
    connection.timeouts = Timeouts {
        retry_pauses: [Duration::from_millis(1), Duration::from_millis(2)],
        ..Timeouts::default()
    };
    connection
}

fn client_with(connection: Connection) -> Client {
    let options = HttpOptions {
        trust: Trust::Nobody,
        ..HttpOptions::default()
    };
    Client::new(connection, http_client(&options).unwrap()).unwrap()
}

fn client(server: &ScriptedServer) -> Client {
    client_with(connection(server))
}

fn web() -> ApplicationKey {
    ApplicationKey::new("prod", "argocd", "web")
}
