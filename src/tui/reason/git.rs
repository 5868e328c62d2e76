//! What the panel says of Git: the commit compared with, what was synced last, and with what error.

use super::Panel;
use crate::engine::commits::CommitView;
use crate::engine::view::{ApplicationView, DriftView};
use crate::tui::state::moment::ago;
use crate::tui::text::{Line, Tone, ellipsis};

impl Panel<'_> {
    pub(super) fn git(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        if !(application.revisions.is_empty() && application.synced_revisions.is_empty()) {
            self.compared_and_synced(lines, application);
        }
        if let Some(failed) = &application.failed_sync {
            let to = match failed.revisions.as_slice() {
                [] => String::new(),
                revisions => format!(" to {}", short(revisions)),
            };
            let when = failed.at.map_or_else(String::new, |at| format!(" {}", self.time(at)));
            let why = match failed.message.as_str() {
                "" => "Argo CD does not say why",
                message => message,
            };
            let text = format!("the last sync{to} failed{when}: {why}");
            self.labelled(lines, "", Tone::Warning, &text, 3);
        }
    }

    fn compared_and_synced(&self, lines: &mut Vec<Line>, application: &ApplicationView) {
        let commits = self.commits(application);
        let compared = short(&application.revisions);
        let synced = short(&application.synced_revisions);
        let when = application
            .synced_at
            .map_or_else(String::new, |at| format!(" {}", self.time(at)));
        let is_told = !commits.is_empty();
        for (at, text) in commits.iter().enumerate() {
            let text = format!("compared with {text}");
            self.labelled(lines, if at == 0 { "git" } else { "" }, Tone::Plain, &text, self.most(2));
        }
        let text = if application.synced_revisions.is_empty() {
            format!("compared with {compared}; when it was last synced is not known")
        } else if application.revisions == application.synced_revisions {
            match is_told {
                true => format!("synced{when}"),
                false => format!("{compared}, synced{when}"),
            }
        } else {
            match is_told {
                true => format!("last synced {synced}{when}"),
                false => format!("compared with {compared}; last synced {synced}{when}"),
            }
        };
        self.labelled(lines, if is_told { "" } else { "git" }, Tone::Plain, &text, 2);
    }

    /// `main@3f9c2ab, 12 d ago, Ann Example: "raise pool size"`, one for each commit that was told.
    fn commits(&self, application: &ApplicationView) -> Vec<String> {
        let told = self.state.git_side.of(application).map_or(&[][..], |told| &told.commits);
        told.iter().take(3).map(|commit| self.commit(application, commit)).collect()
    }

    fn commit(&self, application: &ApplicationView, commit: &CommitView) -> String {
        let revision = short(std::slice::from_ref(&commit.revision));
        let branch = application.target_revisions.get(commit.source).map_or("", String::as_str);
        let mut said = match branch {
            // A source that is pinned to a commit follows no branch.
            branch if branch == commit.revision => revision,
            "" => format!("HEAD@{revision}"),
            branch => format!("{}@{revision}", ellipsis(branch, 30)),
        };
        if let Some(at) = commit.at {
            said.push_str(&format!(", {}", ago(self.state.moment.wall, at)));
        }
        let (author, subject) = (ellipsis(&commit.author, 40), ellipsis(&commit.subject, 100));
        match (author.as_str(), subject.as_str()) {
            ("", "") => {}
            (author, "") => said.push_str(&format!(", {author}")),
            ("", subject) => said.push_str(&format!(": \"{subject}\"")),
            (author, subject) => said.push_str(&format!(", {author}: \"{subject}\"")),
        }
        said
    }

    /// Who scales this workload by himself, and within which bounds.
    pub(super) fn scalers(&self, lines: &mut Vec<Line>, drift: &DriftView) {
        for (at, scaler) in drift.scalers.iter().enumerate() {
            let text = format!("{} {}", scaler.name, scaler.bounds);
            self.labelled(lines, if at == 0 { "scaler" } else { "" }, Tone::Plain, &text, 2);
        }
    }
}

/// First seven characters of each revision; chart versions are short anyway.
fn short(revisions: &[String]) -> String {
    let mut parts: Vec<String> = revisions
        .iter()
        .take(3)
        .map(|revision| {
            let hash = revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit());
            ellipsis(
                if hash {
                    revision.get(..7).unwrap_or(revision)
                } else {
                    revision
                },
                20,
            )
        })
        .collect();
    if revisions.len() > parts.len() {
        parts.push("…".to_owned());
    }
    parts.join(", ")
}
