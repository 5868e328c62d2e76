//! The last line: what can be pressed now, or the filter while it is typed; and the toast above it.

use crate::tui::commands::{Availability, COMMANDS, Command, Context, contexts};
use crate::tui::diff::Form;
use crate::tui::keymap::{Lookup, sequence_label};
use crate::tui::state::{Area, Layout, Pane, State};
use crate::tui::text::{ellipsis, prefix, width};
use crate::tui::theme::Token;
use crate::tui::widgets::Canvas;

/// Draws it; returns where the cursor stands while the filter is typed.
pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, layout: &Layout) -> Option<(u16, u16)> {
    let area = layout.footer;
    canvas.style(area, canvas.theme().style(Token::Footer));
    if state.overlay.is_none() {
        let search = &state.detail.search;
        if state.filter.typing {
            return Some(prompt(
                state,
                canvas,
                area,
                &state.filter.text,
                ["filter.keep", "filter.clear"],
                ["keeps", "clears"],
            ));
        }
        if search.typing {
            return Some(prompt(
                state,
                canvas,
                area,
                &search.text,
                ["search.keep", "search.end"],
                ["keeps", "ends"],
            ));
        }
    }
    let theme = canvas.theme();
    let base = theme.style(Token::Footer);
    // While the list is out of view, what became risky in it is told here. That, and what keys act on, come before any hint.
    let news = layout.list.is_none().then(|| super::list::unseen(state)).flatten();
    let said = match news {
        Some(news) => Some((news, base.patch(theme.style(Token::Risky)))),
        None => target(state).map(|target| (ellipsis(&target, usize::from(area.width / 3)), base)),
    };
    let room = said.as_ref().map_or(0, |(text, _)| width(text) + 2);
    // One more column, so that the last hint does not touch it.
    let (left, right) = area.split_columns(area.width.saturating_sub(u16::try_from(room).unwrap_or(u16::MAX)));
    let left = Area {
        width: left.width.saturating_sub(u16::from(said.is_some()) * 4),
        ..left
    };
    hints(state, canvas, left);
    if let Some((text, style)) = said {
        canvas.text(right, 0, 0, &text, style);
    }
    None
}

fn hints(state: &State, canvas: &mut Canvas<'_>, area: Area) {
    let theme = canvas.theme();
    let base = theme.style(Token::Footer);
    let mut column = 1;
    let begun = &state.chords;
    if !begun.is_empty() {
        let text = format!("{} …", sequence_label(begun));
        column = canvas.text(area, 0, column, &text, base.patch(theme.style(Token::Key))) + 3;
    }
    let hints: Vec<(bool, String, &str)> = offered(state)
        .filter_map(|command| {
            let hint = wording(state, command, command.hint?);
            let sequence = state.keymap.sequences(command.id).first()?;
            // A begun sequence offers what it can become, and nothing else.
            let rest = sequence.strip_prefix(begun.as_slice()).filter(|rest| !rest.is_empty())?;
            (!begun.is_empty() || rest.len() == 1).then(|| (is_way_out(state, command), sequence_label(rest), hint))
        })
        .collect();
    let columns = |key: &str, hint: &str| u16::try_from(width(key) + width(hint) + 4).unwrap_or(u16::MAX);
    let mut reserved: u16 = hints
        .iter()
        .filter(|(out, ..)| *out)
        .map(|(_, key, hint)| columns(key, hint))
        .sum();
    for (out, key, hint) in hints {
        let needed = columns(&key, hint);
        if out {
            reserved -= needed;
        }
        if column.saturating_add(needed).saturating_add(reserved) > area.width + 3 {
            continue;
        }
        column = canvas.text(area, 0, column, &key, base.patch(theme.style(Token::Key)));
        column = canvas.text(area, 0, column + 1, hint, base) + 3;
    }
}

/// Hints that never give way to others: help, everything by name, and how to get out of here.
fn is_way_out(state: &State, command: &Command) -> bool {
    match command.id {
        // Esc can run only where it leads out: of a pane, or of a filter that hides rows.
        "app.help" | "app.palette" | "help.close" | "ignore.close" | "quit.cancel" | "app.escape" => true,
        "app.back" => state.pane == Pane::List,
        _ => false,
    }
}

