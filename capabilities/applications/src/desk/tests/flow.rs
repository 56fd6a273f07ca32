//! A case from the worklist to its decision.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_case_passes_two_reviews_and_a_notice_to_its_decision() {
    in_office(async |office| {
        let case = office.submitted().await;
        let list = office.get("accept", "/api/v1/desk/tasks").await.expect(200).json();
        assert_eq!(list["items"][0]["number"], case.number);
        assert_eq!(list["items"][0]["item_name"], "养犬登记");
        assert_eq!(list["items"][0]["due_on"], "2026-09-29");
        assert_eq!(list["items"][0]["light"], "green");
        assert_eq!(list["lights"], json!({ "red": 0, "yellow": 0, "green": 1, "grey": 0 }));
        let none = office.get("vet", "/api/v1/desk/tasks").await.expect(200).json();
        assert_eq!(none["items"], json!([]));

        office.at("2026-09-22T10:00");
        let task = office.claim("accept", case.id, "accept", None).await;
        let mine = office.get("accept", "/api/v1/desk/tasks?scope=mine").await.expect(200).json();
        assert_eq!((&mine["items"][0]["task"], &mine["items"][0]["mine"]), (&json!(task), &json!(true)));
        let version = office.see("accept", case.id).await["version"].as_i64().unwrap();
        let accept = json!({ "version": version, "command": { "do": "accept", "task": task } });
        let accepted = office.post_command("accept", case.id, accept, "").await.expect(200).json();
        assert_eq!((&accepted["status"], &accepted["stage"]), (&json!("in-progress"), &json!("review")));
        // Ten working days from 22 September: 23 24 28 29 30 Sept, 8 9 10 12 13 October.
        assert_eq!(accepted["due_on"], "2026-10-13");
        assert!(accepted["version"].as_i64() > Some(version));

        let seen = office.see("vet", case.id).await;
        let tasks = seen["tasks"].as_array().unwrap();
        let branches: Vec<&str> = tasks.iter().filter_map(|task| task["branch"].as_str()).collect();
        assert_eq!(branches, ["vet", "visit"]);
        assert_eq!(seen["answers"]["owner"], OWNER);
        assert_eq!(seen["materials"][0]["file_name"], "来福.pdf");

        office.claim("vet", case.id, "review", Some("vet")).await;
        office.attach("vet", case.id, "vet-form", "form.pdf", PDF).await.expect(201);
        let after = office
            .command("vet", case.id, opinion("vet", &json!({ "fee": 20_000 })))
            .await
            .expect(200)
            .json();
        assert_eq!(after["stage"], "review", "the other branch is still to come");
        office.claim("visit", case.id, "review", Some("visit")).await;
        let after = office
            .command("visit", case.id, opinion("visit", &json!({ "seen": true })))
            .await
            .expect(200)
            .json();
        assert_eq!(after["stage"], "notice");

        office.at("2026-09-23T10:00");
        office.claim("visit", case.id, "notice", None).await;
        office.command("visit", case.id, json!({ "do": "publish-notice" })).await.expect(200);
        let seen = office.see("visit", case.id).await;
        assert_eq!(seen["notices"][0]["until"], "2026-09-30");

        office.at("2026-10-08T09:00");
        office.tick(case.id).await;
        office.claim("head", case.id, "decide", None).await;
        let code = codes::SocialCreditCode::from_parts("51", "430102", "DEM00001").unwrap();
        let findings = json!({ "final_fee": 15_000, "code": code.as_str() });
        let decide = json!({ "do": "decide", "grant": true, "reason": "符合条件", "findings": findings });
        let body = json!({ "command": decide });
        let decided = office.post_command("head", case.id, body.clone(), "key-1").await.expect(200).json();
        assert_eq!((&decided["status"], &decided["outcome"]), (&json!("closed"), &json!("granted")));
        let again = office.post_command("head", case.id, body, "key-1").await.expect(200).json();
        assert_eq!(again, decided, "a retry gives the stored answer");
        let other = json!({ "command": { "do": "publish-notice" } });
        office.post_command("head", case.id, other, "key-1").await.expect(409);
        office.command("head", case.id, decide).await.expect(409);
        let seen = office.see("head", case.id).await;
        let all = json!({ "fee": 20_000, "seen": true, "final_fee": 15_000, "code": code.as_str() });
        assert_eq!(seen["findings"], all);
        assert_eq!((&seen["due_on"], &seen["light"]), (&Value::Null, &json!("grey")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_timer_does_not_hold_up_the_decision() {
    in_office(async |office| {
        let case = office.noticed().await;
        office.at("2026-10-08T09:00");
        // Nobody has run the timer: the command itself lets the notice end, and says that the task is to be
        // taken first.
        let decide = json!({ "do": "decide", "grant": false, "reason": "不符合条件" });
        let refused = office.command("head", case.id, decide).await.expect(409).json();
        assert!(refused["detail"].as_str().unwrap().contains("签收"), "{refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_is_noted_for_the_applicant() {
    in_office(async |office| {
        let case = office.submitted().await;
        assert_eq!(office.looks().await, []);
        let seen = office.see("accept", case.id).await;
        let file = seen["materials"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/desk/cases/{}/materials/{file}", case.id);
        let shown = office.get("accept", &path).await.expect(200);
        assert_eq!(shown.text.as_bytes(), PDF);
        let by = staff("accept").unwrap().reference();
        let look =
            |field: &str| (field.to_owned(), "handling".to_owned(), by.clone(), Some(case.id.to_string()));
        let mut looks = office.looks().await;
        looks.sort();
        assert_eq!(looks, [look("applications.answers"), look("materials.file")]);
        // Who may not look leaves no trace of a look.
        office.get("elsewhere", &path).await.expect(404);
        office.get("elsewhere", &format!("/api/v1/desk/cases/{}", case.id)).await.expect(404);
        assert_eq!(office.looks().await.len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_narrows_down_by_light_and_turns_its_pages() {
    in_office(async |office| {
        for _ in 0..3 {
            office.submitted().await;
        }
        office.at("2026-09-29T10:00");
        let yellow = office.get("accept", "/api/v1/desk/tasks?light=yellow&size=2").await.expect(200).json();
        assert_eq!(yellow["items"].as_array().unwrap().len(), 2);
        let next = yellow["next"].as_str().unwrap();
        let rest =
            office.get("accept", &format!("/api/v1/desk/tasks?light=yellow&size=2&after={next}")).await;
        let rest = rest.expect(200).json();
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
        let green = office.get("accept", "/api/v1/desk/tasks?light=green").await.expect(200).json();
        assert_eq!((&green["items"], &green["lights"]["yellow"]), (&json!([]), &json!(3)));
        let first = yellow["items"][0]["case"].as_str().unwrap().parse().unwrap();
        assert_eq!(office.see("accept", first).await["light"], "yellow", "list and case say the same");
        office.get("accept", "/api/v1/desk/tasks?light=purple").await.expect(422);
        office.get("accept", "/api/v1/desk/tasks?after=x").await.expect(422);
    })
    .await;
}
