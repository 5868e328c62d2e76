//! One context while it is put together: what the file says, then what a [`Connection`] changes, each with its origin.

use std::path::PathBuf;

use secrecy::SecretString;

use super::address::Address;
use super::check;
use super::connection::Connection;
use super::effective::Effective;
use super::origin::At;
use super::problem::Problem;
use super::schema::RawContext;
use super::settings::{ContextSettings, TokenSource};
use super::variables::Variables;

/// A context in the making.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) name: At<String>,
    pub(super) server: At<String>,
    plaintext: At<bool>,
    insecure: At<bool>,
    ca_file: Option<At<PathBuf>>,
    root_path: At<String>,
    token: At<TokenSource>,
    headers: Vec<At<(String, SecretString)>>,
    pub(super) projects: At<Vec<String>>,
    pub(super) selector: At<String>,
}

impl Draft {
    /// A context of which only name and server are known.
    pub(super) fn new(name: At<String>, server: At<String>) -> Self {
        Self {
            name,
            server,
            plaintext: At::built_in(false),
            insecure: At::built_in(false),
            ca_file: None,
            root_path: At::built_in(String::new()),
            token: At::built_in(TokenSource::None),
            headers: Vec::new(),
            projects: At::built_in(Vec::new()),
            selector: At::built_in(String::new()),
        }
    }

    /// What a file says, checked. `None` when name or server are missing or wrong: the problems say so.
    pub(super) fn from_file(raw: RawContext, variables: &Variables, problems: &mut Vec<Problem>) -> Option<Self> {
        let before = problems.len();
        problems.extend(check::context(&raw));
        if problems.len() > before {
            return None;
        }
        let mut draft = Self::new(raw.name?, raw.server?);
        if let Some(plaintext) = raw.plaintext {
            draft.plaintext = plaintext;
        }
        if let Some(insecure) = raw.insecure {
            draft.insecure = insecure;
        }
        if let Some(root_path) = raw.root_path {
            draft.root_path = root_path;
        }
        if let Some(projects) = raw.projects {
            draft.projects = projects;
        }
        if let Some(selector) = raw.selector {
            draft.selector = selector;
        }
        draft.ca_file = raw
            .ca_file
            .filter(|f| !f.value.is_empty())
            .map(|file| file.map(PathBuf::from));
        if let Some(command) = raw.token_command {
            draft.token = command.map(TokenSource::Command);
        }
        if let Some(variable) = raw.token_env {
            draft.token = variable.map(|name| TokenSource::Variable {
                value: variables.get(&name).map(SecretString::from),
                name,
            });
        }
        if let Some(headers) = raw.headers {
            let origin = headers.origin;
            draft.headers = headers
                .value
                .into_iter()
                .map(|(name, value)| At::new((name, SecretString::from(value)), origin.clone()))
                .collect();
        }
        Some(draft)
    }

    /// Flags and variables over the file.
    pub(super) fn apply(&mut self, connection: &Connection, problems: &mut Vec<Problem>) {
        if let Some(server) = &connection.server {
            self.server = server.clone();
        }
        if let Some(plaintext) = &connection.plaintext {
            self.plaintext = plaintext.clone();
        }
        if let Some(insecure) = &connection.insecure {
            self.insecure = insecure.clone();
        }
        if let Some(root_path) = &connection.root_path {
            self.root_path = root_path.clone();
        }
        if let Some(ca_file) = &connection.ca_file {
            self.ca_file = Some(ca_file.clone());
        }
        if let Some(token) = &connection.token {
            self.token = token.clone().map(TokenSource::Value);
        }
        for header in &connection.headers {
            match check::header_line(header) {
                Ok((name, value)) => {
                    self.headers.retain(|h| !h.value.0.eq_ignore_ascii_case(&name));
                    self.headers.push(At::new((name, value), header.origin.clone()));
                }
                Err(problem) => problems.push(problem),
            }
        }
    }

    pub(super) fn has_token(&self) -> bool {
        !matches!(self.token.value, TokenSource::None)
    }

    pub(super) fn is_plaintext(&self) -> bool {
        self.plaintext.value
    }

    pub(super) fn root_path(&self) -> &str {
        &self.root_path.value
    }

    pub(super) fn address(&self) -> Result<Address, &'static str> {
        Address::parse(&self.server.value, self.plaintext.value, &self.root_path.value)
    }

    /// Freezes it and says where each value came from.
    pub(super) fn finish(self, effective: &mut Effective) -> ContextSettings {
        let name = self.name.value;
        let key = |field: &str| format!("context.{name}.{field}");
        effective.text(key("server"), &self.server);
        effective.plain(key("plaintext"), &self.plaintext);
        effective.plain(key("insecure"), &self.insecure);
        if let Some(file) = &self.ca_file {
            effective.text(key("ca_file"), &file.clone().map(|f| f.display().to_string()));
        }
        effective.text(key("root_path"), &self.root_path);
        match &self.token.value {
            TokenSource::None => effective.hidden(key("token"), "none", &self.token.origin),
            TokenSource::Value(_) => effective.hidden(key("token"), "set", &self.token.origin),
            TokenSource::Variable { name, value } => {
                effective.text(key("token_env"), &At::new(name.clone(), self.token.origin.clone()));
                let state = if value.is_some() { "set" } else { "not set" };
                effective.hidden(key("token"), state, &self.token.origin);
            }
            // Arguments of a command may hold secrets: the program is enough to recognise it.
            TokenSource::Command(words) => {
                let program = words.first().cloned().unwrap_or_default();
                effective.hidden(
                    key("token_command"),
                    &format!("{program}, arguments hidden"),
                    &self.token.origin,
                );
            }
        }
        for header in &self.headers {
            effective.hidden(key(&format!("headers.{}", header.value.0)), "set", &header.origin);
        }
        effective.texts(key("projects"), &self.projects);
        effective.text(key("selector"), &self.selector);
        ContextSettings {
            server: self.server.value,
            plaintext: self.plaintext.value,
            insecure: self.insecure.value,
            ca_file: self.ca_file.map(|f| f.value),
            root_path: self.root_path.value,
            token: self.token.value,
            headers: self.headers.into_iter().map(|h| h.value).collect(),
            projects: self.projects.value,
            selector: self.selector.value,
            name,
        }
    }
}
