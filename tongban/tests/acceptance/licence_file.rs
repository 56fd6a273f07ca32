//! A downloaded licence is checked off line on the command line; with one byte changed it fails and the message says
//! which part is wrong.

use std::path::Path;

use tongban::platform::Platform;
use tongban::scenario::{Client, Extent, FrozenClock, Player, Scenario};

use crate::server::{Place, program, workspace};

/// The PDF and the OFD file of a licence that was issued, and the root certificate.
async fn issued(place: &Place) -> ([Vec<u8>; 2], String) {
    let clock = FrozenClock::at(testkit::instant("2026-01-01T00:00"));
    let settings = Place::settings(place.folder.path(), place.port, None);
    let platform = Platform::open(&settings, clock.clock()).await.unwrap();
    let cast = tongban::cast::Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
    let player = Player::new(&platform, clock, &cast, &place.imported);
    let package = platform.library().current("000511002000", "01").unwrap();
    let file = workspace().join("packages/minzheng/linshi-jiuzhu/scenarios/01-granted.yaml");
    let case = player.play(&package, &Scenario::read(&file).unwrap(), Extent::Whole).await.unwrap().unwrap();
    let mut tx = platform.db.begin().await.unwrap();
    let subject = identity::Subject::Person(place.imported.persons["li-shili"]);
    let opened = identity::open_session_for(&mut tx, subject, (platform.clock)()).await.unwrap();
    tx.commit().await.unwrap();
    let case = cases::get(&mut platform.db.snapshot().await.unwrap(), case).await.unwrap();
    let reference = &case.effects[0].1;
    let client = Client::new(platform.router.clone());
    let mut files = Vec::new();
    for form in ["file", "file.ofd"] {
        let path = format!("/api/v1/licences/{reference}/{form}");
        let file = client.send(axum::http::Method::GET, &path, Some(&opened.token.reveal()), None).await;
        assert!(file.is_good(), "{}", file.status);
        files.push(file.bytes);
    }
    (files.try_into().unwrap(), platform.root.to_pem())
}

fn verify(file: &Path, root: &Path, more: &[&str]) -> (Option<i32>, String) {
    let mut program = program();
    let command = program.args(["licence", "verify"]).arg(file).arg("--trust").arg(root).args(more);
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downloaded_licence_verifies_off_line_and_a_changed_one_does_not() {
    let place = Place::make(None).await;
    let ([file, ofd], root) = issued(&place).await;
    let folder = tempfile::tempdir().unwrap();
    let root_file = folder.path().join("root.pem");
    std::fs::write(&root_file, root).unwrap();
    let check = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        verify(&path, &root_file, &[])
    };
    let (code, said) = check("genuine.pdf", &file);
    assert!(code == Some(0) && said.contains("临时救助审核确认通知书"), "{said}");

    // One byte of the attached metadata, of the page, and of the signature.
    let position = |needle: &[u8]| file.windows(needle.len()).position(|window| window == needle).unwrap();
    let metadata = position("\"holder_name\"".as_bytes()) + 16;
    let contents = file.windows(10).rposition(|window| window == b"/Contents ").unwrap() + 40;
    for (name, at, part) in [
        ("metadata.pdf", metadata, "metadata"),
        ("page.pdf", 2000, "document was changed"),
        ("signature.pdf", contents, ""),
    ] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let (code, said) = check(name, &changed);
        assert!(code == Some(1) && said.contains("NOT genuine") && said.contains(part), "{name}: {said}");
    }
    let (code, said) = check("longer.pdf", &[&file[..], b"\n"].concat());
    assert!(code == Some(1) && said.contains("added"), "{said}");
    let (code, said) = check("no.pdf", b"hello");
    assert!(code == Some(1) && said.contains("neither a PDF"), "{said}");

    check_ofd(&folder.path().join("licence.ofd"), &root_file, &ofd);
}

/// The OFD file: genuine, with its parts named when it is not, in words and as JSON, and as of a day.
fn check_ofd(path: &Path, root: &Path, ofd: &[u8]) {
    std::fs::write(path, ofd).unwrap();
    let (code, said) = verify(path, root, &[]);
    assert!(
        code == Some(0) && said.contains("临时救助审核确认通知书") && said.contains("version 4"),
        "{said}"
    );
    let (code, said) = verify(path, root, &["--json", "--at", "2030-01-01"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &json["genuine"], &json["parts"]), (Some(0), &true.into(), &serde_json::json!([])));
    let (code, said) = verify(path, root, &["--at", "2025-12-31"]);
    assert!(code == Some(1) && said.contains("after the time"), "{said}");

    let mut package = ofd::Package::read(ofd).unwrap();
    package.files.insert("Doc_0/Res/extra.png".into(), Vec::new());
    package.files.get_mut("Doc_0/Signs/Sign_0/Seal.esl").unwrap()[100] ^= 1;
    std::fs::write(path, package.write().unwrap()).unwrap();
    let (code, said) = verify(path, root, &[]);
    assert!(code == Some(1) && said.contains("NOT genuine"), "{said}");
    for part in ["coverage  Doc_0/Res/extra.png", "digest  Doc_0/Signs/Sign_0/Seal.esl", "seal-file  Doc_0"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (code, said) = verify(path, root, &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &json["fault"], &json["licence"]), (Some(1), &"ofd".into(), &serde_json::Value::Null));
    assert_eq!(json["parts"].as_array().unwrap().len(), 3, "{json}");
}
