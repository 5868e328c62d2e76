//! Recordings, versions, accounts, faults, the request log, and requests that nobody should send.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use driftline::demo::{DemoClock, Fault, FaultRule, PlaybackClock, RecordedArgoCd, Recording, RecordingError, ServerOptions};
use driftline::engine::ports::Clock;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::{Lab, recording};

const VERSION: &str = "/api/version";

#[test]
fn the_built_in_recording_unpacks_and_is_whole() {
    let recording = recording();
    assert_eq!(recording.exchanges().len(), 1_589);
    assert_eq!(recording.now().to_string(), "2026-11-20T03:20:00Z");
    assert_eq!(recording.main_account(), "driftline");
    for exchange in recording.exchanges() {
        assert!(recording.body(exchange).is_some(), "{} has no body", exchange.id);
    }
    for file in [
        "story.json",
        "README.md",
        "facts.md",
        "git/payments.bundle",
        "list/unmasked.json.gz",
    ] {
        assert!(recording.file(file).is_some(), "{file}");
    }
}

/// A small recording of the same form with other names, its list gzipped.
fn small_recording(folder: &std::path::Path) {
    let item = json!({
        "metadata": {"name": "billing", "namespace": "gitops", "resourceVersion": "7"},
        "spec": {"project": "money", "source": {"repoURL": "https://git.example.org/a.git"}},
        "status": {"sync": {"status": "Synced"}},
    });
    let exchange = |id: &str, path: &str, file: &str| {
        json!({
            "id": id, "account": "reader", "method": "GET", "path_and_query": path,
            "request_headers": {"Authorization": "Bearer <token>"}, "request_body": null, "status": 200,
            "response_headers": {"Content-Type": "application/json"}, "body_file": file, "bytes": 1, "ms": 1,
            "at": "2027-01-02T03:04:05Z", "note": "",
        })
        .to_string()
    };
    std::fs::create_dir(folder.join("list")).unwrap();
    let list = json!({"metadata": {"resourceVersion": "9"}, "items": [item]}).to_string();
    let packed = std::fs::File::create(folder.join("list/all.json.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packed.write_all(list.as_bytes()).unwrap();
    packed.finish().unwrap();
    std::fs::write(folder.join("settings.json"), r#"{"controllerNamespace":"gitops"}"#).unwrap();
    let lines = [
        exchange("list/all", "/api/v1/applications", "list/all.json.gz"),
        exchange("server/settings", "/api/v1/settings", "settings.json"),
    ];
    std::fs::write(folder.join("exchanges.jsonl"), lines.join("\n")).unwrap();
}

#[tokio::test]
async fn a_folder_of_the_same_form_is_served_plain_or_gzipped_whatever_its_names_are() {
    let folder = tempfile::tempdir().unwrap();
    small_recording(folder.path());
    let recording = Recording::from_dir(folder.path()).unwrap();
    // Without a story: when the newest list was read.
    assert_eq!(recording.now().to_string(), "2027-01-02T03:04:05Z");
    let mut lab = Lab::start().await;
    lab.server = RecordedArgoCd::start(recording, ServerOptions::default()).await.unwrap();
    let (status, list) = lab
        .json("/api/v1/applications?fields=items.metadata.name,items.spec.source")
        .await;
    let source = json!({"repoURL": "https://git.example.org/a.git"});
    assert_eq!(status, 200);
    assert_eq!(
        list,
        json!({"items": [{"metadata": {"name": "billing"}, "spec": {"source": source}}], "metadata": {"resourceVersion": "9"}})
    );
    assert_eq!(lab.json("/api/v1/applications/billing").await.0, 200);
    // A known Application, but the recording does not hold this answer.
    let (status, refusal) = lab.json("/api/v1/applications/billing/resource-tree?project=money").await;
    assert_eq!(status, 404);
    assert_eq!(refusal["message"], "resource-tree of billing is not part of this recording");
    assert_eq!(lab.json("/api/v1/projects").await.0, 404);
}

#[test]
fn what_is_wrong_with_a_folder_is_said_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Recording::from_dir(folder.path()).unwrap_err();
    assert!(matches!(missing, RecordingError::Missing { .. }));
    assert_eq!(
        missing.to_string(),
        "exchanges.jsonl is missing in the recording. Give the folder that holds exchanges.jsonl."
    );
    small_recording(folder.path());
    let good = std::fs::read_to_string(folder.path().join("exchanges.jsonl")).unwrap();
    std::fs::write(folder.path().join("exchanges.jsonl"), format!("{good}\nnot JSON\n")).unwrap();
    let malformed = Recording::from_dir(folder.path()).unwrap_err().to_string();
    assert!(malformed.starts_with("exchanges.jsonl line 3: expected"), "{malformed}");
    let nowhere = Recording::from_dir(&folder.path().join("nowhere")).unwrap_err().to_string();
    assert!(
        nowhere.starts_with("cannot read ") && nowhere.contains("nowhere"),
        "{nowhere}"
    );
}

#[tokio::test]
async fn version_and_settings_tell_a_session_more_than_a_stranger() {
    let lab = Lab::start().await;
    let anonymous = lab.anonymous(VERSION).send().await.unwrap().text().await.unwrap();
    assert_eq!(anonymous, r#"{"Version":"v3.5.1"}"#);
    let (_, version) = lab.json(VERSION).await;
    assert!(version.as_object().unwrap().len() > 1);
    let (_, settings) = lab.json("/api/v1/settings").await;
    assert_eq!(settings["controllerNamespace"], "argocd");
}

#[tokio::test]
async fn the_narrow_account_sees_the_projects_of_its_recorded_list_only() {
    let lab = Lab::start().await;
    let narrow = lab.server.token_for("narrow").unwrap();
    let get = async |path: &str| {
        let request = lab.anonymous(path).bearer_auth(narrow.expose_secret());
        let body = request.send().await.unwrap().bytes().await.unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()
    };
    let list = get("/api/v1/applications?fields=items.spec.project").await;
    let projects: Vec<&Value> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["spec"]["project"])
        .collect();
    assert!(!projects.is_empty() && projects.iter().all(|project| *project == "payments"));
    assert_eq!(get("/api/v1/session/userinfo").await["username"], "narrow");
    assert_eq!(
        get("/api/v1/account/can-i/applications/get/payments/payments-api").await,
        json!({"value": "yes"})
    );
    assert_eq!(
        get("/api/v1/account/can-i/applications/get/data/orders-db").await,
        json!({"value": "no"})
    );
    let names = get("/api/v1/projects?fields=items.metadata.name").await;
    assert_eq!(names["items"], json!([{"metadata": {"name": "payments"}}]));
    assert_eq!(get("/api/v1/clusters").await["items"], json!([]));
}

#[tokio::test]
async fn a_live_read_without_a_recorded_answer_gives_the_live_object_of_the_comparison() {
    let lab = Lab::start().await;
    let scope = "appNamespace=argocd&project=payments";
    let (_, managed) = lab
        .json(&format!("/api/v1/applications/payments-api/managed-resources?{scope}"))
        .await;
    let service = managed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["kind"] == "Service")
        .unwrap();
    let (status, live) = lab
        .json(&format!(
            "/api/v1/applications/payments-api/resource?{scope}&namespace=payments&resourceName={}&group=&kind=Service&version=v1",
            service["name"].as_str().unwrap()
        ))
        .await;
    assert_eq!((status, &live["manifest"]), (200, &service["liveState"]));
}

#[tokio::test]
async fn the_answers_carry_the_demos_date() {
    let lab = Lab::start().await;
    let response = lab.get(VERSION).send().await.unwrap();
    assert!(
        response.headers()["date"]
            .to_str()
            .unwrap()
            .starts_with("Fri, 20 Nov 2026 03:2")
    );
    let start = recording().now();
    let clock = DemoClock::starting_at(start);
    assert!(clock.now() >= start);
    assert!(lab.server.now() >= start && lab.server.clock().now() >= start);
}

#[tokio::test]
async fn every_request_is_logged_without_what_its_headers_say() {
    let lab = Lab::start().await;
    lab.json("/api/v1/applications?refresh=normal").await;
    lab.json("/api/v1/applications/payments-api?refresh=").await;
    lab.json(VERSION).await;
    let requests = lab.server.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path_and_query.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/api/v1/applications?refresh=normal",
            "/api/v1/applications/payments-api?refresh=",
            VERSION
        ]
    );
    assert!(requests.iter().all(|request| request.method == "GET"));
    assert_eq!(requests[0].headers, ["accept", "authorization", "host"]);
    assert_eq!(lab.server.refresh_requests(), 2);
    let token = lab.server.token();
    assert!(!format!("{requests:?} {:?} {token:?}", lab.server).contains(token.expose_secret()));
}

