//! The rules of a valid configuration, one small function each. [`super::resolve`] runs them all and reports everything at once.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::address::Address;
use super::nearest::nearest;
use super::origin::{At, FileLayer, Origin};
use super::problem::Problem;
use super::schema::RawContext;
use crate::verdict::Verdict;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
const FAIL_ON: [&str; 4] = ["harmless", "needs-review", "risky", "never"];

/// Everything wrong with one `[[context]]`.
pub(super) fn context(raw: &RawContext) -> Vec<Problem> {
    [
        context_has_a_name(raw),
        context_has_a_server(raw),
        server_is_an_address(raw),
        plaintext_agrees_with_the_address(raw),
        token_has_one_source(raw),
        token_env_is_a_variable_name(raw),
        token_command_names_a_program(raw),
        headers_are_headers(raw),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn context_has_a_name(raw: &RawContext) -> Option<Problem> {
    let name = raw.name.as_ref().map_or("", |n| n.value.trim());
    name.is_empty().then(|| {
        Problem::new(raw.at.clone(), "context.name", "every context needs a name").hint("For example `name = \"prod\"`.")
    })
}

fn context_has_a_server(raw: &RawContext) -> Option<Problem> {
    raw.server.is_none().then(|| {
        Problem::new(raw.at.clone(), "context.server", "every context needs a server")
            .hint("For example `server = \"argocd.example.com\"`.")
    })
}

fn server_is_an_address(raw: &RawContext) -> Option<Problem> {
    let server = raw.server.as_ref()?;
    let why = Address::parse(&server.value, false, "").err()?;
    Some(Problem::new(server.origin.clone(), "context.server", why))
}

/// A scheme in the address and the switch must not say different things: which one holds would be a guess about a token.
fn plaintext_agrees_with_the_address(raw: &RawContext) -> Option<Problem> {
    let (server, plaintext) = (raw.server.as_ref()?, raw.plaintext.as_ref()?);
    (plaintext.value && server.value.trim().starts_with("https://")).then(|| {
        let message = "the server address says https";
        Problem::new(plaintext.origin.clone(), "context.plaintext", message).hint("Remove one of the two.")
    })
}

fn token_has_one_source(raw: &RawContext) -> Option<Problem> {
    let (_, command) = (raw.token_env.as_ref()?, raw.token_command.as_ref()?);
    let message = "the token comes from `token_env` or from `token_command`, not from both";
    Some(Problem::new(command.origin.clone(), "context.token_command", message).hint("Remove one."))
}

fn token_env_is_a_variable_name(raw: &RawContext) -> Option<Problem> {
    let variable = raw.token_env.as_ref()?;
    let is_name = !variable.value.is_empty()
        && !variable.value.starts_with(|c: char| c.is_ascii_digit())
        && variable.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // The text is not quoted: who pastes a token here must not find it in a log.
    (!is_name).then(|| {
        Problem::new(
            variable.origin.clone(),
            "context.token_env",
            "this is no name of an environment variable",
        )
        .hint("Write the variable's name here and the token into the variable.")
    })
}

fn token_command_names_a_program(raw: &RawContext) -> Option<Problem> {
    let command = raw.token_command.as_ref()?;
    command.value.first().is_none_or(String::is_empty).then(|| {
        Problem::new(command.origin.clone(), "context.token_command", "names no program")
            .hint("For example `token_command = [\"pass\", \"show\", \"argocd\"]`.")
    })
}

fn headers_are_headers(raw: &RawContext) -> Option<Problem> {
    let headers = raw.headers.as_ref()?;
    headers
        .value
        .iter()
        .any(|(name, value)| !is_header_name(name) || !is_header_value(value))
        .then(|| {
            Problem::new(
                headers.origin.clone(),
                "context.headers",
                "holds what cannot be sent as a header",
            )
        })
}

/// `Name: value` of a flag or variable.
pub(super) fn header_line(line: &At<SecretString>) -> Result<(String, SecretString), Problem> {
    let text = line.value.expose_secret();
    text.split_once(':')
        .map(|(name, value)| (name.trim(), value.trim()))
        .filter(|(name, value)| is_header_name(name) && is_header_value(value))
        .map(|(name, value)| (name.to_owned(), SecretString::from(value)))
        .ok_or_else(|| Problem::new(line.origin.clone(), "", "a header is written `Name: value`"))
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

fn is_header_value(value: &str) -> bool {
    value.chars().all(|c| c == '\t' || (!c.is_control() && c.is_ascii()))
}

/// Two contexts of one name.
pub(super) fn context_names_differ(contexts: &[RawContext]) -> Vec<Problem> {
    let mut seen: Vec<&str> = Vec::new();
    let mut problems = Vec::new();
    for name in contexts.iter().filter_map(|c| c.name.as_ref()) {
        if seen.contains(&name.value.as_str()) {
            let message = format!("a second context called `{}`", name.value);
            problems.push(Problem::new(name.origin.clone(), "context.name", message));
        }
        seen.push(&name.value);
    }
    problems
}

/// A duration as text, from one second to a day.
pub(super) fn duration(key: &str, at: &At<String>) -> Result<Duration, Problem> {
    let wrong = |message: &str| Problem::new(at.origin.clone(), key, message).hint("For example \"30s\", \"5m\" or \"1h 30m\".");
    let parsed: jiff::SignedDuration = at.value.parse().map_err(|_| wrong("this is no duration"))?;
    let duration = Duration::try_from(parsed).map_err(|_| wrong("a duration cannot be negative"))?;
    if duration < Duration::from_secs(1) || duration > Duration::from_hours(24) {
        return Err(wrong("must be from one second to a day"));
    }
    Ok(duration)
}

/// Requests at once: Argo CD's server is shared, and one connection pool holds eight.
pub(super) fn concurrency(key: &str, at: &At<u32>) -> Result<usize, Problem> {
    usize::try_from(at.value)
        .ok()
        .filter(|n| (1..=16).contains(n))
        .ok_or_else(|| Problem::new(at.origin.clone(), key, "must be from 1 to 16"))
}

/// Applications looked into in a minute: unhurried, and something at all.
pub(super) fn sweep_budget(key: &str, at: &At<u32>) -> Result<u32, Problem> {
    Some(at.value)
        .filter(|n| (1..=600).contains(n))
        .ok_or_else(|| Problem::new(at.origin.clone(), key, "must be from 1 to 600"))
}

/// The name of a theme, or the path of a theme file: a checkout may name one of the themes that are here already, and
/// makes nobody read a file of its choice. Whether there is such a theme is the screen's to say.
pub(super) fn theme(key: &str, at: &At<String>) -> Result<At<String>, Problem> {
    let wrong = |message: &str| Problem::new(at.origin.clone(), key, message);
    let text = at.value.as_str();
    let is_path = text.contains(['/', '\\']) || text.ends_with(".toml");
    let from_project = matches!(&at.origin, Origin::File(place) if place.layer == FileLayer::Project);
    if is_path && from_project {
        return Err(wrong(
            "a project file may name a theme and never a file, because a checkout is not trusted",
        ));
    }
    let is_name = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    if !is_path && !is_name {
        return Err(wrong("this is neither the name of a theme nor the path of a theme file"));
    }
    if text == "auto" && key != "view.theme" {
        return Err(wrong("`auto` chooses between two themes, and this is one of them").hint("Name a theme."));
    }
    Ok(at.clone())
}

/// A program that is given both files, or nothing.
pub(super) fn diff_viewer(key: &str, at: &At<Vec<String>>) -> Result<Vec<String>, Problem> {
    let wrong = |message: &str| {
        Err(Problem::new(at.origin.clone(), key, message)
            .hint("For example `diff_viewer = [\"delta\", \"{desired}\", \"{live}\"]`."))
    };
    let Some((program, arguments)) = at.value.split_first() else {
        return Ok(Vec::new());
    };
    let names = |file: &str| arguments.iter().any(|argument| argument.contains(file));
    match program.trim() {
        "" => wrong("names no program"),
        _ if !names("{desired}") || !names("{live}") => wrong("must be given both `{desired}` and `{live}`"),
        _ => Ok(at.value.clone()),
    }
}

/// One of the log levels.
pub(super) fn log_level(key: &str, at: &At<String>) -> Result<String, Problem> {
    one_of(key, at, &LEVELS)
}

/// A verdict, or `never`.
pub(super) fn fail_on(key: &str, at: &At<String>) -> Result<Option<Verdict>, Problem> {
    one_of(key, at, &FAIL_ON).map(|word| Verdict::parse(&word))
}

/// One of the verdicts.
pub(super) fn verdict(key: &str, at: &At<String>) -> Result<Verdict, Problem> {
    let words = [Verdict::Harmless, Verdict::NeedsReview, Verdict::Risky].map(Verdict::as_str);
    let word = one_of(key, at, &words)?;
    Verdict::parse(&word).ok_or_else(|| Problem::new(at.origin.clone(), key, "this is no verdict"))
}

fn one_of(key: &str, at: &At<String>, words: &[&str]) -> Result<String, Problem> {
    if words.contains(&at.value.as_str()) {
        return Ok(at.value.clone());
    }
    let known = format!("Known: {}.", words.join(", "));
    let hint = match nearest(&at.value, words.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`? {known}"),
        None => known,
    };
    Err(Problem::new(at.origin.clone(), key, format!("`{}` is not known", at.value)).hint(hint))
}
