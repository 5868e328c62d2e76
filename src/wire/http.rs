//! The one HTTP client builder: every adapter gets its [`reqwest::Client`] from here, so that redirects, TLS, proxies and
//! the user agent are decided once.

use std::time::Duration;

use reqwest::tls::Certificate;
use thiserror::Error;
use url::{Host, Url};

/// Which certificates to believe.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trust {
    /// Those that the system trusts.
    #[default]
    System,
    /// Those that the system trusts and these, as PEM (one or more certificates).
    SystemAnd(Vec<u8>),
    /// Any certificate of anybody: `--insecure`. Whoever sits in between can read the token.
    Anyone,
    /// None: for plain HTTP only. The system's certificates are not even loaded, which some machines do not have.
    Nobody,
}

/// What may differ between clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// How long a connection may take to come up, TLS included.
    pub connect_timeout: Duration,
    /// Which certificates to believe.
    pub trust: Trust,
    /// Whether `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are obeyed.
    pub proxies_from_environment: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            trust: Trust::System,
            proxies_from_environment: true,
        }
    }
}

impl HttpOptions {
    /// For one server: `trust` matters with https only, and no proxy stands between us and this machine itself (as in
    /// Go's clients, the argocd command among them).
    pub fn for_server(base: &Url, trust: Trust) -> Self {
        let is_loopback = match base.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        Self {
            trust: if base.scheme() == "http" { Trust::Nobody } else { trust },
            proxies_from_environment: !is_loopback,
            ..Self::default()
        }
    }
}

/// Why no client can be made.
#[derive(Debug, Error)]
pub enum HttpClientError {
    /// The extra certificates do not parse, or there is none among them.
    #[error("the additional CA certificates are not PEM certificates")]
    Certificates,
    /// TLS cannot be set up, for example because the system has no trusted certificates.
    #[error("cannot set up TLS: {0}")]
    Tls(String),
}

/// Builds a client: HTTP/1.1 only (argocd-server routes a forced h2 to gRPC), no redirects (a token is never carried to
/// where a redirect points), gzip, proxies from the environment, no retries of its own and no deadline of its own (each
/// call brings its own; a stream has none).
///
/// # Errors
/// When the additional certificates are none, or TLS cannot be set up.
pub fn http_client(options: &HttpOptions) -> Result<reqwest::Client, HttpClientError> {
    // The only possible failure says that a provider is installed already, which is what we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("driftline/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .http1_only()
        .gzip(true)
        .referer(false)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    let builder = match &options.trust {
        Trust::System => builder,
        Trust::SystemAnd(pem) => builder.tls_certs_merge(certificates(pem)?),
        Trust::Anyone => builder.tls_danger_accept_invalid_certs(true),
        Trust::Nobody => builder.tls_certs_only([]),
    };
    let builder = if options.proxies_from_environment {
        builder
    } else {
        builder.no_proxy()
    };
    builder.build().map_err(|error| HttpClientError::Tls(innermost(&error)))
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, HttpClientError> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) | Err(_) => Err(HttpClientError::Certificates),
    }
}

/// The last cause: what a person can act on ("no CA certificates found"), without reqwest's "builder error" around it.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_loads_no_certificates_and_loopback_uses_no_proxy() {
        for (base, trust, proxies) in [
            ("https://cd.example.com", Trust::System, true),
            ("http://cd.example.com", Trust::Nobody, true),
            ("http://localhost:8080", Trust::Nobody, false),
            ("https://127.0.0.1:8080", Trust::System, false),
            ("https://[::1]/", Trust::System, false),
        ] {
            let options = HttpOptions::for_server(&Url::parse(base).unwrap(), Trust::System);
            assert_eq!((options.trust, options.proxies_from_environment), (trust, proxies), "{base}");
        }
    }

    #[test]
    fn a_client_for_plain_http_needs_no_certificates() {
        let options = HttpOptions {
            trust: Trust::Nobody,
            ..HttpOptions::default()
        };
        assert!(http_client(&options).is_ok());
        assert!(http_client(&options).is_ok(), "a second client in the same process");
    }

    #[test]
    fn a_client_that_trusts_anyone_can_be_made() {
        let options = HttpOptions {
            trust: Trust::Anyone,
            ..HttpOptions::default()
        };
        assert!(http_client(&options).is_ok());
    }

    #[test]
    fn additional_certificates_that_are_none_are_refused() {
        for pem in [
            &b""[..],
            b"not a certificate",
            b"-----BEGIN CERTIFICATE-----\nAA",
            b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        ] {
            let options = HttpOptions {
                trust: Trust::SystemAnd(pem.to_vec()),
                ..HttpOptions::default()
            };
            assert!(matches!(http_client(&options), Err(HttpClientError::Certificates)), "{pem:?}");
        }
    }
}
