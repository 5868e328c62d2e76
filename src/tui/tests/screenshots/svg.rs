//! A buffer of cells as SVG: runs of equal cells, each stretched to its columns, so that it lines up in any font. Lines and
//! blocks are drawn as shapes: fonts leave gaps between them.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::super::scenes::Scene;
use crate::tui::text::width;

/// Pixels of a cell.
const WIDTH: u16 = 8;
const HEIGHT: u16 = 17;
/// From the top of a cell to the line that letters stand on.
const BASE: f32 = 13.0;
/// A letter of DejaVu Sans Mono is 0.602 of this wide.
const FONT_SIZE: f32 = 13.29;
/// Around the screen.
const MARGIN: u16 = 12;

/// What lies below text without a background, and text without a colour.
struct Ground {
    paper: &'static str,
    ink: &'static str,
}

/// Draws it.
pub(super) fn picture(scene: &Scene) -> String {
    let buffer = scene.driver.buffer();
    let ground = if scene.theme.ends_with("light") {
        Ground {
            paper: "#ffffff",
            ink: "#1d2430",
        }
    } else {
        Ground {
            paper: "#11151d",
            ink: "#d0d4dc",
        }
    };
    let (columns, rows) = (buffer.area.width, buffer.area.height);
    let (wide, high) = (columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" role=\"img\">\n\
         <title>{}</title>\n<rect width=\"{wide}\" height=\"{high}\" rx=\"8\" fill=\"{}\"/>\n\
         <g transform=\"translate({MARGIN} {MARGIN})\" font-family=\"'DejaVu Sans Mono', ui-monospace, Menlo, Consolas, monospace\" \
         font-size=\"{FONT_SIZE}\" xml:space=\"preserve\">\n",
        escaped(scene.says),
        ground.paper
    );
    for y in 0..rows {
        row(&mut svg, buffer, y, &ground);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// How a cell looks when everything was decided.
#[derive(Debug, Clone, PartialEq)]
struct Look {
    ink: String,
    paper: Option<String>,
    modifier: Modifier,
}

fn look(cell: &Cell, ground: &Ground) -> Look {
    let (ink, paper) = (colour(cell.fg), colour(cell.bg));
    let modifier = cell.modifier - Modifier::REVERSED;
    if cell.modifier.contains(Modifier::REVERSED) {
        Look {
            ink: paper.unwrap_or_else(|| ground.paper.to_owned()),
            paper: Some(ink.unwrap_or_else(|| ground.ink.to_owned())),
            modifier,
        }
    } else {
        Look {
            ink: ink.unwrap_or_else(|| ground.ink.to_owned()),
            paper,
            modifier,
        }
    }
}

/// Pictures are drawn with all colours; the terminal's own are not known.
fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        other => panic!("{other} looks different on every terminal"),
    }
}

fn row(svg: &mut String, buffer: &Buffer, y: u16, ground: &Ground) {
    let cells: Vec<(Look, &str)> = (0..buffer.area.width)
        .map(|x| (look(&buffer[(x, y)], ground), buffer[(x, y)].symbol()))
        .collect();
    let mut from = 0;
    for run in cells.chunk_by(|(a, _), (b, _)| a.paper == b.paper) {
        if let Some(paper) = &run[0].0.paper {
            let (x, top, wide) = (from * usize::from(WIDTH), y * HEIGHT, run.len() * usize::from(WIDTH));
            writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{wide}\" height=\"{HEIGHT}\" fill=\"{paper}\"/>"
            )
            .unwrap();
        }
        from += run.len();
    }
    let mut from = 0;
    // A wide character takes two cells and stands alone: fonts differ in how wide it is.
    let goes_on = |(a, first): &(Look, &str), (b, second): &(Look, &str)| {
        a == b && is_shape(first) == is_shape(second) && width(first) <= 1 && width(second) <= 1
    };
    for run in cells.chunk_by(goes_on) {
        match &run[0] {
            (look, symbol) if is_shape(symbol) => shapes(svg, run, from, y, &look.ink),
            (look, _) => text(svg, run, from, y, look),
        }
        from += run.len();
    }
}

fn text(svg: &mut String, run: &[(Look, &str)], from: usize, y: u16, look: &Look) {
    let content: String = run.iter().map(|(_, symbol)| *symbol).collect();
    let mut columns = width(&content);
    let kept = content.trim_end_matches(' ');
    columns -= content.len() - kept.len();
    let spaces = kept.len() - kept.trim_start_matches(' ').len();
    let (kept, columns, from) = (&kept[spaces..], columns - spaces, from + spaces);
    if kept.is_empty() {
        return;
    }
    let mut style = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.65\""),
    ] {
        if look.modifier.contains(modifier) {
            style.push_str(attribute);
        }
    }
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{style}>{}</text>",
        from * usize::from(WIDTH),
        f32::from(y * HEIGHT) + BASE,
        columns * usize::from(WIDTH),
        look.ink,
        escaped(kept)
    )
    .unwrap();
}

fn is_shape(symbol: &str) -> bool {
    matches!(symbol, "─" | "│" | "╭" | "╮" | "╰" | "╯" | "┃" | "▌")
}

/// Lines through the middle of cells, and the left half of one.
fn shapes(svg: &mut String, run: &[(Look, &str)], from: usize, y: u16, ink: &str) {
    let (w, h) = (f32::from(WIDTH), f32::from(HEIGHT));
    let top = f32::from(y) * h;
    let (mut thin, mut thick, mut filled) = (String::new(), String::new(), String::new());
    let mut at = from;
    for same in run.chunk_by(|(_, a), (_, b)| a == b && *a == "─") {
        let left = f32::from(u16::try_from(at).unwrap()) * w;
        let length = f32::from(u16::try_from(same.len()).unwrap()) * w;
        let (x, middle, right, bottom) = (left + w / 2.0, top + h / 2.0, left + w, top + h);
        let corner = |from: (f32, f32), to: (f32, f32)| format!("M{} {}Q{x} {middle} {} {}", from.0, from.1, to.0, to.1);
        match same[0].1 {
            "─" => thin.push_str(&format!("M{left} {middle}h{length}")),
            "│" => thin.push_str(&format!("M{x} {top}v{h}")),
            "╭" => thin.push_str(&corner((x, bottom), (right, middle))),
            "╮" => thin.push_str(&corner((x, bottom), (left, middle))),
            "╰" => thin.push_str(&corner((x, top), (right, middle))),
            "╯" => thin.push_str(&corner((x, top), (left, middle))),
            "┃" => thick.push_str(&format!("M{x} {top}v{h}")),
            _ => filled.push_str(&format!("M{left} {top}h{}v{h}h-{}z", w / 2.0, w / 2.0)),
        }
        at += same.len();
    }
    for (path, attributes) in [
        (thin, format!("fill=\"none\" stroke=\"{ink}\"")),
        (thick, format!("fill=\"none\" stroke=\"{ink}\" stroke-width=\"3\"")),
        (filled, format!("fill=\"{ink}\"")),
    ] {
        if !path.is_empty() {
            writeln!(svg, "<path d=\"{path}\" {attributes}/>").unwrap();
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
