//! Causes of drift as people told them in public threads (`tests/corpus/stories/stories.jsonl`, 53 of them), against the rules that
//! are built in. Each story that is about one object became a case of the corpus' form (`cases.jsonl`, `story` says which one); the
//! rules must come to the verdict that the story hints at, by a cause that fits.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

use std::collections::BTreeMap;

use driftline::engine::explain::Case;
use driftline::verdict::Verdict;
use serde_json::Value;

/// Stories that no pair of one object's manifests can tell, by number, and why.
const NOT_ONE_OBJECT: &[(usize, &str)] = &[
    (
        30,
        "a copy in a namespace that the Application does not own: it is not in its managed resources",
    ),
    (
        36,
        "an ignore rule that freezes more than it names: about what the next sync leaves out",
    ),
    (
        37,
        "a diff mode of Argo CD that does not honour a rule: the pair never reaches us",
    ),
    (52, "a choice of sync policy, without a difference"),
];

/// Causes that fit a topic; a topic that is not here asks for the verdict only.
const FITTING: &[(&str, &[&str])] = &[
    ("quantity", &["quantity-equal", "bookkeeping", "server-default"]),
    ("empty", &["semantic-noop", "server-default", "bookkeeping"]),
    ("null", &["semantic-noop", "server-default", "bookkeeping"]),
    ("random", &["git-ahead", "rendered-anew"]),
    ("restart", &["restart-trigger", "bookkeeping", "server-default"]),
    (
        "webhook",
        &[
            "webhook-self-managed",
            "cabundle-injection",
            "cloud-addition",
            "server-default",
            "bookkeeping",
        ],
    ),
    ("hotfix", &["manual-env"]),
];

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn verdict(label: &Value) -> Verdict {
    Verdict::parse(&label.as_str().unwrap().to_lowercase().replace('_', "-")).unwrap()
}

#[test]
fn every_story_of_one_object_gets_the_verdict_it_hints_at() {
    let stories = lines(include_str!("corpus/stories/stories.jsonl"));
    let mut told = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in lines(include_str!("corpus/stories/cases.jsonl")) {
        let number = usize::try_from(case["story"].as_u64().unwrap()).unwrap();
        let story = &stories[number];
        let answer = Case::parse(&case.to_string()).unwrap().answer();
        let fits = FITTING
            .iter()
            .find(|(topic, _)| story["topic"] == *topic)
            .is_none_or(|(_, causes)| {
                let mut deciding = answer.paths.iter().filter(|path| path.verdict == answer.verdict);
                deciding.any(|path| causes.contains(&path.cause.as_str()))
            });
        if answer.verdict != verdict(&story["verdict_hint"]) || !fits {
            wrong.push(format!("{number}: {} for {}", answer.verdict, story["story"]));
        }
        told.insert(number, answer.verdict);
    }
    println!("{} of {} stories are told by one object", told.len(), stories.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    let untold: Vec<usize> = (0..stories.len()).filter(|number| !told.contains_key(number)).collect();
    assert_eq!(untold, NOT_ONE_OBJECT.iter().map(|(number, _)| *number).collect::<Vec<_>>());
}
