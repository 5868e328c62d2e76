//! # injected-sidecar
//!
//! ## What
//! What a known injector adds at admission: containers (recognised by the marker on the object, the image *and* the shape, all
//! three), volumes, variables and annotations of its own, owned by nobody or by the injector.
//!
//! ## Why
//! The injection was asked for by the marker; what it adds is not in Git by design.
//!
//! ## Example
//! `istio-proxy` from `istio/proxyv2` in a pod whose template carries `sidecar.istio.io/inject`.
//!
//! ## When it is wrong
//! An injector that is not in the table: what it adds asks for review until a line names it. So does a container whose image comes
//! neither from the vendor, nor from where Git's own containers of the object come from, nor from a mirror that Git's annotation or
//! the injector's ConfigMap in the Application names.

use serde_json::Value;

use crate::drift::attribution::Actor;
use crate::drift::compare::DifferenceKind;
use crate::drift::origin::Origin;
use crate::kubernetes::images::owner_of;
use crate::kubernetes::injectors::{INJECTORS, Injector, claimed_by_name, injector_of, is_platform_environment, is_published};
use crate::kubernetes::managers::{ManagerClass, classify, is_sync};
use crate::kubernetes::names::share_a_word;
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
        let items: Vec<&Value> = match live {
            // A whole list that Git does not have: every item must be an injector's.
            Value::Array(items) => items.iter().collect(),
            item => vec![item],
        };
        let by_nobody = field.manager().is_none_or(is_sync);
        let is_list_of =
            |list: &str| field.field.matches(&format!("pod:{list}")) || field.field.matches(&format!("pod:{list}/*"));
        if is_list_of("containers") || is_list_of("initContainers") {
            return containers(field, &items);
        }
        if !by_nobody || items.is_empty() {
            return None;
        }
        let injector = if is_list_of("volumes") {
            marked(field).find(|injector| items.iter().all(|item| is_volume_of(injector, item)))
        } else if field.field.matches("container:env") || field.field.matches("container:env/*") {
            if items
                .iter()
                .all(|item| is_platform_environment(name(item), text(item, "value")))
            {
                return Some(injected(
                    field,
                    "env-injection",
                    "The platform points its pods at its own API server.",
                ));
            }
            marked(field).find(|injector| items.iter().all(|item| starts_with_any(injector.environment, name(item))))
        } else if field.field.matches("container:volumeMounts") || field.field.matches("container:volumeMounts/*") {
            marked(field).find(|injector| items.iter().all(|item| starts_with_any(injector.volumes, name(item))))
        } else {
            let key = field.field.annotation().or_else(|| field.field.label())?;
            marked(field).find(|injector| starts_with_any(injector.markers, key) || starts_with_any(injector.notes, key))
        }?;
        let cause = if field.field.matches("container:env/**") {
            "env-injection"
        } else {
            "sidecar-injection"
        };
        Some(injected(
            field,
            cause,
            &format!("Added by the injector of {}, marked on the object.", injector.name),
        ))
    }
}

fn containers(field: &FieldEvidence<'_>, items: &[&Value]) -> Option<Finding> {
    let by_admission = field
        .manager()
        .is_none_or(|manager| is_sync(manager) || matches!(classify(manager), ManagerClass::Controller(_)));
    let fits = |item: &Value| {
        injector_of(name(item), text(item, "image"))
            .is_some_and(|injector| marked(field).any(|m| m.name == injector.name) && has_shape(item, injector) && by_admission)
    };
    if !items.is_empty() && items.iter().all(|item| fits(item)) {
        if !items.iter().all(|item| is_from_a_known_registry(field, item)) {
            let reason = "A container as an injector adds it, but from a registry that neither its vendor nor Git names.";
            let finding = Finding::needs_review("sidecar-registry", 0.85, reason);
            return Some(if field.manager().is_none() {
                finding.from(Actor::Admission)
            } else {
                finding
            });
        }
        let what = if items.len() == 1 {
            "A container that an injector adds"
        } else {
            "Containers that an injector adds"
        };
        return Some(injected(
            field,
            "sidecar-injection",
            &format!("{what}: marker, image and shape fit."),
        ));
    }
    let impostor = items
        .iter()
        .find_map(|item| claimed_by_name(name(item)).filter(|_| !fits(item)))?;
    let reason = format!(
        "A container named as {} names its own, but marker, image, shape or owner do not fit.",
        impostor.name
    );
    let finding = Finding::risky("sidecar-impostor", 0.9, reason).piercing();
    Some(if field.manager().is_none() && !field.of.managed.is_empty() {
        finding.from(Actor::Admission)
    } else {
        finding
    })
}

