//! One resource, at most one open pull request, whatever happens in between.

use super::super::memory_forge::{Fault, MemoryForge};
use super::*;
use crate::drift::{ApplicationIdentity, RepositoryPath, ResourceKey, Source};
use crate::plan::{FileChange, Landing, Marker, Origins, ResourceId, destinations};

const FIRST: &str = "9c31e2aa07b45d18";
const SECOND: &str = "0123456789abcdef";

fn plan(drift: &str) -> PullRequestPlan {
    let application = ApplicationIdentity {
        server: "https://argocd.example.com".to_owned(),
        namespace: "argocd".to_owned(),
        name: "payments-api".to_owned(),
    };
    let resource = ResourceKey::new("", "ConfigMap", "shop", "api-config");
    let source = Source {
        repo_url: "https://git.example.com/shop/platform".to_owned(),
        ..Source::default()
    };
    let origins = Origins {
        sources: std::slice::from_ref(&source),
        ..Origins::default()
    };
    let id = ResourceId::of(&application, &resource);
    let marker = Marker {
        resource: id.clone(),
        drift: drift.to_owned(),
    };
    PullRequestPlan {
        destination: destinations(origins).unwrap().remove(0),
        branch: id.branch("payments-api", &resource),
        title: "[Drift] payments-api: ConfigMap/api-config".to_owned(),
        message: format!("[Drift] payments-api: ConfigMap/api-config\n\n{TRAILER}{drift}"),
        body: format!("{}\n## Drift", marker.line()),
        marker,
        labels: vec!["drift".to_owned()],
        files: vec![FileChange {
            path: RepositoryPath::parse(".drift/configmap-api-config.md").unwrap(),
            contents: format!("record of {drift}"),
        }],
        landing: Landing::default(),
    }
}

async fn seen(forge: &MemoryForge) -> BaseNow {
    base_now(forge, &Base::Default).await.unwrap().1
}

async fn try_to_open(forge: &MemoryForge, drift: &str, wish: Wish) -> Result<Outcome, Refusal> {
    let seen = seen(forge).await;
    open(forge, &plan(drift), &seen, wish).await
}

fn word(outcome: &Result<Outcome, Refusal>) -> String {
    match outcome {
        Ok(Outcome::Opened(pr)) => format!("opened {}", pr.number),
        Ok(Outcome::AlreadyOpen(pr)) => format!("already open {}", pr.number),
        Ok(Outcome::Updated(pr)) => format!("updated {}", pr.number),
        Ok(Outcome::Acknowledged(pr)) => format!("acknowledged {}", pr.number),
        Ok(Outcome::Declined(pr)) => format!("declined {}", pr.number),
        Err(refusal) => format!("{refusal}"),
    }
}

/// Open pull requests, their comments, and what the branch holds.
fn standing(forge: &MemoryForge) -> (usize, usize, Option<String>) {
    let branch = plan(FIRST).branch;
    forge.with(|inside| {
        let open = inside.pull_requests.iter().filter(|pr| pr.state == PullRequestState::Open);
        let (count, comments) = open.fold((0, 0), |(count, comments), pr| (count + 1, comments + pr.comments.len()));
        let held = inside.branches.get(&branch).map(|id| {
            let commit = &inside.commits[id];
            commit.files.values().cloned().collect::<String>()
        });
        (count, comments, held)
    })
}

#[tokio::test]
async fn the_second_run_writes_nothing() {
    let forge = MemoryForge::new();
    assert_eq!(word(&try_to_open(&forge, FIRST, Wish::Person).await), "opened 1");
    forge.with(|inside| {
        assert_eq!(inside.writes, ["push", "open", "label"]);
        let opened = &inside.pull_requests[0];
        assert_eq!(
            (opened.base.as_str(), opened.title.as_str()),
            ("main", plan(FIRST).title.as_str())
        );
        let pushed = &inside.commits[&inside.branches[&opened.branch]];
        assert_eq!(pushed.parent, inside.branches["main"]);
    });
    for wish in [Wish::Person, Wish::Unattended] {
        assert_eq!(word(&try_to_open(&forge, FIRST, wish).await), "already open 1");
    }
    assert_eq!(forge.with(|inside| inside.writes.len()), 3);
}

