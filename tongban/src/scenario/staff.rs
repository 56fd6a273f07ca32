//! What the office does in a scenario: the work that is meant is found, taken, and done by a command of the desk.

use cases::{Case, Task, TaskKind};
use catalogue::Package;
use kernel::{BodyId, Role, StaffId, TaskId};
use serde_json::{Map, Value, json};

use super::client::Answer;
use super::play::{Played, Player, Stand};
use super::step::Wanted;
use super::{Action, Step, beijing};

/// Work on the matter itself: in it something about the case as a whole may be asked.
const ON_THE_MATTER: &[TaskKind] = &[
    TaskKind::Review,
    TaskKind::Arrange,
    TaskKind::Conclude,
    TaskKind::Notice,
    TaskKind::Answer,
    TaskKind::Decide,
];

impl Action {
    /// The kinds of work in which a command is given; none when the command is one of the case.
    const fn kinds(self) -> &'static [TaskKind] {
        match self {
            Self::Accept | Self::NotAccept => &[TaskKind::Accept],
            Self::SendCorrection => &[TaskKind::Accept, TaskKind::Correct],
            Self::NoteDefect => &[TaskKind::Accept, TaskKind::Review, TaskKind::Conclude],
            Self::DropDefect => &[TaskKind::Accept, TaskKind::Correct, TaskKind::Review, TaskKind::Conclude],
            Self::Opinion | Self::Route | Self::TakeBack => &[TaskKind::Review],
            Self::SendBack => &[TaskKind::Review, TaskKind::Decide],
            Self::Arrange => &[TaskKind::Arrange],
            Self::Conclude => &[TaskKind::Conclude],
            Self::PublishNotice => &[TaskKind::Notice],
            Self::AnswerObjection => &[TaskKind::Answer],
            Self::Approve => &[TaskKind::Approve],
            Self::Decide => &[TaskKind::Decide],
            Self::Check => &[TaskKind::Check],
            Self::Ask => ON_THE_MATTER,
            Self::Claim | Self::Release | Self::Transfer | Self::Expedite => &TaskKind::ALL,
            Self::Resume
            | Self::Deputise
            | Self::Apply
            | Self::Resubmit
            | Self::Supply
            | Self::RequestHearing
            | Self::WaiveHearing
            | Self::Object
            | Self::Withdraw
            | Self::Wait => &[],
        }
    }

    /// Whether the clerk takes the task first, as at the desk; not where taking it is what the step is about.
    const fn takes(self) -> bool {
        !matches!(self, Self::Claim | Self::Release | Self::Transfer | Self::TakeBack | Self::Resume)
    }

    /// Whether what the office makes in the task is handed in with it.
    const fn makes(self) -> bool {
        matches!(self, Self::Opinion | Self::Conclude | Self::PublishNotice | Self::Decide)
    }
}

/// Who acts for the office.
struct Clerk {
    staff: StaffId,
    body: Option<BodyId>,
    roles: Vec<Role>,
}