#[tokio::test]
async fn a_fault_hits_the_requests_its_rule_names_and_no_others() {
    let lab = Lab::start().await;
    let status = |code: u16| Fault::Status {
        code,
        body: "{}".to_owned(),
        headers: vec![("Retry-After".to_owned(), "3".to_owned())],
    };
    let faults = lab.server.faults();
    faults.add(FaultRule::when_path_contains("/version", status(503)).after(1).times(1));
    faults.add(FaultRule::when_path_contains("", status(418)).but_not("/version"));
    let mut codes = Vec::new();
    for path in [VERSION, VERSION, VERSION, "/healthz"] {
        codes.push(lab.json(path).await.0);
    }
    assert_eq!(codes, [200, 503, 200, 418]);
    assert_eq!(lab.get("/healthz").send().await.unwrap().headers()["retry-after"], "3");
    faults.clear();
    assert_eq!(lab.anonymous("/healthz").send().await.unwrap().text().await.unwrap(), "ok\n");
}

#[tokio::test]
async fn answers_can_be_spoilt_in_every_way() {
    let lab = Lab::start().await;
    let whole = lab.get("/api/v1/applications").send().await.unwrap().bytes().await.unwrap();
    let with = |fault: Fault| {
        lab.server.faults().clear();
        lab.server
            .faults()
            .add(FaultRule::when_path_contains("/api/v1/applications", fault));
        lab.get("/api/v1/applications").send()
    };

    let mut cut = with(Fault::CutBody(10)).await.unwrap();
    assert_eq!(cut.chunk().await.unwrap().unwrap(), whole.slice(..10));
    assert!(cut.chunk().await.is_err(), "the end is not an end");
    assert!(with(Fault::CutBody(usize::MAX)).await.unwrap().bytes().await.is_err());

    assert!(with(Fault::Reset).await.is_err());

    let garbage = with(Fault::Garbage(vec![0xff, 0, b'{'])).await.unwrap();
    assert_eq!(garbage.bytes().await.unwrap(), [0xff, 0, b'{'][..]);

    let html = with(Fault::Html).await.unwrap();
    assert_eq!(
        (
            html.status().as_u16(),
            &html.headers()["content-type"] == "text/html; charset=utf-8"
        ),
        (200, true)
    );

    let wrong = with(Fault::WrongContentType("text/plain".to_owned())).await.unwrap();
    assert_eq!(wrong.headers()["content-type"], "text/plain");
    assert_eq!(wrong.bytes().await.unwrap(), whole);
}

