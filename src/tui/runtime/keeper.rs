//! Keeps how the screen stands, off the screen's path: one writer, the newest text wins, and the last one is waited for.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::engine::ports::ViewStore;

/// How long leaving waits for the disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes what it is given, one text after the other.
pub(super) struct Keeper {
    newest: watch::Sender<Option<String>>,
    writer: JoinHandle<()>,
}

/// Gives texts to the keeper.
#[derive(Clone)]
pub(super) struct Keeping(watch::Sender<Option<String>>);

impl Keeping {
    /// Keeps this in place of what was given before.
    pub(super) fn keep(&self, text: String) {
        self.0.send_replace(Some(text));
    }
}

impl Keeper {
    /// Writes to there from now on.
    pub(super) fn start(store: Arc<dyn ViewStore>) -> Self {
        let (newest, mut given) = watch::channel(None::<String>);
        let writer = tokio::spawn(async move {
            // Ends when nobody can give anything any more and everything given is written.
            while given.changed().await.is_ok() {
                let Some(text) = given.borrow_and_update().clone() else {
                    continue;
                };
                let store = Arc::clone(&store);
                let saved = tokio::task::spawn_blocking(move || store.save(&text)).await;
                match saved {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "how the screen stands was not kept"),
                    Err(error) => tracing::error!(%error, "keeping how the screen stands broke"),
                }
            }
        });
        Self { newest, writer }
    }

    /// Who gives it texts.
    pub(super) fn keeping(&self) -> Keeping {
        Keeping(self.newest.clone())
    }

    /// Keeps the last text, if there is one, and waits until everything is written: for the disk, but not for ever.
    pub(super) async fn end(self, last: Option<String>) {
        if last.is_some() {
            self.newest.send_replace(last);
        }
        drop(self.newest);
        if timeout(PATIENCE, self.writer).await.is_err() {
            tracing::warn!("the disk is slow: how the screen was left may not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::engine::ports::StoreError;

    #[derive(Default)]
    struct Written(Mutex<Vec<String>>);

    impl ViewStore for Written {
        fn load(&self) -> Option<String> {
            None
        }

        fn save(&self, text: &str) -> Result<(), StoreError> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
            if text == "refused" { Err(StoreError::Timeout) } else { Ok(()) }
        }
    }

    #[tokio::test]
    async fn the_last_text_is_written_last_also_after_a_refusal() {
        let written = Arc::new(Written::default());
        let keeper = Keeper::start(Arc::clone(&written) as Arc<dyn ViewStore>);
        let keeping = keeper.keeping();
        keeping.keep("refused".to_owned());
        keeping.keep("two".to_owned());
        drop(keeping);
        keeper.end(Some("three".to_owned())).await;
        let written = written.0.lock().unwrap();
        assert_eq!(written.last().map(String::as_str), Some("three"));
    }
}