impl Player<'_> {
    fn clerk(&self, login: &str) -> Played<Clerk> {
        let unknown = || format!("no login {login} in the cast");
        let staff = *self.imported.staff.get(login).ok_or_else(unknown)?;
        let text = self.cast.staff.iter().find(|staff| staff.login == login).ok_or_else(unknown)?;
        let body = self.platform.applications.bodies().by_slug(&text.body).map(|body| body.id);
        Ok(Clerk { staff, body, roles: text.roles.iter().copied().collect() })
    }

    pub(super) async fn staff_step(&self, step: &Step, stand: &Stand) -> Played<Answer> {
        let clerk = self.clerk(step.who.as_ref().ok_or("who acts?")?)?;
        let token = self.session(identity::Subject::Staff(clerk.staff)).await?;
        if step.action == Action::Deputise {
            return self.deputise(step, &token).await;
        }
        let case = self.case(stand.case()?).await?;
        let package =
            self.platform.library().get(&case.case_type).ok_or("the package of the case is gone")?;
        let (task, is_live) = task_for(&case, step, &clerk)?;
        let path = format!("/api/v1/desk/cases/{}/commands", case.id);
        // What somebody has is not taken from them; a deputy works on it as it is.
        let is_taken = case.task(task).is_some_and(|task| task.claimed_by.is_some());
        if is_live && step.action.takes() {
            let claim = json!({ "command": { "do": "claim", "task": task } });
            if !is_taken {
                let claimed = self.create(&path, &token, &claim).await;
                if !claimed.is_good() {
                    return Ok(claimed);
                }
            }
            for material in made_in(&package, &case, task).iter().filter(|_| step.action.makes()) {
                let path = format!("/api/v1/desk/cases/{}/materials/{material}", case.id);
                let uploaded = self.upload(&path, &token, material).await;
                if !uploaded.is_good() {
                    return Ok(uploaded);
                }
            }
        }
        let command = self.command(step, task)?;
        Ok(self.create(&path, &token, &json!({ "command": command })).await)
    }

    /// Names the colleague who stands in from this day on.
    async fn deputise(&self, step: &Step, token: &str) -> Played<Answer> {
        let deputy = self.clerk(step.to.as_ref().ok_or("who stands in?")?)?.staff;
        let first_day = kernel::china_date(self.clock.now());
        let more = i64::from(step.days.ok_or("for how many days?")?.saturating_sub(1));
        let last_day =
            first_day.saturating_add(jiff::Span::new().try_days(more).map_err(|error| error.to_string())?);
        let reason = if step.text.is_empty() { "外出" } else { step.text.as_str() };
        let named =
            json!({ "deputy": deputy, "first_day": first_day, "last_day": last_day, "reason": reason });
        Ok(self.create("/api/v1/deputies", token, &named).await)
    }

    /// The day of a survey, a panel or a hearing: as many days ahead as the scenario has it, also where its days are moved.
    fn day_of(&self, step: &Step) -> Option<jiff::civil::Date> {
        let written = kernel::china_date(beijing(&step.at)?);
        Some(kernel::china_date(self.clock.now()).saturating_add(step.on? - written))
    }

    fn command(&self, step: &Step, task: TaskId) -> Played<Value> {
        let (text, findings) = (&step.text, &step.findings);
        Ok(match step.action {
            Action::Claim => json!({ "do": "claim", "task": task }),
            Action::Release => json!({ "do": "release", "task": task }),
            Action::Transfer => {
                let to = self.clerk(step.to.as_ref().ok_or("to whom?")?)?.staff;
                json!({ "do": "transfer", "task": task, "to": to, "reason": text })
            }
            Action::Route => json!({ "do": "route", "task": task, "level": step.level, "reason": text }),
            Action::Accept => json!({ "do": "accept", "task": task }),
            Action::NotAccept => json!({ "do": "not-accept", "task": task, "reason": text }),
            Action::Expedite => json!({ "do": "expedite", "task": task, "reason": text }),
            Action::NoteDefect => note_defect(step, task)?,
            Action::DropDefect => json!({ "do": "drop-defect", "task": task, "index": step.index }),
            Action::SendCorrection => json!({ "do": "send-correction", "task": task }),
            Action::Opinion => json!({
                "do": "give-opinion", "task": task, "conclusion": step.conclusion, "text": text, "findings": findings,
            }),
            Action::TakeBack => json!({ "do": "take-back", "task": task }),
            Action::SendBack => json!({ "do": "send-back", "task": task, "reason": text }),
            Action::Arrange => json!({
                "do": "arrange", "task": task, "on": self.day_of(step), "place": step.place.as_deref().unwrap_or(""),
                "people": step.people,
            }),
            Action::Conclude => json!({
                "do": "conclude", "task": task, "conclusion": step.conclusion, "votes": step.votes, "text": text,
                "findings": findings,
            }),
            Action::PublishNotice => json!({ "do": "publish-notice", "task": task }),
            Action::AnswerObjection => {
                json!({ "do": "answer-objection", "task": task, "upheld": step.upheld, "text": text })
            }
            Action::Ask => json!({ "do": "ask", "task": task, "asked": asked(step)?, "reason": text }),
            Action::Approve => json!({ "do": "approve", "task": task, "grant": step.grant, "reason": text }),
            Action::Resume => json!({ "do": "resume", "reason": text }),
            Action::Decide => {
                let grant = step.outcome.as_deref() == Some("granted");
                json!({ "do": "decide", "task": task, "grant": grant, "reason": text, "findings": findings })
            }
            Action::Check => json!({
                "do": "check", "task": task, "passed": step.passed, "text": text, "findings": findings,
            }),
            Action::Apply
            | Action::Deputise
            | Action::Resubmit
            | Action::Supply
            | Action::RequestHearing
            | Action::WaiveHearing
            | Action::Object
            | Action::Withdraw
            | Action::Wait => return Err(format!("{} is no work of staff", step.action.as_str())),
        })
    }
}

fn note_defect(step: &Step, task: TaskId) -> Played<Value> {
    let mut command = Map::new();
    command.insert("do".into(), "note-defect".into());
    command.insert("task".into(), json!(task));
    let target =
        step.material.as_ref().map(|m| ("material", m)).or(step.field.as_ref().map(|f| ("field", f)));
    let (key, value) = target.ok_or("a defect is of a material or a field")?;
    command.insert(key.into(), json!(value));
    command.insert("problem".into(), json!(step.problem.as_deref().unwrap_or("")));
    command.insert("ground".into(), json!(step.ground.as_deref().unwrap_or("")));
    Ok(Value::Object(command))
}

fn asked(step: &Step) -> Played<Value> {
    let what = step.what.ok_or("what is asked for?")?;
    Ok(match what {
        Wanted::Extension => json!({ "what": what.as_str(), "by": step.by }),
        Wanted::Suspension | Wanted::Termination => json!({ "what": what.as_str(), "ground": step.ground }),
    })
}

/// The task that a step means: the live one of its kind that this clerk has, else one of their body and role, else
/// any; else the last that was done, else any at all (so that the engine, not the player, says no).
fn task_for(case: &Case, step: &Step, clerk: &Clerk) -> Played<(TaskId, bool)> {
    let kinds = step.action.kinds();
    let of_kind =
        |task: &&Task| kinds.contains(&task.work) && (step.branch.is_none() || task.branch == step.branch);
    let mine = |task: &&Task| task.claimed_by == Some(clerk.staff);
    let competent = |task: &&Task| Some(task.body) == clerk.body && clerk.roles.contains(&task.role);
    let in_body = |task: &&Task| Some(task.body) == clerk.body;
    let live = || case.live_tasks().filter(of_kind);
    let open = live().find(mine).or_else(|| live().find(competent)).or_else(|| live().find(in_body));
    let open = open.or_else(|| live().next()).filter(|_| step.action != Action::TakeBack);
    let done = || case.tasks.iter().rev().filter(of_kind);
    let any = open.or_else(|| done().find(mine)).or_else(|| done().next()).or_else(|| case.tasks.last());
    any.map(|task| (task.id, open.is_some())).ok_or_else(|| "the case has no task".into())
}

fn made_in(package: &Package, case: &Case, task: TaskId) -> Vec<String> {
    let Some(task) = case.task(task) else { return Vec::new() };
    package.case_type.makes_of(task).to_vec()
}
