//! One call: URL, headers, deadline, retries, size limit, one line in the log.

use std::time::{Duration, Instant};

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use secrecy::ExposeSecret;
use url::Url;

use super::connection::{Connection, ConnectionError, Scope, Timeouts, authority};
use super::error::{Again, Asked, Failure, Refusal};
use super::scrub::Scrubber;
use crate::engine::ports::ArgoCdError;

/// As much of an error's body is read as can matter.
const LARGEST_REFUSAL: usize = 64 * 1024;

/// How long the body of a refused stream may take; streams have no deadline of their own.
const REFUSAL_DEADLINE: Duration = Duration::from_secs(10);

/// Headers that hyper or we set ourselves.
const RESERVED: [&str; 7] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "grpc-timeout",
    "host",
    "transfer-encoding",
];

/// What the answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// One JSON document.
    Json,
    /// `text/event-stream`, which Argo CD sends only when asked with exactly this, and unpacked.
    Events,
}

/// One GET.
pub(super) struct Call<'a> {
    /// What is asked for, for errors.
    pub(super) what: String,
    /// The path without names, for the log.
    pub(super) template: &'static str,
    /// The path, segment by segment, unescaped.
    pub(super) segments: Vec<&'a str>,
    /// Query parameters. An empty one is not the same as an absent one: leave empty ones out.
    pub(super) query: Vec<(&'static str, String)>,
    /// For the whole answer; `None` for streams.
    pub(super) deadline: Option<Duration>,
    /// Value of `Grpc-Timeout`: the server gives up by itself, and says so.
    pub(super) server_deadline: Option<Duration>,
    /// What the answer must be.
    pub(super) expect: Expect,
    /// Send no token: the answer is the same for everybody.
    pub(super) anonymous: bool,
    /// A 500 is not worth another try: the caller asks differently then.
    pub(super) final_500: bool,
}

impl<'a> Call<'a> {
    /// A small JSON document at this path.
    pub(super) fn json(what: impl Into<String>, template: &'static str, segments: Vec<&'a str>, deadline: Duration) -> Self {
        Self {
            what: what.into(),
            template,
            segments,
            query: Vec::new(),
            deadline: Some(deadline),
            server_deadline: None,
            expect: Expect::Json,
            anonymous: false,
            final_500: false,
        }
    }
}

/// Sends calls to one server.
pub(super) struct Requests {
    http: reqwest::Client,
    base: Url,
    server: String,
    login: String,
    headers: HeaderMap,
    token: Option<HeaderValue>,
    timeouts: Timeouts,
    scope: Scope,
    largest_answer: usize,
    scrubber: Scrubber,
}

impl Requests {
    /// Checks token and headers and keeps them ready to be sent.
    pub(super) fn new(connection: Connection, http: reqwest::Client) -> Result<Self, ConnectionError> {
        let secrets = connection
            .token
            .iter()
            .chain(connection.headers.iter().map(|(_, value)| value));
        let scrubber = Scrubber::new(secrets);
        let mut headers = HeaderMap::new();
        for (position, (name, value)) in connection.headers.iter().enumerate() {
            let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| ConnectionError::Header(position))?;
            if RESERVED.contains(&name.as_str()) || (name == AUTHORIZATION && connection.token.is_some()) {
                return Err(ConnectionError::ReservedHeader(position));
            }
            let mut value = HeaderValue::from_str(value.expose_secret().trim()).map_err(|_| ConnectionError::Header(position))?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        let token = match &connection.token {
            Some(token) if !token.expose_secret().trim().is_empty() => {
                let bearer = format!("Bearer {}", token.expose_secret().trim());
                let mut value = HeaderValue::from_str(&bearer).map_err(|_| ConnectionError::Token)?;
                value.set_sensitive(true);
                Some(value)
            }
            _ => None,
        };
        Ok(Self {
            http,
            server: authority(&connection.base),
            login: login_arguments(&connection.base, connection.insecure),
            base: connection.base,
            headers,
            token,
            timeouts: connection.timeouts,
            scope: connection.scope,
            largest_answer: connection.largest_answer,
            scrubber,
        })
    }

    /// Host and port, for people.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// The address without a slash at its end.
    pub(super) fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// How long calls may take.
    pub(super) fn timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// Which Applications are asked for.
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether a token is sent.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Fit to be shown: see [`Scrubber::scrub`].
    pub(super) fn scrub(&self, text: &str) -> String {
        self.scrubber.scrub(text)
    }

    /// Makes errors about this.
    pub(super) fn asked<'a>(&'a self, what: &'a str) -> Asked<'a> {
        Asked {
            server: &self.server,
            login: &self.login,
            what,
            scrubber: &self.scrubber,
        }
    }

