//! Telling connected systems that somebody has signed out (Back-Channel Logout 1.0): posted in the transaction that ends
//! the sign-ons, delivered afterwards through the outbox, in order and with retries.

use std::time::Duration;

use kernel::{ClientId, Refusal, SessionId, Timestamp};
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use store::jobs::{self, Handlers, Job};
use store::outbox::{self, Deliverers, Delivery};
use store::{Error, Tx};

use crate::Room;
use crate::client::find_client;
use crate::grant::{self, Ended};
use crate::jws::Alg;

/// The channel of the outbox.
pub const CHANNEL: &str = "logout";
/// How long a logout token is worth something; each try has its own.
const TOKEN_SECONDS: i64 = 120;
/// Shorter than the lease of a delivery.
const TIMEOUT: Duration = Duration::from_secs(15);
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Has the clients of these grants told, as far as they want to hear of it.
pub(crate) async fn tell(tx: &mut Tx, ended: &[Ended], now: Timestamp) -> store::Result<()> {
    for one in ended {
        let wants = find_client(tx, one.client).await?.is_some_and(|client| {
            !client.settings.backchannel_logout_uri.is_empty() && client.disabled_at.is_none()
        });
        if wants {
            let message = outbox::Message {
                receiver: format!("{CHANNEL}:{}", one.client),
                topic: "oidc.logout".into(),
                key: one.id.to_string(),
                payload: json!({"sub": one.sub, "sid": one.id.to_string()}),
                now,
            };
            outbox::post(tx, &message).await?;
        }
    }
    Ok(())
}

/// What is done when a visit has ended: its sign-ons end, and their clients are told.
pub fn handlers(room: &Room) -> Handlers {
    let room = room.clone();
    Handlers::new().on(identity::VISIT_ENDED_JOB, move |job, now| {
        let room = room.clone();
        async move { Ok(visit_ended(&room, &job, now).await?) }
    })
}

async fn visit_ended(room: &Room, job: &Job, now: Timestamp) -> store::Result<()> {
    let mut tx = room.begin().await?;
    if let Some(session) = job.payload["session"].as_str().and_then(|id| id.parse::<SessionId>().ok()) {
        let ended = grant::end_of_session(&mut tx, session, now).await?;
        tell(&mut tx, &ended, now).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await
}

/// Why a client was not told.
#[derive(Debug, thiserror::Error)]
enum TellError {
    /// The way there.
    #[error("the client does not answer: {0}")]
    Unreachable(String),
    /// It did not take it.
    #[error("the client answered {0}")]
    Answered(u16),
    /// No key, or a client of another shape.
    #[error("{0}")]
    Refused(String),
    /// Storage.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Adds the channel on which clients hear of it.
pub fn deliverers(room: &Room, others: Deliverers) -> Result<Deliverers, Refusal> {
    // The first to ask wins; it is the same one for all.
    let _set_already = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build();
    let http = http.map_err(Refusal::internal)?;
    let room = room.clone();
    Ok(others.on(CHANNEL, move |delivery, now| {
        let (room, http) = (room.clone(), http.clone());
        async move { Ok(deliver(&room, &http, &delivery, now).await?) }
    }))
}

async fn deliver(
    room: &Room,
    http: &reqwest::Client,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), TellError> {
    let id = delivery.receiver.split_once(':').and_then(|(_, id)| id.parse::<ClientId>().ok());
    let mut tx = room.db.snapshot().await?;
    let client = match id {
        Some(id) => find_client(&mut tx, id).await?,
        None => None,
    };
    tx.rollback().await?;
    let Some(client) = client.filter(|client| client.disabled_at.is_none()) else { return Ok(()) };
    let uri = &client.settings.backchannel_logout_uri;
    if uri.is_empty() {
        return Ok(()); // taken out of the registration meanwhile
    }
    let token = logout_token(room, client.id, client.settings.id_token_alg, delivery, now)?;
    let body = serde_urlencoded::to_string([("logout_token", token)]).unwrap_or_default();
    let answer = http
        .post(uri)
        .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .map_err(|error| TellError::Unreachable(error.without_url().to_string()))?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        code => Err(TellError::Answered(code)),
    }
}

/// The logout token (Back-Channel Logout §2.4), fresh for each try.
fn logout_token(
    room: &Room,
    client: ClientId,
    alg: Alg,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<String, TellError> {
    let ring = room.ring();
    let key = ring.signing(alg, now).or_else(|| ring.signing(Alg::Es256, now));
    let key = key.ok_or_else(|| TellError::Refused("no signing key".into()))?;
    let at = now.as_second();
    let claims: Value = json!({
        "iss": *room.issuer, "aud": client.to_string(), "iat": at, "exp": at + TOKEN_SECONDS,
        "jti": format!("{}-{}", delivery.key, delivery.attempts), "events": {EVENT: {}},
        "sub": delivery.payload["sub"], "sid": delivery.payload["sid"],
    });
    key.token("logout+jwt", &claims).map_err(|fault| TellError::Refused(fault.to_string()))
}
