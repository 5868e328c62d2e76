//! The filter language: `verdict:risky env:prod kind:Deployment manager:kubectl* age>1h text`.
//!
//! Every term must hold. A term is a word, which occurs anywhere; `field:value`, where the value is the whole name with
//! `*` and `?` as wildcards and `,` between alternatives; or `age>1h`, `age<2d`. `-` before a term means "not". Case does
//! not count.

use std::time::Duration;

use crate::drift::glob::Glob;

/// What a term can ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// The verdict's word.
    Verdict,
    /// Environment.
    Environment,
    /// Cluster.
    Cluster,
    /// Context: which Argo CD.
    Context,
    /// Argo CD project.
    Project,
    /// Name of the Application.
    Application,
    /// Namespace of the resource.
    Namespace,
    /// Kind of the resource.
    Kind,
    /// Name of the resource.
    Name,
    /// Field manager.
    Manager,
    /// Cause.
    Cause,
    /// Rule that decided.
    Rule,
    /// Pointer of a changed field.
    Path,
    /// `changed`, `missing` or `extra`.
    State,
    /// Sync status of the Application.
    Sync,
    /// Health of the Application.
    Health,
    /// What happens next.
    Next,
    /// `invisible`, `git-ahead`, `flapping`, `ignored`, `marked`, `new`, `stale`.
    Is,
}

impl Field {
    /// Whether it is a fact about one drift, not about its Application.
    pub(super) fn is_of_drift(self) -> bool {
        match self {
            Self::Environment | Self::Cluster | Self::Context | Self::Project | Self::Application | Self::Sync | Self::Health => {
                false
            }
            Self::Verdict
            | Self::Namespace
            | Self::Kind
            | Self::Name
            | Self::Manager
            | Self::Cause
            | Self::Rule
            | Self::Path
            | Self::State
            | Self::Next
            | Self::Is => true,
        }
    }
}

impl Field {
    /// Everything that it can be, where that is little: another value is a slip of the pen.
    fn values(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Verdict => Some(&["risky", "needs-review", "harmless", "clean", "cannot-tell", "pending"]),
            Self::State => Some(&["changed", "missing", "extra"]),
            Self::Sync => Some(&["synced", "outofsync", "unknown"]),
            Self::Is => Some(&["invisible", "git-ahead", "flapping", "ignored", "marked", "new", "stale"]),
            _ => None,
        }
    }
}

/// Every field: its names, the one that is shown first, and what it is.
pub(crate) const FIELDS: &[(&[&str], Field, &str)] = &[
    (
        &["verdict"],
        Field::Verdict,
        "risky, needs-review, harmless, clean, cannot-tell, pending",
    ),
    (&["env", "environment"], Field::Environment, "environment"),
    (&["cluster"], Field::Cluster, "cluster"),
    (&["context", "ctx"], Field::Context, "which Argo CD"),
    (&["project"], Field::Project, "Argo CD project"),
    (&["app", "application"], Field::Application, "name of the Application"),
    (&["ns", "namespace"], Field::Namespace, "namespace of the resource"),
    (&["kind"], Field::Kind, "kind of the resource"),
    (&["name"], Field::Name, "name of the resource"),
    (&["manager", "who"], Field::Manager, "field manager"),
    (&["cause"], Field::Cause, "cause"),
    (&["rule"], Field::Rule, "rule that decided"),
    (&["path"], Field::Path, "pointer of a changed field"),
    (&["state"], Field::State, "changed, missing, extra"),
    (&["sync"], Field::Sync, "synced, outofsync, unknown"),
    (&["health"], Field::Health, "healthy, degraded, …"),
    (
        &["next"],
        Field::Next,
        "stays-until-synced, next-commit-reverts, self-heal-reverts, …",
    ),
    (
        &["is"],
        Field::Is,
        "invisible, git-ahead, flapping, ignored, marked, new, stale",
    ),
];

/// What one term asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// This text occurs, lower case.
    Word(String),
    /// A field has one of these values, lower case.
    Field(Field, Vec<Glob>),
    /// It is older than this.
    Older(Duration),
    /// It is younger than this.
    Younger(Duration),
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) ask: Ask,
    pub(super) not: bool,
}

/// A filter that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    pub(super) terms: Vec<Term>,
    /// What is wrong with it, one sentence; the terms that could be read hold all the same.
    pub(crate) problem: Option<String>,
}

impl Query {
    /// Reads a filter. With `typing` the last word may not be complete: its value may go on, and is not wrong yet.
    pub(crate) fn parse(text: &str, typing: bool) -> Self {
        let mut query = Self::default();
        let unfinished = typing && !text.ends_with(char::is_whitespace);
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let last = unfinished && words.peek().is_none();
            match term(&word.to_lowercase(), last) {
                Ok(Some(term)) => query.terms.push(term),
                Ok(None) => {}
                Err(_) if last => {}
                Err(problem) => {
                    query.problem.get_or_insert(problem);
                }
            }
        }
        query
    }

    /// Whether it asks nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

