//! A program on a real pseudo-terminal: spawn, wait for text, type, resize, look at the screen, see how it ended.
//!
//! Nothing here sleeps: every wait is for a condition, with a deadline that fails loudly and shows the screen.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

/// How long a wait may take on a busy machine before it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends a frame: no terminal shows one before it.
const FRAME_END: &[u8] = b"\x1b[?2026l";

struct Shared {
    parser: Parser,
    raw: Vec<u8>,
    frames: Vec<String>,
    ended: bool,
}

impl Shared {
    /// Takes output in; the screen as it is after each complete frame is kept.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // The end of a frame may have begun in what was read before.
            let seen = self.raw.len();
            let from = seen.saturating_sub(FRAME_END.len() - 1);
            let begun = &self.raw[from..];
            let joined: Vec<u8> = begun.iter().chain(bytes).copied().collect();
            let end = joined
                .windows(FRAME_END.len())
                .position(|window| window == FRAME_END)
                .map(|at| at + FRAME_END.len() - begun.len());
            let (now, later) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.parser.process(now);
            self.raw.extend_from_slice(now);
            if end.is_some() {
                self.frames.push(self.parser.screen().contents());
            }
            bytes = later;
        }
    }
}

/// A running program and its terminal.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<(Mutex<Shared>, Condvar)>,
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

impl Pty {
    /// Starts a program on a terminal of this size, with exactly these environment variables besides `PATH` and `HOME`.
    pub(crate) fn spawn(program: &str, arguments: &[&str], environment: &[(&str, &str)], columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(pty_size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        for name in ["PATH", "HOME"] {
            command.env(name, std::env::var_os(name).unwrap_or_default());
        }
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);

        let shared = Arc::new((
            Mutex::new(Shared {
                parser: Parser::new(cells(rows), cells(columns), 0),
                raw: Vec::new(),
                frames: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let filled = Arc::clone(&shared);
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            // The read fails when the program ends and its side closes; either way there is no more.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let Ok(mut shared) = filled.0.lock() else {
                    return; // A wait has failed, and nobody looks any more.
                };
                shared.take(&buffer[..count]);
                filled.1.notify_all();
            }
            if let Ok(mut shared) = filled.0.lock() {
                shared.ended = true;
            }
            filled.1.notify_all();
        });
        Self {
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            shared,
        }
    }

    /// Waits until the screen is as wanted.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&Screen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut shared = self.shared.0.lock().unwrap();
        while !wanted(shared.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !shared.ended,
                "{what} did not come; the screen is\n{}",
                shared.parser.screen().contents()
            );
            shared = self.shared.1.wait_timeout(shared, left).unwrap().0;
        }
    }

    /// Waits for a text on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?}"), |screen| screen.contents().contains(text));
    }

    /// Waits until the last complete frame is as wanted, and returns it.
    #[track_caller]
    pub(crate) fn wait_for_frame(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut shared = self.shared.0.lock().unwrap();
        loop {
            let last = shared.frames.last().map_or("", String::as_str);
            if wanted(last) {
                return last.to_owned();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !shared.ended,
                "{what} did not come; the last frame is\n{last}"
            );
            shared = self.shared.1.wait_timeout(shared, left).unwrap().0;
        }
    }

    /// Waits until there are more complete frames than so many: what is typed then is answered.
    #[track_caller]
    pub(crate) fn wait_for_frame_after(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        let mut shared = self.shared.0.lock().unwrap();
        while shared.frames.len() <= count {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !shared.ended, "no frame came after {count} frames");
            shared = self.shared.1.wait_timeout(shared, left).unwrap().0;
        }
    }

    /// Every complete frame so far, as text.
    pub(crate) fn frames(&self) -> Vec<String> {
        self.shared.0.lock().unwrap().frames.clone()
    }

    /// Types.
    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.shared.0.lock().unwrap().parser.set_size(cells(rows), cells(columns));
        self.master.resize(pty_size(columns, rows)).unwrap();
    }

    /// Sends a signal by name, such as `TERM`, to the program.
    pub(crate) fn signal(&self, name: &str) {
        let status = std::process::Command::new("kill")
            .args(["-s", name, &self.process_id()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits until the program is stopped, as a shell would list it.
    #[track_caller]
    pub(crate) fn wait_until_stopped(&self) {
        let deadline = Instant::now() + PATIENCE;
        let is_stopped = || {
            let listed = std::process::Command::new("ps")
                .args(["-o", "stat=", "-p", &self.process_id()])
                .output()
                .unwrap();
            String::from_utf8_lossy(&listed.stdout).starts_with('T')
        };
        while !is_stopped() {
            assert!(Instant::now() < deadline, "it was not stopped");
        }
    }

    /// Number of the process.
    pub(crate) fn process_id(&self) -> String {
        self.child.process_id().unwrap().to_string()
    }

    /// The screen as text.
    pub(crate) fn text(&self) -> String {
        self.shared.0.lock().unwrap().parser.screen().contents()
    }

    /// Everything that was written, with its escape sequences.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.shared.0.lock().unwrap().raw).into_owned()
    }

    /// Waits for the end of the program and of its output.
    #[track_caller]
    pub(crate) fn wait_for_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let mut shared = self.shared.0.lock().unwrap();
        while !shared.ended {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "it did not end; the screen is\n{}",
                shared.parser.screen().contents()
            );
            shared = self.shared.1.wait_timeout(shared, left).unwrap().0;
        }
        drop(shared);
        self.child.wait().unwrap()
    }

    /// Asserts that the terminal is as it was: normal screen, cursor shown, paste not bracketed.
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        let shared = self.shared.0.lock().unwrap();
        let screen = shared.parser.screen();
        assert_eq!(
            (screen.alternate_screen(), screen.hide_cursor(), screen.bracketed_paste()),
            (false, false, false),
            "{}",
            screen.contents()
        );
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // A test that failed half-way leaves no program behind; one that ended cannot be killed.
        let _ = self.child.kill();
    }
}
