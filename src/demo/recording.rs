//! A recording: what a real Argo CD answered, indexed by what was asked.
//!
//! The form is described in the recording's own README. Nothing here knows a name from any particular recording.

use std::collections::HashMap;
use std::path::Path;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;

use super::archive::{Files, RecordingError};
use super::request::Target;

const EXCHANGES: &str = "exchanges.jsonl";

/// One recorded request with its answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    /// Its id; the first part says which folder of the recording it belongs to.
    pub id: String,
    /// Account whose token was sent; `None` when none was (or not as a token).
    pub account: Option<String>,
    /// HTTP method.
    pub method: String,
    /// Request target.
    pub path_and_query: String,
    /// Request headers; tokens are placeholders such as `<token>` or `<token:expired API key>`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub request_headers: HashMap<String, String>,
    /// Request body.
    pub request_body: Option<String>,
    /// HTTP status of the answer; 0 when none came.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status: u16,
    /// Headers of the answer.
    #[serde(default, deserialize_with = "null_as_default")]
    pub response_headers: HashMap<String, String>,
    /// Where the body is; `None` when there was none.
    pub body_file: Option<String>,
    /// When it was asked.
    pub at: Timestamp,
}

impl Exchange {
    /// Whether it shows what the server answers in general: the plain body, to a good token or to none, of a server
    /// without special limits.
    fn is_general(&self) -> bool {
        let authorization = self.request_headers.get("Authorization").map(String::as_str);
        matches!(authorization, None | Some("Bearer <token>"))
            && !self.request_headers.contains_key("Cookie")
            && !self.response_headers.contains_key("Content-Encoding")
            // Redirects of the TLS port, size limits and deadlines are of the server's set-up and the moment.
            && !matches!(self.status, 0 | 307 | 429 | 504)
    }
}

/// At which moment, and of which server, something was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    Now,
    AfterStreams,
    Version(String),
}

/// What was asked, as far as the answer depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question {
    phase: Phase,
    account: Option<String>,
    method: String,
    path: String,
    query: Vec<(String, String)>,
}

/// An Application's identity on its server: namespace and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What was asked of an Application: the path below it and the parameters that select.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SubQuestion {
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
}

impl SubQuestion {
    /// Reads it off a target below `/api/v1/applications/{name}`. Scope (`project`, `appNamespace`) and what the
    /// answer does not depend on are left out.
    pub(super) fn of(target: &Target) -> Self {
        let path = target.segments.get(4..).unwrap_or_default().join("/");
        let selecting = [
            "namespace",
            "resourceName",
            "name",
            "group",
            "kind",
            "revision",
            "revisions",
            "sourcePositions",
            "sourceIndex",
            "versionId",
            "resourceNamespace",
            "resourceUID",
        ];
        let mut parameters: Vec<_> = target
            .query
            .iter()
            .filter(|(name, _)| selecting.contains(&name.as_str()))
            // For `links`, `namespace` is the Application's namespace.
            .filter(|(name, _)| !(path == "links" && name == "namespace"))
            .cloned()
            .collect();
        parameters.sort();
        Self { path, parameters }
    }

    /// The plain question for `path`.
    pub(super) fn plain(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            parameters: Vec::new(),
        }
    }
}

/// What a real Argo CD answered, held in memory.
#[derive(Debug)]
pub struct Recording {
    files: Files,
    exchanges: Vec<Exchange>,
    answers: HashMap<Question, usize>,
    applications: HashMap<(bool, Identity), HashMap<SubQuestion, usize>>,
    main_account: String,
    control_namespace: String,
    now: Timestamp,
}

impl Recording {
    /// The recording that is built into the program.
    ///
    /// # Errors
    /// When the build is damaged.
    pub fn built_in() -> Result<Self, RecordingError> {
        Self::index(Files::built_in()?)
    }

    /// The recording in a folder, whose files may be plain or gzipped (`.gz`).
    ///
    /// # Errors
    /// When a file cannot be read, is missing or malformed.
    pub fn from_dir(folder: &Path) -> Result<Self, RecordingError> {
        Self::index(Files::from_dir(folder)?)
    }