fn term(word: &str, unfinished: bool) -> Result<Option<Term>, String> {
    let (not, body) = match word.strip_prefix(['-', '!']) {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, word),
    };
    if let Some(ask) = age(body)? {
        return Ok(Some(Term { ask, not }));
    }
    let Some((name, values)) = body.split_once(':').filter(|(name, _)| is_name(name)) else {
        let ask = Ask::Word(body.to_owned());
        return Ok(Some(Term { ask, not }));
    };
    let Some((_, field, _)) = FIELDS.iter().find(|(names, ..)| names.contains(&name)) else {
        let names: Vec<&str> = FIELDS.iter().map(|(names, ..)| names[0]).collect();
        return Err(format!("There is no field `{name}`; there are {} and age.", names.join(", ")));
    };
    let mut values: Vec<String> = values
        .split(',')
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect();
    if values.is_empty() {
        return if unfinished {
            Ok(None)
        } else {
            Err(format!("`{name}:` needs a value."))
        };
    }
    if let Some(last) = values.last_mut().filter(|_| unfinished) {
        last.push('*');
    }
    let values: Vec<Glob> = values.into_iter().map(Glob::new).collect();
    if let Some(known) = field.values()
        && let Some(wrong) = values.iter().find(|value| !known.iter().any(|known| value.matches(known)))
    {
        return Err(format!(
            "There is no {name} `{}`; there are {}.",
            wrong.as_str(),
            known.join(", ")
        ));
    }
    let ask = Ask::Field(*field, values);
    Ok(Some(Term { ask, not }))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic())
}

/// `age>1h`, `age<2d`.
fn age(word: &str) -> Result<Option<Ask>, String> {
    let Some(rest) = word.strip_prefix("age") else {
        return Ok(None);
    };
    let older = match rest.chars().next() {
        Some('>') => true,
        Some('<') => false,
        _ => return Ok(None),
    };
    let value = &rest[1..];
    let wrong = || format!("`{word}`: write an age as 30m, 12h, 2d or 1w.");
    let unit = value.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    let count: u32 = value[..value.len() - 1].parse().map_err(|_| wrong())?;
    let age = Duration::from_secs(u64::from(count) * seconds);
    Ok(Some(if older { Ask::Older(age) } else { Ask::Younger(age) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field: Field, value: &str) -> Ask {
        Ask::Field(field, value.split(',').map(Glob::new).collect())
    }

    #[test]
    fn a_filter_is_read_term_by_term() {
        let hour = Duration::from_secs(3_600);
        for (text, asks) in [
            ("", vec![]),
            ("Payments", vec![(Ask::Word("payments".to_owned()), false)]),
            ("verdict:RISKY", vec![(field(Field::Verdict, "risky"), false)]),
            ("who:kubectl*,k9s", vec![(field(Field::Manager, "kubectl*,k9s"), false)]),
            ("-kind:secret", vec![(field(Field::Kind, "secret"), true)]),
            ("!harmless", vec![(Ask::Word("harmless".to_owned()), true)]),
            ("-", vec![(Ask::Word("-".to_owned()), false)]),
            ("age>1h", vec![(Ask::Older(hour), false)]),
            ("age<7d", vec![(Ask::Younger(hour * 24 * 7), false)]),
            ("agent", vec![(Ask::Word("agent".to_owned()), false)]),
            // A pointer or an image is text: only letters before the colon make a field.
            ("/data/a:b", vec![(Ask::Word("/data/a:b".to_owned()), false)]),
        ] {
            let query = Query::parse(text, false);
            let read: Vec<_> = query.terms.iter().map(|term| (term.ask.clone(), term.not)).collect();
            assert_eq!((read, query.problem), (asks, None), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_and_the_rest_holds() {
        for (text, problem) in [
            ("colour:red web", "no field `colour`"),
            ("verdict:purple web", "no verdict `purple`; there are risky, needs-review"),
            ("is:snoozed,new web", "no is `snoozed`"),
            ("kind: web", "`kind:` needs a value"),
            ("age>x web", "write an age"),
            ("age> web", "write an age"),
        ] {
            let query = Query::parse(text, false);
            assert!(query.problem.as_deref().unwrap_or_default().contains(problem), "{query:?}");
            assert_eq!(query.terms.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_being_typed_may_go_on_and_is_not_wrong_yet() {
        assert_eq!(Query::parse("kind:dep", true).terms[0].ask, field(Field::Kind, "dep*"));
        for text in ["kind:", "colo:", "age>", "age>1"] {
            assert_eq!(Query::parse(text, true), Query::default(), "{text}");
        }
        // A space ends a word.
        assert_eq!(Query::parse("kind:dep ", true).terms[0].ask, field(Field::Kind, "dep"));
    }

    #[test]
    fn no_name_means_two_fields() {
        let mut names: Vec<&str> = FIELDS.iter().flat_map(|(names, ..)| names.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
