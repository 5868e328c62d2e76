//! How a verdict reads: its word and its glyph. Its colour is the theme's (`theme/`).

use crate::engine::view::ApplicationVerdict;

/// `RISKY`, `NEEDS REVIEW` and so on.
pub fn word(verdict: ApplicationVerdict) -> &'static str {
    match verdict {
        ApplicationVerdict::Pending => "JUDGING",
        ApplicationVerdict::Clean => "SYNCED",
        ApplicationVerdict::Harmless => "HARMLESS",
        ApplicationVerdict::CannotTell => "CANNOT TELL",
        ApplicationVerdict::NeedsReview => "NEEDS REVIEW",
        ApplicationVerdict::Risky => "RISKY",
    }
}

/// `●` and so on: meaning never hangs on colour alone.
pub fn glyph(verdict: ApplicationVerdict) -> &'static str {
    match verdict {
        ApplicationVerdict::Pending => "…",
        ApplicationVerdict::Clean => "·",
        ApplicationVerdict::Harmless => "○",
        ApplicationVerdict::CannotTell => "?",
        ApplicationVerdict::NeedsReview => "◐",
        ApplicationVerdict::Risky => "●",
    }
}
