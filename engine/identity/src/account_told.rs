//! What the holder of an account is told of it (账号安全提醒): a job of which `tongban` makes messages.

use kernel::{EventId, Timestamp};
use serde_json::json;
use store::jobs::{self, NewJob};
use store::{Result, Tx, fresh_id};

use crate::sessions::Subject;

/// The job. Its payload: `owner` (`person:…` or `staff:…`), `what` (a word of [`Told`]) and `device` (two words, or nothing).
pub const ACCOUNT_JOB: &str = "identity.account";

/// What happened to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Somebody signed in from a device that was never used with it.
    NewDevice,
    /// The password is another one.
    PasswordChanged,
    /// An authenticator application or a passkey was set up.
    FactorAdded,
    /// One was taken away.
    FactorRemoved,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// A passkey counted backwards: somebody may have copied it.
    PasskeyCopied,
    /// The account was opened anew: by a slip from a counter, or by a start password (账号找回).
    Recovered,
    /// A clerk compared the holder's document: the account is verified now (实名核验).
    Verified,
    /// A slip for coming back into the account was given at a counter (找回凭条).
    RecoveryGiven,
    /// An account elsewhere opens this one from now on (绑定登录方式).
    UpstreamLinked,
    /// It does no more (解除绑定).
    UpstreamUnlinked,
    /// An upstream provider vouches for the holder: the account is verified now.
    UpstreamVerified,
    /// Name or number of the account were corrected (更正个人信息).
    Corrected,
    /// The phone is another one, or there is none any more.
    PhoneChanged,
    /// Another account of the same person became part of this one (账号合并).
    Merged,
}

impl Told {
    /// Everything that can be told.
    pub const ALL: [Self; 15] = [
        Self::NewDevice,
        Self::PasswordChanged,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::RecoveryCodeUsed,
        Self::PasskeyCopied,
        Self::Recovered,
        Self::Verified,
        Self::RecoveryGiven,
        Self::UpstreamLinked,
        Self::UpstreamUnlinked,
        Self::UpstreamVerified,
        Self::Corrected,
        Self::PhoneChanged,
        Self::Merged,
    ];

    /// The word in the job.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewDevice => "new-device",
            Self::PasswordChanged => "password-changed",
            Self::FactorAdded => "factor-added",
            Self::FactorRemoved => "factor-removed",
            Self::RecoveryCodeUsed => "recovery-code-used",
            Self::PasskeyCopied => "passkey-copied",
            Self::Recovered => "recovered",
            Self::Verified => "verified",
            Self::RecoveryGiven => "recovery-given",
            Self::UpstreamLinked => "upstream-linked",
            Self::UpstreamUnlinked => "upstream-unlinked",
            Self::UpstreamVerified => "upstream-verified",
            Self::Corrected => "corrected",
            Self::PhoneChanged => "phone-changed",
            Self::Merged => "merged",
        }
    }
}

/// Sees to it that the holder is told.
pub(crate) async fn told(
    tx: &mut Tx,
    owner: Subject,
    what: Told,
    device: &str,
    now: Timestamp,
) -> Result<()> {
    let key = fresh_id::<EventId>(now).to_string();
    let payload = json!({ "owner": owner.to_string(), "what": what.as_str(), "device": device });
    jobs::enqueue(tx, &NewJob { kind: ACCOUNT_JOB, key, payload, run_at: now }).await?;
    Ok(())
}
