//! driftline: interactive drift triage for Argo CD.
//!
//! The rooms below are the story of a drift, in the order in which it happens. Arrows point one way:
//! pure rooms ← [`engine`] ← adapters, screens and commands; `tests/architecture.rs` holds them.
//!
//! | room | what it does |
//! | --- | --- |
//! | [`kubernetes`] | knowledge as tables: natural keys of lists, bookkeeping keys, security-critical fields, who writes what |
//! | [`drift`] | Application, resource, JSON Pointer; compare, managed fields → attribution, origin, fingerprint |
//! | [`verdict`] | harmless, needs review or risky, and why: one rule, one file |
//! | [`ignore`] | what a team has decided not to hear of again: rules, what they hide, export |
//! | [`plan`] | what an action would write, before it is written: pull request, issue; identity, Markdown, what landing sets off |
//! | [`redact`] | the one redactor: no secret value passes it |
//! | [`engine`] | collect → judge → the redacted view that everyone else sees |
//! | [`argocd`] | the HTTP client: list, watch, managed resources |
//! | [`forge`] | where pull requests and issues go: GitHub |
//! | [`git`] | the git command line in scratch repositories: one file of one branch |
//! | [`store`] | the journal: when a drift was first seen, how often it came back, what people decided |
//! | [`tui`] | the terminal UI: pure state and update, screens, runtime |
//! | [`cli`] | one file per command |
//! | [`demo`] | the recorded Argo CD behind the real protocol |
//! | [`config`] | raw configuration, layers, checks, resolved settings |
//! | [`wire`] | settings → ports; the only place that names a concrete adapter |

pub mod argocd;
pub mod cli;
pub mod config;
pub mod demo;
pub mod drift;
pub mod engine;
pub mod forge;
pub mod git;
pub mod ignore;
pub mod kubernetes;
pub mod plan;
pub mod redact;
pub mod store;
pub mod tui;
pub mod verdict;
pub mod wire;
