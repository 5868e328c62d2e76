//! References, commits, trees and blobs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::answer::{Answer, Answered};
use super::hosted::Hosted;
use super::routes::Asked;
use crate::git::CommitId;
use crate::git::bare::{Commit, Signature, TreeChange, TreeEntry};

/// Modes that a tree entry may have, with the kind of object each stands for. Whole folders (`040000`) cannot be put into a
/// tree here; their files can.
const MODES: &[(&str, &str)] = &[
    ("100644", "blob"),
    ("100755", "blob"),
    ("120000", "blob"),
    ("160000", "commit"),
];

fn read_id(text: &str) -> Option<CommitId> {
    CommitId::parse(text)
}

/// The branch that a reference names; the rest of them, tags among them, is read only.
fn branch(name: &str) -> Result<&str, Answer> {
    name.strip_prefix("refs/heads/")
        .ok_or_else(|| Answer::unprocessable("Reference cannot be updated"))
}

fn is_empty_repository(hosted: &Hosted) -> Answer {
    tracing::debug!(repository = hosted.full_name(), "asked for a branch of an empty repository");
    Answer::refused(StatusCode::CONFLICT, "Git Repository is empty.")
}

/// `GET git/ref/REF`
pub(super) async fn reference(asked: &Asked, hosted: &Hosted, path: &[&str]) -> Answered {
    let name = format!("refs/{}", path.join("/"));
    match hosted.bare.reference(&name).await? {
        Some(commit) => Ok(Answer::ok(asked.addresses.reference(hosted, &name, &commit))),
        None if hosted.bare.references("refs/").await?.is_empty() => Err(is_empty_repository(hosted)),
        None => Err(Answer::not_found()),
    }
}

/// The commit that a body names.
async fn wanted_commit(asked: &Asked, hosted: &Hosted) -> Result<CommitId, Answer> {
    let missing = || Answer::unprocessable("Object does not exist");
    let id = read_id(asked.text("sha").unwrap_or_default()).ok_or_else(missing)?;
    hosted.bare.commit(&id).await?.map(|_| id).ok_or_else(missing)
}

/// `POST git/refs`
pub(super) async fn create_reference(asked: &Asked, hosted: &mut Hosted) -> Answered {
    hosted.must_be_writable()?;
    let name = asked.text("ref").unwrap_or_default().to_owned();
    let branch = branch(&name)?;
    if hosted.bare.reference(&name).await?.is_some() {
        return Err(Answer::unprocessable("Reference already exists"));
    }
    hosted.must_not_be_protected(branch)?;
    let commit = wanted_commit(asked, hosted).await?;
    // A folder of another one, or a name that Git does not take.
    let made = hosted.bare.set_reference(&name, Some(&commit), None).await;
    made.map_err(|_| Answer::unprocessable("Reference update failed"))?;
    Ok(Answer::created(asked.addresses.reference(hosted, &name, &commit)))
}

/// `PATCH git/refs/REF`
pub(super) async fn update_reference(asked: &Asked, hosted: &mut Hosted, path: &[&str]) -> Answered {
    hosted.must_be_writable()?;
    let name = format!("refs/{}", path.join("/"));
    let branch = branch(&name)?.to_owned();
    let before = hosted.bare.reference(&name).await?;
    let before = before.ok_or_else(|| Answer::unprocessable("Reference does not exist"))?;
    hosted.must_not_be_protected(&branch)?;
    let commit = wanted_commit(asked, hosted).await?;
    let forced = asked.body.get("force").and_then(Value::as_bool).unwrap_or(false);
    if !forced && hosted.bare.ahead(&commit, &before).await? > 0 {
        return Err(Answer::unprocessable("Update is not a fast forward"));
    }
    let moved = hosted.bare.set_reference(&name, Some(&commit), Some(&before)).await;
    moved.map_err(|_| Answer::unprocessable("Reference cannot be updated"))?;
    hosted.branch_is_at(&branch, Some(&commit), asked.now);
    Ok(Answer::ok(asked.addresses.reference(hosted, &name, &commit)))
}

