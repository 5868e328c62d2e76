//! What a person does, and what the screen answers.

mod acting;
mod comparing;
mod finding;
mod leaving;
mod moving;
mod narrowing;
mod seeing;
mod telling;
