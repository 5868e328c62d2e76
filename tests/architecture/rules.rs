//! The table: who may use whom, and what each room never touches.

/// One room of `src`.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    /// Rooms it may name.
    pub(crate) may_use: &'static [&'static str],
    /// Rooms of which it may name these items only.
    pub(crate) only: &'static [(&'static str, &'static [&'static str])],
    /// Whether it may name `drift::raw`.
    pub(crate) sees_raw: bool,
    /// Crates it does not use.
    pub(crate) no_crates: &'static [&'static str],
    /// Modules or items of std it does not use.
    pub(crate) no_std: &'static [&'static str],
    /// Types that it does not ask for the time.
    pub(crate) no_clock: &'static [&'static str],
}

/// A part of a room with narrower rules of its own.
pub(crate) struct Part {
    /// Path below `src`, `room/part`.
    pub(crate) name: &'static str,
    pub(crate) no_crates: &'static [&'static str],
    pub(crate) no_std: &'static [&'static str],
    pub(crate) no_clock: &'static [&'static str],
    /// Whether it never takes `&mut State`.
    pub(crate) only_reads: bool,
}

/// Rooms that speak to the outside.
pub(crate) const ADAPTERS: &[&str] = &["argocd", "forge", "git", "render", "model", "notify", "store"];

const NETWORK: &str = "reqwest";
const EVERY_CLOCK: &[&str] = &["SystemTime", "Instant", "Timestamp", "Zoned"];
const WALL_CLOCK: &[&str] = &["SystemTime", "Timestamp", "Zoned"];
const OUTSIDE: &[&str] = &["fs", "env", "net", "process"];
const PURE_CRATES: &[&str] = &[
    "tokio",
    "tokio_util",
    NETWORK,
    "ratatui",
    "crossterm",
    "hyper",
    "hyper_util",
    "rustls",
    "clap",
    "directories",
    "tracing_appender",
    "tracing_subscriber",
    "color_eyre",
    "rand",
    "getrandom",
    "fastrand",
];
const BELOW_ENGINE: &[&str] = &[
    "kubernetes",
    "yaml",
    "drift",
    "redact",
    "ignore",
    "verdict",
    "writeback",
    "plan",
];
const BELOW_ADAPTERS: &[&str] = &[
    "kubernetes",
    "yaml",
    "drift",
    "redact",
    "ignore",
    "verdict",
    "writeback",
    "plan",
    "engine",
];
const PORTS_ONLY: &[(&str, &[&str])] = &[("engine", &["ports"])];

