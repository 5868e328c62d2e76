//! Asks the terminal for its background colour and takes the answer out of its input.
//!
//! Nobody waits for the answer: the question is written once, the first frame is drawn, and whenever the answer comes it
//! is told. crossterm does not know such answers and reads them as keys (Alt-], 1, 1, ;, r, g, b …), so [`Answers`] stands
//! between it and the loop: it holds keys back only while they read like the beginning of an answer, passes them on in
//! their order when they turn out to be typed, and gets out of the way when the answer was there.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::tui::theme::colour::{Rgb, luminance};

/// OSC 11 (xterm): "what is the background?"
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// What an answer begins with, after the `ESC ]` that reads as Alt-].
const PREFIX: &str = "11;";

/// A terminal sends an answer in one piece. A pause this long means that somebody typed.
const PAUSE: Duration = Duration::from_millis(50);

/// No answer is longer.
const LONGEST: usize = 64;

/// An answer that comes after the end would be typed into the shell, so the end waits for it, this long at most ...
const PARTING: Duration = Duration::from_millis(150);

/// ... when the question is not older than this: a terminal that was silent until then stays silent.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes the question.
pub(super) fn ask(out: &mut impl Write) -> io::Result<()> {
    out.write_all(QUESTION)?;
    out.flush()
}

/// Whether dark text reads better on it.
fn is_light(colour: Rgb) -> bool {
    // There black and white have the same contrast.
    luminance(colour) > 0.179
}

/// Terminal events without the answer among them.
pub(super) struct Answers<S> {
    input: S,
    /// Whom to tell; `None` when nobody asked, or the answer was there.
    tell: Option<oneshot::Sender<bool>>,
    asked: Instant,
    /// Read like the beginning of an answer.
    held: Vec<Event>,
    /// The characters of `held`, after the Alt-].
    text: String,
    pause: Option<Pin<Box<Sleep>>>,
    /// To be passed on.
    ready: VecDeque<Event>,
}

/// What an event is to an answer.
enum Part {
    Start,
    Character(char),
    End,
    /// A key that cannot be part of one.
    Key,
    /// No key: a resize and the like.
    Other,
}

impl<S> Answers<S> {
    /// Passes everything on: nobody asked.
    pub(super) fn none(input: S) -> Self {
        Self {
            input,
            tell: None,
            asked: Instant::now(),
            held: Vec::new(),
            text: String::new(),
            pause: None,
            ready: VecDeque::new(),
        }
    }

    /// Looks for the answer to the question that was just asked, and tells whether the background is light.
    pub(super) fn expect(input: S, tell: oneshot::Sender<bool>) -> Self {
        Self {
            tell: Some(tell),
            ..Self::none(input)
        }
    }

    fn judge(&mut self, event: Event) {
        let part = part(&event);
        let holding = !self.held.is_empty();
        match part {
            Part::Other => self.ready.push_back(event),
            Part::Start if !holding => {
                self.pause = Some(Box::pin(sleep(PAUSE)));
                self.held.push(event);
            }
            Part::Character(c) if holding && self.text.len() < LONGEST && self.goes_on(c) => {
                self.pause = Some(Box::pin(sleep(PAUSE)));
                self.held.push(event);
                self.text.push(c);
            }
            Part::End if self.text.starts_with(PREFIX) => self.answered(),
            Part::Start | Part::Character(_) | Part::End | Part::Key => {
                self.release();
                self.ready.push_back(event);
            }
        }
    }

    fn goes_on(&self, c: char) -> bool {
        self.text.len() >= PREFIX.len() || PREFIX[self.text.len()..].starts_with(c)
    }

    fn answered(&mut self) {
        let colour = colour(self.text.get(PREFIX.len()..).unwrap_or(""));
        if let (Some(tell), Some(colour)) = (self.tell.take(), colour) {
            // When nobody listens any more, nobody needs to know.
            let _ = tell.send(is_light(colour));
        }
        self.tell = None;
        self.forget();
    }

    /// It was typed, or broke off: what nobody can have typed goes, the rest is passed on.
    fn release(&mut self) {
        if !self.text.starts_with(PREFIX) {
            self.ready.extend(self.held.drain(..));
        }
        self.forget();
    }

