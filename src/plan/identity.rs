//! What makes two plans the same plan on every machine: the id of a resource, the branch that stands for it, the marker in
//! a body.
//!
//! Everything here is made of the *server's* identity, never of a context's nickname, so that two people who call a server
//! differently find each other's pull request. One resource has at most one open pull request: its branch is its lock.

use sha2::{Digest, Sha256};

use crate::drift::{ApplicationIdentity, ResourceKey};

/// Longest branch name, in characters. Forges allow more; people read it in a list.
const LONGEST_BRANCH: usize = 100;

/// Folder of our branches. The depth is fixed, since a ref cannot be the folder of another one.
const BRANCHES: &str = "drift-fix";

/// First words of a marker. The number grows when what follows changes its meaning.
const MARKER: &str = "<!-- driftline:1";

/// Hash of one resource of one Application of one server: 16 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(String);

impl ResourceId {
    /// Of this resource.
    pub fn of(application: &ApplicationIdentity, resource: &ResourceKey) -> Self {
        let mut hash = Sha256::new();
        for part in [
            &application.server,
            &application.namespace,
            &application.name,
            &resource.group,
            &resource.kind,
            &resource.namespace,
            &resource.name,
        ] {
            // With their lengths, no two lists of parts collide by concatenation.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads sixteen hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        is_id(text).then(|| Self(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Name of the branch that stands for the resource: `drift-fix/APP/KIND-NAME-8HEX`, lower case, only `a-z 0-9 -`, so that
    /// it is a valid ref whatever the names hold. The digits tell apart what the letters do not.
    pub fn branch(&self, application: &str, resource: &ResourceKey) -> String {
        let digits = self.0.get(..8).unwrap_or(&self.0);
        let room = LONGEST_BRANCH - BRANCHES.len() - digits.len() - 3;
        let application = plain(application);
        let object = plain(&format!("{}-{}", resource.kind, resource.name));
        // The object says more than the end of a long Application's name; both keep something.
        let object = ending_at(&object, room.saturating_sub(application.len().min(room / 2)));
        let application = ending_at(&application, room - object.len());
        format!("{BRANCHES}/{application}/{object}-{digits}")
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Lower case; every run of other characters is one hyphen; never empty, never with a hyphen at an end.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            plain.push(c);
        } else if !plain.ends_with('-') && !plain.is_empty() {
            plain.push('-');
        }
    }
    let trimmed = plain.trim_end_matches('-');
    if trimmed.is_empty() {
        "x".to_owned()
    } else {
        trimmed.to_owned()
    }
}

fn ending_at(text: &str, most: usize) -> String {
    let cut = text.get(..most.max(1)).unwrap_or(text);
    cut.trim_end_matches('-').to_owned()
}

/// The hidden line at the start of a body of ours: which resource, which difference. It is believed only in a body that we
/// wrote, since anybody can copy it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// Which resource.
    pub resource: ResourceId,
    /// Which difference: the fingerprint of the drift, 16 hex digits.
    pub drift: String,
}

impl Marker {
    /// The line, without its end.
    pub fn line(&self) -> String {
        format!("{MARKER} resource={} drift={} -->", self.resource.as_str(), self.drift)
    }

    /// Finds it on the first line of a body; `None` when there is none, or it is not well formed.
    pub fn find(body: &str) -> Option<Self> {
        let line = body.lines().next()?.trim_end();
        let rest = line.strip_prefix(MARKER)?.strip_suffix("-->")?.trim();
        let (resource, drift) = rest.split_once(' ')?;
        let drift = drift.strip_prefix("drift=").filter(|drift| is_id(drift))?;
        Some(Self {
            resource: ResourceId::parse(resource.strip_prefix("resource=")?)?,
            drift: drift.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::repository::BranchName;

    fn identity(server: &str) -> ApplicationIdentity {
        ApplicationIdentity {
            server: server.to_owned(),
            namespace: "argocd".to_owned(),
            name: "payments-api".to_owned(),
        }
    }

    fn config_map(name: &str) -> ResourceKey {
        ResourceKey::new("", "ConfigMap", "shop", name)
    }

    #[test]
    fn two_servers_with_the_same_application_are_told_apart() {
        let resource = config_map("api-config");
        let one = ResourceId::of(&identity("https://a.example.com"), &resource);
        let other = ResourceId::of(&identity("https://b.example.com"), &resource);
        assert_ne!(one, other);
        assert_ne!(one.branch("payments-api", &resource), other.branch("payments-api", &resource));
    }

    #[test]
    fn a_branch_is_a_ref_of_three_parts_whatever_the_names_hold() {
        let long = "x".repeat(300);
        for (application, name) in [
            ("payments-api", "api-config"),
            ("Größe/../..", "@{-1}~^:?*[\\ .lock"),
            ("", ""),
            ("---", "日本語"),
            (long.as_str(), long.as_str()),
            (long.as_str(), "b"),
            ("a", long.as_str()),
        ] {
            let resource = config_map(name);
            let id = ResourceId::of(&identity("https://a"), &resource);
            let branch = id.branch(application, &resource);
            assert!(BranchName::parse(&branch).is_ok(), "{branch}");
            assert_eq!(branch.split('/').count(), 3, "{branch}");
            assert!(branch.len() <= LONGEST_BRANCH, "{branch}");
            assert!(branch.ends_with(&format!("-{}", &id.as_str()[..8])), "{branch}");
        }
        let resource = config_map("api-config");
        let branch = ResourceId::of(&identity("https://a"), &resource).branch("payments-api", &resource);
        assert!(branch.starts_with("drift-fix/payments-api/configmap-api-config-"), "{branch}");
    }

    #[test]
    fn names_that_look_alike_in_a_branch_have_branches_of_their_own() {
        let of = |name: &str| {
            let resource = config_map(name);
            ResourceId::of(&identity("https://a"), &resource).branch("web", &resource)
        };
        assert_ne!(of("a.b"), of("a-b"));
        assert_ne!(of(&"x".repeat(200)), of(&"x".repeat(201)));
    }

    #[test]
    fn a_marker_is_read_back_from_the_first_line_only() {
        let marker = Marker {
            resource: ResourceId::of(&identity("https://a"), &config_map("a")),
            drift: "9c31e2aa07b45d18".to_owned(),
        };
        let line = marker.line();
        assert_eq!(Marker::find(&format!("{line}\n## Drift")), Some(marker.clone()));
        assert_eq!(Marker::find(&format!("{line}\r\n## Drift")), Some(marker));
        for wrong in [
            String::new(),
            format!("text\n{line}"),
            line.replace("drift=9", "drift=G"),
            line.replace("driftline:1", "driftline:2"),
            line.replace(" -->", ""),
        ] {
            assert_eq!(Marker::find(&wrong), None, "{wrong}");
        }
    }
}
