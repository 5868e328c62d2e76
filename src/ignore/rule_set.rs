//! All rules at hand, indexed: which of them hides a change.
//!
//! Rules are looked up by kind, then by a walk down the path, so that hundreds of them cost little more than reading the
//! path once. jq rules run at most once per object, and only when a change is left that no other rule hides.

use std::cell::OnceCell;
use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::Value;

use super::change::{Change, Documents};
use super::jq::JqPath;
use super::rule::{IgnoreRule, Matcher, RuleState};
use super::scope::Place;
use super::trie::Trie;
use crate::drift::compare::same;
use crate::drift::{Glob, Pointer, ResourceKey};

/// Rules in their order: where several hide a change, the first is named.
#[derive(Debug, Default)]
pub struct RuleSet {
    rules: Vec<IgnoreRule>,
    by_kind: HashMap<String, Index>,
    /// For kinds that no rule names exactly.
    others: Index,
}

/// The rules that may concern objects of one kind.
#[derive(Debug, Default)]
struct Index {
    pointers: Trie,
    jq: Vec<u32>,
    managers: Vec<u32>,
}

impl RuleSet {
    /// Indexes the rules.
    pub fn new(rules: Vec<IgnoreRule>) -> Self {
        let mut by_kind: HashMap<String, Index> = HashMap::new();
        for kind in rules.iter().filter_map(exact_kind) {
            by_kind.entry(kind.to_owned()).or_default();
        }
        let mut others = Index::default();
        for (number, rule) in (0..).zip(&rules) {
            for (kind, index) in &mut by_kind {
                if rule.scope.kind.as_ref().is_none_or(|glob| glob.matches(kind)) {
                    index.insert(number, rule);
                }
            }
            if exact_kind(rule).is_none() {
                others.insert(number, rule);
            }
        }
        Self { rules, by_kind, others }
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[IgnoreRule] {
        &self.rules
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules as they stand to one object of one Application on that day (UTC).
    pub fn on<'r>(
        &'r self,
        place: Place<'r>,
        resource: &'r ResourceKey,
        documents: Documents<'r>,
        today: Date,
    ) -> OnResource<'r> {
        OnResource {
            rules: &self.rules,
            index: self.by_kind.get(&resource.kind).unwrap_or(&self.others),
            place,
            resource,
            documents,
            today,
            named_by_jq: OnceCell::new(),
        }
    }
}

impl Index {
    fn insert(&mut self, number: u32, rule: &IgnoreRule) {
        match &rule.matcher {
            Matcher::Pointer(pattern) => self.pointers.insert(pattern, number),
            Matcher::Jq(_) => self.jq.push(number),
            Matcher::Manager { .. } => self.managers.push(number),
        }
    }
}

fn exact_kind(rule: &IgnoreRule) -> Option<&str> {
    rule.scope.kind.as_ref().filter(|glob| glob.is_literal()).map(Glob::as_str)
}

/// The rules as they stand to one object.
#[derive(Debug)]
pub struct OnResource<'r> {
    rules: &'r [IgnoreRule],
    index: &'r Index,
    place: Place<'r>,
    resource: &'r ResourceKey,
    documents: Documents<'r>,
    today: Date,
    named_by_jq: OnceCell<Vec<Named>>,
}

/// The fields that a jq rule names on both sides.
#[derive(Debug)]
struct Named {
    number: u32,
    desired: Vec<Pointer>,
    live: Vec<Pointer>,
}

impl<'r> OnResource<'r> {
    /// The first rule that hides this change; `None` when it stays.
    pub fn hiding(&self, change: &Change<'_>) -> Option<&'r IgnoreRule> {
        let mut first: Option<u32> = None;
        let mut consider = |number: u32| {
            if first.is_none_or(|first| number < first) && self.applies(number, change.guarded) {
                first = Some(number);
            }
        };
        self.index.pointers.covering(change.path.as_str(), &mut consider);
        if let Some(manager) = change.manager {
            for number in &self.index.managers {
                if let Some(Matcher::Manager { manager: wanted, below }) = self.rule(*number).map(|rule| &rule.matcher)
                    && wanted == manager
                    && below.covers(change.path)
                {
                    consider(*number);
                }
            }
        }
        if !self.index.jq.is_empty() {
            for named in self.named_by_jq() {
                if named.hides(change) {
                    consider(named.number);
                }
            }
        }
        first.and_then(|number| self.rule(number))
    }

    fn rule(&self, number: u32) -> Option<&'r IgnoreRule> {
        self.rules.get(number as usize)
    }

