//! # queue-controller
//!
//! ## What
//! A job that Git puts into a queue by label, held back, started or placed by the controller of that queue.
//!
//! ## Why
//! With the label, Git delegates when the job runs, on which nodes, and how wide.
//!
//! ## Example
//! A Job labelled `kueue.x-k8s.io/queue-name` has `suspend: true` until Kueue admits it.
//!
//! ## When it is wrong
//! When the queue is gone and nobody will ever admit the job. Its own status says that it waits.

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{ManagerClass, classify};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct QueueController;

/// Label or annotation by which Git puts an object into a queue, and the beginning of its controller's name.
///
/// Sources: kueue.sigs.k8s.io (running jobs), volcano.sh, yunikorn.apache.org.
const QUEUES: &[(&str, &str)] = &[
    ("kueue.x-k8s.io/queue-name", "kueue"),
    ("scheduling.volcano.sh/queue-name", "vc-"),
    ("volcano.sh/queue-name", "vc-"),
    ("yunikorn.apache.org/queue", "yunikorn"),
];

impl Rule for QueueController {
    fn id(&self) -> &'static str {
        "queue-controller"
    }

    fn source(&self) -> &'static str {
        include_str!("queue_controller.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let place = &field.field;
        let is_held = matches!(place.name(), "suspend" | "suspended");
        let is_placed = place.matches_any(&[
            "pod:nodeSelector/**",
            "pod:tolerations/**",
            "pod:affinity/**",
            "pod:schedulingGates/**",
            "pod:schedulerName",
            "spec/parallelism",
        ]) || place.is_in_template_metadata();
        if !(is_held || is_placed) {
            return None;
        }
        let manager = field.manager()?;
        let metadata = field.of.target?.get("metadata")?;
        let in_queue = |key: &str| {
            ["labels", "annotations"]
                .iter()
                .any(|map| metadata.get(map).is_some_and(|m| m.get(key).is_some()))
        };
        // A name that many programs use is enough only for holding a job, which nobody else does to a queued one.
        let is_generic = is_held && classify(manager) == ManagerClass::Generic;
        QUEUES
            .iter()
            .any(|(key, start)| in_queue(key) && (manager.starts_with(start) || is_generic))
            .then(|| {
                let reason = format!("{manager} runs the queue that Git put this job into.");
                Finding::harmless("queue-controller", 0.9, reason).by(Origin::Controller)
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn held(labels: serde_json::Value, manager: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Job")
            .group("batch")
            .target(json!({"metadata": {"labels": labels}, "spec": {"suspend": false}}))
            .live(json!({"metadata": {"labels": labels}, "spec": {"suspend": true}}))
            .by(manager)
            .judge()
    }

    #[test]
    fn git_must_have_put_the_job_into_the_queue() {
        let queued = json!({"kueue.x-k8s.io/queue-name": "night"});
        assert_eq!(
            held(queued.clone(), "kueue"),
            [("/spec/suspend", "harmless", "queue-controller")]
        );
        assert_eq!(
            held(json!({}), "kueue"),
            [("/spec/suspend", "needs-review", "unknown-automation")]
        );
        assert_eq!(held(queued, "kubectl-edit"), [("/spec/suspend", "risky", "manual-edit")]);
    }
}
