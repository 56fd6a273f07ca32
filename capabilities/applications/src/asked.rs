//! Which materials this applicant is asked for (材料清单): conditions over the answers and over what registers and
//! licences know, and what may stand in the place of a file.

use std::collections::BTreeSet;
use std::sync::Arc;

use cases::{Intake, Promised};
use catalogue::{Material, Package};
use kernel::{CaseId, FieldError, PersonActor, Timestamp};
use store::Tx;

use crate::attach::materials_of_applicant;
use crate::dossier::{self, Material as File, Owner};
use crate::draft::{Answers, Draft, DraftError};
use crate::known::{self, Known};
use crate::reasons::Reasons;
use crate::room::own_purpose;
use crate::stand_in::{self, Kind, StandIn};
use crate::{Room, submit};

/// Whether a material belongs to this application at all.
pub(crate) fn is_wanted(material: &Material, answers: &Answers, known: &Known) -> bool {
    material.condition(answers, &known.0, known.1).is_none_or(|held| held.holds)
}

/// Why a material is not needed, in words; empty when it is.
pub(crate) fn why_not(reasons: &Reasons<'_>, material: &Material, answers: &Answers) -> String {
    match material.condition(answers, &reasons.known.0, reasons.known.1) {
        Some(held) if !held.holds => reasons.against(&held).join(reasons.visitor.pick("；", "; ")),
        Some(_) | None => String::new(),
    }
}

/// What is at hand when it is judged what is missing.
#[derive(Clone, Copy)]
pub(crate) struct AtHand<'a> {
    /// The answers of the form.
    pub(crate) answers: &'a Answers,
    /// What registers and licences know.
    pub(crate) known: &'a Known,
    /// The files.
    pub(crate) files: &'a [File],
    /// Materials in whose place a promise or a commitment stands.
    pub(crate) stand_ins: &'a BTreeSet<String>,
}

impl AtHand<'_> {
    /// Required materials that are asked for and for which there is nothing.
    pub(crate) fn missing_materials<'p>(&self, package: &'p Package) -> Vec<&'p Material> {
        let is_there =
            |id: &str| self.stand_ins.contains(id) || self.files.iter().any(|file| file.material == id);
        let is_missing = |material: &&Material| {
            material.is_asked_for()
                && is_wanted(material, self.answers, self.known)
                && !is_there(&material.id)
        };
        materials_of_applicant(package).filter(is_missing).collect()
    }
}

/// A draft with everything by which it is judged whether it can be handed in.
pub(crate) struct Filled {
    pub(crate) draft: Draft,
    pub(crate) package: Arc<Package>,
    pub(crate) files: Vec<File>,
    pub(crate) known: Known,
    pub(crate) stand_ins: Vec<StandIn>,
}

impl Filled {
    /// Reads what belongs to a draft that was opened for this person.
    pub(crate) async fn read(
        tx: &mut Tx,
        room: &Room,
        by: &PersonActor,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Self, DraftError> {
        let package = room.package(&draft.case_type)?;
        let files = dossier::materials(tx, room, Owner::Draft(draft.id), &own_purpose(by, None)).await?;
        let known = known::ask(tx, room, &package, by, &draft.answers, now).await?;
        let stand_ins = stand_in::of_draft(tx, draft.id, &package).await?;
        Ok(Self { draft, package, files, known, stand_ins })
    }

    /// Everything that is missing or wrong.
    pub(crate) fn missing(&self, room: &Room) -> Vec<FieldError> {
        let stand_ins = self.stand_ins.iter().map(|stand_in| stand_in.material.clone()).collect();
        let at_hand = AtHand {
            answers: &self.draft.answers,
            known: &self.known,
            files: &self.files,
            stand_ins: &stand_ins,
        };
        submit::missing(room, &self.package, &at_hand)
    }

    /// Promises and commitments that count: those for materials that are asked for.
    pub(crate) fn counted(&self) -> impl Iterator<Item = (&Material, &StandIn)> {
        let of_material = |material: &Material| {
            let stand_in = self.stand_ins.iter().find(|stand_in| stand_in.material == material.id);
            stand_in.filter(|_| is_wanted(material, &self.draft.answers, &self.known))
        };
        materials_of_applicant(&self.package).filter_map(move |m| Some((m, of_material(m)?)))
    }

    /// How it comes in, but for the window.
    pub(crate) fn intake(&self, again_of: Option<CaseId>) -> Intake {
        let mut intake = Intake { again_of, ..Intake::default() };
        for (material, stand_in) in self.counted() {
            match (stand_in.kind, &material.later) {
                (Kind::Later, Some(later)) => {
                    intake.promised.push(Promised { material: material.id.clone(), limit: later.to_limit() });
                }
                (Kind::Later, None) => {}
                (Kind::Commitment, _) => intake.commitments.push(material.id.clone()),
            }
        }
        intake
    }
}
