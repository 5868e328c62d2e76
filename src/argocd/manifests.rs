//! Asks for the manifests of revisions, and reads them.

use serde_json::{Map, Value};

use super::error::Asked;
use crate::drift::raw::Rendered;
use crate::engine::ports::ArgoCdError;

#[derive(serde::Deserialize)]
struct Answer {
    /// JSON inside strings.
    manifests: Option<Vec<String>>,
}

/// How revisions are named in the query: one by itself, several each with the position of its source, from 1.
pub(super) fn revisions(revisions: &[String]) -> Vec<(&'static str, String)> {
    match revisions {
        [revision] => vec![("revision", revision.clone())],
        several => {
            let positions = (1..=several.len()).map(|position| ("sourcePositions", position.to_string()));
            several
                .iter()
                .map(|revision| ("revisions", revision.clone()))
                .chain(positions)
                .collect()
        }
    }
}

/// The objects of the answer. One that cannot be read makes all of it useless: whose it is nobody can say.
pub(super) fn rendered(asked: &Asked<'_>, body: &[u8]) -> Result<Rendered, ArgoCdError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| asked.malformed(&error))?;
    let object = |text: String| {
        let object: Result<Map<String, Value>, _> = serde_json::from_str(&text);
        object.map(Value::Object).map_err(|error| asked.malformed(&error))
    };
    let objects = answer.manifests.unwrap_or_default().into_iter().map(object);
    Ok(Rendered {
        objects: objects.collect::<Result<_, _>>()?,
    })
}
