//! What can go wrong with Git, by what a person can do about it.

use std::time::Duration;

use thiserror::Error;

use crate::redact::terminal::visible;
use crate::redact::text::redact;

/// Lines of Git's own words that are repeated, and characters of each.
const LINES: usize = 3;
const LINE_LENGTH: usize = 300;

/// What Git says when a server wants to know who asks, and when ssh does not know the server. In the C locale, in which it runs.
const DENIED: &[&str] = &[
    "could not read Username",
    "could not read Password",
    "Authentication failed",
    "Permission denied (",
    "Host key verification failed",
    "terminal prompts disabled",
    "The requested URL returned error: 401",
    "The requested URL returned error: 403",
];

/// Why something could not be read from a repository. No secrets, nothing that acts on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GitError {
    /// There is no `git`.
    #[error("git is not in PATH: install it (package `git`, or https://git-scm.com/downloads)")]
    NotInstalled,
    /// It did not end in time.
    #[error("git did not answer within {} s", .0.as_secs())]
    Timeout(Duration),
    /// The repository wants credentials, or ssh does not know its host.
    #[error(
        "access denied: {0} (driftline never asks for a password: set up a Git credential helper or an ssh key, and try \
         `git ls-remote` on the address)"
    )]
    Denied(String),
    /// The repository has no such branch.
    #[error("there is no branch `{0}`")]
    BranchMissing(String),
    /// Git failed, in its own words.
    #[error("git {doing} failed: {said}")]
    Failed {
        /// Git's command.
        doing: String,
        /// What it said.
        said: String,
    },
    /// Git answered with what no Git answers.
    #[error("git {doing} answered with something else than expected")]
    Unexpected {
        /// Git's command.
        doing: String,
    },
    /// A scratch repository could not be made.
    #[error("no scratch repository in {folder}: {message}")]
    Scratch {
        /// Where.
        folder: String,
        /// The system's words.
        message: String,
    },
}

impl GitError {
    /// A command that ended badly, by what it wrote on stderr.
    pub(super) fn said(doing: &str, stderr: &[u8], status: std::process::ExitStatus) -> Self {
        let text = String::from_utf8_lossy(stderr);
        let redacted = redact(&text);
        let lines: Vec<&str> = redacted.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let matters = |line: &&&str| {
            ["fatal:", "error:", "remote:", "ssh:"]
                .iter()
                .any(|start| line.starts_with(start))
        };
        let mut chosen: Vec<&str> = lines.iter().filter(matters).copied().take(LINES).collect();
        if chosen.is_empty() {
            chosen = lines.iter().rev().take(LINES).rev().copied().collect();
        }
        let said = if chosen.is_empty() {
            format!("ended with {status}")
        } else {
            let shortened: Vec<String> = chosen
                .iter()
                .map(|line| visible(&line.chars().take(LINE_LENGTH).collect::<String>()).into_owned())
                .collect();
            shortened.join("; ")
        };
        if DENIED.iter().any(|words| text.contains(words)) {
            Self::Denied(said)
        } else {
            Self::Failed {
                doing: doing.to_owned(),
                said,
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::GitError;

    fn said(stderr: &str) -> String {
        GitError::said("fetch", stderr.as_bytes(), ExitStatus::from_raw(128 << 8)).to_string()
    }

    #[test]
    fn gits_words_are_repeated_without_secrets_and_escapes() {
        for (stderr, expected) in [
            ("", "git fetch failed: ended with exit status: 128"),
            (
                "warning: x\nfatal: unable to access 'https://u:hunter2@h/a/': Could not resolve host: h\n",
                "git fetch failed: fatal: unable to access 'https://u:‹hidden›@h/a/': Could not resolve host: h",
            ),
            (
                "fatal: \u{1b}[31mred\u{202e}\n",
                "git fetch failed: fatal: \\u{1b}[31mred\\u{202e}",
            ),
            ("one\ntwo\nthree\nfour\n", "git fetch failed: two; three; four"),
        ] {
            assert_eq!(said(stderr), expected);
        }
        assert!(said(&format!("fatal: {}", "x".repeat(10_000))).len() < 400);
    }

    #[test]
    fn a_server_that_wants_a_password_is_told_apart() {
        for stderr in [
            "fatal: could not read Username for 'https://h': terminal prompts disabled\n",
            "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
            "Host key verification failed.\nfatal: Could not read from remote repository.\n",
        ] {
            assert!(said(stderr).contains("credential helper"), "{stderr}");
        }
    }
}
