//! Takes a list apart while it arrives: `{"metadata":{…},"items":[…]}` in any order, item by item, without ever holding
//! the list.
//!
//! Parse, and on an unexpected end wait for more: the unread rest stays in a tail buffer, and the next try waits until
//! that has grown by half, at least by 128 KiB. So no byte is scanned by a second parser and few are parsed twice.

use std::ops::ControlFlow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::wire_types::{Application, ListMetadata};

/// Least growth of the tail before a value that ended too early is tried again.
const GROWTH: usize = 128 * 1024;

/// Where in the list the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first `{`.
    Start,
    /// Before the first key or `}`.
    FirstKey,
    /// After a `,` of the outer object.
    Key,
    /// After a key of which nothing else is known: before `:`.
    Colon(Field),
    /// Before a value.
    Value(Field),
    /// After `[`.
    FirstItem,
    /// After a `,` of the items.
    Item,
    /// After an item: before `,` or `]`.
    AfterItem,
    /// After a value of the outer object: before `,` or `}`.
    AfterValue,
    /// After the last `}`.
    Done,
}

/// A field of the outer object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Items,
    Metadata,
    Other,
}

/// Why the list cannot be read on.
#[derive(Debug)]
pub(super) enum Broken {
    /// Not the JSON of a list.
    Json(serde_json::Error),
    /// Something else stands where the structure of a list should be.
    Structure,
    /// It ended too early.
    Truncated,
}

/// The incremental reader. Feed it chunks, then [`ItemStream::finish`] it.
pub(super) struct ItemStream {
    state: State,
    /// What arrived and is not read yet.
    tail: Vec<u8>,
    /// Length of the tail from which another try is worth while.
    worth_while: usize,
    resource_version: String,
}

/// One step's result: how many bytes it read and what comes next, or that it needs more.
enum Step {
    Read(usize, State),
    NeedMore,
}

