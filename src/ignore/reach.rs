//! What a rule would hide: the same question that judging asks, asked beforehand.

use jiff::civil::Date;

use super::change::{Change, Documents};
use super::rule::IgnoreRule;
use super::rule_set::RuleSet;
use super::scope::Place;
use crate::drift::ResourceKey;

/// A change and where it is.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The Application.
    pub place: Place<'a>,
    /// The object.
    pub resource: &'a ResourceKey,
    /// Both sides of the object.
    pub documents: Documents<'a>,
    /// The change.
    pub change: Change<'a>,
}

/// Which of the changes the rule hides on that day, by their position among the candidates.
pub fn reach(rule: &IgnoreRule, candidates: &[Candidate<'_>], today: Date) -> Vec<usize> {
    let set = RuleSet::new(vec![rule.clone()]);
    candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| {
            set.on(candidate.place, candidate.resource, candidate.documents, today)
                .hiding(&candidate.change)
                .is_some()
        })
        .map(|(position, _)| position)
        .collect()
}
