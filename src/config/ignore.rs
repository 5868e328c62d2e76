//! Ignore rules as they are written: `[[ignore]]` tables, read and judged. `ignore_source.rs` has where more of them lie.
//!
//! A user file holds rules as `[[ignore]]`, or, beside `ignore.sources`, as `[[ignore.rule]]` (TOML lets a name be a list or
//! a table, not both). A project file and the files of `ignore.sources` hold `[[ignore]]`.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use super::ignore_source::{self, RawSource};
use super::origin::{At, FileLayer, Origin};
use super::problem::{Problem, Problems};
use super::read::{Fields, Session};
use crate::drift::Glob;
use crate::ignore::jq::JqPath;
use crate::ignore::{DANGEROUS_WORD, IgnoreRule, Matcher, PointerPattern, RuleOrigin, Scope};

/// What a file says of ignoring.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawIgnore {
    pub(super) sources: Option<At<Vec<RawSource>>>,
    pub(super) fetch_every: Option<At<String>>,
    pub(super) rules: Vec<RawRule>,
}

/// One rule as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RawRule {
    pub(super) at: Origin,
    scope: [Option<At<String>>; Scope::KEYS.len()],
    pointer: Option<At<String>>,
    jq: Option<At<String>>,
    manager: Option<At<String>>,
    reason: Option<At<String>>,
    author: Option<At<String>>,
    created: Option<At<Date>>,
    expires: Option<At<Date>>,
    disabled: Option<At<bool>>,
    dangerous: Option<At<String>>,
}

/// Reads `ignore` of a configuration file, in both of its forms.
pub(super) fn read(fields: &mut Fields<'_, '_, '_>) -> RawIgnore {
    if fields.is_list("ignore") {
        return RawIgnore {
            rules: fields.tables("ignore", rule),
            ..RawIgnore::default()
        };
    }
    fields
        .table("ignore", |fields| RawIgnore {
            sources: ignore_source::read(fields),
            fetch_every: fields.text("fetch_every"),
            rules: fields.tables("rule", rule),
        })
        .unwrap_or_default()
}

fn rule(at: Origin, fields: &mut Fields<'_, '_, '_>) -> RawRule {
    RawRule {
        at,
        scope: Scope::KEYS.map(|key| fields.text(key)),
        pointer: fields.text("pointer"),
        jq: fields.text("jq"),
        manager: fields.text("manager"),
        reason: fields.text("reason"),
        author: fields.text("author"),
        created: fields.date("created"),
        expires: fields.date("expires"),
        disabled: fields.switch("disabled"),
        dangerous: fields.text("dangerous"),
    }
}

/// Reads a file that holds ignore rules and nothing else.
///
/// # Errors
/// Everything that is wrong with it.
pub fn ignore_list(text: &str, path: &Path) -> Result<Vec<IgnoreRule>, Problems> {
    let mut session = Session::new(text, FileLayer::IgnoreList, path);
    let root = session.parse();
    let raw = Fields::new(&mut session, root.get_ref(), "").read_all(|fields| fields.tables("ignore", rule));
    let mut problems = session.problems;
    let rules = rules(&raw, &mut problems);
    if problems.is_empty() {
        Ok(rules)
    } else {
        Err(Problems(problems))
    }
}

/// Judges rules; those that are wrong are left out and said.
pub(super) fn rules(raw: &[RawRule], problems: &mut Vec<Problem>) -> Vec<IgnoreRule> {
    raw.iter().filter_map(|raw| judged(raw, problems)).collect()
}

fn judged(raw: &RawRule, problems: &mut Vec<Problem>) -> Option<IgnoreRule> {
    let before = problems.len();
    let scope = scope(raw, problems);
    let matcher = matcher(raw, problems);
    let dangerous = raw.dangerous.as_ref().is_some_and(|word| {
        if word.value != DANGEROUS_WORD {
            let message = format!("the word is `{DANGEROUS_WORD}`");
            problems.push(Problem::new(word.origin.clone(), "ignore.dangerous", message));
        }
        true
    });
    let text = |at: &Option<At<String>>| at.as_ref().map(|at| at.value.clone());
    let rule = IgnoreRule {
        scope,
        // A rule without a matcher has been complained about and goes no further.
        matcher: matcher?,
        reason: text(&raw.reason).unwrap_or_default(),
        author: text(&raw.author),
        created: raw.created.as_ref().map(|at| at.value),
        expires: raw.expires.as_ref().map(|at| at.value),
        disabled: raw.disabled.as_ref().is_some_and(|at| at.value),
        dangerous,
        origin: origin(&raw.at),
    };
    for (key, message) in rule.problems() {
        let at = raw.place_of(key).unwrap_or(&raw.at).clone();
        problems.push(Problem::new(at, format!("ignore.{key}"), message));
    }
    (problems.len() == before).then_some(rule)
}

