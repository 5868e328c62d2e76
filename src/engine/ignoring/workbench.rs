//! What a person sees and chooses: the change, how it is found, how wide, and what that hides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::super::view::{ChangeView, DriftKey, DriftView, IgnoredByView, Seal};
use crate::drift::Pointer;
use crate::ignore::{DANGEROUS_WORD, IgnoreRule, Matcher, RuleOrigin, Rung};
use crate::redact::text;
use crate::verdict::Verdict;

/// How a rule finds its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// By its place.
    Pointer,
    /// By its place, with list items named by their keys.
    Jq,
    /// By its place and who wrote it.
    Manager,
}

impl By {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 3] = [Self::Pointer, Self::Jq, Self::Manager];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pointer => "pointer",
            Self::Jq => "jq",
            Self::Manager => "manager",
        }
    }
}

/// A change that a rule would hide.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Of which drift.
    pub drift: Arc<DriftView>,
    /// Which of its changes.
    pub at: usize,
    /// One bit for each step of the ladder that takes it in.
    pub(super) rungs: u8,
    /// Only a rule that says the word hides it.
    pub guarded: bool,
    /// `false` when the manifests were not at hand and it may stay.
    pub certain: bool,
    pub(in crate::engine) seal: Seal,
}

impl Hit {
    /// The change.
    pub fn change(&self) -> Option<&ChangeView> {
        self.drift.changes.get(self.at)
    }

    pub(super) fn is(&self, key: &DriftKey, at: usize) -> bool {
        self.drift.key == *key && self.at == at
    }

    /// What its verdict is without ignore rules.
    fn verdict(&self) -> Verdict {
        let change = self.change();
        let ignored = change.and_then(|change| change.ignored_by.as_ref());
        ignored
            .map(|by| by.verdict)
            .or(change.map(|change| change.verdict))
            .unwrap_or(Verdict::Harmless)
    }
}

/// One way to find the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Which way.
    pub by: By,
    /// The rule's form, or why there is none.
    pub matcher: Result<Matcher, &'static str>,
    /// What it names, on any step of the ladder.
    pub hits: Vec<Hit>,
}

/// What a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// How the change is found.
    pub by: By,
    /// Which step of the ladder.
    pub rung: usize,
    /// The word was said.
    pub dangerous: bool,
}

/// What a person typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wording<'a> {
    /// Why.
    pub reason: &'a str,
    /// Until when: a date, `30d`, `4w`, or nothing.
    pub until: &'a str,
    /// The word for hiding what guards something.
    pub word: &'a str,
}

