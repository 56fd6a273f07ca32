//! The way back: the right slip opens the account and closes everything else; everything wrong answers alike and is delayed.

use kernel::PersonId;
use store::vals;

use super::*;
use crate::counter::tests::{Hall, SEEN, hall};
use crate::counter::{Asked, drop_recovery};
use crate::sign_in_person;
use crate::testing::{Browser, PASSWORD, TestSite, client, given, later, morning, resident_id};

const NEW: &str = "湘江北去看百舸争流吧";

async fn slip(hall: &Hall, person: PersonId) -> String {
    match hall.ask(&hall.chen(), person, SEEN).await.unwrap() {
        Asked::Given(code) => code,
        Asked::Waits => {
            let id = hall.open_one().await;
            hall.confirm(&hall.lin(), id, morning()).await.unwrap()
        }
    }
}

fn typed(number: u16, code: &str, new: &str) -> Recover {
    Recover {
        login: resident_id(number).as_str().into(),
        code: code.into(),
        new_password: new.into(),
        client: client("203.0.113.20"),
    }
}

async fn opens(site: &TestSite, number: u16, password: &str) -> bool {
    let town = &site.town;
    let given = given(resident_id(number).as_str(), password);
    sign_in_person(&town.db, &town.vault, &town.passwords, site.now(), given).await.is_ok()
}

#[tokio::test]
async fn the_slip_sets_a_password_once_and_closes_everything_else() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let code = slip(&hall, hall.town.li).await;
        let li = hall.town.li;
        let site = hall.town.site(true);
        let owner = Subject::Person(li);
        let mut before = site.browser_of(owner).await;
        site.town
            .write(async |tx| {
                tx.execute(
                    "insert into totp_secrets (owner, secret_sealed, last_step, created_at, confirmed_at)
                     values ($1, $2, 0, 0, 1)",
                    vals![owner.to_string(), vec![1_u8]],
                )
                .await
                .unwrap()
            })
            .await;
        let room = &site.room;
        // A password that breaks a rule does not use the slip up.
        let weak = recover(room, site.now(), typed(2, &code, "1234567890")).await;
        assert!(matches!(weak, Err(RecoverError::Weak(_))), "{weak:?}");
        let messy = code.to_lowercase().replace('-', " ");
        recover(room, site.now(), typed(2, &messy, NEW)).await.unwrap();
        assert_eq!(site.get(&mut before, "/my/account").await.status, 303, "visits have ended");
        assert!(opens(&site, 2, NEW).await && !opens(&site, 2, PASSWORD).await);
        assert_eq!(site.town.count("select count(*) from totp_secrets").await, 0);
        let again = recover(room, site.now(), typed(2, &code, NEW)).await;
        assert!(matches!(again, Err(RecoverError::Wrong)), "once");
        assert_eq!(site.town.count("select count(*) from acts where act = 'recovery-used'").await, 1);
        let told = "select count(*) from jobs where kind = 'identity.account'";
        assert_eq!(site.town.count(told).await, 2, "the slip, and its use");
    })
    .await;
}

#[tokio::test]
async fn a_slip_of_somebody_else_too_old_or_taken_back_opens_nothing() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let code = slip(&hall, hall.zhou).await;
        let other = slip(&hall, hall.town.li).await;
        let by = hall.chen();
        let site = hall.town.site(true);
        let room = &site.room;
        let check = async |number: u16, code: &str, now| {
            matches!(recover(room, now, typed(number, code, NEW)).await, Err(RecoverError::Wrong))
        };
        assert!(check(5, &other, site.now()).await, "of somebody else");
        assert!(check(5, "", site.now()).await);
        assert!(check(5, &code, later(site.now(), 86_401)).await, "too old");
        assert!(check(98, &code, site.now()).await, "nobody's number");
        let id: kernel::RecoveryId = {
            let mut tx = site.town.db.snapshot().await.unwrap();
            let sql = "select r.id from recoveries r where r.needs_second = 0";
            tx.fetch_one(sql, vals![]).await.unwrap().get(0).unwrap()
        };
        site.town.write(async |tx| drop_recovery(tx, &by, morning(), id).await.unwrap()).await;
        assert!(check(5, &code, site.now()).await, "taken back");
        assert!(opens(&site, 5, PASSWORD).await, "the password stayed");
    })
    .await;
}

#[tokio::test]
async fn accounts_that_there_are_not_answer_alike_and_after_the_same_work() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        slip(&hall, hall.zhou).await;
        let site = hall.town.site(true);
        let room = &site.room;
        let mut work = Vec::new();
        let mut texts = Vec::new();
        for number in [5, 99] {
            let before = room.passwords.computed();
            let answer = recover(room, site.now(), typed(number, "AAAA-BBBB-CCCC", NEW)).await;
            work.push(room.passwords.computed() - before);
            texts.push(answer.unwrap_err().to_string());
        }
        assert_eq!(work, [1, 1]);
        assert_eq!(texts[0], texts[1]);
        // Guessing is delayed, the right code too, for both.
        for number in [5, 99] {
            let mut waits = 0;
            for n in 0..8 {
                let tried = recover(room, later(site.now(), n), typed(number, "AAAA-BBBB-CCCD", NEW)).await;
                waits += i32::from(matches!(tried, Err(RecoverError::Delayed(_))));
            }
            assert_eq!(waits, 4, "{number}: five are free, the one before among them");
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_and_the_api_say_what_is_wrong() {
    testkit::each_database(async |db| {
        let hall = hall(db).await;
        let code = slip(&hall, hall.zhou).await;
        let site = hall.town.site(true);
        let mut browser = Browser::default();
        let number = resident_id(5);
        let send = async |browser: &mut Browser, code: &str, again: &str| {
            let fields =
                [("login", number.as_str()), ("code", code), ("new_password", NEW), ("again", again)];
            site.post(browser, "/recover", "/recover", &fields).await
        };
        assert_eq!(send(&mut browser, &code, "other").await.status, 422);
        let wrong = send(&mut browser, "AAAA", NEW).await;
        assert!(wrong.status == 422 && wrong.text.contains("账号或找回码不正确"));
        assert_eq!(send(&mut browser, &code, NEW).await.location(), "/recover?done=1");
        assert_eq!(site.get(&mut browser, "/recover?done=1").await.status, 200);
        let json = serde_json::json!({ "login": number.as_str(), "code": code, "new_password": NEW });
        assert_eq!(site.api("POST", "/api/v1/recoveries", "", Some(json)).await.status, 422);
    })
    .await;
}
