//! Collect → judge → the redacted view. Both front ends run this and nothing else.
//!
//! Raw drift never leaves this room: [`view`] holds the only drift that screens, commands and adapters can name, and
//! [`document`] its two sides as redacted text. [`ports`] holds the traits the engine needs; adapters implement them,
//! `wire` connects them. [`Engine::follow`] serves the screen, [`Engine::scan`] one pass for a command.

pub mod acting;
pub mod audit;
mod base;
pub mod by_hand;
mod cannot_tell;
mod collect;
pub mod commits;
mod compact;
pub mod core;
pub mod document;
pub mod event;
pub mod explain;
#[cfg(test)]
pub(crate) mod fixtures;
mod follow;
mod guarded;
mod hint;
mod ignore_lists;
pub mod ignoring;
mod invisible;
pub mod journal;
mod judging;
mod kept;
mod known;
pub(crate) mod lines;
mod looking;
mod overwriting;
mod pace;
mod packed;
pub mod page;
mod pause;
pub mod ports;
mod redacting;
mod remembering;
mod scaling;
pub mod scan;
#[cfg(test)]
pub(crate) mod scan_sample;
mod session;
mod shelf;
mod sweeping;
mod sync_windows;
pub mod timeline;
pub mod urgency;
pub mod view;
mod yaml;

pub use core::{Engine, EngineSettings};
pub use event::{EngineCommand, EngineEvent};
pub use pace::{Pace, SLOWER};
pub use ports::Ports;
pub use sweeping::SweepSettings;
