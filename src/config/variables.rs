//! The environment variables that count, as a value: whoever reads the process environment hands it in.

use std::collections::BTreeMap;
use std::fmt;

use super::connection::Connection;
use super::opts;
use super::origin::{At, Origin};

/// A snapshot of the process environment. Its values never show in `Debug`: tokens are among them.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// From pairs, such as `std::env::vars()`.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// The value, unless unset or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The same without those that name a server: the demo brings its own.
    #[must_use]
    pub fn without_servers(mut self) -> Self {
        self.0.retain(|name, _| !name.starts_with("ARGOCD_"));
        self
    }

    fn at(&self, name: &'static str) -> Option<At<String>> {
        self.get(name).map(|value| At::new(value.to_owned(), Origin::Variable(name)))
    }

    /// `DRIFTLINE_LOG`.
    pub(super) fn log_level(&self) -> Option<At<String>> {
        self.at("DRIFTLINE_LOG")
    }

    /// The connection that `ARGOCD_SERVER`, `ARGOCD_AUTH_TOKEN` and `ARGOCD_OPTS` describe, options first as in the `argocd` CLI.
    pub(super) fn connection(&self) -> Connection {
        let mut connection = self.get("ARGOCD_OPTS").map(opts::parse).unwrap_or_default();
        connection.server = connection.server.or_else(|| self.at("ARGOCD_SERVER"));
        connection.token = connection
            .token
            .or_else(|| self.at("ARGOCD_AUTH_TOKEN").map(|token| token.map(Into::into)));
        connection
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
