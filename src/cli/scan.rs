//! `driftline scan`: one pass, printed.

use std::io::{IsTerminal, Write, stderr};

use clap::{Args, ValueEnum};

use super::arguments::{ConnectionArgs, GlobalArgs, at};
use super::exit::{EXIT_CODES, Exit};
use super::failure::Failure;
use super::output::ignore_sources::lines;
use super::output::{json, print, table};
use super::run::{load_with, say, variables};
use super::world::World;
use super::{getting_started, logging, terminal};
use crate::config::settings::ScanSettings;
use crate::engine::scan::{ApplicationSelector, ContextState, ScanProgress, ScanReport, ScanScope};
use crate::engine::view::ApplicationView;
use crate::redact::terminal::visible;

/// Flags of `scan`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct ScanArgs {
    /// Form of the output
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    output: Form,
    /// Look at this Application only, as NAME or NAMESPACE/NAME; may be repeated
    #[arg(long = "app", value_name = "NAME", value_parser = application)]
    applications: Vec<ApplicationSelector>,
    /// Look into Synced Applications too, for additions that Argo CD does not show; two calls for each of them
    #[arg(long)]
    sweep: bool,
    /// End with 1 when there is drift of this verdict or worse [default: the configuration's fail_on of the environment, else scan.fail_on, else never]
    #[arg(long, value_name = "VERDICT", value_parser = ["harmless", "needs-review", "risky", "never"])]
    fail_on: Option<String>,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Table,
    /// `driftline/v1`, for programs
    Json,
}

pub(super) fn application(text: &str) -> Result<ApplicationSelector, String> {
    ApplicationSelector::parse(text).ok_or_else(|| "write NAME or NAMESPACE/NAME".to_owned())
}

/// Scans and prints.
pub(super) async fn run(args: ScanArgs, before: ConnectionArgs, global: &GlobalArgs, world: &dyn World) -> Result<Exit, Failure> {
    let mut flags = args.connection.flags(before, global);
    flags.fail_on = at("--fail-on", args.fail_on);
    let projects = flags.projects.clone();
    let loaded = load_with(flags, variables())?;
    if loaded.settings.contexts.is_empty() {
        return Err(Failure::usage(getting_started::text(&loaded.paths)));
    }
    logging::to_stderr(&loaded);
    let engine = world.engine(&loaded.settings).await?;
    let scope = ScanScope {
        applications: args.applications,
        sweep: args.sweep,
    };
    let report = {
        let mut progress = ProgressLine::new();
        engine.scan(&scope, &mut |news| progress.show(news)).await
    };
    let text = match args.output {
        Form::Json => json::render(&report).map_err(|error| Failure::output(&error.into()))?,
        Form::Table => table::render(
            &report,
            table::Style {
                colours: terminal::colours(global.color),
                width: terminal::width(),
            },
        ),
    };
    print(&text)?;
    Ok(drift_exit(&report, &loaded.settings.scan)
        .and(complete_exit(&report, &scope))
        .and(projects_exit(&report, &scope, &projects)))
}

fn drift_exit(report: &ScanReport, settings: &ScanSettings) -> Exit {
    let fails = |application: &ApplicationView| {
        let threshold = settings.threshold(&application.environment);
        threshold.is_some_and(|threshold| application.drifts.iter().any(|drift| drift.verdict >= threshold))
    };
    if report.applications.iter().any(fails) {
        Exit::Drift
    } else {
        Exit::Done
    }
}

/// Says on stderr what could not be looked at.
pub(super) fn complete_exit(report: &ScanReport, scope: &ScanScope) -> Exit {
    let mut exit = Exit::Done;
    for context in report.contexts.iter().filter(|c| c.state != ContextState::Ok) {
        exit = Exit::Partial;
        let text = match &context.error {
            Some(error) => format!("{}\n  {}", visible(&error.detail), visible(&error.hint)),
            None => "something could not be looked at.".to_owned(),
        };
        say(&format!("{}: {}", visible(&context.name), text.trim_end()));
    }
    for source in report.ignore_sources.iter().filter(|source| source.error.is_some()) {
        // A last good copy is worth a note. Without one, more is shown than the team wants to hear of.
        if source.read_at.is_none() {
            exit = Exit::Partial;
        }
        say(&format!("ignore rules: {}", lines(source, report.generated_at).join("\n")));
    }
    for application in &report.applications {
        if let Some(why) = &application.stale {
            exit = Exit::Partial;
            say(&format!("{}: {}", visible(&application.key.to_string()), visible(why)));
        }
    }
    // Where a whole server is missing, nobody knows what is not there.
    let all_listed = report.contexts.iter().all(|c| c.state != ContextState::Failed);
    for wanted in scope.applications.iter().filter(|_| all_listed) {
        if !report.applications.iter().any(|a| wanted.matches(&a.key)) {
            exit = Exit::Partial;
            say(&format!(
                "no Application `{}` that this token may see.",
                visible(&wanted.name)
            ));
        }
    }
    exit
}

