//! Reading a frame: what a person finds on it.

/// Applications by verdict, as the header counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    pub(crate) risky: usize,
    pub(crate) needs_review: usize,
    pub(crate) harmless: usize,
    pub(crate) synced: usize,
    pub(crate) cannot_tell: usize,
    pub(crate) judging: usize,
}

impl Counts {
    /// What the header says; `None` before it counts anything.
    pub(crate) fn of(frame: &str) -> Option<Self> {
        let mut counts = Self::default();
        let mut found = false;
        let words: Vec<&str> = frame.lines().next()?.split_whitespace().collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[1].parse() else { continue };
            let count = match pair[0] {
                "●" => &mut counts.risky,
                "◐" => &mut counts.needs_review,
                "○" => &mut counts.harmless,
                "·" => &mut counts.synced,
                "?" => &mut counts.cannot_tell,
                "…" => &mut counts.judging,
                _ => continue,
            };
            *count = number;
            found = true;
        }
        found.then_some(counts)
    }

    /// All Applications.
    pub(crate) fn total(self) -> usize {
        self.risky + self.needs_review + self.harmless + self.synced + self.cannot_tell + self.judging
    }
}

/// Whether that many Applications are listed and each has its verdict.
pub(crate) fn is_judged(frame: &str, applications: usize) -> bool {
    Counts::of(frame).is_some_and(|counts| counts.judging == 0 && counts.total() == applications)
        && !["judging", "JUDGING"].iter().any(|word| frame.contains(word))
}

/// Title of the pane that says why: `payments-api › ConfigMap/api-config`.
pub(crate) fn detail_title(frame: &str) -> Option<&str> {
    frame
        .lines()
        .filter_map(|line| line.rsplit_once('╭'))
        .map(|(_, title)| title.trim_matches([' ', '─', '╮']))
        .find(|title| title.contains(" › "))
}

/// The selected row of the list.
pub(crate) fn selected_row(frame: &str) -> Option<&str> {
    frame
        .lines()
        .filter_map(|line| line.strip_prefix("│▌"))
        .map(|row| row.split('│').next().unwrap_or(row))
        .next()
}

/// Whether the diff of the selected drift is there, or why there is none.
pub(crate) fn is_compared(frame: &str) -> bool {
    (frame.contains("- after sync  + live") && !frame.contains("Reading both sides")) || frame.contains("No diff:")
}

/// Whether the header says that news arrive. (A recording served under today's clock was compared days ago, so it says as well
/// that Argo CD looks stuck.)
pub(crate) fn is_watching(frame: &str) -> bool {
    frame.lines().next().is_some_and(|header| header.contains("live · "))
}
