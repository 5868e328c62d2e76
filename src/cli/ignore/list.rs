//! `driftline ignore list`: every rule and whether it does anything.

use std::collections::HashMap;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::ignore_sources::{Source, lines};
use super::super::output::print;
use super::super::run::{load_with, variables};
use super::super::scan::{ProgressLine, complete_exit};
use super::super::world::World;
use super::super::{getting_started, logging};
use super::Form;
use crate::engine::ports::IgnoreRules;
use crate::engine::scan::{ScanReport, ScanScope};
use crate::ignore::rule::day_of;
use crate::ignore::{IgnoreRule, Matcher, RuleState};
use crate::redact::terminal::visible;

/// Flags of `ignore list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Form of the output
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    output: Form,
    /// Look at the configured servers and say what each rule hides, and which never match
    #[arg(long)]
    scan: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Reads the rules and prints them.
pub(super) async fn run(args: ListArgs, before: ConnectionArgs, global: &GlobalArgs, world: &dyn World) -> Result<Exit, Failure> {
    let mut loaded = load_with(args.connection.flags(before, global), variables())?;
    logging::to_stderr(&loaded);
    if !args.scan {
        loaded.settings.contexts.clear();
    } else if loaded.settings.contexts.is_empty() {
        return Err(Failure::usage(getting_started::text(&loaded.paths)));
    }
    let engine = world.engine(&loaded.settings).await?;
    let mut exit = Exit::Done;
    let hidden = if args.scan {
        let scope = ScanScope::default();
        let mut progress = ProgressLine::new();
        let report = engine.scan(&scope, &mut |news| progress.show(news)).await;
        drop(progress);
        exit = complete_exit(&report, &scope);
        Some(hidden_by_rule(&report))
    } else {
        None
    };
    let rules = engine.fetch_ignore_rules().await;
    let listing = Listing::of(&rules, hidden.as_ref(), engine.now());
    let text = match args.output {
        Form::Table => listing.table(),
        Form::Json => super::super::output::json::pretty(&listing).map_err(|error| Failure::output(&error.into()))?,
    };
    print(&text)?;
    if rules.sources.iter().any(|source| source.error.is_some()) {
        exit = exit.and(Exit::Partial);
    }
    Ok(exit)
}

/// How many changes each rule hides, by the place where it is written.
fn hidden_by_rule(report: &ScanReport) -> HashMap<String, usize> {
    let mut hidden = HashMap::new();
    let drifts = report.applications.iter().flat_map(|a| a.drifts.iter().chain(&a.invisible));
    for by in drifts
        .flat_map(|drift| &drift.changes)
        .filter_map(|change| change.ignored_by.as_ref())
    {
        *hidden.entry(by.rule.clone()).or_default() += 1;
    }
    hidden
}

#[derive(Serialize)]
struct Listing {
    schema: &'static str,
    rules: Vec<Line>,
    sources: Vec<Source>,
    /// How they stand, for people.
    #[serde(skip)]
    source_lines: Vec<String>,
}

#[derive(Serialize)]
struct Line {
    /// `active`, `expired`, `disabled`, or `never-matched` after a scan in which an active rule hid nothing.
    state: &'static str,
    scope: serde_json::Map<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jq: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manager: Option<String>,
    reason: String,
    author: Option<String>,
    created: Option<String>,
    expires: Option<String>,
    dangerous: bool,
    rule: String,
    from_checkout: bool,
    /// Changes that it hides; null without a scan.
    hides: Option<usize>,
}

