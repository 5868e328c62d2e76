//! The loop. One task owns the state. It wakes for a signal, a terminal event, news, the end of a job, or the one
//! deadline it computed itself; takes what is there; draws when something changed, at most every 16 ms, and ten times a
//! second when it is only news; else it sleeps.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use crossterm::event::Event;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt as _};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::jobs::{Job, Runner};
use super::{input, outside};
use crate::engine::EngineEvent;
use crate::tui::screens::{self, Frame};
use crate::tui::state::{Ending, Moment, Signal, State};
use crate::tui::theme::Theme;
use crate::tui::update::{Effect, Msg, TerminalEffect, update};

/// Frames are at least this far apart.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);

/// Frames that only tell news are at least this far apart: a key seldom comes right after one, where it would have to wait
/// for [`BETWEEN_FRAMES`], and nobody reads faster.
const BETWEEN_NEWS: Duration = Duration::from_millis(100);

/// Messages taken before the screen has its turn again.
const BATCH: usize = 64;

/// Where frames go.
pub(super) trait Surface {
    /// Columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Shows what `draw` puts into the buffer.
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Buffer) -> Frame) -> io::Result<()>;

    /// Puts a text into the clipboard of whoever sits at the terminal.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Gives the terminal to somebody else.
    fn release(&mut self) -> io::Result<()>;

    /// Takes it back; the next frame is drawn whole.
    fn reclaim(&mut self) -> io::Result<()>;
}

/// Where signals come from.
pub(super) trait SignalSource {
    /// The next one. Safe to drop half-way.
    fn next(&mut self) -> BoxFuture<'_, Signal>;
}

/// Everything the loop stands between.
pub(super) struct EventLoop<S, I, G> {
    /// Frames go here.
    pub(super) surface: S,
    /// Colours, now and from now on.
    pub(super) theme: watch::Receiver<Theme>,
    /// Opens the terminal's events, after the first frame. When they end, so does the loop: a vanished terminal must not
    /// spin. Opened anew after somebody else had the terminal, who would else have to share the keys.
    pub(super) open_input: Box<dyn FnMut() -> I + Send>,
    /// The engine's news.
    pub(super) events: mpsc::Receiver<EngineEvent>,
    /// Signals.
    pub(super) signals: G,
    /// The engine's clock.
    pub(super) now: Box<dyn Fn() -> Timestamp + Send>,
    /// Effect → job.
    pub(super) work: Box<dyn Fn(Effect) -> Job + Send>,
    /// Who may get the terminal in our place.
    pub(super) outside: outside::Programs,
    /// What the first frame does not wait for: done when it is there, and its messages come next. `None` from then on.
    pub(super) afterwards: Option<Box<dyn FnOnce() -> Vec<Msg> + Send>>,
}

/// How the loop ended.
pub(super) struct Ended<I> {
    /// Why.
    pub(super) ending: Ending,
    /// The input that was open then; `None` when it ended before the first frame.
    pub(super) input: Option<I>,
    /// How the screen stood, when that is to be kept and is not yet.
    pub(super) to_remember: Option<String>,
}

