//! Watched cases.

use super::*;

fn watched<'a>(clerk: &'a StaffActor, filter: &'a WorkFilter) -> WorkQuery<'a> {
    WorkQuery { clerk, scope: Scope::Watched, filter, sort: Sort::Due, days: today() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_case_stays_in_the_list_when_it_waits_and_when_it_has_ended() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 700).await;
        let (clerk, none) = (clerk(), WorkFilter::default());
        let all = Known::all(&mut tx).await;
        let now = instant("2026-10-20T09:00");
        let of_body = |known: &&Known| known.body == clerk.body;
        let states = |case: CaseId| all.iter().filter(move |k| k.item.case == case).map(|k| k.item.state);
        let case_with = |state: WorkState| {
            let mut cases = all.iter().filter(of_body).map(|k| k.item.case);
            cases.find(|case| *case != id(0) && states(*case).all(|s| s == state))
        };
        tx.execute(
            "update case_tasks set state = 'done', finished_at = 1 where case_id = $1",
            vals![id::<CaseId>(0)],
        )
        .await
        .unwrap();
        let open = case_with(WorkState::Open).unwrap();
        let foreign = all.iter().find(|k| k.body != clerk.body && states(k.item.case).count() == 1);
        assert!(foreign.is_none(), "every case has two tasks here");
        for case in [id(0), open] {
            watch(&mut tx, clerk.staff, case, now).await.unwrap();
            watch(&mut tx, clerk.staff, case, now).await.unwrap();
        }
        let list = async |tx: &mut Tx, filter: &WorkFilter, place: Place, size: u32| {
            let query = watched(&clerk, filter);
            worklist(tx, &query, &place, PageSize::try_from(size).unwrap()).await.unwrap()
        };
        let page = list(&mut tx, &none, Place::First, 20).await;
        let cases: Vec<CaseId> = page.items.iter().map(|item| item.case).collect();
        assert_eq!(cases, [open, open, id(0)], "what waits first, then the last of what has ended");
        assert_eq!((page.items[2].light, page.items[2].state), (Light::Grey, WorkState::Done));
        let first = list(&mut tx, &none, Place::First, 2).await;
        let second = list(&mut tx, &none, Place::After(first.next.unwrap()), 2).await;
        assert_eq!((second.items.len(), second.next), (1, None));
        let back = list(&mut tx, &none, Place::Before(second.previous.unwrap()), 2).await;
        assert_eq!(back.items, first.items);
        let claimed = WorkFilter { claimed: Some(true), ..none.clone() };
        assert_eq!(list(&mut tx, &claimed, Place::First, 20).await.items, []);
        let lights = count_lights(&mut tx, &watched(&clerk, &none)).await.unwrap();
        assert_eq!(lights.red + lights.yellow + lights.green + lights.grey, 2, "ended work has no light");

        let elsewhere = StaffActor { body: id(9), ..clerk.clone() };
        let query = watched(&elsewhere, &none);
        let page = worklist(&mut tx, &query, &Place::First, PageSize::default()).await.unwrap();
        assert_eq!(page.items, [], "who has moved to another body sees nothing of the old one");
        unwatch(&mut tx, clerk.staff, open).await.unwrap();
        assert!(!is_watched(&mut tx, clerk.staff, open).await.unwrap());
        assert!(is_watched(&mut tx, clerk.staff, id(0)).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_watches_everything() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 700).await;
        let most = u32::try_from(WATCHED_MAX).unwrap();
        for n in 0..most {
            watch(&mut tx, id(100), id(n), Timestamp::UNIX_EPOCH).await.unwrap();
        }
        let refused = watch(&mut tx, id(100), id(most), Timestamp::UNIX_EPOCH).await;
        assert!(matches!(refused, Err(CaseError::WatchesTooMany)), "{refused:?}");
        watch(&mut tx, id(100), id(0), Timestamp::UNIX_EPOCH).await.unwrap();
        watch(&mut tx, id(101), id(most), Timestamp::UNIX_EPOCH).await.unwrap();
        unwatch(&mut tx, id(100), id(0)).await.unwrap();
        watch(&mut tx, id(100), id(most), Timestamp::UNIX_EPOCH).await.unwrap();
    })
    .await;
}
