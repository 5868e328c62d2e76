//! Comparing two texts on a thread of its own, with a budget: what takes longer goes on unseen, and who wants it says so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};

use crate::engine::ports::ErrorView;
use crate::tui::diff::Stop;

/// How long a person looks at an empty pane before the fields that differ are more worth than their text.
pub(super) const BUDGET: Duration = Duration::from_millis(250);

/// A computation under way. Dropping it asks it to end.
pub(super) struct Comparison<T> {
    thread: JoinHandle<Option<T>>,
    stop: Stop,
}

impl<T: Send + 'static> Comparison<T> {
    /// Starts it; `compute` gives `None` once it was asked to stop.
    pub(super) fn start(compute: impl FnOnce(&Stop) -> Option<T> + Send + 'static) -> Self {
        let stop = Stop::default();
        let asked = stop.clone();
        Self {
            thread: spawn_blocking(move || compute(&asked)),
            stop,
        }
    }

    /// What it computed, or the computation itself when the budget is spent before.
    pub(super) async fn within(mut self, budget: Duration) -> Result<Result<T, ErrorView>, Self> {
        match tokio::time::timeout(budget, &mut self.thread).await {
            Ok(ended) => Ok(computed(ended)),
            Err(_) => Err(self),
        }
    }

    /// What it computed, however long that takes.
    pub(super) async fn wait(mut self) -> Result<T, ErrorView> {
        computed((&mut self.thread).await)
    }
}

fn computed<T>(ended: Result<Option<T>, tokio::task::JoinError>) -> Result<T, ErrorView> {
    // Only who dropped it stops it, so nobody reads an answer of nothing; a panic is an error here.
    ended.ok().flatten().ok_or_else(|| ErrorView {
        title: "Comparing broke".to_owned(),
        detail: "This is a bug of driftline; the log has the report.".to_owned(),
        hint: "The rest goes on; please report it.".to_owned(),
    })
}

impl<T> Drop for Comparison<T> {
    fn drop(&mut self) {
        self.stop.set();
    }
}

/// The one comparison that outlived its budget, until somebody waits for it or another one is asked for.
pub(super) struct Parked<T>(Arc<Mutex<Option<Outlived<T>>>>);

/// A comparison, and the request that it is to answer.
struct Outlived<T> {
    generation: u64,
    comparison: Comparison<T>,
}

impl<T> Clone for Parked<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Parked<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Parked<T> {
    /// Parks the comparison of a request; the one before ends.
    pub(super) fn put(&self, generation: u64, comparison: Comparison<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Outlived { generation, comparison });
    }

    /// Takes the comparison of a request out; that of any other one ends.
    pub(super) fn take(&self, generation: u64) -> Option<Comparison<T>> {
        let parked = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        parked
            .filter(|parked| parked.generation == generation)
            .map(|parked| parked.comparison)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Computes what is sent; tells at its end whether it was asked to stop.
    fn gated() -> (Comparison<u32>, mpsc::Sender<u32>, mpsc::Receiver<bool>) {
        let (send, gate) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let comparison = Comparison::start(move |stop| {
            let value = gate.recv().unwrap();
            tell.send(stop.is_set()).unwrap();
            (!stop.is_set()).then_some(value)
        });
        (comparison, send, told)
    }

    #[tokio::test]
    async fn what_is_there_within_the_budget_is_told() {
        let (comparison, send, _told) = gated();
        send.send(7).unwrap();
        assert_eq!(comparison.within(Duration::MAX).await.ok().unwrap().unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn a_spent_budget_gives_the_computation_back_and_waiting_brings_its_end() {
        let (comparison, send, told) = gated();
        // The gate is closed: however the clock runs, the budget ends first.
        let (spent, ()) = tokio::join!(comparison.within(BUDGET), tokio::time::advance(BUDGET * 2));
        let parked = Parked::default();
        parked.put(1, spent.err().unwrap());
        let comparison = parked.take(1).unwrap();
        assert!(parked.take(1).is_none());
        send.send(7).unwrap();
        assert_eq!(comparison.wait().await.unwrap(), 7);
        assert!(!told.recv().unwrap());
    }

    #[tokio::test]
    async fn who_asks_for_another_one_stops_the_one_that_was_parked() {
        let (comparison, send, told) = gated();
        let parked = Parked::default();
        parked.put(1, comparison);
        assert!(parked.take(2).is_none());
        send.send(7).unwrap();
        assert!(told.recv().unwrap());
    }

    #[tokio::test]
    async fn a_computation_that_panics_is_an_error() {
        let comparison: Comparison<u32> = Comparison::start(|_| panic!("a bug"));
        assert_eq!(comparison.wait().await.unwrap_err().title, "Comparing broke");
    }
}
