//! Which contexts are looked at, and what flags and variables change about them.
//!
//! One rule stands above all: a token is sent to no server but the one it was given for. `ARGOCD_AUTH_TOKEN` beside
//! `ARGOCD_SERVER` belongs to that server; the token of a configured context belongs to that context's server.

use std::path::PathBuf;

use secrecy::SecretString;

use super::address::Address;
use super::context::Draft;
use super::nearest::nearest;
use super::origin::{At, Origin};
use super::problem::Problem;

/// What flags, or variables, say about reaching a server.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// Address.
    pub server: Option<At<String>>,
    /// Token.
    pub token: Option<At<SecretString>>,
    /// Plain HTTP.
    pub plaintext: Option<At<bool>>,
    /// No verification of certificates.
    pub insecure: Option<At<bool>>,
    /// Path under which the API lies.
    pub root_path: Option<At<String>>,
    /// PEM file with certificates to trust.
    pub ca_file: Option<At<PathBuf>>,
    /// `Name: value` each.
    pub headers: Vec<At<SecretString>>,
}

impl Connection {
    /// Origin of the first thing said; `None` when nothing is.
    fn first(&self) -> Option<&Origin> {
        self.server
            .as_ref()
            .map(|a| &a.origin)
            .or(self.token.as_ref().map(|a| &a.origin))
            .or(self.plaintext.as_ref().map(|a| &a.origin))
            .or(self.insecure.as_ref().map(|a| &a.origin))
            .or(self.root_path.as_ref().map(|a| &a.origin))
            .or(self.ca_file.as_ref().map(|a| &a.origin))
            .or(self.headers.first().map(|a| &a.origin))
    }

    /// This over that: each thing said here wins; headers add up.
    fn over(&self, below: &Self) -> Self {
        let pick = |a: &Option<At<bool>>, b: &Option<At<bool>>| a.clone().or_else(|| b.clone());
        Self {
            server: self.server.clone().or_else(|| below.server.clone()),
            token: self.token.clone().or_else(|| below.token.clone()),
            plaintext: pick(&self.plaintext, &below.plaintext),
            insecure: pick(&self.insecure, &below.insecure),
            root_path: self.root_path.clone().or_else(|| below.root_path.clone()),
            ca_file: self.ca_file.clone().or_else(|| below.ca_file.clone()),
            headers: below.headers.iter().chain(&self.headers).cloned().collect(),
        }
    }

    /// The address said here, as it would be read beside this context's own settings.
    fn address_beside(&self, context: Option<&Draft>) -> Option<Result<Address, &'static str>> {
        let server = &self.server.as_ref()?.value;
        let plaintext = self
            .plaintext
            .as_ref()
            .map_or_else(|| context.is_some_and(Draft::is_plaintext), |p| p.value);
        let root_path = match (&self.root_path, context) {
            (Some(path), _) => path.value.as_str(),
            (None, Some(context)) => context.root_path(),
            (None, None) => "",
        };
        Some(Address::parse(server, plaintext, root_path))
    }

    fn means(&self, context: &Draft) -> bool {
        matches!(
            (self.address_beside(Some(context)), context.address()),
            (Some(Ok(said)), Ok(own)) if said == own
        )
    }
}

/// The contexts to look at: the configured ones that were named (or all), with flags over variables applied.
pub(super) fn choose(
    configured: &[Draft],
    named: &[String],
    flags: &Connection,
    variables: &Connection,
    problems: &mut Vec<Problem>,
    notes: &mut Vec<Problem>,
) -> Vec<Draft> {
    let mut chosen = select(configured, named, problems);
    if flags.server.is_some() {
        // Variables speak of this server only if they name none, or the same.
        let same = variables.server.is_none() || variables.address_beside(None) == flags.address_beside(None);
        let meant = chosen.iter().find(|c| flags.means(c));
        let connection = if same {
            flags.over(&without_stray_token(variables, meant, notes))
        } else {
            flags.clone()
        };
        if !same {
            note_unused(variables, "they belong to another server than --server names", notes);
        }
        if let (false, Some(other)) = (named.is_empty(), chosen.iter().find(|c| !connection.means(c))) {
            problems.push(
                Problem::new(
                    Origin::Flag("--server"),
                    "",
                    format!("--context {} is another server", other.name.value),
                )
                .hint("Give one of the two."),
            );
            return chosen;
        }
        return vec![for_server(&chosen, &connection, problems)];
    }
    if named.is_empty() && variables.server.is_some() {
        return vec![for_server(configured, &flags.over(variables), problems)];
    }
    // No server is said: what is said belongs to the only context there is.
    let belongs = chosen.len() == 1 && (variables.server.is_none() || chosen.iter().all(|c| variables.means(c)));
    if !belongs && !chosen.is_empty() {
        note_unused(variables, "they do not say which of the contexts they belong to", notes);
    }
    let mut connection = if belongs {
        let variables = without_stray_token(variables, chosen.first(), notes);
        flags.over(&without_weaker_transport(&variables, notes))
    } else {
        flags.clone()
    };
    connection.server = None;
    match chosen.as_mut_slice() {
        [only] => only.apply(&connection, problems),
        [] => {
            if let (true, Some(origin)) = (problems.is_empty(), connection.first()) {
                problems.push(
                    Problem::new(origin.clone(), "", "there is no server that this could belong to")
                        .hint("Add --server HOST, or set ARGOCD_SERVER."),
                );
            }
        }
        several => {
            if let Some(origin) = connection.first() {
                let names: Vec<&str> = several.iter().map(|c| c.name.value.as_str()).collect();
                problems.push(
                    Problem::new(
                        origin.clone(),
                        "",
                        format!(
                            "several contexts are configured ({}), and this belongs to one",
                            names.join(", ")
                        ),
                    )
                    .hint("Name it with --context."),
                );
            }
        }
    }
    chosen
}

