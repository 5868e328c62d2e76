//! Writing to stdout. Formats make text; [`print()`] is the only writer.

mod columns;
pub(super) mod ignore_sources;
pub(super) mod json;
pub(super) mod table;

use std::io::{ErrorKind, Write, stdout};

use super::failure::Failure;

/// Writes all of it and flushes. A reader that went away (`| head`) is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::output(&error)),
        _ => Ok(()),
    }
}
