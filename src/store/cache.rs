//! Answers worth keeping that can be had again: apart from the journal, in a folder that anybody may delete at any time.
//!
//! One file for each entry, named by a hash of its key: a checksum, then a line of JSON. A file is written beside and renamed
//! over the old one, so instances that share the folder read whole entries only, and the later write wins. What does not read
//! back well is taken away and counts as not there. When the folder holds more than it may, what was written first goes.

use std::fmt::Write as _;
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::private::{make_private_folder, refused};
use crate::engine::ports::StoreError;

/// Form of the files; entries of another one are not understood and made anew.
const VERSION: u32 = 1;

/// A folder of entries of one kind.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    capacity: u64,
}

#[derive(Serialize, Deserialize)]
struct Entry<K, V> {
    version: u32,
    key: K,
    value: V,
}

impl Cache {
    /// Entries in this folder, of at most `capacity` bytes together. Touches nothing yet; the folder is made when needed, for
    /// this user alone.
    pub fn new(folder: impl Into<PathBuf>, capacity: u64) -> Self {
        Self {
            folder: folder.into(),
            capacity,
        }
    }

    /// What was put there last. `None` when nothing was, or it is gone or spoilt: then it has to be had again.
    pub async fn get<V: DeserializeOwned + Send + 'static>(&self, key: &str) -> Option<V> {
        let (cache, key) = (self.clone(), key.to_owned());
        let got = tokio::task::spawn_blocking(move || cache.get_blocking(&key)).await;
        got.unwrap_or_else(|stopped| {
            tracing::debug!(%stopped, "the cache could not be read");
            None
        })
    }

    /// Keeps a value under a key, in place of the one before.
    ///
    /// # Errors
    /// When it cannot be written, or is larger than everything may be together. Nothing is lost but the time to make it again.
    pub async fn put<V: Serialize>(&self, key: &str, value: &V) -> Result<(), StoreError> {
        let path = self.path(key);
        let failed = |message: String| StoreError::Failed {
            path: path.display().to_string(),
            doing: "write",
            message,
        };
        let entry = Entry {
            version: VERSION,
            key,
            value,
        };
        let json = serde_json::to_string(&entry).map_err(|error| failed(error.to_string()))?;
        let text = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
        if text.len() as u64 > self.capacity {
            return Err(failed("it is larger than the cache".to_owned()));
        }
        let (cache, target) = (self.clone(), path.clone());
        let written = tokio::task::spawn_blocking(move || cache.put_blocking(&target, &text)).await;
        match written {
            Ok(written) => written.map_err(|error| refused("write", &path, &error)),
            Err(stopped) => Err(failed(stopped.to_string())),
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        let mut name = String::with_capacity(64);
        for byte in Sha256::digest(key.as_bytes()) {
            // Writing into a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        self.folder.join(name)
    }

    fn get_blocking<V: DeserializeOwned>(&self, key: &str) -> Option<V> {
        let path = self.path(key);
        let read = fs::metadata(&path).and_then(|metadata| {
            if metadata.len() > self.capacity {
                return Err(ErrorKind::FileTooLarge.into());
            }
            fs::read(&path)
        });
        let spoilt = match read {
            Ok(bytes) => match parse(&bytes, key) {
                Some(value) => return Some(value),
                None => "it does not read back well".to_owned(),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => error.to_string(),
        };
        tracing::debug!(path = %path.display(), why = %spoilt, "an entry of the cache is dropped");
        take_away(&path);
        None
    }

    fn put_blocking(&self, path: &Path, text: &str) -> io::Result<()> {
        make_private_folder(&self.folder)?;
        let mut file = tempfile::Builder::new().prefix("new-").tempfile_in(&self.folder)?;
        file.write_all(text.as_bytes())?;
        // Not synced: a power cut costs an entry, which its checksum tells.
        file.persist(path).map_err(|error| error.error)?;
        self.shrink(path)
    }

    /// Takes away what was written first until the rest fits. `newest` stays.
    fn shrink(&self, newest: &Path) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = fs::read_dir(&self.folder)?.flatten().filter_map(dated).collect();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        files.sort();
        for (_, bytes, path) in files {
            if total <= self.capacity {
                break;
            }
            if path != newest {
                take_away(&path);
                total -= bytes;
            }
        }
        Ok(())
    }
}

/// When a file was written, and its size in bytes. `None` when it is gone by now.
fn dated(entry: DirEntry) -> Option<(SystemTime, u64, PathBuf)> {
    let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    Some((metadata.modified().ok()?, metadata.len(), entry.path()))
}

fn take_away(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::debug!(%error, path = %path.display(), "an entry of the cache cannot be taken away");
    }
}