#[tokio::test]
async fn a_changed_drift_updates_in_place_with_one_comment() {
    let forge = MemoryForge::new();
    try_to_open(&forge, FIRST, Wish::Person).await.unwrap();
    assert_eq!(word(&try_to_open(&forge, SECOND, Wish::Unattended).await), "updated 1");
    assert_eq!(word(&try_to_open(&forge, SECOND, Wish::Unattended).await), "already open 1");
    assert_eq!(standing(&forge), (1, 1, Some(format!("record of {SECOND}"))));
}

#[tokio::test]
async fn what_became_of_the_last_one_decides() {
    for (state, taken_back, drift, wish, expected) in [
        (PullRequestState::Merged, false, FIRST, Wish::Unattended, "acknowledged 1"),
        (PullRequestState::Merged, false, FIRST, Wish::Person, "acknowledged 1"),
        (PullRequestState::Merged, false, SECOND, Wish::Unattended, "opened 2"),
        (PullRequestState::Closed, false, FIRST, Wish::Unattended, "declined 1"),
        (PullRequestState::Closed, false, FIRST, Wish::Person, "opened 2"),
        (PullRequestState::Closed, false, SECOND, Wish::Unattended, "opened 2"),
        (PullRequestState::Closed, true, FIRST, Wish::Unattended, "opened 2"),
    ] {
        for branch_is_gone in [false, true] {
            let forge = MemoryForge::new();
            try_to_open(&forge, FIRST, Wish::Person).await.unwrap();
            let branch = plan(FIRST).branch;
            if taken_back {
                take_back(&forge, &branch, 1).await.unwrap();
            }
            forge.with(|inside| {
                inside.pull_requests[0].state = state;
                if branch_is_gone {
                    inside.branches.remove(&branch);
                }
            });
            let outcome = try_to_open(&forge, drift, wish).await;
            assert_eq!(word(&outcome), expected, "{state:?} {drift} {wish:?} {branch_is_gone}");
            assert!(standing(&forge).0 <= 1);
        }
    }
}

#[tokio::test]
async fn taking_back_closes_removes_the_branch_and_can_be_tried_again() {
    let forge = MemoryForge::new();
    try_to_open(&forge, FIRST, Wish::Person).await.unwrap();
    let branch = plan(FIRST).branch;
    for _ in 0..2 {
        take_back(&forge, &branch, 1).await.unwrap();
        assert_eq!(standing(&forge), (0, 0, None));
    }
    assert_eq!(forge.with(|inside| inside.pull_requests[0].comments.len()), 1);
}

#[tokio::test]
async fn somebody_elses_work_is_left_alone() {
    let forge = MemoryForge::new();
    let branch = plan(FIRST).branch;
    let taken = format!("the branch {branch} holds somebody else's work");
    forge.with(|inside| {
        let main = inside.branches["main"].clone();
        inside.commit(&main, "mine", Default::default(), &branch);
    });
    assert_eq!(word(&try_to_open(&forge, FIRST, Wish::Person).await), taken);
    assert!(take_back(&forge, &branch, 1).await.is_err());

    let forge = MemoryForge::new();
    try_to_open(&forge, FIRST, Wish::Person).await.unwrap();
    forge.with(|inside| inside.pull_requests[0].ours = false);
    assert_eq!(word(&try_to_open(&forge, SECOND, Wish::Person).await), taken);

    // A commit of somebody else on top of ours.
    let forge = MemoryForge::new();
    try_to_open(&forge, FIRST, Wish::Person).await.unwrap();
    forge.with(|inside| {
        let tip = inside.branches[&branch].clone();
        inside.commit(&tip, "review: fix a typo", Default::default(), &branch);
    });
    assert_eq!(word(&try_to_open(&forge, SECOND, Wish::Person).await), taken);
}

#[tokio::test]
async fn nothing_is_written_when_the_base_moved_or_cannot_be_written_to() {
    let forge = MemoryForge::new();
    let before = seen(&forge).await;
    forge.with(|inside| {
        inside.commit(&before.commit, "another", Default::default(), "main");
    });
    let outcome = open(&forge, &plan(FIRST), &before, Wish::Person).await;
    assert!(word(&outcome).starts_with("main moved to 0"), "{outcome:?}");
    forge.with(|inside| inside.archived = true);
    let outcome = open(&forge, &plan(FIRST), &before, Wish::Person).await;
    assert_eq!(outcome, Err(Refusal::Archived));
    let tag = Base::Named(crate::drift::BranchName::parse("v1.2.3").unwrap());
    forge.with(|inside| inside.archived = false);
    assert_eq!(base_now(&forge, &tag).await, Err(Refusal::NoBranch("v1.2.3".to_owned())));
    assert_eq!(forge.with(|inside| inside.writes.clone()), [""; 0]);
}

