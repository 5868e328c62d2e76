//! Where secrets sit: kinds, keys and shapes of text.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;

/// Kinds that hold secret values by definition: group, kind, and the top-level maps that hold them.
pub const SECRET_KINDS: &[(&str, &str, &[&str])] = &[("", "Secret", &["data", "stringData"])];

/// Kinds that make a Secret from a template inside them: the template's data is as secret as the Secret's.
pub const SECRET_TEMPLATE_KINDS: &[&str] = &["SealedSecret", "ExternalSecret", "ClusterExternalSecret", "PushSecret"];

/// Whether `stored`, as the API server keeps data of a Secret, is `plain`: its base64, or the same mask where values are masked.
pub fn encodes(plain: &str, stored: &str) -> bool {
    let is_mask = !plain.is_empty() && plain.bytes().all(|b| b == b'+');
    (is_mask && plain == stored) || BASE64.decode(stored).is_ok_and(|bytes| bytes == plain.as_bytes())
}

/// Words that make a value secret; a word of a key counts when it ends with one (`dbpassword`, `requirepass`).
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "credential",
    "privatekey",
    "accesskey",
    "secretkey",
    "signingkey",
    "encryptionkey",
    "connectionstring",
    "requirepass",
    "masterauth",
    "dbpass",
    "userpass",
];

/// Words that make a value secret only when they stand alone: too many harmless words end like them.
const WORDS: &[&str] = &[
    "pass",
    "auth",
    "authorization",
    "dsn",
    "bearer",
    "jwt",
    "cookie",
    "htpasswd",
    "dockerconfigjson",
    "dockercfg",
    "kubeconfig",
    "mnemonic",
    "pin",
    "otp",
];

/// Pairs of words that together name a secret (`api_key`, `private-key`).
const PAIRS: &[(&str, &str)] = &[
    ("api", "key"),
    ("private", "key"),
    ("access", "key"),
    ("secret", "key"),
    ("signing", "key"),
    ("encryption", "key"),
    ("auth", "key"),
    ("master", "key"),
    ("ssh", "key"),
    ("tls", "key"),
    ("client", "key"),
    ("account", "key"),
    ("license", "key"),
    ("signing", "pem"),
    ("connection", "string"),
    ("database", "url"),
    ("webhook", "url"),
];

/// Words after which a secret word names a policy or a reference, not a value (`secretName`, `tokenReviewUrl`).
/// Singular: a plural is brought to it first.
const NOT_VALUES: &[&str] = &[
    "name",
    "namespace",
    "ref",
    "reference",
    "policy",
    "ttl",
    "expiry",
    "expiration",
    "lifetime",
    "second",
    "minute",
    "per",
    "length",
    "size",
    "type",
    "path",
    "file",
    "dir",
    "directory",
    "mode",
    "enabled",
    "rotation",
    "count",
    "limit",
    "rate",
    "audience",
    "issuer",
    "algorithm",
    "version",
    "class",
    "selector",
    "store",
    "provider",
    "engine",
    "budget",
    "bucket",
    "mount",
    "automount",
    "domain",
    "url",
    "uri",
    "endpoint",
    "region",
    "site",
    "authentication",
    "login",
    "from",
];

/// Words in front of a count of tokens (`max_tokens`).
const COUNTS: &[&str] = &["max", "min", "num", "count", "limit", "total"];

/// What the name of a key says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Smell {
    /// Nothing.
    None,
    /// It speaks about a secret (`tokenName`, `password.file`): the value is one only when it looks like one.
    About,
    /// A number of something (`max_tokens`): a plain number under it is none.
    Count,
    /// The value is secret.
    Secret,
}

/// Whether a key of this name holds a secret value by its smell.
pub fn smells_secret(key: &str) -> bool {
    smell(key) == Smell::Secret
}

/// What a key smells of.
pub fn smell(key: &str) -> Smell {
    let words = words(key);
    // The last secret word decides: what stands behind an earlier one (`secret-store-password`) qualifies only that.
    let Some(at) = (0..words.len()).rev().find(|at| is_secret_word(&words, *at)) else {
        return Smell::None;
    };
    if words[at + 1..].iter().any(|w| NOT_VALUES.contains(&singular(w))) || words[..at].iter().any(|w| w == "existing") {
        return Smell::About;
    }
    if words[at] == "tokens" || words.iter().any(|w| COUNTS.contains(&w.as_str())) {
        return Smell::Count;
    }
    Smell::Secret
}

