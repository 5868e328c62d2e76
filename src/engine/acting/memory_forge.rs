//! A forge in memory, as strict as a real one: it refuses what exists, notices what moved, and can be interrupted before
//! or after the work of any of its calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::forge::{
    Forge, ForgeError, Issue, IssueState, NewIssue, NewPullRequest, PullRequest, PullRequestState, Push, RepositoryState, Tip,
};
use crate::plan::Marker;

/// What happens to one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The run is killed before the call reaches the forge: this call and every later one fail.
    KilledBefore,
    /// The run is killed after the forge did it: the answer is lost, and every later call fails.
    KilledAfter,
    /// The forge did it and answered 502; later calls are fine.
    AnswerLost,
    /// The forge says this and does nothing.
    Says(ForgeError),
}

#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) message: String,
    pub(crate) parent: String,
    pub(crate) files: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) branch: String,
    pub(crate) base: String,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) state: PullRequestState,
    pub(crate) ours: bool,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) comments: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct OpenedIssue {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) state: IssueState,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) comments: Vec<String>,
}

/// Issues are numbered from here on, so that no number is that of a pull request too.
pub(crate) const FIRST_ISSUE: usize = 1_001;

#[derive(Debug, Default)]
pub(crate) struct Inside {
    pub(crate) archived: bool,
    pub(crate) branches: BTreeMap<String, String>,
    pub(crate) commits: BTreeMap<String, Commit>,
    pub(crate) pull_requests: Vec<Opened>,
    pub(crate) issues: Vec<OpenedIssue>,
    /// Names of the calls that write and reached it.
    pub(crate) writes: Vec<&'static str>,
    calls: usize,
    dead: bool,
    fault: Option<(usize, Fault)>,
}

/// The forge.
#[derive(Debug, Default)]
pub(crate) struct MemoryForge(Mutex<Inside>);

impl MemoryForge {
    /// With one commit on `main`.
    pub(crate) fn new() -> Self {
        let forge = Self::default();
        forge.with(|inside| {
            inside.commit("", "Initial commit", BTreeMap::new(), "main");
        });
        forge
    }

    /// Looks at or changes what is inside, as another person would.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Inside) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The n-th call from now on (from 0) has this fault.
    pub(crate) fn fault(&self, call: usize, fault: Fault) {
        self.with(|inside| {
            inside.calls = 0;
            inside.fault = Some((call, fault));
        });
    }

    /// Another run begins: nothing is killed any more. How many calls the run before made.
    pub(crate) fn again(&self) -> usize {
        self.with(|inside| {
            inside.dead = false;
            inside.fault = None;
            std::mem::take(&mut inside.calls)
        })
    }

    fn call<T>(&self, what: &'static str, act: impl FnOnce(&mut Inside) -> Result<T, ForgeError>) -> Result<T, ForgeError> {
        let lost = || ForgeError::Unanswered {
            forge: "memory".to_owned(),
            what,
            message: "killed".to_owned(),
        };
        self.with(|inside| {
            if inside.dead {
                return Err(lost());
            }
            let at = inside.calls;
            inside.calls += 1;
            let fault = inside.fault.take_if(|(call, _)| *call == at).map(|(_, fault)| fault);
            match fault {
                None => act(inside),
                Some(Fault::Says(error)) => Err(error),
                Some(Fault::KilledBefore) => {
                    inside.dead = true;
                    Err(lost())
                }
                Some(Fault::KilledAfter) => {
                    // Whatever came of it, nobody hears of it.
                    let _ = act(inside);
                    inside.dead = true;
                    Err(lost())
                }
                Some(Fault::AnswerLost) => act(inside).and(Err(lost())),
            }
        })
    }
}

impl Inside {
    pub(crate) fn commit(&mut self, parent: &str, message: &str, files: BTreeMap<String, String>, branch: &str) -> String {
        let id = format!("{:040x}", self.commits.len() + 1);
        let commit = Commit {
            message: message.to_owned(),
            parent: parent.to_owned(),
            files,
        };
        self.commits.insert(id.clone(), commit);
        self.branches.insert(branch.to_owned(), id.clone());
        id
    }

    fn told(&self, number: usize) -> PullRequest {
        let opened = &self.pull_requests[number - 1];
        PullRequest {
            number: number as u64,
            link: format!("https://git.example.com/pulls/{number}"),
            state: opened.state,
            ours: opened.ours,
            marker: Marker::find(&opened.body),
            labels: opened.labels.iter().cloned().collect(),
        }
    }

    fn of(&mut self, number: u64) -> &mut Opened {
        &mut self.pull_requests[usize::try_from(number).unwrap() - 1]
    }

    fn issue(&mut self, number: u64) -> &mut OpenedIssue {
        &mut self.issues[usize::try_from(number).unwrap() - FIRST_ISSUE]
    }

