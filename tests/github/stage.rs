//! A forge with one repository, clients for it, and plans to carry out.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use driftline::demo::DemoClock;
use driftline::demo::forge::{DemoForge, ForgeOptions, HostedRepository};
use driftline::drift::{ApplicationIdentity, RepositoryPath, ResourceKey, Source};
use driftline::engine::acting::forge::Forge;
use driftline::engine::acting::pull_request::{BaseNow, Outcome, Refusal, Wish, base_now, open};
use driftline::forge::github::{GitHub, GitHubOptions, Pace};
use driftline::plan::{Base, FileChange, Landing, Marker, Origins, PullRequestPlan, ResourceId, destinations};
use driftline::wire::http::{HttpOptions, http_client};
use secrecy::SecretString;
use url::Url;

use crate::contract::Contract;

pub(crate) const OWNER: &str = "shop";
pub(crate) const NAME: &str = "platform";
pub(crate) const FIRST: &str = "9c31e2aa07b45d18";
pub(crate) const SECOND: &str = "0123456789abcdef";

/// The file that plans write.
pub(crate) const RECORD: &str = ".drift/configmap-api-config.md";

/// Runs Git and gives what it says.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A repository with a file of each kind, packed.
fn bundle() -> Bytes {
    static BUNDLE: OnceLock<Bytes> = OnceLock::new();
    BUNDLE
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path();
            git(folder, &["init", "--quiet", "--initial-branch=main"]);
            std::fs::create_dir(folder.join("apps")).unwrap();
            std::fs::write(folder.join("apps/web.yaml"), "replicas: 3\n").unwrap();
            std::fs::write(folder.join("run.sh"), "#!/bin/sh\n").unwrap();
            git(folder, &["add", "."]);
            git(folder, &["update-index", "--chmod=+x", "run.sh"]);
            let target = git(folder, &["hash-object", "-w", "apps/web.yaml"]);
            for entry in [format!("120000,{target},link"), format!("160000,{},module", "1".repeat(40))] {
                git(folder, &["update-index", "--add", "--cacheinfo", &entry]);
            }
            git(folder, &["commit", "--quiet", "-m", "Initial commit"]);
            git(folder, &["bundle", "create", "--quiet", "all.bundle", "--all"]);
            std::fs::read(folder.join("all.bundle")).unwrap().into()
        })
        .clone()
}

/// The plan of a record pull request about one difference.
pub(crate) fn plan(drift: &str) -> PullRequestPlan {
    plan_for("api-config", drift)
}

/// The same about another object.
pub(crate) fn plan_for(object: &str, drift: &str) -> PullRequestPlan {
    let application = ApplicationIdentity {
        server: "https://argocd.example.com".to_owned(),
        namespace: "argocd".to_owned(),
        name: "payments-api".to_owned(),
    };
    let resource = ResourceKey::new("", "ConfigMap", "shop", object);
    let source = Source {
        repo_url: format!("https://git.example.com/{OWNER}/{NAME}"),
        ..Source::default()
    };
    let origins = Origins {
        sources: std::slice::from_ref(&source),
        ..Origins::default()
    };
    let id = ResourceId::of(&application, &resource);
    let marker = Marker {
        resource: id.clone(),
        drift: drift.to_owned(),
    };
    PullRequestPlan {
        destination: destinations(origins).unwrap().remove(0),
        branch: id.branch("payments-api", &resource),
        title: format!("[Drift] payments-api: ConfigMap/{object}"),
        message: format!("[Drift] payments-api: ConfigMap/{object}\n\nDrift-Id: {drift}"),
        body: format!("{}\n## Drift", marker.line()),
        marker,
        labels: vec!["drift".to_owned(), "drift/risky".to_owned()],
        files: vec![FileChange {
            path: RepositoryPath::parse(RECORD).unwrap(),
            contents: format!("record of {drift}\n"),
        }],
        landing: Landing::default(),
    }
}

