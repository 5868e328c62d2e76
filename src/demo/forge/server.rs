//! The listening side: the handle, accounts, repositories, one request after the other.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::answer::{Answer, Answered, Content};
use super::faults::{ForgeFault, ForgeFaults};
use super::hosted::RepositorySettings;
use super::objects::Addresses;
use super::pulls;
use super::repositories::{HostedRepository, Repositories};
use super::routes::{self, Asked};
use crate::demo::answer::{Body, whole};
use crate::demo::clock::DemoClock;
use crate::demo::listening::{Connections, ResetConnection, collected};
use crate::demo::request::Target;
use crate::engine::ports::Clock;
use crate::git::bare::{Commit, Signature};

/// The account that driftline uses.
const ACCOUNT: &str = "driftline-demo";

/// Somebody else.
const COLLEAGUE: &str = "colleague";

/// An account that may read and nothing else.
const READER: &str = "reader";

/// So many exchanges are remembered.
const REMEMBERED: usize = 10_000;

/// How the forge is served.
#[derive(Debug)]
pub struct ForgeOptions {
    /// Where to listen; port 0 finds a free one.
    pub listen: SocketAddr,
    /// Folder of the bare repositories; `None` for one that is gone with the forge.
    pub folder: Option<PathBuf>,
    /// What time it is there.
    pub clock: DemoClock,
    /// What it serves.
    pub repositories: Vec<HostedRepository>,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ForgeExchange {
    /// HTTP method.
    pub method: String,
    /// As it was asked.
    pub path_and_query: String,
    /// Body; null without one.
    pub request: Value,
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer; null for none, and for a page.
    pub answer: Value,
}

/// Why a merge did not happen, in the forge's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the demo forge did not merge it: {0}")]
pub struct MergeRefused(String);

/// What all connections share.
struct Backend {
    addresses: Addresses,
    clock: DemoClock,
    /// One request at a time: what is looked at stays so until it is answered.
    repositories: Mutex<Repositories>,
    faults: ForgeFaults,
    exchanges: std::sync::Mutex<VecDeque<ForgeExchange>>,
    connections: Connections,
}

/// A running forge. Dropping it stops the server; its repositories go with it unless a folder was given for them.
pub struct DemoForge {
    backend: Arc<Backend>,
    folder: PathBuf,
    _temporary: Option<TempDir>,
}

impl std::fmt::Debug for DemoForge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoForge")
            .field("address", &self.backend.addresses.origin)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl DemoForge {
    /// Starts serving on the current tokio runtime.
    ///
    /// # Errors
    /// The address cannot be bound, or there is no place for the repositories.
    pub async fn start(options: ForgeOptions) -> std::io::Result<Self> {
        let (folder, temporary) = match options.folder {
            Some(folder) => (folder, None),
            None => {
                let temporary = tempfile::Builder::new().prefix("driftline-demo-forge-").tempdir()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let backend = Arc::new(Backend {
            addresses: Addresses {
                origin: format!("http://{address}"),
            },
            repositories: Mutex::new(Repositories::new(folder.clone(), options.clock.clone(), options.repositories)),
            clock: options.clock,
            faults: ForgeFaults::default(),
            exchanges: std::sync::Mutex::default(),
            connections: Connections::default(),
        });
        let shared = Arc::clone(&backend);
        let connections = backend.connections.clone();
        let accepting = connections.accept("the demo forge", listener, move |request| {
            handle(Arc::clone(&shared), request)
        });
        backend.connections.spawn(accepting);
        Ok(Self {
            backend,
            folder,
            _temporary: temporary,
        })
    }

    /// Base address of its API, as that of an Enterprise Server: `http://HOST:PORT/api/v3`.
    pub fn api(&self) -> String {
        self.backend.addresses.api()
    }

    /// Token of the account that driftline uses.
    pub fn token(&self) -> SecretString {
        token(ACCOUNT).into()
    }

    /// Token of an account that may do the same and is somebody else.
    pub fn token_of_a_colleague(&self) -> SecretString {
        token(COLLEAGUE).into()
    }

    /// Token of an account that may only read.
    pub fn token_that_may_only_read(&self) -> SecretString {
        token(READER).into()
    }

    /// Folder of a bare repository, for `git --git-dir`. It is there once the repository was asked for.
    pub fn folder(&self, owner: &str, name: &str) -> PathBuf {
        self.folder.join(owner).join(format!("{name}.git"))
    }

    /// What goes wrong.
    pub fn faults(&self) -> &ForgeFaults {
        &self.backend.faults
    }

    /// The latest ten thousand requests that were answered, in order.
    pub fn exchanges(&self) -> Vec<ForgeExchange> {
        let exchanges = self.backend.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        exchanges.iter().cloned().collect()
    }

    /// Changes what the administrators of a repository chose; whether there is such a repository.
    pub async fn set(&self, owner: &str, name: &str, change: impl FnOnce(&mut RepositorySettings)) -> bool {
        let mut repositories = self.backend.repositories.lock().await;
        match repositories.get(owner, name).await {
            Ok(hosted) => {
                change(&mut hosted.settings);
                true
            }
            Err(_) => false,
        }
    }

    /// Merges a pull request, as a colleague would, and gives the merge commit.
    ///
    /// # Errors
    /// There is none of this number, it is closed, or it conflicts.
    pub async fn merge(&self, owner: &str, name: &str, number: u64) -> Result<String, MergeRefused> {
        let asked = self.backend.asked(
            Method::PUT,
            &format!("/api/v3/repos/{owner}/{name}/pulls/{number}/merge"),
            Value::Null,
            COLLEAGUE,
        );
        let mut repositories = self.backend.repositories.lock().await;
        let merging = async {
            let hosted = repositories.get(owner, name).await?;
            pulls::merge(&asked, hosted, &number.to_string()).await
        };
        match merging.await {
            Ok(answer) => match answer.content {
                Content::Json(body) => Ok(body.get("sha").and_then(Value::as_str).unwrap_or_default().to_owned()),
                Content::Html(_) | Content::Nothing => Err(MergeRefused("it said nothing".to_owned())),
            },
            Err(refused) => Err(MergeRefused(refused.message().unwrap_or_default().to_owned())),
        }
    }

    /// Stops and waits until every connection has ended.
    pub async fn shut_down(self) {
        self.backend.connections.shut_down().await;
    }
}

impl Drop for DemoForge {
    fn drop(&mut self) {
        self.backend.connections.stop.cancel();
    }
}

/// Nothing but a name: the forge is on loopback, and what it holds is gone with it.
fn token(login: &str) -> String {
    format!("demo-token-of-{login}")
}

fn login(headers: &HeaderMap) -> Option<&'static str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let sent = value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("token "))?;
    [ACCOUNT, COLLEAGUE, READER].into_iter().find(|login| token(login) == sent)
}

impl Backend {
    fn asked(&self, method: Method, path_and_query: &str, body: Value, login: &str) -> Asked {
        Asked {
            method,
            target: Target::parse(path_and_query),
            body,
            login: login.to_owned(),
            now: self.clock.now(),
            addresses: self.addresses.clone(),
        }
    }

    async fn answered(&self, method: Method, path_and_query: &str, headers: &HeaderMap, body: &Bytes) -> (Value, Answer) {
        let refused = |status, message: &str| (Value::Null, Answer::refused(status, message));
        let is_api = routes::api_segments(&Target::parse(path_and_query)).is_some();
        if !is_api {
            let asked = self.asked(method, path_and_query, Value::Null, "");
            let mut repositories = self.repositories.lock().await;
            let page = routes::answer_page(&asked, &mut repositories).await;
            return (Value::Null, page.unwrap_or_else(|refusal| refusal));
        }
        let Some(login) = login(headers) else {
            return match headers.contains_key(AUTHORIZATION) {
                true => refused(StatusCode::UNAUTHORIZED, "Bad credentials"),
                false => refused(StatusCode::UNAUTHORIZED, "Requires authentication"),
            };
        };
        let parsed = match body.is_empty() {
            true => Ok(Value::Null),
            false => serde_json::from_slice::<Value>(body),
        };
        let Ok(parsed) = parsed else {
            return refused(StatusCode::BAD_REQUEST, "Problems parsing JSON");
        };
        let asked = self.asked(method, path_and_query, parsed.clone(), login);
        if login == READER && asked.method != Method::GET {
            let mut answer = Answer::refused(StatusCode::FORBIDDEN, "Resource not accessible by personal access token");
            let permission = routes::permission(&asked.target).to_owned();
            answer.headers.push(("x-accepted-github-permissions".to_owned(), permission));
            return (parsed, answer);
        }
        let mut repositories = self.repositories.lock().await;
        let answer: Answered = routes::answer(&asked, &mut repositories).await;
        (parsed, answer.unwrap_or_else(|refusal| refusal))
    }

    /// Somebody else pushes an empty commit.
    async fn push(&self, path_and_query: &str, branch: &str) -> Result<(), Answer> {
        let target = Target::parse(path_and_query);
        let segments = routes::api_segments(&target).unwrap_or_default();
        let ["repos", owner, name, ..] = segments.as_slice() else {
            return Err(Answer::not_found());
        };
        let mut repositories = self.repositories.lock().await;
        let hosted = repositories.get(owner, name).await?;
        let tip = hosted.tip(branch).await?.ok_or_else(Answer::not_found)?;
        let before = hosted.bare.commit(&tip).await?.ok_or_else(Answer::not_found)?;
        let who = Signature {
            name: COLLEAGUE.to_owned(),
            email: "colleague@example.com".to_owned(),
            seconds: self.clock.now().as_second(),
        };
        let commit = Commit {
            tree: before.tree,
            parents: vec![tip.clone()],
            author: who.clone(),
            committer: who,
            message: "Something else\n".to_owned(),
        };
        let id = hosted.bare.write_commit(&commit).await?;
        let name = format!("refs/heads/{branch}");
        hosted.bare.set_reference(&name, Some(&id), Some(&tip)).await?;
        hosted.branch_is_at(branch, Some(&id), self.clock.now());
        Ok(())
    }

    fn remember(&self, exchange: ForgeExchange) {
        let mut exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner);
        if exchanges.len() == REMEMBERED {
            exchanges.pop_front();
        }
        exchanges.push_back(exchange);
    }
}

async fn handle(backend: Arc<Backend>, request: Request<Incoming>) -> Result<Response<Body>, ResetConnection> {
    let (parts, body) = request.into_parts();
    let path_and_query = parts
        .uri
        .path_and_query()
        .map_or_else(String::new, |target| target.as_str().to_owned());
    let fault = backend.faults.next(parts.method.as_str(), parts.uri.path());
    let body = collected(body).await;
    let (asked, mut answer) = match (&fault, body) {
        (Some(ForgeFault::Dropped), _) => return Err(ResetConnection),
        (_, None) => (
            Value::Null,
            Answer::refused(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        ),
        (
            Some(ForgeFault::Instead {
                status,
                message,
                headers,
            }),
            _,
        ) => {
            let mut answer = instead(*status, message);
            answer.headers.clone_from(headers);
            (Value::Null, answer)
        }
        (_, Some(body)) => {
            if let Some(ForgeFault::Pushed { branch }) = &fault
                && let Err(refusal) = backend.push(&path_and_query, branch).await
            {
                tracing::warn!(?refusal, branch, "nobody could push, as was asked for");
            }
            backend
                .answered(parts.method.clone(), &path_and_query, &parts.headers, &body)
                .await
        }
    };
    if let Some(ForgeFault::Afterwards { status, message }) = &fault {
        answer = instead(*status, message);
    }
    backend.remember(ForgeExchange {
        method: parts.method.to_string(),
        path_and_query,
        request: asked,
        status: answer.status.as_u16(),
        answer: match &answer.content {
            Content::Json(body) => body.clone(),
            Content::Html(_) | Content::Nothing => Value::Null,
        },
    });
    match fault {
        Some(ForgeFault::DroppedAfterwards) => Err(ResetConnection),
        _ => Ok(respond(answer)),
    }
}

fn instead(status: u16, message: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Answer::refused(status, message)
}

fn respond(answer: Answer) -> Response<Body> {
    let mut builder = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        builder = builder.header(name, value);
    }
    let built = match answer.content {
        Content::Json(body) => builder
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(whole(body.to_string().into())),
        Content::Html(page) => builder
            .header(CONTENT_TYPE, "text/html; charset=utf-8")
            .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'")
            .body(whole(page.into())),
        Content::Nothing => builder.body(whole(Bytes::new())),
    };
    built.unwrap_or_else(|error| {
        tracing::warn!(%error, "an answer of the demo forge could not be written");
        let mut broken = Response::new(whole(Bytes::new()));
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}
