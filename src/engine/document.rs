//! The two sides of one drift as redacted YAML, each line knowing which field it shows.

use std::sync::Arc;

use super::core::BUG;
use super::ports::ErrorView;
use super::shelf::Shelved;
use super::view::{DriftView, Seal};
use super::yaml;
use crate::drift::Pointer;

/// Which two manifests of a drift are laid side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum ManifestPair {
    /// What Argo CD itself compares (`predictedLiveState`, `normalizedLiveState`): what the next sync would leave, and live
    /// without what Argo CD is told to ignore. Of an invisible addition, which that pair does not show: the raw one.
    #[default]
    Compared,
    /// What Git says and what is in the cluster (`targetState`, `liveState`), without the API server's bookkeeping.
    Raw,
}

/// One side of a drift: YAML text in one allocation, lines as offsets, each with the pointer of the field it shows.
///
/// Lines hold no line break. Control characters inside strings are escaped by the YAML writer; bidi and other
/// invisible characters are still there and are the screen's to show as escapes.
#[derive(Debug, Clone, PartialEq)]
pub struct YamlText {
    text: Arc<str>,
    lines: Lines,
    pub(super) seal: Seal,
}

/// Where lines begin and which field each of them shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lines {
    /// First byte of each line, and its field (index into `fields`).
    starts: Vec<(usize, usize)>,
    /// The lines of a block scalar share one.
    fields: Vec<Pointer>,
}

impl Lines {
    /// The next line begins at byte `start` and shows the field of this escaped pointer.
    pub(super) fn push(&mut self, start: usize, pointer: &str) {
        if self.fields.last().is_none_or(|last| last.as_str() != pointer) {
            self.fields.push(Pointer::from_escaped(pointer.to_owned()));
        }
        self.starts.push((start, self.fields.len() - 1));
    }
}

impl YamlText {
    pub(super) fn new(text: impl Into<Arc<str>>, lines: Lines) -> Self {
        Self {
            text: text.into(),
            lines,
            seal: Seal,
        }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.lines.starts.len()
    }

    /// Whether there is no line (the object does not exist on this side).
    pub fn is_empty(&self) -> bool {
        self.lines.starts.is_empty()
    }

    /// Text of line `index` (0-based); empty when there is none.
    pub fn line(&self, index: usize) -> &str {
        let Some((start, _)) = self.lines.starts.get(index) else {
            return "";
        };
        let end = self.lines.starts.get(index + 1).map_or(self.text.len(), |(next, _)| *next);
        let line = self.text.get(*start..end).unwrap_or("");
        line.strip_suffix('\n').unwrap_or(line)
    }

    /// The line (0-based) that holds byte `at` of the text.
    pub fn line_at(&self, at: usize) -> usize {
        self.lines.starts.partition_point(|(start, _)| *start <= at).saturating_sub(1)
    }

    /// Pointer of line `index` (0-based): the field that begins on it (inside a block scalar the field whose text goes on).
    pub fn pointer(&self, index: usize) -> Option<&Pointer> {
        let (_, field) = self.lines.starts.get(index)?;
        self.lines.fields.get(*field)
    }
}

/// Both sides of a drift, ready to be compared as text.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftDocument {
    /// The drift this shows.
    pub drift: Arc<DriftView>,
    /// Which two manifests these are.
    pub pair: ManifestPair,
    /// What a sync would leave, or what Git says; empty for extra resources.
    pub desired: YamlText,
    /// What is in the cluster; empty for missing resources.
    pub live: YamlText,
    /// Topmost fields of the desired side that Git does not have: a sync keeps what the cluster has there.
    pub kept: Vec<Pointer>,
    /// Fields that Argo CD is told to ignore on this resource, as far as pointers say so.
    pub ignored_by_argocd: Vec<Pointer>,
    /// What somebody added to the same resource without Argo CD calling it drift; `None` when nobody did.
    pub additions: Option<Arc<DriftView>>,
    pub(super) seal: Seal,
}

impl DriftDocument {
    /// Writes what was shelved as YAML. Takes some 100 ms for manifests of ten megabytes.
    pub(super) fn new(shelved: Shelved, pair: ManifestPair, additions: Option<Arc<DriftView>>) -> Result<Self, ErrorView> {
        let manifests = &shelved.manifests;
        let kept = match manifests.is_raw(pair) {
            true => Vec::new(),
            false => shelved.kept,
        };
        let write = |side: Option<String>| {
            yaml::write(side.as_deref()).map_err(|error| ErrorView {
                title: "This manifest cannot be written as YAML".to_owned(),
                // Of the error only its place: its text could quote the manifest.
                detail: format!("Reading it again broke at column {}.", error.column()),
                hint: BUG.to_owned(),
            })
        };
        Ok(Self {
            drift: shelved.drift,
            pair,
            desired: write(manifests.desired(pair)?)?,
            live: write(manifests.live(pair)?)?,
            kept,
            ignored_by_argocd: shelved.ignored_by_argocd,
            additions,
            seal: Seal,
        })
    }
}
