//! Natural keys of lists: by which fields two items of a list are the same item.
//!
//! Kubernetes merges these lists by key (`x-kubernetes-list-map-keys`, `patchMergeKey`); custom resources follow the
//! same names so often that the name of the list decides for every kind. `ports` is special: container ports are
//! keyed by container port and protocol, service ports by port and protocol.

use std::collections::HashSet;

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

/// An item of a list, in whatever form a manifest is held.
pub trait ListItem<'a>: Copy {
    /// Whether it is a map.
    fn is_map(self) -> bool;
    /// The value of one of its fields; `None` when it is no map or has it not.
    fn field(self, name: &str) -> Option<Self>;
    /// Whether it is `null`.
    fn is_null(self) -> bool;
    /// Its text, if it is text.
    fn text(self) -> Option<&'a str>;
    /// Its JSON, compact, keys in order.
    fn json(self) -> String;
}

impl<'a> ListItem<'a> for &'a Value {
    fn is_map(self) -> bool {
        self.is_object()
    }

    fn field(self, name: &str) -> Option<Self> {
        self.get(name)
    }

    fn is_null(self) -> bool {
        Value::is_null(self)
    }

    fn text(self) -> Option<&'a str> {
        self.as_str()
    }

    fn json(self) -> String {
        self.to_string()
    }
}

/// The key of one item, comparable and hashable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ItemKey<'a>(Vec<KeyPart<'a>>);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum KeyPart<'a> {
    Text(&'a str),
    /// Anything but text, as JSON: `80` is another key than `"80"`.
    Json(String),
    /// Left out, where that may be.
    Absent,
}

impl<'a> KeyPart<'a> {
    fn of(value: impl ListItem<'a>) -> Self {
        value.text().map_or_else(|| Self::Json(value.json()), Self::Text)
    }
}

impl NaturalKey {
    /// The natural key of the list called `name`, if it has one that fits all these items: every item is an object,
    /// carries the key, and no two on one side share it.
    pub fn of<'a, I: ListItem<'a>>(
        name: &str,
        desired: impl IntoIterator<Item = I> + Clone,
        live: impl IntoIterator<Item = I> + Clone,
    ) -> Option<Self> {
        let items = || desired.clone().into_iter().chain(live.clone());
        if name != "ports" && BY_NAME.iter().all(|(list, _)| *list != name) || !items().all(I::is_map) {
            return None;
        }
        let first = items().next()?;
        let key = if name == "ports" {
            if first.field("containerPort").is_some() {
                Self::Port("containerPort")
            } else if items().any(|i| {
                ["protocol", "targetPort", "nodePort", "name"]
                    .iter()
                    .any(|k| i.field(k).is_some())
            }) {
                Self::Port("port")
            } else {
                return None;
            }
        } else {
            let (_, fields) = BY_NAME.iter().find(|(list, _)| *list == name)?;
            Self::Fields(fields)
        };
        (key.tells_apart(desired) && key.tells_apart(live)).then_some(key)
    }

    /// Whether two items at the same position of two lists called `name` are one item for certain: they carry the same key.
    /// (Where the list turns out to have no key that fits, its items are told apart by position.)
    pub fn same_in_place<'a>(name: &str, a: impl ListItem<'a>, b: impl ListItem<'a>) -> bool {
        let Some((_, fields)) = BY_NAME.iter().find(|(list, _)| *list == name) else {
            return false;
        };
        let key = Self::Fields(fields);
        matches!((key.item(a), key.item(b)), (Some(a), Some(b)) if a == b)
    }

    /// The key of one item; `None` when a field of the key is absent or null.
    pub fn item<'a>(self, item: impl ListItem<'a>) -> Option<ItemKey<'a>> {
        match self {
            Self::Fields(fields) => fields
                .iter()
                .map(|dotted| {
                    let value = dotted.split('.').try_fold(item, ListItem::field)?;
                    (!value.is_null()).then(|| KeyPart::of(value))
                })
                .collect::<Option<_>>()
                .map(ItemKey),
            Self::Port(number) => Some(ItemKey(vec![
                item.field(number).map_or(KeyPart::Absent, KeyPart::of),
                KeyPart::Text(
                    item.field("protocol")
                        .and_then(ListItem::text)
                        .filter(|p| !p.is_empty())
                        .unwrap_or("TCP"),
                ),
            ])),
        }
    }

    /// Whether every one of these items carries the key and no two share it.
    fn tells_apart<'a, I: ListItem<'a>>(self, items: impl IntoIterator<Item = I>) -> bool {
        let mut seen = HashSet::new();
        items
            .into_iter()
            .all(|item| self.item(item).is_some_and(|key| seen.insert(key)))
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
