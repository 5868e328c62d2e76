//! `driftline demo`: the terminal UI on a recorded Argo CD, and `demo serve`: that server alone.

mod serve;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::serve::ServeArgs;
use super::arguments::ColorWhen;
use super::exit::{EXIT_CODES, Exit};
use super::failure::Failure;
use super::run::{load_with, variables};
use super::world::World;
use super::{logging, screen, terminal};
use crate::config::Flags;

/// Flags of `demo`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct DemoArgs {
    #[command(subcommand)]
    command: Option<DemoCommand>,
    /// Folder with recordings [default: the built-in ones]
    #[arg(long, global = true, value_name = "DIR", env = "DRIFTLINE_RECORDINGS")]
    recordings: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum DemoCommand {
    /// Serve the recorded Argo CD on loopback until stopped; prints what to export
    Serve(ServeArgs),
}

/// Opens the demo, or serves it.
pub(super) async fn run(args: DemoArgs, flags: Flags, color: ColorWhen, world: &dyn World) -> Result<Exit, Failure> {
    let recordings = args.recordings.filter(|folder| !folder.as_os_str().is_empty());
    match args.command {
        Some(DemoCommand::Serve(serve)) => serve::run(&serve, recordings.as_deref(), world).await,
        None => {
            terminal::require_screen()?;
            let variables = variables().without_servers();
            let loaded = load_with(flags.clone(), variables.clone())?;
            let log = logging::to_file(&loaded);
            let session = world.demo(&loaded.settings, recordings.as_deref()).await?;
            let configuration = screen::configuration(&loaded, &flags, &variables);
            screen::run(
                session.engine,
                &loaded.settings,
                configuration,
                color,
                screen::Kind::Demo,
                &log,
            )
            .await
        }
    }
}
