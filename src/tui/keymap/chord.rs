//! One key press as a value, and sequences of them as text: `ctrl-d`, `g d`, `shift-tab`.

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Key {
    /// A character, as typed (`Q`, not `q` with shift).
    Char(char),
    /// Enter.
    Enter,
    /// Esc.
    Escape,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1 and so on.
    Function(u8),
}

const NAMES: &[(&str, &str, Key)] = &[
    ("enter", "Enter", Key::Enter),
    ("esc", "Esc", Key::Escape),
    ("tab", "Tab", Key::Tab),
    ("backspace", "Backspace", Key::Backspace),
    ("delete", "Delete", Key::Delete),
    ("insert", "Insert", Key::Insert),
    ("up", "↑", Key::Up),
    ("down", "↓", Key::Down),
    ("left", "←", Key::Left),
    ("right", "→", Key::Right),
    ("home", "Home", Key::Home),
    ("end", "End", Key::End),
    ("pageup", "PgUp", Key::PageUp),
    ("pagedown", "PgDn", Key::PageDown),
    ("space", "Space", Key::Char(' ')),
];

/// A key with its modifiers, in normal form: a letter carries its case and never `shift`; with `ctrl` it is lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Chord {
    key: Key,
    ctrl: bool,
    alt: bool,
    shift: bool,
}

impl Chord {
    /// Normalises: `shift-q` and `Q` are the same chord.
    pub(crate) fn new(key: Key, ctrl: bool, alt: bool, shift: bool) -> Self {
        let Key::Char(c) = key else {
            return Self { key, ctrl, alt, shift };
        };
        let c = if ctrl {
            c.to_ascii_lowercase()
        } else if shift {
            c.to_ascii_uppercase()
        } else {
            c
        };
        Self {
            key: Key::Char(c),
            ctrl,
            alt,
            shift: false,
        }
    }

    /// A key without modifiers.
    #[cfg(test)]
    pub(crate) fn plain(key: Key) -> Self {
        Self::new(key, false, false, false)
    }

    /// The character that a text field would insert; `None` for everything else.
    pub(crate) fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        loop {
            // As the help writes them, too.
            let after = |names: [&str; 2]| names.into_iter().find_map(|name| rest.strip_prefix(name));
            let (flag, after) = if let Some(after) = after(["ctrl-", "Ctrl-"]) {
                (&mut ctrl, after)
            } else if let Some(after) = after(["alt-", "Alt-"]) {
                (&mut alt, after)
            } else if let Some(after) = after(["shift-", "Shift-"]) {
                (&mut shift, after)
            } else {
                break;
            };
            *flag = true;
            rest = after;
        }
        let mut chars = rest.chars();
        let key = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && c != ' ' => Some(Key::Char(c)),
            _ => NAMES
                .iter()
                .find(|(name, label, _)| *name == rest || *label == rest)
                .map(|(_, _, key)| *key)
                .or_else(|| {
                    let number: u8 = rest.strip_prefix(['f', 'F'])?.parse().ok()?;
                    (1..=24).contains(&number).then_some(Key::Function(number))
                }),
        };
        key.map(|key| Self::new(key, ctrl, alt, shift))
            .ok_or_else(|| format!("`{text}` is not a key; write `x`, `ctrl-x`, `shift-tab`, `enter`, `esc`, `space`, `f5`"))
    }

    /// The key that a terminal sends for it: these control characters are other keys (ECMA-48; a terminal without an extended
    /// keyboard protocol cannot tell them apart).
    pub(super) fn arrives_as(self) -> Option<&'static str> {
        match self.key {
            Key::Char('i') if self.ctrl => Some("tab"),
            Key::Char('m') if self.ctrl => Some("enter"),
            Key::Char('[') if self.ctrl => Some("esc"),
            _ => None,
        }
    }

    fn write(self, out: &mut String, people: bool) {
        for (on, config, label) in [
            (self.ctrl, "ctrl-", "Ctrl-"),
            (self.alt, "alt-", "Alt-"),
            (self.shift, "shift-", "Shift-"),
        ] {
            if on {
                out.push_str(if people { label } else { config });
            }
        }
        match (NAMES.iter().find(|(_, _, key)| *key == self.key), self.key) {
            (Some((name, label, _)), _) => out.push_str(if people { label } else { name }),
            (None, Key::Char(c)) => out.push(c),
            (None, Key::Function(number)) => {
                out.push(if people { 'F' } else { 'f' });
                out.push_str(&number.to_string());
            }
            // Every other key has a name in the table; the round-trip test holds it.
            (None, _) => {}
        }
    }
}

/// Reads chords separated by spaces.
///
/// # Errors
/// A sentence naming the part that is no key.
pub(crate) fn parse_sequence(text: &str) -> Result<Vec<Chord>, String> {
    let chords: Vec<Chord> = text.split_whitespace().map(Chord::parse).collect::<Result<_, _>>()?;
    if chords.is_empty() {
        return Err("an empty key; use `[]` to unbind a command".to_owned());
    }
    Ok(chords)
}

/// The form that [`parse_sequence`] reads.
#[cfg(test)]
pub(crate) fn print_sequence(chords: &[Chord]) -> String {
    joined(chords, false)
}

/// The form for people: `Ctrl-d`, `Esc`, `↓`.
pub(crate) fn sequence_label(chords: &[Chord]) -> String {
    joined(chords, true)
}

fn joined(chords: &[Chord], people: bool) -> String {
    let mut out = String::new();
    for chord in chords {
        if !out.is_empty() {
            out.push(' ');
        }
        chord.write(&mut out, people);
    }
    out
}
