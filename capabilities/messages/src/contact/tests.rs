//! Addresses are used only after their code came back, and codes cannot be had without end.

use testkit::each_database;

use super::*;
use crate::testing::{World, code_in, reader};

async fn offer_to(world: &World, n: u8, channel: Channel, text: &str) -> Result<(), ContactError> {
    let mut tx = world.room.db.begin().await.unwrap();
    let address = Address::parse(channel, text).unwrap();
    let offered = offer(&mut tx, &world.room, reader(n), &address, Lang::ZhCn, world.now()).await;
    if offered.is_ok() {
        tx.commit().await.unwrap();
    }
    offered
}

async fn try_code(world: &World, n: u8, channel: Channel, code: &str) -> Verdict {
    let mut tx = world.room.db.begin().await.unwrap();
    let verdict = confirm(&mut tx, &world.room, reader(n), channel, code, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    verdict
}

async fn state(world: &World, n: u8) -> ContactState {
    let mut tx = world.room.db.snapshot().await.unwrap();
    let all = settings(&mut tx, &world.room, reader(n), world.now()).await.unwrap();
    all.of(Channel::Email).unwrap().clone()
}

async fn code_of(world: &World) -> String {
    world.deliver().await;
    code_in(&world.arrived())
}

/// Another code than this one.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn an_address_is_used_after_its_code_and_the_old_one_until_then() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        assert_eq!(state(&world, 1).await.confirmed, None);
        offer_to(&world, 1, Channel::Email, "first@example.cn").await.unwrap();
        assert_eq!(state(&world, 1).await.pending.as_deref(), Some("f***@example.cn"));
        let code = code_of(&world).await;
        assert_eq!(try_code(&world, 1, Channel::Email, wrong(&code)).await, Verdict::Wrong(4));
        assert_eq!(try_code(&world, 1, Channel::Email, &format!(" {code} ")).await, Verdict::Confirmed);
        let now = state(&world, 1).await;
        assert_eq!((now.confirmed.as_deref(), now.pending), (Some("f***@example.cn"), None));
        assert_eq!(now.topics, reader(1).topics(), "whoever gives an address wants to be told");
        world.wait(61);
        offer_to(&world, 1, Channel::Email, "second@example.cn").await.unwrap();
        let now = state(&world, 1).await;
        assert_eq!(
            (now.confirmed.as_deref(), now.pending.as_deref()),
            (Some("f***@example.cn"), Some("s***@example.cn"))
        );
        let code = code_of(&world).await;
        let mut tx = world.room.db.begin().await.unwrap();
        choose(&mut tx, reader(1), Channel::Email, &[Topic::Action]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(try_code(&world, 1, Channel::Email, &code).await, Verdict::Confirmed);
        let now = state(&world, 1).await;
        assert_eq!((now.confirmed.as_deref(), now.topics), (Some("s***@example.cn"), vec![Topic::Action]));
    })
    .await;
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes_or_five_wrong_tries() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        offer_to(&world, 1, Channel::Email, "a@example.cn").await.unwrap();
        let code = code_of(&world).await;
        for left in (1..=4).rev() {
            assert_eq!(try_code(&world, 1, Channel::Email, wrong(&code)).await, Verdict::Wrong(left));
        }
        assert_eq!(try_code(&world, 1, Channel::Email, wrong(&code)).await, Verdict::Spent);
        assert_eq!(
            try_code(&world, 1, Channel::Email, &code).await,
            Verdict::Spent,
            "the right one comes too late"
        );
        world.wait(61);
        offer_to(&world, 1, Channel::Email, "a@example.cn").await.unwrap();
        let code = code_of(&world).await;
        world.wait(CODE_MINUTES * 60 + 1);
        assert_eq!(try_code(&world, 1, Channel::Email, &code).await, Verdict::Spent);
        assert_eq!(
            state(&world, 1).await,
            ContactState { channel: Channel::Email, confirmed: None, pending: None, topics: Vec::new() }
        );
        let mut tx = world.room.db.begin().await.unwrap();
        let nobody = confirm(&mut tx, &world.room, reader(2), Channel::Email, &code, world.now()).await;
        assert!(matches!(nobody, Err(ContactError::NothingPending)));
    })
    .await;
}

