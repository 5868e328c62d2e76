//! Connections to a server of the demo: taken, served, ended.

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer::Body;

/// Request bodies beyond this are refused unread, in bytes.
const LARGEST_BODY: usize = 1 << 20;

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection was reset, as asked for")]
pub(super) struct ResetConnection;

/// What the connections of one server share.
#[derive(Debug, Clone, Default)]
pub(super) struct Connections {
    /// Ends all of them.
    pub(super) stop: CancellationToken,
    /// All of them.
    pub(super) tasks: TaskTracker,
}

impl Connections {
    /// Runs a task that ends by itself when the server stops.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.tasks.spawn(task));
    }

    /// Ends all of them and waits for that.
    pub(super) async fn shut_down(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Takes connections until the server stops, and answers what is asked on them. `server` is its name in the log.
    pub(super) async fn accept<H, F>(self, server: &'static str, listener: TcpListener, handle: H)
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Result<Response<Body>, ResetConnection>> + Send + 'static,
    {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let serving = serve(server, self.stop.clone(), stream, handle.clone());
                    self.spawn(serving);
                }
                // Too many open files, or a client that left while it was in the queue: the next one may do better.
                Err(error) => {
                    tracing::debug!(%error, server, "a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
            }
        }
    }
}

async fn serve<H, F>(server: &'static str, stop: CancellationToken, stream: TcpStream, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = Result<Response<Body>, ResetConnection>> + Send + 'static,
{
    // Events are small and must not wait for more.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, server, "TCP_NODELAY could not be set");
    }
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(handle));
    tokio::select! {
        () = stop.cancelled() => {}
        ended = connection => {
            if let Err(error) = ended {
                tracing::debug!(%error, server, "a connection broke");
            }
        }
    }
}

/// The request's body; `None` when it is too large or broke off.
pub(super) async fn collected(body: Incoming) -> Option<Bytes> {
    Limited::new(body, LARGEST_BODY)
        .collect()
        .await
        .ok()
        .map(http_body_util::Collected::to_bytes)
}
