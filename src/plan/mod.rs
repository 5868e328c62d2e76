//! What an action would write, before it is written. Pure: facts in, a plan out, the same on every machine.
//!
//! Start with [`mod@pull_request`] and [`mod@issue`]. [`evidence`] is what a reviewer is told, [`destination`] where a write goes,
//! [`landing`] what a merge sets off, [`identity`] what makes two plans the same one, [`markdown`] why nothing foreign in a
//! body is obeyed.

mod body;
pub mod destination;
mod difference;
pub mod evidence;
pub mod identity;
pub mod issue;
pub mod landing;
pub mod markdown;
pub mod pull_request;
pub mod record;
pub mod repository;
#[cfg(test)]
mod tests;

pub use body::{LONGEST_BODY, moment};
pub use destination::{Base, Destination, NoDestination, Origins, Role, destinations};
pub use difference::difference;
pub use evidence::{ChangedField, Evidence};
pub use identity::{Marker, ResourceId};
pub use issue::{IssuePlan, issue};
pub use landing::{Landing, LiveEdit, Neighbour, Reached};
pub use pull_request::{FileChange, NoPullRequest, PullRequestPlan, record_pull_request};
pub use repository::{ForgeKind, NoRepository, Repository};
