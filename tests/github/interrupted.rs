//! Killed between any two calls, an answer lost, two at once: one pull request.

use driftline::demo::forge::{ForgeFault, ForgeFaultRule};
use driftline::engine::acting::forge::{Forge, PullRequestState};
use driftline::engine::acting::pull_request::Wish;
use futures_util::future::join_all;

use crate::stage::{FIRST, RECORD, SECOND, Stage, plan, run};

/// How a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Killed {
    /// Before this call reaches the forge.
    Before,
    /// After the forge did it; nobody hears of it.
    After,
    /// The forge did it and a proxy answers 502; the run goes on.
    AnswerLost,
}

fn kill(stage: &Stage, how: Killed, call: usize) {
    let faults = stage.forge.faults();
    match how {
        Killed::Before => faults.add(ForgeFaultRule::always(ForgeFault::Dropped).after(call)),
        Killed::After => {
            faults.add(ForgeFaultRule::always(ForgeFault::DroppedAfterwards).after(call).times(1));
            faults.add(ForgeFaultRule::always(ForgeFault::Dropped).after(call));
        }
        Killed::AnswerLost => {
            let lost = ForgeFault::Afterwards {
                status: 502,
                message: "Bad Gateway".to_owned(),
            };
            faults.add(ForgeFaultRule::always(lost).after(call).times(1));
        }
    }
}

/// Whatever happened before, this is what there must be in the end.
async fn one_pull_request(stage: &Stage, comments: usize, what: &str) {
    let github = stage.ours();
    let plan = plan(SECOND);
    let found = github.pull_requests(&plan.branch).await.unwrap();
    assert_eq!(found.len(), 1, "{what}: {found:?}");
    assert_eq!(found[0].state, PullRequestState::Open, "{what}");
    assert_eq!(found[0].marker.as_ref(), Some(&plan.marker), "{what}");
    assert_eq!(found[0].labels, plan.labels, "{what}");
    assert_eq!(github.own_comments(1).await.unwrap().len(), comments, "{what}");
    let record = stage.git(&["show", &format!("refs/heads/{}:{RECORD}", plan.branch)]);
    assert_eq!(record, format!("record of {SECOND}"), "{what}");
}

/// Kills a run at each of its calls, and lets another one finish what it left.
async fn killed_at_every_call(before: Option<&str>) {
    let prepared = async || {
        let stage = Stage::new().await;
        if let Some(drift) = before {
            run(&stage.ours(), &plan(drift), Wish::Person).await.unwrap();
        }
        stage
    };
    let stage = prepared().await;
    let asked_before = stage.forge.exchanges().len();
    run(&stage.ours(), &plan(SECOND), Wish::Person).await.unwrap();
    let calls: Vec<String> = stage
        .forge
        .exchanges()
        .split_off(asked_before)
        .into_iter()
        .map(|one| one.method)
        .collect();
    assert!(calls.len() >= 12, "{calls:?}");
    for (call, method) in calls.iter().enumerate() {
        // Whether a question was heard makes no difference to the forge.
        let ways: &[Killed] = match method.as_str() {
            "GET" => &[Killed::Before],
            _ => &[Killed::Before, Killed::After, Killed::AnswerLost],
        };
        for how in ways {
            let stage = prepared().await;
            kill(&stage, *how, call);
            // Whatever it says: it is dead.
            let first = run(&stage.ours(), &plan(SECOND), Wish::Person).await;
            stage.forge.faults().clear();
            let second = run(&stage.ours(), &plan(SECOND), Wish::Unattended).await;
            assert!(second.is_ok(), "{how:?} at {call}: {first:?}, then {second:?}");
            one_pull_request(
                &stage,
                before.map_or(0, |_| 1),
                &format!("{how:?} at {call}: {first:?}, then {second:?}"),
            )
            .await;
            stage.keeps_to_the_contract();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_that_is_killed_anywhere_is_finished_by_the_next() {
    killed_at_every_call(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updating_that_is_killed_anywhere_is_finished_by_the_next() {
    killed_at_every_call(Some(FIRST)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scanners_at_once_make_one_pull_request() {
    for before in [None, Some(FIRST)] {
        let stage = Stage::new().await;
        if let Some(drift) = before {
            run(&stage.ours(), &plan(drift), Wish::Person).await.unwrap();
        }
        let scanners: Vec<_> = (0..4).map(|_| stage.ours()).collect();
        let plan = plan(SECOND);
        let outcomes = join_all(scanners.iter().map(|scanner| run(scanner, &plan, Wish::Unattended))).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        // Comments have no lock: each of those that were at it may have said so.
        let github = stage.ours();
        let comments = github.own_comments(1).await.unwrap().len();
        assert!(comments <= before.map_or(0, |_| 4), "{comments}");
        one_pull_request(&stage, comments, &format!("{outcomes:?}")).await;
        let ahead = format!("main..refs/heads/{}", plan.branch);
        let commits = stage.git(&["rev-list", "--count", &ahead]);
        assert_eq!(commits, before.map_or("1", |_| "2"), "one commit for one difference");
        stage.keeps_to_the_contract();
    }
}
