//! The layers, each over the one before: built-in < user file < project file < environment < flags.

use super::flags::Flags;
use super::ignore::RawRule;
use super::origin::{At, Origin};
use super::schema::{RawConfig, RawContext};
use super::variables::Variables;

/// What every source says, read and not yet judged.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    pub(super) user: RawConfig,
    pub(super) project: RawConfig,
    pub(super) variables: Variables,
    pub(super) flags: Flags,
}

/// The scalar settings after layering, defaults filled in.
pub(super) struct Layered {
    pub(super) list_every: At<String>,
    pub(super) drifted_every: At<String>,
    pub(super) open_every: At<String>,
    pub(super) compared_every: At<String>,
    pub(super) concurrency: At<u32>,
    pub(super) sweep_enabled: At<bool>,
    pub(super) sweep_per_minute: At<u32>,
    pub(super) sweep_again_after: At<String>,
    pub(super) theme: At<String>,
    pub(super) fetch_every: At<String>,
    pub(super) light_theme: At<String>,
    pub(super) dark_theme: At<String>,
    pub(super) diff_viewer: At<Vec<String>>,
    pub(super) remember: At<bool>,
    pub(super) mouse: At<bool>,
    pub(super) fail_on: At<String>,
    pub(super) log_level: At<String>,
}

impl Layers {
    /// The nearest source that says something wins. A project file has a say in the view and in nothing else here:
    /// [`super::schema`] refuses the rest before.
    pub(super) fn settle(&self) -> Layered {
        let (user, project) = (&self.user, &self.project);
        Layered {
            list_every: pick([&user.poll.list_every], "60s"),
            drifted_every: pick([&user.poll.drifted_every], "2m"),
            open_every: pick([&user.poll.open_every], "15s"),
            compared_every: pick([&user.poll.compared_every], "3m"),
            concurrency: user.poll.concurrency.clone().unwrap_or_else(|| At::built_in(4)),
            sweep_enabled: user.sweep.enabled.clone().unwrap_or_else(|| At::built_in(false)),
            sweep_per_minute: user.sweep.per_minute.clone().unwrap_or_else(|| At::built_in(30)),
            sweep_again_after: pick([&user.sweep.again_after], "6h"),
            // A program: never from a project file.
            diff_viewer: user.view.diff_viewer.clone().unwrap_or_else(|| At::built_in(Vec::new())),
            theme: pick([&project.view.theme, &user.view.theme], "auto"),
            fetch_every: pick([&user.ignore.fetch_every], "60s"),
            light_theme: pick([&project.view.light_theme, &user.view.light_theme], "light"),
            dark_theme: pick([&project.view.dark_theme, &user.view.dark_theme], "dark"),
            remember: switch([&project.view.remember, &user.view.remember], true),
            mouse: switch([&project.view.mouse, &user.view.mouse], false),
            fail_on: pick([&self.flags.fail_on, &user.scan.fail_on], "never"),
            log_level: pick([&self.flags.log_level, &self.variables.log_level(), &user.log.level], "info"),
        }
    }

    /// Contexts come from the user file alone: they name hosts and commands.
    pub(super) fn contexts(&self) -> &[RawContext] {
        &self.user.contexts
    }

    /// Ignore rules: the person's own come first, so that they are named where both hide the same.
    pub(super) fn ignore_rules(&self) -> Vec<RawRule> {
        self.user
            .ignore
            .rules
            .iter()
            .chain(&self.project.ignore.rules)
            .cloned()
            .collect()
    }
}

fn switch<const N: usize>(sources: [&Option<At<bool>>; N], default: bool) -> At<bool> {
    sources
        .into_iter()
        .find_map(Clone::clone)
        .unwrap_or_else(|| At::built_in(default))
}

fn pick<const N: usize>(sources: [&Option<At<String>>; N], default: &str) -> At<String> {
    sources
        .into_iter()
        .find_map(Clone::clone)
        .unwrap_or_else(|| At::new(default.to_owned(), Origin::BuiltIn))
}
