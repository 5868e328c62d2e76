//! Whatever happens, in any order, at any size: nothing panics, and what must hold holds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;

use super::driver::Driver;
use crate::engine::view::{ApplicationView, DriftKey};
use crate::engine::{EngineEvent, fixtures};
use crate::tui::commands::{Availability, COMMANDS, contexts};
use crate::tui::keymap::{Lookup, parse_sequence};
use crate::tui::state::jobs::RunningJob;
use crate::tui::state::{List, Overlay, Programs, Remembering, RowKey};
use crate::tui::update::{Effect, Mouse, Msg, TerminalEffect};

/// What a person does in several keys: overlays and what is typed in them, searches, marks, tabs, orders, folds.
const HABITS: [&str; 23] = [
    "x right right tab a b enter",
    "x shift-tab right shift-tab right y pagedown esc",
    "x enter h i enter u",
    ": t h e m e enter",
    ": down down down enter",
    ": x x x up enter backspace ctrl-w esc",
    ": o r d e r enter",
    "w ctrl-d G esc",
    "? pagedown g q",
    "q n",
    "/ r i s k y enter j j",
    "/ : > < - esc",
    "/ p a y down down enter",
    "enter enter / m a x enter n N",
    "enter / z z esc h",
    "enter m m M s f f",
    "enter v C n n space h",
    "space space space M",
    "g space G space",
    "1 j 2 j 3 4 5 0",
    "o o o",
    "l j l h h",
    "G k enter k enter",
];

/// What acts on the selected drift at once, so that it must be the one that was seen.
const UNSEEN_KEYS: [&str; 8] = ["space", "w", "E", "e", "c", "t", "y l", "enter"];