impl ItemStream {
    /// Before the first byte.
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            tail: Vec::new(),
            worth_while: 0,
            resource_version: String::new(),
        }
    }

    /// `metadata.resourceVersion` of the list, once read.
    pub(super) fn resource_version(&self) -> &str {
        &self.resource_version
    }

    /// Reads on with what arrived and hands each complete item to `item`, in order, until that breaks.
    ///
    /// # Errors
    /// When what arrived is no list.
    pub(super) fn feed<B>(
        &mut self,
        chunk: &[u8],
        item: &mut impl FnMut(Application<'_>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Broken> {
        self.tail.extend_from_slice(chunk);
        if self.tail.len() < self.worth_while {
            return Ok(ControlFlow::Continue(()));
        }
        self.read(item)
    }

    /// Reads what is left; the list must be complete now.
    ///
    /// # Errors
    /// When it is not, or is no list.
    pub(super) fn finish<B>(
        &mut self,
        item: &mut impl FnMut(Application<'_>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Broken> {
        if let ControlFlow::Break(value) = self.read(item)? {
            return Ok(ControlFlow::Break(value));
        }
        if self.state == State::Done && self.tail.is_empty() {
            Ok(ControlFlow::Continue(()))
        } else {
            Err(Broken::Truncated)
        }
    }

    fn read<B>(&mut self, item: &mut impl FnMut(Application<'_>) -> ControlFlow<B>) -> Result<ControlFlow<B>, Broken> {
        let tail = std::mem::take(&mut self.tail);
        let mut position = 0;
        let outcome = loop {
            let rest = &tail[position..];
            let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            position += blanks;
            match self.step(&rest[blanks..], item) {
                Ok(ControlFlow::Continue(Step::Read(length, state))) => {
                    position += length;
                    self.state = state;
                }
                Ok(ControlFlow::Continue(Step::NeedMore)) => break Ok(ControlFlow::Continue(())),
                Ok(ControlFlow::Break(value)) => break Ok(ControlFlow::Break(value)),
                Err(broken) => break Err(broken),
            }
        };
        self.tail = tail;
        self.tail.drain(..position);
        self.worth_while = self.tail.len() + GROWTH.max(self.tail.len() / 2);
        outcome
    }

    /// Reads one token or value from the beginning of `rest`, which begins with no blank.
    fn step<B>(
        &mut self,
        rest: &[u8],
        item: &mut impl FnMut(Application<'_>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B, Step>, Broken> {
        let Some(&first) = rest.first() else {
            return Ok(ControlFlow::Continue(Step::NeedMore));
        };
        let step = match (self.state, first) {
            (State::Start, b'{') => Step::Read(1, State::FirstKey),
            (State::FirstKey | State::AfterValue, b'}') => Step::Read(1, State::Done),
            (State::FirstKey | State::Key, b'"') => match value::<super::wire_types::Text<'_>>(rest)? {
                Some((key, length)) => Step::Read(
                    length,
                    State::Colon(match key.as_str() {
                        "items" => Field::Items,
                        "metadata" => Field::Metadata,
                        _ => Field::Other,
                    }),
                ),
                None => Step::NeedMore,
            },
            (State::Colon(field), b':') => Step::Read(1, State::Value(field)),
            (State::Value(Field::Items), b'[') => Step::Read(1, State::FirstItem),
            (State::Value(Field::Items), b'n') => match value::<()>(rest)? {
                Some(((), length)) => Step::Read(length, State::AfterValue),
                None => Step::NeedMore,
            },
            (State::Value(Field::Metadata), _) => match value::<Option<ListMetadata<'_>>>(rest)? {
                Some((metadata, length)) => {
                    if let Some(metadata) = metadata {
                        self.resource_version = metadata.resource_version.to_owned();
                    }
                    Step::Read(length, State::AfterValue)
                }
                None => Step::NeedMore,
            },
            (State::Value(Field::Other), _) => match value::<IgnoredAny>(rest)? {
                Some((_, length)) => Step::Read(length, State::AfterValue),
                None => Step::NeedMore,
            },
            (State::AfterValue, b',') => Step::Read(1, State::Key),
            (State::FirstItem | State::AfterItem, b']') => Step::Read(1, State::AfterValue),
            (State::AfterItem, b',') => Step::Read(1, State::Item),
            (State::FirstItem | State::Item, b'{') => match value::<Application<'_>>(rest)? {
                Some((application, length)) => {
                    if let ControlFlow::Break(value) = item(application) {
                        return Ok(ControlFlow::Break(value));
                    }
                    Step::Read(length, State::AfterItem)
                }
                None => Step::NeedMore,
            },
            _ => return Err(Broken::Structure),
        };
        Ok(ControlFlow::Continue(step))
    }
}