fn injected(field: &FieldEvidence<'_>, cause: &'static str, reason: &str) -> Finding {
    let finding = Finding::harmless(cause, 0.94, reason).by(Origin::Controller);
    if field.manager().is_none() {
        finding.from(Actor::Admission)
    } else {
        finding
    }
}

/// Whether the vendor publishes the image, or it comes from where Git's own containers come from, or a mirror is named for it.
fn is_from_a_known_registry(field: &FieldEvidence<'_>, container: &Value) -> bool {
    let image = text(container, "image");
    let Some(injector) = injector_of(name(container), image) else {
        return false;
    };
    let owner = owner_of(image);
    let is_gits_own = || {
        field
            .of
            .target
            .is_some_and(|target| images(target).any(|known| owner_of(known) == owner))
    };
    // `sidecar.istio.io/proxyImage` and its like.
    let is_asked_for = || {
        let metadata = METADATA
            .iter()
            .filter_map(|at| field.of.target?.pointer(at)?.get("annotations")?.as_object());
        let mut own = metadata.flatten().filter(|(key, _)| starts_with_any(injector.markers, key));
        own.any(|(_, value)| value.as_str().is_some_and(|value| value.starts_with(&owner)))
    };
    // The configuration of `istio-sidecar-injector` names the hub.
    let is_configured = || {
        let mut configurations = field
            .of
            .siblings_of("ConfigMap")
            .filter(|sibling| injector.containers.iter().any(|own| share_a_word(own, &sibling.key.name)))
            .filter_map(|sibling| sibling.object.get("data")?.as_object());
        configurations.any(|data| {
            data.values()
                .filter_map(Value::as_str)
                .any(|text| names_registry(text, &owner))
        })
    };
    is_published(injector, image) || is_gits_own() || is_asked_for() || is_configured()
}

/// Whether a text names this registry as a whole word.
fn names_registry(text: &str, owner: &str) -> bool {
    let owner = owner.trim_end_matches('/');
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','))
        .any(|word| {
            word.strip_prefix(owner)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}

/// The images of an object's pods.
fn images(object: &Value) -> impl Iterator<Item = &str> {
    ["/spec", "/spec/template/spec", "/spec/jobTemplate/spec/template/spec"]
        .iter()
        .filter_map(|at| object.pointer(at))
        .flat_map(|pod| {
            ["containers", "initContainers"]
                .iter()
                .filter_map(|list| pod.get(list)?.as_array())
        })
        .flatten()
        .filter_map(|container| container.get("image")?.as_str())
}

/// Where the metadata of an object and of its pods are.
const METADATA: &[&str] = &[
    "/metadata",
    "/spec/template/metadata",
    "/spec/jobTemplate/spec/template/metadata",
];

/// Injectors whose marker stands on the object or on its pod template.
fn marked<'f>(field: &'f FieldEvidence<'_>) -> impl Iterator<Item = &'static Injector> + 'f {
    INJECTORS.iter().filter(|injector| {
        let objects = [field.of.live, field.of.target];
        objects.into_iter().flatten().any(|object| {
            METADATA.iter().filter_map(|at| object.pointer(at)).any(|metadata| {
                ["annotations", "labels"]
                    .iter()
                    .filter_map(|map| metadata.get(map)?.as_object())
                    .any(|map| {
                        map.iter()
                            .any(|(key, value)| starts_with_any(injector.markers, key) && !is_off(value))
                    })
            })
        })
    })
}

/// A marker that says "do not inject".
fn is_off(value: &Value) -> bool {
    matches!(value.as_str(), Some("false" | "disabled" | "no"))
}

