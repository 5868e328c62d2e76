//! The same cause in many places: a key under which drifts of many Applications fold into one row.

use serde_json::Value;

use super::pointer::Pointer;

/// Kind, path without positions, manager and class of the value: `Deployment /spec/replicas kube-controller-manager number`.
///
/// List positions become `*`; nothing else is folded, so two drifts share a key only when the same writer did the same kind of
/// thing to the same field of the same kind.
pub fn group_key(kind: &str, path: &Pointer, manager: Option<&str>, value: Option<&Value>) -> String {
    let path: String = path
        .as_str()
        .split('/')
        .skip(1)
        .map(|segment| {
            if segment.bytes().all(|b| b.is_ascii_digit()) {
                "/*".to_owned()
            } else {
                format!("/{segment}")
            }
        })
        .collect();
    let class = match value {
        None => "removed",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "text",
        Some(Value::Array(_)) => "list",
        Some(Value::Object(_)) => "map",
    };
    format!("{kind} {path} {} {class}", manager.unwrap_or("-"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn positions_and_values_do_not_matter_and_fields_and_writers_do() {
        let key = |path: &str, manager: &str, value: Value| {
            group_key("Deployment", &Pointer::parse(path).unwrap(), Some(manager), Some(&value))
        };
        assert_eq!(
            key("/spec/containers/0/image", "keel", json!("a")),
            key("/spec/containers/3/image", "keel", json!("b"))
        );
        assert_ne!(
            key("/spec/replicas", "keda", json!(1)),
            key("/spec/replicas", "kubectl", json!(1))
        );
        assert_ne!(
            key("/spec/replicas", "keda", json!(1)),
            key("/spec/paused", "keda", json!(true))
        );
    }
}
