//! Everything but GET: a read-only account is refused, in the server's words.

use serde_json::Value;

use super::account::Account;
use super::answer::{Answer, Code, Refusal};
use super::application::SUB_RESOURCES;
use super::fleet::Moment;
use super::recording::{Identity, Recording};
use super::request::Target;

/// What a write on an Application needs, by method and path below it; `None` where there is no such route.
pub(super) fn needed_action(method: &str, below: &str) -> Option<&'static str> {
    Some(match (method, below) {
        ("DELETE", "") => "delete",
        ("PATCH" | "PUT", "") | ("PUT", "spec") => "update",
        ("POST", "sync" | "rollback") | ("DELETE", "operation") => "sync",
        ("POST", "resource") => "update",
        ("DELETE", "resource") => "delete",
        ("POST", "resource/actions" | "resource/actions/v2") => "action",
        _ => return None,
    })
}

/// Whether a path below an Application is routed for GET.
pub(super) fn is_routed(below: &str) -> bool {
    let generic = match below.split('/').collect::<Vec<_>>()[..] {
        ["revisions", revision, last] if !revision.is_empty() => format!("revisions/{{revision}}/{last}"),
        _ => below.to_owned(),
    };
    below.is_empty() || SUB_RESOURCES.contains(&generic.as_str())
}

/// Why the account may not do `action` to the Application: 403 with the detail that only writes and logs get.
pub(super) fn refuse(
    recording: &Recording,
    moment: &Moment,
    account: &Account,
    (resource, action): (&str, &str),
    name: &str,
    target: &Target,
) -> Refusal {
    let namespace = target.filled("appNamespace").unwrap_or(recording.control_namespace());
    let identity = Identity {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    let visible = moment
        .application(&identity)
        .filter(|application| account.may_see(&application.project));
    let Some(application) = visible else {
        return Refusal::permission_denied();
    };
    let object = if namespace == recording.control_namespace() {
        format!("{}/{name}", application.project)
    } else {
        format!("{}/{namespace}/{name}", application.project)
    };
    let subject = &account.name;
    let issued = issued_at(recording, subject);
    Refusal::new(
        Code::PermissionDenied,
        format!("permission denied: {resource}, {action}, {object}, sub: {subject}, iat: {issued}"),
    )
}

/// When the account's token was issued, as a recorded refusal tells; the start of time when none does.
fn issued_at(recording: &Recording, account: &str) -> String {
    recording
        .exchanges()
        .iter()
        .filter(|exchange| exchange.account.as_deref() == Some(account) && exchange.status == 403)
        .filter_map(|exchange| serde_json::from_slice::<Value>(recording.body(exchange)?).ok())
        .filter_map(|body| Some(body.get("message")?.as_str()?.split_once("iat: ")?.1.to_owned()))
        .next()
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// `POST /api/v1/session`: nobody can log in with a password here.
pub(super) fn log_in(body: &[u8]) -> Answer {
    if serde_json::from_slice::<Value>(body).is_err() {
        return Refusal::new(Code::InvalidArgument, "unexpected EOF").into();
    }
    Refusal::new(Code::Unauthenticated, "Invalid username or password").into()
}

/// A POST that only reads (`appdetails`): as recorded for the same body.
pub(super) fn recorded_post(recording: &Recording, account: &Account, target: &Target, body: &[u8]) -> Option<Answer> {
    let asked: Value = serde_json::from_slice(body).ok()?;
    let found = recording.exchanges().iter().find(|exchange| {
        let known = exchange
            .request_body
            .as_deref()
            .and_then(|known| serde_json::from_str(known).ok());
        exchange.method == "POST"
            && exchange.status == 200
            && exchange.account.as_deref() == Some(&account.name)
            && Target::parse(&exchange.path_and_query) == *target
            && known.as_ref() == Some(&asked)
    })?;
    Some(Answer::recorded(found, recording.body(found)?.clone()))
}
