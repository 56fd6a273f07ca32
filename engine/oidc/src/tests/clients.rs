//! How clients prove that they are themselves, and what they get in their own name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::house::{Answer, Browser, House, ISSUER, Known, library, text};
use crate::client::{AuthMethod, GrantType, Settings};
use crate::jws::{Alg, SigningKey, tests::key};

const BY_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn system() -> Settings {
    Settings {
        grant_types: vec![GrantType::ClientCredentials],
        redirect_uris: Vec::new(),
        system_scopes: vec!["exchange:read".into(), "exchange:write".into()],
        ..library()
    }
}

async fn own(house: &House, proof: &str, more: &[(&str, &str)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        [("grant_type", "client_credentials")].into_iter().chain(more.iter().copied()).collect();
    house.call("/oauth/token", proof, &fields).await
}

#[tokio::test]
async fn a_system_gets_tokens_in_its_own_name() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&system()).await;
        let told = own(&house, &client.basic(), &[("scope", "exchange:read")]).await.json();
        assert_eq!(text(&told, "scope"), "exchange:read");
        assert!(told.get("refresh_token").is_none() && told.get("id_token").is_none());
        for wrong in ["openid", "profile", "exchange:read admin"] {
            assert_eq!(
                own(&house, &client.basic(), &[("scope", wrong)]).await.error(),
                "invalid_scope",
                "{wrong}"
            );
        }
        let access = text(&told, "access_token");
        assert_eq!(house.userinfo(&access).await.status, 401, "it speaks of nobody");
        let ask = async |by: &Known| {
            house.call("/oauth/introspect", &by.basic(), &[("token", &access)]).await.json()
        };
        let seen = ask(&client).await;
        assert_eq!(
            (&seen["active"], text(&seen, "sub"), text(&seen, "iss")),
            (&json!(true), client.id.clone(), ISSUER.into())
        );
        let stranger = house.register(&system()).await;
        assert_eq!(ask(&stranger).await, json!({"active": false}));
        let server = house.register(&Settings { may_introspect: true, ..system() }).await;
        assert_eq!(text(&ask(&server).await, "scope"), "exchange:read");
        house.wait(901);
        assert_eq!(ask(&server).await, json!({"active": false}));
        let plain = house.register(&library()).await;
        assert_eq!(own(&house, &plain.basic(), &[]).await.error(), "unauthorized_client");
        let unknown = house.call("/oauth/token", &client.basic(), &[("grant_type", "password")]).await;
        assert_eq!(unknown.error(), "unsupported_grant_type");
        assert_eq!(house.call("/oauth/token", &client.basic(), &[]).await.error(), "invalid_request");
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_shown_once_and_only_in_its_place() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&system()).await;
        let wrong = |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        for proof in [
            wrong(&client.id, "x"),
            wrong(&client.id, ""),
            wrong("x", &client.secret),
            "Basic !".to_owned(),
            "Basic".to_owned(),
            format!("Bearer {}", client.secret),
        ] {
            let refused = own(&house, &proof, &[]).await;
            assert_eq!(
                (refused.status.as_u16(), refused.error().as_str()),
                (401, "invalid_client"),
                "{proof}"
            );
            assert_eq!(refused.header("www-authenticate"), "Basic realm=\"oauth\"");
        }
        let posted = [("client_id", client.id.as_str()), ("client_secret", client.secret.as_str())];
        assert_eq!(own(&house, "", &posted).await.error(), "invalid_client", "not in the form");
        assert_eq!(own(&house, &client.basic(), &[("client_id", "x")]).await.error(), "invalid_client");
        let (by, now, id) = (house.administrator(), house.now(), client.id.parse().unwrap());
        let fresh = house.write(async |tx| crate::renew_secret(tx, &by, id, now).await.unwrap()).await;
        assert_eq!(
            own(&house, &client.basic(), &[]).await.error(),
            "invalid_client",
            "the old one is worthless"
        );
        let renewed = Known { secret: fresh.reveal(), ..client.clone() };
        assert_eq!(own(&house, &renewed.basic(), &[]).await.status, 200);
    })
    .await;
}

struct Signing {
    key: SigningKey,
    id: String,
}

impl Signing {
    fn assertion(&self, house: &House, changes: &[(&str, Value)]) -> String {
        let at = house.now().as_second();
        let mut claims =
            json!({"iss": self.id, "sub": self.id, "aud": ISSUER, "jti": "1", "iat": at, "exp": at + 60});
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        self.key.token("k", "JWT", &claims).unwrap()
    }
}

