//! Reads what is on record of the past: the metadata of a revision, and Kubernetes events.

use jiff::Timestamp;
use serde::Deserialize;

use super::error::Asked;
use super::wire_types::{Text, nullable};
use crate::drift::{ObjectEvent, RevisionMetadata};
use crate::engine::ports::ArgoCdError;

/// So many events of one answer are kept, the newest: Kubernetes keeps an hour of them, some clusters keep days.
const MOST_EVENTS: usize = 100;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    author: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    date: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    message: Text<'a>,
}

/// The answer about one revision. Of the author the name is kept, never the address.
pub(super) fn metadata(asked: &Asked<'_>, body: &[u8]) -> Result<RevisionMetadata, ArgoCdError> {
    let answer: Metadata<'_> = serde_json::from_slice(body).map_err(|error| asked.malformed(&error))?;
    Ok(RevisionMetadata {
        author: name(answer.author.as_str()),
        at: answer.date.as_str().parse().ok(),
        subject: answer.message.as_str().trim_start().lines().next().unwrap_or("").to_owned(),
    })
}

/// `Ann Example` of `Ann Example <ann@example.com>`. Of an address alone what stands before its `@`.
fn name(author: &str) -> String {
    let (name, address) = author.split_once('<').unwrap_or((author, ""));
    let name = match (name.trim(), address) {
        ("", address) => address,
        (name, _) => name,
    };
    let name = name.split_once('@').map_or(name, |(before, _)| before);
    name.trim_matches(['"', ' ']).to_owned()
}

#[derive(Deserialize)]
struct Events<'a> {
    #[serde(borrow)]
    items: Option<Vec<Event<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, deserialize_with = "nullable", rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    reason: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    message: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    source: Source<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    reporting_component: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    count: i64,
    #[serde(borrow, deserialize_with = "nullable")]
    first_timestamp: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    last_timestamp: Text<'a>,
    /// The newer form of events has its time here, and none in the other two.
    #[serde(borrow, deserialize_with = "nullable")]
    event_time: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Source<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    component: Text<'a>,
}

/// The newest events of the answer, in order of time; those without a time come first.
pub(super) fn events(asked: &Asked<'_>, body: &[u8]) -> Result<Vec<ObjectEvent>, ArgoCdError> {
    let answer: Events<'_> = serde_json::from_slice(body).map_err(|error| asked.malformed(&error))?;
    let mut events: Vec<ObjectEvent> = answer.items.unwrap_or_default().iter().map(event).collect();
    events.sort_by_key(|event| event.at);
    let older = events.len().saturating_sub(MOST_EVENTS);
    events.drain(..older);
    Ok(events)
}

fn event(from: &Event<'_>) -> ObjectEvent {
    let times = [&from.last_timestamp, &from.event_time, &from.first_timestamp];
    let source = match from.source.component.as_str() {
        "" => &from.reporting_component,
        _ => &from.source.component,
    };
    ObjectEvent {
        warning: from.kind.as_str() == "Warning",
        reason: from.reason.to_owned(),
        message: from.message.to_owned(),
        source: source.to_owned(),
        count: u32::try_from(from.count.max(1)).unwrap_or(u32::MAX),
        at: times.into_iter().find_map(|time| time.as_str().parse::<Timestamp>().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn of_an_author_the_name_is_kept_and_never_the_address() {
        for (author, expected) in [
            ("Ann Example <ann@example.com>", "Ann Example"),
            ("\"Example, Ann\" <ann@example.com>", "Example, Ann"),
            ("<ann@example.com>", "ann"),
            ("ann@example.com", "ann"),
            ("ann@example.com <ann@example.com>", "ann"),
            ("Ann", "Ann"),
            ("", ""),
        ] {
            assert_eq!(name(author), expected, "{author}");
        }
    }
}
