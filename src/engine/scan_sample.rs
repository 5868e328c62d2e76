//! A small scan report for the tests of commands: views are sealed, so it is made here.

use std::sync::Arc;

use jiff::Timestamp;

use super::ports::{ErrorView, IgnoreSourceState};
use super::scan::{ContextReport, ContextState, ScanReport};
use super::view::{ApplicationVerdict, ApplicationView, ChangeView, DriftKey, DriftView, OriginView, Seal};
use crate::drift::{ApplicationKey, DriftState, HealthStatus, Pointer, ResourceKey, SyncStatus};
use crate::verdict::{Cause, Confidence, Next, NextKind, Verdict};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// One failed context; Applications that are clean, risky (with an invisible addition and hostile text) and without a
/// comparison, in no order.
pub(crate) fn report() -> ScanReport {
    let mut risky = application("checkout", ApplicationVerdict::Risky);
    risky.drifts = vec![
        Arc::new(drift(
            &risky.key,
            ResourceKey::new("", "ConfigMap", "shop", "limits"),
            Verdict::Risky,
        )),
        Arc::new(drift(
            &risky.key,
            ResourceKey::new("apps", "Deployment", "shop", "web"),
            Verdict::Harmless,
        )),
    ];
    risky.invisible = vec![Arc::new(drift(
        &risky.key,
        ResourceKey::new("rbac.authorization.k8s.io", "ClusterRole", "", "reader"),
        Verdict::NeedsReview,
    ))];
    risky.next = Next {
        kind: NextKind::NextCommitReverts,
        sentence: "The next commit to main reverts it.".into(),
    };
    let mut unknown = application("broken", ApplicationVerdict::CannotTell);
    unknown.sync_status = SyncStatus::Unknown;
    unknown.reason = Some("ComparisonError: \u{1b}[31mhelm\nfailed \u{202e}txt".to_owned());
    ScanReport {
        generated_at: time("2026-11-20T03:13:00Z"),
        sweep: None,
        ignore_sources: vec![IgnoreSourceState {
            name: "https://git.example.com/team/drift.git@main:ignore.toml".to_owned(),
            commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            read_at: Some(time("2026-11-20T03:10:00Z")),
            error: Some("git did not answer within 30 s".to_owned()),
            rules: 4,
        }],
        contexts: vec![
            ContextReport {
                name: "prod".into(),
                server: "argocd.example.com".to_owned(),
                state: ContextState::Ok,
                error: None,
            },
            ContextReport {
                name: "dev".into(),
                server: "argocd.dev.example.com".to_owned(),
                state: ContextState::Failed,
                error: Some(ErrorView {
                    title: "Cannot reach argocd.dev.example.com".to_owned(),
                    detail: "cannot reach argocd.dev.example.com: connection refused".to_owned(),
                    hint: "Check the address.".to_owned(),
                }),
            },
        ],
        applications: vec![application("calm", ApplicationVerdict::Clean), unknown, risky],
    }
}

/// An Application without drift.
pub(crate) fn application(name: &str, verdict: ApplicationVerdict) -> ApplicationView {
    ApplicationView {
        key: ApplicationKey::new("prod", "argocd", name),
        project: "shop".to_owned(),
        cluster: "prod-eu".to_owned(),
        environment: "production".to_owned(),
        sync_status: SyncStatus::Synced,
        health: HealthStatus::Healthy,
        verdict,
        reason: None,
        next: Next {
            kind: NextKind::Nothing,
            sentence: "Nothing differs.".into(),
        },
        drifts: Vec::new(),
        invisible: Vec::new(),
        revisions: Vec::new(),
        synced_revisions: Vec::new(),
        synced_at: None,
        reconciled_at: None,
        fetched_at: time("2026-11-20T03:12:58Z"),
        failed_sync: None,
        target_revisions: vec!["main".to_owned()],
        stale: None,
        seal: Seal,
    }
}

fn drift(application: &ApplicationKey, resource: ResourceKey, verdict: Verdict) -> DriftView {
    let cause = Cause::new("manual-edit");
    let written = time("2026-11-20T02:13:00Z");
    DriftView {
        key: DriftKey {
            application: application.clone(),
            resource,
            invisible: false,
        },
        state: DriftState::Changed,
        verdict,
        confidence: Confidence::new(0.9),
        cause,
        reason: "A person changed it with kubectl.".to_owned(),
        rule: "manual-edit",
        policy: None,
        security_critical: false,
        fingerprint: "0123456789abcdef".to_owned(),
        group: "ConfigMap /data/a kubectl text".to_owned(),
        since: Some(written),
        first_seen: time("2026-11-20T03:12:58Z"),
        times_seen: 1,
        flaps: 0,
        dispositions: Vec::new(),
        argocd_ignores: Vec::new(),
        next: None,
        scalers: Vec::new(),
        changes: vec![ChangeView {
            path: Pointer::parse("/data/limit").unwrap_or_default(),
            verdict,
            cause,
            rule: "manual-edit",
            reason: "A person changed it with kubectl.".to_owned(),
            origin: OriginView::Cluster,
            manager: Some("kubectl-edit".to_owned()),
            operation: Some("Update"),
            subresource: String::new(),
            time: Some(written),
            desired: None,
            live: None,
            ignored_by: None,
            desired_path: Pointer::parse("/data/a").unwrap(),
            policy: None,
            seal: Seal,
        }],
        seal: Seal,
    }
}
