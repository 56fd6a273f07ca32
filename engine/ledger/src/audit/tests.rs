//! Whatever is changed behind the log's back is found and named.

use std::fs;

use super::*;
use crate::note::KeyUse;
use crate::policy::Policy;
use crate::testing::{SOURCE, fresh, key, later, now, settle, tamper, write};
use crate::{Error, integrate, publish, sign};

fn policy() -> Policy {
    Policy::of_log(key("tongban.example/log", KeyUse::Note).verifier().clone())
}

/// 600 entries in two checkpoints, one statement, and what the audit says.
async fn check(sql: &'static str, full: bool, says: &str) {
    testkit::each_database(async |db| {
        let (ledger, _folder) = fresh(&db).await;
        write(&db, 0..300).await;
        settle(&ledger, now()).await;
        write(&db, 300..600).await;
        settle(&ledger, later(1)).await;
        audit_database(&ledger, &[SOURCE], true).await.unwrap();
        tamper(&db, sql).await;
        let error = audit_database(&ledger, &[SOURCE], full).await.unwrap_err();
        assert_eq!(error.to_string(), says);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_fact_is_found() {
    check(
        "update facts set body = 'other' where id = 'fact/257'",
        true,
        "entry 257: the case-event fact/257 was changed after it had been written down",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_fact_is_found() {
    // One that is put in its place does not hide it.
    check(
        "update facts set id = 'fact/999' where id = 'fact/31'",
        true,
        "entry 31: the case-event fact/31 was removed",
    )
    .await;
    let says = "there are 599 facts of kind case-event since the log began, and 600 entries for them";
    check("delete from facts where id = 'fact/31'", true, says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_past_the_log_is_found() {
    check(
        "insert into facts (id, at, body) select 'fact/x', at, 'x' from facts where id = 'fact/1'",
        true,
        "there are 601 facts of kind case-event since the log began, and 600 entries for them",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_is_found() {
    check(
        "update ledger_entries set at = at + 1 where position = 299",
        false,
        "entry 299 (case-event fact/299) is not what stands in the tree",
    )
    .await;
    // Leaf and entry changed together leave the node above.
    check(
        "update ledger_tiles set hashes = (select hashes from ledger_tiles where level = 0 and number = 1)
         where level = 0 and number = 0",
        false,
        "entry 0 (case-event fact/0) is not what stands in the tree",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_entry_is_found() {
    check("delete from ledger_entries where position = 599", false, "entry 599 is missing").await;
    check("delete from ledger_entries where position = 7", false, "entry 7 is missing").await;
    check(
        "update ledger_entries set position = 600 where position = 7",
        false,
        "the log says that it has 600 entries, and there is an entry 600",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_node_is_found() {
    check(
        "update ledger_tiles set hashes = (select hashes from ledger_tiles where level = 0 and number = 0)
         where level = 1",
        false,
        "tile 1/0 is not the one that its entries give",
    )
    .await;
    check(
        "update ledger_checkpoints set root = salt from ledger_entries where position = 0",
        false,
        "the checkpoint of 300 entries has another root than the tree",
    )
    .await;
    check(
        "update ledger_checkpoints set note = replace(note, '— tongban', '— tongbam') where size = 300",
        false,
        "the checkpoint of 300 entries is not believed: the checkpoint of \"tongban.example/log\" is not signed by a log that the policy names",
    )
    .await;
}

/// Back to what a backup of the time of 200 entries holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_rolled_back_is_found() {
    testkit::each_database(async |db| {
        let (ledger, folder) = fresh(&db).await;
        write(&db, 0..200).await;
        settle(&ledger, now()).await;
        write(&db, 200..250).await;
        settle(&ledger, later(1)).await;
        tamper(&db, "delete from ledger_entries where position >= 200").await;
        tamper(&db, "update ledger_tiles set hashes = substr(hashes, 1, 6400) where level = 0").await;
        tamper(&db, "update ledger_log set size = 200, lease_until = 0").await;
        let error = audit_database(&ledger, &[SOURCE], false).await.unwrap_err();
        let says =
            "a checkpoint of 250 entries was signed, and the log has 200: the database was rolled back";
        assert_eq!(error.to_string(), says);
        tamper(&db, "delete from ledger_checkpoints where size = 250").await;
        let error = audit_database(&ledger, &[SOURCE], false).await.unwrap_err();
        let published = format!("the published checkpoint in {}", folder.path().display());
        assert_eq!(
            error.to_string(),
            format!("the database was rolled back: {published} has 250 entries, the database has 200")
        );
        // The node itself stops there, and when other entries have come in instead.
        assert!(matches!(publish(&ledger).await, Err(Error::RolledBack { .. })));
        write(&db, 250..300).await;
        integrate(&ledger, later(20)).await.unwrap();
        sign(&ledger, later(20)).await.unwrap();
        let forked = publish(&ledger).await.unwrap_err();
        assert_eq!(
            forked.to_string(),
            format!(
                "the log is forked: {published} has another root over the first 250 entries than the database"
            )
        );
        let error = audit_database(&ledger, &[SOURCE], false).await.unwrap_err();
        assert!(error.to_string().starts_with("the log is forked"), "{error}");
    })
    .await;
}

/// A tree that does not continue what was signed is not signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_tree_that_does_not_continue_is_not_signed() {
    testkit::each_database(async |db| {
        let (ledger, _folder) = fresh(&db).await;
        write(&db, 0..3).await;
        settle(&ledger, now()).await;
        let sql = "update ledger_tiles set hashes = (select hashes from ledger_tiles where level = 1) where level = 0";
        write(&db, 3..300).await;
        integrate(&ledger, now()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.execute(sql, vec![]).await.unwrap(), 2);
        tx.commit().await.unwrap();
        write(&db, 300..600).await;
        assert!(matches!(integrate(&ledger, now()).await, Err(Error::Damaged(_))));
        tamper(&db, "update ledger_checkpoints set root = (select salt from ledger_entries where position = 0)")
            .await;
        let error = sign(&ledger, now()).await.unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{error}");
    })
    .await;
    testkit::each_database(async |db| {
        let (ledger, _folder) = fresh(&db).await;
        write(&db, 0..3).await;
        settle(&ledger, now()).await;
        write(&db, 3..5).await;
        integrate(&ledger, now()).await.unwrap();
        tamper(
            &db,
            "update ledger_checkpoints set root = (select salt from ledger_entries where position = 0)",
        )
        .await;
        let error = sign(&ledger, now()).await.unwrap_err();
        assert!(matches!(error, Error::Forked { size: 3, .. }), "{error}");
    })
    .await;
}

/// A folder of 600 entries, and what is said when one of its files is touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_touched_file_is_found() {
    let test_db = testkit::sqlite().await;
    let (ledger, folder) = fresh(&test_db.db).await;
    write(&test_db.db, 0..600).await;
    settle(&ledger, now()).await;
    let folder = folder.path();
    assert_eq!(audit_folder(folder, &policy()).unwrap().entries, 600);
    let check = |file: &str, change: &dyn Fn(&mut Vec<u8>), says: &str| {
        let path = folder.join(file);
        let before = fs::read(&path).unwrap();
        let mut bytes = before.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let error = audit_folder(folder, &policy()).unwrap_err().to_string();
        assert!(error.contains(says), "{file}: {error}");
        fs::write(&path, before).unwrap();
    };
    check("tile/entries/001", &|bytes| bytes[60] ^= 1, "entry 257 of the published bundles is not");
    check("tile/0/001", &|bytes| bytes[0] ^= 1, "entry 256 of the published bundles is not");
    check(
        "tile/entries/002.p/88",
        &|bytes| bytes.truncate(100),
        "tile/entries/002.p/88 is missing or shorter",
    );
    check("tile/0/002.p/88", &|bytes| bytes.truncate(64), "tile/0/002.p/88 is missing or shorter");
    check("tile/1/000.p/2", &|bytes| bytes[63] ^= 1, "tile 1/0 is not the one");
    check("checkpoint", &|bytes| bytes[20] ^= 1, "the signature of tongban.example/log is wrong");
    check("checkpoint", &|bytes| bytes.clear(), "no blank line");
    fs::remove_file(folder.join("tile/0/000")).unwrap();
    let error = audit_folder(folder, &policy()).unwrap_err();
    assert_eq!(error.to_string(), "tile/0/000 is missing or shorter than it must be");
    fs::remove_file(folder.join("checkpoint")).unwrap();
    assert!(audit_folder(folder, &policy()).unwrap_err().to_string().contains("no published checkpoint"));
    test_db.db.close().await;
}
