//! A rule given on the command line, or in a file.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use toml_edit::{Table, value};

use super::super::failure::Failure;
use crate::config::ignore_list;
use crate::ignore::{DANGEROUS_WORD, IgnoreRule, RuleOrigin, Scope};
use crate::redact::terminal::visible;

/// One rule, part by part.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Rule")]
pub(super) struct RuleFlags {
    /// Where it holds: server, project, application, cluster, environment, namespace, group, kind or name; may be repeated
    #[arg(long = "where", value_name = "PART=PATTERN", value_parser = scope_part)]
    scope: Vec<(&'static str, String)>,
    /// The field to hide and all below it, such as /spec/replicas; `*` is any list position
    #[arg(long, value_name = "POINTER")]
    pointer: Option<String>,
    /// The fields to hide, as a jq path
    #[arg(long, value_name = "PROGRAM")]
    jq: Option<String>,
    /// Hide only what this field manager wrote, at or below --pointer; needs --where kind=KIND
    #[arg(long, value_name = "NAME")]
    manager: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// The last day on which it holds, such as 2027-01-31
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// The word for hiding what guards something; `ignore add` says it when it is needed
    #[arg(long, value_name = "WORD")]
    dangerous: Option<String>,
}

fn scope_part(text: &str) -> Result<(&'static str, String), String> {
    let (part, pattern) = text.split_once('=').ok_or("write PART=PATTERN, such as kind=Deployment")?;
    let known = Scope::KEYS.into_iter().find(|key| *key == part);
    let known = known.ok_or_else(|| format!("no part `{part}`; there are {}", Scope::KEYS.join(", ")))?;
    Ok((known, pattern.to_owned()))
}

impl RuleFlags {
    /// Whether any part of a rule was given.
    pub(super) fn is_given(&self) -> bool {
        self.pointer.is_some() || self.jq.is_some() || self.manager.is_some() || !self.scope.is_empty()
    }

    /// The rule as a TOML table, in the order in which people read it.
    pub(super) fn table(&self, created: Option<&str>) -> Table {
        let mut table = Table::new();
        for (part, pattern) in &self.scope {
            table.insert(part, value(pattern.as_str()));
        }
        let texts = [
            ("pointer", self.pointer.as_deref()),
            ("jq", self.jq.as_deref()),
            ("manager", self.manager.as_deref()),
            ("reason", self.reason.as_deref()),
            ("author", self.author.as_deref()),
            ("created", created),
            ("expires", self.expires.as_deref()),
            ("dangerous", self.dangerous.as_deref()),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                table.insert(key, value(text));
            }
        }
        // Dates are dates in TOML, where they are well formed; the reader says what is wrong with others.
        for key in ["created", "expires"] {
            let date = table
                .get(key)
                .and_then(|item| item.as_str())
                .and_then(|text| text.parse().ok());
            if let Some(date) = date {
                let date: toml_edit::Datetime = date;
                table.insert(key, value(date));
            }
        }
        table
    }

    /// The rule, checked like one from a file. A reason is filled in where only the effect is asked for.
    pub(super) fn rule(&self, reason_if_absent: Option<&str>) -> Result<IgnoreRule, Failure> {
        let mut flags = self.clone();
        flags.reason = flags.reason.or_else(|| reason_if_absent.map(str::to_owned));
        let mut document = toml_edit::DocumentMut::new();
        let mut list = toml_edit::ArrayOfTables::new();
        list.push(flags.table(None));
        document.insert("ignore", toml_edit::Item::ArrayOfTables(list));
        let rules = ignore_list(&document.to_string(), Path::new("flags")).map_err(|problems| {
            let lines: Vec<String> = problems
                .0
                .iter()
                .map(|problem| {
                    let flag = match problem.key.strip_prefix("ignore.") {
                        Some(key) if Scope::KEYS.contains(&key) => format!("--where {key}=…: "),
                        Some(key) => format!("--{key}: "),
                        None => String::new(),
                    };
                    let hint = if problem.hint.is_empty() {
                        String::new()
                    } else {
                        format!(" {}", problem.hint)
                    };
                    visible(&format!("{flag}{}.{hint}", problem.message)).into_owned()
                })
                .collect();
            Failure::usage(lines.join("\n"))
        })?;
        let rule = rules.into_iter().next().ok_or_else(|| Failure::usage("no rule was given."))?;
        Ok(IgnoreRule {
            origin: RuleOrigin::proposed("this rule"),
            ..rule
        })
    }
}

/// The rules of a file with `[[ignore]]` tables.
pub(super) fn from_file(file: &PathBuf) -> Result<Vec<IgnoreRule>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::usage(format!("cannot read {}: {error}.", file.display())))?;
    Ok(ignore_list(&text, file)?)
}

/// Why a rule would hide nothing without the word, if so.
pub(super) fn needs_the_word(rule: &IgnoreRule) -> Option<String> {
    use crate::ignore::Matcher;
    use crate::kubernetes::{field::Field, security};

    let kind = rule.scope.kind.as_ref().filter(|glob| glob.is_literal())?.as_str();
    let group = rule.scope.group.as_ref().map_or("", |glob| glob.as_str());
    let (Matcher::Pointer(pointer) | Matcher::Manager { below: pointer, .. }) = &rule.matcher else {
        return None;
    };
    let place = crate::drift::Pointer::parse(&pointer.as_str().replace("/*", "/0"))?;
    let what = security::guards(group, kind, &Field::new(kind, place.segments()))?;
    match rule.matcher {
        Matcher::Manager { .. } => Some(format!("{pointer} of a {kind} is {what}: no manager rule hides that.")),
        _ if rule.dangerous => None,
        _ => Some(format!(
            "{pointer} of a {kind} is {what}: a rule hides that only with --dangerous {DANGEROUS_WORD}."
        )),
    }
}
