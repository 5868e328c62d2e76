//! Judging manifests without Argo CD: the raw pair, invisible additions too. What `explain` answers.
//!
//! The compare function, the rules and the attribution are the very ones that judge a drift of a running Argo CD; only the
//! pair differs (Git's own manifest and the raw live object instead of Argo CD's normalised pair).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use crate::drift::managed_fields::ManagedFields;
use crate::drift::origin::{LastApplied, Origin};
use crate::drift::{Application, ApplicationKey, Automated, DriftState, IgnoreDifference, Pointer, ResourceKey, SyncStatus};
use crate::verdict::declared::Declared;
use crate::verdict::evidence::{Evidence, Sibling};
use crate::verdict::policy::{Policies, VerdictOverride};
use crate::verdict::{Cause, Confidence, Verdict, judge};

/// One case: what a classifier may see of a drift. Labels, if they are there, are not read.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Echoed in the answer; never looked at.
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    app: CaseApplication,
    #[serde(default)]
    resource: Option<CaseResource>,
    /// When the comparison was made.
    #[serde(default)]
    pub observed_at: Option<Timestamp>,
    target: Option<Value>,
    live: Option<Value>,
    #[serde(default)]
    siblings: Vec<Value>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CaseApplication {
    name: String,
    project: String,
    environment: String,
    autosync: bool,
    self_heal: bool,
    ignore_differences: Vec<CaseIgnore>,
    policy: CasePolicy,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CasePolicy {
    overrides: Vec<CaseOverride>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CaseOverride {
    environment: String,
    causes: Vec<String>,
    max_verdict: String,
}

impl CasePolicy {
    /// An unknown verdict caps nothing: it must not make anything less. This form has no word for what guards something: a cap
    /// of a cause holds whatever it is about.
    fn policies(&self) -> Policies {
        let mut policies = Policies::default();
        for o in &self.overrides {
            let Some(most) = Verdict::parse(&o.max_verdict.to_lowercase().replace('_', "-")) else {
                continue;
            };
            let verdicts = &mut policies.environments.entry(o.environment.clone()).or_default().verdicts;
            for cause in &o.causes {
                let bounds = verdicts.entry(cause.clone()).or_insert(VerdictOverride {
                    dangerous: true,
                    ..VerdictOverride::default()
                });
                bounds.most = Some(bounds.most.map_or(most, |other| other.min(most)));
            }
        }
        policies
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CaseIgnore {
    group: String,
    kind: String,
    name: String,
    namespace: String,
    json_pointers: Vec<String>,
    jq_path_expressions: Vec<String>,
    managed_fields_managers: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CaseResource {
    group: String,
    kind: String,
    namespace: String,
    name: String,
}

/// Why a case cannot be judged.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Not the JSON of a case.
    #[error("not a case: {0}")]
    Json(#[from] serde_json::Error),
    /// A manifest or the facts are no YAML or JSON.
    #[error("{what}: not YAML or JSON: {message}")]
    Yaml {
        /// Which input.
        what: String,
        /// Where it is wrong. Never a value of it.
        message: String,
    },
    /// Neither side is there.
    #[error("neither target nor live: give at least one of the two manifests")]
    NoManifest,
}

/// The judgement of one path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathAnswer {
    /// Which path; the root for missing and extra objects.
    pub path: Pointer,
    /// How bad.
    pub verdict: Verdict,
    /// Why.
    pub cause: Cause,
    /// Who: a manager, `server-default`, `admission`, or `unknown`.
    pub actor: String,
    /// Id of the rule that decided.
    pub rule: &'static str,
    /// Why, one sentence.
    pub reason: String,
    /// Whose move, as the base tells.
    pub origin: Origin,
}

/// The judgement of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The case's id.
    pub id: String,
    /// The worst of its paths.
    pub verdict: Verdict,
    /// How sure.
    pub confidence: Confidence,
    /// All paths, worst first.
    pub paths: Vec<PathAnswer>,
}

impl Case {
    /// Reads a case from JSON.
    ///
    /// # Errors
    /// When it is not JSON of the form, or has no manifest at all.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let case: Self = serde_json::from_str(text)?;
        if case.target.is_none() && case.live.is_none() {
            return Err(CaseError::NoManifest);
        }
        Ok(case)
    }

    /// A case from manifests as people have them, YAML or JSON, one document each.
    ///
    /// `application` holds facts in the form of the corpus' `app` (name, environment, autosync, selfHeal,
    /// ignoreDifferences); `siblings` are other objects of the Application, such as an autoscaler.
    ///
    /// # Errors
    /// When a text does not parse, holds several documents, or both manifests are missing.
    pub fn from_manifests(inputs: &Inputs<'_>) -> Result<Self, CaseError> {
        let object = |input: Option<(&str, &str)>| match input {
            Some((what, text)) => parse_yaml::<Value>(what, text).map(Some),
            None => Ok(None),
        };
        let app = match inputs.application {
            Some((what, text)) => parse_yaml(what, text)?,
            None => CaseApplication::default(),
        };
        let siblings = inputs
            .siblings
            .iter()
            .map(|(what, text)| parse_yaml(what, text))
            .collect::<Result<_, _>>()?;
        let (target, live) = (object(inputs.desired)?, object(inputs.live)?);
        if target.is_none() && live.is_none() {
            return Err(CaseError::NoManifest);
        }
        Ok(Self {
            id: String::new(),
            app,
            resource: None,
            observed_at: None,
            target,
            live,
            siblings,
        })
    }

    /// Judges it.
    pub fn answer(&self) -> Answer {
        let application = self.app.application();
        let key = self.key();
        let managed = self.live.as_ref().map(ManagedFields::of).unwrap_or_default();
        let last_applied = self.live.as_ref().and_then(|live| LastApplied::of(live, &managed));
        let siblings: Vec<(ResourceKey, &Value)> = self.siblings.iter().map(|object| (key_of(object), object)).collect();
        let siblings: Vec<Sibling<'_>> = siblings.iter().map(|(key, object)| Sibling { key, object }).collect();
        let policies = self.app.policy.policies();
        let declared = Declared::of(&application);
        let evidence = Evidence {
            application: &application,
            resource: &key,
            state: match (&self.target, &self.live) {
                (Some(_), None) => DriftState::Missing,
                (None, _) => DriftState::Extra,
                _ => DriftState::Changed,
            },
            desired: self.target.as_ref(),
            live: self.live.as_ref(),
            target: self.target.as_ref(),
            raw_live: self.live.as_ref(),
            managed: &managed,
            last_applied: last_applied.as_ref(),
            synced: None,
            siblings: &siblings,
            declared: &declared,
            policy: policies.of(&self.app.environment),
        };
        let Some(judgement) = judge(&evidence) else {
            return Answer {
                id: self.id.clone(),
                verdict: Verdict::Harmless,
                confidence: Confidence::new(1.0),
                paths: Vec::new(),
            };
        };
        let mut paths: Vec<PathAnswer> = judgement
            .fields
            .iter()
            .map(|field| PathAnswer {
                path: field.difference.path.clone(),
                verdict: field.verdict,
                cause: field.cause,
                actor: field.attribution.actor.name().unwrap_or("unknown").to_owned(),
                rule: field.rule,
                reason: field.reason.clone(),
                origin: field.origin,
            })
            .collect();
        if paths.is_empty() {
            paths.push(PathAnswer {
                path: Pointer::root(),
                verdict: judgement.verdict,
                cause: judgement.cause,
                actor: judgement.actor.name().unwrap_or("unknown").to_owned(),
                rule: judgement.rule,
                reason: judgement.reason.clone(),
                origin: Origin::Unknown,
            });
        }
        Answer {
            id: self.id.clone(),
            verdict: judgement.verdict,
            confidence: judgement.confidence,
            paths,
        }
    }

    fn key(&self) -> ResourceKey {
        match &self.resource {
            Some(r) => ResourceKey::new(&r.group, &r.kind, &r.namespace, &r.name),
            None => self.live.as_ref().or(self.target.as_ref()).map(key_of).unwrap_or_default(),
        }
    }
}

/// Texts to make a case of, each with a name for messages.
#[derive(Debug, Clone, Default)]
pub struct Inputs<'a> {
    /// What Git wants.
    pub desired: Option<(&'a str, &'a str)>,
    /// What the cluster has.
    pub live: Option<(&'a str, &'a str)>,
    /// Facts about the Application.
    pub application: Option<(&'a str, &'a str)>,
    /// Other objects of the Application.
    pub siblings: Vec<(&'a str, &'a str)>,
}

fn parse_yaml<T: serde::de::DeserializeOwned>(what: &str, text: &str) -> Result<T, CaseError> {
    serde_saphyr::from_str(text).map_err(|error| {
        // The parser's own message may quote the text; its place is enough to find it.
        let at = error
            .location()
            .map_or_else(String::new, |at| format!("line {}, column {}", at.line(), at.column()));
        CaseError::Yaml {
            what: what.to_owned(),
            message: if at.is_empty() { "it cannot be read".to_owned() } else { at },
        }
    })
}

fn key_of(object: &Value) -> ResourceKey {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let group = text("/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    ResourceKey::new(group, text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}

impl CaseApplication {
    fn application(&self) -> Application {
        let mut application = Application::new(ApplicationKey::new("", "", self.name.as_str()));
        application.project.clone_from(&self.project);
        application.labels.insert("env".to_owned(), self.environment.clone());
        application.sync_status = SyncStatus::OutOfSync;
        application.sync_policy.automated = self.autosync.then_some(Automated {
            prune: false,
            self_heal: self.self_heal,
        });
        application.ignore_differences = self
            .ignore_differences
            .iter()
            .map(|i| IgnoreDifference {
                group: i.group.clone(),
                kind: i.kind.clone(),
                name: i.name.clone(),
                namespace: i.namespace.clone(),
                json_pointers: i.json_pointers.clone(),
                jq_path_expressions: i.jq_path_expressions.clone(),
                managed_fields_managers: i.managed_fields_managers.clone(),
            })
            .collect();
        application
    }
}