/// Commands with a hint whose key counts now and that can run now.
fn offered(state: &State) -> impl Iterator<Item = &'static Command> {
    let contexts = contexts(state);
    COMMANDS
        .iter()
        .filter(move |command| contexts.contains(&command.context))
        .filter(move |command| (command.enabled)(state) == Availability::Yes)
        .filter(move |command| leads_to(state, contexts, command))
        // In a pane Esc and q do the same, and one hint is enough.
        .filter(move |command| command.id != "app.back" || state.pane == Pane::List)
}

/// Whether the key that would be shown runs this command here: an inner context may use it for something else.
fn leads_to(state: &State, contexts: &[Context], command: &Command) -> bool {
    let sequence = state.keymap.sequences(command.id).first();
    sequence.is_some_and(|sequence| match state.keymap.look_up(contexts, sequence) {
        Lookup::Found(found) => found.id == command.id,
        Lookup::Prefix | Lookup::Unbound => false,
    })
}

fn wording(state: &State, command: &Command, hint: &'static str) -> &'static str {
    match command.id {
        "app.escape" if state.pane == Pane::List => "clear filter",
        "app.escape" if state.pane == Pane::Diff && state.detail.search.is_active() => "end search",
        "app.escape" if state.pane == Pane::Diff && state.detail.zoomed => "all panes",
        "app.escape" => "list",
        "diff.toggle-harmless" if state.detail.unfolding.quiet => "fold",
        "diff.toggle-harmless" => "unfold",
        "diff.next-change" if state.detail.search.is_active() => "match",
        "diff.toggle-side-by-side" if state.detail.plan.shape().form == Form::SideBySide => "one column",
        "diff.toggle-side-by-side" => "side by side",
        "diff.zoom" if state.detail.zoomed => "all panes",
        _ => hint,
    }
}

/// On an Application with several drifts: which one keys act on.
fn target(state: &State) -> Option<String> {
    let row = state.list.selection().filter(|_| state.pane == Pane::List)?;
    let several = state.application(row).is_some_and(|view| state.findings(view).len() > 1);
    let drift = state.drift(row).filter(|_| several)?;
    Some(format!("on {}", drift.key.resource.short()))
}

fn prompt(state: &State, canvas: &mut Canvas<'_>, area: Area, typed: &str, commands: [&str; 2], verbs: [&str; 2]) -> (u16, u16) {
    let theme = canvas.theme();
    let base = theme.style(Token::Footer);
    canvas.text(area, 0, 1, "/", base.patch(theme.style(Token::Key)));
    // The end of a long filter is what is being typed.
    let room = usize::from(area.width).saturating_sub(40).max(8);
    let mut text = typed;
    while width(text) > room {
        let mut rest = text.chars();
        rest.next();
        text = rest.as_str();
    }
    let (text, used) = prefix(text, room);
    let column = 3 + u16::try_from(used).unwrap_or(0);
    canvas.text(area, 0, 3, text, base.patch(theme.style(Token::Strong)));
    if let Some(problem) = state.filter.query().problem.filter(|_| state.filter.typing) {
        let rest = Area {
            width: area.width.saturating_sub(1),
            ..area
        };
        canvas.right(
            rest,
            0,
            &ellipsis(&problem, usize::from(area.width.saturating_sub(column + 2))),
            base.patch(theme.style(Token::Warning)),
        );
        return (area.x + column.min(area.width.saturating_sub(1)), area.y);
    }
    let [keep, leave] = commands.map(|id| state.keymap.label(id).unwrap_or_default());
    let [keeps, leaves] = verbs;
    let inner = Area {
        width: area.width.saturating_sub(1),
        ..area
    };
    canvas.right(inner, 0, &format!("{keep} {keeps}   {leave} {leaves}"), base);
    (area.x + column.min(area.width.saturating_sub(1)), area.y)
}

pub(super) fn toast(state: &State, canvas: &mut Canvas<'_>, footer: Area) {
    let (Some(toast), Some(y)) = (&state.toast, footer.y.checked_sub(1)) else {
        return;
    };
    let above = Area {
        x: footer.x + 1,
        y,
        width: footer.width.saturating_sub(2),
        height: 1,
    };
    canvas.right(above, 0, &format!(" {} ", toast.text), canvas.theme().style(Token::Toast));
}
