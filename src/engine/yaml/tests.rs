//! What is written reads like a manifest, and reads back the same.

use proptest::prelude::*;
use serde_json::{Value, json as manifest};

use super::*;

fn yaml(value: &Value) -> YamlText {
    write(Some(&json(value))).unwrap()
}

fn text(value: &Value) -> String {
    yaml(value).as_str().to_owned()
}

#[test]
fn it_reads_like_a_manifest() {
    let manifest = manifest!({
        "kind": "Deployment", "apiVersion": "apps/v1", "spec": {"replicas": 3, "template": {"spec": {"containers": [
            {"name": "web", "args": ["-v", "3"], "env": []}]}}}, "data": {"a": "x: y", "b": "one\ntwo\n", "c": "", "number": "0123", "t": "true"},
        "metadata": {"name": "web"},
    });
    assert_eq!(
        text(&manifest),
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\ndata:\n  a: \"x: y\"\n  b: |\n    one\n    two\n  c: \"\"\n  number: \"0123\"\n  t: \"true\"\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n      - args:\n        - \"-v\"\n        - \"3\"\n        env: []\n        name: web\n"
    );
}

#[test]
fn each_line_knows_its_field() {
    let yaml = yaml(&manifest!({"spec": {"containers": [{"name": "a", "image": "b"}]}, "data": {"x": "1\n2"}}));
    let pointers: Vec<(&str, String)> = (0..yaml.len())
        .map(|line| (yaml.line(line), yaml.pointer(line).unwrap().to_string()))
        .collect();
    let pointers: Vec<(&str, &str)> = pointers.iter().map(|(line, pointer)| (*line, pointer.as_str())).collect();
    assert_eq!(
        pointers,
        [
            ("data:", "/data"),
            ("  x: |-", "/data/x"),
            ("    1", "/data/x"),
            ("    2", "/data/x"),
            ("spec:", "/spec"),
            ("  containers:", "/spec/containers"),
            ("  - image: b", "/spec/containers/0/image"),
            ("    name: a", "/spec/containers/0/name"),
        ]
    );
}

#[test]
fn control_characters_are_escaped() {
    assert_eq!(text(&manifest!({"a": "x\u{1b}[31m\ny"})), "a: \"x\\u001b[31m\\ny\"\n");
}

#[test]
fn what_is_empty_stands_behind_its_key_and_lists_lie_in_lists() {
    assert_eq!(
        text(&manifest!({"a": {}, "b": [], "c": [[], [1, [2]], {}], "d": null, "e": ["x\ny"]})),
        "a: {}\nb: []\nc:\n- []\n- - 1\n  - - 2\n- {}\nd: null\ne:\n- |-\n  x\n  y\n"
    );
    assert_eq!(write(None).unwrap().len(), 0);
    assert!(write(Some("{\"a\":")).is_err());
}

fn manifests() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~\n\t\u{e9}\u{1b}:#'\"|>-]{0,24}".prop_map(Value::from),
        "([a-z\\\\\"/\u{e9}]{1,3}[\n\t]){1,6}[\n]{0,3}".prop_map(Value::from),
        "(true|no|1e3|0x1f|~|null|- a|a: b|a #b|2026-11-20|\n\n|  x\ny|a\n\n|=|<<|!!str)".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z0-9./ :#~-]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(value in manifests()) {
        let yaml = text(&value);
        let read: Value = serde_saphyr::from_str(&yaml).map_err(|e| TestCaseError::fail(format!("{e}\n{yaml}")))?;
        prop_assert_eq!(read, value, "{}", yaml);
    }
}
