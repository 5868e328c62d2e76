//! Where a configured value came from. Every value carries it until the settings are frozen.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Which kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileLayer {
    /// The person's own file.
    User,
    /// `.driftline.toml` of the folder one works in: not trusted, so it may say little.
    Project,
    /// A file of `ignore.sources`: rules only.
    IgnoreList,
    /// A theme file: colours only.
    Theme,
}

impl fmt::Display for FileLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user file",
            Self::Project => "project file",
            Self::IgnoreList => "ignore list",
            Self::Theme => "theme file",
        })
    }
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which file.
    pub layer: FileLayer,
    /// Its path.
    pub path: Arc<Path>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Where a value came from; later ones win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    BuiltIn,
    /// A configuration file.
    File(Location),
    /// An environment variable, by name.
    Variable(&'static str),
    /// A command line flag, with its dashes.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::File(at) => write!(f, "from {} {}:{}", at.layer, at.path.display(), at.line),
            Self::Variable(name) => write!(f, "from environment variable {name}"),
            Self::Flag(name) => write!(f, "from flag {name}"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl<T> At<T> {
    /// A value from there.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// A default.
    pub fn built_in(value: T) -> Self {
        Self::new(value, Origin::BuiltIn)
    }

    /// Another value of the same origin.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At::new(change(self.value), self.origin)
    }
}
