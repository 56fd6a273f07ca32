//! The description of the API is a valid OpenAPI 3.1 document and speaks of every endpoint.

use serde_json::Value;

use crate::server::Place;

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_described_as_openapi_3_1() {
    let place = Place::make(None).await;
    let server = place.serve();
    let text = reqwest::get(format!("{}/api/openapi.json", server.url)).await.unwrap().text().await.unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let schema: Value = serde_json::from_str(include_str!("data/openapi-3.1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let broken = serde_json::json!({ "openapi": "3.1.0", "info": {} });
    assert!(!validator.is_valid(&broken), "the schema itself must be able to fail");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 20, "{} paths", paths.len());
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(answers) = operation["responses"].as_object() else { continue };
            assert!(
                operation["summary"].as_str().is_some_and(|s| !s.is_empty()),
                "{method} {path} has no summary"
            );
            assert!(
                answers.keys().any(|status| status.starts_with('2')),
                "{method} {path} says no good answer"
            );
        }
    }
    assert!(server.stop().success(), "a told stop is a good end");
}
