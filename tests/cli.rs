//! The real binary as a person or a script meets it: output, stderr, exit codes. No terminal, no network, a home of its own.

#![expect(clippy::unwrap_used, reason = "a test ends where its own footing gives way")]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A home folder and a working folder of one test.
struct Sandbox {
    root: tempfile::TempDir,
}

/// What a run left behind.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Sandbox {
    fn new() -> Self {
        let sandbox = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(sandbox.folder()).unwrap();
        fs::create_dir_all(sandbox.home()).unwrap();
        sandbox
    }

    fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("work")
    }

    fn config(&self) -> PathBuf {
        let below = if cfg!(target_os = "macos") {
            "Library/Application Support/driftline/config.toml"
        } else {
            ".config/driftline/config.toml"
        };
        self.home().join(below)
    }

    /// Writes the person's own file.
    fn with_config(self, text: &str) -> Self {
        write(&self.config(), text);
        self
    }

    /// Writes the project file of the working folder.
    fn with_project(self, text: &str) -> Self {
        write(&self.folder().join(".driftline.toml"), text);
        self
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftline"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home())
            .env("TERM", "xterm-256color")
            .envs(variables.iter().copied())
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let Output { status, stdout, stderr } = self.command(arguments, variables).output().unwrap();
        Ran {
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }
}

fn write(file: &Path, text: &str) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

const ONE_CONTEXT: &str = "[[context]]\nname = \"prod\"\nserver = \"argocd.invalid\"\ntoken_env = \"PROD_TOKEN\"\n";

