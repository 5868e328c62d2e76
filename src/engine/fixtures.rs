//! Realistic views and documents for the tests of front ends: views are sealed, so they are made here.
//!
//! [`applications`] is one night at 03:13 UTC on a server with a little of everything; [`document`] gives the two
//! sides of its drifts. The builders below make others.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::document::{DriftDocument, YamlLine, YamlText};
use super::event::ContextView;
use super::ports::ErrorView;
use super::view::{ApplicationVerdict, ApplicationView, ChangeView, DriftKey, DriftView, OriginView, RedactedValue, Seal};
use crate::drift::{ApplicationKey, DriftState, HealthStatus, Pointer, ResourceKey, SyncStatus};
use crate::verdict::{Cause, Confidence, Next, NextKind, Verdict};

/// The night: 2026-11-20 03:13 UTC.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T03:13:00Z".parse().unwrap()
}

/// A time before [`now`], in minutes.
pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

/// The one context.
pub(crate) fn context() -> ContextView {
    ContextView {
        name: "prod-eu".into(),
        server: "argocd.example.com".to_owned(),
        version: "3.5.1".to_owned(),
    }
}

/// A failure that is tried again in five minutes.
pub(crate) fn unreachable() -> ErrorView {
    ErrorView {
        title: "Cannot reach argocd.example.com".to_owned(),
        detail: "cannot reach argocd.example.com: connection refused".to_owned(),
        hint: "Check the address, the network, the proxy variables and the certificate.".to_owned(),
    }
}

/// A failure that only a person can end.
pub(crate) fn unauthorized() -> ErrorView {
    ErrorView {
        title: "Not logged in to argocd.example.com".to_owned(),
        detail: "argocd.example.com does not accept the token: token is expired".to_owned(),
        hint: "Log in again: argocd login argocd.example.com, or give a new token in ARGOCD_AUTH_TOKEN.".to_owned(),
    }
}

/// Key of an Application of the context.
pub(crate) fn key(name: &str) -> ApplicationKey {
    ApplicationKey::new("prod-eu", "argocd", name)
}

/// A synced Application, compared four minutes ago.
pub(crate) fn synced(name: &str) -> ApplicationView {
    ApplicationView {
        key: key(name),
        project: "shop".to_owned(),
        cluster: "prod-eu-1".to_owned(),
        environment: "prod".to_owned(),
        sync_status: SyncStatus::Synced,
        health: HealthStatus::Healthy,
        verdict: ApplicationVerdict::Clean,
        reason: None,
        next: Next {
            kind: NextKind::Nothing,
            sentence: "Nothing differs.".to_owned(),
        },
        drifts: Vec::new(),
        invisible: Vec::new(),
        revisions: vec!["3f9c2ab7d1e04c5b9a6f8e2d7c1b0a9f8e7d6c5b".to_owned()],
        synced_revisions: vec!["3f9c2ab7d1e04c5b9a6f8e2d7c1b0a9f8e7d6c5b".to_owned()],
        synced_at: Some(minutes_ago(12 * 24 * 60)),
        reconciled_at: Some(minutes_ago(4)),
        fetched_at: minutes_ago(1),
        stale: None,
        seal: Seal,
    }
}

/// The same, listed and not judged yet.
pub(crate) fn pending(name: &str) -> ApplicationView {
    ApplicationView {
        verdict: ApplicationVerdict::Pending,
        sync_status: SyncStatus::OutOfSync,
        reconciled_at: None,
        ..synced(name)
    }
}

/// An Application without a comparison, and why.
pub(crate) fn cannot_tell(name: &str, reason: &str) -> ApplicationView {
    ApplicationView {
        verdict: ApplicationVerdict::CannotTell,
        sync_status: SyncStatus::Unknown,
        health: HealthStatus::Unknown,
        reason: Some(reason.to_owned()),
        next: Next {
            kind: NextKind::Unknown,
            sentence: "Argo CD compares again by itself when it can.".to_owned(),
        },
        ..synced(name)
    }
}

