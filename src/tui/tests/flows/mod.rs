//! What a person does, and what the screen answers.

mod acting;
mod attending;
mod clicking;
mod comparing;
mod finding;
mod ignoring;
mod leaving;
mod moving;
mod narrowing;
mod remembering;
mod seeing;
mod telling;
