//! Drawing: functions of the state and an area. They ask the theme for a meaning, the table for a key, `text` for a
//! width, and change nothing.
//!
//! Start with [`draw`]. One file per part of the screen.

mod by_hand;
mod diff;
mod diff_line;
mod footer;
mod header;
mod ignoring;
mod list;
mod page;
mod palette;
mod quit;
mod reason;
mod row;
mod start;

use ratatui::buffer::Buffer;

use super::state::{Area, Layout, Overlay, State};
use super::text;
use super::theme::{Theme, Token};
use super::widgets::Canvas;

/// What drawing tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Frame {
    /// Rows of lists and documents that were built.
    pub(crate) rows: usize,
    /// Where the cursor stands; hidden when `None`.
    pub(crate) cursor: Option<(u16, u16)>,
}

/// Draws the diff pane alone over the whole buffer, focused or not.
pub(crate) fn draw_diff(state: &State, theme: &Theme, buffer: &mut Buffer) {
    let area = whole(buffer);
    let mut canvas = Canvas::new(buffer, theme);
    canvas.clear(area);
    diff::draw(state, &mut canvas, area);
}

fn whole(buffer: &Buffer) -> Area {
    Area {
        x: buffer.area.x,
        y: buffer.area.y,
        width: buffer.area.width,
        height: buffer.area.height,
    }
}

/// Draws the whole screen.
pub(crate) fn draw(state: &State, theme: &Theme, buffer: &mut Buffer) -> Frame {
    let all = whole(buffer);
    let mut canvas = Canvas::new(buffer, theme);
    canvas.clear(all);
    let layout = Layout::of(state);
    if layout.too_small {
        too_small(state, &mut canvas, all);
        return Frame::default();
    }
    header::draw(state, &mut canvas, &layout);
    if state.applications.is_empty() {
        start::draw(state, &mut canvas, &layout);
    } else {
        if let Some(area) = layout.list {
            list::draw(state, &mut canvas, area);
        }
        if let Some(area) = layout.reason {
            reason::draw(state, &mut canvas, area, &layout);
        }
        if let Some(area) = layout.diff {
            diff::draw(state, &mut canvas, area);
        }
    }
    let filter = footer::draw(state, &mut canvas, &layout).filter(|_| state.overlay.is_none());
    let mut cursor = filter;
    match state.overlay {
        Some(Overlay::Palette) => cursor = palette::draw(state, &mut canvas, all),
        Some(Overlay::Help { scroll }) => page::draw(state, &mut canvas, all, "Help", scroll),
        Some(Overlay::Jobs { scroll }) => page::draw(state, &mut canvas, all, "Jobs", scroll),
        Some(Overlay::Log { scroll }) => page::draw(state, &mut canvas, all, "Log", scroll),
        Some(Overlay::Rule { id, scroll }) => page::draw(state, &mut canvas, all, &format!("Rule {id}"), scroll),
        Some(Overlay::ByHand) => by_hand::draw(state, &mut canvas, all),
        Some(Overlay::Ignore) => cursor = ignoring::draw(state, &mut canvas, all),
        Some(Overlay::Timeline { scroll }) => {
            page::draw(state, &mut canvas, all, &format!("Timeline {}", state.timeline.about), scroll);
        }
        Some(Overlay::Quit) => quit::draw(state, &mut canvas, all),
        None => {}
    }
    // Over everything: what a page's key did is told while the page is open.
    footer::toast(state, &mut canvas, layout.footer);
    Frame {
        rows: canvas.rows(),
        cursor,
    }
}

fn too_small(state: &State, canvas: &mut Canvas<'_>, all: Area) {
    let style = canvas.theme().style(Token::Text);
    let forms = [
        "driftline: too small, 40×8 at least",
        "driftline: too small, 40×8",
        "too small: 40×8",
    ];
    let fits = |form: &&str| text::width(form) <= usize::from(all.width);
    canvas.text(all, 0, 0, forms.into_iter().find(fits).unwrap_or("40×8"), style);
    if let (true, Some(key)) = (all.height > 1, state.keymap.label("app.quit")) {
        canvas.text(all, 1, 0, &format!("{key} quits"), style);
    }
}
