//! Asking witnesses for their signatures, after each checkpoint (C2SP tlog-witness).

use std::time::Duration;

use kernel::Timestamp;
use ledger::policy::Witness;
use ledger::witness::{AddCheckpoint, keep_cosignature, last_cosigned, request};
use ledger::{Ledger, Policy};
use reqwest::{Client, StatusCode};
use tokio::sync::watch;

const PAUSE: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer that is read: a few signature lines.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Why a witness has not signed.
#[derive(Debug, thiserror::Error)]
enum AskError {
    /// The log itself.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// It does not answer.
    #[error("the witness does not answer: {0}")]
    Unreachable(String),
    /// It says no. A fork or a rolled-back database is seen here first.
    #[error("the witness refuses ({status}): {says}")]
    Refused {
        /// Its status.
        status: u16,
        /// The beginning of what it says.
        says: String,
    },
}

impl From<store::Error> for AskError {
    fn from(error: store::Error) -> Self {
        Self::Ledger(error.into())
    }
}

/// Asks the witnesses of a policy that have an address, until `shutdown` says true or its sender is gone.
pub async fn ask_forever(
    ledger: Ledger,
    policy: Policy,
    clock: web::Clock,
    mut shutdown: watch::Receiver<bool>,
) {
    // The first to ask wins; it is the same one for all.
    let _set_already = rustls::crypto::ring::default_provider().install_default();
    let redirect = reqwest::redirect::Policy::none();
    let http = match Client::builder().timeout(TIMEOUT).redirect(redirect).build() {
        Ok(http) => http,
        Err(error) => return tracing::error!(%error, "witnesses cannot be asked"),
    };
    while !*shutdown.borrow() {
        for (name, witness) in policy.witnesses() {
            if let Err(error) = ask(&ledger, &http, witness, clock()).await {
                tracing::warn!(witness = name, %error, "no cosignature");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            gone = shutdown.changed() => if gone.is_err() { return },
        }
    }
}

/// Asks one witness for the last checkpoint, unless it has signed that already.
async fn ask(ledger: &Ledger, http: &Client, witness: &Witness, now: Timestamp) -> Result<(), AskError> {
    let Some(url) = &witness.url else { return Ok(()) };
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let mut tx = ledger.db.snapshot().await?;
    let old = last_cosigned(&mut tx, &witness.key).await?;
    let last = ledger::last_checkpoint(&mut tx).await?;
    if last.is_none_or(|(size, _)| size == old) {
        return Ok(());
    }
    let asked = request(&mut tx, old).await?;
    drop(tx);
    let Some(asked) = asked else { return Ok(()) };
    let (asked, answer) = match post(http, &url, &asked).await? {
        // This database does not know what it signed last; the witness says it.
        (StatusCode::CONFLICT, size) if size.trim().parse::<u64>().is_ok() => {
            let size = size.trim().parse().unwrap_or(0);
            let again = request(&mut ledger.db.snapshot().await?, size).await?;
            let Some(again) = again else { return Ok(()) };
            let answer = post(http, &url, &again).await?;
            (again, answer)
        }
        answer => (asked, answer),
    };
    let (status, says) = answer;
    if status != StatusCode::OK {
        return Err(AskError::Refused { status: status.as_u16(), says: says.chars().take(300).collect() });
    }
    Ok(keep_cosignature(ledger, &witness.key, &asked, &says, now).await?)
}

async fn post(http: &Client, url: &str, body: &AddCheckpoint) -> Result<(StatusCode, String), AskError> {
    let unreachable = |error: reqwest::Error| AskError::Unreachable(error.without_url().to_string());
    let mut response = http.post(url).body(body.to_string()).send().await.map_err(unreachable)?;
    let (status, mut bytes) = (response.status(), Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(AskError::Unreachable("its answer is too long".into()));
        }
    }
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}
