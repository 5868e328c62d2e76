//! The Applications as they are at one moment of the playback: what list, single GET and streams answer from.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::archive::RecordingError;
use super::recording::{Identity, Recording, SubQuestion};
use super::timeline::{EventKind, Timeline};

/// One managed resource, by what Argo CD identifies it with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub(super) struct ResourceId {
    #[serde(default)]
    pub(super) group: String,
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) namespace: String,
    #[serde(default)]
    pub(super) name: String,
}

/// One state of one Application, as recorded.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) identity: Identity,
    pub(super) project: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) resource_version: u64,
    /// Repository of the effective source; only the first of several.
    pub(super) repository: String,
    /// Revision(s) it was compared with, one per source.
    pub(super) revisions: Vec<String>,
    /// Resources that are OutOfSync, in this state.
    pub(super) out_of_sync: Vec<ResourceId>,
    /// What the single GET and the stream show.
    pub(super) single: Bytes,
    /// What the list shows, when it was recorded.
    listed: Option<Bytes>,
    parsed: OnceLock<Value>,
    parsed_single: OnceLock<Value>,
}

impl Application {
    /// Reads an Application; `listed` is its form in the list when that was recorded, else it is made from `single`.
    pub(super) fn read(single: Bytes, listed: Option<Bytes>) -> Result<Self, serde_json::Error> {
        let wire: Wire = serde_json::from_slice(&single)?;
        let repository = if let Some(first) = wire.spec.sources.into_iter().flatten().next() {
            first.repo_url
        } else {
            wire.spec.source.map(|source| source.repo_url).unwrap_or_default()
        };
        let project = Some(wire.spec.project).filter(|project| !project.is_empty());
        Ok(Self {
            identity: Identity {
                namespace: wire.metadata.namespace,
                name: wire.metadata.name,
            },
            project: project.unwrap_or_else(|| "default".to_owned()),
            labels: wire.metadata.labels.unwrap_or_default(),
            resource_version: wire.metadata.resource_version.parse().unwrap_or_default(),
            repository,
            revisions: match wire.status.sync.revisions {
                Some(revisions) if !revisions.is_empty() => revisions,
                _ => wire.status.sync.revision.into_iter().collect(),
            },
            out_of_sync: wire
                .status
                .resources
                .into_iter()
                .flatten()
                .filter(|resource| resource.status.as_deref() == Some("OutOfSync"))
                .map(|resource| resource.id)
                .collect(),
            single,
            listed,
            parsed: OnceLock::new(),
            parsed_single: OnceLock::new(),
        })
    }

    /// The Application in its list form, parsed once.
    pub(super) fn list_value(&self) -> &Value {
        self.parsed.get_or_init(|| {
            if let Some(listed) = &self.listed {
                return serde_json::from_slice(listed).unwrap_or_default();
            }
            let mut value = self.single_value().clone();
            // Per-resource health is not in lists since 3.0 (docs/argocd-api.md §1.3.1).
            if let Some(Value::Array(resources)) = value.pointer_mut("/status/resources") {
                for resource in resources.iter_mut().filter_map(Value::as_object_mut) {
                    resource.remove("health");
                }
            }
            value
        })
    }

    /// The Application in its single form, parsed once.
    pub(super) fn single_value(&self) -> &Value {
        self.parsed_single
            .get_or_init(|| serde_json::from_slice(&self.single).unwrap_or_default())
    }

    /// The Application in its list form, as recorded where it was.
    pub(super) fn list_bytes(&self) -> Bytes {
        self.listed
            .clone()
            .unwrap_or_else(|| super::mask::go_json(self.list_value()).into())
    }

    /// Whether a resource of it is OutOfSync in this state.
    pub(super) fn is_out_of_sync(&self, resource: &ResourceId) -> bool {
        self.out_of_sync.contains(resource)
    }
}

