//! Pull requests: listed, opened, changed, merged.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::hosted::{Hosted, Pull, Ticket, must_fit};
use super::routes::Asked;
use crate::git::bare::{Commit, Signature};

const RESOURCE: &str = "PullRequest";

/// `GET pulls`
pub(super) fn list(asked: &Asked, hosted: &Hosted) -> Answered {
    let state = asked.target.filled("state").unwrap_or("open");
    let head = asked.target.filled("head");
    let base = asked.target.filled("base");
    let wanted = |ticket: &Ticket, pull: &Pull| {
        let label = format!("{}:{}", hosted.owner, pull.head);
        (state == "all" || state == ticket.state())
            && head.is_none_or(|head| head.eq_ignore_ascii_case(&label))
            && base.is_none_or(|base| base == pull.base)
    };
    let found = hosted
        .tickets
        .values()
        .filter_map(|ticket| Some((ticket, ticket.pull.as_ref()?)));
    let mut told: Vec<Value> = found
        .filter(|(ticket, pull)| wanted(ticket, pull))
        .map(|(ticket, pull)| asked.addresses.pull_request(hosted, ticket, pull))
        .collect();
    if asked.target.filled("direction").unwrap_or("desc") == "desc" {
        told.reverse();
    }
    Ok(Answer::ok(asked.page_of(told)))
}

/// `GET pulls/NUMBER`
pub(super) fn one(asked: &Asked, hosted: &Hosted, number: &str) -> Answered {
    let (ticket, pull) = hosted.pull(number)?;
    Ok(Answer::ok(asked.addresses.whole_pull_request(hosted, ticket, pull)))
}

/// `POST pulls`
pub(super) async fn create(asked: &Asked, hosted: &mut Hosted) -> Answered {
    hosted.must_be_writable()?;
    let title = asked.text("title").unwrap_or_default().to_owned();
    let body = asked.text("body").unwrap_or_default().to_owned();
    must_fit(RESOURCE, Some(&title), Some(&body))?;
    let head = asked.text("head").unwrap_or_default();
    let head = head.split_once(':').map_or(head, |(_, branch)| branch).to_owned();
    let base = asked.text("base").unwrap_or_default().to_owned();
    let invalid = |field: &str| Answer::invalid_field(RESOURCE, field, "invalid");
    let head_commit = hosted.tip(&head).await?.ok_or_else(|| invalid("head"))?;
    let base_commit = hosted.tip(&base).await?.ok_or_else(|| invalid("base"))?;
    let is_same = |pull: &Pull| pull.head == head && pull.base == base;
    if hosted
        .tickets
        .values()
        .any(|ticket| ticket.is_open() && ticket.pull.as_ref().is_some_and(is_same))
    {
        let message = format!("A pull request already exists for {}:{head}.", hosted.owner);
        return Err(Answer::invalid_because(RESOURCE, message));
    }
    if hosted.bare.ahead(&base_commit, &head_commit).await? == 0 {
        let message = format!("No commits between {base} and {head}");
        return Err(Answer::invalid_because(RESOURCE, message));
    }
    let pull = Pull {
        head,
        base,
        head_commit,
        base_commit,
        draft: asked.body.get("draft").and_then(Value::as_bool).unwrap_or(false),
        merged: None,
    };
    let ticket = Ticket {
        number: hosted.next_number(),
        author: asked.login.clone(),
        title,
        body,
        closed: None,
        labels: Vec::new(),
        comments: Vec::new(),
        created: asked.now,
        updated: asked.now,
        pull: Some(pull.clone()),
    };
    let told = asked.addresses.whole_pull_request(hosted, &ticket, &pull);
    hosted.tickets.insert(ticket.number, ticket);
    Ok(Answer::created(told))
}

/// `PATCH pulls/NUMBER`
pub(super) async fn change(asked: &Asked, hosted: &mut Hosted, number: &str) -> Answered {
    hosted.must_be_writable()?;
    let (ticket, pull) = hosted.pull(number)?;
    must_fit(RESOURCE, asked.text("title"), asked.text("body"))?;
    let reopens = asked.text("state") == Some("open") && !ticket.is_open();
    if reopens && (pull.merged.is_some() || hosted.tip(&pull.head).await?.is_none()) {
        let message = "state cannot be changed. The pull request cannot be reopened.";
        return Err(Answer::invalid_because(RESOURCE, message));
    }
    let (now, title, body) = (asked.now, asked.text("title"), asked.text("body"));
    let ticket = hosted.ticket_mut(number)?;
    ticket.updated = now;
    if let Some(title) = title {
        title.clone_into(&mut ticket.title);
    }
    if let Some(body) = body {
        body.clone_into(&mut ticket.body);
    }
    match asked.text("state") {
        Some("closed") if ticket.is_open() => ticket.closed = Some((now, String::new())),
        Some("open") => ticket.closed = None,
        _ => {}
    }
    one(asked, hosted, number)
}

/// `PUT pulls/NUMBER/merge`
pub(super) async fn merge(asked: &Asked, hosted: &mut Hosted, number: &str) -> Answered {
    hosted.must_be_writable()?;
    let (ticket, pull) = hosted.pull(number)?;
    let not_mergeable = || Answer::refused(StatusCode::METHOD_NOT_ALLOWED, "Pull Request is not mergeable");
    if !ticket.is_open() {
        return Err(not_mergeable());
    }
    if asked.text("sha").is_some_and(|sha| sha != pull.head_commit.as_str()) {
        return Err(Answer::refused(
            StatusCode::CONFLICT,
            "Head branch was modified. Review and try the merge again.",
        ));
    }
    let base = hosted.tip(&pull.base).await?.ok_or_else(not_mergeable)?;
    let head = hosted.tip(&pull.head).await?.ok_or_else(not_mergeable)?;
    let tree = hosted.bare.merged_tree(&base, &head).await.map_err(|_| not_mergeable())?;
    let ours = Signature {
        name: asked.login.clone(),
        email: format!("{}@users.noreply.example.com", asked.login),
        seconds: asked.now.as_second(),
    };
    let title = format!("Merge pull request #{} from {}/{}", ticket.number, hosted.owner, pull.head);
    let commit = Commit {
        tree,
        parents: vec![base.clone(), head],
        author: ours.clone(),
        committer: ours,
        message: format!("{}\n\n{}\n", asked.text("commit_title").unwrap_or(&title), ticket.title),
    };
    let merged = hosted.bare.write_commit(&commit).await?;
    let branch = pull.base.clone();
    hosted
        .bare
        .set_reference(&format!("refs/heads/{branch}"), Some(&merged), Some(&base))
        .await?;
    let (now, login) = (asked.now, asked.login.clone());
    let ticket = hosted.ticket_mut(number)?;
    ticket.closed = Some((now, String::new()));
    ticket.updated = now;
    if let Some(pull) = ticket.pull.as_mut() {
        pull.merged = Some((now, merged.clone(), login));
    }
    hosted.branch_is_at(&branch, Some(&merged), now);
    Ok(Answer::ok(json!({
        "sha": merged.as_str(), "merged": true, "message": "Pull Request successfully merged",
    })))
}
