//! Decision tables of DMN files (OMG DMN 1.2 to 1.5, XML): the subset that our own tables can say, everything else by name.

mod xml;

use jiff::civil::Date;
use kernel::Words;
use serde_json::Value;

use self::xml::Element;
use crate::expression::Expression;
use crate::fault::ExpressionFault;
use crate::node::Literal;
use crate::table::{
    Cell, CellRule, DecisionTable, HitPolicy, InputForm, OutputForm, RowForm, Scalar, TableForm,
    TableFormRule, fit_literal, read_literal,
};
use crate::types::Type;
use crate::value::{Val, read_date};

/// Something in a DMN file that cannot be taken over, with its line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {rule}")]
pub struct DmnFault {
    /// Line of the file, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub rule: DmnRule,
}

/// Why something cannot be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DmnRule {
    /// Too many bytes.
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    /// Nested too deep, too many elements, or a tag that is too large.
    #[error("too deep or too many elements")]
    TooComplex,
    /// Not well-formed.
    #[error("not well-formed: {0}")]
    Xml(String),
    /// A document type declaration: it could make us read other files.
    #[error("a document type declaration is not allowed")]
    Doctype,
    /// An entity of the file's own.
    #[error("the entity &{0}; is not allowed")]
    Entity(String),
    /// Not a DMN model of a known version.
    #[error("not a DMN model of version 1.2 to 1.5")]
    NotDmn,
    /// No decision table in it.
    #[error("there is no decision table in this file")]
    NoTable,
    /// A part of DMN that tables here cannot say.
    #[error("{0} cannot be taken over")]
    NotSupported(String),
    /// An input that is not just a fact.
    #[error("{0:?} is no name of a fact, such as form.age; calculations cannot be taken over")]
    NotAFact(String),
    /// A type that is not one of the simple ones.
    #[error("the type {0} is not known; use string, boolean, number, integer or date")]
    UnknownType(String),
    /// A cell.
    #[error(transparent)]
    Cell(#[from] CellRule),
    /// An expression.
    #[error(transparent)]
    Expression(#[from] ExpressionFault),
    /// The table as a whole.
    #[error(transparent)]
    Table(#[from] TableFormRule),
}

/// Every decision table of a file. A name without a group (`age`) is taken to be a field of the form (`form.age`).
pub fn import_dmn(xml: &str) -> Result<Vec<DecisionTable>, DmnFault> {
    let definitions = xml::read(xml)?;
    let mut tables = Vec::new();
    for element in &definitions.children {
        match element.name.as_str() {
            "decision" => tables.push(decision(element)?),
            "businessKnowledgeModel" | "decisionService" | "itemDefinition" | "import" => {
                return Err(not_supported(element, &element.name));
            }
            _ => {} // input data, knowledge sources, drawings: they decide nothing
        }
    }
    if tables.is_empty() {
        Err(DmnFault { line: definitions.line, rule: DmnRule::NoTable })
    } else {
        Ok(tables)
    }
}

fn fault(element: &Element, rule: impl Into<DmnRule>) -> DmnFault {
    DmnFault { line: element.line, rule: rule.into() }
}

fn not_supported(element: &Element, what: &str) -> DmnFault {
    fault(element, DmnRule::NotSupported(what.to_owned()))
}

fn decision(element: &Element) -> Result<DecisionTable, DmnFault> {
    let mut found = None;
    for child in &element.children {
        match child.name.as_str() {
            "decisionTable" => found = Some(child),
            "informationRequirement" => {
                if let Some(required) = child.child("requiredDecision") {
                    return Err(not_supported(required, "a decision that needs the result of another"));
                }
            }
            "literalExpression" | "context" | "invocation" | "functionDefinition" | "relation" | "list"
            | "conditional" | "for" | "every" | "some" | "filter" => {
                return Err(not_supported(child, &child.name));
            }
            _ => {}
        }
    }
    let Some(table) = found else { return Err(fault(element, DmnRule::NoTable)) };
    let title = element.attribute("name").unwrap_or_default();
    let name = element.attribute("id").unwrap_or(title);
    let form = TableForm {
        name: name.to_owned(),
        label: Words::new(title, title),
        hit: hit_policy(table)?,
        inputs: table.all("input").map(input).collect::<Result<_, _>>()?,
        outputs: table.all("output").map(|output| result(output, element)).collect::<Result<_, _>>()?,
        rules: Vec::new(),
    };
    let notes: Vec<&str> =
        table.all("annotation").map(|note| note.attribute("name").unwrap_or_default()).collect();
    let rules = table.all("rule").map(|rule| row(rule, &form, &notes)).collect::<Result<_, _>>()?;
    DecisionTable::read(TableForm { rules, ..form }).map_err(|faults| {
        let Some(first) = faults.into_iter().next() else { return fault(table, DmnRule::NoTable) };
        let rule = first.row.and_then(|row| table.all("rule").nth(row.saturating_sub(1)));
        fault(rule.unwrap_or(table), first.rule)
    })
}

fn hit_policy(table: &Element) -> Result<HitPolicy, DmnFault> {
    let policy = table.attribute("hitPolicy").unwrap_or("UNIQUE");
    let aggregation = table.attribute("aggregation");
    match (policy, aggregation) {
        ("UNIQUE", None) => Ok(HitPolicy::Unique),
        ("FIRST", None) => Ok(HitPolicy::First),
        ("ANY", None) => Ok(HitPolicy::Any),
        ("PRIORITY", None) => Ok(HitPolicy::Priority),
        ("RULE ORDER", None) => Ok(HitPolicy::RuleOrder),
        ("COLLECT", None) => Ok(HitPolicy::Collect),
        ("COLLECT", Some("SUM")) => Ok(HitPolicy::CollectSum),
        ("COLLECT", Some("MIN")) => Ok(HitPolicy::CollectMin),
        ("COLLECT", Some("MAX")) => Ok(HitPolicy::CollectMax),
        ("COLLECT", Some("COUNT")) => Ok(HitPolicy::CollectCount),
        (policy, _) => Err(not_supported(table, &format!("the hit policy {policy}"))),
    }
}

fn input(element: &Element) -> Result<InputForm, DmnFault> {
    let Some(asked) = element.child("inputExpression") else {
        return Err(fault(element, DmnRule::NotAFact(String::new())));
    };
    refuse_other_language(asked)?;
    let kind = type_of(asked)?;
    let label = element.attribute("label").unwrap_or_default();
    let values = element.child("inputValues").map(|values| cell(values, kind)).transpose()?;
    Ok(InputForm { label: Words::new(label, label), expression: fact(asked, asked.said())?, kind, values })
}

fn result(element: &Element, decision: &Element) -> Result<OutputForm, DmnFault> {
    if let Some(default) = element.child("defaultOutputEntry") {
        return Err(not_supported(default, "a default result"));
    }
    let variable = decision.child("variable");
    // A single result needs no name of its own: it is the value of the decision's variable, which has the type then.
    let named = element.attribute("name").or_else(|| variable?.attribute("name"));
    let named = named.or_else(|| decision.attribute("name")).unwrap_or_default();
    let typed = if element.attribute("typeRef").is_some() { element } else { variable.unwrap_or(element) };
    let kind = type_of(typed)?;
    let mut values = Vec::new();
    if let Some(allowed) = element.child("outputValues") {
        let cell = Cell::parse(allowed.said(), kind, false).map_err(|rule| fault(allowed, rule))?;
        values.extend(cell.literals().map(scalar));
    }
    let label = element.attribute("label").unwrap_or(named);
    Ok(OutputForm { id: named.to_owned(), label: Words::new(label, label), kind, values })
}

fn row(rule: &Element, form: &TableForm, notes: &[&str]) -> Result<RowForm, DmnFault> {
    let (asked, given): (Vec<_>, Vec<_>) =
        (rule.all("inputEntry").collect(), rule.all("outputEntry").collect());
    for (cells, columns) in [(&asked, form.inputs.len()), (&given, form.outputs.len())] {
        if cells.len() != columns {
            return Err(fault(rule, TableFormRule::Cells { given: cells.len(), columns }));
        }
    }
    let when = asked.iter().zip(&form.inputs).map(|(entry, input)| cell(entry, input.kind).map(Scalar::Text));
    let then = given.iter().zip(&form.outputs).map(|(entry, output)| result_cell(entry, output.kind));
    let note = rule.child("description").map(|description| description.text.trim().to_owned());
    let mut row = RowForm {
        when: when.collect::<Result<_, _>>()?,
        then: then.collect::<Result<_, _>>()?,
        basis: None,
        from: None,
        until: None,
        note: note.filter(|note| !note.is_empty()),
    };
    for (entry, name) in rule.all("annotationEntry").zip(notes.iter().chain(std::iter::repeat(&""))) {
        annotate(&mut row, entry, name)?;
    }
    Ok(row)
}

/// Annotations named `basis`, `from` and `until` are what our tables know under these names; others are remarks.
fn annotate(row: &mut RowForm, entry: &Element, name: &str) -> Result<(), DmnFault> {
    let said = entry.said();
    if said.is_empty() {
        return Ok(());
    }
    let day = || -> Result<Option<Date>, DmnFault> {
        let no_date = || fault(entry, CellRule::NoValue(said.to_owned()));
        read_date(said).map(Some).ok_or_else(no_date)
    };
    match name.trim() {
        "basis" | "依据" => row.basis = Some(said.to_owned()),
        "from" | "起" => row.from = day()?,
        "until" | "止" => row.until = day()?,
        _ => {
            let before = row.note.take().map(|note| note + "; ").unwrap_or_default();
            row.note = Some(before + said);
        }
    }
    Ok(())
}

/// A cell of unary tests, in our spelling. An empty one asks nothing.
fn cell(entry: &Element, kind: Type) -> Result<String, DmnFault> {
    refuse_other_language(entry)?;
    let said = if entry.said().is_empty() { "-" } else { entry.said() };
    Cell::parse(said, kind, false).map(|cell| cell.to_string()).map_err(|rule| fault(entry, rule))
}

/// A cell of results: a plain value, or a fact.
fn result_cell(entry: &Element, kind: Type) -> Result<Scalar, DmnFault> {
    refuse_other_language(entry)?;
    let said = entry.said();
    let Some(literal) = read_literal(said) else {
        return fact(entry, said).map(|expression| Scalar::Text(expression.source().to_owned()));
    };
    let wrong = || fault(entry, CellRule::WrongType { value: said.to_owned(), column: kind });
    fit_literal(literal, kind).map(|literal| scalar(&literal)).ok_or_else(wrong)
}

fn scalar(literal: &Literal) -> Scalar {
    match Val::of_literal(literal).to_json() {
        Value::Bool(yes) => Scalar::Bool(yes),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| Scalar::Number(number.as_f64().unwrap_or(0.0)), Scalar::Int)
        }
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Scalar::Text(literal.to_string())
        }
    }
}

