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
}

impl Told {
    /// Everything that can be told.
    pub const ALL: [Self; 6] = [
        Self::NewDevice,
        Self::PasswordChanged,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::RecoveryCodeUsed,
        Self::PasskeyCopied,
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
