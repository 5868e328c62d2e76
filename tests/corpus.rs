//! The rules against the labelled corpus: `tests/corpus/drift`, or any folder of that form in `DRIFTLINE_CORPUS`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use driftline::engine::explain::{Answer, Case};
use driftline::verdict::Verdict;
use serde_json::Value;

/// A folder of the project's own corpora.
fn own(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder)
}

/// The corpus that the floors are claimed on.
fn corpus() -> PathBuf {
    std::env::var_os("DRIFTLINE_CORPUS")
        .filter(|folder| !folder.is_empty())
        .map_or_else(|| own("drift"), PathBuf::from)
}

/// Every case of a folder: what was labelled, and the line as a classifier gets it.
fn cases(folder: &Path) -> Vec<(Value, String)> {
    let text = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    text.lines()
        .filter(|l| !l.trim().is_empty())
        .map(|line| (serde_json::from_str(line).unwrap(), line.to_owned()))
        .collect()
}

fn verdict(label: &Value) -> Verdict {
    Verdict::parse(&label.as_str().unwrap().to_lowercase().replace('_', "-")).unwrap()
}

/// A share, as numerator and denominator.
#[derive(Debug, Default, Clone, Copy)]
struct Share(usize, usize);

impl Share {
    fn count(&mut self, right: bool) {
        self.0 += usize::from(right);
        self.1 += 1;
    }

    fn value(self) -> f64 {
        if self.1 == 0 {
            1.0
        } else {
            f64::from(u32::try_from(self.0).unwrap()) / f64::from(u32::try_from(self.1).unwrap())
        }
    }
}

#[derive(Debug, Default)]
struct Score {
    /// (label, said) → how many.
    confusion: BTreeMap<(Verdict, Verdict), usize>,
    noise: Share,
    owned_actors: Share,
    path_sets: Share,
    brier: f64,
    /// Ten bins of confidence: how often right.
    reliability: [Share; 10],
    off: Vec<String>,
}

impl Score {
    fn add(&mut self, case: &Value, answer: &Answer) {
        let expected = &case["expected"];
        let label = verdict(&expected["verdict"]);
        *self.confusion.entry((label, answer.verdict)).or_default() += 1;
        let right = label == answer.verdict;
        let probability = answer.confidence.probability();
        self.brier += (probability - if right { 1.0 } else { 0.0 }).powi(2);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a probability times ten is a small number"
        )]
        self.reliability[((probability * 10.0) as usize).min(9)].count(right);
        if !right {
            self.off
                .push(format!("{}: {} instead of {label}", case["id"], answer.verdict));
        }
        let said: BTreeMap<&str, _> = answer.paths.iter().map(|p| (p.path.as_str(), p)).collect();
        let labelled = expected["per_path"].as_array().unwrap();
        let paths: BTreeSet<&str> = labelled.iter().map(|l| l["path"].as_str().unwrap()).collect();
        self.path_sets.count(paths == said.keys().copied().collect());
        for label in labelled {
            let Some(path) = said.get(label["path"].as_str().unwrap()) else {
                continue;
            };
            let verdict = verdict(&label["verdict"]);
            if verdict == Verdict::Harmless {
                self.noise.count(path.verdict == Verdict::Harmless);
            }
            let actor = label["actor"].as_str().unwrap();
            if !matches!(actor, "unknown" | "server-default" | "admission") {
                self.owned_actors.count(path.actor == actor);
            }
        }
    }

    fn share(&self, of: impl Fn(Verdict, Verdict) -> bool, in_all: impl Fn(Verdict, Verdict) -> bool) -> f64 {
        let count = |which: &dyn Fn(Verdict, Verdict) -> bool| {
            self.confusion
                .iter()
                .filter(|((l, s), _)| which(*l, *s))
                .map(|(_, n)| n)
                .sum()
        };
        Share(count(&|l, s| of(l, s) && in_all(l, s)), count(&in_all)).value()
    }

    fn recall(&self, verdict: Verdict) -> f64 {
        self.share(|_, said| said == verdict, |label, _| label == verdict)
    }

    fn precision(&self, verdict: Verdict) -> f64 {
        self.share(|label, _| label == verdict, |_, said| said == verdict)
    }

    fn macro_f1(&self) -> f64 {
        let f1 = |verdict| {
            let (p, r) = (self.precision(verdict), self.recall(verdict));
            if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
        };
        (f1(Verdict::Harmless) + f1(Verdict::NeedsReview) + f1(Verdict::Risky)) / 3.0
    }
}

fn score(folder: &Path) -> Score {
    let mut score = Score::default();
    for (case, line) in cases(folder) {
        score.add(&case, &Case::parse(&line).unwrap().answer());
    }
    score
}

#[test]
fn the_rules_hold_the_floors_of_the_policy() {
    let score = score(&corpus());
    println!("{}", report(&score));
    holds_the_floors(&score);
}

#[test]
fn they_hold_on_other_kinds_managers_and_values() {
    let score = score(&own("breadth"));
    println!("{}", report(&score));
    holds_the_floors(&score);
}

/// What the figures are, for a person.
fn report(score: &Score) -> String {
    let cases: usize = score.confusion.values().sum();
    let mut lines = vec![format!(
        "{cases} cases, macro-F1 {:.3}, Brier {:.3}",
        score.macro_f1(),
        score.brier / f64::from(u32::try_from(cases).unwrap())
    )];
    for ((label, said), count) in &score.confusion {
        lines.push(format!("  {label:>12} said {said:<12} {count}"));
    }
    lines.push(format!(
        "reliability: {:?}",
        score.reliability.map(|s| format!("{}/{}", s.0, s.1))
    ));
    lines.extend(score.off.iter().cloned());
    lines.join("\n")
}

fn holds_the_floors(score: &Score) {
    assert!(
        (score.recall(Verdict::Risky) - 1.0).abs() < f64::EPSILON,
        "RISKY recall {}",
        score.recall(Verdict::Risky)
    );
    assert!(score.macro_f1() >= 0.97, "macro-F1 {}", score.macro_f1());
    assert!(
        score.precision(Verdict::Harmless) >= 0.99,
        "HARMLESS precision {}",
        score.precision(Verdict::Harmless)
    );
    assert!(score.noise.value() >= 0.99, "noise suppression {:?}", score.noise);
    assert!(score.owned_actors.value() >= 0.99, "actors {:?}", score.owned_actors);
    assert_eq!(score.path_sets.0, score.path_sets.1, "path sets");
}

#[test]
fn answers_do_not_depend_on_labels() {
    const SHOWN: &[&str] = &["id", "app", "resource", "observed_at", "target", "live", "siblings"];
    for (mut case, line) in cases(&corpus()) {
        case.as_object_mut().unwrap().retain(|key, _| SHOWN.contains(&key.as_str()));
        let blind = Case::parse(&case.to_string()).unwrap().answer();
        assert_eq!(blind, Case::parse(&line).unwrap().answer());
    }
}
