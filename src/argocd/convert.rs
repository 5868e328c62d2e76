//! From Argo CD's JSON to [`crate::drift`] types: the rules by which its fields combine.

use std::sync::Arc;

use jiff::Timestamp;

use super::wire_types as wire;
use crate::drift::{
    Application, ApplicationKey, Automated, Condition, Destination, Detail, HealthStatus, HistoryEntry, IgnoreDifference,
    Initiator, OperationPhase, OperationState, ResourceKey, ResourceStatus, Source, SyncPolicy, SyncStatus,
};

/// Which answer an Application came in; the same place holds different things in different answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The list with a mask: `operationState.operation.sync` holds the result of the sync.
    MaskedList,
    /// The list without a mask, or the watch.
    Partial,
    /// The single GET.
    Single,
}

/// Converts one Application; `None` when it has no name, which no Kubernetes object lacks.
pub(super) fn application(context: &Arc<str>, from: &wire::Application<'_>, answer: Answer) -> Option<Application> {
    if from.metadata.name.as_str().is_empty() {
        return None;
    }
    let key = ApplicationKey::new(context.clone(), from.metadata.namespace.as_str(), from.metadata.name.as_str());
    let mut application = Application::new(key);
    application.labels = from.metadata.labels.clone();
    application.skip_reconcile = from.metadata.annotations.skip_reconcile;
    application.refresh_pending = from.metadata.annotations.refresh;
    application.deletion_requested_at = time(&from.metadata.deletion_timestamp);
    application.resource_version = from.metadata.resource_version.to_owned();
    application.operation_requested = from.operation.is_some();
    if let Some(spec) = &from.spec {
        set_spec(&mut application, spec);
    }
    set_status(&mut application, &from.status, answer);
    if answer == Answer::Single {
        application.detail = Detail::Full;
        application.ignore_differences = from
            .spec
            .iter()
            .flat_map(|spec| &spec.ignore_differences)
            .map(ignore_difference)
            .collect();
        let entries = from.status.history.iter();
        application.history = entries
            .map(|entry| HistoryEntry {
                revisions: revisions(&entry.revision, &entry.revisions),
                initiated_by: initiator(&entry.initiated_by),
                deployed_at: time(&entry.deployed_at),
            })
            .collect();
        application.resources = from.status.resources.iter().map(resource_status).collect();
    }
    Some(application)
}

fn set_spec(application: &mut Application, spec: &wire::Spec<'_>) {
    if !spec.project.as_str().is_empty() {
        application.project = spec.project.to_owned();
    }
    application.destination = Destination {
        server: spec.destination.server.to_owned(),
        name: spec.destination.name.to_owned(),
        namespace: spec.destination.namespace.to_owned(),
    };
    application.hydrated = spec.source_hydrator.is_some();
    application.sources = effective_sources(spec);
    application.sync_policy = SyncPolicy {
        automated: spec
            .sync_policy
            .automated
            .as_ref()
            .filter(|automated| automated.enabled != Some(false))
            .map(|automated| Automated {
                prune: automated.prune,
                self_heal: automated.self_heal,
            }),
        options: texts(&spec.sync_policy.sync_options),
    };
}

/// The hydrator's sync source wins over `sources`, which wins over `source` when it is not empty.
fn effective_sources(spec: &wire::Spec<'_>) -> Vec<Source> {
    if let Some(hydrator) = &spec.source_hydrator {
        let sync = &hydrator.sync_source;
        let repo_url = if sync.repo_url.as_str().is_empty() {
            &hydrator.dry_source.repo_url
        } else {
            &sync.repo_url
        };
        return vec![Source {
            repo_url: repo_url.to_owned(),
            path: sync.path.to_owned(),
            chart: String::new(),
            target_revision: sync.target_branch.to_owned(),
            reference: String::new(),
        }];
    }
    let listed = spec.sources.iter();
    let single = spec.source.iter().filter(|_| spec.sources.is_empty());
    listed
        .chain(single)
        .map(|source| Source {
            repo_url: source.repo_url.to_owned(),
            path: source.path.to_owned(),
            chart: source.chart.to_owned(),
            target_revision: source.target_revision.to_owned(),
            reference: source.reference.to_owned(),
        })
        .collect()
}

