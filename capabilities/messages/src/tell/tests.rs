//! Telling: once, to everybody concerned, and nothing of it outside.

use std::sync::atomic::Ordering;

use kernel::{Role, Words};
use store::outbox::{ATTEMPTS_MAX, list_dead};
use store::page::PageRequest;
use testkit::each_database;

use super::*;
use crate::receiver::Arrival;
use crate::testing::{
    ITEM, NAME, NUMBER, World, agent, case_id, legal_person_id, person, person_id, telling, text_of,
};
use crate::{count_unread, list};

/// A body with one clerk of acceptance, one of review, and one who has left.
async fn office(room: &Room, now: Timestamp) -> (BodyId, StaffId) {
    let passwords = identity::Passwords::new(identity::Strength::CHEAP).unwrap();
    let mut tx = room.db.begin().await.unwrap();
    let body = identity::AddBody {
        slug: "office".into(),
        name: Words::new("演示办公室", "Office"),
        uscc: "11430000DEM0000143".into(),
        division: "430000".into(),
        serves: vec!["*".into()],
        parent: None,
        address: String::new(),
        phone: String::new(),
    };
    let body = identity::add_body(&mut tx, now, body).await.unwrap();
    let mut clerks = Vec::new();
    for (login, role) in [("chen", Role::Acceptance), ("li", Role::Review), ("gone", Role::Acceptance)] {
        let clerk = identity::AddStaff {
            login: login.into(),
            name: "陈晨".into(),
            body: "office".into(),
            roles: [role].into(),
            password: None,
        };
        clerks.push(identity::add_staff(&mut tx, &passwords, now, clerk).await.unwrap());
    }
    tx.execute("update staff set disabled_at = 1 where login = 'gone'", Vec::new()).await.unwrap();
    tx.commit().await.unwrap();
    (body, clerks[0])
}

#[tokio::test]
async fn a_reader_is_told_once_and_others_nothing() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        let news = telling(Recipient::Person(person_id(1)), Topic::Progress, "k1");
        world.tell(&news).await;
        world.tell(&news).await;
        let mut tx = db.snapshot().await.unwrap();
        let of = |n| Reader::Person(person_id(n));
        let box_of_one = list(&mut tx, &world.room, of(1), &PageRequest::default()).await.unwrap();
        assert_eq!(box_of_one.items.len(), 1);
        let message = &box_of_one.items[0];
        assert_eq!(
            (message.kind.as_str(), message.topic, message.case),
            ("test-news", Topic::Progress, Some(case_id()))
        );
        assert_eq!(message.text.values[0], ("name".into(), NAME.into()));
        assert_eq!(
            (count_unread(&mut tx, of(1)).await.unwrap(), count_unread(&mut tx, of(2)).await.unwrap()),
            (1, 0)
        );
        drop(tx);
        // The values lie sealed: no text of theirs is found in the table.
        let mut tx = db.snapshot().await.unwrap();
        let row = tx.fetch_one("select values_sealed from messages", vec![]).await.unwrap();
        let sealed: Vec<u8> = row.get(0).unwrap();
        assert!(!sealed.windows(NAME.len()).any(|window| window == NAME.as_bytes()));
        assert_eq!(world.count("select count(*) from outbox_messages").await, 0, "nobody asked for notices");
    })
    .await;
}

#[tokio::test]
async fn work_is_told_to_everybody_who_does_it() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        let (body, clerk) = office(&world.room, world.now()).await;
        world.tell(&telling(Recipient::Work { body, role: Role::Acceptance }, Topic::Work, "k")).await;
        let mut tx = db.snapshot().await.unwrap();
        assert_eq!(count_unread(&mut tx, Reader::Staff(clerk)).await.unwrap(), 1);
        drop(tx);
        assert_eq!(
            world.count("select count(*) from messages").await,
            1,
            "not to reviewers, nor to who has left"
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_is_told_where_the_transaction_is_undone() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        world.turn_on(&world.app(person(1)), "email", "zhang@example.cn").await;
        let mut tx = db.begin().await.unwrap();
        let news = telling(Recipient::Person(person_id(1)), Topic::Progress, "k1");
        tell(&mut tx, &world.room, &news, world.now()).await.unwrap();
        tx.rollback().await.unwrap();
        world.deliver().await;
        assert_eq!(world.arrived(), []);
        assert_eq!(world.count("select count(*) from messages").await, 0);
    })
    .await;
}

/// Everything that a neighbour must not read.
fn secrets() -> Vec<String> {
    let case = case_id().to_string();
    let person = person_id(1).to_string();
    [NAME, ITEM, NUMBER, "张", "补正", "救助", "2026-10-12", "/cases/", &case, &person]
        .map(str::to_owned)
        .to_vec()
}

