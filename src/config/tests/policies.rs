//! What a team makes of verdicts, as it is written.

use super::{At, Flags, Origin, Sources, complaints, settle};
use crate::verdict::Verdict;
use crate::verdict::policy::{EnvironmentPolicy, VerdictOverride};

#[test]
fn policies_are_read_for_every_environment_and_for_one() {
    let settings = settle(Sources {
        user: "[policy.verdicts]\nrestart-trigger = { least = \"needs-review\" }\n\n\
               [[environment]]\nname = \"dev\"\nverdicts = { configmap-hotfix = { most = \"needs-review\" } }\n\n\
               [[environment]]\nname = \"production\"\ncluster = \"prod-*\"\nconfidence = { harmless = 0.9 }\nfail_on = \"risky\"\n\
               [environment.verdicts]\nsecurity-critical = { most = \"needs-review\", dangerous = \"hides-danger\" }\n",
        ..Sources::default()
    })
    .unwrap();
    let bounds = |least, most, dangerous| VerdictOverride { least, most, dangerous };
    let verdicts = |policy: &EnvironmentPolicy| policy.verdicts.clone().into_iter().collect::<Vec<_>>();
    let policies = &settings.policies;
    assert_eq!(
        verdicts(&policies.everywhere),
        [("restart-trigger".to_owned(), bounds(Some(Verdict::NeedsReview), None, false))]
    );
    assert_eq!(
        verdicts(&policies.environments["dev"]),
        [("configmap-hotfix".to_owned(), bounds(None, Some(Verdict::NeedsReview), false))]
    );
    let production = &policies.environments["production"];
    assert_eq!(
        verdicts(production),
        [("security-critical".to_owned(), bounds(None, Some(Verdict::NeedsReview), true))]
    );
    assert_eq!(production.harmless_confidence, Some(0.9));
    // A name alone makes no rule: it says what holds where the label says `dev`.
    let rules: Vec<_> = settings.environments.0.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(rules, ["production"]);
    assert_eq!(settings.scan.threshold("production"), Some(Verdict::Risky));
    assert_eq!(settings.scan.threshold("dev"), None);
    let shown: Vec<_> = settings
        .effective
        .iter()
        .filter(|e| e.key.contains("verdicts") || e.key.contains("confidence") || e.key.ends_with("production.fail_on"))
        .map(|e| (e.key.as_str(), e.value.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            ("policy.verdicts.restart-trigger", "{ least = \"needs-review\" }"),
            ("environment.dev.verdicts.configmap-hotfix", "{ most = \"needs-review\" }"),
            (
                "environment.production.verdicts.security-critical",
                "{ most = \"needs-review\", dangerous = \"hides-danger\" }"
            ),
            ("environment.production.confidence.harmless", "0.9"),
            ("environment.production.fail_on", "\"risky\""),
        ]
    );
}

