//! A request that is sent twice under one name is done once (幂等).

use kernel::{Actor, Refusal, Timestamp};

use super::{Outcome, StoredResponse, begin, complete};
use crate::Tx;

/// A request with the name that its sender gave it. Without a name it is done each time.
#[derive(Debug, Clone)]
pub struct Once {
    scope: String,
    key: Option<String>,
    digest: String,
}

impl Once {
    /// `parts` tell this request from others under the same key: what is asked for and with which content.
    pub fn new(by: &Actor, key: Option<String>, parts: &[&[u8]]) -> Self {
        let mut hasher = guomi::sm3::Hasher::new();
        for part in parts {
            // Lengths keep `ab` + `c` and `a` + `bc` apart.
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        let digest = guomi::sm3::hex(&hasher.finish());
        Self { scope: by.reference(), key, digest }
    }

    /// What the first request of this name made, if this is a repetition: the reference that it kept.
    pub async fn earlier(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<String>, Refusal> {
        let Some(key) = &self.key else { return Ok(None) };
        match begin(tx, &self.scope, key, &self.digest, now).await? {
            Outcome::First => Ok(None),
            Outcome::Replay(answer) => Ok(Some(answer.body)),
            Outcome::Mismatch => Err(Refusal::conflict("store-key-of-other-request")),
        }
    }

    /// Keeps the reference of what was made, in the same transaction.
    pub async fn keep(&self, tx: &mut Tx, reference: &str) -> Result<(), Refusal> {
        let Some(key) = &self.key else { return Ok(()) };
        let answer = StoredResponse { status: 201, body: reference.to_owned() };
        Ok(complete(tx, &self.scope, key, &answer).await?)
    }
}
