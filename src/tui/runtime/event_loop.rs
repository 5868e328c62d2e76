//! The loop. One task owns the state. It wakes for a signal, a terminal event, news, the end of a job, or the one
//! deadline it computed itself; takes what is there; draws when something changed, at most every 16 ms; else it sleeps.

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

use super::input;
use super::jobs::{Job, Runner};
use crate::engine::EngineEvent;
use crate::tui::screens::{self, Frame};
use crate::tui::state::{Ending, Moment, Signal, State};
use crate::tui::theme::Theme;
use crate::tui::update::{Effect, Msg, update};

/// Frames are at least this far apart.
const BETWEEN_FRAMES: Duration = Duration::from_millis(16);

/// Messages taken before the screen has its turn again.
const BATCH: usize = 64;

/// Where frames go.
pub(super) trait Surface {
    /// Columns and rows.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// Shows what `draw` puts into the buffer.
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Buffer) -> Frame) -> io::Result<()>;
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
    /// Terminal events. When it ends, so does the loop: a vanished terminal must not spin.
    pub(super) input: I,
    /// The engine's news.
    pub(super) events: mpsc::Receiver<EngineEvent>,
    /// Signals.
    pub(super) signals: G,
    /// The engine's clock.
    pub(super) now: Box<dyn Fn() -> Timestamp + Send>,
    /// Effect → job.
    pub(super) work: Box<dyn Fn(Effect) -> Job + Send>,
}

impl<S, I, G> EventLoop<S, I, G>
where
    S: Surface,
    I: Stream<Item = io::Result<Event>> + Unpin,
    G: SignalSource,
{
    /// Runs until the state ends.
    pub(super) async fn run(&mut self, mut state: State) -> io::Result<Ending> {
        let start = Instant::now();
        let mut runner = Runner::default();
        let mut inbox: Vec<Msg> = Vec::new();
        let mut news = true;
        let mut drawn = 0;
        let mut next_frame = start;
        let (width, height) = self.surface.size()?;
        inbox.push(Msg::Resized(width, height));
        loop {
            self.take(&mut state, &mut inbox, &mut runner, start);
            if let Some(ending) = state.ending {
                return Ok(ending);
            }
            let dirty = state.revision() != drawn;
            let wake = state.next_wake().map(|elapsed| start + elapsed);
            tokio::select! { biased;
                signal = self.signals.next() => inbox.push(Msg::Signal(signal)),
                () = sleep_until(next_frame), if dirty => {
                    drawn = state.revision();
                    let theme = self.theme.borrow_and_update();
                    self.surface.draw(&mut |buffer| screens::draw(&state, &theme, buffer))?;
                    inbox.push(Msg::Drawn);
                    next_frame = Instant::now() + BETWEEN_FRAMES;
                }
                event = self.input.next() => match event {
                    Some(Ok(event)) => inbox.extend(input::message(event)),
                    Some(Err(_)) | None => inbox.push(Msg::InputEnded),
                },
                msg = runner.next() => inbox.push(msg),
                // When no theme can come any more, this is not waited for.
                Ok(()) = self.theme.changed() => inbox.push(Msg::Restyled),
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

    fn take(&self, state: &mut State, inbox: &mut Vec<Msg>, runner: &mut Runner, start: Instant) {
        let time = Msg::Time(Moment {
            elapsed: start.elapsed(),
            wall: (self.now)(),
        });
        let mut effects = VecDeque::from(update(state, time));
        for msg in inbox.drain(..) {
            effects.extend(update(state, msg));
        }
        while let Some(effect) = effects.pop_front() {
            let (purpose, policy) = (effect.purpose(), effect.policy());
            if let Some(refused) = runner.start(purpose, policy, (self.work)(effect)) {
                effects.extend(update(state, refused));
            }
        }
    }
}

#[cfg(test)]
mod tests;
