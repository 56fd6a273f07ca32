//! `/api/v1/clients` and `/api/v1/signing-keys`.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::{GrantId, Refusal};
use serde::{Deserialize, Serialize};
use store::idempotency::Once;
use store::page::{Cursor, PageRequest};
use utoipa::ToSchema;
use web::{ApiJson, AppError, IdempotencyKey, Operation, Visitor};

use super::keys::{added, state, taken_away};
use super::pages::{id, the};
use crate::Room;
use crate::client::{Client, Settings, list_clients};
use crate::grant::{Grant, list_grants};
use crate::jws::Alg;
use crate::keys::Key;
use crate::register::{change_client, end_grant, register_client, renew_secret, shut_out};

/// A connected system.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClientView {
    /// Its `client_id`.
    client_id: String,
    /// What is registered.
    settings: Settings,
    /// Grows with every change; a change names the version that it changes.
    version: i64,
    /// Since when (RFC 3339).
    created_at: String,
    /// Since when it is shut out; null while it is not.
    shut_out_at: Option<String>,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        Self {
            client_id: client.id.to_string(),
            settings: client.settings,
            version: client.version,
            created_at: client.created_at.to_string(),
            shut_out_at: client.disabled_at.map(|at| at.to_string()),
        }
    }
}

/// A page of connected systems.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientList {
    /// The latest first.
    items: Vec<ClientView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn list(
    State(room): State<Room>,
    Query(pages): Query<Asked>,
) -> Result<Json<ClientList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let found = list_clients(&mut tx, &PageRequest { after: pages.after, ..PageRequest::default() }).await?;
    let items = found.items.into_iter().map(ClientView::from).collect();
    Ok(Json(ClientList { items, next: found.next }))
}

/// Which page.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    after: Option<Cursor>,
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listClients", "The connected systems.")
        .tag("sign-on")
        .query_param("after", "Where the page starts.", false)
        .returns::<ClientList>(200, "The systems.")
}

/// A system that was just registered, or got a new secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClientSecret {
    /// Its `client_id`.
    client_id: String,
    /// Its secret, told this once; null for a system that has none.
    client_secret: Option<String>,
}

pub(crate) async fn register(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(settings): ApiJson<Settings>,
) -> Result<Response, AppError> {
    let asked = serde_json::to_vec(&settings).map_err(Refusal::internal)?;
    let once = Once::new(&visitor.actor, key, &[b"oidc.register", &asked]);
    let mut tx = room.begin().await?;
    if let Some(client_id) = once.earlier(&mut tx, visitor.now).await? {
        // Its secret was told then and is known to nobody here.
        return Ok(
            (StatusCode::CREATED, Json(ClientSecret { client_id, client_secret: None })).into_response()
        );
    }
    let made = register_client(&mut tx, &visitor.actor, &settings, visitor.now).await?;
    let client_id = made.id.to_string();
    once.keep(&mut tx, &client_id).await?;
    tx.commit().await?;
    let client_secret = made.secret.map(|secret| secret.reveal());
    Ok((StatusCode::CREATED, Json(ClientSecret { client_id, client_secret })).into_response())
}

pub(crate) fn register_operation() -> Operation {
    Operation::new("registerClient", "Registers a connected system.")
        .description("For administrators. The secret is told in this answer and never again.")
        .tag("sign-on")
        .idempotent()
        .body::<Settings>()
        .returns::<ClientSecret>(201, "It may be used at once.")
}

pub(crate) async fn show(
    State(room): State<Room>,
    Path(client): Path<String>,
) -> Result<Json<ClientView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    Ok(Json(the(&mut tx, id(&client)?).await?.into()))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("showClient", "A connected system.")
        .tag("sign-on")
        .path_param("client", "Its client_id.")
        .returns::<ClientView>(200, "What is registered.")
}

/// What is to be registered from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientChange {
    /// The version that is changed.
    version: i64,
    /// The whole registration.
    settings: Settings,
}

pub(crate) async fn change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    ApiJson(ClientChange { version, settings }): ApiJson<ClientChange>,
) -> Result<Json<ClientSecret>, AppError> {
    let client = id(&client)?;
    let mut tx = room.begin().await?;
    let secret = change_client(&mut tx, &visitor.actor, client, version, &settings, visitor.now).await?;
    tx.commit().await?;
    let client_secret = secret.map(|secret| secret.reveal());
    Ok(Json(ClientSecret { client_id: client.to_string(), client_secret }))
}

pub(crate) fn change_operation() -> Operation {
    Operation::new("changeClient", "Changes what is registered of a connected system.")
        .description(
            "409 when somebody changed it meanwhile. What it may no longer be told ends with its tokens.",
        )
        .tag("sign-on")
        .path_param("client", "Its client_id.")
        .body::<ClientChange>()
        .returns::<ClientSecret>(200, "Changed; with a secret where it now needs one.")
}

pub(crate) async fn renew(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
) -> Result<Json<ClientSecret>, AppError> {
    let client = id(&client)?;
    let mut tx = room.begin().await?;
    let secret = renew_secret(&mut tx, &visitor.actor, client, visitor.now).await?;
    tx.commit().await?;
    Ok(Json(ClientSecret { client_id: client.to_string(), client_secret: Some(secret.reveal()) }))
}

pub(crate) fn renew_operation() -> Operation {
    Operation::new(
        "renewClientSecret",
        "Gives a connected system a new secret; the old one is worthless at once.",
    )
    .tag("sign-on")
    .path_param("client", "Its client_id.")
    .returns::<ClientSecret>(200, "The secret, told this once.")
}

