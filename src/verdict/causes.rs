//! Every cause that a rule may give, by rule: what policies and filters can name. A cause never changes its meaning.

use std::collections::BTreeSet;

/// Id of a rule and its causes, in the order of the registry. A new cause of a rule is a word here; the tests of the rule
/// look.
pub static CAUSES: &[(&str, &[&str])] = &[
    ("server-default", &["server-default", "semantic-noop"]),
    ("same-meaning", &["semantic-noop", "quantity-equal", "duration-equal"]),
    ("list-order", &["list-reorder", "manual-order-change"]),
    ("plain-secret-data", &["semantic-noop"]),
    ("bookkeeping", &["bookkeeping"]),
    ("hostile-text", &["hostile-text"]),
    ("restart-trigger", &["restart-trigger", "odd-trigger-value"]),
    ("imitated-manager", &["imitated-manager", "spoofed-manager"]),
    ("impossible-writer", &["impossible-writer"]),
    ("aggregated-cluster-role", &["aggregated-cluster-role"]),
    ("ca-bundle", &["cabundle-injection"]),
    ("webhook-software", &["webhook-self-managed"]),
    (
        "autoscaled-replicas",
        &[
            "hpa-replicas",
            "replicas-out-of-range",
            "manual-scale-with-hpa",
            "scaler-fight",
            "autoscaler-not-visible",
            "rival-autoscalers",
        ],
    ),
    (
        "vertical-autoscaler",
        &["vpa-requests", "vpa-out-of-policy", "vpa-not-visible"],
    ),
    ("delegated-resize", &["delegated-resize"]),
    ("queue-controller", &["queue-controller"]),
    (
        "progressive-delivery",
        &["progressive-delivery", "progressive-delivery-unseen"],
    ),
    (
        "filled-data",
        &[
            "controller-filled-secret",
            "controller-filled-config",
            "two-sources-of-truth",
            "filled-by-another",
        ],
    ),
    (
        "injected-sidecar",
        &["sidecar-injection", "env-injection", "sidecar-impostor", "sidecar-registry"],
    ),
    (
        "explained-mutation",
        &["policy-mutation", "platform-adjustment", "controller-bookkeeping"],
    ),
    ("declared-mutation", &["policy-mutation"]),
    ("pinned-digest", &["image-digest-pin"]),
    ("declared-image-trigger", &["image-trigger"]),
    ("service-allocation", &["server-allocated"]),
    ("platform-writer", &["cloud-addition"]),
    ("adopted-owner", &["controller-adoption", "manual-owner"]),
    ("own-prefix", &["controller-bookkeeping", "controller-finalizer"]),
    ("operator-default", &["operator-default"]),
    ("custom-resource-default", &["server-default"]),
    ("borrowed-name", &["borrowed-name"]),
    ("git-ahead", &["git-ahead", "rendered-anew"]),
    ("extended-crd", &["crd-upgraded"]),
    ("security-critical", &["security-critical"]),
    ("auto-sync-paused", &["auto-sync-paused", "self-heal-off", "prune-off"]),
    (
        "informational-metadata",
        &["informational", "manual-checksum", "manual-finalizer"],
    ),
    (
        "person-edit",
        &[
            "manual-edit",
            "configmap-hotfix",
            "manual-env",
            "manual-image",
            "manual-replicas",
            "manual-resources",
        ],
    ),
    ("unexplained-admission", &["admission-unexplained"]),
    ("removed-in-cluster", &["removed-in-cluster", "manual-replicas"]),
    ("replaced-alternative", &["manual-env", "manual-edit"]),
    (
        "other-writer",
        &[
            "image-automation-undeclared",
            "other-tool",
            "automation-undeclared",
            "unknown-client",
            "unknown-automation",
        ],
    ),
    (
        "missing-object",
        &["missing", "guardrail-missing", "never-synced", "job-finished", "hook-deleted"],
    ),
    (
        "extra-object",
        &[
            "needs-pruning",
            "manual-object",
            "prune-destroys-data",
            "owned-by-controller",
            "ignore-extraneous",
        ],
    ),
    ("unexplained", &["unexplained", "unattributed", "altered-on-apply"]),
];

/// The causes of one rule.
pub fn of(rule: &str) -> &'static [&'static str] {
    CAUSES.iter().find(|(id, _)| *id == rule).map_or(&[], |(_, causes)| causes)
}

/// Whether every finding of this cause guards something or has a hostile form: its rule makes it pierce what would lessen it.
pub fn is_always_guarded(cause: &str) -> bool {
    const GUARDED: &[&str] = &[
        "hostile-text",
        "imitated-manager",
        "spoofed-manager",
        "impossible-writer",
        "borrowed-name",
        "security-critical",
        "sidecar-impostor",
    ];
    GUARDED.contains(&cause)
}

/// Every cause, once, in the order of the alphabet.
pub fn all() -> BTreeSet<&'static str> {
    CAUSES.iter().flat_map(|(_, causes)| causes.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::registry::RULES;

    #[test]
    fn every_rule_has_its_causes_here_and_nobody_else_has() {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id()).collect();
        let here: Vec<&str> = CAUSES.iter().map(|(id, _)| *id).collect();
        assert_eq!(here, ids);
        assert!(CAUSES.iter().all(|(_, causes)| !causes.is_empty()));
    }

    /// What a rule writes down as a cause at once; the fixture of the rules' tests sees those that are computed.
    #[test]
    fn every_cause_that_a_rule_writes_down_is_here() {
        for rule in RULES {
            let code = rule.source().split("#[cfg(test)]").next().unwrap();
            for finding in ["Finding::harmless(", "Finding::needs_review(", "Finding::risky("] {
                let causes = code.split(finding).skip(1).filter_map(|after| {
                    let (cause, _) = after.trim_start().strip_prefix('"')?.split_once('"')?;
                    Some(cause)
                });
                for cause in causes {
                    assert!(of(rule.id()).contains(&cause), "{cause} of {} is not in CAUSES", rule.id());
                }
            }
        }
    }
}
