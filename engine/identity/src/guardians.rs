//! Guardians (监护人): entered by an acceptance desk with the document on which the relation rests. Over a minor it ends by
//! itself with the eighteenth birthday; over an adult it rests on a court's decision and has a last day.

use codes::ResidentId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{
    Actor, BodyId, FieldError, Items, MandateId, MandateKind, Message, PersonId, Principal, Refusal,
    Timestamp, china_date,
};
use store::page::{Page, PageRequest};
use store::{Purpose, Result, Row, Tx, Vault, vals};

use crate::acts::{ActKind, NewAct, record_act};
use crate::add::AddError;
use crate::add_person::{self, AddPerson};
use crate::appoint_agent::find_named;
use crate::mandates::{self, NewMandate, all_rights, find_mandate};
use crate::permission::ENTER_MANDATES;
use crate::persons::{Assurance, find_person_by_resident_id, person_reference, person_shown_as};
use crate::telling::{self, What};

/// Under which documents of mandates lie in the vault.
pub(crate) const BASIS: &str = "identity.basis";
/// Most guardians at a time (民法典 §27: the parents).
const GUARDIANS_MAX: i64 = 2;
/// Full age in years (民法典 §17).
const FULL_AGE: i16 = 18;

/// On which document a guardianship rests (监护依据).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// 户口簿
    HouseholdBook,
    /// 出生医学证明
    BirthCertificate,
    /// 居（村）民委员会、民政部门或人民法院指定监护人的文书
    Appointment,
    /// 人民法院认定无（限制）民事行为能力的判决
    CourtDecision,
}

impl Ground {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] =
        [Self::HouseholdBook, Self::BirthCertificate, Self::Appointment, Self::CourtDecision];

    /// The word in forms and message keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HouseholdBook => "household-book",
            Self::BirthCertificate => "birth-certificate",
            Self::Appointment => "appointment",
            Self::CourtDecision => "court-decision",
        }
    }

    /// Reads the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == word)
    }
}

/// A guardianship as the desk writes it down. In clear, so `Debug` shows nothing.
#[derive(Clone)]
pub struct EnterGuardian {
    /// Name of the ward (被监护人).
    pub ward_name: String,
    /// Identity number of the ward.
    pub ward_resident_id: String,
    /// Name of the guardian, who has an account.
    pub name: String,
    /// Identity number of the guardian.
    pub resident_id: String,
    /// The document.
    pub ground: Option<Ground>,
    /// Its number.
    pub number: String,
    /// The last day; of minors it is the day before full age at the latest.
    pub until: Option<Date>,
}

impl std::fmt::Debug for EnterGuardian {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnterGuardian").field("ground", &self.ground).finish_non_exhaustive()
    }
}

/// Why nothing was entered.
#[derive(Debug, thiserror::Error)]
pub enum GuardianError {
    /// Nobody is signed in, or nobody of an acceptance desk.
    #[error("only an acceptance desk enters guardians")]
    NotAllowed(Refusal),
    /// Fields that break a rule.
    #[error("fields break rules")]
    Fields(Vec<FieldError>),
    /// No such guardianship of this desk.
    #[error("no such guardianship")]
    NotFound,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl GuardianError {
    fn field(field: &str, key: &'static str) -> Self {
        Self::Fields(vec![FieldError::new(field, Message::new(key))])
    }
}

impl From<GuardianError> for Refusal {
    fn from(error: GuardianError) -> Self {
        match error {
            GuardianError::NotAllowed(refusal) => refusal,
            GuardianError::Fields(faults) => Self::Invalid(faults),
            GuardianError::NotFound => Self::NotFound,
            GuardianError::Store(error) => error.into(),
        }
    }
}

/// Name and number of a document in one line; which of the two is missing.
pub(crate) fn basis_text(name: &str, number: &str) -> std::result::Result<String, &'static str> {
    let fits = |text: &str| (1..=100).contains(&text.trim().chars().count());
    if !fits(name) {
        return Err("basis_name");
    }
    if !fits(number) {
        return Err("basis_number");
    }
    Ok(format!("{} {}", name.trim(), number.trim()))
}

/// The day on which somebody is of full age: the eighteenth birthday itself; who was born on 29 February has it on 1 March
/// of other years.
pub(crate) fn of_age_on(number: &ResidentId) -> Option<Date> {
    let birth = number.birth_date();
    let (year, month, day) = (birth.year() + FULL_AGE, birth.month(), birth.day());
    Date::new(year, month, day).or_else(|_leap_day| Date::new(year, month + 1, 1)).ok()
}

