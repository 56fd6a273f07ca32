//! OpenSSL accepts what is issued and signed here, and the other way round.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::sm2::{PrivateKey, PublicKey};
use crate::testing::{Tool, require};

const START: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z
/// OpenSSL before 4.0 takes an empty id unless told otherwise.
const ID_OPTION: &str = "distid:1234567812345678";

fn openssl(dir: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl").args(arguments).current_dir(dir).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

fn issue(dir: &Path) -> (PrivateKey, Certificate) {
    let subject = |name: &str| Subject {
        organization: "长沙市民政局".into(),
        organization_id: "11430100006127328Y".into(),
        common_name: name.into(),
        ..Subject::default()
    };
    let (root_key, authority_key, key) =
        (PrivateKey::generate(), PrivateKey::generate(), PrivateKey::generate());
    let root = issue_root(&subject("演示根"), &root_key, START, 20, [1; 16]).unwrap();
    let validity = Validity::years(START, 2).unwrap();
    let authority = issue_leaf(
        &subject("市级机构"),
        &authority_key.public(),
        &root,
        &root_key,
        validity,
        LeafUsage::IssuingCa,
    );
    let authority = authority.unwrap();
    let usage = LeafUsage::Signing;
    let leaf =
        issue_leaf(&subject("婚姻登记"), &key.public(), &authority, &authority_key, validity, usage).unwrap();
    for (name, certificate) in [("root.pem", &root), ("authority.pem", &authority), ("leaf.pem", &leaf)] {
        std::fs::write(dir.join(name), certificate.to_pem()).unwrap();
    }
    (key, leaf)
}

#[test]
fn openssl_verifies_the_chain() {
    if !require(Tool::Openssl) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (_key, leaf) = issue(dir.path());
    // OpenSSL hands the id option to the certificate named last only, so each link is verified by itself.
    let verify = |issuer: &[&str], certificate: &str, time: i64| {
        let options = ["verify", "-x509_strict", "-attime", &time.to_string(), "-vfyopt", ID_OPTION];
        openssl(dir.path(), &[&options[..], issuer, &[certificate]].concat())
    };
    let by_root = ["-CAfile", "root.pem"];
    let by_authority = ["-partial_chain", "-trusted", "authority.pem"];
    let ok = |certificate: &str| (true, format!("{certificate}: OK\n"));
    assert_eq!(verify(&by_root, "root.pem", START), ok("root.pem"));
    assert_eq!(verify(&by_root, "authority.pem", START), ok("authority.pem"));
    assert_eq!(verify(&by_authority, "leaf.pem", START), ok("leaf.pem"));
    assert!(!verify(&by_authority, "leaf.pem", leaf.not_after() + 1).0);
    let shown = openssl(
        dir.path(),
        &["x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "oneline,utf8,-esc_msb"],
    );
    for expected in ["SM2-with-SM3", "婚姻登记", "长沙市民政局", "11430100006127328Y", "Non Repudiation"]
    {
        assert!(shown.1.contains(expected), "{expected} in {}", shown.1);
    }
}

#[test]
fn openssl_verifies_a_signature() {
    if !require(Tool::Openssl) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let key = PrivateKey::generate();
    std::fs::write(dir.path().join("public.pem"), key.public().to_pem()).unwrap();
    std::fs::write(dir.path().join("signature"), key.sign(DEFAULT_ID, b"message").to_der()).unwrap();
    let verify = |message: &[u8]| {
        std::fs::write(dir.path().join("message"), message).unwrap();
        let key = ["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-sigfile", "signature"];
        let message = ["-rawin", "-in", "message", "-digest", "sm3", "-pkeyopt", ID_OPTION];
        openssl(dir.path(), &[key, message].concat()).0
    };
    assert!(verify(b"message"));
    assert!(!verify(b"massage"));
}

#[test]
fn a_certificate_of_openssl_is_read_and_verified() {
    if !require(Tool::Openssl) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let key = ["req", "-x509", "-newkey", "sm2", "-nodes", "-keyout", "key.pem", "-out", "root.pem", "-sm3"];
    let rest = ["-days", "30", "-utf8", "-subj", "/C=CN/O=长沙市/CN=根", "-sigopt", ID_OPTION];
    let (made, output) = openssl(dir.path(), &[&key[..], &rest].concat());
    assert!(made, "{output}");
    let root = Certificate::from_pem(&std::fs::read_to_string(dir.path().join("root.pem")).unwrap()).unwrap();
    assert_eq!(root.subject_common_name(), "根");
    assert_eq!(verify_chain(&root, &[], &root, root.not_before()), Ok(()));
    let (read, pem) = openssl(dir.path(), &["pkey", "-in", "key.pem", "-pubout"]);
    assert!(read, "{pem}");
    assert_eq!(PublicKey::from_pem(&pem).unwrap(), *root.public_key());
}
