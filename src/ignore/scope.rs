//! Where a rule holds: on which server, of which Application, for which objects.

use crate::drift::{ApplicationKey, Glob, ResourceKey};

/// Where an Application stands, for the scope of a rule. What is not known is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Identity of the Argo CD server: its settings `url`, else its address. Never the nickname of the context.
    pub server: &'a str,
    /// The Application.
    pub application: &'a ApplicationKey,
    /// Its Argo CD project.
    pub project: &'a str,
    /// Name of its cluster, for people.
    pub cluster: &'a str,
    /// Its environment.
    pub environment: &'a str,
}

/// What a rule is limited to: patterns over names, each optional. Nothing given is everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Identity of the Argo CD server.
    pub server: Option<Glob>,
    /// Argo CD project.
    pub project: Option<Glob>,
    /// Application, as `name` or `namespace/name`.
    pub application: Option<Glob>,
    /// Name of the cluster.
    pub cluster: Option<Glob>,
    /// Environment.
    pub environment: Option<Glob>,
    /// Namespace of the object; cluster-scoped objects have an empty one.
    pub namespace: Option<Glob>,
    /// API group of the object; `""` is the core group.
    pub group: Option<Glob>,
    /// Kind of the object.
    pub kind: Option<Glob>,
    /// Name of the object.
    pub name: Option<Glob>,
    /// Environments in which the rule's source holds: both this and the rule's own must match. It is written with the source
    /// and not with the rule.
    pub source_environment: Option<Glob>,
}

impl Scope {
    /// Names of the parts, as they are written in a rule.
    pub const KEYS: [&'static str; 9] = [
        "server",
        "project",
        "application",
        "cluster",
        "environment",
        "namespace",
        "group",
        "kind",
        "name",
    ];

    /// The parts in the order of [`Scope::KEYS`].
    pub fn parts(&self) -> [(&'static str, &Option<Glob>); 9] {
        [
            ("server", &self.server),
            ("project", &self.project),
            ("application", &self.application),
            ("cluster", &self.cluster),
            ("environment", &self.environment),
            ("namespace", &self.namespace),
            ("group", &self.group),
            ("kind", &self.kind),
            ("name", &self.name),
        ]
    }

    /// Whether an object of an Application there is inside.
    pub fn covers(&self, place: &Place<'_>, resource: &ResourceKey) -> bool {
        given(&self.kind, &resource.kind)
            && given(&self.group, &resource.group)
            && given(&self.name, &resource.name)
            && given(&self.namespace, &resource.namespace)
            && given(&self.project, place.project)
            && given(&self.cluster, place.cluster)
            && given(&self.environment, place.environment)
            && given(&self.source_environment, place.environment)
            && given(&self.server, place.server)
            && self.application.as_ref().is_none_or(|glob| {
                glob.matches(&place.application.name)
                    || glob.matches(&format!("{}/{}", place.application.namespace, place.application.name))
            })
    }

    /// The same objects wherever they are: only group and kind stay.
    #[must_use]
    pub fn everywhere(&self) -> Self {
        Self {
            group: self.group.clone(),
            kind: self.kind.clone(),
            ..Self::default()
        }
    }
}

fn given(glob: &Option<Glob>, text: &str) -> bool {
    glob.as_ref().is_none_or(|glob| glob.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_given_must_match() {
        let application = ApplicationKey::new("nick", "argocd", "web");
        let place = Place {
            server: "https://argo.example",
            application: &application,
            project: "shop",
            cluster: "prod-eu",
            environment: "production",
        };
        let resource = ResourceKey::new("apps", "Deployment", "shop", "web");
        let with = |change: fn(&mut Scope)| {
            let mut scope = Scope::default();
            change(&mut scope);
            scope.covers(&place, &resource)
        };
        assert!(with(|_| {}));
        assert!(with(|s| s.application = Some(Glob::new("argocd/w*"))));
        assert!(with(|s| s.application = Some(Glob::new("web"))));
        assert!(with(|s| s.server = Some(Glob::new("https://argo.*"))));
        assert!(!with(|s| s.server = Some(Glob::new("nick"))));
        assert!(!with(|s| s.group = Some(Glob::new(""))));
        assert!(with(|s| s.source_environment = Some(Glob::new("prod*"))));
        assert!(!with(|s| {
            s.environment = Some(Glob::new("*"));
            s.source_environment = Some(Glob::new("dev"));
        }));
        assert!(!with(|s| {
            s.environment = Some(Glob::new("dev"));
            s.source_environment = Some(Glob::new("*"));
        }));
        assert!(!with(|s| {
            s.kind = Some(Glob::new("Deployment"));
            s.environment = Some(Glob::new("dev"));
        }));
    }
}
