//! Which paths a source file names: in `use` lines, inline, through `super::`, renames, macros and attributes.

use std::collections::{BTreeMap, BTreeSet};

use syn::buffer::{Cursor, TokenBuffer};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};

/// One file, read.
pub(crate) struct SourceFile {
    /// Path from the project's root, with `/`.
    pub(crate) name: String,
    /// Every path it names, once each, in order.
    pub(crate) paths: Vec<NamedPath>,
    /// Whether it takes `&mut State` outside of tests.
    pub(crate) mutates_state: bool,
    /// Modules declared in it under `#[cfg(test)]`, as full module paths.
    test_modules: Vec<Vec<String>>,
}

/// A path as far as it is known: `crate`, then the modules; or a crate's name, then the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedPath {
    pub(crate) segments: Vec<String>,
    /// Named inside `#[cfg(test)]`.
    pub(crate) in_test: bool,
}

impl SourceFile {
    pub(crate) fn parse(name: &str, source: &str) -> Self {
        let file = syn::parse_file(source).unwrap_or_else(|e| panic!("{name} does not parse: {e}"));
        let module = module_of(name);
        let mut reader = Reader {
            module: module.clone(),
            ..Reader::default()
        };
        reader.collect_aliases(&file.items);
        reader.visit_file(&file);
        let mut seen = BTreeSet::new();
        let paths = reader.paths.into_iter().filter(|p| seen.insert(p.clone())).collect();
        Self {
            name: name.to_owned(),
            paths,
            mutates_state: reader.mutates_state,
            test_modules: reader.test_modules,
        }
    }

