//! Keys from passphrases (口令) with Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize as _, Zeroizing};

use crate::sm4::DataKey;

/// What one guess at a passphrase costs. Kept beside what it protects, so that it can be raised later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes that could run beside each other.
    pub lanes: u32,
}

impl Cost {
    /// 19 MiB and two passes: the least that OWASP's password storage guidance accepts.
    pub const DEFAULT: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    // The cost is read from files; these bounds keep a changed file from eating the machine.
    const MEMORY_KIB_MAX: u32 = 256 * 1024;
    const PASSES_MAX: u32 = 16;
    const LANES_MAX: u32 = 4;

    fn params(self) -> Result<Params, UnacceptableCost> {
        let within_bounds = self.memory_kib <= Self::MEMORY_KIB_MAX
            && self.passes <= Self::PASSES_MAX
            && self.lanes <= Self::LANES_MAX;
        Params::new(self.memory_kib, self.passes, self.lanes, Some(16))
            .ok()
            .filter(|_| within_bounds)
            .ok_or(UnacceptableCost)
    }
}

/// The cost is below what Argon2 allows or above what this program spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cost of the passphrase is outside its bounds")]
pub struct UnacceptableCost;

/// The key that belongs to a passphrase, a salt and a cost.
pub fn derive_key(passphrase: &str, salt: &[u8; 16], cost: Cost) -> Result<DataKey, UnacceptableCost> {
    let params = cost.params()?;
    let mut memory = Zeroizing::new(vec![Block::default(); params.block_count()]);
    let mut bytes = [0; 16];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase.as_bytes(), salt, &mut bytes, memory.as_mut_slice())
        .map_err(|_too_long| UnacceptableCost)?;
    let key = DataKey::from_bytes(bytes);
    bytes.zeroize();
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm4;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    #[test]
    fn passphrase_salt_and_cost_all_matter() {
        let derive =
            |passphrase, salt, passes| derive_key(passphrase, &[salt; 16], Cost { passes, ..CHEAP }).unwrap();
        let sealed = sm4::seal(&derive("开门", 1, 1), b"x", b"").unwrap();
        assert!(sm4::open(&derive("开门", 1, 1), &sealed, b"").is_ok());
        for other in [derive("关门", 1, 1), derive("开门", 2, 1), derive("开门", 1, 2)] {
            assert!(sm4::open(&other, &sealed, b"").is_err());
        }
    }

    #[test]
    fn costs_outside_their_bounds_are_refused() {
        for cost in [
            Cost { memory_kib: 7, ..CHEAP },
            Cost { memory_kib: Cost::MEMORY_KIB_MAX + 1, ..CHEAP },
            Cost { passes: 0, ..CHEAP },
            Cost { passes: Cost::PASSES_MAX + 1, ..CHEAP },
            Cost { lanes: 0, ..CHEAP },
            Cost { memory_kib: 64, lanes: Cost::LANES_MAX + 1, ..CHEAP },
        ] {
            assert_eq!(derive_key("x", &[0; 16], cost).unwrap_err(), UnacceptableCost, "{cost:?}");
        }
    }
}
