//! A file's paths against the table: each offence is one sentence.

use crate::reading::{NamedPath, SourceFile};
use crate::rules::{self, ADAPTERS, ONE_PLACE, PARTS, Room};

/// Everything wrong with a file, one sentence each, no sentence twice.
pub(crate) fn offences(file: &SourceFile, test_modules: &[Vec<String>]) -> Vec<String> {
    let Some(room) = rules::room(file.room()) else {
        return Vec::new();
    };
    let module = file.module();
    let whole_file_is_test = test_modules.iter().any(|test| module.starts_with(test));
    let mut found: Vec<String> = Vec::new();
    for path in &file.paths {
        let in_test = path.in_test || whole_file_is_test;
        let sentences = [
            arrow(file, room, path, in_test),
            raw(file, room, path, in_test),
            outside(file, room, path, in_test),
        ];
        for sentence in sentences.into_iter().flatten() {
            if !found.contains(&sentence) {
                found.push(sentence);
            }
        }
    }
    for part in PARTS {
        if part.only_reads && lies_in(&file.name, part.name) && file.mutates_state && !whole_file_is_test {
            found.push(format!("{} takes `&mut State`: {} only reads.", file.name, part.name));
        }
    }
    found
}

/// An arrow to another room. Tests may look further, but at no adapter.
fn arrow(file: &SourceFile, room: &Room, path: &NamedPath, in_test: bool) -> Option<String> {
    let [root, target, rest @ ..] = path.segments.as_slice() else {
        return None;
    };
    if root != "crate" || target == room.name {
        return None;
    }
    if target == "*" && room.name != "main" {
        return Some(format!("{} imports everything of the crate: name what it uses.", file.name));
    }
    // What is no room is an item at the crate's root, and there is none.
    rules::room(target)?;
    if in_test && !ADAPTERS.contains(&target.as_str()) {
        return None;
    }
    if !room.may_use.contains(&target.as_str()) {
        let allowed = if room.may_use.is_empty() {
            "may use no other room".to_owned()
        } else {
            format!("may only use {}", room.may_use.join(", "))
        };
        return Some(format!("{} uses {target}: {} {allowed}.", file.name, room.name));
    }
    let (_, items) = room.only.iter().find(|(of, _)| of == target)?;
    let item = rest.first()?;
    if items.contains(&item.as_str()) {
        return None;
    }
    let allowed: Vec<String> = items.iter().map(|i| format!("{target}::{i}")).collect();
    Some(format!(
        "{} uses {target}::{item}: {} may only use {} of {target}.",
        file.name,
        room.name,
        allowed.join(", ")
    ))
}

fn raw(file: &SourceFile, room: &Room, path: &NamedPath, in_test: bool) -> Option<String> {
    let is_raw = path.segments.len() > 2 && path.segments[..3] == ["crate", "drift", "raw"];
    (is_raw && !room.sees_raw && !in_test).then(|| {
        format!(
            "{} names drift::raw: only the pure rooms, engine and argocd see raw manifests.",
            file.name
        )
    })
}

/// Crates, modules of std and clocks that the room, or its part, keeps away from.
fn outside(file: &SourceFile, room: &Room, path: &NamedPath, in_test: bool) -> Option<String> {
    if in_test {
        return None;
    }
    let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
    let part = PARTS.iter().find(|part| lies_in(&file.name, part.name));
    let mut rules = vec![(room.name, room.no_crates, room.no_std, room.no_clock)];
    rules.extend(part.map(|part| (part.name, part.no_crates, part.no_std, part.no_clock)));
    for (name, no_crates, no_std, no_clock) in rules {
        if let [.., owner, "now"] = segments.as_slice()
            && no_clock.contains(owner)
            && !segments.starts_with(&["tokio"])
        {
            return Some(format!("{} asks for the time ({owner}::now): {name} does not.", file.name));
        }
        match segments.as_slice() {
            [first, ..] if no_crates.contains(first) => {
                return Some(format!("{} uses the crate {first}: {name} does not.", file.name));
            }
            ["std", inside @ ..] => {
                let inside = inside.join("::");
                if let Some(module) = no_std.iter().find(|module| is_at_or_below(&inside, module))
                    && !ONE_PLACE.contains(&(file.name.as_str(), module))
                {
                    return Some(format!("{} uses std::{module}: {name} does not.", file.name));
                }
            }
            _ => {}
        }
    }
    None
}

fn is_at_or_below(path: &str, module: &str) -> bool {
    path.strip_prefix(module)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn lies_in(file: &str, part: &str) -> bool {
    file.strip_prefix("src/")
        .and_then(|below| below.strip_prefix(part))
        .is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}