/// The forge and what is looked at in it.
pub(crate) struct Stage {
    pub(crate) forge: DemoForge,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let options = ForgeOptions {
            listen: ([127, 0, 0, 1], 0).into(),
            folder: None,
            clock: DemoClock::starting_at("2026-11-20T03:20:00Z".parse().unwrap()),
            repositories: vec![
                HostedRepository {
                    owner: OWNER.to_owned(),
                    name: NAME.to_owned(),
                    default_branch: "main".to_owned(),
                    bundle: bundle(),
                },
                HostedRepository {
                    owner: OWNER.to_owned(),
                    name: "empty".to_owned(),
                    default_branch: "main".to_owned(),
                    bundle: Bytes::new(),
                },
            ],
        };
        Self {
            forge: DemoForge::start(options).await.unwrap(),
        }
    }

    /// A client with this token.
    pub(crate) fn client(&self, name: &str, token: SecretString) -> GitHub {
        self.paced_client(name, token, &Arc::new(Pace::new(Duration::ZERO)))
    }

    /// Two clients of ours that share a rest between their writes.
    pub(crate) fn clients_that_rest(&self, rest: Duration) -> (GitHub, GitHub) {
        let pace = Arc::new(Pace::new(rest));
        let client = || self.paced_client(NAME, self.forge.token(), &pace);
        (client(), client())
    }

    fn paced_client(&self, name: &str, token: SecretString, pace: &Arc<Pace>) -> GitHub {
        let api = Url::parse(&self.forge.api()).unwrap();
        let options = GitHubOptions {
            host: "git.example.com".to_owned(),
            owner: OWNER.to_owned(),
            name: name.to_owned(),
            token,
            login: None,
            pace: Arc::clone(pace),
            api: api.clone(),
        };
        let client = http_client(&HttpOptions::for_server(&api, driftline::wire::http::Trust::Nobody)).unwrap();
        GitHub::new(client, options).unwrap()
    }

    /// A client of ours.
    pub(crate) fn ours(&self) -> GitHub {
        self.client(NAME, self.forge.token())
    }

    /// A client of somebody else.
    pub(crate) fn colleagues(&self) -> GitHub {
        self.client(NAME, self.forge.token_of_a_colleague())
    }

    /// Runs Git in the bare repository.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.forge.folder(OWNER, NAME), arguments)
    }

    /// Writes that were answered, as `METHOD what`.
    pub(crate) fn writes(&self) -> Vec<String> {
        let exchanges = self.forge.exchanges();
        let writes = exchanges.iter().filter(|one| one.method != "GET");
        let what = |path: &str| {
            let below = path.split('?').next().unwrap_or_default().split('/').skip(6);
            below.take(2).collect::<Vec<_>>().join("/")
        };
        writes
            .map(|one| format!("{} {}", one.method, what(&one.path_and_query)))
            .collect()
    }

    /// Holds everything that was asked and answered against the published description.
    pub(crate) fn keeps_to_the_contract(&self) {
        let exchanges = self.forge.exchanges();
        assert!(!exchanges.is_empty());
        for exchange in &exchanges {
            let found = Contract::get().violations(exchange);
            assert!(
                found.is_empty(),
                "{} {}: {found:#?}\n{exchange:?}",
                exchange.method,
                exchange.path_and_query
            );
        }
    }
}

/// The base branch as it is now.
pub(crate) async fn seen(forge: &dyn Forge) -> BaseNow {
    base_now(forge, &Base::Default).await.unwrap().1
}

/// One whole run.
pub(crate) async fn run(forge: &dyn Forge, plan: &PullRequestPlan, wish: Wish) -> Result<Outcome, Refusal> {
    let (_, seen) = base_now(forge, &Base::Default).await?;
    open(forge, plan, &seen, wish).await
}

pub(crate) fn word(outcome: &Result<Outcome, Refusal>) -> String {
    match outcome {
        Ok(Outcome::Opened(pr)) => format!("opened {}", pr.number),
        Ok(Outcome::AlreadyOpen(pr)) => format!("already open {}", pr.number),
        Ok(Outcome::Updated(pr)) => format!("updated {}", pr.number),
        Ok(Outcome::Acknowledged(pr)) => format!("acknowledged {}", pr.number),
        Ok(Outcome::Declined(pr)) => format!("declined {}", pr.number),
        Err(refusal) => refusal.to_string(),
    }
}
