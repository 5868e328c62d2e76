//! # pinned-digest
//!
//! ## What
//! The cluster's image is Git's image, same repository and same tag, with a digest added at admission or by the sync itself.
//!
//! ## Why
//! A policy pins what the tag meant at that moment. It is the same image that Git asked for, made immutable.
//!
//! ## Example
//! `shop/web:1.4` in Git, `shop/web:1.4@sha256:…` in the cluster, written by the sync because a webhook changed it on its way.
//!
//! ## When it is wrong
//! When somebody pinned it to a digest of their own choice: then they own the field, and this rule stays silent.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, classify, is_sync};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct PinnedDigest;

impl Rule for PinnedDigest {
    fn id(&self) -> &'static str {
        "pinned-digest"
    }

    fn source(&self) -> &'static str {
        include_str!("pinned_digest.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let (desired, live) = field.both_text()?;
        let digest = live.strip_prefix(desired)?.strip_prefix("@sha256:")?;
        // Who else writes a digest chose it.
        let by_admission = field
            .manager()
            .is_none_or(|manager| is_sync(manager) || matches!(classify(manager), ManagerClass::Controller(_)));
        let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        (field.field.matches("container:image") && is_digest && by_admission).then(|| {
            Finding::harmless(
                "image-digest-pin",
                0.94,
                "The same image and tag, with its digest pinned at admission.",
            )
            .by(Origin::Controller)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn image(live: &str, manager: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Pod")
            .target(json!({"spec": {"containers": [{"name": "a", "image": "shop/web:1.4"}]}}))
            .live(json!({"spec": {"containers": [{"name": "a", "image": live}]}}))
            .by(manager)
            .judge()
    }

    #[test]
    fn a_digest_on_the_same_tag_is_the_same_image() {
        let digest = format!("@sha256:{}", "0".repeat(64));
        let path = "/spec/containers/0/image";
        assert_eq!(
            image(&format!("shop/web:1.4{digest}"), "argocd-controller"),
            [(path, "harmless", "image-digest-pin")]
        );
        assert_eq!(
            image(&format!("shop/web:1.5{digest}"), "kubectl-set"),
            [(path, "risky", "manual-image")]
        );
        assert_eq!(
            image(&format!("shop/web:1.4{digest}"), "kubectl-set"),
            [(path, "risky", "manual-image")]
        );
    }
}
