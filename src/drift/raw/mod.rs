//! Raw manifests, as the cluster and Argo CD gave them: the one place where secret values may still be.
//!
//! Only the pure rooms, `engine` and `argocd` may name this module; everyone else gets the redacted view.

mod pair;
pub(in crate::drift) mod tree;

use serde_json::Value;

use super::resource::ResourceKey;
pub use pair::Pair;
pub use tree::Tree;

/// One item of Argo CD's managed-resources answer, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct ManagedResource {
    /// Which resource.
    pub key: ResourceKey,
    /// `targetState`: the rendered object from Git; `None` when Git has it not (or could not be loaded).
    pub target: Option<Value>,
    /// `liveState`: the object in the cluster, with managed fields and last-applied.
    pub live: Option<Value>,
    /// `predictedLiveState` and `normalizedLiveState`, compared.
    pub pair: Pair,
    /// Argo CD's own word: the pair differs. Absent (false) for extra objects.
    pub modified: bool,
    /// A sync hook.
    pub hook: bool,
    /// Why its states could not be read; then all of them are `None`. Quotes nothing of them.
    pub unreadable: Option<String>,
}

/// What Git says at one revision, rendered by Argo CD. Values of Secrets are masked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rendered {
    /// The objects of all sources, in order.
    pub objects: Vec<Value>,
}

impl Rendered {
    /// The object of this key: the last one, as Argo CD takes it. One without a namespace fits every namespace: the
    /// destination's is filled in later.
    pub fn object(&self, key: &ResourceKey) -> Option<&Value> {
        self.objects.iter().rev().find(|object| {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let group = text("/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
            let namespace = text("/metadata/namespace");
            (group, text("/kind"), text("/metadata/name")) == (key.group.as_str(), key.kind.as_str(), key.name.as_str())
                && (namespace.is_empty() || namespace == key.namespace)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rendered_object_is_found_by_its_key_and_the_last_one_counts() {
        let object = |api: &str, namespace: &str, value: &str| {
            let mut metadata = json!({"name": "web"});
            if !namespace.is_empty() {
                metadata["namespace"] = json!(namespace);
            }
            json!({"apiVersion": api, "kind": "Deployment", "metadata": metadata, "value": value})
        };
        let rendered = Rendered {
            objects: vec![
                object("apps/v1", "", "first"),
                object("apps/v1", "", "last"),
                object("apps/v1", "blue", "named"),
                object("example.com/v1", "", "of another group"),
            ],
        };
        for (group, namespace, name, expected) in [
            ("apps", "green", "web", Some("last")),
            ("apps", "blue", "web", Some("named")),
            ("example.com", "green", "web", Some("of another group")),
            ("", "green", "web", None),
            ("apps", "green", "api", None),
        ] {
            let found = rendered.object(&ResourceKey::new(group, "Deployment", namespace, name));
            assert_eq!(
                found.and_then(|object| object["value"].as_str()),
                expected,
                "{group} {namespace} {name}"
            );
        }
    }
}