impl RawRule {
    fn place_of(&self, key: &str) -> Option<&Origin> {
        match key {
            "reason" => self.reason.as_ref().map(|at| &at.origin),
            "dangerous" => self.dangerous.as_ref().map(|at| &at.origin),
            key => {
                let position = Scope::KEYS.iter().position(|known| *known == key)?;
                self.scope[position].as_ref().map(|at| &at.origin)
            }
        }
    }
}

fn scope(raw: &RawRule, problems: &mut Vec<Problem>) -> Scope {
    let [
        server,
        project,
        application,
        cluster,
        environment,
        namespace,
        group,
        kind,
        name,
    ] = &raw.scope;
    for (key, at) in [
        ("kind", kind),
        ("name", name),
        ("application", application),
        ("project", project),
    ] {
        if let Some(at) = at.as_ref().filter(|at| at.value.is_empty()) {
            let message = "an empty pattern matches nothing";
            problems
                .push(Problem::new(at.origin.clone(), format!("ignore.{key}"), message).hint("Leave it out, or write \"*\"."));
        }
    }
    let glob = |at: &Option<At<String>>| at.as_ref().map(|at| Glob::new(at.value.as_str()));
    Scope {
        server: glob(server),
        project: glob(project),
        application: glob(application),
        cluster: glob(cluster),
        environment: glob(environment),
        namespace: glob(namespace),
        group: glob(group),
        kind: glob(kind),
        name: glob(name),
        source_environment: None,
    }
}

fn matcher(raw: &RawRule, problems: &mut Vec<Problem>) -> Option<Matcher> {
    let mut wrong = |at: &Origin, key: &str, message: String| {
        problems.push(Problem::new(at.clone(), format!("ignore{key}"), message));
    };
    let pointer = raw.pointer.as_ref().and_then(|at| {
        PointerPattern::parse(&at.value)
            .map_err(|why| wrong(&at.origin, ".pointer", why.to_owned()))
            .ok()
    });
    let jq = raw.jq.as_ref().and_then(|at| {
        JqPath::parse(&at.value)
            .map_err(|why| wrong(&at.origin, ".jq", why.to_string()))
            .ok()
    });
    match (&raw.pointer, &raw.jq, &raw.manager) {
        (Some(_), None, None) => pointer.map(Matcher::Pointer),
        (None, Some(_), None) => jq.map(Matcher::Jq),
        (Some(_), None, Some(manager)) if manager.value.is_empty() => {
            wrong(&manager.origin, ".manager", "names no field manager".to_owned());
            None
        }
        (Some(_), None, Some(manager)) => pointer.map(|below| Matcher::Manager {
            manager: manager.value.clone(),
            below,
        }),
        (None, None, Some(manager)) => {
            let message = "a manager rule needs a `pointer`: the place below which it holds";
            wrong(&manager.origin, ".manager", message.to_owned());
            None
        }
        (None, None, None) => {
            wrong(
                &raw.at,
                "",
                "a rule says what it hides: `pointer`, `jq`, or `manager` with `pointer`".to_owned(),
            );
            None
        }
        (_, Some(jq), _) => {
            wrong(&jq.origin, ".jq", "`jq` stands alone: give either it or `pointer`".to_owned());
            None
        }
    }
}

fn origin(at: &Origin) -> RuleOrigin {
    match at {
        Origin::File(location) => RuleOrigin {
            file: Arc::from(location.path.display().to_string()),
            line: location.line,
            from_checkout: location.layer == FileLayer::Project,
        },
        other => RuleOrigin::proposed(&other.to_string()),
    }
}
