//! The HTTP client for Argo CD: it reads, and never writes.
//!
//! Start with [`Client`], which implements [`crate::engine::ports::ArgoCd`] on a [`Connection`]; [`OnDemand`] makes one with
//! the first call. One call goes through `request` (URL, headers, deadline, retries, size limit) and, when refused, through
//! `error`. The list comes in item by
//! item (`list`, `item_stream`), the watch event by event (`watch`, `event_stream`). What arrives is borrowed into
//! `wire_types` and becomes [`crate::drift`] types in `convert`; managed resources in `managed`,
//! manifests of a revision in `manifests`, sync windows in `windows`, commits and events in `happening`.
//!
//! Everything a server says is taken as hostile text. We never send `refresh`, which would make Argo CD write.

mod client;
mod connection;
mod convert;
mod error;
mod event_stream;
mod happening;
mod item_stream;
mod list;
mod managed;
mod manifests;
mod mask;
mod on_demand;
mod overrides;
mod request;
mod scrub;
mod watch;
mod windows;
mod wire_types;

pub use client::Client;
pub use connection::{Connection, ConnectionError, Scope, Timeouts};
pub use on_demand::OnDemand;
