//! `driftline config path`: one line, for `$EDITOR "$(driftline config path)"`.

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::output::print;
use super::super::run::{folder, variables};
use crate::config::{Flags, paths};

/// Prints it, whether the file is there or not.
pub(super) fn run(flags: &Flags) -> Result<Exit, Failure> {
    let paths = paths(flags, &variables(), &folder());
    let file = paths.config_file.ok_or_else(|| {
        Failure::usage("this machine names no home folder. Say where the file is with --config or DRIFTLINE_CONFIG.")
    })?;
    print(&format!("{}\n", file.display()))?;
    Ok(Exit::Done)
}
