//! `driftline ignore add`: writes a rule into a file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::super::arguments::{ConnectionArgs, GlobalArgs};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::run::{load_with, say, variables};
use super::super::world::World;
use super::rule_flags::{RuleFlags, needs_the_word};
use crate::config::{IgnoreSourcePlace, IgnoreSourceSettings, Loaded};
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
    let written = with_rule(&text, table.clone()).map_err(|why| Failure::usage(format!("{}: {why}", file.display())))?;
    replace(&file, &written).map_err(|error| Failure::usage(format!("cannot write {}: {error}.", file.display())))?;
    print(&visible_lines(&format!("{table}")))?;
    say(&format!("written to {}", visible(&file.display().to_string())));
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

/// The text of a file with one more rule at its end; everything else stays as it is.
fn with_rule(text: &str, mut rule: Table) -> Result<String, String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|_| "this is not TOML; nothing was written.".to_owned())?;
    let is_empty = document.as_table().is_empty();
    if !text.is_empty() && !text.ends_with('\n') && is_empty {
        document.set_trailing("\n");
    }
    rule.decor_mut().set_prefix(if text.trim().is_empty() { "" } else { "\n" });
    let list = match document.get_mut("ignore") {
        None => document.entry("ignore").or_insert(Item::ArrayOfTables(ArrayOfTables::new())),
        // Beside `ignore.sources` the rules stand in a table of their own.
        Some(item) if item.is_table() => &mut item["rule"],
        Some(item) => item,
    };
    if list.is_none() {
        *list = Item::ArrayOfTables(ArrayOfTables::new());
    }
    let list = list
        .as_array_of_tables_mut()
        .ok_or("`ignore` is written in another form than [[ignore]]; nothing was written.")?;
    list.push(rule);
    Ok(document.to_string())
}

/// Writes beside the file and renames: whoever reads it meanwhile sees the old or the new, and a crash leaves one of them.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
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

    fn rule() -> Table {
        let mut table = Table::new();
        table.insert("pointer", toml_edit::value("/status"));
        table.insert("reason", toml_edit::value("noise"));
        table
    }

    #[test]
    fn comments_and_layout_stay() {
        let text = "# our rules\n[[ignore]]  # first\npointer = '/a' # why\nreason=\"x\"\n";
        assert_eq!(
            with_rule(text, rule()).unwrap(),
            format!("{text}\n[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n")
        );
    }

    #[test]
    fn a_new_file_and_one_with_sources_get_the_form_that_fits() {
        assert_eq!(
            with_rule("", rule()).unwrap(),
            "[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n"
        );
        assert_eq!(
            with_rule("[ignore]\nsources = [\"a\"] # ours\n", rule()).unwrap(),
            "[ignore]\nsources = [\"a\"] # ours\n\n[[ignore.rule]]\npointer = \"/status\"\nreason = \"noise\"\n"
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_left_alone() {
        assert_eq!(
            with_rule("[ignore", rule()).unwrap_err(),
            "this is not TOML; nothing was written."
        );
        assert!(with_rule("ignore = 1\n", rule()).is_err());
    }

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
