//! How wide a rule may be: step by step from one object to everywhere.

use super::scope::{Place, Scope};
use crate::drift::{Glob, ResourceKey};

/// One step of the ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// What it takes in, for people. May hold names from a cluster.
    pub title: String,
    /// The same for a rule.
    pub scope: Scope,
}

/// The steps for a change of this object there, the narrowest first. Every one takes in the object itself; each names the
/// kind, so that a rule never reaches objects of another form. A step that nothing is known for is left out.
pub fn ladder(place: &Place<'_>, resource: &ResourceKey) -> Vec<Rung> {
    let glob = |text: &str| Some(Glob::new(text));
    let everywhere = Scope {
        group: glob(&resource.group),
        kind: glob(&resource.kind),
        ..Scope::default()
    };
    let application = Scope {
        server: glob(place.server),
        application: glob(&format!("{}/{}", place.application.namespace, place.application.name)),
        ..everywhere.clone()
    };
    let kind = &resource.kind;
    let mut rungs = vec![
        Rung {
            title: format!("this {kind}"),
            scope: Scope {
                namespace: glob(&resource.namespace),
                name: glob(&resource.name),
                ..application.clone()
            },
        },
        Rung {
            title: format!("every {kind} of this Application"),
            scope: application,
        },
    ];
    if !place.project.is_empty() {
        rungs.push(Rung {
            title: format!("every {kind} in project {}", place.project),
            scope: Scope {
                // A project is one of its server.
                server: glob(place.server),
                project: glob(place.project),
                ..everywhere.clone()
            },
        });
    }
    if !place.environment.is_empty() {
        rungs.push(Rung {
            title: format!("every {kind} in environment {}", place.environment),
            scope: Scope {
                environment: glob(place.environment),
                ..everywhere.clone()
            },
        });
    }
    rungs.push(Rung {
        title: format!("every {kind} everywhere"),
        scope: everywhere,
    });
    rungs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::ApplicationKey;

    #[test]
    fn every_step_takes_in_the_object_and_names_its_kind() {
        let application = ApplicationKey::new("nick", "argocd", "web");
        let place = |project, environment| Place {
            server: "https://argo.example",
            application: &application,
            project,
            cluster: "prod-eu",
            environment,
        };
        let resource = ResourceKey::new("apps", "Deployment", "shop", "web");
        for (project, environment, steps) in [("shop", "prod", 5), ("shop", "", 4), ("", "", 3)] {
            let place = place(project, environment);
            let rungs = ladder(&place, &resource);
            assert_eq!(rungs.len(), steps, "{rungs:?}");
            assert!(rungs.iter().all(|rung| rung.scope.covers(&place, &resource)));
            assert!(
                rungs
                    .iter()
                    .all(|rung| rung.scope.kind.is_some() && rung.scope.group.is_some())
            );
        }
        let other = ResourceKey::new("apps", "Deployment", "shop", "worker");
        let covers: Vec<bool> = ladder(&place("shop", "prod"), &resource)
            .iter()
            .map(|rung| rung.scope.covers(&place("shop", "prod"), &other))
            .collect();
        assert_eq!(covers, [false, true, true, true, true]);
    }
}
