//! A server that says what a test told it to say, and remembers what it was asked.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt as _, stream};
use http_body_util::StreamBody;
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Path as sent, still escaped.
    pub(crate) path: String,
    /// Query parameters, decoded.
    pub(crate) query: Vec<(String, String)>,
    /// Header names (lower case) and values.
    pub(crate) headers: Vec<(String, String)>,
}

impl Asked {
    /// A query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// One piece of a body.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// These bytes, as one chunk.
    Bytes(Bytes),
    /// Nothing for a while.
    Pause(Duration),
    /// Nothing for ever.
    Silence,
    /// The connection breaks.
    Cut,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<Piece>,
    before_headers: Option<Duration>,
}

impl Reply {
    /// An answer with this status and content type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: vec![Piece::Bytes(body.into())],
            before_headers: None,
        }
    }

    /// 200 with JSON.
    pub(crate) fn json(body: impl Into<Bytes>) -> Self {
        Self::new(200, "application/json", body)
    }

    /// A stream that begins well.
    pub(crate) fn events(body: Vec<Piece>) -> Self {
        Self::new(200, "text/event-stream", "").pieces(body)
    }

    /// With this body instead.
    pub(crate) fn pieces(mut self, body: Vec<Piece>) -> Self {
        self.body = body;
        self
    }

    /// With this header too.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Not before this time.
    pub(crate) fn late(mut self, pause: Duration) -> Self {
        self.before_headers = Some(pause);
        self
    }

    /// Packed.
    pub(crate) fn gzip(body: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        Self::json(encoder.finish().unwrap()).header("content-encoding", "gzip")
    }
}

/// The server; stops when dropped.
pub(crate) struct ScriptedServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl ScriptedServer {
    /// Answers by this script: what is asked, and how often that path was asked before.
    pub(crate) async fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script = Arc::new(script);
        let remembered = asked.clone();
        let accepting = tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (script, remembered) = (script.clone(), remembered.clone());
                let service = service_fn(move |request| answer(request, script.clone(), remembered.clone()));
                tokio::spawn(async move {
                    // A client that goes away, or a scripted cut, ends the connection with an error: that is the script.
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(connection), service)
                        .await;
                });
            }
        });
        Self {
            address,
            asked,
            accepting,
        }
    }

    /// A version of 3.5.1, and this for everything else.
    pub(crate) async fn newest(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |asked, before| {
            if asked.path == "/api/version" {
                Reply::json(r#"{"Version":"v3.5.1+109ca7c"}"#)
            } else {
                script(asked, before)
            }
        })
        .await
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Everything that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// What was asked for, without the version.
    pub(crate) fn asked_but_version(&self) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|a| a.path != "/api/version");
        asked
    }
}

type Body = StreamBody<stream::BoxStream<'static, Result<Frame<Bytes>, std::io::Error>>>;

async fn answer(
    request: Request<Incoming>,
    script: Arc<impl Fn(&Asked, usize) -> Reply>,
    remembered: Arc<Mutex<Vec<Asked>>>,
) -> Result<Response<Body>, Infallible> {
    let uri = request.uri();
    let asked = Asked {
        path: uri.path().to_owned(),
        query: url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes())
            .into_owned()
            .collect(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
            .collect(),
    };
    let before = {
        let mut remembered = remembered.lock().unwrap();
        let before = remembered.iter().filter(|a| a.path == asked.path).count();
        remembered.push(asked.clone());
        before
    };
    let reply = script(&asked, before);
    if let Some(pause) = reply.before_headers {
        tokio::time::sleep(pause).await;
    }
    let pieces = stream::iter(reply.body).filter_map(|piece| async move {
        match piece {
            Piece::Bytes(bytes) => Some(Ok(Frame::data(bytes))),
            Piece::Pause(pause) => {
                tokio::time::sleep(pause).await;
                None
            }
            Piece::Silence => std::future::pending().await,
            Piece::Cut => {
                // Lets what was written before reach the client: the connection is dropped with its buffer otherwise.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Some(Err(std::io::Error::other("cut")))
            }
        }
    });
    let mut response = Response::new(StreamBody::new(pieces.boxed()));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap();
    for (name, value) in reply.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    Ok(response)
}
