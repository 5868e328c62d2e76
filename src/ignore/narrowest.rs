//! The narrowest rule that hides a change: this field of this object of this Application.

use serde_json::Value;

use super::change::{Change, Documents};
use super::jq::{self, JqPath};
use super::pattern::PointerPattern;
use super::rule::{IgnoreRule, Matcher, RuleOrigin};
use super::rule_set::hides;
use super::scope::{Place, Scope};
use crate::drift::{Glob, Pointer, ResourceKey};
use crate::kubernetes::list_keys::NaturalKey;

/// The rule for one field: a pointer; where the field is in a list whose items have names, a jq path by those names, because
/// positions move. A guarded change needs `dangerous` set before the rule hides it, which is for a person to say.
///
/// `None` for what no rule hides: a whole object.
pub fn by_field(place: &Place<'_>, resource: &ResourceKey, documents: Documents<'_>, change: &Change<'_>) -> Option<IgnoreRule> {
    if change.path.is_root() {
        return None;
    }
    let by_name = change.live.and(documents.live).or(documents.desired).and_then(|document| {
        let path = JqPath::parse(&by_item_names(change.path, document)?).ok()?;
        let fields = |side: Option<&Value>| side.map(|side| path.fields(side)).unwrap_or_default();
        // Names may lie: a list that is keyed on one side only, a key that both sides spell differently.
        hides(&fields(documents.desired), &fields(documents.live), change).then_some(path)
    });
    let matcher = match by_name {
        Some(path) => Matcher::Jq(path),
        None => Matcher::Pointer(PointerPattern::exactly(change.path)),
    };
    Some(rule(place, resource, matcher))
}

/// The rule for what one manager writes at this field. `None` when no manager is recorded, or the change is guarded: no
/// manager rule hides it.
pub fn by_manager(place: &Place<'_>, resource: &ResourceKey, change: &Change<'_>) -> Option<IgnoreRule> {
    let manager = change.manager.filter(|_| !change.guarded && !change.path.is_root())?;
    Some(rule(
        place,
        resource,
        Matcher::Manager {
            manager: manager.to_owned(),
            below: PointerPattern::exactly(change.path),
        },
    ))
}

fn rule(place: &Place<'_>, resource: &ResourceKey, matcher: Matcher) -> IgnoreRule {
    let glob = |text: &str| Some(Glob::new(text));
    IgnoreRule {
        scope: Scope {
            server: glob(place.server),
            application: glob(&format!("{}/{}", place.application.namespace, place.application.name)),
            namespace: glob(&resource.namespace),
            group: glob(&resource.group),
            kind: glob(&resource.kind),
            name: glob(&resource.name),
            ..Scope::default()
        },
        matcher,
        reason: String::new(),
        author: None,
        created: None,
        expires: None,
        disabled: false,
        dangerous: false,
        origin: RuleOrigin::proposed("proposed"),
    }
}

/// The path as a jq program with list items named by their natural key; `None` when it passes through no such list.
pub fn by_item_names(path: &Pointer, document: &Value) -> Option<String> {
    // Steps joined by pipes; each begins with a dot.
    let mut steps = vec![String::new()];
    let mut at = document;
    let mut name = String::new();
    for segment in path.segments() {
        let part = match at {
            Value::Array(items) => {
                let position: usize = segment.parse().ok()?;
                at = items.get(position)?;
                match NaturalKey::of(&name, &[], items).and_then(|key| condition(key, at)) {
                    Some(condition) => {
                        steps.last_mut()?.push_str("[]?");
                        steps.extend([format!("select({condition})"), String::new()]);
                        continue;
                    }
                    None => format!("[{position}]?"),
                }
            }
            other => {
                at = other.get(segment.as_ref()).unwrap_or(&Value::Null);
                name.clear();
                name.push_str(&segment);
                jq::key_of_map(&segment)
            }
        };
        let step = steps.last_mut()?;
        if step.is_empty() && part.starts_with('[') {
            step.push('.');
        }
        step.push_str(&part);
    }
    let named = steps.len() > 1;
    steps.retain(|step| !step.is_empty());
    named.then(|| steps.join(" | "))
}

/// A jq condition that holds for this item only, among the items of its list.
fn condition(key: NaturalKey, item: &Value) -> Option<String> {
    let equals = |dotted: &str, value: &Value| {
        let path: String = dotted.split('.').map(jq::key_of_map).collect();
        matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_)).then(|| format!("{path} == {value}"))
    };
    match key {
        NaturalKey::Fields(fields) => {
            let conditions: Option<Vec<String>> = fields
                .iter()
                .map(|dotted| equals(dotted, dotted.split('.').try_fold(item, |at, part| at.get(part))?))
                .collect();
            Some(conditions?.join(" and "))
        }
        NaturalKey::Port(number) => {
            let port = equals(number, item.get(number)?)?;
            // TCP is the default, and one side may leave it out.
            let is_tcp = item.get("protocol").is_none_or(|protocol| protocol == "TCP");
            let protocol = if is_tcp {
                "(.protocol == \"TCP\" or .protocol == null)".to_owned()
            } else {
                equals("protocol", item.get("protocol")?)?
            };
            Some(format!("{port} and {protocol}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_are_named_by_their_key_and_others_by_position() {
        let document = json!({"spec": {"containers": [{"name": "a"}, {"name": "we\"b", "args": ["x"], "ports": [{"containerPort": 80, "protocol": "TCP", "name": "http"}]}],
            "steps": [{"x": 1}]}, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]});
        let program = |path: &str| by_item_names(&Pointer::parse(path).unwrap(), &document);
        for (path, expected) in [
            (
                "/spec/containers/1/args/0",
                Some(r#".spec.containers[]? | select(.name == "we\"b") | .args[0]?"#),
            ),
            ("/spec/containers/0", Some(r#".spec.containers[]? | select(.name == "a")"#)),
            (
                "/spec/containers/1/ports/0/name",
                Some(
                    r#".spec.containers[]? | select(.name == "we\"b") | .ports[]? | select(.containerPort == 80 and (.protocol == "TCP" or .protocol == null)) | .name"#,
                ),
            ),
            (
                "/volumeClaimTemplates/0/a~1b",
                Some(r#".volumeClaimTemplates[]? | select(.metadata.name == "data") | .["a/b"]?"#),
            ),
            ("/spec/steps/0/x", None),
            ("/spec/replicas", None),
        ] {
            let found = program(path);
            assert_eq!(found.as_deref(), expected, "{path}");
            if let Some(found) = found {
                assert_eq!(
                    JqPath::parse(&found).unwrap().fields(&document),
                    [Pointer::parse(path).unwrap()]
                );
            }
        }
    }
}