/// An Application with these drifts, worst first; its verdict is the worst of theirs.
pub(crate) fn drifted(name: &str, next: NextKind, sentence: &str, drifts: Vec<DriftView>) -> ApplicationView {
    let verdict = drifts
        .iter()
        .map(|d| d.verdict)
        .max()
        .map_or(ApplicationVerdict::Clean, Into::into);
    ApplicationView {
        verdict,
        sync_status: SyncStatus::OutOfSync,
        next: Next {
            kind: next,
            sentence: sentence.to_owned(),
        },
        drifts: drifts
            .into_iter()
            .map(|mut drift| {
                drift.key.application = key(name);
                Arc::new(drift)
            })
            .collect(),
        ..synced(name)
    }
}

/// The same Application and drifts under another name.
pub(crate) fn renamed(view: ApplicationView, name: &str) -> ApplicationView {
    let drifts = view.drifts.iter().map(|drift| {
        let mut drift = DriftView::clone(drift);
        drift.key.application = key(name);
        Arc::new(drift)
    });
    ApplicationView {
        drifts: drifts.collect(),
        key: key(name),
        ..view
    }
}

/// One changed field by `kubectl-edit` an hour ago; change what is different.
pub(crate) fn change(path: &str, desired: Option<&str>, live: Option<&str>) -> ChangeView {
    ChangeView {
        path: Pointer::parse(path).unwrap(),
        verdict: Verdict::Risky,
        cause: Cause::new("manual-edit"),
        rule: "manual-edit",
        reason: "A person changed this outside Git.".to_owned(),
        origin: OriginView::Cluster,
        manager: Some("kubectl-edit".to_owned()),
        operation: Some("Update"),
        subresource: String::new(),
        time: Some(minutes_ago(60)),
        desired: desired.map(|text| RedactedValue::new(text, false)),
        live: live.map(|text| RedactedValue::new(text, false)),
        seal: Seal,
    }
}

/// One drift with these changes, worst first; verdict, cause, rule, reason and time are the first change's.
pub(crate) fn drift(kind: &str, name: &str, changes: Vec<ChangeView>) -> DriftView {
    let first = changes.first();
    DriftView {
        key: DriftKey {
            application: key("unnamed"),
            resource: ResourceKey::new(group_of(kind), kind, "shop", name),
        },
        state: DriftState::Changed,
        verdict: first.map_or(Verdict::Risky, |c| c.verdict),
        confidence: Confidence::new(0.94),
        cause: first.map_or(Cause::new("missing"), |c| c.cause),
        reason: first.map_or_else(String::new, |c| c.reason.clone()),
        rule: first.map_or("missing", |c| c.rule),
        fingerprint: "9c31e2aa07b45d18".to_owned(),
        since: first.and_then(|c| c.time),
        first_seen: minutes_ago(55),
        changes,
        seal: Seal,
    }
}

fn group_of(kind: &str) -> &'static str {
    match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => "apps",
        "ClusterRole" | "Role" => "rbac.authorization.k8s.io",
        "PodDisruptionBudget" => "policy",
        _ => "",
    }
}

/// The flagship: a ConfigMap edited by hand, with a harmless annotation beside it.
pub(crate) fn payments_api() -> ApplicationView {
    let mut edited = change("/data/MAX_CONNECTIONS", Some("\"100\""), Some("\"400\""));
    edited.reason = "A person changed a value of this ConfigMap outside Git, and pods read it at start.".to_owned();
    let mut noise = change("/metadata/annotations/checked-at", None, Some("\"2026-11-20\""));
    noise.verdict = Verdict::Harmless;
    noise.cause = Cause::new("bookkeeping");
    noise.rule = "bookkeeping";
    noise.reason = "Written by a tool about itself.".to_owned();
    noise.origin = OriginView::Controller;
    noise.manager = Some("config-checker".to_owned());
    noise.time = Some(minutes_ago(200));
    drifted(
        "payments-api",
        NextKind::NextCommitReverts,
        "Auto-sync is on, self-heal off: it stays until the next commit to main, which reverts it.",
        vec![drift("ConfigMap", "api-config", vec![edited, noise])],
    )
}

