//! From a recorded drift to a rule in a real file and back, through the real client and the real engine.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

use std::fs;
use std::sync::Arc;

use driftline::config::{Flags, Settings, Variables, load};
use driftline::engine::Engine;
use driftline::engine::ignoring::applying::{IgnorePlan, Ignored};
use driftline::engine::ignoring::{Choice, Wording};
use driftline::engine::journal::DispositionKind;
use driftline::engine::scan::ScanScope;
use driftline::engine::view::{DriftKey, DriftView};
use driftline::wire;

/// As on a machine where nothing is configured.
fn settings() -> Settings {
    let nowhere = tempfile::tempdir().unwrap();
    load(Flags::default(), Variables::new([]), nowhere.path()).unwrap().settings
}

async fn drift(engine: &Engine, key: Option<&DriftKey>) -> Arc<DriftView> {
    let report = engine.scan(&ScanScope::default(), &mut |_| {}).await;
    let view = report
        .applications
        .iter()
        .find(|view| &*view.key.name == "payments-api")
        .unwrap();
    match key {
        Some(key) => Arc::clone(view.finding(key).unwrap()),
        None => Arc::clone(view.drifts.first().unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_writes_a_rule_the_drift_is_ignored_and_taking_it_back_leaves_no_trace() {
    let recorded = wire::demo(&settings(), None).await.unwrap();
    let engine = &recorded.value;
    let before = drift(engine, None).await;
    let workbench = engine.ignore_workbench(&before.key, None).await.unwrap();
    let by = workbench.narrowest();
    let choice = Choice {
        by,
        rung: 0,
        dangerous: workbench.guarded,
    };
    let wording = Wording {
        reason: "tried out",
        until: "30d",
        word: "hides-danger",
    };
    let path = workbench.change().unwrap().path.clone();
    let plan = IgnorePlan::new(&workbench, choice, wording).unwrap();

    let Ignored::Written(file) = engine.ignore(&plan).await.unwrap() else {
        panic!("nothing was written");
    };
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("[[ignore]]\n") && text.contains("reason = \"tried out\"\n"),
        "{text}"
    );
    let during = drift(engine, Some(&before.key)).await;
    let hidden: Vec<_> = during.changes.iter().filter(|change| change.ignored_by.is_some()).collect();
    assert!(hidden.iter().any(|change| change.path == path), "{:?}", during.changes);
    let listed = workbench.listed(choice);
    assert!(
        hidden
            .iter()
            .all(|change| listed.contains(&(before.key.clone(), change.path.clone())))
    );
    assert_eq!(
        during.disposition().map(|decision| decision.kind),
        Some(DispositionKind::Ignored)
    );

    assert_eq!(engine.ignore(&plan).await.unwrap(), Ignored::AlreadyThere(file.clone()));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    assert_eq!(engine.stop_ignoring(&before.key).await.unwrap(), 1);
    assert_eq!(fs::read_to_string(&file).unwrap(), "");
    let after = drift(engine, Some(&before.key)).await;
    assert!(after.changes.iter().all(|change| change.ignored_by.is_none()));
    assert_eq!((after.verdict, after.disposition()), (before.verdict, None));
    assert!(engine.stop_ignoring(&before.key).await.is_err());
}
