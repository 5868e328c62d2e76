//! `ARGOCD_OPTS`: flags of the `argocd` CLI in one variable, split like a shell would.

use std::path::PathBuf;

use super::connection::Connection;
use super::origin::{At, Origin};

const VARIABLE: &str = "ARGOCD_OPTS";

/// Reads the flags that say how to reach a server. Others are the CLI's own and pass silently, as does what is no flag.
pub(super) fn parse(text: &str) -> Connection {
    let at = |value: String| At::new(value, Origin::Variable(VARIABLE));
    let mut connection = Connection::default();
    for (name, value) in flags(&split(text)) {
        let on = || At::new(value.as_deref() != Some("false"), Origin::Variable(VARIABLE));
        match (name.as_str(), value.clone()) {
            ("plaintext", _) => connection.plaintext = Some(on()),
            ("insecure", _) => connection.insecure = Some(on()),
            ("server", Some(v)) => connection.server = Some(at(v)),
            ("auth-token", Some(v)) => connection.token = Some(at(v).map(Into::into)),
            ("grpc-web-root-path", Some(v)) => connection.root_path = Some(at(v)),
            ("server-crt", Some(v)) => connection.ca_file = Some(at(v).map(PathBuf::from)),
            ("header", Some(v)) => connection
                .headers
                .extend(v.split(',').map(|header| at(header.trim().to_owned()).map(Into::into))),
            _ => {}
        }
    }
    connection
}

/// `--a b`, `--a=b` and `--flag`, by the CLI's rule: a word after a flag is its value unless it is a flag itself.
fn flags(words: &[String]) -> Vec<(String, Option<String>)> {
    let mut out: Vec<(String, Option<String>)> = Vec::new();
    let mut open = false;
    for word in words {
        if let Some(flag) = word.strip_prefix("--") {
            match flag.split_once('=') {
                Some((name, value)) => out.push((name.to_owned(), Some(value.to_owned()))),
                None => out.push((flag.to_owned(), None)),
            }
            open = !flag.contains('=');
        } else if open {
            if let Some(last) = out.last_mut() {
                last.1 = Some(word.clone());
            }
            open = false;
        }
    }
    out
}

/// Splits like a POSIX shell without expansions: quotes, double quotes, backslash. An open quote ends with the text.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (_, '\\') => word.get_or_insert_default().extend(chars.next()),
            (None, '\'' | '"') => {
                word.get_or_insert_default();
                quote = Some(c);
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::{parse, split};

    #[test]
    fn words_are_split_as_a_shell_does() {
        assert_eq!(
            split(r#" --a 'b c' --d="e \"f\"" g\ h '' "#),
            ["--a", "b c", r#"--d=e "f""#, "g h", ""]
        );
    }

    #[test]
    fn the_flags_that_reach_a_server_are_read_and_others_pass() {
        let found = parse(
            "--grpc-web --server argo:8080 --plaintext --http-retry-max 3 --header 'A: 1, B: 2' --header C:3 --auth-token=t \
             --insecure=false --grpc-web-root-path /cd --server-crt /ca.pem stray",
        );
        assert_eq!(found.server.unwrap().value, "argo:8080");
        assert_eq!(found.token.unwrap().value.expose_secret(), "t");
        assert!(found.plaintext.unwrap().value);
        assert!(!found.insecure.unwrap().value);
        assert_eq!(found.root_path.unwrap().value, "/cd");
        assert_eq!(found.ca_file.unwrap().value.to_str(), Some("/ca.pem"));
        let headers: Vec<_> = found.headers.iter().map(|h| h.value.expose_secret().to_owned()).collect();
        assert_eq!(headers, ["A: 1", "B: 2", "C:3"]);
    }
}
