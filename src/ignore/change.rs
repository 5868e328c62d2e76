//! A change as ignore rules see it.

use serde_json::Value;

use crate::drift::Pointer;

/// One differing field of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// Where: positions are those of the live side (of the desired side for what only it has).
    pub path: &'a Pointer,
    /// The same place on the desired side.
    pub desired_path: &'a Pointer,
    /// Desired value, unless only live has it.
    pub desired: Option<&'a Value>,
    /// Live value, unless only desired has it.
    pub live: Option<&'a Value>,
    /// The field manager that wrote the live value, when one is recorded.
    pub manager: Option<&'a str>,
    /// It guards something, or its form is hostile: only a rule that says the word hides it.
    pub guarded: bool,
}

/// Both sides of the resource, as they were compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Documents<'a> {
    /// Desired side.
    pub desired: Option<&'a Value>,
    /// Live side.
    pub live: Option<&'a Value>,
}
