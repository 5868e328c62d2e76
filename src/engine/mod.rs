//! Collect → judge → the redacted view. Both front ends run this and nothing else.
//!
//! Raw drift never leaves this room: [`view`] holds the only drift that screens, commands and adapters can name.
//! [`ports`] holds the traits the engine needs; adapters implement them, `wire` connects them.

pub mod core;
pub mod document;
pub mod event;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod ports;
pub mod view;

pub use core::Engine;
pub use event::{EngineCommand, EngineEvent};
pub use ports::Ports;
