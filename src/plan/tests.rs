//! Bodies as a whole: what a reviewer reads, and that nothing foreign in it is obeyed or leaves its place.

use proptest::prelude::*;

use super::*;
use crate::drift::{ApplicationIdentity, DriftState, RepositoryPath, ResourceKey, Source};
use crate::verdict::{Cause, Confidence, Verdict};

fn evidence() -> Evidence {
    let at = "2026-11-20T03:13:00Z".parse().unwrap();
    Evidence {
        application: ApplicationIdentity {
            server: "https://argocd.example.com".to_owned(),
            namespace: "argocd".to_owned(),
            name: "payments-api".to_owned(),
        },
        project: "shop".to_owned(),
        cluster: "prod-eu-1".to_owned(),
        environment: "prod".to_owned(),
        resource: ResourceKey::new("", "ConfigMap", "shop", "api-config"),
        state: DriftState::Changed,
        invisible: false,
        fingerprint: "9c31e2aa07b45d18".to_owned(),
        verdict: Verdict::Risky,
        confidence: Confidence::new(0.94),
        cause: Cause::new("configmap-hotfix"),
        rule: "person-edit",
        reason: "A person changed a value of this ConfigMap outside Git, and pods read it at start.".to_owned(),
        next: "Auto-sync is on, self-heal off: the next commit to main reverts it.".to_owned(),
        git: vec!["main@3f9c2ab, 12 d ago, Ann Example: \"raise pool size\"".to_owned()],
        changes: vec![ChangedField {
            path: "/data/MAX_CONNECTIONS".to_owned(),
            verdict: Verdict::Risky,
            desired: Some("\"100\"".to_owned()),
            live: Some("\"400\"".to_owned()),
            who: Some("kubectl-edit · Update".to_owned()),
            when: Some("2026-11-20T02:13:00Z".parse().unwrap()),
            whose_move: "edited in the cluster",
            ignored_by: None,
        }],
        difference: "--- desired\n+++ live\n@@ -1,2 +1,2 @@\n data:\n-  MAX_CONNECTIONS: \"100\"\n+  MAX_CONNECTIONS: \"400\"\n"
            .to_owned(),
        first_seen: at,
        since: Some(at),
        flaps: 0,
        page: Some("https://argocd.example.com/applications/argocd/payments-api".to_owned()),
        read_at: at,
    }
}

fn place() -> Destination {
    let source = Source {
        repo_url: "https://git.example.com/shop/platform".to_owned(),
        path: "apps/payments".to_owned(),
        target_revision: "main".to_owned(),
        ..Source::default()
    };
    let origins = Origins {
        sources: std::slice::from_ref(&source),
        ..Origins::default()
    };
    destinations(origins).unwrap().remove(0)
}

fn records() -> RepositoryPath {
    RepositoryPath::parse(record::RECORDS).unwrap()
}

fn pull_request(evidence: &Evidence) -> PullRequestPlan {
    record_pull_request(evidence, place(), &records(), Landing::default()).unwrap()
}

#[test]
fn a_reviewer_reads_what_who_when_why_and_the_two_ways_out() {
    let plan = pull_request(&evidence());
    insta::assert_snapshot!(format!(
        "{}\n{}\n{:?}\n\n{}\n=====\n{}\n=====\n{}",
        plan.branch, plan.title, plan.labels, plan.message, plan.files[0].path, plan.body
    ));
}

#[test]
fn the_record_and_the_issue_tell_the_same() {
    let evidence = evidence();
    insta::assert_snapshot!(format!(
        "{}\n=====\n{}",
        record::text(&evidence),
        issue(&evidence, place().repository, Some("the source is a chart")).body
    ));
}

/// Everything outside of code: lines outside fences, without code spans.
fn outside_code(body: &str) -> String {
    let (mut outside, mut fence) = (String::new(), None::<String>);
    for line in body.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) => {
                if ticks.len() >= open.len() && line.trim_start_matches('`').trim().is_empty() {
                    fence = None;
                }
            }
            None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
            None => outside.push_str(&without_spans(line)),
        }
        outside.push('\n');
    }
    assert!(fence.is_none(), "a fence is never closed");
    outside
}

fn without_spans(line: &str) -> String {
    let mut rest = line;
    let mut outside = String::new();
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        let ticks = rest[at..].chars().take_while(|c| *c == '`').count();
        let run = "`".repeat(ticks);
        let after = &rest[at + ticks..];
        let mut search = 0;
        let end = loop {
            let Some(found) = after[search..].find(&run) else { break None };
            let found = search + found;
            let length = after[found..].chars().take_while(|c| *c == '`').count();
            if length == ticks {
                break Some(found);
            }
            search = found + length;
        };
        match end {
            Some(end) => rest = &after[end + ticks..],
            None => {
                outside.push_str(&run);
                rest = after;
            }
        }
    }
    outside.push_str(rest);
    outside
}

