//! Handing in one thing: a draft that was filled in once becomes a master case, and a case of each part that begins now.
//! Repeating it gives the same master case again.

use std::collections::BTreeMap;

use cases::BundlePart;
use catalogue::{Bundle, Part};
use identity::AgentAct;
use kernel::{Actor, CaseId, DraftId, MasterCaseId, PersonActor, Right, Timestamp, china_date};
use store::{Tx, vals};

use super::{MasterCase, MasterError, PartState, get};
use crate::asked::Filled;
use crate::attach::{self, Kept, Place};
use crate::dossier::Owner;
use crate::draft::{self, Draft};
use crate::stand_in;
use crate::start::check_level;
use crate::submit::{self, SubmitError, closed, is_outdated};
use crate::{Room, acting};

/// Turns a complete draft of a bundle into a master case. The caller commits: number, parts, cases, answers and files
/// are kept together or not at all.
pub(crate) async fn hand_in(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
) -> Result<MasterCase, SubmitError> {
    let person = by.person().map_err(SubmitError::NotAPerson)?;
    // Held first and read afterwards, as a single application is.
    let held = draft::lock_open(tx, id, now).await;
    let draft = draft::get_to(tx, room, person, id, Right::Apply).await?;
    if let Some(master) = draft.master.filter(|_| draft.part.is_none()) {
        return Ok(get(tx, master).await?);
    }
    let Some(bundle) = room.library().bundle_of(&draft.case_type) else { return Err(SubmitError::NoBundle) };
    held?;
    if let Some(message) = closed(room, &draft.case_type) {
        return Err(SubmitError::Closed(message));
    }
    if is_outdated(room, &draft) {
        return Err(SubmitError::Outdated);
    }
    let filled = Filled::read(tx, room, person, draft, now).await?;
    check_level(&filled.package, person).map_err(SubmitError::LevelNeeded)?;
    let missing = filled.missing(room);
    if !missing.is_empty() {
        return Err(SubmitError::Incomplete(missing));
    }
    if bundle.needed(&filled.draft.answers).is_empty() {
        return Err(SubmitError::NothingNeeded);
    }
    let master = keep(tx, by, person, &bundle, &filled.draft, now).await?;
    acting::note_draft(tx, by, AgentAct::Submitted, &filled.draft, now).await?;
    let by = &acting::with_parts(by);
    let states = parts(tx, room, by, now, &bundle, &filled, &master).await?;
    for part in bundle.parts.iter().filter(|part| states.get(&part.id) == Some(&PartState::Begun)) {
        begin(tx, room, by, now, &master, part).await?;
    }
    Ok(get(tx, master.id).await?)
}

/// What a part needs to know of its master.
pub(super) struct Master {
    pub(super) id: MasterCaseId,
    pub(super) number: String,
}

async fn keep(
    tx: &mut Tx,
    by: &Actor,
    person: &PersonActor,
    bundle: &Bundle,
    draft: &Draft,
    now: Timestamp,
) -> Result<Master, SubmitError> {
    let master = Master { id: store::fresh_id(now), number: next_number(tx, &draft.division, now).await? };
    tx.execute(
        "insert into master_cases (id, number, person, legal_person, applicant_shown, bundle, version, division,
             submitted_at, turn, through, through_kind)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11)",
        vals![
            master.id,
            &master.number,
            draft.applicant.person,
            draft.applicant.acting_for,
            &person.shown_as,
            &bundle.id,
            &bundle.version,
            &draft.division,
            now,
            draft.applicant.through.as_ref().map(|through| through.person),
            draft.applicant.through.as_ref().map(|through| through.kind.as_str())
        ],
    )
    .await?;
    tx.execute("update drafts set bundle = $1 where id = $2", vals![master.id, draft.id]).await?;
    tracing::info!(number = %master.number, by = %by.reference(), "one thing handed in");
    Ok(master)
}

