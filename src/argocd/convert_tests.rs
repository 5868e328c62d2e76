use super::*;

fn read(json: &str, answer: Answer) -> Application {
    let from: wire::Application<'_> = serde_json::from_str(json).unwrap();
    application(&Arc::from("prod"), &from, answer).unwrap()
}

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

#[test]
fn a_recorded_multi_source_application_is_read_in_full() {
    let app = read(
        include_str!("../../tests/fixtures/argocd/apps/catalog-api.json"),
        Answer::Single,
    );
    let mut expected = Application::new(ApplicationKey::new("prod", "argocd", "catalog-api"));
    expected.detail = Detail::Full;
    expected.project = "catalog".to_owned();
    expected.labels = [("env", "prod"), ("team", "catalog")]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    expected.destination = Destination {
        server: "https://kubernetes.default.svc".to_owned(),
        name: String::new(),
        namespace: "catalog".to_owned(),
    };
    expected.sources = vec![
        Source {
            repo_url: "https://git.example.com/shop/charts.git".to_owned(),
            path: "web-service".to_owned(),
            target_revision: "main".to_owned(),
            ..Source::default()
        },
        Source {
            repo_url: "https://git.example.com/shop/catalog.git".to_owned(),
            target_revision: "main".to_owned(),
            reference: "values".to_owned(),
            ..Source::default()
        },
    ];
    expected.sync_policy.options = vec!["CreateNamespace=true".to_owned()];
    expected.sync_status = SyncStatus::OutOfSync;
    expected.revisions = vec![
        "f116eae4fa4b6b8486885df39f5e61fa5d8e1aa9".to_owned(),
        "03a99954cf21475eff51e32726a95068690b1971".to_owned(),
    ];
    expected.health = HealthStatus::Healthy;
    let synced = vec![
        "f116eae4fa4b6b8486885df39f5e61fa5d8e1aa9".to_owned(),
        "ea19f3b72104a5b938093e34068471a46ae393e7".to_owned(),
    ];
    expected.operation = Some(OperationState {
        phase: Some(OperationPhase::Succeeded),
        message: "successfully synced (all tasks run)".to_owned(),
        started_at: at("2026-09-21T08:00:47Z"),
        finished_at: at("2026-09-21T08:00:51Z"),
        revisions: synced.clone(),
        initiated_by: Initiator::User("deploy-bot".to_owned()),
        ..OperationState::default()
    });
    expected.history = vec![HistoryEntry {
        revisions: synced,
        initiated_by: Initiator::User("deploy-bot".to_owned()),
        deployed_at: at("2026-09-21T08:00:51Z"),
    }];
    expected.reconciled_at = at("2026-11-20T03:18:54Z");
    expected.resource_version = "10851".to_owned();
    let resource = |group: &str, kind: &str, name: &str, status, health| ResourceStatus {
        key: ResourceKey::new(group, kind, "catalog", name),
        status: Some(status),
        hook: false,
        requires_pruning: false,
        health,
    };
    expected.resources = vec![
        resource("", "ConfigMap", "catalog-api-config", SyncStatus::Synced, None),
        resource("", "Service", "catalog-api", SyncStatus::Synced, Some(HealthStatus::Healthy)),
        resource("", "ServiceAccount", "catalog-api", SyncStatus::Synced, None),
        resource(
            "apps",
            "Deployment",
            "catalog-api",
            SyncStatus::OutOfSync,
            Some(HealthStatus::Healthy),
        ),
    ];
    assert_eq!(app, expected);
}

#[test]
fn a_recorded_fight_counts_its_self_heal_attempts() {
    let app = read(
        include_str!("../../tests/fixtures/argocd/apps/image-resizer.json"),
        Answer::Single,
    );
    let operation = app.operation.unwrap();
    assert_eq!(operation.self_heal_attempts, 4);
    assert_eq!(operation.revisions, ["b05e9544e4ba6f7b68386f8d092a0ec2bbe484d9"]);
    assert_eq!(
        app.sync_policy.automated,
        Some(Automated {
            prune: true,
            self_heal: true
        })
    );
}

#[test]
fn a_recorded_frozen_application_says_so() {
    let app = read(include_str!("../../tests/fixtures/argocd/apps/loyalty.json"), Answer::Single);
    assert!(app.skip_reconcile);
    assert!(!app.refresh_pending);
}

#[test]
fn null_absent_and_empty_mean_the_same() {
    let absent = read(r#"{"metadata":{"name":"a","namespace":"n"},"spec":{}}"#, Answer::MaskedList);
    let null = read(
        r#"{"metadata":{"name":"a","namespace":"n","labels":null,"annotations":null,"deletionTimestamp":null,"resourceVersion":null},
            "spec":{"project":null,"destination":null,"source":null,"sources":null,"sourceHydrator":null,"syncPolicy":null,
                    "ignoreDifferences":null},
            "status":{"sync":{"status":null,"revision":null,"revisions":null},"health":null,"operationState":null,
                      "conditions":null,"history":null,"resources":null,"reconciledAt":null},
            "operation":null}"#,
        Answer::MaskedList,
    );
    let empty = read(
        r#"{"metadata":{"name":"a","namespace":"n","labels":{},"annotations":{},"deletionTimestamp":""},
            "spec":{"project":"","destination":{},"sources":[],"syncPolicy":{"automated":null,"syncOptions":null}},
            "status":{"sync":{"status":"","revision":""},"health":{},"conditions":[]}}"#,
        Answer::MaskedList,
    );
    let expected = Application::new(ApplicationKey::new("prod", "n", "a"));
    assert_eq!(absent, expected);
    assert_eq!(null, expected);
    assert_eq!(empty, expected);
}

