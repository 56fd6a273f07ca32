//! Two nodes, each with a database of its own: a log and its witnesses.

use store::Db;
use testkit::TestDb;

use super::*;
use crate::note::KeyUse;
use crate::testing::{SOURCE, fresh, key, later, now, settle, write};
use crate::{Kind, Provable, prove};

struct Witness {
    db: Db,
    key: SigningKey,
    _test_db: TestDb,
}

impl Witness {
    async fn new(name: &str) -> Self {
        let test_db = testkit::sqlite().await;
        test_db.db.migrate(&[crate::MIGRATIONS]).await.unwrap();
        Self { db: test_db.db.clone(), key: key(name, KeyUse::Cosignature), _test_db: test_db }
    }

    /// What a node answers, as text over the wire.
    async fn answer(&self, body: &str, at: Timestamp) -> Result<String, Refused> {
        let logs = Policy::of_log(key("tongban.example/log", KeyUse::Note).verifier().clone());
        let mut tx = self.db.begin().await.unwrap();
        let line = cosign(&mut tx, &logs, &self.key, &body.parse()?, at).await?;
        tx.commit().await.unwrap();
        Ok(line.to_string())
    }

    /// What a log does: asks, begins anew from the size that the witness names, keeps the signature.
    async fn ask(&self, ledger: &Ledger, at: Timestamp) -> Result<(), Refused> {
        let verifier = self.key.verifier();
        let mut tx = ledger.db.snapshot().await.unwrap();
        let old = last_cosigned(&mut tx, verifier).await?;
        let mut asked = request(&mut tx, old).await?.unwrap();
        let answer = match self.answer(&asked.to_string(), at).await {
            Err(Refused::OtherSize(size)) => {
                asked = request(&mut tx, size).await?.unwrap();
                self.answer(&asked.to_string(), at).await
            }
            other => other,
        }?;
        drop(tx);
        Ok(keep_cosignature(ledger, verifier, &asked, &answer, at).await?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn witnesses_cosign_what_continues_and_a_policy_counts_them() {
    let (one, two) = (Witness::new("one.example").await, Witness::new("two.example").await);
    testkit::each_database(async |db| {
        let (one, two) = (&one, &two);
        if db.engine() == store::Engine::Postgres {
            // The second log begins anew under the same name: both witnesses see a fork.
            let (ledger, _folder) = fresh(&db).await;
            write(&db, 0..400).await;
            settle(&ledger, now()).await;
            assert!(matches!(one.ask(&ledger, now()).await, Err(Refused::Inconsistent(300))));
            return;
        }
        let (ledger, _folder) = fresh(&db).await;
        write(&db, 0..10).await;
        settle(&ledger, now()).await;
        one.ask(&ledger, now()).await.unwrap();
        let policy = format!(
            "log {}\nwitness one {}\nwitness two {}\ngroup both all one two\nquorum both\n",
            ledger.key.verifier(),
            one.key.verifier(),
            two.key.verifier()
        );
        let policy: Policy = policy.parse().unwrap();
        let proof = async || {
            let mut tx = ledger.db.snapshot().await.unwrap();
            let proved = prove(&mut tx, Kind::CaseEvent, "fact/1", Some(&SOURCE)).await.unwrap();
            let Provable::Proved(proof) = proved else { panic!("{proved:?}") };
            proof.to_string().parse::<crate::Proof>().unwrap()
        };
        let refused = proof().await.verify(&policy).unwrap_err().to_string();
        assert!(refused.ends_with("both (2 of one, two); cosigned by: one"), "{refused}");
        two.ask(&ledger, now()).await.unwrap();
        assert_eq!(proof().await.verify(&policy).unwrap().trusted.witnesses, ["one", "two"]);
        write(&db, 10..300).await;
        settle(&ledger, later(1)).await;
        one.ask(&ledger, later(1)).await.unwrap();
        two.ask(&ledger, later(1)).await.unwrap();
        one.ask(&ledger, later(2)).await.unwrap(); // once more is no harm
        assert_eq!(proof().await.verify(&policy).unwrap().trusted.checkpoint.size, 300);
        // The published checkpoint carries the lines.
        crate::publish(&ledger).await.unwrap();
        let (_, published) = crate::folder::read_checkpoint(&ledger.folder).unwrap().unwrap();
        assert_eq!(published.signatures.len(), 3);
    })
    .await;
}

/// A log with two faces: one for each witness.
#[tokio::test(flavor = "multi_thread")]
async fn a_forked_log_is_found_by_its_witnesses() {
    let (one, two) = (Witness::new("one.example").await, Witness::new("two.example").await);
    let (face, other_face) = (testkit::sqlite().await, testkit::sqlite().await);
    let (ledger, _folder) = fresh(&face.db).await;
    let (forked, _other_folder) = fresh(&other_face.db).await;
    write(&face.db, 0..20).await;
    write(&other_face.db, 0..20).await; // the same facts under other salts are another tree
    settle(&ledger, now()).await;
    settle(&forked, now()).await;
    one.ask(&ledger, now()).await.unwrap();
    two.ask(&forked, now()).await.unwrap();
    assert!(matches!(one.ask(&forked, now()).await, Err(Refused::OtherRoot(20))));
    assert!(matches!(two.ask(&ledger, now()).await, Err(Refused::OtherRoot(20))));
    write(&other_face.db, 20..30).await;
    settle(&forked, later(1)).await;
    assert!(matches!(one.ask(&forked, later(1)).await, Err(Refused::Inconsistent(20))));
    // Neither face has both signatures.
    let policy = format!(
        "log {}\nwitness one {}\nwitness two {}\ngroup both all one two\nquorum both\n",
        ledger.key.verifier(),
        one.key.verifier(),
        two.key.verifier()
    );
    let policy: Policy = policy.parse().unwrap();
    for face in [&ledger, &forked] {
        let (_, note) = last_checkpoint(&mut face.db.snapshot().await.unwrap()).await.unwrap().unwrap();
        assert!(policy.trust(&note).is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused_with_its_reason() {
    let witness = Witness::new("one.example").await;
    let log = testkit::sqlite().await;
    let (ledger, _folder) = fresh(&log.db).await;
    write(&log.db, 0..9).await;
    settle(&ledger, now()).await;
    let asked = request(&mut log.db.snapshot().await.unwrap(), 0).await.unwrap().unwrap();
    let check = async |body: String, status: u16, says: &str| {
        let refused = witness.answer(&body, now()).await.unwrap_err();
        assert_eq!(refused.status(), status, "{refused}");
        assert!(refused.to_string().contains(says), "{refused}");
    };
    let body = asked.to_string();
    check(String::new(), 400, "no checkpoint").await;
    check(body.replacen("old 0", "old 00", 1), 400, "old size").await;
    check(body.replacen("old 0\n", "old 0\nAAAA\n", 1), 400, "no hash").await;
    check(body.replacen("old 0", "old 10", 1), 400, "larger than").await;
    check(body.replace("— ", "- "), 400, "no note").await;
    check(body.replacen("\ntongban.example/log", "\nother", 1), 404, "\"other\" is not witnessed").await;
    check(body.replacen("\n9\n", "\n8\n", 1), 403, "not signed").await;
    check(body.replacen("old 0", "old 4", 1), 409, "has 0 entries").await;
    let line = format!("old 0\n{}\n", STANDARD.encode([1; 32]));
    check(body.replacen("old 0\n", &line, 1), 422, "does not show").await;
    // The witness signs, and the log believes only this witness.
    let answer = witness.answer(&body, now()).await.unwrap();
    let stranger = key("two.example", KeyUse::Cosignature);
    assert!(keep_cosignature(&ledger, stranger.verifier(), &asked, &answer, now()).await.is_err());
    let verifier = witness.key.verifier();
    assert!(keep_cosignature(&ledger, verifier, &asked, &answer.replace('A', "B"), now()).await.is_err());
    keep_cosignature(&ledger, verifier, &asked, &answer, now()).await.unwrap();
    // A log that was rolled back asks for less than was signed.
    let empty = testkit::sqlite().await;
    let (rolled_back, _folder) = fresh(&empty.db).await;
    write(&empty.db, 0..5).await;
    settle(&rolled_back, now()).await;
    let refused = witness.ask(&rolled_back, now()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the database was rolled back: a witness has 9 entries, the database has 5"
    );
}
