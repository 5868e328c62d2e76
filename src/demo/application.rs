//! `GET /api/v1/applications/{name}` and what lies below it.

use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::account::Account;
use super::answer::{Answer, Code, Refusal};
use super::fleet::{Application, Fleet, Moment, ResourceId};
use super::mask::{Mask, go_json};
use super::recording::{Exchange, Identity, SubQuestion};
use super::request::Target;

/// What is routed below an Application for GET.
pub(super) const SUB_RESOURCES: [&str; 13] = [
    "managed-resources",
    "resource-tree",
    "manifests",
    "resource",
    "resource/links",
    "resource/actions",
    "links",
    "events",
    "syncwindows",
    "logs",
    "server-side-diff",
    "revisions/{revision}/metadata",
    "revisions/{revision}/chartdetails",
];

/// One Application as somebody may see it at one moment.
pub(super) struct Desk<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) moment: &'a Moment,
    pub(super) application: Arc<Application>,
}

/// Finds the Application a request is about, and hides what its account may not know (docs/argocd-api.md §6).
///
/// # Errors
/// Without a project: 403 whether it is missing or forbidden. With one: 403 without rights on it, 404 when it is not
/// there or in another project.
pub(super) fn find(
    fleet: &Fleet,
    moment: &Moment,
    account: &Account,
    name: &str,
    target: &Target,
) -> Result<Arc<Application>, Refusal> {
    let namespace = match target.segments.get(4).map(String::as_str) {
        // Only here the parameter has another name.
        Some("links") => target.filled("namespace"),
        _ => target.filled("appNamespace"),
    };
    let control = fleet.recording.control_namespace();
    let namespace = namespace.unwrap_or(control);
    let served = namespace == control || moment.applications.iter().any(|a| a.identity.namespace == namespace);
    let project = target.filled("project").or_else(|| target.filled("projects"));
    if !served || project.is_some_and(|project| !account.may_see(project)) {
        return Err(Refusal::permission_denied());
    }
    let identity = Identity {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    let found = moment.application(&identity);
    match project {
        Some(project) => found
            .filter(|application| application.project == project)
            .ok_or_else(|| Refusal::new(Code::NotFound, format!(r#"applications.argoproj.io "{name}" not found"#))),
        None => found
            .filter(|application| account.may_see(&application.project))
            .ok_or_else(Refusal::permission_denied),
    }
    .cloned()
}

impl Desk<'_> {
    /// Answers what lies at `path` below the Application.
    ///
    /// # Errors
    /// As the server refuses, and 404 for what this recording does not hold.
    pub(super) fn answer(&self, path: &str, target: &Target) -> Result<Answer, Refusal> {
        match path {
            "" => Ok(Answer::json(self.application.single.clone())),
            "managed-resources" => self.managed_resources(target),
            "resource-tree" => self.resource_tree(),
            "resource" => self.resource(target),
            "manifests" => self.manifests(target),
            "events" | "syncwindows" => self.changing(&SubQuestion::of(target)),
            // Without bodies there is nothing to compare (recordings/errors/server-side-diff).
            "server-side-diff" => Ok(Answer::json(r#"{"modified":false}"#)),
            path if path.starts_with("revisions/") => self.revision(target),
            _ => self.recorded(&SubQuestion::of(target)),
        }
    }

    fn identity(&self) -> &Identity {
        &self.application.identity
    }

    fn settled(&self) -> bool {
        self.fleet.timeline.is_settled(self.identity(), self.moment.at)
    }

    fn not_recorded(&self, path: &str) -> Refusal {
        Refusal::not_recorded(&format!("{path} of {}", self.identity().name))
    }

    fn recorded(&self, question: &SubQuestion) -> Result<Answer, Refusal> {
        self.fleet
            .recording
            .application(false, self.identity(), question)
            .map(|(exchange, body)| Answer::recorded(exchange, body))
            .ok_or_else(|| self.not_recorded(&question.path))
    }

    /// What was read again after the streams, once the playback is there; else what was read at "now".
    fn changing(&self, question: &SubQuestion) -> Result<Answer, Refusal> {
        let recording = &self.fleet.recording;
        let after = recording.application(true, self.identity(), question);
        let is_new = self.fleet.initial(self.identity()).is_none();
        match after {
            Some((exchange, body)) if is_new || self.settled() => Ok(Answer::recorded(exchange, body)),
            _ => self.recorded(question),
        }
    }

    fn resource_tree(&self) -> Result<Answer, Refusal> {
        let latest = self.fleet.timeline.trees_between(self.identity(), 0, self.moment.at).last();
        match latest {
            Some(latest) if !self.settled() => Ok(Answer::json(latest.tree.clone())),
            _ => self.changing(&SubQuestion::plain("resource-tree")),
        }
    }

    fn managed_resources(&self, target: &Target) -> Result<Answer, Refusal> {
        let answer = self.all_managed_resources()?;
        let mask = Mask::parse(target.parameter("fields"));
        // An empty one is a wildcard, so the core group cannot be asked for.
        let wanted = |parameter: &str, value: &str| target.filled(parameter).is_none_or(|wanted| wanted == value);
        let filtered = ["namespace", "name", "group", "kind"]
            .iter()
            .any(|parameter| target.filled(parameter).is_some());
        if answer.status != hyper::StatusCode::OK || (mask.is_none() && !filtered) {
            return Ok(answer);
        }
        let kept: Vec<&RawValue> = items(&answer.body)
            .into_iter()
            .filter(|(id, _)| {
                wanted("namespace", &id.namespace)
                    && wanted("name", &id.name)
                    && wanted("group", &id.group)
                    && wanted("kind", &id.kind)
            })
            .map(|(_, raw)| raw)
            .collect();
        if kept.is_empty() {
            return Ok(answer.with_body("{}"));
        }
        let body = json_of(&kept);
        let body = match mask {
            Some(mask) => {
                let mut value: Value = serde_json::from_slice(&body).unwrap_or_default();
                mask.prune(&mut value);
                go_json(&value)
            }
            None => body,
        };
        Ok(answer.with_body(body))
    }

    /// Every managed resource, as far as the playback is: item by item what was read at "now" or after the streams,
    /// whichever has the resource in the state that the Application says it is in.
    fn all_managed_resources(&self) -> Result<Answer, Refusal> {
        let question = SubQuestion::plain("managed-resources");
        let recording = &self.fleet.recording;
        let now = recording.application(false, self.identity(), &question);
        let after = recording.application(true, self.identity(), &question);
        let (before, now, after) = match (self.fleet.initial(self.identity()), now, after) {
            (Some(before), Some(now), Some(after)) if !self.settled() => (before, now, after),
            _ => return self.changing(&question),
        };
        if before.out_of_sync == self.application.out_of_sync {
            return Ok(Answer::recorded(now.0, now.1));
        }
        Ok(self.mixed(before, now, &after.1))
    }

    fn mixed(&self, before: &Application, now: (&Exchange, Bytes), after: &Bytes) -> Answer {
        let then = self
            .fleet
            .recording
            .application(true, self.identity(), &SubQuestion::plain(""))
            .and_then(|(_, body)| Application::read(body, None).ok());
        let newer = items(after);
        let moved = |id: &ResourceId| {
            let is = self.application.is_out_of_sync(id);
            is != before.is_out_of_sync(id) && then.as_ref().is_some_and(|then| then.is_out_of_sync(id) == is)
        };
        let mixed: Vec<&RawValue> = items(&now.1)
            .into_iter()
            .map(|(id, raw)| {
                let other = newer.iter().find(|(other, _)| *other == id && moved(&id));
                other.map_or(raw, |(_, raw)| *raw)
            })
            .collect();
        let body = json_of(&mixed);
        Answer::recorded(now.0, now.1).with_body(body)
    }

    /// A live read: as recorded, else the live object of the managed resources, which is the same read a little older.
    fn resource(&self, target: &Target) -> Result<Answer, Refusal> {
        if target.parameter("version").is_none() {
            return Err(Refusal::new(
                Code::Internal,
                r#"grpc: error while marshaling: proto: required field "version" not set"#,
            ));
        }
        let id = ResourceId {
            group: target.parameter("group").unwrap_or_default().to_owned(),
            kind: target.parameter("kind").unwrap_or_default().to_owned(),
            namespace: target.parameter("namespace").unwrap_or_default().to_owned(),
            name: target.parameter("resourceName").unwrap_or_default().to_owned(),
        };
        let question = SubQuestion::plain("managed-resources");
        let at_now = self.fleet.recording.application(false, self.identity(), &question);
        let live_at_now = at_now.and_then(|(_, body)| live_state(&body, &id));
        let managed = self.all_managed_resources();
        let live = managed.ok().and_then(|answer| live_state(&answer.body, &id));
        if live.is_none() || live == live_at_now {
            if live.is_none() && live_at_now.is_some() {
                return Err(self.not_in_application(&id));
            }
            if let Ok(answer) = self.recorded(&SubQuestion::of(target)) {
                return Ok(answer);
            }
        }
        if let Some(live) = live {
            return Ok(Answer::json(go_json(&json!({"manifest": live}))));
        }
        let tree = self.resource_tree().map(|tree| tree.body).unwrap_or_default();
        if tree_names(&tree, &id) {
            return Err(self.not_recorded(&format!("{} {}", id.kind, id.name)));
        }
        Err(self.not_in_application(&id))
    }

    fn not_in_application(&self, id: &ResourceId) -> Refusal {
        let ResourceId { group, kind, name, .. } = id;
        let application = &self.identity().name;
        Refusal::new(
            Code::InvalidArgument,
            format!("{kind} {group} {name} not found as part of application {application}"),
        )
    }

    fn manifests(&self, target: &Target) -> Result<Answer, Refusal> {
        let asked = SubQuestion::of(target);
        self.recorded(&asked).or_else(|refusal| {
            if !asked.parameters.is_empty() {
                return Err(refusal);
            }
            // Without a revision: the ones it is compared with.
            let revisions = &self.application.revisions;
            let mut parameters: Vec<(String, String)> = match &revisions[..] {
                [revision] => vec![("revision".to_owned(), revision.clone())],
                _ => Vec::new(),
            };
            if revisions.len() > 1 {
                for (index, revision) in revisions.iter().enumerate() {
                    parameters.push(("revisions".to_owned(), revision.clone()));
                    parameters.push(("sourcePositions".to_owned(), (index + 1).to_string()));
                }
            }
            parameters.sort();
            self.recorded(&SubQuestion {
                path: asked.path.clone(),
                parameters,
            })
        })
    }

    fn revision(&self, target: &Target) -> Result<Answer, Refusal> {
        let asked = SubQuestion::of(target);
        if let Ok(answer) = self.recorded(&asked) {
            return Ok(answer);
        }
        let revision = target.segments.get(5).map(String::as_str).unwrap_or_default();
        let is_hash = revision.len() >= 7 && revision.chars().all(|c| c.is_ascii_hexdigit());
        if !is_hash {
            return Err(Refusal::new(Code::Unknown, format!("revision {revision} must be resolved")));
        }
        let ending = target.segments.get(6).map(String::as_str).unwrap_or_default();
        let without_history = |parameters: &[(String, String)]| -> Vec<(String, String)> {
            parameters.iter().filter(|(name, _)| name != "versionId").cloned().collect()
        };
        // An abbreviated hash is resolved; the history id only says which source list the index is of.
        let close = self.fleet.recording.application_questions(self.identity()).find(|known| {
            let mut steps = known.path.split('/').skip(1);
            let full = steps.next().unwrap_or_default();
            full.starts_with(revision)
                && steps.next() == Some(ending)
                && without_history(&known.parameters) == without_history(&asked.parameters)
        });
        match close {
            Some(close) => self.recorded(close),
            None => Err(self.not_recorded(&asked.path)),
        }
    }
}

#[derive(Deserialize)]
struct Items<'a> {
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}

/// The items of a managed-resources answer, each with its identity; none when it is not one.
fn items(body: &[u8]) -> Vec<(ResourceId, &RawValue)> {
    let parsed = serde_json::from_slice::<Items<'_>>(body).ok();
    parsed
        .and_then(|parsed| parsed.items)
        .into_iter()
        .flatten()
        .filter_map(|raw| Some((serde_json::from_str(raw.get()).ok()?, raw)))
        .collect()
}

fn json_of(items: &[&RawValue]) -> Vec<u8> {
    let mut body = b"{\"items\":[".to_vec();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item.get().as_bytes());
    }
    body.extend_from_slice(b"]}");
    body
}

fn live_state(managed: &[u8], id: &ResourceId) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Live {
        live_state: Option<String>,
    }
    let (_, raw) = items(managed).into_iter().find(|(known, _)| known == id)?;
    let live = serde_json::from_str::<Live>(raw.get()).ok()?.live_state?;
    (!matches!(live.as_str(), "" | "null" | "{}")).then_some(live)
}

fn tree_names(tree: &[u8], id: &ResourceId) -> bool {
    #[derive(Deserialize)]
    struct Tree {
        nodes: Option<Vec<ResourceId>>,
    }
    serde_json::from_slice::<Tree>(tree)
        .ok()
        .and_then(|tree| tree.nodes)
        .is_some_and(|nodes| nodes.contains(id))
}
