//! The forms on the account pages that end visits.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Refusal, SessionId};
use serde::Deserialize;
use web::{AppError, Nothing, PostForm, Visitor};

use super::{end, end_all};
use crate::Room;
use crate::authenticate::clear_cookie;
use crate::prove::http::{account_href, own};

pub(crate) async fn submit_end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(visit): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let visit: SessionId = visit.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !end(&mut tx, standing.owner, visit, visitor.now).await? {
        return Err(AppError(Refusal::NotFound));
    }
    tx.commit().await?;
    Ok(left_or_back(&room, &visitor, visit == standing.session))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Form {
    /// This visit ends too.
    #[serde(default)]
    here_too: bool,
}

pub(crate) async fn submit_end_all(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    let kept = (!form.here_too).then_some(standing.session);
    end_all(&mut tx, standing.owner, kept, visitor.now).await?;
    tx.commit().await?;
    Ok(left_or_back(&room, &visitor, form.here_too))
}

fn left_or_back(room: &Room, visitor: &Visitor, has_left: bool) -> Response {
    if has_left {
        let mut response = Redirect::to("/").into_response();
        clear_cookie(room, response.headers_mut());
        return response;
    }
    Redirect::to(&format!("{}#visits", account_href(visitor))).into_response()
}
