//! "The same drift as yesterday": a hash of a drift's identity and its changes.

use sha2::{Digest, Sha256};

use super::application::ApplicationKey;
use super::resource::{DriftState, ResourceKey};

/// Hashes length-prefixed parts, so that no two lists of parts collide by concatenation.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Starts with the identity: the *server's* (never the nickname of the context), the Application, the resource.
    pub fn of(server: &str, application: &ApplicationKey, resource: &ResourceKey, state: DriftState) -> Self {
        let mut fingerprint = Self::default();
        for part in [
            server,
            &application.namespace,
            &application.name,
            &resource.group,
            &resource.kind,
            &resource.namespace,
            &resource.name,
            state.as_str(),
        ] {
            fingerprint.add(part);
        }
        fingerprint
    }

    /// Adds one more part. Callers never add a value that the redactor hides: a short secret could be found by trying.
    pub fn add(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part.as_bytes());
    }

    /// Sixteen hex digits.
    pub fn finish(self) -> String {
        self.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nickname_of_the_context_does_not_matter_and_the_server_does() {
        let resource = ResourceKey::new("", "ConfigMap", "a", "b");
        let of = |server: &str, context: &str| {
            Fingerprint::of(
                server,
                &ApplicationKey::new(context, "argocd", "web"),
                &resource,
                DriftState::Changed,
            )
            .finish()
        };
        assert_eq!(of("https://a", "one"), of("https://a", "two"));
        assert_ne!(of("https://a", "one"), of("https://b", "one"));
        assert_eq!(of("https://a", "one").len(), 16);
    }
}
