//! Drawing the questions of a form: from fields and answers to what a page shows.

use catalogue::{Field, Kind, TextFormat};
use kernel::{FieldError, Words};
use serde_json::Value;
use web::{Choice, FormErrors, Visitor};

use crate::draft::Answers;
use crate::{Room, body_choice, division};

/// A choice of few answers is shown at once, one of many behind a list.
const RADIOS_MAX: usize = 6;

/// One question, ready to be drawn.
#[derive(Debug, Clone)]
pub(crate) struct FieldView {
    /// Name and id of the input; inside lists `members.0.name`.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) error: String,
    pub(crate) optional: bool,
    pub(crate) control: Control,
}

/// How a question is answered.
#[derive(Debug, Clone)]
pub(crate) enum Control {
    Line { value: String, inputmode: &'static str, autocomplete: &'static str, width: &'static str },
    Area { value: String },
    Date { value: String },
    Radios { choices: Vec<Choice> },
    Select { choices: Vec<Choice> },
    List { rows: Vec<Row>, can_add: bool },
}

/// One entry of a list.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// `members.0`, for the button that takes it out.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) fields: Vec<FieldView>,
    pub(crate) can_remove: bool,
}

/// Turns fields into views.
pub(crate) struct Drawing<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) room: &'a Room,
    pub(crate) errors: &'a FormErrors,
    /// The list that gets one empty entry more.
    pub(crate) add: &'a str,
}

impl Drawing<'_> {
    /// The views of these fields with their answers.
    pub(crate) fn draw<'f>(
        &self,
        fields: impl IntoIterator<Item = &'f Field>,
        answers: &Answers,
    ) -> Vec<FieldView> {
        let one =
            |field: &Field| self.field(field, &field.name, answers.get(&field.name).unwrap_or(&Value::Null));
        fields.into_iter().map(one).collect()
    }

    fn field(&self, field: &Field, name: &str, value: &Value) -> FieldView {
        FieldView {
            name: name.to_owned(),
            label: self.pick(&field.label),
            hint: self.pick(&field.hint),
            error: self.errors.get(name).to_owned(),
            // A field that other answers made necessary is not "optional" beside its error.
            optional: !field.required && self.errors.get(name).is_empty(),
            control: self.control(field, name, value),
        }
    }

    fn control(&self, field: &Field, name: &str, value: &Value) -> Control {
        let value_typed = catalogue::typed(field, value);
        let line = |inputmode, autocomplete, width| Control::Line {
            value: value_typed.clone(),
            inputmode,
            autocomplete,
            width,
        };
        match &field.kind {
            Kind::Text { multiline: true, .. } => Control::Area { value: value_typed },
            Kind::Text { format: TextFormat::Mobile, .. } => line("tel", "tel", "short"),
            Kind::Text { format: TextFormat::ResidentId | TextFormat::Uscc, .. } => line("", "off", ""),
            Kind::Text { .. } => line("", "", ""),
            Kind::Number { whole: true, .. } => line("numeric", "off", "short"),
            Kind::Number { whole: false, .. } | Kind::Money { .. } => line("decimal", "off", "short"),
            Kind::Date => Control::Date { value: value_typed },
            Kind::YesNo => {
                let choice = |word: &str, key: &str| {
                    Choice::new(word, self.visitor.t(key)).chosen_if(value_typed == word)
                };
                Control::Radios {
                    choices: vec![choice("true", "applications-yes"), choice("false", "applications-no")],
                }
            }
            Kind::Choice { options } => {
                let choice = |option: &catalogue::Choice| {
                    Choice::new(&option.value, self.pick(&option.label))
                        .chosen_if(value_typed == option.value)
                };
                one_of(options.iter().map(choice).collect())
            }
            Kind::Body { department, level } => {
                let bodies = self.room.bodies();
                let choice = |body: &cases::Body| {
                    Choice::new(&body.slug, self.pick(&body.name)).chosen_if(value_typed == body.slug)
                };
                let wanted = body_choice::choices(&bodies, department.as_deref(), *level);
                Control::Select { choices: wanted.map(choice).collect() }
            }
            Kind::Division => Control::Select { choices: divisions(&value_typed) },
            Kind::List { fields, min, max } => self.list(field, fields, name, value, (*min, *max)),
        }
    }

    fn list(
        &self,
        field: &Field,
        fields: &[Field],
        name: &str,
        value: &Value,
        (min, max): (u64, u64),
    ) -> Control {
        let none = Vec::new();
        let entries = value.as_array().unwrap_or(&none);
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let extra = usize::from(self.add == name);
        // At least one empty entry is there to be filled in where one is needed.
        let shown = (entries.len() + extra).max(count(min)).min(count(max));
        let rows = (0..shown).map(|index| {
            let entry = entries.get(index).unwrap_or(&Value::Null);
            let row = format!("{name}.{index}");
            let inner = |inner: &Field| {
                let value = entry.get(&inner.name).unwrap_or(&Value::Null);
                self.field(inner, &format!("{row}.{}", inner.name), value)
            };
            Row {
                title: format!("{} {}", self.pick(&field.label), index + 1),
                fields: fields.iter().map(inner).collect(),
                can_remove: shown > 1 || min == 0,
                name: row,
            }
        });
        Control::List { rows: rows.collect(), can_add: shown < count(max) }
    }

    fn pick(&self, words: &Words) -> String {
        self.visitor.pick(&words.zh, &words.en).to_owned()
    }
}

