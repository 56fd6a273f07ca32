//! Issuing documents, on each engine.

use kernel::LegalPersonId;
use store::Db;
use store::page::PageRequest;
use testkit::{date, each_database};

use super::*;
use crate::template::{Decision, Fact};
use crate::test_site::{
    ASSOCIATION, case, facts, issue_certificate, issue_one, issuer, legal_person_id, new_licence, person_for,
    template, test_room,
};
use crate::verify::verify;
use crate::{find, held_by, of_case};

async fn count(db: &Db, sql: &'static str) -> i64 {
    db.snapshot().await.unwrap().fetch_one(sql, vals![]).await.unwrap().get(0).unwrap()
}

#[tokio::test]
async fn an_effect_makes_one_document_however_often_it_runs() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (room, body, registration) = (&test.room, issuer(), template("registration"));
        let new = || new_licence(1, &registration, facts(), &body);
        let first = issue_one(room, new()).await;
        assert_eq!(issue_one(room, new()).await, first);
        // Two workers that both came as far as the sealed file: the second row is not written.
        let [a, b] = [
            prepare(room, db.begin().await.unwrap(), NewLicence { case: case(2), ..new() }).await.unwrap(),
            prepare(room, db.begin().await.unwrap(), NewLicence { case: case(2), ..new() }).await.unwrap(),
        ];
        let mut tx = db.begin().await.unwrap();
        let one = issue(&mut tx, a).await.unwrap();
        assert_eq!(issue(&mut tx, b).await.unwrap(), one);
        tx.commit().await.unwrap();
        assert_eq!(count(&db, "select count(*) from licences").await, 2);
        assert_eq!(
            (first.number.as_str(), one.number.as_str()),
            ("湘社证字〔2026〕1号", "湘社证字〔2026〕2号")
        );
    })
    .await;
}

#[tokio::test]
async fn the_file_is_sealed_by_the_issuer_and_says_what_the_row_says() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let file = test.room.files.get(&licence.file_sm3).await.unwrap();
        let verified = verify(&file, test.room.signers.root()).unwrap();
        assert_eq!((verified.signer.as_str(), verified.signed_at), ("湖南省民政厅（演示）", 1_791_511_200));
        assert!(verified.metadata.demo);
        assert_eq!(verified.metadata.identifier, licence.identifier);
        assert_eq!(verified.metadata.status_url, format!("https://tongban.example/l/{}", licence.identifier));
        let parts = ["1.2.156.3005.2", "11430000DEM0000143011", "11430000DEM0000143", "2026000001", "001"];
        assert!(licence.identifier.starts_with(&format!("{}.", parts.join("."))), "{}", licence.identifier);
        assert_eq!((licence.kind.as_str(), licence.document.as_str()), ("licence", "registration"));
        assert_eq!(licence.holder_shown, "湖南省演示健步走协会");
        assert_eq!((licence.valid_from, licence.valid_until), (date("2026-10-09"), Some(date("2027-10-08"))));
        let mut tx = db.snapshot().await.unwrap();
        assert_eq!(of_case(&mut tx, case(1)).await.unwrap(), [licence]);
        assert_eq!(of_case(&mut tx, case(2)).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_ofd_file_says_the_same_and_bears_the_one_seal_of_the_body() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let mut seals = Vec::new();
        for n in [1, 2] {
            let licence = issue_certificate(&test.room, n).await;
            let root = test.room.signers.root();
            let pdf = verify(&test.room.files.get(&licence.file_sm3).await.unwrap(), root).unwrap();
            let file = test.room.files.get(licence.ofd_sm3.as_ref().unwrap()).await.unwrap();
            assert_eq!(verify(&file, root).unwrap(), pdf);
            // To be opened with other programs (scripts/ofd-readers).
            if let Some(folder) = std::env::var_os("TONGBAN_GALLERY") {
                std::fs::write(std::path::Path::new(&folder).join("issued.ofd"), &file).unwrap();
            }
            let trust = ofd::Trust { roots: std::slice::from_ref(root), intermediates: &[] };
            let report = ofd::verify(&file, trust, 1_791_511_200);
            assert!(report.is_genuine() && report.page_texts[0].contains("湖南省演示健步走协会"));
            assert_eq!(report.signatures[0].seal_name, "湖南省民政厅（演示）演示专用章");
            seals.push(report.package.files["Doc_0/Signs/Sign_0/Seal.esl"].clone());
        }
        assert_eq!(seals[0], seals[1]);
        assert_eq!(count(&db, "select count(*) from licence_seals").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_persons_name_and_number_are_not_in_the_table() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let holder = Holder { code: Some("439900197901010011".into()), ..Holder::default() };
        let (body, relief, registration) = (issuer(), template("relief"), template("registration"));
        let new = NewLicence { holder: holder.clone(), ..new_licence(1, &relief, facts(), &body) };
        let issued = issue_one(&test.room, new).await;
        let mut tx = db.snapshot().await.unwrap();
        assert_eq!(find(&mut tx, issued.id).await.unwrap().unwrap().holder_shown, "张**");
        let row = tx.fetch_one("select metadata, holder_code_blind from licences", vals![]).await.unwrap();
        let (metadata, blind): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
        assert!(metadata.contains("\"张**\"") && !metadata.contains("张演示"), "{metadata}");
        assert_eq!(blind, test.room.vault.blind(HOLDER_CODE, "439900197901010011"));
        drop(tx);
        // A certificate is found by the code of the association, whoever applied for it.
        issue_one(&test.room, NewLicence { holder, ..new_licence(2, &registration, facts(), &body) }).await;
        let mut tx = db.snapshot().await.unwrap();
        let sql = "select holder_shown from licences where holder_code_blind = $1";
        let key = test.room.vault.blind(HOLDER_CODE, ASSOCIATION);
        let row = tx.fetch_one(sql, vals![key]).await.unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "湖南省演示健步走协会");
    })
    .await;
}

