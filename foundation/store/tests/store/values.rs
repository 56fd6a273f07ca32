//! What goes in comes out, on both engines, and damage is named.

use jiff::civil::Date;
use kernel::{CaseId, Timestamp};
use serde_json::{Value, json};
use store::{Error, Migration, Val, fresh_id, vals};
use testkit::{date, each_database, instant};

const SCHEMA: &[Migration] = &[Migration::new(
    "test/0001_values",
    "create table cells (
       id text not null constraint cells_pkey primary key,
       i bigint, f double precision, t text, b bytea)",
)];

#[tokio::test]
async fn every_kind_of_value_makes_the_round_trip() {
    each_database(|db| async move {
        db.migrate(&[SCHEMA]).await.unwrap();
        let at = instant("2026-09-21T09:30");
        let case: CaseId = fresh_id(at);
        let mut tx = db.begin().await.unwrap();
        let put = "insert into cells (id, i, f, t, b) values ($1, $2, $3, $4, $5)";
        let bytes = vec![0_u8, 255, 7];
        tx.execute(put, vals![case, at, 0.1, "通办 'a' \u{1f409}", bytes.clone()]).await.unwrap();
        tx.execute(put, vals!["2", true, -2.5e300, date("2026-02-28"), &[1_u8, 2][..]]).await.unwrap();
        tx.execute(put, vals!["3", u32::MAX, 3.0, json!({"名": [1, null]}), b""]).await.unwrap();
        tx.execute(put, vals!["4", None::<i64>, None::<f64>, None::<String>, None::<Vec<u8>>]).await.unwrap();
        tx.execute(put, vals!["5", i64::MIN, 0.0, Some("x"), Some(bytes.clone())]).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.snapshot().await.unwrap();
        let rows = tx.fetch_all("select id, i, f, t, b from cells order by id", vals![]).await.unwrap();
        let [first, second, third, nulls, last] = {
            let (mut numbered, mut by_id): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|row| row.get::<String>(0).unwrap().len() == 1);
            by_id.append(&mut numbered);
            <[store::Row; 5]>::try_from(by_id).ok().unwrap()
        };
        assert_eq!(first.get::<CaseId>(0).unwrap(), case);
        assert_eq!(first.get::<Timestamp>(1).unwrap(), at);
        assert_eq!(first.get::<f64>(2).unwrap().to_bits(), 0.1_f64.to_bits());
        assert_eq!(first.get::<String>(3).unwrap(), "通办 'a' \u{1f409}");
        assert_eq!(first.get::<Vec<u8>>(4).unwrap(), bytes);
        assert!(second.get::<bool>(1).unwrap());
        assert_eq!(second.get::<f64>(2).unwrap().to_bits(), (-2.5e300_f64).to_bits());
        assert_eq!(second.get::<Date>(3).unwrap(), date("2026-02-28"));
        assert_eq!(second.get::<Vec<u8>>(4).unwrap(), [1, 2]);
        assert_eq!(third.get::<u32>(1).unwrap(), u32::MAX);
        assert_eq!(third.get::<f64>(2).unwrap().to_bits(), 3.0_f64.to_bits());
        assert_eq!(third.get::<Value>(3).unwrap(), json!({"名": [1, null]}));
        assert_eq!(third.get::<Vec<u8>>(4).unwrap(), b"");
        assert_eq!(nulls.get::<Option<i64>>(1).unwrap(), None);
        assert_eq!(nulls.get::<Option<f64>>(2).unwrap(), None);
        assert_eq!(nulls.get::<Option<CaseId>>(3).unwrap(), None);
        assert_eq!(nulls.get::<Option<Vec<u8>>>(4).unwrap(), None);
        assert_eq!(last.get::<Option<i64>>(1).unwrap(), Some(i64::MIN));
        assert_eq!(last.get::<Option<String>>(3).unwrap().as_deref(), Some("x"));
    })
    .await;
}

#[tokio::test]
async fn engines_own_types_read_alike() {
    each_database(|db| async move {
        let mut tx = db.begin().await.unwrap();
        let row = tx.fetch_one("select 1, exists (select 1), 2 > 3", vals![]).await.unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 1);
        assert!(row.get::<bool>(1).unwrap());
        assert!(!row.get::<bool>(2).unwrap());
    })
    .await;
}

#[tokio::test]
async fn damaged_values_name_their_column() {
    each_database(|db| async move {
        let mut tx = db.begin().await.unwrap();
        let row = tx
            .fetch_one(
                "select cast($1 as text) as case_id, cast($2 as bigint) as flag, cast($3 as text) as absent",
                vals!["not an id", 7, None::<&str>],
            )
            .await
            .unwrap();
        let check = |outcome: Result<(), Error>, expected: &str| match outcome {
            Err(Error::Damaged { column, .. }) => assert_eq!(column, expected),
            other => panic!("{other:?}"),
        };
        check(row.get::<CaseId>(0).map(drop), "case_id");
        check(row.get::<i64>(0).map(drop), "case_id");
        check(row.get::<bool>(1).map(drop), "flag");
        check(row.get::<String>(1).map(drop), "flag");
        check(row.get::<String>(2).map(drop), "absent");
        check(row.get::<Value>(0).map(drop), "case_id");
        check(row.get::<i64>(9).map(drop), "number 9");
        let huge = tx.fetch_one("select cast($1 as bigint) as at", vals![i64::MAX]).await.unwrap();
        check(huge.get::<Timestamp>(0).map(drop), "at");
        check(huge.get::<u32>(0).map(drop), "at");
    })
    .await;
}

#[test]
fn debug_output_shows_no_value() {
    let text = format!("{:?}", vals!["110101199003078515", 4_217, None::<&str>]);
    assert_eq!(text, "[TEXT, BIGINT, TEXT NULL]");
    assert_eq!(Val::from(true), Val::I(Some(1)));
}

#[tokio::test]
async fn the_shared_dialect_holds_on_both_engines() {
    each_database(|db| async move {
        db.migrate(&[SCHEMA]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for (id, i) in [("a", 1), ("b", 2), ("c", 3)] {
            let sql = "insert into cells (id, i, t) values ($1, $2, '50%_x')
                       on conflict (id) do update set i = excluded.i returning i";
            assert_eq!(tx.fetch_one(sql, vals![id, i]).await.unwrap().get::<i64>(0).unwrap(), i64::from(i));
        }
        let sql = "with known as (select id, row_number() over (order by i desc) as place from cells)
                   select cast(sum(place) as bigint) from known where cast($1 as text) is null or id = $1";
        assert_eq!(tx.fetch_one(sql, vals![None::<&str>]).await.unwrap().get::<i64>(0).unwrap(), 6);
        assert_eq!(tx.fetch_one(sql, vals!["a"]).await.unwrap().get::<i64>(0).unwrap(), 3);
        let sql = r"select count(*) from cells where t like $1 escape '\'";
        assert_eq!(tx.fetch_one(sql, vals![r"50\%\_%"]).await.unwrap().get::<i64>(0).unwrap(), 3);
        assert_eq!(tx.fetch_one(sql, vals![r"50\_%"]).await.unwrap().get::<i64>(0).unwrap(), 0);
        // The second and third `$1` of one statement are the same value, and their order is free.
        let row =
            tx.fetch_one("select cast($2 as bigint), cast($1 as text), $1", vals!["x", 5]).await.unwrap();
        assert_eq!((row.get::<i64>(0).unwrap(), row.get::<String>(2).unwrap()), (5, "x".into()));
    })
    .await;
}
