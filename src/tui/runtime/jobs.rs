//! Runs effects by their policies and brings back what they have to tell. A job that panics becomes a message.

use std::collections::{HashMap, VecDeque};

use futures_util::future::BoxFuture;
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::Instant;

use crate::tui::state::jobs::RunningJob;
use crate::tui::update::{Msg, Policy};

/// What an effect does, until its message is there.
pub(super) type Job = BoxFuture<'static, Msg>;

/// A job under way.
struct Running {
    handle: AbortHandle,
    since: Instant,
}

/// The jobs of one purpose.
#[derive(Default)]
struct Lane {
    running: Vec<Running>,
    waiting: VecDeque<Job>,
}

/// Runs jobs. Dropping it cancels all of them.
#[derive(Default)]
pub(super) struct Runner {
    tasks: JoinSet<Msg>,
    lanes: HashMap<&'static str, Lane>,
    purposes: HashMap<Id, &'static str>,
    changed: bool,
}

impl Runner {
    /// Starts a job, or keeps it for later, as its policy says; what the person has to be told otherwise.
    pub(super) fn start(&mut self, purpose: &'static str, policy: Policy, job: Job) -> Option<Msg> {
        self.changed = true;
        let lane = self.lanes.entry(purpose).or_default();
        match policy {
            Policy::Latest => {
                for running in lane.running.drain(..) {
                    running.handle.abort();
                }
            }
            Policy::Coalesce if !lane.running.is_empty() => {
                lane.waiting.clear();
                lane.waiting.push_back(job);
                return None;
            }
            Policy::Once if !lane.running.is_empty() => return Some(Msg::Busy(purpose)),
            Policy::Pool(most) if lane.running.len() >= most => {
                lane.waiting.push_back(job);
                return None;
            }
            Policy::Coalesce | Policy::Once | Policy::Pool(_) => {}
        }
        self.spawn(purpose, job);
        None
    }

    fn spawn(&mut self, purpose: &'static str, job: Job) {
        let handle = self.tasks.spawn(job);
        self.purposes.insert(handle.id(), purpose);
        self.lanes.entry(purpose).or_default().running.push(Running {
            handle,
            since: Instant::now(),
        });
    }

    /// Ends the jobs of a purpose, also those that wait; whether there were any.
    pub(super) fn cancel(&mut self, purpose: &'static str) -> bool {
        let Some(lane) = self.lanes.remove(purpose) else {
            return false;
        };
        for running in &lane.running {
            running.handle.abort();
        }
        self.changed = true;
        !lane.running.is_empty()
    }

    /// Whether other jobs run than when this was asked last.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// What runs, the longest first; times are since `start`.
    pub(super) fn running(&self, start: Instant) -> Vec<RunningJob> {
        let mut jobs: Vec<RunningJob> = self
            .lanes
            .iter()
            .filter_map(|(purpose, lane)| {
                let since = lane.running.iter().map(|running| running.since).min()?;
                Some(RunningJob {
                    purpose,
                    since: since.saturating_duration_since(start),
                    waiting: lane.waiting.len(),
                })
            })
            .collect();
        jobs.sort_by_key(|job| (job.since, job.purpose));
        jobs
    }

    /// The next message of a job; waits for ever while none runs. Safe to drop half-way.
    pub(super) async fn next(&mut self) -> Msg {
        loop {
            let Some(joined) = self.tasks.join_next_with_id().await else {
                return std::future::pending().await;
            };
            let (id, outcome) = match joined {
                Ok((id, msg)) => (id, Ok(msg)),
                Err(error) => (error.id(), Err(error)),
            };
            let purpose = self.finish(id);
            match (outcome, purpose) {
                (Ok(msg), _) => return msg,
                (Err(error), Some(purpose)) if error.is_panic() => return Msg::JobFailed(purpose),
                // Cancelled by a newer one: nothing to tell.
                (Err(_), _) => {}
            }
        }
    }

