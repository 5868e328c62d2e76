//! Keys → commands: the table's defaults, the user's overrides, and the look-up through a stack of contexts.

mod chord;
mod overrides;

use std::collections::BTreeMap;

#[cfg(test)]
pub(crate) use chord::print_sequence;
pub(crate) use chord::{Chord, Key, parse_sequence, sequence_label};
pub use overrides::{KeyProblem, check};

use super::commands::{COMMANDS, Command, Context};

/// What a sequence of chords means in a stack of contexts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lookup {
    /// Exactly this command.
    Found(&'static Command),
    /// The beginning of one or more sequences.
    Prefix,
    /// Nothing.
    Unbound,
}

/// The effective keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keymap {
    /// By command id; a command may have several sequences, or none.
    sequences: BTreeMap<&'static str, Vec<Vec<Chord>>>,
}

impl Keymap {
    /// The table's defaults.
    pub(crate) fn defaults() -> Self {
        let sequences = COMMANDS
            .iter()
            .map(|command| {
                (
                    command.id,
                    command.keys.iter().filter_map(|text| parse_sequence(text).ok()).collect(),
                )
            })
            .collect();
        Self { sequences }
    }

    /// The defaults with the user's `[keys]` tables over them.
    ///
    /// # Errors
    /// Every problem found, in the order of the tables.
    pub(crate) fn with_overrides(keys: &toml::Table) -> Result<Self, Vec<KeyProblem>> {
        let mut keymap = Self::defaults();
        let mut problems = Vec::new();
        let mut chosen = Vec::new();
        for (id, sequences) in overrides::read(keys, &mut problems) {
            keymap.sequences.insert(id, sequences);
            chosen.push(id);
        }
        keymap.conflicts(&chosen, &mut problems);
        if problems.is_empty() { Ok(keymap) } else { Err(problems) }
    }

    /// The sequences of a command, preferred one first.
    pub(crate) fn sequences(&self, id: &str) -> &[Vec<Chord>] {
        self.sequences.get(id).map_or(&[], Vec::as_slice)
    }

    /// How a person reads the preferred key of a command; `None` when it is unbound.
    pub(crate) fn label(&self, id: &str) -> Option<String> {
        self.sequences(id).first().map(|sequence| sequence_label(sequence))
    }

    /// What these chords mean, innermost context first.
    pub(crate) fn look_up(&self, contexts: &[Context], chords: &[Chord]) -> Lookup {
        let mut prefix = false;
        for context in contexts {
            for command in COMMANDS.iter().filter(|c| c.context == *context) {
                for sequence in self.sequences(command.id) {
                    if sequence.as_slice() == chords {
                        return Lookup::Found(command);
                    }
                    prefix |= sequence.len() > chords.len() && sequence.starts_with(chords);
                }
            }
        }
        if prefix { Lookup::Prefix } else { Lookup::Unbound }
    }

    /// Within one context no sequence may equal or begin another command's sequence. Blames the one that was `chosen`.
    fn conflicts(&self, chosen: &[&str], problems: &mut Vec<KeyProblem>) {
        for (at, first) in COMMANDS.iter().enumerate() {
            for second in COMMANDS.iter().skip(at + 1).filter(|c| c.context == first.context) {
                for a in self.sequences(first.id) {
                    for b in self.sequences(second.id) {
                        if a.starts_with(b) || b.starts_with(a) {
                            let (blamed, keys, other) = if chosen.contains(&first.id) && !chosen.contains(&second.id) {
                                (first.id, a, second.id)
                            } else {
                                (second.id, b, first.id)
                            };
                            problems.push(KeyProblem {
                                path: blamed.to_owned(),
                                message: format!("`{}` is already `{other}`", sequence_label(keys)),
                            });
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

    use super::*;

    #[test]
    fn the_default_keys_have_no_conflict_and_all_parse() {
        let mut problems = Vec::new();
        Keymap::defaults().conflicts(&[], &mut problems);
        assert_eq!(problems, []);
        for command in COMMANDS {
            assert_eq!(
                Keymap::defaults().sequences(command.id).len(),
                command.keys.len(),
                "{}",
                command.id
            );
        }
    }

    #[test]
    fn no_default_key_belongs_to_tmux_or_to_flow_control() {
        for command in COMMANDS {
            for key in command.keys {
                assert!(
                    !["ctrl-a", "ctrl-b", "ctrl-h", "ctrl-j", "ctrl-k", "ctrl-l", "ctrl-s", "ctrl-q"].contains(key),
                    "{key}"
                );
            }
        }
    }

    #[test]
    fn an_override_replaces_the_keys_of_its_command_only() {
        let table = toml::from_str("[diff]\nnext-change = [\"ctrl-n\", \"space n\"]").unwrap();
        let keymap = Keymap::with_overrides(&table).unwrap();
        assert_eq!(keymap.label("diff.next-change").as_deref(), Some("Ctrl-n"));
        assert_eq!(keymap.label("diff.previous-change").as_deref(), Some("N"));
        let space = Chord::plain(Key::Char(' '));
        assert!(matches!(keymap.look_up(&[Context::Triage], &[space]), Lookup::Prefix));
    }

    #[test]
    fn the_same_key_twice_in_one_context_names_both_commands() {
        let table = toml::from_str("[diff]\nnext-change = [\"?\"]").unwrap();
        assert_eq!(
            Keymap::with_overrides(&table).unwrap_err(),
            [KeyProblem {
                path: "diff.next-change".to_owned(),
                message: "`?` is already `app.help`".to_owned()
            }]
        );
    }

    fn chord() -> impl Strategy<Value = Chord> {
        let key = prop_oneof![
            proptest::char::range('!', '~').prop_map(Key::Char),
            Just(Key::Char(' ')),
            Just(Key::Char('ß')),
            Just(Key::Enter),
            Just(Key::Escape),
            Just(Key::Tab),
            Just(Key::PageDown),
            (1u8..=12).prop_map(Key::Function),
        ];
        (key, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(key, ctrl, alt, shift)| Chord::new(key, ctrl, alt, shift))
    }

    proptest! {
        #[test]
        fn a_sequence_survives_print_and_parse(chords in proptest::collection::vec(chord(), 1..4)) {
            assert_eq!(parse_sequence(&print_sequence(&chords)), Ok(chords));
        }
    }
}
