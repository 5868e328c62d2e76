//! The comparison on texts against the comparison on values, on manifests as nobody would write them.

use proptest::prelude::*;
use serde_json::Value;

use super::{DifferenceKind, compare, differing_paths, same};
use crate::drift::raw::Tree;

/// A document as it could be spelled: keys in any order and more than once, escapes where none are needed, numbers in
/// several spellings.
fn text() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        prop::sample::select(vec![
            "0",
            "-0",
            "0.0",
            "1",
            "1.0",
            "1e0",
            "10e-1",
            "1.5",
            "18446744073709551615",
            "1.8446744073709552e19",
            "-9223372036854775808",
            "80",
            "80.0"
        ])
        .prop_map(str::to_owned),
        word(),
    ];
    let any = scalar.prop_recursive(7, 90, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((key(), inner.clone()), 0..6).prop_map(map),
            // Items that may have a natural key.
            prop::collection::vec(
                (
                    prop::sample::select(vec!["name", "port", "containerPort", "ip", "protocol", "metadata"]),
                    word(),
                    prop::collection::vec((key(), inner), 0..3)
                ),
                0..5
            )
            .prop_map(|items| {
                let items: Vec<String> = items
                    .into_iter()
                    .map(|(name, value, mut rest)| {
                        rest.push((format!("{name:?}"), value));
                        map(rest)
                    })
                    .collect();
                format!("[{}]", items.join(","))
            }),
        ]
    });
    prop::collection::vec((key(), any), 1..8).prop_map(map)
}

fn map(entries: Vec<(String, String)>) -> String {
    let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{ {} }}", entries.join(" ,"))
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        r#""""#,
        r#""a""#,
        r#""\u0061""#,
        r#""b""#,
        r#""a/b~c""#,
        r#""a\/b~c""#,
        r#""\ud83d\ude00""#,
        "\"😀\"",
        r#""\n""#,
        r#""80""#,
        r#""TCP""#,
        r#""UDP""#,
    ])
    .prop_map(str::to_owned)
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "\\u0061",
        "b/c",
        "b\\/c",
        "d~",
        "status",
        "metadata",
        "uid",
        "managedFields",
        "labels",
        "data",
        "annotations",
        "limits",
        "spec",
        "containers",
        "env",
        "ports",
        "hostAliases",
        "rules",
        "volumeClaimTemplates",
        "args",
        "name",
        "0",
        "1",
        "",
    ])
    .prop_map(|key| format!("\"{key}\""))
}

/// A list as Kubernetes has them, out of a few items: two of them share some, in another order, and sometimes a key twice.
fn list() -> impl Strategy<Value = String> {
    let item = |fields: Vec<&'static str>| {
        let name = prop::sample::select(vec!["a", "b", "c", "d", "e"]);
        let value = prop::sample::select(vec!["1", "1.0", "2", "\"x\"", "null", "[]", "{}", "[{\"name\": \"n\"}]"]);
        (prop::sample::select(fields), name, value).prop_map(|(field, name, value)| match field {
            "" => format!("\"{name}\""),
            "metadata" => format!(r#"{{"metadata": {{"name": "{name}"}}, "v": {value}}}"#),
            "port" | "containerPort" => format!(
                r#"{{"v": {value}, "{field}": {}, "protocol": "TCP"}}"#,
                name.len() + value.len()
            ),
            _ => format!(r#"{{"v": {value}, "{field}": "{name}"}}"#),
        })
    };
    let fields = vec![
        vec!["name"],
        vec!["name", "name", "name", "other"],
        vec![""],
        vec!["metadata"],
        vec!["port"],
        vec!["containerPort"],
        vec!["ip"],
    ];
    let items = fields
        .into_iter()
        .map(|fields| prop::collection::vec(item(fields), 0..6).boxed());
    prop::strategy::Union::new(items).prop_map(|items| format!("[{}]", items.join(",")))
}

/// Some lists under names that give their items a key, and one that does not.
fn lists() -> impl Strategy<Value = String> {
    let names = ["containers", "env", "ports", "hostAliases", "volumeClaimTemplates", "args"];
    let named = names.map(|name| prop::option::of(list()).prop_map(move |list| list.map(|list| (format!("{name:?}"), list))));
    named.prop_map(|lists| format!("{{\"spec\": {}}}", map(lists.into_iter().flatten().collect())))
}

/// A pair: two documents, or one and what an edit of its text made of it.
fn pair() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        (text(), text()),
        (lists(), lists()),
        (text(), word(), 0_usize..20).prop_map(|(text, word, nth)| {
            let edited = match text
                .match_indices(": \"a\"")
                .nth(nth % 4)
                .or(text.match_indices("1").nth(nth % 7))
            {
                Some((at, "1")) => format!("{}80{}", &text[..at], &text[at + 1..]),
                Some((at, found)) => format!("{}: {word}{}", &text[..at], &text[at + found.len()..]),
                None => text.clone(),
            };
            let edited = if serde_json::from_str::<Value>(&edited).is_ok() {
                edited
            } else {
                text.clone()
            };
            (text, edited)
        }),
    ]
}

proptest! {
    #[test]
    fn texts_differ_where_their_values_do((desired_text, live_text) in pair()) {
        let values = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let (desired, live) = (values(&desired_text), values(&live_text));
        let trees = |text| Tree::of_object(text).unwrap();
        let (Some(desired_tree), Some(live_tree)) = (trees(&desired_text), trees(&live_text)) else {
            return Ok(());
        };
        prop_assert_eq!(&desired_tree.to_value(), &desired);
        let found = differing_paths(&desired_tree, &live_tree);
        let with_values: Vec<_> = found.into_iter().map(|found| found.with_values(&desired, &live)).collect();
        prop_assert_eq!(&with_values, &compare(&desired, &live));
    }

    #[test]
    fn lists_differ_somewhere_unless_they_are_the_same((desired, live) in (lists(), lists())) {
        let values = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let (desired, live) = (values(&desired), values(&live));
        let found = compare(&desired, &live);
        prop_assert_eq!(found.is_empty(), same(&desired, &live));
        for difference in &found {
            let is_one = match (difference.desired, difference.live) {
                (Some(desired), Some(live)) => {
                    prop_assert!(!same(desired, live), "{}", difference.path);
                    matches!(difference.kind, DifferenceKind::Changed | DifferenceKind::Reordered)
                }
                (Some(_), None) => difference.kind == DifferenceKind::DesiredOnly,
                (None, Some(_)) => difference.kind == DifferenceKind::LiveOnly,
                (None, None) => false,
            };
            prop_assert!(is_one, "{} {:?}", difference.path, difference.kind);
        }
    }
}
