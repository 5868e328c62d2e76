//! `driftline rules`: what the rules mean, why, an example, when they are wrong.

use clap::{Args, Subcommand};

use super::exit::Exit;
use super::failure::Failure;
use super::output::print;
use crate::verdict::registry::{RULES, find};

/// Flags of `rules`.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    /// All rules in the order in which they decide
    List,
    /// What one rule means, why, an example, when it is wrong
    Show {
        /// Id of the rule, as the reason panel and the JSON name it
        id: String,
    },
}

/// Prints what was asked for.
pub(super) fn run(args: &RulesArgs) -> Result<Exit, Failure> {
    match &args.command {
        RulesCommand::List => print(&list())?,
        RulesCommand::Show { id } => {
            let rule = find(id).ok_or_else(|| Failure::usage(format!("no rule `{id}`; see `driftline rules list`.")))?;
            print(&format!("{}\n", rule.page()))?;
        }
    }
    Ok(Exit::Done)
}

fn list() -> String {
    let width = RULES.iter().map(|rule| rule.id().len()).max().unwrap_or(0);
    RULES
        .iter()
        .map(|rule| {
            let page = rule.page();
            let what: Vec<&str> = page
                .lines()
                .skip_while(|l| *l != "## What")
                .skip(1)
                .take_while(|l| !l.is_empty())
                .collect();
            let what = what.join(" ");
            // The first sentence is enough for a list.
            let first = what
                .split_once(". ")
                .map_or(what.as_str(), |(first, _)| first)
                .trim_end_matches('.');
            format!("{:width$}  {first}\n", rule.id())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_line() {
        let list = list();
        assert_eq!(list.lines().count(), RULES.len());
        assert!(list.contains("person-edit"), "{list}");
    }
}
