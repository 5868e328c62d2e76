//! What must hold for ignore rules whatever the drift: over the labelled corpus, or any folder of that form in
//! `DRIFTLINE_CORPUS`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

use std::path::PathBuf;

use driftline::drift::attribution::Actor;
use driftline::drift::managed_fields::ManagedFields;
use driftline::drift::origin::LastApplied;
use driftline::drift::{Application, ApplicationKey, DriftState, Glob, ResourceKey};
use driftline::ignore::reach::Candidate;
use driftline::ignore::{
    Documents, IgnoreRule, Matcher, Place, PointerPattern, RuleOrigin, RuleSet, Scope, narrowest, reach, rule::day_of,
};
use driftline::verdict::declared::Declared;
use driftline::verdict::evidence::Evidence;
use driftline::verdict::ignoring::{IGNORED, change};
use driftline::verdict::policy::Policy;
use driftline::verdict::{Judgement, Verdict, judge};
use jiff::civil::Date;
use serde_json::Value;

/// One changed object of the corpus.
struct Case {
    application: Application,
    resource: ResourceKey,
    target: Value,
    live: Value,
}

fn cases() -> Vec<Case> {
    let folder = std::env::var_os("DRIFTLINE_CORPUS")
        .filter(|folder| !folder.is_empty())
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/drift"),
            PathBuf::from,
        );
    let text = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .filter_map(|line| {
            let case: Value = serde_json::from_str(line).unwrap();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let resource = &case["resource"];
            let mut application = Application::new(ApplicationKey::new("corpus", "argocd", text(&case["app"]["name"])));
            application.project = text(&case["app"]["project"]);
            (case["target"].is_object() && case["live"].is_object()).then(|| Case {
                application,
                resource: ResourceKey::new(
                    text(&resource["group"]),
                    text(&resource["kind"]),
                    text(&resource["namespace"]),
                    text(&resource["name"]),
                ),
                target: case["target"].clone(),
                live: case["live"].clone(),
            })
        })
        .collect()
}

impl Case {
    fn place(&self) -> Place<'_> {
        Place {
            server: "https://argocd.example.com",
            application: &self.application.key,
            project: &self.application.project,
            cluster: "prod-eu",
            environment: "production",
        }
    }

    fn documents(&self) -> Documents<'_> {
        Documents {
            desired: Some(&self.target),
            live: Some(&self.live),
        }
    }

    fn judged<T>(&self, ask: impl FnOnce(Judgement<'_>) -> T) -> Option<T> {
        let managed = ManagedFields::of(&self.live);
        let last_applied = LastApplied::of(&self.live, &managed);
        let declared = Declared::of(&self.application);
        let judgement = judge(&Evidence {
            application: &self.application,
            resource: &self.resource,
            state: DriftState::Changed,
            desired: Some(&self.target),
            live: Some(&self.live),
            target: Some(&self.target),
            raw_live: Some(&self.live),
            managed: &managed,
            last_applied: last_applied.as_ref(),
            synced: None,
            siblings: &[],
            declared: &declared,
            policy: Policy::default(),
        })?;
        Some(ask(judgement))
    }

    fn under<'a>(&'a self, judgement: Judgement<'a>, rules: &RuleSet) -> Judgement<'a> {
        let set = rules.on(self.place(), &self.resource, self.documents(), today());
        judgement.under(&set, &self.resource)
    }
}

fn today() -> Date {
    day_of("2026-11-24T12:00:00Z".parse().unwrap())
}

fn rule(scope: Scope, matcher: Matcher) -> IgnoreRule {
    IgnoreRule {
        scope,
        matcher,
        reason: "for the test".to_owned(),
        author: None,
        created: None,
        expires: None,
        disabled: false,
        dangerous: false,
        origin: RuleOrigin::proposed("test"),
    }
}

fn ignored(judgement: &Judgement<'_>) -> Vec<String> {
    let mut paths: Vec<String> = judgement
        .fields
        .iter()
        .filter(|field| field.ignored_by.is_some())
        .map(|field| field.difference.path.to_string())
        .collect();
    paths.sort();
    paths
}

