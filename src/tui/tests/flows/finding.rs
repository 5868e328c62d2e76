//! The filter.

use crate::tui::tests::driver::Driver;
use crate::tui::update::Msg;

#[test]
fn the_filter_narrows_while_typing_and_takes_every_letter() {
    Driver::night()
        .keys("/ j k q")
        .expect_text("Nothing matches “jkq”.")
        .keys("backspace backspace backspace i n g r")
        .expect_selected("ingress")
        .expect_no_text("payments-api");
}

#[test]
fn the_filter_looks_through_kind_manager_cause_and_verdict() {
    for (words, found) in [
        ("c l u s t e r r o l e", "ingress"),
        ("g i t space a h e a d", "search"),
        ("m a n u a l - s c a l e", "checkout"),
        ("h p a", "catalog"),
        ("c a n n o t - t e l l", "legacy"),
        ("S H O P space R I S K Y space K 9 S space E D G E", "ingress"),
    ] {
        Driver::night().keys("/").keys(words).keys("enter").expect_selected(found);
    }
}

#[test]
fn enter_keeps_the_filter_and_escape_clears_it_then_goes_back() {
    Driver::night()
        .keys("/ p a y enter")
        .expect_text("filter pay")
        .expect_no_text("ingress")
        .keys("enter")
        .keys("esc")
        .expect_text("filter pay")
        .keys("esc")
        .expect_no_text("filter pay")
        .expect_text("ingress");
}

#[test]
fn escape_while_typing_clears() {
    Driver::night()
        .keys("/ p a y esc")
        .expect_text("ingress")
        .expect_no_text("filter pay");
}

#[test]
fn pasted_text_goes_into_the_filter_as_one_line() {
    let driver = Driver::night().keys("/").send(Msg::Paste("pay\nments".to_owned()));
    assert_eq!(driver.state.filter.text, "pay ments");
}

#[test]
fn pasted_text_is_nothing_else_anywhere_else() {
    let driver = Driver::night().send(Msg::Paste("q y".to_owned()));
    assert_eq!((driver.state.overlay, driver.state.ending), (None, None));
}

#[test]
fn how_to_clear_a_kept_filter_is_said_at_every_width() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        Driver::night()
            .size(size.0, size.1)
            .keys("/ p a y enter")
            .expect_text("Esc clear filter");
    }
}

#[test]
fn the_palette_finds_a_command_by_name_and_runs_it() {
    Driver::night()
        .keys(":")
        .expect_text("Commands")
        .keys("h a r m l space o n l y")
        .expect_text("Harmless only")
        .keys("enter")
        .expect_text("HARMLESS only");
}

#[test]
fn the_palette_says_why_a_command_cannot_run() {
    Driver::new()
        .keys(": n e x t space d r i f t")
        .expect_text("No drift is listed.")
        .keys("enter")
        .expect_text("No drift is listed.")
        .expect_no_text("Commands");
}

#[test]
fn escape_closes_the_palette_and_nothing_else() {
    Driver::night()
        .keys("/ p a y enter : x y esc")
        .expect_text("filter pay")
        .expect_no_text("Commands");
}

#[test]
fn a_hint_never_names_a_key_that_does_something_else_here() {
    Driver::night()
        .expect_text("/ filter")
        .keys("enter")
        .expect_text("/ search")
        .expect_no_text("/ filter");
}

#[test]
fn headings_say_how_many_a_filter_found() {
    Driver::night()
        .keys("/ k i n d : d e p l o y m e n t enter")
        .expect_text("RISKY 1")
        .expect_text("3 of 12");
}

#[test]
fn a_row_is_what_the_filter_found_in_it_and_so_is_everything_that_keys_do_with_it() {
    let mut driver = Driver::night()
        .keys("j")
        .expect_selected("checkout")
        .keys("/ k i n d : s e r v i c e enter")
        .expect_text("NEEDS REVIEW 1")
        .expect_no_text("RISKY 1")
        .expect_text("checkout › Service/web")
        .expect_text("/metadata/labels/owner");
    driver.effects();
    let mut driver = driver.keys("c");
    let asked = driver.effects().into_iter().find_map(|effect| match effect {
        crate::tui::update::Effect::CommandsByHand(key) => Some(key),
        _ => None,
    });
    assert_eq!(asked.map(|key| key.resource.kind), Some("Service".to_owned()));
    driver.keys("esc enter").expect_text("change 1 of");
}
