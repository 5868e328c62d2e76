//! JSON Pointers (RFC 6901): how a field of a manifest is named, everywhere.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

/// A JSON Pointer such as `/spec/replicas`; `""` is the whole document. Segments are kept escaped (`~1` = `/`, `~0` = `~`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Pointer(String);

impl Pointer {
    /// The whole document.
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Reads a pointer; `None` when it is neither empty nor starts with `/`.
    pub fn parse(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// Takes over text whose segments are escaped already.
    pub(crate) fn from_escaped(text: String) -> Self {
        debug_assert!(text.is_empty() || text.starts_with('/'));
        Self(text)
    }

    /// Makes a pointer from unescaped segments.
    pub fn from_segments<I, S>(segments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let mut pointer = Self::root();
        for segment in segments {
            pointer.push(segment.as_ref());
        }
        pointer
    }

    /// Appends an unescaped segment.
    pub fn push(&mut self, segment: &str) {
        self.0.push('/');
        self.0.push_str(&escape(segment));
    }

    /// This pointer with one more unescaped segment.
    #[must_use]
    pub fn child(&self, segment: &str) -> Self {
        let mut pointer = self.clone();
        pointer.push(segment);
        pointer
    }

    /// This pointer with one more list position.
    #[must_use]
    pub fn index(&self, position: usize) -> Self {
        Self(format!("{}/{position}", self.0))
    }

    /// The pointer of the containing map or list; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|at| Self(self.0[..at].to_owned()))
    }

    /// The unescaped segments, from the root.
    pub fn segments(&self) -> impl Iterator<Item = Cow<'_, str>> + Clone {
        self.0.split('/').skip(1).map(unescape)
    }

    /// The last unescaped segment; `None` at the root.
    pub fn last(&self) -> Option<Cow<'_, str>> {
        self.0.rfind('/').map(|at| unescape(&self.0[at + 1..]))
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this pointer is `ancestor` or lies below it.
    pub fn is_at_or_below(&self, ancestor: &Self) -> bool {
        self.0
            .strip_prefix(ancestor.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The value at this pointer.
    pub fn get<'a>(&self, root: &'a Value) -> Option<&'a Value> {
        root.pointer(&self.0)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Escapes one segment (RFC 6901 §3).
pub fn escape(segment: &str) -> Cow<'_, str> {
    if segment.contains(['~', '/']) {
        Cow::Owned(segment.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(segment)
    }
}

fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_survive_escaping() {
        let pointer = Pointer::from_segments(["metadata", "annotations", "a/b~c", "0"]);
        assert_eq!(pointer.as_str(), "/metadata/annotations/a~1b~0c/0");
        assert_eq!(
            pointer.segments().collect::<Vec<_>>(),
            ["metadata", "annotations", "a/b~c", "0"]
        );
        assert_eq!(pointer.parent().unwrap().last().unwrap(), "a/b~c");
    }

    #[test]
    fn a_pointer_is_below_its_ancestor_by_whole_segments() {
        let spec = Pointer::parse("/spec").unwrap();
        assert!(Pointer::parse("/spec/replicas").unwrap().is_at_or_below(&spec));
        assert!(spec.is_at_or_below(&spec));
        assert!(!Pointer::parse("/specification").unwrap().is_at_or_below(&spec));
        assert!(spec.is_at_or_below(&Pointer::root()));
    }

    #[test]
    fn text_that_is_no_pointer_is_refused() {
        assert_eq!(Pointer::parse("spec/replicas"), None);
    }
}
