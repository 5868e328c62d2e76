//! What a mutating policy beside an object would set there: Kyverno's patches and Gatekeeper's assignments.
//!
//! A policy explains a value when it applies to the kind and one of its patches sets this very value at this very place. What it
//! computes (`{{ … }}`) is taken as any text. Sources: kyverno.io (mutate rules, anchors, auto-generated rules for pod controllers),
//! open-policy-agent.github.io/gatekeeper (mutation).

use std::borrow::Cow;

use serde_json::Value;

use crate::drift::glob::Glob;
use crate::kubernetes::defaults::is_default;
use crate::kubernetes::field::Field;

/// The place and the value that ask for an explanation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mutated<'a> {
    /// Kind of the object.
    pub(super) kind: &'a str,
    /// Namespace of the object; empty when cluster-scoped.
    pub(super) namespace: &'a str,
    /// Unescaped segments of the place.
    pub(super) place: &'a [Cow<'a, str>],
    /// The value there.
    pub(super) value: &'a Value,
    /// The whole live object.
    pub(super) object: &'a Value,
}

/// Nothing deeper than this is looked at: manifests are hostile input.
const DEEPEST: usize = 48;

/// Whether this policy sets the value. `kind` is the policy's.
pub(super) fn explains(kind: &str, policy: &Value, mutated: &Mutated<'_>) -> bool {
    match kind {
        "ClusterPolicy" | "Policy" => {
            let rules = policy.pointer("/spec/rules").and_then(Value::as_array);
            rules.into_iter().flatten().any(|rule| kyverno_sets(rule, mutated))
        }
        "Assign" | "AssignMetadata" => gatekeeper_sets(policy, mutated),
        _ => false,
    }
}

fn kyverno_sets(rule: &Value, mutated: &Mutated<'_>) -> bool {
    let Some(mutate) = rule.get("mutate") else {
        return false;
    };
    // A rule for pods is generated for what makes pods too, one template deeper.
    let template: &[&str] = match mutated.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => &["spec", "template"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template"],
        _ => &[],
    };
    let place = if kyverno_matches(rule, mutated.kind, mutated) {
        mutated.place
    } else if kyverno_matches(rule, "Pod", mutated) {
        match mutated.place.get(..template.len()) {
            Some(start) if !template.is_empty() && start.iter().map(AsRef::as_ref).eq(template.iter().copied()) => {
                &mutated.place[template.len()..]
            }
            _ => return false,
        }
    } else {
        return false;
    };
    let skipped = mutated.place.len() - place.len();
    let Some(root) = at(mutated.object, &mutated.place[..skipped]) else {
        return false;
    };
    let inner = Mutated {
        place,
        object: root,
        ..*mutated
    };
    let patches = |of: &Value| {
        of.get("patchStrategicMerge")
            .is_some_and(|patch| sets(patch, root, place, &inner, 0))
            || of
                .get("patchesJson6902")
                .and_then(Value::as_str)
                .is_some_and(|text| json_patch_sets(text, &inner))
    };
    patches(mutate)
        || mutate
            .get("foreach")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(patches)
}

/// Whether a rule's `match` names this kind, and this namespace when it names namespaces.
fn kyverno_matches(rule: &Value, kind: &str, mutated: &Mutated<'_>) -> bool {
    let Some(matches) = rule.get("match") else {
        return false;
    };
    let filters = ["any", "all"]
        .iter()
        .filter_map(|list| matches.get(list)?.as_array())
        .flatten()
        .chain([matches]);
    filters.filter_map(|filter| filter.get("resources")).any(|resources| {
        let texts = |key: &str| {
            let list = resources.get(key).and_then(Value::as_array);
            list.map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>())
        };
        let names_kind = texts("kinds").is_some_and(|kinds| {
            // `Deployment`, `apps/v1/Deployment`, `*/Deployment`
            kinds
                .iter()
                .any(|named| Glob::new(named.rsplit('/').next().unwrap_or(named)).matches(kind))
        });
        names_kind
            && texts("namespaces").is_none_or(|named| named.iter().any(|named| Glob::new(*named).matches(mutated.namespace)))
    })
}

/// Gatekeeper's assignments, spelled as the patch that they are.
fn gatekeeper_sets(policy: &Value, mutated: &Mutated<'_>) -> bool {
    let applies = policy
        .pointer("/spec/applyTo")
        .and_then(Value::as_array)
        // AssignMetadata applies to every kind.
        .is_none_or(|targets| {
            targets
                .iter()
                .filter_map(|target| target.get("kinds")?.as_array())
                .flatten()
                .any(|kind| kind == mutated.kind)
        });
    let location = policy.pointer("/spec/location").and_then(Value::as_str);
    let value = policy.pointer("/spec/parameters/assign/value");
    match (location, value) {
        (Some(location), Some(value)) if applies => sets(&as_patch(location, value), mutated.object, mutated.place, mutated, 0),
        _ => false,
    }
}