    /// The whole answer, after at most two more tries.
    pub(super) async fn get(&self, call: &Call<'_>) -> Result<Vec<u8>, ArgoCdError> {
        let mut tries = 0;
        loop {
            let failure = match self.get_once(call).await {
                Ok(body) => return Ok(body),
                Err(failure) => failure,
            };
            match self.pause_before_next_try(call, &failure, tries) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure.error),
            }
            tries += 1;
        }
    }

    async fn get_once(&self, call: &Call<'_>) -> Result<Vec<u8>, Failure> {
        let mut answer = self.open(call).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        answer.log();
        Ok(body)
    }

    /// Sends the call until it is answered, with at most two more tries.
    pub(super) async fn open_retrying<'a>(&'a self, call: &'a Call<'_>) -> Result<Answer<'a>, Failure> {
        let mut tries = 0;
        loop {
            let failure = match self.open(call).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match self.pause_before_next_try(call, &failure, tries) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure),
            }
            tries += 1;
        }
    }

    /// How long to wait before try number `tries + 2`; `None` when there is none.
    fn pause_before_next_try(&self, call: &Call<'_>, failure: &Failure, tries: usize) -> Option<Duration> {
        if call.final_500 && matches!(failure.error, ArgoCdError::Server { status: 500, .. }) {
            return None;
        }
        let usual = self.timeouts.retry_pauses.get(tries)?;
        match failure.again {
            Again::No => None,
            Again::Soon => Some(*usual),
            Again::After(asked) => Some(asked.max(*usual)),
        }
    }

    /// Sends the call once; the answer is a 200 of the expected kind, its body still to come.
    pub(super) async fn open<'a>(&'a self, call: &'a Call<'_>) -> Result<Answer<'a>, Failure> {
        let started = Instant::now();
        let asked = self.asked(&call.what);
        let url = self.url(call).ok_or_else(|| Failure::last(asked.not_found()))?;
        let mut request = self.http.get(url).headers(self.headers.clone());
        if let (Some(token), false) = (&self.token, call.anonymous) {
            request = request.header(AUTHORIZATION, token.clone());
        }
        request = match call.expect {
            Expect::Json => request.header(ACCEPT, "application/json"),
            Expect::Events => request
                .header(ACCEPT, "text/event-stream")
                .header(ACCEPT_ENCODING, "identity"),
        };
        if let Some(deadline) = call.deadline {
            request = request.timeout(deadline);
        }
        if let Some(deadline) = call.server_deadline {
            request = request.header("Grpc-Timeout", format!("{}S", deadline.as_secs().max(1)));
        }
        let response = request.send().await.map_err(|error| {
            tracing::debug!(method = "GET", path = call.template, ms = millis(started), "no answer");
            asked.transport(error)
        })?;
        let mut answer = Answer {
            asked,
            template: call.template,
            status: response.status().as_u16(),
            started,
            bytes: 0,
            largest: self.largest_answer,
            response,
        };
        let kind = header(answer.response.headers(), &CONTENT_TYPE);
        let expected = match call.expect {
            Expect::Json => kind.contains("json"),
            Expect::Events => kind.starts_with("text/event-stream"),
        };
        if answer.status == 200 && expected {
            return Ok(answer);
        }
        let failure = answer.refused().await;
        answer.log();
        Err(failure)
    }

    /// `None` for names that no path can carry; they would ask something else.
    fn url(&self, call: &Call<'_>) -> Option<Url> {
        if call.segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return None;
        }
        let mut url = self.base.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(&call.segments);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Some(url)
    }
}

/// An answer that began well.
pub(super) struct Answer<'a> {
    asked: Asked<'a>,
    template: &'static str,
    status: u16,
    started: Instant,
    bytes: usize,
    largest: usize,
    response: reqwest::Response,
}

impl Answer<'_> {
    /// The next piece of the body, unpacked; `None` at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, Failure> {
        let chunk = self.unlimited_chunk().await?;
        if self.bytes > self.largest {
            self.log();
            return Err(Failure::last(self.asked.too_large()));
        }
        Ok(chunk)
    }

    /// As [`Answer::chunk`], for a stream that has no end.
    pub(super) async fn unlimited_chunk(&mut self) -> Result<Option<bytes::Bytes>, Failure> {
        match self.response.chunk().await {
            Ok(chunk) => {
                self.bytes = self.bytes.saturating_add(chunk.as_ref().map_or(0, bytes::Bytes::len));
                Ok(chunk)
            }
            Err(error) => {
                self.log();
                Err(self.asked.transport(error))
            }
        }
    }

    /// One line: what, how it ended, how much, how long. No names, no query, no headers.
    pub(super) fn log(&self) {
        tracing::debug!(
            method = "GET",
            path = self.template,
            status = self.status,
            bytes = self.bytes,
            ms = millis(self.started),
            "answered"
        );
    }

    async fn refused(&mut self) -> Failure {
        let mut body = Vec::new();
        let reading = tokio::time::timeout(REFUSAL_DEADLINE, async {
            while body.len() < LARGEST_REFUSAL {
                match self.response.chunk().await {
                    Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                    // The status says enough when the words break off.
                    Ok(None) | Err(_) => break,
                }
            }
        });
        if reading.await.is_err() {
            tracing::debug!(path = self.template, "the body of a refusal did not come");
        }
        self.bytes = body.len();
        let headers = self.response.headers();
        let refusal = Refusal {
            status: self.status,
            content_type: header(headers, &CONTENT_TYPE),
            location: headers.get(LOCATION).and_then(|value| value.to_str().ok()),
            retry_after: header(headers, &RETRY_AFTER).parse().ok(),
            body: &body,
        };
        if self.status == 200 {
            Failure::last(self.asked.not_argocd(&refusal))
        } else {
            self.asked.refused(&refusal)
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

fn millis(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What to type after `argocd login` to get a session of this server, in the spelling of Argo CD's own command.
fn login_arguments(base: &Url, insecure: bool) -> String {
    let mut arguments = authority(base);
    let root = base.path().trim_matches('/');
    if !root.is_empty() {
        arguments.push_str(&format!(" --grpc-web-root-path /{root}"));
    }
    if base.scheme() == "http" {
        arguments.push_str(" --plaintext");
    } else if insecure {
        arguments.push_str(" --insecure");
    }
    arguments
}
