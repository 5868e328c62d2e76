//! From a drift on the screen to a pull request: planned from what is there now, checked again before anything is sent,
//! recorded before and after.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::evidence::{Surroundings, evidence};
use super::forge::{Forge, PullRequest, PullRequestState};
use super::pull_request::{BaseNow, Outcome, Refusal, Wish, base_now, open};
use crate::drift::{RepositoryPath, Source};
use crate::engine::audit::{Action, AuditEntry, AuditLog, Step};
use crate::engine::core::Engine;
use crate::engine::document::ManifestPair;
use crate::engine::event::ContextView;
use crate::engine::guarded::guarded;
use crate::engine::ports::{Disposition, DispositionKind, DriftIdentity, ErrorView, StoreError};
use crate::engine::view::{ApplicationView, DriftKey, DriftView};
use crate::plan::landing::Branch;
use crate::plan::{Destination, Landing, Neighbour, NoDestination, Origins, PullRequestPlan, destinations, record_pull_request};

/// Finds the forge of a repository.
#[async_trait]
pub trait Forges: Send + Sync {
    /// The forge that serves this repository, with the token for it.
    ///
    /// # Errors
    /// No forge is known for its host, or there is no token.
    async fn forge(&self, destination: &Destination) -> Result<Arc<dyn Forge>, ErrorView>;
}

/// What acting needs: absent, the engine only looks.
#[derive(Clone)]
pub struct Acting {
    /// Where pull requests and issues go.
    pub forges: Arc<dyn Forges>,
    /// What was done and tried.
    pub audit: Arc<dyn AuditLog>,
    /// Who acts here: a name for people.
    pub by: String,
    /// Folder of records in a repository.
    pub records: RepositoryPath,
    /// A repository for what has none of its own; `None` for none.
    pub configured: Option<Source>,
}

/// A pull request as it would be, and what was true when it was planned.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequestPreview {
    /// Of which Application.
    pub view: Arc<ApplicationView>,
    /// About which drift.
    pub drift: Arc<DriftView>,
    /// Everything that is written.
    pub plan: PullRequestPlan,
    /// The base branch.
    pub base: BaseNow,
    /// The pull request that is open already, and that would be updated or left alone.
    pub open: Option<PullRequest>,
    /// When it was planned.
    pub read_at: Timestamp,
}

/// What came of Enter.
#[derive(Debug, Clone, PartialEq)]
pub enum Applied {
    /// See there.
    Outcome(Outcome),
    /// The drift or the base is another one than what was shown: nothing was sent, and this is what it would be now.
    Changed(Box<PullRequestPreview>),
    /// It does not drift any more: nothing was sent.
    Gone,
}

/// An Application and its drift as they are now.
struct Reading {
    server: String,
    pages: String,
    sources: Vec<Source>,
    view: Arc<ApplicationView>,
    drift: Option<Arc<DriftView>>,
}

impl Engine {
    /// Plans the record pull request for a drift. `neighbours` are the Applications that a merge may reach.
    ///
    /// # Errors
    /// The drift or its manifests cannot be read, there is no place for a pull request, or the forge does not answer.
    pub async fn preview_pull_request(
        &self,
        view: &ApplicationView,
        key: &DriftKey,
        neighbours: &[Neighbour],
    ) -> Result<PullRequestPreview, ErrorView> {
        let acting = self.acting()?;
        let reading = self.read_drift(view, key).await?;
        let Some(drift) = reading.drift.clone() else {
            return Err(gone(key));
        };
        self.plan_pull_request(acting, &reading, &drift, neighbours).await
    }

