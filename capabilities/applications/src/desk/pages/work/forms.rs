//! The forms of commands that need no page of their own shape: each is a list of inputs. A new command of this kind is one
//! arm in [`of`], one in [`read`], and its words.

use cases::{AskFor, Asked, Conclusion, Ground, Level, StageKind, Task, Votes};
use kernel::{Message, Refusal, TaskId};
use legal_time::{Limit, Unit};
use serde::de::DeserializeOwned;
use serde_json::Value;
use web::{Choice, FormErrors, FormPairs};

use super::Place;
use crate::desk::DeskCommand;
use crate::desk::actions::DeskAction;
use crate::desk::away;
use crate::desk::findings::Input;
use crate::desk::names::{self, pick};

/// A form made of inputs.
pub(in crate::desk::pages) struct Form {
    pub(in crate::desk::pages) verb: &'static str,
    /// What it is called, also its button.
    pub(in crate::desk::pages) title: String,
    /// What one must know before; may be empty.
    pub(in crate::desk::pages) lead: String,
    pub(in crate::desk::pages) inputs: Vec<Input>,
    /// Whether it is what the task is for: it stands open and is sent by Ctrl+Enter.
    pub(in crate::desk::pages) is_main: bool,
    /// Whether it is shown unfolded, because something in it is wrong.
    pub(in crate::desk::pages) is_open: bool,
}

impl Form {
    /// The input that takes the words.
    pub(in crate::desk::pages) fn words(&self) -> &'static str {
        if self.inputs.iter().any(|input| input.name == "reason") { "reason" } else { "text" }
    }
}

/// The words of the commands whose forms are made here, and whether the command is what its task is for. Inputs of the
/// others carry the word in their names (`transfer/reason`), so that no two inputs of the page are called alike.
const FORMS: [(DeskAction, bool); 11] = [
    (DeskAction::Arrange, true),
    (DeskAction::Conclude, true),
    (DeskAction::AnswerObjection, true),
    (DeskAction::Approve, true),
    (DeskAction::Check, true),
    (DeskAction::SendBack, false),
    (DeskAction::Route, false),
    (DeskAction::Ask, false),
    (DeskAction::Expedite, false),
    (DeskAction::Transfer, false),
    (DeskAction::Resume, false),
];

/// The name of an input of a command's form.
pub(in crate::desk::pages) fn input_name(verb: &str, field: &str) -> String {
    match FORMS.iter().find(|(action, _)| action.as_str() == verb) {
        Some((_, false)) => format!("{verb}/{field}"),
        Some((_, true)) | None => field.to_owned(),
    }
}

/// The form of an action in a task; nothing for actions whose forms are files of their own.
pub(super) fn of(
    place: &Place<'_>,
    task: &Task,
    action: DeskAction,
    typed: &FormPairs,
    errors: &FormErrors,
) -> Option<Form> {
    let (_, is_main) = FORMS.iter().find(|(found, _)| *found == action)?;
    let make = Make { place, task, verb: action.as_str(), typed, errors };
    let visitor = place.visitor;
    Some(Form {
        verb: make.verb,
        title: visitor.t(&format!("desk-{}", make.verb)),
        lead: make.lead(action),
        inputs: make.inputs(action),
        is_main: *is_main,
        is_open: *is_main || typed.get("do") == Some(make.verb),
    })
}

struct Make<'a> {
    place: &'a Place<'a>,
    task: &'a Task,
    verb: &'static str,
    typed: &'a FormPairs,
    errors: &'a FormErrors,
}