    fn applies(&self, number: u32, guarded: bool) -> bool {
        self.rule(number).is_some_and(|rule| {
            rule.state(self.today) == RuleState::Active
                && (!guarded || rule.hides_danger())
                && rule.scope.covers(&self.place, self.resource)
        })
    }

    fn named_by_jq(&self) -> &[Named] {
        self.named_by_jq.get_or_init(|| {
            let program = |number: u32| match self.rule(number).map(|rule| &rule.matcher) {
                // Guarded or not: the most that a rule may hide.
                Some(Matcher::Jq(path)) if self.applies(number, false) => Some(path),
                _ => None,
            };
            self.index
                .jq
                .iter()
                .filter_map(|number| Some(Named::by(*number, program(*number)?, self.documents)))
                .collect()
        })
    }
}

impl Named {
    fn by(number: u32, path: &JqPath, documents: Documents<'_>) -> Self {
        let fields = |side: Option<&Value>| side.map(|side| path.fields(side)).unwrap_or_default();
        Self {
            number,
            desired: fields(documents.desired),
            live: fields(documents.live),
        }
    }

    fn hides(&self, change: &Change<'_>) -> bool {
        hides(&self.desired, &self.live, change)
    }
}

/// Whether nothing is left of a change when these fields are taken away on both sides, as Argo CD does it.
pub fn hides(desired: &[Pointer], live: &[Pointer], change: &Change<'_>) -> bool {
    let gone = |fields: &[Pointer], path: &Pointer| fields.iter().any(|field| path.is_at_or_below(field));
    match (change.desired, change.live) {
        (None, _) => gone(live, change.path),
        (Some(_), None) => gone(desired, change.desired_path),
        (Some(wanted), Some(found)) => {
            (gone(desired, change.desired_path) && gone(live, change.path))
                || equal_without(
                    (wanted, &below(desired, change.desired_path)),
                    (found, &below(live, change.path)),
                )
        }
    }
}

/// Fields strictly below `path`, as seen from there.
fn below(fields: &[Pointer], path: &Pointer) -> Vec<Pointer> {
    fields
        .iter()
        .filter(|field| *field != path && field.is_at_or_below(path))
        .filter_map(|field| Pointer::parse(&field.as_str()[path.as_str().len()..]))
        .collect()
}

/// Whether two values are the same once some of their fields are gone; lists of text differ as a whole, and a rule may take
/// away single items.
fn equal_without((wanted, hidden_there): (&Value, &[Pointer]), (found, hidden_here): (&Value, &[Pointer])) -> bool {
    if hidden_there.is_empty() && hidden_here.is_empty() {
        return false;
    }
    same(&without(wanted, hidden_there), &without(found, hidden_here))
}

