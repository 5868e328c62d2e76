//! A buffer of cells that takes foreign text: made visible, measured, cut; never a cell outside the buffer.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::state::Area;
use crate::tui::text::{Line, bounded, ellipsis, prefix, visible, width};
use crate::tui::theme::{Theme, Token};

/// Where screens draw.
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    rows: usize,
}

impl<'a> Canvas<'a> {
    /// A canvas over the whole buffer.
    pub(crate) fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, theme, rows: 0 }
    }

    /// The theme.
    pub(crate) fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// Rows of lists and documents built so far: never more than are to be seen.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Counts one row of a list or document.
    pub(crate) fn count_row(&mut self) {
        self.rows += 1;
    }

    /// Writes text at `column` of the area's row `row`, cut at the area's end with `…`; returns the column after it.
    pub(crate) fn text(&mut self, area: Area, row: u16, column: u16, text: &str, style: Style) -> u16 {
        let room = usize::from(area.width.saturating_sub(column));
        let text = ellipsis(text, room);
        self.put(area, row, column, &text, style)
    }

    /// Writes as much of a text as fits, without `…`.
    pub(crate) fn clip(&mut self, area: Area, row: u16, column: u16, text: &str, style: Style) -> u16 {
        let room = usize::from(area.width.saturating_sub(column));
        let text = visible(bounded(text, room));
        let (text, _) = prefix(&text, room);
        self.put(area, row, column, text, style)
    }

    fn put(&mut self, area: Area, row: u16, column: u16, text: &str, style: Style) -> u16 {
        let (x, y) = (area.x.saturating_add(column), area.y.saturating_add(row));
        if row >= area.height || !self.buffer.area.contains((x, y).into()) {
            return column;
        }
        let room = usize::from(area.width.saturating_sub(column));
        let (end, _) = self.buffer.set_stringn(x, y, text, room, style);
        end.saturating_sub(area.x)
    }

    /// Writes one narrow character of ours: measuring and cutting it as a foreign text costs ten times as much.
    fn symbol(&mut self, area: Area, row: u16, column: u16, symbol: &str, style: Style) {
        let position = (area.x.saturating_add(column), area.y.saturating_add(row));
        if row < area.height
            && column < area.width
            && let Some(cell) = self.buffer.cell_mut(position)
        {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// Writes a line of meanings; returns the column after it.
    pub(crate) fn line(&mut self, area: Area, row: u16, line: &Line) -> u16 {
        line.iter().fold(0, |column, (tone, text)| {
            self.text(area, row, column, text, self.theme.tone(*tone))
        })
    }

    /// Writes a text that ends at the area's right edge; returns its first column.
    pub(crate) fn right(&mut self, area: Area, row: u16, text: &str, style: Style) -> u16 {
        let text = ellipsis(text, usize::from(area.width));
        let column = area.width.saturating_sub(columns(&text));
        self.put(area, row, column, &text, style);
        column
    }

    /// Lays a style over an area, keeping its text.
    pub(crate) fn style(&mut self, area: Area, style: Style) {
        self.buffer.set_style(rect(area).intersection(self.buffer.area), style);
    }

    /// Empties an area. A wide character that begins left of it and reaches into it goes too.
    pub(crate) fn clear(&mut self, area: Area) {
        if let Some(before) = area.x.checked_sub(1) {
            for y in area.y..area.y.saturating_add(area.height) {
                if let Some(cell) = self.buffer.cell_mut((before, y))
                    && width(cell.symbol()) > 1
                {
                    cell.set_symbol(" ");
                }
            }
        }
        blank(self.buffer, rect(area), self.theme.style(Token::Text));
    }

    /// A border with a title; returns what is inside.
    pub(crate) fn pane(&mut self, area: Area, title: &Line, focused: bool) -> Area {
        let style = self.theme.style(if focused { Token::BorderFocus } else { Token::Border });
        let (Some(right), Some(bottom)) = (area.width.checked_sub(1), area.height.checked_sub(1)) else {
            return Area::default();
        };
        for column in 1..right {
            self.symbol(area, 0, column, "─", style);
            self.symbol(area, bottom, column, "─", style);
        }
        for row in 1..bottom {
            self.symbol(area, row, 0, "│", style);
            self.symbol(area, row, right, "│", style);
        }
        self.symbol(area, 0, 0, "╭", style);
        self.symbol(area, 0, right, "╮", style);
        self.symbol(area, bottom, 0, "╰", style);
        self.symbol(area, bottom, right, "╯", style);
        if !title.is_empty() {
            let room = Area {
                x: area.x.saturating_add(1),
                width: area.width.saturating_sub(3),
                ..area
            };
            // A title is no part of the line that it stands on: without this it would be as dim.
            let whole: usize = title
                .iter()
                .map(|(_, text)| width(&visible(bounded(text, usize::from(room.width)))))
                .sum();
            let taken = u16::try_from(whole + 2).unwrap_or(u16::MAX).min(room.width);
            self.clear(Area {
                width: taken,
                height: room.height.min(1),
                ..room
            });
            let mut column = self.put(room, 0, 0, " ", style);
            for (tone, text) in title {
                column = self.text(room, 0, column, text, self.theme.tone(*tone));
            }
            self.put(room, 0, column, " ", style);
        }
        area.inside()
    }

    /// A mark on the right border that shows which part is in view.
    pub(crate) fn scrollbar(&mut self, pane: Area, top: usize, seen: usize, total: usize) {
        let height = usize::from(pane.height.saturating_sub(2));
        if total <= seen || height == 0 {
            return;
        }
        let length = (height * seen / total).clamp(1, height);
        let first = ((height - length) * top)
            .checked_div(total - seen)
            .unwrap_or(0)
            .min(height - length);
        let style = self.theme.style(Token::BorderFocus);
        for row in first..first + length {
            let row = u16::try_from(row + 1).unwrap_or(u16::MAX);
            self.symbol(pane, row, pane.width.saturating_sub(1), "┃", style);
        }
    }
}

/// Empties an area of a buffer, as far as it lies in it; `style` is how text looks there from now on.
pub(crate) fn blank(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    let mut cell = Cell::default();
    cell.set_style(style);
    // By rows, not by cells: this is every cell of every frame.
    for y in area.top()..area.bottom() {
        let first = usize::from(y - buffer.area.y) * usize::from(buffer.area.width) + usize::from(area.x - buffer.area.x);
        if let Some(row) = buffer.content.get_mut(first..first + usize::from(area.width)) {
            row.fill(cell.clone());
        }
    }
}

/// Columns of a visible text.
fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

fn rect(area: Area) -> Rect {
    Rect::new(area.x, area.y, area.width, area.height)
}
