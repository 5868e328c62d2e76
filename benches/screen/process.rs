//! What the kernel counts of a process, by `/proc`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A process.
pub(crate) struct Process {
    folder: PathBuf,
}

impl Process {
    pub(crate) fn new(id: u32) -> Self {
        Self {
            folder: PathBuf::from(format!("/proc/{id}")),
        }
    }

    fn status(&self, field: &str) -> u64 {
        number(&fs::read_to_string(self.folder.join("status")).unwrap(), field)
    }

    /// Resident memory now, in KiB.
    pub(crate) fn resident(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// Most resident memory ever, in KiB.
    pub(crate) fn most_resident(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// CPU time of the first thread, which in our programs is the one that draws.
    pub(crate) fn first_thread(&self) -> Duration {
        on_cpu(&fs::read_to_string(self.folder.join("schedstat")).unwrap())
    }

    /// CPU time of all threads, as soon as the first one sleeps: what a thread has used since it got its CPU is counted only
    /// when it gives it back.
    pub(crate) fn until_asleep(&self) -> Duration {
        let begun = Instant::now();
        loop {
            let status = fs::read_to_string(self.folder.join("status")).unwrap_or_default();
            let running = status.lines().any(|line| line.starts_with("State:") && line.contains('R'));
            if !running || begun.elapsed() > Duration::from_millis(20) {
                return self.all_threads();
            }
        }
    }

    /// CPU time of all threads that live.
    pub(crate) fn all_threads(&self) -> Duration {
        self.threads()
            .map(|thread| fs::read_to_string(thread.join("schedstat")).map_or(Duration::ZERO, |text| on_cpu(&text)))
            .sum()
    }

    /// How often a thread that lives began to wait: once for every time that it had been woken.
    pub(crate) fn waits(&self) -> u64 {
        let statuses = self
            .threads()
            .filter_map(|thread| fs::read_to_string(thread.join("status")).ok());
        statuses.map(|status| number(&status, "voluntary_ctxt_switches:")).sum()
    }

    fn threads(&self) -> impl Iterator<Item = PathBuf> {
        fs::read_dir(self.folder.join("task"))
            .unwrap()
            .flatten()
            .map(|thread| thread.path())
    }
}

fn number(text: &str, field: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// The first number of `schedstat` is time on a CPU, in nanoseconds.
fn on_cpu(schedstat: &str) -> Duration {
    Duration::from_nanos(schedstat.split_whitespace().next().unwrap().parse().unwrap())
}
