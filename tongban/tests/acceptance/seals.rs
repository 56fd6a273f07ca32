//! The life of a seal in a browser on a phone: asked for, not approved by whoever asked, approved by another, made, used,
//! stopped, revoked; and the command line beside it.

use guomi::{Crl, sm3};
use kernel::{CaseId, Role, TypedId as _};
use seals::{Purpose, SignError, Wanted};
use tongban::platform::Platform;

use crate::browser::{Browser, PHONE};
use crate::server::{PASSWORD, Place, machine_clock, program, workspace};

/// Somebody who administers the seal authority and decides in it.
const ASKER: &str = "seal-asker";

async fn add_asker(platform: &Platform) {
    let staff = identity::AddStaff {
        login: ASKER.into(),
        name: "申管印".into(),
        body: "hunan-mz".into(),
        roles: [Role::Administration, Role::Decision].into(),
        password: Some(PASSWORD.into()),
    };
    let (mut tx, now) = (platform.db.begin().await.unwrap(), (platform.clock)());
    identity::add_staff(&mut tx, &platform.identity.passwords, now, staff).await.unwrap();
    tx.commit().await.unwrap();
}

/// A use, as an issuing room asks for it; the number of the seal.
async fn used(platform: &Platform, reference: &str) -> Result<String, SignError> {
    let (mut tx, now) = (platform.db.begin().await.unwrap(), (platform.clock)());
    let body = identity::find_body(&mut tx, "hunan-mz").await.unwrap().unwrap().id;
    let wanted = Wanted {
        body,
        purpose: Purpose::Licence,
        reference,
        digest: sm3::digest(reference.as_bytes()),
        case: CaseId::from_parts(now, [1; 10]),
        decided_by: "staff:x",
        decided_name: "孙决定",
    };
    let granted = seals::sign(&mut tx, &platform.seals, &wanted, now).await?;
    tx.commit().await.unwrap();
    Ok(granted.number)
}

async fn as_staff(browser: &mut Browser, login: &str, page: &str) {
    browser.forget().await;
    browser.sign_in_staff(login).await;
    browser.open(page).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_lives_and_ends_in_a_browser() {
    let place = Place::make(None).await;
    let settings = Place::settings(place.folder.path(), place.port, None);
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    add_asker(&platform).await;
    let server = place.serve();
    let Some(mut browser) = Browser::start("seals", &server.url, PHONE).await else { return };

    as_staff(&mut browser, ASKER, "/admin/seals").await;
    browser.sees("还没有印章").await;
    browser.press("申请印章").await;
    browser.fill("body", "hunan-mz").await;
    browser.fill("kind", "04").await;
    browser.press("预览图样").await;
    assert!(browser.attribute("main img", "src").await.starts_with("data:image/svg+xml;base64,"));
    browser.fill("reason", "核发登记证书").await;
    browser.press("提交申请").await;
    browser.sees("待审批").await;
    browser.sees("须由另一人审批").await;
    let page = browser.path().await;
    assert!(!browser.text().await.contains("不予批准"), "nobody decides about what they asked for");

    as_staff(&mut browser, "province-decision", &page).await;
    browser.press("批准").await;
    browser.sees("4300000400001").await;
    as_staff(&mut browser, "admin", &page).await;
    browser.press("制作印章").await;
    browser.sees("SM3 指纹").await;
    browser.press("启用").await;
    browser.sees("使用中").await;
    assert!(browser.attribute("main img", "alt").await.contains("湖南省民政厅（演示）"));
    assert_eq!(used(&platform, "湘社证字第1号").await.unwrap(), "4300000400001");
    browser.open(&page).await;
    browser.sees("湘社证字第1号").await;

    browser.fill("word", "印章保管人离岗").await;
    browser.press("暂停使用").await;
    browser.sees("已暂停").await;
    let stopped = used(&platform, "湘社证字第2号").await.unwrap_err().to_string();
    assert_eq!(stopped, "seal 4300000400001 is suspended: it may not be used");

    as_staff(&mut browser, "province-decision", &page).await;
    browser.press("撤销印章").await;
    browser.fill("reason", "key-compromise").await;
    browser.fill("word", "密钥文件遗失").await;
    browser.press("撤销印章").await;
    browser.sees("请勾选确认撤销").await;
    browser.fill("confirmed", "true").await;
    browser.press("撤销印章").await;
    browser.sees("密钥可能泄露").await;
    assert!(matches!(used(&platform, "湘社证字第3号").await, Err(SignError::NotInForce { .. })));
    browser.close().await;

    // The running server issues a list after the revocation; the command line issues the next one.
    let out = place.folder.path().join("seals.crl");
    let mut command = program();
    command.args(["seal", "ca", "crl", "--config"]).arg(&place.config).arg("--out").arg(&out);
    let listed = command.current_dir(workspace()).output().unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let list = Crl::from_der(&std::fs::read(&out).unwrap()).unwrap();
    list.verify_signed_by(platform.seals.keys.authority().unwrap().certificate()).unwrap();
    assert_eq!(list.len(), 1);
    platform.db.close().await;
    assert!(server.stop().success());
}

#[test]
fn an_office_sets_its_own_authority_up_once() {
    let folder = testkit::folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("passphrase"), "beside the platform\n").unwrap();
    std::fs::write(path("root-passphrase"), "carried away with it\n").unwrap();
    let config = format!(
        "[server]\nlisten = \"127.0.0.1:9\"\npublic_url = \"https://example.gov.cn\"\n[data]\nfolder = {:?}\n\
         packages = \"packages/minzheng\"\npassphrase_file = {:?}\n",
        path("data"),
        path("passphrase")
    );
    std::fs::write(path("config.toml"), config).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.args(["seal", "ca"]).args(arguments).arg("--config").arg(path("config.toml"));
        let output = command.current_dir(workspace()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    };
    let (code, said) = run(&["show"]);
    assert!(code == Some(1) && said.contains("there is no maker of seals"), "{said}");
    let (root, secret) = (path("stick/root"), path("root-passphrase"));
    let arguments = ["init", "--organization", "示例县", "--root", root.to_str().unwrap()];
    let arguments = [&arguments[..], &["--root-passphrase-file", secret.to_str().unwrap()]].concat();
    let (code, said) = run(&arguments);
    assert!(code == Some(0) && said.contains("示例县 根证书 Root CA"), "{said}");
    let (code, said) = run(&arguments);
    assert!(code == Some(2) && said.contains("is there already"), "{said}");
    std::fs::remove_dir_all(path("stick")).unwrap();
    let (code, said) = run(&["show"]);
    assert!(code == Some(0) && said.contains("示例县 签发证书") && said.contains("示例县 制章者"), "{said}");
}
