//! The recorded Argo CD against its own recording: every exchange that can be asked again is asked again and compared,
//! then streams, playback, faults, versions, folders and hostile requests.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

#[path = "recorded_argocd/support.rs"]
mod support;

#[path = "recorded_argocd/replay.rs"]
mod replay;

#[path = "recorded_argocd/streams.rs"]
mod streams;

#[path = "recorded_argocd/server.rs"]
mod server;
