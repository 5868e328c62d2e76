//! A journal that ends with the process: the demo must not write into the person's state folder.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::index::{Index, disposed};
use crate::engine::ports::{Disposition, DriftIdentity, History, Journal, Observation, Store, StoreError};

/// Remembers as long as it lives, by the same rules as [`super::FileStore`].
#[derive(Debug, Default)]
pub struct MemoryStore {
    index: Mutex<Index>,
}

impl MemoryStore {
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn record(&self, observations: Vec<Observation>) -> Result<Vec<Vec<History>>, StoreError> {
        let mut index = self.index();
        for entry in observations.iter().flat_map(|o| index.news(o)).collect::<Vec<_>>() {
            index.apply(entry);
        }
        Ok(observations.iter().map(|o| index.histories(o)).collect())
    }

    async fn dispose(&self, drift: DriftIdentity, disposition: Disposition) -> Result<(), StoreError> {
        self.index().apply(disposed(drift, disposition));
        Ok(())
    }

    async fn journal(&self) -> Result<Journal, StoreError> {
        Ok(self.index().journal())
    }

    async fn probe(&self) -> Result<String, StoreError> {
        Ok(format!("in memory only, {} drifts", self.index().len()))
    }
}