fn parse<V: DeserializeOwned>(bytes: &[u8], key: &str) -> Option<V> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (checksum, json) = text.strip_suffix('\n')?.split_once(' ')?;
    if u32::from_str_radix(checksum, 16).ok()? != crc32fast::hash(json.as_bytes()) {
        return None;
    }
    let entry: Entry<String, V> = serde_json::from_str(json).ok()?;
    (entry.version == VERSION && entry.key == key).then_some(entry.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &tempfile::TempDir) -> Cache {
        Cache::new(folder.path().join("kind"), 10_000)
    }

    fn files(cache: &Cache) -> Vec<PathBuf> {
        fs::read_dir(&cache.folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    #[tokio::test]
    async fn what_was_put_last_is_got_also_by_another_instance() {
        let folder = tempfile::tempdir().unwrap();
        let cache_ = cache(&folder);
        assert_eq!(cache_.get::<String>("a").await, None);
        for value in ["one", "two"] {
            cache_.put("a", &value).await.unwrap();
        }
        cache_.put("b", &vec![1, 2]).await.unwrap();
        assert_eq!(cache(&folder).get::<String>("a").await.as_deref(), Some("two"));
        assert_eq!(cache(&folder).get::<Vec<i32>>("b").await, Some(vec![1, 2]));
        assert_eq!(files(&cache_).len(), 2);
    }

    #[tokio::test]
    async fn an_entry_that_is_spoilt_is_dropped_and_can_be_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        cache.put("a", &"value").await.unwrap();
        let path = files(&cache).remove(0);
        let good = fs::read_to_string(&path).unwrap();
        let other = Cache::new(folder.path().join("other"), 10_000);
        other.put("another key", &"value").await.unwrap();
        let foreign = fs::read_to_string(files(&other).remove(0)).unwrap();
        for spoilt in [
            String::new(),
            good[..good.len() / 2].to_owned(),
            good.replace("value", "VALUE"),
            good.replacen(' ', "", 1),
            "\u{0}".repeat(40),
            "x".repeat(10_001),
            foreign,
        ] {
            fs::write(&path, &spoilt).unwrap();
            assert_eq!(cache.get::<String>("a").await, None, "{spoilt:?}");
            assert!(!path.exists(), "{spoilt:?}");
            cache.put("a", &"value").await.unwrap();
            assert_eq!(cache.get::<String>("a").await.as_deref(), Some("value"));
        }
        // Another type than it was written as, by another version of the program.
        assert_eq!(cache.get::<u32>("a").await, None);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn the_folder_may_be_deleted_at_any_time() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        cache.put("a", &1).await.unwrap();
        fs::remove_dir_all(&cache.folder).unwrap();
        assert_eq!(cache.get::<u32>("a").await, None);
        cache.put("a", &2).await.unwrap();
        assert_eq!(cache.get::<u32>("a").await, Some(2));
    }

    #[tokio::test]
    async fn it_grows_no_larger_than_it_may_and_the_newest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        for number in 0..20 {
            cache.put(&number.to_string(), &"x".repeat(1_000)).await.unwrap();
            assert!(cache.get::<String>(&number.to_string()).await.is_some());
        }
        let total: u64 = files(&cache).iter().map(|path| path.metadata().unwrap().len()).sum();
        assert!((1_000..=10_000).contains(&total), "{total}");
        assert!(cache.put("large", &"x".repeat(10_000)).await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_may_read_it_and_a_refusal_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        cache.put("a", &1).await.unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&cache.folder), mode(&files(&cache)[0])), (0o700, 0o600));
        let in_the_way = Cache::new(files(&cache).remove(0), 10_000);
        assert!(in_the_way.put("a", &1).await.is_err());
        assert_eq!(in_the_way.get::<u32>("a").await, None);
    }
}
