//! `driftline ignore export`: rules for Argo CD itself.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::run::{load_with, say, variables};
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
    let mut settings = load_with(ConnectionArgs::default().flags(before, global), variables())?.settings;
    // Without contexts the engine is a clock and a reader of rules.
    settings.contexts.clear();
    let engine = world.engine(&settings).await?;
    let today = day_of(engine.now());
    let rules = match &args.file {
        Some(file) => from_file(file)?,
        None if args.rule.is_given() => vec![args.rule.rule(Some("exported by driftline"))?],
        None => engine.fetch_ignore_rules().await.set.rules().to_vec(),
    };
    let (rules, left_out) = in_force(rules, today);
    if let Some(said) = left_out {
        say(&said);
    }
    if rules.is_empty() {
        return Err(Failure::usage("there is no rule to export."));
    }
    print(&yaml(&rules))?;
    Ok(Exit::Done)
}

/// The rules that hide something on that day, and a sentence about the others. Argo CD's own rules know no last day: an expired one
/// would hold again, for ever.
fn in_force(rules: Vec<IgnoreRule>, today: Date) -> (Vec<IgnoreRule>, Option<String>) {
    let all = rules.len();
    let expired = rules.iter().filter(|rule| rule.state(today) == RuleState::Expired).count();
    let active: Vec<_> = rules
        .into_iter()
        .filter(|rule| rule.state(today) == RuleState::Active)
        .collect();
    let disabled = all - active.len() - expired;
    let counted = |count: usize, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts: Vec<_> = [counted(expired, "expired"), counted(disabled, "disabled")]
        .into_iter()
        .flatten()
        .collect();
    let said = (!parts.is_empty()).then(|| format!("ignore rules left out: {}.", parts.join(", ")));
    (active, said)
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn what_is_not_in_force_is_left_out_and_said() {
        let rule =
            |more: &str| format!("[[ignore]]\nkind = \"Deployment\"\npointer = \"/spec/replicas\"\nreason = \"x\"\n{more}\n");
        for (rules, kept, said) in [
            (vec![""], 1, None),
            (vec!["expires = 2026-11-24"], 1, None),
            (vec!["", "expires = 2026-11-23"], 1, Some("ignore rules left out: 1 expired.")),
            (vec!["expires = 2026-11-23"], 0, Some("ignore rules left out: 1 expired.")),
        ] {
            let text: String = rules.iter().map(|more| rule(more)).collect();
            let read = crate::config::ignore_list(&text, Path::new("rules.toml")).unwrap();
            let (active, left_out) = in_force(read, "2026-11-24".parse().unwrap());
            assert_eq!((active.len(), left_out.as_deref()), (kept, said), "{rules:?}");
        }
    }
}
