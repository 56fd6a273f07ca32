//! A holiday announced later reaches every open case: the days equal a count from scratch, and the cases tell it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kernel::china_midnight;
use legal_time::{CalendarData, Clock, ClockEvent};
use serde_json::Value;
use store::jobs::{Handlers, run_due};
use store::page::PageRequest;
use store::{Db, Tx, vals};

use super::wall::Wall;
use super::*;
use crate::record::{self, NewCase, Surroundings, TIMER_JOB};
mod interrupted;

use crate::{ClockName, LastDay, News, REEVALUATE_JOB, Reevaluation, RunState, Step};

const NOTICE_2026: &str = include_str!("../../../../foundation/legal-time/data/2026.json");
const SOURCE: &str = "国务院办公厅关于2026年增加放假的通知（示例）";

/// The notices that are known at first, and those known later: a Friday off in December 2026 for which a Sunday is
/// worked, and the year 2027.
fn files() -> (Vec<Value>, Vec<Value>) {
    let first: Value = serde_json::from_str(NOTICE_2026).unwrap();
    let mut second = first.clone();
    let day = |date: &str, off: bool| json!({ "name": "纪念日", "date": date, "isOffDay": off });
    second["days"].as_array_mut().unwrap().extend([day("2026-12-25", true), day("2026-12-27", false)]);
    let off =
        ["2027-01-01", "2027-02-08", "2027-02-09", "2027-02-10", "2027-04-05"].map(|date| day(date, true));
    let third = json!({ "year": 2027, "papers": ["https://www.gov.cn/2027"], "days": off });
    (vec![first], vec![second, third])
}

fn calendar(version: &str, files: &[Value]) -> Calendar {
    let texts: Vec<String> = files.iter().map(Value::to_string).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Calendar::new(version, &CalendarData::from_files(&texts).unwrap())
}

struct Office {
    db: Db,
    old: Calendar,
    new: Calendar,
    bodies: Bodies,
    case_type: CaseType,
}

/// How far a case is brought.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Submitted,
    Accepted,
    CorrectionBefore,
    CorrectionAfter,
    Corrected,
    Hanging,
    Deciding,
    Withdrawn,
}

/// More of those that are quickly made.
const STATES: [Until; 16] = [
    Until::Submitted,
    Until::Accepted,
    Until::CorrectionBefore,
    Until::Hanging,
    Until::Submitted,
    Until::Withdrawn,
    Until::Corrected,
    Until::Submitted,
    Until::Deciding,
    Until::Accepted,
    Until::Submitted,
    Until::CorrectionAfter,
    Until::Submitted,
    Until::CorrectionBefore,
    Until::Accepted,
    Until::Submitted,
];

/// Days on which cases are submitted; the last notices still end in the year that is known.
const DAYS: u32 = 30;
/// When the holiday is announced.
const NOW: &str = "2026-12-20T09:00";

fn town() -> Actor {
    clerk(1, TOWN, &[Role::Acceptance, Role::Review])
}

impl Office {
    async fn new(db: Db) -> Self {
        db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let (first, later) = files();
        let (old, new) = (calendar("first", &first), calendar("later", &later));
        Self { db, old, new, bodies: bodies(), case_type: dog_licence() }
    }

    fn at<'a>(&'a self, now: Timestamp, calendar: &'a Calendar) -> Surroundings<'a> {
        Surroundings { now, calendar, bodies: &self.bodies }
    }

    /// The one task of this kind that waits, taken by this clerk.
    async fn task(&self, tx: &mut Tx, now: Timestamp, case: &Case, by: &Actor, work: TaskKind) -> TaskId {
        let task = case.live_tasks().find(|task| task.work == work).unwrap().id;
        self.act(tx, now, case.id, by, Command::Claim { task }).await;
        task
    }

    async fn act(&self, tx: &mut Tx, now: Timestamp, id: CaseId, by: &Actor, command: Command) -> Case {
        let around = self.at(now, &self.old);
        Box::pin(record::act(tx, &around, &self.case_type, id, None, by, command)).await.unwrap()
    }

