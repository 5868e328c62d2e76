//! Layers → [`Settings`]. Pure: the same sources give the same settings or the same problems, all of them at once.

use super::check;
use super::connection::choose;
use super::context::Draft;
use super::effective::Effective;
use super::environment;
use super::ignore;
use super::ignore_source;
use super::layers::{Layered, Layers};
use super::origin::{At, Origin};
use super::problem::{Problem, Problems};
use super::settings::{IgnoreSettings, LogSettings, PollSettings, ScanSettings, Settings, SweepSettings, ViewSettings};

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
    effective.text("poll.compared_every", &layered.compared_every);
    effective.plain("poll.concurrency", &layered.concurrency);
    effective.plain("sweep.enabled", &layered.sweep_enabled);
    effective.plain("sweep.per_minute", &layered.sweep_per_minute);
    effective.text("sweep.again_after", &layered.sweep_again_after);
    effective.text("view.theme", &layered.theme);
    effective.text("view.light_theme", &layered.light_theme);
    effective.text("view.dark_theme", &layered.dark_theme);
    effective.texts("view.diff_viewer", &layered.diff_viewer);
    effective.plain("view.remember", &layered.remember);
    effective.plain("view.mouse", &layered.mouse);
    effective.text("scan.fail_on", &layered.fail_on);
    effective.text("log.level", &layered.log_level);
    for (key, at) in &layers.user.keys {
        effective.value(format!("keys.{key}"), at);
    }

    let mut scan = ScanSettings::default();
    let environments = environment::settle(layers, &mut scan, &mut effective, &mut problems, &mut notes);
    // Who asks now means every environment.
    if matches!(layered.fail_on.origin, Origin::Flag(_)) {
        scan.fail_on_in.clear();
    }

    let ignored = ignore::rules(&layers.ignore_rules(), &mut problems);
    ignore_source::not_in_a_checkout(&layers.project.ignore, &mut problems);
    let sources = ignore_source::judged(layers.user.ignore.sources.as_ref(), &mut problems);
    effective.value("ignore.sources", &ignore_source::shown(layers.user.ignore.sources.as_ref()));
    effective.text("ignore.fetch_every", &layered.fetch_every);
    for (raw, rule) in layers.ignore_rules().iter().zip(&ignored) {
        effective.text("ignore.rule", &At::new(rule.matcher.to_string(), raw.at.clone()));
    }

    let poll = poll(&layered, &mut problems);
    let sweep = sweep(&layered, &mut problems);
    let view = view(&layered, &mut problems);
    let fetch_every = keep(check::duration("ignore.fetch_every", &layered.fetch_every), &mut problems);
    let fail_on = keep(check::fail_on("scan.fail_on", &layered.fail_on), &mut problems);
    let level = keep(check::log_level("log.level", &layered.log_level), &mut problems);

    match (poll, sweep, view, fetch_every, fail_on, level) {
        (Some(poll), Some(sweep), Some(view), Some(fetch_every), Some(fail_on), Some(level)) if problems.is_empty() => {
            Ok(Settings {
                contexts,
                poll,
                sweep,
                view,
                keys: layers.user.keys.clone(),
                environments: environments.rules,
                policies: environments.policies,
                scan: ScanSettings { fail_on, ..scan },
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
            })
        }
        _ => Err(Problems(problems)),
    }
}

fn poll(layered: &Layered, problems: &mut Vec<Problem>) -> Option<PollSettings> {
    let list_every = keep(check::duration("poll.list_every", &layered.list_every), problems);
    let drifted_every = keep(check::duration("poll.drifted_every", &layered.drifted_every), problems);
    let open_every = keep(check::duration("poll.open_every", &layered.open_every), problems);
    let compared_every = keep(check::duration("poll.compared_every", &layered.compared_every), problems);
    let concurrency = keep(check::concurrency("poll.concurrency", &layered.concurrency), problems);
    Some(PollSettings {
        list_every: list_every?,
        drifted_every: drifted_every?,
        open_every: open_every?,
        compared_every: compared_every?,
        concurrency: concurrency?,
    })
}

fn sweep(layered: &Layered, problems: &mut Vec<Problem>) -> Option<SweepSettings> {
    let per_minute = keep(check::sweep_budget("sweep.per_minute", &layered.sweep_per_minute), problems);
    let again_after = keep(check::duration("sweep.again_after", &layered.sweep_again_after), problems);
    Some(SweepSettings {
        enabled: layered.sweep_enabled.value,
        per_minute: per_minute?,
        again_after: again_after?,
    })
}

/// `folder` is for [`mod@super::load`] to fill in, which knows where the files lie.
fn view(layered: &Layered, problems: &mut Vec<Problem>) -> Option<ViewSettings> {
    let theme = keep(check::theme("view.theme", &layered.theme), problems);
    let light_theme = keep(check::theme("view.light_theme", &layered.light_theme), problems);
    let dark_theme = keep(check::theme("view.dark_theme", &layered.dark_theme), problems);
    let diff_viewer = keep(check::diff_viewer("view.diff_viewer", &layered.diff_viewer), problems);
    Some(ViewSettings {
        theme: theme?,
        light_theme: light_theme?,
        dark_theme: dark_theme?,
        diff_viewer: diff_viewer?,
        remember: layered.remember.value,
        mouse: layered.mouse.value,
        folder: None,
    })
}

fn keep<T>(checked: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    checked.map_err(|problem| problems.push(problem)).ok()
}
