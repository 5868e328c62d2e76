//! What a person and a scanner do, when nothing goes wrong.

use driftline::drift::RepositoryPath;
use driftline::engine::acting::forge::{Forge, IssueState, NewIssue, PullRequestState, Push};
use driftline::engine::acting::pull_request::{Wish, take_back};
use driftline::plan::FileChange;

use crate::stage::{FIRST, NAME, OWNER, RECORD, SECOND, Stage, plan, run, seen, word};

#[tokio::test]
async fn the_first_run_opens_and_the_second_writes_nothing() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let plan = plan(FIRST);
    assert_eq!(word(&run(&github, &plan, Wish::Person).await), "opened 1");
    assert_eq!(
        stage.writes(),
        [
            "POST git/trees",
            "POST git/commits",
            "POST git/refs",
            "POST pulls",
            "POST issues/1"
        ]
    );
    let branch = format!("refs/heads/{}", plan.branch);
    let base = seen(&github).await.commit;
    assert_eq!(
        stage.git(&["log", "--format=%an|%s|%P", "-1", &branch]),
        format!("driftline-demo|{}|{base}", plan.title)
    );
    assert_eq!(
        stage.git(&["show", &format!("{branch}:{RECORD}")]),
        plan.files[0].contents.trim_end()
    );
    assert_eq!(
        stage.git(&["diff", "--name-only", "main", &branch]),
        RECORD,
        "nothing else changed"
    );

    let found = &github.pull_requests(&plan.branch).await.unwrap()[0];
    assert!(found.ours && found.state == PullRequestState::Open, "{found:?}");
    assert_eq!(found.marker.as_ref(), Some(&plan.marker));
    assert_eq!(found.labels, plan.labels);
    assert_eq!(
        found.link,
        format!("{}/{OWNER}/{NAME}/pull/1", stage.forge.api().trim_end_matches("/api/v3"))
    );

    let another = stage.ours();
    for wish in [Wish::Person, Wish::Unattended] {
        assert_eq!(word(&run(&another, &plan, wish).await), "already open 1");
    }
    assert_eq!(stage.writes().len(), 5);
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_changed_drift_updates_in_place_with_one_comment() {
    let stage = Stage::new().await;
    let github = stage.ours();
    run(&github, &plan(FIRST), Wish::Person).await.unwrap();
    assert_eq!(word(&run(&github, &plan(SECOND), Wish::Unattended).await), "updated 1");
    assert_eq!(word(&run(&github, &plan(SECOND), Wish::Unattended).await), "already open 1");
    let branch = format!("refs/heads/{}", plan(SECOND).branch);
    assert_eq!(
        stage.git(&["rev-list", "--count", &format!("main..{branch}")]),
        "2",
        "on top, nothing forced"
    );
    assert_eq!(
        stage.git(&["show", &format!("{branch}:{RECORD}")]),
        format!("record of {SECOND}")
    );
    assert_eq!(github.own_comments(1).await.unwrap().len(), 1);
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn what_was_merged_closed_or_taken_back_is_respected() {
    let stage = Stage::new().await;
    let github = stage.ours();
    run(&github, &plan(FIRST), Wish::Person).await.unwrap();
    let merged = stage.forge.merge(OWNER, NAME, 1).await.unwrap();
    assert_eq!(seen(&github).await.commit, merged);
    assert_eq!(word(&run(&github, &plan(FIRST), Wish::Person).await), "acknowledged 1");
    assert!(stage.forge.merge(OWNER, NAME, 1).await.is_err(), "once is enough");

    // The merged branch is still there; the next drift gets a fresh one.
    assert_eq!(word(&run(&github, &plan(SECOND), Wish::Unattended).await), "opened 2");
    stage.colleagues().close(2).await.unwrap();
    assert_eq!(word(&run(&github, &plan(SECOND), Wish::Unattended).await), "declined 2");
    assert_eq!(word(&run(&github, &plan(SECOND), Wish::Person).await), "opened 3");

    for _ in 0..2 {
        take_back(&github, &plan(SECOND).branch, 3).await.unwrap();
    }
    assert_eq!(github.tip(&plan(SECOND).branch).await.unwrap(), None);
    assert_eq!(github.own_comments(3).await.unwrap().len(), 1);
    assert_eq!(
        word(&run(&github, &plan(SECOND), Wish::Unattended).await),
        "opened 4",
        "taking back mutes nothing"
    );
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn somebody_elses_work_is_left_alone() {
    let stage = Stage::new().await;
    let (github, colleague) = (stage.ours(), stage.colleagues());
    let taken = format!("the branch {} holds somebody else's work", plan(FIRST).branch);
    run(&colleague, &plan(FIRST), Wish::Person).await.unwrap();
    assert_eq!(word(&run(&github, &plan(SECOND), Wish::Person).await), taken);
    assert_eq!(
        take_back(&github, &plan(FIRST).branch, 1).await.unwrap_err().to_string(),
        taken
    );
    assert!(github.own_comments(1).await.unwrap().is_empty());
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_branch_is_removed_only_where_it_was_seen() {
    let stage = Stage::new().await;
    let github = stage.ours();
    run(&github, &plan(FIRST), Wish::Person).await.unwrap();
    let branch = plan(FIRST).branch;
    let base = seen(&github).await.commit;
    let tip = github.tip(&branch).await.unwrap().unwrap().commit;
    let moved = github.remove_branch(&branch, &base).await.unwrap_err();
    assert_eq!(moved.to_string(), "the branch moved on git.example.com");
    github.remove_branch(&branch, &tip).await.unwrap();
    let gone = github.remove_branch(&branch, &tip).await.unwrap_err();
    assert_eq!(gone.to_string(), "the branch moved on git.example.com");
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_file_keeps_its_mode_and_what_is_no_file_is_not_written() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let base = seen(&github).await.commit;
    let write = |path: &str| {
        let files = vec![FileChange {
            path: RepositoryPath::parse(path).unwrap(),
            contents: "changed\n".to_owned(),
        }];
        let (github, base) = (&github, base.clone());
        async move {
            let push = Push {
                branch: "drift-fix/a/b",
                exists: false,
                parent: &base,
                message: "x",
                files: &files,
            };
            github.push(push).await.map_err(|error| error.to_string())
        }
    };
    let pushed = write("run.sh").await.unwrap();
    assert!(stage.git(&["ls-tree", &pushed, "run.sh"]).starts_with("100755 blob"));
    github.remove_branch("drift-fix/a/b", &pushed).await.unwrap();
    for (path, why) in [
        ("link", "in link, link is a symbolic link"),
        ("link/x", "in link/x, link is a symbolic link"),
        ("module", "in module, module is a submodule"),
        ("apps", "in apps, apps is a folder"),
        ("run.sh/x", "in run.sh/x, run.sh is a file"),
        (
            ".github/workflows/a.yaml",
            ".github/workflows/a.yaml is a workflow, which driftline does not write",
        ),
    ] {
        let refused = write(path).await.unwrap_err();
        assert_eq!(refused, format!("git.example.com refuses the files: {why}"));
    }
    assert_eq!(stage.git(&["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
    stage.keeps_to_the_contract();
}

/// Names that mean something in an address stay what they are.
#[tokio::test]
async fn a_branch_may_have_any_name_that_git_allows() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let base = seen(&github).await.commit;
    for branch in ["a#b", "a%2Fb", "50%", "smörgås", "x&y=z", "release/1.0+2", "plus+"] {
        assert_eq!(github.tip(branch).await.unwrap(), None, "{branch}");
        let files = [FileChange {
            path: RepositoryPath::parse("x.md").unwrap(),
            contents: branch.to_owned(),
        }];
        let push = |parent| Push {
            branch,
            exists: parent != base,
            parent,
            message: "one",
            files: &files,
        };
        let one = github.push(push(&base)).await.unwrap();
        let two = github.push(push(&one)).await.unwrap();
        assert_eq!(
            github.tip(branch).await.unwrap().map(|tip| tip.commit),
            Some(two.clone()),
            "{branch}"
        );
        assert_eq!(stage.git(&["rev-parse", &format!("refs/heads/{branch}")]), two);
        assert_eq!(github.pull_requests(branch).await.unwrap(), []);
        github.remove_branch(branch, &two).await.unwrap();
    }
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn an_issue_is_opened_found_rewritten_closed_and_opened_again() {
    let stage = Stage::new().await;
    let (github, colleague) = (stage.ours(), stage.colleagues());
    let about = plan(FIRST);
    let labels = vec!["drift".to_owned()];
    let new = NewIssue {
        title: &about.title,
        body: &about.body,
        labels: &labels,
    };
    let opened = github.open_issue(new.clone()).await.unwrap();
    assert_eq!((opened.number, opened.state), (1, IssueState::Open));
    assert_eq!(opened.marker.as_ref(), Some(&about.marker));
    // Neither somebody else's, nor one with another label, nor a pull request.
    colleague.open_issue(new.clone()).await.unwrap();
    github
        .open_issue(NewIssue {
            labels: &[],
            ..new.clone()
        })
        .await
        .unwrap();
    run(&github, &about, Wish::Person).await.unwrap();
    let found = github.own_issues("drift").await.unwrap();
    assert_eq!(found, [opened]);

    github.rewrite_issue(1, "changed", &plan(SECOND).body).await.unwrap();
    github.comment(1, "It changed again.").await.unwrap();
    colleague.comment(1, "So it did.").await.unwrap();
    assert_eq!(github.own_comments(1).await.unwrap(), ["It changed again."]);
    github.label(1, &["drift/risky".to_owned()]).await.unwrap();
    github.label(1, &[]).await.unwrap();
    for state in [IssueState::NotPlanned, IssueState::Open, IssueState::Completed] {
        github.set_issue(1, state).await.unwrap();
        let found = &github.own_issues("drift").await.unwrap()[0];
        assert_eq!(found.state, state);
        assert_eq!(found.marker, Some(plan(SECOND).marker));
        assert_eq!(found.labels, ["drift", "drift/risky"]);
    }
    stage.keeps_to_the_contract();
}

/// More than one page of comments and of issues.
#[tokio::test]
async fn long_lists_are_read_to_their_end() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let labels = vec!["drift".to_owned()];
    for number in 1..=101 {
        let title = format!("number {number}");
        let new = NewIssue {
            title: &title,
            body: "",
            labels: &labels,
        };
        github.open_issue(new).await.unwrap();
        github.comment(1, &title).await.unwrap();
    }
    assert_eq!(github.own_issues("drift").await.unwrap().len(), 101);
    assert_eq!(github.own_comments(1).await.unwrap().len(), 101);
    stage.keeps_to_the_contract();
}
