//! The ledger for everybody (存证核验): its published files, a page that checks a proof, and the cosigning of other
//! platforms' checkpoints.

mod ask;
mod check;
mod published;
#[cfg(test)]
mod tests;
mod witness;

use std::sync::Arc;

use axum::http::Method;
use kernel::Permission;
use ledger::{Ledger, Policy, note::SigningKey};
use web::Routes;

pub use ask::ask_forever;

/// Sentences of this room: Chinese and English.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));

const SEE: Permission = Permission::everyone("proofs.see");
const CHECK: Permission = Permission::everyone("proofs.check");
/// A log proves by its signature who it is.
const COSIGN: Permission = Permission::everyone("proofs.cosign");

/// The surroundings of this room. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// The ledger of this platform.
    pub ledger: Ledger,
    /// Whom this platform witnesses, and with which key; nothing where it does not.
    pub witness: Option<Arc<Witness>>,
}

/// This platform as a witness (见证方).
#[derive(Debug)]
pub struct Witness {
    /// The logs that are witnessed.
    pub logs: Policy,
    /// Signs for them.
    pub key: SigningKey,
}

/// Pages and files of this room.
pub fn routes(room: Room) -> Routes<()> {
    Routes::new()
        .page(Method::GET, "/ledger/checkpoint", SEE, published::checkpoint)
        .page(Method::GET, "/ledger/tile/{*path}", SEE, published::tile)
        .page(Method::GET, "/ledger/policy", SEE, published::policy)
        .page(Method::GET, "/ledger/check", CHECK, check::show)
        .page(Method::POST, "/ledger/check", CHECK, check::submit)
        .page(Method::POST, "/ledger/witness/add-checkpoint", COSIGN, witness::add_checkpoint)
        .with_state(room)
}
