//! The stream of changed Applications: a hint that something moved, never the truth.
//!
//! It is opened without `resourceVersion`, so that every Application comes once as added: only then does Argo CD send
//! headers and keep-alives at once. A quiet server without Applications still sends nothing at all, not even headers,
//! so there is no deadline before the first event.

use serde_json::value::RawValue;

use super::client::Client;
use super::convert::{self, Answer};
use super::error::Asked;
use super::event_stream::EventStream;
use super::mask;
use super::request::{Call, Expect};
use super::wire_types;
use crate::engine::ports::{ArgoCdError, Sink, WatchEvent};

#[derive(serde::Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    result: Option<wire_types::Event<'a>>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl Client {
    /// Follows the stream until it ends or the receiver wants no more.
    pub(super) async fn follow(&self, event: Sink<'_, WatchEvent>) -> Result<(), ArgoCdError> {
        let call = Call {
            what: "the stream of Applications".to_owned(),
            template: "/api/v1/stream/applications",
            segments: vec!["api", "v1", "stream", "applications"],
            query: self
                .requests()
                .scope()
                .query()
                .chain([("fields", mask::WATCH.to_owned())])
                .collect(),
            deadline: None,
            server_deadline: None,
            expect: Expect::Events,
            anonymous: false,
            final_500: false,
        };
        let asked = self.requests().asked(&call.what);
        let mut answer = self.requests().open(&call).await.map_err(|failure| failure.error)?;
        if !event(WatchEvent::Opened) {
            return Ok(());
        }
        let mut stream = EventStream::new();
        let mut any_event = false;
        loop {
            // Keep-alives run only after the first event, so silence means nothing before.
            let next = if any_event {
                let idle = self.requests().timeouts().watch_idle;
                tokio::time::timeout(idle, answer.unlimited_chunk())
                    .await
                    .map_err(|_| asked.timeout())?
            } else {
                answer.unlimited_chunk().await
            };
            let Some(chunk) = next.map_err(|failure| failure.error)? else {
                answer.log();
                return Ok(());
            };
            let events = stream
                .feed(&chunk)
                .map_err(|_| asked.protocol("an event larger than any Application"))?;
            for data in events {
                any_event = true;
                if let Some(change) = self.change(&asked, &data)?
                    && !event(change)
                {
                    answer.log();
                    return Ok(());
                }
            }
        }
    }

    /// What one event says; `None` for kinds that this version does not know.
    fn change(&self, asked: &Asked<'_>, data: &[u8]) -> Result<Option<WatchEvent>, ArgoCdError> {
        let chunk: Chunk<'_> = serde_json::from_slice(data).map_err(|error| asked.malformed(&error))?;
        let Some(result) = chunk.result else {
            let error = chunk
                .error
                .map_or(Ok(serde_json::Value::Null), |raw| serde_json::from_str(raw.get()));
            let error = error.map_err(|error| asked.malformed(&error))?;
            return Err(asked.stream_error(&serde_json::json!({ "error": error })));
        };
        let changed = match result.kind.as_str() {
            "ADDED" | "MODIFIED" => true,
            "DELETED" => false,
            _ => return Ok(None),
        };
        let application = convert::application(self.context_name(), &result.application, Answer::Partial)
            .ok_or_else(|| asked.protocol("an Application without a name"))?;
        Ok(Some(if changed {
            WatchEvent::Changed(Box::new(application))
        } else {
            WatchEvent::Deleted(application.key)
        }))
    }
}
