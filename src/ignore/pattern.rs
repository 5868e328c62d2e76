//! A JSON Pointer in which `*` stands for any list position.

use std::fmt;

use crate::drift::Pointer;
use crate::drift::pointer::escape;

/// The segment that stands for any list position.
const ANY_POSITION: &str = "*";

/// A place in manifests of one form, such as `/spec/template/spec/containers/*/image`. It names what stands there and
/// everything below.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PointerPattern(String);

impl PointerPattern {
    /// Reads a pattern. It must name something below the root: nothing may hide a whole object.
    ///
    /// # Errors
    /// What is wrong with it, as a clause without a full stop.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let pointer = Pointer::parse(text).ok_or("a pointer starts with `/`, such as `/spec/replicas`")?;
        if pointer.is_root() || text.split('/').skip(1).any(str::is_empty) {
            return Err("a pointer names a field, such as `/spec/replicas`");
        }
        if text.split('/').any(has_broken_escape) {
            return Err("in a pointer `~` is written `~0` and `/` inside a key `~1`");
        }
        // Escaped anew, so that equal places are equal text: `~01` and the like have one spelling only.
        Ok(Self(Pointer::from_segments(pointer.segments()).as_str().to_owned()))
    }

    /// Exactly this place.
    pub fn exactly(path: &Pointer) -> Self {
        Self(path.as_str().to_owned())
    }

    /// Whether the path is this place or below it.
    pub fn covers(&self, path: &Pointer) -> bool {
        let mut segments = path.as_str().split('/').skip(1);
        self.segments().all(|wanted| {
            segments
                .next()
                .is_some_and(|segment| segment == wanted || (wanted == ANY_POSITION && is_position(segment)))
        })
    }

    /// The escaped segments.
    pub(super) fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a jq path that survives absent fields: `.spec.template.spec.containers[]?.image`.
    pub fn to_jq(&self) -> String {
        let mut jq = String::new();
        for segment in self.segments() {
            if segment == ANY_POSITION {
                jq.push_str("[]?");
            } else {
                let key = segment.replace("~1", "/").replace("~0", "~");
                jq.push_str(&super::jq::key(&key));
            }
        }
        if jq.starts_with('.') { jq } else { format!(".{jq}") }
    }

    /// Whether it holds a wildcard, which Argo CD's pointers do not know.
    pub fn has_wildcard(&self) -> bool {
        self.segments().any(|segment| segment == ANY_POSITION)
    }
}

impl fmt::Display for PointerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an escaped segment is a list position.
pub(super) fn is_position(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a pattern's segment stands for any list position.
pub(super) fn is_wildcard(segment: &str) -> bool {
    segment == ANY_POSITION
}

fn has_broken_escape(segment: &str) -> bool {
    segment.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) && escape(segment) != segment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        PointerPattern::parse(pattern).unwrap().covers(&Pointer::parse(path).unwrap())
    }

    #[test]
    fn a_pattern_covers_its_place_and_all_below_and_nothing_beside() {
        assert!(covers("/spec/replicas", "/spec/replicas"));
        assert!(covers("/spec/template", "/spec/template/spec/hostNetwork"));
        assert!(!covers("/spec/template", "/spec"));
        assert!(!covers("/spec/rep", "/spec/replicas"));
        assert!(covers("/metadata/annotations/a~1b", "/metadata/annotations/a~1b"));
    }

    #[test]
    fn a_star_is_a_list_position_and_no_key() {
        assert!(covers("/spec/containers/*/image", "/spec/containers/12/image"));
        assert!(!covers("/spec/containers/*/image", "/spec/containers/0/name"));
        assert!(!covers("/data/*", "/data/password"));
    }

    #[test]
    fn what_names_no_field_is_refused() {
        for wrong in ["", "/", "spec/replicas", "/spec/", "/spec//a", "/a~2b"] {
            assert!(PointerPattern::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn it_reads_as_jq() {
        let jq = |text: &str| PointerPattern::parse(text).unwrap().to_jq();
        assert_eq!(
            jq("/spec/containers/*/env/0/value-from"),
            ".spec.containers[]?.env[0]?[\"value-from\"]?"
        );
        assert_eq!(jq("/metadata/annotations/a~1b"), ".metadata.annotations[\"a/b\"]?");
    }
}
