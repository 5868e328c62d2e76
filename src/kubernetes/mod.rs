//! What is known of Kubernetes and its neighbours, as tables that are easy to read and to extend. Pure; uses no other room.
//!
//! [`field`] says how a table names places in manifests; every other file is one table with the question it answers.

pub mod bookkeeping;
pub mod defaults;
pub mod delegates;
pub mod field;
pub mod immutable;
pub mod injectors;
pub mod list_keys;
pub mod list_order;
pub mod managers;
pub mod objects;
pub mod quantity;
pub mod secrets;
pub mod security;
pub mod spelling;
pub mod triggers;
