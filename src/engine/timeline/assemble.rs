//! Puts the parts of a story in order of time. Pure.

use jiff::Timestamp;

use super::{TimelineEntry, TimelineKind};
use crate::drift::happening::is_commit;
use crate::drift::{Application, Initiator, ObjectEvent, OperationPhase, OperationState};
use crate::engine::commits::CommitView;
use crate::engine::shelf::Write;
use crate::engine::view::{ApplicationView, ChangeView, DispositionView, DriftView, Seal};
use crate::redact::text;

/// So many syncs of the history are shown, the newest.
const MOST_SYNCS: usize = 30;
/// So many fields of an edit are named.
const MOST_FIELDS: usize = 3;

/// What the story is put together from.
pub(super) struct Parts<'a> {
    /// The Application in full.
    pub application: &'a Application,
    /// As it is shown.
    pub view: &'a ApplicationView,
    /// The drift whose story it is; `None` for the Application's.
    pub drift: Option<&'a DriftView>,
    /// Who wrote to the drifted resource.
    pub writes: &'a [Write],
    /// Commits that were told.
    pub commits: &'a [CommitView],
    /// Kubernetes events.
    pub events: &'a [ObjectEvent],
}

/// Everything that happened, in order of time; of one time as the parts have it.
pub(super) fn assemble(parts: &Parts<'_>) -> Vec<TimelineEntry> {
    let mut entries: Vec<TimelineEntry> = parts.commits.iter().map(commit).collect();
    entries.extend(syncs(parts.application));
    entries.extend(conditions(parts.application));
    match parts.drift {
        Some(drift) => {
            entries.extend(writes(parts.writes, drift));
            entries.extend(memory(drift, ""));
        }
        None => {
            for drift in parts.view.findings() {
                let on = format!("{}: ", drift.key.resource.short());
                entries.extend(changes(drift, &on));
                entries.extend(memory(drift, &on));
            }
        }
    }
    entries.extend(parts.events.iter().map(event));
    entries.sort_by_key(|entry| entry.at);
    entries
}

fn entry(at: Option<Timestamp>, kind: TimelineKind, who: &str, said: &str) -> TimelineEntry {
    TimelineEntry {
        at,
        kind,
        who: (!who.is_empty()).then(|| text::redact(who).into_owned()),
        text: text::redact(said).into_owned(),
        seal: Seal,
    }
}

fn commit(commit: &CommitView) -> TimelineEntry {
    let said = format!("{} \"{}\"", short(std::slice::from_ref(&commit.revision)), commit.subject);
    entry(commit.at, TimelineKind::Commit, &commit.author, &said)
}

/// The history, and the last operation where it is none of it: what failed or still runs.
fn syncs(application: &Application) -> Vec<TimelineEntry> {
    let older = application.history.len().saturating_sub(MOST_SYNCS);
    let mut syncs: Vec<TimelineEntry> = application
        .history
        .iter()
        .skip(older)
        .map(|synced| {
            let said = format!("synced to {}", short(&synced.revisions));
            entry(
                synced.deployed_at,
                TimelineKind::Sync,
                &initiator(&synced.initiated_by),
                &said,
            )
        })
        .collect();
    let last = application.operation.as_ref().filter(|last| {
        let recorded = |at| at == last.finished_at && last.phase == Some(OperationPhase::Succeeded);
        !application.history.iter().any(|synced| recorded(synced.deployed_at))
    });
    syncs.extend(last.map(operation));
    syncs
}

fn operation(last: &OperationState) -> TimelineEntry {
    let to = match last.revisions.as_slice() {
        [] => String::new(),
        revisions => format!(" to {}", short(revisions)),
    };
    let (kind, at, what) = match last.phase {
        Some(OperationPhase::Succeeded) => (TimelineKind::Sync, last.finished_at, format!("synced{to}")),
        Some(OperationPhase::Failed | OperationPhase::Error) => {
            (TimelineKind::SyncTrouble, last.finished_at, format!("sync{to} failed"))
        }
        Some(OperationPhase::Running) => (TimelineKind::SyncTrouble, last.started_at, format!("sync{to} runs since")),
        Some(OperationPhase::Terminating) => (
            TimelineKind::SyncTrouble,
            last.started_at,
            format!("sync{to} is being stopped"),
        ),
        None => (
            TimelineKind::SyncTrouble,
            last.finished_at,
            format!("sync{to}, how it ended is not known"),
        ),
    };
    let said = match (kind, last.message.is_empty()) {
        (TimelineKind::SyncTrouble, false) => format!("{what}: {}", last.message),
        _ => what,
    };
    entry(at, kind, &initiator(&last.initiated_by), &said)
}

fn initiator(by: &Initiator) -> String {
    match by {
        Initiator::Automated => "auto-sync".to_owned(),
        Initiator::User(name) => name.clone(),
        Initiator::Unknown => String::new(),
    }
}

