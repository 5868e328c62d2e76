//! Torn, damaged, replaced, forbidden, crowded: the journal goes on.

use std::fs;
use std::io::Write;
use std::path::Path;

use tempfile::TempDir;

use super::{JOURNAL, append, drift, lines, look, record};
use crate::engine::ports::{Store, StoreError};
use crate::store::FileStore;
use crate::store::journal::{Counts, Journal, unreadable};

#[test]
fn cut_at_any_byte_the_journal_keeps_every_whole_line_and_takes_new_ones() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(JOURNAL);
    let mut journal = Journal::open(folder.path()).unwrap();
    append(&mut journal, &look(0, &[("a", "one")]));
    append(&mut journal, &look(10, &[("a", "two"), ("b", "one")]));
    append(&mut journal, &look(20, &[("b", "one")]));
    drop(journal);
    let whole = fs::read(&path).unwrap();
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        let ends = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(journal.counts().entries, ends as u64, "cut at {cut}");
        append(&mut journal, &look(30, &[("c", "new")]));
        let lost_its_end_only = whole.get(cut) == Some(&b'\n');
        let torn = cut > 0 && whole[cut - 1] != b'\n' && !lost_its_end_only;
        assert_eq!(journal.counts().damaged, u64::from(torn), "cut at {cut}");
        let mut again = Journal::open(folder.path()).unwrap();
        assert!(
            again.index().unwrap().journal().contains_key(&drift("web", "c")),
            "cut at {cut}"
        );
        assert_eq!(
            again.index().unwrap().journal(),
            journal.index().unwrap().journal(),
            "cut at {cut}"
        );
    }
}

#[test]
fn damaged_lines_are_counted_skipped_and_survive_a_compaction_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(JOURNAL);
    let mut journal = Journal::open(folder.path()).unwrap();
    append(&mut journal, &look(0, &[("a", "one")]));
    let row = br#"{"event":"escalated"}"#;
    let foreign = format!(
        "{{\"crc\":\"{:08x}\",\"entry\":{}}}\n",
        crc32fast::hash(row),
        String::from_utf8_lossy(row)
    );
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\x00\xff rubbish\n\n{\"crc\":\"00000000\",\"entry\":{}}\n")
        .unwrap();
    file.write_all(foreign.as_bytes()).unwrap();
    append(&mut journal, &look(10, &[("a", "two")]));
    let counts = Counts {
        entries: 2,
        foreign: 1,
        damaged: 2,
    };
    assert_eq!(journal.counts(), counts);
    let before = journal.index().unwrap().journal();
    assert!(journal.compact().unwrap());
    assert_eq!(journal.index().unwrap().journal(), before);
    assert_eq!(journal.counts(), Counts { entries: 1, ..counts });
    let bytes = fs::read(&path).unwrap();
    for kept in [
        b"\x00\xff rubbish\n".as_slice(),
        b"{\"crc\":\"00000000\",\"entry\":{}}\n",
        foreign.as_bytes(),
    ] {
        assert!(bytes.windows(kept.len()).any(|window| window == kept));
    }
}

#[test]
fn a_journal_that_is_replaced_cut_or_removed_under_its_name_is_read_anew() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(JOURNAL);
    let mut one = Journal::open(folder.path()).unwrap();
    let mut two = Journal::open(folder.path()).unwrap();
    append(&mut one, &look(0, &[("a", "one")]));
    append(&mut two, &look(10, &[("a", "two")]));
    assert!(one.compact().unwrap());
    append(&mut two, &look(20, &[("a", "three")]));
    append(&mut one, &look(30, &[("a", "one")]));
    assert_eq!(one.index().unwrap().journal(), two.index().unwrap().journal());
    assert_eq!(two.counts().entries, 3);
    fs::write(&path, b"").unwrap();
    assert_eq!(one.index().unwrap().len(), 0);
    append(&mut one, &look(40, &[("a", "one")]));
    fs::remove_file(&path).unwrap();
    assert_eq!(two.index().unwrap().len(), 0);
    append(&mut two, &look(50, &[("a", "one"), ("b", "one")]));
    assert_eq!(one.index().unwrap().len(), 2);
}

