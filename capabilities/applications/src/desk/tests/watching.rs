//! Supervision sees clocks, and nothing personal.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_limits_and_nobody() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.claim("accept", case.id, "accept", None).await;
        office.at("2026-09-30T09:00");
        let page = |path: String| {
            let office = &office;
            async move {
                let request = Request::builder().uri(path).header(header::COOKIE, "who=supervisor");
                office.send(request, Body::empty()).await
            }
        };
        let bodies = page("/desk/watch".into()).await.expect(200);
        assert!(bodies.text.contains("town局") && !bodies.text.contains("elsewhere局"), "{}", bodies.text);
        let tasks = page("/desk/watch/town".into()).await.expect(200);
        assert!(tasks.text.contains("养犬登记") && tasks.text.contains("light-red"), "{}", tasks.text);
        assert!(tasks.text.contains("示例accept"), "who of the staff has it");
        for personal in [OWNER, "来福", "张**"] {
            assert!(!tasks.text.contains(personal) && !bodies.text.contains(personal), "{personal}");
        }
        page("/desk/watch/elsewhere".into()).await.expect(404);
        page(format!("/desk/cases/{}", case.id)).await.expect(403);
        assert_eq!(page("/desk".into()).await.expect(303).location, "/desk/watch");
        assert_eq!(office.looks().await.len(), 1, "the clerk's own look; supervision opens nothing");
        let api = office.get("supervisor", "/api/v1/desk/watch").await.expect(200).json();
        assert_eq!(api["items"][1]["lights"]["red"], 1, "{api}");
        let api = office.get("supervisor", "/api/v1/desk/watch/town").await.expect(200);
        assert!(!api.text.contains(OWNER) && api.text.contains(&case.number));
        office.get("vet", "/api/v1/desk/watch").await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_is_described() {
    let test_db = testkit::sqlite().await;
    let office = Office::open(test_db.db.clone(), "2026-09-21T09:30").await;
    let (_router, specs) = super::super::routes(office.room.clone()).finish();
    let info = web::ApiInfo {
        title: "desk".into(),
        version: "1".into(),
        description: String::new(),
        server: "/".into(),
    };
    let document = web::openapi(&specs, &info);
    let post = &document["paths"]["/api/v1/desk/cases/{id}/commands"]["post"];
    let body = &post["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/DeskCommandRequest");
    let command = document["components"]["schemas"]["DeskCommand"].to_string();
    for verb in [
        "claim",
        "release",
        "accept",
        "not-accept",
        "note-defect",
        "drop-defect",
        "send-correction",
        "give-opinion",
        "publish-notice",
        "decide",
    ] {
        assert!(command.contains(&format!("\"{verb}\"")), "{verb}: {command}");
    }
    assert_eq!(specs.iter().filter(|spec| matches!(spec.kind, web::RouteKind::Api(_))).count(), 29);
    let own = ["desk.work", "desk.watch", "desk.open", "desk.manage", "desk.reassign"];
    assert!(specs.iter().all(|spec| own.contains(&spec.permission.name)));
}
