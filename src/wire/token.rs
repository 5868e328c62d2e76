//! Where a context's token comes from, read once when the context is set up.

use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::live::unusable;
use crate::config::TokenSource;
use crate::engine::ports::ErrorView;

/// A token command may ask a vault; it may not hang.
const DEADLINE: Duration = Duration::from_secs(15);

/// No token is longer; a command that prints without end must not fill the memory.
const LARGEST_OUTPUT: u64 = 64 * 1024;

/// Whether there can be a token, before anything is run for it.
///
/// # Errors
/// When the variable is not set.
pub(super) fn possible(context: &str, source: &TokenSource) -> Result<(), ErrorView> {
    match source {
        TokenSource::Variable { name, value: None } => {
            Err(unusable(context, &format!("the variable {name} (token_env) is not set")))
        }
        TokenSource::None | TokenSource::Value(_) | TokenSource::Variable { .. } | TokenSource::Command(_) => Ok(()),
    }
}

/// The token, or none where the server may allow anonymous reading.
///
/// # Errors
/// When a variable is not set, or a command fails, prints nothing or takes too long. What a command printed is never
/// repeated: it may be half a token.
pub(super) async fn resolve(context: &str, source: &TokenSource) -> Result<Option<SecretString>, ErrorView> {
    possible(context, source)?;
    match source {
        TokenSource::None | TokenSource::Variable { value: None, .. } => Ok(None),
        TokenSource::Value(token) | TokenSource::Variable { value: Some(token), .. } => Ok(Some(token.clone())),
        TokenSource::Command(words) => from_command(context, words, DEADLINE).await.map(Some),
    }
}

async fn from_command(context: &str, words: &[String], deadline: Duration) -> Result<SecretString, ErrorView> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(unusable(context, "token_command is empty"));
    };
    let (program, arguments) = (program.clone(), arguments.to_vec());
    let failed = |why: &str| unusable(context, &format!("token_command ({program}) {why}"));
    let mut command = Command::new(&program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // When the deadline drops it, it ends: nothing of ours may go on asking a vault.
        .kill_on_drop(true);
    let run = async {
        let mut child = command.spawn()?;
        let mut output = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(LARGEST_OUTPUT + 1).read_to_end(&mut output).await?;
        }
        if output.len() as u64 > LARGEST_OUTPUT {
            return Ok(None);
        }
        Ok::<_, std::io::Error>(Some((child.wait().await?, output)))
    };
    let (status, output) = match tokio::time::timeout(deadline, run).await {
        Err(_) => return Err(failed("did not end in time")),
        Ok(Err(error)) => return Err(failed(&format!("could not be run: {error}"))),
        Ok(Ok(None)) => return Err(failed("printed more than 64 KiB: that is no token")),
        Ok(Ok(Some(ended))) => ended,
    };
    if !status.success() {
        return Err(failed(&format!("ended with {status}")));
    }
    let text = String::from_utf8_lossy(&output);
    match text.lines().next().map(str::trim).filter(|token| !token.is_empty()) {
        Some(token) => Ok(SecretString::from(token)),
        None => Err(failed("printed nothing")),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    async fn run(words: &[&str]) -> Result<String, String> {
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        let token = resolve("prod", &TokenSource::Command(words)).await;
        token.map(|t| t.unwrap().expose_secret().to_owned()).map_err(|e| e.detail)
    }

    #[tokio::test]
    async fn the_first_line_of_a_command_is_the_token() {
        assert_eq!(run(&["printf", "abc\\nrest"]).await, Ok("abc".to_owned()));
    }

    #[tokio::test]
    async fn a_failing_or_silent_command_is_named_and_its_output_is_not() {
        assert_eq!(
            run(&["false"]).await,
            Err("prod: token_command (false) ended with exit status: 1.".to_owned())
        );
        assert_eq!(
            run(&["true"]).await,
            Err("prod: token_command (true) printed nothing.".to_owned())
        );
        assert!(run(&["/nowhere/at/all"]).await.unwrap_err().contains("could not be run"));
    }

    #[tokio::test]
    async fn a_command_that_prints_without_end_is_no_token() {
        assert_eq!(
            run(&["yes"]).await,
            Err("prod: token_command (yes) printed more than 64 KiB: that is no token.".to_owned())
        );
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_given_up() {
        let words = ["sleep".to_owned(), "60".to_owned()];
        let error = from_command("prod", &words, Duration::from_millis(20)).await.unwrap_err();
        assert_eq!(error.detail, "prod: token_command (sleep) did not end in time.");
    }
}