#[test]
fn the_journal_stays_short_however_often_a_drift_changes() {
    let folder = TempDir::new().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    let fingerprints: Vec<String> = (0..9_000).map(|n| format!("{n:016x}")).collect();
    for (minute, batch) in fingerprints.chunks(500).enumerate() {
        let looks: Vec<_> = batch.iter().map(|f| look(minute as i64 * 10, &[("a", f)])).collect();
        journal
            .append(|index| looks.iter().flat_map(|look| index.news(look)).collect())
            .unwrap();
    }
    assert!(lines(folder.path()) < 4_500, "{}", lines(folder.path()));
    let memory = journal.index().unwrap().journal().remove(&drift("web", "a")).unwrap();
    assert_eq!(memory.appearances.len(), 16);
    assert_eq!(memory.appearances[15].fingerprint, fingerprints[8_999]);
}

#[test]
fn nobody_compacts_while_another_process_appends() {
    let folder = TempDir::new().unwrap();
    let mut journal = Journal::open(folder.path()).unwrap();
    append(&mut journal, &look(0, &[("a", "one")]));
    let other = fs::File::open(folder.path().join("journal.lock")).unwrap();
    other.lock_shared().unwrap();
    assert!(!journal.compact().unwrap());
    append(&mut journal, &look(10, &[("a", "two")]));
    other.unlock().unwrap();
    assert!(journal.compact().unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_journal() {
    use std::os::unix::fs::PermissionsExt;
    let base = TempDir::new().unwrap();
    let folder = base.path().join("state/driftline");
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let store = FileStore::new(&folder);
    record(&store, &[look(0, &[("a", "one")])]).await;
    assert!(store.compact().await.unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join(JOURNAL)), 0o600);
    assert_eq!(mode(&folder.join("journal.lock")), 0o600);
}

#[tokio::test]
async fn what_cannot_be_opened_is_named_and_tried_again() {
    let base = TempDir::new().unwrap();
    let folder = base.path().join("state");
    fs::write(&folder, "a file where the folder should be").unwrap();
    let store = FileStore::new(&folder);
    let error = store.probe().await.unwrap_err();
    assert!(
        matches!(
            &error,
            StoreError::Failed {
                doing: "make the folder",
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.view().detail.contains(&folder.display().to_string()), "{error:?}");
    fs::remove_file(&folder).unwrap();
    assert!(
        store
            .probe()
            .await
            .unwrap()
            .ends_with("0 drifts in 0 lines, 0 damaged, 0 of a newer version")
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_missing_permission_is_said_with_the_path_and_what_to_do() {
    use std::os::unix::fs::PermissionsExt;
    let base = TempDir::new().unwrap();
    let path = base.path().join(JOURNAL);
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    if fs::OpenOptions::new().append(true).open(&path).is_ok() {
        // The superuser may do everything: nothing to see here.
        return;
    }
    let error = FileStore::new(base.path()).probe().await.unwrap_err();
    let name = path.display().to_string();
    assert_eq!(
        error,
        StoreError::Denied {
            path: name.clone(),
            doing: "open"
        }
    );
    assert!(error.view().hint.contains(&name));
}

#[test]
fn lines_that_are_skipped_are_said_with_their_number_and_a_file_without_control_characters() {
    let counts = |foreign, damaged| Counts {
        entries: 5,
        foreign,
        damaged,
    };
    for (counts, said) in [
        (counts(0, 0), None),
        (counts(0, 2), Some("2 damaged, 0 of a newer version")),
        (counts(1, 0), Some("0 damaged, 1 of a newer version")),
    ] {
        let text = unreadable(counts, Path::new("/state/\u{1b}[2J/journal.jsonl"));
        assert_eq!(text.is_some(), said.is_some(), "{counts:?}");
        let fits = |text: &String| said.is_some_and(|said| text.ends_with(said)) && !text.contains('\u{1b}');
        assert!(text.iter().all(fits), "{text:?}");
    }
}
