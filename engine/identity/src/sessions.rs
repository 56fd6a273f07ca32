//! Signed-in visits (会话): opening, recognising, prolonging and ending them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use kernel::{
    Actor, AssuranceLevel, InvalidId, MandateId, PersonActor, PersonId, PostId, SessionId, StaffActor,
    StaffId, Timestamp, china_date, from_micros, to_micros,
};
use store::jobs::{self, NewJob};
use store::{Db, Result, Row, Tx, Vault, fresh_id, vals};

use crate::factors::{self, Factor};
use crate::persons::Assurance;
use crate::posts::PostRecord;
use crate::staff::{self, Powers};
use crate::token::Token;
use crate::{mandates, personal, staffing};

/// A visit ends after this time without a request, because a desk is left and a phone is lent.
const IDLE_PERSON: Duration = Duration::from_hours(2);
/// Staff see other people's data, so theirs ends sooner.
const IDLE_STAFF: Duration = Duration::from_mins(30);
/// No visit lasts longer, however busy.
const ABSOLUTE: Duration = Duration::from_hours(12);
/// A visit is prolonged at most so often: reading a page should not cost a write.
const TOUCH: Duration = Duration::from_mins(1);

/// Whose visit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A natural person.
    Person(PersonId),
    /// A member of staff.
    Staff(StaffId),
}

impl fmt::Display for Subject {
    /// As [`Actor::reference`] names them: `person:…` or `staff:…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => write!(f, "person:{person}"),
            Self::Staff(staff) => write!(f, "staff:{staff}"),
        }
    }
}

impl FromStr for Subject {
    type Err = InvalidId;

    fn from_str(text: &str) -> std::result::Result<Self, InvalidId> {
        match text.split_once(':') {
            Some(("person", id)) => id.parse().map(Self::Person),
            Some(("staff", id)) => id.parse().map(Self::Staff),
            Some(_) | None => Err(InvalidId),
        }
    }
}

impl Subject {
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Staff(_) => "staff",
        }
    }

    /// The bare id.
    pub(crate) fn id(self) -> String {
        match self {
            Self::Person(person) => person.to_string(),
            Self::Staff(staff) => staff.to_string(),
        }
    }

    pub(crate) const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Staff(_) => None,
        }
    }

    pub(crate) const fn staff(self) -> Option<StaffId> {
        match self {
            Self::Person(_) => None,
            Self::Staff(staff) => Some(staff),
        }
    }

    const fn idle(self) -> Duration {
        match self {
            Self::Person(_) => IDLE_PERSON,
            Self::Staff(_) => IDLE_STAFF,
        }
    }

    /// The earlier of the idle and the absolute end.
    fn expires_at(self, created_at: Timestamp, seen_at: Timestamp) -> Timestamp {
        later(seen_at, self.idle()).min(later(created_at, ABSOLUTE))
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A visit that was just opened, or got a new token.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The secret for its holder; it is shown here once and stored nowhere.
    pub token: Token,
    /// The visit.
    pub session: SessionId,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// By which the browser is known from now on, if it was not before.
    pub(crate) mark: Option<Token>,
}

/// A visit as a request finds it.
#[derive(Debug, Clone)]
pub struct Live {
    /// The visit.
    pub session: SessionId,
    /// Who it is, with the hat they wear if they still may.
    pub actor: Actor,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// What a member of staff still owes before they may go on, and how their post is called.
    pub(crate) at_work: Option<AtWork>,
    subject: Subject,
    created_at: Timestamp,
    last_seen_at: Timestamp,
}

/// A member of staff as their pages show them.
#[derive(Debug, Clone)]
pub(crate) struct AtWork {
    /// The post in which they act.
    pub(crate) post: PostRecord,
    /// Whether they hold others too.
    pub(crate) has_others: bool,
    /// They hold several and have chosen none in this visit.
    pub(crate) must_choose: bool,
    /// They have a start password and must choose their own.
    pub(crate) must_change: bool,
}

/// Opens a visit for a subject that the caller has made sure of, as if with a password. Nothing is asked here.
pub async fn open_session_for(tx: &mut Tx, subject: Subject, now: Timestamp) -> Result<Opened> {
    open(tx, fresh_id(now), subject, &[Factor::Password], now).await
}

/// The same with a strong factor: the scenario player's, who plays people that have one.
pub async fn open_strong_session_for(tx: &mut Tx, subject: Subject, now: Timestamp) -> Result<Opened> {
    open(tx, fresh_id(now), subject, &[Factor::Password, Factor::Totp], now).await
}

pub(crate) async fn open(
    tx: &mut Tx,
    session: SessionId,
    subject: Subject,
    proved: &[Factor],
    now: Timestamp,
) -> Result<Opened> {
    let token = Token::fresh();
    let strong_at = proved.iter().any(|factor| factor.is_strong()).then_some(now);
    let expires_at = subject.expires_at(now, now);
    tx.execute(
        "insert into sessions
           (token_digest, id, kind, person, staff, created_at, last_seen_at, expires_at, revoked_at,
            factors, strong_at, proved_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7, null, $8, $9, $6)",
        vals![
            token.digest(),
            session,
            subject.kind(),
            subject.person(),
            subject.staff(),
            now,
            expires_at,
            factors::written(proved),
            strong_at,
        ],
    )
    .await?;
    Ok(Opened { token, session, expires_at, mark: None })
}

