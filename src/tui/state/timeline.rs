//! The story that is open on top: of which drift or Application, and how far it is.

use std::sync::Arc;

use crate::engine::ports::ErrorView;
use crate::engine::timeline::Timeline;

/// How far the story is.
#[derive(Debug, Clone, Default)]
pub(crate) enum Story {
    /// None was asked for.
    #[default]
    Idle,
    /// Asked for.
    Loading,
    /// Not to be had.
    Failed(ErrorView),
    /// There.
    Ready(Arc<Timeline>),
}

/// The story that was asked for last.
#[derive(Debug, Default)]
pub(crate) struct OpenTimeline {
    /// What it is about, for the title.
    pub(crate) about: String,
    /// How far it is.
    pub(crate) story: Story,
    /// Number of the newest request; older answers are dropped.
    pub(in crate::tui) generation: u64,
}

impl OpenTimeline {
    /// Another story is wanted.
    pub(in crate::tui) fn ask(&mut self, about: String) {
        self.generation += 1;
        self.about = about;
        self.story = Story::Loading;
    }

    /// Takes an answer, unless something else was asked for meanwhile. Whether it was taken.
    pub(in crate::tui) fn take(&mut self, generation: u64, told: Result<Timeline, ErrorView>) -> bool {
        if generation != self.generation {
            return false;
        }
        self.story = match told {
            Ok(timeline) => Story::Ready(Arc::new(timeline)),
            Err(error) => Story::Failed(error),
        };
        true
    }
}
