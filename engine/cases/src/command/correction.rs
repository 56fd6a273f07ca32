//! The one correction notice (一次性补正告知): noted by many, sent by the acceptance desk, answered by the applicant.

use kernel::{Actor, Role, TaskId};
use serde_json::{Map, Value};

use super::{Context, needed};
use crate::case::Case;
use crate::error::CaseError;
use crate::event::{Defect, Event};
use crate::status::{Status, TaskKind};

impl Case {
    pub(super) fn note_defect(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        defect: Defect,
    ) -> Result<Vec<Event>, CaseError> {
        self.work(by, defect.task, &[TaskKind::Accept, TaskKind::Review, TaskKind::Conclude])?;
        if self.correction.is_some() {
            return Err(CaseError::CorrectionAlreadySent);
        }
        if defect.material.is_none() == defect.field.is_none() {
            return Err(CaseError::TextMissing { field: "target" });
        }
        let Defect { material, field, problem, ground, task } = defect;
        let (problem, ground) = (needed("problem", &problem)?, needed("ground", &ground)?);
        let mut events =
            vec![Event::DefectNoted { defect: Defect { material, field, problem, ground, task } }];
        // After acceptance the acceptance desk stays the one voice towards the applicant: it gets the work of sending.
        let waits = self.live_tasks().any(|task| matches!(task.work, TaskKind::Accept | TaskKind::Correct));
        if !waits {
            events.push(self.correction_task(ctx));
        }
        Ok(events)
    }

    pub(super) fn drop_defect(
        &self,
        by: &Actor,
        task: TaskId,
        index: usize,
    ) -> Result<Vec<Event>, CaseError> {
        let kinds = [TaskKind::Accept, TaskKind::Review, TaskKind::Conclude, TaskKind::Correct];
        self.work(by, task, &kinds)?;
        self.defects.get(index).ok_or(CaseError::NoSuchDefect)?;
        Ok(vec![Event::DefectDropped { index }])
    }

    fn correction_task(&self, ctx: &Context<'_>) -> Event {
        Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: self.stage.clone(),
            branch: None,
            work: TaskKind::Correct,
            role: Role::Acceptance,
            body: self.front(),
            limit: None,
            optional: true,
        }
    }

    pub(super) fn send_correction(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
    ) -> Result<Vec<Event>, CaseError> {
        self.work(by, id, &[TaskKind::Accept, TaskKind::Correct])?;
        if self.correction.is_some() {
            return Err(CaseError::CorrectionAlreadySent);
        }
        if self.defects.is_empty() {
            return Err(CaseError::NothingToCorrect);
        }
        let limit = ctx.case_type.process.correction.limit.to_limit();
        Ok(vec![Event::CorrectionSent { defects: self.defects.clone(), limit }])
    }

    pub(super) fn resubmit(
        &self,
        by: &Actor,
        fields: Vec<String>,
        materials: Vec<String>,
        facts: Map<String, Value>,
        partial: bool,
    ) -> Result<Vec<Event>, CaseError> {
        self.only_applicant(by)?;
        if self.status != Status::Correction {
            return Err(CaseError::NoCorrectionAwaited);
        }
        Ok(vec![Event::Resubmitted { fields, materials, facts, partial }])
    }
}
