//! What ignore rules cost: 200 rules over 200,000 changed paths, against one pass over the bytes of the paths.
//!
//! `cargo bench --bench ignore_rules` prints medians of CPU-bound runs and their ratio; it fails above the budget of 6×.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and its footing is its own"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use driftline::drift::{ApplicationKey, Glob, Pointer, ResourceKey};
use driftline::ignore::{Change, Documents, IgnoreRule, Matcher, Place, PointerPattern, RuleOrigin, RuleSet, Scope};
use jiff::civil::Date;
use serde_json::json;

const KINDS: [(&str, &str); 8] = [
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("", "Service"),
    ("", "ConfigMap"),
    ("batch", "CronJob"),
    ("networking.k8s.io", "Ingress"),
    ("autoscaling", "HorizontalPodAutoscaler"),
];
const FIELDS: [&str; 20] = [
    "/spec/replicas",
    "/spec/template/spec/containers/0/image",
    "/spec/template/spec/containers/0/resources/limits/cpu",
    "/spec/template/spec/containers/0/resources/requests/memory",
    "/spec/template/spec/containers/0/env/3/value",
    "/spec/template/spec/containers/1/env/0/valueFrom/fieldRef/apiVersion",
    "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt",
    "/spec/template/metadata/labels/version",
    "/spec/template/spec/volumes/0/configMap/defaultMode",
    "/spec/template/spec/terminationGracePeriodSeconds",
    "/metadata/annotations/deployment.kubernetes.io~1revision",
    "/metadata/annotations/team.example.com~1owner",
    "/metadata/labels/app.kubernetes.io~1managed-by",
    "/metadata/finalizers",
    "/spec/strategy/rollingUpdate/maxSurge",
    "/spec/ports/0/nodePort",
    "/spec/clusterIP",
    "/data/application.yaml",
    "/webhooks/0/clientConfig/caBundle",
    "/spec/versions/0/schema/openAPIV3Schema/properties/spec/description",
];

/// Ninety in a hundred name one kind, ten any: most hide other fields than those that changed, as in real lists.
fn rules(count: usize) -> Vec<IgnoreRule> {
    (0..count)
        .map(|n| {
            let (group, kind) = KINDS[n % KINDS.len()];
            let kind = (n % 10 != 0).then(|| Glob::new(kind));
            let pointer = match n % 4 {
                0 => format!("/spec/template/spec/containers/*/env/{n}/value"),
                1 => format!("/metadata/annotations/tool-{n}.example.com~1state"),
                2 => format!("/spec/field{n}/deep/er"),
                _ => FIELDS[n % FIELDS.len()].to_owned(),
            };
            IgnoreRule {
                scope: Scope {
                    group: kind.is_some().then(|| Glob::new(group)),
                    kind,
                    ..Scope::default()
                },
                matcher: Matcher::Pointer(PointerPattern::parse(&pointer).unwrap()),
                reason: "bench".to_owned(),
                author: None,
                created: None,
                expires: None,
                disabled: false,
                dangerous: false,
                origin: RuleOrigin::proposed("bench"),
            }
        })
        .collect()
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..11)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Issue 5: 200 rules on 200,000 paths cost at most so many passes over the paths.
const BUDGET: f64 = 6.0;

fn main() -> ExitCode {
    let today: Date = "2026-11-24".parse().unwrap();
    let application = ApplicationKey::new("bench", "argocd", "web");
    let place = Place {
        server: "argocd.example.com",
        application: &application,
        project: "shop",
        cluster: "prod-eu",
        environment: "production",
    };
    let resources: Vec<(ResourceKey, Vec<Pointer>)> = (0..10_000)
        .map(|n: usize| {
            let (group, kind) = KINDS[n % KINDS.len()];
            let paths = FIELDS.iter().map(|field| Pointer::parse(field).unwrap()).collect();
            (ResourceKey::new(group, kind, "shop", format!("object-{n}")), paths)
        })
        .collect();
    let value = json!(1);
    let set = RuleSet::new(rules(200));

    let floor = median(|| {
        let slashes: usize = resources
            .iter()
            .flat_map(|(_, paths)| paths)
            .map(|path| path.as_str().bytes().filter(|b| *b == b'/').count())
            .sum();
        black_box(slashes);
    });
    let mut hidden = 0;
    let cost = median(|| {
        hidden = 0;
        for (resource, paths) in &resources {
            let rules = set.on(place, resource, Documents::default(), today);
            for path in paths {
                let change = Change {
                    path,
                    desired_path: path,
                    desired: Some(&value),
                    live: Some(&value),
                    manager: None,
                    guarded: false,
                };
                hidden += usize::from(rules.hiding(black_box(&change)).is_some());
            }
        }
    });
    let ratio = cost.as_secs_f64() / floor.as_secs_f64();
    println!("one pass over 200,000 paths   {floor:>10.2?}");
    println!("200 rules on 200,000 paths    {cost:>10.2?}  {ratio:.1}x  ({hidden} hidden)");
    let compile = median(|| {
        black_box(RuleSet::new(rules(200)));
    });
    println!("reading 200 rules into a set  {compile:>10.2?}");
    let jq = median(|| {
        black_box(
            driftline::ignore::jq::JqPath::parse(".spec.template.spec.containers[]? | select(.name == \"web\") | .image").is_ok(),
        );
    });
    println!("compiling one jq path         {jq:>10.2?}");
    if ratio > BUDGET {
        println!("MISSED: {ratio:.1}x is more than {BUDGET}x");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
