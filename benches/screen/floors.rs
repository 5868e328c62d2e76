//! The programs that driftline is measured against. The bench starts itself as one of them.

use std::io::{self, Read as _, Write as _};

use crossterm::event::{Event, KeyCode, read};
use crossterm::execute;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// Says which one.
pub(crate) const ROLE: &str = "DRIFTLINE_BENCH_FLOOR";
/// Writes back each byte that it reads.
pub(crate) const ECHO: &str = "echo";
/// What every tutorial begins with: one text, drawn again after each key.
pub(crate) const HELLO: &str = "hello";

/// Runs one of them when this process is to be one.
pub(crate) fn run() -> bool {
    match std::env::var(ROLE).as_deref() {
        Ok(ECHO) => echo(),
        Ok(HELLO) => hello(),
        _ => return false,
    }
    true
}

fn echo() {
    enable_raw_mode().unwrap();
    let mut byte = [0];
    print!("ready");
    io::stdout().flush().unwrap();
    while io::stdin().read_exact(&mut byte).is_ok() {
        io::stdout().write_all(&byte).unwrap();
        io::stdout().flush().unwrap();
    }
}

fn hello() {
    // As driftline has one; it is part of what a program with a network costs to start.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        enable_raw_mode().unwrap();
        execute!(io::stdout(), EnterAlternateScreen).unwrap();
        let mut terminal = Terminal::new(CrosstermBackend::new(io::BufWriter::with_capacity(65_536, io::stdout()))).unwrap();
        loop {
            crossterm::queue!(terminal.backend_mut(), BeginSynchronizedUpdate).unwrap();
            terminal.draw(|frame| frame.render_widget("hello", frame.area())).unwrap();
            execute!(terminal.backend_mut(), EndSynchronizedUpdate).unwrap();
            if matches!(read(), Ok(Event::Key(key)) if key.code == KeyCode::Char('q')) {
                return;
            }
        }
    });
}
