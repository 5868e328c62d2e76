//! Reads a managed-resources answer: four states for each resource, as JSON inside JSON strings.

use std::borrow::Cow;

use serde_json::Value;
use serde_json::value::RawValue;

use super::error::{Asked, describe};
use super::wire_types::Text;
use crate::drift::ResourceKey;
use crate::drift::raw::{ManagedResource, Pair, Tree};
use crate::engine::ports::ArgoCdError;

#[derive(serde::Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    items: Option<Vec<Item<'a>>>,
}

/// One resource. States stay raw until they are needed: both normalised texts come from one marshaller, so equal bytes
/// mean that nothing differs.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(borrow, default)]
    group: Text<'a>,
    #[serde(borrow, default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    namespace: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow)]
    target_state: Option<&'a RawValue>,
    #[serde(borrow)]
    live_state: Option<&'a RawValue>,
    #[serde(borrow)]
    normalized_live_state: Option<&'a RawValue>,
    #[serde(borrow)]
    predicted_live_state: Option<&'a RawValue>,
    modified: Option<bool>,
    hook: Option<bool>,
}

/// Every resource of the answer. The normalised pair is left out where both texts are equal. A resource that cannot be
/// read says so itself: it must not hide the others.
pub(super) fn managed_resources(asked: &Asked<'_>, body: &[u8]) -> Result<Vec<ManagedResource>, ArgoCdError> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| asked.malformed(&error))?;
    Ok(envelope.items.unwrap_or_default().iter().map(managed_resource).collect())
}

fn managed_resource(item: &Item<'_>) -> ManagedResource {
    let key = ResourceKey::new(
        item.group.as_str(),
        item.kind.as_str(),
        item.namespace.as_str(),
        item.name.as_str(),
    );
    let nothing = ManagedResource {
        key,
        target: None,
        live: None,
        pair: Pair::default(),
        modified: item.modified.unwrap_or(false),
        hook: item.hook.unwrap_or(false),
        unreadable: None,
    };
    match states(item) {
        Ok((target, live, pair)) => ManagedResource {
            target,
            live,
            pair,
            ..nothing
        },
        Err(why) => ManagedResource {
            unreadable: Some(why),
            ..nothing
        },
    }
}

/// Target, live, and the normalised pair. Equal texts of the pair are one state, and not worth reading.
fn states(item: &Item<'_>) -> Result<(Option<Value>, Option<Value>, Pair), String> {
    let (live, desired) = (item.normalized_live_state, item.predicted_live_state);
    let is_one = matches!((live, desired), (Some(live), Some(desired)) if live.get() == desired.get());
    let pair = if is_one {
        Pair::default()
    } else {
        let (live, desired) = (
            State::of("normalizedLiveState", live)?,
            State::of("predictedLiveState", desired)?,
        );
        let (live, desired) = (live.tree()?, desired.tree()?);
        Pair::of(desired.as_ref(), live.as_ref())
    };
    let target = State::of("targetState", item.target_state)?.value()?;
    Ok((target, State::of("liveState", item.live_state)?.value()?, pair))
}

/// The JSON text of one state: blank, `null` and `{}` are no object.
struct State<'a> {
    field: &'static str,
    text: Cow<'a, str>,
}

impl<'a> State<'a> {
    /// Takes the text out of the string around it. An object that is not wrapped in a string is taken too.
    fn of(field: &'static str, raw: Option<&'a RawValue>) -> Result<Self, String> {
        let text = match raw.map(RawValue::get) {
            None => Cow::Borrowed(""),
            Some(quoted) if quoted.starts_with('"') => {
                Cow::Owned(serde_json::from_str(quoted).map_err(|error| unreadable(field, &error))?)
            }
            Some(object) => Cow::Borrowed(object),
        };
        Ok(Self { field, text })
    }

    fn tree(&self) -> Result<Option<Tree<'_>>, String> {
        if self.text.trim().is_empty() {
            return Ok(None);
        }
        Tree::of_object(&self.text).map_err(|error| unreadable(self.field, &error))
    }

    fn value(&self) -> Result<Option<Value>, String> {
        Ok(self.tree()?.map(|tree| tree.to_value()))
    }
}

fn unreadable(field: &str, error: &serde_json::Error) -> String {
    format!("{field}: {}", describe(error))
}

#[cfg(test)]
mod tests {
    use super::super::scrub::Scrubber;
    use super::*;
    use serde_json::json;

    fn read(body: &str) -> Result<Vec<ManagedResource>, ArgoCdError> {
        let scrubber = Scrubber::new([]);
        let asked = Asked {
            server: "cd.example.com",
            login: "",
            what: "managed resources of argocd/web",
            scrubber: &scrubber,
        };
        managed_resources(&asked, body.as_bytes())
    }

    /// Which of target, live, predicted, normalized are there, and `modified`, by short name.
    fn shape(resources: &[ManagedResource]) -> Vec<(String, [bool; 4], bool)> {
        resources
            .iter()
            .map(|r| {
                let there = [
                    r.target.is_some(),
                    r.live.is_some(),
                    r.pair.desired().is_some(),
                    r.pair.live().is_some(),
                ];
                (r.key.short(), there, r.modified)
            })
            .collect()
    }

