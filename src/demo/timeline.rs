//! The recorded change streams as a timeline: which Application, which resource tree, when.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fleet::Application;
use super::recording::{Identity, Recording, SubQuestion, lines};
use super::request::Target;

/// What happened to an Application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Added,
    Modified,
    Deleted,
}

impl EventKind {
    /// The stream's word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }
}

/// One event of the Applications stream.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) ms: u64,
    pub(super) kind: EventKind,
    pub(super) application: Arc<Application>,
}

/// One resource tree, as the tree stream pushes it.
#[derive(Debug)]
pub(super) struct TreeEvent {
    pub(super) ms: u64,
    pub(super) tree: Bytes,
}

/// Everything that happens after "now", in order.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    events: Vec<Event>,
    trees: HashMap<Identity, Vec<TreeEvent>>,
    settled: HashMap<Identity, u64>,
}

#[derive(Deserialize)]
struct StreamHead {
    path_and_query: String,
    started: Timestamp,
    response: Option<StreamResponse>,
}

#[derive(Deserialize)]
struct StreamResponse {
    status: u16,
}

#[derive(Deserialize)]
struct Chunk {
    ms: u64,
    chunk: String,
}

#[derive(Deserialize)]
struct Action {
    at: Timestamp,
    app: String,
}

impl Timeline {
    /// Reads the recorded streams. Files that are not of the form are passed over: what cannot be played is not played.
    pub(super) fn of(recording: &Recording, initial: &[Arc<Application>]) -> Self {
        let mut events = Vec::new();
        let mut trees: HashMap<Identity, Vec<TreeEvent>> = HashMap::new();
        let mut first_tree: HashMap<Identity, u64> = HashMap::new();
        let mut started = None;
        for (_, content) in recording.below("streams/", ".jsonl") {
            let Some(head) = lines(content)
                .next()
                .and_then(|(_, line)| serde_json::from_slice::<StreamHead>(line).ok())
                .filter(|head| head.response.as_ref().is_some_and(|response| response.status == 200))
            else {
                continue;
            };
            let target = Target::parse(&head.path_and_query);
            let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
            match segments[..] {
                ["api", "v1", "stream", "applications"] if target.query.is_empty() && events.is_empty() => {
                    events = application_events(content, initial);
                    started = Some(head.started);
                }
                ["api", "v1", "stream", "applications", name, "resource-tree"] => {
                    let identity = Identity {
                        namespace: target
                            .filled("appNamespace")
                            .unwrap_or(recording.control_namespace())
                            .to_owned(),
                        name: name.to_owned(),
                    };
                    let messages = messages(content);
                    if let Some((ms, _)) = messages.first() {
                        first_tree.insert(identity.clone(), *ms);
                    }
                    if target.parameter("fields").is_none() {
                        trees.insert(identity, messages.into_iter().filter_map(tree_event).collect());
                    }
                }
                _ => {}
            }
        }
        let mut timeline = Self {
            events,
            trees,
            settled: HashMap::new(),
        };
        timeline.settle(recording, initial, &first_tree, started);
        timeline
    }

    /// Finds for every Application that was read again after the streams when it got there: after the last thing that
    /// was done to it; else when its OutOfSync resources are those of that reading, or not those of "now" any more.
    fn settle(
        &mut self,
        recording: &Recording,
        initial: &[Arc<Application>],
        first_tree: &HashMap<Identity, u64>,
        started: Option<Timestamp>,
    ) {
        let actions = actions(recording, started);
        let mut identities: Vec<Identity> = self.events.iter().map(|event| event.application.identity.clone()).collect();
        identities.extend(initial.iter().map(|application| application.identity.clone()));
        identities.sort_unstable();
        identities.dedup();
        for identity in identities {
            let after = recording
                .application(true, &identity, &SubQuestion::plain(""))
                .filter(|(exchange, _)| exchange.status == 200)
                .and_then(|(_, body)| Application::read(body, None).ok());
            let Some(after) = after else { continue };
            let before = initial.iter().find(|application| application.identity == identity);
            let by_event = self.events.iter().find(|event| {
                let now = &event.application;
                now.identity == identity
                    && (now.out_of_sync == after.out_of_sync || before.is_none_or(|before| now.out_of_sync != before.out_of_sync))
            });
            let by_event = by_event.map(|event| event.ms);
            let by_tree = first_tree.get(&identity).copied();
            let by_action = actions.get(&identity.name).copied();
            if let Some(ms) = by_action.or(by_event).or(by_tree) {
                // An action shows when the controller has compared: with the next event or tree, if one comes soon.
                let seen = self
                    .events
                    .iter()
                    .filter(|event| event.application.identity == identity)
                    .map(|event| event.ms)
                    .chain(by_tree)
                    .filter(|seen| (ms..ms + 3_000).contains(seen))
                    .min();
                self.settled.insert(identity, seen.unwrap_or(ms + 1_000));
            }
        }
        for (identity, ms) in &self.settled {
            if self.trees.contains_key(identity) {
                continue;
            }
            let tree = recording
                .application(true, identity, &SubQuestion::plain("resource-tree"))
                .filter(|(exchange, _)| exchange.status == 200);
            if let Some((_, tree)) = tree {
                self.trees.insert(identity.clone(), vec![TreeEvent { ms: *ms, tree }]);
            }
        }
    }

