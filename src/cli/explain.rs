//! `driftline explain`: judges manifests without Argo CD.

use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::exit::{EXIT_CODES, Exit};
use super::failure::Failure;
use super::output::print;
use crate::engine::explain::{Answer, Case, Inputs};
use crate::redact::terminal::visible;
use crate::verdict::Verdict;

/// Flags of `explain`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct ExplainArgs {
    /// The manifest from Git, YAML or JSON; left out for an object that Git does not have
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    desired: Option<PathBuf>,
    /// The live object, YAML or JSON, with its managed fields; left out for one that is missing in the cluster
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    live: Option<PathBuf>,
    /// Facts about the Application: name, environment, autosync, selfHeal, ignoreDifferences
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    app: Option<PathBuf>,
    /// Another object of the Application, such as an autoscaler; may be repeated
    #[arg(long, value_name = "FILE", conflicts_with = "jsonl")]
    sibling: Vec<PathBuf>,
    /// Form of the output
    #[arg(long, short, value_name = "FORM", default_value = "text", conflicts_with = "jsonl")]
    output: Form,
    /// Read cases from stdin, one JSON object a line, and answer each with a line on stdout, in order
    #[arg(long)]
    jsonl: bool,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// One JSON object, as `--jsonl` answers
    Json,
}

/// The answer to one case. `verdict` in the corpus' spelling.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    verdict: &'static str,
    confidence: f64,
    per_path: Vec<PathLine<'a>>,
}

#[derive(Serialize)]
struct PathLine<'a> {
    path: &'a str,
    verdict: &'static str,
    cause: &'static str,
    actor: &'a str,
    origin: &'static str,
    rule: &'static str,
    reason: &'a str,
}

/// Judges what it is given.
pub(super) fn run(args: &ExplainArgs) -> Result<Exit, Failure> {
    if args.jsonl {
        return answer_lines(&mut stdin().lock(), &mut stdout().lock());
    }
    if args.desired.is_none() && args.live.is_none() {
        return Err(Failure::usage(
            "give --desired FILE, --live FILE or both, or --jsonl with cases on stdin.",
        ));
    }
    let desired = args.desired.as_deref().map(read).transpose()?;
    let live = args.live.as_deref().map(read).transpose()?;
    let application = args.app.as_deref().map(read).transpose()?;
    let siblings = args.sibling.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    fn input(read: &(String, String)) -> (&str, &str) {
        (&read.0, &read.1)
    }
    let case = Case::from_manifests(&Inputs {
        desired: desired.as_ref().map(input),
        live: live.as_ref().map(input),
        application: application.as_ref().map(input),
        siblings: siblings.iter().map(input).collect(),
    })
    .map_err(|error| Failure::usage(format!("{error}.")))?;
    let answer = case.answer();
    match args.output {
        Form::Text => print(&text(&answer))?,
        Form::Json => print(&format!("{}\n", json(&answer)?))?,
    }
    Ok(Exit::Done)
}

fn read(file: &Path) -> Result<(String, String), Failure> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| Failure::usage(format!("cannot read {name}: {error}.")))?;
    Ok((name, text))
}

/// One answer a line. A line that is no case ends it: the message says which.
fn answer_lines(cases: &mut dyn BufRead, answers: &mut dyn Write) -> Result<Exit, Failure> {
    let mut line = String::new();
    let mut number = 0_usize;
    loop {
        line.clear();
        number += 1;
        let read = cases
            .read_line(&mut line)
            .map_err(|error| Failure::usage(format!("cannot read line {number}: {error}.")))?;
        if read == 0 {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let case = Case::parse(&line).map_err(|error| Failure::usage(format!("line {number} of stdin: {error}.")))?;
        let answer = json(&case.answer())?;
        if let Err(error) = writeln!(answers, "{answer}") {
            // Whoever closed the pipe wants no more.
            return if error.kind() == std::io::ErrorKind::BrokenPipe {
                Ok(Exit::Done)
            } else {
                Err(Failure::output(&error))
            };
        }
    }
    answers.flush().map_err(|error| Failure::output(&error))?;
    Ok(Exit::Done)
}

fn json(answer: &Answer) -> Result<String, Failure> {
    let line = Line {
        id: &answer.id,
        verdict: label(answer.verdict),
        confidence: answer.confidence.probability(),
        per_path: answer
            .paths
            .iter()
            .map(|path| PathLine {
                path: path.path.as_str(),
                verdict: label(path.verdict),
                cause: path.cause.as_str(),
                actor: &path.actor,
                origin: path.origin.as_str(),
                rule: path.rule,
                reason: &path.reason,
            })
            .collect(),
    };
    serde_json::to_string(&line).map_err(|error| Failure::output(&error.into()))
}

/// The corpus' spelling of a verdict.
fn label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Harmless => "HARMLESS",
        Verdict::NeedsReview => "NEEDS_REVIEW",
        Verdict::Risky => "RISKY",
    }
}

fn text(answer: &Answer) -> String {
    let level = answer.confidence.level().as_str();
    let mut text = format!(
        "{}  confidence {level} ({:.2})\n",
        label(answer.verdict),
        answer.confidence.probability()
    );
    for path in &answer.paths {
        let place = if path.path.is_root() {
            "the whole object"
        } else {
            path.path.as_str()
        };
        text.push_str(&format!("\n{}  {}\n", label(path.verdict), visible(place)));
        text.push_str(&format!("  {}\n", visible(&path.reason)));
        text.push_str(&format!(
            "  cause {} · by {} · move {} · rule {} (driftline rules show {})\n",
            path.cause,
            visible(&path.actor),
            path.origin.as_str(),
            path.rule,
            path.rule
        ));
    }
    if answer.paths.is_empty() {
        text.push_str("\nNothing differs.\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = r#"{"id": "a", "app": {}, "target": {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "c"}, "data": {"a": "1"}},
        "live": {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "c", "managedFields": [{"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}}}}]}, "data": {"a": "2"}}}"#;

    fn answers(input: &str) -> (Result<Exit, Failure>, String) {
        let mut out = Vec::new();
        let exit = answer_lines(&mut input.as_bytes(), &mut out);
        (exit, String::from_utf8(out).unwrap())
    }

    #[test]
    fn each_line_is_answered_in_order() {
        let line = CASE.replace('\n', " ");
        let (exit, text) = answers(&format!("{line}\n\n{}\n", line.replace("\"id\": \"a\"", "\"id\": \"b\"")));
        assert_eq!(exit, Ok(Exit::Done));
        let ids: Vec<_> = text
            .lines()
            .map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["id"].clone())
            .collect();
        assert_eq!(ids, ["a", "b"]);
        assert!(
            text.contains(r#""verdict":"RISKY""#) && text.contains(r#""actor":"kubectl-edit""#),
            "{text}"
        );
    }

    #[test]
    fn a_line_that_is_no_case_is_named() {
        let (exit, _) = answers("{}\n");
        assert!(
            exit.unwrap_err()
                .to_string()
                .starts_with("line 1 of stdin: neither target nor live")
        );
        let (exit, _) = answers("nonsense\n");
        assert!(exit.unwrap_err().to_string().starts_with("line 1 of stdin: not a case"));
    }

    #[test]
    fn labels_are_not_read() {
        let line = CASE.replace('\n', " ");
        let labelled = line.replacen(
            "\"id\": \"a\",",
            "\"id\": \"a\", \"title\": \"harmless\", \"expected\": {\"verdict\": \"HARMLESS\"},",
            1,
        );
        assert_eq!(answers(&line).1, answers(&labelled).1);
    }
}
