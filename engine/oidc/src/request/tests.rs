//! What follows from a request, state by state.

use kernel::{PersonId, TypedId};

use super::*;
use crate::client::Settings;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn client(door: Door) -> Client {
    let settings = Settings {
        door,
        scopes: vec![Scope::OpenId, Scope::Profile, Scope::Phone],
        needed_scopes: vec![Scope::OpenId, Scope::Profile],
        ..Settings::default()
    };
    Client {
        id: TypedId::from_parts(at(0), [0; 10]),
        settings,
        created_at: at(0),
        version: 1,
        disabled_at: None,
        secret_digest: None,
    }
}

fn asked(scope: &str, prompt: Prompt) -> Asked {
    Asked {
        redirect_uri: "https://a.example/".into(),
        scope: Scopes::parse(scope),
        state: None,
        nonce: None,
        challenge: String::new(),
        prompt,
        max_age_seconds: None,
        acr_values: Vec::new(),
        login_hint: String::new(),
        ui_locales: String::new(),
        expected_sub: None,
    }
}

fn holder(opened: i64) -> Holder {
    let person = PersonId::from_parts(at(0), [1; 10]);
    Holder {
        subject: Subject::Person(person),
        opened_at: at(opened),
        level: AssuranceLevel::Registered,
        amr: "pwd".into(),
        sub: Some("s".into()),
        answers: Answers::default(),
    }
}

fn check(asked: &Asked, holder: Option<&Holder>, expected: &str) {
    let next = decide(&client(Door::Persons), asked, at(1000), holder);
    let found = match next {
        Next::SignIn => "sign in".to_owned(),
        Next::Prove(level) => format!("prove {level}"),
        Next::Consent(scopes) => format!("consent {scopes}"),
        Next::Issue(scopes) => format!("issue {scopes}"),
        Next::Refuse(fault) => fault.error.to_owned(),
    };
    assert_eq!(found, expected, "{asked:?}");
}

#[test]
fn each_state_has_one_way_on() {
    let known = holder(500);
    check(&asked("openid", Prompt::Needed), None, "sign in");
    check(&asked("openid", Prompt::None), None, "login_required");
    check(&asked("openid profile", Prompt::Needed), Some(&known), "issue openid profile");
    check(&asked("openid profile", Prompt::None), Some(&known), "issue openid profile");
    check(&asked("openid phone", Prompt::Needed), Some(&known), "consent phone");
    check(&asked("openid phone", Prompt::None), Some(&known), "consent_required");
    check(&asked("openid", Prompt::Login), Some(&known), "sign in");
    check(&asked("openid", Prompt::Login), Some(&holder(1000)), "issue openid");
    check(&asked("openid phone", Prompt::LoginAndConsent), Some(&known), "sign in");
    check(&asked("openid phone", Prompt::LoginAndConsent), Some(&holder(1001)), "consent phone");
    check(&asked("openid profile", Prompt::Consent), Some(&known), "consent ");
    let clerk = Holder { subject: Subject::Staff(TypedId::from_parts(at(0), [2; 10])), ..holder(500) };
    check(&asked("openid", Prompt::Needed), Some(&clerk), "sign in");
}

#[test]
fn answers_are_remembered() {
    let yes = Holder {
        answers: Answers { consented: Scopes::parse("phone"), refused: Scopes::default() },
        ..holder(500)
    };
    check(&asked("openid phone", Prompt::Needed), Some(&yes), "issue openid phone");
    check(&asked("openid phone", Prompt::Consent), Some(&yes), "consent phone");
    let no = Holder {
        answers: Answers { consented: Scopes::default(), refused: Scopes::parse("phone") },
        ..holder(500)
    };
    check(&asked("openid phone", Prompt::Needed), Some(&no), "issue openid");
    check(&asked("openid phone", Prompt::None), Some(&no), "issue openid");
}

#[test]
fn ages_hints_and_levels() {
    let aged = |seconds| Asked { max_age_seconds: Some(seconds), ..asked("openid", Prompt::Needed) };
    check(&aged(500), Some(&holder(500)), "issue openid");
    check(&aged(499), Some(&holder(500)), "sign in");
    check(&aged(0), Some(&holder(999)), "sign in");
    check(&aged(0), Some(&holder(1000)), "issue openid");
    let meant = |sub: &str| Asked { expected_sub: Some(sub.into()), ..asked("openid", Prompt::Needed) };
    check(&meant("s"), Some(&holder(500)), "issue openid");
    check(&meant("t"), Some(&holder(500)), "sign in");
    let level = |acr: &str| Asked { acr_values: vec![acr.into()], ..asked("openid", Prompt::Needed) };
    check(&level(ACR_DECLARED), Some(&holder(500)), "issue openid");
    check(&level(ACR_VERIFIED), Some(&holder(500)), "unmet_authentication_requirements");
    check(&level("gold"), Some(&holder(500)), "issue openid");
    check(&level(ACR_STRONG), Some(&holder(500)), "unmet_authentication_requirements");
    let sure = Holder { level: AssuranceLevel::Verified, ..holder(500) };
    check(&level(ACR_STRONG), Some(&sure), "prove strong");
    let silent = Asked { prompt: Prompt::None, ..level(ACR_STRONG) };
    check(&silent, Some(&sure), "unmet_authentication_requirements");
    let strong = Holder { level: AssuranceLevel::Strong, ..holder(500) };
    check(&level(ACR_STRONG), Some(&strong), "issue openid");
    let either =
        Asked { acr_values: vec![ACR_STRONG.into(), ACR_VERIFIED.into()], ..asked("openid", Prompt::Needed) };
    check(&either, Some(&sure), "issue openid");
    check(&level(ACR_VERIFIED), Some(&sure), "issue openid");
}
