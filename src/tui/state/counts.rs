//! How many Applications the screen calls what.

use crate::engine::view::ApplicationVerdict;

/// Counts of Applications by what the screen calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Listed, not judged yet.
    pub(crate) pending: usize,
    /// Nothing differs.
    pub(crate) clean: usize,
    /// Only harmless drift.
    pub(crate) harmless: usize,
    /// No comparison to judge.
    pub(crate) cannot_tell: usize,
    /// Needs review.
    pub(crate) needs_review: usize,
    /// Risky.
    pub(crate) risky: usize,
}

impl Counts {
    /// The count for a verdict.
    pub(crate) fn of(self, verdict: ApplicationVerdict) -> usize {
        match verdict {
            ApplicationVerdict::Pending => self.pending,
            ApplicationVerdict::Clean => self.clean,
            ApplicationVerdict::Harmless => self.harmless,
            ApplicationVerdict::CannotTell => self.cannot_tell,
            ApplicationVerdict::NeedsReview => self.needs_review,
            ApplicationVerdict::Risky => self.risky,
        }
    }

    pub(super) fn count(&mut self, verdict: ApplicationVerdict, by: isize) {
        let count = match verdict {
            ApplicationVerdict::Pending => &mut self.pending,
            ApplicationVerdict::Clean => &mut self.clean,
            ApplicationVerdict::Harmless => &mut self.harmless,
            ApplicationVerdict::CannotTell => &mut self.cannot_tell,
            ApplicationVerdict::NeedsReview => &mut self.needs_review,
            ApplicationVerdict::Risky => &mut self.risky,
        };
        *count = count.saturating_add_signed(by);
    }

    /// All of them.
    pub(crate) fn total(self) -> usize {
        self.pending + self.clean + self.harmless + self.cannot_tell + self.needs_review + self.risky
    }

    /// Nothing asks for a person: everything is judged, and clean or harmless.
    pub(crate) fn all_well(self) -> bool {
        self.total() > 0 && self.total() == self.clean + self.harmless
    }
}
