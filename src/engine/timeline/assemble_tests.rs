use super::*;
use crate::drift::{Condition, HistoryEntry};
use crate::engine::fixtures::{change, drift, drifted, key, minutes_ago};
use crate::engine::journal::DispositionKind;
use crate::verdict::NextKind;

const NEW: &str = "3f9c2ab7d1e04c5b9a6f8e2d7c1b0a9f8e7d6c5b";
const OLD: &str = "b7e41d0c2a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d";

fn application() -> Application {
    Application::new(key("web"))
}

fn synced(minutes: i64, by: Initiator) -> HistoryEntry {
    HistoryEntry {
        revisions: vec![OLD.to_owned()],
        initiated_by: by,
        deployed_at: Some(minutes_ago(minutes)),
    }
}

fn happened(minutes: Option<i64>, reason: &str) -> ObjectEvent {
    ObjectEvent {
        reason: reason.to_owned(),
        message: "m".to_owned(),
        count: 1,
        at: minutes.map(minutes_ago),
        ..ObjectEvent::default()
    }
}

/// `kind who: text` of every entry.
fn told(parts: &Parts<'_>) -> Vec<String> {
    let line = |entry: TimelineEntry| format!("{:?} {}: {}", entry.kind, entry.who.unwrap_or_default(), entry.text);
    assemble(parts).into_iter().map(line).collect()
}

/// The story of an Application without drift.
fn told_of(application: &Application, events: &[ObjectEvent]) -> Vec<String> {
    told(&Parts {
        application,
        view: &drifted("web", NextKind::Nothing, "", Vec::new()),
        drift: None,
        writes: &[],
        commits: &[],
        events,
    })
}

#[test]
fn a_night_reads_in_order_of_time() {
    let mut finding = drift("ConfigMap", "c", vec![change("/data/a", Some("1"), Some("2"))]);
    finding.times_seen = 2;
    finding.flaps = 1;
    finding.dispositions = vec![DispositionView {
        kind: DispositionKind::Snoozed,
        by: "ann".to_owned(),
        at: minutes_ago(10),
        until: Some(minutes_ago(-60)),
        reason: "asleep".to_owned(),
        link: None,
        seal: Seal,
    }];
    let view = drifted("web", NextKind::Nothing, "", vec![finding]);
    let mut application = application();
    application.history = vec![synced(300, Initiator::Automated)];
    let write = |manager: &str, minutes, fields| Write {
        manager: manager.to_owned(),
        operation: "Update",
        subresource: String::new(),
        time: Some(minutes_ago(minutes)),
        fields,
    };
    let parts = Parts {
        application: &application,
        view: &view,
        drift: view.drifts.first().map(|drift| &**drift),
        writes: &[write("argocd-controller", 300, 5), write("kubectl-edit", 60, 1)],
        commits: &[CommitView {
            revision: NEW.to_owned(),
            source: 0,
            author: "Ann Example".to_owned(),
            at: Some(minutes_ago(30)),
            subject: "raise pool size".to_owned(),
            seal: Seal,
        }],
        events: &[happened(Some(59), "Scaled"), happened(None, "Lost")],
    };
    assert_eq!(
        told(&parts),
        [
            "Event : Lost: m",
            "Sync auto-sync: synced to b7e41d0",
            "Edit argocd-controller: Update: owns 5 fields, none of this drift",
            "Edit kubectl-edit: Update: /data/a",
            "Event : Scaled: m",
            "Seen driftline: first seen on this machine, 2 times since; the resource came back to drift once",
            "Commit Ann Example: 3f9c2ab \"raise pool size\"",
            "Decision ann: snoozed until 2026-11-20 04:13 UTC: asleep",
        ]
    );
}

