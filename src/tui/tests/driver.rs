//! Drives the pure core: keys, news and time go in; frames and effects come out. After every step the screen is drawn,
//! as the loop would, so keys act on what a person would have seen.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::engine::document::ManifestPair;
use crate::engine::ignoring::applying::Ignored;
use crate::engine::view::{ApplicationView, DriftKey};
use crate::engine::{EngineEvent, fixtures};
use crate::tui::diff::highlight::Highlighter;
use crate::tui::diff::{Plan, Shape, Shown};
use crate::tui::keymap::{Keymap, parse_sequence};
use crate::tui::screens::{self, Frame};
use crate::tui::state::{Moment, State};
use crate::tui::theme::{Depth, Theme, built_in};
use crate::tui::update::{Effect, Msg, update};

/// A built-in theme with all colours.
pub(crate) fn theme(name: &str) -> Theme {
    Theme::load(built_in(name).unwrap(), Path::new(name), Depth::TrueColor).unwrap()
}

/// A screen without a terminal.
pub(crate) struct Driver {
    pub(crate) state: State,
    theme: Theme,
    buffer: Buffer,
    pub(crate) drawn: Frame,
    effects: Vec<Effect>,
    replying: bool,
}

impl Driver {
    /// 120×40, dark, at 03:13 UTC, nothing known yet.
    pub(crate) fn new() -> Self {
        let moment = Moment {
            elapsed: Duration::from_secs(10),
            wall: fixtures::now(),
        };
        Self {
            state: State::new(moment, TimeZone::UTC, Keymap::defaults(), false),
            theme: theme("dark"),
            buffer: Buffer::default(),
            drawn: Frame::default(),
            effects: Vec::new(),
            replying: true,
        }
        .size(120, 40)
    }

    /// One night with a little of everything, listed and judged, the stream running.
    pub(crate) fn night() -> Self {
        Self::with(fixtures::applications())
    }

    /// These Applications, listed and judged, the stream running.
    pub(crate) fn with(applications: Vec<ApplicationView>) -> Self {
        Self::new().listed(applications)
    }

    /// The context lists these Applications, judged, and its stream runs.
    pub(crate) fn listed(self, applications: Vec<ApplicationView>) -> Self {
        self.event(EngineEvent::Connected(fixtures::context()))
            .event(EngineEvent::Listed(fixtures::shared(applications)))
            .completed()
            .event(EngineEvent::Watching {
                context: "prod-eu".into(),
                live: true,
            })
            .advance(Duration::from_millis(300))
    }

    pub(crate) fn size(self, width: u16, height: u16) -> Self {
        self.send(Msg::Resized(width, height))
    }

    /// Draws with a built-in theme.
    pub(crate) fn theme(self, name: &str) -> Self {
        self.styled(theme(name))
    }

    pub(crate) fn styled(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self.draw();
        self
    }

    /// Effects are only recorded; nothing answers them.
    pub(crate) fn without_replies(mut self) -> Self {
        self.replying = false;
        self
    }

    pub(crate) fn event(self, event: EngineEvent) -> Self {
        self.send(Msg::Engine(event))
    }

    pub(crate) fn judged(self, application: ApplicationView) -> Self {
        self.event(EngineEvent::Judged(application.into()))
    }

    pub(crate) fn completed(self) -> Self {
        let applications = self.state.applications.len();
        self.event(EngineEvent::ListCompleted {
            context: "prod-eu".into(),
            applications,
            at: fixtures::now(),
        })
    }

    pub(crate) fn failed(self) -> Self {
        self.event(EngineEvent::Failed {
            context: "prod-eu".into(),
            error: fixtures::unreachable(),
            retry_at: Some(fixtures::now() + SignedDuration::from_secs(20)),
        })
    }

    /// Presses keys, each drawn before the next.
    pub(crate) fn keys(self, keys: &str) -> Self {
        parse_sequence(keys)
            .unwrap()
            .into_iter()
            .fold(self, |driver, chord| driver.send(Msg::Key(chord)))
    }

    /// Handles messages without drawing in between.
    pub(crate) fn undrawn(mut self, messages: Vec<Msg>) -> Self {
        for msg in messages {
            let effects = update(&mut self.state, msg);
            self.record(effects);
        }
        self
    }

