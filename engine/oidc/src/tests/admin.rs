//! Administrators register clients, by page and by program.

use identity::Subject;
use serde_json::json;

use super::house::{Browser, House, text};

fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("version", "0"),
        ("name_zh", "演示博物馆"),
        ("name_en", "Demo museum"),
        ("door", "persons"),
        ("auth_method", "client_secret_basic"),
        ("grant_types", "authorization_code"),
        ("redirect_uris", "https://museum.example/cb\r\nhttps://museum.example/other\r\n"),
        ("scopes", "openid"),
        ("needed_scopes", "openid"),
        ("id_token_alg", "ES256"),
    ];
    let kept = usual.iter().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    kept.chain(changes).copied().collect()
}

#[tokio::test]
async fn a_client_is_registered_changed_and_shut_out_by_page() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let mut browser = house.browser_of(Subject::Staff(house.admin)).await;
        assert!(house.get(&mut browser, "/admin/clients").await.text.contains("还没有登记接入系统"));
        let form = house.get(&mut browser, "/admin/clients/new").await;
        let wrong = fields(&[("redirect_uris", "http://museum.example/cb"), ("name_en", "")]);
        let refused = house.submit(&mut browser, &form, "/admin/clients", &wrong).await;
        assert_eq!(refused.status, 422);
        for words in ["href=\"#redirect_uris\"", "href=\"#name_en\"", "演示博物馆"] {
            assert!(refused.text.contains(words), "{words}");
        }
        let shown = house.submit(&mut browser, &form, "/admin/clients", &fields(&[])).await;
        assert!(
            shown.text.contains("client_secret") && shown.text.contains("密钥只显示这一次"),
            "{}",
            shown.text
        );
        let id = shown.text.split_once("/admin/clients/").map(|_| ());
        assert!(id.is_some());
        let list = house.get(&mut browser, "/admin/clients").await;
        let (_, rest) = list.text.split_once("<h2><a href=\"").unwrap();
        let href = rest.split_once('"').unwrap().0.to_owned();
        let one = house.get(&mut browser, &href).await;
        for words in
            ["演示博物馆 / Demo museum", "https://museum.example/other", "登记", "现在没有未结束的登录"]
        {
            assert!(one.text.contains(words), "{words}");
        }
        let edit = house.get(&mut browser, &format!("{href}/change")).await;
        assert!(edit.text.contains("name=\"version\" value=\"1\""), "{}", edit.text);
        let renamed = fields(&[("version", "1"), ("name_zh", "演示美术馆"), ("auth_method", "none")]);
        assert_eq!(house.submit(&mut browser, &edit, &href, &renamed).await.location(), href);
        let stale = house.submit(&mut browser, &edit, &href, &renamed).await;
        assert_eq!(stale.status, 409, "somebody was quicker");
        let one = house.get(&mut browser, &href).await;
        assert!(one.text.contains("演示美术馆") && !one.text.contains("更换密钥</button>"));
        house.submit(&mut browser, &one, &format!("{href}/shut-out"), &[]).await;
        let out = house.get(&mut browser, &href).await;
        assert!(out.text.contains("已停用") && out.text.contains("重新启用"));
        house.submit(&mut browser, &out, &format!("{href}/let-in"), &[]).await;
        assert!(!house.get(&mut browser, &href).await.text.contains("已停用"));
        assert_eq!(
            house.submit(&mut browser, &out, &format!("{href}/secret"), &[]).await.status,
            409,
            "it has none"
        );
    })
    .await;
}

