//! The list of Applications, in pages, as it comes off the wire.

use std::ops::ControlFlow;

use super::client::Client;
use super::convert::{self, Answer};
use super::error::{Asked, Failure};
use super::item_stream::{Broken, ItemStream};
use super::mask::ListMask;
use super::request::Call;
use super::wire_types;
use crate::drift::Application;
use crate::engine::ports::{ArgoCdError, Sink};

/// Most Applications that are handed over at once.
const PAGE: usize = 500;

/// How one try to list ended.
enum Listed {
    /// All of it, or as much as the receiver wanted; with the list's resource version, where it came.
    Done(String),
    /// The server does not know the parts of `spec`. Nothing was handed over.
    WithoutSpec,
}

/// Why the reading of items stopped early.
enum Stop {
    Receiver,
    WithoutSpec,
    Nameless,
}

impl Client {
    /// Lists with the leanest mask that works.
    pub(super) async fn list_pages(&self, page: Sink<'_, Vec<Application>>) -> Result<String, ArgoCdError> {
        let mut mask = self.list_mask().await?;
        loop {
            match self.list_with(mask, page).await {
                Ok(Listed::Done(resource_version)) => return Ok(resource_version),
                Ok(Listed::WithoutSpec) => {
                    mask = ListMask::WholeSpec;
                    self.remember_list_mask(mask);
                }
                // A server that fails on the mask does so before the first byte of the list; not remembered, since
                // without a mask a large list costs the server seconds.
                Err(Failure {
                    error: ArgoCdError::Server { status: 500, .. },
                    ..
                }) if mask != ListMask::None => {
                    tracing::warn!(server = self.requests().server(), "list failed with a mask, asking without");
                    mask = ListMask::None;
                }
                Err(failure) => return Err(failure.error),
            }
        }
    }

    async fn list_with(
        &self,
        mask: ListMask,
        page: &mut (dyn FnMut(Vec<Application>) -> bool + Send),
    ) -> Result<Listed, Failure> {
        let mut call = Call::json(
            "the list of Applications",
            "/api/v1/applications",
            vec!["api", "v1", "applications"],
            self.requests().timeouts().list,
        );
        call.query.extend(self.requests().scope().query());
        call.query.extend(mask.fields().map(|fields| ("fields", fields)));
        call.final_500 = mask != ListMask::None;
        let asked = self.requests().asked(&call.what);
        let mut answer = self.requests().open_retrying(&call).await?;
        let mut pager = Pager {
            client: self,
            mask,
            page: Vec::new(),
            seen_any: false,
            receiver: page,
        };
        let mut items = ItemStream::new();
        let stop = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => match items.feed(&chunk, &mut |item| pager.take(&item)) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(stop)) => break Some(stop),
                    Err(broken) => {
                        pager.hand_over();
                        return Err(Failure::last(asked.broken_list(&broken)));
                    }
                },
                Ok(None) => match items.finish(&mut |item| pager.take(&item)) {
                    Ok(ControlFlow::Continue(())) => break None,
                    Ok(ControlFlow::Break(stop)) => break Some(stop),
                    Err(broken) => {
                        pager.hand_over();
                        return Err(Failure::last(asked.broken_list(&broken)));
                    }
                },
                Err(failure) => {
                    pager.hand_over();
                    return Err(failure);
                }
            }
        };
        answer.log();
        match stop {
            None => {
                pager.hand_over();
                Ok(Listed::Done(items.resource_version().to_owned()))
            }
            Some(Stop::Receiver) => Ok(Listed::Done(items.resource_version().to_owned())),
            Some(Stop::WithoutSpec) => Ok(Listed::WithoutSpec),
            Some(Stop::Nameless) => Err(Failure::last(asked.protocol("an Application without a name"))),
        }
    }
}

/// Collects items into pages.
struct Pager<'a> {
    client: &'a Client,
    mask: ListMask,
    page: Vec<Application>,
    seen_any: bool,
    receiver: &'a mut (dyn FnMut(Vec<Application>) -> bool + Send),
}

impl Pager<'_> {
    fn take(&mut self, item: &wire_types::Application<'_>) -> ControlFlow<Stop> {
        // On a server that knows the parts, `spec` is always there, since an Application always has a destination.
        if self.mask == ListMask::SpecParts && !self.seen_any && item.spec.is_none() {
            return ControlFlow::Break(Stop::WithoutSpec);
        }
        self.seen_any = true;
        let answer = if self.mask == ListMask::None {
            Answer::Partial
        } else {
            Answer::MaskedList
        };
        let Some(application) = convert::application(self.client.context_name(), item, answer) else {
            return ControlFlow::Break(Stop::Nameless);
        };
        self.page.push(application);
        if self.page.len() < PAGE || self.hand_over() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(Stop::Receiver)
        }
    }

    /// Gives what is collected to the receiver; `false` when that wants no more.
    fn hand_over(&mut self) -> bool {
        self.page.is_empty() || (self.receiver)(std::mem::take(&mut self.page))
    }
}

impl Asked<'_> {
    fn broken_list(&self, broken: &Broken) -> ArgoCdError {
        match broken {
            Broken::Json(error) => self.malformed(error),
            Broken::Structure => self.protocol("not a list of Applications"),
            Broken::Truncated => self.protocol("it ends in the middle"),
        }
    }
}
