//! What administrators do with connected systems: registering, changing, new secrets, shutting out. Each act is kept.

use identity::{ActKind, NewAct, Token};
use kernel::{Actor, ClientId, EventId, Message, Refusal, Timestamp};
use store::{Row, Tx, fresh_id, vals};

use crate::client::{AuthMethod, Client, Settings, find_client};
use crate::grant;
use crate::permission::MANAGE_CLIENTS;

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// There is no such client.
    #[error("no such client")]
    NotFound,
    /// Somebody changed it in the meantime.
    #[error("changed in the meantime")]
    Stale,
    /// It has no secret to renew.
    #[error("has no secret")]
    NoSecret,
    /// Rules that the registration breaks, or an actor who may not.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<RegisterError> for Refusal {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::NotFound => Self::NotFound,
            RegisterError::Stale => Self::conflict("oidc-stale"),
            RegisterError::NoSecret => Self::conflict("oidc-no-secret"),
            RegisterError::Refused(refusal) => refusal,
            RegisterError::Store(error) => error.into(),
        }
    }
}

/// A client that was just registered.
#[derive(Debug)]
pub struct Registered {
    /// Its `client_id`.
    pub id: ClientId,
    /// Its secret, shown here once and stored nowhere; none for clients that have none.
    pub secret: Option<Token>,
}

fn checked(settings: &Settings) -> Result<(), Refusal> {
    let faults = settings.faults();
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(faults)) }
}

fn secret_for(settings: &Settings) -> Option<Token> {
    (settings.auth_method == AuthMethod::ClientSecretBasic).then(Token::fresh)
}

fn json(settings: &Settings) -> Result<serde_json::Value, Refusal> {
    serde_json::to_value(settings).map_err(Refusal::internal)
}

/// Registers a client.
pub async fn register_client(
    tx: &mut Tx,
    by: &Actor,
    settings: &Settings,
    now: Timestamp,
) -> Result<Registered, RegisterError> {
    by.require(MANAGE_CLIENTS)?;
    checked(settings)?;
    let (id, secret) = (fresh_id::<ClientId>(now), secret_for(settings));
    tx.execute(
        "insert into oidc_clients (id, name_zh, name_en, auth_method, secret_digest, settings, created_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, 1)",
        vals![
            id,
            &settings.name_zh,
            &settings.name_en,
            settings.auth_method.as_str(),
            secret.as_ref().map(|secret| secret.digest().to_vec()),
            json(settings)?,
            now,
        ],
    )
    .await?;
    write_origins(tx, id, settings).await?;
    note(tx, by, &id.to_string(), "registered", now).await?;
    Ok(Registered { id, secret })
}

async fn write_origins(tx: &mut Tx, id: ClientId, settings: &Settings) -> store::Result<()> {
    tx.execute("delete from oidc_origins where client = $1", vals![id]).await?;
    if settings.auth_method == AuthMethod::None {
        for origin in settings.origins() {
            tx.execute("insert into oidc_origins (origin, client) values ($1, $2)", vals![origin, id])
                .await?;
        }
    }
    Ok(())
}

/// Changes what is registered. A client that now proves itself by a secret gets one; what it may no longer do ends with
/// its tokens.
pub async fn change_client(
    tx: &mut Tx,
    by: &Actor,
    id: ClientId,
    version: i64,
    settings: &Settings,
    now: Timestamp,
) -> Result<Option<Token>, RegisterError> {
    by.require(MANAGE_CLIENTS)?;
    checked(settings)?;
    let before = find_client(tx, id).await?.ok_or(RegisterError::NotFound)?;
    let keeps_secret = before.settings.auth_method == settings.auth_method;
    let secret = if keeps_secret { None } else { secret_for(settings) };
    let digest = match &secret {
        Some(secret) => Some(secret.digest().to_vec()),
        None => before.secret_digest.filter(|_| keeps_secret),
    };
    let changed = tx
        .execute(
            "update oidc_clients set name_zh = $3, name_en = $4, auth_method = $5, secret_digest = $6,
                    settings = $7, version = version + 1
             where id = $1 and version = $2",
            vals![
                id,
                version,
                &settings.name_zh,
                &settings.name_en,
                settings.auth_method.as_str(),
                digest,
                json(settings)?,
            ],
        )
        .await?;
    if changed == 0 {
        return Err(RegisterError::Stale);
    }
    write_origins(tx, id, settings).await?;
    let lost = before.settings.allowed().beyond(&settings.allowed());
    let other_sector = before.settings.sector != settings.sector || before.settings.door != settings.door;
    if !lost.is_empty() || other_sector {
        grant::end_of_client(tx, id, "client-changed", now).await?;
    }
    note(tx, by, &id.to_string(), "changed", now).await?;
    Ok(secret)
}

