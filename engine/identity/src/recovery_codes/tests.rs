//! Codes from paper: each once, of its owner, and none after new ones were made.

use super::*;
use crate::testing::{morning, town};

#[test]
fn a_code_is_read_as_people_type_it() {
    let code = fresh::<LENGTH>(LENGTH / 2);
    assert_eq!((code.len(), code.find('-')), (11, Some(5)));
    assert_eq!(as_code(&code.to_lowercase()), Some(code.replace('-', "")));
    assert_eq!(as_code("olio1-00000").as_deref(), Some("0110100000"), "letters that look like digits");
    for other in ["", "123456", "ABCDE-FGHJ", "ABCDE-FGHJU"] {
        assert_eq!(as_code(other), None, "{other}");
    }
}

#[tokio::test]
async fn each_counts_once_for_its_owner() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let (owner, other) = (Subject::Person(town.zhang), Subject::Person(town.li));
        let now = morning();
        let codes = town.write(async |tx| make(tx, &town.vault, owner, now).await.unwrap()).await;
        assert_eq!(codes.len(), COUNT);
        let take = async |owner: Subject, code: &str| {
            let code = as_code(code).unwrap();
            town.write(async |tx| takes(tx, &town.vault, owner, &code, now).await.unwrap()).await
        };
        assert!(!take(other, &codes[0]).await, "of somebody else");
        assert!(take(owner, &codes[0]).await);
        assert!(!take(owner, &codes[0]).await, "used");
        let newer = town.write(async |tx| make(tx, &town.vault, owner, now).await.unwrap()).await;
        assert!(!take(owner, &codes[1]).await, "new ones void the old");
        assert!(take(owner, &newer[9]).await);
        assert_eq!(town.count("select count(*) from recovery_codes where used_at is null").await, 9);
        assert_eq!(town.count("select count(*) from jobs where kind = 'identity.account'").await, 2);
        // What is stored is no code.
        let stored = town.count("select count(*) from recovery_codes where length(code_blind) = 64").await;
        assert_eq!(stored, 10);
    })
    .await;
}
