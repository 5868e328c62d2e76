//! A planned pull request becomes one, at most one, however often it is tried and wherever it is interrupted.
//!
//! The branch is the lock: its name is made of the resource, so two machines that want the same one meet there, and the
//! forge lets only one of them make it. What a killed run left behind is recognised by the `Drift-Id` of its commit.

use super::forge::{Forge, ForgeError, NewPullRequest, PullRequest, PullRequestState, Push, RepositoryState, Tip};
use crate::plan::{Base, PullRequestPlan};

/// First words of the comment that says an open pull request now tells of another difference.
const CHANGED: &str = "<!-- driftline:1 changed";

/// First words of the comment with which we take our own pull request back.
const TAKEN_BACK: &str = "<!-- driftline:1 taken-back -->";

/// Line of a commit message that names the difference it is about.
const TRAILER: &str = "Drift-Id: ";

/// So often somebody may be faster before we give up.
const TRIES: u32 = 3;

/// On whose wish something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A person pressed a key: a pull request that somebody closed may be opened again.
    Person,
    /// Nobody looks: what a person closed stays closed until the drift changes.
    Unattended,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was opened.
    Opened(PullRequest),
    /// It is open already and tells the same: nothing was written.
    AlreadyOpen(PullRequest),
    /// It was open and told of another difference; now it tells of this one.
    Updated(PullRequest),
    /// It was merged and waits for a sync: nothing was written.
    Acknowledged(PullRequest),
    /// A person closed it, and nothing has changed since: nothing was written.
    Declined(PullRequest),
}

/// Why nothing was opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The forge.
    #[error(transparent)]
    Forge(#[from] ForgeError),
    /// The repository is read-only.
    #[error("the repository is archived: nothing can be written to it")]
    Archived,
    /// A tag or nothing at all has this name.
    #[error("{0} is no branch of this repository: a pull request has nothing to go to")]
    NoBranch(String),
    /// Somebody else's commit is on the branch that has our name, or somebody else's pull request comes from it.
    #[error("the branch {0} holds somebody else's work")]
    Taken(String),
    /// The base branch has moved since the preview.
    #[error("{base} moved to {now} since this was shown")]
    BaseMoved {
        /// Which branch.
        base: String,
        /// Where it is now.
        now: String,
    },
}

/// A base branch as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseNow {
    /// Its name.
    pub name: String,
    /// Its tip.
    pub commit: String,
}

/// The base branch of a plan: for the preview, and again before anything is written.
///
/// # Errors
/// The repository is archived, or there is no such branch.
pub async fn base_now(forge: &dyn Forge, base: &Base) -> Result<(RepositoryState, BaseNow), Refusal> {
    let repository = forge.repository().await?;
    if repository.archived {
        return Err(Refusal::Archived);
    }
    let name = match base {
        Base::Default => repository.default_branch.clone(),
        Base::Named(name) => name.as_str().to_owned(),
    };
    match forge.tip(&name).await? {
        Some(Tip { commit, .. }) => Ok((repository, BaseNow { name, commit })),
        None => Err(Refusal::NoBranch(name)),
    }
}

/// Opens or updates the pull request of a plan whose base was seen at this commit.
///
/// # Errors
/// Nothing was written, or what was written is found by the next try.
pub async fn open(forge: &dyn Forge, plan: &PullRequestPlan, seen: &BaseNow, wish: Wish) -> Result<Outcome, Refusal> {
    let (_, base) = base_now(forge, &plan.destination.base).await?;
    if base != *seen {
        return Err(Refusal::BaseMoved {
            base: base.name,
            now: base.commit,
        });
    }
    let found = forge.pull_requests(&plan.branch).await?;
    if let Some(open) = found.iter().find(|pr| pr.state == PullRequestState::Open) {
        return match open.ours {
            true => bring_up_to_date(forge, plan, open).await,
            false => Err(Refusal::Taken(plan.branch.clone())),
        };
    }
    // Only the last word counts, and only about this very difference.
    let last = found.iter().find(|pr| pr.ours);
    if let Some(last) = last.filter(|pr| pr.marker.as_ref() == Some(&plan.marker)) {
        match last.state {
            PullRequestState::Merged => return Ok(Outcome::Acknowledged(last.clone())),
            PullRequestState::Closed if wish == Wish::Unattended && !was_taken_back(forge, last).await? => {
                return Ok(Outcome::Declined(last.clone()));
            }
            PullRequestState::Closed | PullRequestState::Open => {}
        }
    }
    make_branch(forge, plan, &base).await?;
    let opened = open_on_branch(forge, plan, &base).await?;
    label(forge, plan, &opened).await?;
    Ok(Outcome::Opened(opened))
}

/// Takes our own pull request back: says so, closes it, removes the branch if nobody else pushed there. It mutes nothing.
///
/// # Errors
/// As [`open`]; it can be tried again.
pub async fn take_back(forge: &dyn Forge, branch: &str, number: u64) -> Result<(), Refusal> {
    let found = forge.pull_requests(branch).await?;
    let Some(pull_request) = found.into_iter().find(|pr| pr.number == number && pr.ours) else {
        return Err(Refusal::Taken(branch.to_owned()));
    };
    if pull_request.state == PullRequestState::Open {
        if !was_taken_back(forge, &pull_request).await? {
            let said = format!("{TAKEN_BACK}\nTaken back by the person who opened it.");
            forge.comment(number, &said).await?;
        }
        forge.close(number).await?;
    }
    if let Some(tip) = forge.tip(branch).await?.filter(|tip| drift_of(tip).is_some()) {
        forge.remove_branch(branch, &tip.commit).await?;
    }
    Ok(())
}

