//! Files and folders for this user alone, and what the system says when it refuses.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use crate::engine::ports::StoreError;

/// Makes the folder for this user alone, and takes it from others where it was there already (the log made it).
pub(super) fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
        builder.mode(0o700).create(folder)?;
        if fs::metadata(folder)?.permissions().mode() & 0o077 != 0
            && let Err(error) = fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        {
            // Somebody else's folder: the files in it are private all the same.
            tracing::debug!(%error, folder = %folder.display(), "others may list this folder");
        }
        Ok(())
    }
    #[cfg(not(unix))]
    builder.create(folder)
}

/// Opens a file; a new one is for this user alone.
pub(super) fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// One `write` of everything. A part that was written is a torn tail like any other.
pub(super) fn write_once(mut file: &File, batch: &[u8]) -> io::Result<()> {
    loop {
        return match file.write(batch) {
            Ok(written) if written == batch.len() => Ok(()),
            Ok(_) => Err(ErrorKind::StorageFull.into()),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
    }
}

/// Makes a new name in the folder durable. Only unix has a way to ask for it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// What the system refused, by what a person can do about it. `doing` is a verb.
pub(super) fn refused(doing: &'static str, path: &Path, error: &io::Error) -> StoreError {
    let path = path.display().to_string();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::Denied { path, doing },
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StoreError::Full { path, doing },
        _ => StoreError::Failed {
            path,
            doing,
            message: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_refuses_is_told_by_what_a_person_can_do() {
        let path = "/state/journal.jsonl".to_owned();
        let error = |kind: ErrorKind| refused("write", Path::new("/state/journal.jsonl"), &kind.into());
        for kind in [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem] {
            let path = path.clone();
            assert_eq!(error(kind), StoreError::Denied { path, doing: "write" });
        }
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let path = path.clone();
            assert_eq!(error(kind), StoreError::Full { path, doing: "write" });
        }
        let message = "cannot write /state/journal.jsonl: timed out";
        assert_eq!(error(ErrorKind::TimedOut).to_string(), message);
    }
}
