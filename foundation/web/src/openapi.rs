//! The description of the API: OpenAPI 3.1.

use std::collections::BTreeMap;

use kernel::Audience;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::operation::value;
use crate::{RouteKind, RouteSpec};

/// What the document says about the API as a whole.
#[derive(Debug, Clone)]
pub struct ApiInfo {
    /// Its title.
    pub title: String,
    /// The program's version.
    pub version: String,
    /// A paragraph on what it is for.
    pub description: String,
    /// Where it is reached, such as `https://example.gov.cn`; `/` where that is not known.
    pub server: String,
}

/// A problem document (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A reference to what this kind of problem means.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// The request's name in the platform's log.
    pub request_id: String,
    /// The fields that break a rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemField>,
}

/// One field that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemField {
    /// The field as a JSON pointer without its leading slash.
    pub field: String,
    /// The rule, as a stable key.
    pub rule: String,
    /// The rule in words.
    pub detail: String,
}

/// The OpenAPI document of all endpoints among the routes.
///
/// # Panics
/// When two endpoints have the same operation id, or two different schemas the same name: both are faults of the
/// program that show at its start.
pub fn openapi(specs: &[RouteSpec], info: &ApiInfo) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas = BTreeMap::new();
    let mut ids = BTreeMap::new();
    keep(&mut schemas, problem_schemas());
    for spec in specs {
        let RouteKind::Api(operation) = &spec.kind else { continue };
        if let Some(other) = ids.insert(operation.id, &spec.path) {
            panic!("operation id {} is used by {other} and {}", operation.id, spec.path);
        }
        keep(&mut schemas, operation.schemas.iter().map(|(name, schema)| (name.clone(), value(schema))));
        let mut object = operation.object(spec.permission.audience != Audience::Everyone);
        object["x-permission"] = spec.permission.name.into();
        let methods = paths.entry(template(&spec.path)).or_insert_with(|| json!({}));
        methods[spec.method.as_str().to_ascii_lowercase()] = object;
    }
    paths.sort_keys();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": info.title, "version": info.version, "description": info.description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": info.server}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    })
}

/// axum writes the rest of a path as `{*name}`; OpenAPI has only `{name}`.
fn template(path: &str) -> String {
    path.replace("{*", "{")
}

fn problem_schemas() -> Vec<(String, Value)> {
    let mut schemas = Vec::new();
    Problem::schemas(&mut schemas);
    schemas.push((Problem::name().into_owned(), <Problem as utoipa::PartialSchema>::schema()));
    schemas.iter().map(|(name, schema)| (name.clone(), value(schema))).collect()
}

fn keep(schemas: &mut BTreeMap<String, Value>, more: impl IntoIterator<Item = (String, Value)>) {
    for (name, schema) in more {
        let old = schemas.insert(name.clone(), schema);
        assert!(old.is_none_or(|old| old == schemas[&name]), "two different schemas are called {name}");
    }
}

#[cfg(test)]
mod tests;