#[test]
fn help_names_every_command_and_exit_code_and_the_read_only_promise() {
    let ran = Sandbox::new().run(&["--help"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for part in [
        "demo",
        "scan",
        "config",
        "--server",
        "--context",
        "Exit codes:",
        "130",
        "only reads",
    ] {
        assert!(ran.out.contains(part), "{part} is missing in:\n{}", ran.out);
    }
}

#[test]
fn version_is_one_line() {
    let ran = Sandbox::new().run(&["--version"]);
    assert_eq!(ran.out, concat!("driftline ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(ran.code, Some(0));
}

#[test]
fn config_check_judges_the_themes_with_the_place_that_names_them_and_their_own_lines() {
    let sandbox = Sandbox::new().with_project("[view]\ntheme = \"drak\"\n");
    let ran = sandbox.run(&["config", "check"]);
    assert_eq!(ran.code, Some(2));
    let expected = ".driftline.toml:2:9: there is no theme `drak`. Did you mean `dark`?";
    assert!(ran.err.contains(expected), "{}", ran.err);

    let sandbox = Sandbox::new().with_config("[view]\ndark_theme = \"mine\"\n");
    write(
        &sandbox.config().parent().unwrap().join("themes/mine.toml"),
        "inherits = \"dark\"\n[ui]\ntxet = \"red\"\n",
    );
    let ran = sandbox.run(&["config", "check"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("mine.toml:3:1: `ui.txet`: unknown. Did you mean `text`?"),
        "{}",
        ran.err
    );
}

#[test]
fn wrong_usage_ends_with_two_and_says_what_was_meant() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["scna"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("scan"), "{}", ran.err);
    for arguments in [
        &["scan", "--output", "xml"][..],
        &["scan", "--fail-on", "bad"],
        &["scan", "--app", "a/b/c"],
        &["demo", "serve", "--listen", "nowhere"],
        &["config"],
        &["--context"],
    ] {
        let ran = sandbox.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn without_configuration_it_says_where_it_looked_and_how_to_go_on() {
    for arguments in [&[][..], &["scan"]] {
        let sandbox = Sandbox::new();
        let ran = sandbox.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        for part in [
            sandbox.config().to_str().unwrap(),
            "ARGOCD_SERVER",
            "driftline demo",
            "argocd login",
            "(not there)",
        ] {
            assert!(ran.err.contains(part), "{part} is missing in:\n{}", ran.err);
        }
    }
}

#[test]
fn without_a_terminal_the_screen_refuses_and_names_scan() {
    let sandbox = Sandbox::new().with_config(ONE_CONTEXT);
    for arguments in [&[][..], &["demo"]] {
        let ran = sandbox.run(arguments);
        assert_eq!(
            (ran.code, ran.out.as_str(), ran.err.as_str()),
            (
                Some(2),
                "",
                "driftline: the terminal UI needs a terminal, and this is none. Use `driftline scan` in scripts and pipes.\n"
            ),
            "{arguments:?}"
        );
    }
}

#[test]
fn config_path_is_one_line_whether_the_file_is_there_or_not() {
    let sandbox = Sandbox::new();
    let expected = format!("{}\n", sandbox.config().display());
    assert_eq!(sandbox.run(&["config", "path"]).out, expected);
    assert_eq!(
        sandbox
            .run_with(&["config", "path"], &[("DRIFTLINE_CONFIG", "/elsewhere.toml")])
            .out,
        "/elsewhere.toml\n"
    );
    assert_eq!(
        sandbox
            .run_with(
                &["config", "path", "--config", "mine.toml"],
                &[("DRIFTLINE_CONFIG", "/elsewhere.toml")]
            )
            .out,
        "mine.toml\n"
    );
    let base = sandbox.root.path().join("xdg");
    assert_eq!(
        sandbox
            .run_with(&["config", "path"], &[("XDG_CONFIG_HOME", base.to_str().unwrap())])
            .out,
        format!("{}\n", base.join("driftline/config.toml").display())
    );
}

#[test]
fn config_check_says_that_all_is_fine() {
    let sandbox = Sandbox::new()
        .with_config(ONE_CONTEXT)
        .with_project("[view]\ntheme = \"light\"\n");
    let ran = sandbox.run_with(&["config", "check"], &[("PROD_TOKEN", "x")]);
    let without = sandbox.run(&["config", "check"]);
    assert_eq!((without.code, &without.out), (Some(0), &ran.out));
    assert_eq!(
        without.err,
        "driftline: warning: context prod: the environment variable PROD_TOKEN (token_env) is not set\n"
    );
    assert_eq!(
        (ran.code, ran.out, ran.err),
        (
            Some(0),
            format!(
                "{}: fine\n{}: fine\ncontexts: prod\n",
                sandbox.config().display(),
                fs::canonicalize(sandbox.folder()).unwrap().join(".driftline.toml").display()
            ),
            String::new()
        )
    );
}

#[test]
fn config_check_says_everything_that_is_wrong_with_place_and_nearest_key() {
    let sandbox = Sandbox::new()
        .with_config("[[context]]\nname = \"prod\"\nsevrer = \"x\"\n\n[poll]\nlist_every = 60\n")
        .with_project("[[context]]\nname = \"mine\"\nserver = \"evil.example\"\n");
    let file = sandbox.config().display().to_string();
    let project = fs::canonicalize(sandbox.folder()).unwrap().join(".driftline.toml");
    let ran = sandbox.run(&["config", "check"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    for line in [
        format!("{file}:3:1: `context.sevrer`: unknown key. Did you mean `server`?"),
        format!("{file}:6:14: `poll.list_every`: expected a string, found a number."),
        format!("{}:1:3: `context`: not allowed in a project file", project.display()),
    ] {
        assert!(ran.err.contains(&line), "{line}\nis missing in:\n{}", ran.err);
    }
}

#[test]
fn a_broken_configuration_stops_every_command_that_reads_it() {
    let sandbox = Sandbox::new().with_config("nonsense");
    for arguments in [&[][..], &["scan"], &["config", "show"], &["config", "check"]] {
        let ran = sandbox.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains("config.toml:1:"), "{}", ran.err);
    }
    assert_eq!(sandbox.run(&["config", "path"]).code, Some(0));
}

#[test]
fn a_configuration_file_that_was_named_must_be_there() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["config", "check", "--config", "gone.toml"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.starts_with("driftline: --config: cannot read gone.toml: "),
        "{}",
        ran.err
    );
    let ran = sandbox.run_with(&["config", "check"], &[("DRIFTLINE_CONFIG", "gone.toml")]);
    assert!(
        ran.err.starts_with("driftline: DRIFTLINE_CONFIG: cannot read gone.toml: "),
        "{}",
        ran.err
    );
}

#[test]
fn config_show_tells_where_every_value_came_from_and_no_secret() {
    let canary = "canary-8d1f";
    let text = format!("{ONE_CONTEXT}headers = {{ X-Proxy = \"{canary}\" }}\n\n[poll]\nconcurrency = 2\n");
    let sandbox = Sandbox::new().with_config(&text);
    let ran = sandbox.run_with(
        &["config", "show", "--log", "debug", "--header", &format!("X-More: {canary}")],
        &[("PROD_TOKEN", canary)],
    );
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(!ran.out.contains(canary), "{}", ran.out);
    let file = sandbox.config().display().to_string();
    let lines: Vec<String> = ran
        .out
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    for line in [
        format!("context.prod.server = \"argocd.invalid\" # from user file {file}:3"),
        format!("context.prod.token = <set> # from user file {file}:4"),
        format!("context.prod.headers.X-Proxy = <set> # from user file {file}:5"),
        "context.prod.headers.X-More = <set> # from flag --header".to_owned(),
        format!("poll.concurrency = 2 # from user file {file}:8"),
        "poll.list_every = \"60s\" # built in".to_owned(),
        "log.level = \"debug\" # from flag --log".to_owned(),
    ] {
        assert!(lines.contains(&line), "{line}\nis missing in:\n{}", ran.out);
    }
}

#[test]
fn the_variables_of_the_argocd_cli_make_a_context_whose_token_is_never_shown() {
    let canary = "canary-77aa";
    let variables = [
        ("ARGOCD_SERVER", "127.0.0.1:1"),
        ("ARGOCD_AUTH_TOKEN", canary),
        ("ARGOCD_OPTS", "--plaintext --grpc-web"),
    ];
    let sandbox = Sandbox::new();
    let ran = sandbox.run_with(&["config", "show"], &variables);
    assert!(ran.out.contains("context.127.0.0.1.server = \"127.0.0.1:1\""), "{}", ran.out);
    assert!(ran.out.contains("from environment variable ARGOCD_AUTH_TOKEN"), "{}", ran.out);
    for arguments in [&["config", "show"][..], &["config", "check"], &["scan", "--log", "trace"]] {
        let ran = sandbox.run_with(arguments, &variables);
        assert!(!format!("{ran:?}").contains(canary), "{ran:?}");
    }
}

#[test]
fn an_unknown_context_names_the_nearest() {
    let ran = Sandbox::new().with_config(ONE_CONTEXT).run(&["scan", "--context", "pord"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            Some(2),
            "driftline: --context: no context is called `pord`. Did you mean `prod`?\n"
        )
    );
}

#[test]
fn a_project_file_above_counts_only_inside_its_checkout() {
    let sandbox = Sandbox::new();
    let deep = sandbox.folder().join("a/b");
    fs::create_dir_all(&deep).unwrap();
    write(&sandbox.folder().join(".driftline.toml"), "[view]\ntheme = \"light\"\n");
    let theme = || {
        let mut command = sandbox.command(&["config", "show"], &[]);
        let output = command.current_dir(&deep).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|l| l.starts_with("view.theme")).unwrap().to_owned()
    };
    assert!(theme().contains("auto"), "{}", theme());
    fs::create_dir_all(sandbox.folder().join(".git")).unwrap();
    assert!(theme().contains("light"), "{}", theme());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::new();
    let mut child = sandbox.command(&["config", "show"], &[]).spawn().unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
}

/// `demo serve` while a test runs.
struct Serving {
    child: Child,
    lines: Vec<String>,
}

impl Serving {
    fn start(sandbox: &Sandbox) -> Self {
        let mut child = sandbox.command(&["demo", "serve"], &[]).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut lines = Vec::new();
        for _ in 0..3 {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            lines.push(line.trim_end().to_owned());
        }
        child.stdout = Some(reader.into_inner());
        Self { child, lines }
    }

    /// What `eval` would set.
    fn variables(&self) -> Vec<(&str, &str)> {
        self.lines
            .iter()
            .map(|line| line.strip_prefix("export ").unwrap().split_once('=').unwrap())
            .collect()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn demo_serve_prints_three_exports_that_scan_understands() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox);
    let variables = serving.variables();
    let names: Vec<_> = variables.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "ARGOCD_OPTS"]);

    let ran = sandbox.run_with(&["scan", "--output", "json"], &variables);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["schema"], "driftline/v1");
    assert_eq!(report["contexts"][0]["state"], "ok");
    let applications = report["applications"].as_array().unwrap();
    assert!(!applications.is_empty());
    assert_eq!(report["summary"]["applications"], applications.len());

    let risky = report["summary"]["risky"].as_u64().unwrap() > 0;
    let failing = sandbox.run_with(&["scan", "--fail-on", "risky"], &variables);
    assert_eq!(failing.code, Some(i32::from(risky)));
    assert!(!failing.out.contains('\u{1b}'), "no colours without a terminal");

    let project = applications[0]["project"].as_str().unwrap();
    let scoped = sandbox.run_with(&["scan", "-o", "json", "--project", project], &variables);
    let scoped: serde_json::Value = serde_json::from_str(&scoped.out).unwrap();
    let scoped = scoped["applications"].as_array().unwrap();
    assert!(!scoped.is_empty() && scoped.iter().all(|a| a["project"] == project));
}

#[test]
fn a_scan_that_sees_not_everything_is_partial_and_says_what() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox);
    let ran = sandbox.run_with(&["scan", "--app", "no-such-application"], &serving.variables());
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            Some(3),
            "driftline: no Application `no-such-application` that this token may see.\n"
        )
    );
    let server = serving.variables()[0].1.to_owned();
    let refused = sandbox.run_with(
        &["scan", "--server", &server, "--plaintext", "--fail-on", "harmless"],
        &[("ARGOCD_AUTH_TOKEN", "canary-5e1f")],
    );
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.err.contains("does not accept the token"), "{}", refused.err);
    assert!(!format!("{refused:?}").contains("canary-5e1f"));
}

