//! A form of the case page comes back as a command.

use axum::extract::{Path, State};
use axum::response::Response;
use cases::{Case, CaseError, Conclusion};
use catalogue::Package;
use kernel::{CaseId, Message, Refusal, TaskId};
use web::{AppError, FormErrors, FormPairs, Visitor};

use super::case::{self, Typed};
use super::conflict::{self, Unsent};
use super::work::forms;
use super::{redirect, version};
use crate::desk::submit::{Given, submit};
use crate::desk::{DeskCommand, DeskError, drafts, findings, see};
use crate::{Room, http};

/// POST: done and back to the case, or the page again with what is wrong, or a word on why it cannot be.
pub(super) async fn post(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let id: CaseId = http::id(&id)?;
    let verb = pairs.get("do").unwrap_or_default().to_owned();
    let task: TaskId = http::id(pairs.get("task").unwrap_or_default())?;
    match give(&room, &visitor, id, task, &verb, &pairs).await {
        Ok(_) if verb == "release" => Ok(redirect("/desk")),
        Ok(case) => Ok(redirect(&address(&case, task, &verb, &pairs))),
        Err(error) => match FormErrors::of(&visitor, refusal(&room, &visitor, id, error).await?) {
            Ok(errors) => {
                let errors = beside(&errors, &verb);
                keep(&room, &visitor, (id, task, &verb), &pairs).await?;
                case::again(&room, &visitor, id, Typed { pairs, errors, task: Some(task) }).await
            }
            Err(refusal) => {
                conflict::refuse(&room, &visitor, id, refusal, Some(Unsent { task, pairs: &pairs })).await
            }
        },
    }
}

/// The case page: at the task and with the file that was looked at.
fn address(case: &Case, task: TaskId, verb: &str, pairs: &FormPairs) -> String {
    let shown = pairs.get("shown").and_then(|text| text.parse::<kernel::MaterialId>().ok());
    let shown = shown.map(|id| format!("&material={id}")).unwrap_or_default();
    format!("/desk/cases/{}?task={task}{shown}&done={verb}", case.id)
}

/// Each error under the name of its input: some forms carry their word in it, and votes are two numbers.
fn beside(errors: &FormErrors, verb: &str) -> FormErrors {
    let mut named = FormErrors::none();
    for (field, text) in errors {
        let field = if field == "votes" { "agree" } else { field };
        named.add(forms::input_name(verb, field), text);
    }
    named
}

/// What was typed is kept although something in it is wrong: the line may break before it is mended.
async fn keep(
    room: &Room,
    visitor: &Visitor,
    of: (CaseId, TaskId, &str),
    pairs: &FormPairs,
) -> Result<(), DeskError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    drafts::save(&mut tx, room, clerk, of, pairs, visitor.now).await?;
    Ok(tx.commit().await?)
}

async fn give(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    task: TaskId,
    verb: &str,
    pairs: &FormPairs,
) -> Result<Case, DeskError> {
    let mut tx = room.db.begin().await?;
    let seen = see::case(&mut tx, see::staff(&visitor.actor)?, id).await?;
    let package = see::package(room, &seen)?;
    let command = read(&package, &seen, task, verb, pairs).map_err(DeskError::Refused)?;
    let expected = Some(version(pairs).map_err(DeskError::Refused)?);
    let given = Given { case: id, expected, command };
    let case = submit(&mut tx, room, &visitor.actor, given, visitor.now).await?;
    drafts::forget(&mut tx, see::staff(&visitor.actor)?, task, verb).await?;
    tx.commit().await?;
    Ok(case)
}

/// What was typed, as a command. What a form of ours always has and this one lacks is asked for by name.
fn read(
    package: &Package,
    case: &Case,
    task: TaskId,
    verb: &str,
    pairs: &FormPairs,
) -> Result<DeskCommand, Refusal> {
    let text = |name: &str| pairs.get(name).unwrap_or_default().to_owned();
    let established = || {
        let rules = case.task(task).map(|task| findings::of_task(package, task)).unwrap_or_default();
        findings::read(rules, pairs)
    };
    let named = Some(task);
    let most = package.process().extension.as_ref().map(|rule| &rule.most);
    if let Some(command) = forms::read(verb, task, pairs, established(), most) {
        return command;
    }
    Ok(match verb {
        "claim" => DeskCommand::Claim { task },
        "release" => DeskCommand::Release { task, reason: String::new() },
        "accept" => DeskCommand::Accept { task: named },
        "not-accept" => DeskCommand::NotAccept { task: named, reason: text("reason") },
        "note-defect" => note_defect(named, &text("target"), text("problem"), text("ground")),
        "drop-defect" => {
            let index = text("index").parse().map_err(|_form| unreadable())?;
            DeskCommand::DropDefect { task: named, index }
        }
        "send-correction" => DeskCommand::SendCorrection { task: named },
        "give-opinion" => {
            let conclusion = match pairs.get("conclusion") {
                Some("agree") => Conclusion::Agree,
                Some("disagree") => Conclusion::Disagree,
                Some(_) | None => return Err(choose("conclusion")),
            };
            let (text, findings) = (text("text"), established());
            DeskCommand::GiveOpinion { task: named, branch: None, conclusion, text, findings }
        }
        "take-back" => DeskCommand::TakeBack { task: named },
        "publish-notice" => DeskCommand::PublishNotice { task: named },
        "decide" => {
            let grant = text("grant").parse().map_err(|_form| choose("grant"))?;
            DeskCommand::Decide { task: named, grant, reason: text("reason"), findings: established() }
        }
        _ => return Err(unreadable()),
    })
}

/// `material:…` or `field:…`; without a choice the engine asks for the target.
fn note_defect(task: Option<TaskId>, target: &str, problem: String, ground: String) -> DeskCommand {
    let (material, field) = match target.split_once(':') {
        Some(("material", id)) => (Some(id.to_owned()), None),
        Some(("field", name)) => (None, Some(name.to_owned())),
        Some(_) | None => (None, None),
    };
    DeskCommand::NoteDefect { task, material, field, problem, ground }
}

fn unreadable() -> Refusal {
    Refusal::Malformed(Message::new("web-form-unreadable"))
}

fn choose(field: &str) -> Refusal {
    Refusal::field(field, Message::new("desk-choose"))
}

/// The refusal as the page says it: amounts in yuan, and faults at the inputs that the page has.
async fn refusal(room: &Room, visitor: &Visitor, id: CaseId, error: DeskError) -> Result<Refusal, AppError> {
    if let DeskError::UnknownTarget(_) = error {
        return Ok(Refusal::field("target", Message::new("desk-defect-target-unknown")));
    }
    let DeskError::Case(CaseError::Findings(faults)) = error else { return Ok(error.into()) };
    let mut tx = room.db.snapshot().await?;
    let seen = see::case(&mut tx, see::staff(&visitor.actor)?, id).await?;
    let package = see::package(room, &seen)?;
    Ok(findings::refusal(&package, faults))
}