const HOSTILE: &str = "``` @everyone fixes #1 <!-- <details> [skip ci] | `x` ````\n## Approved\n\u{202e}\u{1b}[31m<script>";

fn poisoned(text: &str) -> Evidence {
    let mut evidence = evidence();
    for place in [
        &mut evidence.project,
        &mut evidence.cluster,
        &mut evidence.environment,
        &mut evidence.reason,
        &mut evidence.next,
        &mut evidence.difference,
        &mut evidence.git[0],
        &mut evidence.changes[0].path,
        &mut evidence.application.name,
        &mut evidence.application.namespace,
        &mut evidence.application.server,
        &mut evidence.resource.kind,
        &mut evidence.resource.name,
        &mut evidence.resource.namespace,
        &mut evidence.resource.group,
    ] {
        text.clone_into(place);
    }
    let change = &mut evidence.changes[0];
    change.desired = Some(text.to_owned());
    change.live = Some(text.to_owned());
    change.who = Some(text.to_owned());
    change.ignored_by = Some(text.to_owned());
    evidence.page = Some(text.to_owned());
    evidence
}

fn is_calm(body: &str) {
    let outside = outside_code(body);
    let first = outside.lines().next().unwrap_or_default().to_owned();
    assert!(first.starts_with("<!-- driftline:1 ") && first.ends_with("-->"), "{first}");
    let rest = &outside[first.len()..];
    for sign in [
        "@", "#1", "<script", "<!--", "<details", "[skip", "Approved", "\u{202e}", "\u{1b}",
    ] {
        assert!(!rest.contains(sign), "{sign:?} outside of code:\n{rest}");
    }
}

#[test]
fn hostile_text_in_every_place_acts_nowhere() {
    let evidence = poisoned(HOSTILE);
    let plan = pull_request(&evidence);
    is_calm(&plan.body);
    is_calm(&plan.files[0].contents);
    is_calm(&issue(&evidence, place().repository, Some(HOSTILE)).body);
    for line in [&plan.title, &plan.message, &plan.branch] {
        assert!(!line.contains(['@', '#', '<', '`', '\u{1b}', '\u{202e}']), "{line}");
        assert!(!line.contains("[skip") && !line.contains("fixes #"), "{line}");
    }
    assert_eq!(plan.title.lines().count(), 1);
}

#[test]
fn a_body_fits_whatever_the_difference() {
    for line in ["+ x\n", "+ ````````````\n", "+ \u{1b}\u{1b}\u{1b}\u{1b}\n", "+ 🙂🙂🙂🙂\n"] {
        let mut evidence = evidence();
        evidence.difference = line.repeat(70_000);
        evidence.changes = vec![evidence.changes[0].clone(); 500];
        for body in [
            pull_request(&evidence).body,
            record::text(&evidence),
            issue(&evidence, place().repository, None).body,
        ] {
            assert!(markdown::utf16_length(&body) <= LONGEST_BODY, "{line:?}");
            assert!(body.contains("more lines are left out."));
            assert!(body.contains("… and 460 more fields."));
        }
    }
    let long = "x".repeat(70_000);
    let plan = pull_request(&poisoned(&long));
    assert!(markdown::utf16_length(&plan.body) <= LONGEST_BODY);
    assert!(plan.title.len() < 400 && plan.message.len() < 1_000);
}

#[test]
fn a_record_has_a_path_below_its_folder_whatever_the_source_says() {
    for (source_path, expected) in [
        ("apps/payments", ".drift/apps/payments/configmap-api-config-"),
        ("", ".drift/configmap-api-config-"),
        (".", ".drift/configmap-api-config-"),
        ("../../etc", ".drift/etc/configmap-api-config-"),
        ("a b/.git/-x", ".drift/a-b/x.git/x-x/configmap-api-config-"),
    ] {
        let path = record::path(&records(), source_path, &evidence()).unwrap();
        assert!(path.as_str().starts_with(expected), "{path}");
        assert!(path.as_str().ends_with(".md"));
    }
}

proptest! {
    #[test]
    fn nothing_foreign_acts_outside_of_code(text in "[`~@#<>|\\n !\\-a\\[\\]\\\\]{0,80}") {
        let evidence = poisoned(&text);
        let plan = pull_request(&evidence);
        let outside = outside_code(&plan.body);
        let first = outside.lines().next().unwrap_or_default().len();
        let calm = outside[first..].replace("<https://argocd.example.com/applications/argocd/payments-api>", "");
        prop_assert!(!calm.contains(['@', '<']), "{}", outside);
    }
}
