//! Hides secret values in manifests, both sides of a drift at once.
//!
//! Only scalars are replaced, so every pointer into the original is a pointer into the redacted copy. Equal values get
//! the same mark and different ones different marks: changed or unchanged stays visible, the value does not.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::keyed::is_reference;
use super::text;
use super::value::is_harmless;
use crate::drift::ResourceKey;
use crate::drift::origin::LAST_APPLIED;
use crate::kubernetes::secrets::{SECRET_KINDS, SECRET_TEMPLATE_KINDS, Smell, hides, looks_random, smell, smells_secret};

/// Redacts one side after the other with the same marks.
pub struct ManifestRedactor<'a> {
    resource: &'a ResourceKey,
    /// The distinct values seen, and the number of each.
    seen: HashMap<String, usize>,
}

/// A mark that stands for a hidden value, as opposed to text that merely looks like one.
pub fn is_mark(text: &str) -> bool {
    super::value::is_mark(text)
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
        let mut copy = match self.map(map) {
            Value::Object(copy) => copy,
            _ => Map::new(),
        };
        for key in secret_maps {
            if let Some(value) = map.get(*key) {
                copy.insert((*key).to_owned(), self.all_hidden(value));
            }
        }
        if !secret_maps.is_empty()
            && let Some(annotations) = map
                .get("metadata")
                .and_then(|m| m.get("annotations"))
                .and_then(Value::as_object)
        {
            for (key, value) in annotations {
                let redacted = self.copy_of_a_secret(value);
                if let Some(redacted) = redacted
                    && let Some(place) = copy.get_mut("metadata").and_then(|m| m["annotations"].get_mut(key))
                {
                    *place = redacted;
                }
            }
        }
        Value::Object(copy)
    }

    /// An annotation of a Secret that holds the Secret once more: as JSON, or packed.
    fn copy_of_a_secret(&mut self, value: &Value) -> Option<Value> {
        let text = value.as_str()?;
        match serde_json::from_str::<Value>(text) {
            Ok(manifest @ Value::Object(_)) => Some(Value::String(self.redact(&manifest).to_string())),
            Ok(Value::Array(items)) => {
                let items: Vec<Value> = items.iter().map(|item| self.redact(item)).collect();
                Some(Value::String(Value::Array(items).to_string()))
            }
            _ => looks_random(text.trim_end_matches('=')).then(|| self.mark(value)),
        }
    }

    /// What stands under `key`.
    fn value(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::String(text) if hides(key, text) && !is_harmless(text) => self.mark(value),
            Value::Number(number) if hides(key, &number.to_string()) => self.mark(value),
            Value::Object(map) if names_an_object(map) => self.map(map),
            Value::Object(_) | Value::Array(_) if is_deep(key) => self.under_secret(key, value),
            Value::Object(map) => self.map(map),
            Value::Array(items) => self.list(key, items),
            Value::String(text) if key == LAST_APPLIED => Value::String(self.last_applied(text)),
            Value::String(text) => self.text(text),
            other => other.clone(),
        }
    }

    fn map(&mut self, map: &Map<String, Value>) -> Value {
        let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default();
        // A pair of name and value (env, headers, parameters): the name tells what the value is.
        let is_pair = ["name", "key", "Name", "parameter"]
            .iter()
            .filter_map(|k| map.get(*k)?.as_str())
            .any(smells_secret);
        let copy = map.iter().map(|(key, value)| {
            let of_pair = matches!(key.as_str(), "value" | "Value" | "val" | "stringValue" | "literal");
            let of_secret = matches!(key.as_str(), "stringData" | "binaryData") || kind == "Secret" && key == "data";
            let redacted = if of_secret {
                // Nobody reads `binaryData` in a diff, and keystores live there.
                self.all_hidden(value)
            } else if is_pair && of_pair && !value.as_str().is_some_and(is_harmless) {
                self.all_hidden(value)
            } else if key == "template" && SECRET_TEMPLATE_KINDS.contains(&self.resource.kind.as_str()) {
                self.template(value)
            } else {
                self.value(key, value)
            };
            // A name of a key may hold a secret too.
            (text::redact(key).into_owned(), redacted)
        });
        Value::Object(copy.collect())
    }

    /// The template of a Secret: its data is as secret as the Secret's.
    fn template(&mut self, value: &Value) -> Value {
        let Value::Object(map) = value else {
            return self.value("template", value);
        };
        let copy = map.iter().map(|(key, value)| {
            let redacted = if key == "data" {
                self.all_hidden(value)
            } else {
                self.value(key, value)
            };
            (key.clone(), redacted)
        });
        Value::Object(copy.collect())
    }

    /// Everything below a secret-smelling key, except what says where the value is.
    fn under_secret(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(map) if names_an_object(map) => self.map(map),
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(key, value)| (text::redact(key).into_owned(), self.under_secret(key, value)))
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.under_secret(key, item)).collect()),
            Value::String(text) if is_reference(key, text) || is_harmless(text) => self.text(text),
            Value::Number(number) if is_reference(key, &number.to_string()) => value.clone(),
            Value::Number(number) if smell(key) == Smell::Count && !hides(key, &number.to_string()) => value.clone(),
            Value::Bool(_) | Value::Null => value.clone(),
            scalar => self.mark(scalar),
        }
    }

    fn list(&mut self, key: &str, items: &[Value]) -> Value {
        let mut after_secret_flag = false;
        let mut after_user_flag = false;
        let copy = items.iter().map(|item| {
            let (secret, user) = (std::mem::take(&mut after_secret_flag), std::mem::take(&mut after_user_flag));
            if secret && !item.as_str().is_some_and(is_harmless) && (item.is_string() || item.is_number()) {
                return self.mark(item);
            }
            if let Value::String(text) = item {
                if user && let Some((name, password)) = text.split_once(':') {
                    return Value::String(format!("{name}:{}", self.mark_of(password)));
                }
                // `--token`, `value`: a flag and its value as two items.
                let flag = text.strip_prefix('-').map(|f| f.trim_start_matches('-'));
                after_secret_flag = flag.is_some_and(|f| !f.contains(['=', ' ']) && smells_secret(f));
                after_user_flag = matches!(text.as_str(), "-u" | "--user");
            }
            self.value(key, item)
        });
        Value::Array(copy.collect())
    }

    fn all_hidden(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), self.all_hidden(value))).collect()),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.all_hidden(item)).collect()),
            Value::Null => Value::Null,
            scalar => self.mark(scalar),
        }
    }

    /// The annotation is a manifest in a string; what cannot be read is hidden whole.
    fn last_applied(&mut self, text: &str) -> String {
        match serde_json::from_str::<Value>(text) {
            Ok(manifest @ Value::Object(_)) => self.redact(&manifest).to_string(),
            _ => text::HIDDEN.to_owned(),
        }
    }

    fn text(&mut self, text: &str) -> Value {
        // Each hidden value has its own number: what stands beside it may change, and it does not.
        let redacted = text::redact_with(text, |value| self.mark_of(value));
        Value::String(redacted.into_owned())
    }

    fn mark_of(&mut self, value: &str) -> String {
        format!("‹hidden {}›", self.number(value))
    }

    fn mark(&mut self, value: &Value) -> Value {
        if value.as_str().is_some_and(str::is_empty) {
            return value.clone();
        }
        let raw = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Value::String(self.mark_of(&raw))
    }

    /// 1 for the first value, 2 for the next different one, …
    fn number(&mut self, raw: &str) -> usize {
        let next = self.seen.len() + 1;
        *self.seen.entry(raw.to_owned()).or_insert(next)
    }
}

/// A volume or a reference (`secret: {secretName: …}`): it names an object and holds nothing.
fn names_an_object(map: &Map<String, Value>) -> bool {
    ["secretName", "secretKeyRef", "valueFrom", "secretRef"]
        .iter()
        .any(|key| map.contains_key(*key))
}

/// Whether what is nested below a key is secret; `auth: {…}` is a section of settings.
fn is_deep(key: &str) -> bool {
    matches!(smell(key), Smell::Secret | Smell::Count) && key != "auth"
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
        assert_eq!(desired, json!({"data": {"a": "‹hidden 1›", "b": "‹hidden 2›"}}));
        assert_eq!(live, json!({"data": {"a": "‹hidden 3›", "b": "‹hidden 2›"}}));
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
            json!({"data": {"DB_PASSWORD": "‹hidden 1›", "url": "amqp://u:‹hidden 3›@h", "app.yaml": "port: 1\napi_key: ‹hidden 2›"}, "spec": {"secretName": "n", "passwordPolicy": "strong"}})
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
