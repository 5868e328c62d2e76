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

/// The recording that replays are held to: the folder in `DRIFTLINE_RECORDINGS`, else the built-in one.
pub(crate) fn recording_under_test() -> Arc<Recording> {
    match std::env::var_os("DRIFTLINE_RECORDINGS") {
        Some(folder) => Arc::new(Recording::from_dir(folder.as_ref()).unwrap()),
        None => recording(),
    }
}

/// A server and a client that knows its tokens.
pub(crate) struct Lab {
    pub(crate) server: RecordedArgoCd,
    pub(crate) client: Client,
}

impl Lab {
    /// The built-in recording, played by hand.
    pub(crate) async fn start() -> Self {
        Self::of(recording(), Version::default()).await
    }

    /// A recording as a server of this version, played by hand.
    pub(crate) async fn of(recording: Arc<Recording>, version: Version) -> Self {
        let options = ServerOptions {
            playback: PlaybackClock::Manual,
            version,
            ..ServerOptions::default()
        };
        Self::with(recording, options).await
    }

    pub(crate) async fn with(recording: Arc<Recording>, options: ServerOptions) -> Self {
        // Already installed by another test: just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = RecordedArgoCd::start(recording, options).await.unwrap();
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
