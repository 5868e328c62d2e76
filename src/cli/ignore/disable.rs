//! `driftline ignore disable` and `enable`: a rule is switched off, or on again, where it is written.

use std::fs;
use std::path::Path;

use clap::Args;

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::run::{load_with, say, variables};
use super::super::world::World;
use super::add::replace;
use crate::ignore::IgnoreRule;
use crate::ignore::edit::switched;
use crate::redact::terminal::visible;

/// Flags of `ignore disable` and `ignore enable`.
#[derive(Debug, Args)]
pub(super) struct SwitchArgs {
    /// Which rule, as FILE:LINE of `ignore list`
    #[arg(value_name = "FILE:LINE")]
    rule: String,
}

/// Switches the rule off (`disabled`), or on again.
pub(super) async fn run(
    args: SwitchArgs,
    disabled: bool,
    before: ConnectionArgs,
    global: &GlobalArgs,
    world: &dyn World,
) -> Result<Exit, Failure> {
    let mut settings = load_with(ConnectionArgs::default().flags(before, global), variables())?.settings;
    // Without contexts the engine is a reader of rules.
    settings.contexts.clear();
    let set = world.engine(&settings).await?.read_ignore_rules().await.set;
    let rule = found(set.rules(), &args.rule).map_err(Failure::usage)?;
    let place = visible(&rule.origin.to_string()).into_owned();
    if rule.disabled == disabled {
        say(&format!("{place} is {} already", word(disabled)));
        return Ok(Exit::Done);
    }
    let file = Path::new(&*rule.origin.file);
    let text = fs::read_to_string(file).map_err(|error| {
        let file = visible(&rule.origin.file).into_owned();
        Failure::usage(format!(
            "cannot read {file}: {error}; a rule of a repository is changed there, by whoever may."
        ))
    })?;
    let changed = switched(&text, rule, disabled).map_err(|why| Failure::usage(format!("{place}: {why}.")))?;
    let changed = changed.ok_or_else(|| Failure::usage(format!("{place} has changed meanwhile; nothing was written.")))?;
    replace(file, &changed).map_err(|error| Failure::usage(format!("cannot write {}: {error}.", file.display())))?;
    say(&format!("{place} is {}", word(disabled)));
    Ok(Exit::Done)
}

fn word(disabled: bool) -> &'static str {
    if disabled { "disabled" } else { "enabled" }
}

/// The rule of that place; the name of its file is enough where no other file is called so.
fn found<'r>(rules: &'r [IgnoreRule], place: &str) -> Result<&'r IgnoreRule, String> {
    let is_it = |rule: &&IgnoreRule| {
        let origin = rule.origin.to_string();
        origin == place || origin.ends_with(&format!("/{place}"))
    };
    let all: Vec<&IgnoreRule> = rules.iter().filter(is_it).collect();
    let place = visible(place);
    match all.as_slice() {
        [rule] => Ok(rule),
        [] => Err(format!("no ignore rule is written at {place}; see `driftline ignore list`.")),
        several => Err(format!(
            "{} rules are written at {place}; give the whole path.",
            several.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(file: &str) -> Vec<IgnoreRule> {
        let text = "[[ignore]]\npointer = \"/status\"\nreason = \"a\"\n\n[[ignore]]\npointer = \"/spec\"\nreason = \"b\"\n";
        crate::config::ignore_list(text, Path::new(file)).unwrap()
    }

    #[test]
    fn a_rule_is_named_by_its_place() {
        let mut all = rules("/team/ignore.toml");
        assert_eq!(found(&all, "/team/ignore.toml:5").unwrap().reason, "b");
        assert_eq!(found(&all, "ignore.toml:1").unwrap().reason, "a");
        assert!(found(&all, "ignore.toml:2").unwrap_err().contains("no ignore rule"));
        all.extend(rules("/own/ignore.toml"));
        assert!(found(&all, "ignore.toml:1").unwrap_err().contains("2 rules"));
    }
}