    pub(crate) fn advance(self, by: Duration) -> Self {
        let moment = Moment {
            elapsed: self.state.moment.elapsed + by,
            wall: self.state.moment.wall + by,
        };
        self.send(Msg::Time(moment))
    }

    pub(crate) fn send(self, msg: Msg) -> Self {
        let mut driver = self.undrawn(vec![msg]);
        driver.draw();
        driver
    }

    /// Answers one effect as the world would.
    fn record(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.effects.push(effect.clone());
            let reply = match effect {
                _ if !self.replying => continue,
                Effect::Refresh
                | Effect::Open(_)
                | Effect::Sweep(_)
                | Effect::NextTheme
                | Effect::Pace(_)
                | Effect::ReadLog(_)
                | Effect::Remember(_)
                | Effect::Cancel(_)
                | Effect::Terminal(_) => Msg::Done,
                Effect::Compare {
                    key,
                    pair,
                    shape,
                    generation,
                    patience: _,
                } => Msg::Compared {
                    result: Ok(self.compare(&key, pair, shape)),
                    key,
                    generation,
                },
                Effect::LayOut { diff, shape } => Msg::LaidOut {
                    plan: Arc::new(Plan::new(&diff, shape)),
                    diff,
                },
                Effect::CommandsByHand(key) => {
                    let application = self.state.applications[&key.application].view();
                    let drift = application.finding(&key).unwrap();
                    Msg::CommandsByHand {
                        result: Ok(fixtures::commands_by_hand(drift)),
                        key,
                    }
                }
                Effect::Timeline {
                    application,
                    drift,
                    generation,
                } => Msg::TimelineTold {
                    result: Ok(fixtures::timeline(&application, drift.is_some())),
                    generation,
                },
                Effect::Workbench { key, path, generation } => {
                    let views: Vec<_> = self
                        .state
                        .applications
                        .values()
                        .map(|entry| Arc::clone(entry.view()))
                        .collect();
                    Msg::Workbench {
                        generation,
                        result: fixtures::workbench(&views, &key, path.as_ref()).map(Box::new),
                    }
                }
                Effect::Ignore(plan) => Msg::Ignored {
                    key: plan.key().clone(),
                    result: Ok(Ignored::Written("/home/ann/.config/driftline/ignore.toml".to_owned())),
                },
                Effect::StopIgnoring(key) => Msg::StoppedIgnoring { key, result: Ok(1) },
                // Argo CD tells of commits a moment later, if at all: tests send what it says.
                Effect::GitSide(_) => continue,
                // Loading the grammar takes a while; one test does it.
                Effect::Colour { .. } => continue,
            };
            let more = update(&mut self.state, reply);
            self.record(more);
        }
    }

    fn compare(&self, key: &DriftKey, pair: ManifestPair, shape: Shape) -> Shown {
        let application = self.state.applications[&key.application].view();
        let drift = application.finding(key).unwrap();
        let mut document = match pair {
            ManifestPair::Compared => fixtures::document(drift),
            ManifestPair::Raw => fixtures::raw_document(drift),
        };
        document.additions = application
            .invisible
            .iter()
            .find(|addition| addition.key.resource == key.resource && !key.invisible)
            .cloned();
        Shown::of(document, shape)
    }

    /// Answers the requests for colours that came so far.
    pub(crate) fn colour(mut self) -> Self {
        let highlighter = Highlighter::new();
        for effect in std::mem::take(&mut self.effects) {
            if let Effect::Colour { diff, side, block } = effect {
                let pieces = highlighter.block(&diff, side, block);
                self = self.send(Msg::Coloured {
                    diff,
                    side,
                    block,
                    pieces,
                });
            }
        }
        self
    }

    fn draw(&mut self) {
        self.buffer = Buffer::empty(Rect::new(0, 0, self.state.width, self.state.height));
        self.drawn = screens::draw(&self.state, &self.theme, &mut self.buffer);
        assert_eq!(update(&mut self.state, Msg::Drawn), []);
    }

    /// The cells as they were drawn last.
    pub(crate) fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// The effects since the last call.
    pub(crate) fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    #[track_caller]
    pub(crate) fn expect_effect(mut self, wanted: &Effect) -> Self {
        let effects = self.effects();
        assert!(effects.contains(wanted), "{wanted:?} is not in {effects:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_text(self, text: &str) -> Self {
        assert!(self.text().contains(text), "{text:?} is not on the screen:\n{}", self.text());
        self
    }

    #[track_caller]
    pub(crate) fn expect_no_text(self, text: &str) -> Self {
        assert!(!self.text().contains(text), "{text:?} is on the screen:\n{}", self.text());
        self
    }

    /// The row that is selected, as text.
    pub(crate) fn selected(&self) -> String {
        let screen = self.text();
        let list = screen.lines().find(|line| line.contains("│▌")).unwrap_or_default();
        list.split('│').nth(1).unwrap_or_default().trim_matches(['▌', ' ']).to_owned()
    }

    #[track_caller]
    pub(crate) fn expect_selected(self, name: &str) -> Self {
        assert!(
            self.selected().contains(name),
            "{name:?} is not selected, but {:?}\n{}",
            self.selected(),
            self.text()
        );
        self
    }

    /// The screen as lines of text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for y in 0..self.buffer.area.height {
            let mut skip = 0;
            for x in 0..self.buffer.area.width {
                let symbol = self.buffer[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = crate::tui::text::width(symbol).saturating_sub(1);
                text.push_str(symbol);
            }
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        text
    }

    /// The screen as text and, below it, every run of cells whose style is not that of plain text.
    pub(crate) fn frame(&self) -> String {
        let mut frame = self.text();
        let plain = self.theme.style(crate::tui::theme::Token::Text);
        let plain = (plain.fg.unwrap_or_default(), plain.bg.unwrap_or_default(), plain.add_modifier);
        for y in 0..self.buffer.area.height {
            let look = |x: u16| {
                let cell = &self.buffer[(x, y)];
                (cell.fg, cell.bg, cell.modifier)
            };
            let mut x = 0;
            while x < self.buffer.area.width {
                let first = x;
                let style = look(x);
                while x < self.buffer.area.width && look(x) == style {
                    x += 1;
                }
                if style != plain {
                    frame.push_str(&format!("{y}:{first}-{} {} on {} {:?}\n", x - 1, style.0, style.1, style.2));
                }
            }
        }
        frame
    }

    /// As [`Self::frame`], for screens that are seen in many states: below the text each style once, with the cells that
    /// have it, `row:columns`, and a span of rows where the same columns go on.
    pub(crate) fn compact_frame(&self) -> String {
        let plain = self.theme.style(crate::tui::theme::Token::Text);
        let plain = (plain.fg.unwrap_or_default(), plain.bg.unwrap_or_default(), plain.add_modifier);
        type Runs = Vec<(Range<u16>, Range<u16>)>;
        let mut styles: BTreeMap<String, Runs> = BTreeMap::new();
        for y in 0..self.buffer.area.height {
            let look = |x: u16| {
                let cell = &self.buffer[(x, y)];
                (cell.fg, cell.bg, cell.modifier)
            };
            let mut x = 0;
            while x < self.buffer.area.width {
                let (first, style) = (x, look(x));
                while x < self.buffer.area.width && look(x) == style {
                    x += 1;
                }
                if style == plain {
                    continue;
                }
                let name = format!("{} on {} {:?}", style.0, style.1, style.2);
                let runs = styles.entry(name).or_default();
                match runs
                    .iter_mut()
                    .find(|(rows, columns)| rows.end == y && *columns == (first..x))
                {
                    Some((rows, _)) => rows.end = y + 1,
                    None => runs.push((y..y + 1, first..x)),
                }
            }
        }
        let span = |range: &Range<u16>| match range.len() {
            1 => range.start.to_string(),
            _ => format!("{}-{}", range.start, range.end - 1),
        };
        let mut frame = self.text();
        for (style, runs) in styles {
            let runs: Vec<String> = runs
                .iter()
                .map(|(rows, columns)| format!("{}:{}", span(rows), span(columns)))
                .collect();
            frame.push_str(&format!("{style}  {}\n", runs.join(" ")));
        }
        frame
    }
}