/// `DELETE git/refs/REF`
pub(super) async fn delete_reference(asked: &Asked, hosted: &mut Hosted, path: &[&str]) -> Answered {
    hosted.must_be_writable()?;
    let name = format!("refs/{}", path.join("/"));
    let branch = branch(&name)?.to_owned();
    let before = hosted.bare.reference(&name).await?;
    let before = before.ok_or_else(|| Answer::unprocessable("Reference does not exist"))?;
    hosted.must_not_be_protected(&branch)?;
    hosted.bare.set_reference(&name, None, Some(&before)).await?;
    hosted.branch_is_at(&branch, None, asked.now);
    Ok(Answer::nothing())
}

/// `GET git/commits/SHA`
pub(super) async fn commit(asked: &Asked, hosted: &Hosted, name: &str) -> Answered {
    let id = read_id(name).ok_or_else(Answer::not_found)?;
    let commit = hosted.bare.commit(&id).await?.ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(asked.addresses.commit(hosted, &id, &commit)))
}

/// `POST git/commits`
pub(super) async fn create_commit(asked: &Asked, hosted: &Hosted) -> Answered {
    hosted.must_be_writable()?;
    let no_tree = || Answer::unprocessable("Tree SHA does not exist");
    let tree = read_id(asked.text("tree").unwrap_or_default()).ok_or_else(no_tree)?;
    let found = hosted.bare.object(&tree).await?;
    found.filter(|object| object.kind == "tree").ok_or_else(no_tree)?;
    let mut parents = Vec::new();
    for parent in asked.texts("parents") {
        let no_parent = || Answer::unprocessable("Parent SHA does not exist or is not a commit object");
        let id = read_id(parent).ok_or_else(no_parent)?;
        hosted.bare.commit(&id).await?.ok_or_else(no_parent)?;
        parents.push(id);
    }
    let ours = Signature {
        name: asked.login.clone(),
        email: format!("{}@users.noreply.example.com", asked.login),
        seconds: asked.now.as_second(),
    };
    let commit = Commit {
        tree,
        parents,
        author: ours.clone(),
        committer: ours,
        message: asked.text("message").unwrap_or_default().to_owned(),
    };
    let id = hosted.bare.write_commit(&commit).await?;
    Ok(Answer::created(asked.addresses.commit(hosted, &id, &commit)))
}

/// `GET git/trees/SHA`
pub(super) async fn tree(asked: &Asked, hosted: &Hosted, name: &str) -> Answered {
    let id = read_id(name).ok_or_else(Answer::not_found)?;
    let object = hosted.bare.object(&id).await?.ok_or_else(Answer::not_found)?;
    let tree = match object.kind.as_str() {
        "tree" => id,
        // The name of a commit stands for its tree.
        "commit" => hosted.bare.commit(&id).await?.ok_or_else(Answer::not_found)?.tree,
        _ => return Err(Answer::not_found()),
    };
    let recursive = asked.target.parameter("recursive").is_some();
    tell_tree(asked, hosted, &tree, recursive).await.map(Answer::ok)
}

async fn tell_tree(asked: &Asked, hosted: &Hosted, tree: &CommitId, recursive: bool) -> Result<Value, Answer> {
    let mut entries = hosted.bare.tree(tree, recursive).await?;
    let truncated = hosted.settings.truncated_trees;
    if truncated {
        entries.truncate(entries.len() / 2);
    }
    let told: Vec<Value> = entries.iter().map(|entry| tell_entry(asked, hosted, entry)).collect();
    Ok(json!({
        "sha": tree.as_str(), "url": asked.addresses.object(hosted, "trees", tree), "tree": told, "truncated": truncated,
    }))
}

fn tell_entry(asked: &Asked, hosted: &Hosted, entry: &TreeEntry) -> Value {
    let mut told = json!({
        "path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.id.as_str(),
    });
    if let Value::Object(fields) = &mut told {
        if let Some(size) = entry.size {
            fields.insert("size".to_owned(), json!(size));
        }
        if entry.kind != "commit" {
            let address = asked.addresses.object(hosted, &format!("{}s", entry.kind), &entry.id);
            fields.insert("url".to_owned(), json!(address));
        }
    }
    told
}

