//! Accounts at upstream identity providers (上游身份提供方) with which somebody signs in here (绑定登录方式). What a provider
//! says is asked for and checked by the room that speaks its protocol; here lies which account of theirs opens which of
//! ours.
//!
//! A link is made by whoever has just proved both accounts, and by nothing else: equal names, numbers and telephones join
//! nothing (docs/adr/0020).

use codes::ResidentId;
use kernel::{Actor, PersonId, Refusal, Timestamp, Words};
use serde::{Deserialize, Serialize};
use store::{Purpose, Tx, Vault, vals};

use crate::account_told::{Told, told};
use crate::acts::{ActKind, NewAct, record_act};
use crate::factors::FactorRules;
use crate::person_name::PersonName;
use crate::personal;
use crate::persons::{Assurance, find_person, make_verified, person_reference};
use crate::sessions::Subject;

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// A provider as pages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamName {
    /// Its name in the config and in addresses.
    pub id: String,
    /// Its name for people.
    pub name: Words,
}

/// What a provider has said of the holder of one of its accounts, after it was checked that it was the provider who said
/// it. In clear, so `Debug` shows nothing of the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The provider's name in the config.
    pub provider: String,
    /// Who it is; subjects are names within it.
    pub issuer: String,
    /// By which name it knows the account.
    pub subject: String,
    /// The holder's name.
    pub name: Option<String>,
    /// Their identity number.
    pub resident_id: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Whether the provider has compared the holder with a register.
    pub is_checked: bool,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl Said {
    /// Name and number as they may be shown (脱敏), where the provider gave both and both can be: then somebody can register
    /// with them.
    pub fn person(&self) -> Option<(String, String)> {
        let name = PersonName::parse(self.name.as_deref()?).ok()?;
        let number = ResidentId::parse(self.resident_id.as_deref()?).ok()?;
        Some((name.masked(), number.masked()))
    }

    pub(crate) fn blind(&self, vault: &Vault) -> String {
        vault.blind(personal::UPSTREAM, &format!("{}\n{}", self.issuer, self.subject))
    }
}

/// Why no link was made.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// That account opens another account here.
    #[error("the upstream account is linked elsewhere")]
    Elsewhere,
    /// Another account of that provider opens this one.
    #[error("another account of this provider is linked")]
    Another,
    /// The provider vouches for the holder of its account, and that is not the person of this account.
    #[error("the upstream account belongs to another person")]
    NotThem,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Elsewhere => Self::conflict("identity-upstream-elsewhere"),
            LinkError::Another => Self::conflict("identity-upstream-another"),
            LinkError::NotThem => Self::conflict("identity-upstream-not-them"),
            LinkError::Store(error) => error.into(),
        }
    }
}

/// The account that this account of the provider opens.
pub async fn find_linked(tx: &mut Tx, vault: &Vault, said: &Said) -> store::Result<Option<PersonId>> {
    let sql = "select person from upstream_links where subject_blind = $1";
    let row = tx.fetch_optional(sql, vals![said.blind(vault)]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Lets the provider's account open this one from now on. The caller has made sure that whoever asks has just proved both.
/// A second time changes nothing.
pub async fn link(
    tx: &mut Tx,
    vault: &Vault,
    person: PersonId,
    said: &Said,
    device: &str,
    now: Timestamp,
) -> Result<(), LinkError> {
    match find_linked(tx, vault, said).await? {
        Some(found) if found == person => return Ok(()),
        Some(_) => return Err(LinkError::Elsewhere),
        None => {}
    }
    let sql = "select 1 from upstream_links where person = $1 and provider = $2";
    if tx.fetch_optional(sql, vals![person, &said.provider]).await?.is_some() {
        return Err(LinkError::Another);
    }
    let likeness = compare(tx, vault, person, said, now).await?;
    if said.is_checked && likeness == Likeness::Other {
        return Err(LinkError::NotThem);
    }
    insert(tx, vault, person, said, now).await?;
    told(tx, Subject::Person(person), Told::UpstreamLinked, device, now).await?;
    if said.is_checked && likeness == Likeness::Same {
        raise(tx, person, &said.provider, now).await?;
    }
    Ok(())
}

/// Writes the link down.
pub(crate) async fn insert(
    tx: &mut Tx,
    vault: &Vault,
    person: PersonId,
    said: &Said,
    now: Timestamp,
) -> Result<(), LinkError> {
    let sealed = vault.seal(personal::UPSTREAM, said.subject.as_bytes())?;
    tx.execute(
        "insert into upstream_links (person, provider, subject_blind, subject_sealed, linked_at)
         values ($1, $2, $3, $4, $5)",
        vals![person, &said.provider, said.blind(vault), sealed, now],
    )
    .await
    .map_err(|error| error.on_constraint("upstream_links_subject_blind_key", || LinkError::Elsewhere))?;
    Ok(())
}

/// Whether the provider speaks of the person of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// Name and number are theirs.
    Same,
    /// The number is another one.
    Other,
    /// It does not say enough.
    Unknown,
}

async fn compare(
    tx: &mut Tx,
    vault: &Vault,
    person: PersonId,
    said: &Said,
    now: Timestamp,
) -> store::Result<Likeness> {
    // The person asks for it themselves, so there is no look to note.
    let purpose = Purpose::new("identity.link-upstream", person_reference(person));
    let Some(ours) = find_person(tx, vault, &purpose, person, now).await? else {
        return Ok(Likeness::Unknown);
    };
    let Some(number) = said.resident_id.as_deref().and_then(|text| ResidentId::parse(text).ok()) else {
        return Ok(Likeness::Unknown);
    };
    if number != ours.resident_id {
        return Ok(Likeness::Other);
    }
    let is_called = said.name.as_deref().is_some_and(|name| name.trim() == ours.name.as_str());
    Ok(if is_called { Likeness::Same } else { Likeness::Unknown })
}

/// The provider has compared the person with a register, so the account is verified from now on (实名核验).
async fn raise(tx: &mut Tx, person: PersonId, provider: &str, now: Timestamp) -> store::Result<()> {
    if !make_verified(tx, person).await? {
        return Ok(());
    }
    let became = format!("{} · upstream:{provider}", Assurance::Verified);
    let act = NewAct::new(ActKind::PersonVerified, None, person_reference(person))
        .changed(Assurance::Declared.to_string(), became);
    record_act(tx, &Actor::System, act, now).await?;
    told(tx, Subject::Person(person), Told::UpstreamVerified, "", now).await
}

/// A link as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkRecord {
    /// The provider's name in the config; it may be gone from there.
    pub provider: String,
    /// By which name the provider knows its account.
    pub subject: String,
    /// Since when.
    pub linked_at: Timestamp,
    /// When it last opened the account.
    pub last_used_at: Option<Timestamp>,
}

