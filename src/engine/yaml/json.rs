//! Reads JSON text piece by piece, borrowing every string as it is written: what a string says is written on by
//! [`super`] without being unescaped first, which is most of the work for a file inside a ConfigMap.

use std::borrow::Cow;

use memchr::memchr2_iter;
use thiserror::Error;

/// The text is not JSON, or nested deeper than manifests are.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not JSON at byte {at}")]
pub(in crate::engine) struct NotJson {
    /// Where.
    pub at: usize,
}

/// JSON text that is being read.
pub(super) struct Json<'j> {
    text: &'j str,
    at: usize,
}

/// A string as it is written between its quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'j> {
    text: &'j str,
    /// Where the quote before it stands.
    at: usize,
    escapes: Escapes,
}

/// What is escaped in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Escapes {
    /// Anything.
    any: bool,
    /// Line breaks, how many.
    breaks: usize,
    /// Anything but line breaks, tabs, quotes, slashes.
    others: bool,
}

impl<'j> Json<'j> {
    pub(super) fn new(text: &'j str) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is no space; it stays to be read.
    pub(super) fn peek(&mut self) -> Result<u8, NotJson> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Ok(*byte),
            }
        }
        Err(self.broken())
    }

    /// Reads this byte, if it is the next one.
    pub(super) fn take(&mut self, byte: u8) -> Result<bool, NotJson> {
        let is_next = self.peek()? == byte;
        self.at += usize::from(is_next);
        Ok(is_next)
    }

    /// Reads this byte.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take(byte)? { Ok(()) } else { Err(self.broken()) }
    }

    /// Nothing but space may follow.
    pub(super) fn end(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            Ok(_) => Err(self.broken()),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn broken(&self) -> NotJson {
        NotJson { at: self.at }
    }

    pub(super) fn string(&mut self) -> Result<Written<'j>, NotJson> {
        let at = self.at;
        self.expect(b'"')?;
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or("");
        let mut escapes = Escapes::default();
        // An escaped character is passed by, also when it is one of the two that are looked for.
        let mut passed = 0;
        for found in memchr2_iter(b'"', b'\\', rest.as_bytes()) {
            if found < passed {
                continue;
            }
            let escaped = match rest.as_bytes().get(found) {
                Some(b'"') => {
                    self.at = start + found + 1;
                    let text = rest.get(..found).unwrap_or("");
                    return Ok(Written { text, at, escapes });
                }
                _ => rest.as_bytes().get(found + 1),
            };
            escapes.any = true;
            match escaped {
                Some(b'n') => escapes.breaks += 1,
                Some(b't' | b'"' | b'\\' | b'/') => {}
                _ => escapes.others = true,
            }
            passed = found + 2;
        }
        Err(NotJson { at: self.text.len() })
    }

    /// Reads a number or a word.
    pub(super) fn word(&mut self) -> Result<Cow<'j, str>, NotJson> {
        self.peek()?;
        let rest = self.text.get(self.at..).unwrap_or("");
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.'))
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or("");
        let read = match word {
            "null" | "true" | "false" => Cow::Borrowed(word),
            _ if is_integer(word) => Cow::Borrowed(word),
            _ => Cow::Owned(
                serde_json::from_str::<serde_json::Number>(word)
                    .map_err(|_| self.broken())?
                    .to_string(),
            ),
        };
        self.at += end;
        Ok(read)
    }
}

/// Whether a number is written as everybody writes it. Longer ones than this might be rounded.
fn is_integer(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let starts_well = match digits.as_bytes() {
        [b'0'] => digits.len() == word.len(),
        [b'1'..=b'9', ..] => true,
        _ => false,
    };
    starts_well && digits.len() < 19 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'j> Written<'j> {
    /// What it says.
    pub(super) fn said(&self) -> Result<Cow<'j, str>, NotJson> {
        if !self.escapes.any {
            return Ok(Cow::Borrowed(self.text));
        }
        let said = serde_json::from_str::<String>(&format!("\"{}\"", self.text));
        Ok(Cow::Owned(said.map_err(|_| NotJson { at: self.at })?))
    }

    /// Whether it may have more than one line.
    pub(super) fn may_break(&self) -> bool {
        self.escapes.breaks > 0 || self.escapes.others
    }

    /// Its text with its escapes, when it has more than one line and no escapes but those of line breaks, tabs, quotes and
    /// slashes.
    pub(super) fn lines(&self) -> Option<&'j str> {
        (self.escapes.breaks > 0 && !self.escapes.others).then_some(self.text)
    }

    /// Line breaks in it.
    pub(super) fn breaks(&self) -> usize {
        self.escapes.breaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_at_their_own_quote_and_tell_their_escapes() {
        for (json, said, breaks, lines) in [
            (r#""a""#, "a", 0, None),
            (r#""a\"b" "#, "a\"b", 0, None),
            (r#""a\\","#, "a\\", 0, None),
            (r#""a\\\"b","#, "a\\\"b", 0, None),
            (r#""a\nb\\n""#, "a\nb\\n", 1, Some(r"a\nb\\n")),
            (r#""a\nb\r""#, "a\nb\r", 1, None),
            (r#""\u00e9\n""#, "é\n", 1, None),
        ] {
            let string = Json::new(json).string().unwrap();
            assert_eq!(string.said().unwrap(), said, "{json}");
            assert_eq!((string.breaks(), string.lines()), (breaks, lines), "{json}");
        }
    }

    #[test]
    fn words_are_read_as_serde_json_reads_them() {
        for json in ["null", "true", "0", "-1", "1.50", "1e3", "18446744073709551615", "-0", "1E-2"] {
            let expected = serde_json::from_str::<serde_json::Value>(json).unwrap().to_string();
            assert_eq!(Json::new(json).word().unwrap(), expected, "{json}");
        }
        for broken in ["", "nul", "01", "-", "1.", "+1", "hunter2", "\"", "{", "NaN"] {
            assert!(Json::new(broken).word().is_err(), "{broken}");
        }
    }

    #[test]
    fn a_string_without_an_end_is_refused() {
        for broken in ["\"", "\"a\\\"", "\"a\\", "a\""] {
            assert!(Json::new(broken).string().is_err(), "{broken}");
        }
    }
}
