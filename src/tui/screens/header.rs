//! The first line: what am I looking at, how many of which verdict, how fresh is it. And the notice below it while a
//! context fails.

use ratatui::style::Modifier;

use crate::engine::view::ApplicationVerdict;
use crate::tui::state::moment::{ago, clock, clock_seconds};
use crate::tui::state::{Freshness, Layout, State};
use crate::tui::text::{visible, width};
use crate::tui::theme::Token;
use crate::tui::verdict_sign::glyph;
use crate::tui::widgets::Canvas;

pub(super) fn draw(state: &State, canvas: &mut Canvas<'_>, layout: &Layout) {
    let area = layout.header;
    let theme = canvas.theme();
    let base = theme.style(Token::Header);
    canvas.style(area, base);

    let (fresh, warn) = freshness(state);
    let counts: Vec<(ApplicationVerdict, String)> = [
        ApplicationVerdict::Risky,
        ApplicationVerdict::NeedsReview,
        ApplicationVerdict::Harmless,
        ApplicationVerdict::Clean,
        ApplicationVerdict::CannotTell,
        ApplicationVerdict::Pending,
    ]
    .into_iter()
    .filter(|verdict| state.counts.total() > 0 && (*verdict != ApplicationVerdict::Pending || state.counts.pending > 0))
    .map(|verdict| (verdict, format!("{} {}", glyph(verdict), state.counts.of(verdict))))
    .collect();
    let counted: usize = counts.iter().map(|(_, text)| width(text) + 2).sum();

    // Counts always stay. The server's name goes first, then the context's, the product's, the freshness.
    let product = if state.demo { "driftline demo" } else { "driftline" };
    let all = usize::from(area.width);
    let product = if counted + width(&fresh) + width(product) + 6 <= all {
        product
    } else {
        ""
    };
    let fits = |text: &String| counted + width(text) + 3 <= all;
    let fresh = [fresh, short_freshness(state)].into_iter().find(fits).unwrap_or_default();
    let room = all.saturating_sub(counted + width(&fresh) + width(product) + 6);
    let place = places(state).into_iter().find(|text| width(text) <= room).unwrap_or_default();

    let mut column = canvas.text(area, 0, 1, product, theme.style(Token::Product));
    if !place.is_empty() {
        column = canvas.text(area, 0, column + 2, &place, base);
        column += if product.is_empty() { 2 } else { 0 };
    }
    if !product.is_empty() {
        let spare = room.saturating_sub(width(&place));
        column += u16::try_from((spare / 2).clamp(2, 12)).unwrap_or(2);
    }
    for (verdict, text) in counts {
        let mut style = base.patch(theme.verdict(verdict));
        if state.list.tab.is_some_and(|tab| tab.verdict() == verdict) {
            style = style.add_modifier(Modifier::REVERSED);
        }
        column = canvas.text(area, 0, column, &text, style);
        column += 2;
    }
    let mut inner = area;
    inner.width = inner.width.saturating_sub(1);
    let style = if warn { base.patch(theme.style(Token::Warning)) } else { base };
    canvas.right(inner, 0, &fresh, style);
    if let Some(notice) = layout.notice {
        canvas.text(
            notice,
            0,
            1,
            &failure(state, usize::from(notice.width)),
            theme.style(Token::Warning),
        );
    }
}

/// What is looked at, from the most to the least that can be said.
fn places(state: &State) -> Vec<String> {
    let mut views = state.contexts.iter();
    match (views.next(), views.next()) {
        (None, _) => vec![String::new()],
        (Some((name, context)), None) => {
            let name = visible(name).into_owned();
            match &context.view {
                None => vec![name],
                Some(view) => {
                    let server = visible(&view.server);
                    vec![
                        format!("{name}  {server} {}", visible(&view.version)).trim_end().to_owned(),
                        format!("{name}  {server}"),
                        name,
                    ]
                }
            }
        }
        (Some(_), Some(_)) => {
            let names: Vec<_> = state.contexts.keys().map(|name| visible(name).into_owned()).collect();
            vec![names.join(" "), format!("{} contexts", names.len())]
        }
    }
}

/// How fresh, and whether that is a warning.
fn freshness(state: &State) -> (String, bool) {
    let now = state.moment.wall;
    let Some((kind, at)) = state.freshness() else {
        if let Some(at) = state.contexts.values().filter_map(|context| context.listed_at).max() {
            return (format!("listed {}", ago(now, at)), false);
        }
        let text = if state.failure().is_some() {
            "not connected"
        } else {
            "connecting"
        };
        return (text.to_owned(), state.failure().is_some());
    };
    let kind = match kind {
        Freshness::Compared => "compared",
        Freshness::Fetched => "fetched",
    };
    if state.failure().is_some() {
        return (format!("stale · {kind} {}", ago(now, at)), true);
    }
    let live = !state.contexts.is_empty() && state.contexts.values().all(|context| context.live);
    let live = if live { "live · " } else { "" };
    if let Some((name, since)) = state.stuck() {
        let whose = if state.contexts.len() > 1 {
            format!("{}: ", visible(name))
        } else {
            String::new()
        };
        let text = format!("{live}{whose}Argo CD looks stuck · most compared {}", ago(now, since));
        return (text, true);
    }
    (format!("{live}{kind} {}", ago(now, at)), false)
}

/// The same in the fewest words, for the narrowest terminals.
fn short_freshness(state: &State) -> String {
    let (word, at) = match (state.failure(), state.stuck()) {
        (Some(_), _) => ("stale ", state.freshness().map(|(_, at)| at)),
        (None, Some((_, since))) => ("stuck ", Some(since)),
        (None, None) => ("", state.freshness().map(|(_, at)| at)),
    };
    let ago = at.map(|at| ago(state.moment.wall, at));
    format!("{word}{}", ago.unwrap_or_default()).trim_end().to_owned()
}

/// What failed, since when, and when it is tried again or what to do: the last is never cut off for the sake of the rest.
fn failure(state: &State, columns: usize) -> String {
    let Some((name, failure)) = state.failure() else {
        return String::new();
    };
    let (now, zone) = (state.moment.wall, &state.zone);
    let others = state.contexts.values().filter(|context| context.failure.is_some()).count() - 1;
    let more = if others > 0 {
        format!(" (and {others} more)")
    } else {
        String::new()
    };
    // Nobody waits minutes for a retry: what to do is worth more then.
    let soon = failure.retry_at.filter(|at| at.duration_since(now).as_secs() <= 60);
    let again = soon.map_or_else(
        || failure.error.hint.clone(),
        |at| format!("It tries again at {}.", clock_seconds(now, at, zone)),
    );
    let title = &failure.error.title;
    let since = clock(now, failure.at, zone);
    let forms = [
        format!("! {name}{more}: {title} since {since}; what you see is older. {again}"),
        format!("! {name}{more}: {title} since {since}. {again}"),
        format!("! {title} since {since}{more}. {again}"),
        format!("! {title}{more}. {again}"),
    ];
    let fits = |text: &String| width(&visible(text)) < columns;
    match (forms.into_iter().find(fits), soon) {
        (Some(form), _) => form,
        (None, Some(_)) => format!("! {title}. {again}"),
        // Only a person can help, and the sentence that says how begins with the command.
        (None, None) if state.contexts.len() > 1 => format!("! {name}: {again}"),
        (None, None) => format!("! {again}"),
    }
}