    /// Makes cases of every state, some each day from 20 November on.
    async fn fill(&self, count: u32) {
        for from in (0..count).step_by(100) {
            let mut tx = self.db.begin().await.unwrap();
            for index in from..(from + 100).min(count) {
                let days = i64::from(index % DAYS);
                let submitted = instant("2026-11-20T09:30").checked_add((days * 24).hours()).unwrap();
                let state = STATES[(index / DAYS) as usize % STATES.len()];
                self.bring(&mut tx, submitted, state, index % 3 == 0).await;
            }
            tx.commit().await.unwrap();
        }
    }

    /// One case, handed in now and brought this far.
    async fn one(&self, now: &str, until: Until) -> CaseId {
        let mut tx = self.db.begin().await.unwrap();
        let id = self.bring(&mut tx, instant(now), until, false).await;
        tx.commit().await.unwrap();
        id
    }

    async fn bring(&self, tx: &mut Tx, now: Timestamp, until: Until, large: bool) -> CaseId {
        let Actor::Person(person) = citizen() else { unreachable!() };
        let new = NewCase {
            division: "430102001".into(),
            applicant: crate::Applicant::of(&person),
            applicant_name: "张*".into(),
            facts: object(&json!({ "large": large })),
            answers: Map::new(),
            intake: crate::Intake::default(),
        };
        let around = self.at(now, &self.old);
        let case = record::open(tx, &around, &self.case_type, &citizen(), new).await.unwrap();
        let later = |hours: i64| now.checked_add(hours.hours()).unwrap();
        let defect = |task| Command::NoteDefect {
            defect: Defect {
                material: Some("photo".into()),
                field: None,
                problem: "看不清".into(),
                ground: "示例办法 第三条".into(),
                task,
            },
        };
        let id = case.id;
        if until == Until::Submitted {
            return id;
        }
        let task = self.task(tx, later(24), &case, &town(), TaskKind::Accept).await;
        if until == Until::CorrectionBefore {
            self.act(tx, later(24), case.id, &town(), defect(task)).await;
            self.act(tx, later(25), case.id, &town(), Command::SendCorrection { task }).await;
            return id;
        }
        let case = self.act(tx, later(24), case.id, &town(), Command::Accept { task }).await;
        match until {
            Until::Withdrawn => {
                let withdraw = Command::Withdraw { reason: "不办了".into() };
                self.act(tx, later(25), case.id, &citizen(), withdraw).await;
            }
            Until::CorrectionAfter | Until::Corrected => {
                let county = clerk(2, COUNTY, &[Role::Review]);
                let task = case.live_tasks().find(|task| task.branch.as_deref() == Some("vet")).unwrap().id;
                self.act(tx, later(26), case.id, &county, Command::Claim { task }).await;
                let case = self.act(tx, later(26), case.id, &county, defect(task)).await;
                let task = self.task(tx, later(27), &case, &town(), TaskKind::Correct).await;
                self.act(tx, later(28), case.id, &town(), Command::SendCorrection { task }).await;
                if until == Until::Corrected {
                    let facts = case.facts.clone();
                    let answer = Command::Resubmit {
                        fields: vec![],
                        materials: vec!["photo".into()],
                        facts,
                        partial: false,
                    };
                    self.act(tx, later(100), case.id, &citizen(), answer).await;
                }
            }
            Until::Hanging | Until::Deciding => self.hang(tx, case, later(48), until).await,
            Until::Submitted | Until::Accepted | Until::CorrectionBefore => {}
        }
        id
    }

    async fn hang(&self, tx: &mut Tx, mut case: Case, now: Timestamp, until: Until) {
        let review = |case: &Case| case.live_tasks().find(|task| task.work == TaskKind::Review).cloned();
        while let Some(task) = review(&case) {
            let is_vet = task.branch.as_deref() == Some("vet");
            let task = task.id;
            let by = if is_vet { clerk(2, COUNTY, &[Role::Review]) } else { town() };
            let findings = if is_vet { object(&json!({ "fee": 500 })) } else { Map::new() };
            self.act(tx, now, case.id, &by, Command::Claim { task }).await;
            let conclusion = Conclusion::Agree;
            let opinion = Command::GiveOpinion { task, conclusion, text: "属实".into(), findings };
            case = self.act(tx, now, case.id, &by, opinion).await;
        }
        let task = self.task(tx, now, &case, &town(), TaskKind::Notice).await;
        let case = self.act(tx, now, case.id, &town(), Command::PublishNotice { task }).await;
        if until == Until::Deciding {
            let after = case.hanging_notice().unwrap().until.tomorrow().unwrap();
            self.act(tx, china_midnight(after), case.id, &Actor::System, Command::Tick).await;
        }
    }

