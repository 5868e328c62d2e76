//! What a person writes, and what comes of it: whole messages, whole values.

mod connections;
mod example;
mod ignore_rules;
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
fn a_viewer_is_given_both_files_and_comes_from_the_persons_own_file() {
    for (text, expected) in [
        ("diff_viewer = [\"delta\", \"{desired}\", \"{live}\"]", None),
        ("diff_viewer = []", None),
        (
            "diff_viewer = [\"delta\", \"{live}\"]",
            Some("must be given both `{desired}` and `{live}`"),
        ),
        ("diff_viewer = [\"\"]", Some("names no program")),
    ] {
        let user = format!("[view]\n{text}\n");
        let said = settle(Sources {
            user: &user,
            ..Sources::default()
        })
        .err()
        .map(|problems| problems.to_string());
        match expected {
            None => assert_eq!(said, None, "{text}"),
            Some(part) => assert!(said.as_ref().is_some_and(|said| said.contains(part)), "{text}: {said:?}"),
        }
    }
    let project = "[view]\ndiff_viewer = [\"sh\", \"{desired}\", \"{live}\"]\n";
    let said = complaints(Sources {
        project,
        ..Sources::default()
    })
    .join("\n");
    assert!(
        said.contains(".driftline.toml:2:15: `view.diff_viewer`: not allowed in a project file"),
        "{said}"
    );
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
