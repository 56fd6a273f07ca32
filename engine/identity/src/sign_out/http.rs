//! The button in the page header, and `DELETE /api/v1/sessions/current`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Refusal, SessionId};
use web::{AppError, Nothing, Operation, PostForm, Visitor};

use crate::Room;
use crate::authenticate::clear_cookie;
use crate::sessions::close_session;

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    if let Some(session) = visitor.session {
        close(&room, &visitor, session).await?;
    }
    let mut response = Redirect::to("/").into_response();
    clear_cookie(&room, response.headers_mut());
    Ok(response)
}

pub(crate) async fn api(State(room): State<Room>, visitor: Visitor) -> Result<StatusCode, AppError> {
    let session = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    close(&room, &visitor, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn close(room: &Room, visitor: &Visitor, session: SessionId) -> store::Result<()> {
    let mut tx = room.db.begin().await?;
    close_session(&mut tx, session, visitor.now).await?;
    tx.commit().await
}

pub(crate) fn operation() -> Operation {
    Operation::new("endSession", "Ends this visit; its token is worthless from then on.")
        .tag("identity")
        .returns_nothing(204, "The visit has ended.")
}