    /// One step of a run, as the platform's job does it.
    async fn step(&self, job: &store::jobs::Job, now: Timestamp, size: u32) -> Result<(), CaseError> {
        let step: Step = serde_json::from_value(job.payload.clone()).unwrap();
        let mut tx = self.db.begin().await?;
        let stale = crate::stale(&mut tx, self.new.version(), step.run, size).await?;
        let old = self.old.clone();
        let earlier = move |version: &str| (version == old.version()).then(|| old.clone());
        let known = Arc::new(self.case_type.clone());
        let case_type = move |wanted: &TypeRef| (*wanted == known.reference).then(|| known.clone());
        let news = News { source: SOURCE, since: instant(NOW), earlier: &earlier, case_type: &case_type };
        crate::reevaluate(&mut tx, &self.at(now, &self.new), &news, step, stale).await?;
        store::jobs::finish(&mut tx, job, now).await?;
        tx.commit().await?;
        Ok(())
    }

    fn handlers(self: &Arc<Self>, size: u32, steps_max: usize) -> Handlers {
        let (office, taken) = (self.clone(), Arc::new(AtomicUsize::new(0)));
        Handlers::new().on(REEVALUATE_JOB, move |job, now| {
            let (office, taken) = (office.clone(), taken.clone());
            async move {
                if taken.fetch_add(1, Ordering::SeqCst) >= steps_max {
                    return Err("the power is gone".into());
                }
                Ok(office.step(&job, now, size).await?)
            }
        })
    }

    /// Lets time act on every case that waits for it, under a calendar.
    async fn run_timers(self: &Arc<Self>, calendar: &Calendar, now: Timestamp) {
        let (office, calendar) = (self.clone(), calendar.clone());
        let handlers = Handlers::new().on(TIMER_JOB, move |job, now| {
            let (office, calendar) = (office.clone(), calendar.clone());
            async move {
                let id = job.payload["case"].as_str().unwrap().parse().unwrap();
                let mut tx = office.db.begin().await?;
                let around = office.at(now, &calendar);
                let (case_type, tick) = (&office.case_type, Command::Tick);
                record::act(&mut tx, &around, case_type, id, None, &Actor::System, tick).await?;
                store::jobs::finish(&mut tx, &job, now).await?;
                Ok(tx.commit().await?)
            }
        });
        run_due(&self.db, &handlers, now).await.unwrap();
    }

    async fn plan(&self, now: Timestamp) -> i64 {
        let mut tx = self.db.begin().await.unwrap();
        let run = crate::plan_reevaluation(&mut tx, self.new.version(), now).await.unwrap();
        tx.commit().await.unwrap();
        run
    }

    async fn run(&self, number: i64) -> Reevaluation {
        let mut tx = self.db.snapshot().await.unwrap();
        crate::find_reevaluation(&mut tx, number).await.unwrap().unwrap()
    }

    /// Every open case as it is stored: id, days of its row, tasks, waiting timers.
    async fn stored(&self) -> Vec<StoredCase> {
        let mut tx = self.db.snapshot().await.unwrap();
        let rows = tx
            .fetch_all(
                "select id, due_on, yellow_from, statutory_due_on, notice_until, calendar_version, told_calendar
                 from cases order by id",
                vals![],
            )
            .await
            .unwrap();
        let mut timers: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
        let sql = "select key, run_at from jobs where kind = $1 and state = 'waiting' order by run_at";
        for row in tx.fetch_all(sql, vals![TIMER_JOB]).await.unwrap() {
            let key: String = row.get(0).unwrap();
            timers.entry(key.split(':').next().unwrap().to_owned()).or_default().push(row.get(1).unwrap());
        }
        let mut all = Vec::new();
        for row in rows {
            let id: CaseId = row.get(0).unwrap();
            let tasks = tx
                .fetch_all(
                    "select id, due_on, yellow_from from case_tasks where case_id = $1
                     and state not in ('done', 'dropped')",
                    vals![id],
                )
                .await
                .unwrap();
            let tasks = tasks.iter().map(|row| {
                (
                    row.get::<TaskId>(0).unwrap(),
                    [row.get::<String>(1).unwrap(), row.get::<String>(2).unwrap()],
                )
            });
            all.push(StoredCase {
                days: [1, 2, 3, 4].map(|column| row.get(column).unwrap()),
                cached: row.get(5).unwrap(),
                told: row.get(6).unwrap(),
                tasks: tasks.collect(),
                timers: timers.remove(&id.to_string()).unwrap_or_default(),
                history: record::history(&mut tx, id).await.unwrap(),
                state: record::get(&mut tx, id).await.unwrap(),
            });
        }
        all
    }
}

