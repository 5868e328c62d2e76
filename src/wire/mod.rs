//! Settings → ports: the only place that names a concrete adapter.
//!
//! [`http`] builds the HTTP client that every adapter receives.

pub mod http;