#[test]
fn the_narrowest_rule_hides_the_chosen_change_and_says_the_word_only_when_it_must() {
    let mut asked = 0;
    for case in cases() {
        case.judged(|judgement| {
            for field in &judgement.fields {
                let chosen = change(field, &case.resource);
                let Some(rule) = narrowest::by_field(&case.place(), &case.resource, case.documents(), &chosen) else {
                    continue;
                };
                asked += 1;
                let rule = IgnoreRule {
                    dangerous: chosen.guarded,
                    ..rule
                };
                let hidden = ignored(&case.under(judgement.clone(), &RuleSet::new(vec![rule.clone()])));
                let path = field.difference.path.to_string();
                assert!(hidden.contains(&path), "{} does not hide {path}", rule.matcher);
                if chosen.guarded {
                    let quiet = IgnoreRule {
                        dangerous: false,
                        ..rule
                    };
                    let hidden = ignored(&case.under(judgement.clone(), &RuleSet::new(vec![quiet])));
                    assert!(!hidden.contains(&path), "{path} is guarded");
                }
            }
        });
    }
    assert!(asked > 500, "only {asked} changes");
}

#[test]
fn adding_a_rule_hides_exactly_what_reach_listed() {
    // Each rule is proposed for one change and tried on all: alone, and after others that hide something already.
    let cases = cases();
    let everything = |kind: &str| {
        rule(
            Scope {
                kind: Some(Glob::new(kind)),
                ..Scope::default()
            },
            Matcher::Pointer(PointerPattern::parse("/spec/template").unwrap()),
        )
    };
    let before = vec![everything("Deployment"), everything("StatefulSet")];
    let mut reached = 0;
    for (at, case) in cases.iter().enumerate() {
        let proposed = case
            .judged(|judgement| {
                let field = judgement.fields.first()?;
                let chosen = change(field, &case.resource);
                let rule = narrowest::by_field(&case.place(), &case.resource, case.documents(), &chosen)?;
                Some(IgnoreRule {
                    // Of all objects of this kind: so that it reaches others.
                    scope: rule.scope.everywhere(),
                    dangerous: at % 2 == 0,
                    ..rule
                })
            })
            .flatten();
        let Some(proposed) = proposed else { continue };
        let with = RuleSet::new(before.iter().cloned().chain([proposed.clone()]).collect());
        let without = RuleSet::new(before.clone());
        let same_kind = cases.iter().filter(|other| other.resource.kind == case.resource.kind);
        // Enough to reach others, few enough to wait for.
        for other in same_kind.skip(at % 5).step_by(5) {
            other.judged(|judgement| {
                let candidates: Vec<Candidate<'_>> = judgement
                    .fields
                    .iter()
                    .map(|field| Candidate {
                        place: other.place(),
                        resource: &other.resource,
                        documents: other.documents(),
                        change: change(field, &other.resource),
                    })
                    .collect();
                let mut listed: Vec<String> = reach(&proposed, &candidates, today())
                    .into_iter()
                    .map(|position| candidates[position].change.path.to_string())
                    .collect();
                reached += listed.len();
                let already = ignored(&other.under(judgement.clone(), &without));
                listed.extend(already);
                listed.sort();
                listed.dedup();
                assert_eq!(
                    ignored(&other.under(judgement.clone(), &with)),
                    listed,
                    "{}",
                    proposed.matcher
                );
            });
        }
    }
    assert!(reached > 150, "only {reached} changes");
}

