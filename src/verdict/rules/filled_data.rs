//! # filled-data
//!
//! ## What
//! Data of a ConfigMap or Secret that Git leaves empty and that its filler wrote: an ExternalSecret or Certificate beside it names
//! this object and the writer bears a name of its kind or group (or the object belongs to it), or a marker on the object names the filler.
//!
//! ## Why
//! Git declares that somebody else holds the values.
//!
//! ## Example
//! An ExternalSecret with `target.name: db` fills `data.password` of the Secret `db`.
//!
//! ## When it is wrong
//! When Git also pins a value: two sources of truth, which needs review. A controller whose name has nothing of its kind and that
//! leaves no owner reference needs review, too.

use serde_json::Value;

use crate::drift::origin::Origin;
use crate::kubernetes::managers::{is_person, is_sync};
use crate::kubernetes::names::share_a_word;
use crate::kubernetes::objects::is_built_in;
use crate::verdict::evidence::{FieldEvidence, Sibling};
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
        let named = fillers(field);
        let by_filler = named
            .iter()
            .any(|filler| is_controller_of(filler, manager) || is_owned_by(field, filler));
        let left_open = field
            .difference
            .desired
            .is_none_or(|desired| desired.as_str().is_some_and(str::is_empty));
        if !(by_filler || is_marked_for(field, manager) || is_token_of_service_account(field, manager)) {
            let reason = format!("A filler is declared for it, but {manager} does not look like that filler's controller.");
            // A secret that anybody else wrote stays what the rules for secrets call it.
            return (!named.is_empty() && left_open && field.kind() != "Secret")
                .then(|| Finding::needs_review("filled-by-another", 0.8, reason));
        }
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

/// The ExternalSecrets, Certificates or the like beside it that say that they write to an object of this name.
fn fillers<'a>(field: &FieldEvidence<'a>) -> Vec<&'a Sibling<'a>> {
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
    let is_filler = |s: &Sibling<'_>| {
        let by_kind = !is_built_in(&s.key.group) && DESTINATIONS.iter().any(|at| says(s.object, at));
        // They write into their own namespace only; one without writes into many.
        let is_near = s.key.namespace.is_empty() || s.key.namespace == field.of.resource.namespace;
        let by_name = || {
            let said = TARGETS.iter().filter_map(|at| s.object.pointer(at)).filter_map(Value::as_str);
            let mut said = said.peekable();
            if said.peek().is_none() {
                s.key.name == name
            } else {
                said.any(|target| target == name)
            }
        };
        by_kind || asks_for_certificate(s, name) || (FILLERS.contains(&s.key.kind.as_str()) && is_near && by_name())
    };
    field.of.siblings.iter().filter(|s| is_filler(s)).collect()
}

/// OpenShift makes a certificate for a Service that asks for one by annotation.
fn asks_for_certificate(sibling: &Sibling<'_>, name: &str) -> bool {
    let asks = |stage: &str| {
        let key = format!("/metadata/annotations/service.{stage}.openshift.io~1serving-cert-secret-name");
        sibling.object.pointer(&key).is_some_and(|said| said == name)
    };
    sibling.key.kind == "Service" && (asks("beta") || asks("alpha"))
}

/// Whether the manager has a telling word of the filler's group or kind. That it deals in secrets tells nothing.
fn is_controller_of(filler: &Sibling<'_>, manager: &str) -> bool {
    if filler.key.kind == "Service" {
        return manager.starts_with("service-ca");
    }
    let names = format!("{} {}", filler.key.group, filler.key.kind);
    let telling = names.replace("Secret", " ").replace("secrets", " ").replace("secret", " ");
    share_a_word(manager, &telling)
}

/// Whether the object says that it belongs to the filler.
fn is_owned_by(field: &FieldEvidence<'_>, filler: &Sibling<'_>) -> bool {
    let owners = field
        .of
        .raw_live
        .and_then(|live| live.pointer("/metadata/ownerReferences")?.as_array());
    owners.into_iter().flatten().any(|owner| {
        let text = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or_default();
        let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
        group == filler.key.group && text("kind") == filler.key.kind && text("name") == filler.key.name
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
            .sibling(
                "ExternalSecret",
                json!({"apiVersion": "external-secrets.io/v1", "spec": {"target": {"name": target}}}),
            )
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
                .by(if kind == "Service" {
                    "service-ca-operator"
                } else {
                    "database-operator"
                })
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

    #[test]
    fn the_writer_must_be_the_fillers_controller_or_the_filler_the_owner() {
        let owner = |kind: &str, name: &str| json!([{"apiVersion": "external-secrets.io/v1", "kind": kind, "name": name}]);
        let judged = |manager: &str, owners: serde_json::Value, git: serde_json::Value| {
            let metadata = json!({"ownerReferences": owners});
            let judged = Fixture::of("Secret")
                .target(json!({"metadata": metadata, "data": git}))
                .live(json!({"metadata": metadata, "data": {"password": "+++++"}}))
                .by(manager)
                .sibling(
                    "ExternalSecret",
                    json!({"apiVersion": "external-secrets.io/v1", "spec": {"target": {"name": "it"}}}),
                )
                .judge();
            (judged[0].1, judged[0].2)
        };
        let none = json!([]);
        let pinned = json!({"password": "++++++++"});
        for (manager, owners, git, expected) in [
            ("external-secrets", &none, json!({}), ("harmless", "controller-filled-secret")),
            (
                "fleet-operator",
                &owner("ExternalSecret", "sibling"),
                json!({}),
                ("harmless", "controller-filled-secret"),
            ),
            ("fleet-operator", &none, json!({}), ("risky", "security-critical")),
            ("secrets-bot", &none, json!({}), ("risky", "security-critical")),
            (
                "fleet-operator",
                &owner("ExternalSecret", "other"),
                json!({}),
                ("risky", "security-critical"),
            ),
            ("fleet-operator", &none, pinned, ("risky", "security-critical")),
            (
                "kubectl-edit",
                &owner("ExternalSecret", "sibling"),
                json!({}),
                ("risky", "security-critical"),
            ),
        ] {
            assert_eq!(judged(manager, owners.clone(), git), expected, "{manager} {owners}");
        }
    }
}
