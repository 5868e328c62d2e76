//! The one place where a command opens the terminal UI.

use std::sync::Arc;

use super::arguments::ColorWhen;
use super::config::judged;
use super::exit::Exit;
use super::failure::Failure;
use super::keys;
use super::logging::LogGuard;
use super::run::folder;
use crate::config::{At, Flags, Loaded, Origin, Settings, Variables, load};
use crate::engine::Engine;
use crate::engine::ports::ViewStore;
use crate::tui::{self, ConfigurationFile, Options};

/// What the screen shows.
#[derive(Clone)]
pub(super) enum Kind {
    /// Configured servers; how the screen was left is kept there.
    Live(Option<Arc<dyn ViewStore>>),
    /// The recorded one.
    Demo,
}

/// The configuration file that this run reads, so that it can be edited on the screen and judged again.
pub(super) fn configuration(loaded: &Loaded, flags: &Flags, variables: &Variables) -> Option<ConfigurationFile> {
    let path = loaded.paths.config_file.clone()?;
    let (flags, variables) = (flags.clone(), variables.clone());
    let check = move || {
        let loaded = load(flags.clone(), variables.clone(), &folder()).map_err(Failure::from);
        loaded
            .and_then(|loaded| judged(&loaded))
            .map_err(|failure| failure.to_string())
    };
    Some(ConfigurationFile {
        path,
        check: Arc::new(check),
    })
}

/// Runs the screen until somebody quits.
pub(super) async fn run(
    engine: Arc<Engine>,
    settings: &Settings,
    configuration: Option<ConfigurationFile>,
    color: ColorWhen,
    kind: Kind,
    log: &LogGuard,
) -> Result<Exit, Failure> {
    let mut view = settings.view.clone();
    if color == ColorWhen::Never {
        view.theme = At::new("monochrome".to_owned(), Origin::Flag("--color"));
    }
    let (demo, view_store) = match kind {
        Kind::Live(store) => (false, store.filter(|_| view.remember)),
        Kind::Demo => (true, None),
    };
    let options = Options {
        view,
        keys: keys::table(settings)?,
        // Nobody compares a recording again.
        compared_every: (!demo).then_some(settings.poll.compared_every),
        demo,
        log: Some(Arc::clone(&log.recent)),
        view_store,
        configuration,
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
