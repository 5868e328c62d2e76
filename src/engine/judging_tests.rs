use serde_json::{Value, json};

use super::super::fixtures;
use super::*;
use crate::drift::raw::{Pair, Tree};
use crate::drift::{ApplicationKey, Detail, ResourceStatus};
use crate::verdict::policy::{EnvironmentPolicy, Policies, VerdictOverride};

/// A ConfigMap of an Application that is out of sync, as Argo CD gives it.
fn config_map(name: &str, target: Option<&str>, live: Option<&str>) -> ManagedResource {
    let document = |value: &str| -> Value {
        let owned = json!({"f:data": {"f:a": {}}});
        let entry = json!({"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-20T02:13:00Z", "fieldsV1": owned});
        json!({"kind": "ConfigMap", "metadata": {"name": name, "managedFields": [entry]}, "data": {"a": value}})
    };
    let (target_tree, live_tree) = (target.map(document), live.map(document));
    let (desired, normalized) = (
        target_tree.as_ref().map(Tree::of_value),
        live_tree.as_ref().map(Tree::of_value),
    );
    ManagedResource {
        key: ResourceKey::new("", "ConfigMap", "shop", name),
        pair: Pair::of(desired.as_ref(), normalized.as_ref()),
        target: target.map(document),
        live: live.map(document),
        modified: target.is_some(),
        hook: false,
        unreadable: None,
    }
}

fn look(resources: Vec<ManagedResource>) -> Look {
    let mut application = Application::new(ApplicationKey::new("prod", "argocd", "web"));
    application.detail = Detail::Full;
    application.sync_status = SyncStatus::OutOfSync;
    application.resources = resources
        .iter()
        .map(|resource| ResourceStatus {
            key: resource.key.clone(),
            status: Some(SyncStatus::OutOfSync),
            requires_pruning: resource.target.is_none(),
            hook: false,
            health: None,
        })
        .collect();
    Look {
        application,
        resources,
        synced: None,
    }
}

fn judge_under(look: &Look, policies: &Policies) -> Judged {
    let setting = Setting {
        declared: OnceLock::new(),
        server: "https://argocd.example.com",
        cluster: "dev-eu".to_owned(),
        environment: "dev".to_owned(),
        policy: policies.of("dev"),
        ignore: Arc::default(),
        now: fixtures::now(),
    };
    judged(look, &setting, &|_| fixtures::now())
}

#[test]
fn all_resources_without_a_target_at_once_are_suspicious_and_not_due_to_be_pruned() {
    let lost = |name| config_map(name, None, Some("1"));
    let all = judge_under(&look(vec![lost("a"), lost("b"), lost("c")]), &Policies::default());
    assert_eq!(all.view.verdict, ApplicationVerdict::CannotTell);
    assert!(all.view.drifts.is_empty() && all.drifts.is_empty());
    assert_eq!(
        all.view.reason.unwrap(),
        "Suspicious: all 3 resources have lost their target at once, so Argo CD would prune every one. After a failure of its \
         cache it looks like this, too. Refresh it hard first: argocd app get argocd/web --hard-refresh. If it stays, nothing \
         of it is in Git any more."
    );

    let some = judge_under(
        &look(vec![lost("a"), lost("b"), config_map("c", Some("1"), Some("1"))]),
        &Policies::default(),
    );
    let extra = some.view.drifts.iter().filter(|drift| drift.state == DriftState::Extra);
    assert_eq!(extra.count(), 2);
    let one = judge_under(&look(vec![lost("a")]), &Policies::default());
    assert_eq!(one.view.drifts[0].state, DriftState::Extra);
}

#[test]
fn a_view_tells_what_the_policy_changed() {
    let mut policies = Policies::default();
    let most = VerdictOverride {
        most: Some(Verdict::NeedsReview),
        ..VerdictOverride::default()
    };
    policies.environments.insert(
        "dev".to_owned(),
        EnvironmentPolicy {
            verdicts: [("configmap-hotfix".to_owned(), most)].into(),
            harmless_confidence: None,
        },
    );
    let judged = judge_under(&look(vec![config_map("a", Some("1"), Some("2"))]), &policies);
    assert_eq!(judged.view.verdict, ApplicationVerdict::NeedsReview);
    let drift = &judged.view.drifts[0];
    let policy = drift.policy.as_ref().unwrap();
    assert_eq!(
        (policy.change.as_str(), policy.environment.as_deref(), policy.verdict),
        ("capped", Some("dev"), Verdict::Risky)
    );
    assert_eq!(drift.changes[0].policy.as_ref(), Some(policy));
    assert_eq!(drift.cause.as_str(), "configmap-hotfix");
    assert!(
        drift
            .reason
            .ends_with("By the rules risky, capped to needs review by environment `dev`."),
        "{}",
        drift.reason
    );
}
