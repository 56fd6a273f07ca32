//! The commands on every engine.

use super::*;
use crate::life::prepare::next_version;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_from_hand_to_hand_and_is_in_force_on_every_node() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let other = node(&db).await;
        let held = other.library();
        let id = world.begun("within: 10 working days", "within: 8 working days").await;
        world.approved(id).await;
        assert_eq!(world.state(id).await, State::Approved);
        assert_eq!(other.library().current(KEY.0, KEY.1).unwrap().reference.version, "1");
        world.published(id).await;
        assert_eq!(world.office.library().current(KEY.0, KEY.1).unwrap().reference.version, "2");
        assert!(other.shelf.refresh(&db).await.unwrap() && !other.shelf.refresh(&db).await.unwrap());
        let package = other.library().current(KEY.0, KEY.1).unwrap();
        assert_eq!(package.item.limits.promised.within.amount, 8);
        assert_eq!(
            held.current(KEY.0, KEY.1).unwrap().reference.version,
            "1",
            "who holds a library keeps it"
        );
        let first = TypeRef { item: KEY.0.into(), handling: KEY.1.into(), version: "1".into() };
        assert!(other.library().get(&first).is_some(), "running cases keep theirs");
        // The folder still holds version 1, which is known: what was published last stays in force.
        let again = node(&db).await;
        assert_eq!(again.library().current(KEY.0, KEY.1).unwrap().reference.version, "2");
        assert_eq!(again.shelf.turn(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wrote_any_of_it_cannot_approve_it() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world.begun("One dog", "One single dog").await;
        let mut tx = db.begin().await.unwrap();
        let now = instant(NOW);
        let early = approve(&mut tx, &world.office, &approver(), id, 2, "", now).await;
        assert!(matches!(early, Err(LifeError::NotNow)), "{early:?}");
        check(&mut tx, &world.office, &author(), id, 2, now).await.unwrap();
        let own = approve(&mut tx, &world.office, &author(), id, 3, "", now).await;
        assert!(matches!(own, Err(LifeError::OwnWork)), "{own:?}");
        // Who puts a comma in has written it too.
        let files = record::files(&mut tx, id).await.unwrap();
        save(&mut tx, &approver(), id, 3, &files, now).await.unwrap();
        check(&mut tx, &world.office, &author(), id, 4, now).await.unwrap();
        let second = approve(&mut tx, &world.office, &approver(), id, 5, "", now).await;
        assert!(matches!(second, Err(LifeError::OwnWork)), "{second:?}");
        let back = send_back(&mut tx, &approver(), id, 5, " ", now).await;
        assert!(matches!(back, Err(LifeError::WordMissing)));
        send_back(&mut tx, &approver(), id, 5, "再改", now).await.unwrap();
        let steps: Vec<String> =
            record::steps(&mut tx, id).await.unwrap().into_iter().map(|step| step.kind).collect();
        assert_eq!(steps, ["begun", "edited", "checked", "edited", "checked", "returned"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_asked_before_anybody_approves() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world.begun("within: 10 working days", "within: 30 working days").await;
        let mut tx = db.begin().await.unwrap();
        let refused = check(&mut tx, &world.office, &author(), id, 2, instant(NOW)).await.unwrap_err();
        let LifeError::Faults(faults) = refused else { panic!("{refused}") };
        let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.is_error()).collect();
        assert_eq!(errors.len(), 1, "{faults:?}");
        assert_eq!((errors[0].file.as_str(), errors[0].rule.id()), ("item.yaml", "promise-above-law"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_told_and_nothing_is_lost() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world.begun("One dog", "One single dog").await;
        let mut tx = db.begin().await.unwrap();
        let now = instant(NOW);
        let second = begin(&mut tx, &world.office, &approver(), key(), now).await;
        assert!(matches!(second, Err(LifeError::OpenAlready)), "{second:?}");
        let files = record::files(&mut tx, id).await.unwrap();
        let late = save(&mut tx, &approver(), id, 1, &files, now).await;
        assert!(matches!(late, Err(LifeError::Overtaken)), "{late:?}");
        drop_revision(&mut tx, &author(), id, 2, "不改了", now).await.unwrap();
        let again = begin(&mut tx, &world.office, &approver(), key(), now).await;
        assert!(again.is_ok(), "{again:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_publication_comes_at_its_time_and_can_be_taken_back() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world.begun("One dog", "One single dog").await;
        world.approved(id).await;
        let handlers = job::handlers(&world.office);
        let mut tx = db.begin().await.unwrap();
        let (now, at) = (instant(NOW), instant("2026-10-01T08:00"));
        let past = plan(&mut tx, &author(), id, 4, now, now).await;
        assert!(matches!(past, Err(LifeError::BadTime)));
        plan(&mut tx, &author(), id, 4, at, now).await.unwrap();
        tx.commit().await.unwrap();
        let run = async |at: &str| jobs::run_due(&db, &handlers, instant(at)).await.unwrap();
        assert_eq!(run("2026-10-01T07:59").await, 0);
        let mut tx = db.begin().await.unwrap();
        send_back(&mut tx, &approver(), id, 5, "等等", now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(run("2026-10-01T08:00").await, 0, "taken back");
        let mut tx = db.begin().await.unwrap();
        check(&mut tx, &world.office, &author(), id, 6, now).await.unwrap();
        approve(&mut tx, &world.office, &approver(), id, 7, "", now).await.unwrap();
        plan(&mut tx, &author(), id, 8, at, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(run("2026-10-01T08:00").await, 1);
        assert_eq!(world.state(id).await, State::Published);
        assert_eq!(world.office.library().current(KEY.0, KEY.1).unwrap().reference.version, "2");
        assert_eq!(world.edition(id).await, 10);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_publication_that_no_longer_holds_goes_back() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world.begun("One dog", "One single dog").await;
        world.approved(id).await;
        let mut tx = db.begin().await.unwrap();
        let now = instant(NOW);
        plan(&mut tx, &author(), id, 4, instant("2026-10-01T08:00"), now).await.unwrap();
        // Meanwhile the operator brings version 1.5 in.
        let other = Turn::by_operator(key(), "1".into(), now);
        turns::insert(&mut tx, &Turn { kind: TurnKind::Cancelled, word: "测试".into(), ..other })
            .await
            .unwrap();
        tx.execute("update catalogue_revisions set base = '0'", store::vals![]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        turns::insert(&mut tx, &Turn::by_operator(key(), "1".into(), now)).await.unwrap();
        tx.commit().await.unwrap();
        let handlers = job::handlers(&world.office);
        assert_eq!(jobs::run_due(&db, &handlers, instant("2026-10-01T08:00")).await.unwrap(), 1);
        assert_eq!(world.state(id).await, State::Draft);
        let mut tx = db.snapshot().await.unwrap();
        let last = record::steps(&mut tx, id).await.unwrap().pop().unwrap();
        assert_eq!((last.kind.as_str(), last.word.as_str()), ("failed", "another version is in force"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_suspended_resumed_and_cancelled() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let (office, now) = (&world.office, instant(NOW));
        let take = async |done: Result<News, LifeError>, tx: Tx| {
            let news = done.unwrap();
            tx.commit().await.unwrap();
            news.put_on(&office.shelf);
        };
        let mut tx = db.begin().await.unwrap();
        let without = suspend(&mut tx, office, &author(), key(), "", None, now).await;
        assert!(matches!(without, Err(LifeError::WordMissing)));
        let past = Some(testkit::date("2026-09-20"));
        let past = suspend(&mut tx, office, &author(), key(), "系统升级", past, now).await;
        assert!(matches!(past, Err(LifeError::BadDay)));
        let until = Some(testkit::date("2026-10-08"));
        let done = suspend(&mut tx, office, &author(), key(), "系统升级", until, now).await;
        take(done, tx).await;
        let turn = office.library().suspended(KEY.0, KEY.1).unwrap();
        assert_eq!((turn.word.as_str(), turn.until), ("系统升级", until));
        assert!(office.library().current(KEY.0, KEY.1).is_some(), "its guide stays");
        let mut tx = db.begin().await.unwrap();
        let done = resume(&mut tx, office, &approver(), key(), "升级完成", now).await;
        take(done, tx).await;
        assert!(office.library().suspended(KEY.0, KEY.1).is_none());
        let mut tx = db.begin().await.unwrap();
        let bad = cancel(&mut tx, office, &author(), key(), "合并", "430120009000-01", now).await;
        assert!(matches!(bad, Err(LifeError::BadReplacement)));
        let done = cancel(&mut tx, office, &author(), key(), "合并", "", now).await;
        take(done, tx).await;
        let library = office.library();
        assert!(library.current(KEY.0, KEY.1).is_none() && library.cancelled(KEY.0, KEY.1).is_some());
        assert!(library.search("养狗", crate::Clientele::Any).is_empty());
        // It stays so after a new start, whatever lies in the folder.
        let again = node(&db).await;
        assert!(again.library().current(KEY.0, KEY.1).is_none());
        assert_eq!(again.library().cancelled(KEY.0, KEY.1).unwrap().word, "合并");
    })
    .await;
}

#[test]
fn the_next_version_is_one_that_nobody_has() {
    let check = |version: &str, expected: &str| {
        assert_eq!(next_version(version, |version| version == "2026.3"), expected);
    };
    check("1", "2");
    check("2026.2", "2026.4");
    check("2026.9", "2026.10");
    check("beta", "beta.1");
}
