//! The ignore workbench: which rules would hide a change, how wide each may be, and what each hides here and everywhere.
//!
//! Everything is answered from what the engine knows of every drift (`facts`), without a server: one [`Workbench`] holds the
//! effect of every rule on every step of the ladder, so that a step costs nothing. [`applying`] writes a rule into the person's
//! own list and takes it back.

pub mod applying;
pub(super) mod facts;
mod reach;
pub mod workbench;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use self::facts::Facts;
use self::reach::{Told, told};
pub use self::workbench::{By, Choice, EffectLine, Hit, Missing, Proposal, RuleEffect, Wording, Workbench};
use super::core::{BUG, Engine};
use super::ports::ErrorView;
use super::shelf::Shelved;
use super::view::{ApplicationView, ChangeView, DriftKey, DriftView, Seal};
use crate::drift::{ApplicationKey, Pointer};
use crate::ignore::jq::JqPath;
use crate::ignore::rule::day_of;
use crate::ignore::rule_set::hides;
use crate::ignore::{Change, Matcher, Place, PointerPattern, ladder};

/// What is known of the drifts of one Application, for rules.
#[derive(Debug)]
pub(super) struct Known {
    server: String,
    application: ApplicationKey,
    project: String,
    cluster: String,
    environment: String,
    /// A sync of it leaves alone what `ignoreDifferences` hides.
    respects: bool,
    drifts: Vec<(Arc<DriftView>, Arc<[Facts]>)>,
}

impl Known {
    pub(super) fn new(server: &str, view: &ApplicationView, respects: bool, drifts: &[Shelved]) -> Self {
        let drifts = drifts
            .iter()
            .map(|shelved| (Arc::clone(&shelved.drift), Arc::clone(&shelved.facts)));
        Self::of(server, view, respects, drifts.collect())
    }

    fn of(server: &str, view: &ApplicationView, respects: bool, drifts: Vec<(Arc<DriftView>, Arc<[Facts]>)>) -> Self {
        Self {
            server: server.to_owned(),
            application: view.key.clone(),
            project: view.project.clone(),
            cluster: view.cluster.clone(),
            environment: view.environment.clone(),
            respects,
            drifts,
        }
    }

    fn place(&self) -> Place<'_> {
        Place {
            server: &self.server,
            application: &self.application,
            project: &self.project,
            cluster: &self.cluster,
            environment: &self.environment,
        }
    }
}

/// Every drift that is known, by Application.
pub(super) type Everything = HashMap<ApplicationKey, Arc<Known>>;

/// What the workbench needs beside the drifts.
struct Bench<'a> {
    everything: &'a Everything,
    /// Both sides of a drift as they were compared, redacted; `None` when they are not kept any more.
    documents: ReadSides<'a>,
}

/// Reads the desired and the live side of a drift.
type ReadSides<'a> = &'a dyn Fn(&DriftKey) -> Option<(Option<Value>, Option<Value>)>;

impl Engine {
    /// The workbench for a change of a drift: the one at this path, else the one that decided the verdict.
    ///
    /// # Errors
    /// The drift is gone.
    pub async fn ignore_workbench(self: &Arc<Self>, key: &DriftKey, path: Option<&Pointer>) -> Result<Workbench, ErrorView> {
        let (engine, key, path) = (Arc::clone(self), key.clone(), path.cloned());
        let made = tokio::task::spawn_blocking(move || engine.workbench_now(&key, path.as_ref()));
        made.await.map_err(|_| ErrorView {
            title: "driftline broke".to_owned(),
            detail: "looking for what a rule would hide broke.".to_owned(),
            hint: BUG.to_owned(),
        })?
    }

    fn workbench_now(&self, key: &DriftKey, path: Option<&Pointer>) -> Result<Workbench, ErrorView> {
        let everything = self.known_drifts();
        let documents = |key: &DriftKey| self.shelved(key).map(|shelved| shelved.compared_values());
        let bench = Bench {
            everything: &everything,
            documents: &documents,
        };
        let mut workbench = bench.workbench(key, path).ok_or_else(|| gone(key))?;
        workbench.today = day_of(self.now());
        workbench.own_list = self.own_list().map(|own| own.list.name());
        workbench.author = self.own_list().map(|own| own.by.clone());
        Ok(workbench)
    }
}

