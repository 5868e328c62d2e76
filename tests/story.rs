//! What a scan says of a recording, against the recording's story: what was really done to the clusters.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail the test")]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use driftline::demo::Recording;
use driftline::engine::scan::ScanScope;
use driftline::engine::view::{ApplicationView, DriftView};
use serde_json::Value;

/// The recording that the tests run on: `DRIFTLINE_RECORDINGS`, else the built-in one.
fn recording() -> Arc<Recording> {
    let folder = std::env::var_os("DRIFTLINE_RECORDINGS")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from);
    Arc::new(
        folder
            .map_or_else(Recording::built_in, |folder| Recording::from_dir(&folder))
            .unwrap(),
    )
}

/// The story of a recording.
fn story(recording: &Recording) -> Value {
    serde_json::from_slice(recording.file("story.json").unwrap()).unwrap()
}

/// `name` in the control plane's namespace, `namespace/name` elsewhere: as the story spells it.
fn application_key(view: &ApplicationView) -> String {
    if &*view.key.namespace == "argocd" {
        view.key.name.to_string()
    } else {
        view.key.to_string()
    }
}

fn word(verdict: &str) -> &'static str {
    match verdict {
        "RISKY" => "risky",
        "NEEDS_REVIEW" => "needs-review",
        "HARMLESS" => "harmless",
        "CLEAN" => "clean",
        "CANNOT_TELL" => "cannot-tell",
        other => panic!("the story has a verdict {other}"),
    }
}

#[derive(Default)]
struct Score {
    resources: usize,
    verdicts: usize,
    actors: usize,
    actors_right: usize,
    applications: usize,
    applications_right: usize,
    /// What must never differ: resources, states, path sets.
    wrong: Vec<String>,
    /// Verdicts and actors that differ.
    off: Vec<String>,
}

impl Score {
    fn resource(&mut self, application: &str, want: &Value, got: Option<&DriftView>) {
        let resource = want["resource"].as_str().unwrap();
        let expected = &want["expected"];
        if expected["verdict"] == "UNKNOWN" {
            return;
        }
        self.resources += 1;
        let Some(got) = got else {
            return self.wrong.push(format!("{application} {resource}: not found"));
        };
        if got.state.as_str() != want["state"] {
            self.wrong.push(format!(
                "{application} {resource}: {} instead of {}",
                got.state.as_str(),
                want["state"]
            ));
        }
        if want["state"] == "changed" {
            let paths: BTreeSet<&str> = got.changes.iter().map(|c| c.path.as_str()).collect();
            let wanted: BTreeSet<&str> = want["paths"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p.as_str().unwrap())
                .collect();
            if paths != wanted {
                self.wrong
                    .push(format!("{application} {resource}: {paths:?} instead of {wanted:?}"));
            }
            self.actor(application, resource, expected, got);
        }
        let verdict = word(expected["verdict"].as_str().unwrap());
        let opposite = |a, b| (a == "risky" && b == "harmless") || (a == "harmless" && b == "risky");
        // Two readers of the policy may differ where the story says so: any answer but the opposite end counts.
        let fits = got.verdict.as_str() == verdict || (expected["unclear"] == true && !opposite(got.verdict.as_str(), verdict));
        if fits {
            self.verdicts += 1;
        } else {
            self.off.push(format!(
                "{application} {resource}: {} ({}), the story {verdict} ({}): {}",
                got.verdict, got.cause, expected["cause"], got.reason
            ));
        }
    }

    fn actor(&mut self, application: &str, resource: &str, expected: &Value, got: &DriftView) {
        let Some(actor) = expected["actor"].as_str().filter(|a| !matches!(*a, "" | "(none)")) else {
            return;
        };
        self.actors += 1;
        let deciding: BTreeSet<Option<&str>> = got
            .changes
            .iter()
            .filter(|c| c.verdict == got.verdict)
            .map(|c| c.manager.as_deref())
            .collect();
        if deciding.contains(&Some(actor)) {
            self.actors_right += 1;
        } else {
            self.off
                .push(format!("{application} {resource}: by {deciding:?}, the story {actor}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_tells_the_story_of_the_recording() {
    let recording = recording();
    let server = support::serve(&recording).await;
    let report = support::engine(&server).scan(&ScanScope::default(), &mut |_| {}).await;
    let told = story(&recording);
    let story = told["applications"].as_object().unwrap();

    let views: BTreeMap<String, &ApplicationView> =
        report.applications.iter().map(|view| (application_key(view), view)).collect();
    assert_eq!(
        views.keys().collect::<Vec<_>>(),
        story.keys().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );

    let mut score = Score::default();
    for (name, want) in story {
        let view = views[name];
        score.applications += 1;
        let expected = word(want["expected"].as_str().unwrap());
        if view.verdict.as_str() == expected {
            score.applications_right += 1;
        } else {
            score
                .off
                .push(format!("{name}: {}, the story {expected}", view.verdict.as_str()));
        }
        let drifts: BTreeMap<String, &DriftView> = view.drifts.iter().map(|d| (d.key.resource.to_string(), &**d)).collect();
        let wanted = want["drifted"].as_array().unwrap();
        for drift in wanted {
            score.resource(name, drift, drifts.get(drift["resource"].as_str().unwrap()).copied());
        }
        for invented in drifts.keys().filter(|r| !wanted.iter().any(|w| w["resource"] == r.as_str())) {
            score.wrong.push(format!("{name} {invented}: invented"));
        }
    }
    println!(
        "verdicts {} of {}, actors {} of {}, Applications {} of {}",
        score.verdicts, score.resources, score.actors_right, score.actors, score.applications_right, score.applications
    );
    println!("{}", score.off.join("\n"));
    assert_eq!(score.wrong, Vec::<String>::new());
    // The first rules, not yet the whole policy: floors that only ever rise.
    assert!(
        score.actors_right * 100 >= score.actors * 99,
        "actors {} of {}",
        score.actors_right,
        score.actors
    );
    assert!(
        score.verdicts * 100 >= score.resources * 97,
        "verdicts {} of {}",
        score.verdicts,
        score.resources
    );
    assert!(score.applications_right * 100 >= score.applications * 97, "Applications");
    assert_eq!(server.refresh_requests(), 0, "refresh writes to the cluster");
    assert!(server.requests().iter().all(|r| r.method == "GET"), "only reads");
}
