//! What the workbench promises, against the rules as judging applies them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::drift::ResourceKey;
use crate::drift::compare::compare;
use crate::engine::fixtures;
use crate::ignore::{Documents, IgnoreRule, RuleSet};
use crate::verdict::Verdict;

/// One object of one Application, both of its sides.
#[derive(Debug, Clone)]
struct Object {
    application: &'static str,
    project: &'static str,
    environment: &'static str,
    name: &'static str,
    desired: Value,
    live: Value,
}

impl Object {
    fn key(&self) -> DriftKey {
        DriftKey {
            application: fixtures::key(self.application),
            resource: ResourceKey::new("apps", "Deployment", "shop", self.name),
            invisible: false,
        }
    }
}

const MANAGERS: [&str; 3] = ["kubectl-edit", "keda", "argocd-controller"];

fn known(objects: &[Object]) -> Everything {
    let mut everything = Everything::new();
    for object in objects {
        let mut facts = Vec::new();
        let mut changes = Vec::new();
        for (at, difference) in compare(&object.desired, &object.live).iter().enumerate() {
            let sides = [Some(&object.desired), Some(&object.live)];
            let of = |side: Option<&Value>| side.map(ToString::to_string);
            let mut change = fixtures::change(
                difference.path.as_str(),
                of(difference.desired).as_deref(),
                of(difference.live).as_deref(),
            );
            change.desired_path = difference.desired_path.clone();
            change.verdict = [Verdict::Harmless, Verdict::Risky][at % 2];
            let manager = manager_of(&difference.path);
            facts.push(Facts {
                guarded: false,
                manager: manager.map(Box::from),
                names: facts::names(
                    &difference.path,
                    &difference.desired_path,
                    [difference.desired, difference.live],
                    sides,
                    sides,
                ),
            });
            changes.push(change);
        }
        let mut drift = fixtures::drift("Deployment", object.name, changes);
        drift.key = object.key();
        let mut view = fixtures::synced(object.application);
        view.project = object.project.to_owned();
        view.environment = object.environment.to_owned();
        let drift = (Arc::new(drift), Arc::from(facts));
        let key = fixtures::key(object.application);
        let mut drifts: Vec<_> = everything.get(&key).map(|known| known.drifts.clone()).unwrap_or_default();
        drifts.push(drift);
        everything.insert(key, Arc::new(Known::of("https://argo.example", &view, false, drifts)));
    }
    everything
}

/// Any manager, always the same for a place.
fn manager_of(path: &Pointer) -> Option<&'static str> {
    MANAGERS.get(path.as_str().len() % 4).copied()
}

/// What judging would hide with this rule alone.
fn hidden(rule: &IgnoreRule, objects: &[Object]) -> BTreeSet<(DriftKey, Pointer)> {
    let set = RuleSet::new(vec![rule.clone()]);
    let mut hidden = BTreeSet::new();
    for object in objects {
        let (application, key) = (fixtures::key(object.application), object.key());
        let place = Place {
            server: "https://argo.example",
            application: &application,
            project: object.project,
            cluster: "prod-eu-1",
            environment: object.environment,
        };
        let documents = Documents {
            desired: Some(&object.desired),
            live: Some(&object.live),
        };
        let on = set.on(place, &key.resource, documents, "2026-11-20".parse().unwrap());
        for difference in compare(&object.desired, &object.live) {
            let change = Change {
                path: &difference.path,
                desired_path: &difference.desired_path,
                desired: difference.desired,
                live: difference.live,
                manager: manager_of(&difference.path),
                guarded: false,
            };
            if on.hiding(&change).is_some() {
                hidden.insert((key.clone(), difference.path.clone()));
            }
        }
    }
    hidden
}

fn container() -> impl Strategy<Value = Value> {
    let variable =
        (prop_oneof!["A", "B", "C"], 0u8..3).prop_map(|(name, value)| json!({"name": name, "value": value.to_string()}));
    let port = (80u16..83, proptest::option::of(prop_oneof![Just("http"), Just("admin")])).prop_map(|(port, name)| match name {
        Some(name) => json!({"containerPort": port, "name": name, "hostPort": port}),
        None => json!({"containerPort": port}),
    });
    (
        prop_oneof!["web", "job", "proxy"],
        0u8..3,
        proptest::collection::vec(variable, 0..3),
        proptest::collection::vec(port, 0..3),
        proptest::collection::vec(prop_oneof!["-x", "-y"], 0..3),
    )
        .prop_map(|(name, tag, env, ports, args)| {
            json!({"name": name, "image": format!("i:{tag}"), "env": env, "ports": ports, "args": args})
        })
}