    fn index(files: Files) -> Result<Self, RecordingError> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        for (number, line) in lines(files.required(EXCHANGES)?) {
            exchanges.push(serde_json::from_slice(line).map_err(|error| RecordingError::Malformed {
                file: EXCHANGES.to_owned(),
                line: number,
                message: error.to_string(),
            })?);
        }
        let mut recording = Self {
            main_account: main_account(&exchanges),
            now: now(&files, &exchanges)?,
            control_namespace: "argocd".to_owned(),
            answers: HashMap::new(),
            applications: HashMap::new(),
            files,
            exchanges,
        };
        recording.index_answers();
        if let Some(namespace) = recording.recorded_control_namespace() {
            recording.control_namespace = namespace;
        }
        recording.index_applications();
        Ok(recording)
    }

    fn index_answers(&mut self) {
        for (index, exchange) in self.exchanges.iter().enumerate().filter(|(_, e)| e.is_general()) {
            let target = Target::parse(&exchange.path_and_query);
            let question = Question {
                phase: phase(&exchange.id),
                account: exchange.account.clone(),
                method: exchange.method.clone(),
                path: target.path,
                query: selecting_query(target.query),
            };
            self.answers.entry(question).or_insert(index);
        }
    }

    fn index_applications(&mut self) {
        // What was read systematically goes before what was tried out.
        let (systematic, tried): (Vec<_>, Vec<_>) = self
            .exchanges
            .iter()
            .enumerate()
            .partition(|(_, exchange)| exchange.id.starts_with("apps/"));
        for (index, exchange) in systematic.into_iter().chain(tried) {
            let phase = phase(&exchange.id);
            let ours = exchange.account.as_deref() == Some(&self.main_account);
            if exchange.method != "GET" || !ours || matches!(phase, Phase::Version(_)) || !exchange.is_general() {
                continue;
            }
            let target = Target::parse(&exchange.path_and_query);
            let (["api", "v1", "applications"], Some(name)) = (
                &target.segments.iter().take(3).map(String::as_str).collect::<Vec<_>>()[..],
                target.segments.get(3),
            ) else {
                continue;
            };
            let named = match target.segments.get(4).map(String::as_str) {
                Some("links") => target.filled("namespace"),
                _ => target.filled("appNamespace"),
            };
            let identity = Identity {
                namespace: named.unwrap_or(&self.control_namespace).to_owned(),
                name: name.clone(),
            };
            if target.parameter("refresh").is_some() {
                continue;
            }
            self.applications
                .entry((phase == Phase::AfterStreams, identity))
                .or_default()
                .entry(SubQuestion::of(&target))
                .or_insert(index);
        }
    }

    fn recorded_control_namespace(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Settings {
            controller_namespace: String,
        }
        let (_, body) = self.answer(None, Some(&self.main_account), "GET", "/api/v1/settings", &[])?;
        serde_json::from_slice::<Settings>(&body).ok().map(|s| s.controller_namespace)
    }

    /// When the recording was made: the demo's clock starts here.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Every recorded exchange, in the order of the file.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Body of a recorded answer, as it was on the wire (see its `Content-Encoding`).
    pub fn body(&self, exchange: &Exchange) -> Option<&Bytes> {
        self.files.get(exchange.body_file.as_deref()?)
    }

    /// A file of the recording, such as `story.json`; with or without `.gz`, the content is plain.
    pub fn file(&self, path: &str) -> Option<&Bytes> {
        self.files.get(path)
    }

    /// The account that read nearly everything.
    pub fn main_account(&self) -> &str {
        &self.main_account
    }

    /// Accounts whose answers were recorded.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        self.exchanges.iter().filter_map(|exchange| exchange.account.as_deref())
    }

    /// Namespace of the Argo CD itself, where an Application is when no namespace is named.
    pub(super) fn control_namespace(&self) -> &str {
        &self.control_namespace
    }

    /// The files below a folder with an extension, sorted by path.
    pub(super) fn below(&self, folder: &str, extension: &str) -> Vec<(&str, &Bytes)> {
        self.files.below(folder, extension)
    }

    /// The recorded answer to exactly this question at the recording's "now", or of an older server.
    pub(super) fn answer(
        &self,
        version: Option<&str>,
        account: Option<&str>,
        method: &str,
        path: &str,
        query: &[(String, String)],
    ) -> Option<(&Exchange, Bytes)> {
        let question = Question {
            phase: version.map_or(Phase::Now, |version| Phase::Version(version.to_owned())),
            account: account.map(str::to_owned),
            method: method.to_owned(),
            path: path.to_owned(),
            query: selecting_query(query.to_vec()),
        };
        self.with_body(*self.answers.get(&question)?)
    }

    /// The recorded answer of an Application, at "now" or after the streams.
    pub(super) fn application(&self, after: bool, of: &Identity, question: &SubQuestion) -> Option<(&Exchange, Bytes)> {
        self.with_body(*self.applications.get(&(after, of.clone()))?.get(question)?)
    }

    /// All recorded questions about an Application at "now".
    pub(super) fn application_questions(&self, of: &Identity) -> impl Iterator<Item = &SubQuestion> {
        self.applications
            .get(&(false, of.clone()))
            .into_iter()
            .flat_map(HashMap::keys)
    }

    /// The full version, such as `3.4.7`, of the older server whose version starts with `prefix`.
    pub(super) fn older_server(&self, prefix: &str) -> Option<&str> {
        self.exchanges.iter().find_map(|exchange| {
            let version = exchange.id.strip_prefix("versions/")?.split('/').next()?;
            version.strip_prefix(prefix)?.starts_with('.').then_some(version)
        })
    }

    fn with_body(&self, index: usize) -> Option<(&Exchange, Bytes)> {
        let exchange = self.exchanges.get(index)?;
        let body = self.body(exchange).cloned().unwrap_or_default();
        Some((exchange, body))
    }
}

