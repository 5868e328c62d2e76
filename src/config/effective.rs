//! The list behind `config show`: every effective value with its origin, secrets masked.

use super::origin::{At, Origin};
use super::settings::EffectiveValue;

/// Collects what was decided.
#[derive(Debug, Default)]
pub(super) struct Effective(pub(super) Vec<EffectiveValue>);

impl Effective {
    fn push(&mut self, key: impl Into<String>, value: String, origin: &Origin) {
        self.0.push(EffectiveValue {
            key: key.into(),
            value,
            origin: origin.clone(),
        });
    }

    /// A string, shown as TOML.
    pub(super) fn text(&mut self, key: impl Into<String>, at: &At<String>) {
        self.push(key, toml::Value::String(at.value.clone()).to_string(), &at.origin);
    }

    /// A number or switch.
    pub(super) fn plain(&mut self, key: impl Into<String>, at: &At<impl ToString>) {
        self.push(key, at.value.to_string(), &at.origin);
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, key: impl Into<String>, at: &At<Vec<String>>) {
        let items = at.value.iter().cloned().map(toml::Value::String).collect();
        self.push(key, toml::Value::Array(items).to_string(), &at.origin);
    }

    /// Any TOML value.
    pub(super) fn value(&mut self, key: impl Into<String>, at: &At<toml::Value>) {
        self.push(key, at.value.to_string(), &at.origin);
    }

    /// A secret: only whether it is there.
    pub(super) fn hidden(&mut self, key: impl Into<String>, state: &str, origin: &Origin) {
        self.push(key, format!("<{state}>"), origin);
    }
}
