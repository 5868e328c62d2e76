//! Powers over the host, or beyond a pod's own bounds, that a whole part of a pod (a volume, a container) brings along.

use serde_json::Value;

/// The powers that a part of a pod spec asks for, at any depth, in words.
pub fn powers(part: &Value) -> Vec<&'static str> {
    let mut found = Vec::new();
    collect_powers(part, 0, &mut found);
    found
}

/// As [`powers`], of a part that stands under `name`: the name itself may be the power (`privileged: true`).
pub fn powers_of(name: &str, part: &Value) -> Vec<&'static str> {
    power(name, part).map_or_else(|| powers(part), |power| vec![power])
}

/// The power that this one entry is.
fn power(key: &str, value: &Value) -> Option<&'static str> {
    let is_set = *value == Value::Bool(true);
    let adds = |value: &Value| {
        let added = value.get("add").and_then(Value::as_array);
        added.is_some_and(|added| !added.is_empty())
    };
    match key {
        "hostPath" if value.is_object() => Some("access to the host"),
        "hostPort" if value.as_i64().is_some_and(|port| port > 0) => Some("a port of the host"),
        "privileged" | "allowPrivilegeEscalation" if is_set => Some("what the container may do to its node"),
        "hostNetwork" | "hostPID" | "hostIPC" if is_set => Some("a host namespace"),
        "runAsUser" if value.as_i64() == Some(0) => Some("whether it runs as root"),
        "runAsNonRoot" if *value == Value::Bool(false) => Some("whether it runs as root"),
        "procMount" if value == "Unmasked" => Some("what it sees of the host"),
        "seccompProfile" if value.get("type").is_some_and(|kind| kind == "Unconfined") => Some("a seccomp profile"),
        "capabilities" if adds(value) => Some("added capabilities"),
        _ => None,
    }
}

fn collect_powers(part: &Value, depth: usize, found: &mut Vec<&'static str>) {
    const DEEPEST: usize = 32;
    if depth > DEEPEST {
        return;
    }
    match part {
        Value::Array(items) => items.iter().for_each(|item| collect_powers(item, depth + 1, found)),
        Value::Object(map) => {
            for (key, value) in map {
                let Some(power) = power(key, value) else {
                    collect_powers(value, depth + 1, found);
                    continue;
                };
                if !found.contains(&power) {
                    found.push(power);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn powers_are_found_at_any_depth_and_hardening_is_none() {
        for (part, power) in [
            (json!([{"hostPath": {"path": "/"}}]), "access to the host"),
            (json!({"ports": [{"hostPort": 80}]}), "a port of the host"),
            (
                json!({"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}),
                "added capabilities",
            ),
            (json!({"securityContext": {"runAsUser": 0}}), "whether it runs as root"),
        ] {
            assert_eq!(powers(&part), [power], "{part}");
        }
        let hardened = json!({"securityContext": {"privileged": false, "runAsNonRoot": true, "capabilities": {"drop": ["ALL"]}}});
        assert!(powers(&hardened).is_empty());
        assert_eq!(powers_of("hostNetwork", &json!(true)), ["a host namespace"]);
        assert!(powers_of("hostNetwork", &json!(false)).is_empty());
    }
}
