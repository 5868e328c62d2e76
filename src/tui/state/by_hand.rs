//! The commands that a person may copy and run outside: which drift they are for, and which one Enter copies.

use crate::engine::by_hand::CommandByHand;
use crate::engine::ports::ErrorView;
use crate::engine::view::DriftKey;

/// How far the commands are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Commands {
    /// Asked for.
    #[default]
    Loading,
    /// Not to be had.
    Failed(ErrorView),
    /// There.
    Ready(Vec<CommandByHand>),
}

/// The menu of commands to be copied.
#[derive(Debug, Default)]
pub(crate) struct ByHand {
    /// For which drift.
    pub(crate) key: Option<DriftKey>,
    /// What there is.
    pub(crate) commands: Commands,
    /// Which one Enter copies.
    pub(crate) selected: usize,
}

impl ByHand {
    pub(in crate::tui) fn open(key: DriftKey) -> Self {
        Self {
            key: Some(key),
            ..Self::default()
        }
    }

    /// Moves the selection, no further than the ends.
    pub(in crate::tui) fn select(&mut self, at: usize) {
        let last = match &self.commands {
            Commands::Ready(commands) => commands.len().saturating_sub(1),
            Commands::Loading | Commands::Failed(_) => 0,
        };
        self.selected = at.min(last);
    }

    /// What Enter copies, once it is there.
    pub(crate) fn chosen(&self) -> Option<&CommandByHand> {
        match &self.commands {
            Commands::Ready(commands) => commands.get(self.selected),
            Commands::Loading | Commands::Failed(_) => None,
        }
    }
}
