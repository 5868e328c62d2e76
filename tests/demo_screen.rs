//! The whole program on a real pseudo-terminal: the installed command, the recorded Argo CD, the screen.
//!
//! What is expected is read from the story of the recording, so the tests also hold for another recording, named by
//! `DRIFTLINE_RECORDINGS`. Where a test needs something that only the built-in recording has, it says so.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail the test")]

#[path = "demo_screen/frame.rs"]
mod frame;
#[path = "demo_screen/hands.rs"]
mod hands;
#[path = "demo_screen/ignoring.rs"]
mod ignoring;
#[cfg(unix)]
#[path = "demo_screen/outside.rs"]
mod outside;
#[path = "support/planted.rs"]
mod planted;
#[path = "demo_screen/program.rs"]
mod program;
#[path = "support/pty.rs"]
mod pty;
#[path = "demo_screen/secrets.rs"]
mod secrets;
#[path = "demo_screen/seeing.rs"]
mod seeing;
#[path = "demo_screen/server.rs"]
mod server;
#[path = "demo_screen/terminal.rs"]
mod terminal;
