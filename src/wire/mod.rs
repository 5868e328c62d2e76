//! Settings → ports: the only room that names a concrete adapter.

mod clock;
mod demo;
pub mod http;
mod ignore_sources;
mod live;
mod token;

pub use clock::SystemClock;
pub use demo::{demo, serve};
pub use live::{audit, engine, engine_on_demand, view_store};
