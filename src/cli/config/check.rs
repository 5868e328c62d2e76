//! `driftline config check`: reads every layer and says what is wrong, all at once.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::keys;
use super::super::output::print;
use super::super::run::{load_with, say, variables};
use crate::config::{Flags, Loaded, TokenSource};
use crate::redact::terminal::visible;
use crate::tui;

/// Says which files were read, or fails with every problem.
pub(super) fn run(flags: Flags) -> Result<Exit, Failure> {
    let loaded = load_with(flags, variables())?;
    keys::table(&loaded.settings)?;
    tui::check_themes(&loaded.settings.view)?;
    print(&said(&loaded))?;
    for warning in warnings(&loaded) {
        say(&format!("warning: {}", visible(&warning)));
    }
    Ok(Exit::Done)
}

/// What is right as it is written and will not work from this shell.
fn warnings(loaded: &Loaded) -> impl Iterator<Item = String> {
    loaded.settings.contexts.iter().filter_map(|context| match &context.token {
        TokenSource::Variable { name, value: None } => Some(format!(
            "context {}: the environment variable {name} (token_env) is not set",
            context.name
        )),
        _ => None,
    })
}

fn said(loaded: &Loaded) -> String {
    let mut text = String::new();
    match &loaded.paths.config_file {
        Some(file) if file.exists() => text.push_str(&format!("{}: fine\n", file.display())),
        Some(file) => text.push_str(&format!("{}: not there; the defaults hold\n", file.display())),
        None => text.push_str("no configuration file; the defaults hold\n"),
    }
    if let Some(file) = &loaded.paths.project_file {
        text.push_str(&format!("{}: fine\n", file.display()));
    }
    let names: Vec<&str> = loaded.settings.contexts.iter().map(|c| c.name.as_str()).collect();
    match names.as_slice() {
        [] => text.push_str("no contexts\n"),
        names => text.push_str(&format!("contexts: {}\n", names.join(", "))),
    }
    text
}
