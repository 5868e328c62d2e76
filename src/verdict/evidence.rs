//! What a rule may look at: the compared pair, the raw pair, who owns what, and the other objects of the Application.

use std::borrow::Cow;

use serde_json::Value;

use super::declared::Declared;
use super::policy::Policy;
use crate::drift::attribution::Attribution;
use crate::drift::compare::Difference;
use crate::drift::correspondence::corresponding;
use crate::drift::managed_fields::ManagedFields;
use crate::drift::origin::{LastApplied, Origin, ThreeWay};
use crate::drift::{Application, DriftState, ResourceKey};
use crate::kubernetes::field::Field;

/// Another object of the same Application.
#[derive(Debug, Clone, Copy)]
pub struct Sibling<'a> {
    /// Which one.
    pub key: &'a ResourceKey,
    /// As it is in the cluster, else as Git wants it.
    pub object: &'a Value,
}

/// One drifted resource and all that bears on it.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The Application.
    pub application: &'a Application,
    /// The resource.
    pub resource: &'a ResourceKey,
    /// Changed, missing or extra.
    pub state: DriftState,
    /// Desired side of the compared pair; `None` for extra objects.
    pub desired: Option<&'a Value>,
    /// Live side of the compared pair; `None` for missing objects.
    pub live: Option<&'a Value>,
    /// The rendered object from Git, as Git spells it.
    pub target: Option<&'a Value>,
    /// The live object with managed fields and last-applied.
    pub raw_live: Option<&'a Value>,
    /// Who owns what.
    pub managed: &'a ManagedFields,
    /// What the last sync applied.
    pub last_applied: Option<&'a LastApplied>,
    /// The object as Git had it at the revision synced last; `None` unless somebody asked for it.
    pub synced: Option<&'a Value>,
    /// The other objects of the Application.
    pub siblings: &'a [Sibling<'a>],
    /// What the Application tells Argo CD to ignore, compiled.
    pub declared: &'a Declared,
    /// What the team's policy makes of verdicts in this Application's environment.
    pub policy: Policy<'a>,
}

impl<'a> Evidence<'a> {
    /// Whether the revision that Argo CD compares with is the one last synced successfully; `None` when not known.
    pub fn git_stood_still(&self) -> Option<bool> {
        git_stood_still(self.application)
    }

    /// An annotation of the live object, else of the rendered one.
    pub fn annotation(&self, key: &str) -> Option<&'a str> {
        let of = |object: Option<&'a Value>| object?.get("metadata")?.get("annotations")?.get(key)?.as_str();
        of(self.raw_live).or_else(|| of(self.target))
    }

    /// The three-way question for this resource; `None` unless both sides exist.
    pub fn three_way(&self) -> Option<ThreeWay<'a>> {
        Some(ThreeWay {
            desired: self.desired?,
            live: self.live?,
            target: self.target,
            last_applied: self.last_applied,
            synced: self.synced,
            git_stood_still: self.git_stood_still(),
        })
    }

    /// Siblings of a kind, whatever their API version.
    pub fn siblings_of<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s Sibling<'a>> {
        self.siblings.iter().filter(move |s| s.key.kind == kind)
    }
}

/// See [`Evidence::git_stood_still`].
pub fn git_stood_still(application: &Application) -> Option<bool> {
    let synced = application
        .operation
        .as_ref()
        .map(|o| &o.revisions)
        .filter(|r| !r.is_empty())?;
    (!application.revisions.is_empty()).then(|| *synced == application.revisions)
}

/// One differing field and all that bears on it.
#[derive(Debug, Clone)]
pub struct FieldEvidence<'a> {
    /// The resource it belongs to.
    pub of: Evidence<'a>,
    /// What differs.
    pub difference: &'a Difference<'a>,
    /// Where it is, for the tables.
    pub field: Field<'a>,
    /// Who wrote it, by the managed fields.
    pub attribution: Attribution,
    /// Whose move it was, by the base.
    pub origin: Origin,
}

impl<'a> FieldEvidence<'a> {
    /// Kind of the resource.
    pub fn kind(&self) -> &'a str {
        &self.of.resource.kind
    }

    /// The manager that wrote the live value, if one is recorded.
    pub fn manager(&self) -> Option<&str> {
        self.attribution.manager()
    }

    /// The desired and the live value as text, where both are strings.
    pub fn both_text(&self) -> Option<(&'a str, &'a str)> {
        Some((self.difference.desired?.as_str()?, self.difference.live?.as_str()?))
    }

    /// What the last sync applied here; `None` when it applied nothing here or nothing is known.
    pub fn last_applied(&self) -> Option<&'a Value> {
        let last_applied = self.of.last_applied.filter(|l| l.by_sync)?;
        corresponding(&self.difference.path, self.of.live?, &last_applied.manifest)
            .or_else(|| corresponding(&self.difference.desired_path, self.of.desired?, &last_applied.manifest))
    }

    /// What Git itself says here, as Git spells it; `None` when Git says nothing here.
    pub fn in_git(&self) -> Option<&'a Value> {
        let (desired, target) = (self.of.desired?, self.of.target?);
        corresponding(&self.difference.desired_path, desired, target)
    }

    /// `manager (Operation, subresource)`, for a sentence; "nobody on record" without one.
    pub fn who(&self) -> Cow<'_, str> {
        match (&self.attribution.actor.name(), self.attribution.subresource.as_str()) {
            (None, _) => Cow::Borrowed("nobody on record"),
            (Some(name), "") => Cow::Owned((*name).to_owned()),
            (Some(name), subresource) => Cow::Owned(format!("{name} through /{subresource}")),
        }
    }
}
