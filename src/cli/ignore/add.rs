//! `driftline ignore add`: writes a rule into a file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::run::{load_with, say, variables};
use super::super::world::World;
use super::rule_flags::{RuleFlags, needs_the_word};
use crate::config::{IgnoreSourcePlace, IgnoreSourceSettings, Loaded};
use crate::ignore::edit::with_rule;
use crate::ignore::rule::day_of;
use crate::ignore::{IgnoreRule, RuleState};
use crate::redact::terminal::visible;

/// Flags of `ignore add`.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    #[command(flatten)]
    rule: RuleFlags,
    /// File to write into [default: the first file of ignore.sources, else the project file, else the configuration file]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Checks the rule, writes it, shows it.
pub(super) async fn run(args: AddArgs, before: ConnectionArgs, global: &GlobalArgs, world: &dyn World) -> Result<Exit, Failure> {
    let rule = args.rule.rule(None)?;
    if let Some(why) = needs_the_word(&rule) {
        return Err(Failure::usage(visible(&why).into_owned()));
    }
    let loaded = load_with(ConnectionArgs::default().flags(before, global), variables())?;
    let file = target(args.file, &loaded)?;
    if rule.dangerous && loaded.paths.project_file.as_deref() == Some(file.as_path()) {
        return Err(Failure::usage(format!(
            "{} is part of a checkout, whose rules hide nothing dangerous; give another --file.",
            file.display()
        )));
    }
    // Without contexts the engine is a clock.
    let mut settings = loaded.settings.clone();
    settings.contexts.clear();
    let today = day_of(world.engine(&settings).await?.now());
    let table = args.rule.table(Some(&today.to_string()));
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::usage(format!("cannot read {}: {error}.", file.display()))),
    };
    let written = with_rule(&text, table.clone()).map_err(|why| Failure::usage(format!("{}: {why}.", file.display())))?;
    let name = file.display().to_string();
    match written {
        Some(written) => {
            replace(&file, &written).map_err(|error| Failure::usage(format!("cannot write {name}: {error}.")))?;
            print(&visible_lines(&format!("{table}")))?;
            say(&format!("written to {}", visible(&name)));
        }
        None => say(&format!(
            "a rule that does the same is in {} already; nothing was written",
            visible(&name)
        )),
    }
    if let Some(warning) = expired(&rule, today) {
        say(&warning);
    }
    Ok(Exit::Done)
}

/// What is to be said of a rule that hides nothing any more on the day it is written.
fn expired(rule: &IgnoreRule, today: Date) -> Option<String> {
    let last = rule.expires.filter(|_| rule.state(today) == RuleState::Expired)?;
    Some(format!(
        "warning: it expired on {last}, and today is {today}: it hides nothing."
    ))
}

fn visible_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

fn target(given: Option<PathBuf>, loaded: &Loaded) -> Result<PathBuf, Failure> {
    given
        .or_else(|| loaded.settings.ignore.sources.iter().find_map(file_of))
        .or_else(|| loaded.paths.project_file.clone())
        .or_else(|| loaded.paths.config_file.clone())
        .ok_or_else(|| Failure::usage("this machine names no configuration folder; give --file FILE."))
}

/// What lies in a repository is changed there, by whoever may.
fn file_of(source: &IgnoreSourceSettings) -> Option<PathBuf> {
    match &source.place {
        IgnoreSourcePlace::File(file) => Some(file.clone()),
        IgnoreSourcePlace::Repository(_) => None,
    }
}

/// Writes beside the file and renames: whoever reads it meanwhile sees the old or the new, and a crash leaves one of them.
pub(super) fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let mut beside = file.clone().into_os_string();
    beside.push(".new");
    fs::write(&beside, text)?;
    if let Ok(known) = fs::metadata(&file) {
        fs::set_permissions(&beside, known.permissions())?;
    }
    fs::rename(&beside, &file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_day_that_is_over_is_worth_a_warning() {
        for (last, warned) in [("2026-11-23", true), ("2026-11-24", false), ("2026-11-25", false)] {
            let text =
                format!("[[ignore]]\nkind = \"Deployment\"\npointer = \"/spec/replicas\"\nreason = \"x\"\nexpires = {last}\n");
            let rules = crate::config::ignore_list(&text, Path::new("rules.toml")).unwrap();
            assert_eq!(expired(&rules[0], "2026-11-24".parse().unwrap()).is_some(), warned, "{last}");
        }
    }
}
