//! Secrets inside text: keys, tokens and hashes by their shape, credentials in URLs, and the values of secret-smelling keys.
//!
//! Each finder reads the text once and says where secrets stand; then they are replaced in one go.

use std::borrow::Cow;
use std::ops::Range;

use super::{keyed, tokens, urls, value};

/// What stands in place of a hidden value.
pub const HIDDEN: &str = "‹hidden›";

/// Hides what is secret in a text. Borrowed when nothing is.
pub fn redact(input: &str) -> Cow<'_, str> {
    redact_with(input, |_| HIDDEN.to_owned())
}

/// Hides what is secret in a text, each value behind the mark that `mark` gives it.
pub fn redact_with(input: &str, mut mark: impl FnMut(&str) -> String) -> Cow<'_, str> {
    let mut found: Vec<Range<usize>> = Vec::new();
    tokens::private_keys(input, &mut found);
    tokens::tokens(input, &mut found);
    urls::urls(input, &mut found);
    keyed::keyed(input, &mut found);
    found.retain(|range| range.start < range.end && !value::is_mark(&input[range.clone()]));
    if found.is_empty() {
        return Cow::Borrowed(input);
    }
    found.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(input.len());
    let mut copied = 0;
    let mut ranges = found.into_iter().peekable();
    while let Some(mut range) = ranges.next() {
        // What overlaps is one secret.
        while let Some(next) = ranges.next_if(|next| next.start < range.end) {
            range.end = range.end.max(next.end);
        }
        out.push_str(&input[copied..range.start]);
        out.push_str(&mark(&input[range.clone()]));
        copied = range.end;
    }
    out.push_str(&input[copied..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_text_are_hidden_and_the_rest_stays() {
        for (text, expected) in [
            (
                "postgres://app:hunter2@db:5432/x?sslmode=on",
                "postgres://app:‹hidden›@db:5432/x?sslmode=on",
            ),
            (
                "see https://example.com/a and https://u:p@h/b",
                "see https://example.com/a and https://u:‹hidden›@h/b",
            ),
            ("https://example.com", "https://example.com"),
            ("amqp://u:p/w@h/x", "amqp://u:‹hidden›@h/x"),
            ("https://example.com:8080/a@b", "https://example.com:8080/a@b"),
            ("password: hunter2\nport: 80", "password: ‹hidden›\nport: 80"),
            ("{\"apiKey\": \"abc\", \"ttl\": 3}", "{\"apiKey\": \"‹hidden›\", \"ttl\": 3}"),
            ("Server=db;Password=x y;Port=1", "Server=db;Password=‹hidden›;Port=1"),
            ("run --token abc --port 80", "run --token ‹hidden› --port 80"),
            ("run --password=abc --port=80", "run --password=‹hidden› --port=80"),
            ("use ghp_0123456789abcdefghij0123 now", "use ‹hidden› now"),
            ("TOKEN=${VAULT}", "TOKEN=${VAULT}"),
            ("secretName: web-tls", "secretName: web-tls"),
            ("", ""),
        ] {
            assert_eq!(redact(text), expected, "{text:?}");
        }
    }

    #[test]
    fn private_keys_are_hidden_whole() {
        let text = "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb";
        assert_eq!(
            redact(text),
            "a\n-----BEGIN RSA PRIVATE KEY-----‹hidden›-----END RSA PRIVATE KEY-----\nb"
        );
    }

    #[test]
    fn json_web_tokens_are_hidden() {
        let token = format!("eyJ{}.eyJ{}.{}", "a".repeat(20), "b".repeat(20), "c".repeat(20));
        assert_eq!(redact(&format!("see {token}!")), "see ‹hidden›!");
    }
}

#[cfg(test)]
mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_secret_never_survives_wherever_it_stands(before in "[a-z \n:=]{0,20}", secret in "[A-Za-z0-9]{12,24}", after in "[ \n;&][a-z \n]{0,20}", key in "password|DB_PASSWORD|apiKey|client-secret|GITHUB_TOKEN", separator in ": |=|: \"|='") {
            let text = format!("{before}\n{key}{separator}{secret}{after}");
            prop_assert!(!redact(&text).contains(&secret), "{}", redact(&text));
        }

        #[test]
        fn redacting_twice_changes_nothing_more(text in "[a-zA-Z0-9:=/@ \n\"'{}.-]{0,80}") {
            let once = redact(&text).into_owned();
            prop_assert_eq!(redact(&once).into_owned(), once.clone());
        }

        #[test]
        fn any_text_is_fine(text in "\\PC{0,120}") {
            redact(&text);
        }
    }
}
