//! Where secrets sit: kinds, keys and shapes of text.

/// Kinds that hold secret values by definition: group, kind, and the top-level maps that hold them.
pub const SECRET_KINDS: &[(&str, &str, &[&str])] = &[("", "Secret", &["data", "stringData"])];

/// Words in the name of a key that make its value a secret, in any kind. Compared with the words of the key, so that
/// `passwordPolicy` or `tokenizer` stay visible.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "credential",
    "credentials",
    "dsn",
    "privatekey",
    "accesskey",
    "secretkey",
    "signingkey",
    "encryptionkey",
    "connectionstring",
    "bearer",
    "jwt",
    "cookie",
    "htpasswd",
    "dockerconfigjson",
    "dockercfg",
    "kubeconfig",
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
    ("connection", "string"),
    ("database", "url"),
    ("webhook", "url"),
];

/// Words after which a secret word names a policy or a reference, not a value (`secretName`, `tokenReviewUrl`).
const NOT_VALUES: &[&str] = &[
    "name",
    "names",
    "namespace",
    "ref",
    "refs",
    "reference",
    "policy",
    "ttl",
    "expiry",
    "expiration",
    "seconds",
    "length",
    "size",
    "type",
    "path",
    "file",
    "mode",
    "enabled",
    "rotation",
    "count",
    "limit",
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
];

/// Whether a key of this name holds a secret value by its smell.
pub fn smells_secret(key: &str) -> bool {
    let words = words(key);
    let Some(at) = words.iter().position(|w| WORDS.contains(&w.as_str())).or_else(|| {
        words
            .windows(2)
            .position(|pair| PAIRS.iter().any(|(a, b)| pair[0] == *a && pair[1] == *b))
            .map(|at| at + 1)
    }) else {
        return false;
    };
    !words[at + 1..].iter().any(|w| NOT_VALUES.contains(&w.as_str()))
}

/// Splits `someKey_name-x.y` into lower-case words; runs of capitals are one word.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous_lower = false;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            previous_lower = false;
            continue;
        }
        if c.is_uppercase() && previous_lower && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        previous_lower = c.is_lowercase() || c.is_numeric();
        word.extend(c.to_lowercase());
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
}