#[derive(Debug, Clone)]
enum Step {
    Key(&'static str),
    Habit(&'static str),
    Size(u16, u16),
    Judge(usize),
    Worsen(usize),
    Calm(usize),
    Remove(usize),
    List,
    Fail,
    Connect,
    Watch(bool),
    Wait(u64),
    Paste(String),
    Click(u16, u16),
    Wheel(u16, u16, bool),
    Focus(bool),
    Jobs(bool),
    /// The comparison under way takes long.
    Slow,
    /// News, and a key before it was drawn.
    Unseen(usize, News, &'static str),
}

#[derive(Debug, Clone, Copy)]
enum News {
    Worse,
    Better,
    Gone,
}

const JOB: RunningJob = RunningJob {
    purpose: "Comparing the two sides",
    since: Duration::ZERO,
    waiting: 3,
};

fn step() -> impl Strategy<Value = Step> {
    let keys: Vec<&'static str> = COMMANDS
        .iter()
        .flat_map(|command| command.keys.iter().copied())
        .filter(|key| *key != "ctrl-c")
        .chain(["a", "p", "1", "f5"])
        .collect();
    prop_oneof![
        12 => select(keys).prop_map(Step::Key),
        6 => select(&HABITS[..]).prop_map(Step::Habit),
        2 => (0u16..=300, 0u16..=100).prop_map(|(width, height)| Step::Size(width, height)),
        2 => (0usize..12).prop_map(Step::Judge),
        2 => (0usize..12).prop_map(Step::Worsen),
        3 => (0usize..12, select(vec![News::Worse, News::Better, News::Gone]), select(&UNSEEN_KEYS[..]))
            .prop_map(|(at, news, key)| Step::Unseen(at, news, key)),
        1 => (0usize..12).prop_map(Step::Calm),
        1 => (0usize..12).prop_map(Step::Remove),
        1 => Just(Step::List),
        1 => Just(Step::Fail),
        1 => Just(Step::Connect),
        1 => any::<bool>().prop_map(Step::Watch),
        2 => (0u64..5_000).prop_map(Step::Wait),
        1 => any::<String>().prop_map(Step::Paste),
        2 => (0u16..=250, 0u16..=80).prop_map(|(column, row)| Step::Click(column, row)),
        1 => (0u16..=250, 0u16..=80, any::<bool>()).prop_map(|(column, row, down)| Step::Wheel(column, row, down)),
        1 => any::<bool>().prop_map(Step::Focus),
        1 => any::<bool>().prop_map(Step::Jobs),
        2 => Just(Step::Slow),
    ]
}

/// The Application with one more drift, worse than all others.
fn worse(mut view: ApplicationView) -> ApplicationView {
    let mut drift = fixtures::drift(
        "ClusterRole",
        "everything",
        vec![fixtures::change("/rules", None, Some("[*]"))],
    );
    drift.key.application = view.key.clone();
    drift.rule = "cluster-admin";
    view.verdict = drift.verdict.into();
    view.drifts.insert(0, Arc::new(drift));
    view
}

/// The drifts that the row stood for when it was last drawn.
fn seen(driver: &Driver) -> BTreeSet<DriftKey> {
    let state = &driver.state;
    match &state.list.aim.row {
        Some(RowKey::Fold(fold)) => {
            let members = state.list.made.folds[fold]
                .iter()
                .filter_map(|key| state.applications.get(key));
            members
                .flat_map(|entry| entry.view().findings())
                .map(|drift| drift.key.clone())
                .collect()
        }
        _ => state.list.aim.drift.iter().cloned().collect(),
    }
}

/// A key that was pressed before the news was seen acts on what was seen.
fn unseen(mut driver: Driver, about: ApplicationView, news: News, key: &str) -> Driver {
    let seen = seen(&driver);
    let seen_view = driver
        .state
        .list
        .aim
        .row
        .as_ref()
        .and_then(|row| driver.state.application(row));
    let seen_page = seen_view.and_then(|view| driver.state.page(view, None));
    let rule = driver.state.shown_drift().map(|drift| drift.rule);
    let was_open = driver.state.overlay;
    let begins_here = was_open.is_none() && driver.state.chords.is_empty();
    let marked = driver.state.list.marks.clone();
    driver.effects();
    let event = match news {
        News::Worse => EngineEvent::Judged(worse(about).into()),
        News::Better => EngineEvent::Judged(fixtures::synced(&about.key.name).into()),
        News::Gone => EngineEvent::Removed(about.key),
    };
    let keys = parse_sequence(key).unwrap().into_iter().map(Msg::Key);
    let mut driver = driver.undrawn(std::iter::once(Msg::Engine(event)).chain(keys).collect());
    let newly: BTreeSet<&DriftKey> = driver.state.list.marks.difference(&marked).collect();
    // A row of several Applications stands for whatever they have.
    if !matches!(driver.state.list.aim.row, Some(RowKey::Fold(_))) {
        assert!(
            newly.iter().all(|key| seen.contains(*key)),
            "marked unseen: {newly:?}, seen {seen:?}"
        );
    }
    if let (None, Some(Overlay::Rule { id, .. })) = (was_open, driver.state.overlay) {
        assert_eq!(Some(id), rule, "the page of a rule that nobody saw");
    }
    for effect in driver.effects() {
        match effect {
            Effect::Terminal(TerminalEffect::View(diff) | TerminalEffect::EditCopy { diff, .. }) => assert!(
                seen.contains(&diff.document().drift.key),
                "another diff was given to another program"
            ),
            Effect::CommandsByHand(drift) => assert!(seen.contains(&drift), "commands for another drift: {drift:?}"),
            Effect::Timeline { drift: Some(drift), .. } => {
                assert!(seen.contains(&drift), "the story of another drift: {drift:?}");
            }
            // After another begun sequence, and in the menu of commands, the first of these keys copies something else.
            Effect::Terminal(TerminalEffect::Copy(link)) if key == "y l" && begins_here => {
                let is_of_what_was_seen = seen_page.as_ref().is_some_and(|page| link.starts_with(page));
                assert!(
                    is_of_what_was_seen,
                    "the link of another Application than {seen_page:?}: {link}"
                );
            }
            _ => {}
        }
    }
    driver.advance(Duration::ZERO)
}

fn take(driver: Driver, step: Step) -> Driver {
    let mut applications = fixtures::applications();
    match step {
        Step::Key(key) => driver.keys(key),
        Step::Habit(keys) => parse_sequence(keys).unwrap().into_iter().fold(driver, |driver, chord| {
            let driver = driver.send(Msg::Key(chord));
            if driver.state.ending.is_none() {
                check(&driver);
            }
            driver
        }),
        Step::Worsen(at) => driver.judged(worse(applications.swap_remove(at))),
        Step::Unseen(at, news, key) => unseen(driver, applications.swap_remove(at), news, key),
        Step::Size(width, height) => driver.size(width, height),
        Step::Judge(at) => driver.judged(applications.swap_remove(at)),
        Step::Calm(at) => driver.judged(fixtures::synced(&applications[at].key.name)),
        Step::Remove(at) => driver.event(EngineEvent::Removed(applications[at].key.clone())),
        Step::List => driver.event(EngineEvent::Listed(fixtures::shared(applications))).completed(),
        Step::Fail => driver.failed(),
        Step::Connect => driver.event(EngineEvent::Connected(fixtures::context())),
        Step::Watch(live) => driver.event(EngineEvent::Watching {
            context: "prod-eu".into(),
            live,
        }),
        Step::Wait(millis) => driver.advance(Duration::from_millis(millis)),
        Step::Click(column, row) => driver.send(Msg::Mouse(Mouse::Click { column, row })),
        Step::Wheel(column, row, down) => driver.send(Msg::Mouse(Mouse::Wheel { column, row, down })),
        Step::Focus(focused) => driver.send(Msg::Focus(focused)),
        Step::Slow => match driver.state.detail.key.clone() {
            Some(key) => {
                let generation = driver.state.detail.generation;
                driver.send(Msg::TakesLong { key, generation })
            }
            None => driver,
        },
        Step::Jobs(runs) => driver.send(Msg::Jobs(runs.then_some(JOB).into_iter().collect())),
        Step::Paste(text) => driver.send(Msg::Paste(text)),
    }
}

fn check(driver: &Driver) {
    let state = &driver.state;
    let rows = state.list.rows();
    match state.list.selection() {
        None => assert!(rows.is_empty() || !rows.iter().any(|row| List::selectable(row, state.is_narrow()))),
        Some(selection) => {
            assert_eq!(
                rows.get(state.list.cursor()),
                Some(selection),
                "the cursor stands on the selection"
            );
            assert!(List::selectable(selection, state.is_narrow()));
        }
    }
    assert_eq!(
        state.list.aim.row.as_ref(),
        state.list.selection(),
        "keys act on what was drawn"
    );
    assert_eq!(state.list.aim.drift, state.shown_drift().map(|drift| drift.key.clone()));
    assert_eq!(state.detail.key, state.list.aim.drift, "the open drift is the drawn one");
    let shown: BTreeSet<&RowKey> = rows.iter().collect();
    assert_eq!(shown.len(), rows.len(), "no row twice");
    let alive = state.applications.values().filter(|entry| !entry.is_gone()).count();
    assert_eq!(state.counts.total(), alive);
    // The list, the reason above the diff, and a page that lies over both.
    let heights = if state.overlay.is_some() { 3 } else { 2 };
    assert!(driver.drawn.rows <= heights * (usize::from(state.height) + 2));
    if let Some(wake) = state.next_wake() {
        assert!(
            wake > state.moment.elapsed,
            "a deadline in the past would spin: {wake:?} {:?}",
            state.moment.elapsed
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_keys_and_news_at_any_size_keeps_what_must_hold(
        width in 0u16..=300,
        height in 0u16..=100,
        listed in any::<bool>(),
        steps in proptest::collection::vec(step(), 0..40),
    ) {
        let mut driver = if listed { Driver::night() } else { Driver::new() }.size(width, height);
        driver.state.mouse = true;
        driver.state.remembering = Some(Remembering::default());
        driver.state.compared_every = Some(Duration::from_secs(180));
        driver.state.programs = Programs {
            viewer: true,
            editor: true,
            configuration: true,
        };
        check(&driver);
        for step in steps {
            driver = take(driver, step);
            if driver.state.ending.is_some() {
                break;
            }
            check(&driver);
        }
    }
}

/// The place where a diff takes so long that its fields are listed instead: no keys lead there.
const SLOW: &str = "slow";

/// The place where a rule of the person's own hides the drift.
const IGNORED: &str = "ignored";

/// Keys that lead to each place where commands count.
const PLACES: [&str; 22] = [
    "",
    SLOW,
    IGNORED,
    "x",
    "x tab",
    ":",
    "enter",
    "tab",
    "enter /",
    "/ a",
    "?",
    "w",
    "t",
    "J",
    "L",
    "c",
    "q",
    "space",
    "j l j",
    "G k k",
    "/ z z z enter",
    "enter f",
];

/// The night with everything that commands may need: programs, a job, the mouse.
fn equipped() -> Driver {
    let mut driver = Driver::night();
    driver.state.programs = Programs {
        viewer: true,
        editor: true,
        configuration: true,
    };
    driver.send(Msg::Jobs(vec![JOB]))
}

fn slow() -> Driver {
    let driver = equipped().without_replies().keys("]");
    let (key, generation) = (driver.state.detail.key.clone().unwrap(), driver.state.detail.generation);
    driver.send(Msg::TakesLong { key, generation })
}

#[test]
fn every_command_is_described_runs_in_every_context_it_counts_in_and_can_run_somewhere() {
    let mut ran = BTreeSet::new();
    for place in PLACES {
        let driver = || match place {
            "" => equipped(),
            SLOW => slow(),
            IGNORED => Driver::with(vec![fixtures::ignored_by_ann()]).keys("3 j"),
            place => equipped().keys(place),
        };
        let here = contexts(&driver().state);
        for command in COMMANDS.iter().filter(|command| here.contains(&command.context)) {
            assert!(!command.title.is_empty(), "{} is not described", command.id);
            for key in command.keys {
                let driver = driver();
                let chords = parse_sequence(key).unwrap();
                let found = driver.state.keymap.look_up(here, &chords);
                let Lookup::Found(found) = found else {
                    panic!("{key} does nothing in {place:?}");
                };
                if (found.enabled)(&driver.state) == Availability::Yes {
                    ran.insert(found.id);
                }
                let driver = driver.keys(key);
                if driver.state.ending.is_none() {
                    check(&driver);
                }
            }
        }
    }
    let all: BTreeSet<&str> = COMMANDS.iter().map(|command| command.id).collect();
    let never: Vec<_> = all.difference(&ran).collect();
    assert_eq!(never, [&""; 0], "commands that can run in no place of these");
}