    /// The room it lies in: the folder (or file) below `src`.
    pub(crate) fn room(&self) -> &str {
        let below = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let first = below.split('/').next().unwrap_or(below);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Its module path without `crate`.
    pub(crate) fn module(&self) -> Vec<String> {
        module_of(&self.name)
    }
}

/// All modules of these files that exist for tests only.
pub(crate) fn test_modules(files: &[SourceFile]) -> Vec<Vec<String>> {
    files.iter().flat_map(|f| f.test_modules.iter().cloned()).collect()
}

fn module_of(name: &str) -> Vec<String> {
    let below = name.strip_prefix("src/").unwrap_or(name);
    let mut parts: Vec<String> = below.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

#[derive(Default)]
struct Reader {
    module: Vec<String>,
    aliases: BTreeMap<String, Vec<String>>,
    paths: Vec<NamedPath>,
    test_depth: usize,
    mutates_state: bool,
    test_modules: Vec<Vec<String>>,
}

impl Reader {
    /// Names that `use` lines bring in, so that `drift::raw` after `use crate::drift` is understood.
    fn collect_aliases(&mut self, items: &[syn::Item]) {
        for item in items {
            match item {
                syn::Item::Use(item) => {
                    for (path, name) in flatten(&item.tree) {
                        // `use drift;` style lines bring no new name.
                        if let (Some(name), true) = (name, path.len() > 1 || path.first().is_some_and(|p| p == "crate")) {
                            let full = self.resolve(&path);
                            self.aliases.insert(name, full);
                        }
                    }
                }
                syn::Item::Mod(module) => {
                    if let Some((_, items)) = &module.content {
                        self.module.push(module.ident.to_string());
                        self.collect_aliases(items);
                        self.module.pop();
                    }
                }
                _ => {}
            }
        }
    }

    /// `super`, `self`, `driftline` and aliases taken away.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut base: Vec<String> = vec!["crate".to_owned()];
        match first.as_str() {
            "crate" | "driftline" => {}
            "self" => base.extend(self.module.iter().cloned()),
            "super" => {
                let mut module = self.module.clone();
                module.pop();
                let more = rest.iter().take_while(|s| *s == "super").count();
                module.truncate(module.len().saturating_sub(more));
                base.extend(module);
                base.extend(rest[more..].iter().cloned());
                return base;
            }
            _ => base = self.aliases.get(first).cloned().unwrap_or_else(|| vec![first.clone()]),
        }
        base.extend(rest.iter().cloned());
        base
    }

    fn found(&mut self, path: &[String]) {
        let segments = self.resolve(path);
        self.paths.push(NamedPath {
            segments,
            in_test: self.test_depth > 0,
        });
    }

    /// Paths inside a macro's tokens: words joined by `::`.
    fn tokens(&mut self, mut at: Cursor<'_>) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        while !at.eof() {
            if let Some((word, next)) = at.ident() {
                if colons != 2 {
                    self.end(&mut path);
                }
                path.push(word.unraw().to_string());
                (colons, at) = (0, next);
            } else if let Some((punct, next)) = at.punct() {
                if punct.as_char() == ':' {
                    colons += 1;
                } else {
                    self.end(&mut path);
                    colons = 0;
                }
                at = next;
            } else if let Some((inside, _, _, next)) = at.any_group() {
                self.end(&mut path);
                self.tokens(inside);
                (colons, at) = (0, next);
            } else if let Some((_, next)) = at.token_tree() {
                self.end(&mut path);
                (colons, at) = (0, next);
            } else {
                break;
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Vec<String>) {
        if path.len() > 1 {
            self.found(path);
        }
        path.clear();
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let test = is_test(attributes(item));
        self.test_depth += usize::from(test);
        if let syn::Item::Mod(module) = item {
            self.module.push(module.ident.to_string());
            if test {
                self.test_modules.push(self.module.clone());
            }
            visit::visit_item(self, item);
            self.module.pop();
        } else {
            visit::visit_item(self, item);
        }
        self.test_depth -= usize::from(test);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for (path, _) in flatten(&item.tree) {
            self.found(&path);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.unraw().to_string()).collect();
        if segments.len() > 1 || segments.first().is_some_and(|s| self.aliases.contains_key(s)) {
            self.found(&segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(TokenBuffer::new2(call.tokens.clone()).begin());
        visit::visit_macro(self, call);
    }

    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        if let (true, syn::Type::Path(path)) = (reference.mutability.is_some(), &*reference.elem)
            && path.path.segments.last().is_some_and(|s| s.ident == "State")
            && self.test_depth == 0
        {
            self.mutates_state = true;
        }
        visit::visit_type_reference(self, reference);
    }
}

/// Every path of a `use` tree with the name it brings in; `*` stays as a last segment.
fn flatten(tree: &syn::UseTree) -> Vec<(Vec<String>, Option<String>)> {
    match tree {
        syn::UseTree::Path(path) => flatten(&path.tree)
            .into_iter()
            .map(|(mut rest, name)| {
                let head = path.ident.unraw().to_string();
                // `a::{self}` names `a` itself.
                if rest == ["self"] {
                    return (vec![head.clone()], name.filter(|n| n != "self").or(Some(head)));
                }
                rest.insert(0, head);
                (rest, name)
            })
            .collect(),
        syn::UseTree::Name(name) => {
            let name = name.ident.unraw().to_string();
            vec![(vec![name.clone()], Some(name))]
        }
        syn::UseTree::Rename(rename) => vec![(
            vec![rename.ident.unraw().to_string()],
            Some(rename.rename.unraw().to_string()),
        )],
        syn::UseTree::Glob(_) => vec![(vec!["*".to_owned()], None)],
        syn::UseTree::Group(group) => group.items.iter().flat_map(flatten).collect(),
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(i) => &i.attrs,
        syn::Item::Enum(i) => &i.attrs,
        syn::Item::Fn(i) => &i.attrs,
        syn::Item::Impl(i) => &i.attrs,
        syn::Item::Macro(i) => &i.attrs,
        syn::Item::Mod(i) => &i.attrs,
        syn::Item::Static(i) => &i.attrs,
        syn::Item::Struct(i) => &i.attrs,
        syn::Item::Trait(i) => &i.attrs,
        syn::Item::Type(i) => &i.attrs,
        syn::Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

/// Exactly `#[cfg(test)]`.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|word| word == "test"))
}