fn without(value: &Value, fields: &[Pointer]) -> Value {
    let mut fields: Vec<&Pointer> = fields.iter().collect();
    // From the end, so that positions stay right.
    fields.sort_by_key(|field| {
        std::cmp::Reverse(
            field
                .segments()
                .map(|s| (s.parse::<usize>().unwrap_or(0), s.into_owned()))
                .collect::<Vec<_>>(),
        )
    });
    let mut value = value.clone();
    for field in fields {
        let (Some(parent), Some(last)) = (field.parent(), field.last()) else {
            continue;
        };
        match value.pointer_mut(parent.as_str()) {
            Some(Value::Object(map)) => {
                map.remove(last.as_ref());
            }
            Some(Value::Array(items)) => {
                if let Some(position) = last.parse().ok().filter(|position: &usize| *position < items.len()) {
                    items.remove(position);
                }
            }
            _ => {}
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::rule::RuleOrigin;
    use super::super::{PointerPattern, Scope};
    use super::*;
    use crate::drift::ApplicationKey;

    fn rule(kind: Option<&str>, matcher: Matcher, at: &str) -> IgnoreRule {
        IgnoreRule {
            scope: Scope {
                kind: kind.map(Glob::new),
                ..Scope::default()
            },
            matcher,
            reason: "known".to_owned(),
            author: None,
            created: None,
            expires: None,
            disabled: false,
            dangerous: false,
            origin: RuleOrigin::proposed(at),
        }
    }

    fn pointer(text: &str) -> Matcher {
        Matcher::Pointer(PointerPattern::parse(text).unwrap())
    }

    fn jq(text: &str) -> Matcher {
        Matcher::Jq(JqPath::parse(text).unwrap())
    }

    /// Which rule hides a change at `path` of a Deployment with these two sides.
    fn hiding(rules: Vec<IgnoreRule>, (desired, live): (&Value, &Value), path: &str, manager: Option<&str>) -> Option<String> {
        let application = ApplicationKey::new("c", "argocd", "web");
        let place = Place {
            server: "s",
            application: &application,
            project: "p",
            cluster: "c",
            environment: "e",
        };
        let resource = ResourceKey::new("apps", "Deployment", "shop", "web");
        let path = Pointer::parse(path).unwrap();
        let documents = Documents {
            desired: Some(desired),
            live: Some(live),
        };
        let change = Change {
            path: &path,
            desired_path: &path,
            desired: path.get(desired),
            live: path.get(live),
            manager,
            guarded: false,
        };
        let set = RuleSet::new(rules);
        let on = set.on(place, &resource, documents, "2026-11-24".parse().unwrap());
        on.hiding(&change).map(|rule| rule.origin.to_string())
    }

    #[test]
    fn the_first_of_several_rules_is_named_whatever_its_form() {
        let (desired, live) = (json!({"spec": {"replicas": 1}}), json!({"spec": {"replicas": 2}}));
        let manager = |at| {
            let below = PointerPattern::parse("/spec").unwrap();
            let matcher = Matcher::Manager {
                manager: "keda".to_owned(),
                below,
            };
            rule(Some("Deployment"), matcher, at)
        };
        let all = [
            rule(Some("Deploy*"), pointer("/spec/replicas"), "pointer"),
            rule(None, jq(".spec.replicas"), "jq"),
            manager("manager"),
        ];
        for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1]] {
            let rules: Vec<IgnoreRule> = order.iter().map(|at| all[*at].clone()).collect();
            let first = rules[0].origin.to_string();
            assert_eq!(hiding(rules, (&desired, &live), "/spec/replicas", Some("keda")), Some(first));
        }
        let rules = vec![rule(Some("StatefulSet"), pointer("/spec"), "other"), manager("manager")];
        assert_eq!(hiding(rules, (&desired, &live), "/spec/replicas", Some("kubectl-edit")), None);
    }

    #[test]
    fn a_jq_rule_hides_what_is_equal_once_its_fields_are_gone_on_both_sides() {
        let (desired, live) = (json!({"f": ["keep"]}), json!({"f": ["keep", "added"]}));
        let added = || vec![rule(None, jq(".f[] | select(. == \"added\")"), "jq")];
        assert_eq!(hiding(added(), (&desired, &live), "/f", None), Some("jq".to_owned()));
        let more = json!({"f": ["keep", "added", "another"]});
        assert_eq!(hiding(added(), (&desired, &more), "/f", None), None);
    }

    #[test]
    fn a_jq_rule_that_names_the_field_on_one_side_only_hides_no_change_of_it() {
        let (desired, live) = (json!({"a": "old"}), json!({"a": "new"}));
        let rules = vec![rule(None, jq("select(.a == \"new\") | .a"), "jq")];
        assert_eq!(hiding(rules, (&desired, &live), "/a", None), None);
    }
}
