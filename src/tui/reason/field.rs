//! One changed field on one line: the end of its path and the part of its values that differs.

use crate::engine::view::{ChangeView, RedactedValue};
use crate::tui::text::{bounded, ellipsis, visible, width};

/// `…/containers/0/image  web:1.4 → web:1.5`: the end of the path names the field, and of long values the part that differs
/// is what a person looks for.
pub(crate) fn field(change: &ChangeView, columns: usize) -> String {
    let side = |value: &Option<RedactedValue>| value.as_ref().map_or("absent", RedactedValue::as_str).to_owned();
    let (desired, live) = (side(&change.desired), side(&change.live));
    let path = visible(change.path.as_str()).into_owned();
    let values = columns.saturating_sub(5);
    let needed = (width(&visible(bounded(&desired, columns))) + width(&visible(bounded(&live, columns)))).min(values / 2);
    let path = ending(&path, values.saturating_sub(needed));
    let room = values.saturating_sub(width(&path)) / 2;
    let (desired, live) =
        if bounded(&desired, room).len() < desired.len() || width(&visible(&desired)) > room || width(&visible(&live)) > room {
            let same = desired.chars().zip(live.chars()).take_while(|(a, b)| a == b).count();
            (from_character(&desired, same, room), from_character(&live, same, room))
        } else {
            (desired, live)
        };
    format!("{path}  {} → {}", ellipsis(&desired, room), ellipsis(&live, room))
}

/// The text from a little before its `at`-th character on, so that it is in view within `room` columns.
fn from_character(text: &str, at: usize, room: usize) -> String {
    let skipped = at.saturating_sub(room / 4);
    if skipped < 4 {
        return text.to_owned();
    }
    format!("…{}", text.chars().skip(skipped).collect::<String>())
}

/// The end of a text, `…` before it when it is longer than `columns`.
fn ending(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars().rev() {
        kept.insert(0, c);
        if width(&kept) + 1 >= columns {
            break;
        }
    }
    format!("…{kept}")
}