/// Says on stderr which projects, asked for on the command line, have nothing to look at: a name with a typing error is no clean bill.
/// Where single Applications are asked for too, they are what is missed.
fn projects_exit(report: &ScanReport, scope: &ScanScope, projects: &[String]) -> Exit {
    // As above.
    let all_listed = report.contexts.iter().all(|c| c.state != ContextState::Failed);
    let mut exit = Exit::Done;
    for wanted in projects.iter().filter(|_| all_listed && scope.applications.is_empty()) {
        if !report.applications.iter().any(|application| application.project == *wanted) {
            exit = Exit::Partial;
            say(&format!(
                "no Application of project `{}` that this token may see.",
                visible(wanted)
            ));
        }
    }
    exit
}

/// One line on stderr that says how far the scan is; only where a person watches. Gone when dropped.
pub(super) struct ProgressLine {
    watched: bool,
    shown: bool,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        Self {
            watched: stderr().is_terminal(),
            shown: false,
        }
    }

    pub(super) fn show(&mut self, news: ScanProgress) {
        if self.watched && news.listed > 0 {
            self.shown = true;
            // A lost progress line is no loss.
            let _ = write!(stderr().lock(), "\rjudged {} of {}\u{1b}[K", news.judged, news.listed);
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.shown {
            // As above.
            let _ = write!(stderr().lock(), "\r\u{1b}[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ApplicationSelector, Exit, ScanReport, ScanScope, ScanSettings, complete_exit, drift_exit, projects_exit};
    use crate::engine::scan_sample;
    use crate::verdict::Verdict;

    #[test]
    fn drift_counts_from_the_threshold_on() {
        let mut report = scan_sample::report();
        let exit = |report: &ScanReport, fail_on, fail_on_in: &[(&str, Option<Verdict>)]| {
            let fail_on_in = fail_on_in.iter().map(|(name, threshold)| ((*name).to_owned(), *threshold));
            let settings = ScanSettings {
                fail_on,
                fail_on_in: fail_on_in.collect(),
            };
            drift_exit(report, &settings)
        };
        assert_eq!(exit(&report, Some(Verdict::Risky), &[]), Exit::Drift);
        assert_eq!(exit(&report, None, &[]), Exit::Done);
        assert_eq!(exit(&report, None, &[("production", Some(Verdict::Risky))]), Exit::Drift);
        assert_eq!(exit(&report, None, &[("staging", Some(Verdict::Risky))]), Exit::Done);
        assert_eq!(exit(&report, Some(Verdict::Risky), &[("production", None)]), Exit::Done);
        report
            .applications
            .iter_mut()
            .for_each(|a| a.drifts.retain(|d| d.verdict == Verdict::Harmless));
        assert_eq!(exit(&report, Some(Verdict::NeedsReview), &[]), Exit::Done);
        assert_eq!(exit(&report, Some(Verdict::Harmless), &[]), Exit::Drift);
    }

    #[test]
    fn a_failed_context_a_stale_look_an_unread_source_and_an_unknown_application_make_it_partial() {
        let mut report = scan_sample::report();
        assert_eq!(complete_exit(&report, &ScanScope::default()), Exit::Partial);
        report.contexts.pop();
        assert_eq!(complete_exit(&report, &ScanScope::default()), Exit::Done);
        let nobody = ScanScope {
            applications: ApplicationSelector::parse("nobody").into_iter().collect(),
            ..ScanScope::default()
        };
        assert_eq!(complete_exit(&report, &nobody), Exit::Partial);
        report.ignore_sources[0].read_at = None;
        assert_eq!(complete_exit(&report, &ScanScope::default()), Exit::Partial);
        report.ignore_sources.clear();
        report.applications[0].stale = Some("timed out".to_owned());
        assert_eq!(complete_exit(&report, &ScanScope::default()), Exit::Partial);
    }

    #[test]
    fn a_project_that_nobody_may_see_makes_it_partial() {
        let mut report = scan_sample::report();
        report
            .contexts
            .retain(|context| context.state != crate::engine::scan::ContextState::Failed);
        let known = report.applications[0].project.clone();
        let one = ScanScope {
            applications: ApplicationSelector::parse("web").into_iter().collect(),
            ..ScanScope::default()
        };
        let all = ScanScope::default();
        for (scope, projects, exit) in [
            (&all, vec![], Exit::Done),
            (&all, vec![known.clone()], Exit::Done),
            (&all, vec!["nosuch".to_owned()], Exit::Partial),
            (&all, vec![known, "nosuch".to_owned()], Exit::Partial),
            (&one, vec!["nosuch".to_owned()], Exit::Done),
        ] {
            assert_eq!(projects_exit(&report, scope, &projects), exit, "{projects:?}");
        }
    }
}
