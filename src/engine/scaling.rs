//! The autoscalers that bear on a drift, for people.

use super::view::Seal;
use crate::redact::text;
use crate::verdict::scalers::Scaler;

/// An autoscaler of the same Application that targets the drifted workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScalerView {
    /// Kind and name: `hpa/web` (hostile text inside).
    pub name: String,
    /// What it may do: `2–10 replicas, cpu 80%` (redacted; hostile text inside).
    pub bounds: String,
    pub(super) seal: Seal,
}

/// The redacted view of these autoscalers.
pub(super) fn scaler_views(scalers: &[Scaler]) -> Vec<ScalerView> {
    let view = |scaler: &Scaler| ScalerView {
        name: text::redact(&format!("{}/{}", scaler.kind, scaler.name)).into_owned(),
        bounds: text::redact(&scaler.bounds).into_owned(),
        seal: Seal,
    };
    scalers.iter().map(view).collect()
}