impl Listing {
    fn of(rules: &IgnoreRules, hidden: Option<&HashMap<String, usize>>, now: Timestamp) -> Self {
        let today = day_of(now);
        let line = |rule: &IgnoreRule| {
            let place = rule.origin.to_string();
            let hides = hidden.map(|hidden| hidden.get(&place).copied().unwrap_or(0));
            let state = match (rule.state(today), hides) {
                (RuleState::Active, Some(0)) => "never-matched",
                (state, _) => state.as_str(),
            };
            let (pointer, jq, manager) = match &rule.matcher {
                Matcher::Pointer(pointer) => (Some(pointer.to_string()), None, None),
                Matcher::Jq(path) => (None, Some(path.to_string()), None),
                Matcher::Manager { manager, below } => (Some(below.to_string()), None, Some(manager.clone())),
            };
            Line {
                state,
                scope: scope(rule),
                pointer,
                jq,
                manager,
                reason: rule.reason.clone(),
                author: rule.author.clone(),
                created: rule.created.map(|date| date.to_string()),
                expires: rule.expires.map(|date| date.to_string()),
                dangerous: rule.dangerous,
                rule: place,
                from_checkout: rule.origin.from_checkout,
                hides,
            }
        };
        Self {
            schema: "driftline/v1",
            rules: rules.set.rules().iter().map(line).collect(),
            sources: rules.sources.iter().map(|source| Source::of(source, now)).collect(),
            source_lines: rules.sources.iter().flat_map(|source| lines(source, now)).collect(),
        }
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for line in &self.rules {
            let what = match (&line.pointer, &line.jq, &line.manager) {
                (Some(pointer), _, Some(manager)) => format!("{pointer} by {manager}"),
                (Some(pointer), ..) => pointer.clone(),
                (None, jq, _) => jq.clone().unwrap_or_default(),
            };
            let place: Vec<String> = line
                .scope
                .iter()
                .map(|(part, pattern)| format!("{part}={}", pattern.as_str().unwrap_or_default()))
                .collect();
            let place = if place.is_empty() {
                "everywhere".to_owned()
            } else {
                place.join(" ")
            };
            text.push_str(&visible(&format!("{:13}  {what}", line.state)));
            text.push('\n');
            text.push_str(&format!("               {}\n", visible(&place)));
            let hides = line
                .hides
                .map(|n| format!("; hides {}", super::super::output::table::count(n, "change")));
            let expires = line.expires.as_ref().map(|date| format!("; until {date}"));
            let dangerous = if line.dangerous { "; hides danger" } else { "" };
            let checkout = if line.from_checkout { ", a checkout's rule" } else { "" };
            let about = format!(
                "               {} ({}{checkout}{}{}{dangerous})",
                line.reason,
                line.rule,
                expires.unwrap_or_default(),
                hides.unwrap_or_default()
            );
            text.push_str(&visible(&about));
            text.push('\n');
        }
        if self.rules.is_empty() {
            text.push_str("no ignore rules\n");
        }
        let expired = self
            .rules
            .iter()
            .filter(|line| line.state == RuleState::Expired.as_str())
            .count();
        if expired > 0 {
            let rules = super::super::output::table::count(expired, "rule");
            text.push_str(&format!(
                "{rules} expired, hiding nothing any more: take it out, or give it another day\n"
            ));
        }
        for line in &self.source_lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

fn scope(rule: &IgnoreRule) -> serde_json::Map<String, serde_json::Value> {
    let source = [("source_environment", &rule.scope.source_environment)];
    rule.scope
        .parts()
        .into_iter()
        .chain(source)
        .filter_map(|(part, glob)| Some((part.to_owned(), glob.as_ref()?.as_str().into())))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::config::ignore_list;
    use crate::engine::ports::IgnoreSourceState;
    use crate::ignore::RuleSet;

    const RULES: &str = "[[ignore]]\nkind = \"Deployment\"\npointer = \"/spec/replicas\"\nreason = \"scaled\"\n\n\
                         [[ignore]]\npointer = \"/status\"\nreason = \"noise\\u001b\"\nexpires = 2026-01-31\n\n\
                         [[ignore]]\njq = \".spec.a\"\nreason = \"later\"\ndisabled = true\n";

    fn listing(hidden: Option<&HashMap<String, usize>>) -> Listing {
        let rules = IgnoreRules {
            set: Arc::new(RuleSet::new(ignore_list(RULES, Path::new("team.toml")).unwrap())),
            sources: vec![IgnoreSourceState {
                name: "team.toml".to_owned(),
                commit: None,
                read_at: Some("2026-11-24T10:00:00Z".parse().unwrap()),
                error: Some("cannot be read: gone".to_owned()),
                rules: 3,
            }],
        };
        Listing::of(&rules, hidden, "2026-11-24T10:05:00Z".parse().unwrap())
    }

    #[test]
    fn each_rule_says_what_it_does_where_and_why() {
        assert_eq!(
            listing(None).table(),
            "active         /spec/replicas\n\
             \x20              kind=Deployment\n\
             \x20              scaled (team.toml:1)\n\
             expired        /status\n\
             \x20              everywhere\n\
             \x20              noise\\u{1b} (team.toml:6; until 2026-01-31)\n\
             disabled       .spec.a\n\
             \x20              everywhere\n\
             \x20              later (team.toml:11)\n\
             1 rule expired, hiding nothing any more: take it out, or give it another day\n\
             team.toml: cannot be read: gone\n\
             \x20 the last good copy holds: 3 rules, read 5 min ago\n"
        );
    }

    #[test]
    fn after_a_scan_a_rule_that_hides_nothing_is_told() {
        let states = |hidden: &[(&str, usize)]| {
            let hidden = hidden.iter().map(|(rule, n)| ((*rule).to_owned(), *n)).collect();
            let listing = listing(Some(&hidden));
            listing.rules.iter().map(|line| (line.state, line.hides)).collect::<Vec<_>>()
        };
        assert_eq!(
            states(&[]),
            [("never-matched", Some(0)), ("expired", Some(0)), ("disabled", Some(0))]
        );
        assert_eq!(states(&[("team.toml:1", 4)])[0], ("active", Some(4)));
    }
}