#[tokio::test]
async fn what_leaves_the_house_says_nothing_personal() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let app = world.app(person(1));
        world.turn_on(&app, "email", "zhang@example.cn").await;
        world.turn_on(&app, "sms", "13800138000").await;
        world.turn_on(&app, "wechat", "oQx1_abc-9").await;
        for (topic, key) in [(Topic::Action, "a"), (Topic::Result, "r"), (Topic::Progress, "p")] {
            let mut news = telling(Recipient::Person(person_id(1)), topic, key);
            if topic == Topic::Result {
                news.about = None;
            }
            world.tell(&news).await;
        }
        world.deliver().await;
        let arrived = world.arrived();
        assert_eq!(arrived.len(), 9);
        for arrival in &arrived {
            let whole = serde_json::to_string(arrival).unwrap();
            for secret in secrets() {
                assert!(!whole.contains(&secret), "{secret} in {whole}");
            }
        }
        let texts: Vec<String> = arrived.iter().map(text_of).collect();
        let of = |text: &str| texts.iter().filter(|found| *found == text).count();
        let url = "https://zwfw.example.cn/messages";
        assert_eq!(of(&format!("您尾号为 4321 的办件需要您在期限内处理，请登录查看：{url}")), 3);
        assert_eq!(of(&format!("您尾号为 4321 的办件有新进展，请登录查看：{url}")), 3);
        assert_eq!(of(&format!("您的办件有新进展，请登录查看：{url}")), 3);
        check_forms(&arrived);
    })
    .await;
}

fn check_forms(arrived: &[Arrival]) {
    let letter = arrived
        .iter()
        .find(|arrival| matches!(arrival, Arrival::Smtp { subject, .. } if subject.contains("进展")));
    let Some(Arrival::Smtp { from, to, message_id, .. }) = letter else { panic!("{arrived:?}") };
    assert_eq!(
        (from.as_str(), to.as_slice()),
        ("noreply@zwfw.example.cn", ["zhang@example.cn".to_owned()].as_slice())
    );
    assert!(message_id.ends_with("@zwfw.example.cn>"), "{message_id}");
    let with_tail = |wanted: &str| {
        arrived.iter().find_map(|arrival| match arrival {
            Arrival::Http { path, proof, body, key }
                if path == wanted && body["parameters"]["tail"] == "4321" =>
            {
                Some((*proof, key.clone(), body.clone()))
            }
            Arrival::Http { .. } | Arrival::Smtp { .. } => None,
        })
    };
    let (proof, key, body) = with_tail("/sms").unwrap();
    assert_eq!((proof, &body["id"], &body["to"]), ("bearer", &key.into(), &"13800138000".into()));
    let (proof, _, body) = with_tail("/wechat").unwrap();
    assert_eq!((proof, &body["channel"], &body["lang"]), ("hmac-sm3", &"wechat".into(), &"zh-CN".into()));
    assert_eq!(body["template_id"], body["template"], "without a provider's name our own stands there");
    let named =
        |arrival: &&Arrival| matches!(arrival, Arrival::Http { body, .. } if body["template_id"] == "SMS_1");
    assert_eq!(arrived.iter().filter(named).count(), 2);
}

#[tokio::test]
async fn only_what_was_chosen_goes_out() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let app = world.app(person(1));
        world.turn_on(&app, "email", "zhang@example.cn").await;
        let chosen = app.post("/account/notices/email/topics", &[("email-topics", "action")]).await;
        assert_eq!(chosen.location, "/account/notices#email");
        for (topic, key) in [(Topic::Action, "a"), (Topic::Result, "r"), (Topic::Progress, "p")] {
            world.tell(&telling(Recipient::Person(person_id(1)), topic, key)).await;
            world.tell(&telling(Recipient::Person(person_id(2)), topic, key)).await;
        }
        world.deliver().await;
        assert_eq!(world.arrived().len(), 1);
        // What was posted before the address went is not sent any more.
        world.tell(&telling(Recipient::Person(person_id(1)), Topic::Action, "b")).await;
        app.post("/account/notices/email/remove", &[]).await;
        world.deliver().await;
        world.tell(&telling(Recipient::Person(person_id(1)), Topic::Action, "c")).await;
        world.deliver().await;
        assert_eq!(world.arrived(), []);
        assert_eq!(world.count("select count(*) from outbox_messages where state <> 'sent'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_legal_person_has_settings_of_its_own() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        world.turn_on(&world.app(agent(1, 7)), "sms", "13900139000").await;
        world.tell(&telling(Recipient::LegalPerson(legal_person_id(7)), Topic::Action, "a")).await;
        world.tell(&telling(Recipient::Person(person_id(1)), Topic::Action, "a")).await;
        world.deliver().await;
        assert_eq!(world.arrived().len(), 1, "the person's own box is another one");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_delivered_ends_among_the_dead_letters() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let app = world.app(person(1));
        world.turn_on(&app, "email", "zhang@example.cn").await;
        world.turn_on(&app, "sms", "13800138000").await;
        world.refuse.store(true, Ordering::SeqCst);
        world.tell(&telling(Recipient::Person(person_id(1)), Topic::Action, "a")).await;
        for _ in 0..ATTEMPTS_MAX {
            world.deliver().await;
            world.wait(3600);
        }
        let mut tx = db.begin().await.unwrap();
        let dead = list_dead(&mut tx, &PageRequest::default()).await.unwrap().items;
        let errors: Vec<&str> = dead.iter().map(|letter| letter.last_error.as_str()).collect();
        assert_eq!(errors, ["the mail server answered 451", "the receiver answered 503"]);
        world.refuse.store(false, Ordering::SeqCst);
        for letter in &dead {
            assert!(outbox::replay(&mut tx, &letter.receiver, letter.number, world.now()).await.unwrap());
        }
        tx.commit().await.unwrap();
        world.deliver().await;
        assert_eq!(world.arrived().len(), 2);
    })
    .await;
}

#[test]
fn the_last_four_digits_are_the_most_that_is_said() {
    assert_eq!([last_four(NUMBER), last_four("12"), last_four("")], ["4321", "12", ""]);
}
