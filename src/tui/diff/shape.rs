//! How a diff is to be looked at: which pair, in which form, what stands open, what is searched for.

use super::Side;
use crate::engine::document::ManifestPair;

/// What of a drift is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum View {
    /// The diff of the pair that Argo CD compares.
    #[default]
    Compared,
    /// The diff of what Git and the cluster say.
    Raw,
    /// What Git says, whole.
    Git,
    /// What is in the cluster, whole.
    Live,
}

impl View {
    const ALL: [Self; 4] = [Self::Compared, Self::Raw, Self::Git, Self::Live];

    /// The pair it needs.
    pub(crate) fn pair(self) -> ManifestPair {
        match self {
            Self::Compared => ManifestPair::Compared,
            Self::Raw | Self::Git | Self::Live => ManifestPair::Raw,
        }
    }

    /// The one after it, or before it; in a circle.
    pub(crate) fn step(self, forward: bool) -> Self {
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or(0);
        let step = if forward { 1 } else { Self::ALL.len() - 1 };
        Self::ALL.get((at + step) % Self::ALL.len()).copied().unwrap_or_default()
    }
}

/// How the lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// One below the other.
    #[default]
    Unified,
    /// Desired left, live right.
    SideBySide,
    /// One side alone, whole.
    One(Side),
}

/// What stands open beyond the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Unfolding {
    /// Changes that ask for nobody: harmless, ignored, not compared.
    pub(crate) quiet: bool,
    /// Unchanged lines.
    pub(crate) unchanged: bool,
}

/// Everything that decides which row is which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shape {
    /// How the lines stand.
    pub(crate) form: Form,
    /// What stands open.
    pub(crate) unfolding: Unfolding,
    /// Text whose places are shown; empty for none.
    pub(crate) search: String,
}

impl Shape {
    /// Whether lines of this side are shown at all.
    pub(super) fn shows(&self, side: Side) -> bool {
        !matches!(self.form, Form::One(other) if other != side)
    }

    /// Whether unchanged lines stand open: of one side alone all do.
    pub(super) fn is_whole(&self) -> bool {
        self.unfolding.unchanged || matches!(self.form, Form::One(_))
    }
}
