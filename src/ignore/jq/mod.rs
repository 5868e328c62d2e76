//! jq paths that end: checked before they run, compiled once, run on a manifest to name fields of it.
//!
//! The language is jq as Argo CD's `jqPathExpressions` use it, run by jaq. A program comes from a file that anybody may have
//! written, so only constructs are accepted that end soon on every manifest; `check` says which, and refuses others by
//! name. As with Argo CD, a program that fails on a manifest names nothing there.

mod check;
mod run;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::drift::Pointer;

pub use check::JqError;

/// A checked and compiled program that names fields, such as `.spec.containers[]? | select(.name == "web") | .image`.
#[derive(Clone)]
pub struct JqPath {
    text: Arc<str>,
    program: Arc<run::Program>,
}

impl JqPath {
    /// Checks and compiles a program. Costs about as much as running it a hundred times: do it once.
    ///
    /// # Errors
    /// When it is no jq, names no field, or holds what is not accepted.
    pub fn parse(text: &str) -> Result<Self, JqError> {
        let patterns = check::check(text)?;
        Ok(Self {
            text: Arc::from(text),
            program: Arc::new(run::Program::compile(text, &patterns)?),
        })
    }

    /// The fields of this manifest that it names, in the program's order; none when the program fails on it, or names more
    /// than anybody can have meant.
    pub fn fields(&self, manifest: &Value) -> Vec<Pointer> {
        self.program.fields(manifest)
    }

    /// The program.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for JqPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for JqPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JqPath").field(&self.text).finish()
    }
}

/// Two programs are equal when their text is.
impl PartialEq for JqPath {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// One segment as a part of a jq path: `[0]?` for a list position, else as [`key_of_map`].
pub(super) fn key(key: &str) -> String {
    if super::pattern::is_position(key) {
        return format!("[{key}]?");
    }
    key_of_map(key)
}

/// One key as a part of a jq path: `.image`, or `["a/b"]?` where it is no plain name.
pub(super) fn key_of_map(key: &str) -> String {
    let starts_with_digit = key.starts_with(|c: char| c.is_ascii_digit());
    let is_plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !key.is_empty() && !starts_with_digit;
    if is_plain {
        format!(".{key}")
    } else {
        format!("[{}]?", text(key))
    }
}

/// A text as a jq string.
pub(super) fn text(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fields(program: &str, manifest: &Value) -> Vec<String> {
        let path = JqPath::parse(program).unwrap_or_else(|error| panic!("{program}: {error}"));
        path.fields(manifest).iter().map(ToString::to_string).collect()
    }

    fn refusal(program: &str) -> String {
        match JqPath::parse(program) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn it_names_fields_by_path_by_content_and_anywhere() {
        let manifest = json!({"spec": {"a/b": 1, "list": [{"name": "x", "v": 1}, {"name": "y", "v": {"deep": {"v": 2}}}]}});
        for (program, expected) in [
            (".spec.list[].v", vec!["/spec/list/0/v", "/spec/list/1/v"]),
            (".spec.list[] | select(.name == \"y\") | .v", vec!["/spec/list/1/v"]),
            (
                ".spec.list[] | select(.name | test(\"^X$\"; \"i\")).v",
                vec!["/spec/list/0/v"],
            ),
            (".spec.list[] | select(.name | startswith(\"y\"))", vec!["/spec/list/1"]),
            (
                ".spec.list[1].v | .. | .v?",
                vec!["/spec/list/1/v/v", "/spec/list/1/v/deep/v"],
            ),
            (".spec[\"a/b\"], .spec.list[-1]", vec!["/spec/a~1b", "/spec/list/1"]),
            (
                ".spec | select(has(\"list\") and (.list | length > 1)) | .\"a/b\"",
                vec!["/spec/a~1b"],
            ),
            (
                ".spec.list[]? | select(.name != null and (.name == \"z\" | not)) | .name # both",
                vec!["/spec/list/0/name", "/spec/list/1/name"],
            ),
            (".absent[]?", vec![]),
        ] {
            assert_eq!(fields(program, &manifest), expected, "{program}");
        }
    }

    #[test]
    fn a_program_that_fails_on_a_manifest_names_nothing_there() {
        let manifest = json!({"a": 1, "list": [{"name": "x"}, {}]});
        assert_eq!(fields(".a, .absent[]", &manifest), [""; 0]);
        assert_eq!(fields(".list[] | select(.name | startswith(\"x\"))", &manifest), [""; 0]);
    }

    #[test]
    fn what_might_not_end_or_names_no_field_is_refused_by_name() {
        for (program, named) in [
            ("def f: f; f", "`def`"),
            (".a | until(false; .)", "`until`"),
            (".a | repeat(.)", "`repeat`"),
            ("recurse(.)", "`recurse`"),
            ("range(1e9)", "`range`"),
            ("reduce .[] as $x (0; .)", "`reduce`"),
            ("label $f | .a", "`label`"),
            (".a as $x | .b", "variables"),
            ("$ENV", "variables"),
            ("env", "`env`"),
            ("input", "`input`"),
            ("halt", "`halt`"),
            (".a) | halt | (.b", "not jq"),
            (".a | error(\"x\")", "`error`"),
            (".a = 1", "assignment"),
            ("del(.a)", "`del`"),
            (".a + 1", "arithmetic"),
            ("if .a then .b else .c end", "`if`"),
            ("try .a catch .b", "`catch`"),
            ("{a: 1}", "objects"),
            (".[.a]", "computed keys"),
            (".a[1:2]", "slices"),
            ("\"a\\(.b)\"", "string interpolation"),
            (".a | test(.b)", "`test`"),
            (".a == 1", "names no field"),
            ("\"a\"", "names no field"),
            ("", "not jq"),
            (".a |", "not jq"),
            (".. | .. | ..", "`..`"),
            ("select(.a[] == .b[])", "many"),
            (".,.|.,.|.,.|.,.|.,.|.,.|.,.|.,.|.,.|.,.", "many"),
            (".a | select(test(\"((a{99}){99}){99}\"))", "pattern"),
            (".a | select(test(\"(\"))", "pattern"),
        ] {
            let said = refusal(program);
            assert!(said.contains(named), "{program}: {said}");
        }
        assert!(refusal(&"(".repeat(5_000)).contains("long"));
        assert!(refusal(&"(".repeat(500)).contains("nested"));
    }

    #[test]
    fn every_jq_expression_of_public_repositories_is_accepted() {
        let mut refused = Vec::new();
        for line in include_str!("../../../tests/corpus/ignore/patterns.jsonl").lines() {
            let pattern: Value = serde_json::from_str(line).unwrap();
            if pattern["expression_kind"] == "jq"
                && let Err(error) = JqPath::parse(pattern["expression"].as_str().unwrap())
            {
                refused.push(format!("{}: {error}", pattern["expression"]));
            }
        }
        assert_eq!(refused, [""; 0]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[ .|,()\\[\\]?\"a-e0-9=<>!;$@#{}/*+:\\\\-]{0,60}") {
            if let Ok(path) = JqPath::parse(&text) {
                path.fields(&json!({"a": [{"b": "c"}, null], "b": {"c": 1}}));
            }
        }

        #[test]
        fn a_key_is_named_whatever_it_is(key in "\\PC{1,12}") {
            let manifest = json!({"data": {key.clone(): 1, "other": 2}});
            let program = format!(".data{}", super::key_of_map(&key));
            let expected = Pointer::from_segments(["data", key.as_str()]);
            prop_assert_eq!(JqPath::parse(&program).unwrap().fields(&manifest), vec![expected]);
        }
    }
}