#[tokio::test(start_paused = true)]
async fn answers_can_be_late_slow_or_never_come() {
    let lab = Lab::start().await;
    let faults = lab.server.faults();
    let start = tokio::time::Instant::now();
    faults.add(FaultRule::when_path_contains(VERSION, Fault::Delay(Duration::from_secs(9))));
    assert_eq!(lab.json(VERSION).await.0, 200);
    assert_eq!(start.elapsed().as_secs(), 9);

    faults.clear();
    let drip = Fault::DripBytes {
        size: 100,
        every: Duration::from_secs(1),
    };
    faults.add(FaultRule::when_path_contains(VERSION, drip));
    let start = tokio::time::Instant::now();
    let body = lab.get(VERSION).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(start.elapsed().as_secs(), body.len().div_ceil(100) as u64);

    faults.clear();
    faults.add(FaultRule::when_path_contains(VERSION, Fault::Hang));
    let answer = tokio::time::timeout(Duration::from_secs(600), lab.get(VERSION).send()).await;
    assert!(answer.is_err());
}

#[tokio::test]
async fn hostile_requests_get_an_answer_or_a_closed_door_and_the_server_lives_on() {
    let lab = Lab::start().await;
    let authorization = format!("Authorization: Bearer {}", lab.server.token().expose_secret());
    let targets = [
        "/",
        "//",
        "/%",
        "/%zz",
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/applications/..%2f..%2fetc",
        "/api/v1/applications/%00/managed-resources",
        "/api/v1/applications//managed-resources",
        "/api/v1/applications/payments-api/revisions//metadata",
        "/api/v1/applications/payments-api/revisions/%F0%9F/metadata",
        "/api/v1/applications?fields=-",
        "/api/v1/applications?fields=,,,.",
        "/api/v1/applications?selector=%00(((",
        "/api/v1/applications?selector=a%20in%20(%F0%9F%92%A9)",
        "/api/v1/applications/payments-api/managed-resources?fields=-items",
        "/api/v1/applications/payments-api/managed-resources?project=payments&fields=.",
        "/api/v1/account/can-i/a/b",
        "/api/v1/projects/",
        "/api/v1/clusters/%2F",
        "/api/v1/applications/payments-api/resource?version=v1",
        "/api/v1/stream",
        "/api/v1/stream/nothing",
        "/api/v1/stream/applications/x/y/z",
        "*",
        "http://elsewhere/api/version",
    ];
    for target in targets {
        for method in ["GET", "POST", "DELETE", "OPTIONS", "BREW"] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nHost: x\r\n{authorization}\r\nGrpc-Timeout: 9S\r\nContent-Type: application/json\r\n\
                 Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
            );
            let answer = raw(&lab, request.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 "), "{method} {target}: {answer}");
            assert!(
                !answer.starts_with("HTTP/1.1 200") || method == "GET",
                "{method} {target}: {answer}"
            );
        }
    }
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        raw(&lab, garbage).await;
    }
    for timeout in ["", "S", "20", "é", "99999999999999999999S", "-1S", "1m"] {
        let response = lab
            .get("/api/v1/applications")
            .header("Grpc-Timeout", timeout)
            .send()
            .await
            .unwrap();
        assert!([400, 504].contains(&response.status().as_u16()), "{timeout}");
    }
    let large = vec![b' '; 2 << 20];
    let request = lab
        .client
        .post(lab.url("/api/v1/session"))
        .header("Content-Type", "application/json");
    // It may close the door before everything was sent.
    if let Ok(response) = request.body(large).send().await {
        assert_eq!(response.status(), 413);
    }
    assert_eq!(lab.json(VERSION).await.0, 200);
}

/// What comes back for these bytes until the server closes.
async fn raw(lab: &Lab, request: &[u8]) -> String {
    let mut connection = tokio::net::TcpStream::connect(lab.server.addr()).await.unwrap();
    connection.write_all(request).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good an end as any.
    let _ = connection.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn it_listens_where_it_is_told_and_stops_when_it_is_dropped() {
    let options = ServerOptions {
        playback: PlaybackClock::Manual,
        ..ServerOptions::default()
    };
    let first = RecordedArgoCd::start(recording(), options.clone()).await.unwrap();
    let address = first.addr();
    assert!(address.ip().is_loopback());
    let taken = ServerOptions {
        listen: address,
        ..options
    };
    assert!(RecordedArgoCd::start(recording(), taken.clone()).await.is_err());
    first.shut_down().await;
    let second = RecordedArgoCd::start(Arc::clone(&recording()), taken).await.unwrap();
    assert_eq!(second.addr(), address);
    drop(second);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
