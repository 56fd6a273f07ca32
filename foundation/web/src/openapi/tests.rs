//! The document that machines read.

use axum::http::Method;
use kernel::Permission;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::*;
use crate::{Operation, Routes};

/// A dog.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Dog {
    /// What it is called.
    name: String,
    owner: Owner,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Owner {
    Person,
    Shelter,
}

#[derive(IntoParams)]
#[expect(dead_code, reason = "only described")]
struct Filter {
    /// The last dog seen.
    after: Option<String>,
}

fn info() -> ApiInfo {
    ApiInfo {
        title: "Dogs".into(),
        version: "1".into(),
        description: "about dogs".into(),
        server: "/".into(),
    }
}

fn specs(second_id: &'static str) -> Vec<crate::RouteSpec> {
    let persons = Permission::persons("dogs.register");
    let list = Operation::new("listDogs", "Lists")
        .tag("dogs")
        .query::<Filter>()
        .returns::<Vec<Dog>>(200, "some dogs");
    let add = Operation::new(second_id, "Adds")
        .tag("dogs")
        .body::<Dog>()
        .returns::<Dog>(201, "the dog")
        .idempotent();
    let scan = Operation::new("getScan", "Scan").path_param("id", "the dog").returns_file("image/png");
    let upload = Operation::new("putScan", "Scan")
        .path_param("id", "the dog")
        .multipart()
        .returns_nothing(204, "kept");
    let routes: Routes = Routes::new()
        .api(Method::GET, "/api/dogs", Permission::everyone("dogs.list"), async || "", list)
        .api(Method::POST, "/api/dogs", persons, async || "", add)
        .api(Method::GET, "/api/dogs/{id}/scan", persons, async || "", scan)
        .api(Method::PUT, "/api/dogs/{id}/scan", persons, async || "", upload)
        .page(Method::GET, "/dogs", persons, async || "");
    routes.finish().1
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|part| references(part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_document_is_whole() {
    let document = openapi(&specs("addDog"), &info());
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let dogs = &document["paths"]["/api/dogs"];
    assert_eq!(
        dogs["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/Dog"
    );
    assert_eq!(dogs["post"]["security"], serde_json::json!([{"bearer": []}]));
    assert_eq!(dogs["post"]["parameters"][0]["name"], "Idempotency-Key");
    assert_eq!(
        dogs["post"]["responses"]["422"]["content"]["application/problem+json"]["schema"]["$ref"],
        "#/components/schemas/Problem"
    );
    assert_eq!(dogs["get"]["security"], serde_json::json!([]));
    assert_eq!(dogs["get"]["parameters"][0]["in"], "query");
    let items = &dogs["get"]["responses"]["200"]["content"]["application/json"]["schema"]["items"];
    assert_eq!(items["properties"]["owner"]["$ref"], "#/components/schemas/Owner");
    let owner = &document["components"]["schemas"]["Owner"];
    assert_eq!(owner["enum"], serde_json::json!(["person", "shelter"]));
    assert!(document["paths"].get("/dogs").is_none(), "pages are not part of the API");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 5);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
#[should_panic(expected = "operation id listDogs is used by /api/dogs and /api/dogs")]
fn an_operation_id_cannot_be_there_twice() {
    openapi(&specs("listDogs"), &info());
}