/// `spec.containers[name: *].imagePullPolicy` and a value, as a merge patch.
fn as_patch(location: &str, value: &Value) -> Value {
    let mut parts: Vec<String> = Vec::new();
    let (mut quoted, mut bracketed) = (false, false);
    for c in location.chars() {
        match c {
            '"' | '\'' if !bracketed => quoted = !quoted,
            '.' if !quoted && !bracketed => parts.push(String::new()),
            '[' if !quoted => {
                bracketed = true;
                parts.push("[".to_owned());
            }
            ']' if !quoted => bracketed = false,
            _ => match parts.last_mut() {
                Some(last) => last.push(c),
                None => parts.push(c.to_string()),
            },
        }
    }
    let mut patch = value.clone();
    for part in parts.iter().rev().take(DEEPEST) {
        patch = match part.strip_prefix('[') {
            Some(key) => {
                let (name, wanted) = key.split_once(':').unwrap_or((key, "*"));
                let mut item = patch.as_object().cloned().unwrap_or_default();
                item.insert(format!("({})", name.trim()), Value::from(wanted.trim()));
                Value::Array(vec![Value::Object(item)])
            }
            None => Value::Object([(part.clone(), patch)].into_iter().collect()),
        };
    }
    patch
}

/// Whether a strategic merge patch of `live` sets the value at `place` below it.
fn sets(patch: &Value, live: &Value, place: &[Cow<'_, str>], mutated: &Mutated<'_>, depth: usize) -> bool {
    let Some((first, rest)) = place.split_first() else {
        return covers(patch, mutated.value, mutated.place, mutated, depth);
    };
    if depth > DEEPEST {
        return false;
    }
    match (patch, live) {
        (Value::Object(keys), Value::Object(fields)) => fields.get(first.as_ref()).is_some_and(|below| {
            keys.iter()
                .any(|(key, patch)| setting(key) == Some(first.as_ref()) && sets(patch, below, rest, mutated, depth + 1))
        }),
        (Value::Array(patches), Value::Array(items)) => {
            first.parse::<usize>().ok().and_then(|i| items.get(i)).is_some_and(|item| {
                patches
                    .iter()
                    .any(|patch| is_about(patch, item) && sets(patch, item, rest, mutated, depth + 1))
            })
        }
        _ => false,
    }
}

/// The key that an entry of a patch sets: `+(key)` adds it where it is absent; `(key)` and the like are conditions only.
fn setting(key: &str) -> Option<&str> {
    match key.strip_suffix(')').and_then(|key| key.split_once('(')) {
        None => Some(key),
        Some(("+" | "^" | "=" | "<", inner)) => Some(inner),
        // A condition can hold what is set deeper.
        Some(("", inner)) => Some(inner),
        Some(_) => None,
    }
}

/// Whether an item of a list in a patch is about this item: its name, or its condition on the name, fits.
fn is_about(patch: &Value, item: &Value) -> bool {
    let name = item.get("name").and_then(Value::as_str);
    match (
        patch.get("name").or_else(|| patch.get("(name)")).and_then(Value::as_str),
        name,
    ) {
        (Some(wanted), Some(name)) => wanted.contains("{{") || Glob::new(wanted).matches(name),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Whether all of `live` comes from the patch, or is a default that the API server fills beside it.
fn covers(patch: &Value, live: &Value, place: &[Cow<'_, str>], mutated: &Mutated<'_>, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    match (patch, live) {
        (Value::Object(keys), Value::Object(fields)) => fields.iter().all(|(name, live)| {
            let mut below = place.to_vec();
            below.push(Cow::Borrowed(name));
            keys.iter()
                .any(|(key, patch)| setting(key) == Some(name) && covers(patch, live, &below, mutated, depth + 1))
                || is_default(mutated.kind, &Field::new(mutated.kind, below), live, mutated.object)
        }),
        (Value::Array(patches), Value::Array(items)) => {
            !items.is_empty()
                && items.iter().enumerate().all(|(i, item)| {
                    let mut below = place.to_vec();
                    below.push(Cow::Owned(i.to_string()));
                    patches.iter().any(|patch| covers(patch, item, &below, mutated, depth + 1))
                })
        }
        (Value::String(text), _) if text.contains("{{") => !live.is_object() && !live.is_array(),
        // A policy quotes what the API keeps as a number or a switch.
        (Value::String(text), Value::Bool(_) | Value::Number(_)) => {
            serde_json::from_str::<Value>(text).is_ok_and(|said| said == *live)
        }
        (patch, live) => patch == live,
    }
}

/// Whether a JSON patch (RFC 6902, as YAML text) adds or replaces the value.
fn json_patch_sets(text: &str, mutated: &Mutated<'_>) -> bool {
    let Ok(Value::Array(operations)) = serde_saphyr::from_str::<Value>(text) else {
        return false;
    };
    let added: Vec<(Vec<String>, &Value)> = operations
        .iter()
        .filter(|operation| matches!(operation.get("op").and_then(Value::as_str), Some("add" | "replace")))
        .filter_map(|operation| {
            let path = operation.get("path")?.as_str()?;
            let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
            Some((path.split('/').skip(1).map(unescape).collect(), operation.get("value")?))
        })
        .collect();
    let same = |named: &str, segment: &str| {
        named == segment || named.contains("{{") || (named == "-" && segment.bytes().all(|b| b.is_ascii_digit()))
    };
    let starts = |path: &[String]| path.iter().zip(mutated.place).all(|(named, segment)| same(named, segment));
    added.iter().any(|(path, value)| {
        starts(path)
            && mutated
                .place
                .get(path.len()..)
                .and_then(|rest| at(value, rest))
                .is_some_and(|value| covers(value, mutated.value, mutated.place, mutated, 0))
    }) || mutated.value.as_array().is_some_and(|items| {
        // A list that came into being by appending to it.
        !items.is_empty()
            && items.iter().all(|item| {
                added.iter().any(|(path, value)| {
                    path.len() == mutated.place.len() + 1 && starts(path) && covers(value, item, mutated.place, mutated, 0)
                })
            })
    })
}

fn at<'v>(root: &'v Value, place: &[Cow<'_, str>]) -> Option<&'v Value> {
    place.iter().try_fold(root, |at, segment| match at {
        Value::Object(map) => map.get(segment.as_ref()),
        Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn explained(kind: &str, policy: &Value, path: &str) -> bool {
        let object = json!({"spec": {"template": {"spec": {
            "priorityClassName": "standard",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "web", "imagePullPolicy": "Always", "env": [{"name": "TZ", "value": "UTC"}]}]}}}});
        let place: Vec<Cow<'_, str>> = path.split('/').skip(1).map(Cow::Borrowed).collect();
        let mutated = Mutated {
            kind: "Deployment",
            namespace: "shop",
            value: at(&object, &place).unwrap(),
            place: &place,
            object: &object,
        };
        explains(kind, policy, &mutated)
    }

    fn kyverno(kinds: &Value, mutate: &Value) -> Value {
        json!({"spec": {"rules": [{"match": {"any": [{"resources": {"kinds": kinds}}]}, "mutate": mutate}]}})
    }

    #[test]
    fn a_strategic_merge_patch_sets_what_it_says() {
        let path = "/spec/template/spec/priorityClassName";
        let patch =
            |class: &str| json!({"patchStrategicMerge": {"spec": {"template": {"spec": {"+(priorityClassName)": class}}}}});
        let workloads = json!(["Deployment", "StatefulSet"]);
        assert!(explained("ClusterPolicy", &kyverno(&workloads, &patch("standard")), path));
        assert!(!explained("ClusterPolicy", &kyverno(&workloads, &patch("other")), path));
        assert!(!explained(
            "ClusterPolicy",
            &kyverno(&json!(["DaemonSet"]), &patch("standard")),
            path
        ));
        assert!(!explained(
            "ClusterPolicy",
            &kyverno(&workloads, &patch("standard")),
            "/spec/template/spec/securityContext"
        ));
    }

    #[test]
    fn a_rule_for_pods_reaches_what_makes_pods() {
        let patch = json!({"patchStrategicMerge": {"spec": {"containers": [{"(name)": "*", "imagePullPolicy": "Always"}]}}});
        let policy = kyverno(&json!(["Pod"]), &patch);
        assert!(explained(
            "Policy",
            &policy,
            "/spec/template/spec/containers/0/imagePullPolicy"
        ));
        let other = json!({"patchStrategicMerge": {"spec": {"containers": [{"(name)": "db*", "imagePullPolicy": "Always"}]}}});
        let policy = kyverno(&json!(["Pod"]), &other);
        assert!(!explained(
            "Policy",
            &policy,
            "/spec/template/spec/containers/0/imagePullPolicy"
        ));
    }

    #[test]
    fn a_json_patch_adds_what_it_says() {
        let path = "/spec/template/spec/containers/0/env";
        let patch = |zone: &str| json!({"patchesJson6902": format!("- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value:\n    name: TZ\n    value: {zone}\n")});
        assert!(explained(
            "ClusterPolicy",
            &kyverno(&json!(["apps/v1/Deployment"]), &patch("UTC")),
            path
        ));
        assert!(!explained(
            "ClusterPolicy",
            &kyverno(&json!(["apps/v1/Deployment"]), &patch("CET")),
            path
        ));
    }

    #[test]
    fn gatekeeper_assigns_by_location() {
        let assign = |location: &str, value: &str| {
            json!({"spec": {"applyTo": [{"groups": ["apps"], "kinds": ["Deployment"], "versions": ["v1"]}],
                            "location": location, "parameters": {"assign": {"value": value}}}})
        };
        let profile = "spec.template.spec.securityContext.seccompProfile.type";
        let path = "/spec/template/spec/securityContext";
        assert!(explained("Assign", &assign(profile, "RuntimeDefault"), path));
        assert!(!explained("Assign", &assign(profile, "Unconfined"), path));
        let policy = "spec.template.spec.containers[name: web].imagePullPolicy";
        assert!(explained(
            "Assign",
            &assign(policy, "Always"),
            "/spec/template/spec/containers/0/imagePullPolicy"
        ));
    }
}