    fn forget(&mut self) {
        self.held.clear();
        self.text.clear();
        self.pause = None;
    }
}

impl<S: Stream<Item = io::Result<Event>> + Unpin> Answers<S> {
    /// Before the terminal is given back: takes an answer out that is on its way.
    pub(super) async fn part(&mut self) {
        if self.tell.is_some() && self.asked.elapsed() < PATIENCE {
            let answered = poll_fn(|context| {
                loop {
                    let event = self.poll_next_unpin(context);
                    match event {
                        _ if self.tell.is_none() => return Poll::Ready(()),
                        // Keys of the last moment are for nobody.
                        Poll::Ready(Some(Ok(_))) => {}
                        Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                        Poll::Pending => return Poll::Pending,
                    }
                }
            });
            // Silence is an answer too.
            let _ = timeout(PARTING, answered).await;
        }
    }
}

impl<S: Stream<Item = io::Result<Event>> + Unpin> Stream for Answers<S> {
    type Item = io::Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            match self.input.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(event))) if self.tell.is_some() => self.judge(event),
                Poll::Ready(Some(event)) => return Poll::Ready(Some(event)),
                Poll::Ready(None) if self.held.is_empty() => return Poll::Ready(None),
                Poll::Ready(None) => self.release(),
                Poll::Pending => match self.pause.as_mut().map(|pause| pause.as_mut().poll(context)) {
                    Some(Poll::Ready(())) => self.release(),
                    Some(Poll::Pending) | None => return Poll::Pending,
                },
            }
        }
    }
}

fn part(event: &Event) -> Part {
    let Event::Key(KeyEvent {
        code, modifiers, kind, ..
    }) = event
    else {
        return Part::Other;
    };
    let plain = *modifiers - KeyModifiers::SHIFT;
    match code {
        _ if *kind != KeyEventKind::Press => Part::Key,
        KeyCode::Char(']') if *modifiers == KeyModifiers::ALT => Part::Start,
        KeyCode::Char('\\') if *modifiers == KeyModifiers::ALT => Part::End,
        KeyCode::Char('g') if *modifiers == KeyModifiers::CONTROL => Part::End,
        KeyCode::Char(c) if plain.is_empty() => Part::Character(*c),
        _ => Part::Key,
    }
}

