//! The commands: one file each. Machine formats go to stdout, everything else to stderr.
//!
//! Start with `arguments.rs` for what there is and [`run()`] for how a command is chosen. [`Exit`] holds the exit codes,
//! [`World`] what `main` has to give.

mod arguments;
mod audit;
mod config;
mod demo;
mod exit;
mod explain;
mod failure;
mod getting_started;
mod ignore;
mod keys;
mod logging;
mod output;
mod rules;
mod run;
mod scan;
mod screen;
mod stop;
mod terminal;
mod triage;
mod world;

pub use exit::Exit;
pub use run::run;
pub use world::{DemoSession, Serving, World};

/// What [`World`] speaks of, so that who implements it needs no other room.
pub use crate::config::Settings;
pub use crate::engine::Engine;
pub use crate::engine::ports::{AuditLog, ErrorView, ViewStore};
