//! One call: the path, the wait, the answer. Nothing is repeated but what GitHub says it has not done yet.

use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;
use url::form_urlencoded::Serializer;

use super::GitHub;
use super::objects::User;
use super::refusal::{Answer, is_too_early, refusal};
use crate::engine::ports::ForgeError;

/// Deadline of one call.
const DEADLINE: Duration = Duration::from_secs(30);

/// Largest answer that is read, in bytes. A list of a hundred issues with the longest bodies has seven million.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Entries of a page of a list.
const PAGE: usize = 100;

/// Pages of a list that are read.
const MOST_PAGES: usize = 50;

/// How something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

/// No body.
pub(super) const NOTHING: Option<&()> = None;

impl GitHub {
    /// Path of a call below the base address; every segment is encoded by itself.
    fn route(&self, path: &[&str], query: &[(&str, &str)]) -> String {
        // Nothing of this address is sent: it holds the path while that is encoded.
        let Ok(mut encoder) = Url::parse("http://localhost/") else {
            return String::new();
        };
        if let Ok(mut segments) = encoder.path_segments_mut() {
            segments.clear().extend(path);
        }
        let mut route = encoder.path().to_owned();
        if !query.is_empty() {
            route.push('?');
            route.push_str(&Serializer::new(String::new()).extend_pairs(query).finish());
        }
        route
    }

    /// Path of a call about this repository.
    pub(super) fn route_here(&self, path: &[&str], query: &[(&str, &str)]) -> String {
        let mut whole = vec!["repos", &self.owner, &self.name];
        whole.extend(path);
        self.route(&whole, query)
    }

    /// The answer to a call, whatever it is.
    async fn answer<B>(&self, what: &'static str, verb: Verb, route: &str, body: Option<&B>) -> Result<Answer, ForgeError>
    where
        B: Serialize + Sync + ?Sized,
    {
        let asking = async {
            let response = match verb {
                Verb::Get => self.api._get(route).await,
                Verb::Post => self.api._post(route, body).await,
                Verb::Patch => self.api._patch(route, body).await,
                Verb::Delete => self.api._delete(route, body).await,
            };
            let (parts, body) = response.map_err(|error| innermost(&error))?.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await;
            Ok(Answer {
                status: parts.status,
                headers: parts.headers,
                body: body.map_err(|error| innermost(&*error))?.to_bytes(),
            })
        };
        let message = match timeout(DEADLINE, asking).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(message)) => message,
            Err(_) => format!("nothing came within {} s", DEADLINE.as_secs()),
        };
        Err(self.unanswered(what, message))
    }

    /// Nobody knows what came of it.
    pub(super) fn unanswered(&self, what: &'static str, message: impl Into<String>) -> ForgeError {
        ForgeError::Unanswered {
            forge: self.host.clone(),
            what,
            message: message.into(),
        }
    }

    /// It was not done, for this reason.
    pub(super) fn refused(&self, what: &'static str, message: impl Into<String>) -> ForgeError {
        ForgeError::Refused {
            forge: self.host.clone(),
            what,
            message: message.into(),
        }
    }

    fn read<T: DeserializeOwned>(&self, what: &'static str, answer: &Answer) -> Result<T, ForgeError> {
        if !answer.status.is_success() {
            return Err(refusal(&self.host, what, answer));
        }
        serde_json::from_slice(&answer.body).map_err(|error| {
            tracing::debug!(%error, what, "an answer of GitHub was not understood");
            self.unanswered(what, "the answer was not understood")
        })
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(&self, what: &'static str, route: &str) -> Result<T, ForgeError> {
        let answer = self.answer(what, Verb::Get, route, NOTHING).await?;
        self.read(what, &answer)
    }

    /// Reads something that may not be there: 404, and 409 of a repository without any commit.
    pub(super) async fn find<T: DeserializeOwned>(&self, what: &'static str, route: &str) -> Result<Option<T>, ForgeError> {
        let answer = self.answer(what, Verb::Get, route, NOTHING).await?;
        match answer.status.as_u16() {
            404 | 409 => Ok(None),
            _ => self.read(what, &answer).map(Some),
        }
    }

    /// Reads all pages of a list.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        what: &'static str,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        let size = PAGE.to_string();
        for page in 1..=MOST_PAGES {
            let number = page.to_string();
            let paged = [query, &[("per_page", &size), ("page", &number)]].concat();
            let entries: Vec<T> = self.get(what, &self.route_here(path, &paged)).await?;
            let is_last = entries.len() < PAGE;
            all.extend(entries);
            if is_last {
                return Ok(all);
            }
        }
        // What is not looked at would be done again.
        Err(self.refused(what, format!("there are more than {} of them", PAGE * MOST_PAGES)))
    }

    /// Writes something, with what came of it.
    pub(super) async fn write<T, B>(&self, what: &'static str, verb: Verb, path: &[&str], body: &B) -> Result<T, ForgeError>
    where
        T: DeserializeOwned,
        B: Serialize + Sync + ?Sized,
    {
        let answer = self.written(what, verb, path, Some(body)).await?;
        self.read(what, &answer)
    }

    /// Writes something of which nothing is to be read but that it was done.
    pub(super) async fn send<B>(&self, what: &'static str, verb: Verb, path: &[&str], body: Option<&B>) -> Result<(), ForgeError>
    where
        B: Serialize + Sync + ?Sized,
    {
        let answer = self.written(what, verb, path, body).await?;
        match answer.status.is_success() {
            true => Ok(()),
            false => Err(refusal(&self.host, what, &answer)),
        }
    }

    async fn written<B>(&self, what: &'static str, verb: Verb, path: &[&str], body: Option<&B>) -> Result<Answer, ForgeError>
    where
        B: Serialize + Sync + ?Sized,
    {
        let route = self.route_here(path, &[]);
        // Held until it is answered: one write at a time.
        let mut last = self.pace.last.lock().await;
        if let Some(last) = *last {
            sleep_until(last + self.pace.rest).await;
        }
        let mut answer = self.answer(what, verb, &route, body).await;
        if answer.as_ref().is_ok_and(is_too_early) {
            sleep_until(Instant::now() + self.pace.rest).await;
            answer = self.answer(what, verb, &route, body).await;
        }
        *last = Some(Instant::now());
        answer
    }

    /// Whose token it is.
    pub(super) async fn login(&self) -> Result<&str, ForgeError> {
        let asked = self.login.get_or_try_init(|| async {
            let user: User = self.get("whose token it is", &self.route(&["user"], &[])).await?;
            Ok(user.login)
        });
        asked.await.map(String::as_str)
    }
}

/// The last cause: what a person can act on ("connection refused").
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
