//! Help, hints, and ways out.

use crate::engine::fixtures;
use crate::tui::state::{Ending, Overlay, Pane, Signal};
use crate::tui::tests::driver::Driver;
use crate::tui::update::Msg;

#[test]
fn help_scrolls_and_closes() {
    let driver = Driver::night().size(80, 24).keys("? G").expect_text("Quit at once");
    assert!(matches!(driver.state.overlay, Some(Overlay::Help { scroll }) if scroll > 0));
    assert_eq!(driver.keys("?").state.overlay, None);
}

#[test]
fn hints_name_only_what_can_be_pressed_now() {
    Driver::new()
        .expect_no_text("Enter open")
        .expect_text("? help")
        .expect_text("q quit");
    Driver::with(vec![fixtures::synced("web")])
        .expect_no_text("] next")
        .expect_no_text("change");
    Driver::night()
        .size(80, 24)
        .expect_no_text("n change")
        .keys("enter")
        .expect_text("Esc list");
}

#[test]
fn a_command_that_cannot_run_says_why() {
    Driver::with(vec![fixtures::synced("web")])
        .keys("n")
        .expect_text("No change is shown.");
}

#[test]
fn q_goes_back_and_asks_at_the_root() {
    let driver = Driver::night().keys("enter q");
    assert_eq!((driver.state.pane, driver.state.overlay), (Pane::List, None));
    let driver = driver.keys("q").expect_text("Quit driftline?");
    assert_eq!(driver.state.ending, None);
    assert_eq!(driver.keys("esc").state.overlay, None);
}

#[test]
fn the_question_is_answered_by_y_enter_or_q() {
    for key in ["y", "enter", "q"] {
        assert_eq!(Driver::night().keys("q").keys(key).state.ending, Some(Ending::Quit));
    }
}

#[test]
fn ctrl_c_quits_at_once_from_everywhere() {
    for keys in ["ctrl-c", "/ a ctrl-c", "? ctrl-c", "q ctrl-c", "enter tab ctrl-c"] {
        assert_eq!(Driver::night().keys(keys).state.ending, Some(Ending::Quit), "{keys}");
    }
}

#[test]
fn a_signal_and_a_vanished_terminal_end_it() {
    let ended = |msg| Driver::night().send(msg).state.ending;
    assert_eq!(ended(Msg::Signal(Signal::Terminate)), Some(Ending::Signal(Signal::Terminate)));
    assert_eq!(ended(Msg::InputEnded), Some(Ending::Quit));
}
