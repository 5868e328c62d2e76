//! Natural keys of lists: by which fields two items of a list are the same item.
//!
//! Kubernetes merges these lists by key (`x-kubernetes-list-map-keys`, `patchMergeKey`); custom resources follow the
//! same names so often that the name of the list decides for every kind. `ports` is special: container ports are
//! keyed by container port and protocol, service ports by port and protocol.

use serde_json::Value;

/// Name of the list → dotted paths, inside an item, of the fields that make its key.
const BY_NAME: &[(&str, &[&str])] = &[
    ("backendRefs", &["name"]),
    ("containers", &["name"]),
    ("endpoints", &["port"]),
    ("env", &["name"]),
    ("flavors", &["name"]),
    ("groups", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("listeners", &["name"]),
    ("nodeSets", &["name"]),
    ("ownerReferences", &["uid"]),
    ("parentRefs", &["name"]),
    ("rules", &["name"]),
    ("secrets", &["name"]),
    ("triggers", &["name"]),
    ("versions", &["name"]),
    ("volumeClaimTemplates", &["metadata.name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
    ("webhooks", &["name"]),
    ("workerGroupSpecs", &["groupName"]),
];

/// Maps of free keys: each key is a field of its own even when the whole map exists on one side only.
pub const OPEN_MAPS: &[&str] = &[
    "annotations",
    "binaryData",
    "data",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "requests",
    "stringData",
];

/// How the items of one list are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NaturalKey {
    /// By the values at these dotted paths.
    Fields(&'static [&'static str]),
    /// By port number (under this name) and protocol, which defaults to `TCP`.
    Port(&'static str),
}

/// The key of one item, comparable and hashable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemKey(Vec<String>);

impl NaturalKey {
    /// The natural key of the list called `name`, if it has one that fits all these items: every item is an object,
    /// carries the key, and no two on one side share it.
    pub fn of(name: &str, desired: &[Value], live: &[Value]) -> Option<Self> {
        let mut items = desired.iter().chain(live);
        if desired.is_empty() && live.is_empty() || !items.clone().all(Value::is_object) {
            return None;
        }
        let key = if name == "ports" {
            let first = items.clone().next()?;
            if first.get("containerPort").is_some() {
                Self::Port("containerPort")
            } else if items.any(|i| {
                ["protocol", "targetPort", "nodePort", "name"]
                    .iter()
                    .any(|k| i.get(k).is_some())
            }) {
                Self::Port("port")
            } else {
                return None;
            }
        } else {
            let (_, fields) = BY_NAME.iter().find(|(list, _)| *list == name)?;
            let key = Self::Fields(fields);
            if !items.all(|i| key.item(i).is_some()) {
                return None;
            }
            key
        };
        (key.is_unique(desired) && key.is_unique(live)).then_some(key)
    }

    /// Whether two items at the same position of two lists called `name` are one item for certain: they carry the same key.
    /// (Where the list turns out to have no key that fits, its items are told apart by position.)
    pub fn same_in_place(name: &str, a: &Value, b: &Value) -> bool {
        let Some((_, fields)) = BY_NAME.iter().find(|(list, _)| *list == name) else {
            return false;
        };
        let key = Self::Fields(fields);
        matches!((key.item(a), key.item(b)), (Some(a), Some(b)) if a == b)
    }

    /// The key of one item; `None` when a field of the key is absent or null.
    pub fn item(self, item: &Value) -> Option<ItemKey> {
        match self {
            Self::Fields(fields) => fields
                .iter()
                .map(|dotted| {
                    let value = dotted.split('.').try_fold(item, |at, part| at.get(part))?;
                    (!value.is_null()).then(|| value.to_string())
                })
                .collect::<Option<_>>()
                .map(ItemKey),
            Self::Port(number) => Some(ItemKey(vec![
                item.get(number).map_or_else(String::new, Value::to_string),
                item.get("protocol")
                    .and_then(Value::as_str)
                    .filter(|p| !p.is_empty())
                    .unwrap_or("TCP")
                    .to_owned(),
            ])),
        }
    }

    fn is_unique(self, items: &[Value]) -> bool {
        let mut keys: Vec<_> = items.iter().map(|i| self.item(i)).collect();
        keys.sort_unstable();
        keys.windows(2).all(|pair| pair[0] != pair[1])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn containers_are_told_apart_by_name() {
        let containers = [json!({"name": "a"}), json!({"name": "b"})];
        assert_eq!(
            NaturalKey::of("containers", &containers, &[]),
            Some(NaturalKey::Fields(&["name"]))
        );
    }

    #[test]
    fn a_key_that_occurs_twice_is_none() {
        let env = [json!({"name": "A", "value": "1"}), json!({"name": "A", "value": "2"})];
        assert_eq!(NaturalKey::of("env", &env, &[]), None);
    }

    #[test]
    fn ports_of_containers_and_services_have_keys_and_bare_ports_have_not() {
        assert_eq!(
            NaturalKey::of("ports", &[json!({"containerPort": 80})], &[]),
            Some(NaturalKey::Port("containerPort"))
        );
        let service = [json!({"port": 53, "protocol": "UDP"}), json!({"port": 53})];
        assert_eq!(NaturalKey::of("ports", &service, &[]), Some(NaturalKey::Port("port")));
        assert_eq!(NaturalKey::of("ports", &[json!({"port": 53})], &[]), None);
    }
}