#[derive(Deserialize)]
struct Wire {
    metadata: WireMetadata,
    #[serde(default)]
    spec: WireSpec,
    #[serde(default)]
    status: WireStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMetadata {
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    resource_version: String,
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
struct WireSpec {
    #[serde(default)]
    project: String,
    source: Option<WireSource>,
    sources: Option<Vec<WireSource>>,
}

#[derive(Deserialize)]
struct WireSource {
    #[serde(rename = "repoURL", default)]
    repo_url: String,
}

#[derive(Deserialize, Default)]
struct WireStatus {
    resources: Option<Vec<WireResource>>,
    #[serde(default)]
    sync: WireSync,
}

#[derive(Deserialize, Default)]
struct WireSync {
    revision: Option<String>,
    revisions: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct WireResource {
    #[serde(flatten)]
    id: ResourceId,
    status: Option<String>,
}

/// All Applications at the recording's "now", and how they change.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) recording: Arc<Recording>,
    pub(super) timeline: Timeline,
    initial: Vec<Arc<Application>>,
    list_version: u64,
}

/// All Applications at one moment.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// Sorted by name, as the server sorts them.
    pub(super) applications: Vec<Arc<Application>>,
    /// The list's `metadata.resourceVersion`.
    pub(super) list_version: u64,
    /// Milliseconds of playback.
    pub(super) at: u64,
}

impl Fleet {
    /// Reads the recorded list and the recorded stream.
    ///
    /// # Errors
    /// When there is no list, or it is not one.
    pub(super) fn of(recording: Arc<Recording>) -> Result<Self, RecordingError> {
        let (initial, list_version) = recorded_list(&recording)?;
        let timeline = Timeline::of(&recording, &initial);
        Ok(Self {
            recording,
            timeline,
            initial,
            list_version,
        })
    }

    /// The Applications after `at` milliseconds of playback.
    pub(super) fn moment(&self, at: u64) -> Moment {
        let mut by_name: BTreeMap<(&str, &str), &Arc<Application>> = BTreeMap::new();
        let mut list_version = self.list_version;
        for application in &self.initial {
            by_name.insert(order(application), application);
        }
        for event in self.timeline.until(at) {
            list_version = list_version.max(event.application.resource_version);
            match event.kind {
                EventKind::Deleted => by_name.remove(&order(&event.application)),
                EventKind::Added | EventKind::Modified => by_name.insert(order(&event.application), &event.application),
            };
        }
        Moment {
            applications: by_name.into_values().cloned().collect(),
            list_version,
            at,
        }
    }

    /// The Application's state at "now", when it was there then.
    pub(super) fn initial(&self, identity: &Identity) -> Option<&Arc<Application>> {
        self.initial.iter().find(|application| application.identity == *identity)
    }
}

impl Moment {
    /// The Application of this identity.
    pub(super) fn application(&self, identity: &Identity) -> Option<&Arc<Application>> {
        self.applications.iter().find(|application| application.identity == *identity)
    }
}

fn order(application: &Application) -> (&str, &str) {
    (&application.identity.name, &application.identity.namespace)
}

fn recorded_list(recording: &Recording) -> Result<(Vec<Arc<Application>>, u64), RecordingError> {
    #[derive(Deserialize)]
    struct List<'a> {
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
        metadata: ListMetadata,
    }
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase")]
    struct ListMetadata {
        #[serde(default)]
        resource_version: String,
    }
    let path = "/api/v1/applications";
    let recorded = recording.answer(None, Some(recording.main_account()), "GET", path, &[]);
    let (exchange, body) = recorded.ok_or_else(|| RecordingError::Missing {
        file: format!("the answer to GET {path}"),
    })?;
    let malformed = |error: serde_json::Error| RecordingError::Malformed {
        file: exchange.body_file.clone().unwrap_or_default(),
        line: error.line(),
        message: error.to_string(),
    };
    let list: List<'_> = serde_json::from_slice(&body).map_err(malformed)?;
    let mut applications = Vec::new();
    for item in list.items.into_iter().flatten() {
        let listed = body.slice_ref(item.get().as_bytes());
        let found = Application::read(listed.clone(), Some(listed.clone())).map_err(malformed)?;
        // The single GET knows more: health of each resource.
        let single = recording
            .application(false, &found.identity, &SubQuestion::plain(""))
            .filter(|(exchange, _)| exchange.status == 200)
            .and_then(|(_, single)| Application::read(single, Some(listed)).ok());
        applications.push(Arc::new(single.unwrap_or(found)));
    }
    Ok((applications, list.metadata.resource_version.parse().unwrap_or_default()))
}
