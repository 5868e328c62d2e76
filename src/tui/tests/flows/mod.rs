//! What a person does, and what the screen answers.

mod acting;
mod finding;
mod leaving;
mod moving;
mod narrowing;
mod seeing;
