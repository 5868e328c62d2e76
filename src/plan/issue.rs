//! What an issue would be: the same evidence, for what needs review or is not sure enough, and wherever no pull request
//! can go.

use super::body::Body;
use super::evidence::Evidence;
use super::identity::{Marker, ResourceId};
use super::markdown::{code, cut};
use super::pull_request::{labels, title};
use super::repository::Repository;

/// Everything that opening an issue writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePlan {
    /// In which repository.
    pub repository: Repository,
    /// What it is about; also the first line of the body.
    pub marker: Marker,
    /// Title.
    pub title: String,
    /// Body, in Markdown.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
}

/// The issue about a drift. `no_pull_request` says why there is no pull request, when that is the reason for it.
pub fn issue(evidence: &Evidence, repository: Repository, no_pull_request: Option<&str>) -> IssuePlan {
    let marker = Marker {
        resource: ResourceId::of(&evidence.application, &evidence.resource),
        drift: evidence.fingerprint.clone(),
    };
    let mut tail = Body::begin("");
    tail.paragraph("### What to decide");
    tail.paragraph(
        "- **It is fine and stays**: write it into Git, or add an ignore rule with a reason.\n\
         - **It is fine for now**: leave this open.\n\
         - **It is not fine**: sync the Application, or put the field back. Close this as not planned to hear no more of this very difference.",
    );
    if let Some(why) = no_pull_request {
        tail.paragraph(&format!("There is no pull request because {}.", code(cut(why, 1_000).0)));
    }
    tail.how_to_check(evidence);
    let body = Body::about(evidence, &marker, &tail);
    IssuePlan {
        repository,
        marker,
        title: title(evidence),
        body: body.finish(),
        labels: labels(evidence),
    }
}
