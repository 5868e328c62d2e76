//! The README's keys are those of the command table. `DRIFTLINE_UPDATE_README=1` writes them anew.

use std::path::Path;

use crate::tui::commands::{COMMANDS, Command, Context, Section};
use crate::tui::keymap::{Keymap, sequence_label};

const UPDATE: &str = "DRIFTLINE_UPDATE_README";

const BEGIN: &str = "<!-- keys: written by the test `the_readme_has_the_keys_of_the_command_table` -->\n";
const END: &str = "<!-- end of keys -->\n";

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

#[test]
fn the_readme_has_the_keys_of_the_command_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let wanted = table();
    if found == wanted {
        return;
    }
    let update = std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty());
    assert!(update, "the keys of the README are stale: run this test with {UPDATE}=1");
    std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
}
