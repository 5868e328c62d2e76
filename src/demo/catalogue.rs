//! Everything that is not an Application: version, settings, sessions, permissions, projects, clusters, repositories,
//! ApplicationSets. Answers are the recorded ones; single objects that were not asked for come out of the lists.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::account::{Account, Accounts};
use super::answer::{Answer, Code, Refusal};
use super::mask::{Mask, go_json};
use super::recording::Recording;
use super::request::Target;
use super::server::Version;

/// Resources that `can-i` knows, in the server's order (recordings/server/can-i-bad-resource).
const RESOURCES: &str = "clusters projects applications applicationsets repositories write-repositories certificates accounts \
                         gpgkeys logs exec extensions";
/// Actions that `can-i` knows, in the server's order (recordings/server/can-i-bad-action).
const ACTIONS: &str = "get create update delete sync override action invoke";

/// The recorded server's own data.
pub(super) struct Catalogue<'a> {
    pub(super) recording: &'a Recording,
    pub(super) accounts: &'a Accounts,
    pub(super) version: Version,
}

impl Catalogue<'_> {
    /// What this account (or nobody) was answered to the same question, by this version of the server if it was asked.
    fn recorded(&self, account: Option<&str>, target: &Target) -> Option<Answer> {
        let older = self
            .version
            .recorded_prefix()
            .and_then(|prefix| self.recording.older_server(prefix));
        let at = |version: Option<&str>| self.recording.answer(version, account, "GET", &target.path, &target.query);
        let found = older.and_then(|older| at(Some(older))).or_else(|| at(None));
        found.map(|(exchange, body)| Answer::recorded(exchange, body))
    }

    fn recorded_at(&self, account: Option<&str>, path: &str) -> Option<Answer> {
        self.recorded(account, &Target::parse(path))
    }

    /// Version and settings: everybody gets an answer, a session gets more.
    ///
    /// # Errors
    /// 404 when it was not recorded.
    pub(super) fn public(&self, account: Option<&Account>, path: &str) -> Result<Answer, Refusal> {
        let account = account.map(|_| self.accounts.main());
        self.recorded_at(account, path)
            .or_else(|| self.recorded_at(None, path))
            .ok_or_else(|| Refusal::not_recorded(path))
    }

    /// Who is asking; an empty object for nobody and for a bad token.
    pub(super) fn user_info(account: Option<&Account>) -> Answer {
        Answer::json(match account {
            Some(account) => format!(
                r#"{{"loggedIn":true,"username":{},"iss":"argocd"}}"#,
                Value::from(account.name.as_str())
            ),
            None => "{}".to_owned(),
        })
    }

    /// May the account do it? As recorded; else reading what the account can see is allowed and nothing else.
    ///
    /// # Errors
    /// 400 for a resource or action that does not exist.
    pub(super) fn can_i(&self, account: &Account, target: &Target) -> Result<Answer, Refusal> {
        let step = |index: usize| target.segments.get(index).map(String::as_str).unwrap_or_default();
        let (resource, action) = (step(4), step(5));
        for (known, word) in [(RESOURCES, resource), (ACTIONS, action)] {
            if !known.split(' ').any(|known| known == word) {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    format!("[{known}] does not contain {word}"),
                ));
            }
        }
        if let Some(answer) = self.recorded(Some(&account.name), target) {
            return Ok(answer);
        }
        let readable = ["applications", "applicationsets", "projects", "clusters", "repositories"];
        let project = step(6);
        let yes = action == "get"
            && readable.contains(&resource)
            && (account.sees_everything() || (matches!(resource, "applications" | "projects") && account.may_see(project)));
        Ok(Answer::json(if yes { r#"{"value":"yes"}"# } else { r#"{"value":"no"}"# }))
    }

    /// A list of projects, clusters, repositories or ApplicationSets, or one of them.
    ///
    /// # Errors
    /// 403 or 404 as the server refuses, and 404 for what was not recorded.
    pub(super) fn read(&self, account: &Account, target: &Target) -> Result<Answer, Refusal> {
        let collection = target.segments.get(2).map(String::as_str).unwrap_or_default();
        let Some(name) = target.segments.get(3) else {
            return self.list(account, collection, target);
        };
        let visible = account.sees_everything() || (collection == "projects" && account.may_see(name));
        if !visible {
            return Err(Refusal::permission_denied());
        }
        if let Some(answer) = self.recorded(Some(self.accounts.main()), target) {
            return Ok(answer);
        }
        if let (Some(below), false) = (target.segments.get(4), collection == "clusters") {
            return Err(Refusal::not_recorded(&format!("{below} of {name}")));
        }
        let whole = self.recorded_at(Some(self.accounts.main()), &format!("/api/v1/{collection}"));
        let whole = whole.ok_or_else(|| Refusal::not_recorded(collection))?;
        let by_name = target.parameter("id.type").is_some_and(|kind| kind.starts_with("name"));
        let found = items(&whole.body).into_iter().find(|raw| {
            let item: Item = serde_json::from_str(raw.get()).unwrap_or_default();
            match collection {
                "clusters" if by_name => item.name == *name,
                "clusters" => item.server == *name,
                _ => item.metadata.name == *name,
            }
        });
        match (found, collection) {
            (Some(found), _) => Ok(Answer::json(found.get().to_owned())),
            (None, "projects") => Err(not_found("appprojects", name)),
            (None, "applicationsets") => Err(not_found("applicationsets", name)),
            (None, _) => Err(Refusal::permission_denied()),
        }
    }

    fn list(&self, account: &Account, collection: &str, target: &Target) -> Result<Answer, Refusal> {
        let whole = self.recorded_at(Some(self.accounts.main()), &target.path);
        let whole = whole.ok_or_else(|| Refusal::not_recorded(collection))?;
        let mask = Mask::parse(target.parameter("fields")).filter(|_| collection == "projects");
        if account.sees_everything() && mask.is_none() {
            return Ok(whole);
        }
        let mut value: Value = serde_json::from_slice(&whole.body).unwrap_or_default();
        if let (false, Some(Value::Array(items))) = (account.sees_everything(), value.get_mut("items")) {
            items.retain(|item| {
                let name = item.pointer("/metadata/name").and_then(Value::as_str);
                collection == "projects" && name.is_some_and(|name| account.may_see(name))
            });
        }
        if let Some(mask) = mask {
            mask.prune(&mut value);
        }
        Ok(whole.with_body(go_json(&value)))
    }

    /// The account list, the health check, the page of the UI: as recorded or not at all.
    pub(super) fn verbatim(&self, account: Option<&Account>, target: &Target) -> Option<Answer> {
        self.recorded(account.map(|account| account.name.as_str()), target)
    }
}

fn not_found(resource: &str, name: &str) -> Refusal {
    Refusal::new(Code::NotFound, format!(r#"{resource}.argoproj.io "{name}" not found"#))
}

#[derive(Deserialize, Default)]
struct Item {
    #[serde(default)]
    metadata: ItemMetadata,
    #[serde(default)]
    name: String,
    #[serde(default)]
    server: String,
}

#[derive(Deserialize, Default)]
struct ItemMetadata {
    #[serde(default)]
    name: String,
}

fn items(body: &[u8]) -> Vec<&RawValue> {
    #[derive(Deserialize)]
    struct Items<'a> {
        #[serde(borrow)]
        items: Option<Vec<&'a RawValue>>,
    }
    serde_json::from_slice::<Items<'_>>(body)
        .ok()
        .and_then(|parsed| parsed.items)
        .unwrap_or_default()
}
