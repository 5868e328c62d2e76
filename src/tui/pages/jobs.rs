//! The jobs panel as lines: what runs, how each server is doing, what failed last.

use jiff::SignedDuration;

use crate::engine::{Pace, SLOWER};
use crate::tui::state::moment::{clock, clock_seconds};
use crate::tui::state::{ContextState, State};
use crate::tui::text::{Line, Tone, wrap};

/// Longest text of one entry, in lines.
const MOST: usize = 3;

/// The panel, wrapped to so many columns.
pub(crate) fn lines(state: &State, columns: usize) -> Vec<Line> {
    let mut lines = vec![heading("Running")];
    running(state, &mut lines);
    lines.extend([Vec::new(), heading("Servers")]);
    for (name, context) in &state.contexts {
        server(state, name, context, columns, &mut lines);
    }
    if state.contexts.is_empty() {
        lines.push(vec![(Tone::Dim, "  None has answered yet.".to_owned())]);
    }
    if state.pace == Pace::Slow {
        let why = if state.focused {
            "nobody pressed a key for a while"
        } else {
            "this terminal is hidden"
        };
        let text = format!("Asked {SLOWER} times more rarely: {why}.");
        indented(&mut lines, Tone::Dim, &text, 2, columns);
    }
    lines.extend([Vec::new(), heading("Failed lately")]);
    for failure in &state.jobs.failures {
        let at = clock_seconds(state.moment.wall, failure.at, &state.zone);
        let times = if failure.times > 1 {
            format!(", {} times", failure.times)
        } else {
            String::new()
        };
        let text = format!("{at}  {}: {}{times}", failure.place, failure.error.title);
        indented(&mut lines, Tone::Warning, &text, 2, columns);
        for text in [&failure.error.detail, &failure.error.hint] {
            if !text.is_empty() {
                indented(&mut lines, Tone::Dim, text, 11, columns);
            }
        }
    }
    if state.jobs.failures.is_empty() {
        lines.push(vec![(Tone::Dim, "  Nothing.".to_owned())]);
    }
    lines
}

fn heading(text: &str) -> Line {
    vec![(Tone::Strong, text.to_owned())]
}

fn indented(lines: &mut Vec<Line>, tone: Tone, text: &str, by: usize, columns: usize) {
    let wrapped = wrap(text, columns.saturating_sub(by), MOST);
    lines.extend(wrapped.into_iter().map(|text| vec![(tone, format!("{:by$}{text}", ""))]));
}

fn running(state: &State, lines: &mut Vec<Line>) {
    let (now, zone) = (state.moment.wall, &state.zone);
    for (at, job) in state.jobs.running.iter().enumerate() {
        let passed = state.moment.elapsed.saturating_sub(job.since);
        let since = SignedDuration::try_from(passed)
            .ok()
            .and_then(|passed| now.checked_sub(passed).ok());
        let since = since.map_or_else(String::new, |since| format!(" since {}", clock_seconds(now, since, zone)));
        let waiting = match job.waiting {
            0 => String::new(),
            count => format!(", {count} waiting"),
        };
        let mut line = vec![
            (Tone::Plain, format!("  {}", job.purpose)),
            (Tone::Dim, format!("{since}{waiting}")),
        ];
        if let Some(key) = state.keymap.label("jobs.cancel").filter(|_| at == 0) {
            line.extend([(Tone::Key, format!("  {key}")), (Tone::Dim, " cancels".to_owned())]);
        }
        lines.push(line);
    }
    if state.jobs.running.is_empty() {
        lines.push(vec![(Tone::Dim, "  Nothing on this machine.".to_owned())]);
    }
}

fn server(state: &State, name: &str, context: &ContextState, columns: usize, lines: &mut Vec<Line>) {
    let (now, zone) = (state.moment.wall, &state.zone);
    let place = context.view.as_ref().map_or_else(String::new, |view| {
        format!("  {} {}", view.server, view.version).trim_end().to_owned()
    });
    lines.push(vec![(Tone::Plain, format!("  {name}")), (Tone::Dim, place)]);
    let counts = context.counts;
    let mut said = vec![phase(context).to_owned()];
    said.extend(context.listed_at.map(|at| format!("listed {}", clock_seconds(now, at, zone))));
    if counts.total() > 0 {
        said.push(format!("judged {} of {}", counts.total() - counts.pending, counts.total()));
    }
    if let Some(sweep) = context.sweep {
        let (checked, total) = (sweep.coverage.checked, sweep.coverage.total);
        let word = if sweep.on { "sweep" } else { "sweep stopped," };
        said.push(format!("{word} {checked} of {total}"));
    }
    indented(lines, Tone::Plain, &said.join(" · "), 4, columns);
    if let Some(compared) = context.compared {
        let (newest, median) = (clock(now, compared.newest, zone), clock(now, compared.median, zone));
        let text = format!("compared with Git by Argo CD: last {newest}, half of the Applications before {median}");
        indented(lines, Tone::Dim, &text, 4, columns);
    }
    if state.stuck_since(name).is_some() {
        let text = "Its Argo CD looks stuck: most comparisons are older than three periods. Look at argocd-application-controller, \
                    and at poll.compared_every if yours compares more rarely.";
        indented(lines, Tone::Warning, text, 4, columns);
    }
    if let Some(failure) = &context.failure {
        let since = clock_seconds(now, failure.at, zone);
        let again = failure
            .retry_at
            .map_or_else(String::new, |at| format!("; next try at {}", clock_seconds(now, at, zone)));
        let text = format!("! {} since {since}{again}", failure.error.title);
        indented(lines, Tone::Warning, &text, 4, columns);
    }
}

/// How far it is, in a word.
fn phase(context: &ContextState) -> &'static str {
    match (&context.failure, context.live, context.listed_at, &context.view) {
        (Some(_), ..) => "failing",
        (None, true, ..) => "live",
        (None, false, Some(_), _) => "connected, no change stream",
        (None, false, None, Some(_)) => "connected, listing",
        (None, false, None, None) => "connecting",
    }
}
