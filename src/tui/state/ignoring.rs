//! The ignore workbench: which change, what was chosen and typed so far, and what that would do.

use crate::drift::Pointer;
use crate::engine::ignoring::applying::IgnorePlan;
use crate::engine::ignoring::{By, Choice, Missing, RuleEffect, Wording, Workbench};
use crate::engine::ports::ErrorView;
use crate::engine::view::DriftKey;
use crate::ignore::IgnoreRule;

/// Longest typed text, in bytes.
const LONGEST: usize = 256;

/// How far the workbench is.
#[derive(Debug, Default)]
pub(crate) enum Bench {
    /// Asked for.
    #[default]
    Computing,
    /// Not to be had.
    Failed(ErrorView),
    /// There.
    Ready(Box<Workbench>),
}

/// What the keys act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Field {
    /// Which change of the drift.
    Change,
    /// How it is found.
    By,
    /// How wide.
    #[default]
    Where,
    /// The word for hiding what guards something.
    Word,
    /// Why.
    Reason,
    /// Until when.
    Until,
}

impl Field {
    const ALL: [Self; 6] = [Self::Change, Self::By, Self::Where, Self::Word, Self::Reason, Self::Until];

    /// Whether characters are typed into it.
    pub(crate) fn is_typed(self) -> bool {
        matches!(self, Self::Word | Self::Reason | Self::Until)
    }
}

/// The workbench on the screen.
#[derive(Debug, Default)]
pub(crate) struct Ignoring {
    /// For which drift.
    pub(crate) key: Option<DriftKey>,
    /// Which request the answer belongs to.
    pub(in crate::tui) generation: u64,
    /// What there is.
    pub(crate) bench: Bench,
    /// What the keys act on.
    pub(crate) field: Field,
    /// How the change is found.
    pub(crate) by: Option<By>,
    /// Which step of the ladder.
    pub(crate) rung: usize,
    /// Typed: the word.
    pub(crate) word: String,
    /// Typed: why.
    pub(crate) reason: String,
    /// Typed: until when.
    pub(crate) until: String,
    /// It is being written.
    pub(crate) writing: bool,
    /// Why it was not written.
    pub(crate) problem: Option<ErrorView>,
    /// First line shown of the effect.
    pub(crate) scroll: usize,
    /// What the rule does. Kept beside the choice, so that no frame counts.
    pub(crate) effect: RuleEffect,
    /// How many changes each step hides.
    pub(crate) counts: Vec<usize>,
    /// The rule as it stands; without a reason as long as none was typed.
    pub(crate) rule: Option<IgnoreRule>,
}

impl Ignoring {
    /// Opened for a drift; nothing is known yet. Answers to what was asked before are dropped.
    pub(in crate::tui) fn open(&mut self, key: DriftKey) {
        *self = Self {
            key: Some(key),
            generation: self.generation + 1,
            ..Self::default()
        };
    }

    /// Asks again for another change; what was typed stays.
    pub(in crate::tui) fn ask_again(&mut self) {
        self.generation += 1;
        self.bench = Bench::Computing;
        self.by = None;
        self.refresh();
    }

    pub(in crate::tui) fn take(&mut self, result: Result<Box<Workbench>, ErrorView>) {
        self.bench = match result {
            Ok(workbench) => Bench::Ready(workbench),
            Err(error) => Bench::Failed(error),
        };
        let offered = self.by.filter(|by| {
            self.ready()
                .and_then(|w| w.proposal(*by))
                .is_some_and(|proposal| proposal.matcher.is_ok())
        });
        self.by = offered.or(self.ready().map(Workbench::narrowest));
        self.rung = self.rung.min(self.ready().map_or(0, |w| w.rungs.len().saturating_sub(1)));
        self.refresh();
    }

    /// The workbench, once it is there.
    pub(crate) fn ready(&self) -> Option<&Workbench> {
        match &self.bench {
            Bench::Ready(workbench) => Some(workbench),
            Bench::Computing | Bench::Failed(_) => None,
        }
    }

    /// Whether there is something that a rule could hide.
    pub(crate) fn has_field(&self) -> bool {
        self.ready().is_some_and(|workbench| !workbench.proposals.is_empty())
    }

    /// Whether characters are typed now.
    pub(crate) fn is_typing(&self) -> bool {
        self.field.is_typed() && self.has_field()
    }

    /// What was chosen.
    pub(crate) fn choice(&self) -> Option<Choice> {
        Some(Choice {
            by: self.by?,
            rung: self.rung,
            // As long as the word is missing, the effect is shown as if it were there: that is what it is typed for.
            dangerous: self.ready()?.guarded,
        })
    }

