//! The screen, tested as a person meets it: keys and news in, frames and effects out. Start with [`driver`].

mod contrast;
pub(crate) mod driver;
mod flows;
mod frames;
mod key_table;
mod properties;
mod scale;
mod scenes;
mod screenshots;
mod states;
