//! The only place that touches the terminal, the clock and tasks.
//!
//! [`run`] starts the engine and the loop and puts the terminal back, whatever happens. [`event_loop`] is the loop,
//! [`jobs`] runs effects, [`terminal`] is the guard, [`input`] turns terminal events into messages, [`themes`] reads and
//! switches themes, [`background`] asks the terminal for its own.

mod background;
mod environment;
mod event_loop;
mod input;
mod jobs;
mod outside;
mod signals;
mod terminal;
mod themes;
mod work;

use std::io;
use std::sync::Arc;

use jiff::tz::TimeZone;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use background::Answers;
use themes::Themes;

use super::keymap::{KeyProblem, Keymap};
use super::state::{Ending, Moment, Signal, State};
use crate::config::{Problems, ViewSettings};
use crate::engine::Engine;

pub use themes::check_themes;

/// How many pages of news may wait before the engine has to.
const EVENTS: usize = 256;

/// How many commands to the engine may wait.
const COMMANDS: usize = 16;

/// What the caller decides.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which theme.
    pub view: ViewSettings,
    /// The raw `[keys]` table; see [`super::check`].
    pub keys: toml::Table,
    /// This is the demo, and the screen says so.
    pub demo: bool,
    /// Program and arguments of the viewer of diffs, with `{desired}` and `{live}` for its files; empty for none.
    pub diff_viewer: Vec<String>,
}

/// Why the terminal UI did not start, or how it was ended from outside.
#[derive(Debug, Error)]
pub enum Error {
    /// Input or output is no terminal.
    #[error("this needs a terminal; use `driftline scan` in scripts and pipes")]
    NotATerminal,
    /// `TERM=dumb`: no cursor movement.
    #[error("TERM=dumb cannot show a screen; set TERM, or use `driftline scan`")]
    Dumb,
    /// The terminal refused.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
    /// The theme is not there or wrong; every problem.
    #[error(transparent)]
    Theme(#[from] Problems),
    /// The keys are wrong; every problem.
    #[error("{}", problems(.0))]
    Keys(Vec<KeyProblem>),
    /// A signal of this number ended it, after the terminal was put back. The exit code is 128 more.
    #[error("ended by signal {0}")]
    Signalled(i32),
}

/// Shows the theme for the terminal's background as soon as the terminal told it.
async fn follow_background(themes: Arc<Themes>, told: oneshot::Receiver<bool>) {
    // Without an answer the first theme stays.
    let Ok(light) = told.await else { return };
    let switched = tokio::task::spawn_blocking(move || themes.background(light)).await;
    if let Ok(Err(problems)) = switched {
        tracing::warn!("the theme for this background was not taken: {problems}");
    }
}

fn problems(problems: &[KeyProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Shows the triage screen until the person quits.
///
/// Await it on the thread that called `block_on`, not in a spawned task: a panic there ends the screen, a panic of any
/// other thread is a job's and does not.
///
/// # Errors
/// Before the screen opens: no terminal, wrong theme or keys. After it closed: the terminal failed, or a signal ended
/// it. The terminal is as it was in every case.
pub async fn run(engine: Arc<Engine>, options: Options) -> Result<(), Error> {
    let environment = environment::Environment::read();
    let keymap = Keymap::with_overrides(&options.keys).map_err(Error::Keys)?;
    let diff_viewer = options.view.diff_viewer.clone();
    let beginning = environment.beginning(&options.view);
    let themes = Arc::new(Themes::begin(options.view, &beginning.theme, environment.depth())?);
    if environment.is_dumb() {
        return Err(Error::Dumb);
    }
    let signals = signals::Signals::new()?;
    let screen = terminal::Screen::enter()?;
    let input = crossterm::event::EventStream::new();
    let input = if beginning.ask {
        background::ask(&mut io::stdout())?;
        let (input, told) = Answers::expect(input);
        tokio::spawn(follow_background(Arc::clone(&themes), told));
        input
    } else {
        Answers::none(input)
    };

    let stop = CancellationToken::new();
    let (events_in, events) = mpsc::channel(EVENTS);
    let (commands, commands_out) = mpsc::channel(COMMANDS);
    let follow = tokio::spawn(Arc::clone(&engine).follow(events_in, commands_out, stop.clone()));

    let moment = Moment {
        elapsed: std::time::Duration::ZERO,
        wall: engine.now(),
    };
    let mut state = State::new(moment, TimeZone::system(), keymap, options.demo);
    state.has_viewer = !diff_viewer.is_empty();
    let theme = themes.watch();
    let world = work::World::new(Arc::clone(&engine), commands, themes);
    let mut first = Some(input);
    let mut event_loop = event_loop::EventLoop {
        surface: screen,
        theme,
        // Only the first may bring the terminal's answer.
        open_input: Box::new(move || {
            first
                .take()
                .unwrap_or_else(|| Answers::none(crossterm::event::EventStream::new()))
        }),
        events,
        signals,
        now: Box::new(move || engine.now()),
        work: Box::new(move |effect| world.job(effect)),
        viewer: diff_viewer,
    };
    let ended = event_loop.run(state).await;
    let ending = match ended {
        Ok((ending, mut input)) => {
            input.part().await;
            Ok(ending)
        }
        Err(error) => Err(error),
    };
    drop(event_loop);

    stop.cancel();
    // Everything the engine does is a read; nothing is lost by not waiting for it.
    follow.abort();
    match ending? {
        Ending::Quit => Ok(()),
        Ending::Signal(signal) => Err(Error::Signalled(match signal {
            Signal::Hangup => 1,
            Signal::Interrupt => 2,
            Signal::Terminate => 15,
        })),
    }
}
