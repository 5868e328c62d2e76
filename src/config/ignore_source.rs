//! `ignore.sources`: files, and files of Git repositories, that hold more ignore rules.

use std::path::PathBuf;

use super::ignore::RawIgnore;
use super::origin::{At, FileLayer, Origin};
use super::problem::Problem;
use super::read::Fields;
use super::settings::{IgnoreSourcePlace, IgnoreSourceSettings};
use crate::drift::{BranchName, Glob, RepositoryFile, RepositoryPath, RepositoryUrl};

const KEY: &str = "ignore.sources";

/// One source as written: a path, or a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawSource {
    at: Origin,
    repository: Option<At<String>>,
    branch: Option<At<String>>,
    path: Option<At<String>>,
    environment: Option<At<String>>,
    /// Written as a string.
    is_path_alone: bool,
}

/// Reads `sources`.
pub(super) fn read(fields: &mut Fields<'_, '_, '_>) -> Option<At<Vec<RawSource>>> {
    let path_alone = |path: At<String>| RawSource {
        at: path.origin.clone(),
        repository: None,
        branch: None,
        path: Some(path),
        environment: None,
        is_path_alone: true,
    };
    fields.texts_or_tables("sources", path_alone, |at, fields| RawSource {
        at,
        repository: fields.text("repository"),
        branch: fields.text("branch"),
        path: fields.text("path"),
        environment: fields.text("environment"),
        is_path_alone: false,
    })
}

/// A checkout names no sources: whoever can push to it would choose what is read, from where and how often.
pub(super) fn not_in_a_checkout(raw: &RawIgnore, problems: &mut Vec<Problem>) {
    let sources = raw.sources.as_ref().map(|at| (&at.origin, KEY));
    let fetch_every = raw.fetch_every.as_ref().map(|at| (&at.origin, "ignore.fetch_every"));
    for (origin, key) in sources.into_iter().chain(fetch_every) {
        let message = "not allowed in a project file, because a checkout is not trusted";
        problems.push(Problem::new(origin.clone(), key, message));
    }
}

/// Judges sources; those that are wrong are left out and said. Relative paths lie beside the file that names them.
pub(super) fn judged(raw: Option<&At<Vec<RawSource>>>, problems: &mut Vec<Problem>) -> Vec<IgnoreSourceSettings> {
    raw.map(|at| at.value.iter().filter_map(|source| source.judged(problems)).collect())
        .unwrap_or_default()
}

/// Sources as TOML, for `config show`.
pub(super) fn shown(raw: Option<&At<Vec<RawSource>>>) -> At<toml::Value> {
    raw.map_or_else(
        || At::built_in(toml::Value::Array(Vec::new())),
        |at| {
            let values = at.value.iter().map(RawSource::shown).collect();
            At::new(toml::Value::Array(values), at.origin.clone())
        },
    )
}

impl RawSource {
    fn judged(&self, problems: &mut Vec<Problem>) -> Option<IgnoreSourceSettings> {
        let before = problems.len();
        let environment = self.environment.as_ref().map(|at| {
            if at.value.is_empty() {
                let message = "an empty pattern matches nothing";
                problems.push(
                    Problem::new(at.origin.clone(), "ignore.sources.environment", message).hint("Leave it out, or write \"*\"."),
                );
            }
            Glob::new(at.value.as_str())
        });
        let place = match &self.repository {
            Some(repository) => self.repository_file(repository, problems).map(IgnoreSourcePlace::Repository),
            None => self.file(problems).map(IgnoreSourcePlace::File),
        };
        // What has a problem is left out.
        let place = place.filter(|_| problems.len() == before)?;
        Some(IgnoreSourceSettings { place, environment })
    }

    fn file(&self, problems: &mut Vec<Problem>) -> Option<PathBuf> {
        if let Some(branch) = &self.branch {
            let message = "a branch belongs to a repository";
            problems.push(
                Problem::new(branch.origin.clone(), "ignore.sources.branch", message)
                    .hint("Give `repository`, or leave the branch out."),
            );
        }
        let Some(path) = self.path.as_ref() else {
            let message = "a source has a `path`, alone or with `repository` and `branch`";
            problems.push(Problem::new(self.at.clone(), KEY, message));
            return None;
        };
        if path.value.is_empty() {
            problems.push(Problem::new(path.origin.clone(), KEY, "an empty name is no file"));
        } else if is_address(&path.value) {
            problems.push(
                Problem::new(path.origin.clone(), KEY, "this is the address of a repository")
                    .hint("Write { repository = \"…\", branch = \"main\", path = \"ignore.toml\" }."),
            );
        }
        Some(beside(&path.origin, &path.value))
    }

    fn repository_file(&self, repository: &At<String>, problems: &mut Vec<Problem>) -> Option<RepositoryFile> {
        let url = self.url(repository, problems);
        let branch = self.part(&self.branch, "branch", BranchName::parse, problems);
        let path = self.part(&self.path, "path", RepositoryPath::parse, problems);
        Some(RepositoryFile {
            repository: url?,
            branch: branch?,
            path: path?,
        })
    }

    fn url(&self, at: &At<String>, problems: &mut Vec<Problem>) -> Option<RepositoryUrl> {
        let mut wrong = |message: &str| {
            problems.push(Problem::new(at.origin.clone(), "ignore.sources.repository", message));
            None
        };
        let is_folder = !at.value.starts_with('-') && !at.value.contains(':') && !at.value.is_empty();
        let text = if is_folder {
            match beside(&at.origin, &at.value).into_os_string().into_string() {
                Ok(text) => text,
                Err(_) => return wrong("the folder's name is not Unicode"),
            }
        } else {
            at.value.clone()
        };
        match RepositoryUrl::parse(&text) {
            Ok(url) if url.is_open_to_change() => wrong("over plain HTTP anybody in between could change the rules"),
            Ok(url) => Some(url),
            Err(why) => wrong(why),
        }
    }

    fn part<T>(
        &self,
        at: &Option<At<String>>,
        key: &str,
        parse: impl Fn(&str) -> Result<T, &'static str>,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        let key = format!("{KEY}.{key}");
        match at {
            Some(at) => parse(&at.value)
                .map_err(|why| problems.push(Problem::new(at.origin.clone(), key, why)))
                .ok(),
            None => {
                let message = "a source in a repository has `repository`, `branch` and `path`";
                problems.push(Problem::new(self.at.clone(), key, message));
                None
            }
        }
    }

    fn shown(&self) -> toml::Value {
        let text = |at: &At<String>| toml::Value::String(at.value.clone());
        if let (true, Some(path)) = (self.is_path_alone, &self.path) {
            return text(path);
        }
        let parts = [
            ("repository", &self.repository),
            ("branch", &self.branch),
            ("path", &self.path),
            ("environment", &self.environment),
        ];
        let given = parts
            .into_iter()
            .filter_map(|(key, at)| Some((key.to_owned(), text(at.as_ref()?))));
        toml::Value::Table(given.collect())
    }
}

/// Whether somebody wrote a repository where a file is meant.
fn is_address(path: &str) -> bool {
    let host = path.split_once(':').map_or("", |(host, _)| host);
    path.contains("://") || (host.contains('@') && !host.contains('/'))
}

/// A path as the file means it that names it.
fn beside(origin: &Origin, path: &str) -> PathBuf {
    let folder = match origin {
        Origin::File(location) if location.layer == FileLayer::User => location.path.parent(),
        _ => None,
    };
    folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
}
