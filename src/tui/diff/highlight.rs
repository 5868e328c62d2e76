//! Syntax colours of YAML lines, as meanings and not as colours: the theme turns them into colours when drawing.
//!
//! A block is parsed with fresh parser state, so no block depends on what is above it (a block scalar that began
//! earlier is coloured as YAML; nobody has missed it). Costs about 60 µs a line: only the runtime's workers call this.

use std::ops::Range;

use syntect::parsing::{ParseState, ScopeStack, SyntaxSet};

use super::{Diff, Side};

/// Lines that are coloured together.
pub(crate) const BLOCK: usize = 64;

/// Lines longer than this, in bytes, stay plain.
pub(crate) const LONGEST: usize = 2_000;

/// What a piece of YAML is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// A key.
    Key,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `null` and other words with a meaning.
    Word,
    /// A comment.
    Comment,
    /// Colons, dashes, brackets.
    Punctuation,
}

/// The pieces of one line, in order, in bytes; what no piece covers is plain.
pub(crate) type Pieces = Vec<(Range<usize>, Syntax)>;

/// Knows YAML. Loading it takes some 20 ms, so it is made when the first diff is open.
pub(crate) struct Highlighter {
    syntaxes: SyntaxSet,
}

impl Highlighter {
    /// Loads the grammar.
    pub(crate) fn new() -> Self {
        Self {
            syntaxes: SyntaxSet::load_defaults_newlines(),
        }
    }

    /// Colours lines `block * BLOCK ..` of one side. A line that the grammar cannot parse stays plain.
    pub(crate) fn block(&self, diff: &Diff, side: Side, block: usize) -> Vec<Pieces> {
        let text = diff.side(side);
        let first = block.saturating_mul(BLOCK).min(text.len());
        let last = first.saturating_add(BLOCK).min(text.len());
        let Some(yaml) = self.syntaxes.find_syntax_by_extension("yaml") else {
            return Vec::new();
        };
        let mut state = ParseState::new(yaml);
        let mut scopes = ScopeStack::new();
        (first..last)
            .map(|line| {
                let line = text.line(line);
                if line.len() > LONGEST {
                    return Pieces::new();
                }
                self.line(line, &mut state, &mut scopes)
            })
            .collect()
    }

    fn line(&self, line: &str, state: &mut ParseState, scopes: &mut ScopeStack) -> Pieces {
        let mut pieces = Pieces::new();
        let Ok(operations) = state.parse_line(&format!("{line}\n"), &self.syntaxes) else {
            return pieces;
        };
        let mut from = 0;
        for (at, operation) in operations {
            let at = at.min(line.len());
            add(&mut pieces, from..at, scopes);
            from = at;
            if scopes.apply(&operation).is_err() {
                return pieces;
            }
        }
        add(&mut pieces, from..line.len(), scopes);
        pieces
    }
}

fn add(pieces: &mut Pieces, range: Range<usize>, scopes: &ScopeStack) {
    if range.is_empty() {
        return;
    }
    let Some(syntax) = scopes
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| meaning(&scope.build_string()))
    else {
        return;
    };
    match pieces.last_mut() {
        Some((last, same)) if *same == syntax && last.end == range.start => last.end = range.end,
        _ => pieces.push((range, syntax)),
    }
}

fn meaning(scope: &str) -> Option<Syntax> {
    let starts = |prefix: &str| scope.starts_with(prefix);
    Some(if starts("entity.name.tag") || starts("entity.other.attribute-name") {
        Syntax::Key
    } else if starts("comment") {
        Syntax::Comment
    } else if starts("constant.numeric") {
        Syntax::Number
    } else if starts("constant.language") || starts("keyword") || starts("storage") {
        Syntax::Word
    } else if starts("punctuation.definition.string") || starts("string.quoted") || starts("string.unquoted.block") {
        Syntax::String
    } else if starts("punctuation") {
        Syntax::Punctuation
    } else if starts("string") {
        Syntax::String
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fixtures;

    #[test]
    fn keys_numbers_and_strings_are_told_apart() {
        let drift = &fixtures::payments_api().drifts[0];
        let live = "replicas: 3\nname: \"web\"\nready: true # now";
        let diff = Diff::of(fixtures::document_of(drift, "", live));
        let block = Highlighter::new().block(&diff, Side::Live, 0);
        let told: Vec<Vec<(&str, Syntax)>> = block
            .iter()
            .zip(live.lines())
            .map(|(pieces, line)| pieces.iter().map(|(range, syntax)| (&line[range.clone()], *syntax)).collect())
            .collect();
        assert_eq!(
            told[0],
            [("replicas", Syntax::Key), (":", Syntax::Punctuation), ("3", Syntax::Number)]
        );
        assert_eq!(
            told[1],
            [("name", Syntax::Key), (":", Syntax::Punctuation), ("\"web\"", Syntax::String)]
        );
        assert_eq!(told[2].first(), Some(&("ready", Syntax::Key)));
        assert!(told[2].contains(&("true", Syntax::Word)));
    }

    #[test]
    fn a_line_over_the_limit_stays_plain() {
        let drift = &fixtures::payments_api().drifts[0];
        let diff = Diff::of(fixtures::document_of(drift, "", &format!("a: {}\nb: 1", "x".repeat(3_000))));
        let block = Highlighter::new().block(&diff, Side::Live, 0);
        assert_eq!(block[0], Pieces::new());
        assert_ne!(block[1], Pieces::new());
    }

    #[test]
    fn a_block_past_the_end_is_empty() {
        let drift = &fixtures::payments_api().drifts[0];
        let diff = Diff::of(fixtures::document_of(drift, "", "a: 1"));
        assert_eq!(Highlighter::new().block(&diff, Side::Live, 7), Vec::<Pieces>::new());
    }
}