impl Make<'_> {
    /// An input whose label is `desk-<verb>-<field>` and whose hint, where there is one, `desk-<verb>-<field>-hint`.
    fn input(&self, field: &str, kind: &'static str, choices: Vec<Choice>) -> Input {
        let name = input_name(self.verb, field);
        let value = self.typed.get(&name).unwrap_or_default().to_owned();
        let chosen = |choice: Choice| {
            let is = choice.value == value;
            choice.chosen_if(is)
        };
        Input {
            label: self.place.visitor.t(&format!("desk-{}-{field}", self.verb)),
            hint: String::new(),
            kind,
            choices: choices.into_iter().map(chosen).collect(),
            optional: false,
            error: self.errors.get(&name).to_owned(),
            value,
            name,
        }
    }

    fn text(&self, field: &str) -> Input {
        self.input(field, "text", Vec::new())
    }

    fn yes_no(&self, field: &str, yes: &str, no: &str) -> Input {
        let visitor = self.place.visitor;
        let choices = vec![Choice::new("true", visitor.t(yes)), Choice::new("false", visitor.t(no))];
        self.input(field, "boolean", choices)
    }

    fn inputs(&self, action: DeskAction) -> Vec<Input> {
        let visitor = self.place.visitor;
        let is_panel = is_panel(self.place, self.task);
        match action {
            DeskAction::Arrange => {
                let people = is_panel.then(|| self.text("people"));
                [self.input("on", "date", Vec::new()), self.text("place")].into_iter().chain(people).collect()
            }
            DeskAction::Conclude if is_panel => {
                let votes = |field| self.input(field, "integer", Vec::new());
                vec![votes("agree"), votes("disagree"), self.text("text")]
            }
            DeskAction::Conclude => {
                let choices = vec![
                    Choice::new("agree", visitor.t("desk-agree")),
                    Choice::new("disagree", visitor.t("desk-disagree")),
                ];
                vec![self.input("conclusion", "boolean", choices), self.text("text")]
            }
            DeskAction::AnswerObjection => {
                vec![self.yes_no("upheld", "desk-objection-upheld", "desk-objection-not"), self.text("text")]
            }
            DeskAction::Approve => {
                vec![self.yes_no("grant", "desk-approve-yes", "desk-approve-no"), self.text("reason")]
            }
            DeskAction::Check => {
                vec![self.yes_no("passed", "desk-check-true", "desk-check-false"), self.text("text")]
            }
            DeskAction::Route => vec![self.input("level", "select", self.levels()), self.text("reason")],
            DeskAction::Transfer => {
                let to = self.input("to", "select", self.colleagues());
                let anyway = (!self.place.away.is_empty()).then(|| {
                    let yes = Choice::new("true", visitor.t("desk-transfer-anyway-yes"));
                    let no = Choice::new("false", visitor.t("desk-transfer-anyway-no")).chosen_if(true);
                    Input { optional: true, ..self.input("anyway", "boolean", vec![no, yes]) }
                });
                [to].into_iter().chain(anyway).chain([self.text("reason")]).collect()
            }
            DeskAction::Ask => {
                let by = self.place.package.process().extension.is_some();
                let by = by.then(|| Input { optional: true, ..self.input("by", "integer", Vec::new()) });
                let what = self.input("what", "select", self.askable());
                [what].into_iter().chain(by).chain([self.text("reason")]).collect()
            }
            DeskAction::SendBack | DeskAction::Expedite | DeskAction::Resume => vec![self.text("reason")],
            DeskAction::Claim
            | DeskAction::Release
            | DeskAction::Accept
            | DeskAction::NotAccept
            | DeskAction::NoteDefect
            | DeskAction::DropDefect
            | DeskAction::SendCorrection
            | DeskAction::GiveOpinion
            | DeskAction::TakeBack
            | DeskAction::PublishNotice
            | DeskAction::Decide => Vec::new(),
        }
    }

    /// What is to be answered or approved, in words.
    fn lead(&self, action: DeskAction) -> String {
        let Place { visitor, package, case, .. } = *self.place;
        if action == DeskAction::AnswerObjection {
            let index = self.task.branch.as_deref().and_then(|index| index.parse::<usize>().ok());
            let objection = index.and_then(|index| case.objections.get(index));
            return objection.map_or_else(String::new, |objection| objection.text.clone());
        }
        if action != DeskAction::Approve {
            return String::new();
        }
        let Some(request) = case.open_request() else { return String::new() };
        let what = match &request.asked {
            Asked::Extension { by } => {
                visitor.t1("desk-asked-extension", "by", visitor.pick(&by.display_zh(), &by.to_string()))
            }
            Asked::Suspension { ground } => self.asked("desk-asked-suspension", ground),
            Asked::Termination { ground } => self.asked("desk-asked-termination", ground),
        };
        let stage = names::stage(visitor, package, &case.stage);
        visitor.t3("desk-asked", "stage", stage, "what", what, "reason", &request.reason)
    }

    fn asked(&self, key: &str, ground: &Ground) -> String {
        let visitor = self.place.visitor;
        visitor.t2(key, "ground", pick(visitor, &ground.name), "basis", &ground.basis)
    }

    /// Colleagues of the body who can do this work.
    fn colleagues(&self) -> Vec<Choice> {
        let Place { clerk, colleagues, .. } = *self.place;
        let fit = |other: &&identity::StaffRecord| {
            other.id != clerk.staff && !other.is_disabled && other.roles.contains(&self.task.role)
        };
        let choice = |other: &identity::StaffRecord| {
            Choice::new(other.id.to_string(), away::label(self.place.visitor, self.place.away, other))
        };
        colleagues.iter().filter(fit).map(choice).collect()
    }

    /// The levels to which the package lets this branch go.
    fn levels(&self) -> Vec<Choice> {
        let Place { visitor, package, .. } = *self.place;
        let stage = package.process().stage(&self.task.stage);
        let branch = stage.and_then(|stage| stage.branch(self.task.branch.as_deref()?));
        let routes = branch.map(|branch| branch.routes.as_slice()).unwrap_or_default();
        let one = |level: &Level| {
            let key = match level {
                Level::Province => "desk-level-province",
                Level::City => "desk-level-city",
                Level::County => "desk-level-county",
                Level::Town => "desk-level-town",
            };
            Choice::new(level_word(*level), visitor.t(key))
        };
        routes.iter().map(one).collect()
    }

    /// What may be asked of whoever approves: more time, or a suspension or an end on a ground of the package.
    fn askable(&self) -> Vec<Choice> {
        let Place { visitor, package, case, .. } = *self.place;
        let process = package.process();
        let more = process.extension.as_ref().filter(|_| !case.extended).map(|rule| {
            let most = visitor.pick(&rule.most.display_zh(), &rule.most.to_string()).to_owned();
            Choice::new("extension", visitor.t1("desk-ask-extension", "most", most))
        });
        let grounds = |word: &str, key: &str, grounds: &[Ground]| -> Vec<Choice> {
            let one = |ground: &Ground| {
                Choice::new(
                    format!("{word}:{}", ground.id),
                    visitor.t1(key, "ground", pick(visitor, &ground.name)),
                )
            };
            grounds.iter().map(one).collect()
        };
        let suspension = process.suspension.as_ref().map(|rule| rule.grounds.as_slice()).unwrap_or_default();
        let termination =
            process.termination.as_ref().map(|rule| rule.grounds.as_slice()).unwrap_or_default();
        more.into_iter()
            .chain(grounds("suspension", "desk-ask-suspension", suspension))
            .chain(grounds("termination", "desk-ask-termination", termination))
            .collect()
    }
}

