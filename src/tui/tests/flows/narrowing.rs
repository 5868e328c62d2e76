//! Many rows made few: the same cause folded into one row, one section only, another order, marks, the filter language.

use crate::engine::fixtures;
use crate::engine::view::ApplicationView;
use crate::tui::tests::driver::Driver;

/// So many Applications whose roles were widened by the same tool in the same way.
fn same_cause(count: usize) -> Vec<ApplicationView> {
    (0..count)
        .map(|at| {
            let mut view = fixtures::renamed(fixtures::ingress(), &format!("edge-{at}"));
            for drift in &mut view.drifts {
                std::sync::Arc::make_mut(drift).group = "ClusterRole /rules/*/verbs k9s list".to_owned();
            }
            view
        })
        .collect()
}

#[test]
fn the_same_cause_in_many_applications_is_one_row_that_opens_to_its_members() {
    Driver::with(same_cause(4))
        .expect_selected("4 Applications ▸")
        .expect_text("rbac-edit of Clust")
        .expect_text("the same in 4 Applications")
        .expect_no_text("│   edge-2")
        .keys("enter")
        .expect_text("4 Applications ▾")
        .keys("j j")
        .expect_selected("edge-1")
        .expect_text("edge-1 › ClusterRole/edge")
        .keys("h")
        .expect_selected("4 Applications ▾")
        .keys("h")
        .expect_selected("4 Applications ▸");
}

#[test]
fn two_are_told_apart_faster_than_a_row_is_opened() {
    Driver::with(same_cause(2))
        .expect_no_text("Applications ▸")
        .expect_text("edge-0")
        .expect_text("edge-1");
}

#[test]
fn another_cause_beside_it_keeps_an_application_out_of_the_row() {
    let mut applications = same_cause(4);
    applications[3].drifts.push(fixtures::payments_api().drifts[0].clone());
    Driver::with(applications)
        .expect_text("3 Applications ▸")
        .expect_text("edge-3");
}

#[test]
fn a_filter_shows_what_it_finds_not_a_row_around_it() {
    Driver::with(same_cause(4))
        .keys("/ e d g e - 2 enter")
        .expect_selected("edge-2")
        .expect_no_text("Applications ▸");
}

#[test]
fn git_ahead_is_one_row_after_everything_that_somebody_did() {
    let mut applications = vec![fixtures::search()];
    applications.push(fixtures::renamed(fixtures::search(), "search-eu"));
    applications.push(fixtures::refunds());
    let screen = Driver::with(applications).text();
    let at = |text: &str| {
        screen
            .lines()
            .position(|line| line.contains(text))
            .unwrap_or_else(|| panic!("{text}\n{screen}"))
    };
    assert!(at("2 Applications ▸") > at("refunds"));
    assert!(screen.contains("Git is ahead"));
}

#[test]
fn one_section_only_until_all_are_wanted_again() {
    Driver::night()
        .keys("3")
        .expect_text("HARMLESS only, 0 shows all")
        .expect_text("catalog")
        .expect_no_text("payments-api")
        .keys("0")
        .expect_text("RISKY 3")
        .expect_no_text("only, 0 shows all");
}

#[test]
fn an_empty_section_says_so() {
    Driver::with(vec![fixtures::payments_api()])
        .keys("3")
        .expect_text("No Application is harmless.")
        .expect_text("0 shows all.");
}

#[test]
fn the_order_goes_round() {
    let driver = Driver::night().expect_text("Drifts ─ worst first");
    ["newest first", "oldest first", "by name", "by environment", "worst first"]
        .iter()
        .fold(driver, |driver, order| {
            driver.keys("o").expect_text(&format!("Drifts ─ {order}"))
        });
    Driver::night().keys("o o g").expect_selected("ingress");
}

#[test]
fn marks_are_counted_found_and_taken_off() {
    Driver::night()
        .keys("space")
        .expect_text("─ 1 marked")
        .expect_selected("checkout")
        .keys("space")
        .expect_text("─ 2 marked")
        .keys("/ i s : m a r k e d enter")
        .expect_text("payments-api")
        .expect_text("checkout")
        .expect_no_text("ingress")
        .keys("esc k k space")
        .expect_text("─ 1 marked")
        .keys("M")
        .expect_no_text("marked");
}

#[test]
fn a_row_of_several_is_marked_with_all_of_them() {
    Driver::with(same_cause(4)).keys("space").expect_text("─ 4 marked");
}

#[test]
fn a_filter_about_drifts_narrows_an_application_to_them() {
    Driver::night()
        .keys("/ k i n d : s e r v i c e enter")
        .expect_selected("checkout")
        .expect_text("checkout › Service/web")
        .expect_no_text("Deployment/web +1");
}

#[test]
fn what_is_wrong_with_a_filter_is_said_while_it_is_typed() {
    Driver::night()
        .keys("/ c o l o u r : r e d space")
        .expect_text("There is no field `colour`");
}

#[test]
fn an_unfinished_word_may_go_on() {
    Driver::night().keys("/ k i n d : d e p l").expect_selected("checkout");
}