/// Enters a guardian. A ward without an account gets one that only guardians use.
pub async fn enter_guardian(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    enter: EnterGuardian,
) -> std::result::Result<MandateId, GuardianError> {
    let clerk = by.staff().map_err(GuardianError::NotAllowed)?;
    by.require(ENTER_MANDATES).map_err(GuardianError::NotAllowed)?;
    let read = Read::of(&enter, china_date(now))?;
    let purpose = Purpose::new("identity.enter-mandate", by.reference());
    let guardian = find_named(tx, vault, &purpose, &enter.name, &enter.resident_id)
        .await?
        .ok_or(GuardianError::field("resident_id", "identity-agent-nobody"))?;
    let ward = find_or_make_ward(tx, vault, &purpose, &enter, guardian, now).await?;
    take_turns(tx, ward).await?;
    if count(tx, ward, china_date(now)).await? >= GUARDIANS_MAX {
        return Err(GuardianError::field("ward_resident_id", "identity-guardian-many"));
    }
    let new = NewMandate {
        kind: MandateKind::Guardian,
        principal: Principal::Person(ward),
        person: guardian,
        rights: all_rights(),
        items: Items::All,
        until: Some(read.until),
        granted_by: by.reference(),
    };
    let id = mandates::insert(tx, &new, now).await.map_err(|error| {
        if mandates::holds_already(&error) {
            GuardianError::field("resident_id", "identity-guardian-already")
        } else {
            error.into()
        }
    })?;
    let basis = vault.seal(BASIS, format!("{} {}", read.ground.as_str(), read.number).as_bytes())?;
    tx.execute(
        "update mandates set desk = $1, basis_sealed = $2 where id = $3",
        vals![clerk.body, basis, id],
    )
    .await?;
    let act = NewAct::new(ActKind::GuardianEntered, Some(clerk.body), person_reference(ward));
    let became = format!("{} · {} · {}", person_reference(guardian), read.ground.as_str(), read.until);
    record_act(tx, by, act.changed("", became), now).await?;
    let about = id.to_string();
    let ward_shown = person_shown_as(tx, vault, ward).await?.unwrap_or_default();
    telling::plan_for(tx, guardian, What::Guardian, &ward_shown, &about, now).await?;
    let guardian_shown = person_shown_as(tx, vault, guardian).await?.unwrap_or_default();
    telling::plan_for(tx, ward, What::Ward, &guardian_shown, &about, now).await?;
    Ok(id)
}

/// What stands in the form, every field read.
struct Read {
    ground: Ground,
    number: String,
    until: Date,
}

impl Read {
    fn of(enter: &EnterGuardian, today: Date) -> std::result::Result<Self, GuardianError> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, key| faults.push(FieldError::new(field, Message::new(key)));
        let number = enter.number.trim().to_owned();
        if !(1..=100).contains(&number.chars().count()) {
            fault("basis_number", "identity-basis-missing");
        }
        if enter.ground.is_none() {
            fault("ground", "identity-ground-missing");
        }
        let ward = ResidentId::parse(&enter.ward_resident_id).ok();
        let guardian = ResidentId::parse(&enter.resident_id).ok();
        if ward.is_none() {
            fault("ward_resident_id", "identity-resident-id-wrong");
        }
        match &guardian {
            None => fault("resident_id", "identity-resident-id-wrong"),
            Some(number) if of_age_on(number).is_none_or(|day| day > today) => {
                fault("resident_id", "identity-guardian-minor");
            }
            Some(number) if Some(number) == ward.as_ref() => {
                fault("resident_id", "identity-guardian-oneself");
            }
            Some(_) => {}
        }
        let full_age = ward.as_ref().and_then(of_age_on);
        let until = match full_age {
            Some(day) if day > today => {
                let last = day.saturating_sub(1.day());
                Some(enter.until.map_or(last, |until| until.min(last)))
            }
            Some(_) | None => {
                if full_age.is_some() && enter.ground.is_some_and(|ground| ground != Ground::CourtDecision) {
                    fault("ground", "identity-guardian-adult");
                }
                if enter.until.is_none() {
                    fault("until", "identity-guardian-until");
                }
                enter.until
            }
        };
        if until.is_some_and(|until| until < today) {
            fault("until", "identity-agent-over");
        }
        match (enter.ground, until) {
            (Some(ground), Some(until)) if faults.is_empty() => Ok(Self { ground, number, until }),
            _ => Err(GuardianError::Fields(faults)),
        }
    }
}

