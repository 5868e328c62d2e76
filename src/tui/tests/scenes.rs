//! Named states of the screen: what the pictures show, and what must be readable in every theme.

use super::driver::Driver;
use crate::engine::{EngineEvent, fixtures};

/// A state worth a picture.
pub(super) struct Scene {
    /// Name of its files.
    pub(super) name: &'static str,
    /// Who does not see it reads this.
    pub(super) says: &'static str,
    /// The theme.
    pub(super) theme: &'static str,
    /// The screen, drawn.
    pub(super) driver: Driver,
}

/// What the README shows.
pub(super) fn pictures() -> Vec<Scene> {
    let scene = |name, says, theme, driver: Driver| Scene {
        name,
        says,
        theme,
        driver: driver.theme(theme),
    };
    // What is made to deceive has its own frames, and no font of a reader has every script.
    let plain = || {
        fixtures::applications()
            .into_iter()
            .filter(|view| view.key.name.is_ascii() && !view.key.name.contains("banner"))
    };
    let night = |width, height| Driver::with(plain().collect()).size(width, height);
    vec![
        scene(
            "list",
            "The list of Applications by verdict, the reason and the diff of the selected drift",
            "dark",
            night(120, 36).colour(),
        ),
        scene(
            "diff",
            "The diff of one drift, each change with who made it",
            "dark",
            night(120, 30).keys("enter v").colour(),
        ),
        scene(
            "reason",
            "The reason of a verdict: who changed which field, whose move it was and what happens next",
            "dark",
            night(120, 36).keys("tab").colour(),
        ),
        scene(
            "ignore",
            "The ignore workbench: how a rule finds the change, how wide it is, what it would hide elsewhere and how it is written",
            "dark",
            Driver::with(fixtures::scaled_everywhere())
                .size(120, 36)
                .keys("3 j x right right tab l o a d space t e s t"),
        ),
        scene("light", "The light theme", "light", night(120, 36).colour()),
        scene("small", "A terminal of 80 columns and 24 rows", "dark", night(80, 24)),
    ]
}

/// Screens that between them draw every kind of text.
pub(super) fn everything() -> Vec<Driver> {
    let small = || Driver::new().size(80, 24);
    vec![
        small(),
        small().failed(),
        small().event(EngineEvent::Connected(fixtures::context())),
        Driver::night(),
        Driver::night().failed(),
        Driver::night().size(200, 60).keys("enter v C").colour(),
        Driver::night().keys("j l j tab"),
        Driver::night().keys("/ p a y"),
        Driver::night().keys("/ p a y enter"),
        Driver::night().keys("?"),
        Driver::night().keys("r"),
        Driver::night().keys("q"),
        Driver::with(vec![fixtures::hostile(), fixtures::long_names()])
            .keys("j enter")
            .colour(),
        Driver::with(vec![fixtures::refunds(), fixtures::pending("web"), fixtures::synced("docs")]),
    ]
}
