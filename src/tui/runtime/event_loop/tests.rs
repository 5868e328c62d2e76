//! The loop with a paused clock: when it draws, when it sleeps, how it ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::time::{advance, sleep};

use super::*;
use crate::engine::fixtures;
use crate::tui::diff::Shown;
use crate::tui::keymap::Keymap;
use crate::tui::tests::driver::theme;

struct Paper {
    terminal: Terminal<TestBackend>,
    draws: Arc<AtomicUsize>,
    did: Arc<Mutex<Vec<String>>>,
}

impl Surface for Paper {
    fn size(&self) -> io::Result<(u16, u16)> {
        Ok((100, 30))
    }

    fn draw(&mut self, draw: &mut dyn FnMut(&mut Buffer) -> Frame) -> io::Result<()> {
        self.draws.fetch_add(1, Ordering::SeqCst);
        let drawn = self.terminal.draw(|frame| {
            draw(frame.buffer_mut());
        });
        drawn.map(|_| ()).map_err(io::Error::other)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.did.lock().unwrap().push(format!("copy {text}"));
        Ok(())
    }

    fn release(&mut self) -> io::Result<()> {
        self.did.lock().unwrap().push("release".to_owned());
        Ok(())
    }

    fn reclaim(&mut self) -> io::Result<()> {
        self.did.lock().unwrap().push("reclaim".to_owned());
        Ok(())
    }
}

struct Silence;

impl SignalSource for Silence {
    fn next(&mut self) -> BoxFuture<'_, Signal> {
        Box::pin(std::future::pending())
    }
}

struct Once(Option<Signal>);

impl SignalSource for Once {
    fn next(&mut self) -> BoxFuture<'_, Signal> {
        match self.0.take() {
            Some(signal) => Box::pin(std::future::ready(signal)),
            None => Box::pin(std::future::pending()),
        }
    }
}

struct Running {
    keys: mpsc::UnboundedSender<io::Result<Event>>,
    events: mpsc::Sender<EngineEvent>,
    draws: Arc<AtomicUsize>,
    themes: watch::Sender<Theme>,
    did: Arc<Mutex<Vec<String>>>,
    first_frame: tokio::sync::oneshot::Receiver<()>,
    ended: tokio::task::JoinHandle<io::Result<Ending>>,
}

impl Running {
    fn press(&self, code: KeyCode) {
        self.keys
            .send(Ok(Event::Key(KeyEvent::new(code, KeyModifiers::NONE))))
            .unwrap();
    }

    fn draws(&self) -> usize {
        self.draws.load(Ordering::SeqCst)
    }
}