    #[test]
    fn states_are_strings_that_hold_json_or_nothing() {
        for nothing in [
            "",
            r#","liveState":null"#,
            r#","liveState":"""#,
            r#","liveState":"null""#,
            r#","liveState":"{}""#,
        ] {
            let resources = read(&format!(r#"{{"items":[{{"kind":"ConfigMap","name":"c"{nothing}}}]}}"#)).unwrap();
            let expected = ManagedResource {
                key: ResourceKey::new("", "ConfigMap", "", "c"),
                target: None,
                live: None,
                pair: Pair::default(),
                modified: false,
                hook: false,
                unreadable: None,
            };
            assert_eq!(resources, [expected], "{nothing}");
        }
        let resources = read(
            r#"{"items":[{"group":"apps","kind":"Deployment","namespace":"n","name":"d","modified":true,"hook":null,
                "targetState":"{\"a\":1}","liveState":"{\"a\":2,\"b\":3}",
                "normalizedLiveState":"{\"a\":2}","predictedLiveState":"{\"a\":1}"}]}"#,
        )
        .unwrap();
        let expected = ManagedResource {
            key: ResourceKey::new("apps", "Deployment", "n", "d"),
            target: Some(json!({"a": 1})),
            live: Some(json!({"a": 2, "b": 3})),
            pair: Pair::of(
                Some(&Tree::of_value(&json!({"a": 1}))),
                Some(&Tree::of_value(&json!({"a": 2}))),
            ),
            modified: true,
            hook: false,
            unreadable: None,
        };
        assert_eq!(resources, [expected]);
    }

    #[test]
    fn the_normalised_pair_is_read_only_where_it_differs() {
        let resources = read(include_str!(
            "../../tests/fixtures/argocd/apps/payments-api-managed-resources.json"
        ))
        .unwrap();
        let drifted: Vec<_> = shape(&resources).into_iter().filter(|(_, _, modified)| *modified).collect();
        assert_eq!(drifted, [("ConfigMap/api-config".to_owned(), [true; 4], true)]);
        assert!(resources.len() > 5);
        for resource in resources.iter().filter(|r| !r.modified) {
            assert!(resource.target.is_some() && resource.live.is_some(), "{}", resource.key);
            assert_eq!(resource.pair, Pair::default(), "{}", resource.key);
        }
    }

    #[test]
    fn recorded_missing_and_extra_resources_lack_one_side() {
        let missing = read(include_str!(
            "../../tests/fixtures/argocd/apps/refunds-managed-resources.json"
        ))
        .unwrap();
        assert!(
            shape(&missing)
                .iter()
                .any(|(_, there, modified)| *there == [true, false, true, false] && *modified)
        );
        let extra = read(include_str!(
            "../../tests/fixtures/argocd/apps/warehouse-sync-managed-resources.json"
        ))
        .unwrap();
        assert!(
            shape(&extra)
                .iter()
                .any(|(_, there, modified)| *there == [false, true, false, true] && !*modified)
        );
    }

    #[test]
    fn a_recorded_application_whose_git_cannot_be_loaded_has_no_targets() {
        let resources = read(include_str!(
            "../../tests/fixtures/argocd/errors/managed-resources-coupon-demo.json"
        ))
        .unwrap();
        assert!(!resources.is_empty());
        for (name, there, modified) in shape(&resources) {
            assert_eq!((there, modified), ([false, true, false, true], false), "{name}");
        }
    }

    #[test]
    fn an_application_without_resources_has_none() {
        for body in ["{}", r#"{"items":null}"#, r#"{"items":[]}"#] {
            assert_eq!(read(body), Ok(Vec::new()), "{body}");
        }
    }

    #[test]
    fn broken_states_are_named_but_never_quoted() {
        for (body, expected) in [
            (
                r#"{"items":[{"kind":"Secret","name":"s","modified":"hunter2"}]}"#,
                "a value of an unexpected kind at line 1 column 58",
            ),
            (r#"{"items":[{"kind":"Sec"#, "it ends in the middle"),
        ] {
            let error = read(body).unwrap_err();
            let expected = ArgoCdError::Protocol {
                server: "cd.example.com".to_owned(),
                what: "managed resources of argocd/web".to_owned(),
                message: expected.to_owned(),
            };
            assert_eq!(error, expected, "{body}");
        }
    }

    #[test]
    fn a_resource_that_cannot_be_read_says_why_and_hides_no_other() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        for (broken, expected) in [
            (
                r#""{\"data\":hunter2}""#.to_owned(),
                "liveState: not JSON at line 1 column 9".to_owned(),
            ),
            (
                r#""\"hunter2\"""#.to_owned(),
                "liveState: a value of an unexpected kind at line 1 column 9".to_owned(),
            ),
            (format!(r#""{{\"spec\":{deep}}}""#), String::new()),
        ] {
            let body = format!(
                r#"{{"items":[{{"kind":"Secret","name":"s","liveState":{broken}}},{{"kind":"ConfigMap","name":"c","liveState":"{{\"a\":1}}"}}]}}"#
            );
            let resources = read(&body).unwrap();
            let why = resources[0].unreadable.clone().unwrap();
            assert!(
                why.starts_with("liveState: ") && why.contains(&expected) && !why.contains("hunter2"),
                "{why}"
            );
            assert_eq!((resources[0].live.clone(), resources[1].live.is_some()), (None, true));
            assert_eq!(resources[1].unreadable, None);
        }
    }
}
