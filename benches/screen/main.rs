//! The screen at scale, on a real pseudo-terminal, over the real protocol: 10,000 Applications of which 2,000 drift, and a
//! stream of 200 changes a second.
//!
//! `cargo bench --bench screen` prints every figure beside its floor, measured in the same run, and fails when one
//! misses its budget; `cargo bench --bench screen -- keys idle` runs some of it. Wants a machine with nothing else to do.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark prints, and its footing is its own"
)]

mod fleet;
mod floors;
mod process;
mod terminal;

use std::path::Path;
use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use driftline::engine::view::ApplicationVerdict;
use driftline::tui::verdict_sign::glyph;
use fleet::{Fleet, Server, VERY_LARGE};
use tempfile::TempDir;
use terminal::{Frame, Terminal};

/// The fleet of the budgets.
const FLEET: Fleet = Fleet::Drifting {
    applications: 10_000,
    drifts: 2_000,
    very_large: false,
};
/// The same, where one that drifts is an object of ten megabytes.
const FLEET_WITH_LARGE: Fleet = Fleet::Drifting {
    applications: 10_000,
    drifts: 2_000,
    very_large: true,
};

/// What a person waits for after a key, beyond an echo: half of all keys, and all but one of twenty.
const KEY: (f64, f64) = (3.0, 16.0);
/// A frame against an empty one.
const FRAME: f64 = 5.0;
/// A frame of 100,000 rows against one of 1,000.
const FLAT: f64 = 1.25;
/// Start to first frame, against a hello.
const START: f64 = 2.0;
/// Resident with the list, and with a diff of ten megabytes open.
const RESIDENT: (f64, f64) = (32.0, 96.0);

/// What was measured, and whether it is good enough.
#[derive(Default)]
struct Findings {
    missed: usize,
}

impl Findings {
    fn at_most(&mut self, what: &str, figure: f64, budget: f64, unit: &str) {
        let verdict = if figure <= budget { "ok" } else { "MISSED" };
        println!("{what:<58} {figure:>9.2} {unit:<4} at most {budget:>6.2}  {verdict}");
        self.missed += usize::from(figure > budget);
    }
}

/// One part of the bench: measures, and notes what it found.
type Part = fn(&mut Findings);

fn main() -> ExitCode {
    if floors::run() {
        return ExitCode::SUCCESS;
    }
    if !Path::new("/proc/self/schedstat").exists() {
        eprintln!("SKIPPED: no /proc/PID/schedstat here. Nothing was checked.");
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let parts: [(&str, Part); 4] = [("start", start), ("frames", frames), ("keys", keys), ("memory", memory)];
    let mut findings = Findings::default();
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            part(&mut findings);
        }
    }
    match findings.missed {
        0 => ExitCode::SUCCESS,
        missed => {
            println!("{missed} missed");
            ExitCode::FAILURE
        }
    }
}

/// driftline on a server, with folders of its own.
struct Driftline {
    terminal: Terminal,
    /// Of its configuration and state; dropped after the terminal.
    _folder: TempDir,
}

impl Driftline {
    fn on(server: &str, plaintext: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        // Nothing is asked again by the clock: what is measured is the screen.
        let text = format!(
            "[[context]]\nname = \"bench\"\nserver = \"{server}\"\nplaintext = {plaintext}\ntoken_env = \"BENCH_TOKEN\"\n\
             [poll]\nlist_every = \"24h\"\ndrifted_every = \"24h\"\nopen_every = \"24h\"\n[view]\ntheme = \"dark\"\n"
        );
        std::fs::write(&config, text).unwrap();
        let home = folder.path().to_str().unwrap();
        let environment = [("HOME", home), ("BENCH_TOKEN", "bench"), ("COLORTERM", "truecolor")];
        let arguments = ["--config", config.to_str().unwrap()];
        Self {
            terminal: Terminal::spawn(env!("CARGO_BIN_EXE_driftline"), &arguments, &environment),
            _folder: folder,
        }
    }

    /// Waits until every Application of a fleet is listed and what drifts is judged.
    fn settled(server: &Server, fleet: Fleet) -> Self {
        let mut driftline = Self::on(&server.address, true);
        let calm = match fleet {
            Fleet::Drifting {
                applications, drifts, ..
            } => applications - drifts,
            Fleet::Paused { applications } => applications,
        };
        let pending = glyph(ApplicationVerdict::Pending);
        driftline.terminal.wait_until("the whole fleet", |text| {
            let header = text.lines().next().unwrap_or_default();
            header.contains(&calm.to_string()) && !header.contains(pending)
        });
        sleep(Duration::from_secs(2));
        driftline.terminal.frames();
        driftline
    }
}

