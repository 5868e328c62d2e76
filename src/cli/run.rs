//! From the command line to an exit code.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::Parser;

use super::arguments::{Cli, Command, ConnectionArgs};
use super::exit::Exit;
use super::failure::Failure;
use super::world::World;
use super::{audit, config, demo, explain, ignore, rules, scan, triage};
use crate::config::{Flags, Loaded, Settings, Variables, load};
use crate::redact::terminal::visible;

/// Reads the command line, runs the command, says what went wrong.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, world: &dyn World) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too. Whoever closed the pipe does not want the text.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    match dispatch(cli, world).await {
        Ok(exit) => exit,
        Err(failure) => {
            say(&failure.to_string());
            failure.exit
        }
    }
}

async fn dispatch(cli: Cli, world: &dyn World) -> Result<Exit, Failure> {
    let Cli {
        command,
        global,
        connection,
    } = cli;
    match command {
        None => {
            let flags = ConnectionArgs::default().flags(connection, &global);
            triage::run(flags, global.color, world).await
        }
        Some(Command::Demo(args)) => {
            let flags = ConnectionArgs::default().flags(ConnectionArgs::default(), &global);
            demo::run(args, flags, global.color, world).await
        }
        Some(Command::Scan(args)) => scan::run(args, connection, &global, world).await,
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Rules(args)) => rules::run(&args),
        Some(Command::Audit(args)) => audit::run(args, connection, &global, world).await,
        Some(Command::Ignore(args)) => ignore::run(args, connection, &global, world).await,
        Some(Command::Config(args)) => config::run(args, connection, &global),
    }
}

/// One sentence (or several lines) to stderr, under our name.
pub(super) fn say(text: &str) {
    // When stderr is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "driftline: {text}");
}

/// The process environment as a value.
pub(super) fn variables() -> Variables {
    // Names and values that are not Unicode are none of ours.
    Variables::new(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))))
}

/// The folder one works in; a folder that was deleted has no project file.
pub(super) fn folder() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}

/// Reads the configuration and says its notes.
pub(super) fn load_with(flags: Flags, variables: Variables) -> Result<Loaded, Failure> {
    let loaded = load(flags, variables, &folder())?;
    say_notes(&loaded.settings);
    Ok(loaded)
}

fn say_notes(settings: &Settings) {
    for note in &settings.notes {
        say(&format!("note: {}", visible(&note.to_string())));
    }
}
