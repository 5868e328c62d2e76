//! The exact commands for what a person may do outside: sync this one resource, pause auto-sync, put a field back.
//! driftline offers them to be copied and never runs one (design: read-only towards the cluster, for ever).
//!
//! A command is one line that a POSIX shell reads as it is meant, whatever a name or a value holds: everything foreign is in
//! single quotes, and characters that a terminal would hide or obey are escaped inside JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::core::Engine;
use super::ports::ErrorView;
use super::view::{ChangeView, DriftKey, DriftView, RedactedValue, Seal};
use crate::drift::{ApplicationKey, DriftState, Pointer, ResourceKey};
use crate::redact::terminal::{inert_json, visible};
use crate::verdict::Verdict;

/// So many fields are offered to be put back, each with a command of its own.
const MOST_FIELDS: usize = 20;

/// A command to be copied, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandByHand {
    /// What it does, a few words.
    pub title: String,
    /// The command, or the reason why there is none.
    pub command: Result<String, &'static str>,
    pub(super) seal: Seal,
}

impl CommandByHand {
    fn new(title: impl Into<String>, command: Result<String, &'static str>) -> Self {
        Self {
            title: title.into(),
            command,
            seal: Seal,
        }
    }
}

impl Engine {
    /// What a person may do by hand about a drift.
    ///
    /// # Errors
    /// As [`Engine::document`]: when the drift is not known any more or could not be read again.
    pub async fn commands_by_hand(&self, key: &DriftKey) -> Result<Vec<CommandByHand>, ErrorView> {
        let shelved = self.shelved_or_read(key).await?;
        let (desired, live) = shelved.compared_values();
        let argocd = self
            .argocd()
            .iter()
            .find(|argocd| argocd.context() == key.application.context);
        let server = argocd.map(|argocd| argocd.address()).unwrap_or_default();
        Ok(commands(&shelved.drift, &server, desired.as_ref(), live.as_ref()))
    }
}

pub(super) fn commands(
    drift: &Arc<DriftView>,
    server: &str,
    desired: Option<&Value>,
    live: Option<&Value>,
) -> Vec<CommandByHand> {
    let DriftKey {
        application, resource, ..
    } = &drift.key;
    let prune = drift.state == DriftState::Extra;
    let mut commands = Vec::new();
    // An addition survives every sync: nothing may promise its removal.
    if !drift.key.invisible {
        let title = match prune {
            true => "sync this one resource: deletes it from the cluster",
            false => "sync this one resource: applies what Git says",
        };
        commands.push(CommandByHand::new(title, Ok(sync(application, server, resource, prune))));
    }
    // What deletes is never what Enter copies at once.
    let last = if prune { commands.pop() } else { None };
    let pause = pause(application, server);
    commands.push(CommandByHand::new("pause auto-sync of the Application", Ok(pause)));
    let edited = drift.changes.iter().filter(|change| change.verdict > Verdict::Harmless);
    for change in edited.take(MOST_FIELDS) {
        let title = format!("put {} back to what Git says", visible(change.path.as_str()));
        commands.push(CommandByHand::new(title, put_back(resource, change, desired, live)));
    }
    commands.extend(last);
    commands
}

fn sync(application: &ApplicationKey, server: &str, resource: &ResourceKey, prune: bool) -> String {
    let ResourceKey {
        group,
        kind,
        namespace,
        name,
    } = resource;
    let place = match namespace.is_empty() {
        true => name.clone(),
        false => format!("{namespace}/{name}"),
    };
    let mut command = format!(
        "argocd app sync {} --resource {}",
        quoted(&qualified(application)),
        quoted(&format!("{group}:{kind}:{place}"))
    );
    if prune {
        command.push_str(" --prune");
    }
    on(command, server)
}

fn pause(application: &ApplicationKey, server: &str) -> String {
    on(
        format!("argocd app set {} --sync-policy none", quoted(&qualified(application))),
        server,
    )
}

fn qualified(application: &ApplicationKey) -> String {
    format!("{}/{}", application.namespace, application.name)
}

/// Names the server, so that the CLI's current context does not decide which Argo CD is meant.
fn on(command: String, server: &str) -> String {
    match server {
        "" => command,
        server => format!("{command} --server {}", quoted(server)),
    }
}

/// A patch that first tests that the field still is what was seen.
fn put_back(
    resource: &ResourceKey,
    change: &ChangeView,
    desired: Option<&Value>,
    live: Option<&Value>,
) -> Result<String, &'static str> {
    let (Some(desired), Some(live)) = (desired, live) else {
        return Err("the whole object is missing on one side: sync it instead");
    };
    if [&change.desired, &change.live]
        .into_iter()
        .flatten()
        .any(RedactedValue::is_hidden)
    {
        return Err("the value is a secret, which driftline does not know");
    }
    let is = change.live.as_ref().and_then(|_| change.path.get(live));
    let should = change.desired.as_ref().and_then(|_| change.desired_path.get(desired));
    let path = change.path.as_str();
    let steps = match (should, is) {
        (Some(should), Some(is)) => vec![
            json!({"op": "test", "path": path, "value": is}),
            json!({"op": "replace", "path": path, "value": should}),
        ],
        (None, Some(is)) => vec![
            json!({"op": "test", "path": path, "value": is}),
            json!({"op": "remove", "path": path}),
        ],
        (Some(should), None) => vec![json!({"op": "add", "path": place_to_add(&change.path, live)?, "value": should})],
        (None, None) => return Err("its value is not in the manifests any more"),
    };
    let mut command = String::from("kubectl");
    if !resource.namespace.is_empty() {
        command.push_str(&format!(" -n {}", quoted(&resource.namespace)));
    }
    let kind = match resource.group.is_empty() {
        true => resource.kind.to_lowercase(),
        false => format!("{}.{}", resource.kind.to_lowercase(), resource.group),
    };
    let patch = Value::Array(steps).to_string();
    let patch = inert_json(&patch);
    command.push_str(&format!(
        " patch {} {} --type=json -p {}",
        quoted(&kind),
        quoted(&resource.name),
        quoted(&patch)
    ));
    Ok(command)
}

