//! How the screen was left is how it begins the next time.

use std::time::Duration;

use crate::engine::{EngineEvent, fixtures};
use crate::tui::state::remembered::Remembered;
use crate::tui::state::{Group, Remembering};
use crate::tui::tests::driver::Driver;
use crate::tui::update::{Effect, Msg};

fn remembering(mut driver: Driver) -> Driver {
    driver.state.remembering = Some(Remembering {
        configured_theme: "auto".to_owned(),
        ..Remembering::default()
    });
    driver
}

/// What was kept since the last call.
fn kept(driver: &mut Driver) -> Vec<String> {
    let effects = driver.effects();
    let texts = effects.into_iter().filter_map(|effect| match effect {
        Effect::Remember(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_view_is_kept_once_after_a_quiet_second() {
    let mut driver = remembering(Driver::night()).keys("o");
    assert_eq!(kept(&mut driver), [""; 0], "not while keys come");
    driver = driver.advance(SECOND / 2).keys("o").advance(SECOND / 2);
    assert_eq!(kept(&mut driver), [""; 0]);
    driver = driver.advance(SECOND);
    assert_eq!(kept(&mut driver).len(), 1);
    driver = driver.keys("j").advance(SECOND * 2);
    assert_eq!(
        kept(&mut driver),
        [""; 0],
        "the selection is not kept, so nothing is to be kept"
    );
    assert_eq!(Driver::night().keys("o").advance(SECOND * 2).state.take_remembered(), None);
}

#[test]
fn the_next_run_begins_as_this_one_was_left() {
    let mut driver = remembering(Driver::night()).keys("j l space o o G k k l / e n enter 2");
    driver = driver.send(Msg::Themed {
        name: "light".to_owned(),
        said: "Theme light.".to_owned(),
    });
    let text = driver.state.take_remembered().unwrap();
    let left = &driver.state;
    assert!(!left.list.marks.is_empty() && !left.list.open.is_empty());

    let mut next = Driver::new();
    let remembered = Remembered::read(&text).unwrap();
    let theme = remembered.theme.clone().unwrap();
    assert_eq!((theme.name.as_str(), theme.configured.as_str()), ("light", "auto"));
    remembered.apply(&mut next.state);
    // Before the list is complete nothing is known of them, and nothing is forgotten.
    let next = next
        .event(EngineEvent::Connected(fixtures::context()))
        .event(EngineEvent::Listed(fixtures::shared(vec![fixtures::synced("web")])))
        .advance(SECOND)
        .event(EngineEvent::Listed(fixtures::shared(fixtures::applications())))
        .completed()
        .advance(SECOND);
    let list = &next.state.list;
    assert_eq!((list.tab, list.sort), (Some(Group::NeedsReview), left.list.sort));
    assert_eq!(next.state.filter.text, "en");
    assert_eq!((&list.marks, &list.open), (&left.list.marks, &left.list.open));
    assert_eq!((&list.folded, &list.open_folds), (&left.list.folded, &left.list.open_folds));
    assert!(!next.state.filter.typing);
}

#[test]
fn what_is_gone_when_the_list_is_complete_is_forgotten() {
    let mut driver = remembering(Driver::night()).keys("space");
    let text = driver.state.take_remembered().unwrap();
    let mut next = Driver::new();
    Remembered::read(&text).unwrap().apply(&mut next.state);
    assert!(!next.state.list.marks.is_empty());
    let next = next
        .event(EngineEvent::Listed(fixtures::shared(vec![fixtures::synced("web")])))
        .completed();
    assert!(next.advance(SECOND).state.list.marks.is_empty());
}

#[test]
fn a_text_that_is_not_ours_is_refused() {
    let mut driver = remembering(Driver::night());
    let text = driver.state.take_remembered().unwrap();
    for broken in [String::new(), "{}".to_owned(), text.replace("\"version\":1", "\"version\":2")] {
        assert!(Remembered::read(&broken).is_err(), "{broken}");
    }
    let odd = text.replace("worst first", "by smell").replace("\"harmless\"", "\"harmful\"");
    Remembered::read(&odd).unwrap().apply(&mut driver.state);
    assert_eq!(driver.state.list.sort, crate::tui::state::list::Sort::default());
}