/// What has to be given first, or stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A whole object differs: no rule hides that.
    NoField,
    /// This way does not find the change.
    NotOffered(&'static str),
    /// The change guards something and the word was not typed.
    Word,
    /// There is no reason.
    Reason,
    /// The reason smells of a secret, and it goes into a file.
    Secret,
    /// The last day is none, or over.
    Until(&'static str),
}

impl Missing {
    /// One sentence.
    pub fn sentence(self) -> String {
        match self {
            Self::NoField => "A whole object differs: no ignore rule hides that.".to_owned(),
            Self::NotOffered(why) => format!("Not by this: {why}."),
            Self::Word => format!("This field guards something: type {DANGEROUS_WORD} to hide it."),
            Self::Reason => "An ignore rule needs a reason.".to_owned(),
            Self::Secret => "The reason looks as if it held a secret; it would go into a file.".to_owned(),
            Self::Until(why) => format!("Until {why}."),
        }
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleEffect {
    /// Changes that it hides in this resource.
    pub here: usize,
    /// Changes that it hides elsewhere.
    pub elsewhere: usize,
    /// Applications that have those.
    pub applications: usize,
    /// Of all those, changes that another rule hides already.
    pub already: usize,
    /// Of all those, changes of which it is not certain: their manifests are not at hand.
    pub unsure: usize,
    /// Changes that it names and that stay, because they guard something.
    pub held_back: usize,
    /// What is hidden elsewhere, worst first; the many of one cause are one line.
    pub lines: Vec<EffectLine>,
}

/// One line of an effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffectLine {
    /// Verdict today.
    pub verdict: Verdict,
    /// How many changes.
    pub count: usize,
    /// The cause, or the one resource and who changed it (hostile text).
    pub what: String,
}

/// Harmless changes of one cause are one line; of worse ones so many are named one by one.
const NAMED: usize = 3;

/// The workbench for one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbench {
    /// The drift.
    pub drift: Arc<DriftView>,
    /// Which of its changes.
    pub at: usize,
    /// It guards something: hiding it needs the word.
    pub guarded: bool,
    /// How wide it may be, the narrowest first.
    pub rungs: Vec<Rung>,
    /// Ways to find it; empty when a whole object differs.
    pub proposals: Vec<Proposal>,
    /// A sync of this Application leaves alone what `ignoreDifferences` hides.
    pub respects: bool,
    /// The day, for last days.
    pub today: Date,
    /// Where a rule is written; `None` where nothing can be.
    pub own_list: Option<String>,
    /// Who writes it.
    pub author: Option<String>,
    pub(in crate::engine) seal: Seal,
}

impl Workbench {
    /// The chosen change; `None` for a whole object.
    pub fn change(&self) -> Option<&ChangeView> {
        self.drift.changes.get(self.at)
    }

    /// The rule that hides it already.
    pub fn already(&self) -> Option<&IgnoredByView> {
        self.change()?.ignored_by.as_ref()
    }

    /// The narrowest way that hides the change: by the names of list items, where positions would move.
    pub fn narrowest(&self) -> By {
        let jq = self
            .proposals
            .iter()
            .any(|proposal| proposal.by == By::Jq && proposal.matcher.is_ok());
        if jq { By::Jq } else { By::Pointer }
    }

    /// The proposal of a way.
    pub fn proposal(&self, by: By) -> Option<&Proposal> {
        self.proposals.iter().find(|proposal| proposal.by == by)
    }

    /// How many changes each step of the ladder hides, this resource's own included.
    pub fn counts(&self, by: By, dangerous: bool) -> Vec<usize> {
        (0..self.rungs.len())
            .map(|rung| self.hidden(Choice { by, rung, dangerous }).count())
            .collect()
    }

    fn named(&self, choice: Choice) -> impl Iterator<Item = &Hit> {
        let hits = self.proposal(choice.by).map_or(&[][..], |proposal| &proposal.hits);
        hits.iter().filter(move |hit| hit.rungs & (1 << choice.rung) != 0)
    }

    fn hidden(&self, choice: Choice) -> impl Iterator<Item = &Hit> {
        self.named(choice).filter(move |hit| choice.dangerous || !hit.guarded)
    }

    /// What the rule hides: every change of every drift that is known.
    pub fn listed(&self, choice: Choice) -> BTreeSet<(DriftKey, Pointer)> {
        self.hidden(choice)
            .filter_map(|hit| Some((hit.drift.key.clone(), hit.change()?.path.clone())))
            .collect()
    }

    /// What the rule does, counted and worded.
    pub fn effect(&self, choice: Choice) -> RuleEffect {
        let named = self.named(choice).count();
        let hidden: Vec<&Hit> = self.hidden(choice).collect();
        let (here, elsewhere): (Vec<&Hit>, Vec<&Hit>) = hidden.iter().partition(|hit| hit.drift.key == self.drift.key);
        let is_ignored = |hit: &&&Hit| hit.change().is_some_and(|change| change.ignored_by.is_some());
        let applications: BTreeSet<_> = elsewhere.iter().map(|hit| &hit.drift.key.application).collect();
        RuleEffect {
            here: here.len(),
            elsewhere: elsewhere.len(),
            applications: applications.len(),
            already: hidden.iter().filter(is_ignored).count(),
            unsure: hidden.iter().filter(|hit| !hit.certain).count(),
            held_back: named - hidden.len(),
            lines: lines(&elsewhere),
        }
    }

    /// What stands in the way of a rule, the first thing.
    pub fn missing(&self, choice: Choice, wording: Wording<'_>) -> Option<Missing> {
        let Some(proposal) = self.proposal(choice.by) else {
            return Some(Missing::NoField);
        };
        if let Err(why) = proposal.matcher {
            return Some(Missing::NotOffered(why));
        }
        if self.guarded && wording.word.trim() != DANGEROUS_WORD {
            return Some(Missing::Word);
        }
        let reason = wording.reason.trim();
        if reason.is_empty() {
            return Some(Missing::Reason);
        }
        if text::redact(reason) != reason {
            return Some(Missing::Secret);
        }
        until(wording.until, self.today).err().map(Missing::Until)
    }

    /// The rule as it would be written; without a reason as long as none was typed. `None` where this way finds nothing.
    pub fn rule(&self, choice: Choice, wording: Wording<'_>) -> Option<IgnoreRule> {
        let matcher = self.proposal(choice.by)?.matcher.clone().ok()?;
        let scope = self.rungs.get(choice.rung)?.scope.clone();
        Some(IgnoreRule {
            scope,
            matcher,
            reason: wording.reason.trim().to_owned(),
            author: self.author.clone(),
            created: Some(self.today),
            expires: until(wording.until, self.today).ok().flatten(),
            disabled: false,
            dangerous: self.guarded && choice.dangerous,
            origin: RuleOrigin::proposed("this rule"),
        })
    }
}

/// The last day that a person typed; `None` for no end.
fn until(typed: &str, today: Date) -> Result<Option<Date>, &'static str> {
    const FORM: &str = "is a day such as 2026-12-31, or 30d, or 4w";
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let span = |text: &str, days: i64| {
        let number: i64 = text.parse().map_err(|_| FORM)?;
        // Ten years are as good as no end.
        let days = number
            .checked_mul(days)
            .filter(|days| (0..=3_660).contains(days))
            .ok_or(FORM)?;
        today.checked_add(days.days()).map_err(|_| FORM)
    };
    let last = match (typed.strip_suffix('d'), typed.strip_suffix('w')) {
        (Some(days), _) => span(days, 1)?,
        (_, Some(weeks)) => span(weeks, 7)?,
        _ => typed.parse().map_err(|_| FORM)?,
    };
    if last < today {
        return Err("is over already");
    }
    Ok(Some(last))
}

