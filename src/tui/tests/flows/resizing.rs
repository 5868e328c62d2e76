//! The window changes while something is under way.

use crate::tui::state::{Overlay, Pane};
use crate::tui::tests::driver::Driver;
use crate::tui::update::Msg;

#[test]
fn what_is_typed_survives_a_window_that_gets_narrow_and_wide_again() {
    Driver::night()
        .keys("/ p a y")
        .size(80, 24)
        .expect_text("filter pay")
        .keys("m")
        .size(30, 5)
        .expect_text("too small")
        .expect_text("Ctrl-c quits")
        .keys("x")
        .send(Msg::Paste("y".to_owned()))
        .size(120, 40)
        .expect_text("filter paym")
        .expect_selected("payments-api")
        .keys("enter esc")
        .expect_no_text("filter paym");
}

#[test]
fn the_palette_keeps_its_word_and_its_choice() {
    let driver = Driver::night().keys(": n e x t down").size(80, 24).expect_text(": next");
    assert_eq!(driver.state.overlay, Some(Overlay::Palette));
    driver
        .size(200, 60)
        .expect_text(": next")
        .keys("esc")
        .expect_no_text(": next");
}

#[test]
fn a_drift_that_was_open_stays_open_and_its_pane_keeps_the_focus() {
    let driver = Driver::night().keys("j j enter");
    let (pane, key) = (driver.state.pane, driver.state.detail.key.clone());
    let driver = driver.size(80, 24).size(40, 8).size(300, 100).size(120, 40);
    assert_eq!((driver.state.pane, driver.state.detail.key.clone()), (pane, key));
    assert_ne!(driver.state.pane, Pane::List);
}

#[test]
fn a_page_that_was_read_to_its_end_is_never_scrolled_past_it() {
    for key in ["?", "t", "J", "L", "w"] {
        let driver = Driver::night().size(60, 12).keys(key).keys("G").size(300, 100);
        let lines = driver
            .text()
            .lines()
            .filter(|line| line.trim_matches([' ', '│']).len() > 3)
            .count();
        assert!(lines > 3, "{key} shows nothing:\n{}", driver.text());
    }
}

#[test]
fn no_row_is_marked_or_opened_by_a_key_while_the_window_is_too_small_to_show_one() {
    let driver = Driver::night().size(30, 5).keys("space j space enter");
    assert!(driver.state.list.marks.is_empty(), "{:?}", driver.state.list.marks);
    let driver = driver.size(120, 40).expect_selected("payments-api");
    assert_eq!(driver.state.pane, Pane::List);
}

#[test]
fn one_can_leave_a_window_that_is_too_small() {
    let driver = Driver::night().size(20, 5).keys("ctrl-c");
    assert!(driver.state.ending.is_some());
}

#[test]
fn text_pasted_in_several_lines_while_the_window_changes_is_one_line() {
    Driver::night()
        .keys("/")
        .size(80, 24)
        .send(Msg::Paste("pay\r\nments\n".to_owned()))
        .size(120, 40)
        .expect_text("filter pay ments");
}