impl<S, I, G> EventLoop<S, I, G>
where
    S: Surface,
    I: Stream<Item = io::Result<Event>> + Unpin,
    G: SignalSource,
{
    /// Runs until the state ends.
    pub(super) async fn run(&mut self, mut state: State) -> io::Result<Ended<I>> {
        let start = Instant::now();
        let mut runner = Runner::default();
        let mut inbox: Vec<Msg> = Vec::new();
        let mut news = true;
        let mut drawn = 0;
        let mut next_frame = start;
        let mut next_news = start;
        // Whether somebody waits for the next frame: it answers a key, the terminal, or what was asked for.
        let mut awaited = true;
        let mut input = None;
        let (width, height) = self.surface.size()?;
        inbox.push(Msg::Resized(width, height));
        loop {
            let for_terminal = self.take(&mut state, &mut inbox, &mut runner, start);
            if let Some(ending) = state.ending {
                return Ok(Ended {
                    ending,
                    input,
                    to_remember: state.take_remembered(),
                });
            }
            if !for_terminal.is_empty() {
                for effect in for_terminal {
                    input = self.use_terminal(effect, input, &mut inbox).await?;
                }
                awaited = true;
                continue;
            }
            let dirty = state.revision() != drawn;
            let due = if awaited { next_frame } else { next_news };
            let wake = state.next_wake().map(|elapsed| start + elapsed);
            tokio::select! { biased;
                signal = self.signals.next() => inbox.push(Msg::Signal(signal)),
                () = sleep_until(due), if dirty => {
                    drawn = state.revision();
                    let theme = self.theme.borrow_and_update();
                    self.surface.draw(&mut |buffer| screens::draw(&state, &theme, buffer))?;
                    inbox.push(Msg::Drawn);
                    if input.is_none() {
                        input = Some((self.open_input)());
                    }
                    if let Some(afterwards) = self.afterwards.take() {
                        inbox.extend(afterwards());
                    }
                    let now = Instant::now();
                    (next_frame, next_news, awaited) = (now + BETWEEN_FRAMES, now + BETWEEN_NEWS, false);
                }
                event = next(&mut input) => {
                    awaited = true;
                    match event {
                        Some(Ok(event)) => inbox.extend(input::message(event)),
                        Some(Err(_)) | None => inbox.push(Msg::InputEnded),
                    }
                }
                msg = runner.next() => {
                    awaited = true;
                    inbox.push(msg);
                }
                // When no theme can come any more, this is not waited for.
                Ok(()) = self.theme.changed() => {
                    awaited = true;
                    inbox.push(Msg::Restyled);
                }
                event = self.events.recv(), if news => match event {
                    Some(event) => {
                        inbox.push(Msg::Engine(event));
                        while inbox.len() < BATCH && let Ok(event) = self.events.try_recv() {
                            inbox.push(Msg::Engine(event));
                        }
                    }
                    None => {
                        news = false;
                        inbox.push(Msg::EngineStopped);
                    }
                },
                () = sleep_until(wake.unwrap_or(start)), if wake.is_some() => {}
            }
        }
    }

    /// Handles what is there and starts what follows; returns what only this loop can do.
    fn take(&self, state: &mut State, inbox: &mut Vec<Msg>, runner: &mut Runner, start: Instant) -> Vec<TerminalEffect> {
        let mut for_terminal = Vec::new();
        let time = Msg::Time(Moment {
            elapsed: start.elapsed(),
            wall: (self.now)(),
        });
        let mut effects = VecDeque::from(update(state, time));
        for msg in inbox.drain(..) {
            effects.extend(update(state, msg));
        }
        loop {
            while let Some(effect) = effects.pop_front() {
                let (purpose, policy) = (effect.purpose(), effect.policy());
                match effect {
                    Effect::Terminal(effect) => for_terminal.push(effect),
                    Effect::Cancel(purpose) => {
                        if runner.cancel(purpose) {
                            effects.extend(update(state, Msg::Cancelled(purpose)));
                        }
                    }
                    effect => {
                        if let Some(refused) = runner.start(purpose, policy, (self.work)(effect)) {
                            effects.extend(update(state, refused));
                        }
                    }
                }
            }
            if !runner.take_changed() {
                return for_terminal;
            }
            effects.extend(update(state, Msg::Jobs(runner.running(start))));
        }
    }

    /// Does what needs the terminal; returns the input that holds from now on.
    async fn use_terminal(&mut self, effect: TerminalEffect, input: Option<I>, inbox: &mut Vec<Msg>) -> io::Result<Option<I>> {
        if let TerminalEffect::Copy(text) = &effect {
            self.surface.copy(text)?;
            return Ok(input);
        }
        // Its reader would compete for the keys.
        drop(input);
        self.surface.release()?;
        let outcome = {
            let running = self.outside.run(&effect);
            tokio::pin!(running);
            loop {
                tokio::select! { biased;
                    outcome = &mut running => break outcome,
                    signal = self.signals.next() => match signal {
                        // Ctrl-C in a terminal goes to everybody there, and it was meant for who has it now.
                        Signal::Interrupt => {}
                        Signal::Terminate | Signal::Hangup => {
                            inbox.push(Msg::Signal(signal));
                            break Ok(None);
                        }
                    }
                }
            }
        };
        self.surface.reclaim()?;
        let (width, height) = self.surface.size()?;
        inbox.push(Msg::Resized(width, height));
        inbox.push(match outcome {
            Ok(said) => Msg::Returned(said),
            Err(problem) => Msg::ReturnedWith(problem),
        });
        Ok(Some((self.open_input)()))
    }
}

/// The next event; none comes while nothing is open. Safe to drop half-way.
async fn next<I: Stream + Unpin>(input: &mut Option<I>) -> Option<I::Item> {
    match input {
        Some(input) => input.next().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
