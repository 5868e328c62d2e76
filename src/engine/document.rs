//! The two sides of one drift as redacted YAML, each line knowing which field it shows.

use std::ops::Range;
use std::sync::Arc;

use super::view::{DriftView, Seal};
use crate::drift::Pointer;

/// One side of a drift: YAML text in one allocation, lines as ranges, each with the pointer of the field it shows.
///
/// Lines hold no line break. Control characters inside strings are escaped by the YAML writer; bidi and other
/// invisible characters are still there and are the screen's to show as escapes.
#[derive(Debug, Clone, PartialEq)]
pub struct YamlText {
    text: Arc<str>,
    lines: Vec<YamlLine>,
    pub(super) seal: Seal,
}

/// One line of a [`YamlText`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlLine {
    /// Bytes of the line in the text, without the line break.
    pub range: Range<usize>,
    /// The field that begins on this line (for block scalars: the field whose text continues here).
    pub pointer: Pointer,
}

impl YamlText {
    pub(super) fn new(text: impl Into<Arc<str>>, lines: Vec<YamlLine>) -> Self {
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
        self.lines.len()
    }

    /// Whether there is no line (the object does not exist on this side).
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Text of line `index` (0-based); empty when there is none.
    pub fn line(&self, index: usize) -> &str {
        self.lines
            .get(index)
            .and_then(|l| self.text.get(l.range.clone()))
            .unwrap_or("")
    }

    /// Pointer of line `index` (0-based).
    pub fn pointer(&self, index: usize) -> Option<&Pointer> {
        self.lines.get(index).map(|l| &l.pointer)
    }
}

/// Both sides of a drift, ready to be diffed as text.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftDocument {
    /// The drift this shows.
    pub drift: Arc<DriftView>,
    /// What a sync would leave; empty for extra resources.
    pub desired: YamlText,
    /// What is in the cluster; empty for missing resources.
    pub live: YamlText,
    pub(super) seal: Seal,
}
