//! What happens next to an object that differs, where that is not what happens to its Application.

use super::{Next, NextKind, acts_by_itself, has, next};
use crate::drift::Pointer;
use crate::drift::origin::Origin;
use crate::kubernetes::field::Field;
use crate::kubernetes::immutable::is_immutable;
use crate::verdict::Verdict;
use crate::verdict::declared::hidden_by_ignores;
use crate::verdict::evidence::Evidence;
use crate::verdict::judge::Judgement;

/// What happens next to an object that both sides have, where a sync does something else to it than writing Git's values
/// over what differs; `None` where it does just that. The facts are those of Argo CD's own sync (`gitops-engine`,
/// `sync_context.go: applyObject`; `controller/sync.go`).
pub fn next_of_changed(evidence: &Evidence<'_>, judgement: &Judgement<'_>) -> Option<Next> {
    let of_application = next(evidence.application);
    if matches!(of_application.kind, NextKind::Nothing | NextKind::Unknown) {
        return None;
    }
    let options = SyncOptions::of(evidence);
    let mut notes = Vec::new();
    if let Some(path) = cannot_be_changed(evidence, judgement) {
        if !options.recreates_what_cannot_be_changed() {
            let kind = if acts_by_itself(of_application.kind) {
                NextKind::Held
            } else {
                of_application.kind
            };
            let sentence =
                format!("{path} cannot be changed on an object that exists: a sync fails on it until the object is deleted");
            return Some(Next::new(kind, sentence));
        }
        notes.push(format!(
            "Force=true: as {path} cannot be changed, the sync deletes the object and creates it anew"
        ));
    } else if options.replaces() {
        notes.push(if options.force && !never_deleted(evidence) {
            "Replace=true and Force=true: the sync deletes the object and creates it anew".to_owned()
        } else {
            "Replace=true: the sync replaces the whole object, and what was added in the cluster goes with it".to_owned()
        });
    }
    let both = judgement.fields.iter().filter(|field| field.origin == Origin::Both);
    if let Some(fields) = names(both.map(|field| field.difference.path.as_str())) {
        notes.push(format!(
            "Git has moved at {fields} too: the sync overwrites this edit with the newer value"
        ));
    }
    if !evidence.application.sync_policy.has_option("RespectIgnoreDifferences=true") {
        let hidden = hidden_by_ignores(evidence);
        if let Some(fields) = names(hidden.iter().map(Pointer::as_str)) {
            notes.push(format!(
                "the sync also overwrites {fields}, which ignoreDifferences hides (RespectIgnoreDifferences is not set)"
            ));
        }
    }
    (!notes.is_empty()).then(|| {
        Next::new(
            of_application.kind,
            format!("{}; {}", of_application.sentence, notes.join("; ")),
        )
    })
}

/// The first few of these names, and how many there are besides; `None` without any.
fn names<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut text = names.next()?.to_owned();
    if let Some(second) = names.next() {
        text = format!("{text}, {second}");
    }
    let others = names.count();
    Some(if others > 0 {
        format!("{text} and {others} more fields")
    } else {
        text
    })
}

/// A field that differs in meaning and that the API server does not let anybody change.
fn cannot_be_changed<'j>(evidence: &Evidence<'_>, judgement: &'j Judgement<'_>) -> Option<&'j str> {
    let live = evidence.raw_live.or(evidence.live)?;
    judgement
        .fields
        .iter()
        // What the server filled in or spells otherwise is not changed by a sync.
        .filter(|field| field.verdict > Verdict::Harmless && field.difference.desired.is_some())
        .find(|field| {
            let place = Field::new(&evidence.resource.kind, field.difference.path.segments());
            is_immutable(&evidence.resource.group, &evidence.resource.kind, &place, live)
        })
        .map(|field| field.difference.path.as_str())
}

/// Argo CD does not delete these to replace them: everything inside would go too.
fn never_deleted(evidence: &Evidence<'_>) -> bool {
    matches!(evidence.resource.kind.as_str(), "Namespace" | "CustomResourceDefinition")
}

/// Options of the Application and of the object that say how it is written.
struct SyncOptions {
    replace: bool,
    force: bool,
    server_side: bool,
}

