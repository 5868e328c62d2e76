//! The help as lines: every command of the table with the keys it really has.

use crate::engine::view::ApplicationVerdict;
use crate::tui::commands::{COMMANDS, Context, Section};
use crate::tui::keymap::{Keymap, sequence_label};
use crate::tui::state::filter::FIELDS;
use crate::tui::text::{Line, Tone};
use crate::tui::verdict_sign::{glyph, word};

/// What the glyphs mean, then every section.
pub(crate) fn lines(keymap: &Keymap) -> Vec<Line> {
    let mut lines = signs();
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
        if section == Section::Find {
            lines.extend(filter_language());
        }
    }
    lines
}

/// Every sign of the list and what it says: meaning never hangs on colour alone.
fn signs() -> Vec<Line> {
    let verdicts = [
        ApplicationVerdict::Risky,
        ApplicationVerdict::NeedsReview,
        ApplicationVerdict::Harmless,
        ApplicationVerdict::Clean,
        ApplicationVerdict::CannotTell,
        ApplicationVerdict::Pending,
    ];
    let mut first: Line = vec![(Tone::Plain, "  ".to_owned())];
    for verdict in verdicts {
        first.push((Tone::Verdict(verdict), glyph(verdict).to_owned()));
        first.push((Tone::Plain, format!(" {}   ", word(verdict).to_lowercase())));
    }
    let mut second: Line = vec![(Tone::Plain, "  ".to_owned())];
    for (sign, meaning) in [
        ("+", "Argo CD calls it Synced"),
        ("↻", "keeps coming back"),
        ("!", "last look failed"),
        ("✓", "marked"),
    ] {
        second.push((Tone::Key, sign.to_owned()));
        second.push((Tone::Plain, format!(" {meaning}   ")));
    }
    vec![vec![(Tone::Strong, "Signs".to_owned())], first, second]
}

/// What can be written into the filter.
fn filter_language() -> Vec<Line> {
    let mut lines = vec![vec![(
        Tone::Dim,
        "    a word   anywhere;   field:value   `*` `?` wildcards, `,` alternatives;   `-` before it: not".to_owned(),
    )]];
    lines.extend(FIELDS.iter().map(|(names, _, meaning)| {
        vec![
            (Tone::Key, format!("    {:<16}", format!("{}:", names.join(":, ")))),
            (Tone::Dim, format!(" {meaning}")),
        ]
    }));
    lines.push(vec![
        (Tone::Key, format!("    {:<16}", "age>1h, age<2d")),
        (Tone::Dim, " since it was written; m, h, d, w".to_owned()),
    ]);
    lines
}
