//! What one ignore rule says.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::jq::JqPath;
use super::pattern::PointerPattern;
use super::scope::Scope;

/// What a rule must say under `dangerous` before it may hide a field that guards something or text of a hostile form.
pub const DANGEROUS_WORD: &str = "hides-danger";

/// How a rule finds the fields it hides.
#[derive(Debug, Clone, PartialEq)]
pub enum Matcher {
    /// A field and everything below.
    Pointer(PointerPattern),
    /// The fields that a jq path names.
    Jq(JqPath),
    /// What one field manager wrote below a place. Never anything that guards something: a manager's name is a claim.
    Manager {
        /// Name of the field manager, exactly.
        manager: String,
        /// Only here and below.
        below: PointerPattern,
    },
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(pointer) => write!(f, "{pointer}"),
            Self::Jq(path) => write!(f, "{path}"),
            Self::Manager { manager, below } => write!(f, "{below} by {manager}"),
        }
    }
}

/// Where a rule is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleOrigin {
    /// Path of the file, as it was given.
    pub file: Arc<str>,
    /// Line, from 1; 0 for a rule that is in no file.
    pub line: usize,
    /// From the project file of a checkout, which anybody who can push to it has written.
    pub from_checkout: bool,
}

impl RuleOrigin {
    /// Of a rule that is proposed and not written anywhere. The words stand where others have their file.
    pub fn proposed(words: &str) -> Self {
        Self {
            file: Arc::from(words),
            line: 0,
            from_checkout: false,
        }
    }
}

impl fmt::Display for RuleOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        Ok(())
    }
}

/// Whether a rule does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleState {
    /// It hides what it matches.
    Active,
    /// Its last day is over: it does nothing.
    Expired,
    /// Switched off: it does nothing.
    Disabled,
}

impl RuleState {
    /// The word used in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
        }
    }
}

/// The day of a moment, as rules count days: in UTC, so that a rule ends everywhere at once.
pub fn day_of(moment: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

/// One ignore rule.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnoreRule {
    /// Where it holds.
    pub scope: Scope,
    /// What it hides there.
    pub matcher: Matcher,
    /// Why, for whoever finds the change again. Text of a person; of a checkout, hostile.
    pub reason: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// When.
    pub created: Option<Date>,
    /// The last day, in UTC, on which it does anything; `None` for no end.
    pub expires: Option<Date>,
    /// Switched off.
    pub disabled: bool,
    /// It says [`DANGEROUS_WORD`]: it hides what guards something, too.
    pub dangerous: bool,
    /// Where it is written.
    pub origin: RuleOrigin,
}

impl IgnoreRule {
    /// What it does on that day.
    pub fn state(&self, today: Date) -> RuleState {
        if self.disabled {
            RuleState::Disabled
        } else if self.expires.is_some_and(|last| today > last) {
            RuleState::Expired
        } else {
            RuleState::Active
        }
    }

    /// Whether it may hide what guards something or has a hostile form. A manager rule never does.
    pub fn hides_danger(&self) -> bool {
        self.dangerous && !matches!(self.matcher, Matcher::Manager { .. })
    }

    /// What is wrong with the combination of its parts, as a key and a clause; empty for a rule that may be used.
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        if self.reason.trim().is_empty() {
            problems.push(("reason", "every ignore rule needs a reason"));
        }
        if matches!(self.matcher, Matcher::Manager { .. }) {
            let kind = self.scope.kind.as_ref().map(ToString::to_string).unwrap_or_default();
            if kind.trim_matches('*').is_empty() {
                problems.push(("kind", "a manager rule needs a kind: a manager's name alone is only a claim"));
            }
            if self.dangerous {
                problems.push(("dangerous", "a manager rule never hides what guards something"));
            }
        }
        if self.dangerous && self.origin.from_checkout {
            problems.push(("dangerous", "a checkout is not trusted: its rules hide nothing dangerous"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> IgnoreRule {
        IgnoreRule {
            scope: Scope::default(),
            matcher: Matcher::Pointer(PointerPattern::parse("/spec/replicas").unwrap()),
            reason: "known".to_owned(),
            author: None,
            created: None,
            expires: Some("2026-12-31".parse().unwrap()),
            disabled: false,
            dangerous: false,
            origin: RuleOrigin::proposed("test"),
        }
    }

    #[test]
    fn a_rule_holds_up_to_and_including_its_last_day() {
        assert_eq!(rule().state("2026-12-31".parse().unwrap()), RuleState::Active);
        assert_eq!(rule().state("2027-01-01".parse().unwrap()), RuleState::Expired);
        let disabled = IgnoreRule {
            disabled: true,
            ..rule()
        };
        assert_eq!(disabled.state("2027-01-01".parse().unwrap()), RuleState::Disabled);
    }

    #[test]
    fn a_manager_rule_needs_a_kind_and_never_hides_danger() {
        let manager = IgnoreRule {
            matcher: Matcher::Manager {
                manager: "keda".to_owned(),
                below: PointerPattern::parse("/spec").unwrap(),
            },
            dangerous: true,
            ..rule()
        };
        let keys: Vec<_> = manager.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["kind", "dangerous"]);
        assert!(!manager.hides_danger());
        assert_eq!(rule().problems(), []);
    }
}