impl std::fmt::Debug for LinkRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkRecord").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// The links of an account, opened for a purpose of their owner.
pub async fn links_of(
    tx: &mut Tx,
    vault: &Vault,
    purpose: &Purpose,
    person: PersonId,
) -> store::Result<Vec<LinkRecord>> {
    let rows = tx
        .fetch_all(
            "select provider, subject_sealed, linked_at, last_used_at from upstream_links
             where person = $1 order by linked_at, provider",
            vals![person],
        )
        .await?;
    let read = |row: &store::Row| {
        Ok(LinkRecord {
            provider: row.get(0)?,
            subject: personal::open_upstream(vault, &row.get::<Vec<u8>>(1)?, purpose)?,
            linked_at: row.get(2)?,
            last_used_at: row.get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many links an account has; nothing is opened.
pub(crate) async fn count_of(tx: &mut Tx, person: PersonId) -> store::Result<u32> {
    let sql = "select count(*) from upstream_links where person = $1";
    tx.fetch_one(sql, vals![person]).await?.get(0)
}

/// Notes that the link has opened the account.
pub(crate) async fn used(tx: &mut Tx, vault: &Vault, said: &Said, now: Timestamp) -> store::Result<()> {
    let sql = "update upstream_links set last_used_at = $1 where subject_blind = $2";
    tx.execute(sql, vals![now, said.blind(vault)]).await?;
    Ok(())
}

/// Why a link stays.
#[derive(Debug, thiserror::Error)]
pub enum UnlinkError {
    /// There is none.
    #[error("no such link")]
    Unknown,
    /// Nothing else would open the account.
    #[error("the account has no other way in")]
    LastWay,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<UnlinkError> for Refusal {
    fn from(error: UnlinkError) -> Self {
        match error {
            UnlinkError::Unknown => Self::NotFound,
            UnlinkError::LastWay => Self::conflict("identity-upstream-last-way"),
            UnlinkError::Store(error) => error.into(),
        }
    }
}

/// Takes a link away, unless nothing else would open the account: a password, a passkey, or another link to a provider that
/// this platform still knows. An authenticator application or a recovery code opens nothing by itself.
pub(crate) async fn unlink(
    tx: &mut Tx,
    rules: &FactorRules,
    person: PersonId,
    provider: &str,
    device: &str,
    now: Timestamp,
) -> Result<(), UnlinkError> {
    // Two that go at once stand in line here, so that each sees what the other has left.
    tx.execute("update upstream_links set linked_at = linked_at where person = $1", vals![person]).await?;
    let rows = tx.fetch_all("select provider from upstream_links where person = $1", vals![person]).await?;
    let links = rows.iter().map(|row| row.get::<String>(0)).collect::<store::Result<Vec<_>>>()?;
    if !links.iter().any(|link| link == provider) {
        return Err(UnlinkError::Unknown);
    }
    let others = tx
        .fetch_one(
            "select (select count(*) from persons where id = $1 and password_hash is not null)
                  + (select count(*) from passkeys where owner = $2)",
            vals![person, person_reference(person)],
        )
        .await?
        .get::<i64>(0)?;
    let is_known = |link: &&String| *link != provider && rules.upstream(link).is_some();
    if others == 0 && !links.iter().any(|link| is_known(&link)) {
        return Err(UnlinkError::LastWay);
    }
    let sql = "delete from upstream_links where person = $1 and provider = $2";
    tx.execute(sql, vals![person, provider]).await?;
    told(tx, Subject::Person(person), Told::UpstreamUnlinked, device, now).await?;
    Ok(())
}