/// Two drifts: replicas scaled by hand, and a label that can wait.
pub(crate) fn checkout() -> ApplicationView {
    let mut scaled = change("/spec/replicas", Some("3"), Some("0"));
    scaled.manager = Some("kubectl".to_owned());
    scaled.subresource = "scale".to_owned();
    scaled.time = Some(minutes_ago(26 * 60));
    scaled.reason = "Somebody scaled this Deployment to zero: nothing serves.".to_owned();
    scaled.cause = Cause::new("manual-scale");
    let mut label = change("/metadata/labels/owner", Some("\"team-a\""), Some("\"team-b\""));
    label.verdict = Verdict::NeedsReview;
    label.manager = Some("k9s".to_owned());
    label.time = Some(minutes_ago(26 * 60));
    drifted(
        "checkout",
        NextKind::StaysUntilSynced,
        "Nothing syncs by itself: it stays until somebody syncs.",
        vec![drift("Deployment", "web", vec![scaled]), drift("Service", "web", vec![label])],
    )
}

/// A cluster role that got a wildcard by hand.
pub(crate) fn ingress() -> ApplicationView {
    let mut verbs = change("/rules/0/verbs", Some("[\"get\",\"list\"]"), Some("[\"*\"]"));
    verbs.manager = Some("k9s".to_owned());
    verbs.time = Some(minutes_ago(4 * 24 * 60));
    verbs.cause = Cause::new("rbac-edit");
    verbs.rule = "rbac-edit";
    verbs.reason = "Somebody widened a role by hand: these rights are not in Git.".to_owned();
    drifted(
        "ingress",
        NextKind::StaysUntilSynced,
        "Nothing syncs by itself: it stays until somebody syncs.",
        vec![drift("ClusterRole", "edge", vec![verbs])],
    )
}

/// Only Git moved.
pub(crate) fn search() -> ApplicationView {
    let mut image = change(
        "/spec/template/spec/containers/0/image",
        Some("\"search:1.9\""),
        Some("\"search:1.8\""),
    );
    image.verdict = Verdict::NeedsReview;
    image.origin = OriginView::Git;
    image.cause = Cause::new("git-ahead");
    image.rule = "git-ahead";
    image.reason = "Git moved on and is not synced yet; nobody touched the cluster.".to_owned();
    image.manager = Some("argocd-controller".to_owned());
    image.time = Some(minutes_ago(5 * 60));
    ApplicationView {
        synced_revisions: vec!["b7e41d0c2a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d".to_owned()],
        ..drifted(
            "search",
            NextKind::NextSyncApplies,
            "The next automatic sync applies Git's newer state.",
            vec![drift("Deployment", "api", vec![image])],
        )
    }
}

/// A disruption budget that Git has and the cluster has not.
pub(crate) fn refunds() -> ApplicationView {
    let mut missing = drift("PodDisruptionBudget", "refunds", Vec::new());
    missing.state = DriftState::Missing;
    missing.verdict = Verdict::NeedsReview;
    missing.confidence = Confidence::new(0.7);
    missing.reason = "Git has this object, the cluster has not.".to_owned();
    missing.since = None;
    drifted(
        "refunds",
        NextKind::Held,
        "A sync window forbids syncs until 06:00.",
        vec![missing],
    )
}

/// Scaled by its autoscaler.
pub(crate) fn catalog() -> ApplicationView {
    let mut replicas = change("/spec/replicas", Some("3"), Some("7"));
    replicas.verdict = Verdict::Harmless;
    replicas.cause = Cause::new("hpa-replicas");
    replicas.rule = "hpa-replicas";
    replicas.reason = "A HorizontalPodAutoscaler owns the number of replicas.".to_owned();
    replicas.origin = OriginView::Controller;
    replicas.manager = Some("kube-controller-manager".to_owned());
    replicas.subresource = "scale".to_owned();
    replicas.time = Some(minutes_ago(31));
    drifted(
        "catalog",
        NextKind::StaysUntilSynced,
        "It stays until somebody syncs.",
        vec![drift("Deployment", "catalog", vec![replicas])],
    )
}

/// Names and values that attack the terminal and the eye.
pub(crate) fn hostile() -> ApplicationView {
    let mut value = change(
        "/data/banner",
        Some("\"hi\""),
        Some("\"\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}cod.exe\""),
    );
    value.verdict = Verdict::NeedsReview;
    value.manager = Some("\u{1b}[31mkubectl\u{202e}\u{200b}edit\r\n".to_owned());
    value.time = None;
    value.reason = "Nobody can be named: \u{1b}[2Jthe manager's name is not plain text.".to_owned();
    drifted(
        "banner\u{1b}[2J\u{202e}",
        NextKind::Unknown,
        "Not known\u{7}.",
        vec![drift("ConfigMap", "banner\u{9b}31m", vec![value])],
    )
}