/// A fact by its name; nothing else that FEEL could say.
fn fact(element: &Element, said: &str) -> Result<Expression, DmnFault> {
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !said.split('.').all(is_name) || matches!(said, "true" | "false" | "null") {
        return Err(fault(element, DmnRule::NotAFact(said.chars().take(60).collect())));
    }
    let path = if said.contains('.') { said.to_owned() } else { format!("form.{said}") };
    Expression::parse(&path).map_err(|rule| fault(element, rule))
}

fn refuse_other_language(element: &Element) -> Result<(), DmnFault> {
    match element.attribute("expressionLanguage") {
        Some(language) if !language.to_ascii_lowercase().contains("feel") => {
            Err(not_supported(element, &format!("the expression language {language}")))
        }
        Some(_) | None => Ok(()),
    }
}

fn type_of(element: &Element) -> Result<Type, DmnFault> {
    let Some(name) = element.attribute("typeRef") else { return Ok(Type::Unknown) };
    match name.rsplit(':').next().unwrap_or(name) {
        "string" => Ok(Type::Text),
        "boolean" => Ok(Type::Bool),
        "number" | "double" => Ok(Type::Number),
        "integer" | "long" => Ok(Type::Int),
        "date" => Ok(Type::Date),
        "Any" => Ok(Type::Unknown),
        other => Err(fault(element, DmnRule::UnknownType(other.to_owned()))),
    }
}
