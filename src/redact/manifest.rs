//! Hides secret values in manifests, both sides of a drift at once.
//!
//! Only scalars are replaced, so every pointer into the original is a pointer into the redacted copy. Equal values under
//! one key get the same mark and different ones different marks: changed or unchanged stays visible, the value does not.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::text;
use crate::drift::ResourceKey;
use crate::drift::origin::LAST_APPLIED;
use crate::kubernetes::secrets::{SECRET_KINDS, smells_secret};

/// Redacts one side after the other with the same marks.
pub struct ManifestRedactor<'a> {
    resource: &'a ResourceKey,
    /// Key name → the distinct values seen under it, in order.
    seen: HashMap<String, Vec<String>>,
}

/// A mark that stands for a hidden value, as opposed to text that merely looks like one.
pub fn is_mark(text: &str) -> bool {
    text.starts_with("‹hidden") && text.ends_with('›')
}

impl<'a> ManifestRedactor<'a> {
    /// A redactor for one resource; use the same one for both sides.
    pub fn new(resource: &'a ResourceKey) -> Self {
        Self {
            resource,
            seen: HashMap::new(),
        }
    }

    /// A copy of a manifest without secret values.
    pub fn redact(&mut self, manifest: &Value) -> Value {
        let Value::Object(map) = manifest else {
            return self.value("", manifest);
        };
        let secret_maps = SECRET_KINDS
            .iter()
            .find(|(group, kind, _)| *group == self.resource.group && *kind == self.resource.kind)
            .map_or(&[] as &[&str], |(_, _, maps)| maps);
        let mut copy = Map::new();
        for (key, value) in map {
            let redacted = if secret_maps.contains(&key.as_str()) {
                self.all_hidden(key, value)
            } else if key == "binaryData" {
                // Nobody reads it in a diff, and keystores live there.
                self.all_hidden(key, value)
            } else {
                self.value(key, value)
            };
            copy.insert(key.clone(), redacted);
        }
        Value::Object(copy)
    }