    fn told_issue(&self, at: usize) -> Issue {
        let opened = &self.issues[at];
        let number = at + FIRST_ISSUE;
        Issue {
            number: number as u64,
            link: format!("https://git.example.com/issues/{number}"),
            state: opened.state,
            marker: Marker::find(&opened.body),
            labels: opened.labels.iter().cloned().collect(),
        }
    }

    /// Comments and labels of a pull request or an issue.
    fn on(&mut self, number: u64) -> (&mut Vec<String>, &mut BTreeSet<String>) {
        if number < FIRST_ISSUE as u64 {
            let opened = self.of(number);
            (&mut opened.comments, &mut opened.labels)
        } else {
            let opened = self.issue(number);
            (&mut opened.comments, &mut opened.labels)
        }
    }
}

fn exists() -> ForgeError {
    ForgeError::Exists {
        forge: "memory".to_owned(),
    }
}

fn moved() -> ForgeError {
    ForgeError::Moved {
        forge: "memory".to_owned(),
    }
}

#[async_trait]
impl Forge for MemoryForge {
    fn address(&self) -> String {
        "git.example.com/shop/platform".to_owned()
    }

    async fn repository(&self) -> Result<RepositoryState, ForgeError> {
        self.call("the repository", |inside| {
            Ok(RepositoryState {
                default_branch: "main".to_owned(),
                archived: inside.archived,
                issues: true,
                longest_body: 65_536,
            })
        })
    }

    async fn tip(&self, branch: &str) -> Result<Option<Tip>, ForgeError> {
        self.call("the branch", |inside| {
            let id = inside.branches.get(branch);
            Ok(id.map(|id| Tip {
                commit: id.clone(),
                message: inside.commits[id].message.clone(),
            }))
        })
    }

    async fn pull_requests(&self, branch: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.call("the pull requests", |inside| {
            let numbers = (1..=inside.pull_requests.len()).rev();
            let from_there = numbers.filter(|number| inside.pull_requests[number - 1].branch == branch);
            Ok(from_there.map(|number| inside.told(number)).collect())
        })
    }

    async fn push(&self, push: Push<'_>) -> Result<String, ForgeError> {
        self.call("the branch", |inside| {
            let tip = inside.branches.get(push.branch).cloned();
            match (tip, push.exists) {
                (Some(_), false) => return Err(exists()),
                (Some(tip), true) if tip == push.parent => {}
                (Some(_) | None, true) => return Err(moved()),
                (None, false) => {}
            }
            inside.writes.push("push");
            let files = push.files.iter().map(|f| (f.path.as_str().to_owned(), f.contents.clone()));
            Ok(inside.commit(push.parent, push.message, files.collect(), push.branch))
        })
    }

    async fn open(&self, new: NewPullRequest<'_>) -> Result<PullRequest, ForgeError> {
        self.call("a pull request", |inside| {
            let is_open = |opened: &Opened| opened.branch == new.branch && opened.state == PullRequestState::Open;
            if inside.pull_requests.iter().any(is_open) {
                return Err(exists());
            }
            inside.writes.push("open");
            inside.pull_requests.push(Opened {
                branch: new.branch.to_owned(),
                base: new.base.to_owned(),
                title: new.title.to_owned(),
                body: new.body.to_owned(),
                state: PullRequestState::Open,
                ours: true,
                labels: BTreeSet::new(),
                comments: Vec::new(),
            });
            Ok(inside.told(inside.pull_requests.len()))
        })
    }

    async fn rewrite(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        self.call("the pull request", |inside| {
            inside.writes.push("rewrite");
            let opened = inside.of(number);
            title.clone_into(&mut opened.title);
            body.clone_into(&mut opened.body);
            Ok(())
        })
    }

    async fn own_comments(&self, number: u64) -> Result<Vec<String>, ForgeError> {
        self.call("the comments", |inside| Ok(inside.on(number).0.clone()))
    }

    async fn comment(&self, number: u64, body: &str) -> Result<(), ForgeError> {
        self.call("a comment", |inside| {
            inside.writes.push("comment");
            inside.on(number).0.push(body.to_owned());
            Ok(())
        })
    }

    async fn label(&self, number: u64, labels: &[String]) -> Result<(), ForgeError> {
        self.call("the labels", |inside| {
            inside.writes.push("label");
            inside.on(number).1.extend(labels.iter().cloned());
            Ok(())
        })
    }

    async fn close(&self, number: u64) -> Result<(), ForgeError> {
        self.call("the pull request", |inside| {
            inside.writes.push("close");
            inside.of(number).state = PullRequestState::Closed;
            Ok(())
        })
    }

    async fn remove_branch(&self, branch: &str, tip: &str) -> Result<(), ForgeError> {
        self.call("the branch", |inside| {
            if inside.branches.get(branch).map(String::as_str) != Some(tip) {
                return Err(moved());
            }
            inside.writes.push("remove");
            inside.branches.remove(branch);
            Ok(())
        })
    }

