//! Which environment an Application belongs to: by configured rules, else by its labels.

use super::application::Application;
use super::glob::Glob;

/// Labels that name the environment where no rule does, first that is there.
pub const ENVIRONMENT_LABELS: [&str; 2] = ["env", "environment"];

/// One rule: an Application that matches everything given belongs to the environment. What is not given matches anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentRule {
    /// Environment, as a person calls it.
    pub name: String,
    /// Name of the cluster, as Argo CD knows it, or the destination's server URL.
    pub cluster: Option<Glob>,
    /// Argo CD project.
    pub project: Option<Glob>,
    /// Destination namespace.
    pub namespace: Option<Glob>,
    /// Label of the Application: key, and a pattern for its value.
    pub label: Option<(String, Glob)>,
    /// A checkout says it: it decides only where nobody else does.
    pub from_checkout: bool,
}

impl EnvironmentRule {
    fn matches(&self, application: &Application, cluster: &str) -> bool {
        let destination = &application.destination;
        let given = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|g| g.matches(text));
        (given(&self.cluster, cluster) || given(&self.cluster, &destination.server))
            && given(&self.project, &application.project)
            && given(&self.namespace, &destination.namespace)
            && self
                .label
                .as_ref()
                .is_none_or(|(key, value)| application.labels.get(key).is_some_and(|found| value.matches(found)))
    }
}

/// All rules, in order: the first that matches decides. Those of a checkout come after the labels: it must not call
/// production something milder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvironmentRules(pub Vec<EnvironmentRule>);

impl EnvironmentRules {
    /// The environment of an Application: first matching rule, else its label, else a checkout's rule, else empty. Hostile text
    /// when from a label or a checkout.
    /// `cluster` is the cluster's name for people: an Application may name its destination by URL only.
    pub fn of<'a>(&'a self, application: &'a Application, cluster: &str) -> &'a str {
        let by_rule = |from_checkout| {
            let mut rules = self.0.iter().filter(move |rule| rule.from_checkout == from_checkout);
            rules.find(|rule| rule.matches(application, cluster)).map(|rule| &rule.name)
        };
        let by_label = || ENVIRONMENT_LABELS.iter().find_map(|label| application.labels.get(*label));
        by_rule(false)
            .or_else(by_label)
            .or_else(|| by_rule(true))
            .map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::{EnvironmentRule, EnvironmentRules, Glob};
    use crate::drift::{Application, ApplicationKey, Destination};

    fn application(cluster: &str, project: &str, labels: &[(&str, &str)]) -> Application {
        let mut application = Application::new(ApplicationKey::new("demo", "argocd", "web"));
        application.project = project.to_owned();
        application.destination = Destination {
            name: cluster.to_owned(),
            ..Destination::default()
        };
        application.labels = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        application
    }

    fn rule(name: &str) -> EnvironmentRule {
        EnvironmentRule {
            name: name.to_owned(),
            cluster: None,
            project: None,
            namespace: None,
            label: None,
            from_checkout: false,
        }
    }

    #[test]
    fn the_first_rule_that_matches_everything_given_decides() {
        let rules = EnvironmentRules(vec![
            EnvironmentRule {
                cluster: Some(Glob::new("prod-*")),
                project: Some(Glob::new("payments")),
                ..rule("vault")
            },
            EnvironmentRule {
                cluster: Some(Glob::new("prod-*")),
                ..rule("production")
            },
            EnvironmentRule {
                label: Some(("tier".to_owned(), Glob::new("pre*"))),
                ..rule("staging")
            },
        ]);
        assert_eq!(rules.of(&application("prod-eu", "payments", &[]), "prod-eu"), "vault");
        assert_eq!(
            rules.of(&application("prod-eu", "web", &[("env", "dev")]), "prod-eu"),
            "production"
        );
        assert_eq!(rules.of(&application("dev", "web", &[("tier", "preview")]), "dev"), "staging");
        assert_eq!(rules.of(&application("dev", "web", &[]), "dev"), "");
    }

    #[test]
    fn a_checkouts_rule_decides_only_where_nobody_else_does() {
        let rules = EnvironmentRules(vec![
            EnvironmentRule {
                project: Some(Glob::new("*")),
                from_checkout: true,
                ..rule("playground")
            },
            EnvironmentRule {
                cluster: Some(Glob::new("prod-*")),
                ..rule("production")
            },
        ]);
        assert_eq!(rules.of(&application("prod-eu", "web", &[]), "prod-eu"), "production");
        assert_eq!(rules.of(&application("c", "web", &[("env", "qa")]), "c"), "qa");
        assert_eq!(rules.of(&application("c", "web", &[]), "c"), "playground");
    }

    #[test]
    fn without_a_rule_the_label_names_the_environment() {
        let rules = EnvironmentRules::default();
        assert_eq!(rules.of(&application("c", "p", &[("environment", "qa")]), "c"), "qa");
        assert_eq!(
            rules.of(&application("c", "p", &[("environment", "qa"), ("env", "dev")]), "c"),
            "dev"
        );
    }
}