fn manifest() -> impl Strategy<Value = Value> {
    (proptest::collection::vec(container(), 0..3), 0u8..3, proptest::collection::btree_map("[ab0]", "[xy]", 0..3)).prop_map(
        |(containers, replicas, labels)| json!({"metadata": {"labels": labels}, "spec": {"replicas": replicas, "containers": containers}}),
    )
}

fn objects() -> impl Strategy<Value = Vec<Object>> {
    let object = |application, project, environment, name| {
        (manifest(), manifest()).prop_map(move |(desired, live)| Object {
            application,
            project,
            environment,
            name,
            desired,
            live,
        })
    };
    (
        object("shop", "shop", "prod", "web"),
        object("shop", "shop", "prod", "worker"),
        object("cart", "shop", "", "web"),
        object("search", "infra", "prod", "api"),
    )
        .prop_map(|(a, b, c, d)| vec![a, b, c, d])
}

fn reading(objects: &[Object]) -> impl Fn(&DriftKey) -> Option<(Option<Value>, Option<Value>)> {
    move |key| {
        let object = objects.iter().find(|object| object.key() == *key)?;
        Some((Some(object.desired.clone()), Some(object.live.clone())))
    }
}

proptest! {
    #[test]
    fn a_proposed_rule_hides_the_chosen_change_and_nothing_that_was_not_listed(objects in objects(), at in any::<prop::sample::Index>()) {
        let everything = known(&objects);
        let read = reading(&objects);
        let bench = Bench { everything: &everything, documents: &read };
        let key = objects[0].key();
        let paths: Vec<Pointer> = compare(&objects[0].desired, &objects[0].live).into_iter().map(|d| d.path).collect();
        prop_assume!(!paths.is_empty());
        let path = &paths[at.index(paths.len())];
        let workbench = bench.workbench(&key, Some(path)).unwrap();
        let wording = Wording { reason: "known", ..Wording::default() };
        for proposal in workbench.proposals.iter().filter(|proposal| proposal.matcher.is_ok()) {
            for rung in 0..workbench.rungs.len() {
                let choice = Choice { by: proposal.by, rung, dangerous: false };
                let rule = workbench.rule(choice, wording).unwrap();
                let hidden = hidden(&rule, &objects);
                prop_assert!(hidden.contains(&(key.clone(), path.clone())), "{} leaves {path}", rule.matcher);
                prop_assert_eq!(&hidden, &workbench.listed(choice), "{} on step {}", rule.matcher, rung);
            }
        }
        prop_assert!(workbench.proposals.iter().any(|proposal| proposal.matcher.is_ok()));
    }
}

fn container_named(name: &str, image: &str) -> Value {
    json!({"name": name, "image": image})
}

fn shop() -> Vec<Object> {
    let sides = |from: &[Value], to: &[Value]| (json!({"spec": {"containers": from}}), json!({"spec": {"containers": to}}));
    let object = |application, project, environment, name, (desired, live)| Object {
        application,
        project,
        environment,
        name,
        desired,
        live,
    };
    let (old, new) = (container_named("web", "i:1"), container_named("web", "i:2"));
    vec![
        object(
            "shop",
            "shop",
            "prod",
            "web",
            sides(std::slice::from_ref(&old), std::slice::from_ref(&new)),
        ),
        object(
            "cart",
            "shop",
            "prod",
            "web",
            sides(
                &[container_named("a", "x"), old.clone()],
                &[container_named("a", "x"), new.clone()],
            ),
        ),
        object(
            "cart",
            "shop",
            "prod",
            "job",
            sides(&[container_named("job", "i:1")], &[container_named("job", "i:2")]),
        ),
        object("search", "infra", "dev", "api", sides(&[old], &[new])),
    ]
}

fn workbench_of(objects: &[Object]) -> Workbench {
    let everything = known(objects);
    let read = reading(objects);
    let bench = Bench {
        everything: &everything,
        documents: &read,
    };
    bench.workbench(&objects[0].key(), None).unwrap()
}

