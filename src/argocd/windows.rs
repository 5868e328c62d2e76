//! Reads sync windows: those of one Application, and those of the projects.

use jiff::tz::TimeZone;

use super::error::Asked;
use super::wire_types::Text;
use crate::drift::{ProjectWindows, SyncWindow, SyncWindows, WindowKind};
use crate::engine::ports::ArgoCdError;

/// What is read of projects.
pub(super) const PROJECT_FIELDS: &str = "items.metadata.name,items.spec.syncWindows";

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Window<'a> {
    #[serde(borrow, default)]
    kind: Text<'a>,
    #[serde(borrow, default)]
    schedule: Text<'a>,
    #[serde(borrow, default)]
    duration: Text<'a>,
    manual_sync: Option<bool>,
    /// Only projects tell it; absent there for UTC.
    #[serde(borrow, default)]
    time_zone: Text<'a>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfApplication<'a> {
    #[serde(borrow)]
    active_windows: Option<Vec<Window<'a>>>,
    #[serde(borrow)]
    assigned_windows: Option<Vec<Window<'a>>>,
    can_sync: Option<bool>,
}

#[derive(serde::Deserialize)]
struct Projects<'a> {
    #[serde(borrow)]
    items: Option<Vec<Project<'a>>>,
}

#[derive(serde::Deserialize)]
struct Project<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    spec: Option<Spec<'a>>,
}

#[derive(serde::Deserialize)]
struct Metadata<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    #[serde(borrow)]
    sync_windows: Option<Vec<Window<'a>>>,
}

/// The windows of one Application. Its answer names no time zones.
pub(super) fn of_application(asked: &Asked<'_>, body: &[u8]) -> Result<SyncWindows, ArgoCdError> {
    let answer: OfApplication<'_> = serde_json::from_slice(body).map_err(|error| asked.malformed(&error))?;
    let read = |windows: Option<Vec<Window<'_>>>| {
        let windows = windows.unwrap_or_default();
        windows.iter().map(|w| window(asked, w, None)).collect::<Result<Vec<_>, _>>()
    };
    Ok(SyncWindows {
        assigned: read(answer.assigned_windows)?,
        active: read(answer.active_windows)?,
        manual: answer.can_sync,
    })
}

/// The windows of every project of the answer.
pub(super) fn of_projects(asked: &Asked<'_>, body: &[u8]) -> Result<Vec<ProjectWindows>, ArgoCdError> {
    let answer: Projects<'_> = serde_json::from_slice(body).map_err(|error| asked.malformed(&error))?;
    let project = |project: Project<'_>| {
        let windows = project.spec.and_then(|spec| spec.sync_windows).unwrap_or_default();
        Ok(ProjectWindows {
            project: project.metadata.name.to_owned(),
            windows: windows
                .iter()
                .map(|w| window(asked, w, clock(w.time_zone.as_str())))
                .collect::<Result<_, _>>()?,
        })
    };
    answer.items.unwrap_or_default().into_iter().map(project).collect()
}

/// `None` for a time zone that this machine does not know.
fn clock(name: &str) -> Option<TimeZone> {
    match name {
        "" | "UTC" => Some(TimeZone::UTC),
        name => TimeZone::get(name).ok(),
    }
}

fn window(asked: &Asked<'_>, window: &Window<'_>, time_zone: Option<TimeZone>) -> Result<SyncWindow, ArgoCdError> {
    Ok(SyncWindow {
        kind: match window.kind.as_str() {
            "allow" => WindowKind::Allow,
            "deny" => WindowKind::Deny,
            _ => return Err(asked.protocol("a sync window is of a kind that is not known")),
        },
        schedule: window.schedule.to_owned(),
        duration: window.duration.to_owned(),
        manual_sync: window.manual_sync.unwrap_or(false),
        time_zone,
    })
}
