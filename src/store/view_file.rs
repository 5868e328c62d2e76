//! How the screen was left: one small file of the state folder, replaced whole.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::private::{make_private_folder, refused, sync_folder};
use crate::engine::ports::{StoreError, ViewStore};

/// Form of the file.
const VERSION: u32 = 1;

/// Name of the file.
const NAME: &str = "view";

/// No view is longer, in bytes.
const LARGEST: u64 = 1_000_000;

/// Keeps the view in a file of this folder. When it is lost, only habits are.
#[derive(Debug, Clone)]
pub struct ViewFile {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Entry<T> {
    version: u32,
    view: T,
}

impl ViewFile {
    /// A file in this folder, which is made when needed, for this user alone. Touches nothing yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(NAME)
    }

    fn read(&self) -> Result<Option<String>, String> {
        let path = self.path();
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() > LARGEST => return Err("it is too large".to_owned()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        }
        let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let entry = parse(&text).ok_or("it does not read back well")?;
        match entry.version {
            VERSION => Ok(Some(entry.view)),
            other => Err(format!("it has the form {other}, this program knows {VERSION}")),
        }
    }

    fn write(&self, text: &str) -> io::Result<()> {
        make_private_folder(&self.folder)?;
        // A new file of this kind is for this user alone.
        let mut file = tempfile::Builder::new().prefix("view-").tempfile_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_data()?;
        file.persist(self.path()).map_err(|error| error.error)?;
        sync_folder(&self.folder)
    }
}

impl ViewStore for ViewFile {
    fn load(&self) -> Option<String> {
        self.read().unwrap_or_else(|why| {
            tracing::warn!(path = %self.path().display(), why, "how the screen was left cannot be read; it begins anew");
            None
        })
    }

    fn save(&self, text: &str) -> Result<(), StoreError> {
        let path = self.path();
        let failed = |message: String| StoreError::Failed {
            path: path.display().to_string(),
            doing: "write",
            message,
        };
        let entry = Entry {
            version: VERSION,
            view: text,
        };
        let json = serde_json::to_string(&entry).map_err(|error| failed(error.to_string()))?;
        let line = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
        if line.len() as u64 > LARGEST {
            return Err(failed("it is too large".to_owned()));
        }
        self.write(&line).map_err(|error| refused("write", Path::new(&path), &error))
    }
}

fn parse(text: &str) -> Option<Entry<String>> {
    let (checksum, json) = text.strip_suffix('\n')?.split_once(' ')?;
    if u32::from_str_radix(checksum, 16).ok()? != crc32fast::hash(json.as_bytes()) {
        return None;
    }
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_last_is_read_by_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = ViewFile::new(folder.path().join("state"));
        assert_eq!(file.load(), None);
        for text in ["one", "two"] {
            file.save(text).unwrap();
        }
        assert_eq!(ViewFile::new(folder.path().join("state")).load().as_deref(), Some("two"));
        assert_eq!(
            fs::read_dir(folder.path().join("state")).unwrap().count(),
            1,
            "nothing is left beside"
        );
    }

    #[test]
    fn what_is_spoilt_or_of_another_form_counts_as_not_there_and_can_be_kept_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = ViewFile::new(folder.path());
        file.save("{\"tab\":\"risky\"}").unwrap();
        let good = fs::read_to_string(file.path()).unwrap();
        let other = "{\"version\":2,\"view\":\"x\"}";
        for spoilt in [
            String::new(),
            good[..good.len() / 2].to_owned(),
            good.replace("risky", "RISKY"),
            "\u{0}".repeat(40),
            "x".repeat(1_000_001),
            format!("{:08x} {other}\n", crc32fast::hash(other.as_bytes())),
        ] {
            fs::write(file.path(), &spoilt).unwrap();
            assert_eq!(file.load(), None, "{spoilt:.60}");
        }
        fs::write(file.path(), [0xff, 0xfe]).unwrap();
        assert_eq!(file.load(), None);
        file.save("again").unwrap();
        assert_eq!(file.load().as_deref(), Some("again"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it_and_a_refusal_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = ViewFile::new(folder.path().join("state"));
        file.save("x").unwrap();
        let mode = file.path().metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert!(
            ViewFile::new(file.path()).save("x").is_err(),
            "a file stands where the folder should"
        );
    }
}
