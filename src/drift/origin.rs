//! Whose move made a difference: the cluster's, Git's, both. The three-way question, answered per field.
//!
//! The base is what the last sync applied: the last-applied annotation while the sync owns it, else what Git said at the
//! revision synced last, where somebody asked Argo CD to render it, else ownership.
//! (Argo CD's own three-way comparison uses the same annotation: gitops-engine, `pkg/diff`.)

use serde_json::Value;

use super::attribution::{Actor, Attribution, attribute};
use super::compare::{Difference, DifferenceKind, same};
use super::correspondence::corresponding;
use super::managed_fields::ManagedFields;
use super::pointer::Pointer;
use crate::kubernetes::managers::is_sync;
use crate::kubernetes::spelling::same_amount;

/// Name of the annotation in which a client-side apply keeps what it applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whose move made a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// Live was edited.
    Cluster,
    /// Git is ahead, not yet synced.
    Git,
    /// A sync would overwrite a live edit with something newer.
    Both,
    /// A controller that owns the field wrote it.
    Controller,
    /// A default of the API server or of a CRD.
    Default,
    /// The same meaning in another spelling.
    Equivalent,
    /// Not known.
    Unknown,
}

impl Origin {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Git => "git",
            Self::Both => "both",
            Self::Controller => "controller",
            Self::Default => "default",
            Self::Equivalent => "equivalent",
            Self::Unknown => "unknown",
        }
    }
}

/// What the last sync applied, as far as the live object tells.
#[derive(Debug, Clone, PartialEq)]
pub struct LastApplied {
    /// The applied manifest.
    pub manifest: Value,
    /// Whether the sync itself wrote the annotation: a person's `kubectl apply` replaces it, and then it proves nothing
    /// about the sync.
    pub by_sync: bool,
}

impl LastApplied {
    /// Reads the annotation of a raw live object. `None` when absent or not a JSON object.
    pub fn of(live: &Value, managed: &ManagedFields) -> Option<Self> {
        let path = Pointer::from_segments(["metadata", "annotations", LAST_APPLIED]);
        let manifest: Value = serde_json::from_str(path.get(live)?.as_str()?).ok()?;
        if !manifest.is_object() {
            return None;
        }
        let by_sync = match attribute(&path, live, managed).actor {
            Actor::Manager(name) => is_sync(&name),
            _ => managed.is_empty(),
        };
        Some(Self { manifest, by_sync })
    }
}

/// What is known about one object when the three-way question is asked.
#[derive(Debug, Clone, Copy)]
pub struct ThreeWay<'a> {
    /// The desired side that was compared.
    pub desired: &'a Value,
    /// The live side that was compared.
    pub live: &'a Value,
    /// The rendered object from Git, spelled as Git spells it.
    pub target: Option<&'a Value>,
    /// What the last sync applied.
    pub last_applied: Option<&'a LastApplied>,
    /// The object as Git had it at the revision synced last; `None` when nobody asked, or Git had it not.
    pub synced: Option<&'a Value>,
    /// Whether the revision that Argo CD compares with is the one last synced; `None` when not known.
    pub git_stood_still: Option<bool>,
}

impl ThreeWay<'_> {
    /// Whose move made this difference. Equal meaning, defaults and delegated writers are for the rules to recognise;
    /// this answers from the base alone.
    pub fn origin(&self, difference: &Difference<'_>, attribution: &Attribution) -> Origin {
        let by_sync = attribution.manager().is_some_and(is_sync);
        if let Some(last_applied) = self.last_applied.filter(|l| l.by_sync) {
            return self.against(self.base(difference, &last_applied.manifest), difference, by_sync);
        }
        if let Some(synced) = self.synced {
            let base = self.base(difference, synced);
            // Git never said what is there, and nobody signed for it: the server's own choice perhaps.
            let unsigned = base.is_none() && difference.live.is_some() && attribution.manager().is_none();
            if !unsigned && !base.is_some_and(is_masked) {
                return self.against(base, difference, by_sync);
            }
        }
        match &attribution.actor {
            Actor::Manager(_) if by_sync => {
                if self.git_stood_still == Some(true) {
                    // Applied by the sync, and Git has not moved: something altered it on its way in.
                    Origin::Unknown
                } else {
                    Origin::Git
                }
            }
            Actor::Manager(_) => Origin::Cluster,
            _ if self.git_stood_still == Some(true) => Origin::Cluster,
            _ => Origin::Unknown,
        }
    }

    /// What this manifest says at the place of the difference.
    fn base<'m>(&self, difference: &Difference<'_>, manifest: &'m Value) -> Option<&'m Value> {
        corresponding(&difference.path, self.live, manifest)
            .or_else(|| corresponding(&difference.desired_path, self.desired, manifest))
    }

    fn against(&self, base: Option<&Value>, difference: &Difference<'_>, by_sync: bool) -> Origin {
        let target = self.target.map_or(difference.desired, |target| {
            corresponding(&difference.desired_path, self.desired, target)
        });
        let means_same = |a, b| means_same(&difference.path, a, b);
        let git_moved = !means_same(base, target);
        let live_moved = !means_same(base, difference.live);
        match (git_moved, live_moved) {
            // The sync applied the base and not this: whoever wrote it used the sync's name, or altered it on its way in.
            (true, true) if by_sync => Origin::Unknown,
            (true, true) => Origin::Both,
            (true, false) => Origin::Git,
            (false, _) if by_sync && difference.kind == DifferenceKind::Changed => Origin::Unknown,
            (false, _) => Origin::Cluster,
        }
    }
}

