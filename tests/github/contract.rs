//! The published contract: every exchange with the demo forge, request and answer, against GitHub's own description.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use driftline::demo::forge::ForgeExchange;
use jsonschema::Validator;
use serde_json::{Value, json};

/// What one operation takes and gives.
struct Operation {
    method: String,
    /// Segments of its path; those in braces stand for any one, `{ref}` for any number.
    path: Vec<String>,
    query: BTreeMap<String, Validator>,
    request: Option<Validator>,
    /// By status; `None` for an answer without a body.
    answers: BTreeMap<u16, Option<Validator>>,
}

/// The description.
pub(crate) struct Contract {
    operations: Vec<Operation>,
    refusal: Validator,
}

impl Contract {
    pub(crate) fn get() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self::read(include_str!("contract/github.json")))
    }

    fn read(text: &str) -> Self {
        let whole: Value = serde_json::from_str(text).unwrap();
        let compiled = |schema: &Value| {
            let alone = json!({"allOf": [schema], "components": whole["components"]});
            jsonschema::validator_for(&alone).unwrap_or_else(|error| panic!("{error}: {schema}"))
        };
        let body = |of: &Value| of.pointer("/content/application~1json/schema").map(compiled);
        let mut operations = Vec::new();
        for (path, methods) in whole["paths"].as_object().unwrap() {
            for (method, told) in methods.as_object().unwrap() {
                let parameters = told["parameters"].as_array().unwrap().iter();
                let answers = told["responses"].as_object().unwrap().iter();
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: path.trim_start_matches('/').split('/').map(str::to_owned).collect(),
                    query: parameters
                        .map(|one| (one["name"].as_str().unwrap().to_owned(), compiled(&one["schema"])))
                        .collect(),
                    request: told.get("requestBody").and_then(body),
                    answers: answers
                        .map(|(status, answer)| (status.parse().unwrap(), body(answer)))
                        .collect(),
                });
            }
        }
        Self {
            operations,
            refusal: compiled(&json!({"$ref": "#/components/schemas/basic-error"})),
        }
    }

    /// What is wrong with an exchange, by the description; nothing for a page for people.
    pub(crate) fn violations(&self, exchange: &ForgeExchange) -> Vec<String> {
        let Some(target) = exchange.path_and_query.strip_prefix("/api/v3/") else {
            return Vec::new();
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(operation) = self.operations.iter().find(|one| one.is(&exchange.method, path)) else {
            return vec![format!("{} {path} is not part of the description", exchange.method)];
        };
        let mut found = Vec::new();
        let mut check = |what: &str, validator: &Validator, value: &Value| {
            found.extend(
                validator
                    .iter_errors(value)
                    .map(|error| format!("{what}: {error} at {}", error.instance_path())),
            );
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match operation.query.get(&*name) {
                // In a query everything is text.
                Some(schema) => {
                    let number = value.parse::<i64>().map(Value::from);
                    let fits = schema.is_valid(&json!(value)) || number.is_ok_and(|number| schema.is_valid(&number));
                    if !fits {
                        check("query", schema, &json!(value));
                    }
                }
                None => check("query", &jsonschema::validator_for(&json!(false)).unwrap(), &json!(name)),
            }
        }
        // What is refused may be wrong: that is what is refused about it.
        let is_done = exchange.status < 400;
        match &operation.request {
            Some(schema) if is_done => check("request", schema, &exchange.request),
            None if !exchange.request.is_null() => check(
                "request without a body",
                &jsonschema::validator_for(&json!(false)).unwrap(),
                &exchange.request,
            ),
            _ => {}
        }
        match operation.answers.get(&exchange.status) {
            Some(Some(schema)) => check("answer", schema, &exchange.answer),
            Some(None) if exchange.status < 400 => check(
                "answer",
                &jsonschema::validator_for(&json!({"type": "null"})).unwrap(),
                &exchange.answer,
            ),
            // Every operation may be refused for reasons that are not its own.
            Some(None) | None if exchange.status >= 400 => check("refusal", &self.refusal, &exchange.answer),
            Some(None) | None => check(
                "status that is not described",
                &jsonschema::validator_for(&json!(false)).unwrap(),
                &json!(exchange.status),
            ),
        }
        found
    }
}

