//! Codes: used once, by whom they were given to, with what belongs to them.

use super::house::{Browser, House, ISSUER, VERIFIER, authorize, claims, header, library, script, text};
use crate::jws::{Alg, Unverified};

#[tokio::test]
async fn an_id_token_says_who_when_and_how() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let opened = house.now();
        let mut browser = house.zhangs().await;
        house.wait(30);
        let code = house.code(&mut browser, &client, &[]).await;
        let answer = house.redeem(&client, &code, &[]).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let tokens = answer.json();
        assert_eq!(
            (text(&tokens, "token_type").as_str(), text(&tokens, "scope").as_str()),
            ("Bearer", "openid profile")
        );
        assert_eq!(tokens["expires_in"], 900);
        let id_token = text(&tokens, "id_token");
        let told = claims(&id_token);
        assert_eq!((text(&told, "iss").as_str(), text(&told, "aud").as_str()), (ISSUER, client.id.as_str()));
        assert_eq!(
            (text(&told, "nonce").as_str(), text(&told, "acr").as_str()),
            ("n-0S6", "urn:tongban:acr:verified")
        );
        assert_eq!(told["auth_time"], opened.as_second());
        assert_eq!(told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(), 600);
        assert_eq!(text(&told, "at_hash"), Alg::Es256.half_hash(&text(&tokens, "access_token")));
        assert!(told.get("name").is_none(), "names are asked for where each look is on record");
        let mut browser = Browser::default();
        let jwks = house.get(&mut browser, "/oauth/jwks").await.json();
        let key = &jwks["keys"][0];
        assert_eq!((&header(&id_token)["kid"], text(key, "alg").as_str()), (&key["kid"], "ES256"));
        assert!(key.get("d").is_none());
        assert!(Unverified::read(&id_token).unwrap().is_signed_with(key));
    })
    .await;
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_came_of_it() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let code = house.code(&mut browser, &client, &[]).await;
        let tokens = house.redeem(&client, &code, &[]).await.json();
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        assert_eq!(house.userinfo(&access).await.status, 200);
        let again = house.redeem(&client, &code, &[]).await;
        assert_eq!((again.status.as_u16(), again.error().as_str()), (400, "invalid_grant"));
        let dead = house.userinfo(&access).await;
        assert_eq!((dead.status.as_u16(), dead.error().as_str()), (401, "invalid_token"));
        assert!(dead.header("www-authenticate").contains("invalid_token"));
        assert_eq!(house.refresh(&client, &refresh).await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test]
async fn a_code_is_worth_nothing_without_what_belongs_to_it() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let other = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let wrong = "another-verifier-of-43-characters-and-more-.";
        for changes in [
            [("code_verifier", wrong)],
            [("redirect_uri", "https://library.example/other")],
            [("redirect_uri", "https://evil.example/cb")],
        ] {
            let code = house.code(&mut browser, &client, &[]).await;
            assert_eq!(house.redeem(&client, &code, &changes).await.error(), "invalid_grant", "{changes:?}");
            assert_eq!(house.redeem(&client, &code, &[]).await.error(), "invalid_grant", "and it is burnt");
        }
        for changes in
            [[("code_verifier", "")], [("redirect_uri", "")], [("code_verifier", "short")], [("code", "")]]
        {
            let code = house.code(&mut browser, &client, &[]).await;
            assert_eq!(
                house.redeem(&client, &code, &changes).await.error(),
                "invalid_request",
                "{changes:?}"
            );
        }
        let code = house.code(&mut browser, &client, &[]).await;
        assert_eq!(house.redeem(&other, &code, &[]).await.error(), "invalid_grant", "a foreign client");
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
        assert_eq!(house.call("/oauth/token", "", &fields).await.error(), "invalid_client");
        assert_eq!(house.redeem(&client, &code, &[]).await.status, 200, "the foreigner has not spoilt it");
        for junk in ["x", "..", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(house.redeem(&client, junk, &[]).await.error(), "invalid_grant");
        }
        let code = house.code(&mut browser, &client, &[]).await;
        house.wait(61);
        assert_eq!(house.redeem(&client, &code, &[]).await.error(), "invalid_grant", "after a minute");
    })
    .await;
}

#[tokio::test]
async fn two_who_redeem_at_once_get_one_answer_between_them() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let mut browser = house.zhangs().await;
        let code = house.code(&mut browser, &client, &[]).await;
        let changes = [];
        let (a, b) =
            tokio::join!(house.redeem(&client, &code, &changes), house.redeem(&client, &code, &changes));
        let good = [&a, &b].into_iter().filter(|answer| answer.status == 200).count();
        assert_eq!(good, 1, "{} {}", a.text, b.text);
        let live = house.count("select count(*) from oidc_grants where state = 'live'").await;
        assert_eq!(live, 0, "and the second has ended it");
    })
    .await;
}

#[tokio::test]
async fn public_clients_have_pkce_alone() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&script()).await;
        let mut browser = house.zhangs().await;
        let code = house.code(&mut browser, &client, &[]).await;
        let redeem = async |verifier: &str, proof: &str, id: &str| {
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", id),
                ("code", code.as_str()),
                ("redirect_uri", super::house::CALLBACK),
                ("code_verifier", verifier),
            ];
            house.call("/oauth/token", proof, &fields).await
        };
        assert_eq!(
            redeem(VERIFIER, &client.basic(), &client.id).await.error(),
            "invalid_client",
            "it has no secret"
        );
        assert_eq!(redeem(VERIFIER, "", "").await.error(), "invalid_client");
        let library = house.register(&library()).await;
        assert_eq!(
            redeem(VERIFIER, "", &library.id).await.error(),
            "invalid_client",
            "who has one must show it"
        );
        assert_eq!(redeem(VERIFIER, "", &client.id).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_shut_out_has_nothing_left() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&library()).await;
        let tokens = house.sign_on(&client).await;
        let (by, now, id) = (house.administrator(), house.now(), client.id.parse().unwrap());
        house.write(async |tx| crate::shut_out(tx, &by, id, true, now).await.unwrap()).await;
        assert_eq!(house.userinfo(&text(&tokens, "access_token")).await.status, 401);
        assert_eq!(house.refresh(&client, &text(&tokens, "refresh_token")).await.error(), "invalid_client");
        let mut browser = house.zhangs().await;
        assert_eq!(house.get(&mut browser, &authorize(&client, &[])).await.status, 400);
        house.write(async |tx| crate::shut_out(tx, &by, id, false, now).await.unwrap()).await;
        assert_eq!(house.refresh(&client, &text(&tokens, "refresh_token")).await.error(), "invalid_grant");
        house.sign_on(&client).await;
    })
    .await;
}
