//! What may be registered, rule by rule.

use serde_json::json;

use super::*;

fn right() -> Settings {
    Settings {
        name_zh: "演示图书馆".into(),
        name_en: "Demo library".into(),
        redirect_uris: vec!["https://library.example/cb".into()],
        grant_types: vec![GrantType::Code, GrantType::Refresh],
        scopes: vec![Scope::OpenId, Scope::Profile, Scope::ResidentId],
        needed_scopes: vec![Scope::OpenId, Scope::Profile],
        ..Settings::default()
    }
}

fn check(change: impl FnOnce(&mut Settings), expected: &[&str]) {
    let mut settings = right();
    change(&mut settings);
    let faults = settings.faults();
    let found: Vec<String> =
        faults.iter().map(|fault| format!("{} {}", fault.field, fault.message.key)).collect();
    assert_eq!(found, expected);
}

#[test]
fn redirect_addresses_are_safe_and_exact() {
    check(|_| {}, &[]);
    for uri in
        ["http://127.0.0.1:9000/cb", "http://[::1]/cb", "http://localhost/cb", "https://a.example/cb?x=1"]
    {
        check(|s| s.redirect_uris = vec![uri.into()], &[]);
    }
    for uri in [
        "http://library.example/cb",
        "https://library.example/cb#part",
        "https://*.example/cb",
        "https://a@library.example/cb",
        "javascript:alert(1)",
        "myapp://cb",
        "//library.example/cb",
        "/cb",
        "https://library.example/\"><b>",
        "http://127.0.0.1.evil.example/cb",
        "",
    ] {
        check(|s| s.redirect_uris = vec![uri.into()], &["redirect_uris oidc-wrong-uri"]);
        check(
            |s| s.post_logout_redirect_uris = vec![uri.into()],
            &["post_logout_redirect_uris oidc-wrong-uri"],
        );
    }
    check(|s| s.redirect_uris.clear(), &["redirect_uris oidc-wrong-redirects-none"]);
    check(
        |s| s.backchannel_logout_uri = "http://inside.example/".into(),
        &["backchannel_logout_uri oidc-wrong-uri"],
    );
}

#[test]
fn a_client_is_told_no_more_than_it_needs() {
    check(
        |s| s.scopes = vec![Scope::Profile],
        &["scopes oidc-wrong-scopes-openid", "needed_scopes oidc-wrong-needed-beyond"],
    );
    check(|s| s.needed_scopes.push(Scope::ResidentId), &["needed_scopes oidc-wrong-needed-sensitive"]);
    check(|s| s.needed_scopes.push(Scope::Staff), &["needed_scopes oidc-wrong-needed-beyond"]);
    check(|s| s.door = Door::Staff, &["scopes oidc-wrong-scopes-staff"]);
    check(|s| s.system_scopes = vec!["openid".into()], &["system_scopes oidc-wrong-system-scopes"]);
    check(|s| s.system_scopes = vec!["a b".into()], &["system_scopes oidc-wrong-system-scopes"]);
}

#[test]
fn public_clients_have_no_name_of_their_own() {
    let public = |s: &mut Settings| s.auth_method = AuthMethod::None;
    check(public, &[]);
    check(
        |s| {
            public(s);
            s.grant_types.push(GrantType::ClientCredentials);
            s.may_introspect = true;
        },
        &["grant_types oidc-wrong-grants-public", "may_introspect oidc-wrong-introspect"],
    );
    check(|s| s.auth_method = AuthMethod::PrivateKeyJwt, &["jwks oidc-wrong-jwks"]);
    let rsa = json!({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]});
    check(
        |s| {
            s.auth_method = AuthMethod::PrivateKeyJwt;
            s.jwks = Some(rsa);
        },
        &["jwks oidc-wrong-jwks"],
    );
    check(|s| s.jwks = Some(json!({"keys": []})), &["jwks oidc-wrong-jwks-unused"]);
}

#[test]
fn clients_of_several_hosts_name_their_sector() {
    let two = |s: &mut Settings| s.redirect_uris.push("https://reader.example/cb".into());
    check(two, &["sector oidc-wrong-sector-needed"]);
    check(
        |s| {
            two(s);
            s.sector = "library.example".into();
        },
        &[],
    );
    check(|s| s.sector = "A b".into(), &["sector oidc-wrong-sector"]);
    check(|s| s.name_en = " ".into(), &["name_en oidc-wrong-name"]);
    check(|s| s.grant_types.clear(), &["grant_types oidc-wrong-grants-none"]);
    let mut settings = right();
    settings.redirect_uris = vec!["https://LIBRARY.example:443/cb".into(), "http://127.0.0.1:9000/x".into()];
    assert_eq!(settings.origins(), ["http://127.0.0.1:9000", "https://library.example"]);
}
