//! The frozen result: everything decided, nothing optional without a meaning.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::origin::{At, Origin};
use super::problem::Problem;
use crate::drift::{EnvironmentRules, Glob, RepositoryFile};
use crate::ignore::IgnoreRule;
use crate::verdict::Verdict;
use crate::verdict::policy::Policies;

/// Everything that was configured, with defaults filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Argo CD servers to look at, in order; empty when nothing is configured.
    pub contexts: Vec<ContextSettings>,
    /// How often and how much at once.
    pub poll: PollSettings,
    /// The slow look into Synced Applications.
    pub sweep: SweepSettings,
    /// How it looks.
    pub view: ViewSettings,
    /// Key overrides as written, dotted names with their places. `tui::check` judges them.
    pub keys: Vec<(String, At<toml::Value>)>,
    /// Which Application belongs to which environment.
    pub environments: EnvironmentRules,
    /// What is made of verdicts, by environment.
    pub policies: Policies,
    /// The headless scan.
    pub scan: ScanSettings,
    /// The log.
    pub log: LogSettings,
    /// Folder of what must survive (journal, audit log); `None` when the machine names no home.
    pub state: Option<PathBuf>,
    /// Folder of what may be deleted at any time; `None` when the machine names no home.
    pub cache: Option<PathBuf>,
    /// What is ignored.
    pub ignore: IgnoreSettings,
    /// Every effective value as text, with where it came from; secrets masked.
    pub effective: Vec<EffectiveValue>,
    /// What was decided against the letter of a source, and why: to be shown, not fatal.
    pub notes: Vec<Problem>,
}

impl Settings {
    /// The person's own list of ignore rules: beside the configuration file. It may be missing. `None` when the machine names no
    /// home.
    pub fn own_ignore_list(&self) -> Option<PathBuf> {
        self.view.folder.as_ref().map(|folder| folder.join("ignore.toml"))
    }
}

/// One effective value for `config show`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectiveValue {
    /// Full key, such as `poll.list_every` or `context.prod.server`.
    pub key: String,
    /// The value as TOML, or a masked hint of it.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// One Argo CD server and how to reach it.
#[derive(Debug, Clone)]
pub struct ContextSettings {
    /// Nickname on this machine.
    pub name: String,
    /// Address as a person writes it: `host`, `host:port` or a URL.
    pub server: String,
    /// Plain HTTP.
    pub plaintext: bool,
    /// Certificates are not verified.
    pub insecure: bool,
    /// PEM file with certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Path under which the server's API lies, such as `/argocd`; empty for the root.
    pub root_path: String,
    /// Where the token comes from.
    pub token: TokenSource,
    /// Headers sent with every request, for proxies in front of it.
    pub headers: Vec<(String, SecretString)>,
    /// Projects to look at; empty for all that the token may see.
    pub projects: Vec<String>,
    /// Label selector of the Applications; empty for all.
    pub selector: String,
}

/// Where a token comes from. A token never leaves for another server than its context's.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// None given: the server may allow anonymous reading.
    None,
    /// Given by flag or environment.
    Value(SecretString),
    /// In an environment variable; `value` is `None` when it is not set.
    Variable {
        /// Name of the variable.
        name: String,
        /// What it held at start.
        value: Option<SecretString>,
    },
    /// First line of what this program prints; program and arguments, no shell.
    Command(Vec<String>),
}

/// How often, and how much at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollSettings {
    /// Between two full lists.
    pub list_every: Duration,
    /// Between two looks at every drifted Application.
    pub drifted_every: Duration,
    /// Between two looks at the drift that is open on screen.
    pub open_every: Duration,
    /// How often Argo CD itself compares with Git: much older comparisons look stuck.
    pub compared_every: Duration,
    /// Requests under way at once, per context.
    pub concurrency: usize,
}

/// The slow look into Synced Applications, for additions that Argo CD does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepSettings {
    /// Whether it runs from the start.
    pub enabled: bool,
    /// Applications looked into in a minute, per context.
    pub per_minute: u32,
    /// An Application that was looked into waits this long for the next time.
    pub again_after: Duration,
}

/// How it looks. The screen judges the themes: it knows which there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewSettings {
    /// `auto`, the name of a theme, or (from the person's own file only) the path of a theme file.
    pub theme: At<String>,
    /// What `auto` takes on a light terminal.
    pub light_theme: At<String>,
    /// What `auto` takes on a dark terminal.
    pub dark_theme: At<String>,
    /// The folder of the person's configuration file: own themes lie in its `themes`, and paths start there. `None` when
    /// the machine names no home.
    pub folder: Option<PathBuf>,
    /// Program and arguments that show two files, `{desired}` and `{live}`; empty for none.
    pub diff_viewer: Vec<String>,
    /// How the screen was left is how it begins the next time.
    pub remember: bool,
    /// Clicks and the wheel are ours, not the terminal's.
    pub mouse: bool,
}

impl Default for ViewSettings {
    fn default() -> Self {
        let built_in = |name: &str| At::built_in(name.to_owned());
        Self {
            theme: built_in("auto"),
            light_theme: built_in("light"),
            dark_theme: built_in("dark"),
            folder: None,
            diff_viewer: Vec::new(),
            remember: true,
            mouse: false,
        }
    }
}

/// What is ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IgnoreSettings {
    /// Rules of the person's own file, then those of the project file.
    pub rules: Vec<IgnoreRule>,
    /// Where more rules lie, read again and again.
    pub sources: Vec<IgnoreSourceSettings>,
    /// Between two fetches of a source that is a repository's file.
    pub fetch_every: Duration,
}

/// A source of ignore rules.
#[derive(Debug, Clone, PartialEq)]
pub struct IgnoreSourceSettings {
    /// Where it lies.
    pub place: IgnoreSourcePlace,
    /// Its rules hold in these environments only; `None` for all.
    pub environment: Option<Glob>,
}

/// Where a source of ignore rules lies.
#[derive(Debug, Clone, PartialEq)]
pub enum IgnoreSourcePlace {
    /// A file of this machine.
    File(PathBuf),
    /// A file of a branch of a Git repository.
    Repository(RepositoryFile),
}

/// The headless scan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScanSettings {
    /// Drift from here on makes `scan` end with 1; `None`: never.
    pub fail_on: Option<Verdict>,
    /// The same where an environment says otherwise, by its name. Empty when a flag decides for all.
    pub fail_on_in: BTreeMap<String, Option<Verdict>>,
}

impl ScanSettings {
    /// From where on drift in this environment makes `scan` end with 1; `None`: never.
    pub fn threshold(&self, environment: &str) -> Option<Verdict> {
        self.fail_on_in.get(environment).copied().unwrap_or(self.fail_on)
    }
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// Whether somebody asked for it in a flag or variable: only then a headless command logs to stderr.
    pub asked: bool,
}
