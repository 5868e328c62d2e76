//! What a person writes, and what comes of it: whole messages, whole values.

mod policies;

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::connection::Connection;
use super::flags::Flags;
use super::layers::Layers;
use super::origin::{At, FileLayer, Origin};
use super::problem::Problems;
use super::resolve::resolve;
use super::schema;
use super::settings::{IgnoreSourcePlace, Settings, TokenSource, ViewSettings};
use super::variables::Variables;
use crate::verdict::Verdict;

mod ignore_sources;

/// Sources of a test, in the order of the layers.
#[derive(Default)]
struct Sources<'a> {
    user: &'a str,
    project: &'a str,
    variables: &'a [(&'a str, &'a str)],
    flags: Flags,
}

fn settle(sources: Sources<'_>) -> Result<Settings, Problems> {
    let (user, mut problems) = schema::read(sources.user, FileLayer::User, Path::new("user.toml"));
    let (project, more) = schema::read(sources.project, FileLayer::Project, Path::new(".driftline.toml"));
    problems.extend(more);
    let variables = sources.variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    let settled = resolve(&Layers {
        user,
        project,
        variables: Variables::new(variables),
        flags: sources.flags,
    });
    match settled {
        Ok(settings) if problems.is_empty() => Ok(settings),
        Ok(_) => Err(Problems(problems)),
        Err(more) => Err(Problems(problems.into_iter().chain(more.0).collect())),
    }
}

fn complaints(sources: Sources<'_>) -> Vec<String> {
    settle(sources).unwrap_err().0.iter().map(ToString::to_string).collect()
}

/// (name, server, plaintext, token) of each context.
fn contexts(settings: &Settings) -> Vec<(String, String, bool, Option<String>)> {
    settings
        .contexts
        .iter()
        .map(|c| {
            let token = match &c.token {
                TokenSource::Value(t) | TokenSource::Variable { value: Some(t), .. } => Some(t.expose_secret().to_owned()),
                _ => None,
            };
            (c.name.clone(), c.server.clone(), c.plaintext, token)
        })
        .collect()
}

fn context(name: &str, server: &str, plaintext: bool, token: Option<&str>) -> (String, String, bool, Option<String>) {
    (name.to_owned(), server.to_owned(), plaintext, token.map(str::to_owned))
}

fn server_flag(server: &str) -> Flags {
    Flags {
        connection: Connection {
            server: Some(At::new(server.to_owned(), Origin::Flag("--server"))),
            ..Connection::default()
        },
        ..Flags::default()
    }
}

const TWO: &str = "[[context]]\nname = \"prod\"\nserver = \"argo.prod\"\ntoken_env = \"PROD\"\n\n\
                   [[context]]\nname = \"dev\"\nserver = \"http://argo.dev:8080\"\ntoken_env = \"DEV\"\n";
const ONE: &str = "[[context]]\nname = \"prod\"\nserver = \"argo.prod\"\ntoken_env = \"PROD\"\n";

#[test]
fn nothing_configured_is_no_error_and_gives_the_defaults() {
    let settings = settle(Sources::default()).unwrap();
    assert!(settings.contexts.is_empty());
    assert_eq!(settings.poll.list_every, Duration::from_secs(60));
    assert_eq!(settings.poll.concurrency, 4);
    assert_eq!(settings.view, ViewSettings::default());
    assert_eq!(settings.scan.fail_on, None);
    assert!(settings.effective.iter().all(|e| e.origin == Origin::BuiltIn));
}

#[test]
fn everything_wrong_is_said_at_once_with_place_key_and_way_out() {
    let user = "[[context]]\nname = \"prod\"\nsever = \"x\"\n\n[poll]\nlist_every = 60\nconcurrency = 99\n\n[veiw]\n\n\
                [scan]\nfail_on = \"riskey\"\n";
    assert_eq!(
        complaints(Sources {
            user,
            ..Sources::default()
        }),
        [
            "user.toml:3:1: `context.sever`: unknown key. Did you mean `server`?",
            "user.toml:6:14: `poll.list_every`: expected a string, found a number.",
            "user.toml:9:2: `veiw`: unknown key. Did you mean `view`?",
            "user.toml:1:1: `context.server`: every context needs a server. For example `server = \"argocd.example.com\"`.",
            "user.toml:7:15: `poll.concurrency`: must be from 1 to 16.",
            "user.toml:12:11: `scan.fail_on`: `riskey` is not known. Did you mean `risky`? Known: harmless, needs-review, risky, never.",
        ]
    );
}

