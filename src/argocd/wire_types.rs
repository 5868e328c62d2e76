//! What of Argo CD's JSON we read, borrowed from the answer. Everything is optional: a value, `null` and nothing at all
//! are told apart nowhere but where that means something. What is not named here is skipped without being stored.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

/// Text that is empty when `null` or absent, borrowed where JSON did not escape anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// A copy.
    pub(super) fn to_owned(&self) -> String {
        self.0.as_ref().to_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or null")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Text::default())
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// `null` is the default.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An Application as list, single GET and watch spell it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Application<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) metadata: Metadata<'a>,
    #[serde(borrow)]
    pub(super) spec: Option<Spec<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) status: Status<'a>,
    pub(super) operation: Option<IgnoredAny>,
}

/// `metadata`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Metadata<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) name: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) namespace: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) resource_version: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) deletion_timestamp: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "nullable")]
    pub(super) annotations: Annotations,
}

/// `spec`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) project: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) destination: Destination<'a>,
    #[serde(borrow)]
    pub(super) source: Option<Source<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) sources: Vec<Source<'a>>,
    #[serde(borrow)]
    pub(super) source_hydrator: Option<SourceHydrator<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) sync_policy: SyncPolicy<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) ignore_differences: Vec<IgnoreDifference<'a>>,
}

/// `spec.destination`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Destination<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) server: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) name: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) namespace: Text<'a>,
}

/// One source.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Source<'a> {
    #[serde(borrow, deserialize_with = "nullable", rename = "repoURL")]
    pub(super) repo_url: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) path: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) chart: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) target_revision: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable", rename = "ref")]
    pub(super) reference: Text<'a>,
}

/// `spec.sourceHydrator`, since 2.14.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SourceHydrator<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) dry_source: Source<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) sync_source: SyncSource<'a>,
}

/// Where the hydrated manifests are; `repoURL` since 3.5.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SyncSource<'a> {
    #[serde(borrow, deserialize_with = "nullable", rename = "repoURL")]
    pub(super) repo_url: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) target_branch: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) path: Text<'a>,
}

/// `spec.syncPolicy`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct SyncPolicy<'a> {
    pub(super) automated: Option<Automated>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) sync_options: Vec<Text<'a>>,
}

/// `spec.syncPolicy.automated`; `enabled` since 3.1.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Automated {
    #[serde(deserialize_with = "nullable")]
    pub(super) prune: bool,
    #[serde(deserialize_with = "nullable")]
    pub(super) self_heal: bool,
    pub(super) enabled: Option<bool>,
}

/// One of `spec.ignoreDifferences`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct IgnoreDifference<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) group: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) name: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) namespace: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) json_pointers: Vec<Text<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) jq_path_expressions: Vec<Text<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) managed_fields_managers: Vec<Text<'a>>,
}

/// `status`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) sync: Sync<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) health: Health<'a>,
    #[serde(borrow)]
    pub(super) operation_state: Option<OperationState<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) conditions: Vec<Condition<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) history: Vec<HistoryEntry<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) resources: Vec<Resource<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) reconciled_at: Text<'a>,
}

/// `status.sync`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Sync<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) status: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revision: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revisions: Vec<Text<'a>>,
}

/// `status.health`, of an Application or of a resource.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Health<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) status: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) message: Text<'a>,
}

/// `status.operationState`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OperationState<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) phase: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) message: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) started_at: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) finished_at: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub(super) retry_count: i64,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) operation: Operation<'a>,
    #[serde(borrow)]
    pub(super) sync_result: Option<Revisions<'a>>,
}

/// `status.operationState.operation`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Operation<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) sync: OperationSync<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) initiated_by: Initiator<'a>,
}

/// `initiatedBy`, of an operation or of a completed sync.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Initiator<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) username: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub(super) automated: bool,
}

/// What the operation was told to do; in a masked list the *result* of the sync stands here (a quirk of Argo CD's mask).
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct OperationSync<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revision: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revisions: Vec<Text<'a>>,
    #[serde(deserialize_with = "nullable")]
    pub(super) auto_heal_attempts_count: i64,
}

/// One revision, or one for each source.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Revisions<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revision: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revisions: Vec<Text<'a>>,
}

/// One of `status.conditions`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Condition<'a> {
    #[serde(borrow, deserialize_with = "nullable", rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) message: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) last_transition_time: Text<'a>,
}

/// One of `status.history`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct HistoryEntry<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revision: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) revisions: Vec<Text<'a>>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) deployed_at: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) initiated_by: Initiator<'a>,
}

/// One of `status.resources`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Resource<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) group: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) namespace: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) name: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) status: Text<'a>,
    #[serde(deserialize_with = "nullable")]
    pub(super) hook: bool,
    #[serde(deserialize_with = "nullable")]
    pub(super) requires_pruning: bool,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) health: Health<'a>,
}

/// `metadata` of a list.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListMetadata<'a> {
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) resource_version: Text<'a>,
}

/// One event of the watch.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Event<'a> {
    #[serde(borrow, deserialize_with = "nullable", rename = "type")]
    pub(super) kind: Text<'a>,
    #[serde(borrow, deserialize_with = "nullable")]
    pub(super) application: Application<'a>,
}

/// The two annotations of an Application that matter; all others are skipped unread, `last-applied` above all.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Annotations {
    /// `argocd.argoproj.io/skip-reconcile` holds true: the status is frozen.
    pub(super) skip_reconcile: bool,
    /// `argocd.argoproj.io/refresh` is there: a comparison is pending.
    pub(super) refresh: bool,
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnnotationsVisitor;
        impl<'de> Visitor<'de> for AnnotationsVisitor {
            type Value = Annotations;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut annotations = Annotations::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match key.as_str() {
                        "argocd.argoproj.io/skip-reconcile" => {
                            annotations.skip_reconcile = is_true(map.next_value::<Text<'de>>()?.as_str());
                        }
                        "argocd.argoproj.io/refresh" => {
                            map.next_value::<IgnoredAny>()?;
                            annotations.refresh = true;
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(annotations)
            }
        }
        deserializer.deserialize_map(AnnotationsVisitor)
    }
}

/// Go's `strconv.ParseBool`, with which Argo CD reads this annotation.
fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True")
}