/// The next number of this division and day (主办件编号): division, date, serial.
async fn next_number(tx: &mut Tx, division: &str, now: Timestamp) -> Result<String, store::Error> {
    let prefix = format!("YJS{division:0<9}");
    let day = china_date(now);
    let row = tx
        .fetch_one(
            "insert into master_serials (prefix, day, last) values ($1, $2, 1)
             on conflict (prefix, day) do update set last = master_serials.last + 1 returning last",
            vals![&prefix, day],
        )
        .await?;
    let serial: i64 = row.get(0)?;
    Ok(format!("{prefix}{}{serial:05}", day.strftime("%Y%m%d")))
}

/// Writes a row for each part, and for those that are needed what was filled in for them.
async fn parts(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    bundle: &Bundle,
    filled: &Filled,
    master: &Master,
) -> Result<BTreeMap<String, PartState>, SubmitError> {
    let needed: Vec<&str> =
        bundle.needed(&filled.draft.answers).iter().map(|part| part.id.as_str()).collect();
    let mut states = BTreeMap::new();
    for (position, part) in (0_i64..).zip(&bundle.parts) {
        let is_needed = needed.contains(&part.id.as_str());
        let waits = part.after.iter().any(|before| needed.contains(&before.as_str()));
        let state = match (is_needed, waits) {
            (false, _) => PartState::NotNeeded,
            (true, true) => PartState::Waiting,
            (true, false) => PartState::Begun,
        };
        let draft =
            if is_needed { Some(split(tx, room, by, now, part, filled, master).await?) } else { None };
        tx.execute(
            "insert into master_parts (master, part, position, state, draft_id) values ($1, $2, $3, $4, $5)",
            vals![master.id, &part.id, position, state.as_str(), draft],
        )
        .await?;
        states.insert(part.id.clone(), state);
    }
    Ok(states)
}

/// What was filled in for one part, under its own names. Files are not copied: their rows name the same content.
async fn split(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    part: &Part,
    filled: &Filled,
    master: &Master,
) -> Result<DraftId, SubmitError> {
    let draft = Draft {
        id: store::fresh_id(now),
        applicant: filled.draft.applicant.clone(),
        case_type: part.package.reference.clone(),
        division: filled.draft.division.clone(),
        answers: part.answers(&filled.draft.answers),
        version: 1,
        created_at: filled.draft.created_at,
        updated_at: now,
        case: None,
        again_of: None,
        dropped: Vec::new(),
        master: Some(master.id),
        part: Some(part.id.clone()),
    };
    draft::insert(tx, room, &draft).await?;
    for (own, shown) in &part.materials {
        let Some(material) = part.package.item.material(own) else { continue };
        let handed_in = filled.files.iter().filter(|file| file.material == *shown);
        for kept in handed_in.filter_map(|file| Kept::again(file, material)) {
            let place = Place { owner: Owner::Draft(draft.id), material: own, state: "current" };
            attach::add(tx, room, by, now, place, &kept).await.map_err(SubmitError::File)?;
        }
        let counted: Vec<_> = filled.counted().filter(|(asked, _)| asked.id == *shown).collect();
        for (_, made) in counted {
            stand_in::copy(tx, made, draft.id, own, now).await?;
        }
    }
    Ok(draft.id)
}

/// Makes the case of a part that was filled in. What its process looks up is asked now, so that it finds what the parts
/// before it brought about.
pub(super) async fn begin(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    master: &Master,
    part: &Part,
) -> Result<CaseId, SubmitError> {
    let person = by.person().map_err(SubmitError::NotAPerson)?;
    let row = tx
        .fetch_optional(
            "select draft_id from master_parts where master = $1 and part = $2 and case_id is null",
            vals![master.id, &part.id],
        )
        .await?;
    let draft: DraftId = row.ok_or(MasterError::NotFound)?.get(0)?;
    let draft = draft::get(tx, room, person, draft).await?;
    let filled = Filled::read(tx, room, person, draft, now).await?;
    let mut intake = filled.intake(None);
    intake.bundle = Some(BundlePart { number: master.number.clone(), part: part.id.clone() });
    let case = submit::open(tx, room, by, now, &filled, intake).await?;
    tx.execute(
        "update master_parts set state = 'begun', case_id = $3 where master = $1 and part = $2",
        vals![master.id, &part.id, case.id],
    )
    .await?;
    Ok(case.id)
}
