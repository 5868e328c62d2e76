//! `driftline/v1`: the JSON of `scan`. Own structs: the form stays compatible within a major version, whatever happens to
//! the engine's types. Fields may be added.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::ignore_sources::Source;
use crate::engine::ports::ErrorView;
use crate::engine::scan::{ContextReport, ScanReport};
use crate::engine::view::{ApplicationVerdict, ApplicationView, ChangeView, DispositionView, DriftView, OriginView, PolicyView};
use crate::redact::terminal::inert_json;

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    generated_at: Timestamp,
    contexts: Vec<Context<'a>>,
    summary: Summary,
    /// Where ignore rules came from.
    ignore_sources: Vec<Source>,
    /// Only with `--sweep`: how many Synced Applications were looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<Sweep>,
    applications: Vec<Application<'a>>,
}

#[derive(Serialize)]
struct Sweep {
    checked: usize,
    total: usize,
}

#[derive(Serialize)]
struct Context<'a> {
    name: &'a str,
    server: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
}

#[derive(Serialize)]
struct Error<'a> {
    title: &'a str,
    detail: &'a str,
    hint: &'a str,
}

/// Counts of Applications by verdict, of drifts, and of additions that Argo CD calls Synced.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(in super::super) struct Summary {
    pub(in super::super) applications: usize,
    pub(in super::super) risky: usize,
    pub(in super::super) needs_review: usize,
    pub(in super::super) harmless: usize,
    pub(in super::super) clean: usize,
    pub(in super::super) cannot_tell: usize,
    pub(in super::super) drifts: usize,
    pub(in super::super) invisible: usize,
    /// Changes that an ignore rule hides, of drifts and additions alike.
    pub(in super::super) ignored: usize,
}

impl Summary {
    /// Counts a report.
    pub(in super::super) fn of(report: &ScanReport) -> Self {
        let mut summary = Self {
            applications: report.applications.len(),
            ..Self::default()
        };
        for application in &report.applications {
            summary.drifts += application.drifts.len();
            summary.invisible += application.invisible.len();
            summary.ignored += application
                .drifts
                .iter()
                .chain(&application.invisible)
                .flat_map(|drift| &drift.changes)
                .filter(|change| change.ignored_by.is_some())
                .count();
            match application.verdict {
                ApplicationVerdict::Risky => summary.risky += 1,
                ApplicationVerdict::NeedsReview => summary.needs_review += 1,
                ApplicationVerdict::Harmless => summary.harmless += 1,
                ApplicationVerdict::Clean => summary.clean += 1,
                ApplicationVerdict::CannotTell | ApplicationVerdict::Pending => summary.cannot_tell += 1,
            }
        }
        summary
    }
}

#[derive(Serialize)]
struct Application<'a> {
    context: &'a str,
    namespace: &'a str,
    name: &'a str,
    project: &'a str,
    cluster: &'a str,
    environment: &'a str,
    sync_status: &'static str,
    health: &'static str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Why the drifts below are the last good ones and not fresh.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<&'a str>,
    next: Next<'a>,
    revisions: &'a [String],
    synced_revisions: &'a [String],
    synced_at: Option<Timestamp>,
    reconciled_at: Option<Timestamp>,
    fetched_at: Timestamp,
    drifts: Vec<Drift<'a>>,
    invisible: Vec<Drift<'a>>,
}

#[derive(Serialize)]
struct Next<'a> {
    kind: &'static str,
    sentence: &'a str,
}

#[derive(Serialize)]
struct Drift<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    state: &'static str,
    verdict: &'static str,
    confidence: &'static str,
    probability: f64,
    cause: &'static str,
    rule: &'static str,
    /// Only where the team's policy changed the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy<'a>>,
    security_critical: bool,
    reason: &'a str,
    fingerprint: &'a str,
    group_key: &'a str,
    first_seen: Timestamp,
    times_seen: u32,
    flaps: u32,
    /// What people decided about it and still holds, the last decision at the end. Left out without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dispositions: Vec<Disposition<'a>>,
    /// Only where it is not the Application's.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Next<'a>>,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    path: &'a str,
    verdict: &'static str,
    cause: &'static str,
    origin: &'static str,
    manager: Option<&'a str>,
    operation: Option<&'static str>,
    subresource: &'a str,
    time: Option<Timestamp>,
    /// Only where the team's policy changed the verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy<'a>>,
    /// Only for a change that an ignore rule hides.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored_by: Option<IgnoredBy<'a>>,
}

