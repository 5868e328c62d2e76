//! The help as lines: every command of the table with the keys it really has.

use crate::tui::commands::{COMMANDS, Context, Section};
use crate::tui::keymap::{Keymap, sequence_label};
use crate::tui::text::{Line, Tone};

/// What the glyphs mean, then every section.
pub(crate) fn lines(keymap: &Keymap) -> Vec<Line> {
    let mut lines = Vec::new();
    for section in [Section::List, Section::Drift, Section::Find, Section::Program] {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        lines.push(vec![(Tone::Strong, section.title().to_owned())]);
        for command in COMMANDS.iter().filter(|command| command.section == section) {
            let keys: Vec<String> = keymap.sequences(command.id).iter().map(|keys| sequence_label(keys)).collect();
            let keys = if keys.is_empty() {
                "(unbound)".to_owned()
            } else {
                keys.join("  ")
            };
            let note = match command.context {
                Context::Detail => " (reason, diff)",
                Context::Diff => " (diff)",
                _ => "",
            };
            lines.push(vec![
                (Tone::Key, format!("  {keys:<18}")),
                (Tone::Plain, format!(" {}", command.title)),
                (Tone::Dim, note.to_owned()),
            ]);
        }
    }
    lines
}
