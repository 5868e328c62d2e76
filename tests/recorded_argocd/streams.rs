//! The push side: bursts, playback, masks, keep-alives, refusals, and the recorded streams played again.
//!
//! Time is paused where a test waits: it jumps to the next timer as soon as nothing is left to read.

use std::time::Duration;

use driftline::demo::PlaybackClock;
use futures_util::StreamExt;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::support::{END, Lab, recording};

const APPLICATIONS: &str = "/api/v1/stream/applications";
/// Longer than anything that could still be on its way on a paused clock, shorter than a keep-alive.
const QUIET: Duration = Duration::from_secs(5);

/// An open stream and what has been read of it.
struct Reader {
    status: u16,
    response: Option<reqwest::Response>,
    text: String,
}

impl Reader {
    async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            response: Some(response),
            text: String::new(),
        }
    }

    /// Reads until nothing comes for [`QUIET`], and returns what came.
    async fn quiet(&mut self) -> String {
        let response = self.response.as_mut().unwrap();
        while let Ok(Ok(Some(piece))) = tokio::time::timeout(QUIET, response.chunk()).await {
            self.text.push_str(std::str::from_utf8(&piece).unwrap());
        }
        std::mem::take(&mut self.text)
    }
}

fn events(lab: &Lab, path_and_query: &str) -> reqwest::RequestBuilder {
    lab.get(path_and_query).header("Accept", "text/event-stream")
}

