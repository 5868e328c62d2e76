//! What a query finds: Applications, and of each the drifts that it is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::query::{Ask, Field, Query, Term};
use super::word::{names, names_application, names_drift};
use crate::drift::glob::Glob;
use crate::engine::view::{ApplicationView, DriftKey, DriftView};

/// What an Application's view alone does not say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// Now.
    pub(crate) now: Timestamp,
    /// It became risky and was not seen since.
    pub(crate) new: bool,
    /// Drifts that the person marked.
    pub(crate) marks: &'a BTreeSet<DriftKey>,
}

/// Whether a query finds an Application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match {
    /// It does not.
    No,
    /// The Application with all of its drifts.
    All,
    /// The Application with these of its drifts, worst first.
    Only(Vec<DriftKey>),
}

impl Query {
    /// Applies the query to an Application.
    pub(crate) fn finds(&self, view: &ApplicationView, facts: Facts<'_>) -> Match {
        let (drift_terms, terms): (Vec<&Term>, Vec<&Term>) = self.terms.iter().partition(|term| is_of_drift(term, view));
        if !terms.iter().all(|term| holds_of_application(&term.ask, view) != term.not) {
            return Match::No;
        }
        if drift_terms.is_empty() {
            return Match::All;
        }
        let findings = view.findings();
        if findings.is_empty() {
            let nothing = |term: &&Term| holds_without_drift(&term.ask, view, facts) != term.not;
            return if drift_terms.iter().all(nothing) {
                Match::All
            } else {
                Match::No
            };
        }
        let found: Vec<DriftKey> = findings
            .iter()
            .filter(|drift| {
                drift_terms
                    .iter()
                    .all(|term| holds_of_drift(&term.ask, view, drift, facts) != term.not)
            })
            .map(|drift| drift.key.clone())
            .collect();
        match found.len() {
            0 => Match::No,
            all if all == findings.len() => Match::All,
            _ => Match::Only(found),
        }
    }
}

fn is_of_drift(term: &Term, view: &ApplicationView) -> bool {
    match &term.ask {
        // A word that the Application does not answer to is the name of something in it: that is what was looked for.
        Ask::Word(word) => !term.not && !names_application(view, word),
        Ask::Field(field, _) => field.is_of_drift(),
        Ask::Older(_) | Ask::Younger(_) => true,
    }
}

fn any(values: &[Glob], text: &str) -> bool {
    let text = text.to_lowercase();
    values.iter().any(|value| value.matches(&text))
}

fn holds_of_application(ask: &Ask, view: &ApplicationView) -> bool {
    let (field, values) = match ask {
        Ask::Word(word) => return names(view, word),
        Ask::Field(field, values) => (field, values),
        Ask::Older(_) | Ask::Younger(_) => return false,
    };
    match field {
        Field::Environment => any(values, &view.environment),
        Field::Cluster => any(values, &view.cluster),
        Field::Context => any(values, &view.key.context),
        Field::Project => any(values, &view.project),
        Field::Application => any(values, &view.key.name),
        Field::Sync => any(values, view.sync_status.as_str()),
        Field::Health => any(values, view.health.as_str()),
        _ => false,
    }
}

/// Of an Application that has no drift only some facts can hold.
fn holds_without_drift(ask: &Ask, view: &ApplicationView, facts: Facts<'_>) -> bool {
    match ask {
        Ask::Field(Field::Verdict, values) => any(values, view.verdict.as_str()),
        Ask::Field(Field::Is, values) => (view.stale.is_some() && any(values, "stale")) || (facts.new && any(values, "new")),
        _ => false,
    }
}

