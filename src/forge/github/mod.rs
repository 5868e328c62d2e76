//! GitHub and GitHub Enterprise Server: branch, commit, pull request and issue through the REST API, without a clone.
//!
//! Octocrab brings the token to the right host and the body to the wire, over the HTTP client that everything else uses; it
//! repeats nothing. What is written and read are a few structs of our own (`objects`): a field that is missing or new on some
//! server never turns a pull request that was opened into an error. `call` is one call, `refusal` what a refusal means,
//! `commit` how a branch gets a commit, `port` the port.

mod call;
mod commit;
mod objects;
mod port;
mod refusal;

use std::sync::Arc;
use std::time::Duration;

use octocrab::Octocrab;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;
use url::Url;

/// The host whose API has a host of its own.
const PUBLIC_HOST: &str = "github.com";

/// The rest that is kept between two writes with one token: GitHub takes offence at bursts ("secondary rate limits"), and
/// asks for at least one second.
#[derive(Debug)]
pub struct Pace {
    rest: Duration,
    last: Mutex<Option<Instant>>,
}

impl Pace {
    /// With this rest between two writes.
    pub fn new(rest: Duration) -> Self {
        Self {
            rest,
            last: Mutex::new(None),
        }
    }
}

impl Default for Pace {
    /// One second.
    fn default() -> Self {
        Self::new(Duration::from_secs(1))
    }
}

/// One repository, and who writes to it.
#[derive(Debug, Clone)]
pub struct GitHubOptions {
    /// Host, as people know it.
    pub host: String,
    /// Base address of the API; see [`api_of`].
    pub api: Url,
    /// Owner of the repository.
    pub owner: String,
    /// Name of the repository.
    pub name: String,
    /// Token.
    pub token: SecretString,
    /// Whose token it is. `None` asks GitHub, which does not tell the tokens of Apps and of Actions who they are:
    /// `github-actions[bot]`, or `NAME-OF-THE-APP[bot]`.
    pub login: Option<String>,
    /// The rest between two writes, shared by everything that writes with this token.
    pub pace: Arc<Pace>,
}

/// Why there is no client for a repository.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GitHubError {
    /// A token is one line of printable characters.
    #[error("the token for {0} holds characters that no token has: is it the whole token, and nothing else?")]
    Token(String),
    /// The address of the API.
    #[error("the address of the API of {host} is not understood: {message}")]
    Address {
        /// Which host.
        host: String,
        /// What is wrong with it.
        message: String,
    },
    /// There is no tokio runtime to work on.
    #[error("the client for {0} was made outside of a tokio runtime")]
    Runtime(String),
}

/// Base address of the API of a host: `https://api.github.com`, else `https://HOST/api/v3` as on an Enterprise Server.
///
/// # Errors
/// This is no host.
pub fn api_of(host: &str) -> Result<Url, GitHubError> {
    let address = match host {
        PUBLIC_HOST => "https://api.github.com".to_owned(),
        host => format!("https://{host}/api/v3"),
    };
    Url::parse(&address).map_err(|error| GitHubError::Address {
        host: host.to_owned(),
        message: error.to_string(),
    })
}

/// One repository on GitHub or a GitHub Enterprise Server.
#[derive(Debug)]
pub struct GitHub {
    api: Octocrab,
    host: String,
    owner: String,
    name: String,
    login: OnceCell<String>,
    pace: Arc<Pace>,
}

impl GitHub {
    /// A client for one repository over this HTTP client. Asks nothing yet; needs a tokio runtime.
    ///
    /// # Errors
    /// The token or the address cannot be sent, or there is no runtime.
    pub fn new(client: reqwest::Client, options: GitHubOptions) -> Result<Self, GitHubError> {
        let GitHubOptions { host, api, .. } = &options;
        // Octocrab ends the program where it cannot make a header of the token, or finds no runtime.
        let token = options.token.expose_secret();
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(GitHubError::Token(host.clone()));
        }
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(GitHubError::Runtime(host.clone()));
        }
        let unusable = |error: octocrab::Error| GitHubError::Address {
            host: host.clone(),
            message: error.to_string(),
        };
        let api = Octocrab::builder()
            .base_uri(api.as_str())
            .map_err(unusable)?
            .personal_token(token)
            .build_with_reqwest(client)
            .map_err(unusable)?;
        Ok(Self {
            api,
            host: options.host,
            owner: options.owner,
            name: options.name,
            login: OnceCell::new_with(options.login),
            pace: options.pace,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(token: &str) -> GitHubOptions {
        GitHubOptions {
            host: "git.example.com".to_owned(),
            api: api_of("git.example.com").unwrap(),
            owner: "shop".to_owned(),
            name: "platform".to_owned(),
            token: token.to_owned().into(),
            login: None,
            pace: Arc::new(Pace::default()),
        }
    }

    fn client() -> reqwest::Client {
        // The only possible failure says that a provider is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().tls_certs_only([]).build().unwrap()
    }

    #[test]
    fn the_public_host_has_an_api_host_and_servers_have_a_path() {
        for (host, expected) in [
            ("github.com", "https://api.github.com/"),
            ("git.example.com", "https://git.example.com/api/v3"),
            ("git.example.com:8443", "https://git.example.com:8443/api/v3"),
        ] {
            assert_eq!(api_of(host).unwrap().as_str(), expected);
        }
        assert!(api_of("no host").is_err());
    }

    #[tokio::test]
    async fn a_token_that_is_none_is_refused_and_not_repeated() {
        for token in ["", "two words", "line\n", "smörgås", "\u{1b}[31m"] {
            let error = GitHub::new(client(), options(token)).unwrap_err();
            assert_eq!(error, GitHubError::Token("git.example.com".to_owned()), "{token:?}");
        }
        let github = GitHub::new(client(), options("ghp_canary")).unwrap();
        assert!(!format!("{github:?}").contains("canary"));
    }

    #[test]
    fn without_a_runtime_nothing_panics() {
        let error = GitHub::new(client(), options("ghp_x")).unwrap_err();
        assert_eq!(error, GitHubError::Runtime("git.example.com".to_owned()));
    }
}
