//! Which programs are accepted: they name fields, and the work they do is bounded by the manifest's size.
//!
//! Accepted: paths, `[]`, `?`, `..` (twice at most), `|`, `,`, `//`, `select`, comparisons, `and`, `or`, `not`, `has`,
//! `contains`, `length`, `startswith`, `endswith`, `ascii_downcase`, `test` with a literal pattern, literals. None of them
//! can loop, and a pipe only ever goes down into the manifest. What multiplies is bounded: two sides that both have many
//! values are not combined, and commas may not multiply to more than [`MOST_BRANCHES`].

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term};
use jaq_core::path::{Part, Path};
use thiserror::Error;

/// Longest program, in bytes.
const LONGEST: usize = 2_000;
/// Deepest nesting of brackets.
const DEEPEST: usize = 24;
/// Most `..` in one program: each may visit every field below every field that the one before found.
const MOST_RECURSIONS: usize = 2;
/// Most ways that commas may make of one value.
const MOST_BRANCHES: u32 = 64;

/// Why a program is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JqError {
    /// Longer than 2,000 bytes.
    #[error("the jq program is too long")]
    TooLong,
    /// Brackets in brackets, 25 deep.
    #[error("the jq program is nested too deeply")]
    TooDeep,
    /// It does not parse.
    #[error("this is not jq")]
    Syntax,
    /// It holds something that might not end, reads what it should not, or has no use in a path.
    #[error("{0} may not be used here: only paths, `select`, comparisons and tests of text may")]
    Refused(String),
    /// It parses and makes values instead of naming fields.
    #[error("this jq program names no field")]
    NoPath,
    /// Its work would grow faster than the manifest.
    #[error("this jq program combines many values with many others")]
    TooMany,
    /// A pattern of `test` that cannot be read, or is too large.
    #[error("the pattern of `test` cannot be used")]
    Pattern,
}

/// A `test` in the program: its pattern and whether case counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) pattern: String,
    pub(super) ignores_case: bool,
}

/// Checks a program; the patterns in it that are to be compiled.
pub(super) fn check(text: &str) -> Result<Vec<Test>, JqError> {
    if text.len() > LONGEST {
        return Err(JqError::TooLong);
    }
    if nesting(text) > DEEPEST {
        return Err(JqError::TooDeep);
    }
    let term = jaq_core::load::parse(text, |parser| parser.term()).ok_or(JqError::Syntax)?;
    let mut check = Check::default();
    check.path(&term)?;
    Ok(check.tests)
}

/// Brackets of strings count too: a program that needs more of them than this is none of ours.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// How many values a term makes of one.
#[derive(Clone, Copy)]
struct Count {
    /// By commas.
    branches: u32,
    /// By `[]` and `..`: as many as the manifest has.
    many: bool,
}

const ONE: Count = Count {
    branches: 1,
    many: false,
};

#[derive(Default)]
struct Check {
    tests: Vec<Test>,
    recursions: usize,
}

impl Check {
    /// A term whose outputs are fields.
    fn path(&mut self, term: &Term<&str>) -> Result<Count, JqError> {
        match term {
            Term::Id => Ok(ONE),
            Term::Recurse => self.recursion(),
            Term::Path(base, parts) => {
                let base = self.path(base)?;
                after(base, parts_of(parts)?)
            }
            Term::BinOp(left, BinaryOp::Pipe(None), right) => after(self.path(left)?, self.path(right)?),
            Term::BinOp(left, BinaryOp::Comma | BinaryOp::Alt, right) => beside(self.path(left)?, self.path(right)?),
            Term::TryCatch(tried, None) => self.path(tried),
            Term::Call("select", arguments) => match arguments.as_slice() {
                [condition] => self.value(condition),
                _ => Err(JqError::Syntax),
            },
            Term::Call("empty", arguments) if arguments.is_empty() => Ok(ONE),
            // What is refused is worth more to say than that it is no path.
            other => self.value(other).and(Err(JqError::NoPath)),
        }
    }

    /// A term whose outputs are looked at.
    fn value(&mut self, term: &Term<&str>) -> Result<Count, JqError> {
        match term {
            Term::Id | Term::Num(_) => Ok(ONE),
            Term::Recurse => self.recursion(),
            Term::Str(None, _) => literal(term).map(|_| ONE),
            Term::Str(Some(_), _) => refused("formats"),
            Term::Neg(number) if matches!(**number, Term::Num(_)) => Ok(ONE),
            Term::Arr(None) => Ok(ONE),
            Term::Arr(Some(items)) => self.literals(items).map(|()| ONE),
            Term::Obj(_) => refused("objects"),
            Term::Path(base, parts) => {
                let base = self.value(base)?;
                after(base, parts_of(parts)?)
            }
            Term::BinOp(left, operator, right) => self.operation(left, operator, right),
            Term::TryCatch(tried, None) => self.value(tried),
            Term::TryCatch(_, Some(_)) => refused("`catch`"),
            Term::Call(name, arguments) => self.call(name, arguments),
            Term::Neg(_) => refused("arithmetic"),
            Term::Label(..) | Term::Break(_) => refused("`label`"),
            Term::Fold(name, ..) => refused(&format!("`{name}`")),
            Term::IfThenElse(..) => refused("`if`"),
            Term::Def(..) => refused("`def`"),
            Term::Var(_) => refused("variables"),
        }
    }

