//! The rules, in the order of decision: the first that answers decides.

use super::rule::Rule;
use super::rules;

/// All rules. One line each.
pub static RULES: &[&dyn Rule] = &[
    // 1. Same meaning.
    &rules::server_default::ServerDefault,
    &rules::same_meaning::SameMeaning,
    &rules::list_order::ListOrder,
    &rules::plain_secret_data::PlainSecretData,
    // 2. Bookkeeping.
    &rules::bookkeeping::Bookkeeping,
    // 3. Hostile form, before the triggers: those know odd values, and a deceiving one is worse than odd.
    &rules::hostile_text::HostileText,
    &rules::restart_trigger::RestartTrigger,
    &rules::imitated_manager::ImitatedManager,
    &rules::impossible_writer::ImpossibleWriter,
    // 5. Delegated (before 4, which it pierces).
    &rules::aggregated_cluster_role::AggregatedClusterRole,
    &rules::ca_bundle::CaBundle,
    &rules::webhook_software::WebhookSoftware,
    &rules::autoscaled_replicas::AutoscaledReplicas,
    &rules::vertical_autoscaler::VerticalAutoscaler,
    &rules::delegated_resize::DelegatedResize,
    &rules::queue_controller::QueueController,
    &rules::progressive_delivery::ProgressiveDelivery,
    &rules::filled_data::FilledData,
    &rules::injected_sidecar::InjectedSidecar,
    &rules::explained_mutation::ExplainedMutation,
    &rules::declared_mutation::DeclaredMutation,
    &rules::pinned_digest::PinnedDigest,
    &rules::declared_image_trigger::DeclaredImageTrigger,
    &rules::service_allocation::ServiceAllocation,
    &rules::platform_writer::PlatformWriter,
    &rules::adopted_owner::AdoptedOwner,
    &rules::own_prefix::OwnPrefix,
    &rules::operator_default::OperatorDefault,
    &rules::custom_resource_default::CustomResourceDefault,
    // 3. Hostile form again, of what no delegation explains.
    &rules::borrowed_name::BorrowedName,
    // 6. Only Git moved.
    &rules::git_ahead::GitAhead,
    // 4. Security-critical.
    &rules::extended_crd::ExtendedCrd,
    &rules::security_critical::SecurityCritical,
    // 7. A person changed behaviour, and its exceptions.
    &rules::auto_sync_paused::AutoSyncPaused,
    &rules::informational_metadata::InformationalMetadata,
    &rules::person_edit::PersonEdit,
    &rules::unexplained_admission::UnexplainedAdmission,
    &rules::removed_in_cluster::RemovedInCluster,
    &rules::replaced_alternative::ReplacedAlternative,
    // 8. Others.
    &rules::other_writer::OtherWriter,
    // 9. and 10. Whole objects.
    &rules::missing_object::MissingObject,
    &rules::extra_object::ExtraObject,
    // Nothing known.
    &rules::unexplained::Unexplained,
];

/// The rule with this id.
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.id() == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_rule_has_a_page() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(
                RULES[at + 1..].iter().all(|other| other.id() != rule.id()),
                "{} twice",
                rule.id()
            );
            let page = rule.page();
            for heading in ["# ", "## What", "## Why", "## Example", "## When it is wrong"] {
                assert!(page.contains(heading), "{}: no {heading:?} in\n{page}", rule.id());
            }
        }
    }
}
