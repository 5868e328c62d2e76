//! The mouse, where it is ours.

use crate::engine::{EngineEvent, fixtures};
use crate::tui::state::Pane;
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Mouse, Msg};

fn night() -> Driver {
    let mut driver = Driver::night();
    driver.state.mouse = true;
    driver.send(Msg::Focus(true))
}

/// The cell where a text begins on the screen.
fn cell(driver: &Driver, text: &str) -> (u16, u16) {
    let screen = driver.text();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    let column = crate::tui::text::width(line.split(text).next().unwrap());
    (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
}

fn click(driver: Driver, text: &str) -> Driver {
    let (column, row) = cell(&driver, text);
    driver.send(Msg::Mouse(Mouse::Click { column, row }))
}

fn wheel(driver: Driver, (column, row): (u16, u16), down: bool) -> Driver {
    driver.send(Msg::Mouse(Mouse::Wheel { column, row, down }))
}

#[test]
fn a_click_selects_a_row_and_one_more_opens_it() {
    let driver = click(night(), "checkout").expect_selected("checkout");
    assert_eq!(driver.state.pane, Pane::List);
    let before = driver.text();
    let driver = click(driver, "checkout");
    assert_ne!(driver.text(), before, "it opened");
}

#[test]
fn a_click_on_a_pane_gives_it_the_focus_and_nothing_else() {
    let driver = night();
    let selected = driver.selected();
    let driver = click(driver, "change 1 of");
    assert_eq!(driver.state.pane, Pane::Diff);
    assert_eq!(driver.selected(), selected);
}

#[test]
fn a_click_acts_on_the_row_that_was_drawn_there() {
    let driver = night();
    let (column, row) = cell(&driver, "checkout");
    let driver = driver.undrawn(vec![
        Msg::Engine(EngineEvent::Removed(fixtures::payments_api().key)),
        Msg::Mouse(Mouse::Click { column, row }),
    ]);
    driver.send(Msg::Focus(true)).send(Msg::Restyled).expect_selected("checkout");
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let driver = night().size(120, 20).keys("f5");
    let (list, first) = (cell(&driver, "● payments-api"), driver.selected());
    let driver = wheel(driver, list, true);
    assert_ne!(driver.selected(), first);
    let driver = wheel(driver, list, false).expect_selected("payments-api");

    let diff = cell(&driver, "change 1 of");
    let (pane, selected) = (driver.state.pane, driver.selected());
    let driver = wheel(driver, diff, true);
    assert_eq!((driver.state.pane, driver.selected()), (pane, selected), "the focus stays");

    let help = night().size(80, 24).keys("?");
    let before = help.text();
    let help = wheel(help, (10, 10), true);
    assert_ne!(help.text(), before);
    assert_eq!(wheel(help, (10, 10), false).text(), before);
}

#[test]
fn nothing_happens_on_questions_on_borders_and_while_the_mouse_is_not_ours() {
    let asked = night().keys("q");
    let (column, row) = cell(&asked, "payments-api");
    let asked = asked.send(Msg::Mouse(Mouse::Click { column, row }));
    asked.expect_text("Quit driftline?");

    let driver = night();
    let before = driver.text();
    for (column, row) in [(0, 0), (0, 1), (119, 39), (500, 500)] {
        let driver = night().send(Msg::Mouse(Mouse::Click { column, row }));
        assert_eq!(driver.selected(), night().selected());
    }
    let (column, row) = cell(&driver, "checkout");
    let off = Driver::night().send(Msg::Mouse(Mouse::Click { column, row }));
    assert_eq!(off.text(), before);
}
