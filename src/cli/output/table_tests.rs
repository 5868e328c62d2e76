use unicode_width::UnicodeWidthStr;

use super::{SignedDuration, Style, age, render};
use crate::engine::scan_sample;

fn at(width: Option<usize>) -> String {
    let style = Style { colours: false, width };
    render(&scan_sample::report(), style)
}

#[test]
fn the_table_is_aligned_worst_first_and_harmless_to_a_terminal() {
    assert_eq!(
        at(None),
        "\
VERDICT         ENV         APPLICATION           RESOURCE             CAUSE        WHO                             WHY
● risky         production  prod:argocd/checkout  ConfigMap/limits     manual-edit  kubectl-edit 2026-11-20 02:13Z  A person changed it with kubectl.
◐ needs review  production  prod:argocd/checkout  +ClusterRole/reader  manual-edit  kubectl-edit 2026-11-20 02:13Z  A person changed it with kubectl.
? cannot tell   production  prod:argocd/broken    ComparisonError: \\u{1b}[31mhelm\\nfailed \\u{202e}txt
○ harmless      production  prod:argocd/checkout  Deployment/web       manual-edit  kubectl-edit 2026-11-20 02:13Z  A person changed it with kubectl.

dev failed: cannot reach argocd.dev.example.com: connection refused
3 Applications: 1 risky, 0 to review, 0 harmless, 1 clean, 1 cannot tell; 2 drifts; 1 addition that Argo CD calls Synced (+)
"
    );
}

#[test]
fn at_eighty_columns_it_says_what_where_and_the_cause_and_wraps_nothing() {
    assert_eq!(
        at(Some(80)),
        "\
VERDICT         ENV         APPLICATION    RESOURCE             CAUSE
● risky         production  prod:checkout  ConfigMap/limits     manual-edit
◐ needs review  production  prod:checkout  +ClusterRole/reader  manual-edit
? cannot tell   production  prod:broken    ComparisonError: \\u{1b}[31mhelm\\nfai…
○ harmless      production  prod:checkout  Deployment/web       manual-edit

dev failed: cannot reach argocd.dev.example.com: connection refused
3 Applications: 1 risky, 0 to review, 0 harmless, 1 clean, 1 cannot tell;
2 drifts; 1 addition that Argo CD calls Synced (+)
"
    );
}

#[test]
fn at_a_hundred_and_sixty_columns_it_says_who_and_why() {
    let text = at(Some(160));
    let rows: Vec<&str> = text.lines().take(2).collect();
    assert_eq!(
        rows,
        [
            "VERDICT         ENV         APPLICATION    RESOURCE             CAUSE        WHO              WHY",
            "● risky         production  prod:checkout  ConfigMap/limits     manual-edit  kubectl-edit 1h  A person changed it with kubectl.",
        ]
    );
}

#[test]
fn names_that_several_have_say_their_namespace_and_long_ones_are_cut_in_the_middle() {
    let mut report = scan_sample::report();
    let namespace = |name: &str| crate::drift::ApplicationKey::new("prod", name, "broken");
    report.applications[0].key = namespace("team-a");
    report.applications[1].environment = "a-very-long-environment".to_owned();
    report.applications[1].key = namespace("team-b");
    report.applications.truncate(2);
    let style = Style {
        colours: false,
        width: Some(70),
    };
    let text = render(&report, style);
    assert_eq!(
        text.lines().nth(1),
        Some("? cannot tell  a-ver…nment  prod:team-b/broken  ComparisonError: \\u{1…"),
        "{text}"
    );
}

#[test]
fn rows_fit_the_terminal() {
    for width in 66..200 {
        let text = at(Some(width));
        for line in text.lines().take(5) {
            assert!(line.width() <= width, "{} > {width}: {line}", line.width());
        }
    }
}

#[test]
fn an_age_is_told_in_its_largest_unit() {
    for (minutes, told) in [
        (-5, "0m"),
        (59, "59m"),
        (60, "1h"),
        (24 * 60 - 1, "23h"),
        (100 * 24 * 60, "100d"),
    ] {
        assert_eq!(age(SignedDuration::from_mins(minutes)), told);
    }
}

#[test]
fn colours_mark_the_verdict_only() {
    let style = Style {
        colours: true,
        width: None,
    };
    let text = render(&scan_sample::report(), style);
    assert!(text.contains("\u{1b}[1;31m● risky\u{1b}[0m  "));
    assert_eq!(text.matches('\u{1b}').count(), 8);
}