#[test]
fn a_manager_rule_hides_nothing_that_guards_something() {
    let mut guarded = 0;
    for case in cases() {
        case.judged(|judgement| {
            let managers: Vec<String> = judgement
                .fields
                .iter()
                .filter_map(|field| match &field.attribution.actor {
                    Actor::Manager(name) => Some(name.clone()),
                    _ => None,
                })
                .collect();
            let below = |text: &str| PointerPattern::parse(text).unwrap();
            let rules = managers.iter().flat_map(|manager| {
                [
                    "/spec",
                    "/metadata",
                    "/data",
                    "/rules",
                    "/webhooks",
                    "/subjects",
                    "/roleRef",
                    "/type",
                ]
                .map(|place| IgnoreRule {
                    // Even one that says the word, which a file's reader refuses.
                    dangerous: true,
                    ..rule(
                        Scope {
                            kind: Some(Glob::new(case.resource.kind.as_str())),
                            ..Scope::default()
                        },
                        Matcher::Manager {
                            manager: manager.clone(),
                            below: below(place),
                        },
                    )
                })
            });
            let rules = RuleSet::new(rules.collect());
            let expected: Vec<(String, Verdict)> = judgement
                .fields
                .iter()
                .filter(|field| change(field, &case.resource).guarded)
                .map(|field| (field.difference.path.to_string(), field.verdict))
                .collect();
            guarded += expected.len();
            let under = case.under(judgement.clone(), &rules);
            for (path, verdict) in expected {
                let field = under.fields.iter().find(|f| f.difference.path.as_str() == path).unwrap();
                assert_eq!((field.verdict, &field.ignored_by), (verdict, &None), "{path}");
            }
        });
    }
    assert!(guarded > 100, "only {guarded} guarded changes");
}

#[test]
fn a_drift_whose_changes_are_all_ignored_is_harmless_and_still_told() {
    for case in cases() {
        case.judged(|judgement| {
            let rules: Vec<IgnoreRule> = judgement
                .fields
                .iter()
                .map(|field| IgnoreRule {
                    dangerous: true,
                    ..rule(
                        Scope::default(),
                        Matcher::Pointer(PointerPattern::exactly(&field.difference.path)),
                    )
                })
                .collect();
            let under = case.under(judgement.clone(), &RuleSet::new(rules));
            assert_eq!((under.verdict, under.cause), (Verdict::Harmless, IGNORED));
            assert_eq!(under.fields.len(), judgement.fields.len());
            let worst = under
                .fields
                .iter()
                .filter_map(|field| field.ignored_by.as_ref())
                .map(|by| by.verdict)
                .max();
            assert_eq!(worst, Some(judgement.verdict), "what it would be without the rule is told");
        });
    }
}

#[test]
fn expired_and_disabled_rules_do_nothing() {
    for case in cases() {
        case.judged(|judgement| {
            let rules: Vec<IgnoreRule> = judgement
                .fields
                .iter()
                .flat_map(|field| {
                    let rule = rule(
                        Scope::default(),
                        Matcher::Pointer(PointerPattern::exactly(&field.difference.path)),
                    );
                    [
                        IgnoreRule {
                            expires: Some("2026-11-23".parse().unwrap()),
                            ..rule.clone()
                        },
                        IgnoreRule { disabled: true, ..rule },
                    ]
                })
                .collect();
            assert_eq!(case.under(judgement.clone(), &RuleSet::new(rules)), judgement);
        });
    }
}

#[test]
fn a_container_that_brings_privileges_is_not_hidden_by_a_rule_for_its_list() {
    let containers = |items: Value| serde_json::json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": items}}}});
    let case = |added: Value| Case {
        application: Application::new(ApplicationKey::new("test", "argocd", "web")),
        resource: ResourceKey::new("apps", "Deployment", "shop", "web"),
        target: containers(serde_json::json!([{"name": "web"}])),
        live: containers(serde_json::json!([{"name": "web"}, added])),
    };
    let hidden = |added: Value| {
        let pointer = PointerPattern::parse("/spec/template/spec/containers/*").unwrap();
        let rules = RuleSet::new(vec![rule(Scope::default(), Matcher::Pointer(pointer))]);
        let case = case(added);
        case.judged(|judgement| ignored(&case.under(judgement.clone(), &rules)))
            .unwrap()
    };
    assert_eq!(
        hidden(serde_json::json!({"name": "side"})),
        ["/spec/template/spec/containers/1"]
    );
    let privileged = serde_json::json!({"name": "side", "securityContext": {"privileged": true}});
    assert_eq!(hidden(privileged), [""; 0]);
}