/// The value at the beginning of `rest` and its length; `None` when more is needed to know it.
fn value<'a, T: Deserialize<'a>>(rest: &'a [u8]) -> Result<Option<(T, usize)>, Broken> {
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<T>();
    match values.next() {
        Some(Ok(value)) => {
            let length = values.byte_offset();
            let delimited = matches!(rest.first(), Some(b'{' | b'[' | b'"'));
            // A number or a word at the very end may go on in the next chunk.
            Ok((delimited || length < rest.len()).then_some((value, length)))
        }
        Some(Err(error)) if error.is_eof() => Ok(None),
        Some(Err(error)) => Err(Broken::Json(error)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RECORDED: &str = include_str!("../../tests/fixtures/argocd/list/projects-two-lean.json");

    /// Feeds pieces of these sizes, cyclically, and gives the names, the resource version and how it ended.
    fn read(list: &[u8], sizes: &[usize], eager: bool) -> (Vec<String>, String, Result<(), String>) {
        let mut stream = ItemStream::new();
        let mut names = Vec::new();
        let mut take = |item: Application<'_>| {
            names.push(item.metadata.name.to_owned());
            ControlFlow::<()>::Continue(())
        };
        let mut rest = list;
        let mut outcome = Ok(());
        for size in sizes.iter().cycle() {
            if rest.is_empty() || outcome.is_err() {
                break;
            }
            let (chunk, behind) = rest.split_at((*size).clamp(1, rest.len()));
            rest = behind;
            if eager {
                stream.worth_while = 0;
            }
            outcome = stream.feed(chunk, &mut take).map(|_| ());
        }
        let outcome = outcome
            .and_then(|()| stream.finish(&mut take).map(|_| ()))
            .map_err(|broken| match broken {
                Broken::Json(_) => "json".to_owned(),
                Broken::Structure => "structure".to_owned(),
                Broken::Truncated => "truncated".to_owned(),
            });
        (names, stream.resource_version, outcome)
    }

    fn recorded_names() -> Vec<String> {
        let list: serde_json::Value = serde_json::from_str(RECORDED).unwrap();
        let items = list["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["metadata"]["name"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_recorded_list_gives_every_item_whatever_the_chunks() {
        let expected = (recorded_names(), "10985".to_owned(), Ok(()));
        assert_eq!(expected.0.len(), 29);
        for sizes in [vec![usize::MAX], vec![16 * 1024], vec![1000, 1, 7]] {
            assert_eq!(read(RECORDED.as_bytes(), &sizes, false), expected);
            assert_eq!(read(RECORDED.as_bytes(), &sizes, true), expected);
        }
    }

    #[test]
    fn the_order_of_fields_and_unknown_fields_do_not_matter() {
        for (list, names, version) in [
            (
                r#"{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}}]}"#,
                vec!["a"],
                "7",
            ),
            (
                r#"{"items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"7"}}"#,
                vec!["a"],
                "7",
            ),
            (
                r#" { "x" : 12 , "items" : [ { "metadata" : { "name" : "a" } } , {"metadata":{"name":"b"}} ] , "y":[{"items":[]}],"z":true } "#,
                vec!["a", "b"],
                "",
            ),
            (r#"{"metadata":null,"items":null}"#, vec![], ""),
            (r#"{"items":[]}"#, vec![], ""),
            ("{}", vec![], ""),
            (
                include_str!("../../tests/fixtures/argocd/list/selector-none-masked.json"),
                vec![],
                "10985",
            ),
        ] {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            let expected = (names, version.to_owned(), Ok(()));
            assert_eq!(read(list.as_bytes(), &[usize::MAX], false), expected, "{list}");
            assert_eq!(read(list.as_bytes(), &[1], true), expected, "{list} byte by byte");
        }
    }

    #[test]
    fn a_cut_list_is_an_error_and_gives_what_came_before() {
        let list = r#"{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"metadata":{"resourceVersion":"7"}}"#;
        let second = list.find(r#",{"metadata":{"name":"b"#).unwrap();
        for length in 0..list.len() {
            let (names, _, outcome) = read(&list.as_bytes()[..length], &[5], true);
            assert_eq!(outcome, Err("truncated".to_owned()), "{length}");
            if length > second {
                assert_eq!(names[0], "a");
            }
        }
    }

    #[test]
    fn what_is_no_list_is_refused_without_waiting_for_more() {
        for (list, outcome) in [
            ("<html>", "structure"),
            ("[]", "structure"),
            ("{,}", "structure"),
            (r#"{"items":7}"#, "structure"),
            (r#"{"items":[7]}"#, "structure"),
            (r#"{"items":[null]}"#, "structure"),
            (r#"{"items":[{}{}]}"#, "structure"),
            (r#"{"items":[{},]}"#, "structure"),
            (r#"{"items":[]"metadata":{}}"#, "structure"),
            (r#"{"items":nul]}"#, "json"),
            (r#"{"items":[{"metadata":7}]}"#, "json"),
            (r#"{"items":[]} trailing"#, "structure"),
            (r#"{"metadata":[1,}"#, "json"),
        ] {
            let (_, _, result) = read(list.as_bytes(), &[usize::MAX], false);
            assert_eq!(result, Err(outcome.to_owned()), "{list}");
        }
    }

    #[test]
    fn the_reader_stops_where_the_receiver_stops() {
        let mut stream = ItemStream::new();
        let mut seen = 0;
        let outcome = stream
            .feed(RECORDED.as_bytes(), &mut |_| {
                seen += 1;
                if seen == 3 {
                    ControlFlow::Break("enough")
                } else {
                    ControlFlow::Continue(())
                }
            })
            .unwrap();
        assert_eq!((outcome, seen), (ControlFlow::Break("enough"), 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn chunks_never_change_what_is_read(sizes in prop::collection::vec(1_usize..3000, 1..20), eager in any::<bool>()) {
            prop_assert_eq!(read(RECORDED.as_bytes(), &sizes, eager), (recorded_names(), "10985".to_owned(), Ok(())));
        }
    }
}
