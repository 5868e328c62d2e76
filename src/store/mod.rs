//! The journal: what is remembered of drifts between runs. It implements [`crate::engine::ports::Store`]. And, apart from
//! it, [`Cache`]: what can be had again and is only kept to be had sooner.
//!
//! [`FileStore`] keeps it in the state folder, [`MemoryStore`] nowhere (the demo, tests). Both fold the same entries into
//! the same `index`; `entry` is one line, `journal` the file with its crash-safety. Start reading at `index`.
//!
//! [`AuditFile`] is what was done and tried: append-only, never compacted, beside the journal.
//!
//! [`IgnoreFile`] is a person's own list of ignore rules, which lies beside the configuration.
//!
//! The journal may not be lost; the cache may be deleted at any time. So they share no folder and no code but `private`.

mod audit_file;
mod cache;
mod entry;
mod file_store;
mod frame;
mod ignore_file;
mod index;
mod journal;
mod memory_store;
mod private;
#[cfg(test)]
mod tests;
mod view_file;

pub use audit_file::{AuditFile, AuditInMemory};
pub use cache::Cache;
pub use file_store::FileStore;
pub use ignore_file::IgnoreFile;
pub use memory_store::MemoryStore;
pub use view_file::ViewFile;
