//! Pointer patterns by their segments: one walk down a path finds every pattern that covers it.

use super::pattern::{PointerPattern, is_position, is_wildcard};

/// Patterns, each with a number.
#[derive(Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// Patterns that end here.
    ends: Vec<u32>,
    /// Sorted by key.
    keys: Vec<(Box<str>, u32)>,
    any_position: Option<u32>,
}

impl Trie {
    pub(super) fn insert(&mut self, pattern: &PointerPattern, number: u32) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for segment in pattern.segments() {
            at = self.child_for(at, segment);
        }
        self.nodes[at].ends.push(number);
    }

    fn child_for(&mut self, at: usize, segment: &str) -> usize {
        let new = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let node = &mut self.nodes[at];
        let child = if is_wildcard(segment) {
            *node.any_position.get_or_insert(new)
        } else {
            match node.keys.binary_search_by(|(key, _)| (**key).cmp(segment)) {
                Ok(found) => node.keys[found].1,
                Err(place) => {
                    node.keys.insert(place, (Box::from(segment), new));
                    new
                }
            }
        };
        if child == new {
            self.nodes.push(Node::default());
        }
        child as usize
    }

    /// Calls `found` with every pattern that names the path or something above it.
    pub(super) fn covering(&self, path: &str, found: &mut impl FnMut(u32)) {
        if let (Some(root), Some(rest)) = (self.nodes.first(), path.strip_prefix('/')) {
            self.below(root, rest, found);
        }
    }

    fn below(&self, node: &Node, path: &str, found: &mut impl FnMut(u32)) {
        let (mut node, mut path) = (node, path);
        loop {
            let (segment, rest) = match path.as_bytes().iter().position(|b| *b == b'/') {
                Some(end) => (&path[..end], Some(&path[end + 1..])),
                None => (path, None),
            };
            let by_position = node.any_position.filter(|_| is_position(segment));
            let by_key = node
                .keys
                .binary_search_by(|(key, _)| (**key).cmp(segment))
                .ok()
                .map(|at| node.keys[at].1);
            let next = match (by_key, by_position) {
                (None, None) => return,
                (Some(one), None) | (None, Some(one)) => one,
                (Some(one), Some(other)) => {
                    self.arrive(other, rest, found);
                    one
                }
            };
            node = &self.nodes[next as usize];
            node.ends.iter().for_each(|number| found(*number));
            match rest {
                Some(rest) => path = rest,
                None => return,
            }
        }
    }

    fn arrive(&self, child: u32, rest: Option<&str>, found: &mut impl FnMut(u32)) {
        let node = &self.nodes[child as usize];
        node.ends.iter().for_each(|number| found(*number));
        if let Some(rest) = rest {
            self.below(node, rest, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::Pointer;
    use proptest::prelude::*;

    fn found(patterns: &[String], path: &str) -> Vec<u32> {
        let mut trie = Trie::default();
        for (number, pattern) in (0..).zip(patterns) {
            trie.insert(&PointerPattern::parse(pattern).unwrap(), number);
        }
        let mut all = Vec::new();
        trie.covering(path, &mut |number| all.push(number));
        all.sort_unstable();
        all
    }

    #[test]
    fn keys_and_wildcards_are_both_followed() {
        let patterns = ["/a/*/b", "/a/0/b", "/a/0", "/a/1/b", "/a/*/c"].map(str::to_owned);
        assert_eq!(found(&patterns, "/a/0/b/c"), [0, 1, 2]);
        assert_eq!(found(&patterns, "/a/x/b"), Vec::<u32>::new());
        assert_eq!(found(&patterns, ""), Vec::<u32>::new());
    }

    proptest! {
        #[test]
        fn it_finds_what_comparing_one_by_one_finds(
            patterns in proptest::collection::vec("(/([ab]|0|1|\\*)){1,4}", 1..12),
            path in "(/([ab]|0|1)){1,5}",
        ) {
            let parsed = Pointer::parse(&path).unwrap();
            let expected: Vec<u32> = (0..)
                .zip(&patterns)
                .filter(|(_, pattern)| PointerPattern::parse(pattern).unwrap().covers(&parsed))
                .map(|(number, _)| number)
                .collect();
            prop_assert_eq!(found(&patterns, &path), expected);
        }
    }
}
