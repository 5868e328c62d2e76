//! `driftline rules`: what the rules mean, why, an example, when they are wrong.

use clap::{Args, Subcommand};

use super::exit::Exit;
use super::failure::Failure;
use super::output::print;
use crate::verdict::causes;
use crate::verdict::registry::{RULES, find};
use crate::verdict::rule::Rule;

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
            print(&show(rule))?;
        }
    }
    Ok(Exit::Done)
}

/// The page of a rule, and what configuration can name of it.
fn show(rule: &dyn Rule) -> String {
    let causes: Vec<String> = causes::of(rule.id()).iter().map(|cause| format!("`{cause}`")).collect();
    format!("{}\n\n## Causes\n{}\n", rule.page().trim_end(), causes.join(", "))
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
    fn the_page_of_a_rule_ends_with_its_causes() {
        let page = show(find("list-order").unwrap());
        assert!(page.starts_with("# list-order\n"), "{page}");
        assert!(
            page.ends_with("\n\n## Causes\n`list-reorder`, `manual-order-change`\n"),
            "{page}"
        );
    }

    #[test]
    fn every_rule_has_a_line() {
        let list = list();
        assert_eq!(list.lines().count(), RULES.len());
        assert!(list.contains("person-edit"), "{list}");
    }
}
