//! The service of documents for other systems (证照共享服务; GB/T 36906, whose text was not available: names and shapes are this
//! platform's own). Systems are clients of single sign-on that call in their own name; each kind of call has a scope that the
//! administration registers. Every call about somebody's document is a use that its holder reads, and a look on record.

use codes::LicenceIdentifier;
use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal, Timestamp, china_date};
use oidc::System;
use store::{Purpose, Tx, vals};

use crate::desk::{Opened, WHOLE, read_whole};
use crate::issue::HOLDER_CODE;
use crate::present::redeem;
use crate::receiver::Receiver;
use crate::room::Room;
use crate::uses::{How, NewUse, note, stated_alone};
use crate::{Licence, State, authorise};

pub(crate) mod api;
pub(crate) mod compare;
pub(crate) mod subscribe;
#[cfg(test)]
mod tests;

/// Asking whether a document is there and in force (查询).
pub(crate) const QUERY: &str = "licences:query";
/// Comparing fields with a document (比对).
pub(crate) const COMPARE: &str = "licences:compare";
/// Fetching a document with its holder's right or code (调取).
pub(crate) const FETCH: &str = "licences:fetch";
/// Being told when a document ends (订阅).
pub(crate) const SUBSCRIBE: &str = "licences:subscribe";

/// A document by its identifier, for a call that names one.
pub(crate) async fn get_named(tx: &mut Tx, identifier: &str) -> Result<Licence, Refusal> {
    let parsed = LicenceIdentifier::parse(identifier.trim());
    let wrong = |_form| FieldError::new("identifier", Message::new("licences-identifier-wrong"));
    let identifier = parsed.map_err(|form| Refusal::Invalid(vec![wrong(form)]))?;
    crate::record::by_identifier(tx, &identifier).await?.ok_or(Refusal::NotFound)
}

/// What is asked for: one document, or the latest of a type that a holder has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sought<'a> {
    Identifier(&'a str),
    /// Identity number or social credit code of the holder, and the type (证照类型代码).
    Holder {
        code: &'a str,
        type_code: &'a str,
    },
}

/// Whether a document is there, and its state (查询). Nothing: none is. The caller commits.
pub(crate) async fn query(
    tx: &mut Tx,
    room: &Room,
    system: &System,
    now: Timestamp,
    (sought, purpose): (Sought<'_>, &str),
) -> Result<Option<Licence>, Refusal> {
    let purpose = stated_alone(purpose)?;
    let found = match sought {
        Sought::Identifier(identifier) => match get_named(tx, identifier).await {
            Ok(licence) => Some(licence),
            Err(Refusal::NotFound) => None,
            Err(refusal) => return Err(refusal),
        },
        Sought::Holder { code, type_code } => latest_held(tx, room, code, type_code).await?,
    };
    if let Some(licence) = &found {
        let new = NewUse {
            licence,
            how: How::Queried,
            receiver: &Receiver::of_system(system),
            by: &system.reference(),
            purpose,
            authorisation: None,
            case: None,
            detail: licence.state(china_date(now)).as_str().to_owned(),
            look: Some((Purpose::new("licences.query", system.reference()), "licences.state")),
        };
        note(tx, &room.vault, new, now).await?;
    }
    Ok(found)
}

/// The latest document of a type that the holder of this code has; one in force before all others.
async fn latest_held(
    tx: &mut Tx,
    room: &Room,
    code: &str,
    type_code: &str,
) -> Result<Option<Licence>, Refusal> {
    let blind = room.vault.blind(HOLDER_CODE, &code.trim().to_ascii_uppercase());
    let row = tx
        .fetch_optional(
            "select id from licences where holder_code_blind = $1 and type_code = $2
             order by case when status = 'valid' then 0 else 1 end, id desc limit 1",
            vals![blind, type_code.trim()],
        )
        .await?;
    match row {
        Some(row) => Ok(crate::find(tx, row.get(0)?).await?),
        None => Ok(None),
    }
}

/// Whether it holds on this day.
pub(crate) fn is_in_force(licence: &Licence, today: Date) -> bool {
    licence.state(today) == State::Valid && licence.valid_from <= today
}

/// Fetches a document with a right that its holder gave to this system, for the purpose of that right (调取). The caller commits.
pub(crate) async fn fetch(
    tx: &mut Tx,
    room: &Room,
    system: &System,
    now: Timestamp,
    identifier: &str,
) -> Result<(Opened, Vec<u8>), Refusal> {
    let licence = get_named(tx, identifier).await?;
    let receiver = Receiver::of_system(system);
    let why = Purpose::new("licences.fetch", system.reference());
    let today = china_date(now);
    let right = authorise::in_force(tx, &room.vault, &receiver.reference, licence.id, &why, today).await?;
    let right = right.ok_or(Refusal::Outside(Message::new("licences-not-authorised")))?;
    let (whole, file) = read_whole(room, &licence).await?;
    let new = NewUse {
        licence: &licence,
        how: How::Fetched,
        receiver: &receiver,
        by: &receiver.reference,
        purpose: &right.purpose,
        authorisation: Some(right.id),
        case: None,
        detail: String::new(),
        look: Some((why, WHOLE)),
    };
    note(tx, &room.vault, new, now).await?;
    Ok((Opened { licence, whole }, file))
}

/// Shows a system the document of a code that its holder made, once. Nothing for a code that is none: also then the caller
/// commits.
pub(crate) async fn show(
    tx: &mut Tx,
    room: &Room,
    system: &System,
    now: Timestamp,
    (code, purpose): (&str, &str),
) -> Result<Option<(Opened, Vec<u8>)>, Refusal> {
    let purpose = stated_alone(purpose)?;
    let receiver = Receiver::of_system(system);
    let found = redeem(tx, &room.vault, &receiver.reference, code, now).await?;
    let Some(licence) = found else { return Ok(None) };
    let (whole, file) = read_whole(room, &licence).await?;
    let new = NewUse {
        licence: &licence,
        how: How::Presented,
        receiver: &receiver,
        by: &receiver.reference,
        purpose,
        authorisation: None,
        case: None,
        detail: String::new(),
        look: Some((Purpose::new("licences.presented", system.reference()), WHOLE)),
    };
    note(tx, &room.vault, new, now).await?;
    Ok(Some((Opened { licence, whole }, file)))
}