    /// Events up to and including `ms`.
    pub(super) fn until(&self, ms: u64) -> &[Event] {
        let end = self.events.partition_point(|event| event.ms <= ms);
        self.events.get(..end).unwrap_or_default()
    }

    /// Events after `from` up to and including `to`.
    pub(super) fn between(&self, from: u64, to: u64) -> &[Event] {
        let start = self.events.partition_point(|event| event.ms <= from);
        self.until(to).get(start..).unwrap_or_default()
    }

    /// The trees that one Application's tree stream pushes after `from` up to and including `to`.
    pub(super) fn trees_between(&self, identity: &Identity, from: u64, to: u64) -> impl Iterator<Item = &TreeEvent> {
        self.trees
            .get(identity)
            .into_iter()
            .flatten()
            .filter(move |event| event.ms > from && event.ms <= to)
    }

    /// Whether the Application is at `ms` what it was when it was read again after the streams.
    pub(super) fn is_settled(&self, identity: &Identity, ms: u64) -> bool {
        self.settled.get(identity).is_some_and(|settled| ms >= *settled)
    }

    /// Moments at which something happens, in order.
    pub(super) fn moments(&self) -> Vec<u64> {
        let mut moments: Vec<u64> = self
            .events
            .iter()
            .map(|event| event.ms)
            .chain(self.trees.values().flatten().map(|event| event.ms))
            .chain(self.settled.values().copied())
            .collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }
}

/// When the last recorded action on each Application was, in milliseconds of the stream. Actions name no namespace.
fn actions(recording: &Recording, started: Option<Timestamp>) -> HashMap<String, u64> {
    let mut actions = HashMap::new();
    if let (Some(content), Some(started)) = (recording.file("streams/actions.jsonl"), started) {
        for action in lines(content).filter_map(|(_, line)| serde_json::from_slice::<Action>(line).ok()) {
            let offset = action.at.duration_since(started).as_millis();
            actions.insert(action.app, u64::try_from(offset).unwrap_or_default());
        }
    }
    actions
}

/// The complete messages of a recorded stream, SSE or lines, each with the time of the chunk that completed it.
fn messages(content: &Bytes) -> Vec<(u64, String)> {
    let mut messages = Vec::new();
    let mut rest = String::new();
    for chunk in lines(content)
        .skip(1)
        .filter_map(|(_, line)| serde_json::from_slice::<Chunk>(line).ok())
    {
        rest.push_str(&chunk.chunk);
        while let Some(end) = rest.find('\n') {
            let line: String = rest.drain(..=end).collect();
            let line = line.trim();
            let message = line.strip_prefix("data:").unwrap_or(line).trim();
            // Comment lines keep the connection alive, empty ones end an event.
            if message.starts_with('{') {
                messages.push((chunk.ms, message.to_owned()));
            }
        }
    }
    messages
}

fn tree_event((ms, message): (u64, String)) -> Option<TreeEvent> {
    #[derive(Deserialize)]
    struct Message<'a> {
        #[serde(borrow)]
        result: &'a RawValue,
    }
    let tree = serde_json::from_str::<Message<'_>>(&message).ok()?.result.get().to_owned();
    Some(TreeEvent { ms, tree: tree.into() })
}

/// The events after the burst that shows what is there.
fn application_events(content: &Bytes, initial: &[Arc<Application>]) -> Vec<Event> {
    #[derive(Deserialize)]
    struct Message<'a> {
        #[serde(borrow)]
        result: MessageResult<'a>,
    }
    #[derive(Deserialize)]
    struct MessageResult<'a> {
        #[serde(rename = "type")]
        kind: String,
        #[serde(borrow)]
        application: &'a RawValue,
    }
    let mut waiting: Vec<&Identity> = initial.iter().map(|application| &application.identity).collect();
    let mut in_burst = true;
    let mut events = Vec::new();
    for (ms, message) in messages(content) {
        let Ok(Message { result }) = serde_json::from_str::<Message<'_>>(&message) else {
            continue;
        };
        let kind = match result.kind.as_str() {
            "ADDED" => EventKind::Added,
            "MODIFIED" => EventKind::Modified,
            "DELETED" => EventKind::Deleted,
            _ => continue,
        };
        let payload = Bytes::from(result.application.get().to_owned());
        let Ok(application) = Application::read(payload, None) else {
            continue;
        };
        if in_burst
            && kind == EventKind::Added
            && let Some(position) = waiting.iter().position(|identity| **identity == application.identity)
        {
            waiting.swap_remove(position);
            continue;
        }
        in_burst = false;
        events.push(Event {
            ms,
            kind,
            application: Arc::new(application),
        });
    }
    events.sort_by_key(|event| event.ms);
    events
}
