//! Entry point: a runtime, a readable panic, and the hand-over of the wiring to the commands.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use async_trait::async_trait;
use color_eyre::config::HookBuilder;
use driftline::cli::{AuditLog, DemoSession, Engine, ErrorView, Exit, Serving, Settings, ViewStore, World, run};
use driftline::wire;

/// Gives back to the system what a large diff took, at once; glibc's keeps most of it. `.cargo/config.toml` tunes it.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Threads that drive connections and the screen; heavy work goes to blocking threads.
const WORKERS: usize = 2;

fn main() -> ExitCode {
    install_panic_report();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("driftline")
        .enable_all()
        .build();
    let exit = match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(run(std::env::args_os(), &Wired));
            // A request under way must not hold the exit back.
            runtime.shutdown_background();
            exit
        }
        Err(error) => {
            // When stderr is gone there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "driftline: cannot start: {error}");
            Exit::Usage
        }
    };
    exit.into()
}

/// A panic is our mistake: say so with the place. The screen restores the terminal before this speaks.
fn install_panic_report() {
    let (panic_hook, _) = HookBuilder::default()
        .panic_section("This is a mistake in driftline, not in your cluster. It never writes to a cluster.")
        .display_env_section(false)
        .into_hooks();
    panic_hook.install();
}

/// The wiring, as the commands ask for it.
struct Wired;

#[async_trait]
impl World for Wired {
    async fn engine(&self, settings: &Settings) -> Result<Arc<Engine>, ErrorView> {
        wire::engine(settings).await
    }

    fn engine_on_demand(&self, settings: &Settings) -> Result<Arc<Engine>, ErrorView> {
        wire::engine_on_demand(settings)
    }

    fn view_store(&self, settings: &Settings) -> Option<Arc<dyn ViewStore>> {
        wire::view_store(settings)
    }

    fn audit(&self, settings: &Settings) -> Arc<dyn AuditLog> {
        wire::audit(settings)
    }

    async fn demo(&self, settings: &Settings, recordings: Option<&Path>) -> Result<DemoSession, ErrorView> {
        let started = wire::demo(settings, recordings).await?;
        Ok(DemoSession {
            engine: started.value,
            server: started.server,
        })
    }

    async fn serve(&self, recordings: Option<&Path>, listen: SocketAddr) -> Result<Serving, ErrorView> {
        let started = wire::serve(recordings, listen).await?;
        let (address, token) = started.value;
        Ok(Serving {
            address,
            token,
            server: started.server,
        })
    }
}
