//! Where an Argo CD is and what it is told on every call.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use thiserror::Error;
use url::Url;

/// How long each kind of call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// A small answer: version, settings, one Application.
    pub small: Duration,
    /// Managed resources. The server is told to give up 5 s earlier, so that its own error arrives.
    pub managed_resources: Duration,
    /// Manifests of a revision, which Argo CD may have to fetch and render: its own limit is 60 s. The server is told to give
    /// up 5 s earlier.
    pub manifests: Duration,
    /// The whole list.
    pub list: Duration,
    /// Silence on the watch after its first event: three missed keep-alives, which come every 15 s.
    pub watch_idle: Duration,
    /// Pauses before the second and the third try of a read that failed for a passing reason.
    pub retry_pauses: [Duration; 2],
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            small: Duration::from_secs(15),
            managed_resources: Duration::from_secs(30),
            manifests: Duration::from_secs(60),
            list: Duration::from_secs(120),
            watch_idle: Duration::from_secs(45),
            retry_pauses: [Duration::from_millis(200), Duration::from_millis(800)],
        }
    }
}

/// Which Applications are asked for; the server leaves the rest out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Only these projects; empty for all.
    pub projects: Vec<String>,
    /// Kubernetes label selector on the Applications; empty for all.
    pub selector: String,
}

impl Scope {
    /// The query parameters. An empty one is never sent: to Argo CD it means the project named "".
    pub(super) fn query(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        let projects = self
            .projects
            .iter()
            .filter(|p| !p.is_empty())
            .map(|p| ("projects", p.clone()));
        projects.chain((!self.selector.is_empty()).then(|| ("selector", self.selector.clone())))
    }
}

/// One Argo CD server as configured on this machine. Its `Debug` form shows no secret.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Nickname of the context.
    pub context: Arc<str>,
    /// `http` or `https`, host, port and root path; see [`Connection::parse_address`].
    pub base: Url,
    /// Bearer token; `None` where anonymous access is on or a header identifies us.
    pub token: Option<SecretString>,
    /// Headers for an authenticating proxy in front, sent with every call.
    pub headers: Vec<(String, SecretString)>,
    /// Certificates are not verified: only to say so in the command to log in with.
    pub insecure: bool,
    /// Which Applications are asked for.
    pub scope: Scope,
    /// How long calls may take.
    pub timeouts: Timeouts,
    /// Largest answer that is read, in bytes after unpacking: a gzip bomb ends here. 256 MiB unless changed.
    pub largest_answer: usize,
}

/// Why a connection cannot be used as configured. No variant repeats what was typed: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConnectionError {
    /// No address.
    #[error("the server address is empty")]
    Empty,
    /// `user:password@host`.
    #[error("the server address holds a user name or password; give a token instead (ARGOCD_AUTH_TOKEN)")]
    UserInfo,
    /// Neither `http` nor `https`.
    #[error("the server address must be a host, host:port, or a URL with http or https")]
    Scheme,
    /// `https://` together with `plaintext`.
    #[error("the server address says https, but plaintext is set")]
    PlaintextHttps,
    /// A query or a fragment.
    #[error("the server address must end before `?` and `#`")]
    Query,
    /// Both the address and the setting name a root path, and they differ.
    #[error("the server address has a path that differs from the root path that is set")]
    RootPath,
    /// Not an address at all.
    #[error("the server address is not a host, host:port or URL: {0}")]
    Address(url::ParseError),
    /// A token with line breaks or other characters that no header can carry.
    #[error("the token holds characters that cannot be sent; is the file complete and nothing else in it?")]
    Token,
    /// A header that cannot be sent, by its position (0-based).
    #[error("header number {} cannot be sent: its name or value holds characters that are not allowed", .0 + 1)]
    Header(usize),
    /// A header that is ours to set, by its position (0-based).
    #[error("header number {} is set by driftline itself", .0 + 1)]
    ReservedHeader(usize),
}

impl Connection {
    /// A connection without token and headers, with the usual limits.
    pub fn new(context: impl Into<Arc<str>>, base: Url) -> Self {
        Self {
            context: context.into(),
            base,
            token: None,
            headers: Vec::new(),
            insecure: false,
            scope: Scope::default(),
            timeouts: Timeouts::default(),
            largest_answer: 256 * 1024 * 1024,
        }
    }