struct StoredCase {
    days: [Option<jiff::civil::Date>; 4],
    cached: String,
    told: Option<String>,
    tasks: BTreeMap<TaskId, [String; 2]>,
    timers: Vec<Timestamp>,
    history: Vec<Recorded>,
    state: Case,
}

fn text(day: Option<jiff::civil::Date>) -> String {
    day.map_or_else(|| "9999-12-31".to_owned(), |day| day.to_string())
}

/// The clocks that run, found by looking at the events and not by asking the engine.
fn clocks_of(case: &Case) -> Vec<(ClockName, Clock)> {
    let all = [
        case.promised_clock.is_none().then(|| (ClockName::Acceptance, case.acceptance_clock.clone())),
        case.correction.as_ref().map(|correction| (ClockName::Correction, correction.clock.clone())),
        case.promised_clock.clone().map(|clock| (ClockName::Promised, clock)),
        case.statutory_clock.clone().map(|clock| (ClockName::Statutory, clock)),
        case.stage_clock.clone().map(|clock| (ClockName::Stage, clock)),
        case.suspension.as_ref().and_then(|it| Some((ClockName::Suspension, it.clock.clone()?))),
    ];
    let rights = case.hearings.iter().map(|right| (ClockName::Hearing, right.clock.clone()));
    let promised = case.promises.iter();
    let promised = promised.map(|it| (ClockName::Material(it.material.clone()), it.clock.clone()));
    let of_tasks = case.tasks.iter().filter(|task| task.is_live());
    let of_tasks = of_tasks.filter_map(|task| Some((ClockName::Task(task.id), task.clock.clone()?)));
    let runs = |clock: &Clock| clock.events.iter().all(|e| !matches!(e, ClockEvent::Stop { .. }));
    all.into_iter()
        .flatten()
        .chain(rights)
        .chain(promised)
        .chain(of_tasks)
        .filter(|(_, clock)| runs(clock))
        .collect()
}

/// What a case must have told, counted from scratch on both walls.
fn expected_moves(case: &Case, old: &Wall, new: &Wall) -> Vec<(ClockName, LastDay, LastDay)> {
    let mut moves = Vec::new();
    for (name, clock) in clocks_of(case) {
        let (before, after) = (old.due(&clock), new.due(&clock));
        if before != after && (before.day().is_some() || after.day().is_some()) {
            moves.push((name, before.last_day(), after.last_day()));
        }
    }
    moves
}

fn told(history: &[Recorded]) -> Vec<(ClockName, LastDay, LastDay)> {
    let of = |recorded: &Recorded| {
        let Event::DueMoved { clock, before, after, calendar, source } = &recorded.event else { return None };
        assert_eq!((calendar.as_str(), source.as_str()), ("later", SOURCE));
        Some((clock.clone(), *before, *after))
    };
    history.iter().filter_map(of).collect()
}

