//! Which line of a YAML text begins where, and which field it shows.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::drift::Pointer;
use crate::drift::pointer::escape;

/// Number of a field of a [`Lines`]; the document itself has the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct FieldNumber(u32);

/// Where lines begin and which field each of them shows.
///
/// A field is kept as its name and what holds it: a manifest has as many pointers as lines, and next to nobody asks for one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lines {
    /// First byte of each line.
    starts: Vec<u32>,
    /// The field of each line, never falling; the lines of a block scalar share one.
    shown: Vec<FieldNumber>,
    /// Every field but the document, each before what it holds.
    fields: Vec<Field>,
    /// Escaped names of the fields, one behind the other.
    names: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    holder: FieldNumber,
    /// Where its name ends in `names`; it begins where the one before ends.
    name_end: u32,
}

/// As an offset; what is too large for one is refused by [`Lines::fit`].
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Lines {
    /// A field of this (unescaped) name comes, held by another one.
    pub(super) fn enter(&mut self, holder: FieldNumber, name: &str) -> FieldNumber {
        self.names.push_str(&escape(name));
        self.named(holder)
    }

    /// A list item comes, at this position of its list.
    pub(super) fn enter_item(&mut self, holder: FieldNumber, position: usize) -> FieldNumber {
        self.names.push_str(&position.to_string());
        self.named(holder)
    }

    fn named(&mut self, holder: FieldNumber) -> FieldNumber {
        self.fields.push(Field {
            holder,
            name_end: offset(self.names.len()),
        });
        FieldNumber(offset(self.fields.len()))
    }

    /// The next line begins at byte `start` and shows this field, the one entered last.
    pub(super) fn push(&mut self, start: usize, field: FieldNumber) {
        self.starts.push(offset(start));
        self.shown.push(field);
    }

    /// Whether offsets of 32 bits reached everywhere.
    pub(super) fn fit(&self, text: &str) -> bool {
        offset(text.len().max(self.names.len()).max(self.fields.len())) < u32::MAX
    }

    /// Number of lines.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// First byte of a line.
    pub(super) fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).and_then(|start| usize::try_from(*start).ok())
    }

    /// The line that holds byte `at`.
    pub(super) fn at(&self, at: usize) -> usize {
        let at = offset(at);
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// The field that a line shows.
    pub(super) fn field(&self, line: usize) -> Option<FieldNumber> {
        self.shown.get(line).copied()
    }

    /// The pointer of a field.
    pub(super) fn pointer(&self, field: FieldNumber) -> Pointer {
        let mut above = Vec::new();
        let mut at = field;
        while let Some((held, name)) = self.entry(at) {
            above.push(name);
            at = held.holder;
        }
        let mut pointer = String::with_capacity(above.iter().map(|name| name.len() + 1).sum());
        for name in above.iter().rev() {
            pointer.push('/');
            pointer.push_str(name);
        }
        Pointer::from_escaped(pointer)
    }

    fn entry(&self, field: FieldNumber) -> Option<(Field, &str)> {
        let index = usize::try_from(field.0).ok()?.checked_sub(1)?;
        let entry = *self.fields.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.fields.get(before));
        let name = usize::try_from(start.map_or(0, |before| before.name_end)).ok()?..usize::try_from(entry.name_end).ok()?;
        Some((entry, self.names.get(name)?))
    }

    /// The runs of lines that show these fields or what is below them, in order, each with the field's index. Of a field
    /// inside another one the outer counts.
    pub(super) fn runs(&self, paths: &BTreeMap<&str, usize>) -> Vec<(Range<usize>, usize)> {
        let mut runs: Vec<(Range<usize>, usize)> = Vec::new();
        if paths.is_empty() {
            return runs;
        }
        if let Some(index) = paths.get("") {
            runs.extend((self.len() > 0).then_some((0..self.len(), *index)));
            return runs;
        }
        // Only below these is a path yet to be found; everything else is passed by without a look at its name.
        let mut leads = vec![false; self.fields.len() + 1];
        if let Some(document) = leads.first_mut() {
            *document = true;
        }
        let is_lead = |leads: &[bool], field: FieldNumber| {
            let at = usize::try_from(field.0).ok();
            at.and_then(|at| leads.get(at)).copied().unwrap_or(false)
        };
        let mut found: Vec<(Range<FieldNumber>, usize)> = Vec::new();
        for at in 0..self.fields.len() {
            let number = FieldNumber(offset(at + 1));
            if !self.fields.get(at).is_some_and(|field| is_lead(&leads, field.holder)) {
                continue;
            }
            let pointer = self.pointer(number);
            if let Some(index) = paths.get(pointer.as_str()) {
                let end = self.end(number);
                found.push((number..end, *index));
                continue;
            }
            let below = format!("{pointer}/");
            let on_the_way = paths
                .range(below.as_str()..)
                .next()
                .is_some_and(|(path, _)| path.starts_with(&below));
            if let Some(lead) = leads.get_mut(at + 1) {
                *lead = on_the_way;
            }
        }
        for (fields, index) in found {
            let first = self.shown.partition_point(|shown| *shown < fields.start);
            let end = self.shown.partition_point(|shown| *shown < fields.end);
            match runs.last_mut() {
                _ if first >= end => {}
                Some((lines, same)) if *same == index && lines.end == first => lines.end = end,
                _ => runs.push((first..end, index)),
            }
        }
        runs
    }

    /// The first field behind all that this one holds.
    fn end(&self, field: FieldNumber) -> FieldNumber {
        let start = usize::try_from(field.0).unwrap_or(usize::MAX);
        let behind = self.fields.get(start..).unwrap_or(&[]);
        // What it holds is held by it or by something behind it.
        let held = behind.iter().take_while(|entry| entry.holder >= field).count();
        FieldNumber(offset(start + held + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a`, `a/b`, `a/b/0`, `a/b/1`, `c`; each with a line but `a/b/0`, which shares that of what it holds.
    fn lines() -> Lines {
        let mut lines = Lines::default();
        let document = FieldNumber::default();
        let a = lines.enter(document, "a");
        lines.push(0, a);
        let b = lines.enter(a, "b/~");
        lines.push(3, b);
        let first = lines.enter_item(b, 0);
        let held = lines.enter(first, "x");
        lines.push(8, held);
        lines.push(12, held);
        let second = lines.enter_item(b, 1);
        lines.push(16, second);
        let c = lines.enter(document, "c");
        lines.push(20, c);
        lines
    }

    #[test]
    fn a_line_knows_the_pointer_of_its_field() {
        let lines = lines();
        let pointers: Vec<String> = (0..lines.len())
            .map(|line| lines.pointer(lines.field(line).unwrap()).to_string())
            .collect();
        assert_eq!(
            pointers,
            ["/a", "/a/b~1~0", "/a/b~1~0/0/x", "/a/b~1~0/0/x", "/a/b~1~0/1", "/c"]
        );
        assert_eq!(lines.pointer(FieldNumber::default()), Pointer::root());
        assert_eq!(lines.field(6), None);
    }

    #[test]
    fn runs_hold_what_is_below_a_field_and_no_more() {
        for (paths, expected) in [
            (vec![], vec![]),
            (vec!["/a"], vec![(0..5, 0)]),
            (vec!["/a/b~1~0"], vec![(1..5, 0)]),
            (vec!["/a/b~1~0/0"], vec![(2..4, 0)]),
            (vec!["/a/b~1~0/1", "/c"], vec![(4..5, 0), (5..6, 1)]),
            (vec!["/a", "/a/b~1~0/1"], vec![(0..5, 0)]),
            (vec!["/c", "/absent", "/a/b"], vec![(5..6, 0)]),
            (vec![""], vec![(0..6, 0)]),
        ] {
            let paths: BTreeMap<&str, usize> = paths.into_iter().enumerate().map(|(index, path)| (path, index)).collect();
            assert_eq!(lines().runs(&paths), expected, "{paths:?}");
        }
    }
}
