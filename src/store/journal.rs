//! The journal file: append-only lines, an index of them in memory, and what makes both survive.
//!
//! - Every batch of lines is one `write` at the end of the file (`O_APPEND`), then `sync_data`.
//! - The index is only ever folded from what was read back, in the order of the file. So two processes that append at once
//!   agree, and each sees the other's lines before it decides what is news.
//! - Damaged lines are counted, skipped and left where they are. A tail without an end gets one before the next append.
//! - Compaction writes a new file, syncs it, renames it over the old one and syncs the folder. For its sake only, appending
//!   holds an advisory lock shared and compacting holds it alone: else a line could go into the file that is replaced.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

use super::entry::{Entry, Line};
use super::index::Index;
use super::private::{make_private_folder, open_private, refused, sync_folder, write_once};
use crate::engine::ports::StoreError;
use crate::redact::terminal::visible;
use crate::redact::text::redact;

const JOURNAL: &str = "journal.jsonl";
const NEXT: &str = "journal.jsonl.new";
const LOCK: &str = "journal.lock";

/// Fewer lines are never worth a compaction; beyond, this many lines for each remembered drift are.
const FEW_LINES: u64 = 4_000;
const LINES_EACH: u64 = 4;

/// A neighbour that dies in the middle of a line in the very moment before ours can spoil it once; not again and again.
const TRIES: usize = 3;

/// An open journal.
#[derive(Debug)]
pub(super) struct Journal {
    lock: Lock,
    lines: Lines,
    /// No compaction before there are this many entries.
    compact_from: u64,
}

impl Journal {
    /// Opens or makes the journal in a folder and reads it.
    pub(super) fn open(folder: &Path) -> Result<Self, StoreError> {
        make_private_folder(folder).map_err(|e| refused("make the folder", folder, &e))?;
        let lock = Lock::open(&folder.join(LOCK))?;
        let held = lock.shared()?;
        let lines = Lines::open(folder)?;
        drop(held);
        warn_of_unreadable(lines.counts, &lines.path);
        Ok(Self {
            lock,
            lines,
            compact_from: FEW_LINES,
        })
    }

    /// What is remembered, others' news included.
    pub(super) fn index(&mut self) -> Result<&Index, StoreError> {
        let _held = self.lock.shared()?;
        self.lines.catch_up(&[])?;
        warn_of_unreadable(self.lines.counts, &self.lines.path);
        Ok(&self.lines.index)
    }

    /// How many lines are entries, and how many are damaged or not understood.
    pub(super) fn counts(&self) -> Counts {
        self.lines.counts
    }

    /// Appends what `news` makes of the index as it is on disk now. It is on disk when this returns.
    pub(super) fn append(&mut self, news: impl FnOnce(&Index) -> Vec<Entry>) -> Result<&Index, StoreError> {
        let held = self.lock.shared()?;
        self.lines.catch_up(&[])?;
        let news = news(&self.lines.index);
        if !news.is_empty() {
            self.lines.append(&news)?;
        }
        drop(held);
        self.compact_if_due();
        Ok(&self.lines.index)
    }

    fn compact_if_due(&mut self) {
        let entries = self.lines.counts.entries;
        let index = &self.lines.index;
        let is_worth_it = entries >= LINES_EACH * index.len() as u64 || index.is_too_large();
        if entries < self.compact_from || !is_worth_it {
            return;
        }
        // When others write right now, or it fails, nothing is lost.
        if let Err(error) = self.compact() {
            tracing::warn!(%error, "the journal could not be compacted");
        }
        self.compact_from = self.lines.counts.entries + FEW_LINES;
    }

    /// Makes the journal as short as it can be. `false` when somebody else uses it at this moment.
    pub(super) fn compact(&mut self) -> Result<bool, StoreError> {
        let Some(_held) = self.lock.alone()? else {
            return Ok(false);
        };
        self.lines.catch_up(&[])?;
        self.lines.rewrite()?;
        Ok(true)
    }
}

/// Lines of the journal by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub entries: u64,
    /// Written by a newer version.
    pub foreign: u64,
    pub damaged: u64,
}

/// Says once in the life of the process that lines of the journal are skipped: every look would find the same ones.
fn warn_of_unreadable(counts: Counts, path: &Path) {
    static SAID: Once = Once::new();
    if let Some(said) = unreadable(counts, path) {
        SAID.call_once(|| tracing::warn!("{said}"));
    }
}

/// What to say of lines that are skipped; `None` when there are none.
pub(super) fn unreadable(counts: Counts, path: &Path) -> Option<String> {
    let Counts { damaged, foreign, .. } = counts;
    let path = path.display().to_string();
    (damaged + foreign > 0).then(|| {
        format!(
            "the journal {} has lines that are skipped: {damaged} damaged, {foreign} of a newer version",
            visible(&redact(&path))
        )
    })
}

/// The file and the index of what was read of it.
#[derive(Debug)]
struct Lines {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    /// Which file that is: it may be replaced under its name.
    which: FileIdentity,
    /// Bytes that were folded in: whole lines only.
    read: u64,
    /// Whether something without a line end follows.
    torn: bool,
    index: Index,
    counts: Counts,
}

