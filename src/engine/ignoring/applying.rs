//! A rule is written into the person's own list, and taken back.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::workbench::{Choice, Wording, Workbench};
use super::{Engine, gone};
use crate::drift::{ApplicationIdentity, Pointer};
use crate::engine::audit::{Action, AuditEntry, AuditLog, Step};
use crate::engine::journal::{Disposition, DispositionKind, DriftIdentity};
use crate::engine::ports::{ErrorView, IgnoreList};
use crate::engine::view::{DriftKey, DriftView};
use crate::ignore::IgnoreRule;

/// The person's own list of rules, and who that is.
#[derive(Clone)]
pub struct OwnList {
    /// The list.
    pub list: Arc<dyn IgnoreList>,
    /// Where it is recorded what was written there.
    pub audit: Arc<dyn AuditLog>,
    /// Who writes there: a name for people.
    pub by: String,
}

/// A rule that a person has seen the effect of.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnorePlan {
    /// For which drift.
    key: DriftKey,
    /// As it was then.
    fingerprint: String,
    /// For which of its changes.
    path: Pointer,
    choice: Choice,
    rule: IgnoreRule,
    /// Everything that it was said to hide.
    listed: BTreeSet<(DriftKey, Pointer)>,
}

impl IgnorePlan {
    /// Of what was chosen and typed; `None` while something is missing.
    pub fn new(workbench: &Workbench, choice: Choice, wording: Wording<'_>) -> Option<Self> {
        if workbench.missing(choice, wording).is_some() {
            return None;
        }
        Some(Self {
            key: workbench.drift.key.clone(),
            fingerprint: workbench.drift.fingerprint.clone(),
            path: workbench.change()?.path.clone(),
            choice,
            rule: workbench.rule(choice, wording)?,
            listed: workbench.listed(choice),
        })
    }

    /// The rule.
    pub fn rule(&self) -> &IgnoreRule {
        &self.rule
    }

