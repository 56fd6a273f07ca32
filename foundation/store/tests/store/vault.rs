//! Personal data: sealed, found by a blind index, opened only for a purpose, each look on record.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use kernel::CaseId;
use store::page::{PageRequest, PageSize};
use store::{Error, MIGRATIONS, Purpose, Vault, access_log, vals};
use testkit::{each_database, folder, instant, vault};

const NUMBER: &str = "110101199003078515";

fn case() -> CaseId {
    "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap()
}

fn purpose() -> Purpose {
    Purpose::new("applications.review", "staff:li").for_case(case())
}

#[test]
fn only_the_same_field_of_the_same_vault_opens() {
    let vault = vault();
    let sealed = vault.seal("id_number", NUMBER.as_bytes()).unwrap();
    assert_eq!(vault.open("id_number", &sealed, &purpose()).unwrap(), NUMBER.as_bytes());
    assert!(!sealed.windows(6).any(|part| NUMBER.as_bytes().windows(6).any(|plain| plain == part)));
    assert_ne!(sealed, vault.seal("id_number", NUMBER.as_bytes()).unwrap(), "equal values do not look equal");
    assert!(matches!(vault.open("phone", &sealed, &purpose()), Err(Error::Vault(_))));
    assert!(matches!(testkit::vault().open("id_number", &sealed, &purpose()), Err(Error::Vault(_))));
    for place in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        assert!(vault.open("id_number", &changed, &purpose()).is_err(), "byte {place}");
        assert!(vault.open("id_number", &sealed[..place], &purpose()).is_err(), "cut at {place}");
    }
    assert!(!format!("{:?}", vault.open("phone", &sealed, &purpose())).contains(NUMBER));
}

#[test]
fn nothing_opens_without_a_purpose_and_a_name() {
    let vault = vault();
    let sealed = vault.seal("id_number", NUMBER.as_bytes()).unwrap();
    for purpose in [Purpose::new("", "staff:li"), Purpose::new("applications.review", "")] {
        assert!(matches!(vault.open("id_number", &sealed, &purpose), Err(Error::Vault(_))));
    }
}

#[test]
fn blinds_find_equal_values_of_one_field_only() {
    let vault = vault();
    let blind = vault.blind("id_number", NUMBER);
    assert_eq!(blind, vault.blind("id_number", NUMBER));
    assert_eq!(blind.len(), 64);
    assert_ne!(blind, vault.blind("id_number", "110101199003078516"));
    assert_ne!(blind, vault.blind("phone", NUMBER));
    assert_ne!(blind, testkit::vault().blind("id_number", NUMBER));
}

#[test]
fn the_key_file_is_made_once_and_for_its_owner_only() {
    let folder = folder();
    let path = folder.path().join("keys/master");
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || Vault::open_or_create(path).unwrap().blind("f", "v"))
        })
        .collect();
    let blinds: Vec<String> = starts.into_iter().map(|start| start.join().unwrap()).collect();
    assert!(blinds.iter().all(|blind| *blind == blinds[0]), "two programs starting together share one key");
    assert_eq!(fs::read_dir(folder.path().join("keys")).unwrap().count(), 1, "nothing half made is left");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&path).unwrap().trim().len(), 64);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Vault::open_or_create(&path).unwrap_err().to_string().contains("0600"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "not a key").unwrap();
    assert!(Vault::open_or_create(&path).unwrap_err().to_string().contains("64 hexadecimal"));
}

#[tokio::test]
async fn a_database_is_not_opened_with_another_key() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let (vault, now) = (vault(), instant("2026-09-21T09:00"));
        vault.confirm(&db, now).await.unwrap();
        vault.confirm(&db, now).await.unwrap();
        assert!(matches!(testkit::vault().confirm(&db, now).await, Err(Error::Vault(_))));
    })
    .await;
}

#[tokio::test]
async fn each_look_is_on_record_for_the_person() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let vault = vault();
        let sealed = vault.seal("id_number", NUMBER.as_bytes()).unwrap();
        let mut tx = db.begin().await.unwrap();
        for (minute, subject) in [(0, "person:a"), (1, "person:b"), (1, "person:a"), (2, "person:a")] {
            let now = instant(&format!("2026-09-21T09:0{minute}"));
            let plain = vault.reveal(&mut tx, "id_number", &sealed, &purpose(), subject, now).await.unwrap();
            assert_eq!(plain, NUMBER.as_bytes());
        }
        assert!(
            vault
                .reveal(&mut tx, "phone", &sealed, &purpose(), "person:a", instant("2026-09-21T09:09"))
                .await
                .is_err()
        );
        tx.commit().await.unwrap();

        let mut tx = db.snapshot().await.unwrap();
        let mut request = PageRequest { after: None, size: PageSize::try_from(2).unwrap() };
        let first = access_log::list(&mut tx, "person:a", &request).await.unwrap();
        request.after = first.next.clone();
        let second = access_log::list(&mut tx, "person:a", &request).await.unwrap();
        assert!(second.next.is_none());
        let times: Vec<_> = first.items.iter().chain(&second.items).map(|look| look.at).collect();
        assert_eq!(times, ["2026-09-21T09:02", "2026-09-21T09:01", "2026-09-21T09:00"].map(instant));
        let look = &first.items[0];
        assert_eq!(
            (look.field.as_str(), look.purpose.as_str(), look.by.as_str()),
            ("id_number", purpose().name, "staff:li")
        );
        assert_eq!(look.case.as_deref(), Some(case().to_string().as_str()));
        let count = tx.fetch_one("select count(*) from personal_data_accesses", vals![]).await.unwrap();
        assert_eq!(count.get::<i64>(0).unwrap(), 4);
    })
    .await;
}