impl Lines {
    fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(JOURNAL);
        let file = open_private(OpenOptions::new().read(true).append(true).create(true), &path)
            .map_err(|e| refused("open", &path, &e))?;
        let metadata = file.metadata().map_err(|e| refused("read", &path, &e))?;
        if metadata.len() == 0 {
            sync_folder(folder).map_err(|e| refused("sync", folder, &e))?;
        }
        let mut lines = Self {
            folder: folder.to_owned(),
            path,
            file,
            which: FileIdentity::of(&metadata),
            read: 0,
            torn: false,
            index: Index::default(),
            counts: Counts::default(),
        };
        lines.read_on(&[])?;
        Ok(lines)
    }

    /// Folds in what was appended since, by whomever; everything anew when the file was replaced or cut. `true` when the
    /// expected lines were among it, whole and in this order.
    fn catch_up(&mut self, expected: &[Vec<u8>]) -> Result<bool, StoreError> {
        let length = match fs::metadata(&self.path) {
            Ok(now) => Some(now.len()).filter(|length| FileIdentity::of(&now) == self.which && *length >= self.read),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(refused("read", &self.path, &error)),
        };
        let Some(length) = length else {
            *self = Self::open(&self.folder)?;
            return Ok(expected.is_empty());
        };
        if expected.is_empty() && length == self.read {
            self.torn = false;
            return Ok(true);
        }
        self.read_on(expected)
    }

    fn read_on(&mut self, expected: &[Vec<u8>]) -> Result<bool, StoreError> {
        let mut expected = expected.iter();
        let mut next = expected.next();
        self.torn = false;
        let mut file = &self.file;
        let failed = |error: io::Error| refused("read", &self.path, &error);
        file.seek(SeekFrom::Start(self.read)).map_err(failed)?;
        let mut reader = BufReader::with_capacity(64 << 10, file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(failed)?;
            let Some(text) = line.strip_suffix(b"\n") else {
                self.torn = length > 0;
                return Ok(next.is_none());
            };
            self.read += length as u64;
            match Line::parse(text) {
                Line::Entry(entry) => {
                    self.counts.entries += 1;
                    self.index.apply(entry);
                    if next == Some(&line) {
                        next = expected.next();
                    }
                }
                Line::Blank => {}
                Line::Foreign => self.counts.foreign += 1,
                Line::Damaged => self.counts.damaged += 1,
            }
        }
    }

    fn append(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let lines = to_lines(entries, &self.path)?;
        for _ in 0..TRIES {
            let mut batch = if self.torn { b"\n".to_vec() } else { Vec::new() };
            batch.extend(lines.iter().flatten());
            write_once(&self.file, &batch)
                .and_then(|()| self.file.sync_data())
                .map_err(|e| refused("write", &self.path, &e))?;
            if self.catch_up(&lines)? {
                return Ok(());
            }
        }
        Err(StoreError::Failed {
            path: self.path.display().to_string(),
            doing: "write",
            message: "what was written does not read back".to_owned(),
        })
    }

    /// Replaces the file by one with as few entries as possible. Lines that are not understood stay, byte for byte: they
    /// may be a newer version's, and a damaged one may still tell a person something.
    fn rewrite(&mut self) -> Result<(), StoreError> {
        let next = self.folder.join(NEXT);
        let entries = to_lines(&self.index.compact(), &next)?;
        self.write_next(&next, &entries).map_err(|e| refused("write", &next, &e))?;
        fs::rename(&next, &self.path).map_err(|e| refused("replace", &self.path, &e))?;
        sync_folder(&self.folder).map_err(|e| refused("sync", &self.folder, &e))?;
        *self = Self::open(&self.folder)?;
        Ok(())
    }

    fn write_next(&self, next: &Path, entries: &[Vec<u8>]) -> io::Result<()> {
        let new = open_private(OpenOptions::new().write(true).create(true).truncate(true), next)?;
        let mut writer = BufWriter::new(&new);
        let mut old = &self.file;
        old.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(old);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if matches!(Line::parse(text), Line::Foreign | Line::Damaged) {
                writer.write_all(text)?;
                writer.write_all(b"\n")?;
            }
            line.clear();
        }
        for entry in entries {
            writer.write_all(entry)?;
        }
        writer.flush()?;
        new.sync_all()
    }
}

fn to_lines(entries: &[Entry], path: &Path) -> Result<Vec<Vec<u8>>, StoreError> {
    let lines: Result<_, serde_json::Error> = entries.iter().map(Entry::to_line).collect();
    lines.map_err(|e| refused("write", path, &e.into()))
}

/// The advisory lock beside the journal. It goes with the process, however that ends.
#[derive(Debug)]
struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    fn open(path: &Path) -> Result<Self, StoreError> {
        let file = open_private(OpenOptions::new().write(true).create(true), path).map_err(|e| refused("open", path, &e))?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    /// With others that append; waits for a compaction to end. Where the file system knows no locks nobody compacts, and
    /// nobody needs one to append.
    fn shared(&self) -> Result<Option<Held<'_>>, StoreError> {
        match self.file.lock_shared() {
            Ok(()) => Ok(Some(Held(&self.file))),
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
            Err(error) => Err(refused("lock", &self.path, &error)),
        }
    }

    /// Alone; `None` when somebody else uses the journal, or nobody can tell.
    fn alone(&self) -> Result<Option<Held<'_>>, StoreError> {
        match self.file.try_lock() {
            Ok(()) => Ok(Some(Held(&self.file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(None),
            Err(TryLockError::Error(error)) => Err(refused("lock", &self.path, &error)),
        }
    }
}

struct Held<'a>(&'a File);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the lock of the journal could not be given back");
        }
    }
}

/// Which file a name stands for. While a file is open its number is not given to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileIdentity(u64, u64);

impl FileIdentity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(metadata.dev(), metadata.ino())
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        let created = metadata.created().ok();
        let since = created.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        since.map_or(Self(0, 0), |since| Self(since.as_secs(), since.subsec_nanos().into()))
    }
}