/// The messages in a piece of a stream, of either form.
fn messages(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| line.strip_prefix("data: ").unwrap_or(line))
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn named(messages: &[Value]) -> Vec<String> {
    let word = |message: &Value, pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or("").to_owned();
    messages
        .iter()
        .map(|message| {
            let kind = word(message, "/result/type");
            let namespace = word(message, "/result/application/metadata/namespace");
            format!("{kind} {namespace}/{}", word(message, "/result/application/metadata/name"))
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_burst_shows_every_application_at_once_as_the_list_has_them() {
    let lab = Lab::start().await;
    let mut reader = Reader::open(events(&lab, APPLICATIONS)).await;
    let burst = messages(&reader.quiet().await);
    let (_, list) = lab.json("/api/v1/applications").await;
    let listed: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            format!(
                "ADDED {}/{}",
                item["metadata"]["namespace"].as_str().unwrap(),
                item["metadata"]["name"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(listed.len(), 116);
    assert_eq!(named(&burst), listed);
    let (_, single) = lab
        .json("/api/v1/applications/payments-api?appNamespace=argocd&project=payments")
        .await;
    assert!(burst.iter().any(|message| message["result"]["application"] == single));
}

#[tokio::test(start_paused = true)]
async fn an_event_is_data_a_blank_line_and_one_line_more_and_silence_is_broken_every_15_seconds() {
    let lab = Lab::start().await;
    let response = events(
        &lab,
        "/api/v1/stream/applications?name=feature-store&fields=result.type,result.application.metadata.name",
    )
    .send()
    .await
    .unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(response.headers().get("vary"), None);
    let opened = tokio::time::Instant::now();
    let mut body = response.bytes_stream();
    let mut text = String::new();
    while text.matches(":\n").count() < 2 {
        text.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    assert_eq!(
        text,
        "data: {\"result\":{\"application\":{\"metadata\":{\"name\":\"feature-store\"}},\"type\":\"ADDED\"}} \n\n\n:\n:\n"
    );
    assert_eq!(opened.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn lines_have_no_keep_alive_and_may_be_compressed() {
    let lab = Lab::start().await;
    let path = "/api/v1/stream/applications?name=feature-store&fields=result.application.metadata.name";
    let mut reader = Reader::open(lab.get(path)).await;
    assert_eq!(
        reader.quiet().await,
        "{\"result\":{\"application\":{\"metadata\":{\"name\":\"feature-store\"}}}}\n"
    );
    let mut response = lab.get(path).header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let first = response.chunk().await.unwrap().unwrap();
    let mut plain = Vec::new();
    let mut decoder = flate2::write::GzDecoder::new(&mut plain);
    std::io::Write::write_all(&mut decoder, &first).unwrap();
    std::io::Write::flush(&mut decoder).unwrap();
    drop(decoder);
    assert!(plain.ends_with(b"}\n"), "each message is complete on the wire");
    let response = events(&lab, path).header("Accept-Encoding", "gzip").send().await.unwrap();
    assert_eq!(response.headers().get("content-encoding"), None);
}

/// What the recorded stream `id` brought after its burst.
fn recorded_events(id: &str) -> (String, Vec<Value>) {
    let recording = recording();
    let file = recording.file(&format!("streams/{id}.jsonl")).unwrap();
    let mut lines = std::str::from_utf8(file).unwrap().lines();
    let head: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    // The burst, when there is one, comes within the first second, the first change after four.
    let text: String = lines
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|chunk| chunk["ms"].as_u64().unwrap() > 1_000)
        .map(|chunk| chunk["chunk"].as_str().unwrap().to_owned())
        .collect();
    (head["path_and_query"].as_str().unwrap().to_owned(), messages(&text))
}

#[tokio::test(start_paused = true)]
async fn the_recorded_streams_come_again_event_by_event_through_every_filter_and_mask() {
    for id in [
        "apps-sse",
        "apps-sse-mask",
        "apps-sse-mask-notype",
        "apps-sse-name",
        "apps-sse-project",
        "apps-sse-selector",
        "apps-sse-receipts",
        "tree-sse",
    ] {
        let lab = Lab::start().await;
        let (path, recorded) = recorded_events(id);
        assert!(!recorded.is_empty(), "{id}");
        let mut reader = if id.starts_with("tree") {
            let opening = tokio::spawn(Reader::open(events(&lab, &path)));
            seen(&lab, 1).await;
            lab.server.advance_to(END);
            opening.await.unwrap()
        } else {
            let mut reader = Reader::open(events(&lab, &path)).await;
            reader.quiet().await;
            lab.server.advance_to(END);
            reader
        };
        let played = messages(&reader.quiet().await);
        assert_eq!(named(&played), named(&recorded), "{id}");
        assert!(played == recorded, "{id}: the same events with other content");
    }
}

/// Waits until the server has seen so many requests and has had the time to open their streams.
async fn seen(lab: &Lab, requests: usize) {
    while lab.server.requests().len() < requests {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test(start_paused = true)]
async fn with_a_resource_version_there_is_no_burst_and_no_header_before_the_first_event() {
    let lab = Lab::start().await;
    let opening = tokio::spawn(Reader::open(events(
        &lab,
        "/api/v1/stream/applications?resourceVersion=10985&fields=result.type,result.application.metadata.name",
    )));
    seen(&lab, 1).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert!(!opening.is_finished(), "headers came without an event");
    lab.server.advance_to(END);
    let mut reader = opening.await.unwrap();
    assert_eq!(reader.status, 200);
    let played = messages(&reader.quiet().await);
    assert_eq!(named(&played).first().map(String::as_str), Some("MODIFIED /cart-staging"));
}

#[tokio::test(start_paused = true)]
async fn the_playback_changes_what_every_other_endpoint_answers() {
    let lab = Lab::start().await;
    let single = |name: &str| format!("/api/v1/applications/{name}?appNamespace=argocd&project=sandbox");
    assert_eq!(lab.json(&single("gift-wrap")).await.0, 200);
    assert_eq!(lab.json(&single("gift-cards")).await.0, 404);
    assert_eq!(drifted(&lab, "account", "storefront").await, ["Deployment/account"]);

    // The ConfigMap is edited after 7 s; 36 s in gift-wrap goes, 39 s in gift-cards comes.
    lab.server.advance_to(10_000);
    let edited = ["ConfigMap/account-config", "Deployment/account"];
    assert_eq!(drifted(&lab, "account", "storefront").await, edited);
    assert_eq!(lab.json(&single("gift-wrap")).await.0, 200);

    lab.server.advance_to(END);
    assert_eq!(lab.json(&single("gift-wrap")).await.0, 404);
    assert_eq!(lab.json("/api/v1/applications/gift-wrap").await.0, 403);
    assert_eq!(lab.json(&single("gift-cards")).await.0, 200);
    let (_, list) = lab
        .json("/api/v1/applications?fields=items.metadata.name&projects=sandbox")
        .await;
    let names: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["metadata"]["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"gift-cards") && !names.contains(&"gift-wrap"), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn a_resource_drifts_when_its_own_event_comes_not_with_the_last_one_of_its_application() {
    let lab = Lab::start().await;
    assert_eq!(drifted(&lab, "cart-staging", "storefront").await, [""; 0]);
    lab.server.advance_to(6_000);
    assert_eq!(drifted(&lab, "cart-staging", "storefront").await, ["Deployment/cart"]);
    lab.server.advance_to(END);
    assert_eq!(
        drifted(&lab, "cart-staging", "storefront").await,
        ["ConfigMap/cart-config", "Deployment/cart"]
    );
}

/// Kind and name of the modified managed resources.
async fn drifted(lab: &Lab, application: &str, project: &str) -> Vec<String> {
    let (_, answer) = lab
        .json(&format!(
            "/api/v1/applications/{application}/managed-resources?appNamespace=argocd&project={project}"
        ))
        .await;
    let items = answer["items"].as_array().unwrap();
    let modified = items.iter().filter(|item| item["modified"] == true);
    modified
        .map(|item| format!("{}/{}", item["kind"].as_str().unwrap(), item["name"].as_str().unwrap()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_deletion_arrives_as_such_and_is_swallowed_by_a_mask_without_the_type() {
    for (mask, expected) in [
        ("result.type,result.application.metadata.name", vec!["DELETED /gift-wrap"]),
        ("result.application.metadata.name", vec![]),
    ] {
        let lab = Lab::start().await;
        let mut reader = Reader::open(events(&lab, &format!("{APPLICATIONS}?name=gift-wrap&fields={mask}"))).await;
        assert_eq!(messages(&reader.quiet().await).len(), 1);
        lab.server.advance_to(END);
        let played = messages(&reader.quiet().await);
        let deletions: Vec<String> = named(&played)
            .into_iter()
            .filter(|name| !name.starts_with("MODIFIED"))
            .collect();
        assert_eq!(deletions, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn real_time_starts_with_the_first_stream_and_not_before() {
    let options = driftline::demo::ServerOptions {
        playback: PlaybackClock::Realtime { speed: 2.0 },
        ..Default::default()
    };
    let lab = Lab::with(recording(), options).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(drifted(&lab, "account", "storefront").await, ["Deployment/account"]);
    let response = events(&lab, "/api/v1/stream/applications?name=account").send().await.unwrap();
    let opened = tokio::time::Instant::now();
    let mut body = response.bytes_stream();
    let mut text = String::new();
    while !text.contains("MODIFIED") {
        text.push_str(std::str::from_utf8(&body.next().await.unwrap().unwrap()).unwrap());
    }
    // Recorded after 7 s; half of it at double speed.
    assert_eq!(opened.elapsed().as_secs(), 3);
}

/// The recorded refusals of streams: id, and how they are asked.
#[tokio::test(start_paused = true)]
async fn a_stream_is_refused_with_the_real_status_in_its_own_form() {
    let lab = Lab::start().await;
    // Any issuer that is not Argo CD's: header {}, claims {"iss":"x"}.
    let foreign = "e30.eyJpc3MiOiJ4In0.e30";
    let good = lab.server.token();
    for (id, token) in [
        ("err-bad-token", foreign),
        ("err-bad-token-mask", foreign),
        ("err-bad-token-mask-noerror", foreign),
        ("err-selector", good.expose_secret()),
        ("err-tree-missing", good.expose_secret()),
    ] {
        let recording = recording();
        let file = recording.file(&format!("streams/{id}.jsonl")).unwrap();
        let mut lines = std::str::from_utf8(file).unwrap().lines();
        let head: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        let chunk: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        let request = lab
            .anonymous(head["path_and_query"].as_str().unwrap())
            .bearer_auth(token)
            .header("Accept", "text/event-stream");
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), head["response"]["status"], "{id}");
        assert_eq!(response.headers()["content-type"], "text/event-stream", "{id}");
        assert_eq!(response.text().await.unwrap(), chunk["chunk"], "{id}");
    }
    let response = lab.anonymous(APPLICATIONS).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.text().await.unwrap(),
        r#"{"error":{"grpc_code":16,"http_code":401,"message":"no session information","http_status":"Unauthorized"}}"#
    );
}

#[tokio::test(start_paused = true)]
async fn an_account_without_rights_sees_nothing_not_even_headers() {
    let lab = Lab::start().await;
    let narrow = lab.server.token_for("narrow").unwrap();
    let request = lab
        .anonymous("/api/v1/stream/applications?projects=data")
        .bearer_auth(narrow.expose_secret());
    let answer = tokio::time::timeout(Duration::from_secs(60), request.send()).await;
    assert!(answer.is_err(), "something came");
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_goes_leaves_nothing_behind_and_the_server_can_stop() {
    let lab = Lab::start().await;
    let reader = Reader::open(events(&lab, APPLICATIONS)).await;
    let waiting = tokio::spawn(events(&lab, "/api/v1/stream/applications?resourceVersion=10985").send());
    seen(&lab, 2).await;
    drop(reader);
    // Streams that are open end with the server.
    let Lab { server, client } = lab;
    server.shut_down().await;
    assert!(waiting.await.unwrap().is_err());
    drop(client);
}
