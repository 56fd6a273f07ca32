//! `/account/notices` (通知设置): where and of what a reader wants to be told besides the box.

use kernel::{Actor, Items, MandateKind, Message, Refusal};

use crate::Reader;

pub(crate) mod api;
pub(crate) mod http;

/// Whose settings somebody may see and change. Where the principal is told is not for an agent of theirs, nor for an agent
/// with certain items: whoever could change it would read the principal's post.
pub(crate) fn settings_of(actor: &Actor) -> Result<Reader, Refusal> {
    if let Actor::Person(person) = actor
        && let Some(mandate) = &person.acting_for
        && (mandate.kind == MandateKind::Agent || mandate.items != Items::All)
    {
        return Err(Refusal::Outside(Message::new("messages-settings-outside")));
    }
    Reader::of(actor)
}