fn gone(key: &DriftKey) -> ErrorView {
    ErrorView {
        title: "This drift is gone".to_owned(),
        detail: format!(
            "{} of {} does not drift any more.",
            key.resource.short(),
            key.application.name
        ),
        hint: "Nothing was written.".to_owned(),
    }
}

impl Bench<'_> {
    fn workbench(&self, key: &DriftKey, path: Option<&Pointer>) -> Option<Workbench> {
        let known = self.everything.get(&key.application)?;
        let (drift, facts) = known.drifts.iter().find(|(drift, _)| drift.key == *key)?;
        let deciding = || drift.changes.iter().position(|change| change.verdict == drift.verdict);
        let at = match path {
            Some(path) => drift.changes.iter().position(|change| change.path == *path)?,
            None => deciding().unwrap_or(0),
        };
        let rungs = ladder(&known.place(), &key.resource);
        // Of a whole object no rule hides anything.
        let chosen = drift
            .changes
            .get(at)
            .zip(facts.get(at))
            .filter(|(change, _)| !change.path.is_root());
        let proposals = chosen.map_or_else(Vec::new, |(change, facts)| {
            let mut proposals: Vec<Proposal> = By::ALL
                .into_iter()
                .map(|by| match by.matcher(change, facts) {
                    Ok(matcher) => Proposal {
                        by,
                        hits: self.hits(&matcher, &change.path, &rungs),
                        matcher: Ok(matcher),
                    },
                    Err(why) => Proposal {
                        by,
                        matcher: Err(why),
                        hits: Vec::new(),
                    },
                })
                .collect();
            // What hides not even the chosen change is no proposal.
            for proposal in &mut proposals {
                if proposal.matcher.is_ok() && !proposal.hits.iter().any(|hit| hit.is(&drift.key, at)) {
                    proposal.matcher = Err("it would not hide this change");
                    proposal.hits.clear();
                }
            }
            proposals
        });
        Some(Workbench {
            drift: Arc::clone(drift),
            at,
            guarded: chosen.is_some_and(|(_, facts)| facts.guarded),
            rungs,
            proposals,
            respects: known.respects,
            today: jiff::civil::Date::default(),
            own_list: None,
            author: None,
            seal: Seal,
        })
    }

    /// Every change that the rule would name anywhere, and from which step on.
    fn hits(&self, matcher: &Matcher, chosen: &Pointer, rungs: &[crate::ignore::Rung]) -> Vec<Hit> {
        let before = before_lists(chosen);
        let mut hits = Vec::new();
        for known in self.everything.values() {
            let place = known.place();
            for (drift, facts) in &known.drifts {
                let mask = || {
                    rungs
                        .iter()
                        .enumerate()
                        .filter(|(_, rung)| rung.scope.covers(&place, &drift.key.resource))
                        .fold(0u8, |mask, (n, _)| mask | 1 << n)
                };
                let mut covered = None;
                let mut named = Named::default();
                for (at, (change, facts)) in drift.changes.iter().zip(facts.iter()).enumerate() {
                    let certain = match told(matcher, &before, change, facts) {
                        Told::Leaves => continue,
                        Told::Hides => true,
                        Told::Unsure => match named.hides(self.documents, drift, matcher, change) {
                            Some(false) => continue,
                            Some(true) => true,
                            // Better listed than left out.
                            None => false,
                        },
                    };
                    let rungs = *covered.get_or_insert_with(mask);
                    if rungs == 0 {
                        break;
                    }
                    hits.push(Hit {
                        drift: Arc::clone(drift),
                        at,
                        rungs,
                        guarded: facts.guarded,
                        certain,
                        seal: Seal,
                    });
                }
            }
        }
        hits
    }
}

/// What a jq rule names in both sides of one drift, read once and only when nothing less tells.
#[derive(Default)]
struct Named(Option<Option<Sides>>);

struct Sides {
    desired: Option<Value>,
    live: Option<Value>,
    named: [Vec<Pointer>; 2],
}