fn conditions(application: &Application) -> impl Iterator<Item = TimelineEntry> {
    application.conditions.iter().map(|condition| {
        let said = format!("{}: {}", condition.kind, condition.message);
        entry(condition.at, TimelineKind::Warning, "", &said)
    })
}

/// What each manager wrote last, and which of it is this drift.
fn writes(writes: &[Write], drift: &DriftView) -> Vec<TimelineEntry> {
    if writes.is_empty() {
        return changes(drift, "");
    }
    let edit = |write: &Write| {
        let mine: Vec<&ChangeView> = drift
            .changes
            .iter()
            .filter(|change| {
                change.manager.as_deref() == Some(write.manager.as_str())
                    && change.operation == Some(write.operation)
                    && change.subresource == write.subresource
                    && change.time == write.time
            })
            .collect();
        let what = if mine.is_empty() {
            let fields = if write.fields == 1 { "field" } else { "fields" };
            format!("owns {} {fields}, none of this drift", write.fields)
        } else {
            named(&mine)
        };
        let how = how(write.operation, &write.subresource);
        entry(write.time, TimelineKind::Edit, &write.manager, &format!("{how}: {what}"))
    };
    writes.iter().map(edit).collect()
}

/// The edits that the changes of a drift tell of, neighbours by one write together.
fn changes(drift: &DriftView, on: &str) -> Vec<TimelineEntry> {
    let by = |change: &ChangeView| {
        let manager = change.manager.clone()?;
        Some((change.time, manager, change.operation, change.subresource.clone()))
    };
    let mut edits: Vec<(_, Vec<&ChangeView>)> = Vec::new();
    for change in &drift.changes {
        let Some(by) = by(change) else { continue };
        match edits.iter_mut().find(|(other, _)| *other == by) {
            Some((_, changes)) => changes.push(change),
            None => edits.push((by, vec![change])),
        }
    }
    let edit = |((time, manager, operation, subresource), changes): ((_, String, Option<&str>, String), Vec<&ChangeView>)| {
        let how = how(operation.unwrap_or("wrote"), &subresource);
        entry(time, TimelineKind::Edit, &manager, &format!("{on}{how}: {}", named(&changes)))
    };
    edits.into_iter().map(edit).collect()
}

fn how(operation: &str, subresource: &str) -> String {
    match subresource {
        "" => operation.to_owned(),
        subresource => format!("{operation} through /{subresource}"),
    }
}

/// `/data/a, /data/b and 3 more`.
fn named(changes: &[&ChangeView]) -> String {
    let named: Vec<&str> = changes.iter().take(MOST_FIELDS).map(|change| change.path.as_str()).collect();
    let more = changes.len().saturating_sub(MOST_FIELDS);
    let named = named.join(", ");
    if more == 0 {
        named
    } else {
        format!("{named} and {more} more")
    }
}

/// What this machine saw and what people decided.
fn memory(drift: &DriftView, on: &str) -> Vec<TimelineEntry> {
    let mut said = format!("{on}first seen on this machine");
    if drift.times_seen > 1 {
        said.push_str(&format!(", {} times since", drift.times_seen));
    }
    match drift.flaps {
        0 => {}
        1 => said.push_str("; the resource came back to drift once"),
        flaps => said.push_str(&format!("; the resource came back to drift {flaps} times")),
    }
    let seen = entry(Some(drift.first_seen), TimelineKind::Seen, "driftline", &said);
    let decided = drift.dispositions.iter().map(|decision| decided(decision, on));
    std::iter::once(seen).chain(decided).collect()
}

fn decided(decision: &DispositionView, on: &str) -> TimelineEntry {
    let mut said = format!("{on}{}", decision.kind.as_str());
    if let Some(until) = decision.until {
        said.push_str(&format!(" until {}", until.strftime("%Y-%m-%d %H:%M UTC")));
    }
    if !decision.reason.is_empty() {
        said.push_str(&format!(": {}", decision.reason));
    }
    if let Some(link) = &decision.link {
        said.push_str(&format!(" ({link})"));
    }
    entry(Some(decision.at), TimelineKind::Decision, &decision.by, &said)
}

fn event(event: &ObjectEvent) -> TimelineEntry {
    let kind = match event.warning {
        true => TimelineKind::Warning,
        false => TimelineKind::Event,
    };
    let times = match event.count {
        0 | 1 => String::new(),
        count => format!(" ({count} times)"),
    };
    entry(
        event.at,
        kind,
        &event.source,
        &format!("{}: {}{times}", event.reason, event.message),
    )
}

/// First seven characters of commits; anything else is short anyway.
pub(super) fn short(revisions: &[String]) -> String {
    let short = |revision: &String| match is_commit(revision) {
        true => revision.get(..7).unwrap_or(revision).to_owned(),
        false => text::redact(revision).into_owned(),
    };
    revisions.iter().map(short).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
