//! Whether a proposed rule hides a change, told from little: paths, names of list items, managers. What these cannot tell is
//! said to be unsure, and then the documents decide.

use super::facts::Facts;
use crate::drift::Pointer;
use crate::engine::view::ChangeView;
use crate::ignore::Matcher;

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// It hides it.
    Hides,
    /// It does not.
    Leaves,
    /// Only the documents tell.
    Unsure,
}

/// Whether the rule names this change, whatever its scope and whether or not the change is guarded. `before` is where a jq
/// rule's first list stands: everything that it names is at or below.
pub(super) fn told(matcher: &Matcher, before: &Pointer, change: &ChangeView, facts: &Facts) -> Told {
    let yes = |yes: bool| if yes { Told::Hides } else { Told::Leaves };
    match matcher {
        Matcher::Pointer(pattern) => yes(pattern.covers(&change.path)),
        Matcher::Manager { manager, below } => {
            yes(facts.manager.as_deref() == Some(manager.as_str()) && below.covers(&change.path) && !facts.guarded)
        }
        Matcher::Jq(path) => by_names(path.as_str(), before, change, facts),
    }
}

fn by_names(rule: &str, before: &Pointer, change: &ChangeView, facts: &Facts) -> Told {
    let (desired, live) = (change.desired.is_some(), change.live.is_some());
    if before.is_at_or_below(&change.path) {
        // What differs holds the list itself. A rule takes parts of it away, which matters where both sides have one.
        return if desired && live { Told::Unsure } else { Told::Leaves };
    }
    if !change.path.is_at_or_below(before) {
        return Told::Leaves;
    }
    let sides = [(desired, &facts.names[0]), (live, &facts.names[1])];
    let mut all = Told::Hides;
    for (_, name) in sides.iter().filter(|(present, _)| *present) {
        match name.as_deref().map_or(Told::Unsure, |name| against(rule, name)) {
            Told::Unsure => return Told::Unsure,
            Told::Leaves => all = Told::Leaves,
            Told::Hides => {}
        }
    }
    all
}

/// A rule against the name of one place.
fn against(rule: &str, name: &str) -> Told {
    if starts_step(rule, name) {
        return Told::Hides;
    }
    // The rule names something inside of what differs.
    if starts_step(name, rule) {
        return Told::Unsure;
    }
    let (mut rule, mut name) = (rule.split(" | "), name.split(" | "));
    loop {
        match (rule.next(), name.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one_step), Some(other_step)) => {
                return match (condition(one_step), condition(other_step)) {
                    // Another item by the same key, or another field.
                    (Some(one), Some(other)) if shape(one) == shape(other) => Told::Leaves,
                    // Another field, unless one names an item of a list by its key and the other by its position.
                    (None, None) if before_items(one_step) != before_items(other_step) => Told::Leaves,
                    // Items named by different keys may be one item.
                    _ => Told::Unsure,
                };
            }
            _ => return Told::Unsure,
        }
    }
}

/// Whether the path `outer` is `inner` or leads to it.
fn starts_step(outer: &str, inner: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', ' ']))
}

/// The part of a step before the first access to items of a list.
fn before_items(step: &str) -> &str {
    let is_access = |at: &usize| step[at + 1..].starts_with(|c: char| c == ']' || c.is_ascii_digit());
    let at = step.match_indices('[').map(|(at, _)| at).find(is_access);
    at.map_or(step, |at| &step[..at])
}

fn condition(step: &str) -> Option<&str> {
    step.strip_prefix("select(")
}

/// A condition without its values: which keys it asks for.
fn shape(condition: &str) -> String {
    let mut shape = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in condition.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted || c.is_ascii_digit() => {}
            _ => shape.push(c),
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_rule_names() {
        let web = r#".spec.containers[]? | select(.name == "web")"#;
        for (rule, name, told) in [
            (format!("{web} | .env"), format!("{web} | .env"), Told::Hides),
            (
                format!("{web} | .env"),
                format!(r#"{web} | .env[]? | select(.name == "A") | .value"#),
                Told::Hides,
            ),
            (format!("{web} | .env"), format!("{web} | .environment"), Told::Leaves),
            (format!("{web} | .image"), web.to_owned(), Told::Unsure),
            (
                web.to_owned(),
                r#".spec.containers[]? | select(.name == "job") | .env"#.to_owned(),
                Told::Leaves,
            ),
            (
                r#".ports[]? | select(.name == "http")"#.to_owned(),
                ".ports[]? | select(.port == 80)".to_owned(),
                Told::Unsure,
            ),
            (
                ".ports[0]?".to_owned(),
                ".ports[]? | select(.port == 80)".to_owned(),
                Told::Unsure,
            ),
            (
                ".ports[]? | select(.port == 80)".to_owned(),
                ".ports[]? | select(.port == 8080)".to_owned(),
                Told::Leaves,
            ),
        ] {
            assert_eq!(against(&rule, &name), told, "{rule} against {name}");
        }
    }
}
