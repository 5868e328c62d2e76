//! Accounts, their fixed tokens, and what a presented token is worth.
//!
//! The tokens look like Argo CD's own but open nothing except this server on loopback; they are still handed out as
//! secrets, so that whoever uses them treats them as it would a real one.

use std::collections::{BTreeMap, BTreeSet};

use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::answer::{Code, Refusal};
use super::recording::Recording;

/// Name under which the token is handed out that has expired.
pub(super) const EXPIRED: &str = "expired";
/// Name under which the token is handed out that was revoked.
pub(super) const REVOKED: &str = "revoked";

/// What an account may read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    Everything,
    Projects(BTreeSet<String>),
}

/// One account of the recorded server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    reach: Reach,
}

impl Account {
    /// Whether it may read Applications of this project.
    pub(super) fn may_see(&self, project: &str) -> bool {
        match &self.reach {
            Reach::Everything => true,
            Reach::Projects(projects) => projects.contains(project),
        }
    }

    /// Whether it is the account that may read everything.
    pub(super) fn sees_everything(&self) -> bool {
        self.reach == Reach::Everything
    }
}

/// The accounts of a recording and their tokens.
#[derive(Debug)]
pub(super) struct Accounts {
    main: String,
    by_name: BTreeMap<String, Account>,
}

impl Accounts {
    /// The recorded accounts. The one that was recorded most sees everything; another one sees the projects of the
    /// Applications that its recorded lists name.
    pub(super) fn of(recording: &Recording) -> Self {
        let names: BTreeSet<&str> = recording.accounts().chain([recording.main_account()]).collect();
        let by_name = names
            .into_iter()
            .map(|name| {
                let reach = if name == recording.main_account() {
                    Reach::Everything
                } else {
                    Reach::Projects(listed_projects(recording, name))
                };
                let account = Account {
                    name: name.to_owned(),
                    reach,
                };
                (name.to_owned(), account)
            })
            .collect();
        Self {
            main: recording.main_account().to_owned(),
            by_name,
        }
    }

    /// The account that sees everything.
    pub(super) fn main(&self) -> &str {
        &self.main
    }

    /// Token of an account, or the [`EXPIRED`] or [`REVOKED`] one of the main account.
    pub(super) fn token(&self, name: &str) -> Option<SecretString> {
        match name {
            EXPIRED | REVOKED => Some(token(&self.main, name).into()),
            name => self.by_name.get(name).map(|account| token(&account.name, "").into()),
        }
    }

    /// Whose session a request is; `Ok(None)` when it presents nothing that looks like a token.
    ///
    /// # Errors
    /// 401 in the words of Argo CD for a token that is not good (recordings/errors/401-*).
    pub(super) fn session(&self, headers: &HeaderMap) -> Result<Option<&Account>, Refusal> {
        let Some(presented) = presented(headers) else {
            return Ok(None);
        };
        let refused = |why: &str| Refusal::new(Code::Unauthenticated, format!("invalid session: {why}"));
        if let Some(account) = self
            .by_name
            .values()
            .find(|account| token(&account.name, "") == presented.expose_secret())
        {
            return Ok(Some(account));
        }
        if token(&self.main, EXPIRED) == presented.expose_secret() {
            return Err(refused("token has invalid claims: token is expired"));
        }
        if token(&self.main, REVOKED) == presented.expose_secret() {
            let main = &self.main;
            return Err(refused(&format!("account {main} does not have token with id {REVOKED}")));
        }
        match issuer(&presented).as_deref() {
            Some("argocd") => Err(refused("token signature is invalid: signature is invalid")),
            _ => Err(refused("SSO is not configured")),
        }
    }

    /// As [`Self::session`], for what needs one.
    ///
    /// # Errors
    /// 401 also when no token was presented.
    pub(super) fn authenticate(&self, headers: &HeaderMap) -> Result<&Account, Refusal> {
        self.session(headers)?
            .ok_or_else(|| Refusal::new(Code::Unauthenticated, "no session information"))
    }
}

fn listed_projects(recording: &Recording, account: &str) -> BTreeSet<String> {
    #[derive(Deserialize)]
    struct List {
        items: Option<Vec<Item>>,
    }
    #[derive(Deserialize)]
    struct Item {
        spec: Option<Spec>,
    }
    #[derive(Deserialize)]
    struct Spec {
        project: Option<String>,
    }
    recording
        .exchanges()
        .iter()
        .filter(|exchange| exchange.account.as_deref() == Some(account) && exchange.status == 200)
        .filter(|exchange| exchange.path_and_query.split('?').next() == Some("/api/v1/applications"))
        .filter_map(|exchange| serde_json::from_slice::<List>(recording.body(exchange)?).ok())
        .flat_map(|list| list.items.unwrap_or_default())
        .filter_map(|item| item.spec?.project)
        .collect()
}

/// The token of a request: a bearer token, else the cookie. What does not look like a JWT counts as none.
fn presented(headers: &HeaderMap) -> Option<SecretString> {
    let looks_like_jwt = |text: &&str| {
        let parts: Vec<&str> = text.split('.').collect();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.chars().all(allowed))
    };
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .filter(looks_like_jwt);
    let cookie = || {
        let cookies = headers.get(COOKIE)?.to_str().ok()?;
        cookies
            .split(';')
            .find_map(|cookie| cookie.trim().strip_prefix("argocd.token="))
            .filter(looks_like_jwt)
    };
    bearer.or_else(cookie).map(SecretString::from)
}

fn issuer(token: &SecretString) -> Option<String> {
    #[derive(Deserialize)]
    struct Claims {
        iss: Option<String>,
    }
    let payload = base64_decoded(token.expose_secret().split('.').nth(1)?)?;
    serde_json::from_slice::<Claims>(&payload).ok()?.iss
}

/// The fixed token of an account; `kind` tells the bad ones apart.
fn token(account: &str, kind: &str) -> String {
    let header = base64(br#"{"alg":"HS256","typ":"JWT"}"#);
    let mut claims = json!({"iss": "argocd", "sub": format!("{account}:apiKey"), "nbf": 0, "iat": 0, "jti": kind});
    if kind == EXPIRED {
        claims["exp"] = json!(1);
    }
    let claims = base64(claims.to_string().as_bytes());
    let signature = base64(&Sha256::digest(format!("recorded Argo CD {account} {kind}")));
    format!("{header}.{claims}.{signature}")
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            let index = bits >> (18 - 6 * position) & 63;
            text.extend(ALPHABET.get(index).map(|letter| char::from(*letter)));
        }
    }
    text
}

fn base64_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut filled) = (0_u32, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let index = ALPHABET.iter().position(|known| *known == letter)?;
        bits = bits << 6 | u32::try_from(index).ok()?;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            bytes.push(u8::try_from(bits >> filled & 255).ok()?);
            bits &= (1 << filled) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_goes_both_ways() {
        for text in ["", "a", "ab", "abc", "abcd", "\u{0}\u{ff}~"] {
            assert_eq!(base64_decoded(&base64(text.as_bytes())).unwrap(), text.as_bytes());
        }
        assert_eq!(base64(b"ab"), "YWI");
        assert_eq!(base64_decoded("a b"), None);
    }

    #[test]
    fn tokens_look_like_those_of_argo_cd() {
        let token = token("driftline", "");
        assert_eq!(token.split('.').count(), 3);
        assert_eq!(issuer(&token.into()).as_deref(), Some("argocd"));
    }
}
