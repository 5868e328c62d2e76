//! What ignore rules look at in a change and its view does not say, kept beside the view: small enough for every drift there
//! is, and without a value of a manifest.

use serde_json::Value;

use crate::drift::{Pointer, ResourceKey};
use crate::ignore::narrowest::by_item_names;
use crate::redact::text;
use crate::verdict::ignoring::change;
use crate::verdict::judge::FieldJudgement;

/// Of one change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::engine) struct Facts {
    /// It guards something, or has a hostile form: only a rule that says the word hides it.
    pub(super) guarded: bool,
    /// The field manager as rules name it; `None` when none is recorded, or its name smells of a secret.
    pub(super) manager: Option<Box<str>>,
    /// Its place with list items named by their keys: on the desired side, on the live side. `None` where no list with keys is
    /// on the way, or a key smells of a secret.
    pub(super) names: [Option<Box<str>>; 2],
}

impl Facts {
    /// Of a judged field. The documents are what was compared: raw, and as the redactor left them.
    pub(in crate::engine) fn of(
        field: &FieldJudgement<'_>,
        resource: &ResourceKey,
        raw: [Option<&Value>; 2],
        redacted: [Option<&Value>; 2],
    ) -> Self {
        let change = change(field, resource);
        Self {
            guarded: change.guarded,
            manager: change
                .manager
                .filter(|manager| text::redact(manager) == **manager)
                .map(Box::from),
            names: names(change.path, change.desired_path, [change.desired, change.live], raw, redacted),
        }
    }
}

/// The names of a change's place on the sides that have a value there.
pub(super) fn names(
    path: &Pointer,
    desired_path: &Pointer,
    values: [Option<&Value>; 2],
    raw: [Option<&Value>; 2],
    redacted: [Option<&Value>; 2],
) -> [Option<Box<str>>; 2] {
    let [desired, live] = [(desired_path, 0), (path, 1)].map(|(path, side)| {
        values[side]?;
        name(path, raw[side]?, redacted[side]?)
    });
    [desired, live]
}

/// A name leaves the engine and goes into a file: one that the redactor would touch is none.
fn name(path: &Pointer, raw: &Value, redacted: &Value) -> Option<Box<str>> {
    let is_position = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
    if !path.segments().any(|segment| is_position(&segment)) {
        return None;
    }
    let name = by_item_names(path, raw)?;
    let is_public = by_item_names(path, redacted).as_ref() == Some(&name) && text::redact(&name) == name;
    is_public.then(|| name.into())
}
