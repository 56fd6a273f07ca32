//! With what somebody proves themselves (认证因素), which of it an account has, and who must have more than a password.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::{Actor, Role, SessionId, Timestamp};
use store::{Result, Tx, Vault, vals};

use crate::sessions::{Opened, Subject};
use crate::token::Token;
use crate::upstream::UpstreamName;
use crate::{recovery_codes, totp};

/// One kind of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// A password (口令).
    Password,
    /// A code of an authenticator application (动态口令, RFC 6238).
    Totp,
    /// A passkey with its user verified (通行密钥, WebAuthn).
    Passkey,
    /// A code from paper that works once (恢复码).
    RecoveryCode,
    /// An account at an upstream provider (上游账号). With what that was opened is the provider's affair.
    Upstream,
}

impl Factor {
    const ALL: [Self; 5] = [Self::Password, Self::Totp, Self::Passkey, Self::RecoveryCode, Self::Upstream];

    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::Passkey => "passkey",
            Self::RecoveryCode => "recovery-code",
            Self::Upstream => "upstream",
        }
    }

    /// What connected systems are told (RFC 8176). The registry has no name for a sign-in elsewhere, so there is a private
    /// one.
    const fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Totp | Self::RecoveryCode => "otp",
            Self::Passkey => "pop",
            Self::Upstream => "urn:tongban:amr:upstream",
        }
    }

    /// Whether it needs something that only the holder has.
    pub const fn is_strong(self) -> bool {
        !matches!(self, Self::Password | Self::Upstream)
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.as_str() == word)
    }
}

/// The column `sessions.factors`.
pub(crate) fn written(factors: &[Factor]) -> String {
    factors.iter().map(|factor| factor.as_str()).collect::<Vec<_>>().join(" ")
}

/// What the column says.
pub(crate) fn read(text: &str) -> Vec<Factor> {
    text.split(' ').filter_map(Factor::read).collect()
}

/// The methods of a visit for connected systems, each once; several kinds are `mfa` too (RFC 8176 §2).
pub(crate) fn amr(factors: &[Factor]) -> Vec<&'static str> {
    let names: BTreeSet<&'static str> = factors.iter().map(|factor| factor.amr()).collect();
    let several = (names.len() > 1).then_some("mfa");
    names.into_iter().chain(several).collect()
}

/// What an account can prove itself with beside its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ways {
    /// An authenticator application.
    pub totp: bool,
    /// So many passkeys.
    pub passkeys: u32,
    /// So many recovery codes that were not used.
    pub recovery_codes: u32,
}

impl Ways {
    /// Whether a password alone does not open the account. Recovery codes stand in for a factor and are none by themselves.
    pub const fn has_second(self) -> bool {
        self.totp || self.passkeys > 0
    }
}

/// What an account has.
pub async fn ways_of(tx: &mut Tx, owner: Subject) -> Result<Ways> {
    let row = tx
        .fetch_one(
            "select (select count(*) from totp_secrets where owner = $1 and confirmed_at is not null),
                    (select count(*) from passkeys where owner = $1),
                    (select count(*) from recovery_codes where owner = $1 and used_at is null)",
            vals![owner.to_string()],
        )
        .await?;
    Ok(Ways { totp: row.get::<i64>(0)? > 0, passkeys: row.get(1)?, recovery_codes: row.get(2)? })
}

/// What a node asks of factors. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct FactorRules(Arc<Inner>);

#[derive(Debug, Default, Clone)]
struct Inner {
    origin: String,
    rp_id: Option<String>,
    strong_roles: BTreeSet<Role>,
    upstreams: Vec<UpstreamName>,
}

impl FactorRules {
    /// `public_url` is what browsers show; passkeys belong to its host name. Staff with one of `strong_roles` do nothing
    /// before they have proved themselves with a strong factor (强制强认证).
    pub fn new(public_url: &str, strong_roles: BTreeSet<Role>) -> Self {
        let origin = public_url.trim_end_matches('/').to_owned();
        let authority = origin.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or("");
        let host = authority.rsplit_once(':').map_or(authority, |(host, _port)| host);
        // WebAuthn knows no addresses (§5.1.3): browsers refuse them.
        let is_name =
            !host.is_empty() && host.parse::<std::net::IpAddr>().is_err() && !host.contains(['[', ':']);
        let rp_id = is_name.then(|| host.to_ascii_lowercase());
        Self(Arc::new(Inner { origin, rp_id, strong_roles, upstreams: Vec::new() }))
    }

    /// Offers the accounts of these upstream providers as ways in.
    #[must_use]
    pub fn with_upstreams(self, upstreams: Vec<UpstreamName>) -> Self {
        Self(Arc::new(Inner { upstreams, ..Inner::clone(&self.0) }))
    }

    /// The upstream providers, in the order of the config; usually none.
    pub(crate) fn upstreams(&self) -> &[UpstreamName] {
        &self.0.upstreams
    }

    /// The upstream provider of this name.
    pub(crate) fn upstream(&self, id: &str) -> Option<&UpstreamName> {
        self.0.upstreams.iter().find(|upstream| upstream.id == id)
    }

    /// Where pages come from: scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }

    /// The host name to which passkeys belong; none where browsers offer no passkeys.
    pub(crate) fn rp_id(&self) -> Option<&str> {
        self.0.rp_id.as_deref()
    }