#[test]
fn a_server_that_is_not_there_is_partial_not_a_crash() {
    let ran = Sandbox::new().run(&["scan", "--server", "127.0.0.1:1", "--plaintext", "--output", "json"]);
    assert_eq!(ran.code, Some(3));
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(report["contexts"][0]["state"], "failed");
    assert!(ran.err.contains("cannot reach 127.0.0.1:1"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn demo_serve_ends_on_a_signal_and_says_nothing_more() {
    let sandbox = Sandbox::new();
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut serving = Serving::start(&sandbox);
        let id = serving.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(serving.child.wait().unwrap().code(), Some(code));
        let mut rest = String::new();
        serving.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[test]
fn recordings_that_are_none_are_refused_with_the_folder() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run_with(&["demo", "serve"], &[("DRIFTLINE_RECORDINGS", "no-such-folder")]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.contains("no-such-folder"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_token_command_gives_the_token_and_its_failure_ends_with_two() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox);
    let variables = serving.variables();
    let (server, token) = (variables[0].1, variables[1].1);
    let context = |script: &str| {
        let command = format!("[\"sh\", \"-c\", \"{script}\"]");
        format!("[[context]]\nname = \"here\"\nserver = \"{server}\"\nplaintext = true\ntoken_command = {command}\n")
    };
    write(&sandbox.config(), &context(&format!("echo {token}")));
    assert_eq!(sandbox.run(&["scan"]).code, Some(0));
    write(&sandbox.config(), &context("echo canary-9b; exit 7"));
    let ran = sandbox.run(&["scan"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("token_command (sh) ended with exit status: 7"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("canary-9b"));
}

/// (Application, kind, name, path) of every change of a scan that an ignore rule hides.
fn ignored(report: &serde_json::Value) -> Vec<[String; 4]> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut found = Vec::new();
    for application in report["applications"].as_array().unwrap() {
        let name = format!("{}/{}", text(&application["namespace"]), text(&application["name"]));
        for list in ["drifts", "invisible"] {
            for drift in application[list].as_array().unwrap() {
                for change in drift["changes"].as_array().unwrap() {
                    if change.get("ignored_by").is_some() {
                        found.push([
                            name.clone(),
                            text(&drift["kind"]),
                            text(&drift["name"]),
                            text(&change["path"]),
                        ]);
                    }
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn adding_an_ignore_rule_hides_exactly_what_ignore_test_listed() {
    let sandbox = Sandbox::new();
    let serving = Serving::start(&sandbox);
    let variables = serving.variables();
    let rule = [
        "--where",
        "kind=Deployment",
        "--where",
        "group=apps",
        "--jq",
        ".spec | (.replicas, .template.spec.containers[]?.image)",
    ];
    let before = sandbox.run_with(&["scan", "-o", "json"], &variables);
    assert_eq!(ignored(&serde_json::from_str(&before.out).unwrap()), [[""; 4]; 0]);

    let tested = sandbox.run_with(&[&["ignore", "test", "-o", "json"], &rule[..]].concat(), &variables);
    assert_eq!((tested.code, tested.err.as_str()), (Some(0), ""));
    let tested: serde_json::Value = serde_json::from_str(&tested.out).unwrap();
    let mut listed: Vec<[String; 4]> = tested["rules"][0]["here"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| ["application", "kind", "name", "path"].map(|key| change[key].as_str().unwrap().to_owned()))
        .collect();
    listed.sort();

    let file = sandbox.folder().join(".driftline.toml");
    let added = sandbox.run(
        &[
            &[
                "ignore",
                "add",
                "--reason",
                "scaled outside",
                "--file",
                file.to_str().unwrap(),
            ],
            &rule[..],
        ]
        .concat(),
    );
    assert_eq!(added.code, Some(0), "{}", added.err);
    let after = sandbox.run_with(&["scan", "-o", "json"], &variables);
    let after: serde_json::Value = serde_json::from_str(&after.out).unwrap();
    assert_eq!(ignored(&after), listed);
    assert_eq!(after["summary"]["ignored"], listed.len());
    assert!(!listed.is_empty(), "the recording has no such change: the test says nothing");
}

#[test]
fn a_rule_is_added_below_what_stands_there_and_listed_with_its_place() {
    let sandbox = Sandbox::new().with_project("# ours\n[view]\ntheme = \"dark\" # easy on the eyes\n");
    let added = sandbox.run(&[
        "ignore",
        "add",
        "--where",
        "kind=Deployment",
        "--pointer",
        "/spec/replicas",
        "--reason",
        "scaled outside",
        "--expires",
        "2999-12-31",
    ]);
    assert_eq!(added.code, Some(0), "{}", added.err);
    let file = sandbox.folder().join(".driftline.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(
        text.starts_with("# ours\n[view]\ntheme = \"dark\" # easy on the eyes\n\n[[ignore]]\nkind = \"Deployment\"\n"),
        "{text}"
    );
    assert!(text.contains("expires = 2999-12-31\n"), "{text}");

    let listed = sandbox.run(&["ignore", "list", "-o", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    let rule = &listed["rules"][0];
    assert_eq!(
        (
            rule["state"].as_str(),
            rule["pointer"].as_str(),
            rule["from_checkout"].as_bool()
        ),
        (Some("active"), Some("/spec/replicas"), Some(true))
    );
    assert!(rule["rule"].as_str().unwrap().ends_with(".driftline.toml:5"), "{rule}");
}

#[test]
fn a_rule_for_what_guards_something_needs_the_word_and_no_checkout_may_say_it() {
    let sandbox = Sandbox::new().with_project("");
    let rule = [
        "ignore",
        "add",
        "--where",
        "kind=Role",
        "--pointer",
        "/rules",
        "--reason",
        "r",
    ];
    let refused = sandbox.run(&rule);
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(refused.err.contains("--dangerous hides-danger"), "{}", refused.err);
    let refused = sandbox.run(&[&rule[..], &["--dangerous", "hides-danger"]].concat());
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    assert!(refused.err.contains("checkout"), "{}", refused.err);
    assert_eq!(fs::read_to_string(sandbox.folder().join(".driftline.toml")).unwrap(), "");

    let own = sandbox.root.path().join("own.toml");
    let written = sandbox.run(&[&rule[..], &["--dangerous", "hides-danger", "--file", own.to_str().unwrap()]].concat());
    assert_eq!(written.code, Some(0), "{}", written.err);
    assert!(fs::read_to_string(&own).unwrap().contains("dangerous = \"hides-danger\"\n"));
}

#[test]
fn what_is_wrong_with_a_rule_is_said_by_flag_and_nothing_is_written() {
    let sandbox = Sandbox::new().with_project("");
    let ran = sandbox.run(&["ignore", "add", "--jq", "input", "--expires", "soon"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(
        ran.err,
        "driftline: --expires: expected a date such as 2027-01-31, found a string.\n\
         --jq: `input` may not be used here: only paths, `select`, comparisons and tests of text may.\n"
    );
    assert_eq!(fs::read_to_string(sandbox.folder().join(".driftline.toml")).unwrap(), "");
}
