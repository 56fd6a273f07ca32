//! By which name a sector of clients knows somebody (成对标识), and what they have consented to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::Subject;
use kernel::{ClientId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Tx, vals};

use crate::client::{Client, read};
use crate::scope::Scopes;

/// The name, if this sector has one for them.
pub(crate) async fn find_sub(tx: &mut Tx, sector: &str, subject: Subject) -> Result<Option<String>> {
    let sql = "select sub from oidc_subjects where sector = $1 and subject = $2";
    let row = tx.fetch_optional(sql, vals![sector, subject.to_string()]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// The name, made at the first sign-on: random, so that two sectors cannot compare what they know, and kept, so that a
/// new master key changes nobody's.
pub(crate) async fn sub(tx: &mut Tx, sector: &str, subject: Subject) -> Result<String> {
    if let Some(known) = find_sub(tx, sector, subject).await? {
        return Ok(known);
    }
    let fresh = URL_SAFE_NO_PAD.encode(guomi::random_bytes::<16>());
    tx.execute(
        "insert into oidc_subjects (sector, subject, sub) values ($1, $2, $3)
         on conflict (sector, subject) do nothing",
        vals![sector, subject.to_string(), fresh],
    )
    .await?;
    let sql = "select sub from oidc_subjects where sector = $1 and subject = $2";
    tx.fetch_one(sql, vals![sector, subject.to_string()]).await?.get(0)
}

/// What somebody has answered to a client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Answers {
    /// Ticked.
    pub(crate) consented: Scopes,
    /// Left unticked.
    pub(crate) refused: Scopes,
}

/// What they have answered so far.
pub(crate) async fn answers(tx: &mut Tx, client: ClientId, subject: Subject) -> Result<Answers> {
    let sql = "select scope, refused from oidc_consents where subject = $1 and client = $2";
    let Some(row) = tx.fetch_optional(sql, vals![subject.to_string(), client]).await? else {
        return Ok(Answers::default());
    };
    let read = |index| Ok::<_, store::Error>(Scopes::parse(&row.get::<String>(index)?));
    Ok(Answers { consented: read(0)?, refused: read(1)? })
}

/// Keeps the answer to what was asked; earlier answers to other questions stay.
pub(crate) async fn answer(
    tx: &mut Tx,
    client: ClientId,
    subject: Subject,
    asked: &Scopes,
    ticked: &Scopes,
    now: Timestamp,
) -> Result<()> {
    let Answers { consented, refused } = answers(tx, client, subject).await?;
    let consented = consented.beyond(asked).with(ticked);
    let refused = refused.beyond(asked).with(&asked.beyond(ticked));
    tx.execute(
        "insert into oidc_consents (subject, client, scope, refused, given_at) values ($1, $2, $3, $4, $5)
         on conflict (subject, client) do update
         set scope = excluded.scope, refused = excluded.refused, given_at = excluded.given_at",
        vals![subject.to_string(), client, consented.to_string(), refused.to_string(), now],
    )
    .await?;
    Ok(())
}

/// Takes a consent back.
pub(crate) async fn withdraw(tx: &mut Tx, client: ClientId, subject: &str) -> Result<()> {
    tx.execute("delete from oidc_consents where subject = $1 and client = $2", vals![subject, client])
        .await?;
    Ok(())
}

/// A connected system as its person sees it.
#[derive(Debug)]
pub struct Connected {
    /// Which.
    pub client: Client,
    /// What they have consented to.
    pub consented: Scopes,
    /// When they last signed on; none where only the consent is left.
    pub last: Option<Timestamp>,
}

/// The systems that somebody has signed on to or consented to, by id.
pub async fn connected(tx: &mut Tx, subject: Subject, request: &PageRequest) -> Result<Page<Connected>> {
    let mut vals = request.keys(vals![""])?;
    vals.extend(vals![subject.to_string(), request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select c.id, c.settings, c.created_at, c.version, c.disabled_at, c.secret_digest, n.scope,
                    (select max(g.created_at) from oidc_grants g
                     where g.subject = $2 and g.client = c.id and g.state = 'live')
             from oidc_clients c left join oidc_consents n on n.client = c.id and n.subject = $2
             where c.id > $1 and c.id in (
               select client from oidc_consents where subject = $2
               union select client from oidc_grants where subject = $2 and state = 'live')
             order by c.id limit $3",
            vals,
        )
        .await?;
    let items = rows.iter().map(|row| {
        Ok(Connected {
            client: read(row)?,
            consented: Scopes::parse(&row.get::<Option<String>>(6)?.unwrap_or_default()),
            last: row.get(7)?,
        })
    });
    Ok(Page::cut(items.collect::<Result<_>>()?, request.size, |one: &Connected| vals![one.client.id]))
}
