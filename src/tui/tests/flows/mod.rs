//! What a person does, and what the screen answers.

mod acting;
mod attending;
mod clicking;
mod comparing;
mod finding;
mod handing;
mod ignoring;
mod leaving;
mod moving;
mod narrowing;
mod rebinding;
mod remembering;
mod resizing;
mod seeing;
mod telling;