#[derive(Serialize)]
struct Disposition<'a> {
    kind: &'static str,
    by: &'a str,
    at: Timestamp,
    /// `null` for as long as the difference stays.
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<&'a str>,
}

#[derive(Serialize)]
struct Policy<'a> {
    /// `capped`, `raised` or `unsure`.
    change: &'static str,
    /// `null` for the policy of every environment.
    environment: Option<&'a str>,
    /// What the verdict would be without the policy.
    verdict: &'static str,
}

#[derive(Serialize)]
struct IgnoredBy<'a> {
    rule: &'a str,
    reason: &'a str,
    /// What the verdict would be without the rule.
    verdict: &'static str,
}

/// The report as indented JSON with a line break at the end.
///
/// # Errors
/// When a value has no JSON form, which none of ours lacks.
pub(in super::super) fn render(report: &ScanReport) -> Result<String, serde_json::Error> {
    let mut applications: Vec<&ApplicationView> = report.applications.iter().collect();
    applications.sort_by(|a, b| a.key.cmp(&b.key));
    let report = Report {
        schema: "driftline/v1",
        generated_at: report.generated_at,
        contexts: report.contexts.iter().map(context).collect(),
        summary: Summary::of(report),
        ignore_sources: report
            .ignore_sources
            .iter()
            .map(|source| Source::of(source, report.generated_at))
            .collect(),
        sweep: report.sweep.map(|sweep| Sweep {
            checked: sweep.checked,
            total: sweep.total,
        }),
        applications: applications.into_iter().map(application).collect(),
    };
    pretty(&report)
}

/// Indented JSON with a line break at the end, in which nothing acts on a terminal.
///
/// # Errors
/// As [`render`].
pub(in super::super) fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = inert_json(&serde_json::to_string_pretty(value)?).into_owned();
    text.push('\n');
    Ok(text)
}

fn context(report: &ContextReport) -> Context<'_> {
    Context {
        name: &report.name,
        server: &report.server,
        state: report.state.as_str(),
        error: report.error.as_ref().map(error),
    }
}

fn error(view: &ErrorView) -> Error<'_> {
    Error {
        title: &view.title,
        detail: &view.detail,
        hint: &view.hint,
    }
}

fn application(view: &ApplicationView) -> Application<'_> {
    Application {
        context: &view.key.context,
        namespace: &view.key.namespace,
        name: &view.key.name,
        project: &view.project,
        cluster: &view.cluster,
        environment: &view.environment,
        sync_status: view.sync_status.as_str(),
        health: view.health.as_str(),
        // A scan ends when everything is judged; what is not could not be.
        verdict: match view.verdict {
            ApplicationVerdict::Pending => ApplicationVerdict::CannotTell.as_str(),
            verdict => verdict.as_str(),
        },
        reason: view.reason.as_deref(),
        stale: view.stale.as_deref(),
        next: next(&view.next),
        revisions: &view.revisions,
        synced_revisions: &view.synced_revisions,
        synced_at: view.synced_at,
        reconciled_at: view.reconciled_at,
        fetched_at: view.fetched_at,
        drifts: drifts(&view.drifts),
        invisible: drifts(&view.invisible),
    }
}

fn next(view: &crate::verdict::next::Next) -> Next<'_> {
    Next {
        kind: view.kind.as_str(),
        sentence: &view.sentence,
    }
}

fn drifts(views: &[Arc<DriftView>]) -> Vec<Drift<'_>> {
    views.iter().map(|view| drift(view)).collect()
}

fn drift(view: &DriftView) -> Drift<'_> {
    let resource = &view.key.resource;
    Drift {
        group: &resource.group,
        kind: &resource.kind,
        namespace: &resource.namespace,
        name: &resource.name,
        state: view.state.as_str(),
        verdict: view.verdict.as_str(),
        confidence: view.confidence.level().as_str(),
        probability: view.confidence.probability(),
        cause: view.cause.as_str(),
        rule: view.rule,
        policy: view.policy.as_ref().map(policy),
        security_critical: view.security_critical,
        reason: &view.reason,
        fingerprint: &view.fingerprint,
        group_key: &view.group,
        first_seen: view.first_seen,
        times_seen: view.times_seen,
        flaps: view.flaps,
        dispositions: view.dispositions.iter().map(disposition).collect(),
        next: view.next.as_ref().map(next),
        changes: view.changes.iter().map(change).collect(),
    }
}