/// The visit of a token, if it still goes on. A disabled member of staff has none, and whoever wears a
/// hat that has ended is there without it.
pub async fn find_session(tx: &mut Tx, vault: &Vault, token: &Token, now: Timestamp) -> Result<Option<Live>> {
    let row = tx
        .fetch_optional(
            "select s.id, s.created_at, s.last_seen_at, s.expires_at, s.person, s.staff, s.mandate,
                    p.name_sealed, t.name, s.post, t.start_until, s.strong_at, p.assurance_level
             from sessions s
             left join persons p on p.id = s.person
             left join staff t on t.id = s.staff and t.disabled_at is null
             where s.token_digest = $1 and s.revoked_at is null and s.expires_at > $2",
            vals![token.digest(), now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let Some((subject, actor, at_work)) = who(tx, vault, &row, now).await? else { return Ok(None) };
    Ok(Some(Live {
        session: row.get(0)?,
        actor,
        expires_at: row.get(3)?,
        at_work,
        subject,
        created_at: row.get(1)?,
        last_seen_at: row.get(2)?,
    }))
}

async fn who(
    tx: &mut Tx,
    vault: &Vault,
    row: &Row,
    now: Timestamp,
) -> Result<Option<(Subject, Actor, Option<AtWork>)>> {
    let strong = row.get::<Option<Timestamp>>(11)?.is_some();
    if let Some(person) = row.get::<Option<PersonId>>(4)? {
        let acting_for = match row.get::<Option<MandateId>>(6)? {
            Some(mandate) => mandates::worn(tx, vault, person, mandate, now).await?,
            None => None,
        };
        let shown_as = personal::shown_as(vault, &row.get::<Vec<u8>>(7)?)?;
        let level = AssuranceLevel::of(row.parse::<Assurance>(12)? == Assurance::Verified, strong);
        let actor = Actor::Person(PersonActor { level, person, acting_for, shown_as });
        return Ok(Some((Subject::Person(person), actor, None)));
    }
    let staff: StaffId = row.get(5)?;
    let Some(shown_as) = row.get::<Option<String>>(8)? else { return Ok(None) }; // disabled
    let chosen = row.get::<Option<PostId>>(9)?;
    let found = staff::powers_of(tx, staff, chosen, china_date(now)).await?;
    let Some(Powers { post, must_choose, count, deputy_of }) = found else { return Ok(None) }; // holds no post
    let actor = Actor::Staff(StaffActor {
        strong,
        staff,
        body: post.body,
        division: post.division.clone(),
        roles: post.roles.clone(),
        deputy_of,
        shown_as,
    });
    let must_change = row.get::<Option<i64>>(10)?.is_some();
    let at_work = AtWork { post, has_others: count > 1, must_choose, must_change };
    Ok(Some((Subject::Staff(staff), actor, Some(at_work))))
}

impl Live {
    /// Notes that the visit goes on, at most once a minute. A visit whose end has come is not brought back.
    pub async fn touch(&self, db: &Db, now: Timestamp) -> Result<()> {
        if now < later(self.last_seen_at, TOUCH) {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        tx.execute(
            "update sessions set last_seen_at = $1, expires_at = $2
             where id = $3 and revoked_at is null and last_seen_at < $1",
            vals![now, self.subject.expires_at(self.created_at, now), self.session],
        )
        .await?;
        tx.commit().await
    }
}

/// Gives the visit a new token, so that one seen before cannot be used after.
pub(crate) async fn renew_token(
    tx: &mut Tx,
    session: SessionId,
    mandate: Option<MandateId>,
    now: Timestamp,
) -> Result<Option<Opened>> {
    let token = Token::fresh();
    let row = tx
        .fetch_optional(
            "update sessions set token_digest = $1, mandate = $2
             where id = $3 and revoked_at is null and expires_at > $4 returning expires_at",
            vals![token.digest(), mandate, session, now],
        )
        .await?;
    let opened = |row: Row| Ok(Opened { token, session, expires_at: row.get(0)?, mark: None });
    row.map(opened).transpose()
}

/// The job that is written when somebody signs out: connected systems are to hear of it. Its key is the visit.
pub const VISIT_ENDED_JOB: &str = "identity.visit-ended";

/// Ends a visit; one that has ended already stays so.
pub async fn close_session(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<()> {
    let ended = tx
        .execute(
            "update sessions set revoked_at = $1 where id = $2 and revoked_at is null",
            vals![now, session],
        )
        .await?;
    if ended == 1 {
        let key = session.to_string();
        let payload = serde_json::json!({ "session": key });
        jobs::enqueue(tx, &NewJob { kind: VISIT_ENDED_JOB, key, payload, run_at: now }).await?;
    }
    Ok(())
}

/// How long ended visits and old sign-ins are kept: 网络安全法 §21(3) asks for logs of at least six months.
const KEPT: Duration = Duration::from_hours(400 * 24);

/// Forgets visits and sign-ins that have been over for longer than the law and the visitor need them.
/// Returns how many rows went. For a daily job.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64> {
    let before =
        from_micros(to_micros(now).saturating_sub(i64::try_from(KEPT.as_micros()).unwrap_or(i64::MAX)));
    let visits = tx.execute("delete from sessions where expires_at < $1", vals![before]).await?;
    let tries = tx.execute("delete from sign_ins where at < $1", vals![before]).await?;
    let devices = tx.execute("delete from devices where last_seen_at < $1", vals![before]).await?;
    let halves = tx.execute("delete from half_sign_ins where expires_at < $1", vals![now]).await?;
    let asked = tx.execute("delete from passkey_challenges where expires_at < $1", vals![now]).await?;
    let files = staffing::import::forget_old(tx, now).await?;
    Ok(visits + tries + devices + halves + asked + files)
}

#[cfg(test)]
mod tests;
