//! Visits: how long they last, and what ends them.

use super::*;
use crate::switch_hat;
use crate::testing::{Town, later, morning, town};

async fn open(town: &Town, subject: Subject, now: Timestamp) -> Opened {
    town.write(async |tx| open_session_for(tx, subject, now).await.unwrap()).await
}

async fn find(town: &Town, token: &Token, now: Timestamp) -> Option<Live> {
    let mut tx = town.db.snapshot().await.unwrap();
    find_session(&mut tx, &town.vault, token, now).await.unwrap()
}

const HOUR: i64 = 3600;

#[tokio::test]
async fn an_idle_visit_ends_and_a_used_one_goes_on() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let start = morning();
        let check = async |subject: Subject, idle: i64| {
            let opened = open(&town, subject, start).await;
            assert_eq!(opened.expires_at, later(start, idle));
            assert!(find(&town, &opened.token, later(start, idle - 1)).await.is_some());
            assert!(find(&town, &opened.token, later(start, idle)).await.is_none(), "{subject:?}");
            let seen = later(start, idle - 1);
            find(&town, &opened.token, seen).await.unwrap().touch(&town.db, seen).await.unwrap();
            assert_eq!(find(&town, &opened.token, seen).await.unwrap().expires_at, later(seen, idle));
        };
        check(Subject::Person(town.zhang), 2 * HOUR).await;
        check(Subject::Staff(town.clerk), HOUR / 2).await;
    })
    .await;
}

#[tokio::test]
async fn no_visit_outlasts_twelve_hours() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let start = morning();
        let opened = open(&town, Subject::Person(town.zhang), start).await;
        for hour in 1..12 {
            let now = later(start, hour * HOUR);
            find(&town, &opened.token, now).await.unwrap().touch(&town.db, now).await.unwrap();
        }
        assert!(find(&town, &opened.token, later(start, 12 * HOUR - 1)).await.is_some());
        assert!(find(&town, &opened.token, later(start, 12 * HOUR)).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn reading_writes_at_most_once_a_minute() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let start = morning();
        let opened = open(&town, Subject::Person(town.zhang), start).await;
        let seen_at = async |second: i64| {
            let now = later(start, second);
            find(&town, &opened.token, now).await.unwrap().touch(&town.db, now).await.unwrap();
            find(&town, &opened.token, now).await.unwrap().last_seen_at
        };
        assert_eq!(seen_at(59).await, start);
        assert_eq!(seen_at(60).await, later(start, 60));
        assert_eq!(seen_at(100).await, later(start, 60));
        assert_eq!(seen_at(120).await, later(start, 120));
    })
    .await;
}

#[tokio::test]
async fn an_ended_visit_stays_ended() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let opened = open(&town, Subject::Person(town.zhang), morning()).await;
        let live = find(&town, &opened.token, morning()).await.unwrap();
        let session = opened.session;
        town.write(async |tx| close_session(tx, session, morning()).await.unwrap()).await;
        assert!(find(&town, &opened.token, morning()).await.is_none());
        // A request that was under way when the visit ended does not bring it back.
        live.touch(&town.db, later(morning(), 90)).await.unwrap();
        assert!(find(&town, &opened.token, later(morning(), 90)).await.is_none());
        let renewed = town.write(async |tx| renew_token(tx, session, None, morning()).await.unwrap()).await;
        assert!(renewed.is_none());
        assert!(find(&town, &Token::fresh(), morning()).await.is_none(), "a token that was never given");
    })
    .await;
}

#[tokio::test]
async fn a_disabled_clerk_is_out_at_the_next_request() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let opened = open(&town, Subject::Staff(town.clerk), morning()).await;
        assert!(find(&town, &opened.token, morning()).await.is_some());
        let clerk = town.clerk;
        town.write(async |tx| {
            tx.execute("update staff set disabled_at = $1 where id = $2", vals![morning(), clerk])
                .await
                .unwrap();
        })
        .await;
        assert!(find(&town, &opened.token, morning()).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn old_visits_and_tries_are_forgotten_and_young_ones_kept() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let opened = open(&town, Subject::Person(town.zhang), morning()).await;
        let session = opened.session;
        let company = town.company;
        town.write(async |tx| {
            switch_hat(tx, session, Some(kernel::Principal::LegalPerson(company)), morning()).await.unwrap()
        })
        .await;
        let months = |n: i64| later(morning(), n * 30 * 24 * HOUR);
        assert_eq!(town.write(async |tx| forget_old(tx, months(12)).await.unwrap()).await, 0);
        assert_eq!(town.write(async |tx| forget_old(tx, months(14)).await.unwrap()).await, 1);
        assert_eq!(town.count("select count(*) from sessions").await, 0);
    })
    .await;
}