#[test]
fn a_list_item_is_named_and_each_step_takes_in_more() {
    let workbench = workbench_of(&shop());
    assert_eq!(workbench.narrowest(), By::Jq);
    // The same container elsewhere, at whatever position; the pointer names whatever stands first.
    assert_eq!(workbench.counts(By::Jq, false), [1, 1, 2, 2, 3]);
    assert_eq!(workbench.counts(By::Pointer, false), [1, 1, 2, 2, 3]);
    let titles: Vec<&str> = workbench.rungs.iter().map(|rung| rung.title.as_str()).collect();
    assert_eq!(titles[2], "every Deployment in project shop");
}

#[test]
fn what_is_in_the_way_is_told_one_by_one() {
    let workbench = workbench_of(&shop());
    let choice = Choice {
        by: By::Jq,
        rung: 0,
        dangerous: false,
    };
    for (reason, until, missing) in [
        ("", "", Some(Missing::Reason)),
        ("  ", "", Some(Missing::Reason)),
        ("load test", "", None),
        ("load test", "30d", None),
        ("load test", "2w", None),
        (
            "load test",
            "soon",
            Some(Missing::Until("is a day such as 2026-12-31, or 30d, or 4w")),
        ),
        (
            "load test",
            "99999999999999999999d",
            Some(Missing::Until("is a day such as 2026-12-31, or 30d, or 4w")),
        ),
        ("password=hunter2hunter2 in a reason", "", Some(Missing::Secret)),
    ] {
        let wording = Wording { reason, until, word: "" };
        assert_eq!(workbench.missing(choice, wording), missing, "{reason:?} until {until:?}");
    }
    let dated = Workbench {
        today: "2026-11-20".parse().unwrap(),
        ..workbench
    };
    let wording = |until| Wording {
        reason: "x",
        until,
        word: "",
    };
    assert_eq!(
        dated.missing(choice, wording("2026-11-19")),
        Some(Missing::Until("is over already"))
    );
    let rule = dated.rule(choice, wording("2w")).unwrap();
    assert_eq!(rule.expires, Some("2026-12-04".parse().unwrap()));
}

#[test]
fn what_guards_something_needs_the_word_and_no_manager_rule_hides_it() {
    let view = Arc::new(fixtures::ingress());
    let workbench = of_views(&[Arc::clone(&view)], &view.drifts[0].key, None).unwrap();
    assert!(workbench.guarded);
    assert!(workbench.proposal(By::Manager).unwrap().matcher.is_err());
    let choice = Choice {
        by: By::Pointer,
        rung: 0,
        dangerous: true,
    };
    let wording = |word| Wording {
        reason: "agreed",
        until: "",
        word,
    };
    assert_eq!(workbench.missing(choice, wording("")), Some(Missing::Word));
    assert_eq!(workbench.missing(choice, wording("yes")), Some(Missing::Word));
    assert_eq!(workbench.missing(choice, wording("hides-danger")), None);
    assert!(workbench.rule(choice, wording("hides-danger")).unwrap().dangerous);
    let without = Choice {
        dangerous: false,
        ..choice
    };
    assert_eq!((workbench.effect(without).here, workbench.effect(without).held_back), (0, 1));
}

#[test]
fn a_whole_object_is_no_field() {
    let view = Arc::new(fixtures::refunds());
    let workbench = of_views(&[Arc::clone(&view)], &view.drifts[0].key, None).unwrap();
    assert!(workbench.proposals.is_empty());
    let choice = Choice {
        by: By::Pointer,
        rung: 0,
        dangerous: false,
    };
    assert_eq!(workbench.missing(choice, Wording::default()), Some(Missing::NoField));
}

#[test]
fn many_of_one_cause_are_one_line_and_few_that_are_risky_are_named() {
    let mut views = vec![fixtures::catalog()];
    views.extend((0..12).map(|n| fixtures::renamed(fixtures::catalog(), &format!("shop-{n}"))));
    views.push(fixtures::checkout());
    let views: Vec<_> = views.into_iter().map(Arc::new).collect();
    let workbench = of_views(&views, &views[0].drifts[0].key, None).unwrap();
    let choice = Choice {
        by: By::Pointer,
        rung: workbench.rungs.len() - 1,
        dangerous: false,
    };
    let effect = workbench.effect(choice);
    let lines: Vec<(Verdict, usize, &str)> = effect.lines.iter().map(|l| (l.verdict, l.count, l.what.as_str())).collect();
    assert_eq!(
        lines,
        [
            (Verdict::Risky, 1, "checkout › Deployment/web  manual-scale by kubectl"),
            (Verdict::Harmless, 12, "hpa-replicas"),
        ]
    );
    assert_eq!((effect.here, effect.elsewhere, effect.applications), (1, 13, 13));
}
