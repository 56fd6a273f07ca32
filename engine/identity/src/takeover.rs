//! An account that was made for a ward becomes their own (接管账号): of full age, they show their identity card at a desk, get
//! a code, and register with it. Everything that was done for them stays in the account.

use codes::ResidentId;
use jiff::SignedDuration;
use kernel::{Actor, FieldError, Message, PersonId, Timestamp, china_date};
use store::{Purpose, Tx, Vault, vals};

use crate::acts::{ActKind, NewAct, record_act};
use crate::add::AddError;
use crate::add_person::CheckedPerson;
use crate::appoint_agent::find_named;
use crate::guardians::{GuardianError, of_age_on};
use crate::permission::ENTER_MANDATES;
use crate::personal;
use crate::persons::person_reference;

/// So long a code holds.
const CODE_HOURS: i64 = 7 * 24;
/// Under which codes are compared.
const TAKEOVER: &str = "identity.takeover";

/// Gives a code to somebody of full age who stands at the desk. Only one code holds at a time.
pub async fn give_takeover_code(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    name: &str,
    resident_id: &str,
) -> Result<String, GuardianError> {
    let clerk = by.staff().map_err(GuardianError::NotAllowed)?;
    by.require(ENTER_MANDATES).map_err(GuardianError::NotAllowed)?;
    let field = |key| GuardianError::Fields(vec![FieldError::new("takeover_resident_id", Message::new(key))]);
    let number = ResidentId::parse(resident_id).map_err(|_form| field("identity-resident-id-wrong"))?;
    if of_age_on(&number).is_none_or(|day| day > china_date(now)) {
        return Err(field("identity-takeover-minor"));
    }
    let purpose = Purpose::new("identity.enter-mandate", by.reference());
    let person = find_named(tx, vault, &purpose, name, resident_id).await?;
    let person = person.ok_or_else(|| field("identity-agent-nobody"))?;
    let fresh = code();
    let until = now.checked_add(SignedDuration::from_hours(CODE_HOURS)).unwrap_or(now);
    let given = tx
        .execute(
            "update persons set takeover_blind = $1, takeover_until = $2
             where id = $3 and made_for_guardian is not null and password_hash is null",
            vals![blind(vault, resident_id, &fresh), until, person],
        )
        .await?;
    if given != 1 {
        return Err(field("identity-takeover-none"));
    }
    let act = NewAct::new(ActKind::TakeoverGiven, Some(clerk.body), person_reference(person));
    record_act(tx, by, act, now).await?;
    Ok(fresh)
}

/// Twelve digits, in fours.
fn code() -> String {
    let random: [u8; 12] = guomi::random_bytes();
    let digits: String = random.iter().map(|byte| char::from(b'0' + byte % 10)).collect();
    format!("{} {} {}", &digits[..4], &digits[4..8], &digits[8..])
}

/// The code counts only together with the number of the account.
fn blind(vault: &Vault, resident_id: &str, code: &str) -> String {
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    vault.blind(TAKEOVER, &format!("{}:{code}", resident_id.trim().to_ascii_uppercase()))
}

/// Makes a ward's account their own: with the name, the number and the code, which is used up.
pub(crate) async fn take_over(
    tx: &mut Tx,
    vault: &Vault,
    now: Timestamp,
    person: &CheckedPerson,
    code: &str,
    password_hash: String,
) -> Result<PersonId, AddError> {
    let blind = blind(vault, person.resident_id.as_str(), code);
    let row = tx
        .fetch_optional(
            "select id, name_sealed from persons
             where resident_id_blind = $1 and takeover_blind = $2 and takeover_until > $3 and password_hash is null",
            vals![personal::resident_id_blind(vault, &person.resident_id), blind, now],
        )
        .await?
        .ok_or(AddError::Taken("code"))?;
    let purpose = Purpose::new("identity.register", "system");
    if personal::open_name(vault, &row.get::<Vec<u8>>(1)?, &purpose)? != person.name {
        return Err(AddError::Taken("code"));
    }
    let id: PersonId = row.get(0)?;
    let phone = person.phone.as_ref();
    let sealed = personal::seal(vault, &person.name, &person.resident_id, phone)?;
    tx.execute(
        "update persons set password_hash = $1, phone_sealed = $2, phone_blind = $3, made_for_guardian = null,
             takeover_blind = null, takeover_until = null where id = $4",
        vals![password_hash, sealed.phone, phone.map(|phone| personal::phone_blind(vault, phone)), id],
    )
    .await
    .map_err(|error| error.on_constraint("persons_phone_blind_key", || AddError::Taken("phone")))?;
    Ok(id)
}
