//! GitHub: the real adapter against the demo forge over HTTP, with every request and answer held against GitHub's published
//! description. First the flows, then what goes wrong between any two calls.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail the test")]

#[path = "github/contract.rs"]
mod contract;

#[path = "github/stage.rs"]
mod stage;

#[path = "github/flows.rs"]
mod flows;

#[path = "github/interrupted.rs"]
mod interrupted;

#[path = "github/refused.rs"]
mod refused;

#[path = "github/demo_forge.rs"]
mod demo_forge;
