//! Merging: proof of both accounts, the same name, and the better known account stays.

use store::Db;

use super::*;
use crate::close_account::Need;
use crate::testing::{PASSWORD, Town, actor, given, later, morning, person, resident_id, town};
use crate::{AddPerson, add_person, sign_in_person};

/// 李雷 has mistyped his number once, and has a second account that nobody has checked.
struct Twice {
    town: Town,
    second: PersonId,
}

async fn twice(db: Db) -> Twice {
    let town = town(db).await;
    let vault = town.vault.clone();
    let second =
        AddPerson { assurance: Assurance::Declared, password: Some(PASSWORD.into()), ..person(12, "李雷") };
    let second = town
        .write(async |tx| add_person(tx, &vault, &town.passwords, morning(), second).await.unwrap())
        .await;
    Twice { town, second }
}

impl Twice {
    async fn code(&self, of: PersonId) -> String {
        let mut tx = self.town.db.begin().await.unwrap();
        let (code, until) = offer_merge(&mut tx, &self.town.vault, &actor(of), morning()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(until, later(morning(), 1800));
        code
    }

    async fn find(&self, by: PersonId, now: Timestamp, code: &str) -> Result<Merging, MergeError> {
        let mut tx = self.town.db.begin().await.unwrap();
        let found = find_merge(&mut tx, &self.town.vault, &actor(by), now, code).await;
        tx.rollback().await.unwrap();
        found
    }
}

#[tokio::test]
async fn the_second_account_becomes_part_of_the_first() {
    testkit::each_database(async |db| {
        let twice = twice(db).await;
        let (town, second) = (&twice.town, twice.second);
        let code = twice.code(town.li).await;
        let merging = twice.find(second, morning(), &code.to_lowercase()).await.unwrap();
        assert_eq!(merging, Merging { from: second, into: town.li, into_shown: "李*".into() });
        let vault = town.vault.clone();
        town.write(async |tx| merge_person(tx, &vault, &actor(second), morning(), &merging).await.unwrap())
            .await;
        let login = given(resident_id(12).as_str(), PASSWORD);
        assert!(sign_in_person(&town.db, &town.vault, &town.passwords, morning(), login).await.is_err());
        let mut tx = town.db.snapshot().await.unwrap();
        assert_eq!(merged_accounts(&mut tx, town.li).await.unwrap(), [(second, morning())]);
        let own = on_record_as(&mut tx, town.li).await.unwrap();
        assert_eq!(own, [format!("person:{}", town.li), format!("person:{second}")]);
        assert_eq!(on_record_as(&mut tx, town.zhang).await.unwrap(), [format!("person:{}", town.zhang)]);
        drop(tx);
        assert_eq!(town.count("select count(*) from jobs where payload like '%\"merged\"%'").await, 1);
        // The code is spent: a third account would need its own.
        let again = twice.find(town.zhang, morning(), &code).await;
        assert!(again.is_err());
        assert_eq!(town.count("select count(*) from merge_codes").await, 0);
    })
    .await;
}

#[tokio::test]
async fn nothing_becomes_one_without_both_and_against_better_knowledge() {
    testkit::each_database(async |db| {
        let twice = twice(db).await;
        let (town, second) = (&twice.town, twice.second);
        let first = twice.code(town.li).await;
        let code = twice.code(town.li).await;
        for (what, found) in [
            ("an earlier code", twice.find(second, morning(), &first).await),
            ("no code at all", twice.find(second, morning(), "").await),
            ("too late", twice.find(second, later(morning(), 1801), &code).await),
            ("its own code", twice.find(town.li, morning(), &code).await),
        ] {
            assert!(matches!(found, Err(MergeError::NoCode)), "{what}: {found:?}");
        }
        let unchecked = twice.code(second).await;
        let found = twice.find(town.li, morning(), &unchecked).await;
        assert!(matches!(found, Err(MergeError::Verified)), "the checked one stays: {found:?}");
        let found = twice.find(town.zhang, morning(), &code).await;
        assert!(
            matches!(found, Err(MergeError::Close(CloseAccountError::Needed(Need::Representative, _)))),
            "{found:?}"
        );
        let vault = town.vault.clone();
        let other = AddPerson { assurance: Assurance::Declared, ..person(13, "李磊") };
        let other = town
            .write(async |tx| add_person(tx, &vault, &town.passwords, morning(), other).await.unwrap())
            .await;
        let found = twice.find(other, morning(), &code).await;
        assert!(matches!(found, Err(MergeError::OtherName)), "{found:?}");
    })
    .await;
}
