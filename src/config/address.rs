//! A server address as people write it, and whether two of them mean the same server.

use url::Url;

/// Host, port and path of a server; two equal ones are one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) plaintext: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) root_path: String,
}

impl Address {
    /// Reads `host`, `host:port` or `http(s)://host[:port][/path]`. A scheme wins over `plaintext`, a path over `root_path`.
    ///
    /// # Errors
    /// One sentence without the text itself, which may hold a password.
    pub(super) fn parse(text: &str, plaintext: bool, root_path: &str) -> Result<Self, &'static str> {
        let scheme = if plaintext { "http" } else { "https" };
        let full = if text.contains("://") {
            text.to_owned()
        } else {
            format!("{scheme}://{text}")
        };
        let url = Url::parse(&full).map_err(|_| "is not an address; write `host`, `host:port` or `https://host/path`")?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("holds a user or a password; give the token in a variable instead");
        }
        let plaintext = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err("has a scheme other than http and https"),
        };
        if url.query().is_some() || url.fragment().is_some() {
            return Err("holds `?` or `#`; only host, port and path belong there");
        }
        let host = url.host_str().filter(|h| !h.is_empty()).ok_or("names no host")?.to_owned();
        let path = url.path().trim_matches('/');
        let path = if path.is_empty() { root_path.trim_matches('/') } else { path };
        Ok(Self {
            plaintext,
            host,
            port: url.port_or_known_default().unwrap_or(if plaintext { 80 } else { 443 }),
            root_path: path.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn one_server_in_several_spellings_is_one() {
        let address = |text: &str| Address::parse(text, false, "").unwrap();
        assert_eq!(address("argo.example.com"), address("https://ARGO.example.com:443/"));
        assert_eq!(
            Address::parse("argo.example.com", false, "/cd/").unwrap(),
            address("https://argo.example.com/cd")
        );
        assert_ne!(address("argo.example.com"), address("argo.example.com:8443"));
        assert_ne!(address("argo.example.com"), address("http://argo.example.com"));
        assert_eq!(address("[::1]:8080").port, 8080);
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for text in ["", "https://", "ftp://x", "https://me:s3cret@x", "x?token=s3cret", "a b"] {
            let said = Address::parse(text, false, "").unwrap_err();
            assert!(!said.contains("s3cret"), "{text}");
        }
    }
}
