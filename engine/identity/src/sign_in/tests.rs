//! Signing in: who gets in, how failures slow it down, and what a stranger can learn.

use std::sync::Arc;

use kernel::Refusal;

use super::*;
use crate::sessions::find_session;
use crate::testing::{PASSWORD, PHONE, Town, client, given, later, morning, opened, resident_id, town};

async fn person(town: &Town, now: Timestamp, given: SignIn) -> Result<Opened, SignInError> {
    sign_in_person(&town.db, &town.vault, &town.passwords, now, given).await.map(opened)
}

async fn staff(town: &Town, now: Timestamp, given: SignIn) -> Result<Opened, SignInError> {
    sign_in_staff(&town.db, &town.vault, &town.passwords, now, given).await.map(opened)
}

fn wait(outcome: Result<Opened, SignInError>) -> u64 {
    match outcome {
        Err(SignInError::Delayed(seconds)) => seconds,
        other => panic!("not delayed: {other:?}"),
    }
}

fn assert_wrong(outcome: &Result<Opened, SignInError>) {
    assert!(matches!(outcome, Err(SignInError::WrongCredentials)), "{outcome:?}");
}

#[tokio::test]
async fn identity_number_and_phone_open_the_same_account() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let id = resident_id(1).as_str().to_owned();
        for login in [id.as_str(), &format!(" {} ", id.to_lowercase()), PHONE, "+86 138-0013-8000"] {
            let opened = person(&town, morning(), given(login, PASSWORD)).await.unwrap();
            let mut tx = town.db.snapshot().await.unwrap();
            let live = find_session(&mut tx, &town.vault, &opened.token, morning()).await.unwrap().unwrap();
            let kernel::Actor::Person(actor) = live.actor else { panic!("{login}") };
            assert_eq!((actor.person, actor.shown_as.as_str()), (town.zhang, "张**"));
            assert_eq!(actor.acting_for, None);
        }
        assert_eq!(town.count("select count(*) from sign_ins where outcome = 'succeeded'").await, 4);
        let attempt = town.count("select count(*) from sign_ins i join sessions s on s.id = i.id").await;
        assert_eq!(attempt, 4, "a visit has the id of the try that opened it");
    })
    .await;
}

#[tokio::test]
async fn staff_come_through_their_own_door_with_their_roles() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let opened = staff(&town, morning(), given(" Chen", "three small clerks")).await.unwrap();
        let mut tx = town.db.snapshot().await.unwrap();
        let live = find_session(&mut tx, &town.vault, &opened.token, morning()).await.unwrap().unwrap();
        let kernel::Actor::Staff(actor) = live.actor else { panic!("no staff") };
        assert_eq!((actor.staff, actor.body, actor.division.as_str()), (town.clerk, town.office, "430102"));
        assert_eq!(actor.roles, [kernel::Role::Acceptance, kernel::Role::Review].into());
        assert_eq!(actor.shown_as, "陈晨");
        drop(tx);
        assert_wrong(&person(&town, morning(), given("chen", "three small clerks")).await);
        assert_wrong(&staff(&town, morning(), given(PHONE, PASSWORD)).await);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_cannot_tell_which_part_was_wrong() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let unknown = resident_id(99).as_str().to_owned();
        let without_password = resident_id(3).as_str().to_owned();
        let mut answers = Vec::new();
        for login in [PHONE, unknown.as_str(), without_password.as_str(), "", "not a number", "13900139000"] {
            let before = town.passwords.computed();
            let refusal =
                Refusal::from(person(&town, morning(), given(login, "wrong password")).await.unwrap_err());
            answers.push((refusal.to_string(), town.passwords.computed() - before));
        }
        answers.dedup();
        assert_eq!(
            answers,
            [("invalid: password identity-sign-in-wrong".to_owned(), 1)],
            "one hash each, always"
        );
    })
    .await;
}

