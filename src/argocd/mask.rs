//! Which fields to ask for, by what the server can select.
//!
//! The list has a hard-coded table of selectable paths: what is not in it vanishes without a word, and on 3.5 a path
//! together with its parent fails the whole call. The watch has a generic mask.

/// Which form of the list to ask for. From the leanest to the surest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListMask {
    /// Parts of `spec`, selectable since 3.5.
    SpecParts,
    /// The whole `spec`, selectable on every version.
    WholeSpec,
    /// Everything: for servers that fail on a mask.
    None,
}

/// Selectable on every version.
const EVERYWHERE: &str = "metadata.resourceVersion,items.metadata.name,items.metadata.namespace,items.metadata.labels,\
items.metadata.annotations,items.metadata.deletionTimestamp,items.status.sync.status,items.status.health,\
items.status.operationState.phase,items.status.operationState.startedAt,items.status.operationState.finishedAt,\
items.status.operationState.operation.sync,items.operation.sync";

/// Selectable since 3.5, and only without `items.spec` itself.
const SPEC_PARTS: &str = "items.spec.destination,items.spec.project,items.spec.source,items.spec.sources,\
items.spec.sourceHydrator,items.spec.syncPolicy,items.status.sync.revision";

/// The watch's mask. Not in it: `reconciledAt`, which would make an event of every comparison, and annotations, which
/// hold the whole manifest again. `type` must be there or deletions vanish, `error` or errors arrive as `{}`.
pub(super) const WATCH: &str = "result.type,result.application.metadata.name,result.application.metadata.namespace,\
result.application.metadata.resourceVersion,result.application.metadata.labels,result.application.metadata.deletionTimestamp,\
result.application.spec.project,result.application.spec.destination,result.application.spec.syncPolicy,\
result.application.status.sync.status,result.application.status.sync.revision,result.application.status.sync.revisions,\
result.application.status.health,result.application.status.conditions,result.application.status.operationState.phase,\
result.application.status.operationState.syncResult.revision,result.application.status.operationState.syncResult.revisions,\
result.application.operation,error";

impl ListMask {
    /// The leanest mask that a server of this version understands; the oldest one for odd or unknown versions, such as
    /// those of vendored builds.
    pub(super) fn for_version(version: &str) -> Self {
        match major_minor(version) {
            Some(version) if version >= (3, 5) => Self::SpecParts,
            _ => Self::WholeSpec,
        }
    }

    /// Value of the query parameter `fields`; `None` asks for everything (an empty one would be the same).
    pub(super) fn fields(self) -> Option<String> {
        match self {
            Self::SpecParts => Some(format!("{EVERYWHERE},{SPEC_PARTS}")),
            Self::WholeSpec => Some(format!("{EVERYWHERE},items.spec")),
            Self::None => None,
        }
    }
}

fn major_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().trim_start_matches('v').split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.parse().ok()?;
    // A third part makes a release; "3.5" alone is no version that Argo CD reports.
    parts
        .next()?
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_follows_the_version_and_odd_versions_get_the_oldest() {
        for (version, expected) in [
            ("v3.5.1+109ca7c", ListMask::SpecParts),
            ("3.5.0-rc1", ListMask::SpecParts),
            ("v3.10.0", ListMask::SpecParts),
            ("4.0.0", ListMask::SpecParts),
            ("v3.4.7", ListMask::WholeSpec),
            ("v2.14.21+abc", ListMask::WholeSpec),
            ("", ListMask::WholeSpec),
            ("v3.5", ListMask::WholeSpec),
            ("gitops-1.18-v3.5.1", ListMask::WholeSpec),
            ("v99.99.99-vendor", ListMask::SpecParts),
            ("latest", ListMask::WholeSpec),
        ] {
            assert_eq!(ListMask::for_version(version), expected, "{version}");
        }
    }

    #[test]
    fn no_mask_names_a_field_together_with_its_parent_or_twice() {
        for mask in [ListMask::SpecParts, ListMask::WholeSpec] {
            let fields = mask.fields().unwrap();
            let paths: Vec<&str> = fields.split(',').collect();
            for (position, path) in paths.iter().enumerate() {
                assert!(!path.starts_with('-') && !path.contains(char::is_whitespace), "{path}");
                for (other_position, other) in paths.iter().enumerate() {
                    let collides = path == other || other.starts_with(&format!("{path}."));
                    assert!(position == other_position || !collides, "{path} and {other}");
                }
            }
        }
        assert_eq!(ListMask::None.fields(), None);
    }

    #[test]
    fn the_watch_keeps_deletions_and_errors_and_is_not_woken_by_every_comparison() {
        let paths: Vec<&str> = WATCH.split(',').collect();
        assert!(paths.contains(&"result.type") && paths.contains(&"error"));
        assert!(
            !paths
                .iter()
                .any(|path| path.contains("reconciledAt") || path.contains("annotations"))
        );
        assert!(!paths.iter().any(|path| path.contains(char::is_whitespace)));
    }
}
