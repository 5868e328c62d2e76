//! The command line flags that are settings, as plain data; `cli` fills them in.

use std::path::PathBuf;

use super::connection::Connection;
use super::origin::At;

/// The layer above all others.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--context`, repeatable.
    pub contexts: Vec<String>,
    /// `--log`.
    pub log_level: Option<At<String>>,
    /// `--fail-on`.
    pub fail_on: Option<At<String>>,
    /// `--server` and the rest of a connection.
    pub connection: Connection,
    /// `--project`, repeatable.
    pub projects: Vec<String>,
    /// `--selector`.
    pub selector: Option<String>,
}
