//! `/oauth/revoke`: a client gives a token back (RFC 7009). A refresh token takes its whole family along.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use identity::Token;
use kernel::Timestamp;
use web::{Operation, Visitor};

use crate::client_auth::authenticate;
use crate::fault::Fault;
use crate::params::Called;
use crate::{Room, cors, grant};

pub(crate) async fn answer(State(room): State<Room>, visitor: Visitor, called: Called) -> Response {
    let response = match revoke(&room, &called, visitor.now).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(fault) => fault.into_response(),
    };
    cors::allow(&room, &called.headers, response).await
}

/// A token that is none, or another client's, is as good as revoked: nothing is told of it.
async fn revoke(room: &Room, called: &Called, now: Timestamp) -> Result<(), Fault> {
    let mut tx = room.begin().await?;
    let client = authenticate(&mut tx, room, called, now).await?;
    if let Some(token) = Token::parse(called.params.need("token", "token is needed")?) {
        let live = grant::find(&mut tx, &token, now).await?.filter(|live| live.grant.client == client.id);
        match live {
            Some(live) if live.is_refresh => grant::end(&mut tx, live.grant.id, "revoked", now).await?,
            Some(_) => grant::drop_access(&mut tx, &token, now).await?,
            None => {}
        }
    }
    tx.commit().await?;
    Ok(())
}

pub(crate) fn operation() -> Operation {
    Operation::new("revokeToken", "Takes a token back (RFC 7009).")
        .description("A refresh token ends everything that came of the same sign-on.")
        .tag("sign-on")
        .returns_nothing(200, "It is worth nothing now, whatever it was.")
}
