//! Settings that cannot be right stop the start, and nothing secret shows.

use std::collections::BTreeMap;

use super::*;

fn endpoint(url: &str, proof: Proof) -> Endpoint {
    Endpoint { url: url.into(), proof }
}

fn mail(host: &str, security: Security, from: &str) -> SenderSettings {
    let mail = MailSettings { host: host.into(), port: 25, security, from: from.into(), login: None };
    SenderSettings { mail: Some(mail), ..SenderSettings::default() }
}

fn receiver(url: &str, proof: Proof) -> SenderSettings {
    let receivers = BTreeMap::from([("x".to_owned(), endpoint(url, proof))]);
    SenderSettings { receivers, ..SenderSettings::default() }
}

fn fault(settings: &SenderSettings) -> String {
    Senders::new(settings).err().map(|fault| fault.to_string()).unwrap_or_default()
}

#[test]
fn wrong_settings_name_section_and_rule() {
    let secret = || Proof::Bearer(Secret::new("s"));
    let check = |settings: SenderSettings, expected: &str| {
        let told = fault(&settings);
        assert!(
            told.contains(expected) && (expected.is_empty() == told.is_empty()),
            "{told:?}, not {expected:?}"
        );
    };
    check(SenderSettings::default(), "");
    check(mail("127.0.0.1", Security::None, "a@b.cn"), "");
    check(mail("mail.example.cn", Security::StartTls, "通办 <a@b.cn>"), "");
    check(mail("mail.example.cn", Security::None, "a@b.cn"), "[mail] security");
    check(mail("127.0.0.1", Security::None, "nobody"), "[mail] from");
    check(receiver("https://push.example.cn/x", secret()), "");
    check(receiver("http://127.0.0.1:1/x", Proof::None), "");
    check(receiver("http://[::1]:1/x", Proof::None), "");
    check(receiver("http://push.example.cn/x", secret()), "[receivers.x] url");
    check(receiver("https://push.example.cn/x", Proof::None), "needs a secret");
    check(receiver("ftp://127.0.0.1/x", secret()), "must be https");
    check(receiver("no address", secret()), "[receivers.x] url");
    let sms = BridgeSettings {
        endpoint: endpoint("http://localhost:1/", Proof::None),
        templates: BTreeMap::from([("gossip".into(), "SMS_1".into())]),
    };
    check(SenderSettings { sms: Some(sms), ..SenderSettings::default() }, "[sms] templates");
}

#[test]
fn secrets_do_not_show() {
    let settings = receiver("https://x.cn", Proof::HmacSm3(Secret::new("very secret")));
    assert!(!format!("{settings:?}").contains("very"));
}

/// The vector of docs/notices.md; made with another implementation (`openssl dgst -sm3 -hmac`).
#[test]
fn the_signature_is_as_documented() {
    assert_eq!(
        signature("tongban", 1_791_511_200, br#"{"id":"1"}"#),
        "hmac-sm3=570a3140210d6ee564d756a873ebe1f3a197e7f4fc23bac5d85856c4958f2537"
    );
}

#[tokio::test]
async fn nobody_there_is_a_failure_without_the_address_of_the_reader() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let settings = receiver(&format!("http://127.0.0.1:{port}/x?token=hidden"), Proof::None);
    let senders = Senders::new(&settings).unwrap();
    let delivery = Delivery {
        receiver: "push:x".into(),
        number: 1,
        topic: "t".into(),
        key: "k".into(),
        payload: json!({}),
        posted_at: Timestamp::UNIX_EPOCH,
        attempts: 1,
    };
    let error = hand_over(&senders, &delivery, Timestamp::UNIX_EPOCH).await.unwrap_err().to_string();
    assert!(error.starts_with("the receiver cannot be reached: ") && !error.contains("hidden"), "{error}");
}
