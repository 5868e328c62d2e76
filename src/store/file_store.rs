//! The journal in the state folder, off the threads that drive the screen and the network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::index::disposed;
use super::journal::Journal as JournalFile;
use crate::engine::ports::{Disposition, DriftIdentity, History, Journal, Observation, Store, StoreError};

/// Keeps the journal in a folder. It is opened and read when first used; after an error the next use tries again.
#[derive(Debug)]
pub struct FileStore {
    folder: PathBuf,
    /// An asynchronous lock: whoever gives up waiting for a slow disk leaves no thread behind.
    journal: Arc<Mutex<Option<JournalFile>>>,
}

impl FileStore {
    /// A store in this folder, which is made when first used, for this user alone. Touches nothing yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            journal: Arc::default(),
        }
    }

    /// Makes the journal as short as it can be now; by itself that happens when it is worth it. `false` when another
    /// process uses it at this moment.
    ///
    /// # Errors
    /// When it cannot be read or written. The journal is then as it was.
    pub async fn compact(&self) -> Result<bool, StoreError> {
        self.with_journal(JournalFile::compact).await
    }

    async fn with_journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut JournalFile) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut journal = Arc::clone(&self.journal).lock_owned().await;
        let folder = self.folder.clone();
        let done = tokio::task::spawn_blocking(move || match &mut *journal {
            Some(open) => work(open),
            closed @ None => work(closed.insert(JournalFile::open(&folder)?)),
        });
        done.await.unwrap_or_else(|stopped| Err(interrupted(&self.folder, &stopped)))
    }
}

fn interrupted(folder: &Path, stopped: &tokio::task::JoinError) -> StoreError {
    StoreError::Failed {
        path: folder.display().to_string(),
        doing: "use",
        message: stopped.to_string(),
    }
}

#[async_trait]
impl Store for FileStore {
    async fn record(&self, observations: Vec<Observation>) -> Result<Vec<Vec<History>>, StoreError> {
        self.with_journal(move |journal| {
            let index = journal.append(|index| observations.iter().flat_map(|o| index.news(o)).collect())?;
            Ok(observations.iter().map(|o| index.histories(o)).collect())
        })
        .await
    }

    async fn dispose(&self, drift: DriftIdentity, disposition: Disposition) -> Result<(), StoreError> {
        self.with_journal(move |journal| journal.append(|_| vec![disposed(drift, disposition)]).map(drop))
            .await
    }

    async fn journal(&self) -> Result<Journal, StoreError> {
        self.with_journal(|journal| Ok(journal.index()?.journal())).await
    }

    async fn probe(&self) -> Result<String, StoreError> {
        let folder = self.folder.display().to_string();
        self.with_journal(move |journal| {
            let drifts = journal.index()?.len();
            let counts = journal.counts();
            Ok(format!(
                "{folder}: {drifts} drifts in {} lines, {} damaged, {} of a newer version",
                counts.entries, counts.damaged, counts.foreign
            ))
        })
        .await
    }
}
