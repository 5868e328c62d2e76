//! What is known of Kubernetes and its neighbours, as tables that are easy to read and to extend. Pure; uses no other room.
//!
//! [`field`] says how a table names places in manifests; every other file is one table with the question it answers.

pub mod bookkeeping;
mod default_values;
pub mod defaults;
pub mod delegates;
pub mod deployment_engines;
pub mod field;
pub mod images;
pub mod immutable;
pub mod impostors;
pub mod injectors;
pub mod list_keys;
pub mod list_order;
pub mod managers;
pub mod names;
pub mod objects;
pub mod powers;
pub mod quantity;
pub mod secrets;
pub mod security;
pub mod short_names;
pub mod spelling;
pub mod triggers;
pub mod zeroes;
