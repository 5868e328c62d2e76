//! The one place where a command opens the terminal UI.

use std::sync::Arc;

use super::arguments::ColorWhen;
use super::exit::Exit;
use super::failure::Failure;
use super::keys;
use crate::config::{At, Origin, Settings};
use crate::engine::Engine;
use crate::tui::{self, Options};

/// What the screen shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Configured servers.
    Live,
    /// The recorded one.
    Demo,
}

/// Runs the screen until somebody quits.
pub(super) async fn run(engine: Arc<Engine>, settings: &Settings, color: ColorWhen, kind: Kind) -> Result<Exit, Failure> {
    let mut view = settings.view.clone();
    if color == ColorWhen::Never {
        view.theme = At::new("monochrome".to_owned(), Origin::Flag("--color"));
    }
    let options = Options {
        view,
        keys: keys::table(settings)?,
        demo: kind == Kind::Demo,
        diff_viewer: settings.view.diff_viewer.clone(),
    };
    match tui::run(engine, options).await {
        Ok(()) => Ok(Exit::Done),
        // As after Ctrl-C of any program: 128 and the number of the signal.
        Err(tui::Error::Signalled(2)) => Ok(Exit::Interrupted),
        Err(tui::Error::Signalled(1)) => Ok(Exit::HungUp),
        Err(tui::Error::Signalled(_)) => Ok(Exit::Terminated),
        Err(tui::Error::Theme(problems)) => Err(problems.into()),
        Err(error) => Err(Failure::usage(format!("{error}."))),
    }
}
