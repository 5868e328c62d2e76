//! Harmless, needs review or risky, with a reason and a confidence. Pure.
//!
//! [`grade`] holds the words. Rules live in `rules/`, one file each, listed in `registry.rs`; their order is the order
//! of decision of the policy.

pub mod grade;
pub mod next;

pub use grade::{Cause, Confidence, ConfidenceLevel, Verdict};
pub use next::{Next, NextKind};
