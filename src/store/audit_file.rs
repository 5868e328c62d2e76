//! The audit log as a file of lines: appended to, synced, never rewritten. Several processes may append at once, since
//! every line is one `write` at the end.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::frame::{checked, framed};
use super::private::{make_private_folder, open_private, refused, sync_folder, write_once};
use crate::drift::{ApplicationIdentity, ResourceKey};
use crate::engine::ports::{Action, AuditEntry, AuditLog, Step, StoreError};

const AUDIT: &str = "audit.jsonl";

/// The JSON of an entry. Fields may be added with a default, never renamed.
#[derive(Serialize, Deserialize)]
struct Row {
    at: Timestamp,
    by: String,
    action: Action,
    step: Step,
    server: String,
    application_namespace: String,
    application: String,
    group: String,
    kind: String,
    namespace: String,
    name: String,
    fingerprint: String,
    verdict: String,
    target: String,
    what: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl From<AuditEntry> for Row {
    fn from(entry: AuditEntry) -> Self {
        Self {
            at: entry.at,
            by: entry.by,
            action: entry.action,
            step: entry.step,
            server: entry.application.server,
            application_namespace: entry.application.namespace,
            application: entry.application.name,
            group: entry.resource.group,
            kind: entry.resource.kind,
            namespace: entry.resource.namespace,
            name: entry.resource.name,
            fingerprint: entry.fingerprint,
            verdict: entry.verdict,
            target: entry.target,
            what: entry.what,
            why: entry.why,
            link: entry.link,
        }
    }
}

impl From<Row> for AuditEntry {
    fn from(row: Row) -> Self {
        Self {
            at: row.at,
            by: row.by,
            action: row.action,
            step: row.step,
            application: ApplicationIdentity {
                server: row.server,
                namespace: row.application_namespace,
                name: row.application,
            },
            resource: ResourceKey::new(row.group, row.kind, row.namespace, row.name),
            fingerprint: row.fingerprint,
            verdict: row.verdict,
            target: row.target,
            what: row.what,
            why: row.why,
            link: row.link,
        }
    }
}

/// Keeps the audit log in a folder.
#[derive(Debug)]
pub struct AuditFile {
    folder: PathBuf,
}

impl AuditFile {
    /// In this folder, which is made when first used, for this user alone. Touches nothing yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

fn append(folder: &Path, entry: AuditEntry) -> Result<(), StoreError> {
    make_private_folder(folder).map_err(|e| refused("make the folder", folder, &e))?;
    let path = folder.join(AUDIT);
    let mut file =
        open_private(OpenOptions::new().read(true).append(true).create(true), &path).map_err(|e| refused("open", &path, &e))?;
    let failed = |e: &std::io::Error| refused("write", &path, e);
    let json = serde_json::to_vec(&Row::from(entry)).map_err(|e| failed(&e.into()))?;
    // What a killed run left without an end must not swallow this line.
    let mut line = Vec::new();
    if file.seek(SeekFrom::End(-1)).is_ok() {
        let mut last = [0];
        file.read_exact(&mut last).map_err(|e| failed(&e))?;
        if last != *b"\n" {
            line.push(b'\n');
        }
    }
    line.extend(framed(&json));
    write_once(&file, &line)
        .and_then(|()| file.sync_data())
        .map_err(|e| failed(&e))?;
    sync_folder(folder).map_err(|e| refused("sync", folder, &e))
}

fn entries(folder: &Path) -> Result<Vec<AuditEntry>, StoreError> {
    let path = folder.join(AUDIT);
    let file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(refused("read", &path, &error)),
    };
    let (mut entries, mut skipped) = (Vec::new(), 0_u64);
    for line in BufReader::new(file).split(b'\n') {
        let line = line.map_err(|e| refused("read", &path, &e))?;
        match checked(&line).and_then(|json| serde_json::from_slice::<Row>(json).ok()) {
            Some(row) => entries.push(row.into()),
            None if line.is_empty() => {}
            None => skipped += 1,
        }
    }
    if skipped > 0 {
        tracing::warn!(
            skipped,
            "the audit log has lines that are damaged or of a newer version; they stay where they are"
        );
    }
    Ok(entries)
}

#[async_trait]
impl AuditLog for AuditFile {
    async fn append(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let folder = self.folder.clone();
        off_thread(&self.folder, move || append(&folder, entry)).await
    }

    async fn entries(&self) -> Result<Vec<AuditEntry>, StoreError> {
        let folder = self.folder.clone();
        off_thread(&self.folder, move || entries(&folder)).await
    }
}

async fn off_thread<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|stopped| {
        Err(StoreError::Failed {
            path: folder.display().to_string(),
            doing: "use",
            message: stopped.to_string(),
        })
    })
}

/// Keeps the audit log as long as the program runs: the demo, and machines that name no home.
#[derive(Debug, Default)]
pub struct AuditInMemory(Mutex<Vec<AuditEntry>>);

#[async_trait]
impl AuditLog for AuditInMemory {
    async fn append(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        Ok(())
    }

    async fn entries(&self) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(step: Step) -> AuditEntry {
        AuditEntry {
            at: "2026-11-20T03:13:00Z".parse().unwrap(),
            by: "ann@laptop".to_owned(),
            action: Action::PullRequest,
            step,
            application: ApplicationIdentity {
                server: "https://argocd.example.com".to_owned(),
                namespace: "argocd".to_owned(),
                name: "payments \"api\"\n".to_owned(),
            },
            resource: ResourceKey::new("", "ConfigMap", "shop", "api-config"),
            fingerprint: "9c31e2aa07b45d18".to_owned(),
            verdict: "risky".to_owned(),
            target: "github.com/shop/platform main".to_owned(),
            what: "opens pull request drift-fix/payments-api/configmap-api-config-9c5976ab".to_owned(),
            why: String::new(),
            link: (step == Step::Done).then(|| "https://github.com/shop/platform/pull/7".to_owned()),
        }
    }

    #[tokio::test]
    async fn everything_is_read_back_in_order_by_any_process() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state");
        assert_eq!(AuditFile::new(&folder).entries().await, Ok(Vec::new()));
        let all = [Step::Intended, Step::Done, Step::TakenBack].map(entry);
        for entry in &all {
            AuditFile::new(&folder).append(entry.clone()).await.unwrap();
        }
        assert_eq!(AuditFile::new(&folder).entries().await.unwrap(), all);
    }

    #[tokio::test]
    async fn a_torn_line_swallows_nothing_and_a_changed_one_is_not_believed() {
        let home = tempfile::tempdir().unwrap();
        let log = AuditFile::new(home.path());
        log.append(entry(Step::Intended)).await.unwrap();
        let path = home.path().join(AUDIT);
        let mut text = std::fs::read(&path).unwrap();
        let mut changed = text.clone();
        changed[40] ^= 1;
        text.extend(changed);
        text.extend(b"{\"crc\":\"12");
        std::fs::write(&path, text).unwrap();
        log.append(entry(Step::Done)).await.unwrap();
        assert_eq!(log.entries().await.unwrap(), [entry(Step::Intended), entry(Step::Done)]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn it_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        AuditFile::new(home.path()).append(entry(Step::Done)).await.unwrap();
        let mode = std::fs::metadata(home.path().join(AUDIT)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
