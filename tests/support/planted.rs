//! The built-in recording with secrets planted in it, for the tests that look for them.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

/// In every planted value, and nowhere else. Not base64 and not of the shape of any known token.
pub(crate) const CANARY: &str = "Xq7canary";

/// Unpacks the built-in recording, plants secrets in every answer about managed resources and every condition, and writes
/// the folder.
pub(crate) fn plant(folder: &Path) -> usize {
    let packed = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo/recordings.tar.zst")).unwrap();
    let mut tar = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(packed.as_slice())
        .unwrap()
        .read_to_end(&mut tar)
        .unwrap();
    tar::Archive::new(tar.as_slice()).unpack(folder).unwrap();
    let root = recording_root(folder);
    let mut planted = 0;
    for path in files(&root) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let plants: fn(&mut Value) -> usize = match name {
            _ if name.starts_with("managed-resources") => plant_resources,
            _ if name.starts_with("application.json") => plant_conditions,
            _ => continue,
        };
        let Ok(mut answer) = serde_json::from_slice::<Value>(&std::fs::read(&path).unwrap()) else {
            continue;
        };
        planted += plants(&mut answer);
        std::fs::write(&path, answer.to_string()).unwrap();
    }
    planted
}

/// Where the recording lies in a folder that [`plant`] wrote.
pub(crate) fn recording_root(folder: &Path) -> std::path::PathBuf {
    let nested = folder.join("recordings");
    if nested.join("exchanges.jsonl").exists() {
        nested
    } else {
        folder.to_owned()
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

fn plant_resources(answer: &mut Value) -> usize {
    let mut planted = 0;
    for item in answer["items"].as_array_mut().into_iter().flatten() {
        let kind = item["kind"].as_str().unwrap().to_owned();
        let mut sides = ["targetState", "liveState", "predictedLiveState", "normalizedLiveState"].map(|state| {
            let text = item[state].as_str().unwrap_or("null");
            (state, serde_json::from_str::<Value>(text).unwrap())
        });
        for (number, (state, manifest)) in sides.iter_mut().enumerate() {
            if manifest.is_object() {
                // Different on both sides, so that the planted fields are changes.
                plant_manifest(
                    &kind,
                    manifest,
                    &format!("{CANARY}{}", number % 2 + usize::from(*state == "liveState")),
                );
                item[*state] = Value::String(manifest.to_string());
                planted += 1;
            }
        }
    }
    planted
}

fn plant_manifest(kind: &str, manifest: &mut Value, secret: &str) {
    let url = format!("https://robot:{secret}@git.example.com/x");
    let text = format!("db:\n  user: shop\n  password: {secret}\n  url: postgres://shop:{secret}@db/shop\n");
    match kind {
        "Secret" => {
            manifest["data"]["planted"] = json!(secret);
            manifest["stringData"] = json!({"planted": secret});
        }
        "ConfigMap" => {
            manifest["data"]["DB_PASSWORD"] = json!(secret);
            manifest["data"]["clientSecret"] = json!(secret);
            manifest["data"]["upstream"] = json!(url);
            manifest["data"]["planted.yaml"] = json!(text);
            manifest["data"]["planted.json"] = json!(format!("{{\"apiKey\": \"{secret}\"}}"));
        }
        _ => {}
    }
    manifest["metadata"]["annotations"]["shop.example.com/api-token"] = json!(secret);
    manifest["metadata"]["annotations"]["shop.example.com/upstream"] = json!(url);
    if let Some(containers) = manifest
        .pointer_mut("/spec/template/spec/containers")
        .and_then(Value::as_array_mut)
    {
        for container in containers {
            if container["env"].is_null() {
                container["env"] = json!([]);
            }
            let env = container["env"].as_array_mut().unwrap();
            env.push(json!({"name": "PAYMENT_API_KEY", "value": secret}));
            env.push(json!({"name": "UPSTREAM", "value": url}));
            container["args"] = json!(["--verbose", "--password", secret, format!("--auth-token={secret}")]);
        }
    }
    let mut applied = manifest.clone();
    applied["metadata"]["annotations"] = json!({"shop.example.com/api-token": secret});
    manifest["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(applied.to_string());
}

fn plant_conditions(answer: &mut Value) -> usize {
    let mut planted = 0;
    for condition in answer["status"]["conditions"].as_array_mut().into_iter().flatten() {
        let message = condition["message"].as_str().unwrap();
        condition["message"] = json!(format!(
            "cannot clone https://robot:{CANARY}@git.example.com/x with token={CANARY}: {message}"
        ));
        planted += 1;
    }
    planted
}