fn holds_of_drift(ask: &Ask, view: &ApplicationView, drift: &Arc<DriftView>, facts: Facts<'_>) -> bool {
    let age = || facts.now.duration_since(drift.since.unwrap_or(drift.first_seen));
    let (field, values) = match ask {
        Ask::Word(word) => return names_drift(drift, word),
        Ask::Older(than) => return SignedDuration::try_from(*than).is_ok_and(|than| age() > than),
        Ask::Younger(than) => return SignedDuration::try_from(*than).is_ok_and(|than| age() < than),
        Ask::Field(field, values) => (field, values),
    };
    let resource = &drift.key.resource;
    match field {
        Field::Verdict => any(values, drift.verdict.as_str()),
        Field::Namespace => any(values, &resource.namespace),
        Field::Kind => any(values, &resource.kind),
        Field::Name => any(values, &resource.name),
        Field::Manager => drift
            .changes
            .iter()
            .any(|change| any(values, change.manager.as_deref().unwrap_or("unknown"))),
        Field::Cause => any(values, drift.cause.as_str()) || drift.changes.iter().any(|c| any(values, c.cause.as_str())),
        Field::Rule => any(values, drift.rule) || drift.changes.iter().any(|change| any(values, change.rule)),
        Field::Path => drift.changes.iter().any(|change| any(values, change.path.as_str())),
        Field::State => any(values, drift.state.as_str()),
        Field::Next => any(values, drift.next.as_ref().unwrap_or(&view.next).kind.as_str()),
        Field::Is => [
            ("invisible", drift.key.invisible),
            ("git-ahead", drift.is_git_ahead()),
            ("flapping", drift.flaps > 0),
            ("ignored", drift.changes.iter().any(|change| change.ignored_by.is_some())),
            ("marked", facts.marks.contains(&drift.key)),
            ("new", facts.new),
            ("stale", view.stale.is_some()),
        ]
        .iter()
        .any(|(word, holds)| *holds && any(values, word)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    fn found(text: &str) -> Vec<String> {
        let query = Query::parse(text, false);
        let mut applications = fixtures::applications();
        applications.push(fixtures::mailer_with_addition());
        let mut found = Vec::new();
        let roles = |view: &ApplicationView| {
            view.drifts
                .iter()
                .map(|drift| drift.key.clone())
                .find(|key| key.resource.kind == "ClusterRole")
        };
        let marks = applications.iter().filter_map(roles).collect();
        for view in &applications {
            let facts = Facts {
                now: fixtures::now(),
                new: &*view.key.name == "ingress",
                marks: &marks,
            };
            match query.finds(view, facts) {
                Match::No => {}
                Match::All => found.push(view.key.name.to_string()),
                Match::Only(keys) => {
                    let names: Vec<String> = keys.iter().map(|key| key.resource.short()).collect();
                    found.push(format!("{} ({})", view.key.name, names.join(", ")));
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn a_query_finds_applications_and_of_them_the_drifts_it_is_about() {
        for (text, wanted) in [
            ("checkout", vec!["checkout"]),
            // What only one of its drifts answers to is that drift.
            ("service/we", vec!["checkout (Service/web)"]),
            ("team checkout", vec![]),
            ("kind:deployment app:checkout", vec!["checkout (Deployment/web)"]),
            ("app:checkout -kind:deployment", vec!["checkout (Service/web)"]),
            ("app:checkout kind:deployment,service", vec!["checkout"]),
            ("kind:clusterrole", vec!["ingress"]),
            ("kind:clusterroles", vec![]),
            ("who:k9s -app:checkout", vec!["ingress"]),
            ("verdict:risky age>3d", vec!["ingress"]),
            ("verdict:risky age<2h", vec!["payments-api"]),
            ("verdict:cannot-tell", vec!["legacy"]),
            ("verdict:risky project:nobody", vec![]),
            ("is:marked", vec!["ingress"]),
            ("is:new", vec!["ingress"]),
            ("is:invisible", vec!["mailer"]),
            ("next:stays* verdict:risky", vec!["checkout (Deployment/web)", "ingress"]),
            ("path:/spec/replicas verdict:risky", vec!["checkout (Deployment/web)"]),
            ("path:/data/*", vec!["payments-api"]),
        ] {
            let mut found = found(text);
            found.retain(|name| !name.contains("banner") && !name.contains("在庫"));
            found.dedup();
            assert_eq!(found, wanted, "{text}");
        }
    }
}