    fn wording(&self) -> Wording<'_> {
        Wording {
            reason: &self.reason,
            until: &self.until,
            word: &self.word,
        }
    }

    /// What stands in the way, once the workbench is there.
    pub(crate) fn missing(&self) -> Option<Missing> {
        match (self.ready(), self.choice()) {
            (Some(workbench), Some(choice)) => workbench.missing(choice, self.wording()),
            _ => None,
        }
    }

    /// What Enter writes; `None` while something is missing.
    pub(in crate::tui) fn plan(&self) -> Option<IgnorePlan> {
        IgnorePlan::new(self.ready()?, self.choice()?, self.wording())
    }

    /// The fields that there are.
    pub(crate) fn fields(&self) -> impl DoubleEndedIterator<Item = Field> + Clone {
        let guarded = self.ready().is_some_and(|workbench| workbench.guarded);
        Field::ALL.into_iter().filter(move |field| *field != Field::Word || guarded)
    }

    /// To the next or the previous field, round the ends.
    pub(in crate::tui) fn step_field(&mut self, forward: bool) {
        let fields: Vec<Field> = self.fields().collect();
        let at = fields.iter().position(|field| *field == self.field).unwrap_or(0);
        let step = if forward { 1 } else { fields.len() - 1 };
        if let Some(field) = fields.get((at + step) % fields.len()) {
            self.field = *field;
        }
    }

    /// The next or previous value of the field. Answers with the path of another change, which has to be asked for.
    pub(in crate::tui) fn step_value(&mut self, forward: bool) -> Option<Pointer> {
        match self.field {
            Field::Change => return self.other_change(forward),
            Field::By => self.step_by(forward),
            Field::Where => {
                let last = self.ready().map_or(0, |workbench| workbench.rungs.len().saturating_sub(1));
                self.rung = match forward {
                    true => (self.rung + 1).min(last),
                    false => self.rung.saturating_sub(1),
                };
            }
            Field::Word | Field::Reason | Field::Until => {}
        }
        self.refresh();
        None
    }

    fn other_change(&self, forward: bool) -> Option<Pointer> {
        let workbench = self.ready()?;
        let count = workbench.drift.changes.len();
        let step = if forward { 1 } else { count.checked_sub(1)? };
        let to = (workbench.at + step) % count.max(1);
        let other = workbench.drift.changes.get(to).filter(|_| to != workbench.at)?;
        Some(other.path.clone())
    }

    /// Ways that find nothing are passed over.
    fn step_by(&mut self, forward: bool) {
        let Some(workbench) = self.ready() else { return };
        let offered: Vec<By> = workbench
            .proposals
            .iter()
            .filter(|proposal| proposal.matcher.is_ok())
            .map(|proposal| proposal.by)
            .collect();
        let at = offered.iter().position(|by| Some(*by) == self.by).unwrap_or(0);
        let step = if forward { 1 } else { offered.len().saturating_sub(1) };
        if let Some(by) = offered.get((at + step) % offered.len().max(1)) {
            self.by = Some(*by);
        }
    }

    fn typed(&mut self) -> Option<&mut String> {
        match self.field {
            Field::Word => Some(&mut self.word),
            Field::Reason => Some(&mut self.reason),
            Field::Until => Some(&mut self.until),
            Field::Change | Field::By | Field::Where => None,
        }
    }

    pub(in crate::tui) fn push(&mut self, text: &str) {
        if let Some(typed) = self.typed() {
            for c in text.chars() {
                // One line: a line break becomes a space.
                let c = if c.is_control() { ' ' } else { c };
                if typed.len() + c.len_utf8() <= LONGEST {
                    typed.push(c);
                }
            }
        }
        self.refresh();
    }

    pub(in crate::tui) fn delete_character(&mut self) {
        if let Some(typed) = self.typed() {
            typed.pop();
        }
        self.refresh();
    }

    pub(in crate::tui) fn delete_word(&mut self) {
        if let Some(typed) = self.typed() {
            let kept = typed.trim_end().trim_end_matches(|c: char| !c.is_whitespace()).len();
            typed.truncate(kept);
        }
        self.refresh();
    }

    /// Enter with something missing leads to where it is missing.
    pub(in crate::tui) fn go_to_missing(&mut self, missing: Missing) {
        self.field = match missing {
            Missing::NoField => return,
            Missing::NotOffered(_) => Field::By,
            Missing::Word => Field::Word,
            Missing::Reason | Missing::Secret => Field::Reason,
            Missing::Until(_) => Field::Until,
        };
    }

    /// What follows from what was chosen and typed.
    fn refresh(&mut self) {
        let (effect, counts, rule) = match (self.ready(), self.choice()) {
            (Some(workbench), Some(choice)) => (
                workbench.effect(choice),
                workbench.counts(choice.by, choice.dangerous),
                workbench.rule(choice, self.wording()),
            ),
            _ => (RuleEffect::default(), Vec::new(), None),
        };
        self.effect = effect;
        self.counts = counts;
        self.rule = rule;
        self.scroll = 0;
    }
}
