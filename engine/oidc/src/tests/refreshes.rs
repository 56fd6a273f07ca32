//! Refresh tokens: each once; whoever comes second ends the family.

use super::house::{House, claims, library, text};

#[tokio::test]
async fn each_token_is_followed_by_another() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let first = house.sign_on(&client).await;
        house.wait(1000);
        assert_eq!(
            house.userinfo(&text(&first, "access_token")).await.status,
            401,
            "after a quarter of an hour"
        );
        let second = house.refresh(&client, &text(&first, "refresh_token")).await.json();
        assert_ne!(text(&first, "refresh_token"), text(&second, "refresh_token"));
        let (before, after) = (claims(&text(&first, "id_token")), claims(&text(&second, "id_token")));
        for same in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(before[same], after[same], "{same}");
        }
        assert!(after.get("nonce").is_none());
        assert_eq!(house.userinfo(&text(&second, "access_token")).await.status, 200);
        let replayed = house.refresh(&client, &text(&first, "refresh_token")).await;
        assert_eq!((replayed.status.as_u16(), replayed.error().as_str()), (400, "invalid_grant"));
        assert_eq!(house.userinfo(&text(&second, "access_token")).await.status, 401, "the whole family");
        assert_eq!(house.refresh(&client, &text(&second, "refresh_token")).await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_foreign_client_can_do_nothing_with_a_token() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let (client, other) = (house.register(&library()).await, house.register(&library()).await);
        let tokens = house.sign_on(&client).await;
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        assert_eq!(house.refresh(&other, &refresh).await.error(), "invalid_grant");
        for token in [&access, &refresh] {
            let fields = [("token", token.as_str())];
            assert_eq!(
                house.call("/oauth/revoke", &other.basic(), &fields).await.status,
                200,
                "nothing is told"
            );
            let seen = house.call("/oauth/introspect", &other.basic(), &fields).await.json();
            assert_eq!(seen, serde_json::json!({"active": false}));
        }
        assert_eq!(
            house.refresh(&client, &access).await.error(),
            "invalid_grant",
            "an access token is no other"
        );
        assert_eq!(house.userinfo(&refresh).await.status, 401, "and a refresh token opens nothing");
        assert_eq!(house.refresh(&client, &refresh).await.status, 200, "and it has lost nothing");
    })
    .await;
}

#[tokio::test]
async fn less_may_be_asked_for_and_never_more() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let tokens = house.sign_on(&client).await;
        let ask = async |token: &str, scope: &str| {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
            house.call("/oauth/token", &client.basic(), &fields).await
        };
        let refresh = text(&tokens, "refresh_token");
        assert_eq!(ask(&refresh, "openid phone").await.error(), "invalid_grant");
        let less = ask(&refresh, "openid").await.json();
        assert_eq!(text(&less, "scope"), "openid");
        let told = house.userinfo(&text(&less, "access_token")).await.json();
        assert!(told.get("name").is_none() && told.get("sub").is_some());
        assert_eq!(ask(&text(&less, "refresh_token"), "openid profile").await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_is_worth_nothing() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let revoke = async |token: &str| {
            house.call("/oauth/revoke", &client.basic(), &[("token", token)]).await.status
        };
        let tokens = house.sign_on(&client).await;
        assert_eq!(revoke(&text(&tokens, "access_token")).await, 200);
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 401);
        let next = house.refresh(&client, &text(&tokens, "refresh_token")).await.json();
        assert_eq!(revoke(&text(&next, "refresh_token")).await, 200);
        assert_eq!(house.userinfo(&text(&next, "access_token")).await.status, 401, "with the whole family");
        assert_eq!(house.refresh(&client, &text(&next, "refresh_token")).await.error(), "invalid_grant");
        assert_eq!(revoke("x").await, 200);
        assert_eq!(house.call("/oauth/revoke", "", &[("token", "x")]).await.error(), "invalid_client");
        assert_eq!(house.call("/oauth/revoke", &client.basic(), &[]).await.error(), "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn a_sign_on_lasts_as_long_as_a_visit_may() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let tokens = house.sign_on(&client).await;
        house.wait(12 * 3600 - 1);
        let next = house.refresh(&client, &text(&tokens, "refresh_token")).await.json();
        assert_eq!(next["expires_in"], 1, "no token outlives its sign-on");
        house.wait(2);
        assert_eq!(house.refresh(&client, &text(&next, "refresh_token")).await.error(), "invalid_grant");
        house.wait(500 * 24 * 3600);
        let now = house.now();
        let gone = house.write(async |tx| crate::forget_old(tx, &house.room, now).await.unwrap()).await;
        assert!(gone > 0);
        for table in ["select count(*) from oidc_grants", "select count(*) from oidc_tokens"] {
            assert_eq!(house.count(table).await, 0, "{table}");
        }
        house.room.refresh().await.unwrap();
        assert_eq!(house.room.ring().keys().len(), 2, "and the old key is followed by a new one");
    })
    .await;
}
