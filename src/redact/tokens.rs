//! Secrets known by their own shape: private keys, tokens with a known beginning, password hashes.

use std::ops::Range;

/// Beginnings of well-known tokens, and how long the rest must at least be.
const PREFIXES: &[(&str, usize)] = &[
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
    // Private keys in base64.
    ("LS0tLS1CRUdJTiBQUklWQVRF", 0),
    ("LS0tLS1CRUdJTiBSU0EgUFJJVkFUR", 0),
    ("LS0tLS1CRUdJTiBFQyBQUklWQVRF", 0),
    ("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUg", 0),
    ("LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFUR", 0),
];

/// Beginnings of password hashes as `crypt` writes them.
const HASHES: &[&str] = &["$apr1$", "$2y$", "$2a$", "$2b$", "$1$", "$5$", "$6$", "$argon2"];

/// PEM and PGP blocks of private keys, and PuTTY's. The markers stay, so that a diff shows where a block stands.
pub(super) fn private_keys(text: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(begin) = text[at..].find("-----BEGIN ").map(|f| at + f) {
        let name = begin + "-----BEGIN ".len();
        let line = text[name..].find('\n').map_or(text.len(), |f| name + f);
        // What follows on the same line is looked at once: the next search begins behind it.
        let Some(header) = text[name..line].find("-----").map(|f| name + f) else {
            at = line;
            continue;
        };
        at = header + 5;
        if text[name..header].contains("PRIVATE KEY") {
            let end = text[at..].find("-----END ").map_or(text.len(), |f| at + f);
            found.push(at..end);
            at = end;
        }
    }
    if let Some(lines) = text.find("Private-Lines:").map(|f| f + "Private-Lines:".len()) {
        let line = text[lines..].find('\n').map_or(text.len(), |f| lines + f + 1);
        found.push(line..text.len());
    }
}

/// Tokens and hashes by their beginning. A word is looked at once.
pub(super) fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '=' | '$');
    let mut at = 0;
    for word in text.split(|c| !is_token(c)) {
        let start = at;
        // Every separator is one character; its length is read off the text.
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        let mut offset = 0;
        // A token may follow `/` or `=` in a longer word.
        for part in word.split_inclusive(['/', '=']) {
            let known = PREFIXES
                .iter()
                .any(|(prefix, rest)| part.starts_with(prefix) && part.len() >= prefix.len() + rest);
            if known && (!part.starts_with("eyJ") || part.contains('.') || part.len() > 60) {
                found.push(start + offset..start + word.len());
                break;
            }
            offset += part.len();
        }
        if let Some(hash) = word.find('$').filter(|f| HASHES.iter().any(|h| word[*f..].starts_with(h))) {
            found.push(start + hash..start + word.len());
        }
    }
}
