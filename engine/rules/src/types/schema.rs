//! The types of a form from its JSON Schema.

use serde_json::{Map, Value};

use super::{Type, Types};

/// How deep a form may be nested; also ends a schema that refers to itself.
const DEPTH_MAX: usize = 8;

impl Types {
    /// Adds every field that a form's JSON Schema names, below a root such as `form`. Fields that appear only under `then`,
    /// `else`, `allOf` and the like are fields too: they may be missing, which every rule can bear.
    #[must_use]
    pub fn with_schema(mut self, root: &str, schema: &Value) -> Self {
        self.0.insert(root.to_owned(), Type::Object);
        Walk { whole: schema, types: &mut self }.properties(root, schema, 0);
        self
    }
}

struct Walk<'a> {
    whole: &'a Value,
    types: &'a mut Types,
}

impl<'a> Walk<'a> {
    fn properties(&mut self, path: &str, schema: &'a Value, depth: usize) {
        if depth >= DEPTH_MAX {
            return;
        }
        let schema = self.resolved(schema);
        for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.field(&format!("{path}.{name}"), field, depth + 1);
        }
        let branches = ["if", "then", "else"].iter().filter_map(|key| schema.get(*key));
        let lists =
            ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
        let dependent =
            schema.get("dependentSchemas").and_then(Value::as_object).into_iter().flat_map(Map::values);
        for branch in branches.chain(lists).chain(dependent) {
            self.properties(path, branch, depth + 1);
        }
    }

    fn field(&mut self, path: &str, schema: &'a Value, depth: usize) {
        let schema = self.resolved(schema);
        let kind = kind_of(schema);
        // A branch often names a field only to ask something of it; what is known already stays.
        if kind != Type::Unknown || !self.types.0.contains_key(path) {
            self.types.0.insert(path.to_owned(), kind);
        }
        match kind {
            Type::Object => self.properties(path, schema, depth),
            Type::List => {
                if let Some(items) = schema.get("items").filter(|_| depth < DEPTH_MAX) {
                    self.field(&format!("{path}[]"), items, depth + 1);
                }
            }
            Type::Bool | Type::Int | Type::Money | Type::Number | Type::Text | Type::Date | Type::Unknown => {
            }
        }
    }

    /// The schema that a reference into the same document points to.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
        reference.and_then(|pointer| self.whole.pointer(pointer)).unwrap_or(schema)
    }
}

fn kind_of(schema: &Value) -> Type {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format"), text("x-format")) {
        (Some("boolean"), _, _) => Type::Bool,
        (Some("integer"), _, Some("money")) => Type::Money,
        (Some("integer"), _, _) => Type::Int,
        (Some("number"), _, _) => Type::Number,
        (Some("string"), Some("date"), _) => Type::Date,
        (Some("string"), _, _) => Type::Text,
        (Some("array"), _, _) => Type::List,
        (Some("object"), _, _) => Type::Object,
        (None, _, _) if schema.get("properties").is_some() => Type::Object,
        (_, _, _) => Type::Unknown,
    }
}