#[tokio::test]
async fn programs_register_too() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let token = house.visit(Subject::Staff(house.admin)).await;
        let settings = json!({
            "name_zh": "演示档案馆", "name_en": "Demo archive", "auth_method": "client_secret_basic",
            "redirect_uris": ["https://archive.example/cb"], "grant_types": ["authorization_code"],
            "scopes": ["openid", "profile"], "needed_scopes": ["openid"],
        });
        let made = house.bearer("POST", "/api/v1/clients", &token, Some(settings.clone())).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let (id, secret) = (text(&made.json(), "client_id"), text(&made.json(), "client_secret"));
        let path = format!("/api/v1/clients/{id}");
        let seen = house.bearer("GET", &path, &token, None).await;
        assert!(!seen.text.contains(&secret), "never again");
        assert_eq!(
            (seen.json()["version"].clone(), text(&seen.json()["settings"], "name_zh")),
            (json!(1), "演示档案馆".into())
        );
        let mut wrong = settings.clone();
        wrong["redirect_uris"] = json!(["https://archive.example/#x"]);
        wrong["needed_scopes"] = json!(["resident_id"]);
        let refused = house.bearer("POST", "/api/v1/clients", &token, Some(wrong)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.json()["errors"].as_array().unwrap().len()),
            (422, 3),
            "{}",
            refused.text
        );
        let unknown = json!({"name_zh": "x", "colour": "red"});
        assert_eq!(house.bearer("POST", "/api/v1/clients", &token, Some(unknown)).await.status, 422);
        let change = json!({"version": 1, "settings": settings});
        assert_eq!(house.bearer("PUT", &path, &token, Some(change.clone())).await.status, 200);
        assert_eq!(house.bearer("PUT", &path, &token, Some(change)).await.status, 409);
        let renewed = house.bearer("POST", &format!("{path}/secret"), &token, None).await.json();
        assert_ne!(text(&renewed, "client_secret"), secret);
        assert_eq!(house.bearer("PUT", &format!("{path}/shut-out"), &token, None).await.status, 204);
        assert!(house.bearer("GET", &path, &token, None).await.json()["shut_out_at"].is_string());
        assert_eq!(house.bearer("DELETE", &format!("{path}/shut-out"), &token, None).await.status, 204);
        let listed = house.bearer("GET", "/api/v1/clients", &token, None).await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        for missing in ["/api/v1/clients/01a1b8c3571771de8a4bbb9f68abb522", "/api/v1/clients/x"] {
            assert_eq!(house.bearer("GET", missing, &token, None).await.status, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_on_is_seen_and_ended() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&super::house::library()).await;
        let tokens = house.sign_on(&client).await;
        let token = house.visit(Subject::Staff(house.admin)).await;
        let path = format!("/api/v1/clients/{}/grants", client.id);
        let listed = house.bearer("GET", &path, &token, None).await;
        assert!(!listed.text.contains(&house.zhang.to_string()), "by the client's name for them only");
        let grant = text(&listed.json()["items"][0], "id");
        let other = house.register(&super::house::library()).await;
        let foreign = format!("/api/v1/clients/{}/grants/{grant}", other.id);
        assert_eq!(house.bearer("DELETE", &foreign, &token, None).await.status, 409);
        assert_eq!(house.bearer("DELETE", &format!("{path}/{grant}"), &token, None).await.status, 204);
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 401);
        assert_eq!(
            house.bearer("DELETE", &format!("{path}/{grant}"), &token, None).await.status,
            409,
            "it is over"
        );
        let mut browser = house.browser_of(Subject::Staff(house.admin)).await;
        let page = house.get(&mut browser, &format!("/admin/clients/{}", client.id)).await;
        assert!(page.text.contains("结束一次登录"), "the act is kept");
    })
    .await;
}

#[tokio::test]
async fn keys_are_added_and_withdrawn_by_page_and_by_program() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let mut browser = house.browser_of(Subject::Staff(house.admin)).await;
        let page = house.get(&mut browser, "/admin/signing-keys").await;
        assert!(page.text.contains("使用中"));
        let added = house.submit(&mut browser, &page, "/admin/signing-keys", &[("alg", "ES256")]).await;
        assert_eq!(added.location(), "/admin/signing-keys");
        assert!(house.get(&mut browser, "/admin/signing-keys").await.text.contains("待用"));
        let jwks = async || {
            house.get(&mut Browser::default(), "/oauth/jwks").await.json()["keys"].as_array().unwrap().len()
        };
        assert_eq!(jwks().await, 2, "shown before it signs");
        let rsa = [("alg", "RS256"), ("key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----")];
        assert_eq!(house.submit(&mut browser, &page, "/admin/signing-keys", &rsa).await.status, 422);
        let token = house.visit(Subject::Staff(house.admin)).await;
        let keys = house.bearer("GET", "/api/v1/signing-keys", &token, None).await.json();
        let signs = keys["items"].as_array().unwrap().iter().find(|key| key["state"] != "waits").unwrap();
        let path = format!("/api/v1/signing-keys/{}", text(signs, "kid"));
        assert_eq!(house.bearer("DELETE", &path, &token, None).await.status, 204);
        assert_eq!(jwks().await, 1, "at once");
        let keys = house.bearer("GET", "/api/v1/signing-keys", &token, None).await.json();
        assert_eq!(keys["items"][0]["state"], "signs", "the waiting one takes its place");
        assert_eq!(house.bearer("DELETE", &path, &token, None).await.status, 404);
        let bring = async |key: &str| {
            let brought = json!({"alg": "RS256", "key": key});
            house.bearer("POST", "/api/v1/signing-keys", &token, Some(brought)).await.status
        };
        assert_eq!(bring("x").await, 422);
        let pem = include_str!("../keys/test_rsa.pem");
        assert_eq!(bring(pem).await, 201);
        assert_eq!(bring(pem).await, 422, "it is here already");
        let metadata = house.get(&mut Browser::default(), "/.well-known/openid-configuration").await.json();
        assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["ES256", "RS256"]));
    })
    .await;
}
