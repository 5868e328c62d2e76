//! The two sides of one drift as redacted YAML, each line knowing which field it shows.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::core::BUG;
use super::lines::{FieldNumber, Lines};
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

/// One side of a drift: YAML text in one allocation, lines as offsets, each with the field it shows.
///
/// Lines hold no line break. Control characters inside strings are escaped by the YAML writer; bidi and other
/// invisible characters are still there and are the screen's to show as escapes.
#[derive(Debug, Clone, PartialEq)]
pub struct YamlText {
    text: String,
    lines: Lines,
    pub(super) seal: Seal,
}

impl YamlText {
    pub(super) fn new(text: String, lines: Lines) -> Self {
        Self { text, lines, seal: Seal }
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is no line (the object does not exist on this side).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Text of line `index` (0-based); empty when there is none.
    pub fn line(&self, index: usize) -> &str {
        let Some(start) = self.lines.start(index) else {
            return "";
        };
        let end = self.lines.start(index + 1).unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or("");
        line.strip_suffix('\n').unwrap_or(line)
    }

    /// The line (0-based) that holds byte `at` of the text.
    pub fn line_at(&self, at: usize) -> usize {
        self.lines.at(at)
    }

    /// The field that begins on line `index` (0-based), or inside a block scalar the one whose text goes on.
    pub(crate) fn field(&self, index: usize) -> Option<FieldNumber> {
        self.lines.field(index)
    }

    /// Pointer of the field of line `index` (0-based).
    pub fn pointer(&self, index: usize) -> Option<Pointer> {
        self.field(index).map(|field| self.lines.pointer(field))
    }

    /// The runs of lines that show these fields or what is below them, in order, each with the field's index. Of a field
    /// inside another one the outer counts.
    pub(crate) fn runs(&self, paths: &BTreeMap<&str, usize>) -> Vec<(Range<usize>, usize)> {
        self.lines.runs(paths)
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
                detail: format!("Reading it again broke at byte {}.", error.at),
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
