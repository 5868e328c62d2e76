//! Secrets inside text: tokens by their shape, credentials in URLs, and the values of secret-smelling keys
//! (`password: …`, `TOKEN=…`, `"apiKey": "…"`, `--secret …`).

use std::borrow::Cow;

use crate::kubernetes::secrets::smells_secret;

/// What stands in place of a hidden value.
pub const HIDDEN: &str = "‹hidden›";

/// Beginnings of well-known tokens, and how long the rest must at least be.
const TOKEN_PREFIXES: &[(&str, usize)] = &[
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxa-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("xapp-", 10),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29.", 20),
    ("sk-ant-", 16),
    ("sk-proj-", 16),
    ("sk_live_", 12),
    ("rk_live_", 12),
    ("sk-", 32),
    ("npm_", 30),
    ("pypi-", 40),
    ("hvs.", 20),
    ("hvb.", 20),
    ("dop_v1_", 30),
    ("SG.", 30),
    ("AGE-SECRET-KEY-", 20),
    ("eyJ", 24),
];

/// Hides what is secret in a text. Borrowed when nothing is.
pub fn redact(input: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(input);
    for step in [hide_private_keys, hide_url_credentials, hide_tokens, hide_key_values] {
        if let Some(changed) = step(&text) {
            text = Cow::Owned(changed);
        }
    }
    text
}

/// PEM blocks of private keys.
fn hide_private_keys(text: &str) -> Option<String> {
    const MARK: &str = "PRIVATE KEY-----";
    if !text.contains(MARK) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find("-----BEGIN ") {
        let Some(header) = rest[begin..].find(MARK).map(|at| begin + at + MARK.len()) else {
            break;
        };
        if rest[begin..header].contains('\n') {
            out.push_str(&rest[..begin + 1]);
            rest = &rest[begin + 1..];
            continue;
        }
        out.push_str(&rest[..header]);
        out.push_str(HIDDEN);
        let end = rest[header..].find("-----END ").map_or(rest.len(), |at| header + at);
        rest = &rest[end..];
        // The end marker stays, so that a diff still shows where the block stops.
        let line = rest.find('\n').unwrap_or(rest.len());
        out.push_str(&rest[..line]);
        rest = &rest[line..];
    }
    out.push_str(rest);
    Some(out)
}

/// `scheme://user:password@host` and `scheme://token@host`.
fn hide_url_credentials(text: &str) -> Option<String> {
    let mut out: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(start) = text[at..].find("://").map(|found| at + found + 3) {
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        let end = text[start..].find(is_end).map_or(text.len(), |found| start + found);
        at = end;
        let Some(credentials) = credentials(&text[start..end]) else {
            continue;
        };
        // A user name alone is not secret; a password is, and so is a token in place of the name.
        const LONGEST_NAME: usize = 15;
        let secret = match credentials.find(':') {
            Some(colon) => start + colon + 1,
            None if credentials.len() <= LONGEST_NAME => continue,
            None => start,
        };
        let out = out.get_or_insert_with(String::new);
        out.push_str(&text[copied..secret]);
        out.push_str(HIDDEN);
        copied = start + credentials.len();
    }
    out.map(|mut out| {
        out.push_str(&text[copied..]);
        out
    })
}

/// The part before the `@` of an authority. A password may hold `/`, unescaped, where people wrote the URL by hand.
fn credentials(rest: &str) -> Option<&str> {
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if let Some(sign) = authority.rfind('@') {
        return Some(&rest[..sign]);
    }
    let after_colon = authority.split_once(':')?.1;
    let is_port = !after_colon.is_empty() && after_colon.bytes().all(|b| b.is_ascii_digit());
    if is_port {
        None
    } else {
        rest.rfind('@').map(|sign| &rest[..sign])
    }
}

/// Tokens that are known by their beginning, and JSON web tokens.
fn hide_tokens(text: &str) -> Option<String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '=');
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let skip = rest.find(is_token).unwrap_or(rest.len());
        let start = at + skip;
        let length = text[start..].find(|c| !is_token(c)).unwrap_or(text.len() - start);
        let word = &text[start..start + length];
        // A token may follow `/` or `=` in a longer word.
        let mut offset = 0;
        for part in word.split_inclusive(['/', '=']) {
            let known = TOKEN_PREFIXES
                .iter()
                .any(|(prefix, rest)| part.starts_with(prefix) && part.len() >= prefix.len() + rest);
            if known && (!part.starts_with("eyJ") || part.matches('.').count() >= 1 || part.len() > 60) {
                let out = out.get_or_insert_with(String::new);
                out.push_str(&text[copied..start + offset]);
                out.push_str(HIDDEN);
                copied = start + offset + part.len();
            }
            offset += part.len();
        }
        at = start + length.max(1);
        while at < text.len() && !text.is_char_boundary(at) {
            at += 1;
        }
    }
    out.map(|mut out| {
        out.push_str(&text[copied..]);
        out
    })
}

/// Values of secret-smelling keys, in the spellings of YAML, JSON, properties, DSNs, query strings and flags.
fn hide_key_values(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(separator) = text[at..].find([':', '=', ' ']).map(|found| at + found) {
        at = separator + 1;
        let key = key_before(text, separator);
        if bytes[separator] == b' ' && !key.starts_with("--") {
            continue;
        }
        // `scheme://` is no key.
        if text[separator..].starts_with("://") || !smells_secret(key.trim_start_matches('-')) {
            continue;
        }
        let (start, end) = value_after(text, separator + 1);
        if start == end || text[start..end].starts_with(HIDDEN) || is_reference(&text[start..end]) {
            continue;
        }
        let out = out.get_or_insert_with(String::new);
        out.push_str(&text[copied..start]);
        out.push_str(HIDDEN);
        copied = end;
        at = end;
    }
    out.map(|mut out| {
        out.push_str(&text[copied..]);
        out
    })
}

/// The word that ends at `end`, quotes and spaces before the separator skipped.
fn key_before(text: &str, end: usize) -> &str {
    let before = text[..end].trim_end_matches([' ', '\t']).trim_end_matches(['"', '\'']);
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let start = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_key(*c))
        .last()
        .map_or(before.len(), |(at, _)| at);
    &before[start..]
}

/// Where the value after a separator begins and ends.
fn value_after(text: &str, from: usize) -> (usize, usize) {
    let gap = text[from..].len() - text[from..].trim_start_matches([' ', '\t']).len();
    let start = from + gap;
    let rest = &text[start..];
    for quote in ["\\\"", "\"", "'"] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            let end = quoted.find(quote).unwrap_or(quoted.find('\n').unwrap_or(quoted.len()));
            return (start + quote.len(), start + quote.len() + end);
        }
    }
    let end = rest
        .find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | ',' | '"' | '\'' | '}' | ']' | ')'))
        .unwrap_or(rest.len());
    (start, start + end)
}

/// Not a value but where one comes from: `${VAR}`, `$(VAR)`, a template, a block that follows, or a switch.
fn is_reference(value: &str) -> bool {
    value.starts_with("${")
        || value.starts_with("$(")
        || value.starts_with("{{")
        || matches!(
            value,
            "|" | ">" | "|-" | ">-" | "{" | "[" | "true" | "false" | "null" | "~" | "\\n"
        )
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
            ("Server=db;Password=x y;Port=1", "Server=db;Password=‹hidden› y;Port=1"),
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
        assert_eq!(redact(&format!("Bearer {token}!")), "Bearer ‹hidden›!");
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
