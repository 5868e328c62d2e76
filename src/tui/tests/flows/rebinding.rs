//! Keys of the person's own.

use crate::tui::keymap::{Keymap, check};
use crate::tui::state::Overlay;
use crate::tui::tests::driver::Driver;

/// The night with these `[keys]`.
fn with_keys(keys: &str) -> Driver {
    let mut driver = Driver::night();
    driver.state.keymap = Keymap::with_overrides(&toml::from_str(keys).unwrap()).unwrap();
    driver.size(120, 40)
}

#[test]
fn a_command_has_the_new_key_and_no_more_the_old_one_wherever_it_is_named() {
    let driver = with_keys("[drift]\ntimeline = [\"ctrl-t\"]")
        .size(160, 40)
        .expect_text("Ctrl-t timeline");
    let driver = driver.keys("t");
    assert_eq!(driver.state.overlay, None, "the old key does nothing");
    let driver = driver.keys("ctrl-t").expect_text("Timeline payments-api");
    driver.keys("esc : t i m e l").expect_text("Ctrl-t");
}

#[test]
fn a_sequence_of_keys_runs_once_it_is_complete() {
    let driver = with_keys("[app]\nhelp = [\"z h\"]").keys("z");
    assert_eq!(driver.state.overlay, None);
    assert!(matches!(driver.keys("h").state.overlay, Some(Overlay::Help { .. })));
}

#[test]
fn a_command_without_a_key_is_still_in_the_palette() {
    let driver = with_keys("[app]\njobs = []").keys("J");
    assert_eq!(driver.state.overlay, None);
    let driver = driver.keys(": j o b s enter");
    assert!(matches!(driver.state.overlay, Some(Overlay::Jobs { .. })));
}

#[test]
fn every_conflict_is_told_at_once_and_nothing_starts() {
    let keys = "[drift]\ntimeline = [\"c\"]\nrulle = [\"z\"]\n[app]\nhelp = [\"hyper-x\"]";
    let problems = check(&toml::from_str(keys).unwrap()).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for expected in ["keys.drift.timeline", "keys.drift.rulle", "keys.app.help"] {
        assert!(
            told.iter().any(|problem| problem.contains(expected)),
            "{expected} in {told:?}"
        );
    }
}
