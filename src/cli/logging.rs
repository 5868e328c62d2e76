//! Where the log goes: a file while the screen is up, stderr for a headless command that was asked to.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::MakeWriterExt as _;

use super::run::say;
use crate::config::Loaded;
use crate::tui::RecentLog;

/// Days of log files that are kept.
const DAYS_KEPT: usize = 7;

/// Lines that may wait for the disk; more are dropped. Room for all of them is made at the start, which is why it is not the
/// 128,000 of `tracing_appender`: four megabytes, and longer than everything else before the first frame.
const LINES_WAITING: usize = 4_096;

/// Keep it until the end: it writes what is still queued when it goes.
pub(super) struct LogGuard {
    _worker: Option<WorkerGuard>,
    /// The last lines, for the screen.
    pub(super) recent: Arc<RecentLog>,
}

/// Logs to a file of today in the state folder. Without one, or when it cannot be written, there is no log: said once,
/// never a reason not to start.
pub(super) fn to_file(loaded: &Loaded) -> LogGuard {
    let level = &loaded.settings.log.level;
    let mut recent = Arc::new(RecentLog::new(
        "Nothing is logged: log.level is off, or no folder can be written.",
    ));
    let worker = match &loaded.paths.logs {
        Some(folder) if level != "off" => match file_appender(folder) {
            Ok(appender) => {
                let (writer, worker) = NonBlockingBuilder::default()
                    .buffered_lines_limit(LINES_WAITING)
                    .finish(appender);
                let place = format!("From level {level} on, in {}.", folder.display());
                recent = Arc::new(RecentLog::new(place));
                start(level, writer.and(Ring(Arc::clone(&recent))), false);
                Some(worker)
            }
            Err(error) => {
                say(&format!("note: no log, {} cannot be written: {error}", folder.display()));
                None
            }
        },
        _ => None,
    };
    LogGuard { _worker: worker, recent }
}

/// Writes what goes to the file into the ring of the screen as well.
#[derive(Clone)]
struct Ring(Arc<RecentLog>);

impl io::Write for Ring {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A whole event comes in one piece.
        self.0.push(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Ring {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Logs to stderr when a flag or a variable asked for it.
pub(super) fn to_stderr(loaded: &Loaded) {
    let log = &loaded.settings.log;
    if log.asked && log.level != "off" {
        start(&log.level, io::stderr, false);
    }
}

fn file_appender(folder: &Path) -> Result<RollingFileAppender, Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    Ok(RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("driftline")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder)?)
}

fn start<W>(level: &str, writer: W, colours: bool)
where
    W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    // Other crates speak up only when something is wrong: their debug output may hold headers.
    let filter = EnvFilter::new(format!("warn,driftline={level}"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(writer)
        .with_ansi(colours)
        .finish();
    // A second subscriber is refused; the first one goes on.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
