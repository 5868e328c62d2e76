//! Ignore rules as text: a rule as TOML, and a file with one rule more, less, or switched off. Everything else in the file
//! stays as it is, comments and layout too.

use std::collections::BTreeMap;

use thiserror::Error;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::rule::{DANGEROUS_WORD, IgnoreRule, Matcher};

/// Why a file was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EditError {
    /// Nothing in it can be told apart.
    #[error("this is not TOML; nothing was written")]
    NotToml,
    /// `ignore` is something else there.
    #[error("`ignore` is written in another form than [[ignore]]; nothing was written")]
    OtherForm,
}

/// Says nothing of what a rule hides, where or until when: two rules that differ in these alone do the same.
const NOTES: [&str; 3] = ["reason", "author", "created"];

/// The rule as a TOML table, in the order in which people read it.
pub fn table(rule: &IgnoreRule) -> Table {
    let mut table = Table::new();
    for (part, glob) in rule.scope.parts() {
        if let Some(glob) = glob {
            table.insert(part, value(glob.as_str()));
        }
    }
    match &rule.matcher {
        Matcher::Pointer(pointer) => {
            table.insert("pointer", value(pointer.as_str()));
        }
        Matcher::Jq(path) => {
            table.insert("jq", value(path.as_str()));
        }
        Matcher::Manager { manager, below } => {
            table.insert("pointer", value(below.as_str()));
            table.insert("manager", value(manager.as_str()));
        }
    }
    table.insert("reason", value(rule.reason.as_str()));
    if let Some(author) = &rule.author {
        table.insert("author", value(author.as_str()));
    }
    for (key, date) in [("created", rule.created), ("expires", rule.expires)] {
        // Every date of ours is one of TOML.
        if let Some(date) = date.and_then(|date| date.to_string().parse::<toml_edit::Datetime>().ok()) {
            table.insert(key, value(date));
        }
    }
    if rule.disabled {
        table.insert("disabled", value(true));
    }
    if rule.dangerous {
        table.insert("dangerous", value(DANGEROUS_WORD));
    }
    table
}

/// The rule as it would stand in a file of its own.
pub fn text(rule: &IgnoreRule) -> String {
    format!("[[ignore]]\n{}", table(rule))
}

/// The text of a file with one more rule at its end. `None` when a rule that does the same stands there already.
///
/// # Errors
/// When the file holds no rules of ours.
pub fn with_rule(text: &str, mut rule: Table) -> Result<Option<String>, EditError> {
    let mut document = parsed(text)?;
    let is_empty = document.as_table().is_empty();
    if !text.is_empty() && !text.ends_with('\n') && is_empty {
        document.set_trailing("\n");
    }
    rule.decor_mut().set_prefix(if text.trim().is_empty() { "" } else { "\n" });
    if document.get("ignore").is_none() {
        document.insert("ignore", Item::ArrayOfTables(ArrayOfTables::new()));
    }
    let list = rules_of(&mut document)?.ok_or(EditError::OtherForm)?;
    if list.iter().any(|known| effect(known) == effect(&rule)) {
        return Ok(None);
    }
    list.push(rule);
    Ok(Some(document.to_string()))
}

/// The text of a file without this very rule: the last one of several. `None` when it is not there (any more).
///
/// # Errors
/// As [`with_rule`].
pub fn without_rule(text: &str, rule: &IgnoreRule) -> Result<Option<String>, EditError> {
    let mut document = parsed(text)?;
    let Some(list) = rules_of(&mut document)? else {
        return Ok(None);
    };
    let Some(at) = position(list, rule) else {
        return Ok(None);
    };
    list.remove(at);
    if list.is_empty() {
        // An empty list would be written as `ignore = []`.
        match document.get_mut("ignore") {
            Some(item) if item.is_table() => {
                if let Some(table) = item.as_table_mut() {
                    table.remove("rule");
                }
            }
            _ => {
                document.remove("ignore");
            }
        }
    }
    Ok(Some(document.to_string()))
}

/// The text of a file in which this very rule is switched off, or on again. `None` when it is not there.
///
/// # Errors
/// As [`with_rule`].
pub fn switched(text: &str, rule: &IgnoreRule, disabled: bool) -> Result<Option<String>, EditError> {
    let mut document = parsed(text)?;
    let Some(list) = rules_of(&mut document)? else {
        return Ok(None);
    };
    let Some(found) = position(list, rule).and_then(|at| list.get_mut(at)) else {
        return Ok(None);
    };
    match disabled {
        true => found.insert("disabled", value(true)),
        false => found.remove("disabled"),
    };
    Ok(Some(document.to_string()))
}

fn parsed(text: &str) -> Result<DocumentMut, EditError> {
    text.parse().map_err(|_| EditError::NotToml)
}

/// The list of rules; `None` when there is none yet.
fn rules_of(document: &mut DocumentMut) -> Result<Option<&mut ArrayOfTables>, EditError> {
    let list = match document.get_mut("ignore") {
        None => return Ok(None),
        // Beside `ignore.sources` the rules stand in a table of their own.
        Some(item) if item.is_table() => &mut item["rule"],
        Some(item) => item,
    };
    if list.is_none() {
        *list = Item::ArrayOfTables(ArrayOfTables::new());
    }
    list.as_array_of_tables_mut().map(Some).ok_or(EditError::OtherForm)
}

/// The last table that says what the rule says, notes included.
fn position(list: &ArrayOfTables, rule: &IgnoreRule) -> Option<usize> {
    let wanted = said(&table(rule));
    let tables: Vec<&Table> = list.iter().collect();
    tables.iter().rposition(|table| said(table) == wanted)
}

