//! Makes a server's words fit to be shown: no control characters, no secret of ours, not endless.

use secrecy::{ExposeSecret, SecretString};

use crate::redact::text::redact;

/// Longest message that is kept, in characters.
const LONGEST: usize = 300;

/// Shorter secrets are not looked for: replacing every `1` would destroy the message and hide nothing.
const SHORTEST_SECRET: usize = 4;

/// Knows the secrets of one connection and takes them out of whatever a server or a library says.
#[derive(Clone)]
pub(super) struct Scrubber {
    /// Longest first, so that a secret inside another one leaves no rest of the longer.
    secrets: Vec<SecretString>,
}

impl Scrubber {
    /// Looks for these secrets, and for the words inside them (`Basic <credentials>` is echoed without `Basic` too).
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a SecretString>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        for secret in secrets {
            let whole = one_line(secret.expose_secret());
            texts.extend(whole.split(' ').filter(|word| word.len() >= 8).map(str::to_owned));
            texts.push(whole);
        }
        texts.retain(|text| text.len() >= SHORTEST_SECRET);
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        Self {
            secrets: texts.into_iter().map(SecretString::from).collect(),
        }
    }

    /// One line of at most 300 characters, without control and invisible characters, without the known secrets and
    /// without the user part of any URL and whatever else the redactor knows: a server repeats what it was told, and its words
    /// go to the log as they are.
    pub(super) fn scrub(&self, text: &str) -> String {
        let mut line = one_line(&redact(text));
        for secret in &self.secrets {
            line = without(&line, secret.expose_secret());
        }
        shorten(&without_user_info(&line))
    }
}

/// Replaces `secret` by `***`, in any case: as part of a host name it comes back in lower case.
fn without(line: &str, secret: &str) -> String {
    // Lowering ASCII only keeps every byte in its place.
    let lowered = line.to_ascii_lowercase();
    let wanted = secret.to_ascii_lowercase();
    let mut result = String::with_capacity(line.len());
    let mut end = 0;
    for (at, _) in lowered.match_indices(&wanted) {
        result.push_str(&line[end..at]);
        result.push_str("***");
        end = at + wanted.len();
    }
    result.push_str(&line[end..]);
    result
}

/// Joins lines, drops control and invisible characters and runs of blanks.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(4 * LONGEST));
    for character in text.chars() {
        if character.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !character.is_control() && !is_invisible(character) {
            line.push(character);
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// Characters that show nothing but change what is seen: zero-width, direction marks, tags.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Replaces `scheme://user:password@host` by `scheme://***@host`, as in the address of a proxy or of a repository.
fn without_user_info(line: &str) -> String {
    let mut result = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("://") {
        result.push_str(before);
        result.push_str("://");
        let end = after.find(['/', ' ', '?', '#', '"', '\'']).unwrap_or(after.len());
        let (authority, behind) = after.split_at(end);
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                result.push_str("***@");
                result.push_str(host);
            }
            None => result.push_str(authority),
        }
        rest = behind;
    }
    result.push_str(rest);
    result
}

fn shorten(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        None => line.to_owned(),
        // One less than the limit, for the mark that something is missing.
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_become_one_harmless_line() {
        let scrubber = Scrubber::new([]);
        for (said, expected) in [
            ("permission denied", "permission denied"),
            ("  a\r\n\tb  ", "a b"),
            ("\u{1b}[31mred\u{7}", "[31mred"),
            ("a\u{202e}b\u{200b}c\u{feff}", "abc"),
            (
                "dial http://me:pw@proxy:3128: no route",
                "dial http://***@proxy:3128: no route",
            ),
            ("https://a@b@c/x and ssh://u@h y://z", "https://***@c/x and ssh://***@h y://z"),
        ] {
            assert_eq!(scrubber.scrub(said), expected);
        }
    }

    #[test]
    fn the_secrets_of_others_that_a_server_repeats_are_hidden() {
        let scrubber = Scrubber::new([]);
        for said in [
            "fetch https://git/x?private_token=glpat-abcdefghij0123456789 failed",
            "helm --password 'Zk9vQ2x7LmN4' failed",
            "password: |\n  Zk9vQ2x7LmN4",
        ] {
            let shown = scrubber.scrub(said);
            assert!(!shown.contains("Zk9vQ2x7LmN4") && !shown.contains("glpat-abc"), "{shown}");
        }
    }

    #[test]
    fn long_words_are_cut_to_three_hundred_characters() {
        let scrubber = Scrubber::new([]);
        assert_eq!(scrubber.scrub(&"ä".repeat(300)), "ä".repeat(300));
        assert_eq!(scrubber.scrub(&"ä".repeat(301)), format!("{}…", "ä".repeat(299)));
    }

    #[test]
    fn a_secret_is_taken_out_even_when_it_was_broken_up_or_echoed_in_part() {
        let header = SecretString::from("Basic dXNlcjpwYXNz");
        let token = SecretString::from("header.payload.signature");
        let scrubber = Scrubber::new([&header, &token]);
        assert_eq!(scrubber.scrub("bad header.pay\u{0}load.sign\u{200b}ature!"), "bad ***!");
        assert_eq!(scrubber.scrub("decoded dXNlcjpwYXNz"), "decoded ***");
        assert_eq!(scrubber.scrub("got Basic dXNlcjpwYXNz."), "got ***.");
        assert_eq!(
            scrubber.scrub("no host Header.PAYLOAD.signature.example.com"),
            "no host ***.example.com"
        );
    }

    proptest! {
        #[test]
        fn no_secret_survives(token in "[A-Za-z0-9._-]{8,80}", before in ".{0,40}", after in ".{0,400}") {
            let secret = SecretString::from(token.clone());
            let said = Scrubber::new([&secret]).scrub(&format!("{before}{token}{after}"));
            prop_assert!(!said.to_lowercase().contains(&token.to_lowercase()));
            prop_assert!(said.chars().count() <= LONGEST);
            prop_assert!(!said.chars().any(char::is_control));
        }
    }
}
