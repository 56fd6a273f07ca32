//! The names under which this room's personal data lie in the vault, and the few ways in which they leave it.

use codes::ResidentId;
use store::{Error, Purpose, Result, Vault};

use crate::person_name::{PersonName, Phone};

pub(crate) const NAME: &str = "identity.name";
pub(crate) const RESIDENT_ID: &str = "identity.resident-id";
pub(crate) const PHONE: &str = "identity.phone";
/// By which name an upstream provider knows somebody.
pub(crate) const UPSTREAM: &str = "identity.upstream-subject";
/// Accounts and addresses in the sign-in log: only ever compared, never opened.
const ACCOUNT: &str = "identity.account";
const CLIENT: &str = "identity.client";

/// What is stored of a person.
pub(crate) struct Sealed {
    pub(crate) name: Vec<u8>,
    pub(crate) resident_id: Vec<u8>,
    pub(crate) phone: Option<Vec<u8>>,
}

pub(crate) fn seal(
    vault: &Vault,
    name: &PersonName,
    resident_id: &ResidentId,
    phone: Option<&Phone>,
) -> Result<Sealed> {
    Ok(Sealed {
        name: vault.seal(NAME, name.as_str().as_bytes())?,
        resident_id: vault.seal(RESIDENT_ID, resident_id.as_str().as_bytes())?,
        phone: phone.map(|phone| vault.seal(PHONE, phone.as_str().as_bytes())).transpose()?,
    })
}

/// A sealed name of nobody.
pub(crate) fn seal_nobody(vault: &Vault) -> Result<Vec<u8>> {
    vault.seal(NAME, "无此人".as_bytes())
}

pub(crate) fn open_name(vault: &Vault, sealed: &[u8], purpose: &Purpose) -> Result<PersonName> {
    let text = text(NAME, vault.open(NAME, sealed, purpose)?)?;
    PersonName::parse(&text).map_err(|_form| damaged(NAME))
}

pub(crate) fn open_resident_id(vault: &Vault, sealed: &[u8], purpose: &Purpose) -> Result<ResidentId> {
    let text = text(RESIDENT_ID, vault.open(RESIDENT_ID, sealed, purpose)?)?;
    ResidentId::parse(&text).map_err(|_form| damaged(RESIDENT_ID))
}

pub(crate) fn open_phone(vault: &Vault, sealed: &[u8], purpose: &Purpose) -> Result<Phone> {
    let text = text(PHONE, vault.open(PHONE, sealed, purpose)?)?;
    Phone::parse(&text).map_err(|_form| damaged(PHONE))
}

pub(crate) fn open_upstream(vault: &Vault, sealed: &[u8], purpose: &Purpose) -> Result<String> {
    text(UPSTREAM, vault.open(UPSTREAM, sealed, purpose)?)
}

/// The masked name, which anybody may see who has to do with the person: no look that has to be noted.
pub(crate) fn shown_as(vault: &Vault, sealed_name: &[u8]) -> Result<String> {
    let purpose = Purpose::new("identity.show-masked", "system");
    Ok(open_name(vault, sealed_name, &purpose)?.masked())
}

fn text(field: &'static str, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_bytes| damaged(field))
}

fn damaged(field: &'static str) -> Error {
    Error::Damaged { column: field.into(), expected: "what was sealed there" }
}

pub(crate) fn resident_id_blind(vault: &Vault, resident_id: &ResidentId) -> String {
    vault.blind(RESIDENT_ID, resident_id.as_str())
}

pub(crate) fn phone_blind(vault: &Vault, phone: &Phone) -> String {
    vault.blind(PHONE, phone.as_str())
}

/// What was typed as an identity number, if it can be one.
pub(crate) fn login_as_resident_id(vault: &Vault, login: &str) -> Option<String> {
    ResidentId::parse(login).ok().map(|id| resident_id_blind(vault, &id))
}

/// What was typed as a phone number, if it can be one.
pub(crate) fn login_as_phone(vault: &Vault, login: &str) -> Option<String> {
    Phone::parse(login).ok().map(|phone| phone_blind(vault, &phone))
}

pub(crate) fn account_blind(vault: &Vault, account: &str) -> String {
    vault.blind(ACCOUNT, account)
}

pub(crate) fn client_blind(vault: &Vault, network: Option<&str>) -> String {
    vault.blind(CLIENT, network.unwrap_or("unknown"))
}
