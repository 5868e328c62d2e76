//! Harmless, needs review or risky, with a reason and a confidence. Pure.
//!
//! [`grade`] holds the words, [`evidence`] what a rule may look at, [`mod@judge`] the decision, [`next`] what happens if
//! nobody acts. Rules live in `rules/`, one file each, and are listed in [`registry`]; their order there is the order
//! of decision of the policy.

pub mod causes;
pub mod declared;
pub mod evidence;
pub mod grade;
pub mod ignoring;
pub mod judge;
mod mutation_policy;
pub mod next;
pub mod policy;
pub mod registry;
pub mod rule;
mod rules;
pub mod scalers;

pub use grade::{Cause, Confidence, ConfidenceLevel, Verdict};
pub use judge::{Judgement, judge, judge_differences};
pub use next::{Next, NextKind};
