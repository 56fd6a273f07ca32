//! Signing in with a password, for persons and staff alike: one way through, whoever knocks and whatever they type.

use kernel::{PersonId, Refusal, SessionId, StaffId, Timestamp};
use store::{Db, Sql, Tx, Vault, fresh_id, vals};

use crate::client::Client;
use crate::lockout::{ACCOUNT, CLIENT, Failures};
use crate::password::{HashFault, Passwords};
use crate::personal;
use crate::sessions::{self, Opened, Subject};

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

/// What the login leads to.
struct Account {
    subject: Option<Subject>,
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
}

/// Signs a person in (个人登录) by identity number or phone, and password.
pub async fn sign_in_person(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    given: SignIn,
) -> Result<Opened, SignInError> {
    sign_in(db, vault, passwords, now, Door::Person, given).await
}

/// Signs a member of staff in (工作人员登录) by login and password.
pub async fn sign_in_staff(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    given: SignIn,
) -> Result<Opened, SignInError> {
    sign_in(db, vault, passwords, now, Door::Staff, given).await
}

/// One try. The failure is written down before the password is looked at and struck out when it was right: tries
/// sent at the same moment are counted one by one, and the database is not held while the hash is computed.
pub(crate) async fn sign_in(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    door: Door,
    given: SignIn,
) -> Result<Opened, SignInError> {
    let mut tx = db.begin().await?;
    let account = match door {
        Door::Person => person_account(&mut tx, vault, &given.login).await?,
        Door::Staff => staff_account(&mut tx, &given.login).await?,
    };
    let account_blind = match account.subject {
        Some(Subject::Person(person)) => personal::account_blind(vault, &format!("person {person}")),
        Some(Subject::Staff(staff)) => personal::account_blind(vault, &format!("staff {staff}")),
        None => personal::account_blind(vault, &format!("{} unknown {}", door.kind(), given.login.trim())),
    };
    let client_blind = personal::client_blind(vault, given.client.network.as_deref());
    take_turns(&mut tx, &account_blind).await?;
    let wait = wait_of_account(&mut tx, &account_blind, now)
        .await?
        .max(wait_of_client(&mut tx, &client_blind, now).await?);
    if wait > 0 {
        tracing::info!(kind = door.kind(), wait, "sign-in delayed");
        return Err(SignInError::Delayed(wait)); // the transaction falls with it: a delayed try leaves no row
    }
    let knock = Knock {
        kind: door.kind(),
        account_blind,
        subject: account.subject,
        client_blind,
        device: &given.client.device,
    };
    let attempt = note_failure(&mut tx, knock, now).await?;
    tx.commit().await?;

    let is_right = passwords.verify(&given.password, account.password_hash.as_deref()).await?;
    let (true, Some(subject)) = (is_right, account.subject) else {
        return Err(SignInError::WrongCredentials);
    };

    let mut tx = db.begin().await?;
    tx.execute("update sign_ins set outcome = 'succeeded' where id = $1", vals![attempt]).await?;
    let opened = sessions::open(&mut tx, attempt, subject, now).await?;
    tx.commit().await?;
    Ok(opened)
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
}

async fn note_failure(tx: &mut Tx, knock: Knock<'_>, now: Timestamp) -> store::Result<SessionId> {
    let attempt: SessionId = fresh_id(now);
    tx.execute(
        "insert into sign_ins (id, at, kind, account_blind, person, staff, outcome, client_blind, device)
         values ($1, $2, $3, $4, $5, $6, 'failed', $7, $8)",
        vals![
            attempt,
            now,
            knock.kind,
            knock.account_blind,
            knock.subject.and_then(Subject::person),
            knock.subject.and_then(Subject::staff),
            knock.client_blind,
            knock.device,
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
async fn person_account(tx: &mut Tx, vault: &Vault, login: &str) -> store::Result<Account> {
    let row = tx
        .fetch_optional(
            "select id, password_hash from persons where resident_id_blind = $1 or phone_blind = $2",
            vals![personal::login_as_resident_id(vault, login), personal::login_as_phone(vault, login)],
        )
        .await?;
    let Some(row) = row else { return Ok(Account { subject: None, password_hash: None }) };
    Ok(Account { subject: Some(Subject::Person(row.get::<PersonId>(0)?)), password_hash: row.get(1)? })
}

/// By login. A disabled account is one without a password.
async fn staff_account(tx: &mut Tx, login: &str) -> store::Result<Account> {
    let row = tx
        .fetch_optional(
            "select id, case when disabled_at is null then password_hash end from staff where login = $1",
            vals![login.trim().to_lowercase()],
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

pub(crate) mod http;

#[cfg(test)]
mod tests;
