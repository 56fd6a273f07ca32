//! Visits at the API: a bearer token for a password.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::{Actor, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::vals;
use utoipa::ToSchema;
use web::{ApiJson, AppError, Operation, Visitor};

use crate::Room;
use crate::client::Client;
use crate::sessions::Opened;
use crate::sign_in::{Second, SignIn, Step, sign_in_person, sign_in_staff};

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SessionKind {
    /// A natural person.
    Person,
    /// A member of staff.
    Staff,
}

/// A login with its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSession {
    /// Identity number or phone of a person, login of a member of staff.
    login: String,
    /// The password.
    password: String,
    /// Whose account it is.
    kind: SessionKind,
}

/// What a right password gives: a visit, or what the account asks for first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub(crate) enum FirstStep {
    /// Signed in.
    Open(SessionToken),
    /// The account has a second factor: send a code with this token to `/api/v1/sessions/second-step`.
    SecondStep(SecondNeeded),
}

/// A sign-in that is half done.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondNeeded {
    /// Good for the second step and for nothing else.
    token: String,
    /// Until when (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// What it takes: `totp`, `recovery-code`. A passkey needs a browser.
    ways: Vec<&'static str>,
}

impl From<Second> for SecondNeeded {
    fn from(second: Second) -> Self {
        let has = [("totp", second.ways.totp), ("recovery-code", second.ways.recovery_codes > 0)];
        let ways = has.into_iter().filter(|(_, has)| *has).map(|(way, _)| way).collect();
        Self { token: second.token.reveal(), expires_at: second.expires_at, ways }
    }
}

/// A token for the `Authorization: Bearer` header.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionToken {
    /// The secret; it is shown this once.
    token: String,
    /// When the visit ends unless it is used (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Opened> for SessionToken {
    fn from(opened: Opened) -> Self {
        Self { token: opened.token.reveal(), expires_at: opened.expires_at }
    }
}

pub(crate) async fn open(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    ApiJson(given): ApiJson<NewSession>,
) -> Result<(StatusCode, Json<FirstStep>), AppError> {
    let NewSession { login, password, kind } = given;
    let given = SignIn { login, password, client };
    let step = match kind {
        SessionKind::Person => {
            sign_in_person(&room.db, &room.vault, &room.passwords, visitor.now, given).await?
        }
        SessionKind::Staff => {
            sign_in_staff(&room.db, &room.vault, &room.passwords, visitor.now, given).await?
        }
    };
    Ok(match step {
        Step::Opened(opened) => (StatusCode::CREATED, Json(FirstStep::Open(opened.into()))),
        Step::Second(second) => (StatusCode::ACCEPTED, Json(FirstStep::SecondStep(second.into()))),
    })
}

pub(crate) fn open_operation() -> Operation {
    Operation::new("openSession", "Signs in and gives a bearer token.")
        .description(
            "After five failures an account has to wait, longer each time, up to a quarter of an hour: 429 with \
             Retry-After, also for the right password. 202 where the account has a second factor: the token in the \
             answer then opens nothing but the second step.",
        )
        .tag("identity")
        .body::<NewSession>()
        .returns::<FirstStep>(201, "Signed in.")
        .returns::<FirstStep>(202, "A second proof is needed.")
}

/// The visit of the token.
#[derive(Serialize, ToSchema)]
pub(crate) struct CurrentSession {
    /// Its id.
    id: String,
    /// Whose it is.
    kind: SessionKind,
    /// The legal person or the person acted for, if any.
    acting_for: Option<String>,
    /// When it ends unless it is used (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
) -> Result<Json<CurrentSession>, AppError> {
    let (kind, acting_for) = match &visitor.actor {
        Actor::Person(person) => (SessionKind::Person, crate::me::acted_for(person)),
        Actor::Staff(_) => (SessionKind::Staff, None),
        Actor::Anonymous | Actor::System => return Err(AppError(Refusal::Unauthenticated)),
    };
    let id = visitor.session.ok_or(AppError(Refusal::Unauthenticated))?;
    let mut tx = room.db.snapshot().await?;
    let row = tx.fetch_one("select expires_at from sessions where id = $1", vals![id]).await?;
    Ok(Json(CurrentSession { id: id.to_string(), kind, acting_for, expires_at: row.get(0)? }))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("showSession", "The visit that this token belongs to.")
        .tag("identity")
        .returns::<CurrentSession>(200, "The visit.")
}
