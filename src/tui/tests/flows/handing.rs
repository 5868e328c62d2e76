//! What is handed to somebody else: the editor, the clipboard, the theme, the engine.

use std::sync::Arc;

use crate::engine::fixtures;
use crate::tui::diff::{Form, View};
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg, TerminalEffect};

/// The night, on a machine that has an editor and a place for a configuration file.
fn with_an_editor() -> Driver {
    let mut driver = Driver::night();
    driver.state.programs.editor = true;
    driver.state.programs.configuration = true;
    driver.effects();
    driver
}

/// What was last handed to the terminal.
fn handed(driver: &mut Driver) -> Option<TerminalEffect> {
    driver.effects().into_iter().rev().find_map(|effect| match effect {
        Effect::Terminal(effect) => Some(effect),
        _ => None,
    })
}

#[test]
fn without_an_editor_the_key_says_which_variables_name_one() {
    for key in ["e", ","] {
        let mut driver = Driver::night();
        driver.effects();
        let mut driver = driver.keys(key).expect_text("No editor is set: set VISUAL or EDITOR.");
        assert_eq!(handed(&mut driver), None, "{key}");
    }
}

#[test]
fn the_editor_gets_the_drift_that_was_drawn_in_the_view_that_was_shown() {
    let mut driver = with_an_editor().keys("e");
    let Some(TerminalEffect::EditCopy { diff, form, .. }) = handed(&mut driver) else {
        panic!("nothing was handed to the editor");
    };
    assert_eq!(diff.document().drift.key, fixtures::payments_api().drifts[0].key);
    let whole = form;

    let mut driver = driver.keys("enter M e");
    let Some(TerminalEffect::EditCopy { form, .. }) = handed(&mut driver) else {
        panic!("nothing was handed to the editor");
    };
    assert_eq!(driver.state.detail.view, View::Live);
    assert!(matches!(form, Form::One(_)) && form != whole, "{form:?}");
}

#[test]
fn the_editor_is_not_given_a_diff_that_nobody_sees() {
    let mut driver = with_an_editor().size(80, 24).keys("e").expect_text("No diff is shown.");
    assert_eq!(handed(&mut driver), None);
    let mut driver = driver.keys("enter e");
    assert!(matches!(handed(&mut driver), Some(TerminalEffect::EditCopy { .. })));
}

#[test]
fn what_the_editor_came_back_with_is_said_and_a_failure_is_kept_with_the_others() {
    let driver = with_an_editor().keys(",");
    let driver = driver.expect_effect(&Effect::Terminal(TerminalEffect::EditConfiguration));
    driver
        .send(Msg::Returned(Some("The configuration is as it was.".to_owned())))
        .expect_text("The configuration is as it was.")
        .keys(",")
        .send(Msg::ReturnedWith(
            "The configuration is wrong now: config.toml:3: x".to_owned(),
        ))
        .expect_text("The configuration is wrong now")
        .keys("J")
        .expect_text("this machine: The configuration is wrong now");
}

#[test]
fn an_editor_on_a_machine_without_a_place_for_the_file_says_how_to_name_one() {
    let mut driver = with_an_editor();
    driver.state.programs.configuration = false;
    driver.keys(",").expect_text("start with --config");
}

#[test]
fn the_link_of_the_selected_drift_is_copied_from_the_list_and_from_inside() {
    for keys in ["y l", "enter y l", "tab y l"] {
        let mut driver = Driver::night();
        driver.effects();
        let mut driver = driver.keys(keys);
        let Some(TerminalEffect::Copy(link)) = handed(&mut driver) else {
            panic!("nothing was copied by {keys}");
        };
        assert!(
            link.starts_with("https://argocd.example.com/applications/argocd/payments-api"),
            "{link}"
        );
    }
}

#[test]
fn the_next_theme_is_named_for_a_moment_and_everything_stays_where_it_was() {
    let driver = Driver::night().keys("j enter T").expect_effect(&Effect::NextTheme);
    let before = (driver.state.pane, driver.state.detail.key.clone());
    let driver = driver
        .send(Msg::Themed {
            name: "light".to_owned(),
            said: "Theme light.".to_owned(),
        })
        .theme("light")
        .expect_text("Theme light.");
    assert_eq!((driver.state.pane, driver.state.detail.key.clone()), before);
}

#[test]
fn looking_into_synced_applications_begins_and_ends_with_one_key_that_says_what_it_costs() {
    let driver = Driver::night()
        .keys("S")
        .expect_text("two calls for each of them")
        .expect_effect(&Effect::Sweep(true));
    driver
        .event(crate::engine::EngineEvent::Sweeping {
            context: "prod-eu".into(),
            on: true,
            coverage: crate::engine::scan::Coverage { checked: 1, total: 3 },
        })
        .keys("S")
        .expect_text("not looked into any more")
        .expect_effect(&Effect::Sweep(false));
}

#[test]
fn the_story_and_the_link_are_of_the_drift_that_was_drawn_not_of_a_worse_one_that_came_since() {
    let mut worse = fixtures::payments_api();
    let mut drift = fixtures::drift(
        "ClusterRole",
        "everything",
        vec![fixtures::change("/rules", None, Some("[*]"))],
    );
    drift.key.application = worse.key.clone();
    worse.drifts.insert(0, std::sync::Arc::new(drift));
    let drawn = fixtures::payments_api().drifts[0].key.clone();
    for keys in ["t", "y l"] {
        let mut driver = Driver::night();
        driver.effects();
        let news = Msg::Engine(crate::engine::EngineEvent::Judged(Arc::new(worse.clone())));
        let pressed = crate::tui::keymap::parse_sequence(keys).unwrap().into_iter().map(Msg::Key);
        let mut driver = driver.undrawn(std::iter::once(news).chain(pressed).collect());
        let right = driver.effects().into_iter().any(|effect| match effect {
            Effect::Timeline { drift, .. } => drift.as_ref() == Some(&drawn),
            Effect::Terminal(TerminalEffect::Copy(link)) => link.contains("api-config"),
            _ => false,
        });
        assert!(right, "{keys}");
    }
}
