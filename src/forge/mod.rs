//! Where pull requests and issues go: adapters for the port [`Forge`](crate::engine::ports::Forge).
//!
//! [`github`] is GitHub and GitHub Enterprise Server, through their API.

pub mod github;
