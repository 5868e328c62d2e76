//! A panic of ours costs what it happened in, and nothing else.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::core::BUG;
use super::ports::ArgoCdError;

/// A panic of ours inside a call is a failure of this call and of nothing else.
pub(super) async fn guarded<T>(
    call: impl Future<Output = Result<T, ArgoCdError>> + Send,
    server: &str,
) -> Result<T, ArgoCdError> {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => Err(ArgoCdError::Protocol {
            server: server.to_owned(),
            what: "a call".to_owned(),
            message: BUG.to_owned(),
        }),
    }
}