fn set_status(application: &mut Application, status: &wire::Status<'_>, answer: Answer) {
    application.sync_status = SyncStatus::parse(status.sync.status.as_str());
    application.revisions = revisions(&status.sync.revision, &status.sync.revisions);
    application.health = HealthStatus::parse(status.health.status.as_str());
    application.health_message = status.health.message.to_owned();
    application.reconciled_at = time(&status.reconciled_at);
    application.conditions = status
        .conditions
        .iter()
        .map(|condition| Condition {
            kind: condition.kind.to_owned(),
            message: condition.message.to_owned(),
            at: time(&condition.last_transition_time),
        })
        .collect();
    application.operation = status.operation_state.as_ref().map(|state| operation(state, answer));
}

fn operation(state: &wire::OperationState<'_>, answer: Answer) -> OperationState {
    let asked = &state.operation.sync;
    let synced = match (&state.sync_result, answer) {
        (Some(result), _) => revisions(&result.revision, &result.revisions),
        (None, Answer::MaskedList) => revisions(&asked.revision, &asked.revisions),
        // What was asked for is not what was synced.
        (None, Answer::Partial | Answer::Single) => Vec::new(),
    };
    OperationState {
        phase: OperationPhase::parse(state.phase.as_str()),
        message: state.message.to_owned(),
        started_at: time(&state.started_at),
        finished_at: time(&state.finished_at),
        revisions: synced,
        self_heal_attempts: count(asked.auto_heal_attempts_count),
        retry_count: count(state.retry_count),
        initiated_by: initiator(&state.operation.initiated_by),
    }
}

fn initiator(from: &wire::Initiator<'_>) -> Initiator {
    match (from.automated, from.username.as_str()) {
        (true, _) => Initiator::Automated,
        (false, "") => Initiator::Unknown,
        (false, _) => Initiator::User(from.username.to_owned()),
    }
}

fn resource_status(resource: &wire::Resource<'_>) -> ResourceStatus {
    let word = |text: &wire::Text<'_>| (!text.as_str().is_empty()).then(|| text.to_owned());
    ResourceStatus {
        key: ResourceKey::new(
            resource.group.as_str(),
            resource.kind.as_str(),
            resource.namespace.as_str(),
            resource.name.as_str(),
        ),
        status: word(&resource.status).map(|status| SyncStatus::parse(&status)),
        hook: resource.hook,
        requires_pruning: resource.requires_pruning,
        health: word(&resource.health.status).map(|health| HealthStatus::parse(&health)),
    }
}

fn ignore_difference(rule: &wire::IgnoreDifference<'_>) -> IgnoreDifference {
    IgnoreDifference {
        group: rule.group.to_owned(),
        kind: rule.kind.to_owned(),
        name: rule.name.to_owned(),
        namespace: rule.namespace.to_owned(),
        json_pointers: texts(&rule.json_pointers),
        jq_path_expressions: texts(&rule.jq_path_expressions),
        managed_fields_managers: texts(&rule.managed_fields_managers),
    }
}

/// The list, which multi-source Applications have (an empty `revision` beside it), else the one; empty when not known.
fn revisions(one: &wire::Text<'_>, many: &[wire::Text<'_>]) -> Vec<String> {
    if !many.is_empty() {
        return texts(many);
    }
    if one.as_str().is_empty() {
        Vec::new()
    } else {
        vec![one.to_owned()]
    }
}

fn texts(from: &[wire::Text<'_>]) -> Vec<String> {
    from.iter().map(wire::Text::to_owned).collect()
}

/// A time that is none is not known: an odd clock must not cost the whole Application.
fn time(text: &wire::Text<'_>) -> Option<Timestamp> {
    text.as_str().parse().ok()
}

fn count(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
