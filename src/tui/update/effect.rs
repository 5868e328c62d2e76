//! What the state asks of the world, and how requests of one purpose relate to each other.

use std::sync::Arc;

use crate::drift::Pointer;
use crate::engine::Pace;
use crate::engine::document::ManifestPair;
use crate::engine::ignoring::applying::IgnorePlan;
use crate::engine::view::{ApplicationView, DriftKey};
use crate::tui::diff::{Diff, Form, Shape, Side};

/// Purpose of [`Effect::Compare`].
pub(super) const COMPARE: &str = "Comparing the two sides";

/// Purpose of [`Effect::Workbench`].
pub(super) const WORKBENCH: &str = "Looking for what a rule would hide";

/// Purpose of [`Effect::Ignore`].
pub(super) const IGNORE: &str = "Writing the ignore rule";

/// Purpose of [`Effect::ReadLog`].
pub(super) const READ_LOG: &str = "Following the log";
/// Purpose of [`Effect::Timeline`].
pub(super) const TIMELINE: &str = "Reading the timeline";

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
    /// Make the commands that a person may run by hand about a drift.
    CommandsByHand(DriftKey),
    /// Look for the rules that would hide a change of a drift: the one at this path, else the one that decided.
    Workbench {
        /// Which drift.
        key: DriftKey,
        /// Which change of it.
        path: Option<Pointer>,
        /// Comes back with the answer.
        generation: u64,
    },
    /// Write an ignore rule.
    Ignore(Box<IgnorePlan>),
    /// Take the person's own rules that hide a drift out again.
    StopIgnoring(DriftKey),
    /// Fetch both sides of a drift and compare them.
    Compare {
        /// Which drift.
        key: DriftKey,
        /// Which pair of it.
        pair: ManifestPair,
        /// How its rows are laid out at first.
        shape: Shape,
        /// Comes back with the answer.
        generation: u64,
        /// How long it may take.
        patience: Patience,
    },
    /// Ask for the story of a drift, or of an Application.
    Timeline {
        /// Which Application, as it is shown.
        application: Arc<ApplicationView>,
        /// Which drift of it; `None` for the Application's own story.
        drift: Option<DriftKey>,
        /// Comes back with the answer.
        generation: u64,
    },
    /// Ask what Git says of the Application that is shown, if it stays shown for a moment.
    GitSide(Arc<ApplicationView>),
    /// Lay the rows of a diff out in another way.
    LayOut {
        /// Of which diff.
        diff: Arc<Diff>,
        /// In which way.
        shape: Shape,
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
    /// Ask the servers at this pace.
    Pace(Pace),
    /// Read our own log as soon as it is another than this revision of it.
    ReadLog(u64),
    /// Keep how the screen stands for the next run.
    Remember(String),
    /// End the jobs of a purpose, also those that wait.
    Cancel(&'static str),
    /// Something that only who holds the terminal can do.
    Terminal(TerminalEffect),
}

/// What needs the terminal itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TerminalEffect {
    /// Put a text into the clipboard of the person's terminal.
    Copy(String),
    /// Give the terminal to the configured viewer of diffs until it ends.
    View(Arc<Diff>),
    /// Give the terminal to the person's editor with a copy of what the diff shows.
    EditCopy {
        /// Name of the copy.
        name: String,
        /// Of which diff.
        diff: Arc<Diff>,
        /// Which part of it is shown.
        form: Form,
    },
    /// Give the terminal to the person's editor with the configuration file.
    EditConfiguration,
    /// Give the terminal back to the shell until it wants us again.
    Suspend,
}

/// How long somebody waits for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// A moment: what takes longer is said to.
    Short,
    /// As long as it takes. What was begun before goes on.
    Long,
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
            Self::Refresh | Self::Ignore(_) | Self::StopIgnoring(_) => Policy::Once,
            Self::Open(_) | Self::Sweep(_) | Self::Pace(_) | Self::Remember(_) => Policy::Coalesce,
            Self::Terminal(_) => Policy::Once,
            Self::CommandsByHand(_)
            | Self::Workbench { .. }
            | Self::Compare { .. }
            | Self::LayOut { .. }
            | Self::ReadLog(_)
            | Self::Cancel(_)
            | Self::Timeline { .. }
            | Self::GitSide(_) => Policy::Latest,
            Self::Colour { .. } | Self::NextTheme => Policy::Pool(1),
        }
    }

    /// What it is for: policies hold among effects of the same purpose.
    pub(crate) fn purpose(&self) -> &'static str {
        match self {
            Self::Refresh => "Listing again",
            Self::Sweep(_) => "Switching the sweep",
            Self::NextTheme => "Switching the theme",
            Self::Pace(_) => "Changing how often servers are asked",
            Self::ReadLog(_) => READ_LOG,
            Self::Remember(_) => "Keeping the view",
            Self::Cancel(_) => "Cancelling",
            Self::Open(_) => "Keeping the open drift fresh",
            Self::CommandsByHand(_) => "Making the commands",
            Self::Workbench { .. } => WORKBENCH,
            Self::Ignore(_) => IGNORE,
            Self::StopIgnoring(_) => "Taking a rule back",
            Self::Compare { .. } => COMPARE,
            Self::Timeline { .. } => TIMELINE,
            Self::GitSide(_) => "Asking what Git says",
            Self::LayOut { .. } => "Laying out the diff",
            Self::Colour { .. } => "Colouring",
            Self::Terminal(_) => "Using the terminal",
        }
    }
}
