//! What the database keeps is what the rules made.

use super::*;
use crate::record::{self, NewCase, Surroundings, TIMER_JOB};

pub(super) async fn fresh(db: &store::Db) -> store::Tx {
    db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
    db.begin().await.unwrap()
}

pub(super) fn new_case() -> NewCase {
    let Actor::Person(person) = citizen() else { unreachable!() };
    NewCase {
        division: "430102001".into(),
        applicant: crate::Applicant::of(&person),
        applicant_name: "张*".into(),
        facts: object(&json!({ "large": false })),
        answers: Map::new(),
        intake: crate::Intake::default(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replaying_the_stored_history_gives_the_stored_state() {
    testkit::each_database(async |db| {
        let (calendar, bodies, case_type) = (Calendar::china(), bodies(), dog_licence());
        let at = |when: &str| Surroundings { now: instant(when), calendar: &calendar, bodies: &bodies };
        let mut tx = fresh(&db).await;
        // The machine's clock counts nanoseconds, the database microseconds.
        let now = instant("2026-09-21T09:30").checked_add(jiff::SignedDuration::from_nanos(1_229)).unwrap();
        let around = Surroundings { now, ..at("2026-09-21T09:30") };
        let case = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        let second = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        assert!(
            case.number.ends_with("202609210001") && second.number.ends_with("202609210002"),
            "{}",
            case.number
        );
        tx.commit().await.unwrap();

        let accept_clerk = clerk(1, TOWN, &[Role::Acceptance]);
        let around = at("2026-09-22T10:00");
        let mut tx = db.begin().await.unwrap();
        let task = case.live_tasks().next().unwrap().id;
        let expected = Some(case.version);
        let act = async |tx: &mut store::Tx, expected, command| {
            record::act(tx, &around, &case_type, case.id, expected, &accept_clerk, command).await
        };
        let claimed = act(&mut tx, expected, Command::Claim { task }).await.unwrap();
        let stale = act(&mut tx, expected, Command::Accept { task }).await;
        assert!(matches!(stale, Err(CaseError::Stale)), "a page made before the claim is stale");
        act(&mut tx, Some(claimed.version), Command::Accept { task }).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.snapshot().await.unwrap();
        let stored = record::get(&mut tx, case.id).await.unwrap();
        let history = record::history(&mut tx, case.id).await.unwrap();
        assert_eq!(Case::replay(case.id, &history).unwrap(), stored);
        let Actor::Staff(vet) = clerk(2, COUNTY, &[Role::Review]) else { unreachable!() };
        let filter = crate::WorkFilter::default();
        let listed = |day: &str| crate::WorkQuery {
            clerk: &vet,
            scope: crate::Scope::Body,
            filter: &filter,
            sort: crate::Sort::Due,
            days: crate::LightDays::of(date(day), &calendar, &(3..=3)),
        };
        let (place, size) = (crate::Place::First, store::page::PageSize::default());
        let page = crate::worklist(&mut tx, &listed("2026-09-22"), &place, size).await.unwrap();
        assert_eq!(page.items.len(), 1);
        // The branch has three working days of its own: 23 24 28 September.
        assert_eq!(page.items[0].due_on, Some(date("2026-09-28")));
        assert_eq!(page.items[0].package_version, case.case_type.version);
        let lights = crate::count_lights(&mut tx, &listed("2026-09-29")).await.unwrap();
        assert_eq!(lights, crate::Lights { red: 1, ..Default::default() });
        let timers = tx
            .fetch_all("select run_at from jobs where kind = $1 order by run_at", store::vals![TIMER_JOB])
            .await
            .unwrap();
        let run_at: Vec<Timestamp> = timers.iter().map(|row| row.get(0).unwrap()).collect();
        // First yellow days: 23 September of the branch that ends on the 28th; 24 September of the two acceptances.
        let acceptance = instant("2026-09-24T00:00");
        assert_eq!(run_at, [instant("2026-09-23T00:00"), acceptance, acceptance]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_listed_to_its_last_day_and_comes_down_with_its_case() {
    testkit::each_database(async |db| {
        let (calendar, bodies, case_type) = (Calendar::china(), bodies(), dog_licence());
        let around = Surroundings { now: instant("2026-09-21T09:30"), calendar: &calendar, bodies: &bodies };
        let mut tx = fresh(&db).await;
        let case = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        let task = case.live_tasks().next().unwrap().id;
        assert_eq!(crate::find_by_number(&mut tx, &case.number).await.unwrap(), Some(case.id));
        assert_eq!(crate::find_by_number(&mut tx, "no such number").await.unwrap(), None);
        assert_eq!(crate::case_of_task(&mut tx, task).await.unwrap(), Some(case.id));
        let unknown = TaskId::from_parts(Timestamp::UNIX_EPOCH, [7; 10]);
        assert_eq!(crate::case_of_task(&mut tx, unknown).await.unwrap(), None);

        let second = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        for id in [case.id, second.id] {
            publish(&mut tx, &around, &case_type, id).await;
        }
        // Published on 21 September, seven calendar days: to the 28th.
        let hanging = async |tx: &mut store::Tx, day: &str, request: &store::page::PageRequest| {
            let page = crate::hanging_notices(tx, date(day), request).await.unwrap();
            (page.items.iter().map(|case| case.id).collect::<Vec<_>>(), page.next)
        };
        let mut both = vec![case.id, second.id];
        both.sort(); // ids of one instant are not in the order of their making
        let all = store::page::PageRequest::default();
        assert_eq!(hanging(&mut tx, "2026-09-28", &all).await, (both.clone(), None));
        assert_eq!(hanging(&mut tx, "2026-09-29", &all).await.0, [], "over, though no timer has run");
        let one = store::page::PageRequest { after: None, size: 1.try_into().unwrap() };
        let (first, next) = hanging(&mut tx, "2026-09-21", &one).await;
        assert!(first == both[..1] && next.is_some(), "{first:?}");
        let rest = store::page::PageRequest { after: next, ..one };
        assert_eq!(hanging(&mut tx, "2026-09-21", &rest).await, (both[1..].to_vec(), None));

        let withdraw = Command::Withdraw { reason: "不办了".into() };
        record::act(&mut tx, &around, &case_type, case.id, None, &citizen(), withdraw).await.unwrap();
        assert_eq!(hanging(&mut tx, "2026-09-22", &all).await.0, [second.id]);
    })
    .await;
}

/// Brings a case from its submission to its public notice.
async fn publish(tx: &mut store::Tx, around: &Surroundings<'_>, case_type: &CaseType, id: CaseId) {
    let town = clerk(1, TOWN, &[Role::Acceptance, Role::Review]);
    let county = clerk(2, COUNTY, &[Role::Review]);
    for by in [&town, &county, &town] {
        let case = record::get(tx, id).await.unwrap();
        let task = case.live_tasks().next().unwrap();
        let (task, work) = (task.id, task.work);
        let command = match work {
            TaskKind::Accept => Command::Accept { task },
            TaskKind::Review => Command::GiveOpinion {
                task,
                conclusion: Conclusion::Agree,
                text: "情况属实".into(),
                findings: object(&json!({ "fee": 500 })),
            },
            TaskKind::Notice => Command::PublishNotice { task },
            TaskKind::Correct
            | TaskKind::Arrange
            | TaskKind::Conclude
            | TaskKind::Answer
            | TaskKind::Approve
            | TaskKind::Decide
            | TaskKind::Check => unreachable!(),
        };
        for command in [Command::Claim { task }, command] {
            record::act(tx, around, case_type, id, None, by, command).await.unwrap();
        }
    }
}

/// 李 works on what 王 has taken: every event says who acted for whom, and the stored state is still the fold.
#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_acts_in_their_own_name_for_somebody_else() {
    testkit::each_database(async |db| {
        let (calendar, bodies, case_type) = (Calendar::china(), bodies(), dog_licence());
        let at = |when: &str| Surroundings { now: instant(when), calendar: &calendar, bodies: &bodies };
        let mut tx = fresh(&db).await;
        let around = at("2026-09-21T09:30");
        let case = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        let (wang, head) =
            (clerk(1, TOWN, &[Role::Acceptance]), clerk(7, TOWN, &[Role::Acceptance, Role::Decision]));
        let Actor::Staff(mut li) = clerk(6, TOWN, &[Role::Acceptance]) else { unreachable!() };
        let Actor::Staff(absent) = &wang else { unreachable!() };
        let task = case.live_tasks().next().unwrap().id;
        let around = at("2026-09-22T10:00");
        let act = async |tx: &mut store::Tx, by: &Actor, command| {
            record::act(tx, &around, &case_type, case.id, None, by, command).await
        };
        act(&mut tx, &wang, Command::Claim { task }).await.unwrap();
        let refused = act(&mut tx, &Actor::Staff(li.clone()), Command::Accept { task }).await;
        assert!(matches!(refused, Err(CaseError::TakenBy(_))));
        li.deputy_of.insert(absent.staff);
        let li = Actor::Staff(li);
        act(&mut tx, &li, Command::Accept { task }).await.unwrap();
        let history = record::history(&mut tx, case.id).await.unwrap();
        let stored = record::get(&mut tx, case.id).await.unwrap();
        assert_eq!(Case::replay(case.id, &history).unwrap(), stored);
        let of = |kind: &str| history.iter().find(|recorded| recorded.event.kind() == kind).unwrap();
        assert_eq!(of("task-claimed").stood_in_for, None);
        let accepted = of("accepted");
        assert_eq!(accepted.actor, li.reference());
        let held = crate::StoodInFor { staff: absent.staff, name: absent.shown_as.clone() };
        assert_eq!(accepted.stood_in_for, Some(held));
        let done = stored.task(task).unwrap();
        assert_eq!(done.claimed_by, Some(absent.staff), "it stays the work of whoever took it");
        assert!(done.done_by_deputy.is_some());
        // Whoever decides there takes work back from a colleague, with a reason.
        let second = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        let task = second.live_tasks().next().unwrap().id;
        let give = async |tx: &mut store::Tx, by: &Actor, command| {
            record::act(tx, &around, &case_type, second.id, None, by, command).await
        };
        let release = |reason: &str| Command::Release { task, reason: reason.into() };
        assert!(matches!(give(&mut tx, &head, release("离岗")).await, Err(CaseError::NotClaimed)));
        give(&mut tx, &wang, Command::Claim { task }).await.unwrap();
        assert!(matches!(give(&mut tx, &head, release(" ")).await, Err(CaseError::TextMissing { .. })));
        let stranger = clerk(8, COUNTY, &[Role::Decision]);
        assert!(matches!(give(&mut tx, &stranger, release("离岗")).await, Err(CaseError::NotCompetent)));
        // The platform takes it from whoever has left, and says why too.
        assert!(matches!(
            give(&mut tx, &citizen(), release("离岗")).await,
            Err(CaseError::NotCompetent | CaseError::TextMissing { .. })
        ));
        assert!(matches!(
            give(&mut tx, &Actor::System, release("")).await,
            Err(CaseError::TextMissing { .. })
        ));
        let released = give(&mut tx, &Actor::System, release("离岗")).await.unwrap();
        assert_eq!(released.task(task).unwrap().claimed_by, None);
        assert!(matches!(give(&mut tx, &Actor::System, release("离岗")).await, Err(CaseError::NotCompetent)));
        give(&mut tx, &wang, Command::Claim { task }).await.unwrap();
        let released = give(&mut tx, &head, release("离岗")).await.unwrap();
        assert_eq!(released.task(task).unwrap().claimed_by, None);
        let history = record::history(&mut tx, second.id).await.unwrap();
        assert_eq!(Case::replay(second.id, &history).unwrap(), released);
        let last = history.last().unwrap();
        assert!(matches!(&last.event, Event::TaskReleased { reason, .. } if reason == "离岗"), "{last:?}");
        assert!(last.event.tells());
    })
    .await;
}

#[test]
fn an_event_of_an_older_program_still_reads() {
    let old = r#"{"kind":"task-released","task":"01a1b8c3571771de8a4bbb9f68abb522"}"#;
    let event: Event = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&event).unwrap(), old, "and is written as it was");
}