fn floor(role: &str) -> Terminal {
    let program = std::env::current_exe().unwrap();
    Terminal::spawn(program.to_str().unwrap(), &[], &[(floors::ROLE, role)])
}

/// CPU time from the start of the process to the moment at which the end of its first frame is read, in turns; over https, as
/// people have it. What a program goes on with after its frame counts until this one is awake to look. Of the time on the clock most is waiting for a CPU where others work too, so it is only told.
fn start(findings: &mut Findings) {
    let server = Server::start(Fleet::Paused { applications: 1 });
    let mut figures: [Vec<Duration>; 4] = Default::default();
    for _ in 0..41 {
        // One after the other: who starts while the other draws waits for it.
        let ours = Driftline::on(&server.address, false);
        let first = ours.terminal.first_frame();
        figures[0].push(first.cpu);
        figures[1].push(first.at - ours.terminal.started);
        drop(ours);
        let hello = floor(floors::HELLO);
        let first = hello.first_frame();
        figures[2].push(first.cpu);
        figures[3].push(first.at - hello.started);
    }
    let [ours, ours_clock, hello, hello_clock] = figures.map(|times| quantile(times, 50));
    println!(
        "start to first frame: {:.1} ms of CPU ({:.1} ms by the clock), hello-ratatui {:.1} ms ({:.1} ms)",
        ms(ours),
        ms(ours_clock),
        ms(hello),
        ms(hello_clock)
    );
    findings.at_most("start to first frame / hello-ratatui, CPU", ratio(ours, hello), START, "x");
}

/// CPU time of the thread that draws, per frame, while the cursor walks through a screen of rows.
fn frames(findings: &mut Findings) {
    const KEYS: usize = 20;
    const WALKS: usize = 9;
    let walk = |terminal: &mut Terminal, walk: usize| {
        terminal.frames();
        let before = terminal.process().first_thread();
        for _ in 0..KEYS {
            terminal.send(if walk.is_multiple_of(2) { "j" } else { "k" });
            sleep(Duration::from_millis(30));
        }
        let spent = terminal.process().first_thread() - before;
        let frames = terminal.frames().len().max(1);
        spent / u32::try_from(frames).unwrap()
    };
    let small = Fleet::Paused { applications: 1_000 };
    let large = Fleet::Paused { applications: 100_000 };
    let servers = [small, large, FLEET].map(Server::start);
    let mut empty = floor(floors::HELLO);
    empty.first_frame();
    let mut screens = [small, large, FLEET]
        .into_iter()
        .zip(&servers)
        .map(|(fleet, server)| Driftline::settled(server, fleet))
        .collect::<Vec<_>>();
    println!("100,000 rows take {} MiB", screens[1].terminal.process().resident() / 1_024);
    let mut spent: [Vec<Duration>; 4] = Default::default();
    for number in 0..WALKS {
        spent[0].push(walk(&mut empty, number));
        for (screen, spent) in screens.iter_mut().zip(&mut spent[1..]) {
            spent.push(walk(&mut screen.terminal, number));
        }
    }
    let [empty, small, large, drifting] = spent.map(|times| quantile(times, 50));
    println!(
        "a frame: empty {empty:.0?}, 1,000 rows {small:.0?}, 100,000 rows {large:.0?}, 2,000 drifts with their diffs {drifting:.0?}"
    );
    findings.at_most("frame of 1,000 rows / empty frame", ratio(small, empty), FRAME, "x");
    findings.at_most("frame of 2,000 drifts / empty frame", ratio(drifting, empty), FRAME, "x");
    findings.at_most("frame of 100,000 rows / of 1,000", ratio(large, small), FLAT, "x");
}

