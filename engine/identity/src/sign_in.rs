//! Signing in with a password, for persons and staff alike: one way through, whoever knocks and whatever they type.

use kernel::{PersonId, Refusal, SessionId, StaffId, Timestamp};
use store::{Db, Sql, Tx, Vault, fresh_id, vals};

use crate::client::Client;
use crate::devices;
use crate::factors::{Factor, Ways, ways_of};
use crate::lockout::{ACCOUNT, CLIENT, Failures};
use crate::password::{HashFault, Passwords};
use crate::personal;
use crate::second_step;
use crate::sessions::{self, Opened, Subject};
use crate::token::Token;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such account, no such password, or an account that is closed: which of them is not said.
    #[error("account or password is wrong")]
    WrongCredentials,
    /// Too many failures before; seconds to wait. Said even to the right password, so that guessing gains nothing.
    #[error("too many failures, wait {0} s")]
    Delayed(u64),
    /// The password could not be checked.
    #[error(transparent)]
    Hash(#[from] HashFault),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongCredentials => {
                Self::field("password", kernel::Message::new("identity-sign-in-wrong"))
            }
            SignInError::Delayed(seconds) => Self::TooMany(seconds),
            SignInError::Hash(fault) => Self::internal(fault),
            SignInError::Store(error) => error.into(),
        }
    }
}

/// What somebody typed, and from where.
#[derive(Clone)]
pub struct SignIn {
    /// Identity number or phone of a person, login of a member of staff.
    pub login: String,
    /// The password.
    pub password: String,
    /// The machine that it comes from.
    pub client: Client,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("client", &self.client).finish_non_exhaustive()
    }
}

/// What came of a password that was right.
#[derive(Debug, Clone)]
pub enum Step {
    /// The visit is open.
    Opened(Opened),
    /// The account wants a second proof first (第二步验证).
    Second(Second),
}

/// A sign-in that is half done. Its token opens nothing but the second step.
#[derive(Debug, Clone)]
pub struct Second {
    /// The secret for its holder; stored nowhere.
    pub token: Token,
    /// With what it can be done.
    pub ways: Ways,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What the login leads to.
pub(crate) struct Account {
    pub(crate) subject: Option<Subject>,
    password_hash: Option<String>,
}

/// Persons and staff have doors of their own, so that a login of the one can never open the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Person,
    Staff,
}

impl Door {
    const fn kind(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Staff => "staff",
        }
    }

    /// Where it leads when nothing else was asked for.
    pub(crate) const fn home(self) -> &'static str {
        match self {
            Self::Person => "/my",
            Self::Staff => "/desk",
        }
    }
}

/// Signs a person in (个人登录) by identity number or phone, and password.
pub async fn sign_in_person(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    given: SignIn,
) -> Result<Step, SignInError> {
    sign_in(db, vault, passwords, now, Door::Person, given).await
}

/// Signs a member of staff in (工作人员登录) by login and password.
pub async fn sign_in_staff(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    given: SignIn,
) -> Result<Step, SignInError> {
    sign_in(db, vault, passwords, now, Door::Staff, given).await
}

/// One try. The failure is written down before the password is looked at and struck out when it was right: tries
/// sent at the same moment are counted one by one, and the database is not held while the hash is computed. Where a
/// second step follows, the try stays a failure until that is done.
pub(crate) async fn sign_in(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    door: Door,
    given: SignIn,
) -> Result<Step, SignInError> {
    let mut tx = db.begin().await?;
    let account = match door {
        Door::Person => person_account(&mut tx, vault, &given.login).await?,
        Door::Staff => staff_account(&mut tx, &given.login, now).await?,
    };
    let whose = match account.subject {
        Some(subject) => Whose::Known(subject),
        None => Whose::Unknown(door, &given.login),
    };
    let attempt = knock(&mut tx, vault, whose, Factor::Password, &given.client, now).await?;
    tx.commit().await?;

    let is_right = passwords.verify(&given.password, account.password_hash.as_deref()).await?;
    let (true, Some(subject)) = (is_right, account.subject) else {
        return Err(SignInError::WrongCredentials);
    };

    let mut tx = db.begin().await?;
    let ways = ways_of(&mut tx, subject).await?;
    let step = if ways.has_second() {
        Step::Second(second_step::begin(&mut tx, attempt, subject, ways, now).await?)
    } else {
        Step::Opened(
            complete(&mut tx, vault, attempt, subject, &[Factor::Password], &given.client, now).await?,
        )
    };
    tx.commit().await?;
    Ok(step)
}

