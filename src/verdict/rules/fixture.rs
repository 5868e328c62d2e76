//! Builds small cases for the tests of rules.

use serde_json::{Value, json};

use crate::drift::compare::compare;
use crate::drift::managed_fields::ManagedFields;
use crate::drift::origin::{LAST_APPLIED, LastApplied};
use crate::drift::{Application, ApplicationKey, Detail, DriftState, OperationPhase, OperationState, Pointer, ResourceKey};
use crate::verdict::causes;
use crate::verdict::declared::Declared;
use crate::verdict::evidence::{Evidence, Sibling};
use crate::verdict::grade::Cause;
use crate::verdict::judge::judge;
use crate::verdict::policy::Policy;

/// One object, named `it` in namespace `shop`, as Git and the cluster have it.
pub(crate) struct Fixture {
    resource: ResourceKey,
    target: Option<Value>,
    live: Option<Value>,
    manager: Option<String>,
    whole: bool,
    subresource: String,
    last_applied: Option<Value>,
    siblings: Vec<(ResourceKey, Value)>,
    synced: bool,
    written_at: Option<String>,
    applied_at: Option<String>,
    synced_at: Option<String>,
    elsewhere: bool,
    application: Application,
}

impl Fixture {
    pub(crate) fn of(kind: &str) -> Self {
        Self {
            resource: ResourceKey::new("", kind, "shop", "it"),
            target: None,
            live: None,
            manager: None,
            whole: false,
            subresource: String::new(),
            last_applied: None,
            siblings: Vec::new(),
            synced: false,
            written_at: None,
            applied_at: None,
            synced_at: None,
            elsewhere: false,
            application: Application {
                detail: Detail::Full,
                ..Application::new(ApplicationKey::new("test", "argocd", "shop"))
            },
        }
    }

    pub(crate) fn group(mut self, group: &str) -> Self {
        self.resource.group = group.to_owned();
        self
    }

    pub(crate) fn target(mut self, target: Value) -> Self {
        self.target = Some(target);
        self
    }

    pub(crate) fn live(mut self, live: Value) -> Self {
        self.live = Some(live);
        self
    }

    /// The manager that owns every differing path.
    pub(crate) fn by(mut self, manager: &str) -> Self {
        self.manager = Some(manager.to_owned());
        self
    }

    /// The manager that owns the whole object.
    pub(crate) fn by_whole(mut self, manager: &str) -> Self {
        self.whole = true;
        self.by(manager)
    }

    pub(crate) fn subresource(mut self, subresource: &str) -> Self {
        self.subresource = subresource.to_owned();
        self
    }

    pub(crate) fn last_applied(mut self, applied: Value) -> Self {
        self.last_applied = Some(applied);
        self
    }

    pub(crate) fn sibling(self, kind: &str, object: Value) -> Self {
        self.named_sibling(kind, "sibling", object)
    }

