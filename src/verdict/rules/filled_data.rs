//! # filled-data
//!
//! ## What
//! Data of a ConfigMap or Secret that Git leaves empty and that its filler wrote: an ExternalSecret or Certificate beside it names
//! this object, or a marker on the object names the filler.
//!
//! ## Why
//! Git declares that somebody else holds the values.
//!
//! ## Example
//! An ExternalSecret with `target.name: db` fills `data.password` of the Secret `db`.
//!
//! ## When it is wrong
//! When Git also pins a value: two sources of truth, which needs review.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::kubernetes::names::share_a_word;
use crate::kubernetes::objects::is_built_in;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct FilledData;

impl Rule for FilledData {
    fn id(&self) -> &'static str {
        "filled-data"
    }

    fn source(&self) -> &'static str {
        include_str!("filled_data.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if !matches!(field.kind(), "ConfigMap" | "Secret") || !field.field.matches_any(&["data/**", "binaryData/**"]) {
            return None;
        }
        let manager = field.manager().filter(|m| !is_person(m) && !is_sync(m))?;
        if !(is_named_by_a_filler(field) || is_marked_for(field, manager) || is_token_of_service_account(field, manager)) {
            return None;
        }
        let left_open = field
            .difference
            .desired
            .is_none_or(|desired| desired.as_str().is_some_and(str::is_empty));
        Some(if left_open {
            let cause = if field.kind() == "Secret" {
                "controller-filled-secret"
            } else {
                "controller-filled-config"
            };
            Finding::harmless(cause, 0.92, format!("{manager} fills in what Git leaves open.")).by(Origin::Controller)
        } else {
            let reason = format!("{manager} is to fill it in, but Git pins a value too: two sources of truth.");
            Finding::needs_review("two-sources-of-truth", 0.85, reason).by(Origin::Controller)
        })
    }
}

/// Whether an ExternalSecret, Certificate or the like beside it says that it writes to an object of this name.
fn is_named_by_a_filler(field: &FieldEvidence<'_>) -> bool {
    const TARGETS: &[&str] = &[
        "/spec/target/name",
        "/spec/secretName",
        "/spec/template/metadata/name",
        "/spec/targetRef/name",
        "/spec/secretTemplate/name",
    ];
    // Whatever kind says that it writes there, and no kind reads from there.
    const DESTINATIONS: &[&str] = &[
        "/spec/destination/name",
        "/spec/writeConnectionSecretToRef/name",
        "/spec/managedSecretReference/secretName",
        "/spec/managedKubeSecretReferences/0/secretName",
    ];
    const FILLERS: &[&str] = &[
        "ExternalSecret",
        "Certificate",
        "SealedSecret",
        "VaultStaticSecret",
        "VaultDynamicSecret",
        "SecretProviderClass",
        "Bundle",
        "InfisicalSecret",
        "OnePasswordItem",
    ];
    let name = field.of.resource.name.as_str();
    let says = |object: &Value, at: &str| object.pointer(at).is_some_and(|said| said == name);
    let is_destination = field.of.siblings.iter().any(|s| {
        let by_kind = !is_built_in(&s.key.group) && DESTINATIONS.iter().any(|at| says(s.object, at));
        // OpenShift makes a certificate for a Service that asks for one by annotation.
        let by_service = ["beta", "alpha"].iter().any(|stage| {
            let key = format!("/metadata/annotations/service.{stage}.openshift.io~1serving-cert-secret-name");
            says(s.object, &key)
        });
        by_kind || (s.key.kind == "Service" && by_service)
    });
    is_destination
        || field
            .of
            .siblings
            .iter()
            .filter(|s| FILLERS.contains(&s.key.kind.as_str()))
            // They write into their own namespace only; one without writes into many.
            .filter(|s| s.key.namespace.is_empty() || s.key.namespace == field.of.resource.namespace)
            .any(|s| {
                let said = TARGETS.iter().filter_map(|at| s.object.pointer(at)).filter_map(Value::as_str);
                let mut said = said.peekable();
                if said.peek().is_none() {
                    s.key.name == name
                } else {
                    said.any(|target| target == name)
                }
            })
}

/// Whether Git asks for the token of a service account, and the token controller made it.
fn is_token_of_service_account(field: &FieldEvidence<'_>, manager: &str) -> bool {
    let asked = field.of.target.and_then(|target| target.get("type"));
    manager == "kube-controller-manager" && asked.is_some_and(|kind| kind == "kubernetes.io/service-account-token")
}

/// Whether Git put a marker on the object that names this manager or asks for filling: an annotation or label.
fn is_marked_for(field: &FieldEvidence<'_>, manager: &str) -> bool {
    const ASKS: &[&str] = &[
        "inject-cabundle",
        "inject-trusted-cabundle",
        "serving-cert-secret-name",
        "reflects",
        "replicate-from",
        "managed-keys",
    ];
    let metadata = field.of.target.and_then(|target| target.get("metadata"));
    ["annotations", "labels"]
        .iter()
        .filter_map(|map| metadata?.get(map)?.as_object())
        .flatten()
        .any(|(key, _)| share_a_word(manager, key) || ASKS.iter().any(|ask| key.ends_with(ask)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fixture::Fixture;

    fn secret(git: serde_json::Value, target: &str) -> Vec<(&'static str, &'static str, &'static str)> {
        Fixture::of("Secret")
            .target(json!({"data": git}))
            .live(json!({"data": {"password": "+++++"}}))
            .by("externalsecrets.external-secrets.io/db")
            .sibling("ExternalSecret", json!({"spec": {"target": {"name": target}}}))
            .judge()
    }

    #[test]
    fn the_filler_must_name_the_object_and_git_must_leave_it_open() {
        assert_eq!(
            secret(json!({}), "it"),
            [("/data/password", "harmless", "controller-filled-secret")]
        );
        assert_eq!(
            secret(json!({"password": "++++++++"}), "it"),
            [("/data/password", "needs-review", "two-sources-of-truth")]
        );
        assert_eq!(secret(json!({}), "other"), [("/data/password", "risky", "security-critical")]);
    }

    #[test]
    fn a_filler_of_another_namespace_fills_nothing_here() {
        let judged = Fixture::of("Secret")
            .target(json!({"data": {}}))
            .live(json!({"data": {"password": "+++++"}}))
            .by("externalsecrets.external-secrets.io/db")
            .sibling(
                "ExternalSecret",
                json!({"metadata": {"namespace": "other"}, "spec": {"target": {"name": "it"}}}),
            )
            .judge();
        assert_eq!(judged, [("/data/password", "risky", "security-critical")]);
    }

    #[test]
    fn what_says_that_it_writes_there_is_a_filler_whatever_its_kind() {
        let filled = |kind: &str, sibling: serde_json::Value| {
            Fixture::of("Secret")
                .target(json!({"data": {}}))
                .live(json!({"data": {"password": "+++++"}}))
                .by("shop-operator")
                .sibling(kind, sibling)
                .judge()
        };
        let database =
            |name: &str| json!({"apiVersion": "db.example.org/v1", "spec": {"writeConnectionSecretToRef": {"name": name}}});
        let harmless = [("/data/password", "harmless", "controller-filled-secret")];
        assert_eq!(filled("Database", database("it")), harmless);
        assert_eq!(
            filled("Database", database("other")),
            [("/data/password", "risky", "security-critical")]
        );
        let service = json!({"apiVersion": "v1", "metadata": {"annotations": {"service.beta.openshift.io/serving-cert-secret-name": "it"}}});
        assert_eq!(filled("Service", service), harmless);
    }

    #[test]
    fn the_token_controller_fills_a_token_that_git_asks_for() {
        let token = |kind: &str| {
            Fixture::of("Secret")
                .target(json!({"type": kind, "data": {}}))
                .live(json!({"type": kind, "data": {"token": "+++++"}}))
                .by("kube-controller-manager")
                .judge()
        };
        assert_eq!(
            token("kubernetes.io/service-account-token"),
            [("/data/token", "harmless", "controller-filled-secret")]
        );
        assert_eq!(token("Opaque"), [("/data/token", "risky", "impossible-writer")]);
    }
}
