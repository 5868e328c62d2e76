//! The demo forge by itself: what it refuses, and the page that a person reads.

use driftline::engine::acting::forge::Forge;
use driftline::engine::acting::pull_request::Wish;
use driftline::wire::http::{HttpOptions, Trust, http_client};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use crate::stage::{FIRST, NAME, OWNER, Stage, plan, plan_for, run, seen};

/// Asks without any adapter in between; status and body.
async fn ask(stage: &Stage, method: &str, path: &str, body: Value) -> (u16, Value) {
    let api = Url::parse(&stage.forge.api()).unwrap();
    let client = http_client(&HttpOptions::for_server(&api, Trust::Nobody)).unwrap();
    let url = format!("{api}/repos/{OWNER}/{NAME}/{path}");
    let mut request = client
        .request(method.parse().unwrap(), url)
        .bearer_auth(stage.forge.token().expose_secret());
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap();
    let body = match bytes.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&bytes).unwrap(),
    };
    (status, body)
}

/// Status, message and the first error of an answer.
fn refusal((status, body): &(u16, Value)) -> String {
    let message = body["message"].as_str().unwrap_or_default();
    let detail = body.pointer("/errors/0").map_or_else(String::new, |error| {
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        format!(" ({}{} {})", text("message"), text("field"), text("code"))
    });
    format!("{status} {message}{detail}")
}

#[tokio::test]
async fn it_refuses_what_github_refuses_in_its_words() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let main = seen(&github).await.commit;
    run(&github, &plan(FIRST), Wish::Person).await.unwrap();
    let branch = plan(FIRST).branch;
    let ours = github.tip(&branch).await.unwrap().unwrap().commit;
    let none = "1".repeat(40);
    for (method, path, body, expected) in [
        (
            "POST",
            "git/refs".to_owned(),
            json!({"ref": format!("refs/heads/{branch}"), "sha": main}),
            "422 Reference already exists",
        ),
        (
            "POST",
            "git/refs".to_owned(),
            json!({"ref": format!("refs/heads/{branch}/below"), "sha": main}),
            "422 Reference update failed",
        ),
        (
            "POST",
            "git/refs".to_owned(),
            json!({"ref": "refs/heads/new", "sha": none}),
            "422 Object does not exist",
        ),
        (
            "PATCH",
            format!("git/refs/heads/{branch}"),
            json!({"sha": main}),
            "422 Update is not a fast forward",
        ),
        (
            "PATCH",
            "git/refs/heads/new".to_owned(),
            json!({"sha": main}),
            "422 Reference does not exist",
        ),
        (
            "DELETE",
            "git/refs/heads/new".to_owned(),
            Value::Null,
            "422 Reference does not exist",
        ),
        ("GET", "git/ref/heads/new".to_owned(), Value::Null, "404 Not Found"),
        ("GET", format!("git/commits/{none}"), Value::Null, "404 Not Found"),
        (
            "POST",
            "git/commits".to_owned(),
            json!({"message": "x", "tree": none}),
            "422 Tree SHA does not exist",
        ),
        (
            "POST",
            "git/trees".to_owned(),
            json!({"tree": [{"path": "a", "mode": "100600", "content": ""}]}),
            "422 Must supply a valid tree.mode",
        ),
        (
            "POST",
            "git/trees".to_owned(),
            json!({"tree": [{"path": "../a", "mode": "100644", "content": ""}]}),
            "422 tree contains a malformed path component",
        ),
        (
            "POST",
            "pulls".to_owned(),
            json!({"title": "x", "head": branch, "base": "main"}),
            "422 Validation Failed (A pull request already exists for shop:BRANCH. custom)",
        ),
        (
            "POST",
            "pulls".to_owned(),
            json!({"title": "x", "head": "main", "base": "main"}),
            "422 Validation Failed (No commits between main and main custom)",
        ),
        (
            "POST",
            "pulls".to_owned(),
            json!({"title": "x", "head": "new", "base": "main"}),
            "422 Validation Failed (head invalid)",
        ),
        (
            "POST",
            "pulls".to_owned(),
            json!({"head": branch, "base": "main"}),
            "422 Validation Failed (title missing_field)",
        ),
        (
            "PATCH",
            "pulls/1".to_owned(),
            json!({"body": "x".repeat(65_537)}),
            "422 Validation Failed (body is too long (maximum is 65536 characters) custom)",
        ),
        (
            "POST",
            "issues".to_owned(),
            json!({"body": "x"}),
            "422 Validation Failed (title missing_field)",
        ),
        ("PATCH", "pulls/9".to_owned(), json!({"state": "closed"}), "404 Not Found"),
        (
            "PUT",
            "pulls/1/merge".to_owned(),
            json!({"sha": main}),
            "409 Head branch was modified. Review and try the merge again.",
        ),
    ] {
        let answer = ask(&stage, method, &path, body).await;
        assert_eq!(refusal(&answer), expected.replace("BRANCH", &branch), "{method} {path}");
    }
    assert_eq!(github.tip(&branch).await.unwrap().unwrap().commit, ours);
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn blobs_trees_and_labels_are_what_was_written() {
    let stage = Stage::new().await;
    let main = seen(&stage.ours()).await.commit;
    let (status, blob) = ask(
        &stage,
        "POST",
        "git/blobs",
        json!({"content": "AAEC/w==", "encoding": "base64"}),
    )
    .await;
    assert_eq!(status, 201);
    let blob = blob["sha"].as_str().unwrap().to_owned();
    let (_, told) = ask(&stage, "GET", &format!("git/blobs/{blob}"), Value::Null).await;
    assert_eq!(told["content"], "AAEC/w==");
    let (_, commit) = ask(&stage, "GET", &format!("git/commits/{main}"), Value::Null).await;
    let base = commit["tree"]["sha"].as_str().unwrap();
    let entries = json!([
        {"path": "apps/bytes", "mode": "100644", "type": "blob", "sha": blob},
        {"path": "run.sh", "mode": "100755", "type": "blob", "sha": null},
    ]);
    let (status, tree) = ask(&stage, "POST", "git/trees", json!({"base_tree": base, "tree": entries})).await;
    assert_eq!(status, 201);
    let tree = tree["sha"].as_str().unwrap();
    let (_, listed) = ask(&stage, "GET", &format!("git/trees/{tree}?recursive=1"), Value::Null).await;
    let paths: Vec<&str> = listed["tree"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["apps", "apps/bytes", "apps/web.yaml", "link", "module"]);

    let label = json!({"name": "drift", "color": "d73a4a", "description": "what differs"});
    assert_eq!(ask(&stage, "POST", "labels", label.clone()).await.0, 201);
    assert_eq!(
        refusal(&ask(&stage, "POST", "labels", label).await),
        "422 Validation Failed (name already_exists)"
    );
    let (_, labels) = ask(&stage, "GET", "labels", Value::Null).await;
    assert_eq!(labels[0]["color"], "d73a4a");
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_pull_request_ends_with_its_branch_and_conflicts_are_not_merged() {
    let stage = Stage::new().await;
    let github = stage.ours();
    for object in ["one", "two"] {
        run(&github, &plan_for(object, FIRST), Wish::Person).await.unwrap();
    }
    // Both write the same file, differently.
    let two = plan_for("two", "aaaaaaaaaaaaaaaa");
    run(&github, &two, Wish::Person).await.unwrap();
    stage.forge.merge(OWNER, NAME, 1).await.unwrap();
    let refused = stage.forge.merge(OWNER, NAME, 2).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the demo forge did not merge it: Pull Request is not mergeable"
    );
    let tip = github.tip(&two.branch).await.unwrap().unwrap().commit;
    github.remove_branch(&two.branch, &tip).await.unwrap();
    let (_, told) = ask(&stage, "GET", "pulls/2", Value::Null).await;
    assert_eq!((&told["state"], &told["merged"]), (&json!("closed"), &json!(false)));
    let reopened = ask(&stage, "PATCH", "pulls/2", json!({"state": "open"})).await;
    assert_eq!(
        refusal(&reopened),
        "422 Validation Failed (state cannot be changed. The pull request cannot be reopened. custom)"
    );
    let log = stage.git(&["log", "--format=%s", "-1", "main"]);
    assert!(log.starts_with("Merge pull request #1 from shop/drift-fix/"), "{log}");
    stage.keeps_to_the_contract();
}

