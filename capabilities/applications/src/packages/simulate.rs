//! `/desk/packages/{code}/{handling}/simulate`: what would happen with this form. Nothing is kept.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use catalogue::{Assumed, Package, Severity};
use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal};
use serde_json::{Map, Value, json};
use web::{AppError, FormErrors, FormPairs, Shell, Visitor, page};

use super::HREF;
use super::told::{Told, told};
use crate::draft::Answers;
use crate::fields::{self, Drawing, FieldView};
use crate::known::Known;
use crate::{Room, division};

/// Where most applications come in when nothing is chosen.
const DIVISION: &str = "430102";

/// A broken rule of a package that is tried.
pub(super) struct FoundRule {
    pub(super) is_error: bool,
    pub(super) at: String,
    pub(super) text: String,
    pub(super) clause: &'static str,
    pub(super) advice: &'static str,
}

/// Something that a register or a licence may answer.
struct LookupView {
    name: String,
    label: String,
    value: String,
}

#[derive(Template)]
#[template(path = "packages/simulate.html")]
struct SimulatePage {
    shell: Shell,
    errors: FormErrors,
    version: String,
    is_tried: bool,
    found: Vec<FoundRule>,
    /// Whether there is a package that can be played.
    loads: bool,
    action: String,
    division: String,
    on: String,
    lookups: Vec<LookupView>,
    fields: Vec<FieldView>,
    told: Option<Told>,
}

/// A package to play: in force, or tried.
pub(super) struct Subject<'a> {
    pub(super) package: Option<&'a Package>,
    /// What the linter says, of a tried one.
    pub(super) linted: Option<&'a catalogue::Linted>,
    pub(super) title: String,
    pub(super) action: String,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let package = in_force(&room, &code, &handling)?;
    draw(&room, &visitor, &subject(&visitor, &package), None)
}

pub(super) async fn play(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let package = in_force(&room, &code, &handling)?;
    draw(&room, &visitor, &subject(&visitor, &package), Some(&pairs))
}

fn in_force(room: &Room, code: &str, handling: &str) -> Result<Arc<Package>, Refusal> {
    room.library().current(code, handling).ok_or(Refusal::NotFound)
}

fn subject<'a>(visitor: &Visitor, package: &'a Package) -> Subject<'a> {
    let reference = &package.reference;
    Subject {
        package: Some(package),
        linted: None,
        title: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        action: format!("{HREF}/{}/{}/simulate", reference.item, reference.handling),
    }
}

/// The page, with what came of the form when one was sent.
pub(super) fn draw(
    room: &Room,
    visitor: &Visitor,
    subject: &Subject<'_>,
    pairs: Option<&FormPairs>,
) -> Result<Response, AppError> {
    let sent = |name: &str| pairs.and_then(|pairs| pairs.get(name)).unwrap_or_default().trim().to_owned();
    let today = visitor.today().to_string();
    let (division, on) = (sent("_division"), sent("_on"));
    let division = if pairs.is_none() { DIVISION.to_owned() } else { division };
    let on = if pairs.is_none() { today } else { on };
    let mut faults = Vec::new();
    let is_division = codes::DivisionCode::parse(&division).is_ok();
    if !is_division {
        faults.push(FieldError::new("_division", Message::new("packages-division-wrong")));
    }
    let day: Option<Date> = on.parse().ok();
    if day.is_none() {
        faults.push(FieldError::new("_on", Message::new("packages-day-wrong")));
    }
    let mut answers = Answers::new();
    let mut told_page = None;
    if let (Some(package), Some(pairs)) = (subject.package, pairs) {
        for step in &package.form.steps {
            let read = crate::save::http::read(package, step, pairs, &answers);
            answers.extend(read.into_iter().filter(|(_, value)| !value.is_null()));
        }
        let is_row = pairs.get("_add").is_some() || pairs.get("_remove").is_some();
        if let Some(on) = day.filter(|_| is_division && !is_row) {
            let known = known(package, pairs, on);
            let (bodies, calendar) = (room.bodies(), room.calendar.current());
            let assumed = Assumed {
                answers: &answers,
                known: &known.0,
                findings: &Map::new(),
                division: &division,
                on,
                bodies: &bodies,
                calendar,
            };
            match catalogue::simulate(package, &assumed) {
                Ok(simulation) => {
                    faults.extend(simulation.faults.clone());
                    told_page = Some(told(visitor, room, &known, &simulation, &bodies));
                }
                Err(error) => faults.extend(refused(error)),
            }
        }
    }
    let field_errors = fields::errors(visitor, &faults);
    let add = pairs.and_then(|pairs| pairs.get("_add")).unwrap_or_default();
    let drawing = Drawing { visitor, room, errors: &field_errors, add };
    let drawn = subject.package.map(|package| drawing.draw(package.form.fields(), &answers));
    let errors = match subject.package {
        Some(package) => fields::summary(visitor, &package.form, &faults),
        None => FormErrors::none(),
    };
    let shell = Shell::new(visitor, subject.title.clone())
        .crumb(visitor.t("web-desk"), "/desk")
        .crumb(visitor.t("packages-title"), HREF);
    page(&SimulatePage {
        shell,
        errors,
        version: subject.package.map(|package| package.reference.version.clone()).unwrap_or_default(),
        is_tried: subject.linted.is_some(),
        found: subject.linted.map(found).unwrap_or_default(),
        loads: subject.package.is_some(),
        action: subject.action.clone(),
        division,
        on,
        lookups: subject.package.map(|package| lookups(visitor, room, package, pairs)).unwrap_or_default(),
        fields: drawn.unwrap_or_default(),
        told: told_page,
    })
}