const fn pure(name: &'static str, may_use: &'static [&'static str]) -> Room {
    Room {
        name,
        may_use,
        only: &[],
        sees_raw: true,
        no_crates: PURE_CRATES,
        no_std: OUTSIDE,
        no_clock: EVERY_CLOCK,
    }
}

const fn adapter(name: &'static str, may_use: &'static [&'static str], sees_raw: bool, no_std: &'static [&'static str]) -> Room {
    Room {
        name,
        may_use,
        only: PORTS_ONLY,
        sees_raw,
        no_crates: &["ratatui", "crossterm", "clap", "color_eyre"],
        no_std,
        no_clock: WALL_CLOCK,
    }
}

/// Every room, in the order of the arrows.
pub(crate) const ROOMS: &[Room] = &[
    pure("kubernetes", &[]),
    pure("yaml", &[]),
    pure("drift", &["kubernetes"]),
    pure("redact", &["kubernetes", "drift"]),
    pure("ignore", &["kubernetes", "drift"]),
    pure("verdict", &["kubernetes", "drift", "ignore"]),
    pure("writeback", &["kubernetes", "yaml", "drift"]),
    pure(
        "plan",
        &["kubernetes", "yaml", "drift", "redact", "ignore", "verdict", "writeback"],
    ),
    Room {
        name: "engine",
        may_use: BELOW_ENGINE,
        only: &[],
        sees_raw: true,
        no_crates: &[
            "reqwest",
            "ratatui",
            "crossterm",
            "hyper",
            "hyper_util",
            "rustls",
            "clap",
            "directories",
            "color_eyre",
        ],
        no_std: OUTSIDE,
        no_clock: WALL_CLOCK,
    },
    adapter("argocd", BELOW_ADAPTERS, true, &["fs", "env", "process"]),
    adapter(
        "forge",
        &[
            "kubernetes",
            "yaml",
            "drift",
            "redact",
            "ignore",
            "verdict",
            "writeback",
            "plan",
            "engine",
            "git",
        ],
        false,
        &["env"],
    ),
    adapter("git", BELOW_ADAPTERS, false, &["env"]),
    adapter("render", BELOW_ADAPTERS, false, &["env", "net"]),
    adapter("model", BELOW_ADAPTERS, false, &["fs", "env", "process"]),
    adapter("notify", BELOW_ADAPTERS, false, &["fs", "env", "process"]),
    adapter("store", BELOW_ADAPTERS, false, &["env", "net", "process"]),
    Room {
        name: "config",
        may_use: BELOW_ENGINE,
        only: &[],
        sees_raw: false,
        no_crates: &[
            "tokio",
            "tokio_util",
            "reqwest",
            "ratatui",
            "crossterm",
            "hyper",
            "rustls",
            "clap",
            "color_eyre",
        ],
        no_std: OUTSIDE,
        no_clock: EVERY_CLOCK,
    },
    Room {
        name: "tui",
        may_use: &[
            "kubernetes",
            "yaml",
            "drift",
            "redact",
            "ignore",
            "verdict",
            "writeback",
            "plan",
            "engine",
            "config",
        ],
        only: &[],
        sees_raw: false,
        no_crates: &["reqwest", "hyper", "hyper_util", "rustls", "clap"],
        no_std: &["net", "process"],
        no_clock: WALL_CLOCK,
    },
    Room {
        name: "cli",
        may_use: &[
            "kubernetes",
            "yaml",
            "drift",
            "redact",
            "ignore",
            "verdict",
            "writeback",
            "plan",
            "engine",
            "config",
            "tui",
        ],
        // The screen, what checks its settings, the names one needs to call them, and the glyphs of verdicts.
        only: &[(
            "tui",
            &[
                "run",
                "check",
                "check_themes",
                "verdict_sign",
                "ConfigurationFile",
                "Options",
                "Error",
                "KeyProblem",
                "RecentLog",
            ],
        )],
        sees_raw: false,
        no_crates: &["reqwest", "ratatui", "hyper", "hyper_util", "rustls"],
        // Exit codes are its business, other programs are not.
        no_std: &["process::Command"],
        no_clock: WALL_CLOCK,
    },
    Room {
        name: "demo",
        may_use: &[
            "kubernetes",
            "yaml",
            "drift",
            "redact",
            "ignore",
            "verdict",
            "writeback",
            "plan",
            "engine",
            "argocd",
            "forge",
            "git",
            "render",
            "model",
            "notify",
            "store",
            "config",
        ],
        only: &[],
        sees_raw: false,
        no_crates: &["ratatui", "crossterm", "clap", "color_eyre"],
        no_std: &["env", "process"],
        no_clock: WALL_CLOCK,
    },
    Room {
        name: "wire",
        may_use: &[
            "kubernetes",
            "yaml",
            "drift",
            "redact",
            "ignore",
            "verdict",
            "writeback",
            "plan",
            "engine",
            "argocd",
            "forge",
            "git",
            "render",
            "model",
            "notify",
            "store",
            "config",
            "demo",
        ],
        only: &[],
        sees_raw: false,
        no_crates: &["ratatui", "crossterm", "hyper", "hyper_util", "clap"],
        no_std: &[],
        no_clock: &[],
    },
    Room {
        name: "main",
        may_use: &["cli", "wire"],
        only: &[],
        sees_raw: false,
        no_crates: &["reqwest", "ratatui", "crossterm", "hyper", "hyper_util"],
        no_std: &["fs"],
        no_clock: &[],
    },
];

const SCREEN_CRATES: &[&str] = &["tokio", "tokio_util", "crossterm"];

/// Parts of the terminal UI that are pure, and those that only draw.
pub(crate) const PARTS: &[Part] = &[
    Part {
        name: "tui/state",
        no_crates: &["ratatui", "tokio", "tokio_util"],
        no_std: OUTSIDE,
        no_clock: EVERY_CLOCK,
        only_reads: false,
    },
    Part {
        name: "tui/update",
        no_crates: &["ratatui", "tokio", "tokio_util"],
        no_std: OUTSIDE,
        no_clock: EVERY_CLOCK,
        only_reads: false,
    },
    Part {
        name: "tui/screens",
        no_crates: SCREEN_CRATES,
        no_std: OUTSIDE,
        no_clock: EVERY_CLOCK,
        only_reads: true,
    },
    Part {
        name: "tui/widgets",
        no_crates: SCREEN_CRATES,
        no_std: OUTSIDE,
        no_clock: EVERY_CLOCK,
        only_reads: true,
    },
];

/// Files that are the one place for something: (file, module of std).
pub(crate) const ONE_PLACE: &[(&str, &str)] = &[("src/config/load.rs", "fs")];

/// The rules of a room.
pub(crate) fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}