/// What the forge says no to is said, nothing is tried twice, and the next run goes on from there.
#[tokio::test]
async fn a_refusal_is_told_and_repeated_by_nobody() {
    let forge_name = || "memory".to_owned();
    for refusal in [
        ForgeError::Limited {
            forge: forge_name(),
            seconds: 60,
        },
        ForgeError::Refused {
            forge: forge_name(),
            what: "the branch",
            message: "Repository rule violations found".to_owned(),
        },
        ForgeError::NotAllowed {
            forge: forge_name(),
            what: "a pull request",
            missing: Some("pull_requests=write".to_owned()),
        },
    ] {
        // repository, tip of the base, pull requests, tip of ours, push, open, label.
        for call in 0..7 {
            let forge = MemoryForge::new();
            let seen = seen(&forge).await;
            forge.fault(call, Fault::Says(refusal.clone()));
            let outcome = open(&forge, &plan(FIRST), &seen, Wish::Person).await;
            assert_eq!(outcome, Err(Refusal::Forge(refusal.clone())), "at call {call}");
            assert_eq!(forge.again(), call + 1, "nothing was asked after the refusal");
            open(&forge, &plan(FIRST), &seen, Wish::Person).await.unwrap();
            assert_eq!(standing(&forge).0, 1);
        }
    }
}

/// Killed before or after any call of a run, the next run finds what exists and goes on: one pull request, one comment.
#[tokio::test]
async fn a_run_that_is_killed_anywhere_is_finished_by_the_next() {
    for killed in [Fault::KilledBefore, Fault::KilledAfter, Fault::AnswerLost] {
        // First opening it, then updating it.
        for before in [&[][..], &[FIRST][..]] {
            let mut calls = 0;
            loop {
                let forge = MemoryForge::new();
                for drift in before {
                    try_to_open(&forge, drift, Wish::Person).await.unwrap();
                }
                let seen = seen(&forge).await;
                forge.fault(calls, killed.clone());
                // Whatever it says: it is dead.
                let first = open(&forge, &plan(SECOND), &seen, Wish::Person).await;
                let made = forge.again();
                let second = open(&forge, &plan(SECOND), &seen, Wish::Unattended).await;
                let expected = (1, before.len(), Some(format!("record of {SECOND}")));
                assert_eq!(
                    standing(&forge),
                    expected,
                    "{killed:?} at call {calls}: {first:?}, then {second:?}"
                );
                forge.with(|inside| assert!(inside.pull_requests[0].labels.contains("drift")));
                if made <= calls {
                    break;
                }
                calls += 1;
            }
            assert!(calls >= 6, "{calls}");
        }
    }
}

/// Two scanners take turns at every call in every order of one interruption: one of them runs whole between two calls of
/// the other.
#[tokio::test]
async fn two_scanners_at_once_make_one_pull_request() {
    // On nothing, and on the branch that a merged pull request about another difference left.
    for left_over in [0, 1] {
        let mut calls = 0;
        loop {
            let forge = MemoryForge::new();
            if left_over == 1 {
                try_to_open(&forge, SECOND, Wish::Person).await.unwrap();
                forge.with(|inside| inside.pull_requests[0].state = PullRequestState::Merged);
            }
            let seen = seen(&forge).await;
            let meddler = super::super::memory_forge::Meddling::new(&forge, calls, plan(FIRST), seen.clone());
            let outcome = open(&meddler, &plan(FIRST), &seen, Wish::Unattended).await;
            assert!(outcome.is_ok(), "at call {calls}: {outcome:?}");
            assert_eq!(
                standing(&forge),
                (1, 0, Some(format!("record of {FIRST}"))),
                "at call {calls}"
            );
            assert_eq!(forge.with(|inside| inside.pull_requests.len()), 1 + left_over);
            if meddler.calls() <= calls {
                break;
            }
            calls += 1;
        }
        assert!(calls >= 6, "{calls}");
    }
}
