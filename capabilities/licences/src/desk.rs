//! Documents of others at the desk (验看证照): shown by a code, or opened with a right that the holder gave to the body. Each is
//! a use that the holder reads, and a look on record.

use kernel::{Actor, AuthorisationId, FieldError, Message, Refusal, Timestamp, china_date};
use store::{Purpose, Tx, Vault};

use crate::authorise::{self, Authorisation};
use crate::metadata::Metadata;
use crate::present::redeem;
use crate::receiver::Receiver;
use crate::room::{Room, SCAN};
use crate::uses::{How, NewUse, note, stated};
use crate::{Licence, sealed_file};

pub(crate) mod api;
pub(crate) mod http;

/// At what a look is noted when a document is shown whole.
pub(crate) const WHOLE: &str = "licences.file";

/// A document as it is shown: what is on record, and what its sealed file says.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) licence: Licence,
    pub(crate) whole: Metadata,
}

/// The sealed file of a document, and what it says: the holder's whole name too. The caller notes the look.
pub(crate) async fn read_whole(room: &Room, licence: &Licence) -> store::Result<(Metadata, Vec<u8>)> {
    let file = room.files.get(&licence.file_sm3).await?;
    let metadata = sealed_file::metadata(&file).and_then(|json| Metadata::from_json(json).ok());
    let metadata = metadata.ok_or_else(|| store::Error::FileDamaged(licence.file_sm3.clone()))?;
    Ok((metadata, file))
}

/// Shows a clerk the document of a code, once. Nothing for a code that is none: also then the caller commits.
pub(crate) async fn show(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    (code, purpose): (&str, &str),
) -> Result<Option<Opened>, Refusal> {
    by.require(SCAN)?;
    let missing = || FieldError::new("code", Message::new("licences-desk-code-missing"));
    let code = if code.trim().is_empty() { Err(missing()) } else { Ok(code) };
    let (code, purpose) = match (code, stated(purpose)) {
        (Ok(code), Ok(purpose)) => (code, purpose),
        (code, purpose) => {
            return Err(Refusal::Invalid([code.err(), purpose.err()].into_iter().flatten().collect()));
        }
    };
    let who = by.reference();
    let Some(licence) = redeem(tx, &room.vault, &who, code, now).await? else { return Ok(None) };
    let (whole, _file) = read_whole(room, &licence).await?;
    let receiver = Receiver::of_staff(tx, by.staff()?).await?;
    let new = NewUse {
        licence: &licence,
        how: How::Presented,
        receiver: &receiver,
        by: &who,
        purpose,
        authorisation: None,
        case: None,
        detail: String::new(),
        look: Some((Purpose::of("licences.presented", by), WHOLE)),
    };
    note(tx, &room.vault, new, now).await?;
    Ok(Some(Opened { licence, whole }))
}

/// The right of the clerk's body, if it can be used today.
pub(crate) async fn right_of_body(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: AuthorisationId,
) -> Result<(Authorisation, Receiver), Refusal> {
    by.require(SCAN)?;
    let receiver = Receiver::of_staff(tx, by.staff()?).await?;
    let why = Purpose::of("licences.authorised", by);
    let found = authorise::find_in_force(tx, vault, &receiver.reference, id, &why, china_date(now)).await?;
    Ok((found.ok_or(Refusal::NotFound)?, receiver))
}

/// Opens a document with a right of the clerk's body: what it says, and its file. The caller commits.
pub(crate) async fn open(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: AuthorisationId,
) -> Result<(Opened, Vec<u8>), Refusal> {
    let (right, receiver) = right_of_body(tx, &room.vault, by, now, id).await?;
    let licence = crate::find(tx, right.licence).await?.ok_or(Refusal::NotFound)?;
    let (whole, file) = read_whole(room, &licence).await?;
    let new = NewUse {
        licence: &licence,
        how: How::Opened,
        receiver: &receiver,
        by: &by.reference(),
        purpose: &right.purpose,
        authorisation: Some(right.id),
        case: None,
        detail: String::new(),
        look: Some((Purpose::of("licences.authorised", by), WHOLE)),
    };
    note(tx, &room.vault, new, now).await?;
    Ok((Opened { licence, whole }, file))
}