#[tokio::test]
async fn a_code_that_no_longer_holds_is_not_sent() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        offer_to(&world, 1, Channel::Email, "a@example.cn").await.unwrap();
        world.wait(61);
        offer_to(&world, 1, Channel::Email, "b@example.cn").await.unwrap();
        world.deliver().await;
        let arrived = world.arrived();
        assert!(arrived.len() == 1 && format!("{arrived:?}").contains("b@example.cn"), "{arrived:?}");
        world.wait(61);
        offer_to(&world, 1, Channel::Email, "c@example.cn").await.unwrap();
        world.wait(CODE_MINUTES * 60 + 1);
        world.deliver().await;
        assert_eq!(world.arrived(), []);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_flooded_with_codes() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let refused = |outcome: Result<(), ContactError>| match outcome {
            Err(ContactError::TooManyCodes(seconds)) => seconds,
            other => panic!("{other:?}"),
        };
        offer_to(&world, 1, Channel::Sms, "13800138000").await.unwrap();
        assert_eq!(
            refused(offer_to(&world, 1, Channel::Email, "a@example.cn").await),
            60,
            "one code a minute"
        );
        // One telephone, many accounts.
        for n in 2..=5 {
            offer_to(&world, n, Channel::Sms, "13800138000").await.unwrap();
        }
        assert_eq!(refused(offer_to(&world, 6, Channel::Sms, "13800138000").await), 24 * 3600);
        // One account, many addresses.
        for n in 2..=10 {
            world.wait(60);
            offer_to(&world, 1, Channel::Email, &format!("a{n}@example.cn")).await.unwrap();
        }
        world.wait(60);
        assert_eq!(refused(offer_to(&world, 1, Channel::Email, "a@example.cn").await), 24 * 3600 - 600);
        world.wait(24 * 3600 - 600);
        offer_to(&world, 1, Channel::Email, "a@example.cn").await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(crate::forget_old(&mut tx, world.now()).await.unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn choices_are_made_for_confirmed_addresses_and_own_topics() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let mut tx = db.begin().await.unwrap();
        let early = choose(&mut tx, reader(1), Channel::Email, &[Topic::Action]).await;
        assert!(matches!(early, Err(ContactError::Choice(_))));
        drop(tx);
        offer_to(&world, 1, Channel::Email, "a@example.cn").await.unwrap();
        let code = code_of(&world).await;
        assert_eq!(try_code(&world, 1, Channel::Email, &code).await, Verdict::Confirmed);
        let mut tx = db.begin().await.unwrap();
        let of_staff = choose(&mut tx, reader(1), Channel::Email, &[Topic::Limit]).await;
        assert!(matches!(of_staff, Err(ContactError::Choice(_))));
    })
    .await;
}

#[tokio::test]
async fn addresses_and_codes_lie_sealed() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        let refused = offer_to(&world, 1, Channel::Email, "a@example.cn").await;
        assert!(matches!(refused, Err(ContactError::NotOffered)), "this platform sends no mail");
        let world = World::new(&db).await;
        offer_to(&world, 1, Channel::Email, "secret@example.cn").await.unwrap();
        let mut tx = db.snapshot().await.unwrap();
        let sql = "select pending_sealed, code_sealed from message_contacts";
        let row = tx.fetch_one(sql, vec![]).await.unwrap();
        let pending: Vec<u8> = row.get(0).unwrap();
        assert!(!pending.windows(6).any(|window| window == b"secret"));
        let payload = tx.fetch_one("select payload from outbox_messages", vec![]).await.unwrap();
        assert_eq!(payload.get::<String>(0).unwrap(), r#"{"template":"code"}"#);
    })
    .await;
}
