//! A case played in memory along its straight way (推演): everybody agrees, nothing is missing, the matter is granted.
//! The commands are those of real cases, so what comes out is what would happen. Pure.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{
    Actor, BodyId, CaseId, EventId, Mandate, PersonActor, PersonId, Principal, Role, StaffActor, StaffId,
    TaskId, Timestamp, TypedId as _, china_midnight,
};
use legal_time::{Calendar, Clock, Reading};
use serde_json::{Map, Value};

use crate::bodies::Bodies;
use crate::case::{AFTERWARDS, Applicant, Case, Task};
use crate::command::{Command, Context};
use crate::error::CaseError;
use crate::event::{Conclusion, Event, Intake, Recorded, Votes};
use crate::process::{CaseType, Finding, FindingType, StageKind};
use crate::stage::find_body;
use crate::status::{Status, TaskKind};

/// When each piece of work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As soon as it is there.
    AtOnce,
    /// On its last day.
    LastDay,
}

/// What is played, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Rehearsal<'a> {
    /// The package.
    pub case_type: &'a CaseType,
    /// The law's calendar.
    pub calendar: &'a Calendar,
    /// Who is competent where.
    pub bodies: &'a Bodies,
    /// The day on which it comes in.
    pub on: Date,
    /// Where it is applied for.
    pub division: &'a str,
    /// The form values that the process reads.
    pub facts: &'a Map<String, Value>,
    /// What registers and licences answered.
    pub answers: &'a Map<String, Value>,
    /// What staff will have established, where it is not to be taken from what rules propose.
    pub findings: &'a Map<String, Value>,
    /// When work is done.
    pub pace: Pace,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Rehearsed {
    /// The case as it ended.
    pub case: Case,
    /// Work in the order in which it was done; checks that follow the decision at the end.
    pub steps: Vec<RehearsedStep>,
    /// The day of the decision.
    pub decided_on: Option<Date>,
    /// The last day of the promised and of the statutory limit, as they stood when they were last running.
    pub promised: Option<Reading>,
    /// 法定时限
    pub statutory: Option<Reading>,
    /// Why it went no further; empty when it reached its end.
    pub stuck: Option<String>,
}

/// One piece of work.
#[derive(Debug, Clone)]
pub struct RehearsedStep {
    /// `acceptance`, a stage id or `afterwards`.
    pub stage: String,
    /// Branch of the stage.
    pub branch: Option<String>,
    /// Kind of work; nothing for what the applicant or time itself does.
    pub work: Option<TaskKind>,
    /// Who does it.
    pub by: Option<(BodyId, Role)>,
    /// Since when it waits.
    pub opened_on: Date,
    /// Its last day, of all limits that press on it, with the reason.
    pub due: Option<Reading>,
    /// When it was done here; nothing for a later check.
    pub done_on: Option<Date>,
    /// What was established, and whether the value was only assumed.
    pub findings: Vec<(String, Value, bool)>,
}

/// More work than any process has on its straight way.
const STEPS_MAX: usize = 200;
/// The hour of the day at which everybody works.
const HOUR: i64 = 10;

/// Plays it.
pub fn rehearse(plan: &Rehearsal<'_>) -> Result<Rehearsed, CaseError> {
    let mut play = Play::begin(plan)?;
    let stuck = match play.run_out() {
        Ok(()) => None,
        Err(error) => Some(error.to_string()),
    };
    let afterwards: Vec<Task> =
        play.case.live_tasks().filter(|task| task.stage == AFTERWARDS).cloned().collect();
    for task in &afterwards {
        let due = play.due(task);
        play.steps.push(RehearsedStep { done_on: None, ..play.step(task, due) });
    }
    let decided_on = play.case.closed_at.map(kernel::china_date);
    Ok(Rehearsed {
        decided_on,
        promised: play.promised,
        statutory: play.statutory,
        stuck,
        case: play.case,
        steps: play.steps,
    })
}

