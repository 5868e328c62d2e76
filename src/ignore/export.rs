//! A rule as Argo CD's own `spec.ignoreDifferences`, for those who want Argo CD itself to look away.
//!
//! What differs there: an empty group is the core group only, pointers know no wildcard, kind and group are patterns but
//! name and namespace are exact, a manager has no place of its own, and comparing is all it changes: a sync still writes
//! Git's value unless `RespectIgnoreDifferences=true` is set (docs of Argo CD, "Diff Customization" and "Sync Options").

use super::jq;
use super::rule::{IgnoreRule, Matcher};
use crate::drift::Glob;

/// A rule as text for an Application's manifest, and what a reader must know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// One entry of `spec.ignoreDifferences`, as YAML, indented for there.
    pub yaml: String,
    /// Where it is wider or narrower than the rule, one sentence each.
    pub notes: Vec<String>,
}

/// Advice that belongs to every export.
pub const RESPECT: &str = "Comparing is all that changes: a sync still writes Git's value. Add RespectIgnoreDifferences=true to \
                           spec.syncPolicy.syncOptions where the live value is to stay.";

/// The rule as an entry of `spec.ignoreDifferences`.
pub fn entry(rule: &IgnoreRule) -> Exported {
    let mut notes = Vec::new();
    let mut lines = vec![format!("# {}", one_line(&rule.reason))];
    let scope = &rule.scope;
    match &scope.group {
        Some(group) if group.as_str().is_empty() => {}
        Some(group) => lines.push(format!("group: {}", quoted(group.as_str()))),
        // Absent would be the core group only.
        None => lines.push("group: \"*\"".to_owned()),
    }
    lines.push(format!("kind: {}", quoted(scope.kind.as_ref().map_or("*", Glob::as_str))));
    for (key, glob) in [("name", &scope.name), ("namespace", &scope.namespace)] {
        match glob {
            Some(glob) if !glob.is_literal() => {
                notes.push(format!("Argo CD knows no patterns for `{key}`: this holds for every {key}."));
            }
            Some(glob) if !glob.as_str().is_empty() => lines.push(format!("{key}: {}", quoted(glob.as_str()))),
            _ => {}
        }
    }
    let source = [("environment", &scope.source_environment)];
    for (key, glob) in scope.parts().into_iter().take(5).chain(source) {
        if let Some(glob) = glob {
            notes.push(format!("Put it into the Applications with {key} `{}` only.", glob.as_str()));
        }
    }
    match &rule.matcher {
        Matcher::Pointer(pointer) if pointer.has_wildcard() => {
            lines.push("jqPathExpressions:".to_owned());
            lines.push(format!("  - {}", quoted(&pointer.to_jq())));
        }
        Matcher::Pointer(pointer) => {
            lines.push("jsonPointers:".to_owned());
            lines.push(format!("  - {}", quoted(pointer.as_str())));
        }
        Matcher::Jq(path) => {
            lines.push("jqPathExpressions:".to_owned());
            lines.push(format!("  - {}", quoted(path.as_str())));
            if path.as_str().contains("[]") && !path.as_str().contains("[]?") {
                notes.push(
                    "`[]` fails on objects that lack the list, and Argo CD then skips the rule there: write `[]?`.".to_owned(),
                );
            }
        }
        Matcher::Manager { manager, below } => {
            lines.push("managedFieldsManagers:".to_owned());
            lines.push(format!("  - {}", quoted(manager)));
            notes.push(format!(
                "Argo CD hides everything that `{manager}` wrote, not only {below}, and only where Git has the field too."
            ));
        }
    }
    if let Some(last) = rule.expires {
        notes.push(format!("Argo CD knows no end: take it out after {last}."));
    }
    let mut yaml = String::new();
    for (at, line) in lines.iter().enumerate() {
        let start = match at {
            0 => "  ",
            1 => "  - ",
            _ => "    ",
        };
        yaml.push_str(&format!("{start}{line}\n"));
    }
    Exported { yaml, notes }
}

/// A YAML scalar that means this text whatever it is.
fn quoted(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./~".contains(&b))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_ascii_lowercase().as_str());
    // JSON strings are YAML.
    if is_plain { text.to_owned() } else { jq::text(text) }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rule::RuleOrigin;
    use super::super::{JqPath, PointerPattern, Scope};
    use super::*;

    fn rule(scope: Scope, matcher: Matcher) -> IgnoreRule {
        IgnoreRule {
            scope,
            matcher,
            reason: "known\nnoise".to_owned(),
            author: None,
            created: None,
            expires: None,
            disabled: false,
            dangerous: false,
            origin: RuleOrigin::proposed("test"),
        }
    }

    fn pointer(text: &str) -> PointerPattern {
        PointerPattern::parse(text).unwrap()
    }

    fn glob(text: &str) -> Option<Glob> {
        Some(Glob::new(text))
    }

    #[test]
    fn the_core_group_is_left_out_and_any_group_is_a_star() {
        let core = Scope {
            group: glob(""),
            kind: glob("ConfigMap"),
            name: glob("web"),
            ..Scope::default()
        };
        assert_eq!(
            entry(&rule(core, Matcher::Pointer(pointer("/data/a~1b")))),
            Exported {
                yaml: "  # known noise\n  - kind: ConfigMap\n    name: web\n    jsonPointers:\n      - /data/a~1b\n".to_owned(),
                notes: Vec::new(),
            }
        );
        assert_eq!(
            entry(&rule(Scope::default(), Matcher::Pointer(pointer("/status")))).yaml,
            "  # known noise\n  - group: \"*\"\n    kind: \"*\"\n    jsonPointers:\n      - /status\n"
        );
    }

    #[test]
    fn a_wildcard_becomes_a_jq_path_that_survives_absent_lists() {
        let scope = Scope {
            group: glob("apps"),
            kind: glob("Deployment"),
            ..Scope::default()
        };
        let exported = entry(&rule(scope, Matcher::Pointer(pointer("/spec/containers/*/image"))));
        assert!(
            exported
                .yaml
                .ends_with("    jqPathExpressions:\n      - \".spec.containers[]?.image\"\n"),
            "{}",
            exported.yaml
        );
    }

    #[test]
    fn what_argo_cd_cannot_say_is_told_beside() {
        let scope = Scope {
            environment: glob("production"),
            namespace: glob("shop-*"),
            kind: glob("Deployment"),
            ..Scope::default()
        };
        let by_manager = Matcher::Manager {
            manager: "keda".to_owned(),
            below: pointer("/spec/replicas"),
        };
        assert_eq!(
            entry(&IgnoreRule {
                expires: Some("2027-01-31".parse().unwrap()),
                ..rule(scope, by_manager)
            })
            .notes,
            [
                "Argo CD knows no patterns for `namespace`: this holds for every namespace.",
                "Put it into the Applications with environment `production` only.",
                "Argo CD hides everything that `keda` wrote, not only /spec/replicas, and only where Git has the field too.",
                "Argo CD knows no end: take it out after 2027-01-31.",
            ]
        );
        let jq = Matcher::Jq(JqPath::parse(".webhooks[].failurePolicy").unwrap());
        assert!(entry(&rule(Scope::default(), jq)).notes[0].contains("write `[]?`"));
    }
}