/// A refusal of the engine as something that can be read above the form.
fn refused(error: cases::CaseError) -> Vec<FieldError> {
    match Refusal::from(error) {
        Refusal::Invalid(errors) => errors,
        Refusal::Conflict(message) => vec![FieldError::new("_division", message)],
        Refusal::NotFound
        | Refusal::Forbidden
        | Refusal::LevelNeeded(_)
        | Refusal::Outside(_)
        | Refusal::Unauthenticated
        | Refusal::TooLarge(_)
        | Refusal::TooMany(_)
        | Refusal::Unsupported(_)
        | Refusal::Malformed(_)
        | Refusal::Unavailable
        | Refusal::Internal(_) => vec![FieldError::new("_on", Message::new("packages-stuck"))],
    }
}

fn found(linted: &catalogue::Linted) -> Vec<FoundRule> {
    let one = |fault: &catalogue::Fault| FoundRule {
        is_error: fault.rule.severity() == Severity::Error,
        at: format!("{}:{} {}", fault.file, fault.line, fault.rule.id()),
        text: fault.text.clone(),
        clause: fault.rule.clause(),
        advice: fault.rule.advice(),
    };
    linted.faults.iter().map(one).collect()
}

fn lookups(visitor: &Visitor, room: &Room, package: &Package, pairs: Option<&FormPairs>) -> Vec<LookupView> {
    let one = |lookup: &cases::Lookup| {
        let name = format!("_known.{}", lookup.id);
        LookupView {
            label: crate::known::title(visitor, room, package, lookup),
            value: pairs.and_then(|pairs| pairs.get(&name)).unwrap_or_default().to_owned(),
            name,
        }
    };
    package.process().lookups.iter().map(one).collect()
}

/// What was typed as the answer of a register or licence: `field=value`, one a line. Nothing typed: nothing found.
fn known(package: &Package, pairs: &FormPairs, on: Date) -> Known {
    let (mut register, mut licence) = (Map::new(), Map::new());
    for lookup in &package.process().lookups {
        let text = pairs.get(&format!("_known.{}", lookup.id)).unwrap_or_default();
        if text.trim().is_empty() {
            continue;
        }
        let pair = |line: &str| {
            let (field, value) = line.split_once('=')?;
            let (field, value) = (field.trim(), value.trim());
            let value = value.parse::<i64>().map_or_else(|_text| Value::from(value), Value::from);
            Some((field.to_owned(), value))
        };
        let facts = Value::Object(text.lines().filter_map(pair).collect());
        let root = if lookup.register.is_some() { &mut register } else { &mut licence };
        root.insert(lookup.id.clone(), facts);
    }
    let found = json!({ "register": register, "licence": licence });
    Known(found.as_object().cloned().unwrap_or_default(), on)
}

/// The name of a division, for the heading of what came of it.
pub(super) fn division_name(code: &str) -> String {
    division::full_name(code)
}
