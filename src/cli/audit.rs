//! `driftline audit`: what was done, tried and refused on this machine, by whom, with links.

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::arguments::{ConnectionArgs, GlobalArgs};
use super::exit::{EXIT_CODES, Exit};
use super::failure::Failure;
use super::output::{json, print};
use super::run::{load_with, variables};
use super::world::World;
use crate::engine::ports::AuditEntry;
use crate::redact::terminal::visible;

/// Flags of `audit`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct AuditArgs {
    /// Form of the output
    #[arg(long, short, value_name = "FORM", default_value = "table")]
    output: Form,
    /// Only from this day on, in UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,
    /// Only this Application, by name
    #[arg(long, value_name = "NAME")]
    application: Option<String>,
}

/// Form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Table,
    /// `driftline/v1`, for programs
    Json,
    /// One line for each entry, for a spreadsheet
    Csv,
}

/// Reads the audit log and prints it, oldest first.
pub(super) async fn run(
    args: AuditArgs,
    before: ConnectionArgs,
    global: &GlobalArgs,
    world: &dyn World,
) -> Result<Exit, Failure> {
    let loaded = load_with(ConnectionArgs::default().flags(before, global), variables())?;
    let entries = world.audit(&loaded.settings).entries().await.map_err(|error| error.view())?;
    let wanted: Vec<AuditEntry> = entries.into_iter().filter(|entry| args.wants(entry)).collect();
    let text = match args.output {
        Form::Table => table(&wanted),
        Form::Csv => csv(&wanted),
        Form::Json => json::pretty(&Listing::of(&wanted)).map_err(|error| Failure::output(&error.into()))?,
    };
    print(&text)?;
    Ok(Exit::Done)
}

impl AuditArgs {
    fn wants(&self, entry: &AuditEntry) -> bool {
        let day = TimeZone::UTC.to_datetime(entry.at).date();
        self.since.is_none_or(|since| day >= since)
            && self.application.as_ref().is_none_or(|name| *name == entry.application.name)
    }
}

/// Two or three lines for each entry: what, about what; where and what came of it; why.
fn table(entries: &[AuditEntry]) -> String {
    if entries.is_empty() {
        return "nothing was done or tried yet\n".to_owned();
    }
    let mut text = String::new();
    for entry in entries {
        let line = format!(
            "{}  {:13}  {:12}  {}  {}  {}  by {}",
            moment(entry.at),
            entry.step.as_str(),
            entry.action.as_str(),
            entry.application.name,
            entry.resource.short(),
            entry.verdict,
            entry.by
        );
        let link = entry.link.as_ref().map_or_else(String::new, |link| format!("  {link}"));
        let about = format!("    {}: {}{link}", entry.target, entry.what);
        for line in [line, about] {
            text.push_str(&visible(&line));
            text.push('\n');
        }
        if !entry.why.is_empty() {
            text.push_str(&visible(&format!("    because: {}", entry.why)));
            text.push('\n');
        }
    }
    text
}