    pub(crate) fn named_sibling(mut self, kind: &str, name: &str, object: Value) -> Self {
        let version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group).to_owned();
        let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
        let namespace = namespace.unwrap_or("shop").to_owned();
        self.siblings.push((ResourceKey::new(&group, kind, &namespace, name), object));
        self
    }

    /// Managed fields are kept, and nobody in them owns what differs.
    pub(crate) fn owned_elsewhere(mut self) -> Self {
        self.elsewhere = true;
        self
    }

    pub(crate) fn synced_before(mut self) -> Self {
        self.synced = true;
        self
    }

    /// When the manager wrote what differs.
    pub(crate) fn written_at(mut self, time: &str) -> Self {
        self.written_at = Some(time.to_owned());
        self
    }

    /// When the sync wrote last-applied.
    pub(crate) fn applied_at(mut self, time: &str) -> Self {
        self.applied_at = Some(time.to_owned());
        self
    }

    /// When a sync of the whole Application ended well.
    pub(crate) fn synced_at(mut self, time: &str) -> Self {
        self.synced_at = Some(time.to_owned());
        self.synced_before()
    }

    /// What is known of the Application.
    pub(crate) fn application(mut self, application: Application) -> Self {
        self.application = application;
        self
    }

    /// (path, verdict, cause) of every field, worst first.
    pub(crate) fn judge(self) -> Vec<(&'static str, &'static str, &'static str)> {
        self.with(|evidence| {
            let judgement = judge(evidence);
            judgement
                .map(|j| j.fields)
                .unwrap_or_default()
                .into_iter()
                .inspect(|f| assert_known(f.rule, f.cause))
                .map(|f| (leak(f.difference.path.as_str()), f.verdict.as_str(), f.cause.as_str()))
                .collect()
        })
    }

    /// (verdict, cause) of a missing or extra object.
    pub(crate) fn judge_object(self) -> (&'static str, &'static str) {
        self.with(|evidence| {
            let judgement = judge(evidence).unwrap();
            assert_known(judgement.rule, judgement.cause);
            (judgement.verdict.as_str(), judgement.cause.as_str())
        })
    }

    /// Asks something of the evidence.
    pub(crate) fn with<T>(self, ask: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let mut application = self.application;
        if self.synced {
            application.operation = Some(OperationState {
                phase: Some(OperationPhase::Succeeded),
                finished_at: self.synced_at.map(|time| time.parse().unwrap()),
                ..OperationState::default()
            });
        }
        let state = match (&self.target, &self.live) {
            (Some(_), None) => DriftState::Missing,
            (None, Some(_)) if self.manager.is_none() || self.whole => DriftState::Extra,
            _ => DriftState::Changed,
        };
        // A changed object without a target in the test: Git has the object, and nothing in it.
        let target = if state == DriftState::Changed {
            Some(self.target.unwrap_or_else(|| json!({"metadata": {}})))
        } else {
            self.target
        };
        let mut live = self.live;
        let mut entries = Vec::new();
        if let (Some(manager), Some(live)) = (&self.manager, &live) {
            let paths: Vec<Pointer> = match &target {
                Some(target) => compare(target, live)
                    .into_iter()
                    .filter(|d| d.live.is_some())
                    .map(|d| d.path)
                    .collect(),
                None => vec![Pointer::parse("/spec").unwrap()],
            };
            for path in paths {
                entries.push(json!({"manager": manager, "operation": "Update", "subresource": self.subresource, "time": self.written_at, "fieldsV1": fields(&path, live)}));
            }
        }
        if self.elsewhere {
            entries
                .push(json!({"manager": "argocd-controller", "operation": "Apply", "fieldsV1": {"f:spec": {"f:elsewhere": {}}}}));
        }
        if let (Some(applied), Some(live)) = (&self.last_applied, &mut live) {
            live["metadata"]["annotations"][LAST_APPLIED] = Value::String(applied.to_string());
            entries.push(
                json!({"manager": "argocd-controller", "operation": "Update", "time": self.applied_at,
                "fieldsV1": {"f:metadata": {"f:annotations": {format!("f:{LAST_APPLIED}"): {}}}}}),
            );
        }
        if let Some(live) = &mut live {
            live["metadata"]["managedFields"] = Value::Array(entries);
        }
        let managed = live.as_ref().map(ManagedFields::of).unwrap_or_default();
        let last_applied = live.as_ref().and_then(|live| LastApplied::of(live, &managed));
        let siblings: Vec<_> = self.siblings.iter().map(|(key, object)| Sibling { key, object }).collect();
        // As in Argo CD's pair, both sides have metadata and the annotation of the last apply.
        let mut desired = target.clone();
        if let (Some(desired), Some(live)) = (&mut desired, &live) {
            if desired.get("metadata").is_none() {
                desired["metadata"] = json!({});
            }
            if self.last_applied.is_some() {
                desired["metadata"]["annotations"] = live["metadata"]["annotations"].clone();
            }
        }
        ask(&Evidence {
            application: &application,
            resource: &self.resource,
            state,
            desired: desired.as_ref(),
            live: live.as_ref(),
            target: target.as_ref(),
            raw_live: live.as_ref(),
            managed: &managed,
            last_applied: last_applied.as_ref(),
            synced: None,
            siblings: &siblings,
            declared: &Declared::of(&application),
            policy: Policy::default(),
        })
    }
}

/// A cause that is not in the table can be named by no policy.
fn assert_known(rule: &str, cause: Cause) {
    assert!(
        causes::of(rule).contains(&cause.as_str()),
        "{cause} of {rule} is not in CAUSES"
    );
}

/// The fieldsV1 that owns exactly this path.
fn fields(path: &Pointer, live: &Value) -> Value {
    let mut elements = Vec::new();
    let mut at = live;
    for segment in path.segments() {
        if let Value::Array(items) = at {
            let item = &items[segment.parse::<usize>().unwrap()];
            elements.push(
                item.get("name")
                    .map_or_else(|| format!("i:{segment}"), |name| format!("k:{}", json!({"name": name}))),
            );
            at = item;
        } else {
            elements.push(format!("f:{segment}"));
            at = &at[segment.as_ref()];
        }
    }
    elements
        .into_iter()
        .rev()
        .fold(json!({}), |inner, element| json!({element: inner}))
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}