impl SyncOptions {
    fn of(evidence: &Evidence<'_>) -> Self {
        let application = |option| evidence.application.sync_policy.has_option(option);
        let annotated = |option: &str| {
            [evidence.target, evidence.raw_live].into_iter().flatten().any(|object| {
                let options = object.pointer("/metadata/annotations/argocd.argoproj.io~1sync-options");
                options
                    .and_then(|options| options.as_str())
                    .is_some_and(|options| has(options, option))
            })
        };
        Self {
            replace: application("Replace=true") || annotated("Replace=true"),
            // Only objects carry it: for an Application it is a word of one single sync.
            force: annotated("Force=true"),
            server_side: (application("ServerSideApply=true") || annotated("ServerSideApply=true"))
                && !annotated("ServerSideApply=false"),
        }
    }

    fn replaces(&self) -> bool {
        self.replace
    }

    /// A forced client-side apply falls back to it; a server-side apply only takes fields from others.
    fn recreates_what_cannot_be_changed(&self) -> bool {
        self.force && (self.replace || !self.server_side)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::application;
    use super::*;
    use crate::drift::{Application, Automated, IgnoreDifference, SyncWindowState};
    use crate::verdict::judge;
    use crate::verdict::rules::fixture::Fixture;

    fn self_healing(change: impl FnOnce(&mut Application)) -> Application {
        application(|a| {
            a.sync_policy.automated = Some(Automated {
                prune: true,
                self_heal: true,
            });
            a.sync_windows = SyncWindowState::Open { until: None };
            change(a);
        })
    }

    fn next_of(fixture: Fixture, application: Application) -> Option<(NextKind, String)> {
        fixture.application(application).with(|evidence| {
            let next = next_of_changed(evidence, &judge(evidence).unwrap())?;
            Some((next.kind, next.sentence.into_owned()))
        })
    }

    fn annotated(options: &str, mut object: Value) -> Value {
        object["metadata"]["annotations"] = json!({"argocd.argoproj.io/sync-options": options});
        object
    }

    /// A Deployment that a person edited.
    fn deployment(options: &str, target: Value, live: Value) -> Fixture {
        Fixture::of("Deployment")
            .group("apps")
            .target(annotated(options, target))
            .live(annotated(options, live))
            .by("kubectl-edit")
    }

    #[test]
    fn what_differs_is_written_over_and_there_is_no_more_to_say() {
        let paused = || {
            deployment(
                "Validate=false",
                json!({"spec": {"paused": false}}),
                json!({"spec": {"paused": true}}),
            )
        };
        assert_eq!(next_of(paused(), self_healing(|_| {})), None);
        assert_eq!(next_of(paused(), application(|_| {})), None);
    }

    #[test]
    fn a_sync_fails_on_what_cannot_be_changed_unless_it_may_delete() {
        let selector = |options: &str| {
            let with = |app: &str| json!({"spec": {"selector": {"matchLabels": {"app": app}}}});
            deployment(options, with("b"), with("a"))
        };
        let server_side = |a: &mut Application| a.sync_policy.options = vec!["ServerSideApply=true".to_owned()];
        let fails = "/spec/selector/matchLabels/app cannot be changed on an object that exists: a sync fails on it until the object \
                     is deleted";
        let anew = "self-heal on: Argo CD undoes it within seconds; Force=true: as /spec/selector/matchLabels/app cannot be \
                    changed, the sync deletes the object and creates it anew";
        for (why, options, application, expected) in [
            ("held, as the sync fails", "", self_healing(|_| {}), (NextKind::Held, fails)),
            (
                "a person's sync fails too",
                "",
                application(|_| {}),
                (NextKind::StaysUntilSynced, fails),
            ),
            (
                "replacing is an update too",
                "Replace=true",
                self_healing(|_| {}),
                (NextKind::Held, fails),
            ),
            (
                "forced",
                "Force=true",
                self_healing(|_| {}),
                (NextKind::SelfHealReverts, anew),
            ),
            (
                "a forced server-side apply deletes nothing",
                "Force=true",
                self_healing(server_side),
                (NextKind::Held, fails),
            ),
            (
                "the object opts out of it",
                "Force=true,ServerSideApply=false",
                self_healing(server_side),
                (NextKind::SelfHealReverts, anew),
            ),
        ] {
            let next = next_of(selector(options), application).unwrap();
            assert_eq!((next.0, next.1.as_str()), expected, "{why}");
        }
    }

    #[test]
    fn what_the_server_filled_in_makes_no_sync_fail() {
        let claim = |mode: Option<&str>| {
            let mut spec = json!({"storageClassName": "fast"});
            if let Some(mode) = mode {
                spec["volumeMode"] = json!(mode);
            }
            json!({"spec": spec})
        };
        let filled = Fixture::of("PersistentVolumeClaim")
            .target(claim(None))
            .live(claim(Some("Filesystem")));
        assert_eq!(next_of(filled, self_healing(|_| {})), None);
    }

    #[test]
    fn replacing_takes_additions_along_and_forcing_deletes() {
        let paused = |options: &str| deployment(options, json!({"spec": {"paused": false}}), json!({"spec": {"paused": true}}));
        let says = |options: &str, of_application: &[&str]| {
            let of_application = of_application.iter().map(|&option| option.to_owned()).collect();
            let next = next_of(paused(options), self_healing(|a| a.sync_policy.options = of_application));
            next.map(|(_, sentence)| sentence).unwrap_or_default()
        };
        for (options, of_application, expected) in [
            ("Replace=true", &[][..], "replaces the whole object"),
            ("Validate=false", &["Replace=true"], "replaces the whole object"),
            ("Replace=true, Force=true", &[], "deletes the object and creates it anew"),
            ("Replace=false", &[], ""),
            ("Force=true", &[], ""),
            ("Validate=false", &["Replace=false"], ""),
        ] {
            let sentence = says(options, of_application);
            assert!(sentence.contains(expected), "{options}, {of_application:?}: {sentence}");
            assert_eq!(
                sentence.is_empty(),
                expected.is_empty(),
                "{options}, {of_application:?}: {sentence}"
            );
        }
    }

    #[test]
    fn an_edit_that_git_moves_too_is_told_from_one_that_it_does_not_touch() {
        let hotfix = |git: &str| {
            let with = |value: &str| json!({"data": {"LIMIT": value}});
            Fixture::of("ConfigMap")
                .target(with(git))
                .live(with("9"))
                .last_applied(with("1"))
                .by("kubectl-edit")
        };
        let (kind, sentence) = next_of(hotfix("2"), self_healing(|_| {})).unwrap();
        assert_eq!(kind, NextKind::SelfHealReverts);
        assert!(sentence.contains("Git has moved at /data/LIMIT too"), "{sentence}");
        assert_eq!(next_of(hotfix("1"), self_healing(|_| {})), None);
    }

    #[test]
    fn what_is_ignored_is_written_all_the_same_unless_it_is_respected() {
        let scaled = |replicas: Value| {
            let with = |paused: bool, replicas: Value| json!({"spec": {"paused": paused, "replicas": replicas}});
            deployment("Validate=false", with(false, replicas), with(true, json!(7)))
        };
        let ignoring = |pointer: &str, jq: &str, options: &[&str]| {
            let mut ignore = IgnoreDifference {
                group: "apps".to_owned(),
                kind: "Deployment".to_owned(),
                ..IgnoreDifference::default()
            };
            ignore.json_pointers.extend((!pointer.is_empty()).then(|| pointer.to_owned()));
            ignore.jq_path_expressions.extend((!jq.is_empty()).then(|| jq.to_owned()));
            self_healing(|a| {
                a.ignore_differences = vec![ignore];
                a.sync_policy.options = options.iter().map(|&option| option.to_owned()).collect();
            })
        };
        let replicas = "also overwrites /spec/replicas, which ignoreDifferences hides";
        for (why, git, application, expected) in [
            ("a pointer", json!(3), ignoring("/spec/replicas", "", &[]), replicas),
            ("a jq path", json!(3), ignoring("", ".spec.replicas", &[]), replicas),
            (
                "respected",
                json!(3),
                ignoring("/spec/replicas", "", &["RespectIgnoreDifferences=true"]),
                "",
            ),
            ("equal", json!(7), ignoring("/spec/replicas", "", &[]), ""),
            ("another field", json!(3), ignoring("/spec/strategy", "", &[]), ""),
        ] {
            let sentence = next_of(scaled(git), application)
                .map(|(_, sentence)| sentence)
                .unwrap_or_default();
            assert!(sentence.contains(expected), "{why}: {sentence}");
            assert_eq!(sentence.is_empty(), expected.is_empty(), "{why}: {sentence}");
        }
        let unset = deployment(
            "Validate=false",
            json!({"spec": {"paused": false}}),
            json!({"spec": {"paused": true, "replicas": 7}}),
        );
        let application = ignoring("/spec/replicas", "", &[]);
        assert_eq!(next_of(unset, application), None, "Git does not set it");
    }
}
