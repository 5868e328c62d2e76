//! # plain-secret-data
//!
//! ## What
//! `stringData` of a Secret in Git, and the same keys with the same values under `data` in the cluster.
//!
//! ## Why
//! `stringData` exists for writing only: the API server moves it to `data` and never gives it back.
//!
//! ## Example
//! Git says `stringData.user`, the cluster has `data.user` with the same text in base64.
//!
//! ## When it is wrong
//! Never for equal values. Where values are masked, equal masks count as equal values, as they do in Argo CD.

use serde_json::Value;

use crate::drift::attribution::Actor;
use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::managers::is_sync;
use crate::kubernetes::secrets::encodes;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct PlainSecretData;

impl Rule for PlainSecretData {
    fn id(&self) -> &'static str {
        "plain-secret-data"
    }

    fn source(&self) -> &'static str {
        include_str!("plain_secret_data.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.kind() != "Secret" || !field.of.resource.group.is_empty() {
            return None;
        }
        let segments = field.field.segments();
        let entry = |map: &str, object: Option<&'_ Value>, key: &str| -> Option<String> {
            object?.get(map)?.get(key)?.as_str().map(str::to_owned)
        };
        let same = |key: &str| {
            let plain = entry("stringData", field.of.desired, key);
            let stored = entry("data", field.of.live, key);
            plain.zip(stored).is_some_and(|(plain, stored)| encodes(&plain, &stored))
        };
        let (in_git, moved) = match segments {
            [map, key] if map == "stringData" => (true, same(key)),
            [map, key] if map == "data" => (false, same(key)),
            [map] if map == "stringData" => {
                let keys = field.difference.desired.and_then(Value::as_object);
                (true, keys.is_some_and(|keys| keys.keys().all(|key| same(key))))
            }
            _ => return None,
        };
        let fits = if in_git {
            field.difference.kind == DifferenceKind::DesiredOnly
        } else {
            field.difference.kind == DifferenceKind::LiveOnly && field.manager().is_none_or(is_sync)
        };
        (moved && fits).then(|| {
            let finding = Finding::harmless(
                "semantic-noop",
                0.95,
                "Git writes it as stringData; the API server keeps it as data.",
            )
            .by(Origin::Equivalent);
            if field.manager().is_none() {
                finding.from(Actor::ServerDefault)
            } else {
                finding
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn secret(plain: &str, stored: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Secret")
            .target(json!({"data": {}, "stringData": {"user": plain}}))
            .live(json!({"data": {"user": stored}}))
            .by("argocd-controller")
            .judge()
    }

    #[test]
    fn the_same_value_in_the_other_map_is_no_difference() {
        let same = [
            ("/data/user", "harmless", "semantic-noop"),
            ("/stringData/user", "harmless", "semantic-noop"),
        ];
        assert_eq!(secret("shop", "c2hvcA=="), same);
        assert_eq!(secret("++++", "++++"), same);
        assert!(secret("shop", "b3RoZXI=").iter().any(|(_, verdict, _)| *verdict == "risky"));
    }
}
