//! `GET /api/v1/stream/applications` and `…/{name}/resource-tree`: the push side, in both of its wire forms.
//!
//! What clients trip over is here on purpose (docs/argocd-api.md §2, recordings/facts.md §2 and §3.1): no response
//! header before the first event, no replay with a `resourceVersion`, events that equal the last one of the same *name*
//! swallowed, error objects masked like any other.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, VARY, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::account::Account;
use super::answer::{Body, BodyError, Code, GRPC_CONTENT_TYPE, Refusal};
use super::application;
use super::encoding::{Compressor, Encoding, chunked, date, dated, is_event_stream};
use super::fleet::Application;
use super::list::Filter;
use super::mask::{Mask, go_json};
use super::recording::Identity;
use super::request::Target;
use super::server::Backend;
use super::timeline::EventKind;

/// Period of the comment lines that keep a stream of server-sent events alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Messages in flight to a slow reader.
const IN_FLIGHT: usize = 64;

/// How messages are written.
struct Wire {
    events: bool,
    mask: Option<Mask>,
    encoding: Option<Encoding>,
}

impl Wire {
    fn of(headers: &HeaderMap, target: &Target) -> Self {
        Self {
            events: is_event_stream(headers),
            mask: Mask::parse(target.parameter("fields")),
            encoding: Encoding::negotiate(headers),
        }
    }

    fn headers(&self, status: StatusCode) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.events {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if status == StatusCode::OK {
            headers.insert(GRPC_CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            if let Some(encoding) = self.encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
            }
        }
        headers
    }

    /// `{"result":…}` as JSON, masked; `raw` is the result as recorded, `value` the same parsed.
    fn result(&self, raw: impl FnOnce() -> Vec<u8>, value: impl FnOnce() -> Value) -> Vec<u8> {
        match &self.mask {
            None => raw(),
            Some(mask) => {
                let mut value = json!({"result": value()});
                mask.prune(&mut value);
                go_json(&value)
            }
        }
    }

    /// A message in its frame: one or two pieces, as the server flushes them.
    fn pieces(&self, message: &[u8]) -> Vec<Vec<u8>> {
        let framed = |ending: &[u8]| [b"data: ", message, ending].concat();
        match (self.events, &self.mask) {
            (true, None) => vec![framed(b" \n\n"), b"\n".to_vec()],
            (true, Some(_)) => vec![framed(b" \n\n\n")],
            (false, _) => vec![[message, b"\n"].concat()],
        }
    }
}

/// A refusal in the stream's own form: the real status, and an error object that is masked like every other message.
pub(super) fn refuse(backend: &Backend, headers: &HeaderMap, target: &Target, refusal: &Refusal) -> Response<Body> {
    let wire = Wire::of(headers, target);
    let error = match &wire.mask {
        None => refusal.stream_text().into_bytes(),
        Some(mask) => {
            let mut value = refusal.stream_value();
            mask.prune(&mut value);
            go_json(&value)
        }
    };
    let body = if wire.events {
        [b"data: ", &error[..], b" \n\n"].concat()
    } else {
        error
    };
    let mut headers = wire.headers(refusal.status());
    headers.insert(DATE, date(backend.now()));
    dated(refusal.status(), headers, chunked(body.into()))
}

/// Where a stream's messages go; knows what was sent last for each name.
struct Outlet {
    wire: Wire,
    pieces: mpsc::Sender<Bytes>,
    last: HashMap<String, Vec<u8>>,
    compressor: Option<Compressor>,
    keep_alive: Option<Interval>,
}

/// The reader is gone.
struct Gone;

impl Outlet {
    async fn send(&mut self, message: &[u8]) -> Result<(), Gone> {
        for piece in self.wire.pieces(message) {
            self.write(piece).await?;
        }
        if self.wire.events && self.keep_alive.is_none() {
            let mut interval = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
            interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
            self.keep_alive = Some(interval);
        }
        Ok(())
    }

    async fn write(&mut self, piece: Vec<u8>) -> Result<(), Gone> {
        let piece = match &mut self.compressor {
            Some(compressor) => compressor.push(&piece).map_err(|_| Gone)?,
            None => piece.into(),
        };
        self.pieces.send(piece).await.map_err(|_| Gone)
    }

