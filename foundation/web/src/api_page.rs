//! `/api`: the description of the API to read, made from the same document that machines get.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde_json::Value;

use crate::{AppError, Shell, Visitor, page, render};

/// One endpoint.
struct Endpoint {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    permission: String,
    needs_token: bool,
    parameters: Vec<Row>,
    body: String,
    answers: Vec<Row>,
}

/// A line of a table: parameter, field or answer.
struct Row {
    name: String,
    place: String,
    meaning: String,
    kind: String,
    required: bool,
}

/// A chapter of endpoints.
struct Chapter {
    tag: String,
    endpoints: Vec<Endpoint>,
}

/// A named shape of data.
struct SchemaTable {
    name: String,
    meaning: String,
    fields: Vec<Row>,
}

/// A kind of problem.
struct ProblemKind {
    key: &'static str,
    title: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    shell: Shell,
    chapters: Vec<Chapter>,
    schemas: Vec<SchemaTable>,
    problems: Vec<ProblemKind>,
}

pub(crate) async fn show(State(document): State<Arc<Value>>, visitor: Visitor) -> Result<Response, AppError> {
    let problems = render::KINDS.map(|key| ProblemKind {
        key,
        title: visitor.t(&format!("web-problem-{key}-title")),
        detail: visitor.t(&format!("web-problem-{key}-detail")),
    });
    page(&ApiPage {
        shell: Shell::new(&visitor, visitor.t("web-api-title")),
        chapters: chapters(&document),
        schemas: schemas(&document),
        problems: problems.into_iter().collect(),
    })
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn items(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn chapters(document: &Value) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for (path, methods) in items(&document["paths"]) {
        for (method, operation) in items(methods) {
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            let endpoint = endpoint(path, method, operation);
            match chapters.iter_mut().find(|chapter| chapter.tag == tag) {
                Some(chapter) => chapter.endpoints.push(endpoint),
                None => chapters.push(Chapter { tag: tag.to_owned(), endpoints: vec![endpoint] }),
            }
        }
    }
    chapters.sort_by(|a, b| a.tag.cmp(&b.tag));
    chapters
}

fn endpoint(path: &str, method: &str, operation: &Value) -> Endpoint {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    Endpoint {
        id: text(operation, "operationId"),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        permission: text(operation, "x-permission"),
        needs_token: operation["security"].as_array().is_some_and(|list| !list.is_empty()),
        parameters: parameters.map(parameter).collect(),
        body: content(&operation["requestBody"]),
        answers: items(&operation["responses"])
            .map(|(status, answer)| Row {
                name: status.clone(),
                place: String::new(),
                meaning: text(answer, "description"),
                kind: content(answer),
                required: false,
            })
            .collect(),
    }
}

fn parameter(value: &Value) -> Row {
    Row {
        name: text(value, "name"),
        place: text(value, "in"),
        meaning: text(value, "description"),
        kind: kind(&value["schema"]),
        required: value["required"] == true,
    }
}

/// The kind of the first content of a body or an answer.
fn content(value: &Value) -> String {
    items(&value["content"])
        .next()
        .map(|(media, content)| match kind(&content["schema"]) {
            shape if shape.is_empty() => media.clone(),
            shape => shape,
        })
        .unwrap_or_default()
}

/// A schema in a few words: `string (date)`, `[Dog]`, `Dog | null`.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema[choice].as_array() {
            let joiner = if choice == "allOf" { " + " } else { " | " };
            return parts.iter().map(kind).collect::<Vec<_>>().join(joiner);
        }
    }
    if schema["items"].is_object() {
        return format!("[{}]", kind(&schema["items"]));
    }
    let base = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    };
    match schema["format"].as_str() {
        Some(format) => format!("{base} ({format})"),
        None => base,
    }
}

fn schemas(document: &Value) -> Vec<SchemaTable> {
    items(&document["components"]["schemas"])
        .map(|(name, schema)| {
            let required = |field: &str| {
                schema["required"].as_array().is_some_and(|list| list.iter().any(|name| name == field))
            };
            let mut fields: Vec<Row> = items(&schema["properties"])
                .map(|(field, shape)| Row {
                    name: field.clone(),
                    place: String::new(),
                    meaning: text(shape, "description"),
                    kind: kind(shape),
                    required: required(field),
                })
                .collect();
            if fields.is_empty() {
                fields.extend(values(schema));
            }
            SchemaTable { name: name.clone(), meaning: text(schema, "description"), fields }
        })
        .collect()
}

/// The words of an enumeration, or the shapes of a choice.
fn values(schema: &Value) -> impl Iterator<Item = Row> {
    let row = |name: String, kind: String| Row {
        name,
        place: String::new(),
        meaning: String::new(),
        kind,
        required: false,
    };
    let words = schema["enum"].as_array().into_iter().flatten();
    let words = words.map(move |word| row(word.as_str().unwrap_or_default().to_owned(), "string".into()));
    let shape = if schema["enum"].is_array() { String::new() } else { kind(schema) };
    words.chain((!shape.is_empty()).then(|| row("—".into(), shape)))
}