    /// Reads what people type: `host`, `host:port`, `https://host/root`. Without a scheme it is `https`, or `http` with
    /// `plaintext`. `root_path` is Argo CD's `--rootpath`, for addresses that do not carry it themselves.
    ///
    /// # Errors
    /// When it is no address, names a user, or contradicts `plaintext` or `root_path`.
    pub fn parse_address(address: &str, plaintext: bool, root_path: Option<&str>) -> Result<Url, ConnectionError> {
        let address = address.trim();
        if address.is_empty() {
            return Err(ConnectionError::Empty);
        }
        let mut url = if address.contains("://") {
            Url::parse(address)
        } else {
            let scheme = if plaintext { "http" } else { "https" };
            Url::parse(&format!("{scheme}://{address}"))
        }
        .map_err(ConnectionError::Address)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConnectionError::UserInfo);
        }
        match url.scheme() {
            "http" => {}
            "https" if plaintext => return Err(ConnectionError::PlaintextHttps),
            "https" => {}
            _ => return Err(ConnectionError::Scheme),
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConnectionError::Query);
        }
        let own = url.path().trim_matches('/').to_owned();
        let root = match root_path.map(|path| path.trim_matches('/')) {
            None | Some("") => own,
            Some(given) if own.is_empty() || own == given => given.to_owned(),
            Some(_) => return Err(ConnectionError::RootPath),
        };
        url.set_path(&root);
        Ok(url)
    }
}

/// Host and port of an address, for people.
pub(super) fn authority(base: &Url) -> String {
    let host = base.host_str().unwrap_or("");
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_type_them() {
        for (typed, plaintext, root, expected) in [
            ("argocd.example.com", false, None, "https://argocd.example.com/"),
            ("  argocd.example.com:8443 ", false, None, "https://argocd.example.com:8443/"),
            ("localhost:8080", true, None, "http://localhost:8080/"),
            ("http://localhost:8080", false, None, "http://localhost:8080/"),
            ("https://ArgoCD.Example.com:443/", false, None, "https://argocd.example.com/"),
            ("https://example.com/argo/cd//", false, None, "https://example.com/argo/cd"),
            ("example.com/argo", false, None, "https://example.com/argo"),
            ("example.com", false, Some("/argo/"), "https://example.com/argo"),
            ("example.com/argo", false, Some("argo"), "https://example.com/argo"),
            ("example.com", false, Some(""), "https://example.com/"),
            ("[::1]:8080", true, None, "http://[::1]:8080/"),
        ] {
            let url = Connection::parse_address(typed, plaintext, root).map(String::from);
            assert_eq!(url, Ok(expected.to_owned()), "{typed}");
        }
    }

    #[test]
    fn addresses_that_cannot_be_meant_are_refused_without_repeating_them() {
        for (typed, plaintext, root, expected) in [
            (" ", false, None, ConnectionError::Empty),
            ("https://me:hunter2@example.com", false, None, ConnectionError::UserInfo),
            ("hunter2@example.com", false, None, ConnectionError::UserInfo),
            ("ftp://example.com", false, None, ConnectionError::Scheme),
            ("https://example.com", true, None, ConnectionError::PlaintextHttps),
            ("example.com/?token=hunter2", false, None, ConnectionError::Query),
            ("example.com#hunter2", false, None, ConnectionError::Query),
            ("example.com/a", false, Some("b"), ConnectionError::RootPath),
            (
                "https://hunter2 example",
                false,
                None,
                ConnectionError::Address(url::ParseError::IdnaError),
            ),
            (
                "hunter2:port",
                false,
                None,
                ConnectionError::Address(url::ParseError::InvalidPort),
            ),
        ] {
            let error = Connection::parse_address(typed, plaintext, root).unwrap_err();
            assert_eq!(error, expected, "{typed}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn the_debug_form_shows_no_secret() {
        let mut connection = Connection::new("prod", Url::parse("https://example.com").unwrap());
        connection.token = Some("hunter2".into());
        connection.headers = vec![("CF-Access-Client-Secret".to_owned(), "hunter3".into())];
        let shown = format!("{connection:?}");
        assert!(!shown.contains("hunter"), "{shown}");
        assert!(shown.contains("example.com"), "{shown}");
    }

    #[test]
    fn the_authority_names_a_port_only_where_it_is_not_the_usual_one() {
        for (base, expected) in [
            ("https://example.com/x", "example.com"),
            ("http://example.com:8080", "example.com:8080"),
            ("http://[::1]:9", "[::1]:9"),
        ] {
            assert_eq!(authority(&Url::parse(base).unwrap()), expected);
        }
    }
}
