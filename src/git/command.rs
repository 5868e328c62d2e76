//! One git command in a scratch repository: what it may reach, what it inherits, how much it may say, and that it ends.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;

use futures_util::future::join3;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, sink};
use tokio::process::{Child, Command};

use super::error::GitError;
use super::{Git, SshCommand};
use crate::drift::{RepositoryUrl, Transport};

/// Of what Git says when it fails.
const LARGEST_COMPLAINT: u64 = 64 * 1024;

/// Variables by which a surrounding Git (a hook, an alias) would lead ours into another repository, and those that could put a
/// prompt on the screen.
const NOT_INHERITED: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_REPLACE_REF_BASE",
    "GIT_QUARANTINE_PATH",
    "GIT_TEMPLATE_DIR",
    "GIT_EXTERNAL_DIFF",
    "SSH_ASKPASS",
];

/// Configuration that holds whatever the person's own says: no hooks, no helpers in the background, no endless wait.
const CONFIGURATION: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "fetch.bundleURI=",
    "init.defaultBranch=main",
    "credential.interactive=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=20",
    "protocol.version=2",
];

/// Runs nobody's questions: no host key, no passphrase, no password. And gives up on a host that does not answer.
const BATCH_SSH: &str = "ssh -oBatchMode=yes -oConnectTimeout=15";

/// What a command printed.
#[derive(Debug)]
pub(super) enum Printed {
    /// All of it.
    Whole(Vec<u8>),
    /// More than was allowed.
    TooMuch,
}

/// What a command is given besides its arguments.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Given<'a> {
    /// What it reads.
    pub(super) input: &'a [u8],
    /// Variables of its environment.
    pub(super) environment: &'a [(&'a str, &'a OsStr)],
}

/// The command among the arguments, for messages.
pub(super) fn doing<'a>(arguments: &[&'a str]) -> &'a str {
    arguments.first().copied().unwrap_or_default()
}

impl Git {
    /// Runs `git ARGUMENTS` on the repository in `folder`; the first argument is the command. At most `limit` bytes are
    /// taken. Dropping the future ends Git and everything that it started.
    pub(super) async fn run(
        &self,
        folder: &Path,
        url: &RepositoryUrl,
        arguments: &[&str],
        limit: u64,
    ) -> Result<Printed, GitError> {
        self.run_given(folder, url, arguments, Given::default(), limit).await
    }

    /// [`Git::run`] with something to read and variables.
    pub(super) async fn run_given(
        &self,
        folder: &Path,
        url: &RepositoryUrl,
        arguments: &[&str],
        given: Given<'_>,
        limit: u64,
    ) -> Result<Printed, GitError> {
        let mut command = self.command(folder);
        command.envs(given.environment.iter().copied());
        if !given.input.is_empty() {
            command.stdin(Stdio::piped());
        }
        command.env("GIT_ALLOW_PROTOCOL", protocols(url.transport()));
        if self.ssh == SshCommand::Batch && url.transport() != Transport::Folder && !self.configures_ssh(folder).await {
            command.env("GIT_SSH_COMMAND", BATCH_SSH);
        }
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return Err(not_started(&error, folder, doing(arguments)).await),
        };
        Running::new(child).finish(doing(arguments), given.input, limit).await
    }

    /// Whether the person's configuration of Git names an ssh command, which then stands.
    async fn configures_ssh(&self, folder: &Path) -> bool {
        let mut command = self.command(folder);
        command
            .args(["config", "--get", "core.sshCommand"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // When even this does not run, the command after it says why.
        command.status().await.is_ok_and(|status| status.success())
    }

    /// `git` on the repository in `folder`, up to the command.
    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--git-dir").arg(folder);
        for setting in CONFIGURATION {
            command.args(["-c", setting]);
        }
        command
            // Not where the person works: a checkout there has a configuration of its own.
            .current_dir(folder)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GCM_INTERACTIVE", "never")
            .env("SSH_ASKPASS_REQUIRE", "never")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        for name in NOT_INHERITED {
            command.env_remove(name);
        }
        // A group of its own: the helpers that Git starts end with it.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

/// What Git may speak. Rewritten addresses (`url.….insteadOf`) stay within reach.
fn protocols(transport: Transport) -> &'static str {
    match transport {
        Transport::Https | Transport::Ssh => "https:ssh",
        Transport::Http => "http:https:ssh",
        Transport::Folder => "file",
    }
}

async fn not_started(error: &std::io::Error, folder: &Path, doing: &str) -> GitError {
    if error.kind() != ErrorKind::NotFound {
        return GitError::Failed {
            doing: doing.to_owned(),
            said: format!("it could not be started: {error}"),
        };
    }
    // The system says the same of a missing program and of a missing folder to start it in.
    if tokio::fs::try_exists(folder).await.unwrap_or(false) {
        GitError::NotInstalled
    } else {
        GitError::Scratch {
            folder: folder.display().to_string(),
            message: "it was deleted meanwhile".to_owned(),
        }
    }
}

/// A command under way, which ends when this goes.
struct Running {
    child: Child,
    /// Its process group, until it ended by itself.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

impl Running {
    fn new(child: Child) -> Self {
        Self {
            #[cfg(unix)]
            group: child
                .id()
                .and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)),
            child,
        }
    }

    async fn finish(mut self, doing: &str, input: &[u8], limit: u64) -> Result<Printed, GitError> {
        // All at once: a pipe that nobody empties stops the command.
        let (given, bytes, complaint) = join3(
            feed(self.child.stdin.take(), input),
            beginning(self.child.stdout.take(), limit.saturating_add(1), Rest::Refused),
            beginning(self.child.stderr.take(), LARGEST_COMPLAINT, Rest::Forgotten),
        )
        .await;
        let ended = match (given, bytes, complaint) {
            (Ok(()), Ok(bytes), Ok(complaint)) => self.child.wait().await.map(|status| (status, bytes, complaint)),
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => Err(error),
        };
        let (status, bytes, complaint) = ended.map_err(|error| GitError::Failed {
            doing: doing.to_owned(),
            said: error.to_string(),
        })?;
        #[cfg(unix)]
        {
            self.group = None;
        }
        if bytes.len() as u64 > limit {
            Ok(Printed::TooMuch)
        } else if status.success() {
            Ok(Printed::Whole(bytes))
        } else {
            Err(GitError::said(doing, &complaint, status))
        }
    }
}

/// What becomes of the rest of an output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// The pipe is closed, which ends the writer.
    Refused,
    /// It is read and dropped, so that the writer goes on.
    Forgotten,
}

/// Gives all of this to read, or as much as is wanted.
async fn feed(to: Option<impl AsyncWrite + Unpin>, input: &[u8]) -> std::io::Result<()> {
    let Some(mut to) = to else { return Ok(()) };
    match to.write_all(input).await {
        // It ended before it had read everything, and says why.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The first bytes of what is written there.
async fn beginning(from: Option<impl AsyncRead + Unpin>, bytes: u64, rest: Rest) -> std::io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    if let Some(mut from) = from {
        (&mut from).take(bytes).read_to_end(&mut beginning).await?;
        if rest == Rest::Forgotten {
            copy(&mut from, &mut sink()).await?;
        }
    }
    Ok(beginning)
}

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        if let Some(group) = self.group.take()
            && let Err(error) = rustix::process::kill_process_group(group, rustix::process::Signal::KILL)
        {
            // It ended in this very moment.
            tracing::debug!(%error, "a git command could not be ended");
        }
    }
}
