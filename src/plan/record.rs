//! The record of a drift: the one file that a record pull request adds. Merging it acknowledges that Git wins.

use super::body::{Body, moment};
use super::evidence::Evidence;
use super::identity::{Marker, ResourceId};
use super::markdown::{code, cut};
use crate::drift::RepositoryPath;

/// Folder of records, unless the configuration names another. It begins with a dot, so that tools pass it by.
pub const RECORDS: &str = ".drift";

/// Longest part of a path, in bytes. File systems take 255.
const LONGEST_PART: usize = 80;

/// Where the record of a resource goes: below `records`, as the source's folder is, so that CODEOWNERS can pick its
/// reviewers by path. Everything foreign in it is made plain; the digits tell apart what that makes equal.
pub fn path(records: &RepositoryPath, source_path: &str, evidence: &Evidence) -> Option<RepositoryPath> {
    let id = ResourceId::of(&evidence.application, &evidence.resource);
    let folders: Vec<String> = source_path
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(plain)
        .collect();
    let resource = &evidence.resource;
    let name = format!("{}-{}", plain(&resource.kind.to_lowercase()), plain(&resource.name));
    let digits = id.as_str().get(..8).unwrap_or_default();
    let mut path = records.as_str().to_owned();
    for folder in folders {
        path.push('/');
        path.push_str(&folder);
    }
    RepositoryPath::parse(&format!("{path}/{name}-{digits}.md")).ok()
}

fn plain(part: &str) -> String {
    let keep = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let mut plain: String = part.chars().map(keep).take(LONGEST_PART).collect();
    if plain.starts_with(['-', '.']) {
        plain.insert(0, 'x');
    }
    plain
}

/// The text of the record.
pub fn text(evidence: &Evidence) -> String {
    let marker = Marker {
        resource: ResourceId::of(&evidence.application, &evidence.resource),
        drift: evidence.fingerprint.clone(),
    };
    let name = format!("{}/{}", evidence.resource.kind, evidence.resource.name);
    let mut body = Body::begin(&marker.line());
    body.paragraph(&format!("# Drift of {}", code(cut(&name, 300).0)));
    body.paragraph(&format!(
        "Written by driftline from what Argo CD said on {}. Merged, it says: Git wins, the next sync may take the live state away. \
         It changes nothing that is deployed, and may be deleted at any time.",
        moment(evidence.read_at)
    ));
    body.summary(evidence);
    body.story(evidence);
    body.fields(evidence);
    body.difference(&evidence.difference, 0);
    body.finish()
}