impl Named {
    /// `None` when the documents are not there any more.
    fn hides(&mut self, documents: ReadSides<'_>, drift: &DriftView, matcher: &Matcher, change: &ChangeView) -> Option<bool> {
        let Matcher::Jq(path) = matcher else { return None };
        let sides = self.0.get_or_insert_with(|| {
            let (desired, live) = documents(&drift.key)?;
            let fields = |side: &Option<Value>| side.as_ref().map(|side| path.fields(side)).unwrap_or_default();
            Some(Sides {
                named: [fields(&desired), fields(&live)],
                desired,
                live,
            })
        });
        let sides = sides.as_ref()?;
        let value = |side: &'_ Option<Value>, path: &Pointer| side.as_ref().and_then(|side| path.get(side).cloned());
        let desired = change
            .desired
            .as_ref()
            .and_then(|_| value(&sides.desired, &change.desired_path));
        let live = change.live.as_ref().and_then(|_| value(&sides.live, &change.path));
        Some(hides(
            &sides.named[0],
            &sides.named[1],
            &Change {
                path: &change.path,
                desired_path: &change.desired_path,
                desired: desired.as_ref(),
                live: live.as_ref(),
                manager: None,
                guarded: false,
            },
        ))
    }
}

/// The part of a path before the first segment that may be a position in a list.
fn before_lists(path: &Pointer) -> Pointer {
    let is_position = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
    Pointer::from_segments(path.segments().take_while(|segment| !is_position(segment)))
}

impl By {
    /// The rule's form for this change, or why there is none.
    fn matcher(self, change: &ChangeView, facts: &Facts) -> Result<Matcher, &'static str> {
        match self {
            Self::Pointer => Ok(Matcher::Pointer(PointerPattern::exactly(&change.path))),
            Self::Jq => {
                let [desired, live] = &facts.names;
                let name = match (change.desired.is_some(), change.live.is_some()) {
                    (true, true) if desired != live => None,
                    (_, true) => live.as_deref(),
                    (_, false) => desired.as_deref(),
                };
                let name = name.ok_or("no list on the way has items with names")?;
                JqPath::parse(name)
                    .map(Matcher::Jq)
                    .map_err(|_| "its names make no jq program that is accepted")
            }
            Self::Manager if facts.guarded => Err("no manager rule hides what guards something"),
            Self::Manager => match &facts.manager {
                Some(manager) => Ok(Matcher::Manager {
                    manager: manager.to_string(),
                    below: PointerPattern::exactly(&change.path),
                }),
                None => Err("no field manager is recorded"),
            },
        }
    }
}

/// A workbench over views that no engine has made, for tests of front ends.
#[cfg(test)]
pub(super) fn of_views(views: &[Arc<ApplicationView>], key: &DriftKey, path: Option<&Pointer>) -> Option<Workbench> {
    use crate::kubernetes::field::Field;
    use crate::kubernetes::security::guards;

    let known = |view: &Arc<ApplicationView>| {
        let drifts = view.drifts.iter().chain(&view.invisible).map(|drift| {
            let resource = &drift.key.resource;
            let facts = drift.changes.iter().map(|change| Facts {
                guarded: guards(
                    &resource.group,
                    &resource.kind,
                    &Field::new(&resource.kind, change.path.segments()),
                )
                .is_some(),
                manager: change.manager.as_deref().map(Box::from),
                names: [None, None],
            });
            (Arc::clone(drift), facts.collect())
        });
        let known = Known::of("https://argocd.example.com", view, false, drifts.collect());
        (view.key.clone(), Arc::new(known))
    };
    let everything: Everything = views.iter().map(known).collect();
    let bench = Bench {
        everything: &everything,
        documents: &|_| None,
    };
    let mut workbench = bench.workbench(key, path)?;
    workbench.today = "2026-11-20".parse().ok()?;
    workbench.own_list = Some("/home/ann/.config/driftline/ignore.toml".to_owned());
    workbench.author = Some("ann".to_owned());
    Some(workbench)
}

#[cfg(test)]
mod tests;
