//! One line of the journal: an entry as JSON, with a checksum around it.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::frame::{checked, framed};
use crate::drift::ResourceKey;
use crate::engine::ports::{ApplicationIdentity, Disposition, DriftIdentity, DriftMemory};

/// Something that happened to one drift.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// When, by the writer's clock. A label: the order of the lines decides.
    pub at: Timestamp,
    pub drift: DriftIdentity,
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Event {
    /// It was there with this fingerprint.
    Seen(String),
    /// It was not there any more.
    Gone,
    /// A human decided.
    Disposed(Disposition),
    /// Everything that was known when the journal was compacted; replaces what came before.
    Remembered(Box<DriftMemory>),
}

/// The JSON of an entry.
#[derive(Serialize, Deserialize)]
struct Row<'a> {
    at: Timestamp,
    #[serde(borrow)]
    server: Cow<'a, str>,
    #[serde(borrow)]
    application_namespace: Cow<'a, str>,
    #[serde(borrow)]
    application: Cow<'a, str>,
    #[serde(borrow)]
    group: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    namespace: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    /// Of an addition; left out for a drift.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    invisible: bool,
    event: Cow<'a, Event>,
}

/// What a line turned out to be.
#[derive(Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, taken apart at once; nearly every one is an entry"
)]
pub(super) enum Line {
    Entry(Entry),
    /// Nothing.
    Blank,
    /// Its checksum is right and it says something else: a newer version wrote it.
    Foreign,
    /// Torn or changed.
    Damaged,
}

impl Entry {
    /// The line, its end included.
    pub(super) fn to_line(&self) -> Result<Vec<u8>, serde_json::Error> {
        let application = &self.drift.application;
        let resource = &self.drift.resource;
        let row = serde_json::to_vec(&Row {
            at: self.at,
            server: Cow::Borrowed(&application.server),
            application_namespace: Cow::Borrowed(&application.namespace),
            application: Cow::Borrowed(&application.name),
            group: Cow::Borrowed(&resource.group),
            kind: Cow::Borrowed(&resource.kind),
            namespace: Cow::Borrowed(&resource.namespace),
            name: Cow::Borrowed(&resource.name),
            invisible: self.drift.invisible,
            event: Cow::Borrowed(&self.event),
        })?;
        Ok(framed(&row))
    }
}

impl Line {
    /// Reads a line without its end.
    pub(super) fn parse(line: &[u8]) -> Self {
        if line.is_empty() {
            return Self::Blank;
        }
        let Some(row) = checked(line) else { return Self::Damaged };
        match serde_json::from_slice::<Row<'_>>(row) {
            Ok(row) => Self::Entry(row.into()),
            Err(_) => Self::Foreign,
        }
    }
}

impl From<Row<'_>> for Entry {
    fn from(row: Row<'_>) -> Self {
        Self {
            at: row.at,
            drift: DriftIdentity {
                application: ApplicationIdentity {
                    server: row.server.into_owned(),
                    namespace: row.application_namespace.into_owned(),
                    name: row.application.into_owned(),
                },
                resource: ResourceKey::new(row.group, row.kind, row.namespace, row.name),
                invisible: row.invisible,
            },
            event: row.event.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            at: "2026-11-20T03:12:58Z".parse().unwrap(),
            drift: DriftIdentity {
                application: ApplicationIdentity {
                    server: "https://argocd.example.com".to_owned(),
                    namespace: "argocd".to_owned(),
                    name: "web \"quoted\"\n".to_owned(),
                },
                resource: ResourceKey::new("apps", "Deployment", "shop", "web"),
                invisible: false,
            },
            event: Event::Seen("9c31e2aa07b45d18".to_owned()),
        }
    }

    #[test]
    fn a_line_is_json_and_reads_back() {
        let line = entry().to_line().unwrap();
        let (end, line) = line.split_last().unwrap();
        assert_eq!(*end, b'\n');
        assert_eq!(Line::parse(line), Line::Entry(entry()));
        let json: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_eq!(json["entry"]["event"]["seen"], "9c31e2aa07b45d18");
        assert_eq!(json["entry"].get("invisible"), None);
    }

    #[test]
    fn an_addition_is_told_from_a_drift() {
        let mut entry = entry();
        entry.drift.invisible = true;
        let line = entry.to_line().unwrap();
        assert_eq!(Line::parse(line.strip_suffix(b"\n").unwrap()), Line::Entry(entry));
    }

    #[test]
    fn a_line_that_lost_or_changed_a_byte_is_damaged() {
        let line = entry().to_line().unwrap();
        let line = line.strip_suffix(b"\n").unwrap();
        for at in 0..line.len() {
            let mut changed = line.to_vec();
            changed[at] ^= 1;
            assert_eq!(Line::parse(&changed), Line::Damaged, "byte {at} changed");
            changed.remove(at);
            assert_eq!(Line::parse(&changed), Line::Damaged, "byte {at} lost");
        }
        assert_eq!(Line::parse(b""), Line::Blank);
        assert_eq!(Line::parse(b"{}"), Line::Damaged);
    }

    #[test]
    fn what_a_newer_version_wrote_is_told_from_damage() {
        let row = br#"{"at":"2026-11-20T03:12:58Z","event":"escalated"}"#;
        let line = format!("{{\"crc\":\"{:08x}\",\"entry\":", crc32fast::hash(row)).into_bytes();
        assert_eq!(Line::parse(&[line.as_slice(), row, b"}"].concat()), Line::Foreign);
    }
}
