//! What a scan says of a recording, against the recording's story: what was really done to the clusters.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the helpers of a test fail the test"
)]
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
    invisible: usize,
    invisible_found: usize,
}

impl Score {
    fn application(&mut self, name: &str, want: &Value, additions: &[Value], view: &ApplicationView) {
        self.applications += 1;
        let expected = word(want["expected"].as_str().unwrap());
        // A risky addition lists its Application under RISKY, although Argo CD's own comparison says less.
        let by_addition = additions.iter().any(|a| a["expected"]["verdict"] == "RISKY") && view.verdict.as_str() == "risky";
        if view.verdict.as_str() == expected || by_addition {
            self.applications_right += 1;
        } else {
            self.off
                .push(format!("{name}: {}, the story {expected}", view.verdict.as_str()));
        }
    }

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

    /// Additions that Argo CD calls Synced: the story lists some; find at least these.
    fn invisible(&mut self, application: &str, want: &Value, view: &ApplicationView) {
        let resource = want["resource"].as_str().unwrap();
        self.invisible += 1;
        let verdict = word(want["expected"]["verdict"].as_str().unwrap());
        let found = view.invisible.iter().find(|d| d.key.resource.to_string() == resource);
        let paths = want["paths"].as_array().unwrap();
        let has = |d: &DriftView| {
            paths
                .iter()
                .all(|p| d.changes.iter().any(|c| c.path.as_str() == p.as_str().unwrap()))
        };
        match found {
            Some(drift) if has(drift) && drift.verdict.as_str() == verdict => self.invisible_found += 1,
            other => self.off.push(format!(
                "{application} {resource}: addition {paths:?} {verdict}, said {other:?}"
            )),
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

/// Scans the recording and compares with its story.
async fn scored(sweep: bool) -> Score {
    let recording = recording();
    let server = support::serve(&recording).await;
    let scope = ScanScope {
        sweep,
        ..ScanScope::default()
    };
    let report = support::engine(&server).scan(&scope, &mut |_| {}).await;
    assert_eq!(server.refresh_requests(), 0, "refresh writes to the cluster");
    assert!(server.requests().iter().all(|r| r.method == "GET"), "only reads");
    if let Some(sweep) = report.sweep {
        assert_eq!(sweep.checked, sweep.total, "every Synced Application was looked into");
    }
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
        let additions = want["invisible"].as_array().map(Vec::as_slice).unwrap_or_default();
        score.application(name, want, additions, view);
        let drifts: BTreeMap<String, &DriftView> = view.drifts.iter().map(|d| (d.key.resource.to_string(), &**d)).collect();
        let wanted = want["drifted"].as_array().unwrap();
        for drift in wanted {
            score.resource(name, drift, drifts.get(drift["resource"].as_str().unwrap()).copied());
        }
        for invented in drifts.keys().filter(|r| !wanted.iter().any(|w| w["resource"] == r.as_str())) {
            score.wrong.push(format!("{name} {invented}: invented"));
        }
        for addition in additions.iter().filter(|_| sweep) {
            score.invisible(name, addition, view);
        }
    }
    println!(
        "verdicts {} of {}, actors {} of {}, Applications {} of {}, additions {} of {}",
        score.verdicts,
        score.resources,
        score.actors_right,
        score.actors,
        score.applications_right,
        score.applications,
        score.invisible_found,
        score.invisible
    );
    println!("{}", score.off.join("\n"));
    score
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_tells_the_story_of_the_recording() {
    let score = scored(false).await;
    assert_eq!(score.wrong, Vec::<String>::new());
    // Floors that only ever rise. What is left of a hundred is room for stories that two readers tell differently.
    assert!(
        score.actors_right * 100 >= score.actors * 99,
        "actors {} of {}",
        score.actors_right,
        score.actors
    );
    assert!(
        score.verdicts * 100 >= score.resources * 99,
        "verdicts {} of {}",
        score.verdicts,
        score.resources
    );
    assert!(score.applications_right * 100 >= score.applications * 99, "{:?}", score.off);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sweep_finds_the_additions_that_argo_cd_calls_synced() {
    let score = scored(true).await;
    assert_eq!(score.wrong, Vec::<String>::new());
    assert_eq!(score.invisible_found, score.invisible, "{:?}", score.off);
    assert!(score.applications_right * 100 >= score.applications * 99, "{:?}", score.off);
}
