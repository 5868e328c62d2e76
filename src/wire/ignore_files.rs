//! Ignore rules from the configuration and from files, read again when asked; the last good copy of each is kept.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::config::ignore_list;
use crate::config::settings::IgnoreSettings;
use crate::engine::ports::{IgnoreRules, IgnoreSource, IgnoreSourceState};
use crate::ignore::{IgnoreRule, RuleSet};

/// The configured rules, then those of the files in their order.
pub(super) struct IgnoreFiles {
    configured: Vec<IgnoreRule>,
    memory: Mutex<Memory>,
}

struct Memory {
    files: Vec<File>,
    set: Arc<RuleSet>,
}

/// One file and the last good copy of its rules.
struct File {
    path: PathBuf,
    text: Option<String>,
    rules: Vec<IgnoreRule>,
    read_at: Option<Timestamp>,
    error: Option<String>,
}

impl IgnoreFiles {
    /// Reads nothing yet.
    pub(super) fn new(settings: &IgnoreSettings) -> Self {
        let file = |path: &PathBuf| File {
            path: path.clone(),
            text: None,
            rules: Vec::new(),
            read_at: None,
            error: None,
        };
        Self {
            configured: settings.rules.clone(),
            memory: Mutex::new(Memory {
                files: settings.sources.iter().map(file).collect(),
                set: Arc::new(RuleSet::new(settings.rules.clone())),
            }),
        }
    }
}

#[async_trait]
impl IgnoreSource for IgnoreFiles {
    async fn rules(&self, now: Timestamp) -> IgnoreRules {
        let mut memory = self.memory.lock().await;
        let mut changed = false;
        for file in &mut memory.files {
            changed |= file.read(now).await;
        }
        if changed {
            let all = self.configured.iter().chain(memory.files.iter().flat_map(|file| &file.rules));
            memory.set = Arc::new(RuleSet::new(all.cloned().collect()));
        }
        IgnoreRules {
            set: Arc::clone(&memory.set),
            sources: memory.files.iter().map(File::state).collect(),
        }
    }
}

impl File {
    /// Whether its rules are others than before.
    async fn read(&mut self, now: Timestamp) -> bool {
        let text = match tokio::fs::read_to_string(&self.path).await {
            Ok(text) => text,
            Err(error) => {
                self.fail(format!("cannot be read: {error}"));
                return false;
            }
        };
        if self.text.as_ref() == Some(&text) {
            self.read_at = Some(now);
            self.error = None;
            return false;
        }
        match ignore_list(&text, &self.path) {
            Ok(rules) => {
                self.rules = rules;
                self.text = Some(text);
                self.read_at = Some(now);
                self.error = None;
                true
            }
            Err(problems) => {
                self.fail(problems.to_string());
                false
            }
        }
    }

    fn fail(&mut self, why: String) {
        if self.error.as_ref() != Some(&why) {
            tracing::warn!(file = %self.path.display(), error = %why, "ignore rules could not be read; the last good ones hold");
        }
        self.error = Some(why);
    }

    fn state(&self) -> IgnoreSourceState {
        IgnoreSourceState {
            name: self.path.display().to_string(),
            read_at: self.read_at,
            error: self.error.clone(),
            rules: self.rules.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n";

    #[tokio::test]
    async fn a_broken_file_keeps_its_last_good_rules_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ignore.toml");
        let files = IgnoreFiles::new(&IgnoreSettings {
            rules: Vec::new(),
            sources: vec![path.clone()],
        });
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (first, second, third) = (
            at("2026-11-24T10:00:00Z"),
            at("2026-11-24T10:01:00Z"),
            at("2026-11-24T10:02:00Z"),
        );

        let missing = files.rules(first).await;
        assert_eq!((missing.set.rules().len(), missing.sources[0].read_at), (0, None));
        assert!(missing.sources[0].error.as_deref().unwrap().starts_with("cannot be read"));

        std::fs::write(&path, RULE).unwrap();
        let good = files.rules(second).await;
        assert_eq!((good.set.rules().len(), good.sources[0].read_at), (1, Some(second)));
        assert_eq!(good.sources[0].error, None);

        std::fs::write(&path, "[[ignore]]\npointer = \"status\"\nreason = \"noise\"\n").unwrap();
        let broken = files.rules(third).await;
        assert_eq!((broken.set.rules().len(), broken.sources[0].read_at), (1, Some(second)));
        assert!(
            broken.sources[0]
                .error
                .as_deref()
                .unwrap()
                .contains(":2:11: `ignore.pointer`")
        );
    }
}
