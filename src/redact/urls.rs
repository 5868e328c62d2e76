//! Secrets inside URLs: passwords, tokens in place of a user name, and addresses that are secrets themselves.

use std::ops::Range;

use crate::kubernetes::secrets::looks_random;

/// Addresses that let everybody in who knows them; what follows is secret.
const WEBHOOKS: &[&str] = &["hooks.slack.com/services/", "/api/webhooks/", "webhook.office.com/webhookb2/"];

/// How far a password that breaks the rules of URLs may reach.
const LONGEST_BROKEN: usize = 128;

/// Hides what is secret in every URL.
pub(super) fn urls(text: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    while let Some(start) = text[at..].find("://").map(|f| at + f + 3) {
        let scheme = text[..start - 3]
            .bytes()
            .rev()
            .take(5)
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let is_web = matches!(&text[start - 3 - scheme..start - 3], "http" | "https" | "ws" | "wss");
        let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        let end = text[start..].find(is_end).map_or(text.len(), |f| start + f);
        at = end;
        let url = &text[start..end];
        for hook in WEBHOOKS {
            if let Some(f) = url.find(hook) {
                found.push(start + f + hook.len()..end);
            }
        }
        let strict = credentials(url, is_web).map(|c| start + c.len());
        let Some(sign) = strict.or_else(|| broken(text, start, end)) else {
            continue;
        };
        at = at.max(sign);
        let user = &text[start..sign];
        // A user name alone is not secret; a password is, and so is a token in place of the name.
        match user.find(':') {
            Some(colon) => found.push(start + colon + 1..sign),
            None if user.len() > 15 || looks_random(user) => found.push(start..sign),
            None => {}
        }
    }
    go_dsns(text, found);
}

/// The part before the `@` of an authority. A password may hold `/`, unescaped, where people wrote the URL by hand.
fn credentials(rest: &str, is_web: bool) -> Option<&str> {
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if let Some(sign) = authority.rfind('@') {
        return Some(&rest[..sign]);
    }
    let after_colon = authority.split_once(':')?.1;
    let is_port = !after_colon.is_empty() && after_colon.bytes().all(|b| b.is_ascii_digit());
    if is_port && is_web {
        None
    } else {
        rest.rfind('@').map(|sign| &rest[..sign])
    }
}

/// Where the `@` of a password with a space or a quote in it stands.
fn broken(text: &str, start: usize, end: usize) -> Option<usize> {
    let (_, password) = text[start..end].split_once(':')?;
    if password.contains('/') || !password.is_empty() && password.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut limit = text.len().min(end + LONGEST_BROKEN);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let line = text[end..limit].lines().next()?;
    let line = &line[..line.find("://").unwrap_or(line.len())];
    line.rfind('@').map(|f| end + f)
}

/// `user:password@tcp(host)` of Go's drivers, and `thin:user/password@host` of Oracle's.
fn go_dsns(text: &str, found: &mut Vec<Range<usize>>) {
    let mut at = 0;
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')) {
        let start = at;
        at += word.len();
        at += text[at..].chars().next().map_or(0, char::len_utf8);
        if let Some(sign) = word.find("@tcp(").or_else(|| word.find("@unix("))
            && let Some(colon) = word[..sign].find(':')
        {
            found.push(start + colon + 1..start + sign);
        }
        if let Some(thin) = word.find(":thin:").map(|f| f + 6)
            && let Some(sign) = word.rfind('@').filter(|sign| *sign > thin)
            && let Some(slash) = word[thin..sign].find('/')
        {
            found.push(start + thin + slash + 1..start + sign);
        }
    }
}
