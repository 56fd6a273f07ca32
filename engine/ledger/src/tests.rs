//! The log in both databases: order, interruptions, proofs, erasure.

use std::fs;

use store::vals;

use crate::integrate::{Turn, integrate, sign};
use crate::note::KeyUse;
use crate::policy::Policy;
use crate::testing::{SOURCE, fresh, key, later, now, open, settle, write};
use crate::tile::names_between;
use crate::{Error, Kind, Ledger, Proof, Provable, audit_database, audit_folder, mute, prove, publish};

fn policy() -> Policy {
    Policy::of_log(key("tongban.example/log", KeyUse::Note).verifier().clone())
}

async fn proof_of(ledger: &Ledger, id: &str) -> Provable {
    let mut tx = ledger.db.snapshot().await.unwrap();
    prove(&mut tx, Kind::CaseEvent, id, Some(&SOURCE)).await.unwrap()
}

fn proved(provable: Provable) -> Proof {
    let Provable::Proved(proof) = provable else { panic!("{provable:?}") };
    *proof
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_down_can_be_proved_without_the_platform() {
    testkit::each_database(async |db| {
        let (ledger, folder) = fresh(&db).await;
        assert_eq!(settle(&ledger, now()).await, 0);
        write(&db, 0..700).await;
        assert_eq!(proof_of(&ledger, "fact/3").await, Provable::Waits);
        assert_eq!(proof_of(&ledger, "fact/700").await, Provable::Unknown);
        integrate(&ledger, now()).await.unwrap();
        assert_eq!(proof_of(&ledger, "fact/3").await, Provable::Waits, "no checkpoint says it yet");
        assert_eq!(settle(&ledger, now()).await, 700);
        for number in [0, 3, 255, 256, 699] {
            let text = proved(proof_of(&ledger, &format!("fact/{number}")).await).to_string();
            let proof: Proof = text.parse().unwrap();
            let proven = proof.verify(&policy()).unwrap();
            assert_eq!((proof.index, proven.trusted.checkpoint.size), (number, 700));
            assert_eq!(proven.fields.unwrap(), [format!("body of {number}")]);
        }
        // Nothing changed: nothing is signed, nothing is written.
        let before = fs::metadata(folder.path().join("checkpoint")).unwrap().modified().unwrap();
        assert_eq!(sign(&ledger, later(1)).await.unwrap(), None);
        assert_eq!(publish(&ledger).await.unwrap(), 700);
        assert_eq!(fs::metadata(folder.path().join("checkpoint")).unwrap().modified().unwrap(), before);
        write(&db, 700..1500).await;
        assert_eq!(settle(&ledger, later(2)).await, 1500);
        let audited = audit_database(&ledger, &[SOURCE], true).await.unwrap();
        assert_eq!((audited.entries, audited.facts, audited.checkpoints), (1500, 1500, 2));
        assert_eq!(audit_folder(folder.path(), &policy()).unwrap().entries, 1500);
        // The partial forms of full files are gone, all others are there.
        assert!(!folder.path().join("tile/entries/002.p").exists());
        for name in names_between(0, 1500) {
            assert!(folder.path().join(name.to_string()).is_file(), "{name}");
        }
    })
    .await;
}

/// Every step is left undone once, and done by another node.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_ends_at_any_step_leaves_a_log_that_goes_on() {
    testkit::each_database(async |db| {
        let (ledger, folder) = fresh(&db).await;
        write(&db, 0..300).await;
        // In the middle of a batch: nothing of it is kept.
        {
            let mut tx = db.begin().await.unwrap();
            let size = crate::integrate::lead(&mut tx, &ledger, now()).await.unwrap().unwrap();
            assert_eq!(crate::integrate::place(&mut tx, size).await.unwrap(), 300);
            tx.rollback().await.unwrap();
        }
        let second = open(&db, &folder).await;
        assert_eq!(integrate(&second, now()).await.unwrap(), Turn::Placed(300));
        drop(second);
        // Behind the batch, before the signature: the lease of the one that is gone runs out.
        let third = open(&db, &folder).await;
        assert_eq!(sign(&third, later(1)).await.unwrap(), None, "another node leads");
        assert_eq!(sign(&third, later(11)).await.unwrap(), Some(300));
        // Behind the signature, in the middle of publishing: some tiles, no checkpoint.
        publish(&third).await.unwrap();
        fs::remove_file(folder.path().join("checkpoint")).unwrap();
        fs::remove_file(folder.path().join("tile/0/001.p/44")).unwrap();
        let fourth = open(&db, &folder).await;
        assert_eq!(publish(&fourth).await.unwrap(), 300);
        audit_folder(folder.path(), &policy()).unwrap();
        write(&db, 300..400).await;
        assert_eq!(settle(&fourth, later(30)).await, 400);
        let audited = audit_database(&fourth, &[SOURCE], true).await.unwrap();
        assert_eq!((audited.entries, audited.pending), (400, 0));
        audit_folder(folder.path(), &policy()).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_node_leads_and_both_together_place_each_entry_once() {
    testkit::each_database(async |db| {
        let (ledger, folder) = fresh(&db).await;
        let other = open(&db, &folder).await;
        write(&db, 0..10).await;
        assert_eq!(integrate(&ledger, now()).await.unwrap(), Turn::Placed(10));
        write(&db, 10..20).await;
        assert_eq!(integrate(&other, later(5)).await.unwrap(), Turn::Elsewhere);
        assert_eq!(integrate(&ledger, later(5)).await.unwrap(), Turn::Placed(10));
        // Both at once when the lease has run out, while facts come in.
        let mut placed = 0;
        for round in 0..20 {
            write(&db, 20 + round * 5..25 + round * 5).await;
            let at = later(20 + i64::from(round) * 11);
            let (one, two) = tokio::join!(integrate(&ledger, at), integrate(&other, at));
            for turn in [one.unwrap(), two.unwrap()] {
                if let Turn::Placed(some) = turn {
                    placed += some;
                }
            }
        }
        assert_eq!(placed, 100);
        let mut tx = db.snapshot().await.unwrap();
        let sql = "select count(*), count(distinct reference), max(position) from ledger_entries";
        let row = tx.fetch_one(sql, vals![]).await.unwrap();
        let found: [i64; 3] = [0, 1, 2].map(|column| row.get(column).unwrap());
        assert_eq!(found, [120, 120, 119]);
        drop(tx);
        settle(&other, later(1000)).await;
        audit_database(&other, &[SOURCE], true).await.unwrap();
    })
    .await;
}

/// A transaction that began first and is kept last has smaller numbers than what has its place already.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_kept_late_comes_behind() {
    testkit::each_database(async |db| {
        if db.engine() == store::Engine::Sqlite {
            return; // it has one writer at a time
        }
        let (ledger, _folder) = fresh(&db).await;
        let fact = crate::Fact::new(Kind::Payment, "late");
        let mut slow = db.begin().await.unwrap();
        crate::append(&mut slow, now(), &fact).await.unwrap();
        write(&db, 0..3).await;
        assert_eq!(integrate(&ledger, now()).await.unwrap(), Turn::Placed(3));
        slow.commit().await.unwrap();
        assert_eq!(integrate(&ledger, now()).await.unwrap(), Turn::Placed(1));
        settle(&ledger, now()).await;
        let mut tx = db.snapshot().await.unwrap();
        let proof = proved(prove(&mut tx, Kind::Payment, "late", None).await.unwrap());
        assert_eq!(proof.index, 3);
        proof.verify(&policy()).unwrap();
    })
    .await;
}

/// What the transaction of the fact undoes is not in the log either.
#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_was_undone_was_never_written_down() {
    testkit::each_database(async |db| {
        let (ledger, _folder) = fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        crate::append(&mut tx, now(), &crate::Fact::new(Kind::Look, "undone")).await.unwrap();
        tx.rollback().await.unwrap();
        write(&db, 0..1).await;
        assert_eq!(settle(&ledger, now()).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_muted_entry_says_nothing_and_harms_no_other_proof() {
    testkit::each_database(async |db| {
        let (ledger, folder) = fresh(&db).await;
        write(&db, 0..5).await;
        settle(&ledger, now()).await;
        let before = [proof_of(&ledger, "fact/1").await, proof_of(&ledger, "fact/2").await];
        let mut tx = db.begin().await.unwrap();
        assert_eq!(mute(&mut tx, Kind::CaseEvent, "fact/1").await.unwrap(), 1);
        assert_eq!(mute(&mut tx, Kind::CaseEvent, "fact/1").await.unwrap(), 0);
        tx.execute("update facts set body = '' where id = 'fact/1'", vals![]).await.unwrap();
        tx.commit().await.unwrap();
        let [was, beside] = before;
        let (was, mute) = (proved(was), proved(proof_of(&ledger, "fact/1").await));
        assert_eq!(mute, Proof { opening: None, ..was.clone() });
        mute.verify(&policy()).unwrap();
        assert_eq!(proof_of(&ledger, "fact/2").await, beside);
        // Whoever kept their proof can still show it.
        assert_eq!(was.verify(&policy()).unwrap().fields.unwrap(), ["body of 1"]);
        let audited = audit_database(&ledger, &[SOURCE], true).await.unwrap();
        assert_eq!((audited.facts, audited.muted), (4, 1));
        audit_folder(folder.path(), &policy()).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_does_not_open_the_log() {
    testkit::each_database(async |db| {
        let (_ledger, folder) = fresh(&db).await;
        for other in [key("another.example", KeyUse::Note), key("tongban.example/log", KeyUse::Cosignature)] {
            let refused = Ledger::open(&db, other, folder.path(), now()).await;
            assert!(matches!(refused, Err(Error::OtherLog { .. })));
        }
        let path = folder.path().join("ledger.key");
        let made = crate::open_or_create_key(&path, "开门").unwrap();
        assert_eq!(crate::open_or_create_key(&path, "开门").unwrap().public(), made.public());
        assert!(matches!(crate::open_or_create_key(&path, "关门"), Err(Error::KeyFile(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_is_declared() {
    let declared = store::data_class::parse(crate::CLASSES).unwrap();
    testkit::each_database(async |db| {
        db.migrate(&[crate::MIGRATIONS]).await.unwrap();
        let found = store::schema::columns(&mut db.snapshot().await.unwrap()).await.unwrap();
        let own: Vec<_> = found.into_iter().filter(|column| column.table.starts_with("ledger_")).collect();
        assert_eq!(store::data_class::faults(&declared, &own), Vec::<String>::new());
    })
    .await;
}
