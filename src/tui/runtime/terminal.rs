//! The terminal guard: raw mode, alternate screen, bracketed paste; all of it undone on every way out.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::Error;
use super::event_loop::Surface;
use crate::tui::screens::Frame;
use crate::tui::widgets::blank;

/// ratatui writes a few bytes per style change; with this much buffer a frame is one write.
const BUFFER: usize = 64 * 1024;

/// xterm: buttons and the wheel (1000), positions beyond column 223 (1006).
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";

/// The same, off.
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;

/// The terminal while the screen is up. Dropping it puts the terminal back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    hook: Arc<Hook>,
    taken: Taken,
    /// Clicks and the wheel are ours while the screen is.
    mouse: bool,
    /// How text looks where nothing else is said.
    text: Style,
}

/// Whether the terminal is ours. Putting it back twice would move the cursor back over what was printed in between.
#[derive(Clone)]
struct Taken(Arc<AtomicBool>);

impl Screen {
    /// Takes the terminal over. `text` is how text looks where nothing else is said.
    pub(super) fn enter(mouse: bool, text: Style) -> Result<Self, Error> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(Error::NotATerminal);
        }
        let terminal = new_terminal(text)?;
        let taken = Taken(Arc::new(AtomicBool::new(true)));
        let mut screen = Self {
            terminal,
            hook: hook(taken.clone()),
            taken,
            mouse,
            text,
        };
        // From here on dropping `screen` undoes what was done, also when one of these fails.
        screen.take_over()?;
        Ok(screen)
    }
}

/// An empty terminal. Nobody sees the colour of a blank, so its cells count as drawn in that of text already: a first frame
/// is as long as what is to be read on it.
fn new_terminal(text: Style) -> io::Result<Terminal<CrosstermBackend<BufWriter<Stdout>>>> {
    let mut terminal = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout())))?;
    let colour = Style {
        fg: text.fg,
        ..Style::new()
    };
    let buffer = terminal.current_buffer_mut();
    blank(buffer, buffer.area, colour);
    terminal.swap_buffers();
    Ok(terminal)
}

impl Surface for Screen {
    fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    fn draw(&mut self, draw: &mut dyn FnMut(&mut Buffer) -> Frame) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| {
            if let Some(cursor) = draw(frame.buffer_mut()).cursor {
                frame.set_cursor_position(cursor);
            }
        })?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        io::Write::flush(self.terminal.backend_mut())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    fn release(&mut self) -> io::Result<()> {
        self.taken.give_back();
        Ok(())
    }

    fn reclaim(&mut self) -> io::Result<()> {
        self.taken.0.store(true, Ordering::SeqCst);
        self.take_over()?;
        // Nothing of ours is there any more: the next frame draws every cell. Clearing the old terminal would ask where the
        // cursor is, and not every terminal answers.
        self.terminal = new_terminal(self.text)?;
        execute!(self.terminal.backend_mut(), Clear(ClearType::All))
    }
}

impl Screen {
    fn take_over(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if self.mouse {
            // Clicks and the wheel alone: who asks for every movement is woken by every movement.
            io::stdout().write_all(MOUSE_ON)?;
            io::stdout().flush()?;
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.taken.give_back();
        // A hook cannot be changed while panicking, and then nobody needs it changed.
        if !thread::panicking() {
            let hook = Arc::clone(&self.hook);
            panic::set_hook(Box::new(move |info| hook(info)));
        }
    }
}

impl Taken {
    /// Puts the terminal back, the first time only.
    fn give_back(&self) {
        if !self.0.swap(false, Ordering::SeqCst) {
            return;
        }
        let mut out = io::stdout();
        // When the terminal is gone there is nothing to put back and nobody to tell.
        let _ = out.write_all(MOUSE_OFF);
        let _ = execute!(
            out,
            EndSynchronizedUpdate,
            DisableFocusChange,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        );
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Sets a panic hook for the time of the screen; returns the one before. On this thread a panic puts the terminal back
/// and is reported there. On any other it is a job's: it becomes a message, and a report would only tear the screen.
fn hook(taken: Taken) -> Arc<Hook> {
    let before: Arc<Hook> = Arc::from(panic::take_hook());
    let (report, screen) = (Arc::clone(&before), thread::current().id());
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == screen {
            taken.give_back();
            report(info);
        } else {
            // Only a literal message cannot hold a value from a manifest.
            let text = info
                .payload()
                .downcast_ref::<&'static str>()
                .copied()
                .unwrap_or("(message withheld)");
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, text, "a job panicked");
        }
    }));
    before
}
