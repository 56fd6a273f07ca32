//! Asking why somebody looked (个人信息查询质疑): the look becomes a draft of the item that is there for it.

use applications::start::{StartApplication, StartError, start};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{EventId, Refusal};
use serde_json::{Map, Value};
use store::access_log;
use web::{AppError, Nothing, PostForm, Visitor};

use crate::{Room, words};

/// The service item “question about a look at my data”.
const ITEM: (&str, &str) = ("432011899W00", "01");

pub(crate) async fn ask(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let id: EventId = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db().begin().await?;
    let mut look = None;
    for subject in identity::on_record_as(&mut tx, me.person).await? {
        look = look.or(access_log::find_told(&mut tx, id, &subject, visitor.now).await?);
    }
    let look = look.ok_or(AppError(Refusal::NotFound))?;
    let systems = words::systems(&mut tx, &visitor, std::slice::from_ref(&look)).await?;
    let bodies = room.applications.bodies();
    let body = look.body.as_deref().and_then(|id| id.parse().ok()).and_then(|id| bodies.get(id));
    let mut chosen = Map::new();
    let mut fill = |field: &str, text: String| chosen.insert(field.to_owned(), Value::String(text));
    fill("look", look.id.to_string());
    fill("looked_at", visitor.datetime(look.at));
    fill("looker", words::looker(&room, &visitor, &look, &systems));
    fill("purpose", visitor.t(&words::purpose_key(&look.purpose)));
    let wanted = StartApplication {
        item: ITEM.0.into(),
        handling: ITEM.1.into(),
        // The office over that body answers: the one of its county.
        division: body.map_or_else(String::new, |body| body.division.clone()),
        again_of: None,
        chosen,
    };
    match Box::pin(start(&mut tx, &room.applications, &visitor.actor, visitor.now, wanted)).await {
        Ok(draft) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/drafts/{}", draft.id)).into_response())
        }
        // A body of a city or of the province, or a system: the person says where they want to ask.
        Err(StartError::UnknownDivision | StartError::DivisionTooWide(_) | StartError::NobodyThere) => {
            Ok(Redirect::to(&format!("/apply/{}/{}", ITEM.0, ITEM.1)).into_response())
        }
        Err(error) => Err(Refusal::from(error).into()),
    }
}