    /// What stands under `key`.
    fn value(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(map) => self.map(map),
            Value::Array(items) => self.list(key, items),
            Value::String(_) | Value::Number(_) if smells_secret(key) => self.mark(key, value),
            Value::String(text) if key == LAST_APPLIED => Value::String(self.last_applied(text)),
            Value::String(text) => self.text(key, text),
            other => other.clone(),
        }
    }

    fn map(&mut self, map: &Map<String, Value>) -> Value {
        // A pair of name and value (env, headers, parameters): the name tells what the value is.
        let pair_name = ["name", "key"]
            .iter()
            .find_map(|k| map.get(*k)?.as_str())
            .filter(|name| smells_secret(name));
        let copy = map.iter().map(|(key, value)| {
            let redacted = match (pair_name, value) {
                (Some(name), Value::String(_) | Value::Number(_)) if key == "value" => self.mark(name, value),
                _ => self.value(key, value),
            };
            (key.clone(), redacted)
        });
        Value::Object(copy.collect())
    }

    fn list(&mut self, key: &str, items: &[Value]) -> Value {
        let mut after_secret_flag = None;
        let copy = items.iter().map(|item| {
            let flag = after_secret_flag.take();
            if let Value::String(text) = item {
                if let Some(flag) = flag {
                    return self.mark(flag, item);
                }
                // `--token`, `value`: a flag and its value as two items.
                after_secret_flag = text
                    .strip_prefix('-')
                    .map(|f| f.trim_start_matches('-'))
                    .filter(|f| !f.contains(['=', ' ']) && smells_secret(f));
            }
            self.value(key, item)
        });
        Value::Array(copy.collect())
    }

    fn all_hidden(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(key, value)| (key.clone(), self.all_hidden(key, value)))
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.all_hidden(key, item)).collect()),
            Value::Null => Value::Null,
            scalar => self.mark(key, scalar),
        }
    }

    /// The annotation is a manifest in a string; what cannot be read is hidden whole.
    fn last_applied(&mut self, text: &str) -> String {
        match serde_json::from_str::<Value>(text) {
            Ok(manifest @ Value::Object(_)) => self.redact(&manifest).to_string(),
            _ => text::HIDDEN.to_owned(),
        }
    }

    fn text(&mut self, key: &str, text: &str) -> Value {
        match text::redact(text) {
            std::borrow::Cow::Borrowed(_) => Value::String(text.to_owned()),
            std::borrow::Cow::Owned(redacted) => {
                // Two texts that differ in what is hidden must not look equal.
                let number = self.number(key, text);
                Value::String(if number == 1 {
                    redacted
                } else {
                    redacted.replace(text::HIDDEN, &format!("‹hidden {number}›"))
                })
            }
        }
    }

    fn mark(&mut self, key: &str, value: &Value) -> Value {
        if value.as_str().is_some_and(str::is_empty) {
            return value.clone();
        }
        let raw = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = self.number(key, &raw);
        Value::String(format!("‹hidden {number}›"))
    }

    /// 1 for the first value under this key, 2 for the next different one, …
    fn number(&mut self, key: &str, raw: &str) -> usize {
        let values = self.seen.entry(key.to_owned()).or_default();
        match values.iter().position(|value| value == raw) {
            Some(at) => at + 1,
            None => {
                values.push(raw.to_owned());
                values.len()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn redact(kind: &str, desired: &Value, live: &Value) -> (Value, Value) {
        let key = ResourceKey::new("", kind, "a", "b");
        let mut redactor = ManifestRedactor::new(&key);
        (redactor.redact(desired), redactor.redact(live))
    }

    #[test]
    fn secrets_show_that_and_never_what() {
        let (desired, live) = redact(
            "Secret",
            &json!({"data": {"a": "b25l", "b": "c2FtZQ=="}}),
            &json!({"data": {"a": "dHdv", "b": "c2FtZQ=="}}),
        );
        assert_eq!(desired, json!({"data": {"a": "‹hidden 1›", "b": "‹hidden 1›"}}));
        assert_eq!(live, json!({"data": {"a": "‹hidden 2›", "b": "‹hidden 1›"}}));
    }

    #[test]
    fn secret_smelling_keys_count_in_every_kind() {
        let (_, live) = redact(
            "ConfigMap",
            &json!({}),
            &json!({"data": {"DB_PASSWORD": "x", "url": "amqp://u:p@h", "app.yaml": "port: 1\napi_key: k"}, "spec": {"secretName": "n", "passwordPolicy": "strong"}}),
        );
        assert_eq!(
            live,
            json!({"data": {"DB_PASSWORD": "‹hidden 1›", "url": "amqp://u:‹hidden›@h", "app.yaml": "port: 1\napi_key: ‹hidden›"}, "spec": {"secretName": "n", "passwordPolicy": "strong"}})
        );
    }

    #[test]
    fn names_tell_what_values_are() {
        let (_, live) = redact(
            "Pod",
            &json!({}),
            &json!({"env": [{"name": "API_TOKEN", "value": "x"}, {"name": "PORT", "value": "80"}], "args": ["--password", "x", "--port", "80"]}),
        );
        assert_eq!(
            live,
            json!({"env": [{"name": "API_TOKEN", "value": "‹hidden 1›"}, {"name": "PORT", "value": "80"}], "args": ["--password", "‹hidden 1›", "--port", "80"]})
        );
    }

    #[test]
    fn the_last_applied_copy_of_a_secret_is_hidden_too() {
        let applied = json!({"data": {"a": "b25l"}}).to_string();
        let (_, live) = redact(
            "Secret",
            &json!({}),
            &json!({"metadata": {"annotations": {LAST_APPLIED: applied}}, "data": {"a": "b25l"}}),
        );
        assert!(!live.to_string().contains("b25l"), "{live}");
        let (_, live) = redact(
            "Secret",
            &json!({}),
            &json!({"metadata": {"annotations": {LAST_APPLIED: "{broken b25l"}}}),
        );
        assert!(!live.to_string().contains("b25l"), "{live}");
    }

    #[test]
    fn texts_that_differ_only_in_what_is_hidden_do_not_look_equal() {
        let (desired, live) = redact(
            "ConfigMap",
            &json!({"data": {"c": "password: a"}}),
            &json!({"data": {"c": "password: b"}}),
        );
        assert_ne!(desired, live);
        assert!(!live.to_string().contains(": b"));
    }
}
