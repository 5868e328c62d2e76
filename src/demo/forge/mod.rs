//! A GitHub of our own: its API for branches, commits, pull requests and issues over real bare repositories, on loopback.
//!
//! What is asked of it happens: a commit that it makes is found by `git log` in the folder, and it refuses what GitHub
//! refuses, in GitHub's words. Start reading at [`DemoForge`]; `routes` says which endpoint is answered where, `hosted` what
//! a repository is, `objects` how it is told. The address of the API is like that of a GitHub Enterprise Server.

mod answer;
mod faults;
mod git_data;
mod hosted;
mod issues;
mod objects;
mod page;
mod pulls;
mod repositories;
mod routes;
mod server;

pub use faults::{ForgeFault, ForgeFaultRule, ForgeFaults};
pub use hosted::RepositorySettings;
pub use repositories::HostedRepository;
pub use server::{DemoForge, ForgeExchange, ForgeOptions, MergeRefused};
