//! What a pull request would be, to the last character: shown before it is opened, and the same on every machine.

use super::body::Body;
use super::destination::{Base, Destination};
use super::evidence::Evidence;
use super::identity::{Marker, ResourceId};
use super::landing::Landing;
use super::markdown::code;
use super::record;
use crate::drift::RepositoryPath;

/// A file that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Which one.
    pub path: RepositoryPath,
    /// All of it, afterwards.
    pub contents: String,
}

/// Everything that opening a pull request writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestPlan {
    /// Where it goes.
    pub destination: Destination,
    /// Our branch.
    pub branch: String,
    /// What it is about; also the first line of the body.
    pub marker: Marker,
    /// Title.
    pub title: String,
    /// Message of the commit: our words and plain names only.
    pub message: String,
    /// Body, in Markdown.
    pub body: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Files that the commit writes.
    pub files: Vec<FileChange>,
    /// What merging it sets off.
    pub landing: Landing,
}

/// Why no pull request can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPullRequest {
    /// The record would have no path.
    #[error("no path for the record can be made of the configured folder and the source's")]
    NoPath,
}

/// The record pull request: a review gate for one resource. It adds one Markdown file that renders to nothing.
///
/// # Errors
/// The record has no path.
pub fn record_pull_request(
    evidence: &Evidence,
    destination: Destination,
    records: &RepositoryPath,
    landing: Landing,
) -> Result<PullRequestPlan, NoPullRequest> {
    let path = record::path(records, &destination.path, evidence).ok_or(NoPullRequest::NoPath)?;
    let id = ResourceId::of(&evidence.application, &evidence.resource);
    let marker = Marker {
        resource: id.clone(),
        drift: evidence.fingerprint.clone(),
    };
    let title = title(evidence);
    let mut tail = Body::begin("");
    tail.landing(&landing);
    tail.paragraph("### The two ways out");
    tail.paragraph(&format!(
        "1. **Git wins.** Merge this: it adds the record {} and nothing that is deployed. The next sync then takes the live state away.\n\
         2. **The live state wins.** Close this, and write the live value into Git: {}.",
        code(path.as_str()),
        code("driftline accept"),
    ));
    tail.how_to_check(evidence);
    let body = Body::about(evidence, &marker, &tail);
    Ok(PullRequestPlan {
        branch: id.branch(&evidence.application.name, &evidence.resource),
        message: format!(
            "{title}\n\nRecord of a live difference. Nothing that is deployed changes.\n\nDrift-Id: {}",
            marker.drift
        ),
        title,
        marker,
        body: body.finish(),
        labels: labels(evidence),
        files: vec![FileChange {
            path,
            contents: record::text(evidence),
        }],
        destination,
        landing,
    })
}

/// `[Drift] app: Kind/name`, plain: a title is read by commit hooks and trailers, so nothing foreign acts in it.
pub(super) fn title(evidence: &Evidence) -> String {
    let resource = &evidence.resource;
    format!(
        "[Drift] {}: {}/{}",
        plain(&evidence.application.name),
        plain(&resource.kind),
        plain(&resource.name)
    )
}

/// Only what names of Kubernetes hold: no brackets, spaces, `#`, `@` or line breaks, and not endlessly much.
fn plain(name: &str) -> String {
    let shown: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-._:".contains(c) {
                c
            } else {
                '?'
            }
        })
        .take(100)
        .collect();
    if shown.is_empty() { "?".to_owned() } else { shown }
}

/// Labels of everything that we open.
pub(super) fn labels(evidence: &Evidence) -> Vec<String> {
    vec!["drift".to_owned(), format!("drift-{}", evidence.verdict.as_str())]
}

impl Base {
    /// The name when it is known, `HEAD` else.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Default => "HEAD",
            Self::Named(name) => name.as_str(),
        }
    }
}