/// Where `add` puts it: at the end of a list, under its key in an object that is there.
fn place_to_add(path: &Pointer, live: &Value) -> Result<String, &'static str> {
    let parent = path.parent().ok_or("the whole object is missing: sync it instead")?;
    match parent.get(live) {
        Some(Value::Array(_)) => Ok(parent.child("-").as_str().to_owned()),
        Some(Value::Object(_)) => Ok(path.as_str().to_owned()),
        _ => Err("what would hold it is not in the cluster: sync it instead"),
    }
}

/// As one word of a POSIX shell. A line break or another control character in it would run what a person has not read, so
/// those are shown as escapes; no name of Kubernetes holds one.
fn quoted(text: &str) -> String {
    let text = visible(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    fn of(drift: DriftView, desired: Option<Value>, live: Option<Value>) -> Vec<Result<String, &'static str>> {
        let commands = commands(&Arc::new(drift), "cd.example.com", desired.as_ref(), live.as_ref());
        commands.into_iter().map(|command| command.command).collect()
    }

    fn config_map(path: &str, desired: Option<&str>, live: Option<&str>) -> DriftView {
        fixtures::drift("ConfigMap", "api", vec![fixtures::change(path, desired, live)])
    }

    #[test]
    fn the_resource_and_the_server_are_named_in_full() {
        let commands = of(config_map("/data/A", Some("1"), Some("2")), None, None);
        assert_eq!(
            commands[0].as_deref(),
            Ok("argocd app sync argocd/unnamed --resource :ConfigMap:shop/api --server cd.example.com")
        );
        assert_eq!(
            commands[1].as_deref(),
            Ok("argocd app set argocd/unnamed --sync-policy none --server cd.example.com")
        );
    }

    #[test]
    fn a_field_is_put_back_only_while_it_is_what_was_seen() {
        let put = |path: &str, desired: Option<&str>, live: Option<&str>, sides: (Value, Value)| {
            of(config_map(path, desired, live), Some(sides.0), Some(sides.1))
                .pop()
                .unwrap()
        };
        let data = |value: Value| json!({"data": value});
        assert_eq!(
            put(
                "/data/A",
                Some("1"),
                Some("2"),
                (data(json!({"A": "1"})), data(json!({"A": "2"})))
            )
            .as_deref(),
            Ok(
                "kubectl -n shop patch configmap api --type=json -p '[{\"op\":\"test\",\"path\":\"/data/A\",\"value\":\"2\"},\
                 {\"op\":\"replace\",\"path\":\"/data/A\",\"value\":\"1\"}]'"
            )
        );
        let removed = put("/data/A", None, Some("2"), (data(json!({})), data(json!({"A": "2"})))).unwrap();
        assert!(
            removed.contains("\"op\":\"test\"") && removed.contains("\"op\":\"remove\""),
            "{removed}"
        );
        let added = put("/data/A", Some("1"), None, (data(json!({"A": "1"})), data(json!({})))).unwrap();
        assert!(
            added.contains("{\"op\":\"add\",\"path\":\"/data/A\",\"value\":\"1\"}"),
            "{added}"
        );
        assert!(put("/data/A", Some("1"), None, (data(json!({"A": "1"})), json!({}))).is_err());
    }

    #[test]
    fn a_secret_is_never_in_a_command() {
        let mut drift = config_map("/data/A", Some("1"), Some("2"));
        drift.changes[0].live = Some(crate::engine::view::RedactedValue::new("••••", true));
        let sides = json!({"data": {"A": "1"}});
        assert!(of(drift, Some(sides.clone()), Some(sides)).pop().unwrap().is_err());
    }

    #[test]
    fn no_sync_is_offered_for_what_a_sync_leaves_alone() {
        let mut drift = config_map("/data/A", None, Some("2"));
        drift.key.invisible = true;
        let commands = of(drift, Some(json!({"data": {}})), Some(json!({"data": {"A": "2"}})));
        let commands: Vec<String> = commands.into_iter().flatten().collect();
        assert!(
            commands.iter().all(|command| !command.contains("argocd app sync")),
            "{commands:?}"
        );
        assert!(
            commands.iter().any(|command| command.contains("\"op\":\"remove\"")),
            "{commands:?}"
        );
    }

    #[test]
    fn what_only_the_cluster_has_is_deleted_by_a_sync_that_prunes() {
        let mut drift = config_map("/data/A", None, Some("2"));
        drift.state = DriftState::Extra;
        let commands = of(drift, None, Some(json!({})));
        let (last, others) = commands.split_last().unwrap();
        assert!(
            last.as_deref().unwrap().contains(" --prune"),
            "what deletes is not what Enter copies at once"
        );
        assert!(others.iter().flatten().all(|command| !command.contains("--prune")));
    }

    #[test]
    fn nothing_foreign_leaves_its_quotes() {
        for (text, word) in [
            ("web", "web"),
            ("", "''"),
            ("a b", "'a b'"),
            ("$(id)", "'$(id)'"),
            ("it's", r"'it'\''s'"),
            ("a\nb", r"'a\nb'"),
            ("a\u{202e}b", r"'a\u{202e}b'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }
}