/// Gives the client a new secret; the old one is worthless at once.
pub async fn renew_secret(
    tx: &mut Tx,
    by: &Actor,
    id: ClientId,
    now: Timestamp,
) -> Result<Token, RegisterError> {
    by.require(MANAGE_CLIENTS)?;
    let client = find_client(tx, id).await?.ok_or(RegisterError::NotFound)?;
    let secret = secret_for(&client.settings).ok_or(RegisterError::NoSecret)?;
    tx.execute(
        "update oidc_clients set secret_digest = $2, version = version + 1 where id = $1",
        vals![id, secret.digest().to_vec()],
    )
    .await?;
    note(tx, by, &id.to_string(), "secret-renewed", now).await?;
    Ok(secret)
}

/// Shuts a client out, with everything that it has, or lets it in again.
pub async fn shut_out(
    tx: &mut Tx,
    by: &Actor,
    id: ClientId,
    out: bool,
    now: Timestamp,
) -> Result<(), RegisterError> {
    by.require(MANAGE_CLIENTS)?;
    let Client { disabled_at, .. } = find_client(tx, id).await?.ok_or(RegisterError::NotFound)?;
    if disabled_at.is_some() == out {
        return Ok(()); // a second click
    }
    tx.execute(
        "update oidc_clients set disabled_at = $2, version = version + 1 where id = $1",
        vals![id, out.then_some(now)],
    )
    .await?;
    if out {
        grant::end_of_client(tx, id, "client-shut-out", now).await?;
    }
    note(tx, by, &id.to_string(), if out { "shut-out" } else { "let-in" }, now).await?;
    Ok(())
}

/// Ends one sign-on of a client.
pub async fn end_grant(
    tx: &mut Tx,
    by: &Actor,
    client: ClientId,
    grant: kernel::GrantId,
    now: Timestamp,
) -> Result<(), RegisterError> {
    by.require(MANAGE_CLIENTS)?;
    if !grant::end_one(tx, client, grant, "administrator", now).await? {
        return Err(RegisterError::Refused(Refusal::Conflict(Message::new("oidc-grant-over"))));
    }
    note(tx, by, &client.to_string(), "grant-ended", now).await?;
    Ok(())
}

/// An act of an administrator (管理操作记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// When.
    pub(crate) at: Timestamp,
    /// Who: an actor's reference.
    pub(crate) by: String,
    /// What: a word that the pages have a sentence for.
    pub(crate) act: String,
}

pub(crate) async fn note(
    tx: &mut Tx,
    by: &Actor,
    about: &str,
    act: &str,
    now: Timestamp,
) -> store::Result<()> {
    tracing::info!(about, act, by = by.reference(), "single sign-on administered");
    tx.execute(
        "insert into oidc_acts (id, about, at, by_whom, act) values ($1, $2, $3, $4, $5)",
        vals![fresh_id::<EventId>(now), about, now, by.reference(), act],
    )
    .await?;
    let target = if about == "keys" { "sign-on:keys".to_owned() } else { format!("client:{about}") };
    let noted = NewAct::new(ActKind::ClientManaged, None, target).changed("", act);
    identity::record_act(tx, by, noted, now).await
}

/// The last twenty acts about a client, or about `keys`; all stay in the table.
pub(crate) async fn acts(tx: &mut Tx, about: &str) -> store::Result<Vec<Act>> {
    let rows = tx
        .fetch_all(
            "select at, by_whom, act from oidc_acts where about = $1 order by at desc, id desc limit 20",
            vals![about],
        )
        .await?;
    rows.iter().map(|row: &Row| Ok(Act { at: row.get(0)?, by: row.get(1)?, act: row.get(2)? })).collect()
}