const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Province => "province",
        Level::City => "city",
        Level::County => "county",
        Level::Town => "town",
    }
}

fn is_panel(place: &Place<'_>, task: &Task) -> bool {
    let stage = place.package.process().stage(&task.stage);
    stage.is_some_and(|stage| matches!(stage.kind, StageKind::Panel { .. }))
}

/// What was typed into one of these forms, as a command; nothing for any other word.
pub(in crate::desk::pages) fn read(
    verb: &str,
    task: TaskId,
    pairs: &FormPairs,
    findings: serde_json::Map<String, Value>,
    most: Option<&Limit>,
) -> Option<Result<DeskCommand, Refusal>> {
    FORMS.iter().find(|(action, _)| action.as_str() == verb)?;
    let typed = Typed { verb, pairs };
    Some(typed.command(task, findings, most))
}

struct Typed<'a> {
    verb: &'a str,
    pairs: &'a FormPairs,
}

impl Typed<'_> {
    fn get(&self, field: &str) -> &str {
        self.pairs.get(&input_name(self.verb, field)).unwrap_or_default().trim()
    }

    fn text(&self, field: &str) -> String {
        self.get(field).replace("\r\n", "\n")
    }

    /// A value of a list; what is none of it must be chosen.
    fn chosen<T: DeserializeOwned>(&self, field: &str) -> Result<T, Refusal> {
        serde_json::from_value(Value::from(self.get(field))).map_err(|_form| wrong(field, "desk-choose"))
    }

    fn yes_no(&self, field: &str) -> Result<bool, Refusal> {
        self.get(field).parse().map_err(|_form| wrong(field, "desk-choose"))
    }

    fn number<T: std::str::FromStr>(&self, field: &str) -> Result<T, Refusal> {
        self.get(field).parse().map_err(|_form| wrong(field, "cases-finding-wrong-type"))
    }

    fn command(
        &self,
        task: TaskId,
        findings: serde_json::Map<String, Value>,
        most: Option<&Limit>,
    ) -> Result<DeskCommand, Refusal> {
        let (named, reason) = (Some(task), || self.text("reason"));
        Ok(match self.verb {
            "arrange" => DeskCommand::Arrange {
                task: named,
                on: self.number("on")?,
                place: self.text("place"),
                people: self.text("people").lines().map(str::to_owned).collect(),
            },
            "conclude" if self.pairs.get("conclusion").is_none() && self.pairs.get("agree").is_some() => {
                let votes = Votes { agree: self.number("agree")?, disagree: self.number("disagree")? };
                let text = self.text("text");
                DeskCommand::Conclude { task: named, conclusion: None, text, findings, votes: Some(votes) }
            }
            "conclude" => {
                let conclusion: Conclusion = self.chosen("conclusion")?;
                let (text, conclusion) = (self.text("text"), Some(conclusion));
                DeskCommand::Conclude { task: named, conclusion, text, findings, votes: None }
            }
            "answer-objection" => DeskCommand::AnswerObjection {
                task: named,
                upheld: self.yes_no("upheld")?,
                text: self.text("text"),
            },
            "approve" => DeskCommand::Approve { task: named, grant: self.yes_no("grant")?, reason: reason() },
            "check" => DeskCommand::Check {
                task: named,
                passed: self.yes_no("passed")?,
                text: self.text("text"),
                findings,
            },
            "route" => DeskCommand::Route {
                task: named,
                branch: None,
                level: self.chosen("level")?,
                reason: reason(),
            },
            "transfer" => DeskCommand::Transfer {
                task,
                to: self.get("to").parse().map_err(|_form| wrong("to", "desk-choose"))?,
                reason: reason(),
                anyway: self.get("anyway") == "true",
            },
            "ask" => DeskCommand::Ask { task: named, asked: self.asked(most)?, reason: reason() },
            "send-back" => DeskCommand::SendBack { task: named, reason: reason() },
            "expedite" => DeskCommand::Expedite { task: named, reason: reason() },
            _ => DeskCommand::Resume { reason: reason() },
        })
    }

    fn asked(&self, most: Option<&Limit>) -> Result<AskFor, Refusal> {
        let ground = |ground: &str| ground.to_owned();
        match self.get("what").split_once(':') {
            Some(("suspension", id)) => Ok(AskFor::Suspension { ground: ground(id) }),
            Some(("termination", id)) => Ok(AskFor::Termination { ground: ground(id) }),
            None if self.get("what") == "extension" => {
                let amount = self.number("by")?;
                let unit = most.map_or(Unit::WorkingDays, |most| most.unit);
                if !(1..=Limit::MAX_AMOUNT).contains(&amount) {
                    return Err(wrong("by", "cases-finding-wrong-type"));
                }
                Ok(AskFor::Extension { by: Limit { amount, unit, basis: None } })
            }
            Some(_) | None => Err(wrong("what", "desk-choose")),
        }
    }
}

/// An error under the name that the engine would give it; `give` puts it beside its input.
fn wrong(field: &str, key: &'static str) -> Refusal {
    Refusal::field(field, Message::new(key))
}