/// An injected container asks for no power over the host and says what the injector's containers say.
fn has_shape(container: &Value, injector: &Injector) -> bool {
    let words: String = ["command", "args"]
        .iter()
        .filter_map(|key| container.get(key)?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .fold(String::new(), |all, word| all + word + " ");
    // What redirects the traffic of a pod needs these two and no more.
    const NETWORK: &[&str] = &["NET_ADMIN", "NET_RAW"];
    let added = container
        .pointer("/securityContext/capabilities/add")
        .and_then(Value::as_array);
    let only_network = added.is_none_or(|added| added.iter().all(|c| c.as_str().is_some_and(|c| NETWORK.contains(&c))));
    only_network
        && container.pointer("/securityContext/privileged") != Some(&Value::Bool(true))
        && (words.is_empty() || injector.speaks.iter().any(|word| words.contains(word)))
}

fn is_volume_of(injector: &Injector, volume: &Value) -> bool {
    let is_token = name(volume).starts_with("kube-api-access-");
    (is_token || starts_with_any(injector.volumes, name(volume))) && volume.get("hostPath").is_none()
}

fn starts_with_any(starts: &[&str], text: &str) -> bool {
    starts.iter().any(|start| text.starts_with(start))
}

fn name(item: &Value) -> &str {
    text(item, "name")
}

fn text<'v>(item: &'v Value, key: &str) -> &'v str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::fixture::Fixture;

    fn pod(marker: bool, sidecar: &Value, manager: Option<&str>) -> Vec<(&'static str, &'static str, &'static str)> {
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
        let proxy = json!({"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.22", "args": ["proxy", "sidecar"]});
        assert_eq!(
            pod(true, &proxy, None),
            [("/spec/containers/1", "harmless", "sidecar-injection")]
        );
    }

    #[test]
    fn any_of_the_three_alone_is_an_impostor() {
        let proxy = json!({"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.22"});
        let other_image = json!({"name": "istio-proxy", "image": "registry.example.net/x/miner:1"});
        let privileged = json!({"name": "istio-proxy", "image": "istio/proxyv2:1", "securityContext": {"privileged": true}});
        let other_words = json!({"name": "istio-proxy", "image": "istio/proxyv2:1", "command": ["sh", "-c", "nc -l 1"]});
        for judged in [
            pod(false, &proxy, None),
            pod(true, &other_image, None),
            pod(true, &privileged, None),
            pod(true, &other_words, None),
            pod(true, &proxy, Some("kubectl-edit")),
        ] {
            assert_eq!(judged, [("/spec/containers/1", "risky", "sidecar-impostor")]);
        }
    }

    #[test]
    fn variables_of_an_injector_need_its_marker() {
        let pod = |annotations: Value| {
            Fixture::of("Pod")
                .target(json!({"metadata": {"annotations": annotations}, "spec": {"containers": [{"name": "web", "env": [{"name": "A"}]}]}}))
                .live(json!({"metadata": {"annotations": annotations}, "spec": {"containers": [{"name": "web", "env": [{"name": "A"}, {"name": "DD_AGENT_HOST"}]}]}}))
                .judge()
        };
        let path = "/spec/containers/0/env/1";
        assert_eq!(
            pod(json!({"admission.datadoghq.com/enabled": "true"})),
            [(path, "harmless", "env-injection")]
        );
        assert_eq!(pod(json!({})), [(path, "needs-review", "unattributed")]);
    }

    #[test]
    fn the_image_must_come_from_where_somebody_says_it_does() {
        let judged = |image: &str, own: &str, annotations: Value, configuration: Option<&str>| {
            let mut live = annotations.clone();
            live["sidecar.istio.io/status"] = json!("{}");
            let web = json!({"name": "web", "image": own});
            let proxy = json!({"name": "istio-proxy", "image": image, "args": ["proxy"]});
            let mut fixture = Fixture::of("Pod")
                .target(json!({"metadata": {"annotations": annotations}, "spec": {"containers": [web]}}))
                .live(json!({"metadata": {"annotations": live}, "spec": {"containers": [web, proxy]}}));
            if let Some(hub) = configuration {
                let map = json!({"apiVersion": "v1", "data": {"values": format!("{{\"hub\": \"{hub}\"}}")}});
                fixture = fixture.named_sibling("ConfigMap", "istio-sidecar-injector", map);
            }
            let judged = fixture.judge();
            let (_, verdict, cause) = *judged.iter().find(|(path, ..)| *path == "/spec/containers/1").unwrap();
            (verdict, cause)
        };
        let (evil, mirror) = ("evil.io/istio/proxyv2:1.22.0", "mirror.example.com/istio/proxyv2:1.22.0");
        let (known, unknown) = (("harmless", "sidecar-injection"), ("needs-review", "sidecar-registry"));
        let image_of = |image: &str| json!({"sidecar.istio.io/proxyImage": image});
        for (image, own, annotations, configuration, expected) in [
            ("docker.io/istio/proxyv2:1.22.0", "a", json!({}), None, known),
            (evil, "a", json!({}), None, unknown),
            ("docker.io/evil/proxyv2:1", "docker.io/shop/web:1", json!({}), None, unknown),
            (mirror, "mirror.example.com/web:1", json!({}), None, known),
            (evil, "mirror.example.com/web:1", json!({}), None, unknown),
            (mirror, "a", image_of(mirror), None, known),
            (evil, "a", image_of(mirror), None, unknown),
            (mirror, "a", json!({}), Some("mirror.example.com/istio"), known),
            (evil, "a", json!({}), Some("mirror.example.com/istio"), unknown),
        ] {
            assert_eq!(
                judged(image, own, annotations, configuration),
                expected,
                "{image} beside {own}"
            );
        }
    }
}