pub(crate) async fn shut(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
) -> Result<StatusCode, AppError> {
    set_out(&room, &visitor, &client, true).await
}

pub(crate) async fn let_in(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
) -> Result<StatusCode, AppError> {
    set_out(&room, &visitor, &client, false).await
}

async fn set_out(room: &Room, visitor: &Visitor, client: &str, out: bool) -> Result<StatusCode, AppError> {
    let mut tx = room.begin().await?;
    shut_out(&mut tx, &visitor.actor, id(client)?, out, visitor.now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn shut_operation() -> Operation {
    Operation::new("shutClientOut", "Shuts a connected system out and ends everything that it has.")
        .tag("sign-on")
        .path_param("client", "Its client_id.")
        .returns_nothing(204, "It is out.")
}

pub(crate) fn let_in_operation() -> Operation {
    Operation::new("letClientIn", "Lets a connected system in again.")
        .tag("sign-on")
        .path_param("client", "Its client_id.")
        .returns_nothing(204, "It may be used again.")
}

/// A sign-on that is not over.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrantView {
    /// Its id, the `sid` of its ID tokens.
    id: String,
    /// By which name the system knows the person; null where it acts in its own name.
    sub: Option<String>,
    /// What it allows.
    scope: String,
    /// Since when (RFC 3339).
    created_at: String,
    /// Until when.
    expires_at: String,
}

impl From<Grant> for GrantView {
    fn from(grant: Grant) -> Self {
        Self {
            id: grant.id.to_string(),
            sub: grant.subject.map(|_person| grant.sub),
            scope: grant.scope,
            created_at: grant.created_at.to_string(),
            expires_at: grant.expires_at.to_string(),
        }
    }
}

/// A page of sign-ons.
#[derive(Serialize, ToSchema)]
pub(crate) struct GrantList {
    /// The latest first.
    items: Vec<GrantView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn grants(
    State(room): State<Room>,
    visitor: Visitor,
    Path(client): Path<String>,
    Query(pages): Query<Asked>,
) -> Result<Json<GrantList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let client = the(&mut tx, id(&client)?).await?;
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let found = list_grants(&mut tx, client.id, &request, visitor.now).await?;
    Ok(Json(GrantList { items: found.items.into_iter().map(GrantView::from).collect(), next: found.next }))
}

pub(crate) fn grants_operation() -> Operation {
    Operation::new("listGrants", "The sign-ons to a connected system that are not over.")
        .tag("sign-on")
        .path_param("client", "Its client_id.")
        .query_param("after", "Where the page starts.", false)
        .returns::<GrantList>(200, "The sign-ons.")
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path((client, grant)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    let grant: GrantId = grant.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.begin().await?;
    end_grant(&mut tx, &visitor.actor, id(&client)?, grant, visitor.now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn end_operation() -> Operation {
    Operation::new("endGrant", "Ends one sign-on with all its tokens.")
        .tag("sign-on")
        .path_param("client", "The system's client_id.")
        .path_param("grant", "The sign-on.")
        .returns_nothing(204, "It is over.")
}

/// A signing key.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyView {
    /// Its name.
    kid: String,
    /// How it signs.
    alg: Alg,
    /// `waits`, `signs` or `shown`.
    state: &'static str,
    /// From when on it signs (RFC 3339).
    signs_from: String,
    /// Until when it is shown; null while it is to sign.
    shown_until: Option<String>,
}

/// The signing keys that are shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// The latest first.
    items: Vec<KeyView>,
}

pub(crate) async fn keys(State(room): State<Room>, visitor: Visitor) -> Json<KeyList> {
    let view = |key: &Key| KeyView {
        kid: key.kid.clone(),
        alg: key.alg,
        state: state(key, visitor.now),
        signs_from: key.signs_from.to_string(),
        shown_until: key.shown_until.map(|until| until.to_string()),
    };
    Json(KeyList { items: room.ring().keys().iter().map(|key| view(key)).collect() })
}

pub(crate) fn keys_operation() -> Operation {
    Operation::new("listSigningKeys", "The keys with which the platform signs.")
        .tag("sign-on")
        .returns::<KeyList>(200, "The keys.")
}

/// The next key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// How it signs.
    alg: Alg,
    /// For RS256: the private key as PKCS #8 in PEM, made elsewhere.
    #[serde(default)]
    key: String,
}

/// A key that was added.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyAdded {
    /// Its name.
    kid: String,
}

pub(crate) async fn add_key(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(NewKey { alg, key }): ApiJson<NewKey>,
) -> Result<(StatusCode, Json<KeyAdded>), AppError> {
    let kid = added(&room, &visitor, alg.as_str(), &key).await?;
    Ok((StatusCode::CREATED, Json(KeyAdded { kid })))
}

pub(crate) fn add_key_operation() -> Operation {
    Operation::new("addSigningKey", "Has a key followed by another: shown now, signing a day later.")
        .tag("sign-on")
        .body::<NewKey>()
        .returns::<KeyAdded>(201, "It is in the key set.")
}

pub(crate) async fn withdraw_key(
    State(room): State<Room>,
    visitor: Visitor,
    Path(kid): Path<String>,
) -> Result<StatusCode, AppError> {
    taken_away(&room, &visitor, &kid).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn withdraw_key_operation() -> Operation {
    Operation::new("withdrawSigningKey", "Takes a key away at once; what it signed is believed no more.")
        .tag("sign-on")
        .path_param("kid", "Its name.")
        .returns_nothing(204, "Another one signs now.")
}