struct Play<'a> {
    plan: &'a Rehearsal<'a>,
    case: Case,
    today: Date,
    /// How many tasks were made: their ids count on.
    made: AtomicU64,
    steps: Vec<RehearsedStep>,
    promised: Option<Reading>,
    statutory: Option<Reading>,
}

/// What happens next.
enum Next {
    Work(Box<Task>),
    Waive,
    Time,
}

impl<'a> Play<'a> {
    fn begin(plan: &'a Rehearsal<'a>) -> Result<Self, CaseError> {
        let applicant = Applicant {
            person: PersonId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]),
            acting_for: None,
            through: None,
        };
        let mut view = Map::new();
        view.insert("form".into(), Value::Object(plan.facts.clone()));
        let made = AtomicU64::new(0);
        let (body, _) = in_context(plan, plan.on, &made, |ctx| {
            find_body(ctx, &plan.case_type.process.acceptance.by, plan.division, &view)
        })?;
        let submitted = Event::Submitted {
            number: String::new(),
            case_type: plan.case_type.reference.clone(),
            division: plan.division.to_owned(),
            body,
            applicant,
            facts: plan.facts.clone(),
            answers: plan.answers.clone(),
            intake: Intake::default(),
            acceptance_limit: plan.case_type.process.acceptance.limit.to_limit(),
        };
        let id = CaseId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]);
        let case = Case::begin(id, &recorded(instant(plan.on), 1, submitted)).ok_or(CaseError::NotFound)?;
        let (steps, today) = (Vec::new(), plan.on);
        let mut play = Self { plan, case, today, made, steps, promised: None, statutory: None };
        let following = play.ask(Case::receive)?;
        play.take(following);
        Ok(play)
    }

    fn run_out(&mut self) -> Result<(), CaseError> {
        for _ in 0..STEPS_MAX {
            self.let_time_act()?;
            if self.case.status == Status::Closed {
                return Ok(());
            }
            let (day, next) = self.next()?;
            self.today = day.max(self.today);
            match next {
                Next::Work(task) => self.work(&task)?,
                Next::Waive => {
                    let events =
                        self.ask(|case, ctx| case.decide(ctx, &citizen(case), Command::WaiveHearing))?;
                    self.take(events);
                }
                Next::Time => {}
            }
        }
        Err(CaseError::NoSuchTask)
    }

    /// What is due happens, as before every command.
    fn let_time_act(&mut self) -> Result<(), CaseError> {
        for _ in 0..STEPS_MAX {
            let events = self.ask(|case, ctx| case.decide(ctx, &Actor::System, Command::Tick))?;
            if events.is_empty() {
                return Ok(());
            }
            self.take(events);
        }
        Ok(())
    }

    /// The first thing that happens from now on, and the day of it.
    fn next(&self) -> Result<(Date, Next), CaseError> {
        let mut choices: Vec<(Date, Next)> = Vec::new();
        for task in self.case.live_tasks().filter(|task| task.stage != AFTERWARDS) {
            let arranged =
                self.case.arrangements.iter().find(|day| day.stage == task.stage).map(|day| day.on);
            let earliest = arranged.filter(|_| task.work == TaskKind::Conclude).unwrap_or(self.today);
            let last = self.due(task).and_then(|due| due.due.date());
            let day = match self.plan.pace {
                Pace::AtOnce => earliest,
                Pace::LastDay => last.unwrap_or(self.today).max(earliest),
            };
            choices.push((day.max(self.today), Next::Work(Box::new(task.clone()))));
        }
        if let Some(right) = self.case.open_hearing() {
            let over = day_after(self.reading(&right.clock));
            choices.extend(match (self.plan.pace, over) {
                (Pace::LastDay, Some(over)) => Some((over, Next::Time)),
                (Pace::AtOnce, _) | (Pace::LastDay, None) => Some((self.today, Next::Waive)),
            });
        }
        if let Some(notice) = self.case.hanging_notice() {
            choices.extend(notice.until.tomorrow().ok().map(|day| (day, Next::Time)));
        }
        choices.into_iter().min_by_key(|(day, _)| *day).ok_or(CaseError::CalendarUnknown)
    }

    fn work(&mut self, task: &Task) -> Result<(), CaseError> {
        let due = self.due(task);
        let mut step = self.step(task, due);
        let by = clerk(task);
        let claim = Command::Claim { task: task.id };
        let events = self.ask(|case, ctx| case.decide(ctx, &by, claim))?;
        self.take(events);
        step.findings = self.findings(task);
        let command = self.command(task, &step.findings, self.today);
        let events = match self.ask(|case, ctx| case.decide(ctx, &by, command)) {
            // A hearing must be told of in time.
            Err(CaseError::TooEarly(day)) if task.work == TaskKind::Arrange => {
                let command = self.command(task, &step.findings, day);
                self.ask(|case, ctx| case.decide(ctx, &by, command))?
            }
            other => other?,
        };
        if task.work == TaskKind::Decide {
            self.promised = self.case.promised_clock.as_ref().and_then(|clock| self.reading(clock));
            self.statutory = self.case.statutory_clock.as_ref().and_then(|clock| self.reading(clock));
        }
        self.take(events);
        self.steps.push(step);
        Ok(())
    }

    fn command(&self, task: &Task, findings: &[(String, Value, bool)], day: Date) -> Command {
        let findings: Map<String, Value> =
            findings.iter().map(|(id, value, _)| (id.clone(), value.clone())).collect();
        let (id, said) = (task.id, "…".to_owned());
        let stage = self.plan.case_type.process.stage(&task.stage);
        let experts = match stage.map(|stage| &stage.kind) {
            Some(StageKind::Panel { experts, .. }) => *experts,
            Some(_) | None => 0,
        };
        match task.work {
            TaskKind::Accept | TaskKind::Correct => Command::Accept { task: id },
            TaskKind::Review => {
                Command::GiveOpinion { task: id, conclusion: Conclusion::Agree, text: said, findings }
            }
            TaskKind::Arrange => {
                let people = (1..=experts).map(|n| format!("{n}")).collect();
                Command::Arrange { task: id, on: day, place: said, people }
            }
            TaskKind::Conclude => Command::Conclude {
                task: id,
                conclusion: Some(Conclusion::Agree),
                text: said,
                findings,
                votes: (experts > 0).then_some(Votes { agree: experts, disagree: 0 }),
            },
            TaskKind::Notice => Command::PublishNotice { task: id },
            TaskKind::Answer => Command::AnswerObjection { task: id, upheld: false, text: said },
            TaskKind::Approve => Command::Approve { task: id, grant: true, reason: said },
            TaskKind::Decide => Command::Decide { task: id, grant: true, reason: said, findings },
            TaskKind::Check => Command::Check { task: id, passed: true, text: said, findings },
        }
    }

    /// What is established in a task: as it was given, as rules propose it, or a value that the package lets through.
    fn findings(&self, task: &Task) -> Vec<(String, Value, bool)> {
        let view = self.case.view(&Map::new());
        let one = |finding: &Finding| {
            if let Some(given) = self.plan.findings.get(&finding.id) {
                return Some((finding.id.clone(), given.clone(), false));
            }
            let proposed = finding.proposed.as_ref();
            let proposed = proposed.and_then(|from| self.plan.case_type.derive(from, &view, self.today));
            if let Some(value) = proposed {
                return Some((finding.id.clone(), value, false));
            }
            finding.required.then(|| (finding.id.clone(), self.assumed(finding), true))
        };
        self.plan.case_type.findings_of(task).iter().filter_map(one).collect()
    }

    fn assumed(&self, finding: &Finding) -> Value {
        let least = finding.min.unwrap_or(1);
        match finding.kind {
            FindingType::Money | FindingType::Integer => {
                let earlier = finding.at_most.as_ref().and_then(|most| self.case.findings.get(&most.finding));
                earlier.cloned().unwrap_or_else(|| Value::from(least))
            }
            FindingType::Text => Value::from("…".repeat(usize::try_from(least.max(1)).unwrap_or(1))),
            FindingType::Boolean => Value::from(true),
            FindingType::Date => Value::from(self.today.to_string()),
            FindingType::Uscc => {
                let head = finding.generate.as_ref().map(|made| format!("{}{}", made.registrar, made.class));
                let head = head.unwrap_or_else(|| "51".to_owned());
                let code = codes::SocialCreditCode::from_parts(&head, "430000", "DEM00000");
                Value::from(code.map(|code| code.to_string()).unwrap_or_default())
            }
        }
    }

    fn step(&self, task: &Task, due: Option<Reading>) -> RehearsedStep {
        RehearsedStep {
            stage: task.stage.clone(),
            branch: task.branch.clone(),
            work: Some(task.work),
            by: Some((task.body, task.role)),
            opened_on: kernel::china_date(task.opened_at),
            due,
            done_on: Some(self.today),
            findings: Vec::new(),
        }
    }

    /// The nearest end of all limits that press on a task.
    fn due(&self, task: &Task) -> Option<Reading> {
        let own = task.clock.as_ref();
        let in_stage = self.case.stage_clock.as_ref().filter(|_| task.stage == self.case.stage);
        let of_case = (task.stage != AFTERWARDS).then(|| self.case.leading_clock());
        let clocks = own.into_iter().chain(in_stage).chain(of_case);
        let readings = clocks.filter_map(|clock| self.reading(clock));
        readings.filter(|reading| reading.due.date().is_some()).min_by_key(|reading| reading.due.date())
    }

    fn reading(&self, clock: &Clock) -> Option<Reading> {
        clock.evaluate(self.plan.calendar).ok()
    }

    fn ask<T>(&self, run: impl FnOnce(&Case, &Context<'_>) -> Result<T, CaseError>) -> Result<T, CaseError> {
        in_context(self.plan, self.today, &self.made, |ctx| run(&self.case, ctx))
    }

    fn take(&mut self, events: Vec<Event>) {
        for event in events {
            let recorded = recorded(instant(self.today), self.case.version + 1, event);
            self.case.apply(&recorded);
        }
    }
}

