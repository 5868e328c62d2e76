//! Every key that a configuration file can hold, all optional, nothing judged yet.
//!
//! Adding a setting: a field here, its default and rule in [`super::resolve`] and [`super::check`], a line in
//! `config.example.toml` (a test compares).

use std::path::Path;

use super::environment::{self, RawEnvironment};
use super::ignore::{self, RawIgnore};
use super::origin::{At, FileLayer, Origin};
use super::policy::{self, RawPolicy};
use super::problem::Problem;
use super::read::{Fields, Session};

/// What one file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawConfig {
    pub(super) contexts: Vec<RawContext>,
    pub(super) poll: RawPoll,
    pub(super) sweep: RawSweep,
    pub(super) view: RawView,
    pub(super) keys: Vec<(String, At<toml::Value>)>,
    pub(super) environments: Vec<RawEnvironment>,
    pub(super) policy: RawPolicy,
    pub(super) scan: RawScan,
    pub(super) log: RawLog,
    pub(super) ignore: RawIgnore,
}

/// `[[context]]`. No `Debug` of header values: they may be secrets.
#[derive(Clone, PartialEq)]
pub(super) struct RawContext {
    pub(super) at: Origin,
    pub(super) name: Option<At<String>>,
    pub(super) server: Option<At<String>>,
    pub(super) plaintext: Option<At<bool>>,
    pub(super) insecure: Option<At<bool>>,
    pub(super) ca_file: Option<At<String>>,
    pub(super) root_path: Option<At<String>>,
    pub(super) token_env: Option<At<String>>,
    pub(super) token_command: Option<At<Vec<String>>>,
    pub(super) headers: Option<At<Vec<(String, String)>>>,
    pub(super) projects: Option<At<Vec<String>>>,
    pub(super) selector: Option<At<String>>,
}

impl std::fmt::Debug for RawContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawContext")
            .field("name", &self.name)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// `[poll]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawPoll {
    pub(super) list_every: Option<At<String>>,
    pub(super) drifted_every: Option<At<String>>,
    pub(super) open_every: Option<At<String>>,
    pub(super) compared_every: Option<At<String>>,
    pub(super) concurrency: Option<At<u32>>,
}

/// `[sweep]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawSweep {
    pub(super) enabled: Option<At<bool>>,
    pub(super) per_minute: Option<At<u32>>,
    pub(super) again_after: Option<At<String>>,
}

/// `[view]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawView {
    pub(super) theme: Option<At<String>>,
    pub(super) light_theme: Option<At<String>>,
    pub(super) dark_theme: Option<At<String>>,
    pub(super) diff_viewer: Option<At<Vec<String>>>,
    pub(super) remember: Option<At<bool>>,
    pub(super) mouse: Option<At<bool>>,
}

/// `[scan]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawScan {
    pub(super) fail_on: Option<At<String>>,
}

/// `[log]`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RawLog {
    pub(super) level: Option<At<String>>,
}

/// Tables that a project file may hold; everything else there is refused by name.
const PROJECT_TABLES: [&str; 3] = ["environment", "ignore", "view"];

/// Reads one file's text: what could be read, and everything that is wrong with it.
pub(super) fn read(text: &str, layer: FileLayer, path: &Path) -> (RawConfig, Vec<Problem>) {
    let mut session = Session::new(text, layer, path);
    let root = session.parse();
    let root = root.get_ref();
    let config = Fields::new(&mut session, root, "").read_all(config);
    let mut problems = session.problems.clone();
    if layer == FileLayer::Project {
        let refused: Vec<Problem> = root
            .iter()
            .filter(|(name, _)| is_table_of_user_file(name.get_ref()))
            .map(|(name, _)| {
                Problem::new(
                    session.origin(name.span()),
                    name.get_ref().to_string(),
                    "not allowed in a project file, because a checkout is not trusted",
                )
                .hint(format!(
                    "It may hold {} only; move this to your own file.",
                    PROJECT_TABLES.join(", ")
                ))
            })
            .collect();
        // What is refused needs no second complaint about its contents.
        problems.retain(|p| !is_table_of_user_file(p.key.split('.').next().unwrap_or_default()));
        problems.extend(refused);
        environment::refuse_policies(&config.environments, &mut problems);
        problems.extend(config.view.diff_viewer.as_ref().map(|viewer| {
            let message = "not allowed in a project file, because a checkout is not trusted to name a program";
            Problem::new(viewer.origin.clone(), "view.diff_viewer", message).hint("Move it to your own file.")
        }));
    }
    problems.sort_by_key(|p| match &p.origin {
        Origin::File(at) => (at.line, at.column),
        _ => (0, 0),
    });
    (config, problems)
}

fn is_table_of_user_file(name: &str) -> bool {
    ["context", "poll", "sweep", "keys", "policy", "scan", "log"].contains(&name)
}

/// Full names of all keys, such as `context.server`.
pub fn keys() -> Vec<String> {
    let mut session = Session::new("", FileLayer::User, Path::new(""));
    session.catalogue = true;
    let root = session.parse();
    Fields::new(&mut session, root.get_ref(), "").read_all(config);
    session.keys
}

fn config(fields: &mut Fields<'_, '_, '_>) -> RawConfig {
    RawConfig {
        contexts: fields.tables("context", context),
        poll: fields.table("poll", poll).unwrap_or_default(),
        sweep: fields.table("sweep", sweep).unwrap_or_default(),
        view: fields.table("view", view).unwrap_or_default(),
        keys: fields.raw("keys"),
        environments: fields.tables("environment", environment::read),
        policy: fields.table("policy", policy::read).unwrap_or_default(),
        scan: fields.table("scan", scan).unwrap_or_default(),
        log: fields.table("log", log).unwrap_or_default(),
        ignore: ignore::read(fields),
    }
}

fn context(at: Origin, fields: &mut Fields<'_, '_, '_>) -> RawContext {
    RawContext {
        at,
        name: fields.text("name"),
        server: fields.text("server"),
        plaintext: fields.switch("plaintext"),
        insecure: fields.switch("insecure"),
        ca_file: fields.text("ca_file"),
        root_path: fields.text("root_path"),
        token_env: fields.text("token_env"),
        token_command: fields.texts("token_command"),
        headers: fields.pairs("headers"),
        projects: fields.texts("projects"),
        selector: fields.text("selector"),
    }
}

fn poll(fields: &mut Fields<'_, '_, '_>) -> RawPoll {
    RawPoll {
        list_every: fields.text("list_every"),
        drifted_every: fields.text("drifted_every"),
        open_every: fields.text("open_every"),
        compared_every: fields.text("compared_every"),
        concurrency: fields.count("concurrency"),
    }
}

fn sweep(fields: &mut Fields<'_, '_, '_>) -> RawSweep {
    RawSweep {
        enabled: fields.switch("enabled"),
        per_minute: fields.count("per_minute"),
        again_after: fields.text("again_after"),
    }
}

fn view(fields: &mut Fields<'_, '_, '_>) -> RawView {
    RawView {
        theme: fields.text("theme"),
        light_theme: fields.text("light_theme"),
        dark_theme: fields.text("dark_theme"),
        diff_viewer: fields.texts("diff_viewer"),
        remember: fields.switch("remember"),
        mouse: fields.switch("mouse"),
    }
}

fn scan(fields: &mut Fields<'_, '_, '_>) -> RawScan {
    RawScan {
        fail_on: fields.text("fail_on"),
    }
}

fn log(fields: &mut Fields<'_, '_, '_>) -> RawLog {
    RawLog {
        level: fields.text("level"),
    }
}