    async fn own_issues(&self, label: &str) -> Result<Vec<Issue>, ForgeError> {
        self.call("the issues", |inside| {
            let labelled = (0..inside.issues.len()).filter(|at| inside.issues[*at].labels.contains(label));
            Ok(labelled.map(|at| inside.told_issue(at)).collect())
        })
    }

    async fn open_issue(&self, new: NewIssue<'_>) -> Result<Issue, ForgeError> {
        self.call("an issue", |inside| {
            inside.writes.push("open issue");
            inside.issues.push(OpenedIssue {
                title: new.title.to_owned(),
                body: new.body.to_owned(),
                state: IssueState::Open,
                labels: new.labels.iter().cloned().collect(),
                comments: Vec::new(),
            });
            Ok(inside.told_issue(inside.issues.len() - 1))
        })
    }

    async fn rewrite_issue(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        self.call("the issue", |inside| {
            inside.writes.push("rewrite issue");
            let opened = inside.issue(number);
            title.clone_into(&mut opened.title);
            body.clone_into(&mut opened.body);
            Ok(())
        })
    }

    async fn set_issue(&self, number: u64, state: IssueState) -> Result<(), ForgeError> {
        self.call("the issue", |inside| {
            inside.writes.push("set issue");
            inside.issue(number).state = state;
            Ok(())
        })
    }
}

/// The same forge as another scanner sees it, during whose n-th call a whole run of somebody else goes by.
pub(crate) struct Meddling<'f> {
    forge: &'f MemoryForge,
    at: usize,
    plan: crate::plan::PullRequestPlan,
    seen: super::pull_request::BaseNow,
    calls: Mutex<usize>,
}

impl<'f> Meddling<'f> {
    pub(crate) fn new(
        forge: &'f MemoryForge,
        at: usize,
        plan: crate::plan::PullRequestPlan,
        seen: super::pull_request::BaseNow,
    ) -> Self {
        Self {
            forge,
            at,
            plan,
            seen,
            calls: Mutex::new(0),
        }
    }

    pub(crate) fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }

    async fn meddle(&self) -> &'f MemoryForge {
        let now = {
            let mut calls = self.calls.lock().unwrap();
            *calls += 1;
            *calls - 1
        };
        if now == self.at {
            let wish = super::pull_request::Wish::Unattended;
            super::pull_request::open(self.forge, &self.plan, &self.seen, wish)
                .await
                .unwrap();
        }
        self.forge
    }
}

#[async_trait]
impl Forge for Meddling<'_> {
    fn address(&self) -> String {
        self.forge.address()
    }
    async fn repository(&self) -> Result<RepositoryState, ForgeError> {
        self.meddle().await.repository().await
    }
    async fn tip(&self, branch: &str) -> Result<Option<Tip>, ForgeError> {
        self.meddle().await.tip(branch).await
    }
    async fn pull_requests(&self, branch: &str) -> Result<Vec<PullRequest>, ForgeError> {
        self.meddle().await.pull_requests(branch).await
    }
    async fn push(&self, push: Push<'_>) -> Result<String, ForgeError> {
        self.meddle().await.push(push).await
    }
    async fn open(&self, new: NewPullRequest<'_>) -> Result<PullRequest, ForgeError> {
        self.meddle().await.open(new).await
    }
    async fn rewrite(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        self.meddle().await.rewrite(number, title, body).await
    }
    async fn own_comments(&self, number: u64) -> Result<Vec<String>, ForgeError> {
        self.meddle().await.own_comments(number).await
    }
    async fn comment(&self, number: u64, body: &str) -> Result<(), ForgeError> {
        self.meddle().await.comment(number, body).await
    }
    async fn label(&self, number: u64, labels: &[String]) -> Result<(), ForgeError> {
        self.meddle().await.label(number, labels).await
    }
    async fn close(&self, number: u64) -> Result<(), ForgeError> {
        self.meddle().await.close(number).await
    }
    async fn remove_branch(&self, branch: &str, tip: &str) -> Result<(), ForgeError> {
        self.meddle().await.remove_branch(branch, tip).await
    }
    async fn own_issues(&self, label: &str) -> Result<Vec<Issue>, ForgeError> {
        self.meddle().await.own_issues(label).await
    }
    async fn open_issue(&self, new: NewIssue<'_>) -> Result<Issue, ForgeError> {
        self.meddle().await.open_issue(new).await
    }
    async fn rewrite_issue(&self, number: u64, title: &str, body: &str) -> Result<(), ForgeError> {
        self.meddle().await.rewrite_issue(number, title, body).await
    }
    async fn set_issue(&self, number: u64, state: IssueState) -> Result<(), ForgeError> {
        self.meddle().await.set_issue(number, state).await
    }
}
