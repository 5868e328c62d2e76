//! Where a recording's files come from: the archive that is built in, or a folder of the same form.
//!
//! The archive is made from a folder by (file names sorted, gzip members unpacked so that zstd sees through them):
//!
//! ```sh
//! cp -r recordings stage && find stage -name '*.gz' -exec gunzip {} +
//! (cd stage && find . -type f -printf '%P\n' | LC_ALL=C sort) > names
//! tar --format=ustar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=0644 -C stage -cf all.tar -T names
//! zstd -19 all.tar -o src/demo/recordings.tar.zst
//! ```

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use thiserror::Error;

const BUILT_IN: &[u8] = include_bytes!("recordings.tar.zst");
const PACKED: &str = ".gz";

/// Why a recording could not be read: which file, which line, what to do.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}. Give the folder that holds exchanges.jsonl.", path.display())]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The built-in archive is damaged: the build is.
    #[error("the built-in recording is damaged ({0}). Build again, or give a folder of recordings.")]
    Damaged(String),
    /// A file that every recording has is not there.
    #[error("{file} is missing in the recording. Give the folder that holds exchanges.jsonl.")]
    Missing {
        /// Its path in the recording.
        file: String,
    },
    /// A line or file is not of the form that a recording has.
    #[error("{file} line {line}: {message}. The form is described in README.md beside it.")]
    Malformed {
        /// Its path in the recording.
        file: String,
        /// 1-based.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// The files of a recording, by their path in it, unpacked and without `.gz`.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<String, Bytes>);

impl Files {
    /// The recording that is built in.
    pub(super) fn built_in() -> Result<Self, RecordingError> {
        let damaged = |error: &dyn std::fmt::Display| RecordingError::Damaged(error.to_string());
        let mut tar = Vec::new();
        ruzstd::decoding::StreamingDecoder::new(BUILT_IN)
            .map_err(|e| damaged(&e))?
            .read_to_end(&mut tar)
            .map_err(|e| damaged(&e))?;
        let tar = Bytes::from(tar);
        let mut files = HashMap::new();
        let mut archive = tar::Archive::new(&tar[..]);
        for entry in archive.entries().map_err(|e| damaged(&e))? {
            let entry = entry.map_err(|e| damaged(&e))?;
            let path = entry.path().map_err(|e| damaged(&e))?.to_string_lossy().into_owned();
            // Members stay where they are: slices of the one unpacked archive, not copies.
            let bounds = usize::try_from(entry.raw_file_position())
                .ok()
                .zip(usize::try_from(entry.size()).ok())
                .and_then(|(start, size)| Some(start..start.checked_add(size)?))
                .filter(|bounds| bounds.end <= tar.len())
                .ok_or_else(|| damaged(&format!("{path} reaches beyond its end")))?;
            files.insert(path, tar.slice(bounds));
        }
        Ok(Self(files))
    }

    /// A folder, members plain or gzipped.
    pub(super) fn from_dir(root: &Path) -> Result<Self, RecordingError> {
        let mut files = HashMap::new();
        let mut pending = vec![root.to_path_buf()];
        while let Some(folder) = pending.pop() {
            let unreadable = |source| RecordingError::Unreadable {
                path: folder.clone(),
                source,
            };
            for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let path = entry.path();
                if entry.file_type().map_err(unreadable)?.is_dir() {
                    pending.push(path);
                } else if let Ok(name) = path.strip_prefix(root) {
                    let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
                    let content = read_member(&path)?;
                    files.insert(plain_name(&name).to_owned(), content);
                }
            }
        }
        Ok(Self(files))
    }

    /// The file at `path`, which may be written with or without `.gz`.
    pub(super) fn get(&self, path: &str) -> Option<&Bytes> {
        self.0.get(plain_name(path))
    }

    /// The file at `path`, which every recording has.
    pub(super) fn required(&self, path: &str) -> Result<&Bytes, RecordingError> {
        self.get(path)
            .ok_or_else(|| RecordingError::Missing { file: path.to_owned() })
    }

    /// The files below a folder whose path ends with `extension`, sorted.
    pub(super) fn below(&self, folder: &str, extension: &str) -> Vec<(&str, &Bytes)> {
        let mut found: Vec<_> = self
            .0
            .iter()
            .filter(|(path, _)| path.starts_with(folder) && path.ends_with(extension))
            .map(|(path, content)| (path.as_str(), content))
            .collect();
        found.sort_unstable_by_key(|(path, _)| *path);
        found
    }
}

fn plain_name(path: &str) -> &str {
    path.strip_suffix(PACKED).unwrap_or(path)
}

fn read_member(path: &Path) -> Result<Bytes, RecordingError> {
    let unreadable = |source| RecordingError::Unreadable {
        path: path.to_path_buf(),
        source,
    };
    let content = std::fs::read(path).map_err(unreadable)?;
    if path.to_string_lossy().ends_with(PACKED) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(&content[..])
            .read_to_end(&mut plain)
            .map_err(unreadable)?;
        return Ok(plain.into());
    }
    Ok(content.into())
}
