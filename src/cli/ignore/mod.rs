//! `driftline ignore`: which rules there are, what one would hide, writing one down, switching one off, handing one to Argo CD.

mod add;
mod disable;
mod export;
mod list;
mod rule_flags;
mod test;

use clap::{Args, Subcommand, ValueEnum};

use super::arguments::{ConnectionArgs, GlobalArgs};
use super::exit::{EXIT_CODES, Exit};
use super::failure::Failure;
use super::world::World;

/// Flags of `ignore`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct IgnoreArgs {
    #[command(subcommand)]
    command: IgnoreCommand,
}

#[derive(Debug, Subcommand)]
enum IgnoreCommand {
    /// All rules and whether they do anything
    List(list::ListArgs),
    /// Write a rule into a file; what stands there stays, comments too
    Add(add::AddArgs),
    /// Switch a rule off where it is written; it stays there
    Disable(disable::SwitchArgs),
    /// Switch it on again
    Enable(disable::SwitchArgs),
    /// What a rule would hide: where it holds, and everywhere
    Test(test::TestArgs),
    /// Rules as `spec.ignoreDifferences` of an Argo CD Application
    Export(export::ExportArgs),
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Table,
    /// `driftline/v1`, for programs
    Json,
}

/// Runs one of them.
pub(super) async fn run(
    args: IgnoreArgs,
    before: ConnectionArgs,
    global: &GlobalArgs,
    world: &dyn World,
) -> Result<Exit, Failure> {
    match args.command {
        IgnoreCommand::List(args) => list::run(args, before, global, world).await,
        IgnoreCommand::Add(args) => add::run(args, before, global, world).await,
        IgnoreCommand::Disable(args) => disable::run(args, true, before, global, world).await,
        IgnoreCommand::Enable(args) => disable::run(args, false, before, global, world).await,
        IgnoreCommand::Test(args) => test::run(args, before, global, world).await,
        IgnoreCommand::Export(args) => export::run(args, before, global, world).await,
    }
}
