//! Running a checked program with jaq: `path(program)` on a manifest.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::native::{bome, v};
use jaq_core::{Compiler, Ctx, Cv, DataT, Error, Filter, Lut, Vars, data::HasLut, native};
use jaq_json::{Map, Num, Val};
use jaq_std::ValT as _;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use serde_json::Value;

use super::check::{JqError, Test};
use crate::drift::Pointer;

/// Most fields that one program may name in one manifest.
const MOST_FIELDS: usize = 10_000;
/// Most memory of one compiled pattern, in bytes.
const LARGEST_PATTERN: usize = 1 << 20;
/// Names that need a definition in jq itself. Everything else that is accepted is built in.
const DEFINED: [&str; 5] = ["empty", "false", "not", "select", "true"];
const BUILT_IN: [&str; 6] = ["ascii_downcase", "contains", "endswith", "has", "length", "startswith"];

/// What jaq is to know of our programs.
struct Programs;

/// A program while it runs.
#[derive(Clone, Copy)]
struct Running<'a>(&'a Program);

impl DataT for Programs {
    type V<'a> = Val;
    type Data<'a> = Running<'a>;
}

impl<'a> HasLut<'a, Programs> for Running<'a> {
    fn lut(&self) -> &'a Lut<Programs> {
        &self.0.filter.lut
    }
}

/// A compiled program.
pub(super) struct Program {
    filter: Filter<Programs>,
    /// The patterns of its `test`s.
    patterns: Vec<(Test, Regex)>,
}

impl Program {
    /// Compiles a program that was checked.
    pub(super) fn compile(text: &str, tests: &[Test]) -> Result<Self, JqError> {
        let null = jaq_core::load::parse("def null: [][0];", |parser| parser.defs()).unwrap_or_default();
        let defined = jaq_core::defs()
            .filter(|definition| DEFINED.contains(&definition.name))
            .chain(null);
        // The line break ends a comment at the end of the program.
        let code = format!("path(\n{text}\n)");
        let arena = Arena::default();
        let modules = Loader::new(defined)
            .load(&arena, File { code: &code, path: () })
            .map_err(|_| JqError::Syntax)?;
        let built_in = jaq_std::base_funs()
            .chain(jaq_json::funs())
            .filter(|(name, ..)| BUILT_IN.contains(name));
        let functions = jaq_core::funs().chain(built_in).chain([
            native::run(("test", v(1), |cv| test(cv, false))),
            native::run(("test", v(2), |mut cv| {
                // The flags, of which the check lets `i` pass only.
                let flags = cv.0.pop_var();
                test(cv, flags.as_bytes() == Some(b"i"))
            })),
        ]);
        let filter = Compiler::default()
            .with_funs(functions)
            .compile(modules)
            .map_err(|_| JqError::Syntax)?;
        let patterns = tests
            .iter()
            .map(|test| Ok((test.clone(), regex(test)?)))
            .collect::<Result<_, _>>()?;
        Ok(Self { filter, patterns })
    }

    pub(super) fn fields(&self, manifest: &Value) -> Vec<Pointer> {
        let context = Ctx::<Programs>::new(Running(self), Vars::new([]));
        let mut fields = Vec::new();
        for output in self.filter.id.run((context, value(manifest))) {
            let field = output.ok().and_then(|path| pointer(&path, manifest));
            match field {
                Some(field) if fields.len() < MOST_FIELDS => fields.push(field),
                // It failed, or went on for too long.
                _ => return Vec::new(),
            }
        }
        fields
    }
}

fn regex(test: &Test) -> Result<Regex, JqError> {
    Regex::builder()
        .syntax(syntax::Config::new().case_insensitive(test.ignores_case))
        .configure(Regex::config().nfa_size_limit(Some(LARGEST_PATTERN)))
        .build(&test.pattern)
        .map_err(|_| JqError::Pattern)
}

/// `test(pattern)`: the pattern is one of those compiled with the program.
fn test<'a>(mut cv: Cv<'a, Programs>, ignores_case: bool) -> jaq_core::ValXs<'a, Val> {
    let pattern = cv.0.pop_var();
    let Running(program) = *cv.0.data();
    let compiled = program
        .patterns
        .iter()
        .find(|(test, _)| test.ignores_case == ignores_case && Some(test.pattern.as_bytes()) == pattern.as_bytes());
    bome(match (compiled, cv.1.as_utf8_bytes()) {
        (Some((_, regex)), Some(text)) => Ok(Val::Bool(regex.is_match(text))),
        _ => Err(Error::typ(cv.1, "string")),
    })
}

/// A manifest as jaq's value.
fn value(json: &Value) -> Val {
    match json {
        Value::Null => Val::Null,
        Value::Bool(on) => Val::Bool(*on),
        Value::Number(number) => match (number.as_i64().and_then(|n| isize::try_from(n).ok()), number.as_f64()) {
            (Some(whole), _) => Val::from(whole),
            (None, decimal) => Val::from(decimal.unwrap_or(f64::NAN)),
        },
        Value::String(text) => Val::from(text.clone()),
        Value::Array(items) => items.iter().map(value).collect(),
        Value::Object(map) => {
            let map: Map = map.iter().map(|(key, at)| (Val::from(key.clone()), value(at))).collect();
            Val::obj(map)
        }
    }
}

/// jq's path as a pointer; `None` when it is none.
fn pointer(path: &Val, manifest: &Value) -> Option<Pointer> {
    let Val::Arr(keys) = path else { return None };
    let mut pointer = Pointer::root();
    for key in keys.iter() {
        match key {
            Val::TStr(name) => pointer.push(std::str::from_utf8(name).ok()?),
            Val::Num(Num::Int(position)) => {
                let length = || pointer.get(manifest).and_then(Value::as_array).map_or(0, Vec::len);
                let position = match usize::try_from(*position) {
                    Ok(position) => position,
                    // From the end of the list.
                    Err(_) => length().checked_sub(position.unsigned_abs())?,
                };
                pointer = pointer.index(position);
            }
            _ => return None,
        }
    }
    Some(pointer)
}
