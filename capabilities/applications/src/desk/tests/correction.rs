//! The one correction notice, merged over branches (一次告知).

use super::*;

fn note(target: &str, id: &str) -> Value {
    json!({ "do": "note-defect", target: id, "problem": "看不清", "ground": "示例办法 第三条" })
}

#[tokio::test(flavor = "multi_thread")]
async fn defects_of_all_branches_go_out_in_one_notice_of_the_acceptance_desk() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.claim("vet", case.id, "review", Some("vet")).await;
        office.claim("visit", case.id, "review", Some("visit")).await;
        let nothing = office.command("accept", case.id, json!({ "do": "send-correction" })).await.expect(409);
        assert!(nothing.text.contains("还没有记录"), "{}", nothing.text);
        office.command("vet", case.id, note("material", "photo")).await.expect(200);
        office.command("visit", case.id, note("field", "dog")).await.expect(200);
        office.command("visit", case.id, note("field", "value")).await.expect(200);
        assert_eq!(office.see("vet", case.id).await["defects"].as_array().unwrap().len(), 3, "each sees all");
        office.command("visit", case.id, json!({ "do": "drop-defect", "index": 2 })).await.expect(200);
        office.command("visit", case.id, json!({ "do": "drop-defect", "index": 2 })).await.expect(409);
        office.command("vet", case.id, json!({ "do": "send-correction" })).await.expect(403);
        office.claim("accept", case.id, "correct", None).await;
        let sent =
            office.command("accept", case.id, json!({ "do": "send-correction" })).await.expect(200).json();
        assert_eq!(sent["status"], "correction");
        let seen = office.see("vet", case.id).await;
        assert_eq!(seen["correction"]["defects"].as_array().unwrap().len(), 2);
        let wait = json!({ "do": "give-opinion", "conclusion": "disagree", "text": "不健康" });
        office.command("vet", case.id, wait).await.expect(409);
        let again = office.command("accept", case.id, json!({ "do": "send-correction" })).await.expect(409);
        assert!(again.text.contains("补正"), "{}", again.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_notice_is_never_sent() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.claim("accept", case.id, "accept", None).await;
        office.command("accept", case.id, note("material", "photo")).await.expect(200);
        office.command("accept", case.id, json!({ "do": "send-correction" })).await.expect(200);
        let mut tx = office.room.db.begin().await.unwrap();
        let (bodies, package) = (office.room.bodies(), office.room.library().get(&case.case_type).unwrap());
        let around = office.room.around(&bodies, office.instant());
        let answer = cases::Command::Resubmit {
            fields: Vec::new(),
            materials: vec!["photo".into()],
            facts: serde_json::Map::new(),
            partial: false,
        };
        let by = Actor::Person(owner());
        cases::act(&mut tx, &around, &package.case_type, case.id, None, &by, answer).await.unwrap();
        tx.commit().await.unwrap();
        office.command("accept", case.id, note("material", "photo")).await.expect(409);
        let again = office.command("accept", case.id, json!({ "do": "send-correction" })).await.expect(409);
        assert!(again.text.contains("只能发出一次"), "{}", again.text);
        office.command("accept", case.id, json!({ "do": "accept" })).await.expect(200);
        let after = office.command("accept", case.id, json!({ "do": "send-correction" })).await.expect(409);
        assert!(after.text.contains("只能发出一次"), "{}", after.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_defect_is_of_something_that_the_applicant_was_asked_for() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.claim("accept", case.id, "accept", None).await;
        let check = async |command: Value, field: &str| {
            assert_eq!(office.command("accept", case.id, command).await.expect(422).fields(), [field]);
        };
        check(note("material", "vet-form"), "material").await;
        check(note("material", "nothing"), "material").await;
        check(note("field", "nothing"), "field").await;
        check(json!({ "do": "note-defect", "problem": "x", "ground": "y" }), "target").await;
        let mut silent = note("field", "dog");
        silent["problem"] = json!("");
        check(silent, "problem").await;
        assert_eq!(office.see("accept", case.id).await["defects"], json!([]));
    })
    .await;
}
