//! The program under test, its home and its story.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use driftline::demo::Recording;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use super::frame::{detail_title, is_compared, is_judged, selected_row};
use super::pty::Pty;

/// The binary.
pub(crate) const DRIFTLINE: &str = env!("CARGO_BIN_EXE_driftline");

/// A running driftline with a home of its own.
pub(crate) struct Program {
    pty: Pty,
    home: TempDir,
}

impl Program {
    /// Starts it with these arguments and variables on a terminal of this size.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)], size: (u16, u16)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut all = vec![("HOME", home.path().to_str().unwrap())];
        all.extend_from_slice(environment);
        let pty = Pty::spawn(DRIFTLINE, arguments, &all, size.0, size.1);
        Self { pty, home }
    }

    /// Starts the demo on a recording.
    pub(crate) fn demo(recorded: &Recorded, environment: &[(&str, &str)], size: (u16, u16)) -> Self {
        let all = [environment, &recorded.environment()].concat();
        Self::start(&["demo"], &all, size)
    }

    /// Starts the demo and waits until every Application has its verdict.
    pub(crate) fn judged(recorded: &Recorded, size: (u16, u16)) -> Self {
        let program = Self::demo(recorded, &[], size);
        program.wait_until_judged(recorded.applications());
        program
    }

    /// Waits until that many Applications are listed and each has its verdict.
    pub(crate) fn wait_until_judged(&self, applications: usize) -> String {
        let what = format!("a verdict for each of {applications} Applications");
        self.wait_for_frame(&what, |frame| is_judged(frame, applications))
    }

    /// Goes to a drift by the title of its detail, as a person does: from the first row on, drift by drift.
    pub(crate) fn walk_to(&mut self, title: &str) -> String {
        self.send("g");
        let mut frame = self.wait_for_frame("a drift", |frame| detail_title(frame).is_some());
        while detail_title(&frame) != Some(title) {
            frame = self
                .next_drift(&frame)
                .unwrap_or_else(|| panic!("{title} is not in the list"));
        }
        self.wait_for_frame("its diff", is_compared)
    }

    /// Goes to the next drift; `None` at the end.
    pub(crate) fn next_drift(&mut self, before: &str) -> Option<String> {
        // A drift and an addition to the same resource have one title; their rows differ.
        let place = |frame: &str| (detail_title(frame).map(str::to_owned), selected_row(frame).map(str::to_owned));
        let here = place(before);
        self.send("]");
        let frame = self.wait_for_frame("the next drift", |frame| {
            place(frame) != here || frame.contains("last drift of the list")
        });
        if place(&frame) == here {
            return None;
        }
        if !selected_row(&frame).is_some_and(|row| row.contains("Applications ▸")) {
            return Some(frame);
        }
        // A row of several stands for no drift; its members do.
        self.send("\r");
        let open = self.wait_for_frame("its members", |frame| {
            selected_row(frame).is_some_and(|row| row.contains('▾'))
        });
        self.next_drift(&open)
    }

    /// What a command prints, with the same home.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = std::process::Command::new(DRIFTLINE)
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Every file that it left in its home, with its content.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        fn below(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    below(&path, found);
                } else {
                    let content = std::fs::read(&path).unwrap();
                    found.push((path, String::from_utf8_lossy(&content).into_owned()));
                }
            }
        }
        let mut found = Vec::new();
        below(self.home.path(), &mut found);
        found
    }
}

impl Deref for Program {
    type Target = Pty;

    fn deref(&self) -> &Pty {
        &self.pty
    }
}

impl DerefMut for Program {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.pty
    }
}

/// A recording and its story.
pub(crate) struct Recorded {
    folder: Option<PathBuf>,
    recording: Recording,
    story: Value,
}

impl Recorded {
    /// The recording that the tests run on: `DRIFTLINE_RECORDINGS`, else the built-in one.
    pub(crate) fn under_test() -> Self {
        let folder = std::env::var_os("DRIFTLINE_RECORDINGS").filter(|folder| !folder.is_empty());
        Self::of(folder.map(PathBuf::from))
    }

    /// The built-in one, whatever the environment says.
    pub(crate) fn built_in() -> Self {
        Self::of(None)
    }

    /// The one in a folder, else the built-in one.
    pub(crate) fn of(folder: Option<PathBuf>) -> Self {
        let recording = folder
            .as_deref()
            .map_or_else(Recording::built_in, Recording::from_dir)
            .unwrap();
        let story = serde_json::from_slice(recording.file("story.json").unwrap()).unwrap();
        Self {
            folder,
            recording,
            story,
        }
    }

    /// What the command must know to show it.
    pub(crate) fn environment(&self) -> Vec<(&str, &str)> {
        let folder = self.folder.as_ref().map(|folder| folder.to_str().unwrap());
        folder.map(|folder| ("DRIFTLINE_RECORDINGS", folder)).into_iter().collect()
    }

    /// What the server serves.
    pub(crate) fn recording(self) -> Recording {
        self.recording
    }

    /// How many Applications there are.
    pub(crate) fn applications(&self) -> usize {
        self.story["applications"].as_object().unwrap().len()
    }

    /// Drifts of the story that fit: Application, the drift, and when it was last done.
    fn drifts(&self) -> impl Iterator<Item = (&str, &Value, Option<Timestamp>)> {
        let applications = self.story["applications"].as_object().unwrap();
        applications.iter().flat_map(|(name, application)| {
            let name = name.rsplit('/').next().unwrap();
            let steps = application["story"].as_array().unwrap();
            application["drifted"].as_array().unwrap().iter().map(move |drift| {
                let done = |step: &&Value| step["resource"] == drift["resource"] && step["manager"] == drift["expected"]["actor"];
                let at = steps.iter().rfind(done);
                (name, drift, at.and_then(|step| step["at"].as_str()?.parse().ok()))
            })
        })
    }

    /// The title and the time of the first thing that somebody edited by hand in a ConfigMap.
    pub(crate) fn edited_config_map(&self) -> (String, Timestamp) {
        let edited = self.drifts().find(|(_, drift, at)| {
            let resource = drift["resource"].as_str().unwrap();
            let risky = drift["expected"]["verdict"] == "RISKY" && drift["expected"]["actor"] == "kubectl-edit";
            at.is_some() && risky && resource.starts_with("/ConfigMap/")
        });
        let (application, drift, at) = edited.unwrap();
        (title(application, drift), at.unwrap())
    }

    /// The title of the first drift with so many changed fields or more, on an object that is there.
    pub(crate) fn changed_in(&self, fields: usize) -> String {
        let several = |drift: &Value| drift["state"] == "changed" && drift["paths"].as_array().unwrap().len() >= fields;
        let (application, drift, _) = self.drifts().find(|(_, drift, _)| several(drift)).unwrap();
        title(application, drift)
    }

    /// The recording's now.
    pub(crate) fn now(&self) -> Timestamp {
        self.story["now"].as_str().unwrap().parse().unwrap()
    }
}

/// `payments-api › ConfigMap/api-config`.
fn title(application: &str, drift: &Value) -> String {
    let resource = drift["resource"].as_str().unwrap();
    let mut parts = resource.rsplit('/');
    let name = parts.next().unwrap();
    let kind = resource.split('/').nth(1).unwrap();
    format!("{application} › {kind}/{name}")
}
