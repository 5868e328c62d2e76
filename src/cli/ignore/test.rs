//! `driftline ignore test`: what a rule would hide, before anybody writes it down.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::table::count;
use super::super::output::{json, print};
use super::super::run::{load_with, variables};
use super::super::scan::{ProgressLine, application, complete_exit};
use super::super::world::World;
use super::super::{getting_started, logging};
use super::Form;
use super::rule_flags::{RuleFlags, from_file, needs_the_word};
use crate::engine::scan::{ApplicationSelector, ScanReport, ScanScope};
use crate::ignore::{IgnoreRule, RuleOrigin};
use crate::redact::terminal::visible;
use crate::verdict::Verdict;

/// Flags of `ignore test`.
#[derive(Debug, Args)]
pub(super) struct TestArgs {
    #[command(flatten)]
    rule: RuleFlags,
    /// Test the rules of this file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Form of the output
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    output: Form,
    /// Look at this Application only, as NAME or NAMESPACE/NAME; may be repeated
    #[arg(long = "app", value_name = "NAME", value_parser = application)]
    applications: Vec<ApplicationSelector>,
    /// Look into Synced Applications too, for additions that Argo CD does not show; two calls for each of them
    #[arg(long)]
    sweep: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Where the widened copy of a rule says it is written: apart from every file name.
const EVERYWHERE: &str = "everywhere else: ";

/// Scans with the rules on trial and prints what they hid.
pub(super) async fn run(args: TestArgs, before: ConnectionArgs, global: &GlobalArgs, world: &dyn World) -> Result<Exit, Failure> {
    let rules = match &args.file {
        Some(file) => from_file(file)?,
        None if args.rule.is_given() => vec![args.rule.rule(Some("on trial"))?],
        None => return Err(Failure::usage("give a rule by flags, or --file FILE with [[ignore]] tables.")),
    };
    let mut loaded = load_with(args.connection.flags(before, global), variables())?;
    if loaded.settings.contexts.is_empty() {
        return Err(Failure::usage(getting_started::text(&loaded.paths)));
    }
    logging::to_stderr(&loaded);
    // First of all rules, so that what it hides is told of it even where another rule hides it, too.
    let configured = std::mem::take(&mut loaded.settings.ignore.rules);
    loaded.settings.ignore.rules = rules
        .iter()
        .cloned()
        .chain(rules.iter().map(widened))
        .chain(configured)
        .collect();
    let engine = world.engine(&loaded.settings).await?;
    let scope = ScanScope {
        applications: args.applications,
        sweep: args.sweep,
    };
    let report = {
        let mut progress = ProgressLine::new();
        engine.scan(&scope, &mut |news| progress.show(news)).await
    };
    let trial = Trial {
        schema: "driftline/v1",
        rules: rules.iter().map(|rule| Outcome::of(rule, &report)).collect(),
    };
    let text = match args.output {
        Form::Json => json::pretty(&trial).map_err(|error| Failure::output(&error.into()))?,
        Form::Table => trial.table(),
    };
    print(&text)?;
    Ok(complete_exit(&report, &scope))
}

/// The rule without its limits to places: the same fields of the same kinds anywhere.
fn widened(rule: &IgnoreRule) -> IgnoreRule {
    IgnoreRule {
        scope: rule.scope.everywhere(),
        origin: RuleOrigin::proposed(&format!("{EVERYWHERE}{}", rule.origin)),
        ..rule.clone()
    }
}

#[derive(Serialize)]
struct Trial {
    schema: &'static str,
    rules: Vec<Outcome>,
}

#[derive(Serialize)]
struct Outcome {
    rule: String,
    matcher: String,
    /// Why it hides nothing where that can be told beforehand.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    here: Hidden,
    /// What the same fields of the same kinds would be besides, without the rule's limits to places.
    elsewhere: Hidden,
}

#[derive(Default, Serialize)]
struct Hidden {
    risky: usize,
    needs_review: usize,
    harmless: usize,
    changes: Vec<HiddenChange>,
}

#[derive(Serialize)]
struct HiddenChange {
    context: String,
    application: String,
    group: String,
    kind: String,
    namespace: String,
    name: String,
    path: String,
    /// The verdict without the rule.
    verdict: &'static str,
}

impl Outcome {
    fn of(rule: &IgnoreRule, report: &ScanReport) -> Self {
        Self {
            rule: rule.origin.to_string(),
            matcher: rule.matcher.to_string(),
            note: needs_the_word(rule),
            here: Hidden::by(&rule.origin, report),
            elsewhere: Hidden::by(&widened(rule).origin, report),
        }
    }
}

impl Hidden {
    fn by(origin: &RuleOrigin, report: &ScanReport) -> Self {
        let origin = origin.to_string();
        let mut hidden = Self::default();
        for application in &report.applications {
            for drift in application.drifts.iter().chain(&application.invisible) {
                for change in &drift.changes {
                    let Some(by) = change.ignored_by.as_ref().filter(|by| by.rule == origin) else {
                        continue;
                    };
                    match by.verdict {
                        Verdict::Risky => hidden.risky += 1,
                        Verdict::NeedsReview => hidden.needs_review += 1,
                        Verdict::Harmless => hidden.harmless += 1,
                    }
                    let resource = &drift.key.resource;
                    hidden.changes.push(HiddenChange {
                        context: application.key.context.to_string(),
                        application: application.key.to_string(),
                        group: resource.group.clone(),
                        kind: resource.kind.clone(),
                        namespace: resource.namespace.clone(),
                        name: resource.name.clone(),
                        path: change.path.to_string(),
                        verdict: by.verdict.as_str(),
                    });
                }
            }
        }
        let place = |c: &HiddenChange| {
            let worst_first = Verdict::parse(c.verdict).map(std::cmp::Reverse);
            let object = (c.context.clone(), c.application.clone(), c.kind.clone(), c.name.clone());
            (worst_first, object, c.path.clone())
        };
        hidden.changes.sort_by_cached_key(place);
        hidden
    }

    fn sentence(&self) -> String {
        format!(
            "{}: {} risky, {} to review, {} harmless",
            count(self.changes.len(), "change"),
            self.risky,
            self.needs_review,
            self.harmless
        )
    }
}

impl Trial {
    fn table(&self) -> String {
        let mut text = String::new();
        for outcome in &self.rules {
            text.push_str(&format!("{} ({})\n", visible(&outcome.matcher), visible(&outcome.rule)));
            if let Some(note) = &outcome.note {
                text.push_str(&format!("  {}\n", visible(note)));
            }
            text.push_str(&format!("  hides {}\n", outcome.here.sentence()));
            for change in &outcome.here.changes {
                let line = format!(
                    "    {:12}  {}  {}/{}  {}",
                    change.verdict, change.application, change.kind, change.name, change.path
                );
                text.push_str(&format!("{}\n", visible(&line)));
            }
            text.push_str(&format!(
                "  without its limits to places it would hide besides {}\n",
                outcome.elsewhere.sentence()
            ));
        }
        text
    }
}
