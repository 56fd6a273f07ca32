//! What leaves a register, on each engine.

use testkit::each_database;

use crate::testing::{CODES, fresh, new_entry};
use crate::{KNOWN, SOCIAL_ORGANISATIONS, facts, label_of_field, title, write};

#[tokio::test]
async fn a_register_answers_without_anything_personal() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "湖南省演示健步走协会", CODES[0])).await.unwrap();
        let found = facts(&mut tx, SOCIAL_ORGANISATIONS, CODES[0]).await.unwrap().unwrap();
        assert_eq!((&found["name"], &found["since"]), (&"湖南省演示健步走协会".into(), &"2026-09-18".into()));
        let text = serde_json::to_string(&found).unwrap();
        assert!(!text.contains("周假定") && !text.contains("439900"), "{text}");
        assert_eq!(facts(&mut tx, SOCIAL_ORGANISATIONS, CODES[1]).await.unwrap(), None);
        assert_eq!(facts(&mut tx, "dogs", CODES[0]).await.unwrap(), None);
    })
    .await;
}

#[test]
fn every_register_that_packages_may_name_has_a_name() {
    for register in KNOWN {
        assert!(
            title(register).is_some_and(|key| crate::MESSAGES.0.contains(&format!("{key} = "))),
            "{register}"
        );
    }
    assert_eq!(label_of_field(SOCIAL_ORGANISATIONS, "funds"), Some("registers-funds"));
    assert_eq!(label_of_field(SOCIAL_ORGANISATIONS, "legal_representative"), None);
}