#[test]
fn unknown_words_and_odd_times_do_not_cost_the_application() {
    let app = read(
        r#"{"metadata":{"name":"a","deletionTimestamp":"yesterday"},
            "status":{"sync":{"status":"Diverged"},"health":{"status":"Tired"},
                      "operationState":{"phase":"Dreaming","startedAt":"2026-13-01T00:00:00Z","retryCount":-1}}}"#,
        Answer::Single,
    );
    assert_eq!(app.sync_status, SyncStatus::Unknown);
    assert_eq!(app.health, HealthStatus::Unknown);
    assert_eq!(app.deletion_requested_at, None);
    assert_eq!(app.operation, Some(OperationState::default()));
}

#[test]
fn an_application_without_a_name_is_none() {
    let from = wire::Application::default();
    assert_eq!(application(&Arc::from("prod"), &from, Answer::Partial), None);
}

#[test]
fn automation_is_on_when_the_object_is_there_and_not_disabled() {
    let on = |prune, self_heal| Some(Automated { prune, self_heal });
    for (policy, expected) in [
        ("{}", None),
        (r#"{"automated":null}"#, None),
        (r#"{"automated":{}}"#, on(false, false)),
        (r#"{"automated":{"prune":true,"selfHeal":null}}"#, on(true, false)),
        (r#"{"automated":{"selfHeal":true,"enabled":true}}"#, on(false, true)),
        (r#"{"automated":{"selfHeal":true,"enabled":null}}"#, on(false, true)),
        (r#"{"automated":{"selfHeal":true,"enabled":false}}"#, None),
    ] {
        let app = read(
            &format!(r#"{{"metadata":{{"name":"a"}},"spec":{{"syncPolicy":{policy}}}}}"#),
            Answer::MaskedList,
        );
        assert_eq!(app.sync_policy.automated, expected, "{policy}");
    }
}

#[test]
fn the_hydrators_sync_source_wins_over_sources_and_sources_over_source() {
    let sources = |spec: &str| {
        let app = read(&format!(r#"{{"metadata":{{"name":"a"}},"spec":{spec}}}"#), Answer::MaskedList);
        let summary: Vec<String> = app
            .sources
            .iter()
            .map(|s| format!("{}@{}:{}", s.repo_url, s.target_revision, s.path))
            .collect();
        (app.hydrated, summary)
    };
    let hydrator = r#""sourceHydrator":{"drySource":{"repoURL":"dry","path":"d","targetRevision":"main"},
        "syncSource":{"targetBranch":"env/prod","path":"web"}}"#;
    let elsewhere =
        r#""sourceHydrator":{"drySource":{"repoURL":"dry"},"syncSource":{"repoURL":"wet","targetBranch":"b","path":"w"}}"#;
    let many = r#""sources":[{"repoURL":"one","path":"p","targetRevision":"v1"},{"repoURL":"two","ref":"values"}]"#;
    let one = r#""source":{"repoURL":"single","path":"s"}"#;
    assert_eq!(
        sources(&format!("{{{hydrator},{many},{one}}}")),
        (true, vec!["dry@env/prod:web".to_owned()])
    );
    assert_eq!(sources(&format!("{{{elsewhere}}}")), (true, vec!["wet@b:w".to_owned()]));
    assert_eq!(
        sources(&format!("{{{one},{many}}}")),
        (false, vec!["one@v1:p".to_owned(), "two@:".to_owned()])
    );
    assert_eq!(
        sources(&format!("{{{one},\"sources\":[]}}")),
        (false, vec!["single@:s".to_owned()])
    );
}

#[test]
fn only_a_masked_list_holds_the_sync_result_where_the_operation_should_be() {
    let json =
        r#"{"metadata":{"name":"a"},"status":{"operationState":{"phase":"Running","operation":{"sync":{"revision":"r1"}}}}}"#;
    let synced = |answer| read(json, answer).operation.unwrap().revisions;
    assert_eq!(synced(Answer::MaskedList), ["r1"]);
    assert!(synced(Answer::Partial).is_empty());
    assert!(synced(Answer::Single).is_empty());
}

#[test]
fn annotations_say_whether_a_comparison_is_pending_or_frozen() {
    for (annotations, frozen, pending) in [
        (r#"{"argocd.argoproj.io/skip-reconcile":"true"}"#, true, false),
        (r#"{"argocd.argoproj.io/skip-reconcile":"1"}"#, true, false),
        (r#"{"argocd.argoproj.io/skip-reconcile":"false"}"#, false, false),
        (
            r#"{"argocd.argoproj.io/skip-reconcile":null,"x":{"y":[1]},"argocd.argoproj.io/refresh":"hard"}"#,
            false,
            true,
        ),
    ] {
        let app = read(
            &format!(r#"{{"metadata":{{"name":"a","annotations":{annotations}}}}}"#),
            Answer::MaskedList,
        );
        assert_eq!((app.skip_reconcile, app.refresh_pending), (frozen, pending), "{annotations}");
    }
}

#[test]
fn resources_without_a_status_are_not_synced() {
    let app = read(
        r#"{"metadata":{"name":"a"},"status":{"resources":[
            {"kind":"Job","name":"hook","hook":true},
            {"group":"apps","kind":"Deployment","name":"web","status":"Later","requiresPruning":true,"health":{"status":"Degraded"}}]}}"#,
        Answer::Single,
    );
    assert_eq!(
        app.resources,
        [
            ResourceStatus {
                key: ResourceKey::new("", "Job", "", "hook"),
                status: None,
                hook: true,
                requires_pruning: false,
                health: None,
            },
            ResourceStatus {
                key: ResourceKey::new("apps", "Deployment", "", "web"),
                status: Some(SyncStatus::Unknown),
                hook: false,
                requires_pruning: true,
                health: Some(HealthStatus::Degraded),
            },
        ]
    );
}
