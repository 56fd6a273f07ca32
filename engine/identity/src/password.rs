//! Passwords: which are taken, how they are kept, and that checking one always costs the same.

mod rule;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;

pub(crate) use rule::{PasswordFault, check};

/// What a hash costs. It is written into the hash, so hashes of different strengths live side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// How often the memory is passed over.
    pub passes: u32,
    /// How many lanes could be computed at once.
    pub lanes: u32,
}

impl Strength {
    /// For real accounts: the setting of argon2id that the OWASP Password Storage Cheat Sheet names as its least
    /// for 19 MiB; a sign-in costs some tens of milliseconds.
    pub const STRONG: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// For tests and made-up data only: the least that argon2 computes at all.
    pub const CHEAP: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

/// A hash could not be computed: no memory, no randomness, or a stored hash that is none.
#[derive(Debug, thiserror::Error)]
#[error("password hash: {0}")]
pub struct HashFault(String);

/// Makes and checks password hashes with argon2id (RFC 9106). Cheap to clone; all clones share the same places.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    /// For passwords that the platform makes itself.
    quick: Argon2<'static>,
    /// A hash that no password opens, computed against where an account has none.
    decoy: Arc<str>,
    /// Each hash takes memory and a processor for its time, so only so many are computed at once.
    places: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").field("params", self.argon2.params()).finish_non_exhaustive()
    }
}

impl Passwords {
    /// New hashes get this strength.
    pub fn new(strength: Strength) -> Result<Self, HashFault> {
        let params = Params::new(strength.memory_kib, strength.passes, strength.lanes, None)
            .map_err(|error| HashFault(error.to_string()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody: [u8; 32] = guomi::random_bytes();
        let decoy = compute(&argon2, &nobody)?.into();
        let places = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
        let least = Strength::CHEAP;
        let quick = Params::new(least.memory_kib, least.passes, least.lanes, None)
            .map_err(|error| HashFault(error.to_string()))?;
        let quick = Argon2::new(Algorithm::Argon2id, Version::V0x13, quick);
        Ok(Self { argon2, quick, decoy, places: Arc::new(Semaphore::new(places)), computed: Arc::default() })
    }

    /// The hash of a new password, ready to be stored.
    pub async fn hash(&self, password: &str) -> Result<String, HashFault> {
        let password = password.to_owned();
        self.compute(move |argon2, _decoy| compute(argon2, password.as_bytes())).await
    }

    /// The hash of a password that the platform has made from enough random bits: nobody guesses it, so it is not slowed
    /// down, and thousands are made at once.
    pub(crate) fn hash_random(&self, password: &str) -> Result<String, HashFault> {
        compute(&self.quick, password.as_bytes())
    }

    /// Whether the password opens the stored hash. Without one the answer is no, after the same work; where
    /// the hash was made with another strength, today's work is done beside it, so that the time tells nothing.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, HashFault> {
        let (password, stored) = (password.to_owned(), stored.map(str::to_owned));
        self.compute(move |argon2, decoy| {
            let hash = PasswordHash::new(stored.as_deref().unwrap_or(decoy))
                .map_err(|error| HashFault(error.to_string()))?;
            let is_right = argon2.verify_password(password.as_bytes(), &hash).is_ok();
            let usual = PasswordHash::new(decoy).map_err(|error| HashFault(error.to_string()))?;
            if usual.params != hash.params {
                let _only_work = argon2.verify_password(password.as_bytes(), &usual).is_ok();
            }
            Ok(is_right && stored.is_some())
        })
        .await
    }

    /// How many hashes were computed so far.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The one place where a hash is computed for a request: off the threads that answer, and counted.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>, &str) -> Result<T, HashFault> + Send + 'static,
    ) -> Result<T, HashFault> {
        let fault = |error: &dyn std::fmt::Display| HashFault(error.to_string());
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|closed| fault(&closed))?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        let (argon2, decoy) = (self.argon2.clone(), Arc::clone(&self.decoy));
        let done = tokio::task::spawn_blocking(move || {
            let _held_until_done = place; // a visitor who goes away does not free the place before the work ends
            work(&argon2, &decoy)
        });
        done.await.map_err(|panicked| fault(&panicked))?
    }
}

fn compute(argon2: &Argon2<'static>, password: &[u8]) -> Result<String, HashFault> {
    let hash = argon2.hash_password(password).map_err(|error| HashFault(error.to_string()))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens_a_hash() {
        let passwords = Passwords::new(Strength::CHEAP).unwrap();
        let stored = passwords.hash("一个很长的口令句子啊").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
        assert_ne!(stored, passwords.hash("一个很长的口令句子啊").await.unwrap(), "each has its own salt");
        assert!(passwords.verify("一个很长的口令句子啊", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("一个很长的口令句子", Some(&stored)).await.unwrap());
        assert!(passwords.verify("x", Some("not a hash")).await.is_err());
    }

    #[tokio::test]
    async fn an_account_without_a_hash_costs_the_same_work() {
        let passwords = Passwords::new(Strength::CHEAP).unwrap();
        let stored = passwords.hash("correct horse").await.unwrap();
        let before = passwords.computed();
        assert!(!passwords.verify("wrong horse", Some(&stored)).await.unwrap());
        assert!(!passwords.verify("wrong horse", None).await.unwrap());
        assert_eq!(passwords.computed(), before + 2);
        let decoy = PasswordHash::new(&passwords.decoy).unwrap();
        assert_eq!(decoy.params, PasswordHash::new(&stored).unwrap().params, "and as much of it");
    }

    #[tokio::test]
    async fn a_hash_keeps_the_strength_it_was_made_with() {
        let weaker = Passwords::new(Strength::CHEAP).unwrap();
        let stored = weaker.hash("correct horse").await.unwrap();
        let stronger = Passwords::new(Strength { memory_kib: 16, passes: 2, lanes: 1 }).unwrap();
        assert!(stronger.verify("correct horse", Some(&stored)).await.unwrap());
        assert!(Passwords::new(Strength { memory_kib: 1, passes: 1, lanes: 1 }).is_err());
    }

    #[test]
    fn real_accounts_get_what_the_recommendation_asks_for() {
        let passwords = Passwords::new(Strength::STRONG).unwrap();
        assert!(passwords.decoy.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!format!("{passwords:?}").contains("decoy"));
    }
}