    /// Opens what was previewed, after reading the drift and the base branch again.
    ///
    /// # Errors
    /// Nothing was sent; or what was sent is found by the next try. The audit log says which.
    pub async fn open_pull_request(
        &self,
        preview: &PullRequestPreview,
        neighbours: &[Neighbour],
        wish: Wish,
    ) -> Result<Applied, ErrorView> {
        let acting = self.acting()?;
        let reading = self.read_drift(&preview.view, &preview.drift.key).await?;
        let Some(drift) = reading.drift.clone() else {
            return Ok(Applied::Gone);
        };
        if drift.fingerprint != preview.drift.fingerprint {
            let now = self.plan_pull_request(acting, &reading, &drift, neighbours).await?;
            return Ok(Applied::Changed(Box::new(now)));
        }
        let forge = acting.forges.forge(&preview.plan.destination).await?;
        let target = format!("{} {}", forge.address(), preview.base.name);
        let entry = |step, what: String, link: Option<String>| AuditEntry {
            at: self.now(),
            by: acting.by.clone(),
            action: Action::PullRequest,
            step,
            application: identity(&reading.server, &preview.view),
            resource: drift.key.resource.clone(),
            fingerprint: drift.fingerprint.clone(),
            verdict: drift.verdict.as_str().to_owned(),
            target: target.clone(),
            what,
            why: String::new(),
            link,
        };
        // What cannot be recorded is not done.
        let intended = entry(Step::Intended, format!("opens {}", preview.plan.branch), None);
        acting.audit.append(intended).await.map_err(|error| unrecorded(&error))?;
        let outcome = open(&*forge, &preview.plan, &preview.base, wish).await;
        if matches!(outcome, Err(Refusal::BaseMoved { .. })) {
            acting
                .record(entry(Step::Refused, "the base branch moved".to_owned(), None))
                .await;
            let now = self.plan_pull_request(acting, &reading, &drift, neighbours).await?;
            return Ok(Applied::Changed(Box::new(now)));
        }
        match outcome {
            Ok(outcome) => {
                let (step, what) = outcome.recorded();
                let link = Some(outcome.pull_request().link.clone());
                acting.record(entry(step, what.to_owned(), link)).await;
                self.remember_outcome(acting, &reading, &drift, &outcome).await;
                Ok(Applied::Outcome(outcome))
            }
            Err(refusal) => {
                let step = match refusal {
                    Refusal::Forge(_) => Step::Failed,
                    Refusal::Archived | Refusal::NoBranch(_) | Refusal::Taken(_) | Refusal::BaseMoved { .. } => Step::Refused,
                };
                acting.record(entry(step, refusal.to_string(), None)).await;
                Err(refusal.view())
            }
        }
    }

    async fn plan_pull_request(
        &self,
        acting: &Acting,
        reading: &Reading,
        drift: &Arc<DriftView>,
        neighbours: &[Neighbour],
    ) -> Result<PullRequestPreview, ErrorView> {
        let destination = destinations(Origins {
            sources: &reading.sources,
            configured: acting.configured.as_ref(),
            ..Origins::default()
        })
        .map_err(|why| no_place(&why))?
        .swap_remove(0);
        let document = self.document(&drift.key, ManifestPair::Compared).await?;
        let git = self.git_side(&reading.view).await;
        let forge = acting.forges.forge(&destination).await?;
        let (repository, base) = base_now(&*forge, &destination.base).await.map_err(|refusal| refusal.view())?;
        let context = ContextView {
            name: Arc::clone(&drift.key.application.context),
            server: String::new(),
            version: String::new(),
            pages: reading.pages.clone(),
        };
        let evidence = evidence(
            &reading.view,
            drift,
            &Surroundings {
                server: &reading.server,
                document: &document,
                git: &git,
                page: context.page(&drift.key.application, Some(&drift.key.resource)),
                read_at: self.now(),
            },
        );
        let branch = Branch {
            repository: &destination.repository,
            name: &base.name,
            is_default: base.name == repository.default_branch,
        };
        let landing = Landing::on(branch, (&evidence.application, &evidence.resource), neighbours);
        let plan = record_pull_request(&evidence, destination, &acting.records, landing).map_err(|why| ErrorView {
            title: "No pull request can be made".to_owned(),
            detail: format!("{why}."),
            hint: "See `records` in the configuration.".to_owned(),
        })?;
        let found = forge.pull_requests(&plan.branch).await.map_err(|error| error.view())?;
        Ok(PullRequestPreview {
            view: Arc::clone(&reading.view),
            drift: Arc::clone(drift),
            plan,
            base,
            open: found.into_iter().find(|pr| pr.state == PullRequestState::Open),
            read_at: self.now(),
        })
    }

    /// Reads the Application and its drift from Argo CD, now.
    async fn read_drift(&self, view: &ApplicationView, key: &DriftKey) -> Result<Reading, ErrorView> {
        let context = &key.application.context;
        let argocd = self.argocd().iter().find(|argocd| argocd.context() == *context);
        let Some(argocd) = argocd else { return Err(gone(key)) };
        let address = argocd.address();
        let server = guarded(argocd.server(), &address).await.map_err(|e| e.view())?;
        let application = guarded(argocd.application(&key.application, &view.project), &address)
            .await
            .map_err(|e| e.view())?;
        let clusters = self.clusters(&**argocd).await;
        let sources = application.sources.clone();
        let (view, error) = self.look_at(argocd, application, &server, &clusters, key.invisible).await;
        if let Some(error) = error {
            return Err(error);
        }
        let drift = view.finding(key).map(Arc::clone);
        Ok(Reading {
            pages: server.identity.clone(),
            server: server.identity,
            sources,
            view: Arc::new(view),
            drift,
        })
    }