#[test]
fn who_asks_for_a_threshold_now_means_every_environment() {
    let settings = settle(Sources {
        user: "[[environment]]\nname = \"dev\"\nfail_on = \"never\"\n",
        flags: Flags {
            fail_on: Some(At::new("risky".to_owned(), Origin::Flag("--fail-on"))),
            ..Flags::default()
        },
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(settings.scan.threshold("dev"), Some(Verdict::Risky));
}

#[test]
fn everything_wrong_with_policies_is_said_at_once() {
    assert_eq!(
        complaints(Sources {
            user: "[policy.verdicts]\n\
                   manual-edits = { most = \"harmless\" }\n\
                   nonsense = { most = \"harmless\" }\n\
                   person-edit = { most = \"harmless\" }\n\
                   manual-edit = { most = \"harmles\" }\n\
                   manual-env = { least = \"risky\", most = \"harmless\" }\n\
                   manual-image = { dangerous = \"yes\" }\n\
                   git-ahead = \"harmless\"\n\
                   [policy.confidence]\nharmless = 1.5\n\n\
                   [[environment]]\nname = \"dev\"\nfail_on = \"risk\"\nverdicts = { bookkeeping = { least = \"risky\", mots = 1 } }\n\n\
                   [[environment]]\nname = \"dev\"\nverdicts = { bookkeeping = { least = \"risky\" } }\n\n\
                   [[environment]]\nname = \"qa\"\n",
            ..Sources::default()
        }),
        [
            "user.toml:8:1: `policy.verdicts.git-ahead`: expected a table, found a string.",
            "user.toml:10:12: `policy.confidence.harmless`: expected a number from 0 to 1, found a decimal number.",
            "user.toml:15:47: `environment.verdicts.bookkeeping.mots`: unknown key. Did you mean `most`?",
            "user.toml:5:24: `policy.verdicts.manual-edit.most`: `harmles` is not known. Did you mean `harmless`? Known: harmless, needs-review, risky.",
            "user.toml:2:1: `policy.verdicts.manual-edits`: no rule gives this cause. Did you mean `manual-edit`?",
            "user.toml:6:1: `policy.verdicts.manual-env`: at least risky and at most harmless is nothing.",
            "user.toml:7:1: `policy.verdicts.manual-image`: says nothing of the verdict. For example `{ most = \"needs-review\" }` or `{ least = \"risky\" }`.",
            "user.toml:7:30: `policy.verdicts.manual-image.dangerous`: the word is `hides-danger`.",
            "user.toml:3:1: `policy.verdicts.nonsense`: no rule gives this cause. `driftline rules show ID` names the causes of a rule, `driftline rules list` the rules.",
            "user.toml:4:1: `policy.verdicts.person-edit`: no rule gives this cause. It is a rule; its causes are manual-edit, configmap-hotfix, manual-env, manual-image, manual-replicas, manual-resources.",
            "user.toml:14:11: `environment.fail_on`: `risk` is not known. Did you mean `risky`? Known: harmless, needs-review, risky, never.",
            "user.toml:19:14: `environment.verdicts.bookkeeping`: said twice for `dev`. Keep one of the two.",
            "user.toml:21:1: `environment`: this rule would match every Application. Give `cluster`, `project`, `namespace` or `label`; \"*\" matches anything.",
        ]
    );
}

#[test]
fn a_checkout_makes_nothing_of_verdicts() {
    assert_eq!(
        complaints(Sources {
            project: "[policy.verdicts]\nmanual-edit = { most = \"harmless\" }\n\n\
                      [[environment]]\nname = \"dev\"\ncluster = \"*\"\nfail_on = \"never\"\n\
                      verdicts = { manual-edit = 7 }\nconfidence = { harmless = 0.0 }\n",
            ..Sources::default()
        }),
        [
            ".driftline.toml:1:2: `policy`: not allowed in a project file, because a checkout is not trusted. \
             It may hold environment, ignore, view only; move this to your own file.",
            ".driftline.toml:7:1: `environment.fail_on`: not allowed in a project file, because a checkout is not trusted. \
             It may say which Applications an environment has; move this to your own file.",
            ".driftline.toml:8:1: `environment.verdicts`: not allowed in a project file, because a checkout is not trusted. \
             It may say which Applications an environment has; move this to your own file.",
            ".driftline.toml:9:1: `environment.confidence`: not allowed in a project file, because a checkout is not trusted. \
             It may say which Applications an environment has; move this to your own file.",
        ]
    );
    let settings = settle(Sources {
        user: "[[environment]]\nname = \"dev\"\nverdicts = { manual-edit = { most = \"harmless\" } }\n",
        project: "[[environment]]\nname = \"dev\"\ncluster = \"prod-*\"\n\n[[environment]]\nname = \"qa\"\ncluster = \"qa-*\"\n",
        ..Sources::default()
    })
    .unwrap();
    let rules: Vec<_> = settings
        .environments
        .0
        .iter()
        .map(|rule| (rule.name.as_str(), rule.from_checkout))
        .collect();
    assert_eq!(rules, [("qa", true)]);
    let notes: Vec<_> = settings.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            ".driftline.toml:1:1: `environment`: a checkout does not decide what belongs to `dev`: your own file has a policy for it. \
          Say in your own file which Applications it has."
        ]
    );
}
