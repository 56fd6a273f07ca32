//! Comparing what a system knows with a document (核验比对): for each field yes or no, and never what stands there.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal, Timestamp};
use oidc::System;
use store::{Purpose, Tx, vals};

use super::get_named;
use crate::Licence;
use crate::desk::read_whole;
use crate::issue::HOLDER_CODE;
use crate::present::later;
use crate::receiver::Receiver;
use crate::record::number_key;
use crate::room::Room;
use crate::uses::{How, NewUse, note, stated_alone};

/// So often may one system compare one document, or it would guess what stands there.
const COMPARISONS_MAX: u32 = 20;
/// In this time.
const COMPARISONS_SECONDS: i64 = 24 * 3600;

/// A field that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    HolderName,
    HolderCode,
    Number,
    Name,
    Issuer,
    IssuerCode,
    IssuedOn,
    ValidFrom,
    ValidUntil,
}

impl Field {
    pub(crate) const ALL: [Self; 9] = [
        Self::HolderName,
        Self::HolderCode,
        Self::Number,
        Self::Name,
        Self::Issuer,
        Self::IssuerCode,
        Self::IssuedOn,
        Self::ValidFrom,
        Self::ValidUntil,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::HolderName => "holder_name",
            Self::HolderCode => "holder_code",
            Self::Number => "number",
            Self::Name => "name",
            Self::Issuer => "issuer",
            Self::IssuerCode => "issuer_code",
            Self::IssuedOn => "issued_on",
            Self::ValidFrom => "valid_from",
            Self::ValidUntil => "valid_until",
        }
    }
}

/// What is compared, or every field that there is not.
fn fields(given: &BTreeMap<String, String>) -> Result<Vec<(Field, &str)>, Refusal> {
    let mut errors = Vec::new();
    let mut fields = Vec::new();
    for (name, value) in given {
        match Field::ALL.into_iter().find(|field| field.as_str() == name) {
            Some(field) => fields.push((field, value.trim())),
            None => errors.push(FieldError::new(
                format!("fields/{}", name.replace('~', "~0").replace('/', "~1")),
                Message::new("licences-compare-field-unknown"),
            )),
        }
    }
    if given.is_empty() {
        errors.push(FieldError::new("fields", Message::new("licences-compare-fields-none")));
    }
    if errors.is_empty() { Ok(fields) } else { Err(Refusal::Invalid(errors)) }
}

/// Compares fields with a document: for each whether it is alike. The caller commits.
pub(crate) async fn compare(
    tx: &mut Tx,
    room: &Room,
    system: &System,
    now: Timestamp,
    identifier: &str,
    (given, purpose): (&BTreeMap<String, String>, &str),
) -> Result<(Licence, BTreeMap<&'static str, bool>), Refusal> {
    let (purpose, fields) = (stated_alone(purpose)?, fields(given)?);
    let licence = get_named(tx, identifier).await?;
    let receiver = Receiver::of_system(system);
    let since = later(now, -COMPARISONS_SECONDS);
    let row = tx
        .fetch_one(
            "select count(*) from licence_uses where receiver = $1 and licence = $2 and at > $3 and how = 'compared'",
            vals![&receiver.reference, licence.id, since],
        )
        .await?;
    if row.get::<u32>(0)? >= COMPARISONS_MAX {
        return Err(Refusal::TooMany(COMPARISONS_SECONDS.unsigned_abs()));
    }
    let mut alike = BTreeMap::new();
    for (field, value) in fields {
        alike.insert(field.as_str(), is_alike(tx, room, &licence, field, value).await?);
    }
    let word = |(field, yes): (&&str, &bool)| format!("{field}={}", if *yes { "yes" } else { "no" });
    let detail: Vec<String> = alike.iter().map(word).collect();
    let new = NewUse {
        licence: &licence,
        how: How::Compared,
        receiver: &receiver,
        by: &receiver.reference,
        purpose,
        authorisation: None,
        case: None,
        detail: detail.join(","),
        look: Some((Purpose::new("licences.compare", system.reference()), "licences.fields")),
    };
    note(tx, &room.vault, new, now).await?;
    Ok((licence, alike))
}

async fn is_alike(
    tx: &mut Tx,
    room: &Room,
    licence: &Licence,
    field: Field,
    value: &str,
) -> store::Result<bool> {
    let day = |day: Option<Date>| value.parse::<Date>().ok() == day && (day.is_some() || value.is_empty());
    Ok(match field {
        Field::HolderName => read_whole(room, licence).await?.0.holder_name == value,
        Field::HolderCode => {
            let blind = room.vault.blind(HOLDER_CODE, &value.to_ascii_uppercase());
            let sql = "select 1 from licences where id = $1 and holder_code_blind = $2";
            tx.fetch_optional(sql, vals![licence.id, blind]).await?.is_some()
        }
        Field::Number => number_key(value) == number_key(&licence.number),
        Field::Name => licence.name.zh == value,
        Field::Issuer => licence.issuer_name == value,
        Field::IssuerCode => licence.issuer_uscc == value.to_ascii_uppercase(),
        Field::IssuedOn => day(Some(licence.issued_on)),
        Field::ValidFrom => day(Some(licence.valid_from)),
        Field::ValidUntil => day(licence.valid_until),
    })
}
