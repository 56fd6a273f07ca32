//! What happened to a case in plain words, and what came out of it.

use cases::{Conclusion, Event, Recorded};
use catalogue::Package;
use web::Visitor;

use super::Seen;
use crate::desk::actions::{self, DeskAction};
use crate::desk::names;
use crate::trace;

pub(super) struct OpinionView {
    pub(super) name: String,
    pub(super) who: String,
    pub(super) agrees: bool,
    pub(super) text: String,
    /// The task, while its opinion can still be taken back by this clerk; empty afterwards.
    pub(super) take_back: String,
}

/// The correction notice that was sent.
pub(super) struct CorrectionView {
    pub(super) sent_on: String,
    pub(super) answered_on: String,
    pub(super) defects: Vec<DefectView>,
}

/// A defect as the applicant reads it, and where it was found.
pub(in crate::desk::pages) struct DefectView {
    pub(in crate::desk::pages) target: String,
    pub(in crate::desk::pages) problem: String,
    pub(in crate::desk::pages) ground: String,
    pub(in crate::desk::pages) noted_in: String,
}

pub(super) struct EffectView {
    pub(super) name: String,
    pub(super) reference: String,
    pub(super) href: String,
}

/// Something that happened.
pub(in crate::desk::pages) struct HistoryView {
    pub(in crate::desk::pages) when: String,
    pub(in crate::desk::pages) text: String,
    pub(in crate::desk::pages) who: String,
    /// Whether the applicant sees it too.
    pub(in crate::desk::pages) is_public: bool,
}

impl Seen<'_> {
    pub(super) fn opinions(&self) -> Vec<OpinionView> {
        let Self { visitor, room, package, case, clerk } = *self;
        let given = case.tasks.iter().filter_map(|task| {
            let conclusion = task.conclusion?;
            let body = names::body_name(visitor, room, task.body);
            Some(OpinionView {
                name: names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work),
                who: format!("{body} {}", names::who(visitor, task)),
                agrees: conclusion == Conclusion::Agree,
                text: task.text.clone().unwrap_or_default(),
                take_back: if actions::allowed(package, case, task, clerk).contains(&DeskAction::TakeBack) {
                    task.id.to_string()
                } else {
                    String::new()
                },
            })
        });
        given.collect()
    }

    pub(super) fn correction(&self) -> Option<CorrectionView> {
        let correction = self.case.correction.as_ref()?;
        let one = |found: &cases::Defect| defect(self.visitor, self.package, self.case, found);
        Some(CorrectionView {
            sent_on: self.visitor.date(correction.sent_on),
            answered_on: correction.answered_on.map(|day| self.visitor.date(day)).unwrap_or_default(),
            defects: correction.defects.iter().map(one).collect(),
        })
    }

    pub(super) fn effects(&self) -> Vec<EffectView> {
        let one = |(key, reference): &(String, String)| EffectView {
            name: self.effect(key, reference),
            href: if key.starts_with("issue:") { format!("/licences/{reference}") } else { String::new() },
            reference: reference.clone(),
        };
        self.case.effects.iter().map(one).collect()
    }

    fn effect(&self, key: &str, reference: &str) -> String {
        let event = Event::EffectDone { effect: key.to_owned(), reference: reference.to_owned() };
        trace::sentence(self.visitor, self.package, &event)
    }

    /// Newest first; all of it, or what the applicant sees.
    pub(in crate::desk::pages) fn history(
        &self,
        history: &[Recorded],
        only_public: bool,
    ) -> Vec<HistoryView> {
        let newest_first = history.iter().rev();
        let one = |recorded: &Recorded| HistoryView {
            when: self.visitor.datetime(recorded.at),
            text: names::event(self.visitor, self.room, self.package, &recorded.event),
            // The sentence itself says who took the task.
            who: match &recorded.stood_in_for {
                Some(held) => {
                    self.visitor.t2("desk-deputy-of", "deputy", &recorded.actor_name, "name", &held.name)
                }
                None if matches!(recorded.event, Event::TaskClaimed { .. }) => String::new(),
                None => recorded.actor_name.clone(),
            },
            is_public: recorded.event.is_public(),
        };
        newest_first.filter(|recorded| !only_public || recorded.event.is_public()).map(one).collect()
    }
}

/// A defect in words.
pub(in crate::desk::pages) fn defect(
    visitor: &Visitor,
    package: &Package,
    case: &cases::Case,
    defect: &cases::Defect,
) -> DefectView {
    let noted_in = case
        .task(defect.task)
        .map(|task| names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work));
    DefectView {
        target: names::target(visitor, package, defect),
        problem: defect.problem.clone(),
        ground: defect.ground.clone(),
        noted_in: noted_in.unwrap_or_default(),
    }
}