fn day_after(reading: Option<Reading>) -> Option<Date> {
    reading?.due.date()?.tomorrow().ok()
}

fn instant(day: Date) -> Timestamp {
    china_midnight(day).checked_add(HOUR.hours()).unwrap_or(Timestamp::MAX)
}

fn in_context<T>(
    plan: &Rehearsal<'_>,
    today: Date,
    made: &AtomicU64,
    run: impl FnOnce(&Context<'_>) -> T,
) -> T {
    let now = instant(today);
    let new_task = || {
        let number = made.fetch_add(1, Ordering::Relaxed);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&number.to_be_bytes());
        TaskId::from_parts(now, random)
    };
    run(&Context {
        now,
        calendar: plan.calendar,
        bodies: plan.bodies,
        case_type: plan.case_type,
        new_task: &new_task,
    })
}

/// Never stored.
fn recorded(at: Timestamp, seq: i64, event: Event) -> Recorded {
    let id = EventId::from_parts(at, [0; 10]);
    Recorded { id, seq, at, actor: String::new(), actor_name: String::new(), stood_in_for: None, event }
}

/// Somebody of the body with the role.
fn clerk(task: &Task) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(Timestamp::UNIX_EPOCH, [2; 10]),
        body: task.body,
        division: String::new(),
        roles: [task.role].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: String::new(),
    })
}

fn citizen(case: &Case) -> Actor {
    let acting_for = case.applicant.acting_for.map(|id| Mandate::whole(Principal::LegalPerson(id)));
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person: case.applicant.person,
        acting_for,
        shown_as: String::new(),
    })
}
