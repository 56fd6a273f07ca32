//! `/admin/seals`: the pages of this room.

pub(crate) mod files;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod revoke;
pub(crate) mod show;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Refusal, SealId};
use store::Tx;
use web::Visitor;

use crate::record::{self, SealRecord};
use crate::room::Room;
use crate::seal::State;
use crate::step::may_see;

pub(crate) const HREF: &str = "/admin/seals";

/// A picture that stands in the page itself.
fn data_address(svg: &str) -> String {
    format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
}

fn state_word(visitor: &Visitor, state: State) -> String {
    visitor.t(&format!("seals-state-{}", state.as_str()))
}

/// How the tag of a state looks.
const fn state_kind(state: State) -> &'static str {
    match state {
        State::InForce => "success",
        State::Requested | State::Approved | State::Made => "info",
        State::Suspended => "warning",
        State::Refused | State::Revoked | State::Expired => "danger",
    }
}

fn kind_word(room: &Room, visitor: &Visitor, code: &str) -> String {
    let kind = room.rules.kind(code);
    kind.map_or_else(|| code.to_owned(), |kind| visitor.pick(&kind.name.zh, &kind.name.en).to_owned())
}

/// The seal of an address, if the visitor may see it.
pub(crate) async fn visible(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    id: &str,
) -> Result<SealRecord, Refusal> {
    let id: SealId = id.parse().map_err(|_no_id| Refusal::NotFound)?;
    let staff = visitor.actor.staff()?;
    let authority = room.authority(tx).await?;
    let seal = record::find(tx, id).await?.filter(|seal| may_see(staff, authority, seal));
    seal.ok_or(Refusal::NotFound)
}
