//! Changing and ending entries, on each engine.

use serde_json::json;
use testkit::{date, each_database, instant};

use super::*;
use crate::testing::{CODES, case, fresh, new_entry};
use crate::{facts, find_entry, history, write};

fn decided(n: u8, effect: &str) -> Changed<'_> {
    Changed {
        register: SOCIAL_ORGANISATIONS,
        subject_code: CODES[0],
        decided_on: date("2027-03-01"),
        case: case(n),
        effect,
        now: instant("2027-03-01T10:00"),
    }
}

fn body(slug: &str) -> Option<String> {
    (slug == "hunan-jy").then(|| "湖南省教育厅（演示）".to_owned())
}

fn reason() -> Words {
    Words { zh: "完成宗旨".into(), en: "Its purpose is fulfilled".into() }
}

#[tokio::test]
async fn a_change_writes_the_named_fields_and_keeps_all_others() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        let fields = BTreeMap::from([
            ("name", json!(" 演示新协会 ")),
            ("funds", json!(7_000_000)),
            ("body_in_charge", json!("hunan-jy")),
        ]);
        let changed = change(&mut tx, decided(2, "change:x"), &fields, &body).await.unwrap();
        assert_eq!(write(&mut tx, changed).await.unwrap().version, 2);
        let versions = history(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap();
        let [after, before] = versions.as_slice() else { panic!("{versions:?}") };
        assert_eq!((after.name.as_str(), after.since, after.until), ("演示新协会", date("2027-03-01"), None));
        assert_eq!(after.data["body_in_charge"], "湖南省教育厅（演示）");
        assert_eq!(after.data["funds"], 7_000_000);
        assert_eq!(after.data["address"], before.data["address"]);
        assert_eq!((before.name.as_str(), before.until), ("演示协会", Some(date("2027-03-01"))));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_has_ended_says_so_and_is_changed_no_more() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        for _ in 0..2 {
            let ended = end(&mut tx, decided(2, "end:x"), reason()).await.unwrap();
            assert_eq!(write(&mut tx, ended).await.unwrap().version, 2, "repeating it changes nothing");
        }
        assert_eq!(find_entry(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap(), None);
        assert_eq!(facts(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap(), None);
        let last = find_last(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap().unwrap();
        assert_eq!((last.ended, last.since, last.version), (Some(reason()), date("2027-03-01"), 2));
        let too_late = BTreeMap::from([("name", json!("晚了协会"))]);
        let late = change(&mut tx, decided(3, "change:x"), &too_late, &body);
        let late = late.await.unwrap();
        assert_eq!(
            write(&mut tx, late).await.unwrap_err().to_string(),
            "51430000DEM000217K: its entry in social-organisations ended on 2027-03-01, so there is nothing to change or end"
        );
        let again = write(&mut tx, new_entry(4, "另一个协会", CODES[0])).await.unwrap_err();
        assert!(matches!(again, WriteError::Taken { .. }), "codes are not given again");
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn wrong_values_and_missing_entries_are_named() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        let fields = BTreeMap::from([("name", json!("新名"))]);
        let missing = change(&mut tx, decided(2, "change:x"), &fields, &body).await.unwrap_err();
        assert_eq!(missing.to_string(), "51430000DEM000217K: is not registered in social-organisations");
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        for (field, value, told) in [
            ("funds", json!(-1), "funds: must be an amount in fen"),
            ("name", json!("  "), "name: must be a text"),
            ("uscc", json!("x"), "change: must be a field of the register"),
        ] {
            let fields = BTreeMap::from([(field, value)]);
            let wrong = change(&mut tx, decided(2, "change:x"), &fields, &body).await.unwrap_err();
            assert_eq!(wrong.to_string(), told);
        }
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_change_that_was_made_from_an_older_version_is_refused() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        let address = BTreeMap::from([("address", json!("长沙市新路1号"))]);
        let slow = change(&mut tx, decided(2, "change:x"), &address, &body).await.unwrap();
        let name = BTreeMap::from([("name", json!("演示新协会"))]);
        let quick = change(&mut tx, decided(3, "change:x"), &name, &body).await.unwrap();
        write(&mut tx, quick).await.unwrap();
        assert!(matches!(write(&mut tx, slow).await, Err(WriteError::Overtaken { .. })));
        let slow = change(&mut tx, decided(2, "change:x"), &address, &body).await.unwrap();
        assert_eq!(write(&mut tx, slow).await.unwrap().version, 3);
        let now = find_entry(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap().unwrap();
        assert_eq!((now.name.as_str(), &now.data["address"]), ("演示新协会", &json!("长沙市新路1号")));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_a_case_changed_is_taken_back_and_later_changes_stay() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "演示协会", CODES[0])).await.unwrap();
        let both = BTreeMap::from([("address", json!("长沙市假的路1号")), ("funds", json!(1))]);
        let made = change(&mut tx, decided(2, "change:x"), &both, &body).await.unwrap();
        write(&mut tx, made).await.unwrap();
        let later = BTreeMap::from([("funds", json!(2))]);
        let later = change(&mut tx, decided(3, "change:x"), &later, &body).await.unwrap();
        write(&mut tx, later).await.unwrap();
        let back = restore(&mut tx, decided(2, "restore:x"), "change:x").await.unwrap().unwrap();
        write(&mut tx, back).await.unwrap();
        let now = find_entry(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap().unwrap();
        assert_eq!(now.version, 4);
        assert_eq!(
            (&now.data["address"], &now.data["funds"]),
            (&json!("长沙市演示大道88号201室"), &json!(2))
        );
        let nothing = restore(&mut tx, decided(9, "restore:x"), "change:x").await.unwrap();
        assert_eq!(nothing, None, "this case changed nothing");
        tx.commit().await.unwrap();
    })
    .await;
}