/// Opens the visit of a try that succeeded, and sees whether the account was used from there before.
pub(crate) async fn complete(
    tx: &mut Tx,
    vault: &Vault,
    attempt: SessionId,
    subject: Subject,
    factors: &[Factor],
    client: &Client,
    now: Timestamp,
) -> store::Result<Opened> {
    succeeded(tx, attempt, factors, now).await?;
    let mut opened = sessions::open(tx, attempt, subject, factors, now).await?;
    opened.mark = devices::note(tx, vault, subject, attempt, client, now).await?;
    Ok(opened)
}

/// Strikes a failure out: it was none.
pub(crate) async fn succeeded(
    tx: &mut Tx,
    attempt: SessionId,
    factors: &[Factor],
    now: Timestamp,
) -> store::Result<()> {
    tx.execute(
        "update sign_ins set outcome = 'succeeded', at = $2, factor = $3 where id = $1",
        vals![attempt, now, crate::factors::written(factors)],
    )
    .await?;
    Ok(())
}

/// Whose account is knocked at.
#[derive(Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// An account that there is.
    Known(Subject),
    /// A login that leads nowhere.
    Unknown(Door, &'a str),
}

impl Whose<'_> {
    fn blind(self, vault: &Vault) -> String {
        match self {
            Self::Known(subject) => {
                let id = subject.to_string().replace(':', " ");
                personal::account_blind(vault, &id)
            }
            Self::Unknown(door, login) => {
                personal::account_blind(vault, &format!("{} unknown {}", door.kind(), login.trim()))
            }
        }
    }
}

/// Asks whether a try is welcome and writes it down as a failure, whatever is going to be proved. The caller commits
/// before it looks at the proof. A try that has to wait leaves no row: its transaction falls with it.
pub(crate) async fn knock(
    tx: &mut Tx,
    vault: &Vault,
    whose: Whose<'_>,
    factor: Factor,
    client: &Client,
    now: Timestamp,
) -> Result<SessionId, SignInError> {
    let account_blind = whose.blind(vault);
    let client_blind = personal::client_blind(vault, client.network.as_deref());
    take_turns(tx, &account_blind).await?;
    let wait =
        wait_of_account(tx, &account_blind, now).await?.max(wait_of_client(tx, &client_blind, now).await?);
    let (kind, subject) = match whose {
        Whose::Known(subject) => (subject.kind(), Some(subject)),
        Whose::Unknown(door, _) => (door.kind(), None),
    };
    if wait > 0 {
        tracing::info!(kind, wait, "sign-in delayed");
        return Err(SignInError::Delayed(wait));
    }
    let knock = Knock { kind, account_blind, subject, client_blind, device: &client.device, factor };
    Ok(note_failure(tx, knock, now).await?)
}

/// On PostgreSQL two transactions could count the same failures at once, so tries at one account stand in line
/// until the commit; on SQLite this transaction is the only writer anyway.
async fn take_turns(tx: &mut Tx, account_blind: &str) -> store::Result<()> {
    let lock = Sql::Two {
        sqlite: "select 1 where $1 is not null",
        postgres: "select 1 from (select pg_advisory_xact_lock(hashtext($1))) as turn",
    };
    tx.fetch_one(lock, vals![account_blind]).await?;
    Ok(())
}

/// One try as the log keeps it.
struct Knock<'a> {
    kind: &'static str,
    account_blind: String,
    subject: Option<Subject>,
    client_blind: String,
    device: &'a str,
    factor: Factor,
}

