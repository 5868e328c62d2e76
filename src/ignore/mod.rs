//! Ignore rules: what a team has decided not to hear of again. Pure.
//!
//! Start with [`rule`] for what a rule says and [`rule_set`] for asking which rule hides a change. [`jq`] holds the programs
//! that may run (they all end), [`narrowest`] and [`reach()`] answer "which rule, and what else would it hide?", [`export`]
//! writes a rule as Argo CD's own `ignoreDifferences`, [`edit`] into a file of rules; [`ladder()`] are the steps by which a person
//! makes one wider. Reading rules from TOML is the business of `config`.
//!
//! A rule hides nothing quietly: what it hides stays in the view with the rule's reason, and what guards something or has a
//! hostile form is hidden only by a rule that says [`rule::DANGEROUS_WORD`].

pub mod change;
pub mod edit;
pub mod export;
pub mod jq;
pub mod ladder;
pub mod narrowest;
pub mod pattern;
pub mod reach;
pub mod rule;
pub mod rule_set;
pub mod scope;
mod trie;

pub use change::{Change, Documents};
pub use jq::JqPath;
pub use ladder::{Rung, ladder};
pub use pattern::PointerPattern;
pub use reach::reach;
pub use rule::{DANGEROUS_WORD, IgnoreRule, Matcher, RuleOrigin, RuleState};
pub use rule_set::{OnResource, RuleSet};
pub use scope::{Place, Scope};
