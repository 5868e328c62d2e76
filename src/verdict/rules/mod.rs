//! One rule, one file. The `//!` lines of a file are the rule's page (`driftline rules show ID`); the registry holds the order.

pub(super) mod adopted_owner;
pub(super) mod aggregated_cluster_role;
pub(super) mod auto_sync_paused;
pub(super) mod autoscaled_replicas;
pub(super) mod bookkeeping;
pub(super) mod borrowed_name;
pub(super) mod ca_bundle;
pub(super) mod custom_resource_default;
pub(super) mod declared_image_trigger;
pub(super) mod declared_mutation;
pub(super) mod delegated_resize;
pub(super) mod explained_mutation;
pub(super) mod extended_crd;
pub(super) mod extra_object;
pub(super) mod filled_data;
pub(super) mod git_ahead;
pub(super) mod hostile_text;
pub(super) mod imitated_manager;
pub(super) mod impossible_writer;
pub(super) mod informational_metadata;
pub(super) mod injected_sidecar;
pub(super) mod list_order;
pub(super) mod missing_object;
pub(super) mod operator_default;
pub(super) mod other_writer;
pub(super) mod own_prefix;
pub(super) mod person_edit;
pub(super) mod pinned_digest;
pub(super) mod plain_secret_data;
pub(super) mod platform_writer;
pub(super) mod progressive_delivery;
pub(super) mod queue_controller;
pub(super) mod removed_in_cluster;
pub(super) mod replaced_alternative;
pub(super) mod restart_trigger;
pub(super) mod same_meaning;
pub(super) mod security_critical;
pub(super) mod server_default;
pub(super) mod service_allocation;
pub(super) mod unexplained;
pub(super) mod unexplained_admission;
pub(super) mod vertical_autoscaler;
pub(super) mod webhook_software;

#[cfg(test)]
pub(crate) mod fixture;
