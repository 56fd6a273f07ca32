//! What one sign-on allows (授权), and the family of its tokens. The states:
//!
//! ```text
//! offered ──code redeemed──▶ live ──signed out, revoked, reused, shut out──▶ ended
//!    └──────────code stolen, mistaken or used again────────────────────────────▲
//! ```
//!
//! A token is worth something while its grant is live; so ending the grant ends them all, and nothing else has to be
//! written. A code and a refresh token are used once: whoever comes second ends the whole family (RFC 6749 §10.5,
//! RFC 9700 §4.14).

mod end;

use identity::{Subject, Token};
use kernel::{ClientId, GrantId, LegalPersonId, SessionId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, fresh_id, vals};

pub(crate) use end::{
    Ended, drop_access, end, end_of_client, end_of_session, end_of_subject, end_one, session_of,
};

use crate::scope::{Scope, Scopes};

/// A code goes from the browser to the client's server at once.
pub(crate) const CODE_SECONDS: i64 = 60;
/// An access token is renewed rather than kept.
pub(crate) const ACCESS_SECONDS: i64 = 15 * 60;
/// A sign-on lasts no longer than a visit may.
const GRANT_SECONDS: i64 = 12 * 3600;
/// With `offline_access` until the person parts from the system, and no longer than this.
const OFFLINE_SECONDS: i64 = 90 * 24 * 3600;

pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// Who has signed on, and what they have allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) subject: Subject,
    pub(crate) acting_for: Option<LegalPersonId>,
    /// By which name the client's sector knows them.
    pub(crate) sub: String,
    pub(crate) session: Option<SessionId>,
    pub(crate) auth_time: Timestamp,
    pub(crate) acr: &'static str,
    /// With what they proved themselves (RFC 8176), words separated by blanks.
    pub(crate) amr: String,
}

/// A code that is to be handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer<'a> {
    pub(crate) client: ClientId,
    pub(crate) who: Who,
    pub(crate) scope: &'a Scopes,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) redirect_uri: &'a str,
    pub(crate) challenge: &'a str,
}

/// A grant as its tokens find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id, also the `sid` of ID tokens.
    pub id: GrantId,
    /// Of which client.
    pub client: ClientId,
    /// Whose; none where a system asks in its own name.
    pub subject: Option<Subject>,
    /// For which legal person they acted.
    pub acting_for: Option<LegalPersonId>,
    /// By which name the client knows them.
    pub sub: String,
    /// What is allowed, as words between blanks.
    pub scope: String,
    /// When they showed their password.
    pub auth_time: Timestamp,
    /// How sure the platform was of them.
    pub acr: String,
    /// With what they had proved themselves (RFC 8176), words separated by blanks.
    pub amr: String,
    pub(crate) nonce: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    redirect_uri: Option<String>,
    challenge: Option<String>,
}

/// The columns of a grant, in the order in which [`read`] wants them.
macro_rules! columns {
    ($of:literal) => {
        concat!(
            $of,
            "id, ",
            $of,
            "client, ",
            $of,
            "subject, ",
            $of,
            "acting_for, ",
            $of,
            "sub, ",
            $of,
            "scope, ",
            $of,
            "auth_time, ",
            $of,
            "acr, ",
            $of,
            "nonce, ",
            $of,
            "created_at, ",
            $of,
            "expires_at, ",
            $of,
            "redirect_uri, ",
            $of,
            "challenge, ",
            $of,
            "amr"
        )
    };
}

fn read(row: &Row) -> Result<Grant> {
    let subject: Option<String> = row.get(2)?;
    Ok(Grant {
        id: row.get(0)?,
        client: row.get(1)?,
        subject: match subject {
            Some(_) => Some(row.parse(2)?),
            None => None,
        },
        acting_for: row.get(3)?,
        sub: row.get(4)?,
        scope: row.get(5)?,
        auth_time: row.get(6)?,
        acr: row.get(7)?,
        nonce: row.get(8)?,
        created_at: row.get(9)?,
        expires_at: row.get(10)?,
        redirect_uri: row.get(11)?,
        challenge: row.get(12)?,
        amr: row.get(13)?,
    })
}

fn lasts_until(scope: &Scopes, now: Timestamp) -> Timestamp {
    later(now, if scope.has(Scope::Offline) { OFFLINE_SECONDS } else { GRANT_SECONDS })
}

