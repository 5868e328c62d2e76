//! The page of a rule as lines: what `driftline rules show` prints, for the screen.

use crate::tui::text::{Line, Tone, wrap};
use crate::verdict::registry;

/// Longest paragraph, in lines.
const PARAGRAPH: usize = 40;

/// The page, wrapped to so many columns.
pub(crate) fn lines(id: &str, columns: usize) -> Vec<Line> {
    let Some(rule) = registry::find(id) else {
        return vec![vec![(Tone::Dim, format!("No rule has the id {id}."))]];
    };
    let page = rule.page();
    let mut lines: Vec<Line> = Vec::new();
    let mut paragraph = String::new();
    for line in page.lines().chain([""]) {
        let begins = line.is_empty() || line.starts_with('#') || line.starts_with("- ") || line.starts_with("```");
        if begins {
            let text = std::mem::take(&mut paragraph);
            lines.extend(
                wrap(&text, columns, PARAGRAPH)
                    .into_iter()
                    .map(|text| vec![(Tone::Plain, text)]),
            );
        }
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            lines.push(vec![(Tone::Strong, heading.to_owned())]);
        } else if line.is_empty() {
            if lines.last().is_some_and(|last| !last.is_empty()) {
                lines.push(Vec::new());
            }
        } else if !line.starts_with("```") {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text::width;

    #[test]
    fn every_page_fits_and_keeps_its_headings() {
        for rule in registry::RULES {
            let lines = lines(rule.id(), 50);
            let strong = lines.iter().flatten().filter(|(tone, _)| *tone == Tone::Strong).count();
            let headings = rule.page().lines().filter(|line| line.starts_with('#')).count();
            assert_eq!(strong, headings, "{}", rule.id());
            assert!(lines.iter().flatten().all(|(_, text)| width(text) <= 50), "{}", rule.id());
        }
    }
}
