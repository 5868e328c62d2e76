//! A server on the built-in recording, and a client that asks it.

use std::io::Read;
use std::sync::{Arc, OnceLock};

use driftline::demo::{PlaybackClock, RecordedArgoCd, Recording, ServerOptions, Version};
use reqwest::{Client, RequestBuilder};
use secrecy::ExposeSecret;
use serde_json::Value;

/// Beyond every recorded event, in milliseconds.
pub(crate) const END: u64 = 1_000_000;

/// The built-in recording, read once for all tests.
pub(crate) fn recording() -> Arc<Recording> {
    static RECORDING: OnceLock<Arc<Recording>> = OnceLock::new();
    Arc::clone(RECORDING.get_or_init(|| Arc::new(Recording::built_in().unwrap())))
}

/// A server and a client that knows its tokens.
pub(crate) struct Lab {
    pub(crate) server: RecordedArgoCd,
    pub(crate) client: Client,
}

impl Lab {
    pub(crate) async fn start() -> Self {
        Self::with(ServerOptions {
            playback: PlaybackClock::Manual,
            ..ServerOptions::default()
        })
        .await
    }

    pub(crate) async fn of_version(version: Version) -> Self {
        Self::with(ServerOptions {
            playback: PlaybackClock::Manual,
            version,
            ..ServerOptions::default()
        })
        .await
    }

    pub(crate) async fn with(options: ServerOptions) -> Self {
        // Already installed by another test: just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = RecordedArgoCd::start(recording(), options).await.unwrap();
        let client = Client::builder()
            .no_gzip()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { server, client }
    }

    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("http://{}{path_and_query}", self.server.addr())
    }

    /// A GET with the main account's token.
    pub(crate) fn get(&self, path_and_query: &str) -> RequestBuilder {
        self.anonymous(path_and_query)
            .bearer_auth(self.server.token().expose_secret())
    }

    /// A GET without a token.
    pub(crate) fn anonymous(&self, path_and_query: &str) -> RequestBuilder {
        self.client.get(self.url(path_and_query))
    }

    /// Status and JSON of a GET.
    pub(crate) async fn json(&self, path_and_query: &str) -> (u16, Value) {
        let response = self.get(path_and_query).send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (
            status,
            serde_json::from_slice(&body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).into_owned())),
        )
    }
}

/// A body without its content encoding.
pub(crate) fn decoded(encoding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap(),
        Some("deflate") => flate2::read::DeflateDecoder::new(body).read_to_end(&mut plain).unwrap(),
        _ => return body.to_vec(),
    };
    plain
}