fn moment(at: Timestamp) -> String {
    TimeZone::UTC.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// RFC 4180, with what a terminal would obey made visible, and nothing that a spreadsheet takes for a formula.
fn csv(entries: &[AuditEntry]) -> String {
    let mut text = "at,step,action,server,namespace,application,group,kind,resource_namespace,name,fingerprint,verdict,by,target,what,why,link\r\n".to_owned();
    for entry in entries {
        let fields = [
            entry.at.to_string(),
            entry.step.as_str().to_owned(),
            entry.action.as_str().to_owned(),
            entry.application.server.clone(),
            entry.application.namespace.clone(),
            entry.application.name.clone(),
            entry.resource.group.clone(),
            entry.resource.kind.clone(),
            entry.resource.namespace.clone(),
            entry.resource.name.clone(),
            entry.fingerprint.clone(),
            entry.verdict.clone(),
            entry.by.clone(),
            entry.target.clone(),
            entry.what.clone(),
            entry.why.clone(),
            entry.link.clone().unwrap_or_default(),
        ];
        text.push_str(&fields.map(|field| cell(&field)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn cell(field: &str) -> String {
    let shown = visible(field).into_owned();
    // OWASP, "CSV injection": such a first character begins a formula.
    let shown = match shown.starts_with(['=', '+', '-', '@']) {
        true => format!("'{shown}"),
        false => shown,
    };
    match shown.contains(['"', ',', '\n']) {
        true => format!("\"{}\"", shown.replace('"', "\"\"")),
        false => shown,
    }
}

#[derive(Serialize)]
struct Listing<'a> {
    schema: &'static str,
    entries: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    at: Timestamp,
    step: &'static str,
    action: &'static str,
    server: &'a str,
    application_namespace: &'a str,
    application: &'a str,
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    fingerprint: &'a str,
    verdict: &'a str,
    by: &'a str,
    target: &'a str,
    what: &'a str,
    why: &'a str,
    link: Option<&'a str>,
}

impl<'a> Listing<'a> {
    fn of(entries: &'a [AuditEntry]) -> Self {
        let line = |entry: &'a AuditEntry| Line {
            at: entry.at,
            step: entry.step.as_str(),
            action: entry.action.as_str(),
            server: &entry.application.server,
            application_namespace: &entry.application.namespace,
            application: &entry.application.name,
            group: &entry.resource.group,
            kind: &entry.resource.kind,
            namespace: &entry.resource.namespace,
            name: &entry.resource.name,
            fingerprint: &entry.fingerprint,
            verdict: &entry.verdict,
            by: &entry.by,
            target: &entry.target,
            what: &entry.what,
            why: &entry.why,
            link: entry.link.as_deref(),
        };
        Self {
            schema: "driftline/v1",
            entries: entries.iter().map(line).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{ApplicationIdentity, ResourceKey};
    use crate::engine::ports::{Action, Step};

    fn entry() -> AuditEntry {
        AuditEntry {
            at: "2026-11-20T03:13:00Z".parse().unwrap(),
            by: "ann@laptop".to_owned(),
            action: Action::PullRequest,
            step: Step::Done,
            application: ApplicationIdentity {
                server: "https://argocd.example.com".to_owned(),
                namespace: "argocd".to_owned(),
                name: "payments-api".to_owned(),
            },
            resource: ResourceKey::new("", "ConfigMap", "shop", "api-config"),
            fingerprint: "9c31e2aa07b45d18".to_owned(),
            verdict: "risky".to_owned(),
            target: "github.com/shop/platform main".to_owned(),
            what: "opened".to_owned(),
            why: "=cmd(), \"really\"\u{1b}".to_owned(),
            link: Some("https://github.com/shop/platform/pull/7".to_owned()),
        }
    }

    #[test]
    fn a_person_reads_what_where_and_why() {
        assert_eq!(
            table(&[entry()]),
            "2026-11-20 03:13  done           pull-request  payments-api  ConfigMap/api-config  risky  by ann@laptop\n\
             \x20   github.com/shop/platform main: opened  https://github.com/shop/platform/pull/7\n\
             \x20   because: =cmd(), \"really\"\\u{1b}\n"
        );
        assert_eq!(table(&[]), "nothing was done or tried yet\n");
    }

    #[test]
    fn a_spreadsheet_takes_nothing_for_a_formula_and_a_program_reads_json() {
        let text = csv(&[entry()]);
        assert!(text.contains(",opened,\"'=cmd(), \"\"really\"\"\\u{1b}\",https://"), "{text}");
        let json = json::pretty(&Listing::of(&[entry()])).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["entries"][0]["step"], "done");
    }

    #[test]
    fn only_what_is_asked_for() {
        let args = |since: Option<&str>, application: Option<&str>| AuditArgs {
            output: Form::Table,
            since: since.map(|day| day.parse().unwrap()),
            application: application.map(str::to_owned),
        };
        for (since, application, wanted) in [
            (None, None, true),
            (Some("2026-11-20"), None, true),
            (Some("2026-11-21"), None, false),
            (None, Some("payments-api"), true),
            (None, Some("payments"), false),
        ] {
            assert_eq!(args(since, application).wants(&entry()), wanted, "{since:?} {application:?}");
        }
    }
}
