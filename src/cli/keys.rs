//! The `[keys]` tables of the configuration, judged by the screen that knows its commands, told with their places.

use super::failure::Failure;
use crate::config::{Problem, Problems, Settings};
use crate::tui;

/// The overrides as the screen reads them.
///
/// # Errors
/// Every problem with file, line and key.
pub(super) fn table(settings: &Settings) -> Result<toml::Table, Failure> {
    let mut keys = toml::Table::new();
    if settings.keys.is_empty() {
        return Ok(keys);
    }
    for (dotted, at) in &settings.keys {
        match dotted.split_once('.') {
            Some((area, verb)) => {
                let area = keys.entry(area).or_insert_with(|| toml::Value::Table(toml::Table::new()));
                if let toml::Value::Table(area) = area {
                    area.insert(verb.to_owned(), at.value.clone());
                }
            }
            None => {
                keys.insert(dotted.clone(), at.value.clone());
            }
        }
    }
    let Err(found) = tui::check(&keys) else { return Ok(keys) };
    let problems = found.into_iter().map(|problem| {
        let place = settings.keys.iter().find(|(dotted, _)| *dotted == problem.path);
        let origin = place.map_or(crate::config::Origin::BuiltIn, |(_, at)| at.origin.clone());
        Problem::new(origin, format!("keys.{}", problem.path), problem.message)
    });
    Err(Problems(problems.collect()).into())
}