/// Offers a code: the only time that it can be read.
pub(crate) async fn offer(tx: &mut Tx, offer: &Offer<'_>, now: Timestamp) -> Result<Token> {
    let code = Token::fresh();
    let Offer { client, who, scope, nonce, redirect_uri, challenge } = offer;
    tx.execute(
        "insert into oidc_grants
           (id, client, subject, acting_for, sub, scope, session, auth_time, acr, nonce, state, code_digest,
            code_expires_at, redirect_uri, challenge, created_at, expires_at, amr)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'offered', $11, $12, $13, $14, $15, $16, $17)",
        vals![
            fresh_id::<GrantId>(now),
            *client,
            who.subject.to_string(),
            who.acting_for,
            &who.sub,
            scope.to_string(),
            who.session,
            who.auth_time,
            who.acr,
            nonce.map(str::to_owned),
            code.digest().to_vec(),
            later(now, CODE_SECONDS),
            *redirect_uri,
            *challenge,
            now,
            lasts_until(scope, now),
            &who.amr,
        ],
    )
    .await?;
    Ok(code)
}

/// A grant without a code: somebody said yes on another device, or a system asks in its own name.
pub(crate) async fn open(
    tx: &mut Tx,
    client: ClientId,
    who: Option<Who>,
    scope: &str,
    now: Timestamp,
) -> Result<Grant> {
    let (lasts, auth_time) =
        (lasts_until(&Scopes::parse(scope), now), who.as_ref().map_or(now, |who| who.auth_time));
    let grant = Grant {
        id: fresh_id(now),
        client,
        subject: who.as_ref().map(|who| who.subject),
        acting_for: who.as_ref().and_then(|who| who.acting_for),
        sub: who.as_ref().map_or_else(|| client.to_string(), |who| who.sub.clone()),
        scope: scope.to_owned(),
        auth_time,
        acr: who.as_ref().map_or("", |who| who.acr).to_owned(),
        amr: who.as_ref().map_or_else(String::new, |who| who.amr.clone()),
        nonce: None,
        created_at: now,
        expires_at: if who.is_some() { lasts } else { later(now, ACCESS_SECONDS) },
        redirect_uri: None,
        challenge: None,
    };
    tx.execute(
        "insert into oidc_grants (id, client, subject, acting_for, sub, scope, session, auth_time, acr, state,
           created_at, expires_at, amr) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'live', $10, $11, $12)",
        vals![
            grant.id,
            client,
            grant.subject.map(|subject| subject.to_string()),
            grant.acting_for,
            &grant.sub,
            scope,
            who.and_then(|who| who.session),
            grant.auth_time,
            &grant.acr,
            now,
            grant.expires_at,
            &grant.amr,
        ],
    )
    .await?;
    Ok(grant)
}

/// What became of a code or a refresh token. A refusal has its effects too, so it is kept like a success.
#[derive(Debug)]
pub(crate) enum Redeemed {
    /// It is good: tokens may be issued, for these scopes.
    Good(Box<Grant>, String),
    /// It is not; the words are for the client's developers.
    Refused(&'static str),
}

/// Redeems a code with its verifier (RFC 7636 §4.6).
pub(crate) async fn redeem(
    tx: &mut Tx,
    client: ClientId,
    code: &Token,
    redirect_uri: &str,
    verifier: &str,
    now: Timestamp,
) -> Result<Redeemed> {
    const TAKE: &str = concat!(
        "update oidc_grants set state = 'live'
         where code_digest = $1 and client = $2 and state = 'offered' and code_expires_at > $3 returning ",
        columns!("")
    );
    let digest = code.digest().to_vec();
    if let Some(row) = tx.fetch_optional(TAKE, vals![&digest, client, now]).await? {
        let grant = read(&row)?;
        let is_challenge =
            grant.challenge.as_deref() == Some(crate::jws::sha256(verifier.as_bytes()).as_str());
        if !is_challenge || grant.redirect_uri.as_deref() != Some(redirect_uri) {
            // Somebody has the code and not what belongs to it.
            end(tx, grant.id, "code-mistaken", now).await?;
            return Ok(Redeemed::Refused("code_verifier or redirect_uri do not belong to this code"));
        }
        let scope = grant.scope.clone();
        return Ok(Redeemed::Good(Box::new(grant), scope));
    }
    let used = tx
        .fetch_optional(
            "select id from oidc_grants where code_digest = $1 and client = $2 and state <> 'offered'",
            vals![digest, client],
        )
        .await?;
    if let Some(row) = used {
        end(tx, row.get(0)?, "code-reused", now).await?;
        return Ok(Redeemed::Refused("the code was used before; what came of it is revoked"));
    }
    Ok(Redeemed::Refused("the code is not known to this client or has run out"))
}

/// Uses a refresh token up. `narrower` asks for less than it allows.
pub(crate) async fn refresh(
    tx: &mut Tx,
    client: ClientId,
    token: &Token,
    narrower: Option<&Scopes>,
    now: Timestamp,
) -> Result<Redeemed> {
    const FIND: &str = concat!(
        "select ",
        columns!("g."),
        ", t.scope, t.used_at, g.state, t.expires_at from oidc_tokens t join oidc_grants g on g.id = t.grant_id
         where t.digest = $1 and t.kind = 'refresh' and g.client = $2"
    );
    let digest = token.digest().to_vec();
    let unknown =
        Redeemed::Refused("the refresh token is not known to this client, has run out or was revoked");
    let Some(row) = tx.fetch_optional(FIND, vals![&digest, client]).await? else { return Ok(unknown) };
    let grant = read(&row)?;
    let allowed: String = row.get(14)?;
    let is_used = row.get::<Option<i64>>(15)?.is_some();
    if row.get::<String>(16)? != "live" || row.get::<Timestamp>(17)? <= now {
        return Ok(unknown);
    }
    let scope = match narrower {
        Some(asked) if !asked.beyond(&Scopes::parse(&allowed)).is_empty() => {
            return Ok(Redeemed::Refused("scope asks for more than the refresh token allows"));
        }
        Some(asked) => asked.to_string(),
        None => allowed,
    };
    let taken = !is_used
        && tx
            .execute(
                "update oidc_tokens set used_at = $2 where digest = $1 and used_at is null",
                vals![digest, now],
            )
            .await?
            == 1;
    if !taken {
        end(tx, grant.id, "refresh-reused", now).await?;
        return Ok(Redeemed::Refused("the refresh token was used before; the whole family is revoked"));
    }
    Ok(Redeemed::Good(Box::new(grant), scope))
}

/// Tokens that were just issued.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) access: Token,
    pub(crate) refresh: Option<Token>,
}

