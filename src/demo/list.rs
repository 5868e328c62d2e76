//! `GET /api/v1/applications`: filters, permissions, masks.

use std::sync::Arc;

use serde_json::{Value, json};

use super::account::Account;
use super::answer::{Answer, Code, Refusal};
use super::fleet::{Application, Moment};
use super::mask::{Mask, go_json};
use super::request::Target;
use super::selector::Selector;
use super::server::Version;

/// Which Applications a list or stream is about; both take the same parameters.
pub(super) struct Filter<'a> {
    selector: Selector,
    projects: Option<Vec<&'a str>>,
    pub(super) namespace: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    repository: Option<&'a str>,
}

impl<'a> Filter<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// The selector's syntax error, in Kubernetes' words.
    pub(super) fn of(target: &'a Target) -> Result<Self, String> {
        // The legacy spelling wins. An empty value is a project without a name, which no Application has.
        let parameter = if target.parameter("project").is_some() {
            "project"
        } else {
            "projects"
        };
        let projects: Vec<&str> = target.parameters(parameter).collect();
        Ok(Self {
            selector: Selector::parse(target.parameter("selector").unwrap_or_default())?,
            projects: (!projects.is_empty()).then_some(projects),
            namespace: target.filled("appNamespace"),
            name: target.filled("name"),
            repository: target.filled("repo"),
        })
    }

    /// Whether it lets an Application through, permissions included.
    pub(super) fn admits(&self, application: &Application, account: &Account) -> bool {
        account.may_see(&application.project)
            && self.selector.matches(&application.labels)
            && self
                .projects
                .as_ref()
                .is_none_or(|projects| projects.contains(&application.project.as_str()))
            && self.name.is_none_or(|name| name == application.identity.name)
            && self
                .namespace
                .is_none_or(|namespace| namespace == application.identity.namespace)
            && self.repository.is_none_or(|repository| repository == application.repository)
    }

    /// As a stream reads them: the repository is ignored, the namespace without a name too (docs/argocd-api.md §2.3).
    pub(super) fn for_stream(mut self) -> Self {
        self.repository = None;
        if self.name.is_none() {
            self.namespace = None;
        }
        self
    }
}

/// The list.
///
/// # Errors
/// 500 for a selector that does not parse.
pub(super) fn list(moment: &Moment, account: &Account, target: &Target, version: Version) -> Result<Answer, Refusal> {
    let filter =
        Filter::of(target).map_err(|error| Refusal::new(Code::Unknown, format!("error parsing the selector: {error}")))?;
    let most = if filter.name.is_some() { 1 } else { usize::MAX };
    let applications: Vec<&Arc<Application>> = moment
        .applications
        .iter()
        .filter(|application| filter.admits(application, account))
        .take(most)
        .collect();
    Ok(match Mask::parse(target.parameter("fields")) {
        Some(mask) => masked(&applications, moment.list_version, &mask, version),
        None => Answer::json(plain(&applications, moment.list_version)),
    })
}

fn plain(applications: &[&Arc<Application>], list_version: u64) -> Vec<u8> {
    let mut body = format!(r#"{{"metadata":{{"resourceVersion":"{list_version}"}},"items":"#).into_bytes();
    if applications.is_empty() {
        body.extend_from_slice(b"null}");
        return body;
    }
    for (index, application) in applications.iter().enumerate() {
        body.push(if index == 0 { b'[' } else { b',' });
        body.extend_from_slice(&application.list_bytes());
    }
    body.extend_from_slice(b"]}");
    body
}

fn masked(applications: &[&Arc<Application>], list_version: u64, mask: &Mask, version: Version) -> Answer {
    let items: Result<Vec<Value>, _> = applications
        .iter()
        .map(|application| mask.list_item(application.list_value(), version))
        .collect();
    match items {
        Ok(items) => {
            let items = if items.is_empty() { Value::Null } else { Value::Array(items) };
            let metadata = json!({"resourceVersion": list_version.to_string()});
            Answer::json(go_json(&json!({"items": items, "metadata": metadata})))
        }
        // Recorded: with the header of the gRPC hop, since the hop itself went well (list/collision-*).
        Err(_) => {
            let mut answer = Answer::json(r#"{"error": "failed to marshal error message"}"#);
            answer.status = hyper::StatusCode::INTERNAL_SERVER_ERROR;
            answer
        }
    }
}
