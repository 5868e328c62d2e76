//! The machine's clock.

use jiff::Timestamp;

use crate::engine::ports::Clock;

/// What time it is on this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