/// Long and wide names.
pub(crate) fn long_names() -> ApplicationView {
    let mut env = change(
        "/spec/template/spec/containers/0/env/0/value",
        Some("\"東京\""),
        Some("\"大阪府大阪市北区梅田\""),
    );
    env.verdict = Verdict::NeedsReview;
    env.manager = Some("a-very-long-field-manager-name-from-some-operator".to_owned());
    env.time = Some(minutes_ago(3 * 24 * 60));
    drifted(
        "在庫管理サービス-with-a-name-that-goes-on-and-on-and-on-until-the-column-ends",
        NextKind::SelfHealReverts,
        "Self-heal undoes it within seconds.",
        vec![drift("StatefulSet", "在庫-データベース-primary-with-a-long-tail", vec![env])],
    )
}

/// One night with a little of everything, in no particular order.
pub(crate) fn applications() -> Vec<ApplicationView> {
    vec![
        synced("web"),
        search(),
        payments_api(),
        cannot_tell(
            "legacy",
            "Repository unreachable since 03:02: dial tcp: lookup git.example.com: no such host",
        ),
        catalog(),
        synced("docs"),
        ingress(),
        refunds(),
        hostile(),
        synced("mailer"),
        long_names(),
        checkout(),
    ]
}

/// The two sides of a drift of [`applications`]; a ConfigMap of the flagship's form for every other.
pub(crate) fn document(drift: &Arc<DriftView>) -> DriftDocument {
    let name = drift.key.resource.name.as_str();
    match drift.key.resource.kind.as_str() {
        "Deployment" => document_of(drift, &deployment("3", "1.9"), &deployment("0", "1.8")),
        "PodDisruptionBudget" => document_of(
            drift,
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: refunds\nspec:\n  minAvailable: 1",
            "",
        ),
        _ => document_of(
            drift,
            &config_map(name, "100", ""),
            &config_map(name, "400", "  annotations:\n    checked-at: \"2026-11-20\"\n"),
        ),
    }
}

fn config_map(name: &str, connections: &str, annotations: &str) -> String {
    let mut text = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n{annotations}  name: {name}\n  namespace: shop\ndata:\n");
    for letter in ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K"] {
        text.push_str(&format!("  {letter}_URL: http://{letter}.example.com/v1\n"));
    }
    text.push_str(&format!("  LOG_LEVEL: info\n  MAX_CONNECTIONS: \"{connections}\"\n"));
    for letter in ["N", "O", "P", "Q", "R", "S", "T", "U", "V"] {
        text.push_str(&format!("  {letter}_TIMEOUT: 30s\n"));
    }
    text.pop();
    text
}

fn deployment(replicas: &str, tag: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  replicas: {replicas}\n  template:\n    spec:\n      \
         containers:\n      - name: api\n        image: search:{tag}\n        ports:\n        - containerPort: 8080"
    )
}

/// A document from YAML in block style; pointers are read off the indentation.
pub(crate) fn document_of(drift: &Arc<DriftView>, desired: &str, live: &str) -> DriftDocument {
    DriftDocument {
        drift: Arc::clone(drift),
        desired: yaml(desired),
        live: yaml(live),
        seal: Seal,
    }
}

fn yaml(text: &str) -> YamlText {
    let mut lines = Vec::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches('\n');
        let mut content = body.trim_start();
        let mut indent = body.len() - content.len();
        while let Some(rest) = content.strip_prefix("- ") {
            let position = path
                .iter()
                .find(|(depth, name)| *depth == indent && name.parse::<usize>().is_ok())
                .map_or(0, |(_, name)| name.parse::<usize>().unwrap() + 1);
            path.retain(|(depth, name)| *depth < indent || (*depth == indent && name.parse::<usize>().is_err()));
            path.push((indent, position.to_string()));
            content = rest;
            indent += 2;
        }
        path.retain(|(depth, name)| *depth < indent && !(name.is_empty()));
        if let Some((name, _)) = content.split_once(':') {
            path.push((indent, name.to_owned()));
        }
        lines.push(YamlLine {
            range: at..at + body.len(),
            pointer: Pointer::from_segments(path.iter().map(|(_, name)| name)),
        });
        at += line.len();
    }
    YamlText::new(text, lines)
}
