//! Settings → ports: the only room that names a concrete adapter.

mod clock;
mod demo;
mod live;

pub use clock::SystemClock;
pub use demo::{demo, serve};
pub use live::engine;