fn is_secret_word(words: &[String], at: usize) -> bool {
    let word = singular(&words[at]);
    WORDS.contains(&word)
        || ENDINGS.iter().any(|ending| word.ends_with(ending))
        || (at > 0 && PAIRS.iter().any(|(a, b)| words[at - 1] == *a && word == *b))
}

/// Without a number behind it (`password1`) and without the `s` of a plural.
fn singular(word: &str) -> &str {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    match word.strip_suffix('s') {
        Some(rest) if !rest.ends_with('s') => rest,
        _ => word,
    }
}

/// Whether the value under a key of this name must be hidden.
pub fn hides(key: &str, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() || is_switch(value) {
        return false;
    }
    match smell(key) {
        Smell::None => false,
        Smell::About => looks_random(value),
        Smell::Count => !is_amount(value),
        Smell::Secret => true,
    }
}

/// `true`, `off`, `null`: says that, and not what.
pub fn is_switch(value: &str) -> bool {
    ["true", "false", "null", "~", "on", "off", "yes", "no"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

/// A plain number or a duration.
fn is_amount(value: &str) -> bool {
    let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    value.len() - digits.len() <= 2 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Whether a word looks drawn, not written: characters of several classes in one run, or a long run without a break.
pub fn looks_random(value: &str) -> bool {
    if value.contains("://") || value.starts_with('/') || value.contains(char::is_whitespace) {
        return false;
    }
    value.split(['.', '-', '_', '/', ':', ',']).any(|run| {
        let has = |class: fn(&u8) -> bool| run.as_bytes().iter().any(class);
        let (lower, upper, digit) = (
            has(u8::is_ascii_lowercase),
            has(u8::is_ascii_uppercase),
            has(u8::is_ascii_digit),
        );
        run.len() >= 8 && digit && lower && upper || run.len() >= 16 && digit && (lower || upper) || run.len() >= 40
    })
}

/// Splits `someKey_name-x.y` into lower-case words; a run of capitals is one word (`HTTPToken` is two).
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous = ' ';
    let mut characters = key.chars().peekable();
    while let Some(c) = characters.next() {
        let next_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let begins =
            c.is_uppercase() && (previous.is_lowercase() || previous.is_numeric() || previous.is_uppercase() && next_lower);
        if (begins || !c.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_smelling_keys_are_known_in_every_spelling() {
        for key in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "api-key",
            "API_KEY",
            "apiKey",
            "clientSecret",
            "GITHUB_TOKEN",
            "DATABASE_URL",
            "aws_secret_access_key",
            ".dockerconfigjson",
            "privateKey",
            "connectionString",
            "smtp.passwd",
            "PGPASSWORD",
            "DB_PASS",
            "REDIS_AUTH",
            "PASSWORD1",
            "dbpassword",
            "clientsecret",
            "authtoken",
            "apiKeys",
            "HTTPToken",
            "SAMLPrivateKey",
            "authorization",
            "mnemonic",
            "secret-store-password",
        ] {
            assert!(smells_secret(key), "{key}");
        }
    }

    #[test]
    fn references_and_policies_stay_visible() {
        for key in [
            "secretName",
            "tokenTTL",
            "passwordPolicy",
            "MAX_CONNECTIONS",
            "secretKeyRef",
            "imagePullSecretsEnabled",
            "tokenizer",
            "keys",
            "automountServiceAccountToken_path",
            "secretRef",
            "monkey",
        ] {
            assert!(!smells_secret(key), "{key}");
        }
    }

    #[test]
    fn what_a_value_is_counts_too() {
        for (key, value, hidden) in [
            ("max_tokens", "4096", false),
            ("LLM_MAX_TOKENS", "4096", false),
            ("tokens_per_minute", "100", false),
            ("tokens", "S3cr3tV4lue", true),
            ("cookieDomain", "a.example.com", false),
            ("tokenLifetime", "3h", false),
            ("passwordAuthentication", "no", false),
            ("password", "true", false),
            ("TOKEN_URL", "https://h/token", false),
            ("secretName", "web-tls-8f3a2b", false),
            ("tokenName", "S3cr3tV4lue", true),
            ("password.file", "S3cr3tV4lue", true),
            ("password.file", "/run/secrets/db", false),
            ("password", "12345", true),
        ] {
            assert_eq!(hides(key, value), hidden, "{key}: {value}");
        }
    }
}