/// The lines of a JSON-lines file with their 1-based numbers, empty ones left out.
pub(super) fn lines(content: &Bytes) -> impl Iterator<Item = (usize, &[u8])> {
    content
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.is_empty())
}

fn null_as_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(field: D) -> Result<T, D::Error> {
    Option::deserialize(field).map(Option::unwrap_or_default)
}

fn phase(id: &str) -> Phase {
    if let Some(rest) = id.strip_prefix("versions/") {
        return Phase::Version(rest.split('/').next().unwrap_or_default().to_owned());
    }
    if id.starts_with("streams/after/") {
        return Phase::AfterStreams;
    }
    Phase::Now
}

/// The recorder wrote `x=1` where it needed a first parameter; servers ignore what they do not know.
fn selecting_query(mut query: Vec<(String, String)>) -> Vec<(String, String)> {
    query.retain(|(name, _)| name != "x");
    query.sort();
    query
}

fn main_account(exchanges: &[Exchange]) -> String {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for account in exchanges.iter().filter_map(|exchange| exchange.account.as_deref()) {
        *counts.entry(account).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)))
        .map_or_else(|| "driftline".to_owned(), |(name, _)| name.to_owned())
}

fn now(files: &Files, exchanges: &[Exchange]) -> Result<Timestamp, RecordingError> {
    #[derive(Deserialize)]
    struct Story {
        now: Option<Timestamp>,
    }
    if let Some(story) = files.get("story.json") {
        let story: Story = serde_json::from_slice(story).map_err(|error| RecordingError::Malformed {
            file: "story.json".to_owned(),
            line: error.line(),
            message: error.to_string(),
        })?;
        if let Some(now) = story.now {
            return Ok(now);
        }
    }
    exchanges
        .iter()
        .filter(|exchange| exchange.id.starts_with("list/"))
        .map(|exchange| exchange.at)
        .max()
        .ok_or_else(|| RecordingError::Missing {
            file: "story.json".to_owned(),
        })
}