/// From a key to the complete frame on which the cursor has moved, in turns with an echo; then what a quiet screen does.
fn keys(findings: &mut Findings) {
    let server = Server::start(FLEET);
    let mut driftline = Driftline::settled(&server, FLEET);
    let mut echo = floor(floors::ECHO);
    echo.first_output(echo.started);
    for (name, storm, between, keys) in [
        ("quiet", false, 60, 200),
        ("storm", true, 60, 200),
        // The order of the rows may change a second after a key.
        ("storm, a key now and then", true, 1_130, 30),
    ] {
        server.storm(storm);
        sleep(Duration::from_secs(2));
        let (mut ours, mut echoed) = (Vec::new(), Vec::new());
        let mut still = 0;
        driftline.terminal.frames();
        let mut stood = None;
        for number in 0_u64..keys {
            let at = echo.send("j");
            echoed.push(echo.first_output(at) - at);
            // Not in step with what the program does by the clock.
            sleep(Duration::from_millis(between + number * 7 % 17));
            let before = driftline.terminal.frames();
            stood = before.last().map_or(stood, |frame: &Frame| frame.selected);
            let at = driftline.terminal.send(if number / 20 % 2 == 0 { "j" } else { "k" });
            sleep(Duration::from_millis(between));
            let moved: Vec<Frame> = driftline.terminal.frames();
            let found = moved.iter().find(|frame| frame.at > at && frame.selected != stood);
            still += usize::from(found.is_none());
            ours.push(found.map_or(Duration::from_millis(between), |frame| frame.at - at));
            stood = moved.last().map_or(stood, |frame| frame.selected);
        }
        server.storm(false);
        assert!(
            still < ours.len() / 2,
            "the cursor has nowhere to go:\n{}",
            driftline.terminal.text()
        );
        let [(half, most), (echo_half, echo_most)] =
            [ours, echoed].map(|times| (quantile(times.clone(), 50), quantile(times, 95)));
        println!(
            "{name}: key to frame median {:.2} ms, p95 {:.2} ms; echo {:.2} ms, {:.2} ms",
            ms(half),
            ms(most),
            ms(echo_half),
            ms(echo_most)
        );
        findings.at_most(
            &format!("{name}: key to frame beyond an echo, median"),
            ms(half) - ms(echo_half),
            KEY.0,
            "ms",
        );
        findings.at_most(
            &format!("{name}: key to frame beyond an echo, p95"),
            ms(most) - ms(echo_most),
            KEY.1,
            "ms",
        );
    }
    idle(findings, &mut driftline.terminal);
}

/// Nothing happens, and nobody presses a key.
fn idle(findings: &mut Findings, terminal: &mut Terminal) {
    const SECONDS: u64 = 10;
    // Threads that had work wait ten seconds for more before they end.
    sleep(Duration::from_secs(15));
    terminal.frames();
    let process = terminal.process();
    let (waits, cpu) = (process.waits(), process.all_threads());
    sleep(Duration::from_secs(SECONDS));
    let (waits, cpu) = (process.waits() - waits, process.all_threads().saturating_sub(cpu));
    println!("idle for {SECONDS} s: {} frames, {cpu:?} of CPU", terminal.frames().len());
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    findings.at_most("wake-ups of an idle screen in ten seconds", waits as f64, 0.0, "");
}

/// Resident memory, listed and judged; then, in a process of its own, with a large diff open.
fn memory(findings: &mut Findings) {
    let server = Server::start(FLEET);
    let driftline = Driftline::settled(&server, FLEET);
    let process = driftline.terminal.process();
    println!("most resident while listing {:.1} MiB", mib(process.most_resident()));
    findings.at_most(
        "resident, 10,000 Applications and 2,000 drifts",
        mib(process.resident()),
        RESIDENT.0,
        "MiB",
    );
    drop(driftline);
    let server = Server::start(FLEET_WITH_LARGE);
    let mut driftline = Driftline::settled(&server, FLEET_WITH_LARGE);
    let process = driftline.terminal.process();
    println!(
        "resident once an object of ten megabytes was judged {:.1} MiB, most {:.1} MiB",
        mib(process.resident()),
        mib(process.most_resident())
    );
    driftline.terminal.send(&format!("/{VERY_LARGE}\r"));
    driftline.terminal.wait_for(&format!("ConfigMap/{VERY_LARGE}"));
    driftline.terminal.send("\r");
    let begun = Instant::now();
    driftline.terminal.wait_for("= edited");
    let shown = begun.elapsed();
    sleep(Duration::from_secs(2));
    println!(
        "diff of ten megabytes shown after {:.1} s, most resident {:.1} MiB",
        shown.as_secs_f64(),
        mib(process.most_resident())
    );
    findings.at_most(
        "resident with a diff of ten megabytes open",
        mib(process.resident()),
        RESIDENT.1,
        "MiB",
    );
}

fn quantile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100]
}

fn ratio(figure: Duration, floor: Duration) -> f64 {
    figure.as_secs_f64() / floor.as_secs_f64()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}
