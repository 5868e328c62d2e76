//! The journal: what is remembered of drifts between runs. It implements [`crate::engine::ports::Store`].
//!
//! [`FileStore`] keeps it in the state folder, [`MemoryStore`] nowhere (the demo, tests). Both fold the same entries into
//! the same `index`; `entry` is one line, `journal` the file with its crash-safety. Start reading at `index`.
//!
//! There is no cache beside it: nothing that the engine needs today is worth keeping and may be lost as well.

mod entry;
mod file_store;
mod index;
mod journal;
mod memory_store;
#[cfg(test)]
mod tests;

pub use file_store::FileStore;
pub use memory_store::MemoryStore;
