//! The pages and the API.

use super::*;

fn one() -> Actor {
    staff(1, Role::Catalogue)
}

fn two() -> Actor {
    staff(2, Role::Catalogue)
}

/// The value of an input of a page.
fn value(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} on {page}"));
    let (_, rest) = rest.split_once("value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_manage_items_come_here() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world.begun("One dog", "One single dog").await;
        let pages = [
            "/desk/catalogue".to_owned(),
            "/desk/catalogue/import".into(),
            format!("/desk/catalogue/items/{}/{}", KEY.0, KEY.1),
            format!("/desk/catalogue/revisions/{id}"),
            format!("/desk/catalogue/revisions/{id}/edit/limits"),
            format!("/desk/catalogue/revisions/{id}/file?name=item.yaml"),
            format!("/desk/catalogue/revisions/{id}/zip"),
        ];
        for path in &pages {
            assert_eq!(world.get(one(), path).await.status, StatusCode::OK, "{path}");
            for actor in [staff(3, Role::Decision), staff(3, Role::Administration)] {
                assert_eq!(world.get(actor, path).await.status, StatusCode::FORBIDDEN, "{path}");
            }
            let stranger = world.get(Actor::Anonymous, path).await;
            assert!(stranger.location.starts_with("/staff/sign-in"), "{path}: {}", stranger.location);
        }
        for path in ["/desk/catalogue/revisions/x", "/desk/catalogue/items/x/01"] {
            assert_eq!(world.get(one(), path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let api = format!("/api/v1/catalogue/revisions/{id}");
        assert_eq!(world.api(staff(3, Role::Review), "GET", &api, None).await.status, StatusCode::FORBIDDEN);
        let forged = Request::post(format!("/desk/catalogue/revisions/{id}/check"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("edition=2"));
        assert_eq!(world.ask(one(), forged.unwrap()).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elements_are_edited_where_they_stand() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let item = format!("/desk/catalogue/items/{}/{}", KEY.0, KEY.1);
        let begun = world.post(one(), &format!("{item}/begin"), &[]).await;
        let revision = begun.location;
        let limits = format!("{revision}/edit/limits");
        let page = world.get(one(), &limits).await.text;
        assert_eq!(value(&page, "limits/promised/within"), "10");
        let fields = |amount| {
            [
                ("edition", "1"),
                ("limits/statutory/within", "20"),
                ("limits/statutory/within:unit", "working days"),
                ("limits/statutory/basis", "示例养犬办法 第二条"),
                ("limits/promised/within", amount),
                ("limits/promised/within:unit", "working days"),
                ("limits/promised/basis", ""),
            ]
        };
        let wrong = world.post(one(), &limits, &fields("ten")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text.contains("大于零的整数") && wrong.text.contains("value=\"ten\""),
            "{}",
            wrong.text
        );
        let saved = world.post(one(), &limits, &fields("25")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let page = world.get(one(), &saved.location).await.text;
        assert!(page.contains("limits/promised/within-error") && page.contains("还有1处"), "{page}");
        let late = world.post(two(), &limits, &fields("8")).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("别人已经作了改动"), "{}", late.text);
        let mut eight = fields("8");
        eight[0].1 = "2";
        assert_eq!(world.post(one(), &limits, &eight).await.status, StatusCode::SEE_OTHER);
        let text = world.get(one(), &format!("{revision}/file?name=item.yaml")).await.text;
        assert!(text.contains("# An invented item for tests"), "{text}");
        assert!(text.contains("promised: {within: 8 working days}"), "{text}");
        let page = world.get(one(), &revision).await.text;
        assert!(
            page.contains("10个工作日") && page.contains("8个工作日") && page.contains("承诺时限"),
            "{page}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_goes_through_the_pages_and_the_guide_shows_it() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let id = world
            .begun("zh: 一户一只。, en: One dog a household.", "zh: 一户两只。, en: Two dogs a household.")
            .await;
        let revision = format!("/desk/catalogue/revisions/{id}");
        let act = async |who: Actor, act: &str, edition: &str| {
            world.post(who, &format!("{revision}/{act}"), &[("edition", edition), ("word", "放宽条件")]).await
        };
        assert_eq!(act(one(), "check", "2").await.status, StatusCode::SEE_OTHER);
        let list = world.get(two(), "/desk/catalogue?state=checked").await.text;
        assert!(list.contains("养犬登记") && list.contains("有1份修订等待审核"), "{list}");
        let own = act(one(), "approve", "3").await;
        assert!(own.status == StatusCode::CONFLICT && own.text.contains("不能审核"), "{}", own.text);
        assert!(world.get(one(), &revision).await.text.contains("等待另一位工作人员审核"));
        assert_eq!(act(two(), "approve", "3").await.status, StatusCode::SEE_OTHER);
        assert_eq!(act(one(), "publish", "4").await.status, StatusCode::SEE_OTHER);
        let guide = format!("/items/{}/{}", KEY.0, KEY.1);
        assert!(world.get(Actor::Anonymous, &guide).await.text.contains("一户两只。"));
        let history = world.get(Actor::Anonymous, &format!("{guide}/versions")).await.text;
        for expected in ["发布版本 2", "放宽条件", "一户一只。", "一户两只。", "受理条件", "首次发布"]
        {
            assert!(history.contains(expected), "{expected} is not on {history}");
        }
        assert!(!history.contains("示例2"), "names of staff are not public");
        let api = world.get(Actor::Anonymous, &format!("/api/v1{guide}/versions")).await.json();
        assert_eq!(api["items"][0]["version"], "2");
        assert_eq!(api["items"][0]["changes"].as_array().unwrap().len(), 1);
        let item = world.get(one(), &format!("/desk/catalogue{guide}")).await.text;
        assert!(item.contains("示例1") && item.contains("versions/1/zip"), "{item}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suspended_and_cancelled_items_say_so() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let guide = format!("/items/{}/{}", KEY.0, KEY.1);
        let item = format!("/desk/catalogue{guide}");
        let empty = world.post(one(), &format!("{item}/suspend"), &[("word", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.text.contains("请写明原因"), "{}", empty.text);
        let fields = [("word", "系统升级"), ("until", "2026-10-08")];
        let done = world.post(one(), &format!("{item}/suspend"), &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = world.get(Actor::Anonymous, &guide).await.text;
        assert!(page.contains("暂停办理") && page.contains("系统升级") && page.contains("10月8日"), "{page}");
        let done = world.post(one(), &format!("{item}/cancel"), &[("word", "并入其他事项")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = world.get(Actor::Anonymous, &guide).await;
        assert_eq!(page.status, StatusCode::GONE);
        assert!(page.text.contains("并入其他事项") && page.text.contains("养犬登记"), "{}", page.text);
        assert!(!world.get(Actor::Anonymous, "/search").await.text.contains("养犬登记"));
        let english = Request::get(&guide).header("accept-language", "en").body(Body::empty()).unwrap();
        assert!(world.ask(Actor::Anonymous, english).await.text.contains("No longer offered since"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_goes_out_and_comes_in_with_every_byte() {
    each_database(async |db| {
        let world = World::new(&db).await;
        let item = format!("/desk/catalogue/items/{}/{}", KEY.0, KEY.1);
        let zip = world.get(one(), &format!("{item}/versions/1/zip")).await.bytes;
        let files = crate::edit::zip::read(&zip).unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dog-licence");
        for (name, text) in &files {
            assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), *text, "{name}");
        }
        let upload = |content: &[u8]| {
            let mut body = b"--b\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\ntoken\r\n--b\r\n\
                Content-Disposition: form-data; name=\"file\"; filename=\"dog.zip\"\r\n\r\n"
                .to_vec();
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n--b--\r\n");
            Request::post("/desk/catalogue/import")
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
                .body(Body::from(body))
                .unwrap()
        };
        let bad = world.ask(one(), upload(b"PK no zip")).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text.contains("不是能读取的 ZIP"), "{}", bad.text);
        let taken = world.ask(one(), upload(&zip)).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        let out = world.get(one(), &format!("{}/zip", taken.location)).await.bytes;
        assert_eq!(out, zip, "round trip");
        // By the API the same.
        let id = taken.location.rsplit('/').next().unwrap();
        let one_path = format!("/api/v1/catalogue/revisions/{id}");
        let seen = world.api(one(), "GET", &one_path, None).await.json();
        assert_eq!(seen["files"]["item.yaml"].as_str().unwrap(), files["item.yaml"]);
        let body = json!({ "edition": 1, "word": "重来" });
        let dropped = world.api(one(), "POST", &format!("{one_path}/drop"), Some(body)).await;
        assert_eq!((dropped.status, dropped.json()["state"].as_str().unwrap()), (StatusCode::OK, "dropped"));
        let again = json!({ "files": seen["files"] });
        let again = world.api(one(), "POST", "/api/v1/catalogue/revisions", Some(again)).await;
        assert_eq!(again.status, StatusCode::CREATED, "{}", again.text);
        assert_eq!(again.json()["files"], seen["files"]);
        let path = format!("/api/v1/catalogue/items/{}/{}/versions/1", KEY.0, KEY.1);
        assert_eq!(world.api(one(), "GET", &path, None).await.json()["files"], seen["files"]);
    })
    .await;
}
