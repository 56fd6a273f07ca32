//! Where a case is on its way (办理进度): every step of its process, the parallel branches of a step with who has them
//! and since when. Made from the case and its package; how it looks is the page's matter.

use cases::{ACCEPTANCE, Case, Conclusion, Status, Task, TaskState};
use catalogue::Package;
use jiff::civil::Date;
use legal_time::Light;
use web::Visitor;

use super::{DeskError, names};
use crate::{Room, trace};

/// A step of the process.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    /// `done`, `now`, `ahead` or `skipped`.
    pub(super) state: &'static str,
    /// The same for who cannot see its mark.
    pub(super) state_word: String,
    /// The pieces of work in it: one, or parallel branches.
    pub(super) branches: Vec<Branch>,
}

/// A piece of work in a step.
#[derive(Debug)]
pub(super) struct Branch {
    /// Empty where the step is a single piece of work.
    pub(super) name: String,
    /// `done`, `now` or `skipped`.
    pub(super) state: &'static str,
    /// What came of it, or where it stands.
    pub(super) word: String,
    /// The body, and the clerk who has or had it.
    pub(super) who: String,
    /// Since when it is open, or taken.
    pub(super) since: String,
    /// Its own last day, where it has a limit of its own.
    pub(super) due: String,
    pub(super) light: &'static str,
    pub(super) light_word: String,
}

struct On<'a> {
    visitor: &'a Visitor,
    room: &'a Room,
    package: &'a Package,
    case: &'a Case,
}

/// The way of the case from its submission to its end.
pub(super) fn of(
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    case: &Case,
) -> Result<Vec<Step>, DeskError> {
    let on = On { visitor, room, package, case };
    let is_closed = case.status == Status::Closed;
    let stages = &package.case_type.process.stages;
    let at = stages.iter().position(|stage| stage.id == case.stage);
    let mut steps = vec![on.step(visitor.t("applications-place-submitted"), "done", Vec::new())];
    let acceptance = if case.stage == ACCEPTANCE && !is_closed { "now" } else { "done" };
    let name = visitor.t("cases-stage-acceptance");
    steps.push(on.step(name, acceptance, on.branches(ACCEPTANCE)?));
    for (index, stage) in stages.iter().enumerate() {
        let was_there = case.tasks.iter().any(|task| task.stage == stage.id);
        let state = match at {
            _ if is_closed && was_there => "done",
            _ if is_closed => "skipped",
            Some(at) if index == at => "now",
            Some(at) if index < at && was_there => "done",
            Some(at) if index < at => "skipped",
            _ if trace::may_come(stage, case) => "ahead",
            _ => "skipped",
        };
        steps.push(on.step(names::pick(visitor, &stage.name), state, on.branches(&stage.id)?));
    }
    let end = match case.outcome {
        Some(outcome) => names::outcome(visitor, outcome),
        None => visitor.t("cases-status-closed"),
    };
    steps.push(on.step(end, if is_closed { "done" } else { "ahead" }, Vec::new()));
    Ok(steps)
}

impl On<'_> {
    fn step(&self, name: String, state: &'static str, branches: Vec<Branch>) -> Step {
        Step { name, state, state_word: self.visitor.t(&format!("desk-step-{state}")), branches }
    }

    fn branches(&self, stage: &str) -> Result<Vec<Branch>, DeskError> {
        let tasks: Vec<&Task> = self.case.tasks.iter().filter(|task| task.stage == stage).collect();
        let is_single = tasks.len() == 1;
        tasks.into_iter().map(|task| self.branch(task, is_single)).collect()
    }

    fn branch(&self, task: &Task, is_single: bool) -> Result<Branch, DeskError> {
        let Self { visitor, room, package, case } = *self;
        let (due, light) = self.due(task)?;
        let name = names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work);
        let body = names::body_name(visitor, room, task.body);
        let who =
            if task.claimed_name.is_some() { format!("{body} {}", names::who(visitor, task)) } else { body };
        let waits = task.is_live() && case.office_waits();
        let state = match task.state {
            TaskState::Open | TaskState::Claimed => "now",
            TaskState::Done => "done",
            TaskState::Dropped => "skipped",
        };
        Ok(Branch {
            name: if is_single && task.branch.is_none() { String::new() } else { name },
            state,
            word: visitor.t(if waits { "desk-branch-waits" } else { word(task) }),
            who,
            since: if task.is_live() {
                visitor.t1("desk-branch-since", "when", visitor.datetime(task.opened_at))
            } else {
                String::new()
            },
            due: due.map(|day| visitor.date(day)).unwrap_or_default(),
            light: light.map_or("", Light::as_str),
            light_word: light.map(|light| trace::light_word(visitor, light, due)).unwrap_or_default(),
        })
    }

    /// The branch's own last day and how near it is, while it is open.
    fn due(&self, task: &Task) -> Result<(Option<Date>, Option<Light>), DeskError> {
        let Some(clock) = task.clock.as_ref().filter(|_| task.is_live()) else { return Ok((None, None)) };
        let reading = clock.evaluate(self.room.calendar.current()).map_err(cases::CaseError::from)?;
        Ok((reading.due.date(), Some(trace::light(self.room, self.case, &reading, self.visitor.today()))))
    }
}

const fn word(task: &Task) -> &'static str {
    match (task.state, task.conclusion) {
        (TaskState::Open, _) => "desk-branch-open",
        (TaskState::Claimed, _) => "desk-branch-claimed",
        (TaskState::Done, Some(Conclusion::Agree)) => "desk-agree",
        (TaskState::Done, Some(Conclusion::Disagree)) => "desk-disagree",
        (TaskState::Done, None) => "desk-branch-done",
        (TaskState::Dropped, _) => "desk-branch-dropped",
    }
}