    /// For which drift.
    pub fn key(&self) -> &DriftKey {
        &self.key
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Ignored {
    /// It was written there.
    Written(String),
    /// A rule that does the same stands there already: nothing was written.
    AlreadyThere(String),
    /// The drift is another one by now, or the rule would hide more than what was shown: nothing was written, and this is how it
    /// is now.
    Changed(Box<Workbench>),
}

impl Engine {
    /// Writes the rule into the person's own list and judges everything anew, unless something changed since it was shown.
    ///
    /// # Errors
    /// The drift is gone, or the list cannot be written. Nothing was written then.
    pub async fn ignore(self: &Arc<Self>, plan: &IgnorePlan) -> Result<Ignored, ErrorView> {
        let own = self.own_list().ok_or_else(nowhere)?.clone();
        let now = self.ignore_workbench(&plan.key, Some(&plan.path)).await?;
        if now.drift.fingerprint != plan.fingerprint || !now.listed(plan.choice).is_subset(&plan.listed) {
            return Ok(Ignored::Changed(Box::new(now)));
        }
        let file = own.list.name();
        let about = About {
            own: &own,
            drift: &now.drift,
            rule: &plan.rule,
        };
        self.audit_ignore(&about, Step::Intended, "writes an ignore rule").await?;
        let written = own.list.add(&plan.rule).await;
        let said = match &written {
            Ok(true) => (Step::Done, "wrote an ignore rule".to_owned()),
            Ok(false) => (Step::NothingToDo, "the rule was there already".to_owned()),
            Err(error) => (Step::Failed, error.to_string()),
        };
        self.audit_ignored(&about, said.0, &said.1).await;
        if !written.map_err(|error| error.view())? {
            return Ok(Ignored::AlreadyThere(file));
        }
        self.read_ignore_rules().await;
        let until = plan
            .rule
            .expires
            .and_then(|last| TimeZone::UTC.to_timestamp(last.tomorrow().ok()?.at(0, 0, 0, 0)).ok());
        self.decide(&about, until).await;
        Ok(Ignored::Written(file))
    }

    /// Takes the rules of the person's own list that hide changes of this drift out again. Answers with their number.
    ///
    /// # Errors
    /// The drift is gone, the rules that hide it stand elsewhere, or the list cannot be written.
    pub async fn stop_ignoring(self: &Arc<Self>, key: &DriftKey) -> Result<usize, ErrorView> {
        let own = self.own_list().ok_or_else(nowhere)?.clone();
        let known = self.known_drifts().get(&key.application).cloned();
        let drift = known.and_then(|known| {
            known
                .drifts
                .iter()
                .find(|(drift, _)| drift.key == *key)
                .map(|(d, _)| Arc::clone(d))
        });
        let drift = drift.ok_or_else(|| gone(key))?;
        let hiding: BTreeSet<&str> = drift
            .changes
            .iter()
            .filter_map(|change| change.ignored_by.as_ref())
            .map(|by| by.rule.as_str())
            .collect();
        let file = own.list.name();
        let rules = self.ignore_rules().set;
        let ours: Vec<&IgnoreRule> = rules
            .rules()
            .iter()
            .filter(|rule| *rule.origin.file == file && hiding.contains(rule.origin.to_string().as_str()))
            .collect();
        if ours.is_empty() {
            return Err(elsewhere(&hiding, &file));
        }
        let mut removed = 0;
        for rule in ours {
            let about = About {
                own: &own,
                drift: &drift,
                rule,
            };
            self.audit_ignore(&about, Step::Intended, "takes an ignore rule out").await?;
            match own.list.remove(rule).await {
                Ok(true) => {
                    removed += 1;
                    self.audit_ignored(&about, Step::TakenBack, "took an ignore rule out").await;
                    let now = self.now();
                    self.decide(&about, Some(now)).await;
                }
                Ok(false) => {
                    self.audit_ignored(&about, Step::NothingToDo, "the rule was gone already")
                        .await;
                }
                Err(error) => {
                    self.audit_ignored(&about, Step::Failed, &error.to_string()).await;
                    return Err(error.view());
                }
            }
        }
        self.read_ignore_rules().await;
        Ok(removed)
    }

    /// A decision about this very difference, or its end.
    async fn decide(&self, about: &About<'_>, until: Option<jiff::Timestamp>) {
        let Some(application) = self.identity_of(about.drift) else {
            return;
        };
        let identity = DriftIdentity {
            application,
            resource: about.drift.key.resource.clone(),
            invisible: about.drift.key.invisible,
        };
        let disposition = Disposition {
            kind: DispositionKind::Ignored,
            fingerprint: about.drift.fingerprint.clone(),
            by: about.own.by.clone(),
            at: self.now(),
            until,
            reason: about.rule.reason.clone(),
            link: None,
        };
        if let Err(error) = self.store().dispose(identity, disposition).await {
            // The rule itself says it, and so will the next look.
            tracing::warn!(%error, "the decision could not be remembered in the journal");
        }
    }

    fn identity_of(&self, drift: &DriftView) -> Option<ApplicationIdentity> {
        let key = &drift.key.application;
        let known = self.known_drifts().get(key).cloned()?;
        Some(ApplicationIdentity {
            server: known.server.clone(),
            namespace: key.namespace.to_string(),
            name: key.name.to_string(),
        })
    }

    /// What cannot be recorded is not done.
    async fn audit_ignore(&self, about: &About<'_>, step: Step, what: &str) -> Result<(), ErrorView> {
        let entry = self.entry(about, step, what).ok_or_else(|| gone(&about.drift.key))?;
        about.own.audit.append(entry).await.map_err(|error| ErrorView {
            title: "Nothing was written".to_owned(),
            detail: format!("the audit log cannot be written: {error}."),
            hint: "What cannot be recorded is not done.".to_owned(),
        })
    }

    /// What has happened already: when that cannot be recorded, the log says so.
    async fn audit_ignored(&self, about: &About<'_>, step: Step, what: &str) {
        let Some(entry) = self.entry(about, step, what) else {
            tracing::error!("what was done could not be recorded in the audit log: the Application is gone");
            return;
        };
        if let Err(error) = about.own.audit.append(entry).await {
            tracing::error!(%error, "what was done could not be recorded in the audit log");
        }
    }

    fn entry(&self, about: &About<'_>, step: Step, what: &str) -> Option<AuditEntry> {
        Some(AuditEntry {
            at: self.now(),
            by: about.own.by.clone(),
            action: Action::Ignore,
            step,
            application: self.identity_of(about.drift)?,
            resource: about.drift.key.resource.clone(),
            fingerprint: about.drift.fingerprint.clone(),
            verdict: about.drift.verdict.as_str().to_owned(),
            target: about.own.list.name(),
            what: what.to_owned(),
            why: about.rule.reason.clone(),
            link: None,
        })
    }
}

/// One rule for one drift in somebody's list.
struct About<'a> {
    own: &'a OwnList,
    drift: &'a DriftView,
    rule: &'a IgnoreRule,
}

fn nowhere() -> ErrorView {
    ErrorView {
        title: "There is no place for a rule".to_owned(),
        detail: "this machine names no folder for a list of your own.".to_owned(),
        hint: "Start with --config FILE: the list lies beside it.".to_owned(),
    }
}

fn elsewhere(hiding: &BTreeSet<&str>, file: &str) -> ErrorView {
    let places: Vec<&str> = hiding.iter().copied().collect();
    let detail = match places.as_slice() {
        [] => "no ignore rule hides a change of this drift.".to_owned(),
        places => format!("what hides it stands in {}, not in {file}.", places.join(", ")),
    };
    ErrorView {
        title: "Nothing to take back".to_owned(),
        detail,
        hint: "Rules of other files are changed there, by whoever may.".to_owned(),
    }
}
