//! A context that is set up with the first call to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use driftline::argocd::{Client, OnDemand};
use driftline::engine::ports::{ArgoCd as _, ArgoCdError, ErrorView};

use crate::scripted_server::{Reply, ScriptedServer};
use crate::{client, web};

const WEB: &str = r#"{"metadata":{"name":"web","namespace":"argocd"}}"#;

/// A context whose set-up fails so many times before it works, and how often it was set up.
fn failing(times: usize, client: Client) -> (OnDemand, Arc<AtomicUsize>) {
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let context = OnDemand::new("prod", "as configured", move || {
        let outcome = if counted.fetch_add(1, Ordering::SeqCst) < times {
            Err(ErrorView {
                title: "Cannot use a context".to_owned(),
                detail: "prod: the vault is closed.".to_owned(),
                hint: String::new(),
            })
        } else {
            Ok(client.clone())
        };
        Box::pin(async move {
            // Others come meanwhile.
            tokio::task::yield_now().await;
            outcome
        })
    });
    (context, tries)
}

async fn server() -> ScriptedServer {
    ScriptedServer::start(|_, _| Reply::new(200, "application/json", WEB)).await
}

#[tokio::test]
async fn nothing_is_set_up_before_the_first_call_and_calls_at_once_share_one() {
    let server = server().await;
    let (context, tries) = failing(0, client(&server));
    assert_eq!((&*context.context(), context.address().as_str()), ("prod", "as configured"));
    assert_eq!(tries.load(Ordering::SeqCst), 0);

    let key = web();
    let (a, b) = tokio::join!(context.application(&key, "shop"), context.application(&key, "shop"));
    assert_eq!((a.unwrap().key, b.unwrap().key), (web(), web()));
    context.application(&key, "shop").await.unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 1);
    assert_eq!(context.address(), server.address());
}

#[tokio::test]
async fn what_cannot_be_set_up_says_why_and_is_tried_again_with_the_next_call() {
    let server = server().await;
    let (context, tries) = failing(2, client(&server));
    for _ in 0..2 {
        let error = context.application(&web(), "shop").await.unwrap_err();
        assert_eq!(
            error,
            ArgoCdError::Unusable {
                message: "prod: the vault is closed.".to_owned()
            }
        );
    }
    assert_eq!(server.asked().len(), 0);
    context.application(&web(), "shop").await.unwrap();
    assert_eq!(tries.load(Ordering::SeqCst), 3);
}