fn change(view: &ChangeView) -> Change<'_> {
    Change {
        path: view.path.as_str(),
        verdict: view.verdict.as_str(),
        cause: view.cause.as_str(),
        origin: origin(view.origin),
        manager: view.manager.as_deref(),
        operation: view.operation,
        subresource: &view.subresource,
        time: view.time,
        policy: view.policy.as_ref().map(policy),
        ignored_by: view.ignored_by.as_ref().map(|by| IgnoredBy {
            rule: &by.rule,
            reason: &by.reason,
            verdict: by.verdict.as_str(),
        }),
    }
}

fn disposition(view: &DispositionView) -> Disposition<'_> {
    Disposition {
        kind: view.kind.as_str(),
        by: &view.by,
        at: view.at,
        until: view.until,
        reason: &view.reason,
        link: view.link.as_deref(),
    }
}

fn policy(view: &PolicyView) -> Policy<'_> {
    Policy {
        change: view.change.as_str(),
        environment: view.environment.as_deref(),
        verdict: view.verdict.as_str(),
    }
}

fn origin(view: OriginView) -> &'static str {
    match view {
        OriginView::Cluster => "cluster",
        OriginView::Git => "git",
        OriginView::Both => "both",
        OriginView::Controller => "controller",
        OriginView::Default => "default",
        OriginView::Equivalent => "equivalent",
        OriginView::Unknown => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::render;
    use crate::engine::scan_sample;

    fn rendered() -> (String, Value) {
        let text = render(&scan_sample::report()).unwrap();
        let value = serde_json::from_str(&text).unwrap();
        (text, value)
    }

    #[test]
    fn the_report_has_every_field_of_driftline_v1() {
        let (_, report) = rendered();
        assert_eq!(report["schema"], "driftline/v1");
        assert_eq!(report["generated_at"], "2026-11-20T03:13:00Z");
        assert_eq!(
            report["contexts"],
            json!([
                {"name": "prod", "server": "argocd.example.com", "state": "ok"},
                {"name": "dev", "server": "argocd.dev.example.com", "state": "failed", "error": {
                    "title": "Cannot reach argocd.dev.example.com",
                    "detail": "cannot reach argocd.dev.example.com: connection refused",
                    "hint": "Check the address.",
                }},
            ])
        );
        assert_eq!(
            report["summary"],
            json!({"applications": 3, "risky": 1, "needs_review": 0, "harmless": 0, "clean": 1, "cannot_tell": 1,
                   "drifts": 2, "invisible": 1, "ignored": 0})
        );
        assert_eq!(
            report["applications"][2],
            json!({
                "context": "prod", "namespace": "argocd", "name": "checkout", "project": "shop", "cluster": "prod-eu",
                "environment": "production", "sync_status": "Synced", "health": "Healthy", "verdict": "risky",
                "next": {"kind": "next-commit-reverts", "sentence": "The next commit to main reverts it."},
                "revisions": [], "synced_revisions": [], "synced_at": null, "reconciled_at": null,
                "fetched_at": "2026-11-20T03:12:58Z",
                "drifts": [drift("", "ConfigMap", "shop", "limits", "risky"), drift("apps", "Deployment", "shop", "web", "harmless")],
                "invisible": [drift("rbac.authorization.k8s.io", "ClusterRole", "", "reader", "needs-review")],
            })
        );
    }

    fn drift(group: &str, kind: &str, namespace: &str, name: &str, verdict: &str) -> Value {
        json!({
            "group": group, "kind": kind, "namespace": namespace, "name": name, "state": "changed", "verdict": verdict,
            "confidence": "high", "probability": 0.9, "cause": "manual-edit", "rule": "manual-edit", "security_critical": false,
            "reason": "A person changed it with kubectl.", "fingerprint": "0123456789abcdef", "group_key": "ConfigMap /data/a kubectl text", "first_seen": "2026-11-20T03:12:58Z", "times_seen": 1, "flaps": 0,
            "changes": [{
                "path": "/data/limit", "verdict": verdict, "cause": "manual-edit", "origin": "cluster", "manager": "kubectl-edit",
                "operation": "Update", "subresource": "", "time": "2026-11-20T02:13:00Z",
            }],
        })
    }

    #[test]
    fn hostile_text_keeps_its_meaning_and_does_nothing_to_a_terminal() {
        let (text, report) = rendered();
        assert_eq!(
            report["applications"][0]["reason"],
            "ComparisonError: \u{1b}[31mhelm\nfailed \u{202e}txt"
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
        assert!(text.contains("\\u202e"));
    }

    #[test]
    fn applications_come_in_the_order_of_their_identity() {
        let (_, report) = rendered();
        let names: Vec<_> = report["applications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["name"].clone())
            .collect();
        assert_eq!(names, ["broken", "calm", "checkout"]);
    }
}
