//! Codes against the vectors of RFC 6238, and everything that must not count.

use super::*;
use crate::testing::{Town, later, morning, town};

/// RFC 6238 appendix B, the column of SHA1: eight digits of the secret "12345678901234567890".
#[test]
fn the_vectors_of_the_standard() {
    let secret = b"12345678901234567890";
    let check = |seconds: u64, expected: u32| {
        assert_eq!(truncated(secret, seconds / 30) % 100_000_000, expected, "{seconds}");
    };
    check(59, 94_287_082);
    check(1_111_111_109, 7_081_804);
    check(1_111_111_111, 14_050_471);
    check(1_234_567_890, 89_005_924);
    check(2_000_000_000, 69_279_037);
    check(20_000_000_000, 65_353_130);
    assert_eq!(code(secret, 59 / 30), "287082");
    assert_eq!(code(secret, 1_111_111_109 / 30), "081804", "a leading nought stays");
}

/// RFC 4648 §10, without padding.
#[test]
fn secrets_are_written_as_applications_read_them() {
    for (plain, expected) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("foobar", "MZXW6YTBOI"),
    ] {
        assert_eq!(base32(plain.as_bytes()), expected);
    }
}

#[test]
fn a_code_is_read_as_people_type_it() {
    assert_eq!(as_code(" 123 456 ").as_deref(), Some("123456"));
    for other in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        assert_eq!(as_code(other), None, "{other}");
    }
}

/// Sets an application up for 张小开 and gives its secret.
pub(crate) async fn set_up(town: &Town, owner: Subject, now: Timestamp) -> Vec<u8> {
    let now = later(now, -3600);
    town.write(async |tx| {
        begin(tx, &town.vault, owner, now).await.unwrap();
        let secret = kept(tx, &town.vault, owner).await.unwrap().unwrap().secret;
        confirm(tx, &town.vault, owner, &at(&secret, now), now).await.unwrap();
        secret
    })
    .await
}

/// The code that the application shows.
pub(crate) fn at(secret: &[u8], now: Timestamp) -> String {
    code(secret, now.as_second().div_euclid(STEP_SECONDS))
}

async fn take(town: &Town, owner: Subject, code: &str, now: Timestamp) -> bool {
    town.write(async |tx| takes(tx, &town.vault, owner, code, now).await.unwrap()).await
}

#[tokio::test]
async fn a_code_counts_once_and_only_near_its_time() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Person(town.zhang);
        let now = morning();
        let secret = set_up(&town, owner, now).await;
        let shown = at(&secret, now);
        assert!(!take(&town, owner, &shown, later(now, 60)).await, "two steps late");
        assert!(!take(&town, owner, &shown, later(now, -60)).await, "two steps early");
        assert!(take(&town, owner, &shown, later(now, 30)).await, "one step late");
        assert!(!take(&town, owner, &shown, now).await, "the same code again");
        assert!(!take(&town, owner, &at(&secret, later(now, -30)), now).await, "an older one after it");
        assert!(!take(&town, Subject::Person(town.li), &at(&secret, later(now, 90)), later(now, 90)).await);
        assert!(take(&town, owner, &at(&secret, later(now, 90)), later(now, 90)).await);
    })
    .await;
}

#[tokio::test]
async fn an_application_is_there_when_a_code_has_confirmed_it() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Staff(town.clerk);
        let now = morning();
        town.write(async |tx| begin(tx, &town.vault, owner, now).await.unwrap()).await;
        let first = town.write(async |tx| begun(tx, &town.vault, owner).await.unwrap().unwrap()).await;
        assert_eq!(first.len(), 32);
        town.write(async |tx| begin(tx, &town.vault, owner, now).await.unwrap()).await;
        let secret = town.write(async |tx| kept(tx, &town.vault, owner).await.unwrap().unwrap().secret).await;
        assert_ne!(base32(&secret), first, "begun anew");
        assert!(!take(&town, owner, &at(&secret, now), now).await, "not confirmed");
        let wrong = town.refused(async |tx| confirm(tx, &town.vault, owner, "000000", now).await).await;
        assert!(matches!(wrong, Err(TotpError::WrongCode)));
        town.write(async |tx| confirm(tx, &town.vault, owner, &at(&secret, now), now).await.unwrap()).await;
        assert!(!take(&town, owner, &at(&secret, now), now).await, "the code that confirmed it is used up");
        let twice = town.refused(async |tx| begin(tx, &town.vault, owner, now).await).await;
        assert!(matches!(twice, Err(TotpError::Exists)));
        assert_eq!(
            town.write(async |tx| begun(tx, &town.vault, owner).await.unwrap()).await,
            None,
            "never shown again"
        );
        town.write(async |tx| remove(tx, owner, now).await.unwrap()).await;
        assert_eq!(town.count("select count(*) from totp_secrets").await, 0);
        assert_eq!(town.count("select count(*) from jobs where kind = 'identity.account'").await, 2);
    })
    .await;
}

#[tokio::test]
async fn the_database_does_not_hold_the_secret() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let owner = Subject::Person(town.zhang);
        let secret = set_up(&town, owner, morning()).await;
        let sealed: Vec<u8> = town
            .write(async |tx| {
                tx.fetch_one("select secret_sealed from totp_secrets", vals![]).await.unwrap().get(0).unwrap()
            })
            .await;
        assert!(!sealed.windows(secret.len()).any(|part| part == secret));
    })
    .await;
}