fn start<G: SignalSource + Send + 'static>(signals: G) -> Running {
    let (keys, keys_out) = mpsc::unbounded_channel();
    let (events, events_out) = mpsc::channel(256);
    let draws = Arc::new(AtomicUsize::new(0));
    let did = Arc::new(Mutex::new(Vec::new()));
    // After somebody else had the terminal, the same keys go on.
    let keys_out = Arc::new(Mutex::new(keys_out));
    let began = Instant::now();
    let (themes, themes_out) = watch::channel(theme("dark"));
    let (shown, first_frame) = tokio::sync::oneshot::channel();
    let mut event_loop = EventLoop {
        surface: Paper {
            terminal: Terminal::new(TestBackend::new(100, 30)).unwrap(),
            draws: Arc::clone(&draws),
            did: Arc::clone(&did),
        },
        theme: themes_out,
        open_input: Box::new(move || {
            let keys = Arc::clone(&keys_out);
            stream::poll_fn(move |context| keys.lock().unwrap().poll_recv(context))
        }),
        events: events_out,
        signals,
        now: Box::new(move || fixtures::now() + began.elapsed()),
        work: Box::new(|effect| {
            Box::pin(async move {
                assert!(!matches!(effect, Effect::Refresh), "a planted bug");
                match effect {
                    Effect::Compare {
                        key, shape, generation, ..
                    } => Msg::Compared {
                        key,
                        generation,
                        result: Ok(Shown::of(fixtures::document(&fixtures::payments_api().drifts[0]), shape)),
                    },
                    _ => Msg::Done,
                }
            })
        }),
        outside: outside::Programs {
            viewer: vec!["true".to_owned()],
            ..outside::Programs::default()
        },
        afterwards: Some(Box::new(move || {
            shown.send(()).unwrap();
            Vec::new()
        })),
    };
    let moment = Moment {
        elapsed: Duration::ZERO,
        wall: fixtures::now(),
    };
    let mut state = State::new(moment, TimeZone::UTC, Keymap::defaults(), false);
    state.programs.viewer = true;
    Running {
        keys,
        events,
        draws,
        themes,
        did,
        first_frame,
        ended: tokio::spawn(async move { event_loop.run(state).await.map(|ended| ended.ending) }),
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_needs_no_data() {
    let running = start(Silence);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(running.draws(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_first_frame_does_not_wait_for_is_done_after_it_and_not_without_it() {
    let running = start(Silence);
    let draws = Arc::clone(&running.draws);
    running.first_frame.await.unwrap();
    assert_eq!(draws.load(Ordering::SeqCst), 1);

    let ended_at_once = start(Once(Some(Signal::Terminate)));
    ended_at_once.first_frame.await.unwrap_err();
    assert_eq!(ended_at_once.draws.load(Ordering::SeqCst), 0);
}

async fn tell(running: &Running, index: usize) {
    let view = fixtures::renamed(fixtures::ingress(), &format!("app-{index}"));
    running.events.send(EngineEvent::Judged(view.into())).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_news_is_drawn_ten_times_a_second() {
    let running = start(Silence);
    for index in 0..1_000 {
        tell(&running, index).await;
        advance(Duration::from_millis(1)).await;
    }
    let draws = running.draws();
    assert!((8..=12).contains(&draws), "{draws}");
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_keys_is_drawn_no_more_often_than_every_sixteen_milliseconds() {
    let running = start(Silence);
    for _ in 0..1_000 {
        running.press(KeyCode::Down);
        advance(Duration::from_millis(1)).await;
    }
    let draws = running.draws();
    assert!((30..=1_000 / 16 + 2).contains(&draws), "{draws}");
}

#[tokio::test(start_paused = true)]
async fn a_key_does_not_wait_as_news_do() {
    let running = start(Silence);
    tell(&running, 1).await;
    sleep(Duration::from_secs(2)).await;
    let before = running.draws();
    tell(&running, 2).await;
    sleep(Duration::from_millis(2)).await;
    assert_eq!(running.draws(), before + 1, "after a quiet time news are drawn at once");
    sleep(Duration::from_millis(18)).await;
    tell(&running, 3).await;
    sleep(Duration::from_millis(2)).await;
    assert_eq!(running.draws(), before + 1, "more news wait");
    running.press(KeyCode::Down);
    sleep(Duration::from_millis(2)).await;
    assert_eq!(running.draws(), before + 2, "a key does not");
}

#[tokio::test(start_paused = true)]
async fn an_idle_screen_draws_once_a_minute_at_most() {
    let running = start(Silence);
    running
        .events
        .send(EngineEvent::Listed(fixtures::shared(fixtures::applications())))
        .await
        .unwrap();
    sleep(Duration::from_secs(2)).await;
    let before = running.draws();
    sleep(Duration::from_mins(10)).await;
    // Each text of an age changes once a minute, and they do not all change together.
    let per_minute = (running.draws() - before) as f64 / 10.0;
    assert!(per_minute <= 6.0, "{per_minute}");

    let empty = start(Silence);
    sleep(Duration::from_hours(10)).await;
    assert_eq!(empty.draws(), 1, "nothing on the screen has an age");
}

#[tokio::test(start_paused = true)]
async fn another_theme_is_drawn_once() {
    let running = start(Silence);
    sleep(Duration::from_millis(20)).await;
    running.themes.send(theme("light")).unwrap();
    sleep(Duration::from_millis(20)).await;
    assert_eq!(running.draws(), 2);
    let Running {
        themes, draws, ended, ..
    } = running;
    drop(themes);
    sleep(Duration::from_mins(1)).await;
    assert_eq!(draws.load(Ordering::SeqCst), 2, "and without more to come it goes on");
    assert!(!ended.is_finished());
}

#[tokio::test(start_paused = true)]
async fn what_is_copied_goes_to_the_terminal_and_the_screen_stays() {
    let running = start(Silence);
    running
        .events
        .send(EngineEvent::Listed(fixtures::shared(vec![fixtures::payments_api()])))
        .await
        .unwrap();
    sleep(Duration::from_secs(2)).await;
    for code in [KeyCode::Enter, KeyCode::Char('y'), KeyCode::Char('j')] {
        running.press(code);
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(*running.did.lock().unwrap(), ["copy /data/MAX_CONNECTIONS"]);
    assert!(!running.ended.is_finished());
}

#[tokio::test(start_paused = true)]
async fn the_viewer_has_the_terminal_until_it_ends_and_then_keys_are_ours_again() {
    let running = start(Silence);
    running
        .events
        .send(EngineEvent::Listed(fixtures::shared(vec![fixtures::payments_api()])))
        .await
        .unwrap();
    sleep(Duration::from_secs(2)).await;
    for code in [
        KeyCode::Enter,
        KeyCode::Char('E'),
        KeyCode::Char('q'),
        KeyCode::Char('q'),
        KeyCode::Char('y'),
    ] {
        running.press(code);
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(running.ended.await.unwrap().unwrap(), Ending::Quit);
    assert_eq!(*running.did.lock().unwrap(), ["release", "reclaim"]);
}

#[tokio::test(start_paused = true)]
async fn a_quit_key_ends_it() {
    let running = start(Silence);
    running.press(KeyCode::Char('q'));
    running.press(KeyCode::Char('y'));
    assert_eq!(running.ended.await.unwrap().unwrap(), Ending::Quit);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_input_ends_it_and_does_not_spin() {
    let running = start(Silence);
    drop(running.keys);
    assert_eq!(running.ended.await.unwrap().unwrap(), Ending::Quit);
}

#[tokio::test(start_paused = true)]
async fn a_failing_input_ends_it() {
    let running = start(Silence);
    running.keys.send(Err(io::Error::other("gone"))).unwrap();
    assert_eq!(running.ended.await.unwrap().unwrap(), Ending::Quit);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_it() {
    let running = start(Once(Some(Signal::Terminate)));
    assert_eq!(running.ended.await.unwrap().unwrap(), Ending::Signal(Signal::Terminate));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_job_leaves_the_loop_running() {
    let running = start(Silence);
    running.press(KeyCode::Char('r'));
    sleep(Duration::from_millis(100)).await;
    running.press(KeyCode::Char('q'));
    running.press(KeyCode::Char('q'));
    assert_eq!(running.ended.await.unwrap().unwrap(), Ending::Quit);
}

#[tokio::test(start_paused = true)]
async fn when_the_engine_stops_the_screen_stays() {
    let running = start(Silence);
    drop(running.events);
    sleep(Duration::from_mins(1)).await;
    assert!(!running.ended.is_finished());
}