async fn note_failure(tx: &mut Tx, knock: Knock<'_>, now: Timestamp) -> store::Result<SessionId> {
    let attempt: SessionId = fresh_id(now);
    tx.execute(
        "insert into sign_ins (id, at, kind, account_blind, person, staff, outcome, client_blind, device, factor)
         values ($1, $2, $3, $4, $5, $6, 'failed', $7, $8, $9)",
        vals![
            attempt,
            now,
            knock.kind,
            knock.account_blind,
            knock.subject.and_then(Subject::person),
            knock.subject.and_then(Subject::staff),
            knock.client_blind,
            knock.device,
            knock.factor.as_str(),
        ],
    )
    .await?;
    Ok(attempt)
}

/// Notes that somebody tried to register what is registered: finding out who has an account costs as much as
/// guessing a password.
pub(crate) async fn note_taken(db: &Db, vault: &Vault, client: &Client, now: Timestamp) -> store::Result<()> {
    let knock = Knock {
        kind: Door::Person.kind(),
        account_blind: personal::account_blind(vault, "register"),
        subject: None,
        client_blind: personal::client_blind(vault, client.network.as_deref()),
        device: &client.device,
        factor: Factor::Password,
    };
    let mut tx = db.begin().await?;
    note_failure(&mut tx, knock, now).await?;
    tx.commit().await
}

/// How long this address has to wait, whatever it wants to try.
pub(crate) async fn client_wait_seconds(
    tx: &mut Tx,
    vault: &Vault,
    client: &Client,
    now: Timestamp,
) -> store::Result<u64> {
    wait_of_client(tx, &personal::client_blind(vault, client.network.as_deref()), now).await
}

/// By identity number or phone.
pub(crate) async fn person_account(tx: &mut Tx, vault: &Vault, login: &str) -> store::Result<Account> {
    let row = tx
        .fetch_optional(
            "select id, password_hash from persons where resident_id_blind = $1 or phone_blind = $2",
            vals![personal::login_as_resident_id(vault, login), personal::login_as_phone(vault, login)],
        )
        .await?;
    let Some(row) = row else { return Ok(Account { subject: None, password_hash: None }) };
    Ok(Account { subject: Some(Subject::Person(row.get::<PersonId>(0)?)), password_hash: row.get(1)? })
}

/// By login. An account that is closed is one without a password: disabled, with a start password that has run out, or
/// without a post today.
async fn staff_account(tx: &mut Tx, login: &str, now: Timestamp) -> store::Result<Account> {
    let row = tx
        .fetch_optional(
            "select s.id, case when s.disabled_at is null and (s.start_until is null or s.start_until > $2)
                        and exists (select 1 from posts p where p.staff = s.id and p.first_day <= $3
                                    and (p.last_day is null or p.last_day >= $3))
                    then s.password_hash end
             from staff s where s.login = $1",
            vals![login.trim().to_lowercase(), now, kernel::china_date(now)],
        )
        .await?;
    let Some(row) = row else { return Ok(Account { subject: None, password_hash: None }) };
    Ok(Account { subject: Some(Subject::Staff(row.get::<StaffId>(0)?)), password_hash: row.get(1)? })
}

async fn wait_of_account(tx: &mut Tx, account_blind: &str, now: Timestamp) -> store::Result<u64> {
    let row = tx
        .fetch_one(
            "select count(*), max(at) from sign_ins
             where account_blind = $1 and outcome = 'failed' and at > $2
               and at > coalesce(
                 (select max(at) from sign_ins where account_blind = $1 and outcome = 'succeeded'), $2)",
            vals![account_blind, ACCOUNT.since(now)],
        )
        .await?;
    Ok(ACCOUNT.wait_seconds(Failures { count: row.get(0)?, last: row.get(1)? }, now))
}

async fn wait_of_client(tx: &mut Tx, client_blind: &str, now: Timestamp) -> store::Result<u64> {
    let row = tx
        .fetch_one(
            "select count(*), max(at) from sign_ins where client_blind = $1 and outcome = 'failed' and at > $2",
            vals![client_blind, CLIENT.since(now)],
        )
        .await?;
    Ok(CLIENT.wait_seconds(Failures { count: row.get(0)?, last: row.get(1)? }, now))
}

pub(crate) mod by_passkey;
pub(crate) mod by_upstream;
pub(crate) mod http;

#[cfg(test)]
mod tests;