async fn assert_with(house: &House, assertion: &str) -> String {
    let fields = [("client_assertion_type", BY_ASSERTION), ("client_assertion", assertion)];
    let answer = own(house, "", &fields).await;
    if answer.status == 200 { "good".into() } else { answer.error() }
}

#[tokio::test]
async fn assertions_are_for_us_now_and_once() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        for alg in [Alg::Es256, Alg::Sm2] {
            let key = key(alg);
            let mut jwk = key.public_jwk();
            jwk["kid"] = "k".into();
            let jwks = Some(json!({"keys": [jwk]}));
            let settings = Settings { auth_method: AuthMethod::PrivateKeyJwt, jwks, ..system() };
            let signing = Signing { key, id: house.register(&settings).await.id };
            let ask = async |changes: &[(&str, Value)]| {
                assert_with(&house, &signing.assertion(&house, changes)).await
            };
            assert_eq!(ask(&[]).await, "good");
            assert_eq!(ask(&[]).await, "invalid_client", "a second time");
            assert_eq!(
                ask(&[("jti", json!("2")), ("aud", json!([format!("{ISSUER}/oauth/token")]))]).await,
                "good"
            );
            let at = house.now().as_second();
            for (n, change) in [
                ("aud", json!("https://evil.example")),
                ("aud", json!([ISSUER, "https://evil.example"])),
                ("aud", Value::Null),
                ("exp", json!(at - 61)),
                ("exp", json!(at + 3600)),
                ("exp", Value::Null),
                ("nbf", json!(at + 120)),
                ("iat", json!(at + 120)),
                ("iss", json!("somebody")),
                ("sub", json!("somebody")),
            ]
            .into_iter()
            .enumerate()
            {
                let jti = ("jti", json!(format!("wrong-{n}")));
                assert_eq!(ask(&[jti, change.clone()]).await, "invalid_client", "{change:?}");
            }
            assert_eq!(
                ask(&[("jti", Value::Null)]).await,
                "invalid_client",
                "without a name it could come again"
            );
            let foreign = Signing { key: super::super::jws::tests::key(alg), id: signing.id.clone() };
            assert_eq!(
                assert_with(&house, &foreign.assertion(&house, &[])).await,
                "invalid_client",
                "another key"
            );
            let fields = [("client_id", signing.id.as_str())];
            assert_eq!(own(&house, "", &fields).await.error(), "invalid_client", "its name alone");
        }
        let secret = house.register(&system()).await;
        let signing = Signing { key: key(Alg::Es256), id: secret.id };
        assert_eq!(
            assert_with(&house, &signing.assertion(&house, &[])).await,
            "invalid_client",
            "not its method"
        );
    })
    .await;
}

#[tokio::test]
async fn id_tokens_are_signed_as_the_client_wants_where_there_is_a_key() {
    testkit::each_database(async |db| {
        let house = House::open(db).await;
        let client = house.register(&Settings { id_token_alg: Alg::Sm2, ..library() }).await;
        let alg =
            async || super::house::header(&text(&house.sign_on(&client).await, "id_token"))["alg"].clone();
        assert_eq!(alg().await, "ES256", "there is no SM2 key yet");
        let (by, now) = (house.administrator(), house.now());
        let vault = house.room.identity.vault.clone();
        house
            .write(async |tx| {
                crate::follow(tx, &vault, &by, crate::NextKey::Fresh(Alg::Sm2), now).await.unwrap()
            })
            .await;
        house.room.refresh().await.unwrap();
        assert_eq!(alg().await, "urn:tongban:jws:sm2-sm3");
        let metadata = house.get(&mut Browser::default(), "/.well-known/openid-configuration").await.json();
        assert_eq!(
            metadata["id_token_signing_alg_values_supported"],
            json!(["ES256", "urn:tongban:jws:sm2-sm3"])
        );
        assert_eq!(text(&metadata, "issuer"), ISSUER);
        for endpoint in metadata.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint")) {
            assert!(endpoint.1.as_str().unwrap().starts_with(ISSUER), "{endpoint:?}");
        }
        let same = house.get(&mut Browser::default(), "/.well-known/oauth-authorization-server").await.json();
        assert_eq!(same, metadata);
    })
    .await;
}
