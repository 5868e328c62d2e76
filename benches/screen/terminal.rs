//! A program on a pseudo-terminal, its output kept with the time of each read. What was read is looked at afterwards, so
//! that looking costs nothing while something is measured.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

use super::process::Process;

/// A wide terminal: the budgets are for this size.
pub(crate) const COLUMNS: u16 = 200;
/// See [`COLUMNS`].
pub(crate) const ROWS: u16 = 60;

/// Ends a frame: no terminal shows one before it.
pub(crate) const FRAME_END: &str = "\x1b[?2026l";

/// What does not come in this time does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A complete frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// When its end was read.
    pub(crate) at: Instant,
    /// Line of the screen on which the selected row of the list stands; the panes beside it mark lines of their own.
    pub(crate) selected: Option<usize>,
}

/// How far a program was when the first frame was complete.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstFrame {
    /// When its end was read.
    pub(crate) at: Instant,
    /// CPU time of the process until then.
    pub(crate) cpu: Duration,
}

#[derive(Default)]
struct Output {
    reads: Vec<(Instant, Vec<u8>)>,
    first_frame: Option<FirstFrame>,
    ended: bool,
}

/// A running program and its terminal.
pub(crate) struct Terminal {
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Arc<(Mutex<Output>, Condvar)>,
    parser: Parser,
    /// What was read and is no complete frame yet.
    rest: Vec<u8>,
    /// When it was started.
    pub(crate) started: Instant,
}

impl Terminal {
    /// Starts a program with exactly this environment besides `PATH`.
    pub(crate) fn spawn(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("COLORFGBG", "15;0");
        for (name, value) in environment {
            command.env(name, value);
        }
        let mut reader = pair.master.try_clone_reader().unwrap();
        let output = Arc::new((Mutex::new(Output::default()), Condvar::new()));
        let filled = Arc::clone(&output);
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let process = Process::new(child.process_id().unwrap());
        thread::spawn(move || {
            let mut buffer = [0; 65_536];
            // Until the first frame is complete: all that was read.
            let mut begun = Some(Vec::new());
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let at = Instant::now();
                let mut first_frame = None;
                if let Some(read) = &mut begun {
                    read.extend_from_slice(&buffer[..count]);
                    if read.windows(FRAME_END.len()).any(|window| window == FRAME_END.as_bytes()) {
                        begun = None;
                        let cpu = process.until_now();
                        first_frame = Some(FirstFrame { at, cpu });
                    }
                }
                let Ok(mut output) = filled.0.lock() else { return };
                output.first_frame = output.first_frame.or(first_frame);
                output.reads.push((at, buffer[..count].to_vec()));
                filled.1.notify_all();
            }
            if let Ok(mut output) = filled.0.lock() {
                output.ended = true;
            }
            filled.1.notify_all();
        });
        Self {
            writer: pair.master.take_writer().unwrap(),
            _master: pair.master,
            child,
            output,
            parser: Parser::new(NonZeroU16::new(ROWS).unwrap(), NonZeroU16::new(COLUMNS).unwrap(), 0),
            rest: Vec::new(),
            started,
        }
    }

    /// The process in it.
    pub(crate) fn process(&self) -> Process {
        Process::new(self.child.process_id().unwrap())
    }

    /// Types; returns when.
    pub(crate) fn send(&mut self, keys: &str) -> Instant {
        let now = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        now
    }

    /// When the first output after `since` was read, waiting for it.
    pub(crate) fn first_output(&self, since: Instant) -> Instant {
        let mut output = self.output.0.lock().unwrap();
        loop {
            if let Some((at, _)) = output.reads.iter().find(|(at, _)| *at > since) {
                return *at;
            }
            assert!(!output.ended && since.elapsed() < PATIENCE, "no output");
            output = self.output.1.wait_timeout(output, PATIENCE).unwrap().0;
        }
    }

    /// The first frame, waiting for it.
    pub(crate) fn first_frame(&self) -> FirstFrame {
        let mut output = self.output.0.lock().unwrap();
        loop {
            if let Some(first_frame) = output.first_frame {
                return first_frame;
            }
            assert!(!output.ended && self.started.elapsed() < PATIENCE, "no frame");
            output = self.output.1.wait_timeout(output, PATIENCE).unwrap().0;
        }
    }

    /// The frames since the last call.
    pub(crate) fn frames(&mut self) -> Vec<Frame> {
        let reads = std::mem::take(&mut self.output.0.lock().unwrap().reads);
        let end = FRAME_END.as_bytes();
        let mut frames = Vec::new();
        for (at, bytes) in reads {
            self.rest.extend_from_slice(&bytes);
            while let Some(found) = self.rest.windows(end.len()).position(|window| window == end) {
                let frame: Vec<u8> = self.rest.drain(..found + end.len()).collect();
                self.parser.process(&frame);
                let selected = self.text().lines().position(|line| line.starts_with("│▌"));
                frames.push(Frame { at, selected });
            }
        }
        frames
    }

    /// The screen as of the last complete frame that was looked at.
    pub(crate) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until a complete frame holds a text.
    pub(crate) fn wait_for(&mut self, what: &str) {
        self.wait_until(what, |text| text.contains(what));
    }

    /// Waits until a complete frame is as wanted.
    pub(crate) fn wait_until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        loop {
            self.frames();
            if wanted(&self.text()) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{what:?} did not come:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