#[tokio::test]
async fn a_person_reads_the_page_and_nothing_on_it_is_markup() {
    let stage = Stage::new().await;
    let github = stage.ours();
    let mut hostile = plan(FIRST);
    hostile.title = "[Drift] <script>alert(1)</script>".to_owned();
    hostile.body = format!("{}\n<img src=x onerror=alert(1)>", hostile.marker.line());
    hostile.labels = vec!["<b>".to_owned()];
    hostile.files[0].contents = "</pre><script>alert(1)</script>\n".to_owned();
    run(&github, &hostile, Wish::Person).await.unwrap();
    github.comment(1, "<iframe>").await.unwrap();
    let api = Url::parse(&stage.forge.api()).unwrap();
    let client = http_client(&HttpOptions::for_server(&api, Trust::Nobody)).unwrap();
    let page = api.join(&format!("/{OWNER}/{NAME}/pull/1")).unwrap();
    let answer = client.get(page).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let html = answer.text().await.unwrap();
    for markup in ["<script", "<img", "<iframe", "<b>"] {
        assert!(!html.contains(markup), "{markup}: {html}");
    }
    for told in ["&lt;iframe&gt;", "+&lt;/pre&gt;&lt;script&gt;", "git --git-dir=", "open"] {
        assert!(html.contains(told), "{told}: {html}");
    }
    let nothing = client.get(api.join("/shop/platform/pull/7").unwrap()).send().await.unwrap();
    assert_eq!(nothing.status().as_u16(), 404);
}