fn lines(elsewhere: &[&Hit]) -> Vec<EffectLine> {
    let mut groups: BTreeMap<(Verdict, &'static str), Vec<&Hit>> = BTreeMap::new();
    for hit in elsewhere {
        let cause = hit.change().map_or("", |change| change.cause.as_str());
        groups.entry((hit.verdict(), cause)).or_default().push(hit);
    }
    let mut lines: Vec<EffectLine> = Vec::new();
    for ((verdict, cause), mut hits) in groups {
        let few = hits.len() == 1 || (verdict > Verdict::Harmless && hits.len() <= NAMED);
        if few {
            hits.sort_by(|a, b| a.drift.key.cmp(&b.drift.key));
            lines.extend(hits.iter().map(|hit| EffectLine {
                verdict,
                count: 1,
                what: one(hit),
            }));
        } else {
            lines.push(EffectLine {
                verdict,
                count: hits.len(),
                what: cause.to_owned(),
            });
        }
    }
    lines.sort_by(|a, b| {
        (b.verdict, b.count)
            .cmp(&(a.verdict, a.count))
            .then_with(|| a.what.cmp(&b.what))
    });
    lines
}

/// One change in words: where it is and who made it.
fn one(hit: &Hit) -> String {
    let key = &hit.drift.key;
    let by = hit.change().and_then(|change| change.manager.as_deref());
    let by = by.map_or_else(String::new, |manager| format!(" by {manager}"));
    let cause = hit.change().map_or("", |change| change.cause.as_str());
    format!("{} › {}  {cause}{by}", key.application.name, key.resource.short())
}
