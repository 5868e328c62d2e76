//! The command line: what is common to all commands. Each command's own flags stand in its own file.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;

use super::audit::AuditArgs;
use super::config::ConfigArgs;
use super::demo::DemoArgs;
use super::exit::EXIT_CODES;
use super::explain::ExplainArgs;
use super::ignore::IgnoreArgs;
use super::rules::RulesArgs;
use super::scan::ScanArgs;
use crate::config::{At, Connection, Flags, Origin};

/// Interactive drift triage for Argo CD: what differs, who changed it, how bad it is.
///
/// Without a command: the terminal UI on the configured Argo CD servers. driftline only reads: it never syncs, patches or
/// deletes anything.
#[derive(Debug, Parser)]
#[command(name = "driftline", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The terminal UI on a recorded Argo CD: no network, no key
    Demo(DemoArgs),
    /// One pass: collect, judge, print
    Scan(ScanArgs),
    /// Judge manifests without Argo CD: files, or cases on stdin
    Explain(ExplainArgs),
    /// What the rules mean
    Rules(RulesArgs),
    /// What nobody wants to hear of again: rules and what they hide
    Ignore(IgnoreArgs),
    /// What was done, tried and refused, by whom, with links
    Audit(AuditArgs),
    /// The configuration: where it is, whether it is right, what came of it
    Config(ConfigArgs),
}

/// Flags that every command knows.
#[derive(Debug, Args)]
pub(super) struct GlobalArgs {
    /// Configuration file [default: $DRIFTLINE_CONFIG, else `driftline config path`]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Look at this configured context only; may be repeated
    #[arg(long = "context", global = true, value_name = "NAME")]
    contexts: Vec<String>,
    /// off, error, warn, info, debug or trace; headless commands log to stderr only when asked
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorWhen,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    /// On a terminal, without NO_COLOR
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How to reach one server. The names are those of the `argocd` CLI.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct ConnectionArgs {
    /// Argo CD address: host, host:port or https://host/path [default: $ARGOCD_SERVER, else the configured contexts]
    #[arg(long, value_name = "HOST")]
    server: Option<String>,
    /// Token [default: $ARGOCD_AUTH_TOKEN]. Others on this machine can see a flag: prefer the variable
    #[arg(long, value_name = "TOKEN")]
    auth_token: Option<SecretString>,
    /// Plain HTTP
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    plaintext: Option<bool>,
    /// Do not verify certificates
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    insecure: Option<bool>,
    /// Header for a proxy in front of the server, as `Name: value`; may be repeated
    #[arg(long = "header", short = 'H', value_name = "HEADER")]
    headers: Vec<SecretString>,
    /// PEM file with certificates to trust besides the system's
    #[arg(long, value_name = "FILE")]
    server_crt: Option<PathBuf>,
    /// Path of the API when the server runs with --rootpath
    #[arg(long, value_name = "PATH")]
    root_path: Option<String>,
    /// Look at this project only; may be repeated
    #[arg(long = "project", value_name = "NAME")]
    projects: Vec<String>,
    /// Look at Applications with these labels only
    #[arg(long, value_name = "LABELS")]
    selector: Option<String>,
}

impl ConnectionArgs {
    /// The flags as settings; those given after the command (`self`) win over those before it.
    pub(super) fn flags(self, before: Self, global: &GlobalArgs) -> Flags {
        Flags {
            config: global.config.clone(),
            contexts: global.contexts.clone(),
            log_level: at("--log", global.log.clone()),
            fail_on: None,
            connection: Connection {
                server: at("--server", self.server.or(before.server)),
                token: at("--auth-token", self.auth_token.or(before.auth_token)),
                plaintext: at("--plaintext", self.plaintext.or(before.plaintext)),
                insecure: at("--insecure", self.insecure.or(before.insecure)),
                root_path: at("--root-path", self.root_path.or(before.root_path)),
                ca_file: at("--server-crt", self.server_crt.or(before.server_crt)),
                headers: before
                    .headers
                    .into_iter()
                    .chain(self.headers)
                    .map(|header| At::new(header, Origin::Flag("--header")))
                    .collect(),
            },
            projects: before.projects.into_iter().chain(self.projects).collect(),
            selector: self.selector.or(before.selector),
        }
    }
}

/// A flag's value with its origin.
pub(super) fn at<T>(flag: &'static str, value: Option<T>) -> Option<At<T>> {
    value.map(|value| At::new(value, Origin::Flag(flag)))
}