/// `rgb:1e1e/1e1e/2e2e`, with one to four hexadecimal digits each; `rgba:` has one more part.
fn colour(text: &str) -> Option<Rgb> {
    let parts = text.strip_prefix("rgb:").or_else(|| text.strip_prefix("rgba:"))?;
    let mut parts = parts.split('/').map(|part| {
        let most = (16_u32.checked_pow(u32::try_from(part.len()).ok()?)?)
            .checked_sub(1)
            .filter(|most| *most > 0)?;
        let value = u32::from_str_radix(part, 16).ok()?;
        u8::try_from(value * 255 / most).ok()
    });
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, stream};
    use tokio::sync::mpsc;

    use super::*;

    /// Bytes of a terminal as crossterm 0.29 reads them, for what occurs here.
    fn events(bytes: &str) -> Vec<Event> {
        let mut events = Vec::new();
        let mut characters = bytes.chars();
        while let Some(c) = characters.next() {
            let (code, modifiers) = match c {
                '\x1b' => (characters.next().unwrap(), KeyModifiers::ALT),
                '\x07' => ('g', KeyModifiers::CONTROL),
                c if c.is_uppercase() => (c, KeyModifiers::SHIFT),
                c => (c, KeyModifiers::NONE),
            };
            events.push(Event::Key(KeyEvent::new(KeyCode::Char(code), modifiers)));
        }
        events
    }

    fn expecting(bytes: &str) -> (Vec<Event>, Option<bool>) {
        let input = stream::iter(events(bytes).into_iter().map(Ok)).chain(stream::pending());
        let (tell, mut told) = oneshot::channel();
        let mut answers = Answers::expect(input, tell);
        let mut passed = Vec::new();
        while let Some(Some(event)) = answers.next().now_or_never() {
            passed.push(event.unwrap());
        }
        (passed, told.try_recv().ok())
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_told_and_never_seen_as_keys() {
        for (answer, light) in [
            ("\x1b]11;rgb:0000/0000/0000\x1b\\", Some(false)),
            ("\x1b]11;rgb:FFFF/fFfF/dDdD\x1b\\", Some(true)),
            ("\x1b]11;rgb:1e1e/1e1e/2e2e\x07", Some(false)),
            ("\x1b]11;rgb:f/f/f\x07", Some(true)),
            ("\x1b]11;rgb:fd/f6/e3\x1b\\", Some(true)),
            ("\x1b]11;rgba:0000/0000/0000/ffff\x1b\\", Some(false)),
            ("\x1b]11;none\x1b\\", None),
            ("\x1b]11;rgb:////\x1b\\", None),
        ] {
            assert_eq!(expecting(answer), (vec![], light), "{answer:?}");
            let (passed, told) = expecting(&format!("jk{answer}q"));
            assert_eq!((passed, told), (events("jkq"), light), "among keys: {answer:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_typed_is_passed_on_in_its_order() {
        for typed in [
            "jj/11;\x07",
            "\x1b]x",
            "\x1b]1x",
            "\x1b]\x1b]q",
            "\x1b\\",
            "\x1b]\x1b\\",
            "]11;rgb:",
        ] {
            assert_eq!(expecting(typed), (events(typed), None), "{typed:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_passes_a_typed_key_on_and_drops_an_answer_that_broke_off() {
        for (bytes, expected) in [("\x1b]", "\x1b]"), ("\x1b]11", "\x1b]11"), ("\x1b]11;rgb:00", "")] {
            let (send, mut receive) = mpsc::unbounded_channel();
            let (tell, _told) = oneshot::channel();
            let mut answers = Answers::expect(stream::poll_fn(move |context| receive.poll_recv(context)), tell);
            for event in events(bytes) {
                send.send(Ok(event)).unwrap();
            }
            let mut passed = Vec::new();
            while let Ok(Some(event)) = timeout(Duration::from_millis(60), answers.next()).await {
                passed.push(event.unwrap());
            }
            assert_eq!(passed, events(expected), "{bytes:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_resize_in_the_midst_of_an_answer_is_passed_on_at_once() {
        let answer = "\x1b]11;rgb:0/0/0\x07";
        let mut all = events(answer);
        all.insert(5, Event::Resize(80, 24));
        let (tell, mut told) = oneshot::channel();
        let mut answers = Answers::expect(stream::iter(all.into_iter().map(Ok)), tell);
        assert_eq!(answers.next().await.unwrap().unwrap(), Event::Resize(80, 24));
        assert!(answers.next().await.is_none());
        assert_eq!(told.try_recv(), Ok(false));
    }

    #[tokio::test(start_paused = true)]
    async fn when_nobody_asked_nothing_is_held() {
        let bytes = "\x1b]11;rgb:0/0/0\x07";
        let passed: Vec<Event> = Answers::none(stream::iter(events(bytes).into_iter().map(Ok)))
            .map(Result::unwrap)
            .collect()
            .await;
        assert_eq!(passed, events(bytes));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_takes_an_answer_out_that_is_on_its_way_and_waits_for_no_other() {
        let began = Instant::now();
        let late = stream::once(sleep(Duration::from_millis(90)))
            .flat_map(|()| stream::iter(events("q\x1b]11;rgb:0/0/0\x07").into_iter().map(Ok)))
            .chain(stream::pending());
        let (tell, _told) = oneshot::channel();
        let mut answers = Answers::expect(Box::pin(late), tell);
        answers.part().await;
        assert_eq!(began.elapsed(), Duration::from_millis(90));

        let (tell, _told) = oneshot::channel();
        let mut silent = Answers::expect(stream::pending::<io::Result<Event>>(), tell);
        silent.part().await;
        assert_eq!(began.elapsed(), Duration::from_millis(90) + PARTING);
        sleep(PATIENCE).await;
        let before = began.elapsed();
        silent.part().await;
        assert_eq!(began.elapsed(), before, "it was silent for long");
        Answers::none(stream::pending::<io::Result<Event>>()).part().await;
        assert_eq!(began.elapsed(), before, "nobody asked");
    }
}
