//! How the tables name places in a manifest.
//!
//! A pattern is a `/`-separated list of segments; `*` is any one segment, a final `**` any number (also none).
//! It starts with where it is anchored:
//!
//! * `spec/…`, `metadata/…`, `rules/…`: the object;
//! * `pod:…`: any pod spec in it (of a Pod, of a workload's template, of a custom resource's `…Template`);
//! * `container:…`: any container in it;
//! * `template:…`: the metadata of any pod template in it.

use std::borrow::Cow;

use serde_json::Value;

/// A field of a manifest, split once, seen from every anchor.
#[derive(Debug, Clone)]
pub struct Field<'a> {
    segments: Vec<Cow<'a, str>>,
    pod: Option<usize>,
    container: Option<usize>,
    template: Option<usize>,
}

impl<'a> Field<'a> {
    /// Places a path (unescaped segments) of an object of this kind.
    pub fn new(kind: &str, segments: impl IntoIterator<Item = Cow<'a, str>>) -> Self {
        let segments: Vec<_> = segments.into_iter().collect();
        let at = |index: usize| segments.get(index).map(AsRef::as_ref);
        let container = (0..segments.len())
            .rev()
            .find(|&i| is_container_list(&segments[i]) && at(i + 1).is_some_and(is_position));
        let pod_template =
            (0..segments.len()).find(|&i| is_pod_template(&segments[i]) && matches!(at(i + 1), Some("spec" | "metadata")));
        let pod = match pod_template {
            Some(i) if at(i + 1) == Some("spec") => Some(i + 2),
            _ if kind == "Pod" && at(0) == Some("spec") => Some(1),
            // By structure alone: what holds a list of containers is a pod spec.
            _ => (0..segments.len()).find(|&i| is_container_list(&segments[i])),
        };
        let template = pod_template.filter(|&i| at(i + 1) == Some("metadata")).map(|i| i + 2);
        Self {
            pod,
            container: container.map(|i| i + 2),
            template,
            segments,
        }
    }

    /// The field under `key` of this one.
    #[must_use]
    pub fn child(&self, kind: &str, key: &'a str) -> Self {
        Self::new(kind, self.segments.iter().cloned().chain([Cow::Borrowed(key)]))
    }

    /// What stands beside this field in `object` under `key`.
    pub fn sibling<'v>(&self, object: &'v Value, key: &str) -> Option<&'v Value> {
        self.above(object, 1)?.get(key)
    }

    /// The value `levels` above this field in `object`.
    pub fn above<'v>(&self, object: &'v Value, levels: usize) -> Option<&'v Value> {
        let above = self.segments.get(..self.segments.len().checked_sub(levels)?)?;
        above.iter().try_fold(object, |at, segment| match at {
            Value::Object(map) => map.get(segment.as_ref()),
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The unescaped segments.
    pub fn segments(&self) -> &[Cow<'a, str>] {
        &self.segments
    }

    /// The last segment that is a name rather than a position; empty at the root.
    pub fn name(&self) -> &str {
        self.segments.iter().rev().find(|s| !is_position(s)).map_or("", AsRef::as_ref)
    }

    /// Whether the pattern names this field or, with a final `**`, something above it.
    pub fn matches(&self, pattern: &str) -> bool {
        let (start, pattern) = match pattern.split_once(':') {
            Some(("pod", rest)) => (self.pod, rest),
            Some(("container", rest)) => (self.container, rest),
            Some(("template", rest)) => (self.template, rest),
            _ => (Some(0), pattern),
        };
        start
            .and_then(|start| self.segments.get(start..))
            .is_some_and(|segments| matches_segments(pattern, segments))
    }

    /// Whether any of the patterns matches.
    pub fn matches_any(&self, patterns: &[&str]) -> bool {
        patterns.iter().any(|pattern| self.matches(pattern))
    }

    /// The key of the annotation this field is, on the object itself or on a pod template.
    pub fn annotation(&self) -> Option<&str> {
        self.metadata_key("annotations")
    }

    /// The key of the label this field is, on the object itself or on a pod template.
    pub fn label(&self) -> Option<&str> {
        self.metadata_key("labels")
    }

    /// Whether it lies in the metadata of a pod template.
    pub fn is_in_template_metadata(&self) -> bool {
        self.template.is_some()
    }

    /// Whether it lies in a pod spec.
    pub fn is_in_pod_spec(&self) -> bool {
        self.pod.is_some()
    }

    fn metadata_key(&self, map: &str) -> Option<&str> {
        let rest = match self.template {
            Some(start) => self.segments.get(start..)?,
            None if self.segments.first().map(AsRef::as_ref) == Some("metadata") => self.segments.get(1..)?,
            None => return None,
        };
        match rest {
            [first, key] if first == map => Some(key),
            _ => None,
        }
    }
}

fn is_container_list(segment: &str) -> bool {
    matches!(segment, "containers" | "initContainers" | "ephemeralContainers")
}

fn is_pod_template(segment: &str) -> bool {
    segment == "template" || (segment.ends_with("Template") && segment != "jobTemplate")
}

fn is_position(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit())
}

fn matches_segments(pattern: &str, segments: &[Cow<'_, str>]) -> bool {
    let mut rest = segments.iter();
    for part in pattern.split('/') {
        if part == "**" {
            return true;
        }
        match rest.next() {
            Some(segment) if part == "*" || part == segment => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<'a>(kind: &str, path: &'a str) -> Field<'a> {
        Field::new(kind, path.split('/').skip(1).map(Cow::Borrowed))
    }

    #[test]
    fn a_container_is_a_container_in_every_kind() {
        for (kind, path) in [
            ("Pod", "/spec/containers/0/image"),
            ("Deployment", "/spec/template/spec/containers/0/image"),
            ("CronJob", "/spec/jobTemplate/spec/template/spec/initContainers/1/image"),
            ("RayCluster", "/spec/workerGroupSpecs/0/template/spec/containers/0/image"),
        ] {
            let field = field(kind, path);
            assert!(field.matches("container:image"), "{path}");
            assert!(field.matches("pod:*/*/image"), "{path}");
            assert!(!field.matches("spec/image"), "{path}");
        }
    }

    #[test]
    fn pod_specs_are_found_by_kind_template_and_structure() {
        assert!(field("Pod", "/spec/hostNetwork").matches("pod:hostNetwork"));
        assert!(field("Deployment", "/spec/template/spec/hostNetwork").matches("pod:hostNetwork"));
        assert!(!field("Service", "/spec/hostNetwork").matches("pod:hostNetwork"));
        assert!(!field("CronJob", "/spec/jobTemplate/spec/backoffLimit").is_in_pod_spec());
    }

    #[test]
    fn annotations_are_found_on_the_object_and_on_templates() {
        assert_eq!(field("Deployment", "/metadata/annotations/note").annotation(), Some("note"));
        assert_eq!(
            field("Deployment", "/spec/template/metadata/annotations/note").annotation(),
            Some("note")
        );
        assert_eq!(field("Deployment", "/spec/template/metadata/labels/note").annotation(), None);
    }

    #[test]
    fn two_stars_match_the_place_and_all_below() {
        for path in [
            "/spec/template/spec/securityContext",
            "/spec/template/spec/securityContext/runAsUser",
        ] {
            assert!(field("Deployment", path).matches("pod:securityContext/**"), "{path}");
        }
    }
}