async fn find_or_make_ward(
    tx: &mut Tx,
    vault: &Vault,
    purpose: &Purpose,
    enter: &EnterGuardian,
    guardian: PersonId,
    now: Timestamp,
) -> std::result::Result<PersonId, GuardianError> {
    let number = ResidentId::parse(&enter.ward_resident_id)
        .map_err(|_form| GuardianError::field("ward_resident_id", "identity-resident-id-wrong"))?;
    if find_person_by_resident_id(tx, vault, &number).await?.is_some() {
        let found = find_named(tx, vault, purpose, &enter.ward_name, &enter.ward_resident_id).await?;
        return found.ok_or(GuardianError::field("ward_name", "identity-ward-name-other"));
    }
    // The desk has looked at the documents of both.
    let person = AddPerson {
        name: enter.ward_name.clone(),
        resident_id: enter.ward_resident_id.clone(),
        phone: None,
        division: None,
        password: None,
        assurance: Assurance::Verified,
    };
    let checked = add_person::check(&person)
        .map_err(|_form| GuardianError::field("ward_name", "identity-name-wrong"))?;
    let id = add_person::insert(tx, vault, now, &checked, None).await.map_err(|error| match error {
        AddError::Store(error) => GuardianError::Store(error),
        AddError::Invalid(_) | AddError::Taken(_) | AddError::Hash(_) => {
            GuardianError::field("ward_resident_id", "identity-register-taken")
        }
    })?;
    // Where the guardian lives is the first guess for where their ward does.
    tx.execute(
        "update persons set made_for_guardian = $1, division = (select division from persons where id = $3)
         where id = $2",
        vals![now, id, guardian],
    )
    .await?;
    Ok(id)
}

/// Of two desks at once the second waits here, so that both count the same guardians.
async fn take_turns(tx: &mut Tx, ward: PersonId) -> Result<()> {
    tx.execute("update persons set created_at = created_at where id = $1", vals![ward]).await?;
    Ok(())
}

async fn count(tx: &mut Tx, ward: PersonId, today: Date) -> Result<i64> {
    let row = tx
        .fetch_one(
            "select count(*) from mandates where of_person = $1 and kind = 'guardian' and ended_at is null
                 and until >= $2",
            vals![ward, today],
        )
        .await?;
    row.get(0)
}

/// A guardianship as the desk's list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GuardianRecord {
    /// The mandate.
    pub(crate) id: MandateId,
    /// The ward, masked.
    pub(crate) ward: String,
    /// The guardian, masked.
    pub(crate) guardian: String,
    /// Since when.
    pub(crate) since: Timestamp,
    /// The last day.
    pub(crate) until: Option<Date>,
    /// When it was ended, if it was.
    pub(crate) ended_at: Option<Timestamp>,
}

/// The guardianships that a desk entered, the latest first.
pub(crate) async fn guardians_of_desk(
    tx: &mut Tx,
    vault: &Vault,
    desk: BodyId,
    page: &PageRequest,
) -> Result<Page<GuardianRecord>> {
    // Ids are hexadecimal, so `g` stands after all of them.
    let before = page.keys(vals!["g"])?.pop().unwrap_or_else(|| "g".into());
    let rows = tx
        .fetch_all(
            "select m.id, w.name_sealed, g.name_sealed, m.since, m.until, m.ended_at from mandates m
             join persons w on w.id = m.of_person join persons g on g.id = m.person
             where m.desk = $1 and m.kind = 'guardian' and m.id < $2 order by m.id desc limit $3",
            vals![desk, before, page.size.limit()],
        )
        .await?;
    let read = |row: &Row| -> Result<GuardianRecord> {
        Ok(GuardianRecord {
            id: row.get(0)?,
            ward: crate::personal::shown_as(vault, &row.get::<Vec<u8>>(1)?)?,
            guardian: crate::personal::shown_as(vault, &row.get::<Vec<u8>>(2)?)?,
            since: row.get(3)?,
            until: row.get(4)?,
            ended_at: row.get(5)?,
        })
    };
    let found = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, page.size, |one| vals![one.id]))
}

/// Ends a guardianship at once (撤销监护): by the desk that entered it.
pub async fn end_guardian(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: MandateId,
) -> std::result::Result<(), GuardianError> {
    let clerk = by.staff().map_err(GuardianError::NotAllowed)?;
    by.require(ENTER_MANDATES).map_err(GuardianError::NotAllowed)?;
    let ended = tx
        .fetch_optional(
            "update mandates set ended_at = coalesce(ended_at, $1), ended_by = coalesce(ended_by, $2)
             where id = $3 and desk = $4 and kind = 'guardian' returning ended_at",
            vals![now, by.reference(), id, clerk.body],
        )
        .await?
        .ok_or(GuardianError::NotFound)?;
    let found = find_mandate(tx, id).await?.ok_or(GuardianError::NotFound)?;
    if ended.get::<Timestamp>(0)? == kernel::from_micros(kernel::to_micros(now)) {
        let act = NewAct::new(ActKind::GuardianEnded, Some(clerk.body), found.principal.to_string());
        record_act(tx, by, act.changed(person_reference(found.person), ""), now).await?;
        let ward = mandates::shown_as(tx, vault, found.principal).await?;
        let about = id.to_string();
        telling::plan_for(tx, found.person, What::GuardianEnded, &ward, &about, now).await?;
    }
    Ok(())
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