#[tokio::test]
async fn five_failures_slow_the_account_down_and_the_right_password_too() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let start = morning();
        for _ in 0..5 {
            assert_wrong(&person(&town, start, given(PHONE, "wrong password")).await);
        }
        let hashes = town.passwords.computed();
        assert_eq!(wait(person(&town, start, given(PHONE, PASSWORD)).await), 30);
        // The same account by its other name, from another place.
        let elsewhere = SignIn { client: client("198.51.100.1"), ..given(resident_id(1).as_str(), PASSWORD) };
        assert_eq!(wait(person(&town, later(start, 29), elsewhere.clone()).await), 1);
        assert_eq!(town.passwords.computed(), hashes, "no hash is computed meanwhile");
        assert_eq!(town.count("select count(*) from sign_ins").await, 5, "a delayed try prolongs nothing");
        assert_wrong(&person(&town, later(start, 30), given(PHONE, "wrong password")).await);
        assert_eq!(wait(person(&town, later(start, 30), given(PHONE, PASSWORD)).await), 60);
        person(&town, later(start, 90), elsewhere).await.unwrap();
        // Success wipes the account's count.
        for _ in 0..4 {
            assert_wrong(&person(&town, later(start, 100), given(PHONE, "wrong password")).await);
        }
        person(&town, later(start, 101), given(PHONE, PASSWORD)).await.unwrap();
        // A whole day later nothing is held against anybody.
        for _ in 0..5 {
            assert_wrong(&person(&town, later(start, 200), given(PHONE, "wrong password")).await);
        }
        person(&town, later(start, 200 + 24 * 3600), given(PHONE, PASSWORD)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_slowed_down_alike() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        for login in ["13900139000", "nobody"] {
            for _ in 0..5 {
                assert_wrong(&person(&town, morning(), given(login, "wrong password")).await);
            }
            assert_eq!(wait(person(&town, morning(), given(login, "wrong password")).await), 30);
        }
        person(&town, morning(), given(PHONE, PASSWORD)).await.unwrap();
        // The staff door counts for itself.
        assert_wrong(&staff(&town, morning(), given("nobody", "wrong password")).await);
    })
    .await;
}

#[tokio::test]
async fn one_address_cannot_try_account_after_account() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        for n in 100..120 {
            assert_wrong(&person(&town, morning(), given(resident_id(n).as_str(), "wrong password")).await);
        }
        assert_eq!(wait(person(&town, morning(), given(PHONE, PASSWORD)).await), 30);
        assert_eq!(wait(staff(&town, morning(), given("chen", "three small clerks")).await), 30);
        let elsewhere = SignIn { client: client("198.51.100.1"), ..given(PHONE, PASSWORD) };
        person(&town, morning(), elsewhere).await.unwrap();
        // Their own success does not clear the address.
        person(&town, later(morning(), 30), given(PHONE, PASSWORD)).await.unwrap();
        assert_wrong(&person(&town, later(morning(), 30), given(resident_id(120).as_str(), "x")).await);
        assert_eq!(wait(person(&town, later(morning(), 30), given(PHONE, PASSWORD)).await), 60);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_at_the_same_moment_are_counted_one_by_one() {
    testkit::each_database(async |db| {
        let town = Arc::new(town(db).await);
        let mut tries = Vec::new();
        for _ in 0..12 {
            let town = Arc::clone(&town);
            tries.push(tokio::spawn(async move {
                person(&town, morning(), given(PHONE, "wrong password")).await
            }));
        }
        let mut wrong = 0;
        for one in tries {
            wrong += usize::from(matches!(one.await.unwrap(), Err(SignInError::WrongCredentials)));
        }
        assert_eq!(wrong, 5, "the others had to wait");
    })
    .await;
}

#[tokio::test]
async fn a_disabled_clerk_stays_outside() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let clerk = town.clerk;
        town.write(async |tx| {
            tx.execute("update staff set disabled_at = 1 where id = $1", vals![clerk]).await.unwrap();
        })
        .await;
        assert_wrong(&staff(&town, morning(), given("chen", "three small clerks")).await);
    })
    .await;
}

#[test]
fn neither_login_nor_password_is_printed() {
    let printed = format!("{:?}", given(PHONE, PASSWORD));
    assert!(!printed.contains(PHONE) && !printed.contains(PASSWORD), "{printed}");
    assert!(matches!(Refusal::from(SignInError::Delayed(30)), Refusal::TooMany(30)));
}
