//! Letters between applicant and office, on each engine.

use cases::Command;
use serde_json::{Value, json};
use store::page::PageRequest;
use testkit::each_database;

use super::{Side, list, mark_read, unread_of, unread_of_body, write};
use crate::testing::World;

#[tokio::test]
async fn both_sides_write_and_each_letter_is_read_once() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let id = world.case(&token).await;
        let path = format!("/cases/{id}");
        let sent = world.post(&token, &format!("{path}/letters"), &[("letter", "请问还要多久？")]).await;
        assert_eq!((sent.status.as_u16(), sent.location), (303, format!("{path}#letters")));

        let mut tx = world.room.db.begin().await.unwrap();
        let case = cases::get(&mut tx, id.parse().unwrap()).await.unwrap();
        assert_eq!(unread_of_body(&mut tx, case.body).await.unwrap(), [case.id]);
        let purpose = store::Purpose::new("handling", "staff:x");
        let letters =
            list(&mut tx, &world.room, case.id, &purpose, &PageRequest::default()).await.unwrap().items;
        assert_eq!((letters[0].text.as_str(), letters[0].side), ("请问还要多久？", Side::Applicant));
        let office = Side::Office(case.body);
        mark_read(&mut tx, case.id, office, world.now()).await.unwrap();
        assert!(unread_of_body(&mut tx, case.body).await.unwrap().is_empty());
        let by = (&world.clerk(), office, "陈受理");
        write(&mut tx, &world.room, by, &case, " 本周五前答复。 ", world.now()).await.unwrap();
        assert_eq!(unread_of(&mut tx, &case.applicant).await.unwrap(), [case.id]);
        tx.commit().await.unwrap();

        assert!(world.get(&token, "/my").await.text.contains("新留言"));
        let page = world.get(&token, &path).await.text;
        for part in ["本周五前答复。", "town办公室", "1 条新留言", "对方已于"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("陈受理"), "the office speaks as one");
        let page = world.get(&token, &path).await.text;
        assert!(!page.contains("新留言"), "read is read: {page}");
        assert!(!world.get(&token, "/my").await.text.contains("新留言"));
    })
    .await;
}

#[tokio::test]
async fn letters_of_others_are_not_there_and_wrong_ones_come_back() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.case(&zhang).await;
        let (page, api) = (format!("/cases/{case}/letters"), format!("/api/v1/cases/{case}/letters"));
        let text = json!({ "text": "x" });
        assert_eq!(world.post(&li, &page, &[("letter", "x")]).await.status, 404);
        assert_eq!(world.api(&li, "POST", &api, text.clone()).await.status, 404);
        assert_eq!(world.api(&li, "GET", &api, Value::Null).await.status, 404);
        assert_eq!(world.api(&world.staff_token().await, "POST", &api, text.clone()).await.status, 403);
        assert_eq!(world.api("", "POST", &api, text).await.status, 401);

        let empty = world.post(&zhang, &page, &[("letter", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(
            empty.text.contains("href=\"#letter\"") && empty.text.contains("请填写内容"),
            "{}",
            empty.text
        );
        let long = "长".repeat(2001);
        let again = world.post(&zhang, &page, &[("letter", &long)]).await;
        assert!(again.status == 422 && again.text.contains(&long), "what was typed comes back");
        let faults = world.api(&zhang, "POST", &api, json!({ "text": long })).await.faults();
        assert_eq!(faults.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), ["text"]);
    })
    .await;
}

#[tokio::test]
async fn a_letter_sent_twice_is_written_once_and_a_flood_ends() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let api = format!("/api/v1/cases/{case}/letters");
        let send = async |text: &str, key: &str| {
            world.api_keyed(&token, "POST", &api, json!({ "text": text }), key).await
        };
        let (first, second) = (send("一", "k").await, send("一", "k").await);
        world.set_now("2026-09-21T10:00");
        assert_eq!((first.status.as_u16(), first.json()), (201, second.json()));
        assert_eq!(send("二", "k").await.status, 409, "the key belongs to another letter");
        for _ in 1..20 {
            assert_eq!(send("还在吗", "").await.status, 201);
        }
        let enough = send("还在吗", "").await;
        assert!(enough.status == 409 && enough.text.contains("请等办理机构答复"), "{}", enough.text);
        let page = world.api(&token, "GET", &format!("{api}?size=2"), Value::Null).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let next = format!("{api}?size=100&after={}", page["next"].as_str().unwrap());
        let rest = world.api(&token, "GET", &next, Value::Null).await.json();
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (18, &Value::Null));
        assert_eq!(rest["items"][17]["text"], "一", "newest first");
    })
    .await;
}

#[tokio::test]
async fn after_the_end_letters_can_be_written_for_thirty_days() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let withdraw = Command::Withdraw { reason: "填错了".into() };
        world.act(&world.zhang(), &case, withdraw).await;
        let path = format!("/cases/{case}/letters");
        world.set_now("2026-10-21T23:59");
        let token = world.token(world.zhang).await;
        let sent = world.post(&token, &path, &[("letter", "x")]).await;
        assert_eq!(sent.status, 303, "the thirtieth day counts");
        world.set_now("2026-10-22T00:00");
        assert_eq!(world.post(&token, &path, &[("letter", "x")]).await.status, 409);
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(page.contains("不能再留言") && !page.contains("name=\"letter\""), "{page}");
    })
    .await;
}
