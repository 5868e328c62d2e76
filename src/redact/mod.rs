//! The one redactor. No secret value passes it; whether a value changed stays visible. No switch turns it off.
//!
//! [`manifest`] hides values in a pair of manifests, [`text`] in any other text that leaves the engine (conditions,
//! error messages). What is hidden, and why, is in `kubernetes/secrets.rs` and in the shapes of [`text`]. [`terminal`]
//! makes foreign text safe to show: no control or invisible character reaches a screen.

mod keyed;
pub mod manifest;
pub mod terminal;
pub mod text;
mod tokens;
mod urls;
mod value;
