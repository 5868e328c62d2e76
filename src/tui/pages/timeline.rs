//! One story in one column, as lines: what happened, now, what happens next.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::timeline::{Timeline, TimelineEntry, TimelineKind};
use crate::tui::state::State;
use crate::tui::state::moment::{ago, clock};
use crate::tui::state::timeline::Story;
use crate::tui::text::{Line, Tone, wrap};

/// Columns of the time.
const TIME: usize = 18;
/// Columns of the age.
const AGE: usize = 12;
/// From so many columns on, ages stand beside the times.
const WITH_AGE: usize = 80;
/// Columns of the kind.
const KIND: usize = 9;
/// Longest text of one entry, in lines.
const MOST_LINES: usize = 4;

/// The page, wrapped to so many columns.
pub(crate) fn lines(state: &State, columns: usize) -> Vec<Line> {
    match &state.timeline.story {
        Story::Idle => Vec::new(),
        Story::Loading => vec![vec![(Tone::Dim, "Reading what is on record…".to_owned())]],
        Story::Failed(error) => {
            let mut lines = vec![vec![(Tone::Warning, error.title.clone())]];
            for (tone, text) in [(Tone::Plain, &error.detail), (Tone::Dim, &error.hint)] {
                lines.extend(wrap(text, columns, MOST_LINES).into_iter().map(|text| vec![(tone, text)]));
            }
            lines
        }
        Story::Ready(timeline) => story(timeline, &state.zone, columns),
    }
}

fn story(timeline: &Timeline, zone: &TimeZone, columns: usize) -> Vec<Line> {
    let page = Page {
        now: timeline.read_at,
        zone,
        columns,
    };
    let mut lines = Vec::new();
    if timeline.entries.is_empty() {
        lines.push(vec![(Tone::Dim, "Nothing is on record.".to_owned())]);
    }
    for entry in &timeline.entries {
        page.entry(&mut lines, entry);
    }
    let (label, tone) = ("now", Tone::Strong);
    let time = clock(page.now, page.now, zone);
    page.row(&mut lines, [&time, "", label], tone, tone, "this was read");
    if let Some(pending) = &timeline.pending {
        page.row(&mut lines, ["", "", "pending"], Tone::Label, Tone::Plain, pending);
    }
    page.row(&mut lines, ["", "", "next"], Tone::Label, Tone::Strong, &timeline.next);
    for why in &timeline.not_told {
        page.row(&mut lines, ["", "", "not told"], Tone::Label, Tone::Dim, why);
    }
    lines
}

struct Page<'a> {
    now: Timestamp,
    zone: &'a TimeZone,
    columns: usize,
}

impl Page<'_> {
    fn entry(&self, lines: &mut Vec<Line>, entry: &TimelineEntry) {
        let (time, age) = match entry.at {
            Some(at) => (clock(self.now, at, self.zone), ago(self.now, at)),
            None => ("time not known".to_owned(), String::new()),
        };
        let (kind, tone) = match entry.kind {
            TimelineKind::Edit => ("edit", Tone::Strong),
            TimelineKind::Sync => ("sync", Tone::Plain),
            TimelineKind::SyncTrouble => ("sync", Tone::Warning),
            TimelineKind::Commit => ("commit", Tone::Plain),
            TimelineKind::Event => ("event", Tone::Dim),
            TimelineKind::Warning => ("warning", Tone::Warning),
            TimelineKind::Seen => ("seen", Tone::Dim),
            TimelineKind::Decision => ("decision", Tone::Strong),
        };
        let text = match &entry.who {
            Some(who) => format!("{who} · {}", entry.text),
            None => entry.text.clone(),
        };
        self.row(lines, [&time, &age, kind], Tone::Label, tone, &text);
    }

    /// Time, age where there is room, kind, text; a long text goes on below itself.
    fn row(&self, lines: &mut Vec<Line>, [time, age, kind]: [&str; 3], label: Tone, tone: Tone, text: &str) {
        let has_age = self.columns >= WITH_AGE;
        let age = if has_age { format!("{age:<AGE$}") } else { String::new() };
        let before = TIME + KIND + age.len();
        let texts = wrap(text, self.columns.saturating_sub(before), MOST_LINES);
        for (at, text) in texts.into_iter().enumerate() {
            let start = match at {
                0 => format!("{time:<TIME$}{age}{kind:<KIND$}"),
                _ => " ".repeat(before),
            };
            lines.push(vec![(label, start), (tone, text)]);
        }
    }
}
