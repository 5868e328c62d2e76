//! The screen, tested as a person meets it: keys and news in, frames and effects out. Start with [`driver`].

pub(crate) mod driver;
mod flows;
mod frames;
mod properties;
