//! The Markdown that tells a reviewer of a drift: the same evidence in a pull request, an issue and a record.
//!
//! Foreign text stands in code only ([`super::markdown`]). A body stays below what forges take: what does not fit is the
//! difference, and how much of it is missing is said.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::evidence::{ChangedField, Evidence};
use super::identity::Marker;
use super::landing::Landing;
use super::markdown::{cell, code, cut, fenced, utf16_length};
use crate::drift::DriftState;
use crate::verdict::Verdict;

/// So many UTF-16 units a body has at most. GitHub takes 65,536 and answers 422 above.
pub const LONGEST_BODY: usize = 58_000;

/// Fields that the table lists.
const MOST_FIELDS: usize = 40;

/// UTF-16 units of one value in the table.
const LONGEST_VALUE: usize = 200;

/// UTF-16 units of one sentence.
const LONGEST_SENTENCE: usize = 1_000;

/// Applications that the landing lists.
const MOST_REACHED: usize = 20;

/// A moment, in UTC, to the minute.
pub fn moment(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A part of a body.
pub(super) struct Body {
    text: String,
}

impl Body {
    /// Begins with this line.
    pub(super) fn begin(first: &str) -> Self {
        Self {
            text: format!("{first}\n"),
        }
    }

    /// A whole body: the marker, everything that is told of the drift, as much of the difference as fits, and this end.
    pub(super) fn about(evidence: &Evidence, marker: &Marker, end: &Self) -> Self {
        let mut body = Self::begin(&marker.line());
        let application = cut(&evidence.application.name, LONGEST_VALUE).0;
        body.paragraph(&format!("## Drift detected: {}", code(application)));
        body.summary(evidence);
        body.story(evidence);
        body.fields(evidence);
        body.difference(&evidence.difference, end.length());
        body.append(end);
        body
    }

    pub(super) fn paragraph(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    /// What, where, how bad, how sure.
    pub(super) fn summary(&mut self, evidence: &Evidence) {
        let resource = &evidence.resource;
        let namespace = match resource.namespace.is_empty() {
            true => String::new(),
            false => format!(" in {}", short(&resource.namespace)),
        };
        let kind = match resource.group.is_empty() {
            true => resource.kind.clone(),
            false => format!("{}.{}", resource.kind, resource.group),
        };
        let application = &evidence.application;
        let place = [
            (&evidence.environment, "environment"),
            (&evidence.cluster, "cluster"),
            (&evidence.project, "project"),
        ];
        let place: Vec<String> = place
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, what)| format!("{what} {}", short(name)))
            .collect();
        let state = match evidence.state {
            DriftState::Changed if evidence.invisible => " · Argo CD calls it Synced",
            DriftState::Changed => "",
            DriftState::Missing => " · missing in the cluster",
            DriftState::Extra => " · not in Git",
        };
        let seen = match evidence.flaps {
            0 => moment(evidence.first_seen).to_string(),
            flaps => format!("{}, came back {flaps} times since", moment(evidence.first_seen)),
        };
        let mut rows = vec![
            (
                "Resource",
                format!("{}{namespace}{state}", short(&format!("{kind}/{}", resource.name))),
            ),
            (
                "Application",
                short(&format!("{}/{}", application.namespace, application.name)),
            ),
            ("Argo CD", short(&application.server)),
            ("Where", place.join(" · ")),
            (
                "Verdict",
                format!(
                    "**{}**, confidence {} ({:.2})",
                    evidence.verdict.as_str().to_uppercase(),
                    evidence.confidence.level().as_str(),
                    evidence.confidence.probability()
                ),
            ),
            (
                "Cause",
                format!("{}, by rule {}", cell(evidence.cause.as_str()), cell(evidence.rule)),
            ),
            ("First seen", seen),
            ("Read", moment(evidence.read_at)),
        ];
        rows.retain(|(_, text)| !text.is_empty());
        let rows: Vec<String> = rows.iter().map(|(name, text)| format!("| {name} | {text} |")).collect();
        self.paragraph(&format!("| | |\n| --- | --- |\n{}", rows.join("\n")));
        if let Some(page) = &evidence.page {
            self.paragraph(&format!("Its page in Argo CD: {}", link(page)));
        }
    }

    /// Why, what happens next, what Git says.
    pub(super) fn story(&mut self, evidence: &Evidence) {
        let mut lines = vec![
            format!("why   {}", sentence(&evidence.reason)),
            format!("next  {}", sentence(&evidence.next)),
        ];
        for (at, line) in evidence.git.iter().enumerate() {
            let label = if at == 0 { "git   " } else { "      " };
            lines.push(format!("{label}{}", sentence(line)));
        }
        self.paragraph(&fenced("text", &lines.join("\n")));
    }

    /// Who changed which field, and whose move it was.
    pub(super) fn fields(&mut self, evidence: &Evidence) {
        if evidence.changes.is_empty() {
            return;
        }
        let mut table =
            "| field | what a sync would leave | live | who | when | whose move |\n| --- | --- | --- | --- | --- | --- |"
                .to_owned();
        for change in evidence.changes.iter().take(MOST_FIELDS) {
            table.push('\n');
            table.push_str(&field_row(change));
        }
        if let Some(more) = evidence.changes.len().checked_sub(MOST_FIELDS).filter(|more| *more > 0) {
            table.push_str(&format!("\n\n… and {more} more fields."));
        }
        self.paragraph("### Who changed what");
        self.paragraph(&table);
        self.paragraph(
            "A manager is a tool, not a person, and its name is a claim. Times are when it last wrote anything there.",
        );
    }

    /// What landing this sets off.
    pub(super) fn landing(&mut self, landing: &Landing) {
        self.paragraph("### What merging sets off");
        if landing.syncs.is_empty() {
            let waiting = match landing.waiting {
                0 => "No Application that is known here follows this branch.".to_owned(),
                1 => "One Application follows this branch; it waits for a person to sync it.".to_owned(),
                count => format!("{count} Applications follow this branch; all of them wait for a person to sync them."),
            };
            self.paragraph(&waiting);
            return;
        }
        let mut list = match landing.syncs.len() {
            1 => "A merge is a new revision, and one Application syncs by itself:".to_owned(),
            count => format!("A merge is a new revision, and {count} Applications sync by themselves:"),
        };
        list.push('\n');
        for reached in landing.syncs.iter().take(MOST_REACHED) {
            list.push_str(&format!("\n- {}", code(cut(&reached.application.name, LONGEST_VALUE).0)));
            let of = |verdict: Verdict| reached.reverts.iter().filter(|edit| edit.verdict == verdict).count();
            let counted: Vec<String> = [Verdict::Risky, Verdict::NeedsReview, Verdict::Harmless]
                .into_iter()
                .filter(|verdict| of(*verdict) > 0)
                .map(|verdict| format!("{} {}", of(verdict), verdict.as_str()))
                .collect();
            match counted.is_empty() {
                true => list.push_str(": no other live edit is lost"),
                false => list.push_str(&format!(": its other live edits are reverted: {}", counted.join(", "))),
            }
            if let Some(held) = &reached.held {
                list.push_str(&format!(" (held for now: {})", code(cut(held, LONGEST_VALUE).0)));
            }
        }
        if let Some(more) = landing.syncs.len().checked_sub(MOST_REACHED).filter(|more| *more > 0) {
            list.push_str(&format!("\n- … and {more} more"));
        }
        if landing.waiting > 0 {
            list.push_str(&format!("\n\n{} more wait for a person to sync them.", landing.waiting));
        }
        self.paragraph(&list);
    }

    /// The difference, as much of it as fits below [`LONGEST_BODY`] when so many units have to follow it.
    pub(super) fn difference(&mut self, difference: &str, following: usize) {
        if difference.is_empty() {
            return;
        }
        self.paragraph("### The difference");
        self.paragraph("`-` is what a sync would leave, `+` is live. Secret values are hidden.");
        // The note and the fences, which grow with the longest run of backticks inside.
        let spare = LONGEST_BODY.saturating_sub(utf16_length(&self.text) + following + 400);
        let (mut kept, mut used, mut left_out) = (String::new(), 0, 0);
        for line in difference.lines() {
            // An escape is at most ten times as long as what it stands for.
            let needed = utf16_length(&fenced("", line));
            if left_out > 0 || used + needed > spare {
                left_out += 1;
                continue;
            }
            used += needed;
            kept.push_str(line);
            kept.push('\n');
        }
        self.paragraph(&fenced("diff", &kept));
        if left_out > 0 {
            self.paragraph(&format!("{left_out} more lines are left out."));
        }
    }

    /// How to see the same.
    pub(super) fn how_to_check(&mut self, evidence: &Evidence) {
        let application = &evidence.application;
        let name = format!("{}/{}", application.namespace, application.name);
        let name = cut(&name, LONGEST_SENTENCE).0;
        self.paragraph("### How to check");
        self.paragraph(&format!(
            "- Argo CD's own view: {}\n- What the rule means, and when it is wrong: {}",
            code(&format!("argocd app diff {name}")),
            code(&format!("driftline rules show {}", evidence.rule)),
        ));
    }

    fn length(&self) -> usize {
        utf16_length(&self.text)
    }

    fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A link that can be clicked, if nothing in it could be anything else; code otherwise.
fn link(address: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/?=&%._~-".contains(c);
    let is_link = address.starts_with("https://") || address.starts_with("http://");
    match is_link && address.len() <= LONGEST_SENTENCE && address.chars().all(is_plain) {
        true => format!("<{address}>"),
        false => code(cut(address, LONGEST_SENTENCE).0),
    }
}

fn sentence(text: &str) -> String {
    // One line: a break would begin a line of its own.
    let line = text.replace(['\n', '\r'], " ");
    match cut(&line, LONGEST_SENTENCE) {
        (all, false) => all.to_owned(),
        (part, true) => format!("{part}…"),
    }
}

/// A cell with at most so much of a foreign text, and a sign where something is missing.
fn short(text: &str) -> String {
    match cut(text, LONGEST_VALUE) {
        (all, false) => cell(all),
        (part, true) => cell(&format!("{part}…")),
    }
}

fn field_row(change: &ChangedField) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "absent".to_owned(), short);
    let who = change.who.as_deref().map_or_else(|| "nobody can be named".to_owned(), short);
    let when = change.when.map(moment).unwrap_or_default();
    let ignored = change
        .ignored_by
        .as_deref()
        .map_or_else(String::new, |rule| format!(", ignored by {}", short(rule)));
    format!(
        "| {} | {} | {} | {who} | {when} | {}{ignored} |",
        short(&change.path),
        value(&change.desired),
        value(&change.live),
        change.whose_move,
    )
}
