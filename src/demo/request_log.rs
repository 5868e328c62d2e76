//! What was asked of a server, for tests that say what a client may send.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::header::HeaderMap;

use super::request::Target;

/// Requests that are remembered; older ones are forgotten, so that a server may run for ever.
const REMEMBERED: usize = 10_000;

/// A request as the server saw it. Header values are not kept: tokens are among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRequest {
    /// HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path_and_query: String,
    /// Names of its headers, lower case, sorted.
    pub headers: Vec<String>,
}

impl SeenRequest {
    /// Whether it asks for a refresh, which is a write in disguise (docs/argocd-api.md §4.1). The list ignores the
    /// parameter, the client still must not send it.
    pub fn asks_for_refresh(&self) -> bool {
        self.method == "GET" && Target::parse(&self.path_and_query).parameter("refresh").is_some()
    }
}

/// What was asked of one server.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    latest: Mutex<VecDeque<SeenRequest>>,
    refreshes: AtomicUsize,
}

impl RequestLog {
    pub(super) fn note(&self, method: &str, path_and_query: &str, headers: &HeaderMap) {
        let mut names: Vec<String> = headers.keys().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        let request = SeenRequest {
            method: method.to_owned(),
            path_and_query: path_and_query.to_owned(),
            headers: names,
        };
        if request.asks_for_refresh() {
            self.refreshes.fetch_add(1, Ordering::Relaxed);
        }
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.len() == REMEMBERED {
            latest.pop_front();
        }
        latest.push_back(request);
    }

    /// The remembered requests, oldest first.
    pub(super) fn latest(&self) -> Vec<SeenRequest> {
        self.latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// How many requests of all asked for a refresh.
    pub(super) fn refreshes(&self) -> usize {
        self.refreshes.load(Ordering::Relaxed)
    }
}
