//! How many cases `driftline explain --jsonl` answers in a CPU second of its process, start-up included, on the labelled
//! corpus over and over. `cargo bench --bench explain` prints the figure and fails below 1,000.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark prints, and its footing is its own"
)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// Cases in a CPU second that the project promises.
const FLOOR: f64 = 1_000.0;
/// So often each case is asked.
const ROUNDS: usize = 20;
const RUNS: usize = 3;
/// Linux counts a process' CPU time in hundredths of a second, whatever the kernel's own tick (`proc(5)`, `USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time of the children that have ended so far, user and system, in ticks; `None` where there is no `/proc`.
fn ticks_of_children() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, `state` is the first field and `cutime` the 14th.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13);
    Some(times.next()?.parse::<u64>().ok()? + times.next()?.parse::<u64>().ok()?)
}

fn main() -> ExitCode {
    if ticks_of_children().is_none() {
        eprintln!("SKIPPED: no /proc here, so CPU time cannot be told. Nothing was checked.");
        return ExitCode::SUCCESS;
    }
    let cases = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/drift/cases.jsonl")).unwrap();
    let asked = cases.lines().filter(|line| !line.trim().is_empty()).count() * ROUNDS;
    let folder = tempfile::tempdir().unwrap();
    let (questions, answers) = (folder.path().join("cases.jsonl"), folder.path().join("answers.jsonl"));
    fs::write(&questions, cases.repeat(ROUNDS)).unwrap();
    let most = (0..RUNS)
        .map(|_| {
            let before = ticks_of_children().unwrap();
            let status = Command::new(env!("CARGO_BIN_EXE_driftline"))
                .args(["explain", "--jsonl"])
                .stdin(File::open(&questions).unwrap())
                .stdout(File::create(&answers).unwrap())
                .stderr(Stdio::inherit())
                .status();
            assert!(status.unwrap().success(), "explain failed");
            assert_eq!(
                fs::read_to_string(&answers).unwrap().lines().count(),
                asked,
                "every case is answered"
            );
            let ticks = ticks_of_children().unwrap() - before;
            #[expect(clippy::cast_precision_loss, reason = "a number of cases and of ticks is small")]
            let per_second = asked as f64 / (ticks.max(1) as f64 / TICKS_PER_SECOND);
            println!(
                "{asked} cases, {:.2} CPU seconds: {per_second:.0} cases per CPU second",
                ticks as f64 / TICKS_PER_SECOND
            );
            per_second
        })
        .fold(0.0, f64::max);
    if most < FLOOR {
        println!("below the floor of {FLOOR}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
