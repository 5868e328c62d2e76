//! Keys → commands: the table's defaults, the user's overrides, and the look-up through a stack of contexts.

mod chord;
mod overrides;

use std::collections::BTreeMap;

#[cfg(test)]
pub(crate) use chord::print_sequence;
pub(crate) use chord::{Chord, Key, parse_sequence, sequence_label};
pub use overrides::{KeyProblem, check};

use super::commands::{COMMANDS, Command, Context, STACKS};

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
        // The table has none of its own (tested), and looking for them takes a millisecond.
        if !chosen.is_empty() {
            keymap.conflicts(&chosen, &mut problems);
        }
        keymap.dead_ends(&chosen, &mut problems);
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

    /// Where two commands count at the same time, no sequence of the one may equal or begin one of the other: only one of
    /// both could run. What the table itself lets an inner context take from an outer one may stay. Blames what was `chosen`.
    fn conflicts(&self, chosen: &[&str], problems: &mut Vec<KeyProblem>) {
        let defaults = Self::defaults();
        for (at, first) in COMMANDS.iter().enumerate() {
            for second in COMMANDS.iter().skip(at + 1).filter(|second| count_together(first, second)) {
                for a in self.sequences(first.id) {
                    for b in self.sequences(second.id) {
                        if !(a.starts_with(b) || b.starts_with(a)) {
                            continue;
                        }
                        let is_default = |command: &Command, keys| defaults.sequences(command.id).contains(keys);
                        if first.context != second.context && is_default(first, a) && is_default(second, b) {
                            continue;
                        }
                        let (blamed, keys, other) = if chosen.contains(&first.id) && !chosen.contains(&second.id) {
                            (first.id, a, second.id)
                        } else {
                            (second.id, b, first.id)
                        };
                        problems.push(KeyProblem {
                            path: blamed.to_owned(),
                            message: format!(
                                "`{}` is already `{other}`, and only one of both could run",
                                sequence_label(keys)
                            ),
                        });
                    }
                }
            }
        }
    }

    /// Where a text is typed, a character is text; and a way out must stay, of the program and of what lies over it.
    fn dead_ends(&self, chosen: &[&str], problems: &mut Vec<KeyProblem>) {
        let mut problem = |path: &str, message: String| {
            problems.push(KeyProblem {
                path: path.to_owned(),
                message,
            });
        };
        for command in COMMANDS.iter().filter(|c| c.context.is_typing() && chosen.contains(&c.id)) {
            for keys in self.sequences(command.id) {
                if keys.first().is_some_and(|chord| chord.typed().is_some()) {
                    problem(
                        command.id,
                        format!("`{}` is text where this command counts", sequence_label(keys)),
                    );
                }
            }
        }
        let is_unbound = |id: &str| self.sequences(id).is_empty();
        for missing in ["app.back", "quit.confirm"] {
            if is_unbound("app.quit") && is_unbound(missing) {
                problem(
                    "app.quit",
                    format!("no way to quit would be left: neither `app.quit` nor `{missing}` has a key"),
                );
            }
        }
        for (close, what) in [("help.close", "the help"), ("palette.close", "the commands")] {
            if is_unbound(close) {
                problem(close, format!("no way out of {what} would be left"));
            }
        }
    }
}

/// Whether there is a moment in which the keys of both count.
fn count_together(first: &Command, second: &Command) -> bool {
    STACKS
        .iter()
        .any(|stack| stack.contains(&first.context) && stack.contains(&second.context))
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
        let table = toml::from_str("[diff]\nnext-change = [\"ctrl-n\", \"Z n\"]").unwrap();
        let keymap = Keymap::with_overrides(&table).unwrap();
        assert_eq!(keymap.label("diff.next-change").as_deref(), Some("Ctrl-n"));
        assert_eq!(keymap.label("diff.previous-change").as_deref(), Some("N"));
        let begun = Chord::plain(Key::Char('Z'));
        assert!(matches!(keymap.look_up(&[Context::Triage], &[begun]), Lookup::Prefix));
    }

    fn refused(text: &str) -> Vec<String> {
        let table = toml::from_str(text).unwrap();
        let problems = Keymap::with_overrides(&table).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_key_that_hides_another_command_is_refused_and_names_both() {
        for (text, expected) in [
            (
                "diff.next-change = [\"?\"]",
                "keys.diff.next-change: `?` is already `app.help`, and only one of both could run",
            ),
            // An inner context would hide the outer one's command ...
            (
                "list.mark = [\"q\"]",
                "keys.list.mark: `q` is already `app.back`, and only one of both could run",
            ),
            (
                "help.down = [\"ctrl-c\"]",
                "keys.help.down: `Ctrl-c` is already `app.quit`, and only one of both could run",
            ),
            // ... and an outer one would be hidden by it, or by the beginning of a sequence.
            (
                "filter.open = [\"s\"]",
                "keys.filter.open: `s` is already `diff.toggle-side-by-side`, and only one of both could run",
            ),
            (
                "view.next-theme = [\"space n\"]",
                "keys.view.next-theme: `Space n` is already `list.mark`, and only one of both could run",
            ),
            (
                "view.next-theme = [\"y\"]",
                "keys.view.next-theme: `y` is already `diff.copy-line`, and only one of both could run",
            ),
            (
                "filter.keep = [\"x\"]",
                "keys.filter.keep: `x` is text where this command counts",
            ),
        ] {
            let found = refused(text);
            assert!(found.contains(&expected.to_owned()), "{text}: {found:#?}");
        }
    }

    #[test]
    fn what_the_table_itself_takes_from_an_outer_context_may_stay() {
        for text in [
            "diff.search = [\"/\", \"ctrl-f\"]",
            "list.mark = [\"s\"]",
            "app.quit = [\"ctrl-x\"]",
            "jobs.cancel = [\"r\"]",
        ] {
            assert_eq!(refused(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_way_out_must_stay() {
        for (text, expected) in [
            (
                "app.quit = []\napp.back = []",
                &["keys.app.quit: no way to quit would be left: neither `app.quit` nor `app.back` has a key"][..],
            ),
            (
                "app.quit = []\nquit.confirm = []",
                &["keys.app.quit: no way to quit would be left: neither `app.quit` nor `quit.confirm` has a key"],
            ),
            ("help.close = []", &["keys.help.close: no way out of the help would be left"]),
            ("app.quit = []", &[]),
            ("app.back = []", &[]),
        ] {
            assert_eq!(refused(text), expected, "{text}");
        }
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
