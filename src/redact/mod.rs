//! No secret value and no hostile character passes this room. Pure.
//!
//! [`terminal`] makes foreign text safe to show.

pub mod terminal;
