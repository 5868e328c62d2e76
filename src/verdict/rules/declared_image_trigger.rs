//! # declared-image-trigger
//!
//! ## What
//! An image that the platform moved because Git declares an image trigger on the object itself.
//!
//! ## Why
//! Git delegated the image to a stream. An updater that only has a policy in an annotation still changes what runs without a
//! commit, and asks for review.
//!
//! ## Example
//! A DeploymentConfig with an `ImageChange` trigger; `image.openshift.io/triggers` on a Deployment.
//!
//! ## When it is wrong
//! When the stream points where it should not: the repository of the image is not compared here.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct DeclaredImageTrigger;

impl Rule for DeclaredImageTrigger {
    fn id(&self) -> &'static str {
        "declared-image-trigger"
    }

    fn source(&self) -> &'static str {
        include_str!("declared_image_trigger.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        let is_image = field.field.matches("container:image") || field.field.name() == "lastTriggeredImage";
        let manager = field.manager().filter(|m| is_image && !is_person(m) && !is_sync(m))?;
        let git = field.of.target?;
        let by_annotation = git.pointer("/metadata/annotations/image.openshift.io~1triggers").is_some();
        let triggers = git.pointer("/spec/triggers").and_then(Value::as_array);
        let by_trigger = triggers.is_some_and(|triggers| {
            triggers
                .iter()
                .any(|t| t.get("type").is_some_and(|kind| kind == "ImageChange"))
        });
        (by_annotation || by_trigger).then(|| {
            Finding::harmless(
                "image-trigger",
                0.92,
                format!("{manager} moved the image, as the trigger in Git says."),
            )
            .by(Origin::Controller)
        })
    }
}