    fn operation(&mut self, left: &Term<&str>, operator: &BinaryOp<&str>, right: &Term<&str>) -> Result<Count, JqError> {
        match operator {
            BinaryOp::Pipe(None) => after(self.value(left)?, self.value(right)?),
            BinaryOp::Comma | BinaryOp::Alt => beside(self.value(left)?, self.value(right)?),
            BinaryOp::Or | BinaryOp::And | BinaryOp::Cmp(_) => combined(self.value(left)?, self.value(right)?),
            BinaryOp::Pipe(Some(_)) => refused("variables"),
            BinaryOp::Math(_) => refused("arithmetic"),
            BinaryOp::Assign | BinaryOp::Update | BinaryOp::UpdateMath(_) | BinaryOp::UpdateAlt => refused("assignment"),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Term<&str>]) -> Result<Count, JqError> {
        match (name, arguments) {
            ("true" | "false" | "null" | "not" | "length" | "ascii_downcase" | "empty", []) => Ok(ONE),
            ("select", [condition]) => self.value(condition),
            // A literal: what contains itself, over and over, is work that no manifest bounds well.
            ("has" | "contains" | "startswith" | "endswith", [argument]) => self.literals(argument).map(|()| ONE),
            ("test", [pattern]) => self.test(pattern, ""),
            ("test", [pattern, flags]) => self.test(pattern, &literal(flags)?),
            _ => refused(&format!("`{name}`")),
        }
    }

    fn test(&mut self, pattern: &Term<&str>, flags: &str) -> Result<Count, JqError> {
        let (Term::Str(None, _), "" | "i") = (pattern, flags) else {
            return refused("`test` with anything but a literal pattern and the flag `i`");
        };
        self.tests.push(Test {
            pattern: literal(pattern)?,
            ignores_case: flags == "i",
        });
        Ok(ONE)
    }

    fn literals(&mut self, items: &Term<&str>) -> Result<(), JqError> {
        match items {
            Term::Num(_) | Term::Str(None, _) | Term::Arr(_) => self.value(items).map(|_| ()),
            Term::BinOp(left, BinaryOp::Comma, right) => self.literals(left).and_then(|()| self.literals(right)),
            _ => refused("anything but literals here"),
        }
    }

    fn recursion(&mut self) -> Result<Count, JqError> {
        self.recursions += 1;
        if self.recursions > MOST_RECURSIONS {
            return refused("a third `..`");
        }
        Ok(Count { branches: 1, many: true })
    }
}

fn parts_of(parts: &Path<Term<&str>>) -> Result<Count, JqError> {
    let mut count = ONE;
    for (part, _) in &parts.0 {
        match part {
            Part::Index(key) if is_literal_key(key) => {}
            Part::Index(Term::Str(..)) => return refused("string interpolation"),
            Part::Index(_) => return refused("computed keys"),
            Part::Range(None, None) => count.many = true,
            Part::Range(..) => return refused("slices"),
        }
    }
    Ok(count)
}

fn is_literal_key(key: &Term<&str>) -> bool {
    match key {
        Term::Num(_) => true,
        Term::Neg(number) => matches!(**number, Term::Num(_)),
        other => literal(other).is_ok(),
    }
}

/// The text of a string without anything computed in it.
fn literal(term: &Term<&str>) -> Result<String, JqError> {
    let Term::Str(None, parts) = term else {
        return refused("anything but a literal text here");
    };
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(char) => text.push(*char),
            StrPart::Term(_) => return refused("string interpolation"),
        }
    }
    Ok(text)
}

/// One after the other: every output of the first goes down into the second, so `[]` after `[]` stays within the manifest.
fn after(first: Count, second: Count) -> Result<Count, JqError> {
    bounded(first.branches.saturating_mul(second.branches), first.many || second.many)
}

fn beside(one: Count, other: Count) -> Result<Count, JqError> {
    bounded(one.branches.saturating_add(other.branches), one.many || other.many)
}

/// Every output of one with every output of the other.
fn combined(one: Count, other: Count) -> Result<Count, JqError> {
    if one.many && other.many {
        return Err(JqError::TooMany);
    }
    bounded(one.branches.saturating_mul(other.branches), one.many || other.many)
}

fn bounded(branches: u32, many: bool) -> Result<Count, JqError> {
    if branches > MOST_BRANCHES {
        return Err(JqError::TooMany);
    }
    Ok(Count { branches, many })
}

fn refused<T>(what: &str) -> Result<T, JqError> {
    // The name may be hostile text of any length.
    let mut what = what.to_owned();
    if let Some((cut, _)) = what.char_indices().nth(80) {
        what.truncate(cut);
        what.push('…');
    }
    Err(JqError::Refused(what))
}
