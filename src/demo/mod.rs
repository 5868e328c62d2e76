//! The recorded Argo CD: what a real one answered, behind the real protocol, on loopback.
//!
//! Our client, the `argocd` command line and a person's curl can be pointed at it. It works from the data of a
//! [`Recording`] and knows no name in it, so any folder of that form can be served. Start reading at [`RecordedArgoCd`];
//! `routes` says which endpoint is answered where, `fleet` and `timeline` what the Applications look like at a moment.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use driftline::demo::{RecordedArgoCd, Recording, ServerOptions};
//!
//! let server = RecordedArgoCd::start(Recording::built_in()?, ServerOptions::default()).await?;
//! let address = server.addr();
//! # Ok(())
//! # }
//! ```

mod account;
mod answer;
mod application;
mod archive;
mod catalogue;
mod clock;
mod encoding;
mod faults;
mod fleet;
pub mod forge;
mod list;
mod listening;
mod mask;
mod playback;
mod recording;
mod request;
mod request_log;
mod routes;
mod selector;
mod server;
mod stream;
mod timeline;
mod writes;

pub use archive::RecordingError;
pub use clock::DemoClock;
pub use faults::{Fault, FaultRule, Faults};
pub use playback::PlaybackClock;
pub use recording::{Exchange, Recording};
pub use request_log::SeenRequest;
pub use server::{RecordedArgoCd, ServerOptions, Version};
