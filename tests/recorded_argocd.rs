//! The recorded Argo CD against its own recording: every exchange that can be asked again is asked again and compared,
//! then streams, playback, faults, versions, folders and hostile requests.

#[path = "recorded_argocd/support.rs"]
mod support;

#[path = "recorded_argocd/replay.rs"]
mod replay;

#[path = "recorded_argocd/streams.rs"]
mod streams;
