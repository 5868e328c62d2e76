//! The terminal UI: one loop owns a plain `state`, a pure `update` changes it, `screens` draw it.
//!
//! Start with [`run`]; inside, with `update` (what may happen) and `commands` (THE table: every key, help line and hint comes from it).
//! `state`, `update`, `commands`, `keymap`, `diff`, `reason`, `pages` and `text` know no terminal and no runtime;
//! `screens`, `widgets` and `theme` only read the state; `runtime` alone touches the terminal, the clock and tasks.

mod commands;
mod diff;
mod first_screen;
mod keymap;
mod pages;
mod reason;
mod recent_log;
mod runtime;
mod screens;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod theme;
mod update;
pub mod verdict_sign;
mod widgets;

pub use first_screen::first_screen;
pub use keymap::{KeyProblem, check};
pub use recent_log::RecentLog;
pub use runtime::{ConfigurationFile, Error, Options, check_themes, run};
