//! A redacted view as evidence for people who read it elsewhere. Times are absolute: a body is read days later.

use jiff::Timestamp;

use crate::drift::ApplicationIdentity;
use crate::engine::commits::GitSide;
use crate::engine::document::DriftDocument;
use crate::engine::view::{ApplicationView, ChangeView, DriftView, RedactedValue};
use crate::plan::{ChangedField, Evidence, difference, moment};

/// What is known of a drift besides its view.
pub(super) struct Surroundings<'a> {
    /// The server's identity, which leaves this machine.
    pub(super) server: &'a str,
    /// Both sides, as Argo CD compares them.
    pub(super) document: &'a DriftDocument,
    /// What Git says of the revisions that are compared with.
    pub(super) git: &'a GitSide,
    /// Its page in Argo CD.
    pub(super) page: Option<String>,
    /// When it was read.
    pub(super) read_at: Timestamp,
}

pub(super) fn evidence(view: &ApplicationView, drift: &DriftView, around: &Surroundings<'_>) -> Evidence {
    let next = drift.next.as_ref().unwrap_or(&view.next);
    Evidence {
        application: ApplicationIdentity {
            server: around.server.to_owned(),
            namespace: view.key.namespace.to_string(),
            name: view.key.name.to_string(),
        },
        project: view.project.to_string(),
        cluster: view.cluster.to_string(),
        environment: view.environment.to_string(),
        resource: drift.key.resource.clone(),
        state: drift.state,
        invisible: drift.key.invisible,
        fingerprint: drift.fingerprint.clone(),
        verdict: drift.verdict,
        confidence: drift.confidence,
        cause: drift.cause,
        rule: drift.rule,
        reason: drift.reason.clone(),
        next: next.sentence.to_string(),
        git: git(view, around.git),
        changes: drift.changes.iter().map(changed_field).collect(),
        difference: difference(around.document.desired.as_str(), around.document.live.as_str()),
        first_seen: drift.first_seen,
        since: drift.since,
        flaps: drift.flaps,
        page: around.page.clone(),
        read_at: around.read_at,
    }
}

fn git(view: &ApplicationView, git: &GitSide) -> Vec<String> {
    let mut lines: Vec<String> = git
        .commits
        .iter()
        .map(|commit| {
            let branch = view
                .target_revisions
                .get(commit.source)
                .map_or("HEAD", |branch| match branch.as_str() {
                    "" => "HEAD",
                    branch => branch,
                });
            let at = commit.at.map(moment).unwrap_or_default();
            format!(
                "{branch}@{}, {at}, {}: \"{}\"",
                commit.revision, commit.author, commit.subject
            )
        })
        .collect();
    if lines.is_empty() && !view.revisions.is_empty() {
        lines.push(format!("compared with {}", view.revisions.join(", ")));
    }
    if !view.synced_revisions.is_empty() {
        let at = view.synced_at.map(|at| format!(" on {}", moment(at))).unwrap_or_default();
        lines.push(format!("last synced to {}{at}", view.synced_revisions.join(", ")));
    }
    if let Some(failed) = &view.failed_sync {
        lines.push(format!("the last sync failed: {}", failed.message));
    }
    lines
}

fn changed_field(change: &ChangeView) -> ChangedField {
    let value = |value: &Option<RedactedValue>| value.as_ref().map(|value| value.as_str().to_owned());
    let who = change.manager.as_ref().map(|manager| {
        let mut parts = vec![manager.to_string()];
        parts.extend(change.operation.map(str::to_owned));
        if !change.subresource.is_empty() {
            parts.push(format!("through /{}", change.subresource));
        }
        parts.join(" · ")
    });
    ChangedField {
        path: change.path.as_str().to_owned(),
        verdict: change.verdict,
        desired: value(&change.desired),
        live: value(&change.live),
        who,
        when: change.time,
        whose_move: change.origin.in_words(),
        ignored_by: change
            .ignored_by
            .as_ref()
            .map(|ignored| format!("{}: {}", ignored.rule, ignored.reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;
    use crate::engine::view::Seal;

    #[test]
    fn the_evidence_is_the_view_with_absolute_times_and_the_servers_identity() {
        let view = fixtures::payments_api();
        let drift = &view.drifts[0];
        let document = fixtures::document(drift);
        let git = GitSide {
            commits: Vec::new(),
            not_told: None,
            seal: Seal,
        };
        let evidence = evidence(
            &view,
            drift,
            &Surroundings {
                server: "https://argocd.example.com",
                document: &document,
                git: &git,
                page: None,
                read_at: fixtures::now(),
            },
        );
        assert_eq!(evidence.application.server, "https://argocd.example.com");
        assert_eq!(evidence.fingerprint, drift.fingerprint);
        assert_eq!(
            evidence.git,
            [
                "compared with 3f9c2ab7d1e04c5b9a6f8e2d7c1b0a9f8e7d6c5b",
                "last synced to 3f9c2ab7d1e04c5b9a6f8e2d7c1b0a9f8e7d6c5b on 2026-11-08 03:13 UTC"
            ]
        );
        assert!(
            evidence
                .difference
                .contains("-  MAX_CONNECTIONS: \"100\"\n+  MAX_CONNECTIONS: \"400\"\n"),
            "{}",
            evidence.difference
        );
        assert_eq!(evidence.changes[0].whose_move, "edited in the cluster");
    }
}