    /// The name under which an authenticator application shows the account.
    pub(crate) fn issuer(&self) -> &str {
        self.rp_id().unwrap_or("tongban")
    }

    /// Whether the visit must not go on before a strong factor is proved.
    pub(crate) fn holds_back(&self, actor: &Actor) -> bool {
        match actor {
            Actor::Staff(staff) => !staff.strong && !staff.roles.is_disjoint(&self.0.strong_roles),
            Actor::Person(_) | Actor::Anonymous | Actor::System => false,
        }
    }
}

/// How long a proof is fresh enough to change what the account is protected by.
const FRESH_SECONDS: i64 = 600;

/// A visit as pages about factors see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) owner: Subject,
    pub(crate) session: SessionId,
    /// Proved moments ago with the most that the account has.
    pub(crate) is_fresh: bool,
    pub(crate) is_strong: bool,
}

/// How the visit stands at the moment.
pub(crate) async fn standing(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<Option<Standing>> {
    let row = tx
        .fetch_optional(
            "select person, staff, proved_at, strong_at from sessions
             where id = $1 and revoked_at is null and expires_at > $2",
            vals![session, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let owner = match row.get(0)? {
        Some(person) => Subject::Person(person),
        None => Subject::Staff(row.get(1)?),
    };
    let proved_at: Timestamp = row.get(2)?;
    let is_fresh = now.as_second().saturating_sub(proved_at.as_second()) < FRESH_SECONDS;
    Ok(Some(Standing { owner, session, is_fresh, is_strong: row.get::<Option<Timestamp>>(3)?.is_some() }))
}

/// Notes in the visit that its holder has proved themselves again. It gets a new token, because it can now do other
/// things than before.
pub(crate) async fn strengthen(
    tx: &mut Tx,
    session: SessionId,
    factor: Factor,
    now: Timestamp,
) -> Result<Option<Opened>> {
    let live = "select factors from sessions where id = $1 and revoked_at is null and expires_at > $2";
    let Some(row) = tx.fetch_optional(live, vals![session, now]).await? else { return Ok(None) };
    let mut factors = read(&row.get::<String>(0)?);
    if !factors.contains(&factor) {
        factors.push(factor);
    }
    let token = Token::fresh();
    let strong = i64::from(factor.is_strong());
    let row = tx
        .fetch_one(
            "update sessions set token_digest = $1, factors = $2, proved_at = $3,
               strong_at = case when $4 = 1 then $3 else strong_at end
             where id = $5 returning expires_at",
            vals![token.digest(), written(&factors), now, strong, session],
        )
        .await?;
    Ok(Some(Opened { token, session, expires_at: row.get(0)?, mark: None }))
}

/// Takes every second factor away, with the codes that stand in for them, and the accounts elsewhere that open this one: it
/// is opened anew.
pub(crate) async fn drop_all(tx: &mut Tx, owner: Subject) -> Result<()> {
    for sql in [
        "delete from totp_secrets where owner = $1",
        "delete from passkeys where owner = $1",
        "delete from recovery_codes where owner = $1",
    ] {
        tx.execute(sql, vals![owner.to_string()]).await?;
    }
    if let Subject::Person(person) = owner {
        tx.execute("delete from upstream_links where person = $1", vals![person]).await?;
    }
    Ok(())
}

/// What was typed, by its shape: six digits are a code of an application, the rest may be a recovery code.
pub(crate) fn typed(text: &str) -> Option<(Factor, String)> {
    let of_application = totp::as_code(text).map(|code| (Factor::Totp, code));
    of_application.or_else(|| recovery_codes::as_code(text).map(|code| (Factor::RecoveryCode, code)))
}

/// Whether the account takes the code; it is used up then.
pub(crate) async fn takes_code(
    tx: &mut Tx,
    vault: &Vault,
    owner: Subject,
    (factor, code): (Factor, &str),
    now: Timestamp,
) -> Result<bool> {
    match factor {
        Factor::Totp => totp::takes(tx, vault, owner, code, now).await,
        Factor::RecoveryCode => recovery_codes::takes(tx, vault, owner, code, now).await,
        Factor::Password | Factor::Passkey | Factor::Upstream => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_belong_to_a_host_name() {
        let rp_id = |url: &str| FactorRules::new(url, BTreeSet::new()).rp_id().map(str::to_owned);
        assert_eq!(rp_id("https://Zwfw.example.gov.cn/").as_deref(), Some("zwfw.example.gov.cn"));
        assert_eq!(rp_id("http://localhost:8080").as_deref(), Some("localhost"));
        assert_eq!(rp_id("http://127.0.0.1:8080"), None);
        assert_eq!(rp_id("http://[::1]:8080"), None);
    }

    #[test]
    fn methods_are_named_as_the_registry_names_them() {
        assert_eq!(amr(&[Factor::Password]), ["pwd"]);
        assert_eq!(amr(&[Factor::Password, Factor::Totp]), ["otp", "pwd", "mfa"]);
        assert_eq!(amr(&[Factor::Passkey]), ["pop"]);
        assert_eq!(amr(&[Factor::Upstream]), ["urn:tongban:amr:upstream"]);
        assert_eq!(read(&written(&Factor::ALL)), Factor::ALL);
    }
}