/// What a table says, however it is written.
fn said(table: &Table) -> BTreeMap<String, String> {
    table
        .iter()
        .map(|(key, item)| {
            let text = match item.as_str() {
                Some(text) => text.to_owned(),
                None => item.to_string().trim().to_owned(),
            };
            (key.to_owned(), text)
        })
        // Written out or left out, it is the same.
        .filter(|(key, text)| !(key == "disabled" && text == "false"))
        .collect()
}

fn effect(table: &Table) -> BTreeMap<String, String> {
    let mut said = said(table);
    said.retain(|key, _| !NOTES.contains(&key.as_str()));
    said
}

#[cfg(test)]
mod tests {
    use super::super::rule::RuleOrigin;
    use super::super::{JqPath, PointerPattern, Scope};
    use super::*;
    use crate::drift::Glob;

    fn rule(pointer: &str, reason: &str) -> IgnoreRule {
        IgnoreRule {
            scope: Scope {
                kind: Some(Glob::new("Deployment")),
                ..Scope::default()
            },
            matcher: Matcher::Pointer(PointerPattern::parse(pointer).unwrap()),
            reason: reason.to_owned(),
            author: Some("ann".to_owned()),
            created: Some("2026-11-20".parse().unwrap()),
            expires: None,
            disabled: false,
            dangerous: false,
            origin: RuleOrigin::proposed("test"),
        }
    }

    fn added(text: &str, rule: &IgnoreRule) -> String {
        with_rule(text, table(rule)).unwrap().unwrap()
    }

    const OURS: &str = "# our rules\n[[ignore]]  # first\npointer = '/a' # why\nreason=\"x\"\n";

    #[test]
    fn a_rule_reads_as_it_was_meant() {
        let jq = IgnoreRule {
            matcher: Matcher::Jq(JqPath::parse(".spec.x[]? | select(.name == \"a\")").unwrap()),
            expires: Some("2027-01-31".parse().unwrap()),
            dangerous: true,
            ..rule("/a", "why \"this\"")
        };
        assert_eq!(
            text(&jq),
            "[[ignore]]\nkind = \"Deployment\"\njq = '.spec.x[]? | select(.name == \"a\")'\nreason = 'why \"this\"'\n\
             author = \"ann\"\ncreated = 2026-11-20\nexpires = 2027-01-31\ndangerous = \"hides-danger\"\n"
        );
        let manager = IgnoreRule {
            matcher: Matcher::Manager {
                manager: "keda".to_owned(),
                below: PointerPattern::parse("/spec").unwrap(),
            },
            ..rule("/a", "x")
        };
        assert!(text(&manager).contains("pointer = \"/spec\"\nmanager = \"keda\"\n"));
    }

    #[test]
    fn comments_and_layout_stay_when_a_rule_comes_and_goes() {
        let with = added(OURS, &rule("/status", "noise"));
        assert!(with.starts_with(OURS), "{with}");
        assert_eq!(without_rule(&with, &rule("/status", "noise")).unwrap().unwrap(), OURS);
    }

    #[test]
    fn a_file_that_was_empty_is_empty_again() {
        for (before, after) in [
            ("", ""),
            ("# mine\n", "# mine\n"),
            ("[ignore]\nsources = [\"a\"]\n", "[ignore]\nsources = [\"a\"]\n"),
        ] {
            let with = added(before, &rule("/status", "noise"));
            assert_eq!(without_rule(&with, &rule("/status", "noise")).unwrap().unwrap(), after);
        }
    }

    #[test]
    fn the_same_rule_twice_is_one_whatever_its_reason() {
        let once = added("", &rule("/status", "noise"));
        assert_eq!(with_rule(&once, table(&rule("/status", "other words"))), Ok(None));
        assert!(with_rule(&once, table(&rule("/metadata/labels", "noise"))).unwrap().is_some());
        let ending = IgnoreRule {
            expires: Some("2027-01-31".parse().unwrap()),
            ..rule("/status", "noise")
        };
        assert!(with_rule(&once, table(&ending)).unwrap().is_some());
    }

    #[test]
    fn only_this_very_rule_is_taken_out() {
        let two = added(&added(OURS, &rule("/a", "one")), &rule("/b", "two"));
        let left = without_rule(&two, &rule("/a", "one")).unwrap().unwrap();
        assert_eq!(left, added(OURS, &rule("/b", "two")));
        assert_eq!(without_rule(&left, &rule("/a", "one")), Ok(None));
        assert_eq!(without_rule(&left, &rule("/b", "another reason")), Ok(None));
    }

    #[test]
    fn a_rule_is_switched_off_and_on_again_in_place() {
        let text = added(OURS, &rule("/b", "two"));
        let off = switched(&text, &rule("/b", "two"), true).unwrap().unwrap();
        assert_eq!(off, format!("{text}disabled = true\n"));
        let disabled = IgnoreRule {
            disabled: true,
            ..rule("/b", "two")
        };
        assert_eq!(switched(&off, &disabled, false).unwrap().unwrap(), text);
    }

    #[test]
    fn rules_beside_sources_and_files_that_hold_none() {
        let with = added("[ignore]\nsources = [\"a\"] # ours\n", &rule("/b", "two"));
        assert!(
            with.starts_with("[ignore]\nsources = [\"a\"] # ours\n\n[[ignore.rule]]\n"),
            "{with}"
        );
        assert_eq!(with_rule("[ignore", table(&rule("/b", "x"))), Err(EditError::NotToml));
        assert_eq!(with_rule("ignore = 1\n", table(&rule("/b", "x"))), Err(EditError::OtherForm));
    }
}
