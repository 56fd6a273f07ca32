//! Writing entries, on each engine.

use testkit::{date, each_database};

use super::*;
use crate::testing::{CODES, case, fresh, new_entry};
use crate::{find_entry, history, of_case};

#[tokio::test]
async fn an_effect_writes_one_entry_however_often_it_runs() {
    each_database(|db| async move {
        fresh(&db).await;
        for _ in 0..2 {
            let mut tx = db.begin().await.unwrap();
            let written = write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!((written.subject_code.as_str(), written.version), (CODES[0], 1));
        }
        let mut tx = db.snapshot().await.unwrap();
        assert_eq!(history(&mut tx, "social-organisations", CODES[0]).await.unwrap().len(), 1);
        let of_case_1 = of_case(&mut tx, case(1)).await.unwrap();
        assert_eq!(of_case_1.iter().map(|entry| entry.subject_code.as_str()).collect::<Vec<_>>(), [CODES[0]]);
        assert_eq!(of_case(&mut tx, case(2)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_the_next_version_and_ends_the_one_before() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        let change = NewEntry {
            step: Step::Change,
            follows: 1,
            since: date("2027-03-01"),
            ..new_entry(2, "演示健步走协会", CODES[0])
        };
        assert_eq!(write(&mut tx, change).await.unwrap().version, 2);
        let current = find_entry(&mut tx, "social-organisations", CODES[0]).await.unwrap().unwrap();
        assert_eq!((current.version, current.name.as_str(), current.until), (2, "演示健步走协会", None));
        let versions = history(&mut tx, "social-organisations", CODES[0]).await.unwrap();
        assert_eq!(versions.iter().map(|entry| entry.version).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((versions[1].name.as_str(), versions[1].until), ("演示协会", Some(date("2027-03-01"))));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nobody_is_overwritten_and_nothing_changes_that_is_not_there() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        let taken = write(&mut tx, new_entry(2, "另一个协会", CODES[0])).await.unwrap_err();
        assert_eq!(taken.to_string(), "51430000DEM000217K: is registered in social-organisations already");
        let change = NewEntry { step: Step::Change, follows: 1, ..new_entry(3, "另一个协会", CODES[1]) };
        assert!(matches!(write(&mut tx, change).await, Err(WriteError::Missing { .. })));
        let elsewhere = NewEntry { register: "dogs", ..new_entry(4, "另一个协会", CODES[1]) };
        assert!(matches!(write(&mut tx, elsewhere).await, Err(WriteError::UnknownRegister(_))));
        let kept = find_entry(&mut tx, "social-organisations", CODES[0]).await.unwrap().unwrap();
        assert_eq!(kept.name, "演示协会");
        tx.commit().await.unwrap();
    })
    .await;
}
