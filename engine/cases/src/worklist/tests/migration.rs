//! Rows from before the worklist's columns get them from their cases.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn old_rows_are_listed_as_new_ones() {
    testkit::each_database(async |db| {
        db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, &crate::MIGRATIONS[..2]]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let (open, done) = (id::<CaseId>(1), id::<CaseId>(2));
        for (case, number, closed_at) in [(open, "N123", None), (done, "N456", Some(9_000_000))] {
            tx.execute(
                "insert into cases (id, number, item, handling, package_version, division, body, person, status,
                     stage, calendar_version, state, version, submitted_at, closed_at)
                 values ($1, $2, 'item1', '02', '3', '430102001', '', '', '', '', '', '', 1, 5000000, $3)",
                vals![case, number, closed_at],
            )
            .await
            .unwrap();
        }
        for (task, case, state, due_on) in
            [(11, open, "open", "2026-10-21"), (12, open, "done", "2026-10-19"), (13, done, "done", "9999-12-31")]
        {
            tx.execute(
                "insert into case_tasks (id, case_id, stage, work, role, body, state, claimed_by, opened_at, due_on,
                     yellow_from)
                 values ($1, $2, 'check', 'review', 'review', $3, $4, $5, 7000000, $6, $6)",
                vals![id::<TaskId>(task), case, id::<BodyId>(1), state, id::<StaffId>(100), due_on],
            )
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let applied = db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        assert_eq!(applied.first().map(String::as_str), Some("cases/0003_worklist"), "{applied:?}");

        let mut tx = db.begin().await.unwrap();
        let (clerk, filter) = (clerk(), WorkFilter::default());
        let list = async |tx: &mut Tx, scope| {
            let query =
                WorkQuery { clerk: &clerk, scope, filter: &filter, sort: Sort::Due, days: today() };
            worklist(tx, &query, &Place::First, PageSize::default()).await.unwrap().items
        };
        let live = list(&mut tx, Scope::Body).await;
        assert_eq!(live.len(), 1);
        let WorkItem { number, item, handling, package_version, division, due_on, express, submitted_at, .. } =
            &live[0];
        assert_eq!(
            (number.as_str(), item.as_str(), handling.as_str(), package_version.as_str(), division.as_str()),
            ("N123", "item1", "02", "3", "430102001")
        );
        assert_eq!((*due_on, *express), (Some(date("2026-10-21")), false));
        assert_eq!(submitted_at.as_microsecond(), 5_000_000);
        let finished: Vec<_> = list(&mut tx, Scope::Done).await.iter().map(|item| item.finished_at).collect();
        let at = |micros| Timestamp::from_microsecond(micros).ok();
        assert_eq!(finished, [at(9_000_000), at(7_000_000)], "the end of the case, else the task's beginning");
        let rows = tx.fetch_all("select number_reversed from case_tasks order by id", vals![]).await.unwrap();
        let turned: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(turned, ["321N", "321N", "654N"]);
        assert_eq!(find_by_number_end(&mut tx, id(1), "N456", 20).await.unwrap(), [done]);
    })
    .await;
}
