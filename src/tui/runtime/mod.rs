//! The only place that touches the terminal, the clock and tasks.
//!
//! [`run`] starts the engine and the loop and puts the terminal back, whatever happens. [`event_loop`] is the loop,
//! [`jobs`] runs effects, [`terminal`] is the guard, [`input`] turns terminal events into messages, [`themes`] reads and
//! switches themes, [`background`] asks the terminal for its own,
//! [`keeper`] writes how the screen stands.

mod background;
mod comparison;
mod environment;
mod event_loop;
mod input;
mod jobs;
mod keeper;
mod outside;
mod signals;
mod terminal;
mod themes;
mod work;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use background::Answers;
use keeper::Keeper;
use themes::Themes;

use super::keymap::{KeyProblem, Keymap};
use super::recent_log::RecentLog;
use super::state::remembered::Remembered;
use super::state::{Ending, Moment, Programs, Remembering, Signal, State};
use super::theme::Token;
use super::update::Msg;
use crate::config::{Problems, ViewSettings};
use crate::engine::Engine;
use crate::engine::ports::ViewStore;

pub use themes::check_themes;

/// How many pages of news may wait before the engine has to.
const EVENTS: usize = 256;

/// How many commands to the engine may wait.
const COMMANDS: usize = 16;

/// What the caller decides.
#[derive(Clone, Default)]
pub struct Options {
    /// Which theme.
    pub view: ViewSettings,
    /// The raw `[keys]` table; see [`super::check`].
    pub keys: toml::Table,
    /// This is the demo, and the screen says so.
    pub demo: bool,
    /// Program and arguments of the viewer of diffs, with `{desired}` and `{live}` for its files; empty for none.
    pub diff_viewer: Vec<String>,
    /// How often Argo CD compares with Git by itself; `None` when it does not, as in a recording.
    pub compared_every: Option<Duration>,
    /// The last lines of our own log; `None` when nothing is logged.
    pub log: Option<Arc<RecentLog>>,
    /// Where it is kept how the screen was left; `None` to begin anew each time.
    pub view_store: Option<Arc<dyn ViewStore>>,
    /// The configuration file; `None` on a machine that has no place for one.
    pub configuration: Option<ConfigurationFile>,
}

/// The person's configuration file, which the screen can open in the editor.
#[derive(Clone)]
pub struct ConfigurationFile {
    /// Where it is; it may be missing.
    pub path: PathBuf,
    /// Reads the whole configuration again; every problem, one a line, as text for people. May block.
    pub check: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
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

/// How the screen was left; `None` when that cannot be had, and then it begins anew. Nothing else waits yet: it is read here.
fn recall(store: &dyn ViewStore) -> Option<Remembered> {
    Remembered::read(&store.load()?)
        .inspect_err(|why| tracing::warn!(why, "how the screen was left is not understood; it begins anew"))
        .ok()
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
    let mut beginning = environment.beginning(&options.view);
    let (mouse, configured_theme) = (options.view.mouse, options.view.theme.value.clone());
    let themes = Arc::new(Themes::begin(options.view, &beginning.theme, environment.depth())?);
    if environment.is_dumb() {
        return Err(Error::Dumb);
    }
    let signals = signals::Signals::new()?;
    let remembered = options.view_store.as_deref().and_then(recall);
    let theme = remembered.as_ref().and_then(|remembered| remembered.theme.as_ref());
    // What was configured since, and a wish for no colours, count more than what was switched to once.
    let theme = theme.filter(|theme| theme.configured == configured_theme && !environment.wants_no_colour());
    let switched = theme.map(|theme| theme.name.clone()).filter(|name| themes.again(name));
    beginning.ask &= switched.is_none();
    let theme = themes.watch();
    let screen = terminal::Screen::enter(mouse, theme.borrow().style(Token::Text))?;
    let mut tell = None;
    if beginning.ask {
        background::ask(&mut io::stdout())?;
        let (sender, told) = oneshot::channel();
        tell = Some(sender);
        tokio::spawn(follow_background(Arc::clone(&themes), told));
    }

    let stop = CancellationToken::new();
    let (events_in, events) = mpsc::channel(EVENTS);
    let (commands, commands_out) = mpsc::channel(COMMANDS);
    let (shown, first_frame) = oneshot::channel();
    let (followed, stopped) = (Arc::clone(&engine), stop.clone());
    let follow = tokio::spawn(async move {
        // Setting contexts up takes longer than the first frame, which needs nothing of it. A loop that ended before it drew
        // ends this task as well.
        if first_frame.await.is_ok() {
            followed.follow(events_in, commands_out, stopped).await;
        }
    });

    let moment = Moment {
        elapsed: std::time::Duration::ZERO,
        wall: engine.now(),
    };
    let mut state = State::new(moment, TimeZone::UTC, keymap, options.demo);
    let editor = environment.editor();
    state.programs = Programs {
        viewer: !diff_viewer.is_empty(),
        editor: editor.is_some(),
        configuration: options.configuration.is_some(),
    };
    state.compared_every = options.compared_every;
    state.mouse = mouse;
    if let Some(remembered) = remembered {
        remembered.apply(&mut state);
        state.theme = switched;
    }
    let keeper = options.view_store.map(Keeper::start);
    state.remembering = keeper.as_ref().map(|_| Remembering {
        configured_theme,
        ..Remembering::default()
    });
    let log = options.log.unwrap_or_else(|| Arc::new(RecentLog::new("Nothing is logged.")));
    let keeping = keeper.as_ref().map(Keeper::keeping);
    let world = work::World::new(Arc::clone(&engine), commands, themes, log, keeping);
    let mut event_loop = event_loop::EventLoop {
        surface: screen,
        theme,
        open_input: Box::new(move || {
            let input = crossterm::event::EventStream::new();
            // Only the first may bring the terminal's answer.
            match tell.take() {
                Some(tell) => Answers::expect(input, tell),
                None => Answers::none(input),
            }
        }),
        events,
        signals,
        now: Box::new(move || engine.now()),
        work: Box::new(move |effect| world.job(effect)),
        outside: outside::Programs {
            viewer: diff_viewer,
            editor,
            configuration: options.configuration,
        },
        afterwards: Some(Box::new(move || {
            // The follower ends only after the loop.
            let _ = shown.send(());
            // jiff goes through all files of all zones to know the name of this one.
            vec![Msg::Zone(TimeZone::system())]
        })),
    };
    let ended = event_loop.run(state).await;
    let ending = match ended {
        Ok(mut ended) => {
            if let Some(input) = &mut ended.input {
                input.part().await;
            }
            Ok((ended.ending, ended.to_remember))
        }
        Err(error) => Err(error),
    };
    drop(event_loop);

    stop.cancel();
    // Everything the engine does is a read; nothing is lost by not waiting for it.
    follow.abort();
    let (ending, to_remember) = ending?;
    if let Some(keeper) = keeper {
        keeper.end(to_remember).await;
    }
    match ending {
        Ending::Quit => Ok(()),
        Ending::Signal(signal) => Err(Error::Signalled(match signal {
            Signal::Hangup => 1,
            Signal::Interrupt => 2,
            Signal::Terminate => 15,
        })),
    }
}
