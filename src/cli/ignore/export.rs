//! `driftline ignore export`: rules for Argo CD itself.

use std::path::PathBuf;

use clap::Args;

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::run::{load_with, variables};
use super::super::world::World;
use super::rule_flags::{RuleFlags, from_file};
use crate::ignore::export::{RESPECT, entry};
use crate::ignore::rule::day_of;
use crate::ignore::{IgnoreRule, RuleState};
use crate::redact::terminal::visible;

/// Flags of `ignore export`.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    rule: RuleFlags,
    /// Take the rules of this file [default: the rule given by flags, else all configured rules]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Prints YAML.
pub(super) async fn run(
    args: ExportArgs,
    before: ConnectionArgs,
    global: &GlobalArgs,
    world: &dyn World,
) -> Result<Exit, Failure> {
    let rules = match &args.file {
        Some(file) => from_file(file)?,
        None if args.rule.is_given() => vec![args.rule.rule(Some("exported by driftline"))?],
        None => {
            let mut settings = load_with(ConnectionArgs::default().flags(before, global), variables())?.settings;
            settings.contexts.clear();
            let engine = world.engine(&settings).await?;
            let rules = engine.fetch_ignore_rules().await;
            let today = day_of(engine.now());
            let is_active = |rule: &&IgnoreRule| rule.state(today) == RuleState::Active;
            rules.set.rules().iter().filter(is_active).cloned().collect()
        }
    };
    if rules.is_empty() {
        return Err(Failure::usage("there is no rule to export."));
    }
    print(&yaml(&rules))?;
    Ok(Exit::Done)
}

fn yaml(rules: &[IgnoreRule]) -> String {
    let mut text = format!("# {RESPECT}\nspec:\n  ignoreDifferences:\n");
    for rule in rules {
        let exported = entry(rule);
        for note in &exported.notes {
            text.push_str(&format!("  # {}\n", visible(note)));
        }
        text.push_str(&exported.yaml);
    }
    text
}
