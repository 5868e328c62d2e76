//! Layers → [`Settings`]. Pure: the same sources give the same settings or the same problems, all of them at once.

use super::check;
use super::connection::choose;
use super::context::Draft;
use super::effective::Effective;
use super::ignore;
use super::ignore_source;
use super::layers::Layers;
use super::origin::{At, Origin};
use super::problem::{Problem, Problems};
use super::settings::{IgnoreSettings, LogSettings, PollSettings, ScanSettings, Settings, ViewSettings};
use crate::drift::{EnvironmentRule, EnvironmentRules, Glob};

/// Decides every value.
///
/// # Errors
/// Everything that is wrong, in the order of the settings.
pub(super) fn resolve(layers: &Layers) -> Result<Settings, Problems> {
    let mut problems = Vec::new();
    let mut notes = Vec::new();
    let mut effective = Effective::default();

    problems.extend(check::context_names_differ(layers.contexts()));
    let configured: Vec<Draft> = layers
        .contexts()
        .iter()
        .cloned()
        .filter_map(|raw| Draft::from_file(raw, &layers.variables, &mut problems))
        .collect();
    let flags = &layers.flags;
    let mut chosen = choose(
        &configured,
        &flags.contexts,
        &flags.connection,
        &layers.variables.connection(),
        &mut problems,
        &mut notes,
    );
    for context in &mut chosen {
        if !flags.projects.is_empty() {
            context.projects = At::new(flags.projects.clone(), Origin::Flag("--project"));
        }
        if let Some(selector) = &flags.selector {
            context.selector = At::new(selector.clone(), Origin::Flag("--selector"));
        }
    }
    let contexts = chosen.into_iter().map(|draft| draft.finish(&mut effective)).collect();

    let layered = layers.settle();
    effective.text("poll.list_every", &layered.list_every);
    effective.text("poll.drifted_every", &layered.drifted_every);
    effective.text("poll.open_every", &layered.open_every);
    effective.plain("poll.concurrency", &layered.concurrency);
    effective.text("view.theme", &layered.theme);
    effective.text("scan.fail_on", &layered.fail_on);
    effective.text("log.level", &layered.log_level);
    for (key, at) in &layers.user.keys {
        effective.value(format!("keys.{key}"), at);
    }

    let mut rules = EnvironmentRules::default();
    for raw in layers.environments() {
        match check::environment(raw) {
            Ok((rule, origin)) => {
                environment(&mut effective, &rule, &origin);
                rules.0.push(rule);
            }
            Err(problem) => problems.push(problem),
        }
    }

    let ignored = ignore::rules(&layers.ignore_rules(), &mut problems);
    ignore_source::not_in_a_checkout(&layers.project.ignore, &mut problems);
    let sources = ignore_source::judged(layers.user.ignore.sources.as_ref(), &mut problems);
    effective.value("ignore.sources", &ignore_source::shown(layers.user.ignore.sources.as_ref()));
    effective.text("ignore.fetch_every", &layered.fetch_every);
    for (raw, rule) in layers.ignore_rules().iter().zip(&ignored) {
        effective.text("ignore.rule", &At::new(rule.matcher.to_string(), raw.at.clone()));
    }

    let list_every = keep(check::duration("poll.list_every", &layered.list_every), &mut problems);
    let drifted_every = keep(check::duration("poll.drifted_every", &layered.drifted_every), &mut problems);
    let open_every = keep(check::duration("poll.open_every", &layered.open_every), &mut problems);
    let concurrency = keep(check::concurrency("poll.concurrency", &layered.concurrency), &mut problems);
    let theme = keep(check::theme("view.theme", &layered.theme), &mut problems);
    let fetch_every = keep(check::duration("ignore.fetch_every", &layered.fetch_every), &mut problems);
    let fail_on = keep(check::fail_on("scan.fail_on", &layered.fail_on), &mut problems);
    let level = keep(check::log_level("log.level", &layered.log_level), &mut problems);

    match (
        list_every,
        drifted_every,
        open_every,
        concurrency,
        theme,
        fetch_every,
        fail_on,
        level,
    ) {
        (
            Some(list_every),
            Some(drifted_every),
            Some(open_every),
            Some(concurrency),
            Some(theme),
            Some(fetch_every),
            Some(fail_on),
            Some(level),
        ) if problems.is_empty() => Ok(Settings {
            contexts,
            poll: PollSettings {
                list_every,
                drifted_every,
                open_every,
                concurrency,
            },
            view: ViewSettings { theme },
            keys: layers.user.keys.clone(),
            environments: rules,
            scan: ScanSettings { fail_on },
            log: LogSettings {
                asked: matches!(layered.log_level.origin, Origin::Flag(_) | Origin::Variable(_)),
                level,
            },
            state: None,
            cache: None,
            ignore: IgnoreSettings {
                rules: ignored,
                sources,
                fetch_every,
            },
            effective: effective.0,
            notes,
        }),
        _ => Err(Problems(problems)),
    }
}

/// What an environment's rule matches, one value each.
fn environment(effective: &mut Effective, rule: &EnvironmentRule, origin: &Origin) {
    let label = rule.label.as_ref().map(|(key, pattern)| format!("{key}={pattern}"));
    let glob = |glob: &Option<Glob>| glob.as_ref().map(Glob::to_string);
    for (key, value) in [
        ("cluster", glob(&rule.cluster)),
        ("project", glob(&rule.project)),
        ("namespace", glob(&rule.namespace)),
        ("label", label),
    ] {
        if let Some(value) = value {
            effective.text(format!("environment.{}.{key}", rule.name), &At::new(value, origin.clone()));
        }
    }
}

fn keep<T>(checked: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    checked.map_err(|problem| problems.push(problem)).ok()
}