    async fn application(&mut self, kind: EventKind, application: &Application) -> Result<(), Gone> {
        let message = self.wire.result(
            || {
                let mut raw = format!(r#"{{"result":{{"type":"{}","application":"#, kind.as_str()).into_bytes();
                raw.extend_from_slice(&application.single);
                raw.extend_from_slice(b"}}");
                raw
            },
            || json!({"type": kind.as_str(), "application": application.single_value()}),
        );
        // By name only: two Applications of one name defeat it.
        let name = &application.identity.name;
        if self.last.get(name) == Some(&message) {
            return Ok(());
        }
        self.send(&message).await?;
        self.last.insert(name.clone(), message);
        Ok(())
    }

    async fn tree(&mut self, tree: &Bytes) -> Result<(), Gone> {
        let message = self.wire.result(
            || [b"{\"result\":", &tree[..], b"}"].concat(),
            || serde_json::from_slice(tree).unwrap_or_default(),
        );
        self.send(&message).await
    }

    /// Waits for the playback to move; meanwhile keeps the connection alive. `Err` when the reader is gone.
    async fn next_move(&mut self, position: &mut tokio::sync::watch::Receiver<u64>) -> Result<u64, Gone> {
        loop {
            let beat = async {
                match &mut self.keep_alive {
                    Some(interval) => interval.tick().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.pieces.closed() => return Err(Gone),
                moved = position.changed() => {
                    return moved.map(|()| *position.borrow_and_update()).map_err(|_| Gone);
                }
                _ = beat => {}
            }
            self.write(b":\n".to_vec()).await?;
        }
    }
}

/// What a stream follows.
enum Subject {
    Applications(ApplicationsSubject),
    Tree(Identity),
}

/// The parameters are read again at every event, so the stream owns them.
struct ApplicationsSubject {
    account: Account,
    target: Target,
    after_version: Option<u64>,
}

impl ApplicationsSubject {
    fn admits(&self, application: &Application) -> bool {
        Filter::of(&self.target).is_ok_and(|filter| filter.for_stream().admits(application, &self.account))
    }
}

/// The Applications stream.
///
/// # Errors
/// When it is refused at the start, or the server stops before there was anything to send.
pub(super) async fn applications(
    backend: &Arc<Backend>,
    account: &Account,
    headers: &HeaderMap,
    target: Target,
) -> Result<Response<Body>, Refusal> {
    let filter = Filter::of(&target)
        .map_err(|error| Refusal::new(Code::Unknown, format!("error parsing labels with selectors: {error}")))?;
    let after_version = match filter.name {
        // With a name everything is sent first, whatever version is given.
        Some(_) => None,
        None => target
            .filled("resourceVersion")
            .map(|version| version.parse().unwrap_or_default()),
    };
    let wire = Wire::of(headers, &target);
    let subject = ApplicationsSubject {
        account: account.clone(),
        target,
        after_version,
    };
    open(backend, wire, Subject::Applications(subject)).await
}

/// The resource-tree stream of one Application. It sends no first tree.
///
/// # Errors
/// As [`applications`]; also when the Application is not there or may not be seen.
pub(super) async fn tree(
    backend: &Arc<Backend>,
    account: &Account,
    headers: &HeaderMap,
    name: &str,
    target: &Target,
) -> Result<Response<Body>, Refusal> {
    let moment = backend.moment();
    let application = application::find(backend.fleet(), &moment, account, name, target)?;
    let subject = Subject::Tree(application.identity.clone());
    open(backend, Wire::of(headers, target), subject).await
}

async fn open(backend: &Arc<Backend>, wire: Wire, subject: Subject) -> Result<Response<Body>, Refusal> {
    let (sender, mut receiver) = mpsc::channel(IN_FLIGHT);
    let headers = wire.headers(StatusCode::OK);
    let outlet = Outlet {
        compressor: wire.encoding.map(Encoding::compressor),
        wire,
        pieces: sender,
        last: HashMap::new(),
        keep_alive: None,
    };
    let producing = Arc::clone(backend);
    backend.spawn(async move {
        tokio::select! {
            () = producing.stopped() => {}
            // It ends only because the reader is gone, which is no news to anybody.
            _ = produce(&producing, outlet, subject) => {}
        }
    });
    // No header before the first event.
    let first = receiver.recv().await.ok_or_else(Refusal::permission_denied)?;
    let rest = futures_util::stream::poll_fn(move |context| receiver.poll_recv(context));
    let pieces = futures_util::stream::once(futures_util::future::ready(first)).chain(rest);
    let body = StreamBody::new(pieces.map(|piece| Ok::<_, BodyError>(Frame::data(piece)))).boxed_unsync();
    let mut headers = headers;
    headers.insert(DATE, date(backend.now()));
    Ok(dated(StatusCode::OK, headers, body))
}

async fn produce(backend: &Arc<Backend>, mut outlet: Outlet, subject: Subject) -> Result<(), Gone> {
    let mut position = backend.follow_playback();
    let mut seen = *position.borrow_and_update();
    if let Subject::Applications(subject) = &subject
        && subject.after_version.is_none()
    {
        let there = backend.fleet().moment(seen).applications;
        for application in there.iter().filter(|application| subject.admits(application)) {
            outlet.application(EventKind::Added, application).await?;
        }
    }
    loop {
        let now = outlet.next_move(&mut position).await?;
        let timeline = &backend.fleet().timeline;
        match &subject {
            Subject::Applications(subject) => {
                let oldest = subject.after_version.unwrap_or_default();
                for event in timeline.between(seen, now) {
                    if event.application.resource_version >= oldest && subject.admits(&event.application) {
                        outlet.application(event.kind, &event.application).await?;
                    }
                }
            }
            Subject::Tree(identity) => {
                for event in timeline.trees_between(identity, seen, now) {
                    outlet.tree(&event.tree).await?;
                }
            }
        }
        seen = now;
    }
}
