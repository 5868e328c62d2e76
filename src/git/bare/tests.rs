//! Written and read again with the Git of this machine.

use super::*;

async fn repository(folder: &Path) -> BareRepository {
    let git = Git::new(folder.join("scratch"), crate::git::SshCommand::Batch);
    BareRepository::init(git, &folder.join("bare.git"), "main").await.unwrap()
}

fn change(path: &str, mode: &str, id: Option<&CommitId>) -> TreeChange {
    TreeChange {
        path: path.to_owned(),
        mode: mode.to_owned(),
        id: id.cloned(),
    }
}

fn commit(tree: &CommitId, parents: &[&CommitId], message: &str) -> Commit {
    let signature = Signature {
        name: "Ada".to_owned(),
        email: "ada@example.com".to_owned(),
        seconds: 1_700_000_000,
    };
    Commit {
        tree: tree.clone(),
        parents: parents.iter().map(|parent| (*parent).clone()).collect(),
        author: signature.clone(),
        committer: signature,
        message: message.to_owned(),
    }
}

#[tokio::test]
async fn objects_written_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let bare = repository(folder.path()).await;
    let script = bare.write_blob(b"#!/bin/sh\n").await.unwrap();
    let text = bare.write_blob(b"a: 1\n").await.unwrap();
    let changes = [
        change("run.sh", "100755", Some(&script)),
        change("apps/web.yaml", "100644", Some(&text)),
    ];
    let first = bare.write_tree(None, &changes).await.unwrap();
    let told = |entries: &[TreeEntry]| -> Vec<String> {
        let line = |e: &TreeEntry| format!("{} {} {} {:?}", e.mode, e.kind, e.path, e.size);
        entries.iter().map(line).collect()
    };
    assert_eq!(
        told(&bare.tree(&first, true).await.unwrap()),
        [
            "040000 tree apps None",
            "100644 blob apps/web.yaml Some(5)",
            "100755 blob run.sh Some(10)"
        ]
    );
    // The rest of the tree stays as it is, the mode too.
    let second = bare
        .write_tree(Some(&first), &[change("apps/web.yaml", "100644", None)])
        .await
        .unwrap();
    assert_eq!(
        told(&bare.tree(&second, true).await.unwrap()),
        ["100755 blob run.sh Some(10)"]
    );
    assert!(bare.write_tree(None, &[change("../x", "100644", Some(&text))]).await.is_err());
    assert_eq!(bare.object(&text).await.unwrap().unwrap().bytes, b"a: 1\n");
    assert_eq!(bare.object(&CommitId::parse(&"1".repeat(40)).unwrap()).await.unwrap(), None);

    let written = commit(&first, &[], "one\n\nparent of the rest\n");
    let root = bare.write_commit(&written).await.unwrap();
    assert_eq!(bare.commit(&root).await.unwrap(), Some(written));
    assert_eq!(bare.commit(&first).await.unwrap(), None, "a tree is no commit");
    assert!(!bare.folder().join("driftline-index-0").exists());
}

#[tokio::test]
async fn a_reference_moves_only_from_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let bare = repository(folder.path()).await;
    let tree = bare.write_tree(None, &[]).await.unwrap();
    let one = bare.write_commit(&commit(&tree, &[], "one\n")).await.unwrap();
    let two = bare.write_commit(&commit(&tree, &[&one], "two\n")).await.unwrap();
    let name = "refs/heads/a/b";
    bare.set_reference(name, Some(&one), None).await.unwrap();
    assert!(bare.set_reference(name, Some(&two), None).await.is_err());
    assert!(bare.set_reference(name, Some(&one), Some(&two)).await.is_err());
    bare.set_reference(name, Some(&two), Some(&one)).await.unwrap();
    assert_eq!(bare.reference(name).await.unwrap(), Some(two.clone()));
    assert_eq!(bare.reference("refs/heads/a").await.unwrap(), None);
    assert!(
        bare.set_reference("refs/heads/a", Some(&one), None).await.is_err(),
        "a folder"
    );
    assert_eq!(
        (bare.ahead(&one, &two).await.unwrap(), bare.ahead(&two, &one).await.unwrap()),
        (1, 0)
    );
    assert!(bare.set_reference(name, None, Some(&one)).await.is_err());
    bare.set_reference(name, None, Some(&two)).await.unwrap();
    assert_eq!(bare.references("refs/heads").await.unwrap(), []);
}

#[tokio::test]
async fn a_merge_has_both_sides_or_conflicts() {
    let folder = tempfile::tempdir().unwrap();
    let bare = repository(folder.path()).await;
    let blob = |text: &'static [u8]| bare.write_blob(text);
    let (a, b, c) = (
        blob(b"a\n").await.unwrap(),
        blob(b"b\n").await.unwrap(),
        blob(b"c\n").await.unwrap(),
    );
    let empty = bare.write_tree(None, &[]).await.unwrap();
    let root = bare.write_commit(&commit(&empty, &[], "root\n")).await.unwrap();
    let mut tips = Vec::new();
    for (path, id) in [("x", &a), ("y", &b), ("x", &c)] {
        let tree = bare
            .write_tree(Some(&empty), &[change(path, "100644", Some(id))])
            .await
            .unwrap();
        tips.push(bare.write_commit(&commit(&tree, &[&root], "tip\n")).await.unwrap());
    }
    let merged = bare.merged_tree(&tips[0], &tips[1]).await.unwrap();
    assert_eq!(bare.tree(&merged, false).await.unwrap().len(), 2);
    assert!(bare.merged_tree(&tips[0], &tips[2]).await.is_err());
    let difference = bare.difference(&tips[0], &tips[1]).await.unwrap();
    assert!(difference.contains("+b\n") && !difference.contains("-a\n"), "{difference}");
}