impl Operation {
    fn is(&self, method: &str, path: &str) -> bool {
        let segments: Vec<&str> = path.split('/').collect();
        let is_tail = self.path.last().is_some_and(|last| last == "{ref}") && segments.len() > self.path.len();
        self.method == method
            && (segments.len() == self.path.len() || is_tail)
            && self
                .path
                .iter()
                .zip(&segments)
                .all(|(template, segment)| template.starts_with('{') || template == segment)
    }
}

/// An exchange that was never had.
fn exchange(method: &str, path: &str, request: Value, status: u16, answer: Value) -> ForgeExchange {
    ForgeExchange {
        method: method.to_owned(),
        path_and_query: format!("/api/v3/repos/shop/web/{path}"),
        request,
        status,
        answer,
    }
}

#[test]
fn the_tester_refuses_what_is_wrong() {
    let sha = "0123456789012345678901234567890123456789";
    let tree = |entry: Value| json!({"tree": [entry]});
    let told_tree = json!({"sha": sha, "truncated": false, "tree": []});
    for (what, wrong) in [
        (
            "\"title\" is a required",
            exchange("POST", "issues", json!({"body": "x"}), 201, json!({})),
        ),
        (
            "\"100600\" is not one of",
            exchange(
                "POST",
                "git/trees",
                tree(json!({"path": "a", "mode": "100600", "content": ""})),
                201,
                told_tree.clone(),
            ),
        ),
        (
            "\"base\" is a required",
            exchange("POST", "pulls", json!({"title": "x", "head": "y"}), 201, json!({})),
        ),
        (
            "\"shut\" is not one of",
            exchange("PATCH", "pulls/1", json!({"state": "shut"}), 200, json!({})),
        ),
        (
            "\"number\" is a required",
            exchange("POST", "issues", json!({"title": "x"}), 201, json!({})),
        ),
        ("query", exchange("GET", "pulls?stat=all", Value::Null, 200, json!([]))),
        (
            "\"any\" is not one of",
            exchange("GET", "pulls?state=any", Value::Null, 200, json!([])),
        ),
        (
            "is not part of the description",
            exchange("GET", "collaborators", Value::Null, 200, json!([])),
        ),
        (
            "status that is not described",
            exchange("GET", "pulls", Value::Null, 204, Value::Null),
        ),
        ("refusal", exchange("GET", "pulls", Value::Null, 502, json!("Bad Gateway"))),
        ("request without a body", exchange("GET", "pulls", json!({}), 200, json!([]))),
        (
            "answer",
            exchange("DELETE", "git/refs/heads/a/b", Value::Null, 204, json!({})),
        ),
    ] {
        let found = Contract::get().violations(&wrong);
        assert!(found.iter().any(|one| one.contains(what)), "{what}: {found:?}");
    }
}

#[test]
fn the_tester_accepts_what_is_right() {
    let sha = "0123456789012345678901234567890123456789";
    let told_tree = json!({"sha": sha, "truncated": false, "tree": []});
    let removal = json!({"tree": [{"path": "a", "mode": "100644", "type": "blob", "sha": null}], "base_tree": sha});
    for right in [
        exchange("POST", "git/trees", removal, 201, told_tree),
        exchange(
            "GET",
            "pulls?state=all&per_page=100&page=2&head=shop%3Ax",
            Value::Null,
            200,
            json!([]),
        ),
        exchange("DELETE", "git/refs/heads/a/b/c", Value::Null, 204, Value::Null),
        exchange(
            "GET",
            "git/ref/heads/a/b/c",
            Value::Null,
            404,
            json!({"message": "Not Found"}),
        ),
        exchange(
            "POST",
            "issues",
            json!({"title": "x"}),
            410,
            json!({"message": "Issues has been disabled"}),
        ),
    ] {
        assert_eq!(Contract::get().violations(&right), [""; 0], "{right:?}");
    }
}

/// What OpenAPI 3.0 calls nullable would be skipped without a word, and with it whatever stands beside it.
#[test]
fn nothing_of_the_description_is_skipped() {
    assert!(!include_str!("contract/github.json").contains("\"nullable\":"));
    let all = Contract::get();
    assert_eq!(all.operations.len(), 27);
    let writes = all
        .operations
        .iter()
        .filter(|one| matches!(one.method.as_str(), "POST" | "PATCH" | "PUT"));
    assert!(writes.into_iter().all(|one| one.request.is_some()));
}
