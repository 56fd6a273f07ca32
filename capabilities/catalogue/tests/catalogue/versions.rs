//! Versions on every engine: recorded once, kept after the folder moved on, never silently replaced.

use cases::TypeRef;
use catalogue::{Library, MIGRATIONS, VersionError};
use store::{Db, vals};

use crate::fixture::{changed, good, library, registers};

fn reference(version: &str) -> TypeRef {
    TypeRef { item: "430120001000".into(), handling: "01".into(), version: version.into() }
}

/// What the platform does at start.
async fn start(db: &Db, library: Library) -> Result<Library, VersionError> {
    let mut tx = db.begin().await?;
    let shelf = library.take_up(&mut tx, testkit::instant("2026-09-21T09:30")).await?;
    tx.commit().await?;
    Ok((*shelf.now()).clone())
}

#[tokio::test]
async fn a_case_keeps_its_version_after_the_folder_has_moved_on() {
    testkit::each_database(async |db| {
        db.migrate(&[ledger::MIGRATIONS, MIGRATIONS]).await.unwrap();
        let first = start(&db, library(&changed("item.yaml", &[]))).await.unwrap();
        assert!(first.get(&reference("1")).is_some() && first.get(&reference("2")).is_none());

        let changes = [
            ("version: \"1\"", "version: \"2\""),
            ("en: Dog licence}\nsummary", "en: Licence for dogs}\nsummary"),
        ];
        let second = start(&db, library(&changed("item.yaml", &changes))).await.unwrap();
        let (old, new) = (second.get(&reference("1")).unwrap(), second.get(&reference("2")).unwrap());
        assert_eq!(
            (old.item.name.en.as_str(), new.item.name.en.as_str()),
            ("Dog licence", "Licence for dogs")
        );
        assert_eq!(old.digest, first.get(&reference("1")).unwrap().digest);
        assert_eq!(old.case_type.process, new.case_type.process);
        // Only the new one is offered.
        assert_eq!(second.current("430120001000", "01").unwrap().reference, reference("2"));
        assert_eq!(second.list().count(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_version_with_other_content_is_refused() {
    testkit::each_database(async |db| {
        db.migrate(&[ledger::MIGRATIONS, MIGRATIONS]).await.unwrap();
        start(&db, library(&changed("item.yaml", &[]))).await.unwrap();
        start(&db, library(&changed("item.yaml", &[]))).await.unwrap();

        let root = changed("licences.yaml", &[("years: 3", "years: 5")]);
        let error = start(&db, library(&root)).await.unwrap_err();
        let expected = format!(
            "{}/dog: content changed without a new version: item 430120001000, handling 01, version 1 was loaded before \
             with other files; give the change a new version in item.yaml",
            root.path().display()
        );
        assert_eq!(error.to_string(), expected);

        let mut tx = db.snapshot().await.unwrap();
        let rows = tx.fetch_all("select version, loaded_at from package_versions", vals![]).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].get::<kernel::Timestamp>(1).unwrap(), testkit::instant("2026-09-21T09:30"));
    })
    .await;
}

#[tokio::test]
async fn rules_that_came_later_do_not_touch_recorded_versions() {
    testkit::each_database(async |db| {
        db.migrate(&[ledger::MIGRATIONS, MIGRATIONS]).await.unwrap();
        let loaded = library(&changed("item.yaml", &[]));
        start(&db, loaded).await.unwrap();
        // A platform that no longer keeps the register still reads the old version, and what was published stays in force
        // when it is gone from the folder.
        let empty = start(&db, Library::default()).await.unwrap();
        assert!(empty.get(&reference("1")).is_some());
        assert_eq!(empty.current("430120001000", "01").unwrap().reference, reference("1"));
        assert_eq!(empty.search("养狗", catalogue::Clientele::Any).len(), 1);

        let mut tx = db.begin().await.unwrap();
        tx.execute("update package_versions set files = '{\"item.yaml\": \"code: [\"}'", vals![])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let error = start(&db, Library::default()).await.unwrap_err();
        assert!(matches!(error, VersionError::Unreadable(_)), "{error}");
        let mut tx = db.begin().await.unwrap();
        tx.execute("update package_versions set files = '[]'", vals![]).await.unwrap();
        tx.commit().await.unwrap();
        let error = start(&db, Library::default()).await.unwrap_err();
        assert_eq!(error.to_string(), "column files does not hold file names and texts");
    })
    .await;
}

#[test]
fn line_ends_and_scenarios_are_no_content() {
    let root = changed("item.yaml", &[]);
    let digest = |root: &tempfile::TempDir| library(root).list().next().unwrap().digest.clone();
    let before = digest(&root);
    let path = root.path().join("dog/process.yaml");
    let text = std::fs::read_to_string(&path).unwrap().replace('\n', "\r\n");
    std::fs::write(&path, text).unwrap();
    std::fs::create_dir(root.path().join("dog/scenarios")).unwrap();
    std::fs::write(root.path().join("dog/scenarios/01.yaml"), "steps: []").unwrap();
    assert_eq!(digest(&root), before);
    assert_eq!(before.len(), 64);
    let here = Library::load(&good(), &registers()).unwrap();
    assert_eq!(here.list().next().unwrap().digest, before);
}
