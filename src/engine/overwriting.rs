//! What a sync overwrites in resources that Argo CD calls Synced, because `ignoreDifferences` hide that they differ.

use super::collect::Look;
use crate::drift::managed_fields::ManagedFields;
use crate::drift::raw::ManagedResource;
use crate::drift::{Application, DriftState, Pointer};
use crate::verdict::declared::{Declared, hidden_by_ignores};
use crate::verdict::evidence::Evidence;
use crate::verdict::policy::Policy;

/// One text for each resource that does not drift: which, and its hidden fields (hostile text).
pub(super) fn hidden_in_synced(look: &Look, declared: &Declared, drifts: impl Fn(&ManagedResource) -> bool) -> Vec<String> {
    if look.application.ignore_differences.is_empty() {
        return Vec::new();
    }
    let synced = look.resources.iter().filter(|resource| !resource.hook && !drifts(resource));
    synced
        .filter_map(|resource| hidden(&look.application, declared, resource))
        .collect()
}

fn hidden(application: &Application, declared: &Declared, resource: &ManagedResource) -> Option<String> {
    let live = resource.live.as_ref()?;
    let managed = ManagedFields::of(live);
    let fields = hidden_by_ignores(&Evidence {
        application,
        resource: &resource.key,
        state: DriftState::Changed,
        desired: resource.target.as_ref(),
        live: Some(live),
        target: resource.target.as_ref(),
        raw_live: Some(live),
        managed: &managed,
        last_applied: None,
        synced: None,
        siblings: &[],
        declared,
        policy: Policy::default(),
    });
    let names: Vec<&str> = fields.iter().map(Pointer::as_str).collect();
    (!names.is_empty()).then(|| format!("{} {}", resource.key.short(), names.join(", ")))
}
