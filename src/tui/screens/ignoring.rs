//! The ignore workbench: on one side what is chosen and typed, on the other what the rule would do.

use crate::engine::ignoring::{By, Workbench};
use crate::engine::view::{ChangeView, RedactedValue};
use crate::ignore::DANGEROUS_WORD;
use crate::tui::pages;
use crate::tui::state::ignoring::{Bench, Field, Ignoring};
use crate::tui::state::{Area, State};
use crate::tui::text::{Tone, middle, visible, width, wrap};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

/// Widest workbench, with its borders.
const WIDEST: u16 = 140;

/// From so many columns on the two sides stand beside each other.
const BESIDE: u16 = 100;

/// Rows that a problem takes in the form.
const PROBLEM_ROWS: usize = 4;

/// Columns of the names of fields.
const LABELS: u16 = 10;

/// Draws it; returns where the cursor stands.
pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, all: Area) -> Option<(u16, u16)> {
    let ignoring = &state.ignoring;
    let columns = all.width.min(WIDEST);
    let area = Area {
        x: all.x + (all.width - columns) / 2,
        y: all.y + 1,
        width: columns,
        height: all.height.saturating_sub(2),
    };
    canvas.clear(area);
    let (left, right) = if !ignoring.has_field() {
        (area, Area::default())
    } else if columns >= BESIDE {
        area.split_columns(columns * 9 / 20)
    } else {
        area.split_rows(form_rows(ignoring).min(area.height))
    };
    let what = ignoring.key.as_ref().map_or_else(String::new, |key| {
        format!(" ─ {} › {}", key.application.name, key.resource.short())
    });
    let title = vec![(Tone::Strong, "Ignore".to_owned()), (Tone::Dim, what)];
    let form = canvas.pane(left, &title, true);
    let cursor = match &ignoring.bench {
        Bench::Computing => {
            canvas.text(
                form,
                0,
                2,
                "Looking for what a rule would hide…",
                canvas.theme().style(Token::Dim),
            );
            None
        }
        Bench::Failed(error) => {
            told(canvas, form, 0, &error.title, &format!("{} {}", error.detail, error.hint));
            None
        }
        Bench::Ready(workbench) if workbench.proposals.is_empty() => {
            let more = "A rule hides fields of an object. This object is missing on one side: sync it, or delete it.";
            told(canvas, form, 0, "A whole object differs", more);
            None
        }
        Bench::Ready(workbench) => draw_form(ignoring, workbench, canvas, form),
    };
    if right.height > 2 {
        let effect = canvas.pane(right, &vec![(Tone::Strong, "What this rule hides".to_owned())], false);
        let lines = pages::ignoring::lines(ignoring, usize::from(effect.width.saturating_sub(2)));
        let seen = usize::from(effect.height);
        let top = ignoring.scroll.min(lines.len().saturating_sub(seen));
        for (row, line) in (0..effect.height).zip(lines.iter().skip(top)) {
            canvas.count_row();
            let mut line = line.clone();
            line.insert(0, (Tone::Plain, " ".to_owned()));
            canvas.line(effect, row, &line);
        }
        canvas.scrollbar(right, top, seen, lines.len());
    }
    cursor
}

/// Rows of the form where the effect stands below it, with its border.
fn form_rows(ignoring: &Ignoring) -> u16 {
    let rungs = ignoring.ready().map_or(0, |workbench| workbench.rungs.len());
    let problem = if ignoring.problem.is_some() { PROBLEM_ROWS } else { 1 };
    // The fields, where the rule goes, and what is to be said.
    let rows = ignoring.fields().count() + rungs + 1 + problem + 2;
    u16::try_from(rows).unwrap_or(u16::MAX)
}

fn told(canvas: &mut Canvas<'_>, area: Area, row: u16, title: &str, more: &str) {
    let theme = canvas.theme();
    canvas.text(area, row, 2, title, theme.style(Token::Warning));
    let room = usize::from(area.width.saturating_sub(4));
    for (row, text) in (row + 1..area.height).zip(wrap(more, room, 6)) {
        canvas.text(area, row, 2, &text, theme.style(Token::Text));
    }
}

