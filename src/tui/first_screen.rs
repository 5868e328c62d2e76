//! The diff of a document without a terminal: what the pane shows first. The bench measures it.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::diff::{Form, Shape, Shown, Stop};
use super::keymap::Keymap;
use super::screens::draw_diff;
use super::state::{Moment, Pane, State};
use super::theme::{Depth, Theme, built_in};
use crate::engine::document::DriftDocument;

/// Compares both sides of a document, folds what did not change and draws the pane with so many columns and rows as the
/// screen does, the two sides beside each other or one below the other. Made safe for a terminal.
pub fn first_screen(document: DriftDocument, width: u16, height: u16, side_by_side: bool) -> String {
    let moment = Moment {
        elapsed: std::time::Duration::ZERO,
        wall: Timestamp::UNIX_EPOCH,
    };
    let mut state = State::new(moment, TimeZone::UTC, Keymap::defaults(), false);
    (state.width, state.height, state.pane) = (width, height, Pane::Diff);
    state.detail.key = Some(document.drift.key.clone());
    let shape = Shape {
        form: if side_by_side { Form::SideBySide } else { Form::Unified },
        ..Shape::default()
    };
    if let Some(shown) = Shown::compute(document, shape, &Stop::default()) {
        state.detail.take(shown);
    }
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let dark = built_in("dark").and_then(|text| Theme::load(text, Path::new("dark"), Depth::TrueColor).ok());
    if let Some(theme) = dark {
        draw_diff(&state, &theme, &mut buffer);
    }
    let rows = buffer.content().chunks(usize::from(width.max(1)));
    rows.map(|row| row.iter().map(Cell::symbol).collect::<String>() + "\n")
        .collect()
}
