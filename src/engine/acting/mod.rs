//! Plans become real: at most once, recognisably, and never blindly again.
//!
//! [`forge`] is the port, [`pull_request`] the flow of a pull request. `memory_forge` is a forge in memory for tests, which
//! can be interrupted before and after each of its calls.

mod evidence;
pub mod forge;
#[cfg(test)]
pub(crate) mod memory_forge;
pub mod proposing;
pub mod pull_request;
