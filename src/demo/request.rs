//! A request's target taken apart: decoded path segments and query parameters.

/// Path and query of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// The path as it was written.
    pub(super) path: String,
    /// Its segments, percent-decoded one by one, so that an escaped `/` does not split one. No leading empty segment.
    pub(super) segments: Vec<String>,
    /// Query parameters, decoded, in order.
    pub(super) query: Vec<(String, String)>,
}

impl Target {
    /// Takes `path?query` apart; never fails, whatever is in it.
    pub(super) fn parse(path_and_query: &str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        Self {
            path: path.to_owned(),
            segments: path
                .strip_prefix('/')
                .unwrap_or(path)
                .split('/')
                .map(percent_decoded)
                .collect(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        }
    }

    /// First value of a parameter, `None` when it is absent. An empty one is not an absent one.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// First value of a parameter; absent and empty alike are `None`.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.parameter(name).filter(|value| !value.is_empty())
    }

    /// All values of a parameter.
    pub(super) fn parameters(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.query
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

fn percent_decoded(segment: &str) -> String {
    let bytes = segment.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                decoded.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_slash_does_not_split_a_segment() {
        let target = Target::parse("/api/v1/clusters/https%3A%2F%2Fa%3A6443?id.type=name&x=a+b");
        assert_eq!(target.segments, ["api", "v1", "clusters", "https://a:6443"]);
        assert_eq!(target.parameter("x"), Some("a b"));
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(Target::parse("/%zz%4").segments, ["%zz%4"]);
        assert_eq!(Target::parse("").segments, [""]);
    }

    #[test]
    fn an_empty_parameter_is_not_an_absent_one() {
        let target = Target::parse("/a?refresh=&p=1&p=2");
        assert_eq!(target.parameter("refresh"), Some(""));
        assert_eq!(target.filled("refresh"), None);
        assert_eq!(target.parameters("p").collect::<Vec<_>>(), ["1", "2"]);
    }
}
