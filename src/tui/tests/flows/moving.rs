//! Moving through rows, drifts and changes; what news does to the place where one is.

use std::time::Duration;

use crate::engine::fixtures;
use crate::tui::tests::driver::Driver;

#[test]
fn the_selection_stays_on_its_row_and_line_when_others_come_above() {
    let driver = Driver::night().keys("j j").expect_selected("ingress");
    let line = line_of(&driver, "● ingress  ");
    let worse = fixtures::renamed(fixtures::payments_api(), "accounts");
    let driver = driver.judged(worse).advance(Duration::from_secs(1)).expect_text("● accounts");
    assert_eq!(
        line_of(&driver.expect_selected("ingress"), "● ingress  "),
        line + 1,
        "the list is at its top"
    );
}

fn line_of(driver: &Driver, text: &str) -> usize {
    driver.text().lines().position(|line| line.contains(text)).unwrap()
}

#[test]
fn in_a_scrolled_list_the_selected_row_keeps_its_line() {
    let many: Vec<_> = (0..60)
        .map(|index| fixtures::renamed(fixtures::ingress(), &format!("app-{index:02}")))
        .collect();
    let driver = Driver::with(many).keys("ctrl-d ctrl-d ctrl-d k k").expect_selected("app-");
    let (name, before) = (driver.selected(), driver.text());
    let name = name.split_whitespace().nth(1).unwrap().to_owned();
    let name = format!("{name}  ");
    let line = line_of(&driver, &name);
    let worse = fixtures::renamed(fixtures::payments_api(), "accounts");
    let driver = driver
        .judged(worse)
        .advance(Duration::from_secs(2))
        .expect_selected(name.trim());
    assert_eq!(line_of(&driver, &name), line, "{before}\n{}", driver.text());
}

#[test]
fn the_order_does_not_change_within_a_second_of_a_key() {
    let mut calm = fixtures::synced("payments-api");
    calm.reconciled_at = Some(fixtures::now());
    let driver = Driver::night().keys("j").judged(calm).advance(Duration::from_millis(900));
    let row = line_of(&driver, "· payments-a");
    let driver = driver.expect_text("RISKY 2");
    assert_eq!(row, 3, "still under RISKY, with its new glyph");
    driver
        .advance(Duration::from_millis(200))
        .expect_no_text("payments-a")
        .expect_selected("checkout");
}

#[test]
fn news_outside_the_view_says_so_until_it_was_seen() {
    let many: Vec<_> = (0..60)
        .map(|index| fixtures::renamed(fixtures::ingress(), &format!("app-{index:02}")))
        .chain([fixtures::synced("web"), fixtures::synced("docs")])
        .collect();
    let risen = |name: &str| fixtures::renamed(fixtures::payments_api(), name);
    Driver::with(many)
        .keys("G")
        .judged(risen("web"))
        .judged(risen("docs"))
        .advance(Duration::from_secs(2))
        .expect_text("2 new risky ↑")
        .keys("g")
        .expect_no_text("new risky");
}

#[test]
fn news_is_told_below_the_detail_too_when_the_list_is_out_of_view() {
    Driver::night()
        .size(80, 24)
        .keys("enter")
        .judged(fixtures::renamed(fixtures::payments_api(), "web"))
        .advance(Duration::from_secs(2))
        .expect_text("1 new risky");
}

#[test]
fn next_drift_walks_into_applications_with_several() {
    Driver::night()
        .keys("]")
        .expect_selected("Deployment/web")
        .keys("]")
        .expect_selected("Service/web")
        .keys("]")
        .expect_selected("ingress")
        .keys("[ [")
        .expect_selected("Deployment/web")
        .keys("[ [")
        .expect_text("This is the first drift of the list.");
}

#[test]
fn next_change_marks_it_and_says_when_there_is_no_more() {
    Driver::night()
        .keys("v")
        .expect_text("change 2 of 2")
        .keys("N")
        .expect_text("change 1 of 2")
        .keys("n n")
        .expect_text("This is the last change; ] goes to the next drift.");
}

#[test]
fn harmless_changes_are_folded_and_can_be_shown() {
    Driver::night()
        .expect_text("1 harmless folded")
        .expect_no_text("checked-at: ")
        .keys("v")
        .expect_text("+     checked-at: \"2026-11-20\"")
        .keys("v")
        .expect_no_text("checked-at: ");
}

#[test]
fn half_a_page_scrolls_and_never_writes() {
    let mut driver = Driver::night().size(80, 24).keys("enter C g ctrl-d");
    assert_ne!(driver.state.detail.top, 0);
    driver.effects();
    let mut driver = driver.keys("ctrl-u");
    assert_eq!(driver.state.detail.top, 0);
    assert_eq!(driver.effects(), []);
}
