//! Ignore rules of the person's own file and of a checkout's.

use super::*;

pub(super) fn ignored(user: &str) -> Vec<String> {
    complaints(Sources {
        user,
        ..Sources::default()
    })
}

#[test]
fn ignore_rules_are_read_from_both_files_and_know_where_they_stand() {
    let settings = settle(Sources {
        user: "[ignore]\nsources = [\"team/ignore.toml\"]\n\n[[ignore.rule]]\nkind = \"Deployment\"\ngroup = \"apps\"\n\
               pointer = \"/spec/replicas\"\nreason = \"scaled outside\"\nauthor = \"a\"\ncreated = 2026-01-02\nexpires = \"2027-01-31\"\n",
        project: "[[ignore]]\nkind = \"ConfigMap\"\nmanager = \"config-bot\"\npointer = \"/data\"\nreason = \"generated\"\ndisabled = true\n",
        ..Sources::default()
    })
    .unwrap();
    let rules: Vec<_> = settings
        .ignore
        .rules
        .iter()
        .map(|rule| {
            let expires = rule.expires.map(|date| date.to_string()).unwrap_or_default();
            (
                rule.origin.to_string(),
                rule.origin.from_checkout,
                rule.matcher.to_string(),
                expires,
                rule.disabled,
            )
        })
        .collect();
    assert_eq!(
        rules,
        [
            (
                "user.toml:4".to_owned(),
                false,
                "/spec/replicas".to_owned(),
                "2027-01-31".to_owned(),
                false
            ),
            (
                ".driftline.toml:1".to_owned(),
                true,
                "/data by config-bot".to_owned(),
                String::new(),
                true
            ),
        ]
    );
    let file = IgnoreSourcePlace::File("team/ignore.toml".into());
    assert_eq!(settings.ignore.sources[0].place, file);
}

#[test]
fn everything_wrong_with_ignore_rules_is_said_at_once() {
    assert_eq!(
        ignored(
            "[[ignore]]\npointr = \"/spec\"\nreason = \" \"\n\n\
             [[ignore]]\npointer = \"spec\"\nreason = \"r\"\nexpires = \"soon\"\n\n\
             [[ignore]]\njq = \".a | until(false; .)\"\nreason = \"r\"\n\n\
             [[ignore]]\nmanager = \"keda\"\npointer = \"/spec\"\nreason = \"r\"\ndangerous = \"yes\"\n\n\
             [[ignore]]\nmanager = \"keda\"\nkind = \"Deployment\"\nreason = \"r\"\n\n\
             [[ignore]]\npointer = \"/a\"\njq = \".a\"\nname = \"\"\n"
        ),
        [
            "user.toml:2:1: `ignore.pointr`: unknown key. Did you mean `pointer`?",
            "user.toml:8:11: `ignore.expires`: expected a date such as 2027-01-31, found a string.",
            "user.toml:1:1: `ignore`: a rule says what it hides: `pointer`, `jq`, or `manager` with `pointer`.",
            "user.toml:6:11: `ignore.pointer`: a pointer starts with `/`, such as `/spec/replicas`.",
            "user.toml:11:6: `ignore.jq`: `until` may not be used here: only paths, `select`, comparisons and tests of text may.",
            "user.toml:18:13: `ignore.dangerous`: the word is `hides-danger`.",
            "user.toml:14:1: `ignore.kind`: a manager rule needs a kind: a manager's name alone is only a claim.",
            "user.toml:18:13: `ignore.dangerous`: a manager rule never hides what guards something.",
            "user.toml:21:11: `ignore.manager`: a manager rule needs a `pointer`: the place below which it holds.",
            "user.toml:28:8: `ignore.name`: an empty pattern matches nothing. Leave it out, or write \"*\".",
            "user.toml:27:6: `ignore.jq`: `jq` stands alone: give either it or `pointer`.",
        ]
    );
}

#[test]
fn a_list_of_rules_holds_rules_and_nothing_else() {
    let path = Path::new("team/ignore.toml");
    let rules = crate::config::ignore_list("[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n", path).unwrap();
    assert_eq!(rules[0].origin.to_string(), "team/ignore.toml:1");
    let problems = crate::config::ignore_list("[scan]\n[[ignore]]\npointer = \"/status\"\n", path).unwrap_err();
    let said: Vec<_> = problems.0.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "team/ignore.toml:1:2: `scan`: unknown key. Known here: ignore.",
            "team/ignore.toml:2:1: `ignore.reason`: every ignore rule needs a reason.",
        ]
    );
}
