//! What the forge says no to: told in words, nothing repeated, nothing half done that the next run does not find.

use std::time::{Duration, Instant};

use driftline::demo::forge::{ForgeFault, ForgeFaultRule, RepositorySettings};
use driftline::engine::acting::forge::{Forge, ForgeError, NewIssue};
use driftline::engine::acting::pull_request::{Refusal, Wish, base_now, open};
use driftline::plan::Base;

use crate::stage::{FIRST, NAME, OWNER, SECOND, Stage, plan, run, seen, word};

fn instead(status: u16, message: &str, headers: &[(&str, &str)]) -> ForgeFault {
    ForgeFault::Instead {
        status,
        message: message.to_owned(),
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

#[tokio::test]
async fn a_refusal_is_told_and_repeated_by_nobody() {
    for (status, message, headers, expected) in [
        (
            403,
            "You have exceeded a secondary rate limit.",
            &[("retry-after", "17")][..],
            "git.example.com asks to wait 17 s",
        ),
        (429, "Too many", &[], "git.example.com asks to wait 60 s"),
        (
            403,
            "Resource not accessible by integration",
            &[("x-accepted-github-permissions", "pull_requests=write")],
            "git.example.com does not allow WHAT: the token lacks pull_requests=write",
        ),
        (401, "Bad credentials", &[], "git.example.com does not allow WHAT"),
        (
            422,
            "Repository rule violations found",
            &[],
            "git.example.com refuses WHAT: Repository rule violations found",
        ),
        (451, "Blocked", &[], "git.example.com refuses WHAT: Blocked"),
    ] {
        for (path, what) in [
            ("/git/trees", "the files"),
            ("/git/commits", "the commit"),
            ("/git/refs", "the branch"),
            ("/pulls", "a pull request"),
            ("/labels", "the labels"),
        ] {
            let stage = Stage::new().await;
            let rule = ForgeFaultRule::on("POST", path, instead(status, message, headers));
            stage.forge.faults().add(rule);
            let outcome = run(&stage.ours(), &plan(FIRST), Wish::Person).await;
            assert_eq!(word(&outcome), expected.replace("WHAT", what));
            let exchanges = stage.forge.exchanges();
            let last = exchanges.last().unwrap();
            assert!(
                last.path_and_query.contains(path) && last.method == "POST",
                "nothing was asked after it: {last:?}"
            );
            stage.keeps_to_the_contract();
            stage.forge.faults().clear();
            run(&stage.ours(), &plan(FIRST), Wish::Unattended).await.unwrap();
            assert_eq!(stage.ours().pull_requests(&plan(FIRST).branch).await.unwrap().len(), 1);
        }
    }
}

/// Set the repository as its administrators may, and see what a run says.
async fn said_with(change: impl FnOnce(&mut RepositorySettings)) -> (String, Vec<String>) {
    let stage = Stage::new().await;
    assert!(stage.forge.set(OWNER, NAME, change).await);
    let outcome = run(&stage.ours(), &plan(FIRST), Wish::Person).await;
    stage.keeps_to_the_contract();
    (word(&outcome), stage.writes())
}

#[tokio::test]
async fn what_administrators_forbid_is_told() {
    let (said, writes) = said_with(|settings| settings.archived = true).await;
    assert_eq!(said, "the repository is archived: nothing can be written to it");
    assert_eq!(writes, [""; 0]);

    let (said, writes) = said_with(|settings| settings.protected = vec!["drift-fix/".to_owned()]).await;
    assert_eq!(
        said,
        "git.example.com refuses the branch: Repository rule violations found; Changes must be made through a pull request."
    );
    assert_eq!(writes, ["POST git/trees", "POST git/commits", "POST git/refs"]);

    let (said, writes) = said_with(|settings| settings.truncated_trees = true).await;
    assert_eq!(
        said,
        "git.example.com refuses the files: the folder of .drift/configmap-api-config.md is too large to be looked into"
    );
    assert_eq!(writes, [""; 0]);
}

#[tokio::test]
async fn an_archived_repository_refuses_what_was_under_way() {
    let stage = Stage::new().await;
    let github = stage.ours();
    run(&github, &plan(FIRST), Wish::Person).await.unwrap();
    stage.forge.set(OWNER, NAME, |settings| settings.archived = true).await;
    let error = github.comment(1, "x").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "git.example.com refuses a comment: Repository was archived so is read-only."
    );
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn without_issues_none_is_opened() {
    let stage = Stage::new().await;
    let github = stage.ours();
    stage.forge.set(OWNER, NAME, |settings| settings.issues = false).await;
    assert!(!github.repository().await.unwrap().issues);
    let new = NewIssue {
        title: "x",
        body: "y",
        labels: &[],
    };
    assert_eq!(
        github.open_issue(new).await.unwrap_err().to_string(),
        "git.example.com refuses an issue: Issues has been disabled in this repository."
    );
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_token_that_may_only_read_is_told_what_it_lacks() {
    let stage = Stage::new().await;
    let reader = stage.client(NAME, stage.forge.token_that_may_only_read());
    assert_eq!(
        word(&run(&reader, &plan(FIRST), Wish::Person).await),
        "git.example.com does not allow the files: the token lacks contents=write"
    );
    let nobody = stage.client(NAME, "wrong".to_owned().into());
    assert_eq!(
        word(&run(&nobody, &plan(FIRST), Wish::Person).await),
        "git.example.com does not allow the repository"
    );
    let elsewhere = stage.client("unknown", stage.forge.token());
    assert_eq!(
        word(&run(&elsewhere, &plan(FIRST), Wish::Person).await),
        "git.example.com does not allow the repository"
    );
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn an_empty_repository_has_no_branch_to_propose_to() {
    let stage = Stage::new().await;
    let empty = stage.client("empty", stage.forge.token());
    let refused = base_now(&empty, &Base::Default).await.unwrap_err();
    assert_eq!(refused, Refusal::NoBranch("main".to_owned()));
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_base_that_moved_since_the_preview_sends_nothing() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let before = seen(&github).await;
    let push = ForgeFault::Pushed {
        branch: "main".to_owned(),
    };
    stage
        .forge
        .faults()
        .add(ForgeFaultRule::on("GET", "/git/ref/heads/main", push.clone()).times(1));
    let outcome = open(&github, &plan(FIRST), &before, Wish::Person).await;
    assert!(matches!(outcome, Err(Refusal::BaseMoved { .. })), "{outcome:?}");
    assert_eq!(stage.writes(), [""; 0]);

    // While it is under way, a base that moves does no harm: the pull request is against the branch.
    let seen = seen(&github).await;
    stage
        .forge
        .faults()
        .add(ForgeFaultRule::on("POST", "/git/trees", push).times(1));
    assert_eq!(word(&open(&github, &plan(FIRST), &seen, Wish::Person).await), "opened 1");
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_branch_that_somebody_pushed_to_meanwhile_is_not_overwritten() {
    let stage = Stage::new().await;
    let github = stage.ours();
    run(&github, &plan(FIRST), Wish::Person).await.unwrap();
    let branch = plan(FIRST).branch;
    let push = ForgeFault::Pushed { branch: branch.clone() };
    stage
        .forge
        .faults()
        .add(ForgeFaultRule::on("PATCH", "/git/refs", push).times(1));
    let outcome = run(&github, &plan(SECOND), Wish::Person).await;
    assert_eq!(word(&outcome), format!("the branch {branch} holds somebody else's work"));
    let log = stage.git(&["log", "--format=%an", &format!("main..refs/heads/{branch}")]);
    assert_eq!(log, "colleague\ndriftline-demo");
    stage.keeps_to_the_contract();
}

/// GitHub does not know for a moment what it has just made, and has done nothing then.
#[tokio::test]
async fn what_came_too_early_is_tried_once_more() {
    let stage = Stage::new().await;
    let early = instead(422, "Could not resolve to a node with the global id of 'PR_1'.", &[]);
    stage
        .forge
        .faults()
        .add(ForgeFaultRule::on("POST", "/labels", early.clone()).times(1));
    assert_eq!(word(&run(&stage.ours(), &plan(FIRST), Wish::Person).await), "opened 1");
    assert_eq!(
        stage.ours().pull_requests(&plan(FIRST).branch).await.unwrap()[0].labels.len(),
        2
    );

    stage.forge.faults().add(ForgeFaultRule::on("POST", "/comments", early));
    let refused = stage.ours().comment(1, "x").await.unwrap_err();
    assert!(matches!(refused, ForgeError::Refused { .. }), "{refused:?}");
    let comments = stage.writes().iter().filter(|write| *write == "POST issues/1").count();
    assert_eq!(comments, 2 + 2, "labels twice, the comment twice");
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_forge_that_is_not_there_did_not_answer() {
    let stage = Stage::new().await;
    let github = stage.ours();
    github.repository().await.unwrap();
    stage.forge.shut_down().await;
    let error = github.repository().await.unwrap_err();
    assert!(
        matches!(
            &error,
            ForgeError::Unanswered {
                what: "the repository",
                ..
            }
        ),
        "{error:?}"
    );
    let told = error.to_string();
    assert!(told.to_lowercase().contains("refused"), "{told}");
}

#[tokio::test]
async fn writes_keep_their_distance() {
    let stage = Stage::new().await;
    run(&stage.ours(), &plan(FIRST), Wish::Person).await.unwrap();
    let rest = Duration::from_millis(60);
    let (one, another) = stage.clients_that_rest(rest);
    let began = Instant::now();
    let (first, second) = tokio::join!(one.comment(1, "one"), another.comment(1, "two"));
    assert!(first.is_ok() && second.is_ok());
    one.comment(1, "three").await.unwrap();
    assert!(began.elapsed() >= rest * 2, "whoever writes with one token shares its pace");
}
