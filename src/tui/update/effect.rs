//! What the state asks of the world, and how requests of one purpose relate to each other.

use std::sync::Arc;

use crate::engine::view::DriftKey;
use crate::tui::diff::{Diff, Side};

/// Purpose of [`Effect::Compare`].
pub(super) const COMPARE: &str = "Comparing the two sides";

/// Something to be done outside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Effect {
    /// Ask the engine to list again now.
    Refresh,
    /// Tell the engine to look into Synced Applications too, or not any more.
    Sweep(bool),
    /// Show the next theme.
    NextTheme,
    /// Tell the engine that this drift is open on screen.
    Open(DriftKey),
    /// Fetch both sides of a drift and compare them.
    Compare {
        /// Which drift.
        key: DriftKey,
        /// Comes back with the answer.
        generation: u64,
    },
    /// Colour a block of lines.
    Colour {
        /// Of which diff.
        diff: Arc<Diff>,
        /// Of which side.
        side: Side,
        /// Which block.
        block: usize,
    },
}

/// How an effect relates to a running one of the same purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The newest wins: the running one is cancelled.
    Latest,
    /// One runs, one waits; a newer one takes the waiting place.
    Coalesce,
    /// Refused while one runs, and the person is told.
    Once,
    /// This many at a time, the others wait in order.
    Pool(usize),
}

impl Effect {
    /// Its policy.
    pub(crate) fn policy(&self) -> Policy {
        match self {
            Self::Refresh => Policy::Once,
            Self::Open(_) | Self::Sweep(_) => Policy::Coalesce,
            Self::Compare { .. } => Policy::Latest,
            Self::Colour { .. } | Self::NextTheme => Policy::Pool(1),
        }
    }

    /// What it is for: policies hold among effects of the same purpose.
    pub(crate) fn purpose(&self) -> &'static str {
        match self {
            Self::Refresh => "Listing again",
            Self::Sweep(_) => "Switching the sweep",
            Self::NextTheme => "Switching the theme",
            Self::Open(_) => "Keeping the open drift fresh",
            Self::Compare { .. } => COMPARE,
            Self::Colour { .. } => "Colouring",
        }
    }
}
