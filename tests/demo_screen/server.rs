//! A server that goes away and comes back, and one that refuses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use driftline::demo::{RecordedArgoCd, ServerOptions};
use secrecy::ExposeSecret;

use super::frame::{Counts, is_judged, is_watching};
use super::program::{DRIFTLINE, Program, Recorded};

/// `demo serve` while a test runs.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Serving {
    pub(crate) fn start(listen: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(DRIFTLINE)
            .args(["demo", "serve", "--listen", listen])
            .env_clear()
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .take(3)
            .map(|line| line.unwrap().split_once('=').unwrap().1.to_owned())
            .collect();
        Self {
            child,
            address: lines[0].clone(),
            token: lines[1].clone(),
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn watch(address: &str, token: &str, arguments: &[&str], size: (u16, u16)) -> Program {
    let environment = [
        ("ARGOCD_SERVER", address),
        ("ARGOCD_AUTH_TOKEN", token),
        ("ARGOCD_OPTS", "--plaintext"),
    ];
    Program::start(arguments, &environment, size)
}

#[test]
fn a_server_that_goes_away_leaves_its_rows_and_is_taken_up_again_when_it_is_back() {
    let applications = Recorded::built_in().applications();
    let mut serving = Serving::start("127.0.0.1:0");
    let address = serving.address.clone();
    let program = watch(&address, &serving.token, &[], (120, 40));
    program.wait_until_judged(applications);
    program.wait_for_frame("live", is_watching);

    serving.kill();
    let failed = program.wait_for_frame("the failure", |frame| {
        frame.contains(&format!("Cannot reach {address} since ")) && frame.contains("It tries again at ")
    });
    assert!(failed.contains("stale · compared"), "{failed}");
    assert!(
        is_judged(&failed, applications) && failed.contains("RISKY"),
        "the rows stay:\n{failed}"
    );

    let _again = Serving::start(&address);
    let recovered = program.wait_for_frame("the recovery", is_watching);
    assert!(!recovered.contains("Cannot reach"), "{recovered}");
    program.wait_until_judged(applications);
}

#[test]
fn a_token_that_is_refused_says_the_command_that_helps() {
    let serving = Serving::start("127.0.0.1:0");
    for size in [(120, 40), (80, 24)] {
        let program = watch(&serving.address, "canary-3c9e", &[], size);
        program.wait_for_frame("what to do", |frame| {
            frame.contains(&format!("argocd login {}", serving.address)) && frame.contains("It is tried again at")
        });
        assert!(!program.raw().contains("canary-3c9e"));
    }
}

/// Answers everything as an Argo CD does when the session is over, until the process ends.
fn refuse_all(address: &str) {
    let listener = TcpListener::bind(address).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let body =
                r#"{"error":"invalid session: token has expired","code":16,"message":"invalid session: token has expired"}"#;
            let length = body.len();
            // Whoever hung up needs no answer.
            let _ = stream.read(&mut [0; 4096]);
            let _ = write!(
                stream,
                "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
}

#[test]
fn a_session_that_ends_while_one_watches_leaves_the_rows_and_says_the_command_at_any_width() {
    let applications = Recorded::built_in().applications();
    for size in [(120, 40), (80, 24)] {
        let mut serving = Serving::start("127.0.0.1:0");
        let address = serving.address.clone();
        let program = watch(&address, &serving.token, &[], size);
        program.wait_until_judged(applications);
        serving.kill();
        refuse_all(&address);
        let frame = program.wait_for_frame("what to do", |frame| frame.contains(&format!("argocd login {address}")));
        assert!(is_judged(&frame, applications), "the rows stay:\n{frame}");
    }
}

#[test]
fn an_account_that_sees_one_project_sees_its_applications_and_nothing_else() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let recorded = Recorded::built_in();
    let all = recorded.applications();
    let recording = Arc::new(recorded.recording());
    let server = runtime
        .block_on(RecordedArgoCd::start(recording, ServerOptions::default()))
        .unwrap();
    let token = server.token_for("narrow").unwrap();
    let program = watch(&server.addr().to_string(), token.expose_secret(), &[], (120, 40));
    let frame = program.wait_for_frame("its Applications", |frame| {
        Counts::of(frame).is_some_and(|counts| counts.judging == 0)
    });
    let seen = Counts::of(&frame).unwrap().total();
    assert!((1..all).contains(&seen), "{frame}");
}

#[test]
fn an_empty_list_says_that_it_may_mean_no_rights() {
    let serving = Serving::start("127.0.0.1:0");
    let program = watch(&serving.address, &serving.token, &["--project", "no-such-project"], (120, 40));
    program.wait_for_frame("the sentence", |frame| {
        frame.contains("lists no Application that you may see") && frame.contains("applications, get")
    });
}

#[test]
fn a_server_that_goes_away_while_judging_leaves_nothing_unjudged_when_it_is_back() {
    let applications = Recorded::built_in().applications();
    let mut serving = Serving::start("127.0.0.1:0");
    let address = serving.address.clone();
    let program = watch(&address, &serving.token, &[], (120, 40));
    program.wait_for_frame("judging", |frame| {
        Counts::of(frame).is_some_and(|counts| counts.judging > 0 && counts.risky > 2)
    });
    serving.kill();
    program.wait_for_frame("the failure", |frame| frame.contains("Cannot reach"));
    let _again = Serving::start(&address);
    program.wait_for_frame("the recovery", is_watching);
    program.wait_until_judged(applications);
}
