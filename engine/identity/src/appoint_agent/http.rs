//! `/my/agents`: who may act for the legal persons that one represents.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{LegalPersonId, Message, Refusal};
use serde::Deserialize;
use web::{AppError, Choice, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::{AppointAgent, appoint_agent};
use crate::Room;
use crate::legal_persons::{agents_of, hats};
use crate::persons::person_shown_as;

#[derive(Template)]
#[template(path = "appoint_agent/agents.html")]
struct AgentsPage {
    shell: Shell,
    errors: FormErrors,
    form: Form,
    represented: Vec<Represented>,
    choices: Vec<Choice>,
}

/// A legal person with its agents.
struct Represented {
    name: String,
    uscc: String,
    agents: Vec<AgentRow>,
}

struct AgentRow {
    id: String,
    shown_as: String,
    since: String,
    until: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    legal_person: String,
    name: String,
    resident_id: String,
    until: String,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    page(&build(&room, &visitor, Form::default(), FormErrors::none()).await?)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    match appoint(&room, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to("/my/agents").into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = build(&room, &visitor, form, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

async fn appoint(room: &Room, visitor: &Visitor, form: &Form) -> Result<(), Refusal> {
    let wrong = |field: &'static str, key: &'static str| Refusal::field(field, Message::new(key));
    let legal_person: LegalPersonId =
        form.legal_person.parse().map_err(|_no_id| wrong("legal_person", "identity-legal-person-missing"))?;
    let until = match form.until.trim() {
        "" => None,
        day => Some(day.parse().map_err(|_no_day| wrong("until", "identity-date-wrong"))?),
    };
    let appoint =
        AppointAgent { legal_person, name: form.name.clone(), resident_id: form.resident_id.clone(), until };
    let mut tx = room.db.begin().await?;
    appoint_agent(&mut tx, &room.vault, &visitor.actor, visitor.now, appoint).await?;
    tx.commit().await?;
    Ok(())
}

async fn build(
    room: &Room,
    visitor: &Visitor,
    form: Form,
    errors: FormErrors,
) -> Result<AgentsPage, AppError> {
    let me = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let (mut represented, mut choices) = (Vec::new(), Vec::new());
    let hats = hats(&mut tx, me.person, visitor.now).await?;
    let only_one = hats.iter().filter(|hat| hat.is_representative).count() == 1;
    for hat in hats.into_iter().filter(|hat| hat.is_representative) {
        let id = hat.legal_person.to_string();
        let is_chosen = only_one || form.legal_person == id;
        choices.push(Choice::new(id, hat.name.clone()).hint(hat.uscc.to_string()).chosen_if(is_chosen));
        let mut agents = Vec::new();
        for agent in agents_of(&mut tx, hat.legal_person, visitor.now).await? {
            agents.push(AgentRow {
                id: agent.id.to_string(),
                shown_as: person_shown_as(&mut tx, &room.vault, agent.person).await?.unwrap_or_default(),
                since: visitor.datetime(agent.since),
                until: agent
                    .until
                    .map_or_else(|| visitor.t("identity-agent-open-end"), |day| visitor.date(day)),
            });
        }
        represented.push(Represented { name: hat.name, uscc: hat.uscc.to_string(), agents });
    }
    let shell = Shell::new(visitor, visitor.t("identity-agents-title"))
        .crumb(visitor.t("identity-account-title"), "/my/account");
    Ok(AgentsPage { shell, errors, form, represented, choices })
}