/// A token that names no server is given for none: it serves a context that has no token of its own, and never replaces one.
fn without_stray_token(variables: &Connection, context: Option<&Draft>, notes: &mut Vec<Problem>) -> Connection {
    let own = context.filter(|c| variables.server.is_none() && c.has_token());
    let (Some(context), Some(token)) = (own, &variables.token) else {
        return variables.clone();
    };
    notes.push(
        Problem::new(
            token.origin.clone(),
            "",
            format!(
                "it names no server, and the context {} has a token of its own",
                context.name.value
            ),
        )
        .hint("Set ARGOCD_SERVER beside it to use it for that server."),
    );
    Connection {
        token: None,
        ..variables.clone()
    }
}

/// A variable left behind by something else must not send a configured context's token over an open line.
fn without_weaker_transport(variables: &Connection, notes: &mut Vec<Problem>) -> Connection {
    let weaker = [&variables.plaintext, &variables.insecure];
    if let Some(at) = weaker.into_iter().flatten().find(|at| at.value) {
        notes.push(
            Problem::new(
                at.origin.clone(),
                "",
                "--plaintext and --insecure are not used for a configured context",
            )
            .hint("Set them in its `[[context]]`, or give the flag."),
        );
    }
    Connection {
        plaintext: None,
        insecure: None,
        ..variables.clone()
    }
}

fn select(configured: &[Draft], named: &[String], problems: &mut Vec<Problem>) -> Vec<Draft> {
    if named.is_empty() {
        return configured.to_vec();
    }
    let mut chosen: Vec<Draft> = Vec::new();
    for name in named {
        if chosen.iter().any(|c| c.name.value == *name) {
            continue;
        }
        if let Some(found) = configured.iter().find(|c| c.name.value == *name) {
            chosen.push(found.clone());
            continue;
        }
        let known: Vec<&str> = configured.iter().map(|c| c.name.value.as_str()).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if known.is_empty() => "No context is configured.".to_owned(),
            None => format!("Configured: {}.", known.join(", ")),
        };
        problems.push(Problem::new(Origin::Flag("--context"), "", format!("no context is called `{name}`")).hint(hint));
    }
    chosen
}

/// The configured context with this server, else a new one named after the host, which knows no other context's token.
fn for_server(configured: &[Draft], connection: &Connection, problems: &mut Vec<Problem>) -> Draft {
    if let Some(same) = configured.iter().find(|c| connection.means(c)) {
        let mut context = same.clone();
        context.apply(connection, problems);
        return context;
    }
    let server = connection.server.clone().unwrap_or_else(|| At::built_in(String::new()));
    let name = match connection.address_beside(None) {
        Some(Ok(address)) => address.host,
        Some(Err(why)) => {
            problems.push(Problem::new(server.origin.clone(), "", format!("the server {why}")));
            String::new()
        }
        None => String::new(),
    };
    let mut context = Draft::new(At::new(name, server.origin.clone()), server);
    context.apply(connection, problems);
    context
}

fn note_unused(variables: &Connection, why: &str, notes: &mut Vec<Problem>) {
    if let Some(origin) = variables.first() {
        let name = match origin {
            Origin::Variable(name) => *name,
            _ => "ARGOCD_OPTS",
        };
        notes.push(Problem::new(
            Origin::Variable(name),
            "",
            format!("ARGOCD_* variables are not used, because {why}"),
        ));
    }
}