/// `POST git/trees`
pub(super) async fn create_tree(asked: &Asked, hosted: &Hosted) -> Answered {
    hosted.must_be_writable()?;
    let base = match asked.text("base_tree") {
        None => None,
        Some(base) => {
            let invalid = || Answer::unprocessable("base_tree is not a valid tree oid");
            let id = read_id(base).ok_or_else(invalid)?;
            let object = hosted.bare.object(&id).await?;
            Some(
                object
                    .filter(|object| object.kind == "tree")
                    .map(|_| id)
                    .ok_or_else(invalid)?,
            )
        }
    };
    let entries = asked.body.get("tree").and_then(Value::as_array);
    let mut changes = Vec::new();
    for entry in entries.ok_or_else(|| Answer::unprocessable("Invalid tree info"))? {
        changes.push(tree_change(hosted, entry).await?);
    }
    let made = hosted.bare.write_tree(base.as_ref(), &changes).await;
    let tree = made.map_err(|_| Answer::unprocessable("tree contains a malformed path component"))?;
    tell_tree(asked, hosted, &tree, false).await.map(Answer::created)
}

async fn tree_change(hosted: &Hosted, entry: &Value) -> Result<TreeChange, Answer> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let path = text("path").filter(|path| !path.is_empty() && !path.contains('\0'));
    let path = path
        .ok_or_else(|| Answer::unprocessable("tree.path cannot be blank"))?
        .to_owned();
    let mode = text("mode").unwrap_or_default();
    let (mode, kind) = MODES
        .iter()
        .find(|(known, _)| *known == mode)
        .ok_or_else(|| Answer::unprocessable("Must supply a valid tree.mode"))?;
    if text("type").is_some_and(|wanted| wanted != *kind) {
        return Err(Answer::unprocessable("tree.type does not fit tree.mode"));
    }
    let id = match (entry.get("sha"), text("content")) {
        (Some(Value::Null), None) => None,
        (None, Some(content)) => Some(hosted.bare.write_blob(content.as_bytes()).await?),
        (Some(Value::String(id)), None) => {
            let invalid = || Answer::unprocessable(format!("tree.sha {id} is not a valid {kind}"));
            let named = read_id(id).ok_or_else(invalid)?;
            let object = hosted.bare.object(&named).await?;
            let fits = *kind == "commit" || object.is_some_and(|object| object.kind == *kind);
            Some(fits.then_some(named).ok_or_else(invalid)?)
        }
        _ => return Err(Answer::unprocessable("Must supply either tree.sha or tree.content")),
    };
    Ok(TreeChange {
        path,
        mode: (*mode).to_owned(),
        id,
    })
}

/// `GET git/blobs/SHA`
pub(super) async fn blob(asked: &Asked, hosted: &Hosted, name: &str) -> Answered {
    let id = read_id(name).ok_or_else(Answer::not_found)?;
    let object = hosted.bare.object(&id).await?;
    let blob = object.filter(|object| object.kind == "blob").ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(json!({
        "sha": id.as_str(), "node_id": format!("B_{id}"), "url": asked.addresses.object(hosted, "blobs", &id),
        "size": blob.bytes.len(), "encoding": "base64", "content": STANDARD.encode(&blob.bytes),
    })))
}

/// `POST git/blobs`
pub(super) async fn create_blob(asked: &Asked, hosted: &Hosted) -> Answered {
    hosted.must_be_writable()?;
    let content = asked.text("content").unwrap_or_default();
    let bytes = match asked.text("encoding").unwrap_or("utf-8") {
        "base64" => STANDARD
            .decode(content.split_ascii_whitespace().collect::<String>())
            .map_err(|_| Answer::unprocessable("content is not valid Base64"))?,
        "utf-8" => content.as_bytes().to_vec(),
        _ => return Err(Answer::unprocessable("encoding must be utf-8 or base64")),
    };
    let id = hosted.bare.write_blob(&bytes).await?;
    Ok(Answer::created(json!({
        "sha": id.as_str(), "url": asked.addresses.object(hosted, "blobs", &id),
    })))
}