#[test]
fn an_application_tells_of_all_its_drifts_and_neighbours_by_one_write_are_one_entry() {
    let fields = ["/data/a", "/data/b", "/data/c", "/data/d"];
    let edits = fields.map(|path| change(path, Some("1"), Some("2")));
    let mut scaled = change("/spec/replicas", Some("1"), Some("2"));
    scaled.subresource = "scale".to_owned();
    let mut nobody = change("/spec/paused", None, Some("true"));
    nobody.manager = None;
    let view = drifted(
        "web",
        NextKind::Nothing,
        "",
        vec![
            drift("ConfigMap", "c", edits.to_vec()),
            drift("Deployment", "web", vec![scaled, nobody]),
        ],
    );
    let application = application();
    let parts = Parts {
        application: &application,
        view: &view,
        drift: None,
        writes: &[],
        commits: &[],
        events: &[],
    };
    assert_eq!(
        told(&parts),
        [
            "Edit kubectl-edit: ConfigMap/c: Update: /data/a, /data/b, /data/c and 1 more",
            "Edit kubectl-edit: Deployment/web: Update through /scale: /spec/replicas",
            "Seen driftline: ConfigMap/c: first seen on this machine",
            "Seen driftline: Deployment/web: first seen on this machine",
        ]
    );
}

#[test]
fn the_last_operation_is_told_unless_the_history_has_it() {
    let last = |phase, minutes: i64, message: &str| {
        Some(OperationState {
            phase,
            message: message.to_owned(),
            started_at: Some(minutes_ago(minutes + 1)),
            finished_at: Some(minutes_ago(minutes)),
            revisions: vec![NEW.to_owned()],
            initiated_by: Initiator::User("deploy-bot".to_owned()),
            ..OperationState::default()
        })
    };
    use OperationPhase::{Failed, Running, Succeeded};
    for (why, operation, expected) in [
        ("none", None, None),
        ("in the history", last(Some(Succeeded), 300, "ok"), None),
        (
            "newer",
            last(Some(Succeeded), 5, "ok"),
            Some("Sync deploy-bot: synced to 3f9c2ab"),
        ),
        (
            "failed",
            last(Some(Failed), 5, "one or more objects failed"),
            Some("SyncTrouble deploy-bot: sync to 3f9c2ab failed: one or more objects failed"),
        ),
        (
            "failed as it ended",
            last(Some(Failed), 300, ""),
            Some("SyncTrouble deploy-bot: sync to 3f9c2ab failed"),
        ),
        (
            "runs",
            last(Some(Running), 5, ""),
            Some("SyncTrouble deploy-bot: sync to 3f9c2ab runs since"),
        ),
        (
            "masked",
            last(None, 5, ""),
            Some("SyncTrouble deploy-bot: sync to 3f9c2ab, how it ended is not known"),
        ),
    ] {
        let mut application = application();
        application.history = vec![synced(300, Initiator::Unknown)];
        application.operation = operation;
        let mut told = told_of(&application, &[]);
        let own = told.iter().position(|line| line == "Sync : synced to b7e41d0");
        told.remove(own.unwrap());
        assert_eq!(told.first().map(String::as_str), expected, "{why}");
    }
}

#[test]
fn what_happened_at_one_time_keeps_its_order() {
    let events = ["first", "second", "third"].map(|reason| happened(Some(5), reason));
    assert_eq!(
        told_of(&application(), &events),
        ["Event : first: m", "Event : second: m", "Event : third: m"]
    );
}

#[test]
fn nothing_known_is_an_empty_story() {
    assert_eq!(told_of(&application(), &[]), [] as [String; 0]);
}

#[test]
fn secrets_in_others_words_are_hidden() {
    let secret = "token=ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let mut application = application();
    application.conditions = vec![Condition {
        kind: "SyncError".to_owned(),
        message: secret.to_owned(),
        at: None,
    }];
    application.operation = Some(OperationState {
        phase: Some(OperationPhase::Error),
        message: secret.to_owned(),
        ..OperationState::default()
    });
    let event = ObjectEvent {
        warning: true,
        message: secret.to_owned(),
        ..happened(None, "Failed")
    };
    let told = told_of(&application, &[event]);
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|line| !line.contains("ghp_abc")), "{told:?}");
}