async fn was_taken_back(forge: &dyn Forge, pull_request: &PullRequest) -> Result<bool, ForgeError> {
    let comments = forge.own_comments(pull_request.number).await?;
    Ok(comments.iter().any(|comment| comment.starts_with(TAKEN_BACK)))
}

/// One of ours is open: it tells the same, or from now on it does.
async fn bring_up_to_date(forge: &dyn Forge, plan: &PullRequestPlan, open: &PullRequest) -> Result<Outcome, Refusal> {
    if open.marker.as_ref() == Some(&plan.marker) {
        // Where a run was killed before it came to that.
        label(forge, plan, open).await?;
        return Ok(Outcome::AlreadyOpen(open.clone()));
    }
    extend_branch(forge, plan).await?;
    // The comment comes before the body, whose marker ends the matter; once, also when a run was killed in between.
    let first = format!("{CHANGED} drift={} -->", plan.marker.drift);
    let said = forge.own_comments(open.number).await?;
    if !said.iter().any(|comment| comment.starts_with(&first)) {
        let text = format!("{first}\nThe live state changed again; the body tells of the difference that is there now.");
        forge.comment(open.number, &text).await?;
    }
    forge.rewrite(open.number, &plan.title, &plan.body).await?;
    label(forge, plan, open).await?;
    Ok(Outcome::Updated(PullRequest {
        marker: Some(plan.marker.clone()),
        ..open.clone()
    }))
}

/// Which difference a commit of ours is about; `None` for anybody else's.
fn drift_of(tip: &Tip) -> Option<&str> {
    tip.message
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix(TRAILER))
        .map(str::trim)
}

async fn label(forge: &dyn Forge, plan: &PullRequestPlan, on: &PullRequest) -> Result<(), ForgeError> {
    match plan.labels.iter().all(|label| on.labels.contains(label)) {
        true => Ok(()),
        false => forge.label(on.number, &plan.labels).await,
    }
}

/// What there is of our branch.
enum Ours {
    /// Nothing.
    Nothing,
    /// The commit of this plan: of a run that was killed, or of somebody who was faster and wants the same.
    This,
    /// A commit of ours about another difference.
    Another(Tip),
}

async fn ours(forge: &dyn Forge, plan: &PullRequestPlan) -> Result<Ours, Refusal> {
    let Some(tip) = forge.tip(&plan.branch).await? else {
        return Ok(Ours::Nothing);
    };
    match drift_of(&tip) {
        None => Err(Refusal::Taken(plan.branch.clone())),
        Some(drift) if drift == plan.marker.drift => Ok(Ours::This),
        Some(_) => Ok(Ours::Another(tip)),
    }
}

/// Whether to look again and decide anew: somebody was faster, or nobody knows whether it went through.
fn is_worth_a_look(error: &ForgeError) -> bool {
    matches!(
        error,
        ForgeError::Exists { .. } | ForgeError::Moved { .. } | ForgeError::Unanswered { .. }
    )
}

/// Makes sure that our branch holds the commit of this plan on top of the base, where no pull request is open.
async fn make_branch(forge: &dyn Forge, plan: &PullRequestPlan, base: &BaseNow) -> Result<(), Refusal> {
    let mut tries = 0;
    loop {
        match ours(forge, plan).await? {
            Ours::This => return Ok(()),
            // Left over from a pull request that is merged or closed: nobody waits for it.
            Ours::Another(tip) => match forge.remove_branch(&plan.branch, &tip.commit).await {
                // Somebody was faster: the push finds what is there now.
                Ok(()) | Err(ForgeError::Moved { .. }) => {}
                Err(error) => return Err(error.into()),
            },
            Ours::Nothing => {}
        }
        let pushed = forge.push(plan.push(&base.commit, false)).await;
        tries += 1;
        match pushed {
            Ok(_) => return Ok(()),
            Err(error) if is_worth_a_look(&error) && tries < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Puts the commit of this plan on top of our branch, whose pull request is open: reviewers keep what they have read.
async fn extend_branch(forge: &dyn Forge, plan: &PullRequestPlan) -> Result<(), Refusal> {
    let mut tries = 0;
    loop {
        let tip = match ours(forge, plan).await? {
            Ours::This => return Ok(()),
            Ours::Another(tip) => tip,
            // A pull request without its branch can only be closed, which is for a person.
            Ours::Nothing => return Err(Refusal::NoBranch(plan.branch.clone())),
        };
        let pushed = forge.push(plan.push(&tip.commit, true)).await;
        tries += 1;
        match pushed {
            Ok(_) => return Ok(()),
            Err(error) if is_worth_a_look(&error) && tries < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl PullRequestPlan {
    fn push<'a>(&'a self, parent: &'a str, exists: bool) -> Push<'a> {
        Push {
            branch: &self.branch,
            exists,
            parent,
            message: &self.message,
            files: &self.files,
        }
    }
}

/// Opens the pull request of a branch that is there, or finds that it was opened meanwhile.
async fn open_on_branch(forge: &dyn Forge, plan: &PullRequestPlan, base: &BaseNow) -> Result<PullRequest, Refusal> {
    let new = NewPullRequest {
        branch: &plan.branch,
        base: &base.name,
        title: &plan.title,
        body: &plan.body,
    };
    match forge.open(new).await {
        Ok(opened) => Ok(opened),
        // Somebody was faster, or it went through and the answer was lost.
        Err(error @ (ForgeError::Exists { .. } | ForgeError::Unanswered { .. })) => {
            let found = forge.pull_requests(&plan.branch).await?;
            let open = found.into_iter().find(|pr| pr.state == PullRequestState::Open && pr.ours);
            open.ok_or(Refusal::Forge(error))
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
