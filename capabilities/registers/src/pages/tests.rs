//! The register as everybody sees it.

use axum::http::StatusCode;
use serde_json::Value;
use testkit::each_database;

use crate::testing::{CODES, app, fresh, get, new_entry};
use crate::write;

#[tokio::test]
async fn everybody_can_search_read_and_download() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        write(&mut tx, new_entry(1, "湖南省演示<健步走>协会", CODES[0])).await.unwrap();
        tx.commit().await.unwrap();
        let app = app(&db);
        let (status, list) = get(&app, "/registers/social-organisations?q=%E5%81%A5%E6%AD%A5").await;
        assert_eq!(status, StatusCode::OK);
        assert!(list.contains(CODES[0]) && list.contains("演示&#60;健步走"), "{list}");
        let (_, none) = get(&app, "/registers/social-organisations?q=zzz").await;
        assert!(none.contains("没有查到") && !none.contains(CODES[0]));
        let (status, entry) = get(&app, &format!("/registers/social-organisations/{}", CODES[0])).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            entry.contains("50,000.50 元") && entry.contains("湖南省体育局") && entry.contains("周假定"),
            "{entry}"
        );
        assert!(!entry.contains('⟦') && !list.contains('⟦'));
        let (status, _) = get(&app, &format!("/registers/social-organisations/{}", CODES[1])).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, file) = get(&app, "/registers/social-organisations.csv").await;
        assert_eq!((status, file.lines().count()), (StatusCode::OK, 2));
        assert!(file.starts_with("\u{feff}\"名称\",") && file.contains("\"50000.50\""), "{file}");
    })
    .await;
}

#[tokio::test]
async fn machines_read_the_same() {
    each_database(|db| async move {
        fresh(&db).await;
        let mut tx = db.begin().await.unwrap();
        for (n, code) in (1..).zip(CODES) {
            write(&mut tx, new_entry(n, "演示协会", code)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let app = app(&db);
        let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
        let (status, first) = get(&app, "/api/v1/registers/social-organisations/entries?size=2").await;
        let first = json(first);
        assert_eq!((status, first["items"].as_array().unwrap().len()), (StatusCode::OK, 2));
        assert_eq!(first["items"][0]["data"]["legal_representative"], "周假定");
        let next = first["next"].as_str().unwrap();
        let (_, last) =
            get(&app, &format!("/api/v1/registers/social-organisations/entries?size=2&after={next}")).await;
        let last = json(last);
        assert_eq!((last["items"].as_array().unwrap().len(), &last["next"]), (1, &Value::Null));
        let (status, one) =
            get(&app, &format!("/api/v1/registers/social-organisations/entries/{}", CODES[0])).await;
        assert_eq!((status, &json(one)["version"]), (StatusCode::OK, &Value::from(1)));
        for (path, expected) in [
            ("/api/v1/registers/dogs/entries", StatusCode::NOT_FOUND),
            ("/api/v1/registers/social-organisations/entries/91430000DEM000225E", StatusCode::NOT_FOUND),
            ("/api/v1/registers/social-organisations/entries?after=x", StatusCode::BAD_REQUEST),
            ("/api/v1/registers/social-organisations/entries?size=0", StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(get(&app, path).await.0, expected, "{path}");
        }
    })
    .await;
}