/// Issues an access token, and a refresh token where the client uses them.
pub(crate) async fn issue(
    tx: &mut Tx,
    grant: &Grant,
    scope: &str,
    with_refresh: bool,
    now: Timestamp,
) -> Result<Issued> {
    let access = Token::fresh();
    let until = later(now, ACCESS_SECONDS).min(grant.expires_at);
    if !with_refresh {
        tx.execute(
            "insert into oidc_tokens (digest, kind, grant_id, scope, issued_at, expires_at)
             values ($1, 'access', $2, $3, $4, $5)",
            vals![access.digest().to_vec(), grant.id, scope, now, until],
        )
        .await?;
        return Ok(Issued { access, refresh: None });
    }
    let refresh = Token::fresh();
    tx.execute(
        "insert into oidc_tokens (digest, kind, grant_id, scope, issued_at, expires_at)
         values ($1, 'access', $3, $4, $5, $6), ($2, 'refresh', $3, $4, $5, $7)",
        vals![
            access.digest().to_vec(),
            refresh.digest().to_vec(),
            grant.id,
            scope,
            now,
            until,
            grant.expires_at,
        ],
    )
    .await?;
    Ok(Issued { access, refresh: Some(refresh) })
}

/// A token that is worth something now.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) grant: Grant,
    pub(crate) scope: String,
    pub(crate) is_refresh: bool,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Looks a token up; one that has run out, was used or belongs to what has ended is none.
pub(crate) async fn find(tx: &mut Tx, token: &Token, now: Timestamp) -> Result<Option<Live>> {
    const FIND: &str = concat!(
        "select ",
        columns!("g."),
        ", t.scope, t.kind, t.issued_at, t.expires_at
         from oidc_tokens t join oidc_grants g on g.id = t.grant_id
         where t.digest = $1 and t.expires_at > $2 and t.used_at is null and g.state = 'live'"
    );
    let row = tx.fetch_optional(FIND, vals![token.digest().to_vec(), now]).await?;
    let read = |row: Row| {
        Ok(Live {
            grant: read(&row)?,
            scope: row.get(14)?,
            is_refresh: row.get::<String>(15)? == "refresh",
            issued_at: row.get(16)?,
            expires_at: row.get(17)?,
        })
    };
    row.map(read).transpose()
}

/// A grant that is live.
pub(crate) async fn live(tx: &mut Tx, id: GrantId) -> Result<Option<Grant>> {
    const FIND: &str =
        concat!("select ", columns!("g."), " from oidc_grants g where g.id = $1 and g.state = 'live'");
    let row = tx.fetch_optional(FIND, vals![id]).await?;
    row.as_ref().map(read).transpose()
}

/// The live sign-ons of a client, the latest first.
pub async fn list_grants(
    tx: &mut Tx,
    client: ClientId,
    request: &PageRequest,
    now: Timestamp,
) -> Result<Page<Grant>> {
    const LIST: &str = concat!(
        "select ",
        columns!("g."),
        " from oidc_grants g where g.client = $3 and g.state = 'live' and g.expires_at > $4
           and (g.created_at, g.id) < ($1, $2) order by g.created_at desc, g.id desc limit $5"
    );
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![client, now, request.size.limit()]);
    let items = tx.fetch_all(LIST, vals).await?.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(items, request.size, |grant: &Grant| vals![grant.created_at, grant.id]))
}
