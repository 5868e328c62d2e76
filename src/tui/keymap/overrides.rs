//! The user's `[keys.<area>]` tables, read and judged: `[keys.diff] next-change = ["n", "ctrl-n"]`; `[]` unbinds.

use super::Keymap;
use super::chord::{Chord, parse_sequence, sequence_label};
use crate::tui::commands::COMMANDS;

/// One thing wrong in the `[keys]` tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("keys.{path}: {message}")]
pub struct KeyProblem {
    /// Where, below `keys`: `diff.next-change`.
    pub path: String,
    /// What, one sentence.
    pub message: String,
}

/// Judges the `[keys]` table of a configuration: unknown commands, texts that are no keys, one key for two commands.
///
/// # Errors
/// Every problem, so that a person can mend all at once.
pub fn check(keys: &toml::Table) -> Result<(), Vec<KeyProblem>> {
    Keymap::with_overrides(keys).map(|_| ())
}

pub(super) fn read(keys: &toml::Table, problems: &mut Vec<KeyProblem>) -> Vec<(&'static str, Vec<Vec<Chord>>)> {
    let mut found = Vec::new();
    let mut problem = |path: &str, message: String| {
        problems.push(KeyProblem {
            path: path.to_owned(),
            message,
        });
    };
    for (area, commands) in keys {
        let Some(commands) = commands.as_table() else {
            problem(area, format!("expected a table of commands, such as [keys.{area}]"));
            continue;
        };
        for (verb, value) in commands {
            let path = format!("{area}.{verb}");
            let Some(command) = COMMANDS.iter().find(|c| c.id == path) else {
                problem(&path, format!("no such command{}", nearest(&path)));
                continue;
            };
            let Some(texts) = value.as_array() else {
                problem(&path, "expected a list of keys, such as [\"n\", \"ctrl-n\"]".to_owned());
                continue;
            };
            let mut sequences = Vec::new();
            for text in texts {
                match text
                    .as_str()
                    .ok_or_else(|| "a key is a string".to_owned())
                    .and_then(parse_sequence)
                    .and_then(arriving)
                {
                    Ok(sequence) => sequences.push(sequence),
                    Err(message) => problem(&path, message),
                }
            }
            found.push((command.id, sequences));
        }
    }
    found
}

/// The sequence, unless one of its keys never reaches a program.
fn arriving(sequence: Vec<Chord>) -> Result<Vec<Chord>, String> {
    let other = sequence.iter().find_map(|chord| Some((chord, chord.arrives_as()?)));
    match other {
        Some((chord, other)) => Err(format!(
            "`{}` reaches no program: a terminal sends `{other}` for it",
            sequence_label(std::slice::from_ref(chord))
        )),
        None => Ok(sequence),
    }
}

/// `; did you mean …?` with the ids that share most with this one.
fn nearest(path: &str) -> String {
    let best = COMMANDS
        .iter()
        .map(|command| (distance(command.id, path), command.id))
        .min()
        .filter(|(distance, _)| *distance <= 6);
    best.map_or_else(String::new, |(_, id)| format!("; did you mean `{id}`?"))
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let here = (diagonal + usize::from(ca != *cb)).min(*cell + 1).min(left + 1);
            diagonal = *cell;
            *cell = here;
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_command_is_named_with_the_nearest_one() {
        let table = toml::from_str("[diff]\nnext-chnge = [\"n\"]").unwrap();
        assert_eq!(
            check(&table).unwrap_err()[0].to_string(),
            "keys.diff.next-chnge: no such command; did you mean `diff.next-change`?"
        );
    }

    #[test]
    fn a_text_that_is_no_key_is_refused() {
        let table = toml::from_str("[diff]\nnext-change = [\"strg-n\", 3]").unwrap();
        let messages: Vec<_> = check(&table).unwrap_err().into_iter().map(|p| p.message).collect();
        assert_eq!(
            messages,
            [
                "`strg-n` is not a key; write `x`, `ctrl-x`, `shift-tab`, `enter`, `esc`, `space`, `f5`",
                "a key is a string"
            ]
        );
    }

    #[test]
    fn a_key_is_read_as_the_help_writes_it_and_one_that_never_arrives_is_refused() {
        let read = |key: &str| parse_sequence(key).and_then(arriving);
        for (written, plain) in [("Ctrl-d", "ctrl-d"), ("PgDn", "pagedown"), ("Space", "space"), ("F5", "f5")] {
            assert_eq!(read(written), read(plain), "{written}");
            assert!(read(written).is_ok());
        }
        assert_eq!(
            read("g ctrl-i"),
            Err("`Ctrl-i` reaches no program: a terminal sends `tab` for it".to_owned())
        );
    }

    #[test]
    fn an_empty_list_unbinds() {
        let table = toml::from_str("[list]\nrefresh = []").unwrap();
        assert_eq!(Keymap::with_overrides(&table).unwrap().label("list.refresh"), None);
    }
}
