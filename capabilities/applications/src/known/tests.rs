//! What registers and licences know, and what follows from it, on each engine.

use serde_json::{Value, json};
use store::vals;
use testkit::each_database;

use crate::testing::World;

const USCC: &str = "51430000DEM000217K";

impl World {
    /// A dog licence of Zhang's, as the room of licences would have issued it.
    async fn licence(&self, number: &str, status: &str, until: &str) {
        let mut tx = self.room.db.begin().await.unwrap();
        let (id, case): (kernel::LicenceId, kernel::CaseId) =
            (store::fresh_id(self.now()), store::fresh_id(self.now()));
        tx.execute(
            "insert into licences (id, identifier, number, number_key, kind, type_code, document, name_zh, name_en,
                 person, holder_shown, holder_code_blind, issuer, issuer_name, issuer_uscc, case_id, effect,
                 issued_on, valid_from, valid_until, status, metadata, file_sm3, version, created_at)
             values ($1, $2, $2, $2, 'licence', '901', 'dog-licence', '养犬登记证', 'Dog licence', $3, '张**', 'x', $4,
                 '示例局', '11430102DEM000030T', $5, 'issue:dog-licence', '2025-01-01', '2025-01-01', $6, $7, '{}', 'x', 1, 0)",
            vals![id, number, self.zhang, id, case, until, status],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_found_is_shown_before_and_kept_with_the_case() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        world.register(USCC).await;
        world.licence("旧1号", "valid", "2026-01-01").await;
        world.licence("废2号", "revoked", "2028-01-01").await;
        let draft = world.stood_in(&token).await;
        let path = format!("/api/v1/drafts/{draft}");
        let shown = world.api(&token, "PATCH", &path, json!({"uscc": USCC})).await.json();
        let known = json!([{"path": "register.organisation", "what": "社会组织登记信息", "which": format!("湖南省演示养犬协会（{USCC}）")}]);
        assert_eq!(shown["known"], known, "neither an expired nor a revoked licence is found");
        world.licence("犬3号", "valid", "2028-01-01").await;
        for page in ["materials", "confirm"] {
            let page = world.get(&token, &format!("/drafts/{draft}/{page}")).await.text;
            for expected in ["您不用再提交", "湖南省演示养犬协会", "养犬登记证：编号 犬3号，有效期至 2028年1月1日 星期六"] {
                assert!(page.contains(expected), "{expected} is not on {page}");
            }
            assert!(!page.contains("周假定"), "{page}");
        }
        let materials = world.get(&token, &format!("/drafts/{draft}/materials")).await.text;
        assert!(materials.contains("不需要提交，因为：平台已查到“社会组织登记信息”"), "{materials}");
        let receipt = world.submit(&token, &draft, Value::Null).await;
        assert_eq!(receipt.status, 201, "{}", receipt.text);
        let case = world.stored(receipt.json()["case"].as_str().unwrap()).await;
        assert_eq!(case.answers["register"]["organisation"]["funds"], 5_000_050);
        assert_eq!(case.answers["licence"]["earlier"]["number"], "犬3号");
        let mut tx = world.room.db.snapshot().await.unwrap();
        let sql = "select l.number, u.how, u.receiver_zh, u.purpose_sealed from licence_uses u
                   join licences l on l.id = u.licence where u.case_id = $1";
        let uses = tx.fetch_all(sql, vals![case.id]).await.unwrap();
        assert_eq!(uses.len(), 1, "the holder reads once that their licence was read");
        let words: [String; 2] = [uses[0].get(0).unwrap(), uses[0].get(1).unwrap()];
        assert_eq!(words, ["犬3号".to_owned(), "applied".to_owned()]);
        tx.rollback().await.unwrap();
        let kept = serde_json::to_string(&case).unwrap();
        assert!(!kept.contains("周假定"), "nothing personal is kept with the case: {kept}");
        let page = world.get(&token, &format!("/cases/{}/receipt", case.id)).await.text;
        assert!(page.contains("湖南省演示养犬协会"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_found_is_absent() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.stored(&world.guard_case(&token).await).await;
        assert_eq!(Value::Object(case.answers), json!({"register": {}, "licence": {}}));
        let plain = world.stored(&world.case(&token).await).await;
        assert_eq!(Value::Object(plain.answers), json!({}), "that item looks nothing up");
    })
    .await;
}

#[tokio::test]
async fn rules_over_what_is_known_decide_at_once_and_say_why() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        world.register(USCC).await;
        let small = async |deposit: i64, place: &str| {
            let draft = world.guard_draft(&token).await;
            let path = format!("/api/v1/drafts/{draft}");
            let answers = json!({"breed": "small", "uscc": USCC, "deposit_offered": deposit});
            world.api(&token, "PATCH", &path, answers).await;
            let insurance = format!("{path}/materials/insurance");
            if place == "later" {
                world.api(&token, "PUT", &format!("{insurance}/later"), Value::Null).await;
            } else {
                world.upload(&token, &format!("{insurance}?name=a.pdf"), crate::testing::PDF, "").await;
            }
            let receipt = world.submit(&token, &draft, Value::Null).await;
            assert_eq!(receipt.status, 201, "{}", receipt.text);
            receipt.json()["case"].as_str().unwrap().to_owned()
        };
        let granted = small(15000, "now").await;
        let shown = world.shown(&token, &granted).await;
        assert_eq!(
            json!([shown["status"], shown["outcome"], shown["to_do"]]),
            json!(["closed", "granted", []])
        );
        let why: Vec<_> =
            shown["rules"].as_array().unwrap().iter().map(|rule| (&rule["name"], &rule["why"])).collect();
        assert_eq!(why[0], (&json!("小型犬"), &json!(["体型为 小型犬，符合：等于 小型犬"])));
        let expected =
            json!(["愿交押金（元）为 ¥150.00，符合：不大于 ¥1,000.00", "是导盲犬为 否，符合：等于 否"]);
        assert_eq!(why[1], (&json!("押金不高"), &expected));
        assert_eq!(why[2], (&json!("单位已登记"), &json!(["平台已查到“社会组织登记信息”"])));
        let check = &shown["checks"][0];
        assert_eq!(json!([check["material"], check["name"], check["passed"]]), json!([null, "抽查", null]));
        let page = world.get(&token, &format!("/cases/{granted}")).await.text;
        for expected in ["系统即时作出了决定", "示例养犬办法 第九条", "决定之后的核查", "抽查"]
        {
            assert!(page.contains(expected), "{expected} is not on {page}");
        }
        let receipt = world.get(&token, &format!("/cases/{granted}/receipt")).await.text;
        assert!(receipt.contains("您的申请已经即时办结"), "{receipt}");

        let dear = small(200_000, "now").await;
        let shown = world.shown(&token, &dear).await;
        assert_eq!(json!([shown["status"], shown["rules"][1]["holds"]]), json!(["submitted", false]));
        let page = world.get(&token, &format!("/cases/{dear}")).await.text;
        assert!(page.contains("转由工作人员办理") && page.contains("¥2,000.00，不符合"), "{page}");
        let english = world.english(&token, &format!("/cases/{dear}")).await.text;
        assert!(english.contains("A low deposit") && !english.contains('⟦'), "{english}");
        // Nothing is decided at once while something is still to come.
        assert_eq!(world.shown(&token, &small(15000, "later").await).await["rules"], json!([]));
    })
    .await;
}
