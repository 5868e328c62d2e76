//! The README's keys are those of the command table, and its filter fields those of the filter language.
//! `DRIFTLINE_UPDATE_README=1` writes them anew.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::tui::commands::{COMMANDS, Command, Context, Section};
use crate::tui::keymap::{Keymap, sequence_label};
use crate::tui::state::filter::FIELDS;

const UPDATE: &str = "DRIFTLINE_UPDATE_README";

const BEGIN: &str = "<!-- keys: written by the test `the_readme_has_the_keys_of_the_command_table` -->\n";
const END: &str = "<!-- end of keys -->\n";

const BEGIN_FIELDS: &str = "<!-- fields: written by the test `the_readme_has_the_fields_of_the_filter_language` -->\n";
const END_FIELDS: &str = "<!-- end of fields -->\n";

/// One row: keys, what they do, the name for `[keys]`.
fn row(keymap: &Keymap, command: &Command) -> String {
    let keys: Vec<String> = keymap
        .sequences(command.id)
        .iter()
        .map(|keys| format!("`{}`", sequence_label(keys)))
        .collect();
    let place = match command.context {
        Context::Detail => " (reason, diff)",
        Context::Diff => " (diff)",
        _ => "",
    };
    // A bar would end the cell.
    let keys = keys.join(" ").replace('|', "\\|");
    format!("| {keys} | {}{place} | `{}` |\n", command.title, command.id)
}

fn table() -> String {
    let keymap = Keymap::defaults();
    let mut text = String::new();
    for section in [Section::List, Section::Drift, Section::Find, Section::Program] {
        text.push_str(&format!("\n| {} | | |\n| --- | --- | --- |\n", section.title()));
        for command in COMMANDS.iter().filter(|command| command.section == section) {
            text.push_str(&row(&keymap, command));
        }
    }
    text.push('\n');
    text
}

fn fields() -> String {
    let mut text = "\n| field | asks for |\n| --- | --- |\n".to_owned();
    for (names, _, what) in FIELDS {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}:`")).collect();
        text.push_str(&format!("| {} | {what} |\n", names.join(" ")));
    }
    text.push_str("| `age>` `age<` | older or younger than `30m`, `12h`, `2d`, `1w` |\n\n");
    text
}

/// Two tests write one file.
static README: Mutex<()> = Mutex::new(());

fn is_in_the_readme(begin: &str, wanted: &str, end: &str) {
    let _alone = README.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(begin).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    if found == wanted {
        return;
    }
    let update = std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty());
    assert!(update, "this part of the README is stale: run this test with {UPDATE}=1");
    std::fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
}

#[test]
fn the_readme_has_the_keys_of_the_command_table() {
    is_in_the_readme(BEGIN, &table(), END);
}

#[test]
fn the_readme_has_the_fields_of_the_filter_language() {
    is_in_the_readme(BEGIN_FIELDS, &fields(), END_FIELDS);
}
