//! The reason panel as lines: verdict, why, what next, who, whose move, Git, rule. Pure: `update` counts the lines,
//! `screens` draws them.

mod application;
mod drift;
mod field;
mod git;
mod group;

use jiff::Timestamp;

pub(crate) use field::field;

use super::state::layout::Layout;
use super::state::moment::{ago, clock};
use super::state::{RowKey, State};
use super::text::{Line, Tone, wrap};

/// Columns of the labels on the left.
const LABEL: usize = 7;

/// What the panel says about the selected row, for its width and height.
pub(crate) fn lines(state: &State, layout: &Layout) -> Vec<Line> {
    let Some(area) = layout.reason else { return Vec::new() };
    let panel = Panel {
        state,
        width: usize::from(area.inside().width),
        compact: area.inside().height <= 5,
    };
    match state.list.selection() {
        None => Vec::new(),
        Some(RowKey::Group(group)) => panel.group(*group),
        Some(RowKey::Fold(fold)) => panel.fold(fold),
        Some(row) => match (state.application(row), state.shown_drift()) {
            (Some(application), Some(drift)) => panel.drift(application, drift),
            (Some(application), None) => panel.application(application),
            (None, _) => vec![vec![(Tone::Dim, "This Application is gone.".to_owned())]],
        },
    }
}

struct Panel<'a> {
    state: &'a State,
    width: usize,
    compact: bool,
}

impl Panel<'_> {
    fn labelled(&self, lines: &mut Vec<Line>, label: &str, tone: Tone, text: &str, most: usize) {
        let columns = self.width.saturating_sub(LABEL);
        for (at, text) in wrap(text, columns, most).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            lines.push(vec![(Tone::Label, format!("{label:<LABEL$}")), (tone, text)]);
        }
    }

    fn time(&self, time: Timestamp) -> String {
        let now = self.state.moment.wall;
        format!("{} ({})", clock(now, time, &self.state.zone), ago(now, time))
    }
}
