//! Issues, comments and labels. Pull requests are issues too, for the last two.

use hyper::StatusCode;
use serde_json::Value;

use super::answer::{Answer, Answered};
use super::hosted::{Comment, Hosted, Label, Ticket, must_fit};
use super::routes::Asked;

const RESOURCE: &str = "Issue";

fn must_have_issues(hosted: &Hosted) -> Result<(), Answer> {
    match hosted.settings.issues {
        true => Ok(()),
        false => Err(Answer::refused(
            StatusCode::GONE,
            "Issues has been disabled in this repository.",
        )),
    }
}

/// `GET issues`
pub(super) fn list(asked: &Asked, hosted: &Hosted) -> Answered {
    let state = asked.target.filled("state").unwrap_or("open");
    let creator = asked.target.filled("creator");
    let labels: Vec<&str> = asked
        .target
        .filled("labels")
        .map(|labels| labels.split(',').collect())
        .unwrap_or_default();
    let wanted = |ticket: &&Ticket| {
        (state == "all" || state == ticket.state())
            && creator.is_none_or(|creator| creator == ticket.author)
            && labels
                .iter()
                .all(|label| ticket.labels.iter().any(|has| has.eq_ignore_ascii_case(label)))
    };
    let mut told: Vec<Value> = hosted
        .tickets
        .values()
        .filter(wanted)
        .map(|ticket| asked.addresses.issue(hosted, ticket))
        .collect();
    if asked.target.filled("direction").unwrap_or("desc") == "desc" {
        told.reverse();
    }
    Ok(Answer::ok(asked.page_of(told)))
}

/// `GET issues/NUMBER`
pub(super) fn one(asked: &Asked, hosted: &Hosted, number: &str) -> Answered {
    let ticket = hosted.ticket(number)?;
    Ok(Answer::ok(asked.addresses.issue(hosted, ticket)))
}

/// `POST issues`
pub(super) fn create(asked: &Asked, hosted: &mut Hosted) -> Answered {
    hosted.must_be_writable()?;
    must_have_issues(hosted)?;
    let title = asked.text("title").unwrap_or_default().to_owned();
    let body = asked.text("body").unwrap_or_default().to_owned();
    must_fit(RESOURCE, Some(&title), Some(&body))?;
    let labels = wanted_labels(asked);
    hosted.make_labels(&labels);
    let ticket = Ticket {
        number: hosted.next_number(),
        author: asked.login.clone(),
        title,
        body,
        closed: None,
        labels,
        comments: Vec::new(),
        created: asked.now,
        updated: asked.now,
        pull: None,
    };
    let told = asked.addresses.issue(hosted, &ticket);
    hosted.tickets.insert(ticket.number, ticket);
    Ok(Answer::created(told))
}

/// `PATCH issues/NUMBER`
pub(super) fn change(asked: &Asked, hosted: &mut Hosted, number: &str) -> Answered {
    hosted.must_be_writable()?;
    if hosted.ticket(number)?.pull.is_none() {
        must_have_issues(hosted)?;
    }
    must_fit(RESOURCE, asked.text("title"), asked.text("body"))?;
    let ticket = hosted.ticket_mut(number)?;
    ticket.updated = asked.now;
    if let Some(title) = asked.text("title") {
        title.clone_into(&mut ticket.title);
    }
    if let Some(body) = asked.text("body") {
        body.clone_into(&mut ticket.body);
    }
    match asked.text("state") {
        Some("closed") => {
            let reason = asked.text("state_reason").unwrap_or("completed");
            ticket.closed = Some((asked.now, reason.to_owned()));
        }
        Some("open") => ticket.closed = None,
        _ => {}
    }
    one(asked, hosted, number)
}

/// `GET issues/NUMBER/comments`
pub(super) fn comments(asked: &Asked, hosted: &Hosted, number: &str) -> Answered {
    let ticket = hosted.ticket(number)?;
    let told = ticket
        .comments
        .iter()
        .map(|comment| asked.addresses.comment(hosted, ticket, comment));
    Ok(Answer::ok(asked.page_of(told.collect())))
}

/// `POST issues/NUMBER/comments`
pub(super) fn create_comment(asked: &Asked, hosted: &mut Hosted, number: &str) -> Answered {
    hosted.must_be_writable()?;
    let body = asked.text("body").unwrap_or_default();
    if body.trim().is_empty() {
        return Err(Answer::invalid_field("IssueComment", "body", "missing_field"));
    }
    must_fit("IssueComment", None, Some(body))?;
    hosted.ticket(number)?;
    hosted.comments += 1;
    let comment = Comment {
        id: hosted.comments,
        author: asked.login.clone(),
        body: body.to_owned(),
        at: asked.now,
    };
    let ticket = hosted.ticket_mut(number)?;
    ticket.updated = asked.now;
    ticket.comments.push(comment.clone());
    let ticket = hosted.ticket(number)?;
    Ok(Answer::created(asked.addresses.comment(hosted, ticket, &comment)))
}

/// Names of the labels in a body, which may stand there as texts or as objects.
fn wanted_labels(asked: &Asked) -> Vec<String> {
    let labels = asked.body.get("labels").and_then(Value::as_array);
    let name = |label: &Value| label.as_str().or_else(|| label.get("name")?.as_str()).map(str::to_owned);
    labels
        .map(|labels| labels.iter().filter_map(name).collect())
        .unwrap_or_default()
}

/// `GET issues/NUMBER/labels`
pub(super) fn labels_of(asked: &Asked, hosted: &Hosted, number: &str) -> Answered {
    let ticket = hosted.ticket(number)?;
    Ok(Answer::ok(asked.addresses.labels(hosted, &ticket.labels)))
}

/// `POST issues/NUMBER/labels`
pub(super) fn add_labels(asked: &Asked, hosted: &mut Hosted, number: &str) -> Answered {
    hosted.must_be_writable()?;
    hosted.ticket(number)?;
    let wanted = wanted_labels(asked);
    hosted.make_labels(&wanted);
    let ticket = hosted.ticket_mut(number)?;
    for label in wanted {
        if !ticket.labels.iter().any(|has| has.eq_ignore_ascii_case(&label)) {
            ticket.labels.push(label);
        }
    }
    labels_of(asked, hosted, number)
}

/// `GET labels`
pub(super) fn labels(asked: &Asked, hosted: &Hosted) -> Answered {
    let told = hosted.labels.values().map(|label| asked.addresses.label(hosted, label));
    Ok(Answer::ok(asked.page_of(told.collect())))
}

/// `POST labels`
pub(super) fn create_label(asked: &Asked, hosted: &mut Hosted) -> Answered {
    hosted.must_be_writable()?;
    let name = asked.text("name").unwrap_or_default();
    if name.trim().is_empty() {
        return Err(Answer::invalid_field("Label", "name", "missing_field"));
    }
    if hosted.labels.contains_key(&name.to_lowercase()) {
        return Err(Answer::invalid_field("Label", "name", "already_exists"));
    }
    let label = Label {
        name: name.to_owned(),
        color: asked.text("color").unwrap_or("ededed").to_owned(),
        description: asked.text("description").map(str::to_owned),
    };
    let told = asked.addresses.label(hosted, &label);
    hosted.labels.insert(name.to_lowercase(), label);
    Ok(Answer::created(told))
}
