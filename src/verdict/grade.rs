//! The words of a verdict: how bad, how sure, why.

use std::fmt;

/// How bad a difference is. Ordered: the verdict of a drift is the worst of its changes'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Nobody has to look.
    Harmless,
    /// Something real differs; it looks intended or automated, or nobody can be named; it can wait.
    NeedsReview,
    /// A person changed behaviour, a guarantee of Git does not hold, or a sync would destroy data.
    Risky,
}

impl Verdict {
    /// The word used in JSON, filters and texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::NeedsReview => "needs-review",
            Self::Risky => "risky",
        }
    }

    /// Reads [`Verdict::as_str`]'s word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "harmless" => Some(Self::Harmless),
            "needs-review" => Some(Self::NeedsReview),
            "risky" => Some(Self::Risky),
            _ => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How sure, in three steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfidenceLevel {
    /// Below 0.6: look before you believe.
    Low,
    /// 0.6 to below 0.85.
    Medium,
    /// 0.85 and above.
    High,
}

impl ConfidenceLevel {
    /// The word used in JSON and texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// How sure we are of a verdict: a probability from 0 to 1, computed by us, and its step.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// Clamps to 0–1; not-a-number becomes 0.
    pub fn new(probability: f64) -> Self {
        Self(if probability.is_nan() {
            0.0
        } else {
            probability.clamp(0.0, 1.0)
        })
    }

    /// The probability, 0 to 1.
    pub fn probability(self) -> f64 {
        self.0
    }

    /// The step it falls into.
    pub fn level(self) -> ConfidenceLevel {
        if self.0 >= 0.85 {
            ConfidenceLevel::High
        } else if self.0 >= 0.6 {
            ConfidenceLevel::Medium
        } else {
            ConfidenceLevel::Low
        }
    }
}

/// Why: a short stable slug such as `manual-edit`, used for grouping, filters and policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cause(&'static str);

impl Cause {
    /// Names a cause. Slugs are lower-case words joined by `-` and never change their meaning.
    pub const fn new(slug: &'static str) -> Self {
        Self(slug)
    }

    /// The slug.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
