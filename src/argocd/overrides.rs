//! System-wide `ignoreDifferences`: `resourceOverrides` of Argo CD's settings, YAML text inside JSON.

use serde::Deserialize;
use serde_json::Value;

use crate::drift::IgnoreDifference;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Ignores {
    json_pointers: Option<Vec<String>>,
    jq_path_expressions: Option<Vec<String>>,
    managed_fields_managers: Option<Vec<String>>,
}

/// The entries as an Application would spell them. Keys are `group/Kind`, `Kind` in the core group, or `*/*`. What cannot be
/// read ignores nothing.
pub(super) fn ignore_differences(overrides: &Value) -> Vec<IgnoreDifference> {
    let mut found = Vec::new();
    // As a plain value: a form that we do not know must not keep anybody from the rest of the settings.
    for (key, entry) in overrides.as_object().into_iter().flatten() {
        let Some(text) = entry.get("ignoreDifferences").and_then(Value::as_str) else {
            continue;
        };
        let ignores: Ignores = match serde_saphyr::from_str(text) {
            Ok(ignores) => ignores,
            Err(error) => {
                let at = error.location().map(|at| at.line());
                tracing::debug!(?at, "ignoreDifferences in resourceOverrides cannot be read");
                continue;
            }
        };
        let (group, kind) = key.split_once('/').unwrap_or(("", key));
        let ignore = IgnoreDifference {
            group: group.to_owned(),
            kind: kind.to_owned(),
            json_pointers: ignores.json_pointers.unwrap_or_default(),
            jq_path_expressions: ignores.jq_path_expressions.unwrap_or_default(),
            managed_fields_managers: ignores.managed_fields_managers.unwrap_or_default(),
            ..IgnoreDifference::default()
        };
        let says_nothing =
            ignore.json_pointers.is_empty() && ignore.jq_path_expressions.is_empty() && ignore.managed_fields_managers.is_empty();
        if !says_nothing {
            found.push(ignore);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_by_group_and_kind_and_broken_ones_ignore_nothing() {
        let overrides: Value = serde_json::from_str(
            r#"{"*/*": {"ignoreDifferences": "jqPathExpressions: null\njsonPointers:\n- /status\nmanagedFieldsManagers: null\n"},
                "ConfigMap": {"ignoreDifferences": "managedFieldsManagers:\n- config-bot\n", "health.lua": "return"},
                "apps/Deployment": {"ignoreDifferences": "jqPathExpressions:\n- .spec.replicas\n"},
                "Endpoints": {"ignoreDifferences": "jsonPointers: null\n"},
                "Service": {"ignoreDifferences": "{{ broken"},
                "Pod": null, "Node": {"ignoreDifferences": 1}, "Job": []}"#,
        )
        .unwrap();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let entry = |group: &str, kind: &str| IgnoreDifference {
            group: group.to_owned(),
            kind: kind.to_owned(),
            ..IgnoreDifference::default()
        };
        assert_eq!(
            ignore_differences(&overrides),
            [
                IgnoreDifference {
                    json_pointers: texts(&["/status"]),
                    ..entry("*", "*")
                },
                IgnoreDifference {
                    managed_fields_managers: texts(&["config-bot"]),
                    ..entry("", "ConfigMap")
                },
                IgnoreDifference {
                    jq_path_expressions: texts(&[".spec.replicas"]),
                    ..entry("apps", "Deployment")
                },
            ]
        );
    }
}
