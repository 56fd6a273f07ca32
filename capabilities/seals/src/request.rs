//! Asking for a seal (申请印章).

use identity::{ActKind, BodyRecord, NewAct, find_body, record_act};
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{Actor, FieldError, Message, Refusal, StaffActor, Timestamp, china_date};
use ofd::{Face, FaceError};
use store::{Tx, fresh_id};

use crate::draw::{RING_CHARACTERS_MAX, design};
use crate::kinds::{Kind, Rules};
use crate::record::{self, SealRecord};
use crate::renew::tell;
use crate::room::{REQUEST, Room};
use crate::seal::State;

/// Longest name of a seal; certificates carry it.
const NAME_CHARACTERS_MAX: usize = 60;
/// Longest text of a reason.
pub(crate) const WORD_CHARACTERS_MAX: usize = 300;

/// A seal that is asked for, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSeal {
    /// Short name of the body.
    pub body: String,
    /// Code of the kind.
    pub kind: String,
    /// Its name; made from body and kind when empty.
    pub name: String,
    /// The name along the ring; the body's when empty.
    pub ring: String,
    /// First day of use.
    pub valid_from: String,
    /// Last day of use.
    pub valid_until: String,
    /// What it is needed for.
    pub reason: String,
}

/// Why a seal was not asked for.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Only the administration of a body asks.
    #[error(transparent)]
    Refused(Refusal),
    /// Fields that break a rule.
    #[error("{} fields break rules", .0.len())]
    Fields(Vec<FieldError>),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Refused(refusal) => refusal,
            RequestError::Fields(fields) => Self::Invalid(fields),
            RequestError::Store(error) => error.into(),
        }
    }
}

/// Asks for a seal and puts the request on record.
pub async fn request(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    new: &NewSeal,
    now: Timestamp,
) -> Result<SealRecord, RequestError> {
    by.require(REQUEST).map_err(RequestError::Refused)?;
    let staff = by.staff().map_err(RequestError::Refused)?;
    let seal = read(tx, room, staff, new, now).await?;
    record::insert(tx, &seal).await?;
    record::note(tx, seal.id, by, "request", &seal.reason, now).await?;
    let act = NewAct::new(ActKind::SealRequested, Some(seal.body), format!("seal:{}", seal.id));
    let act = act.changed("", State::Requested.as_str()).because(&seal.reason);
    record_act(tx, by, act, now).await?;
    tell(tx, &seal, "request", now).await?;
    Ok(seal)
}

/// The seal as it would be asked for, or every fault of what was typed.
pub(crate) async fn read(
    tx: &mut Tx,
    room: &Room,
    staff: &StaffActor,
    new: &NewSeal,
    now: Timestamp,
) -> Result<SealRecord, RequestError> {
    let mut faults = Faults(Vec::new());
    let body = body(tx, room, staff, new.body.trim(), &mut faults).await?;
    let kind = room.rules.kind(new.kind.trim());
    if kind.is_none() {
        faults.add("kind", Message::new("seals-kind-unknown"));
    }
    let (from, until) = period(new, &room.rules, china_date(now), &mut faults);
    let reason = new.reason.trim();
    if reason.is_empty() || reason.chars().count() > WORD_CHARACTERS_MAX {
        faults.add("reason", Message::new("seals-reason-wrong").with("max", WORD_CHARACTERS_MAX));
    }
    let body_name = body.as_ref().map(|body| body.name.zh.as_str()).unwrap_or_default();
    let ring = text("ring", &new.ring, body_name, RING_CHARACTERS_MAX, &mut faults);
    let name = kind.map(|kind| name_of(body_name, kind)).unwrap_or_default();
    let name = text("name", &new.name, &name, NAME_CHARACTERS_MAX, &mut faults);
    let (Some(body), Some(kind), true) = (body, kind, faults.0.is_empty()) else {
        return Err(RequestError::Fields(faults.0));
    };
    drawn(&ring, kind, &room.faces, &mut faults);
    if !faults.0.is_empty() {
        return Err(RequestError::Fields(faults.0));
    }
    Ok(SealRecord {
        id: fresh_id(now),
        number: None,
        es_id: None,
        kind: kind.code.clone(),
        name,
        body: body.id,
        body_name: body.name.zh,
        body_uscc: body.uscc,
        division: body.division,
        ring,
        below: kind.below.clone(),
        diameter: kind.diameter,
        valid_from: from,
        valid_until: until,
        reason: reason.to_owned(),
        state: State::Requested,
        requested_by: Actor::Staff(staff.clone()).reference(),
        requested_at: now,
        approved_by: None,
        seal: None,
        certificate: None,
        revoked_at: None,
        revoke_reason: None,
        version: 1,
    })
}

struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, field: &str, rule: Message) {
        self.0.push(FieldError::new(field, rule));
    }
}

/// The body, if the asker keeps its seals: their own, or any for the seal authority.
async fn body(
    tx: &mut Tx,
    room: &Room,
    staff: &StaffActor,
    slug: &str,
    faults: &mut Faults,
) -> store::Result<Option<BodyRecord>> {
    let is_authority = room.authority(tx).await? == Some(staff.body);
    let found = find_body(tx, slug).await?;
    let theirs = found.filter(|body| is_authority || body.id == staff.body);
    if theirs.is_none() {
        faults.add("body", Message::new("seals-body-unknown"));
    }
    Ok(theirs)
}

/// What a seal is called when nobody says otherwise.
fn name_of(body: &str, kind: &Kind) -> String {
    if kind.below.is_empty() { body.to_owned() } else { format!("{body}{}", kind.below) }
}

fn text(field: &str, typed: &str, otherwise: &str, most: usize, faults: &mut Faults) -> String {
    let typed = typed.trim();
    let text = if typed.is_empty() { otherwise } else { typed };
    if text.chars().count() > most || text.chars().any(char::is_control) {
        faults.add(field, Message::new("seals-text-wrong").with("max", most));
    }
    text.to_owned()
}

fn period(new: &NewSeal, rules: &Rules, today: Date, faults: &mut Faults) -> (Date, Date) {
    let day = |field: &str, typed: &str, faults: &mut Faults| {
        let day = typed.trim().parse::<Date>().ok();
        if day.is_none() {
            faults.add(field, Message::new("seals-day-wrong"));
        }
        day
    };
    let from = day("valid_from", &new.valid_from, faults);
    let until = day("valid_until", &new.valid_until, faults);
    let (Some(from), Some(until)) = (from, until) else { return (today, today) };
    let last = from.checked_add(i64::from(rules.years_max).years()).unwrap_or(Date::MAX);
    if from < today {
        faults.add("valid_from", Message::new("seals-from-past"));
    }
    if until < from {
        faults.add("valid_until", Message::new("seals-until-turned"));
    } else if until >= last {
        faults.add("valid_until", Message::new("seals-until-late").with("years", rules.years_max));
    }
    (from, until)
}

/// A seal that cannot be drawn is not asked for.
fn drawn(ring: &str, kind: &Kind, faces: &[Face], faults: &mut Faults) {
    match design(ring, &kind.below, "", kind.diameter).shapes(faces) {
        Ok(_shapes) => {}
        Err(FaceError::MissingGlyph(character)) => {
            faults.add("ring", Message::new("seals-glyph-missing").with("character", character));
        }
        Err(FaceError::Unreadable | FaceError::Name(_) | FaceError::Subset(_)) => {
            faults.add("ring", Message::new("seals-cannot-draw"));
        }
    }
}
