//! The description of one endpoint, for OpenAPI.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::schema::Schema;
use utoipa::{IntoParams, ToSchema};

/// A schema with the named schemas that it refers to.
type Named = (String, RefOr<Schema>);

/// The description of one endpoint (接口说明).
#[derive(Clone)]
pub struct Operation {
    pub(crate) id: &'static str,
    summary: &'static str,
    description: Option<&'static str>,
    pub(crate) tag: Option<&'static str>,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: BTreeMap<String, Value>,
    pub(crate) schemas: Vec<Named>,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Operation {
    /// An endpoint with its id, unique over the whole API, and one line of what it does.
    pub fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            description: None,
            tag: None,
            parameters: Vec::new(),
            body: None,
            responses: BTreeMap::new(),
            schemas: Vec::new(),
        }
    }

    /// Says more than the summary.
    #[must_use]
    pub fn description(mut self, text: &'static str) -> Self {
        self.description = Some(text);
        self
    }

    /// The chapter of the API to which it belongs.
    #[must_use]
    pub fn tag(mut self, tag: &'static str) -> Self {
        self.tag = Some(tag);
        self
    }

    /// A parameter in braces in the path.
    #[must_use]
    pub fn path_param(self, name: &'static str, description: &'static str) -> Self {
        self.parameter("path", name, description, true)
    }

    /// One parameter of the query.
    #[must_use]
    pub fn query_param(self, name: &'static str, description: &'static str, required: bool) -> Self {
        self.parameter("query", name, description, required)
    }

    fn parameter(mut self, place: &str, name: &str, description: &str, required: bool) -> Self {
        self.parameters.push(json!({
            "name": name, "in": place, "description": description, "required": required,
            "schema": {"type": "string"},
        }));
        self
    }

    /// All parameters of the query, from their type.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        let parameters = T::into_params(|| Some(ParameterIn::Query));
        self.parameters.extend(parameters.into_iter().map(|parameter| value(&parameter)));
        self
    }

    /// The JSON body.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        let schema = self.schema::<T>();
        self.body = Some(json!({"required": true, "content": {"application/json": {"schema": schema}}}));
        self
    }

    /// The body is a form with files.
    #[must_use]
    pub fn multipart(mut self) -> Self {
        let file = json!({"type": "string", "contentMediaType": "application/octet-stream"});
        let schema = json!({"type": "object", "properties": {"file": file}, "required": ["file"]});
        self.body = Some(json!({"required": true, "content": {"multipart/form-data": {"schema": schema}}}));
        self
    }

    /// An answer with a JSON body.
    #[must_use]
    pub fn returns<T: ToSchema>(mut self, status: u16, description: &str) -> Self {
        let schema = self.schema::<T>();
        let answer = json!({"description": description, "content": {"application/json": {"schema": schema}}});
        self.responses.insert(status.to_string(), answer);
        self
    }

    /// An answer without a body.
    #[must_use]
    pub fn returns_nothing(mut self, status: u16, description: &str) -> Self {
        self.responses.insert(status.to_string(), json!({"description": description}));
        self
    }

    /// The answer is a file.
    #[must_use]
    pub fn returns_file(mut self, content_type: &str) -> Self {
        let content = json!({content_type: {}});
        self.responses.insert("200".into(), json!({"description": "the file", "content": content}));
        self
    }

    /// The endpoint takes an `Idempotency-Key` header.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "1 to 200 visible ASCII characters; the same request with the same key is done once \
                and answered alike.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        }));
        self
    }

    /// A reference to the schema of a named type, or the schema itself of a plain or listing one.
    fn schema<T: ToSchema>(&mut self) -> Value {
        T::schemas(&mut self.schemas);
        let schema = T::schema();
        let name = T::name().into_owned();
        match &schema {
            RefOr::T(Schema::Object(object))
                if object.properties.is_empty() && object.enum_values.is_none() =>
            {
                value(&schema)
            }
            RefOr::T(Schema::Object(_) | Schema::OneOf(_) | Schema::AllOf(_) | Schema::AnyOf(_)) => {
                self.schemas.push((name.clone(), schema));
                json!({"$ref": format!("#/components/schemas/{name}")})
            }
            RefOr::T(_) | RefOr::Ref(_) => value(&schema),
        }
    }

    /// The operation object (OpenAPI 3.1 §4.8.10), with the answers that every endpoint can give.
    pub(crate) fn object(&self, needs_token: bool) -> Value {
        let mut responses = self.responses.clone();
        let mut problem = |status: &str, description: &str| {
            let content =
                json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
            let answer = json!({"description": description, "content": content});
            responses.entry(status.to_owned()).or_insert(answer);
        };
        if needs_token {
            problem("401", "The bearer token is missing, wrong or out of date.");
            problem("403", "The token does not allow this.");
        }
        if self.parameters.iter().any(|parameter| parameter["in"] == "path") {
            problem("404", "Nothing that this token may see is there.");
        }
        if self.body.is_some() {
            problem("400", "The request cannot be read.");
            problem("413", "The request is too large.");
            problem("415", "The content type is not accepted.");
            problem("422", "The request breaks a rule; every broken field is listed.");
        }
        problem("429", "Too many requests; Retry-After says when to come back.");
        problem("500", "A fault of the platform.");
        problem("503", "A part that is needed does not answer; Retry-After says when to come back.");
        let mut object = Map::new();
        object.insert("operationId".into(), self.id.into());
        object.insert("summary".into(), self.summary.into());
        if let Some(text) = self.description {
            object.insert("description".into(), text.into());
        }
        object.insert("tags".into(), json!([self.tag.unwrap_or("general")]));
        if !self.parameters.is_empty() {
            object.insert("parameters".into(), self.parameters.clone().into());
        }
        if let Some(body) = &self.body {
            object.insert("requestBody".into(), body.clone());
        }
        object.insert("responses".into(), json!(responses));
        object.insert("security".into(), if needs_token { json!([{"bearer": []}]) } else { json!([]) });
        Value::Object(object)
    }
}

/// utoipa's own types always serialise; should one not, its place in the document stays empty.
pub(crate) fn value(part: &impl serde::Serialize) -> Value {
    serde_json::to_value(part).unwrap_or_default()
}
