//! `driftline`: the terminal UI on the configured contexts.

use super::arguments::ColorWhen;
use super::exit::Exit;
use super::failure::Failure;
use super::run::{load_with, variables};
use super::world::World;
use super::{getting_started, logging, screen, terminal};
use crate::config::Flags;

/// Opens the screen, or says what is missing.
pub(super) async fn run(flags: Flags, color: ColorWhen, world: &dyn World) -> Result<Exit, Failure> {
    let variables = variables();
    let loaded = load_with(flags.clone(), variables.clone())?;
    if loaded.settings.contexts.is_empty() {
        return Err(Failure::usage(getting_started::text(&loaded.paths)));
    }
    terminal::require_screen()?;
    let log = logging::to_file(&loaded);
    let engine = world.engine_on_demand(&loaded.settings)?;
    let kind = screen::Kind::Live(world.view_store(&loaded.settings));
    let configuration = screen::configuration(&loaded, &flags, &variables);
    screen::run(engine, &loaded.settings, configuration, color, kind, &log).await
}
