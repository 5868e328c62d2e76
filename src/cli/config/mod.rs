//! `driftline config`: where the configuration is, whether it is right, what came of it.

mod check;
mod path;
mod show;

use clap::{Args, Subcommand};

use super::arguments::{ConnectionArgs, GlobalArgs};
use super::exit::{EXIT_CODES, Exit};
use super::failure::Failure;

pub(super) use check::judged;

/// Flags of `config`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print where the configuration file is, or belongs
    Path,
    /// Read everything and say what is wrong, all at once
    Check(ConnectionOnly),
    /// Print every effective value and where it came from; secrets are masked
    Show(ConnectionOnly),
}

#[derive(Debug, Args)]
struct ConnectionOnly {
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Runs one of them.
pub(super) fn run(args: ConfigArgs, before: ConnectionArgs, global: &GlobalArgs) -> Result<Exit, Failure> {
    match args.command {
        ConfigCommand::Path => path::run(&ConnectionArgs::default().flags(before, global)),
        ConfigCommand::Check(only) => check::run(only.connection.flags(before, global)),
        ConfigCommand::Show(only) => show::run(only.connection.flags(before, global)),
    }
}
