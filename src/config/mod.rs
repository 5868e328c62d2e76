//! Configuration: what files, variables and flags say, and the [`Settings`] that come of it.
//!
//! Start with [`settings`] for the result and `schema.rs` for the keys. [`load()`] is the only I/O; `resolve.rs`
//! and everything that it uses is pure. Every value knows where it came from ([`origin`]).

mod address;
mod check;
mod connection;
mod context;
mod effective;
mod environment;
mod flags;
mod ignore;
mod ignore_source;
mod layers;
mod load;
mod nearest;
mod opts;
pub mod origin;
mod paths;
mod policy;
mod problem;
mod read;
mod resolve;
mod schema;
pub mod settings;
#[cfg(test)]
mod tests;
mod variables;

pub use connection::Connection;
pub use flags::Flags;
pub use ignore::ignore_list;
pub use load::{Loaded, load, paths};
pub(crate) use nearest::nearest;
pub use origin::{At, Origin};
pub use paths::{ConfigFileSource, PROJECT_FILE, Paths};
pub use problem::{Problem, Problems};
pub(crate) use read::Session;
pub use schema::keys;
pub use settings::{ContextSettings, IgnoreSourcePlace, IgnoreSourceSettings, Settings, TokenSource, ViewSettings};
pub use variables::Variables;
