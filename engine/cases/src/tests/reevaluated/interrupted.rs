//! A run that is killed, met by commands, by late timers, by a node that has not noticed, by damaged rows.

use super::*;

async fn history(office: &Office, id: CaseId) -> Vec<Recorded> {
    record::history(&mut office.db.snapshot().await.unwrap(), id).await.unwrap()
}

async fn case(office: &Office, id: CaseId) -> Case {
    record::get(&mut office.db.snapshot().await.unwrap(), id).await.unwrap()
}

/// Told and cached version, last day of the leading clock.
async fn row(office: &Office, id: CaseId) -> (String, String, Option<jiff::civil::Date>) {
    let mut tx = office.db.snapshot().await.unwrap();
    let sql = "select told_calendar, calendar_version, due_on from cases where id = $1";
    let row = tx.fetch_one(sql, vals![id]).await.unwrap();
    (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap())
}

/// A command under a calendar.
async fn act(office: &Office, at: &str, calendar: &Calendar, id: CaseId, by: &Actor, command: Command) {
    let mut tx = office.db.begin().await.unwrap();
    let around = office.at(instant(at), calendar);
    record::act(&mut tx, &around, &office.case_type, id, None, by, command).await.unwrap();
    tx.commit().await.unwrap();
}

async fn waiting(office: &Office, id: CaseId, work: TaskKind) -> TaskId {
    case(office, id).await.live_tasks().find(|task| task.work == work).unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_goes_on_and_ends_with_the_same() {
    testkit::each_database(async |db| {
        let office = Arc::new(Office::new(db).await);
        office.fill(330).await;
        let now = instant(NOW);
        office.run_timers(&office.old, now).await;
        let late = office.one("2026-12-16T09:00", Until::Accepted).await;
        let number = office.plan(now).await;
        run_due(&office.db, &office.handlers(20, 5), now).await.unwrap();
        let run = office.run(number).await;
        assert_eq!((run.state, run.looked_at), (RunState::Running, 100), "{run:?}");
        // A clerk works meanwhile: with the new calendar, and what had been told is still told as moved.
        let vet = clerk(2, COUNTY, &[Role::Review]);
        let task = waiting(&office, late, TaskKind::Review).await;
        act(&office, "2026-12-20T09:10", &office.new, late, &vet, Command::Claim { task }).await;
        let met = row(&office, late).await;
        assert_eq!((met.0.as_str(), met.1.as_str()), ("first", "later"));
        run_due(&office.db, &office.handlers(20, usize::MAX), instant("2026-12-20T11:00")).await.unwrap();
        let run = office.run(number).await;
        assert_eq!(run.state, RunState::Done);
        check_all(&office, &run).await;
        assert_eq!(row(&office, late).await.2, met.2, "the clerk had the new day at once");
        assert!(!told(&history(&office, late).await).is_empty());
        let again = office.plan(instant("2026-12-21T09:00")).await;
        run_due(&office.db, &office.handlers(20, usize::MAX), instant("2026-12-21T09:00")).await.unwrap();
        let again = office.run(again).await;
        assert_eq!((again.looked_at, again.moved), (0, 0), "nothing is told twice");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_begins_under_the_new_calendar_did_not_move() {
    testkit::each_database(async |db| {
        let office = Arc::new(Office::new(db).await);
        let id = office.one("2026-12-18T09:00", Until::Submitted).await;
        office.plan(instant(NOW)).await;
        let task = waiting(&office, id, TaskKind::Accept).await;
        for command in [Command::Claim { task }, Command::Accept { task }] {
            act(&office, "2026-12-20T10:00", &office.new, id, &town(), command).await;
        }
        run_due(&office.db, &office.handlers(20, usize::MAX), instant("2026-12-20T10:01")).await.unwrap();
        assert_eq!(told(&history(&office, id).await), []);
        let (told, cached, _) = row(&office, id).await;
        assert_eq!((told.as_str(), cached.as_str()), ("later", "later"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_has_not_noticed_is_put_right_and_nobody_is_told_twice() {
    testkit::each_database(async |db| {
        let office = Arc::new(Office::new(db).await);
        let id = office.one("2026-12-18T09:00", Until::Submitted).await;
        let number = office.plan(instant(NOW)).await;
        let handlers = office.handlers(20, usize::MAX);
        run_due(&office.db, &handlers, instant(NOW)).await.unwrap();
        let right = row(&office, id).await;
        let before = told(&history(&office, id).await);
        // The limit and the task's own: 21 22 23 24 and the make-up Sunday.
        assert_eq!((right.2, before.len()), (Some(date("2026-12-27")), 2));
        let task = waiting(&office, id, TaskKind::Accept).await;
        act(&office, "2026-12-20T09:01", &office.old, id, &town(), Command::Claim { task }).await;
        assert_eq!(row(&office, id).await.2, Some(date("2026-12-25")), "the node counts by its old calendar");
        run_due(&office.db, &handlers, instant("2026-12-20T09:04")).await.unwrap();
        assert_eq!(row(&office, id).await.1, "first", "not yet");
        run_due(&office.db, &handlers, instant("2026-12-20T09:05")).await.unwrap();
        assert_eq!(row(&office, id).await, right);
        assert_eq!(told(&history(&office, id).await), before);
        assert_eq!(office.run(number).await.looked_at, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_follow_the_days_also_when_they_are_late() {
    testkit::each_database(async |db| {
        let office = Arc::new(Office::new(db).await);
        let id = office.one("2026-12-18T09:00", Until::Submitted).await;
        // Until the 25th; the machine stands still that night, and the holiday comes in before it rings.
        let import = instant("2026-12-26T09:00");
        office.run_timers(&office.new, import).await;
        assert_eq!(case(&office, id).await.status, Status::Submitted, "the day off was no day for accepting");
        office.plan(import).await;
        run_due(&office.db, &office.handlers(20, usize::MAX), import).await.unwrap();
        office.run_timers(&office.new, instant("2026-12-27T23:59")).await;
        assert_eq!(case(&office, id).await.status, Status::Submitted);
        office.run_timers(&office.new, instant("2026-12-28T00:00")).await;
        let accepted = case(&office, id).await;
        assert_eq!(accepted.status, Status::InProgress, "silence is acceptance, a working day later");
        assert_eq!(Case::replay(id, &history(&office, id).await).unwrap(), accepted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_makes_days_unknown_and_shortens_no_notice() {
    testkit::each_database(async |db| {
        let mut office = Office::new(db).await;
        std::mem::swap(&mut office.old, &mut office.new);
        let office = Arc::new(office);
        let accepted = office.one("2026-12-17T09:00", Until::Accepted).await;
        // Published on the 18th: the seventh day is off, so it hangs to the Sunday that is worked.
        let hanging = office.one("2026-12-16T09:00", Until::Hanging).await;
        let until = case(&office, hanging).await.hanging_notice().unwrap().until;
        assert_eq!(until, date("2026-12-27"));
        let number = office.plan(instant(NOW)).await;
        run_due(&office.db, &office.handlers(20, usize::MAX), instant(NOW)).await.unwrap();
        assert_eq!(case(&office, hanging).await.hanging_notice().unwrap().until, until);
        let run = office.run(number).await;
        assert_eq!((run.looked_at, run.moved, run.became_unknown), (2, 1, 1), "{run:?}");
        let history = history(&office, accepted).await;
        let statutory = history.iter().any(|recorded| {
            matches!(
                &recorded.event,
                Event::DueMoved {
                    clock: ClockName::Statutory,
                    after: LastDay::NotAnnounced { year: 2027 },
                    ..
                }
            )
        });
        assert!(statutory, "{history:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_holds_up_nobody() {
    testkit::each_database(async |db| {
        let office = Arc::new(Office::new(db).await);
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(office.one("2026-12-18T09:00", Until::Submitted).await);
        }
        let mut tx = office.db.begin().await.unwrap();
        tx.execute("update cases set state = '{' where id = $1", vals![ids[1]]).await.unwrap();
        tx.commit().await.unwrap();
        let number = office.plan(instant(NOW)).await;
        run_due(&office.db, &office.handlers(1, usize::MAX), instant(NOW)).await.unwrap();
        let run = office.run(number).await;
        assert_eq!((run.state, run.moved, run.faults, run.unchanged()), (RunState::Done, 2, 1, 0));
        let mut tx = office.db.snapshot().await.unwrap();
        let moves = crate::list_moves(&mut tx, number, &PageRequest::default()).await.unwrap().items;
        let faulty: Vec<_> =
            moves.iter().filter(|moved| moved.fault.is_some()).map(|moved| moved.case).collect();
        assert_eq!((moves.len(), faulty), (3, vec![ids[1]]));
        assert!(crate::is_behind(&mut tx, "later").await.unwrap(), "the night tries it again");
    })
    .await;
}

#[tokio::test]
async fn what_is_behind_is_found_by_its_index() {
    let test_db = testkit::sqlite().await;
    let office = Office::new(test_db.db.clone()).await;
    let mut tx = office.db.snapshot().await.unwrap();
    let explain: &'static str =
        Box::leak(format!("explain query plan {}", crate::reevaluate::run::STALE).into_boxed_str());
    let plan = tx.fetch_all(explain, vals!["later", 200, 1]).await.unwrap();
    let lines: Vec<String> = plan.iter().map(|row| row.get(3).unwrap()).collect();
    let of_cases = lines.iter().filter(|line| line.contains("cases")).collect::<Vec<_>>();
    assert_eq!(of_cases.iter().filter(|line| line.contains("cases_by_calendar (told_calendar")).count(), 4);
    assert!(
        !lines.iter().any(|line| line.starts_with("SCAN cases") || line.starts_with("SCAN c")),
        "{lines:?}"
    );
}

/// Whatever anyone tries in a process with every construct, a new calendar moves what a count from scratch moves.
#[tokio::test(flavor = "multi_thread")]
async fn every_clock_of_every_construct_moves_as_a_count_from_scratch_says() {
    testkit::each_database(async |db| {
        let mut office = Office::new(db).await;
        office.case_type = super::super::everything::every_construct();
        let (old, new) = announced_at_random();
        (office.old, office.new) = (calendar("first", &old), calendar("later", &new));
        let office = Arc::new(office);
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for _ in 0..6 {
            let mut tx = office.db.begin().await.unwrap();
            for _ in 0..40 {
                try_anything(&office, &mut tx, &mut runner).await;
            }
            tx.commit().await.unwrap();
        }
        let now = instant("2027-03-01T09:00");
        let number = office.plan(now).await;
        run_due(&office.db, &office.handlers(50, usize::MAX), now).await.unwrap();
        let run = office.run(number).await;
        let moved = check_under(&office, &run, &Wall::new(&old), &Wall::new(&new)).await;
        assert!(moved > 20, "{run:?}");
    })
    .await;
}

/// The real notice of 2026; and one with days off spread over the year, with the year after it.
fn announced_at_random() -> (Vec<Value>, Vec<Value>) {
    let (first, mut later) = files();
    let off =
        ["2026-03-20", "2026-04-15", "2026-05-20", "2026-06-03", "2026-07-08", "2026-08-12", "2026-09-10"];
    let days = later[0]["days"].as_array_mut().unwrap();
    days.extend(off.map(|date| json!({ "name": "纪念日", "date": date, "isOffDay": true })));
    days.push(json!({ "name": "纪念日", "date": "2026-06-07", "isOffDay": false }));
    (first, later)
}

async fn try_anything(office: &Office, tx: &mut Tx, runner: &mut proptest::test_runner::TestRunner) {
    use proptest::strategy::ValueTree as _;
    let (facts, intake) = super::super::by_chance::facts().new_tree(runner).unwrap().current();
    let steps = super::super::by_chance::moves(14).new_tree(runner).unwrap().current();
    let days = (0..200i64).new_tree(runner).unwrap().current();
    let mut now = instant("2026-03-02T09:00").checked_add((days * 24).hours()).unwrap();
    let Actor::Person(person) = citizen() else { unreachable!() };
    let new = NewCase {
        division: "430102001".into(),
        applicant: crate::Applicant::of(&person),
        applicant_name: "张*".into(),
        facts: object(&facts),
        answers: Map::new(),
        intake,
    };
    let case_type = &office.case_type;
    let mut case = record::open(tx, &office.at(now, &office.old), case_type, &citizen(), new).await.unwrap();
    for step in &steps {
        now = now.checked_add((step.hours / 4).hours()).unwrap();
        let (who, command) = super::super::by_chance::attempt(&case, step);
        let around = office.at(now, &office.old);
        if let Ok(after) = record::act(tx, &around, case_type, case.id, None, &who, command).await {
            case = after;
        }
    }
}