#[tokio::test]
async fn a_failed_try_leaves_no_gap_in_the_numbers() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (room, body, registration) = (&test.room, issuer(), template("registration"));
        let mut rare = facts();
        rare.form.insert("name".into(), Fact::Text("湖南省\u{323af}协会".into()));
        let tx = db.begin().await.unwrap();
        let failed = prepare(room, tx, new_licence(1, &registration, rare, &body)).await.unwrap_err();
        assert!(matches!(failed, IssueError::Draw(DrawError::MissingGlyph(_))), "{failed}");
        assert!(
            failed.to_string().contains("holder.name") && failed.to_string().contains("U+323AF"),
            "{failed}"
        );
        assert_eq!(count(&db, "select count(*) from licences").await, 0);
        let other = issue_one(room, new_licence(2, &registration, facts(), &body)).await;
        let mended = issue_one(room, new_licence(1, &registration, facts(), &body)).await;
        assert_eq!(
            (mended.number.as_str(), other.number.as_str()),
            ("湘社证字〔2026〕1号", "湘社证字〔2026〕2号")
        );
    })
    .await;
}

#[tokio::test]
async fn serials_count_per_type_and_year_of_decision() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (room, body) = (&test.room, issuer());
        let (registration, relief) = (template("registration"), template("relief"));
        let decided = |day| Facts {
            decision: Some(Decision { date: date(day), reason: String::new() }),
            // Made on the first working day of the next year.
            issued_on: date("2027-01-04"),
            ..facts()
        };
        let mut numbers = Vec::new();
        for (n, document, facts) in [
            (1, &registration, decided("2026-12-31")),
            (2, &relief, decided("2026-12-31")),
            (3, &registration, decided("2027-01-04")),
            (4, &registration, decided("2026-12-31")),
        ] {
            numbers.push(issue_one(room, new_licence(n, document, facts, &body)).await.number);
        }
        assert_eq!(
            numbers,
            ["湘社证字〔2026〕1号", "湘临救〔2026〕1号", "湘社证字〔2027〕1号", "湘社证字〔2026〕2号"]
        );
    })
    .await;
}

#[tokio::test]
async fn documents_stand_in_the_account_of_their_holder() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let (room, body, registration) = (&test.room, issuer(), template("registration"));
        let legal_person: LegalPersonId = legal_person_id(7);
        let holder = Holder { legal_person: Some(legal_person), ..Holder::default() };
        issue_one(room, NewLicence { holder, ..new_licence(1, &registration, facts(), &body) }).await;
        issue_certificate(room, 2).await;
        let mut tx = db.snapshot().await.unwrap();
        for (actor, expected) in [
            (person_for(2, None), vec![case(2)]),
            (person_for(2, Some(legal_person)), vec![case(1)]),
            (person_for(3, Some(legal_person)), vec![case(1)]),
            (person_for(3, None), vec![]),
            (person_for(2, Some(legal_person_id(8))), vec![]),
        ] {
            let found = held_by(&mut tx, actor.person().unwrap(), &PageRequest::default()).await.unwrap();
            assert_eq!(
                found.items.iter().map(|licence| licence.case).collect::<Vec<_>>(),
                expected,
                "{actor:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_codes_are_named() {
    let test_db = testkit::sqlite().await;
    let test = test_room(&test_db.db).await;
    let wrong = IssuerBody { uscc: "x".into(), ..issuer() };
    let registration = template("registration");
    let tx = test_db.db.begin().await.unwrap();
    let failed = prepare(&test.room, tx, new_licence(1, &registration, facts(), &wrong)).await.unwrap_err();
    assert!(failed.to_string().starts_with("issuer: length is 1"), "{failed}");
    let body = issuer();
    let new = NewLicence { type_owner: "", ..new_licence(1, &registration, facts(), &body) };
    let tx = test_db.db.begin().await.unwrap();
    assert!(prepare(&test.room, tx, new).await.unwrap_err().to_string().starts_with("type owner: "));
}
