//! `/oauth/end-session`: a connected system asks to sign somebody out everywhere (RP-initiated logout). Who comes with
//! an ID token of the visit at hand is believed; anybody else is asked.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, Refusal};
use store::Tx;
use web::{AppError, FormPairs, Operation, Shell, Visitor, page};

use crate::authorize::{Leave, hinted, lead, with_query};
use crate::client::{Client, find_client};
use crate::fault::Fault;
use crate::jws::Unverified;
use crate::params::{Called, Params};
use crate::{Room, grant};

/// What was asked, checked.
struct Leaving {
    client: Option<Client>,
    /// A registered address to go to afterwards, with its state.
    then: Option<String>,
    /// The ID token names a grant of the visit at hand.
    is_own: bool,
    /// What the form sends again.
    fields: Vec<(&'static str, String)>,
}

const FIELDS: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

async fn read(tx: &mut Tx, room: &Room, visitor: &Visitor, params: &Params) -> Result<Leaving, AppError> {
    let wrong = |key| AppError(Refusal::Malformed(Message::new(key)));
    let hint = params.get("id_token_hint");
    // The token itself says for which client it is; the signature is checked below.
    let named = hint.and_then(Unverified::read).and_then(|token| token.claims["aud"].as_str()?.parse().ok());
    let asked = params.get("client_id").and_then(|id| id.parse().ok());
    if named.is_some() && asked.is_some() && named != asked {
        return Err(wrong("oidc-logout-client"));
    }
    let client = match named.or(asked) {
        Some(id) => find_client(tx, id).await?.filter(|client| client.disabled_at.is_none()),
        None => None,
    };
    let believed = client.as_ref().and_then(|client| hinted(room, hint?, client.id, visitor.now));
    if hint.is_some() && believed.is_none() {
        return Err(wrong("oidc-logout-hint"));
    }
    let then = match (params.get("post_logout_redirect_uri"), &client) {
        (None, _) => None,
        (Some(uri), Some(client))
            if client.settings.post_logout_redirect_uris.iter().any(|known| known == uri) =>
        {
            let state = params.get("state").map(|state| [("state", state.to_owned())]);
            Some(state.map_or_else(|| uri.to_owned(), |pairs| with_query(uri, &pairs)))
        }
        (Some(_), _) => return Err(wrong("oidc-logout-redirect")),
    };
    let sid = believed.as_ref().and_then(|token| token.claims["sid"].as_str()?.parse().ok());
    let is_own = match (sid, visitor.session) {
        (Some(grant), Some(session)) => grant::session_of(tx, grant).await? == Some(session),
        (Some(_) | None, _) => false,
    };
    let fields = FIELDS.into_iter().filter_map(|name| Some((name, params.get(name)?.to_owned()))).collect();
    Ok(Leaving { client, then, is_own, fields })
}

#[derive(Template)]
#[template(path = "logout.html")]
struct LogoutPage {
    shell: Shell,
    fields: Vec<(&'static str, String)>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let unreadable = |_fault: Fault| AppError(Refusal::Malformed(Message::new("oidc-request-unreadable")));
    let params = Params::parse(query.unwrap_or_default().as_bytes()).map_err(unreadable)?;
    let mut tx = room.begin().await?;
    let leaving = read(&mut tx, &room, &visitor, &params).await?;
    if visitor.session.is_none() || leaving.is_own {
        return end(&room, tx, &visitor, leaving, Leave::Redirect).await;
    }
    let shell = Shell::new(&visitor, visitor.t("oidc-logout-title"));
    page(&LogoutPage { shell, fields: leaving.fields })
}

/// A client may send a form here from its own page; no cookie comes along with it, so it is turned into a visit.
pub(crate) async fn by_post(called: Called) -> Response {
    let pairs: Vec<(&str, &str)> =
        FIELDS.into_iter().filter_map(|name| Some((name, called.params.get(name)?))).collect();
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    (StatusCode::SEE_OTHER, [(LOCATION, format!("/oauth/end-session?{query}"))]).into_response()
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    form: FormPairs,
) -> Result<Response, AppError> {
    if form.get("answer") != Some("yes") {
        return Ok(Redirect::to("/").into_response());
    }
    let text = serde_urlencoded::to_string(&form.0).unwrap_or_default();
    let unreadable = |_fault: Fault| AppError(Refusal::Malformed(Message::new("oidc-request-unreadable")));
    let params = Params::parse(text.as_bytes()).map_err(unreadable)?;
    let mut tx = room.begin().await?;
    let leaving = read(&mut tx, &room, &visitor, &params).await?;
    end(&room, tx, &visitor, leaving, Leave::Page).await
}

/// Ends the visit; its connected systems hear of it by a job.
async fn end(
    room: &Room,
    mut tx: Tx,
    visitor: &Visitor,
    leaving: Leaving,
    how: Leave,
) -> Result<Response, AppError> {
    if let Some(session) = visitor.session {
        identity::close_session(&mut tx, session, visitor.now).await?;
    }
    tx.commit().await?;
    let mut response = match (&leaving.client, &leaving.then) {
        (Some(client), Some(href)) => lead(visitor, client, href, how)?,
        (Some(_) | None, _) => Redirect::to("/").into_response(),
    };
    identity::clear_cookie(&room.identity, response.headers_mut());
    Ok(response)
}

pub(crate) fn operation() -> Operation {
    Operation::new("endSignOn", "Signs somebody out everywhere (RP-initiated logout).")
        .description("A form sent by a browser; answers with a redirect to the page of the same address.")
        .tag("sign-on")
        .returns_nothing(303, "Go there with the browser.")
        .returns_nothing(200, "The page that the browser then sees.")
}
