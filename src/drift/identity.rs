//! Who an Application is wherever something of it leaves this machine: fingerprints, branches, markers, the journal.

/// Identity of an Application that means the same on every machine: two people may call one server differently, and two
/// servers may hold Applications of one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationIdentity {
    /// The Argo CD server: its settings `url`, else its normalised address. Never the nickname of a context.
    pub server: String,
    /// Namespace of the Application object.
    pub namespace: String,
    /// Its name.
    pub name: String,
}