fn one_of(choices: Vec<Choice>) -> Control {
    if choices.len() > RADIOS_MAX { Control::Select { choices } } else { Control::Radios { choices } }
}

/// Cities and counties by name; a town that was chosen elsewhere stays.
fn divisions(chosen: &str) -> Vec<Choice> {
    let choice = |code: &str| Choice::new(code, division::full_name(code)).chosen_if(code == chosen);
    let mut choices = vec![choice(division::PROVINCE)];
    for city in division::inside(division::PROVINCE) {
        choices.push(choice(city.code));
        choices.extend(division::inside(city.code).map(|county| choice(county.code)));
    }
    if !chosen.is_empty() && !choices.iter().any(|choice| choice.chosen) {
        choices.push(choice(chosen));
    }
    choices
}

/// The same for the summary above the page, where each sentence needs the question that it speaks of.
pub(crate) fn summary(visitor: &Visitor, form: &catalogue::Form, errors: &[FieldError]) -> FormErrors {
    let mut shown = FormErrors::none();
    for error in errors {
        let label = label_of(visitor, form, &error.field);
        let sentence = visitor.message(&error.message);
        let text = if label.is_empty() {
            sentence
        } else {
            format!("{label}{}{sentence}", visitor.t("applications-colon"))
        };
        shown.add(input_of(&error.field), text);
    }
    shown
}

/// The question at a place in the answers: `Walkers 1 Name` for `walkers/0/name`.
pub(crate) fn label_of(visitor: &Visitor, form: &catalogue::Form, place: &str) -> String {
    let pick = |words: &Words| visitor.pick(&words.zh, &words.en).to_owned();
    let mut parts = place.split('/');
    let Some(field) = form.field(parts.next().unwrap_or_default()) else { return String::new() };
    let label = pick(&field.label);
    let Some(index) = parts.next().and_then(|index| index.parse::<usize>().ok()) else { return label };
    let row = format!("{label} {}", index + 1);
    let Kind::List { fields, .. } = &field.kind else { return row };
    let inner = parts.next().and_then(|name| fields.iter().find(|field| field.name == name));
    inner.map_or(row.clone(), |inner| format!("{row} {}", pick(&inner.label)))
}

/// Errors under the names that the inputs have: `members/0/name` is the input `members.0.name`.
pub(crate) fn errors(visitor: &Visitor, errors: &[FieldError]) -> FormErrors {
    let mut shown = FormErrors::none();
    for error in errors {
        shown.add(input_of(&error.field), visitor.message(&error.message));
    }
    shown
}

/// The input for a place in the answers.
pub(crate) fn input_of(place: &str) -> String {
    place.replace('/', ".")
}

/// Slugs and codes as names, for `Form::describe`.
pub(crate) fn name_of(visitor: &Visitor, room: &Room, named: catalogue::Named<'_>) -> Option<String> {
    match named {
        catalogue::Named::Body(slug) => {
            let bodies = room.bodies();
            bodies.by_slug(slug).map(|body| visitor.pick(&body.name.zh, &body.name.en).to_owned())
        }
        catalogue::Named::Division(code) => Some(division::full_name(code)),
    }
}
