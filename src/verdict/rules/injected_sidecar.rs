//! # injected-sidecar
//!
//! ## What
//! A container or volume that a known injector adds at admission: recognised by the marker on the object, the image *and*
//! the shape, all three, and owned by nobody or by the injector.
//!
//! ## Why
//! The injection was asked for by the marker; the container is not in Git by design.
//!
//! ## Example
//! `istio-proxy` from `istio/proxyv2` in a pod whose template carries `sidecar.istio.io/status`.
//!
//! ## When it is wrong
//! An injector that is not in the table: its containers ask for review until a line names it.

use serde_json::Value;

use crate::drift::attribution::Actor;
use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::injectors::{INJECTORS, Injector, claimed_by_name, injector_of};
use crate::kubernetes::managers::is_person;
use crate::verdict::evidence::FieldEvidence;
use crate::verdict::rule::{Finding, Rule};

/// See the page above.
pub(crate) struct InjectedSidecar;

impl Rule for InjectedSidecar {
    fn id(&self) -> &'static str {
        "injected-sidecar"
    }

    fn source(&self) -> &'static str {
        include_str!("injected_sidecar.rs")
    }

    fn field(&self, field: &FieldEvidence<'_>) -> Option<Finding> {
        if field.difference.kind != DifferenceKind::LiveOnly {
            return None;
        }
        let live = field.difference.live?;
        let name = live.get("name").and_then(Value::as_str)?;
        if field.field.matches("pod:*/*") && live.get("image").is_some() {
            let image = live.get("image").and_then(Value::as_str).unwrap_or_default();
            let owned_by_person = field.manager().is_some_and(is_person);
            return match injector_of(name, image) {
                Some(injector) if is_marked(field, injector) && has_shape(live) && !owned_by_person => Some(
                    Finding::harmless(
                        "sidecar-injection",
                        0.95,
                        format!("A container that {} injects, marked on the object.", injector.name),
                    )
                    .by(Origin::Controller)
                    .from(Actor::Admission),
                ),
                _ => claimed_by_name(name).map(|injector| {
                    let reason = format!(
                        "A container named as {} names its own, but marker, image, shape or owner do not fit.",
                        injector.name
                    );
                    Finding::risky("sidecar-impostor", 0.9, reason)
                }),
            };
        }
        if field.field.matches("pod:volumes/*") && field.manager().is_none() {
            let injector = INJECTORS
                .iter()
                .find(|i| i.volumes.iter().any(|start| name.starts_with(start)) && is_marked(field, i))?;
            let touches_host = live.get("hostPath").is_some();
            return (!touches_host).then(|| {
                Finding::harmless(
                    "sidecar-injection",
                    0.9,
                    format!("A volume that {} injects, marked on the object.", injector.name),
                )
                .by(Origin::Controller)
                .from(Actor::Admission)
            });
        }
        None
    }
}

/// Whether a marker of the injector stands on the object or on its pod template.
fn is_marked(field: &FieldEvidence<'_>, injector: &Injector) -> bool {
    let Some(live) = field.of.live else { return false };
    ["/metadata", "/spec/template/metadata"]
        .iter()
        .filter_map(|at| live.pointer(at))
        .any(|metadata| {
            ["annotations", "labels"]
                .iter()
                .filter_map(|map| metadata.get(map)?.as_object())
                .any(|map| {
                    map.keys()
                        .any(|key| injector.markers.iter().any(|marker| key.starts_with(marker)))
                })
        })
}

/// An injected container asks for no power over the host.
fn has_shape(container: &Value) -> bool {
    container.pointer("/securityContext/privileged") != Some(&Value::Bool(true))
        && container.get("command").is_none_or(Value::is_null)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::Fixture;

    fn pod(marker: bool, sidecar: Value, manager: Option<&str>) -> Vec<(&'static str, &'static str, &'static str)> {
        let annotations = if marker {
            json!({"sidecar.istio.io/status": "{}"})
        } else {
            json!({})
        };
        let web = json!({"name": "web", "image": "a"});
        let fixture = Fixture::of("Pod")
            .target(json!({"metadata": {"annotations": annotations}, "spec": {"containers": [web]}}))
            .live(json!({"metadata": {"annotations": annotations}, "spec": {"containers": [web, sidecar]}}));
        match manager {
            Some(manager) => fixture.by(manager).judge(),
            None => fixture.judge(),
        }
    }

    #[test]
    fn marker_image_and_shape_make_an_injection() {
        let proxy = json!({"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.22"});
        assert_eq!(
            pod(true, proxy, None),
            [("/spec/containers/1", "harmless", "sidecar-injection")]
        );
    }

    #[test]
    fn any_of_the_three_alone_is_an_impostor() {
        let proxy = json!({"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.22"});
        let other_image = json!({"name": "istio-proxy", "image": "registry.example.net/x/miner:1"});
        let privileged = json!({"name": "istio-proxy", "image": "istio/proxyv2:1", "securityContext": {"privileged": true}});
        for judged in [
            pod(false, proxy.clone(), None),
            pod(true, other_image, None),
            pod(true, privileged, None),
            pod(true, proxy, Some("kubectl-edit")),
        ] {
            assert_eq!(judged, [("/spec/containers/1", "risky", "sidecar-impostor")]);
        }
    }
}
