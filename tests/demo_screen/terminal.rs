//! What goes to the terminal: only sequences of ours, only characters that can be seen.

use super::frame::{detail_title, is_compared};
use super::program::{Program, Recorded};

/// A control sequence: what stands between `ESC [` and its final character, and that one; of a command to the terminal
/// (`ESC ]` to `ESC \\`) its text and `]`.
type Sequence<'a> = (&'a str, char);

/// Splits output into control sequences and the text between them.
fn split(raw: &str) -> (Vec<Sequence<'_>>, String) {
    let (mut sequences, mut text) = (Vec::new(), String::new());
    let mut rest = raw;
    while let Some(at) = rest.find('\u{1b}') {
        text.push_str(&rest[..at]);
        if let Some(command) = rest[at + 1..].strip_prefix(']') {
            let (command, after) = command.split_once("\u{1b}\\").unwrap();
            sequences.push((command, ']'));
            rest = after;
            continue;
        }
        let sequence = rest[at + 1..].strip_prefix('[');
        let sequence = sequence.unwrap_or_else(|| panic!("not a control sequence: {:?}", rest[at..].get(..20)));
        let end = sequence.find(|c: char| ('@'..='~').contains(&c)).unwrap();
        sequences.push((&sequence[..end], sequence[end..].chars().next().unwrap()));
        rest = &sequence[end + 1..];
    }
    text.push_str(rest);
    (sequences, text)
}

/// Attributes and colours that our themes use: bold, dim, italic, underlined, reversed, their ends, and colours.
fn is_plain_style(parameters: &str) -> bool {
    let mut codes = parameters.split(';');
    while let Some(code) = codes.next() {
        match code {
            "" | "0" | "1" | "2" | "3" | "4" | "7" | "22" | "23" | "24" | "27" | "39" | "49" | "59" => {}
            "38" | "48" | "58" => {
                let skipped = if codes.next() == Some("2") { 3 } else { 1 };
                if codes.by_ref().take(skipped).count() != skipped {
                    return false;
                }
            }
            _ => return false,
        }
    }
    true
}

fn is_ours((parameters, end): Sequence<'_>) -> bool {
    match end {
        'm' => is_plain_style(parameters),
        'H' => parameters.split(';').all(|number| number.parse::<u16>().is_ok()),
        // What is your background?
        ']' => parameters == "11;?",
        'h' | 'l' => matches!(parameters, "?25" | "?1004" | "?1049" | "?2004" | "?2026"),
        _ => false,
    }
}

/// A character that a terminal obeys, hides or reorders text by.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// In the built-in recording this Application holds texts that were made to harm a reader.
#[test]
fn hostile_texts_of_the_cluster_are_seen_and_do_nothing() {
    let mut program = Program::judged(&Recorded::built_in(), (200, 60));
    program.walk_to("ab-tests › ConfigMap/ab-tests");
    program.send("C");
    let shown = program.wait_for_frame("the whole text", |frame| {
        detail_title(frame) == Some("ab-tests › ConfigMap/ab-tests") && is_compared(frame) && !frame.contains("unchanged line")
    });
    for part in [r"today\u001b[2J", r"\u{202e}eslaf\u{202c}", r"tr\u{200b}ue"] {
        assert!(shown.contains(part), "{part} is not seen in\n{shown}");
    }

    let raw = program.raw();
    let (sequences, text) = split(&raw);
    let foreign: Vec<_> = sequences.into_iter().filter(|sequence| !is_ours(*sequence)).collect();
    assert_eq!(foreign, Vec::<Sequence<'_>>::new(), "control sequences that are not ours");
    let acting: Vec<char> = text.chars().filter(|c| acts(*c)).collect();
    assert_eq!(acting, Vec::<char>::new(), "characters that act instead of being seen");
}

#[test]
fn no_color_means_no_colour() {
    let recorded = Recorded::under_test();
    let program = Program::demo(&recorded, &[("NO_COLOR", "1")], (120, 40));
    program.wait_until_judged(recorded.applications());
    program.wait_for_frame("a diff", is_compared);
    let raw = program.raw();
    let (sequences, _) = split(&raw);
    let styles = sequences
        .iter()
        .filter(|(_, end)| *end == 'm')
        .map(|(parameters, _)| *parameters);
    let attributes = ["", "0", "1", "2", "3", "4", "7", "22", "23", "24", "27", "39", "49", "59"];
    let coloured: Vec<&str> = styles
        .filter(|style| style.split(';').any(|code| !attributes.contains(&code)))
        .collect();
    assert_eq!(coloured, Vec::<&str>::new());
}
