//! Everything that is refused, and how.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn another_body_does_not_see_the_case_and_another_role_may_not_act() {
    in_office(async |office| {
        let case = office.submitted().await;
        let accept = json!({ "do": "accept" });
        for who in ["elsewhere", "vet", "head"] {
            office.get(who, &format!("/api/v1/desk/cases/{}", case.id)).await.expect(404);
            office.command(who, case.id, accept.clone()).await.expect(404);
        }
        office.command("visit", case.id, accept.clone()).await.expect(403);
        let task = office.task("accept", case.id, "accept", None).await;
        office.command("visit", case.id, json!({ "do": "claim", "task": task })).await.expect(403);
        for who in ["supervisor", "admin", "owner"] {
            office.get(who, &format!("/api/v1/desk/cases/{}", case.id)).await.expect(403);
            office.command(who, case.id, accept.clone()).await.expect(403);
        }
        office.get("nobody", "/api/v1/desk/tasks").await.expect(401);
        let nothing = CaseId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]);
        office.command("accept", nothing, accept).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_clerk_hears_who_has_the_task() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.command("accept", case.id, json!({ "do": "accept" })).await.expect(409);
        let task = office.claim("accept", case.id, "accept", None).await;
        for command in [
            json!({ "do": "claim", "task": task }),
            json!({ "do": "accept" }),
            json!({ "do": "release", "task": task }),
        ] {
            let refused = office.command("accept-too", case.id, command).await.expect(409).json();
            assert!(refused["detail"].as_str().unwrap().contains("示例accept"), "{refused}");
        }
        office.command("accept", case.id, json!({ "do": "release", "task": task })).await.expect(200);
        office.command("accept-too", case.id, json!({ "do": "claim", "task": task })).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_page_changes_nothing() {
    in_office(async |office| {
        let case = office.submitted().await;
        let task = office.claim("accept", case.id, "accept", None).await;
        let stale = json!({ "version": case.version, "command": { "do": "accept", "task": task } });
        let refused = office.post_command("accept", case.id, stale, "").await.expect(409).json();
        assert!(refused["detail"].as_str().unwrap().contains("新的变化"), "{refused}");
        assert_eq!(office.see("accept", case.id).await["status"], "submitted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_keep_their_bounds() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.claim("vet", case.id, "review", Some("vet")).await;
        office.attach("vet", case.id, "vet-form", "form.pdf", PDF).await.expect(201);
        let check = async |findings: Value| {
            let refused = office.command("vet", case.id, opinion("vet", &findings)).await.expect(422);
            assert_eq!(refused.fields(), ["findings/fee"], "{findings}");
        };
        check(json!({ "fee": 50_001 })).await;
        check(json!({ "fee": 0 })).await;
        check(json!({ "fee": "many" })).await;
        check(json!({})).await;
        let unknown = office
            .command("vet", case.id, opinion("vet", &json!({ "fee": 1, "colour": "red" })))
            .await
            .expect(422);
        assert_eq!(unknown.fields(), ["findings/colour"]);
        let mut silent = opinion("vet", &json!({ "fee": 1 }));
        silent["text"] = json!("  ");
        assert_eq!(office.command("vet", case.id, silent).await.expect(422).fields(), ["text"]);
        office.command("vet", case.id, opinion("vet", &json!({ "fee": 50_000 }))).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_decision_stays_below_what_was_proposed_and_waits_for_the_notice() {
    in_office(async |office| {
        let code = codes::SocialCreditCode::from_parts("51", "430102", "DEM00001").unwrap();
        let decide = |fee: i64, code: &str| {
            let findings = json!({ "final_fee": fee, "code": code });
            json!({ "do": "decide", "grant": true, "reason": "符合", "findings": findings })
        };
        let case = office.reviewed().await;
        office.command("head", case.id, decide(1, code.as_str())).await.expect(409);
        office.command("vet", case.id, decide(1, code.as_str())).await.expect(403);
        office.claim("visit", case.id, "notice", None).await;
        office.command("visit", case.id, json!({ "do": "publish-notice" })).await.expect(200);
        office.command("visit", case.id, json!({ "do": "publish-notice" })).await.expect(409);
        office.at("2026-09-28T23:00");
        let hangs = office.command("head", case.id, decide(1, code.as_str())).await.expect(409).json();
        assert!(hangs["detail"].as_str().unwrap().contains("公示"), "{hangs}");
        office.at("2026-09-29T00:00");
        office.tick(case.id).await;
        office.claim("head", case.id, "decide", None).await;
        let check = async |command: Value, field: &str| {
            assert_eq!(office.command("head", case.id, command).await.expect(422).fields(), [field]);
        };
        check(decide(20_001, code.as_str()), "findings/final_fee").await;
        check(decide(20_000, "51430102DEM00001AA"), "findings/code").await;
        check(json!({ "do": "decide", "grant": false, "reason": "" }), "reason").await;
        let refuse = json!({ "do": "decide", "grant": false, "reason": "不符合" });
        office.command("head", case.id, refuse).await.expect(200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_makes_must_be_there_and_be_a_sound_file() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.attach("vet", case.id, "vet-form", "form.pdf", PDF).await.expect(409);
        office.claim("vet", case.id, "review", Some("vet")).await;
        let missing = office.command("vet", case.id, opinion("vet", &json!({ "fee": 1 }))).await.expect(422);
        assert_eq!(missing.fields(), ["materials/vet-form"]);
        assert!(missing.text.contains("检疫表"), "{}", missing.text);
        office.attach("vet", case.id, "photo", "photo.pdf", PDF).await.expect(404);
        office.attach("visit", case.id, "vet-form", "form.pdf", PDF).await.expect(403);
        office.attach("elsewhere", case.id, "vet-form", "form.pdf", PDF).await.expect(404);
        office.attach("vet", case.id, "vet-form", "form.pdf", b"hello").await.expect(415);
        office.attach("vet", case.id, "vet-form", "form.pdf", b"").await.expect(422);
        let large: &'static [u8] = vec![b'x'; 1024 * 1024 + 1].leak();
        office.attach("vet", case.id, "vet-form", "form.pdf", large).await.expect(413);
        // Disagreeing needs no form.
        let mut disagree = opinion("vet", &json!({}));
        disagree["conclusion"] = json!("disagree");
        office.command("vet", case.id, disagree).await.expect(200);
        office.attach("vet", case.id, "vet-form", "form.pdf", PDF).await.expect(409);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_others_and_damaged_ones_are_not_taken() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.claim("accept", case.id, "accept", None).await;
        for foreign in ["withdraw", "tick", "record-effect", "resubmit"] {
            office
                .command(
                    "accept",
                    case.id,
                    json!({ "do": foreign, "reason": "x", "effect": "issue:x", "reference": "x" }),
                )
                .await
                .expect(422);
        }
        office.command("accept", case.id, json!({ "do": "accept", "extra": 1 })).await.expect(422);
        office.command("accept", case.id, json!({ "do": "claim", "task": "x" })).await.expect(422);
        let by = staff("accept").unwrap();
        let record =
            cases::Command::RecordEffect { effect: "issue:dog-licence".into(), reference: "X".into() };
        let mut tx = office.room.db.begin().await.unwrap();
        let refused =
            crate::desk::act(&mut tx, &office.room, &by, case.id, None, record, office.instant()).await;
        assert!(matches!(refused, Err(crate::desk::DeskError::Refused(kernel::Refusal::Forbidden))));
    })
    .await;
}