#[test]
fn what_is_no_toml_names_its_place() {
    let said = complaints(Sources {
        user: "[poll]\nlist_every = \"60s\nconcurrency = 4\n",
        ..Sources::default()
    });
    assert!(said[0].starts_with("user.toml:2:"), "{said:?}");
    assert!(said[0].contains("not TOML"), "{said:?}");
}

#[test]
fn a_project_file_may_set_environments_and_view_and_nothing_else() {
    let project = "[view]\ntheme = \"light\"\n\n[[environment]]\nname = \"qa\"\ncluster = \"qa-*\"\n";
    let settings = settle(Sources {
        user: "[view]\ntheme = \"dark\"\n",
        project,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(settings.view.theme.value, "light");
    assert_eq!(settings.environments.0.len(), 1);

    assert_eq!(
        complaints(Sources {
            project: "[[context]]\nname = \"x\"\nserver = \"evil\"\ntoken_command = [\"sh\"]\n\n[scan]\nfail_on = \"never\"\n",
            ..Sources::default()
        }),
        [
            ".driftline.toml:1:3: `context`: not allowed in a project file, because a checkout is not trusted. \
             It may hold environment, ignore, view only; move this to your own file.",
            ".driftline.toml:6:2: `scan`: not allowed in a project file, because a checkout is not trusted. \
             It may hold environment, ignore, view only; move this to your own file.",
        ]
    );
}

#[test]
fn a_theme_is_a_name_and_from_the_persons_own_file_also_a_path() {
    const PATH: &str = "a project file may name a theme and never a file, because a checkout is not trusted";
    const NEITHER: &str = "this is neither the name of a theme nor the path of a theme file";
    const AUTO: &str = "`auto` chooses between two themes, and this is one of them";
    for (line, of_user, of_project) in [
        ("theme = \"auto\"", None, None),
        ("theme = \"colour-blind\"", None, None),
        ("dark_theme = \"my_own 2\"", None, None),
        ("theme = \"mine/night.toml\"", None, Some(PATH)),
        ("theme = \"/etc/passwd\"", None, Some(PATH)),
        ("light_theme = \"..\\\\x\"", None, Some(PATH)),
        ("dark_theme = \"night.toml\"", None, Some(PATH)),
        ("theme = \"\"", Some(NEITHER), Some(NEITHER)),
        ("theme = \"..\"", Some(NEITHER), Some(NEITHER)),
        ("light_theme = \"auto\"", Some(AUTO), Some(AUTO)),
    ] {
        let text = format!("[view]\n{line}\n");
        let (user, project) = (text.as_str(), text.as_str());
        let said = |sources: Sources<'_>| settle(sources).err().map(|Problems(problems)| problems[0].message.clone());
        assert_eq!(
            said(Sources {
                user,
                ..Sources::default()
            })
            .as_deref(),
            of_user,
            "user: {line}"
        );
        assert_eq!(
            said(Sources {
                project,
                ..Sources::default()
            })
            .as_deref(),
            of_project,
            "project: {line}"
        );
    }
}

#[test]
fn a_checkouts_environment_rules_come_after_the_persons_own() {
    let rule = |name: &str| format!("[[environment]]\nname = \"{name}\"\ncluster = \"*\"\n");
    let settings = settle(Sources {
        user: &rule("production"),
        project: &rule("playground"),
        ..Sources::default()
    })
    .unwrap();
    let names: Vec<_> = settings.environments.0.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["production", "playground"]);
}

#[test]
fn flags_win_over_variables_and_variables_over_files() {
    let user = "[log]\nlevel = \"warn\"\n";
    let level = |variables: &[(&str, &str)], flag: Option<&str>| {
        settle(Sources {
            user,
            variables,
            flags: Flags {
                log_level: flag.map(|f| At::new(f.to_owned(), Origin::Flag("--log"))),
                ..Flags::default()
            },
            ..Sources::default()
        })
        .unwrap()
        .log
        .level
    };
    assert_eq!(level(&[], None), "warn");
    assert_eq!(level(&[("DRIFTLINE_LOG", "debug")], None), "debug");
    assert_eq!(level(&[("DRIFTLINE_LOG", "debug")], Some("trace")), "trace");
}

#[test]
fn every_value_says_where_it_came_from_and_secrets_are_masked() {
    let settings = settle(Sources {
        user: "[[context]]\nname = \"prod\"\nserver = \"argo.prod\"\ntoken_env = \"PROD\"\nheaders = { X-Key = \"hunter2\" }\n",
        variables: &[("PROD", "s3cret-token")],
        ..Sources::default()
    })
    .unwrap();
    let shown: Vec<String> = settings
        .effective
        .iter()
        .map(|e| format!("{} = {} # {}", e.key, e.value, e.origin))
        .collect();
    assert_eq!(
        shown[..9],
        [
            "context.prod.server = \"argo.prod\" # from user file user.toml:3",
            "context.prod.plaintext = false # built in",
            "context.prod.insecure = false # built in",
            "context.prod.root_path = \"\" # built in",
            "context.prod.token_env = \"PROD\" # from user file user.toml:4",
            "context.prod.token = <set> # from user file user.toml:4",
            "context.prod.headers.X-Key = <set> # from user file user.toml:5",
            "context.prod.projects = [] # built in",
            "context.prod.selector = \"\" # built in",
        ]
    );
    let everything = format!("{settings:?}{shown:?}");
    assert!(!everything.contains("hunter2") && !everything.contains("s3cret-token"));
}

#[test]
fn the_variables_of_demo_serve_make_one_context() {
    let settings = settle(Sources {
        variables: &[
            ("ARGOCD_SERVER", "127.0.0.1:4711"),
            ("ARGOCD_AUTH_TOKEN", "t"),
            ("ARGOCD_OPTS", "--plaintext"),
        ],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("127.0.0.1", "127.0.0.1:4711", true, Some("t"))]);
}

#[test]
fn another_server_never_gets_a_configured_contexts_token() {
    let variables = [("PROD", "prod-token"), ("DEV", "dev-token"), ("ARGOCD_SERVER", "elsewhere")];
    for user in [ONE, TWO] {
        let settings = settle(Sources {
            user,
            variables: &variables,
            ..Sources::default()
        })
        .unwrap();
        assert_eq!(contexts(&settings), [context("elsewhere", "elsewhere", false, None)]);
    }
    // The same host without TLS is not the same server either.
    let settings = settle(Sources {
        user: ONE,
        variables: &[
            ("PROD", "prod-token"),
            ("ARGOCD_SERVER", "argo.prod"),
            ("ARGOCD_OPTS", "--plaintext"),
        ],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("argo.prod", "argo.prod", true, None)]);
}

#[test]
fn a_server_given_in_another_spelling_is_the_configured_context() {
    let settings = settle(Sources {
        user: TWO,
        variables: &[("PROD", "prod-token"), ("ARGOCD_SERVER", "https://ARGO.prod:443/")],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(
        contexts(&settings),
        [context("prod", "https://ARGO.prod:443/", false, Some("prod-token"))]
    );
    let settings = settle(Sources {
        user: TWO,
        variables: &[("DEV", "dev-token")],
        flags: server_flag("argo.dev:8080"),
        ..Sources::default()
    });
    // `http://` in the file and nothing in the flag: the flag means HTTPS, so no token.
    assert_eq!(
        contexts(&settings.unwrap()),
        [context("argo.dev", "argo.dev:8080", false, None)]
    );
}

#[test]
fn a_server_flag_does_not_get_the_token_of_the_variables_server() {
    let sources = |server: &str| Sources {
        variables: &[("ARGOCD_SERVER", "a.example"), ("ARGOCD_AUTH_TOKEN", "token-of-a")],
        flags: server_flag(server),
        ..Sources::default()
    };
    let other = settle(sources("b.example")).unwrap();
    assert_eq!(contexts(&other), [context("b.example", "b.example", false, None)]);
    assert_eq!(
        other.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["ARGOCD_SERVER: ARGOCD_* variables are not used, because they belong to another server than --server names."]
    );
    let same = settle(sources("A.example:443")).unwrap();
    assert_eq!(
        contexts(&same),
        [context("a.example", "A.example:443", false, Some("token-of-a"))]
    );
}

#[test]
fn a_token_without_a_server_replaces_no_token_that_a_context_has() {
    let variables = [("ARGOCD_AUTH_TOKEN", "t"), ("PROD", "p"), ("DEV", "d")];
    let one = settle(Sources {
        user: ONE,
        variables: &variables,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&one), [context("prod", "argo.prod", false, Some("p"))]);
    assert_eq!(one.notes.len(), 1);

    let without = settle(Sources {
        user: "[[context]]\nname = \"prod\"\nserver = \"argo.prod\"\n",
        variables: &variables,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&without), [context("prod", "argo.prod", false, Some("t"))]);

    let two = settle(Sources {
        user: TWO,
        variables: &variables,
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(
        contexts(&two),
        [
            context("prod", "argo.prod", false, Some("p")),
            context("dev", "http://argo.dev:8080", false, Some("d"))
        ]
    );
    assert_eq!(two.notes.len(), 1);
}

#[test]
fn a_variable_left_behind_does_not_weaken_a_configured_contexts_transport() {
    let settings = settle(Sources {
        user: ONE,
        variables: &[("PROD", "p"), ("ARGOCD_OPTS", "--plaintext --insecure")],
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("prod", "argo.prod", false, Some("p"))]);
    assert!(!settings.contexts[0].insecure);
    assert_eq!(settings.notes.len(), 1);
}

#[test]
fn a_named_context_wins_over_the_servers_variables() {
    let settings = settle(Sources {
        user: TWO,
        variables: &[
            ("PROD", "p"),
            ("ARGOCD_SERVER", "elsewhere"),
            ("ARGOCD_AUTH_TOKEN", "token-of-elsewhere"),
        ],
        flags: Flags {
            contexts: vec!["prod".to_owned()],
            ..Flags::default()
        },
        ..Sources::default()
    })
    .unwrap();
    assert_eq!(contexts(&settings), [context("prod", "argo.prod", false, Some("p"))]);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let named = |name: &str, connection: Connection| Flags {
        contexts: vec![name.to_owned()],
        connection,
        ..Flags::default()
    };
    assert_eq!(
        complaints(Sources {
            user: TWO,
            flags: named("prd", Connection::default()),
            ..Sources::default()
        }),
        ["--context: no context is called `prd`. Did you mean `prod`?"]
    );
    assert_eq!(
        complaints(Sources {
            user: TWO,
            flags: named("prod", server_flag("elsewhere").connection),
            ..Sources::default()
        }),
        ["--server: --context prod is another server. Give one of the two."]
    );
    let token = Connection {
        token: Some(At::new(SecretString::from("t"), Origin::Flag("--auth-token"))),
        ..Connection::default()
    };
    assert_eq!(
        complaints(Sources {
            user: TWO,
            flags: Flags {
                connection: token,
                ..Flags::default()
            },
            ..Sources::default()
        }),
        ["--auth-token: several contexts are configured (prod, dev), and this belongs to one. Name it with --context."]
    );
}

#[test]
fn an_address_with_https_and_plaintext_is_refused() {
    assert_eq!(
        complaints(Sources {
            user: "[[context]]\nname = \"a\"\nserver = \"https://host\"\nplaintext = true\n",
            ..Sources::default()
        }),
        ["user.toml:4:13: `context.plaintext`: the server address says https. Remove one of the two."]
    );
}

#[test]
fn problems_never_quote_what_may_be_a_secret() {
    let user = "[[context]]\nname = \"a\"\nserver = \"https://me:s3cret@host\"\ntoken_env = \"s3cret.jwt.part\"\n\
                headers = \"Authorization: s3cret\"\n\n[[context]]\nname = \"b\"\nserver = \"h\"\nheaders = { X = \"s3cret\\n\" }\n\
                token_command = \"echo s3cret\"\n";
    let said = complaints(Sources {
        user,
        variables: &[("ARGOCD_OPTS", "--header s3cret --server 'https://u:s3cret@x'")],
        ..Sources::default()
    });
    assert!(said.len() >= 5, "{said:#?}");
    assert!(!said.join("\n").contains("s3cret"), "{said:#?}");
}

#[test]
fn the_fail_on_threshold_is_a_verdict_or_never() {
    let fail_on = |word: &str| {
        settle(Sources {
            user: &format!("[scan]\nfail_on = \"{word}\"\n"),
            ..Sources::default()
        })
        .unwrap()
        .scan
        .fail_on
    };
    assert_eq!(fail_on("needs-review"), Some(Verdict::NeedsReview));
    assert_eq!(fail_on("never"), None);
}

#[test]
fn keys_stay_raw_with_their_places() {
    let settings = settle(Sources {
        user: "[keys]\n\"list.open\" = \"o\"\n[keys.diff]\nnext-change = [\"n\", \"ctrl-n\"]\n",
        ..Sources::default()
    })
    .unwrap();
    let shown: Vec<String> = settings
        .keys
        .iter()
        .map(|(k, at)| format!("{k}={} {}", at.value, at.origin))
        .collect();
    assert_eq!(
        shown,
        [
            "diff.next-change=[\"n\", \"ctrl-n\"] from user file user.toml:4",
            "list.open=\"o\" from user file user.toml:2"
        ]
    );
}

/// The example with its comment signs before keys taken off.
fn uncommented_example() -> String {
    include_str!("../../config.example.toml")
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(code) if !code.starts_with(' ') => code,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_example_names_every_key_and_only_keys_that_exist() {
    let example = uncommented_example();
    let table: toml::Table = example.parse().unwrap();
    for key in schema::keys() {
        let mut at = Some(&toml::Value::Table(table.clone())).cloned();
        for part in key.split('.') {
            at = at.and_then(|v| match v {
                toml::Value::Array(items) => items.into_iter().next(),
                other => Some(other),
            });
            at = at.and_then(|v| v.get(part).cloned());
        }
        assert!(at.is_some(), "config.example.toml lacks `{key}`");
    }
    let (_, problems) = schema::read(&example, FileLayer::User, Path::new("config.example.toml"));
    assert_eq!(problems, []);
}

#[test]
fn the_example_holds_the_built_in_defaults() {
    // Sample blocks have no default: they show what one could look like.
    let example = uncommented_example()
        .replace("token_command =", "# token_command =")
        .replace("\njq =", "\n# jq =")
        .replace("\ndangerous =", "\n# dangerous =")
        .replace("\nsources =", "\n# sources =");
    let with_example = settle(Sources {
        user: &example,
        ..Sources::default()
    })
    .unwrap();
    let built_in = settle(Sources::default()).unwrap();
    assert_eq!(with_example.poll, built_in.poll);
    let themes = |view: &ViewSettings| [&view.theme, &view.light_theme, &view.dark_theme].map(|theme| theme.value.clone());
    assert_eq!(themes(&with_example.view), themes(&built_in.view));
    assert_eq!(with_example.scan.fail_on, built_in.scan.fail_on);
    assert_eq!(with_example.log, built_in.log);
    assert_eq!(with_example.ignore.sources, built_in.ignore.sources);
    assert_eq!(with_example.ignore.fetch_every, built_in.ignore.fetch_every);
    let context = &with_example.contexts[0];
    assert_eq!(
        (
            context.plaintext,
            context.insecure,
            context.root_path.as_str(),
            context.projects.len(),
            context.selector.as_str()
        ),
        (false, false, "", 0, "")
    );
}

fn ignored(user: &str) -> Vec<String> {
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
fn what_an_environment_matches_is_shown() {
    let settings = settle(Sources {
        user: "[[environment]]\nname = \"production\"\ncluster = \"prod-*\"\nlabel = \"tier=p*\"\n",
        ..Sources::default()
    })
    .unwrap();
    let shown: Vec<_> = settings
        .effective
        .iter()
        .filter(|value| value.key.starts_with("environment."))
        .map(|value| format!("{} = {} # {}", value.key, value.value, value.origin))
        .collect();
    assert_eq!(
        shown,
        [
            "environment.production.cluster = \"prod-*\" # from user file user.toml:1",
            "environment.production.label = \"tier=p*\" # from user file user.toml:1",
        ]
    );
}

#[test]
fn a_checkout_names_no_sources_and_hides_nothing_dangerous() {
    let said = |project| {
        complaints(Sources {
            project,
            ..Sources::default()
        })
    };
    assert_eq!(
        said("[ignore]\nsources = [\"/etc/rules\"]\n"),
        [".driftline.toml:2:11: `ignore.sources`: not allowed in a project file, because a checkout is not trusted."]
    );
    assert_eq!(
        said("[ignore]\nfetch_every = \"1s\"\nsources = [{ repository = \"/r\", branch = \"main\", path = \"a\" }]\n"),
        [
            ".driftline.toml:3:11: `ignore.sources`: not allowed in a project file, because a checkout is not trusted.",
            ".driftline.toml:2:15: `ignore.fetch_every`: not allowed in a project file, because a checkout is not trusted.",
        ]
    );
    assert_eq!(
        said("[[ignore]]\npointer = \"/rules\"\nreason = \"r\"\ndangerous = \"hides-danger\"\n"),
        [".driftline.toml:4:13: `ignore.dangerous`: a checkout is not trusted: its rules hide nothing dangerous."]
    );
}

#[test]
fn a_list_of_rules_holds_rules_and_nothing_else() {
    let path = Path::new("team/ignore.toml");
    let rules = super::ignore_list("[[ignore]]\npointer = \"/status\"\nreason = \"noise\"\n", path).unwrap();
    assert_eq!(rules[0].origin.to_string(), "team/ignore.toml:1");
    let problems = super::ignore_list("[scan]\n[[ignore]]\npointer = \"/status\"\n", path).unwrap_err();
    let said: Vec<_> = problems.0.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "team/ignore.toml:1:2: `scan`: unknown key. Known here: ignore.",
            "team/ignore.toml:2:1: `ignore.reason`: every ignore rule needs a reason.",
        ]
    );
}