    /// What was done is a decision about this very difference: the list shows it.
    async fn remember_outcome(&self, acting: &Acting, reading: &Reading, drift: &DriftView, outcome: &Outcome) {
        let kind = match outcome {
            Outcome::Opened(_) | Outcome::AlreadyOpen(_) | Outcome::Updated(_) => DispositionKind::Proposed,
            Outcome::Acknowledged(_) => DispositionKind::Acknowledged,
            Outcome::Declined(_) => return,
        };
        let known = drift
            .dispositions
            .iter()
            .any(|decision| decision.kind == kind && decision.link.as_ref() == Some(&outcome.pull_request().link));
        if known {
            return;
        }
        let about = DriftIdentity {
            application: identity(&reading.server, &reading.view),
            resource: drift.key.resource.clone(),
            invisible: drift.key.invisible,
        };
        let disposition = Disposition {
            kind,
            fingerprint: drift.fingerprint.clone(),
            by: acting.by.clone(),
            at: self.now(),
            until: None,
            reason: String::new(),
            link: Some(outcome.pull_request().link.clone()),
        };
        if let Err(error) = self.store().dispose(about, disposition).await {
            // The forge knows it, and so will the next look.
            tracing::warn!(%error, "the decision could not be remembered here");
        }
    }
}

impl Acting {
    /// Records what has happened already. When that fails the log says so: it cannot be undone any more.
    async fn record(&self, entry: AuditEntry) {
        if let Err(error) = self.audit.append(entry).await {
            tracing::error!(%error, "what was done could not be recorded in the audit log");
        }
    }
}

impl Outcome {
    /// The pull request that it is about.
    pub fn pull_request(&self) -> &PullRequest {
        match self {
            Self::Opened(pr) | Self::AlreadyOpen(pr) | Self::Updated(pr) | Self::Acknowledged(pr) | Self::Declined(pr) => pr,
        }
    }

    fn recorded(&self) -> (Step, &'static str) {
        match self {
            Self::Opened(_) => (Step::Done, "opened"),
            Self::Updated(_) => (Step::Done, "updated"),
            Self::AlreadyOpen(_) => (Step::NothingToDo, "it is open already and tells the same"),
            Self::Acknowledged(_) => (Step::NothingToDo, "it is merged and waits for a sync"),
            Self::Declined(_) => (Step::NothingToDo, "a person closed it, and nothing changed since"),
        }
    }
}

impl Refusal {
    /// What failed, why, what to try: for a person.
    pub fn view(&self) -> ErrorView {
        let hint = match self {
            Self::Forge(error) => return error.view(),
            Self::Archived => "Name another repository in the configuration, or open nothing.",
            Self::NoBranch(_) => {
                "The source follows a tag or a version: its revision has to be raised where the Application is defined."
            }
            Self::Taken(_) => "Look at that branch: somebody pushed to it. It is left alone.",
            Self::BaseMoved { .. } => "Look at the preview again.",
        };
        ErrorView {
            title: "Nothing was opened".to_owned(),
            detail: format!("{self}."),
            hint: hint.to_owned(),
        }
    }
}

fn identity(server: &str, view: &ApplicationView) -> crate::drift::ApplicationIdentity {
    crate::drift::ApplicationIdentity {
        server: server.to_owned(),
        namespace: view.key.namespace.to_string(),
        name: view.key.name.to_string(),
    }
}

fn gone(key: &DriftKey) -> ErrorView {
    ErrorView {
        title: "Nothing to propose".to_owned(),
        detail: format!("{} does not drift any more.", key.resource.short()),
        hint: "The list shows what is left.".to_owned(),
    }
}

fn no_place(why: &NoDestination) -> ErrorView {
    ErrorView {
        title: "No pull request can be made".to_owned(),
        detail: format!("{why}."),
        hint: "An Issue can tell of it all the same.".to_owned(),
    }
}

fn unrecorded(error: &StoreError) -> ErrorView {
    let why = error.view();
    ErrorView {
        title: "Nothing was sent: it could not be recorded".to_owned(),
        ..why
    }
}