/// Argo CD shows pluses for what it hides, as many as it likes.
fn is_masked(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte == b'+'))
}

fn means_same(path: &Pointer, a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            same(a, b) || same_amount(path.segments().collect::<Vec<_>>().iter().map(AsRef::as_ref), a, b).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::compare::compare;
    use super::*;

    fn object(data: Value, applied: &Value, manager: &str) -> Value {
        let applied = json!({"data": applied}).to_string();
        json!({"data": data, "metadata": {"annotations": {LAST_APPLIED: applied}, "managedFields": [
            {"manager": "argocd-controller", "operation": "Update", "fieldsV1": {"f:metadata": {"f:annotations": {format!("f:{LAST_APPLIED}"): {}}}}},
            {"manager": manager, "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}}}}]}})
    }

    fn origin(target: Value, live: &Value) -> Origin {
        let managed = ManagedFields::of(live);
        let last_applied = LastApplied::of(live, &managed);
        let desired = json!({"data": target, "metadata": live["metadata"]});
        let found = compare(&desired, live);
        let three_way = ThreeWay {
            desired: &desired,
            live,
            target: Some(&desired),
            last_applied: last_applied.as_ref(),
            synced: None,
            git_stood_still: None,
        };
        let attribution = attribute(&found[0].path, live, &managed);
        three_way.origin(&found[0], &attribution)
    }

    #[test]
    fn the_base_tells_who_moved() {
        let base = json!({"a": "1"});
        let edited = object(json!({"a": "2"}), &base, "kubectl-edit");
        let untouched = object(json!({"a": "1"}), &base, "argocd-controller");
        assert_eq!(origin(json!({"a": "1"}), &edited), Origin::Cluster);
        assert_eq!(origin(json!({"a": "3"}), &edited), Origin::Both);
        assert_eq!(origin(json!({"a": "3"}), &untouched), Origin::Git);
    }

    #[test]
    fn a_field_that_last_applied_proves_was_removed_in_the_cluster() {
        let live = object(json!({}), &json!({"a": "1"}), "kubectl-edit");
        assert_eq!(origin(json!({"a": "1"}), &live), Origin::Cluster);
    }

    #[test]
    fn a_field_that_git_has_just_added_is_gits_move() {
        let live = object(json!({}), &json!({}), "argocd-controller");
        assert_eq!(origin(json!({"a": "1"}), &live), Origin::Git);
    }

    #[test]
    fn a_persons_apply_replaces_the_base_and_proves_nothing() {
        let live = json!({"metadata": {"annotations": {LAST_APPLIED: "{\"data\":{}}"}, "managedFields": [
            {"manager": "kubectl-client-side-apply", "operation": "Update", "fieldsV1": {"f:metadata": {"f:annotations": {format!("f:{LAST_APPLIED}"): {}}}}}]}});
        assert!(!LastApplied::of(&live, &ManagedFields::of(&live)).unwrap().by_sync);
    }

    #[test]
    fn git_at_the_revision_synced_last_tells_what_ownership_cannot() {
        use Origin::{Both, Cluster, Git, Unknown};
        let object = |value: Option<&str>| match value {
            Some(value) => json!({"data": {"a": value}}),
            None => json!({"data": {}}),
        };
        for (why, base, target, live, manager, without, with) in [
            ("Git added it", None, Some("2"), None, None, Unknown, Git),
            ("removed in the cluster", Some("1"), Some("1"), None, None, Unknown, Cluster),
            (
                "removed there, and moved in Git",
                Some("1"),
                Some("2"),
                None,
                None,
                Unknown,
                Both,
            ),
            (
                "changed by nobody on record",
                Some("1"),
                Some("1"),
                Some("9"),
                None,
                Unknown,
                Cluster,
            ),
            (
                "edited, and moved in Git",
                Some("1"),
                Some("2"),
                Some("9"),
                Some("kubectl-edit"),
                Cluster,
                Both,
            ),
            (
                "edited",
                Some("1"),
                Some("1"),
                Some("9"),
                Some("kubectl-edit"),
                Cluster,
                Cluster,
            ),
            (
                "as synced, under the name of another",
                Some("1"),
                Some("2"),
                Some("1"),
                Some("helm"),
                Cluster,
                Git,
            ),
            (
                "as synced",
                Some("1"),
                Some("2"),
                Some("1"),
                Some("argocd-controller"),
                Git,
                Git,
            ),
            (
                "altered on its way in",
                Some("1"),
                Some("1"),
                Some("9"),
                Some("argocd-controller"),
                Git,
                Unknown,
            ),
            ("perhaps a default", None, Some("2"), Some("1"), None, Unknown, Unknown),
            (
                "masked",
                Some("++++"),
                Some("2"),
                Some("9"),
                Some("kubectl-edit"),
                Cluster,
                Cluster,
            ),
        ] {
            let mut live = object(live);
            let entries: Vec<Value> = manager
                .map(|manager| json!({"manager": manager, "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}}))
                .into_iter()
                .collect();
            live["metadata"] = json!({"managedFields": entries});
            let mut desired = object(target);
            desired["metadata"] = json!({});
            let (managed, base) = (ManagedFields::of(&live), object(base));
            let found = compare(&desired, &live);
            let attribution = attribute(&found[0].path, &live, &managed);
            let ask = |synced| {
                let three_way = ThreeWay {
                    desired: &desired,
                    live: &live,
                    target: Some(&desired),
                    last_applied: None,
                    synced,
                    git_stood_still: Some(false),
                };
                three_way.origin(&found[0], &attribution)
            };
            assert_eq!((ask(None), ask(Some(&base))), (without, with), "{why}");
        }
    }
}
