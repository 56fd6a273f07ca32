//! Telling connected systems that a document has ended (状态订阅): posted in the transaction that ends it, delivered through the
//! outbox. What is told is a hint; the system asks again before it relies on it. A last day that passes is not told: the
//! system knows it from the start.

use std::time::Duration;

use kernel::{ClientId, FieldError, LicenceId, Message, Refusal, Timestamp};
use oidc::System;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use serde_json::json;
use store::outbox::{self, Deliverers, Delivery};
use store::{Db, Purpose, Tx, vals};

use super::get_named;
use crate::receiver::Receiver;
use crate::room::Room;
use crate::uses::{How, NewUse, note, stated_alone};
use crate::{Licence, State};

/// The channel of the outbox.
pub const CHANNEL: &str = "licence-state";
/// Shorter than the lease of a delivery.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Has a system told at this address when a document ends; a second call changes the address. The caller commits.
pub(crate) async fn subscribe(
    tx: &mut Tx,
    room: &Room,
    system: &System,
    now: Timestamp,
    identifier: &str,
    (uri, purpose): (&str, &str),
) -> Result<Licence, Refusal> {
    let purpose = stated_alone(purpose)?;
    if !system.is_own_address(uri) {
        let message = Message::new("licences-subscribe-address-wrong");
        return Err(Refusal::Invalid(vec![FieldError::new("notify_uri", message)]));
    }
    let licence = get_named(tx, identifier).await?;
    let changed = tx
        .execute(
            "update licence_subscriptions set uri = $3 where licence = $1 and client = $2",
            vals![licence.id, system.client, uri],
        )
        .await?;
    if changed > 0 {
        return Ok(licence);
    }
    tx.execute(
        "insert into licence_subscriptions (licence, client, uri, since) values ($1, $2, $3, $4)",
        vals![licence.id, system.client, uri, now],
    )
    .await?;
    let new = NewUse {
        licence: &licence,
        how: How::Subscribed,
        receiver: &Receiver::of_system(system),
        by: &system.reference(),
        purpose,
        authorisation: None,
        case: None,
        detail: String::new(),
        look: Some((Purpose::new("licences.subscribe", system.reference()), "licences.state")),
    };
    note(tx, &room.vault, new, now).await?;
    Ok(licence)
}

/// Ends a subscription; there need be none. The caller commits.
pub(crate) async fn unsubscribe(tx: &mut Tx, system: &System, identifier: &str) -> Result<(), Refusal> {
    let licence = get_named(tx, identifier).await?;
    let sql = "delete from licence_subscriptions where licence = $1 and client = $2";
    tx.execute(sql, vals![licence.id, system.client]).await?;
    Ok(())
}

/// Has whoever subscribed told that a document has ended, in the transaction that ends it.
pub(crate) async fn tell(tx: &mut Tx, licence: LicenceId, state: State, now: Timestamp) -> store::Result<()> {
    let rows = tx
        .fetch_all(
            "select s.client, l.identifier from licence_subscriptions s join licences l on l.id = s.licence
             where s.licence = $1 order by s.client",
            vals![licence],
        )
        .await?;
    for row in rows {
        let (client, identifier): (ClientId, String) = (row.get(0)?, row.get(1)?);
        let message = outbox::Message {
            receiver: format!("{CHANNEL}:{client}"),
            topic: "licences.state".into(),
            key: format!("{licence}:{}", state.as_str()),
            payload: json!({
                "licence": licence.to_string(), "identifier": identifier, "state": state.as_str(),
                "changed_at": now.to_string(),
            }),
            now,
        };
        outbox::post(tx, &message).await?;
    }
    Ok(())
}

/// Why a system was not told.
#[derive(Debug, thiserror::Error)]
enum TellError {
    /// The way there.
    #[error("the system does not answer: {0}")]
    Unreachable(String),
    /// It did not take it.
    #[error("the system answered {0}")]
    Answered(u16),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Adds the channel on which systems hear of it.
pub fn deliverers(room: &Room, others: Deliverers) -> Result<Deliverers, Refusal> {
    // The first to ask wins; it is the same one for all.
    let _set_already = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build();
    let http = http.map_err(Refusal::internal)?;
    let db = room.db.clone();
    Ok(others.on(CHANNEL, move |delivery, _now| {
        let (db, http) = (db.clone(), http.clone());
        async move { Ok(deliver(&db, &http, &delivery).await?) }
    }))
}

async fn deliver(db: &Db, http: &reqwest::Client, delivery: &Delivery) -> Result<(), TellError> {
    let client = delivery.receiver.split_once(':').and_then(|(_, id)| id.parse::<ClientId>().ok());
    let licence = delivery.payload["licence"].as_str().and_then(|id| id.parse::<LicenceId>().ok());
    let (Some(client), Some(licence)) = (client, licence) else { return Ok(()) };
    let mut tx = db.snapshot().await?;
    let is_open = oidc::find_client(&mut tx, client).await?.is_some_and(|found| found.disabled_at.is_none());
    let sql = "select uri from licence_subscriptions where licence = $1 and client = $2";
    let row = tx.fetch_optional(sql, vals![licence, client]).await?;
    tx.rollback().await?;
    let Some(row) = row.filter(|_| is_open) else { return Ok(()) }; // it does not want to hear it any more
    let told = json!({
        "message": delivery.key, "identifier": delivery.payload["identifier"],
        "state": delivery.payload["state"], "changed_at": delivery.payload["changed_at"],
    });
    let answer = http
        .post(row.get::<String>(0)?)
        .header(CONTENT_TYPE, "application/json")
        .body(told.to_string())
        .send()
        .await
        .map_err(|error| TellError::Unreachable(error.without_url().to_string()))?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        code => Err(TellError::Answered(code)),
    }
}