    fn finish(&mut self, id: Id) -> Option<&'static str> {
        let purpose = self.purposes.remove(&id)?;
        self.changed = true;
        let lane = self.lanes.entry(purpose).or_default();
        lane.running.retain(|running| running.handle.id() != id);
        if let Some(job) = lane.waiting.pop_front() {
            self.spawn(purpose, job);
        }
        Some(purpose)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    /// Ends after so many seconds with `Busy(name)`, which stands for any message here.
    fn job(name: &'static str, seconds: u64) -> Job {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Msg::Busy(name)
        })
    }

    async fn told(runner: &mut Runner) -> Vec<&'static str> {
        let mut told = Vec::new();
        while let Ok(msg) = tokio::time::timeout(Duration::from_secs(100), runner.next()).await {
            match msg {
                Msg::Busy(name) => told.push(name),
                Msg::JobFailed(_) => told.push("failed"),
                other => panic!("{other:?}"),
            }
        }
        told
    }

    #[tokio::test(start_paused = true)]
    async fn the_latest_job_cancels_the_one_before() {
        let mut runner = Runner::default();
        for name in ["a", "b", "c"] {
            assert!(runner.start("diff", Policy::Latest, job(name, 1)).is_none());
        }
        assert_eq!(told(&mut runner).await, ["c"]);
    }

    #[tokio::test(start_paused = true)]
    async fn coalesced_jobs_keep_one_running_and_the_newest_waiting() {
        let mut runner = Runner::default();
        for name in ["a", "b", "c"] {
            assert!(runner.start("open", Policy::Coalesce, job(name, 1)).is_none());
        }
        assert_eq!(told(&mut runner).await, ["a", "c"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_may_run_once_is_refused_while_it_runs() {
        let mut runner = Runner::default();
        assert!(runner.start("list", Policy::Once, job("a", 1)).is_none());
        assert!(matches!(
            runner.start("list", Policy::Once, job("b", 1)),
            Some(Msg::Busy("list"))
        ));
        assert_eq!(told(&mut runner).await, ["a"]);
        assert!(runner.start("list", Policy::Once, job("c", 1)).is_none());
        assert_eq!(told(&mut runner).await, ["c"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_runs_is_told_the_longest_first_and_can_be_cancelled_with_what_waits() {
        let (mut runner, start) = (Runner::default(), Instant::now());
        runner.start("diff", Policy::Latest, job("a", 60));
        tokio::time::advance(Duration::from_secs(2)).await;
        for name in ["b", "c", "d"] {
            runner.start("colour", Policy::Pool(1), job(name, 60));
        }
        let running = |purpose, seconds, waiting| RunningJob {
            purpose,
            since: Duration::from_secs(seconds),
            waiting,
        };
        assert!(runner.take_changed());
        assert_eq!(runner.running(start), [running("diff", 0, 0), running("colour", 2, 2)]);
        assert!(!runner.take_changed());
        assert!(runner.cancel("colour") && !runner.cancel("colour") && !runner.cancel("list"));
        assert!(runner.take_changed());
        assert_eq!(runner.running(start), [running("diff", 0, 0)]);
        assert_eq!(told(&mut runner).await, ["a"]);
        assert_eq!(runner.running(start), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pool_runs_no_more_than_its_size_at_a_time() {
        let mut runner = Runner::default();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        for name in ["a", "b", "c", "d", "e"] {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            let inner = job(name, 1);
            let counted: Job = Box::pin(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let msg = inner.await;
                now.fetch_sub(1, Ordering::SeqCst);
                msg
            });
            assert!(runner.start("colour", Policy::Pool(2), counted).is_none());
        }
        assert_eq!(told(&mut runner).await.len(), 5);
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_in_a_job_becomes_a_message_and_frees_its_place() {
        let mut runner = Runner::default();
        runner.start("list", Policy::Once, Box::pin(async { panic!("a bug") }));
        assert_eq!(told(&mut runner).await, ["failed"]);
        assert!(runner.start("list", Policy::Once, job("b", 1)).is_none());
        assert_eq!(told(&mut runner).await, ["b"]);
    }
}