/// Checks one case against the walls, and says whether it moved.
fn check(stored: &StoredCase, old: &Wall, new: &Wall) -> bool {
    let case = Case::replay(stored.state.id, &stored.history).unwrap();
    assert_eq!(case, stored.state, "the state is the fold of the events");
    let is_open = case.status != Status::Closed;
    if !is_open && case.live_tasks().next().is_none() {
        let (none, nothing) = ([None; 4], (vec![], None));
        assert_eq!((stored.days, (told(&stored.history), stored.told.clone())), (none, nothing));
        return false;
    }
    assert_eq!((stored.cached.as_str(), stored.told.as_deref()), ("later", Some("later")));
    let mut moves = expected_moves(&case, old, new);
    let notice = case.notices.iter().find(|notice| !notice.ended && is_open);
    let mut hangs_until = None;
    if let Some(notice) = notice {
        let lasts = Clock::started("7 calendar days".parse().unwrap(), notice.from);
        let (first, now) = (old.due(&lasts).day().unwrap(), new.due(&lasts).day().unwrap());
        hangs_until = Some(first.max(now));
        if now > first {
            moves.push((ClockName::Notice, LastDay::On { day: first }, LastDay::On { day: now }));
        }
    }
    let (mut left, mut right) = (told(&stored.history), moves.clone());
    let key = |(clock, ..): &(ClockName, LastDay, LastDay)| format!("{clock:?}");
    left.sort_by_key(key);
    right.sort_by_key(key);
    assert_eq!(left, right, "{:?}", case.number);
    let day_of = |clock: Option<&Clock>| clock.filter(|_| is_open).and_then(|clock| new.due(clock).day());
    let (leading, of_stage) = (day_of(Some(case.leading_clock())), day_of(case.stage_clock.as_ref()));
    let statutory = day_of(case.statutory_clock.as_ref());
    assert_eq!(stored.days, [leading, new.yellow(leading), statutory, hangs_until]);
    for task in case.tasks.iter().filter(|task| task.is_live()) {
        let own = task.clock.as_ref().and_then(|clock| new.due(clock).day());
        let of_stage = of_stage.filter(|_| task.stage == case.stage);
        let due = own.into_iter().chain(of_stage).chain(leading).min();
        assert_eq!(stored.tasks[&task.id], [text(due), text(new.yellow(due))]);
    }
    let timer = match (case.status, hangs_until) {
        (Status::Submitted | Status::Correction, _) => leading,
        (_, hangs_until) => hangs_until,
    };
    if let Some(timer) = timer {
        let at = china_midnight(timer.tomorrow().unwrap());
        assert!(stored.timers.iter().any(|rings| *rings <= at), "{at} is not in {:?}", stored.timers);
    }
    !moves.is_empty()
}

async fn check_all(office: &Office, run: &Reevaluation) -> usize {
    let (first, later) = files();
    check_under(office, run, &Wall::new(&first), &Wall::new(&later)).await
}

async fn check_under(office: &Office, run: &Reevaluation, old: &Wall, new: &Wall) -> usize {
    let all = office.stored().await;
    let waits = |case: &Case| case.status != Status::Closed || case.live_tasks().next().is_some();
    let open = all.iter().filter(|stored| waits(&stored.state)).count();
    let moved = all.iter().filter(|stored| check(stored, old, new)).count();
    let known = all.iter().filter(|stored| {
        told(&stored.history).iter().any(|(_, before, _)| matches!(before, LastDay::NotAnnounced { .. }))
    });
    let counts =
        [run.looked_at, run.moved, run.unchanged(), run.became_known, run.became_unknown, run.faults];
    let expected = [open, moved, open - moved, known.count(), 0, 0].map(|n| i64::try_from(n).unwrap());
    assert_eq!(counts, expected);
    moved
}

/// The show: 2,000 cases of every state, a holiday added later.
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_cases_move_as_a_count_from_scratch_says() {
    testkit::each_database(async |db| {
        let count = if db.engine() == store::Engine::Sqlite { 2_000 } else { 500 };
        let office = Arc::new(Office::new(db).await);
        office.fill(count).await;
        let now = instant(NOW);
        office.run_timers(&office.old, now).await;
        let number = office.plan(now).await;
        let before = office.run(number).await;
        let open = i64::from(count) - before.open_cases;
        assert!(open > 0 && before.state == RunState::Running, "{before:?}");
        run_due(&office.db, &office.handlers(crate::STEP_SIZE, usize::MAX), now).await.unwrap();
        let run = office.run(number).await;
        assert_eq!((run.state, run.looked_at), (RunState::Done, before.open_cases));
        let moved = check_all(&office, &run).await;
        assert!(moved > usize::try_from(count / 4).unwrap() && run.became_known > 0, "{run:?}");
        let mut tx = office.db.snapshot().await.unwrap();
        let mut listed = 0;
        let mut request = PageRequest { after: None, size: 100.try_into().unwrap() };
        loop {
            let page = crate::list_moves(&mut tx, number, &request).await.unwrap();
            listed += page.items.len();
            assert!(page.items.iter().all(|moved| moved.fault.is_none() && moved.days.is_some()));
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
        assert_eq!(listed, moved);
    })
    .await;
}