fn draw_form(ignoring: &Ignoring, workbench: &Workbench, canvas: &mut Canvas<'_>, area: Area) -> Option<(u16, u16)> {
    let mut row = 0;
    let mut cursor = None;
    for field in ignoring.fields() {
        match field {
            Field::Change => {
                label(ignoring, canvas, area, row, field, "change");
                let text = workbench.change().map_or_else(String::new, change);
                canvas.text(area, row, LABELS, &text, canvas.theme().style(Token::Strong));
            }
            Field::By => {
                label(ignoring, canvas, area, row, field, "by");
                ways(ignoring, workbench, canvas, area, row);
            }
            Field::Where => {
                label(ignoring, canvas, area, row, field, "where");
                for (at, rung) in workbench.rungs.iter().enumerate() {
                    row += 1;
                    step(ignoring, canvas, area, row, at, &rung.title);
                }
            }
            Field::Word => {
                label(ignoring, canvas, area, row, field, "word");
                let hint = format!("{DANGEROUS_WORD}, because this field guards something");
                cursor = cursor.or(typed(ignoring, canvas, area, row, field, &ignoring.word, &hint));
            }
            Field::Reason => {
                label(ignoring, canvas, area, row, field, "reason");
                cursor = cursor.or(typed(
                    ignoring,
                    canvas,
                    area,
                    row,
                    field,
                    &ignoring.reason,
                    "why, for who finds it again",
                ));
            }
            Field::Until => {
                label(ignoring, canvas, area, row, field, "until");
                cursor = cursor.or(typed(
                    ignoring,
                    canvas,
                    area,
                    row,
                    field,
                    &ignoring.until,
                    "for ever; or 2026-12-31, 30d, 4w",
                ));
            }
        }
        row += 1;
    }
    let theme = canvas.theme();
    canvas.text(area, row, 2, "save to", theme.style(Token::Label));
    let place = workbench
        .own_list
        .as_deref()
        .unwrap_or("nowhere: this machine names no folder");
    let room = usize::from(area.width.saturating_sub(LABELS));
    canvas.text(area, row, LABELS, &middle(&visible(place), room), theme.style(Token::Text));
    row += 1;
    if let Some(by) = workbench.already() {
        canvas.text(
            area,
            row,
            2,
            &format!("ignored already by {}", by.rule),
            theme.style(Token::Warning),
        );
    } else if ignoring.writing {
        canvas.text(area, row, 2, "Writing…", theme.style(Token::Dim));
    } else if let Some(problem) = &ignoring.problem {
        told(
            canvas,
            area,
            row,
            &problem.title,
            &format!("{} {}", problem.detail, problem.hint),
        );
    }
    cursor
}

fn label(ignoring: &Ignoring, canvas: &mut Canvas<'_>, area: Area, row: u16, field: Field, name: &str) {
    let theme = canvas.theme();
    if ignoring.field == field {
        let line = Area {
            y: area.y + row.min(area.height.saturating_sub(1)),
            height: 1,
            ..area
        };
        let style = theme.style(Token::Selection);
        if row < area.height && field != Field::Where {
            canvas.style(line, style);
        }
        canvas.text(area, row, 0, "▌", theme.style(Token::Key));
    }
    canvas.text(area, row, 2, name, theme.style(Token::Label));
}

fn change(change: &ChangeView) -> String {
    let side = |value: &Option<RedactedValue>| value.as_ref().map_or("absent".to_owned(), |v| v.as_str().to_owned());
    format!("{}  {} → {}", change.path, side(&change.desired), side(&change.live))
}

fn ways(ignoring: &Ignoring, workbench: &Workbench, canvas: &mut Canvas<'_>, area: Area, row: u16) {
    let theme = canvas.theme();
    let mut column = LABELS;
    let mut why = None;
    for by in By::ALL {
        let proposal = workbench.proposal(by);
        let offered = proposal.is_some_and(|proposal| proposal.matcher.is_ok());
        let (text, token) = match (ignoring.by == Some(by), offered) {
            (true, _) => (format!("‹ {} ›", by.as_str()), Token::Strong),
            (false, true) => (format!("  {}  ", by.as_str()), Token::Text),
            (false, false) => (format!("  {}  ", by.as_str()), Token::Dim),
        };
        if let (Field::By, Some(Err(reason))) = (ignoring.field, proposal.map(|proposal| &proposal.matcher)) {
            why = why.or(Some(format!("{}: {reason}", by.as_str())));
        }
        column = canvas.text(area, row, column, &text, theme.style(token));
    }
    if let Some(why) = why {
        canvas.text(area, row, column + 1, &why, theme.style(Token::Dim));
    }
}

fn step(ignoring: &Ignoring, canvas: &mut Canvas<'_>, area: Area, row: u16, at: usize, title: &str) {
    let theme = canvas.theme();
    let chosen = at == ignoring.rung;
    let token = if chosen { Token::Strong } else { Token::Text };
    let count = ignoring.counts.get(at).map_or_else(String::new, ToString::to_string);
    let room = Area {
        width: area.width.saturating_sub(u16::try_from(width(&count)).unwrap_or(0) + 3),
        ..area
    };
    if chosen && row < area.height {
        let line = Area {
            y: area.y + row,
            height: 1,
            ..area
        };
        let ground = match ignoring.field {
            Field::Where => Token::Selection,
            _ => Token::SelectionIdle,
        };
        canvas.style(line, theme.style(ground));
    }
    let mark = if chosen { "▸" } else { " " };
    canvas.text(room, row, 2, &format!("{mark} {title}"), theme.style(token));
    let counted = Area {
        width: area.width.saturating_sub(2),
        ..area
    };
    canvas.right(counted, row, &count, theme.style(token));
}

fn typed(
    ignoring: &Ignoring,
    canvas: &mut Canvas<'_>,
    area: Area,
    row: u16,
    field: Field,
    text: &str,
    hint: &str,
) -> Option<(u16, u16)> {
    let theme = canvas.theme();
    if text.is_empty() {
        canvas.text(area, row, LABELS, hint, theme.style(Token::Dim));
    }
    // The end of a long text is what is being typed.
    let room = usize::from(area.width.saturating_sub(LABELS + 2));
    let shown = visible(text);
    let mut end: &str = &shown;
    while width(end) > room {
        let mut rest = end.chars();
        rest.next();
        end = rest.as_str();
    }
    let column = canvas.text(area, row, LABELS, end, theme.style(Token::Strong));
    let is_here = ignoring.field == field && row < area.height;
    is_here.then(|| (area.x + column.min(area.width.saturating_sub(1)), area.y + row))
}
