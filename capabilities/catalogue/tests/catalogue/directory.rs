//! The lists by page and by program: brought in by the administration, read by everybody.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use catalogue::directory::{self, Format, Room};
use http_body_util::BodyExt as _;
use identity::{AddBody, AddStaff, Passwords, Strength, Subject};
use kernel::{Role, Words};
use serde_json::Value;
use store::{Db, Files};
use testkit::{each_database, instant};
use tower::ServiceExt as _;
use web::{Catalogue, Site, Source, WebConfig};

use crate::fixture::{changed, library};
use crate::pages::sound;

const IMPORTS: &str = "/desk/directory/imports";

struct World {
    room: Room,
    site: Site,
    identity: identity::Room,
    admin: String,
    clerk: String,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    location: String,
    text: String,
}

impl World {
    async fn new(db: Db) -> Self {
        let now = instant("2026-11-20T09:00");
        let rooms = [store::MIGRATIONS, identity::MIGRATIONS, catalogue::MIGRATIONS];
        db.migrate(&rooms).await.unwrap();
        let (vault, passwords) = (testkit::vault(), Passwords::new(Strength::CHEAP).unwrap());
        let folder = testkit::folder();
        let files = Files::open(folder.path(), &vault).unwrap();
        let mut tx = db.begin().await.unwrap();
        let body = AddBody {
            slug: "office".into(),
            name: Words::new("示例办公室", "Example office"),
            uscc: "11430102DEM000030T".into(),
            division: "430102".into(),
            serves: vec!["20".into()],
            parent: None,
            address: String::new(),
            phone: String::new(),
        };
        identity::add_body(&mut tx, now, body).await.unwrap();
        let mut tokens = Vec::new();
        for (login, role) in [("admin", Role::Administration), ("clerk", Role::Decision)] {
            let staff = AddStaff {
                login: login.into(),
                name: "韩管理".into(),
                body: "office".into(),
                roles: [role].into(),
                password: None,
            };
            let id = identity::add_staff(&mut tx, &passwords, now, staff).await.unwrap();
            let opened = identity::open_session_for(&mut tx, Subject::Staff(id), now).await.unwrap();
            tokens.push(opened.token.reveal());
        }
        tx.commit().await.unwrap();
        let source = |room, (zh_cn, en)| Source { room, zh_cn, en };
        let texts = Catalogue::load(&[
            source("identity", identity::MESSAGES),
            source("catalogue", catalogue::MESSAGES),
        ]);
        let config = WebConfig { secure_cookies: false, ..WebConfig::default() };
        let site = Site::new(Arc::new(texts.unwrap()), Arc::new(move || now), config);
        let identity = identity::Room {
            db: db.clone(),
            vault,
            passwords,
            site: site.clone(),
            items: identity::ItemNames::default(),
            behind_proxy: false,
            factors: identity::FactorRules::default(),
        };
        let room = Room { db, files, shelf: library(&changed("item.yaml", &[])).into() };
        let clerk = tokens.pop().unwrap();
        Self { room, site, identity, admin: tokens.pop().unwrap(), clerk, _folder: folder }
    }

    fn router(&self) -> Router {
        let (router, _specs) = directory::routes(self.room.clone()).finish();
        let inner = identity::authentication(web::visitor_layer(router, &self.site), &self.identity);
        web::outer_layers(inner, &self.site)
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION).map_or("", |value| value.to_str().unwrap());
        let location = location.to_owned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, location, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get_as(&self, token: &str, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, format!("session={token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A page as the administration sees it, with every sentence in both languages.
    async fn page(&self, path: &str) -> String {
        for lang in ["en", "zh-CN"] {
            let request = Request::get(path)
                .header(header::COOKIE, format!("session={}", self.admin))
                .header(header::ACCEPT_LANGUAGE, lang);
            let answer = self.send(request.body(Body::empty()).unwrap()).await;
            sound(path, answer.status, &answer.text);
            if lang == "zh-CN" {
                return answer.text;
            }
        }
        String::new()
    }

    async fn api(&self, path: &str) -> Value {
        let answer = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    async fn csrf(&self) -> String {
        let page = self.page(IMPORTS).await;
        let (_, rest) = page.split_once("name=\"_csrf\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    async fn upload(&self, name: &str, content: &[u8]) -> Answer {
        let csrf = self.csrf().await;
        let head = format!(
            "--border\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n{csrf}\r\n--border\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--border--\r\n"].concat();
        let request = Request::post(IMPORTS)
            .header(header::COOKIE, format!("session={}", self.admin))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    async fn post(&self, path: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, format!("session={}", self.admin))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("_csrf={}", self.csrf().await)));
        self.send(request.unwrap()).await
    }

    /// What the job runner does.
    async fn run_jobs(&self) {
        let room = self.room.clone();
        let handlers = store::jobs::Handlers::new().on(directory::IMPORT_JOB, move |job, now| {
            let room = room.clone();
            async move {
                let number = job.payload["number"].as_i64().unwrap();
                Ok(directory::work(&room.db, &room.files, number, now).await?)
            }
        });
        store::jobs::run_due(&self.room.db, &handlers, instant("2026-11-20T09:00")).await.unwrap();
    }

    /// Sent, looked at by the job, confirmed, done by the job.
    async fn bring_in(&self, name: &str, content: &[u8]) -> String {
        let sent = self.upload(name, content).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert!(self.page(&sent.location).await.contains("正在检查"));
        self.run_jobs().await;
        assert!(self.page(&sent.location).await.contains("检查完毕"));
        let run = self.post(&format!("{}/run", sent.location)).await;
        assert_eq!((run.status, run.location.as_str()), (StatusCode::SEE_OTHER, sent.location.as_str()));
        assert!(self.page(&sent.location).await.contains("正在导入"));
        self.run_jobs().await;
        let again = self.post(&format!("{}/run", sent.location)).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "a second click does nothing");
        sent.location
    }
}

fn lists(rows: usize) -> (Vec<u8>, Vec<u8>) {
    let (mut items, mut all) = (Vec::new(), Vec::new());
    directory::generate_items(rows, Format::Csv, &mut items).unwrap();
    directory::generate_implementations(rows, 5, Format::Xlsx, &mut all).unwrap();
    (items, all)
}

#[tokio::test]
async fn the_administration_brings_lists_in_and_everybody_reads_them() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (items, all) = lists(40);
        world.bring_in("items.csv", &items).await;
        let import = world.bring_in("rows.xlsx", &all).await;
        let shown = world.page(&import).await;
        assert!(shown.contains("导入完成") && shown.contains("新增"), "{shown}");
        let report = world.get_as(&world.admin, &format!("{import}/report.csv")).await.text;
        assert_eq!(report.lines().count(), 41);

        assert!(world.page("/directory").await.contains("演示社区食堂登记"));
        let none = world.page("/directory?q=%25&division=430102").await;
        assert!(none.contains("没有找到事项"), "a sign of the pattern is only a sign");
        let code = "432011900000";
        let item = world.page(&format!("/directory/{code}?division=430100")).await;
        assert!(item.contains("长沙市演示服务中心") && !item.contains("株洲市演示服务中心"), "{item}");
        let rows = world.api(&format!("/api/v1/implementations?item={code}&size=2")).await;
        assert_eq!(rows["items"].as_array().unwrap().len(), 2);
        assert_eq!((&rows["items"][0]["level"], &rows["items"][1]["level"]), (&"2".into(), &"3".into()));
        let city = rows["items"][1]["code"].as_str().unwrap();
        let page = world.page(&format!("/implementations/{city}")).await;
        assert!(page.contains("湖南省演示服务中心") && page.contains("逐项对比"), "{page}");
        let whole = world.api(&format!("/api/v1/implementations/{city}")).await;
        assert_eq!(whole["above"]["area_code"], "430000");
        assert_eq!(whole["directory"]["catalog_code"], code);
        let next = rows["next"].as_str().unwrap();
        let more = world.api(&format!("/api/v1/implementations?item={code}&size=2&after={next}")).await;
        assert_ne!(more["items"][0]["code"], rows["items"][1]["code"]);
    })
    .await;
}

#[tokio::test]
async fn published_lists_are_pages_files_and_endpoints() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (items, all) = lists(200);
        world.bring_in("items.csv", &items).await;
        world.bring_in("rows.xlsx", &all).await;
        world.page("/lists").await;
        for (name, least) in [
            ("online", 100),
            ("at-once", 10),
            ("nearby", 10),
            ("in-one-go", 10),
            ("one-visit", 100),
            ("proofs", 0),
            ("intermediaries", 0),
        ] {
            world.page(&format!("/lists/{name}?division=430100")).await;
            let csv = world.get_as(&world.admin, &format!("/lists/{name}.csv")).await.text;
            let (mut listed, mut after) = (0, String::new());
            loop {
                let page = world.api(&format!("/api/v1/lists/{name}?size=100{after}")).await;
                listed += page["items"].as_array().unwrap().len();
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert!(listed >= least, "{name}: {listed}");
            let guides = csv
                .lines()
                .filter(|line| line.split('"').nth(1).is_some_and(|code| code.contains('-')))
                .count();
            assert_eq!(csv.lines().count(), 1 + guides + listed, "{name}: {csv}");
        }
        assert!(world.page("/lists/reduced?since=2026-01-01").await.contains("没有减少"));
        assert!(world.page("/lists/reduced?since=never").await.contains("基准日应当是日期"));
        assert_eq!(world.get_as(&world.admin, "/lists/reduced.csv").await.text.lines().count(), 1);
        assert_eq!(world.api("/api/v1/lists/reduced").await["items"], serde_json::json!([]));
        let missing = world.get_as(&world.admin, "/lists/horoscopes").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn bad_files_are_told_at_the_field_and_strangers_are_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        for (content, told) in [
            (&b""[..], "文件是空的"),
            ("基本编码;事项名称\na;b".as_bytes(), "请用逗号分隔"),
            ("姓名,电话\na,b".as_bytes(), "没有一列是要素名称"),
            (&b"PK\x03\x04"[..], "表格读不出来"),
        ] {
            let answer = world.upload("x.csv", content).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text.contains(told) && answer.text.contains("file-error"), "{}", answer.text);
        }
        assert!(world.page(IMPORTS).await.contains("还没有导入过清单"), "nothing was kept");
        for path in [IMPORTS, "/desk/directory/imports/1", "/desk/directory/files/items.csv"] {
            assert_eq!(world.get_as(&world.clerk, path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        for path in
            ["/desk/directory/imports/9", "/desk/directory/files/x.csv", "/implementations/x", "/directory/x"]
        {
            assert_eq!(world.get_as(&world.admin, path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_item_that_is_only_a_package_is_shown_from_it() {
    let test_db = testkit::sqlite().await;
    let world = World::new(test_db.db.clone()).await;
    let code = world.room.shelf.now().list().next().unwrap().item.code.clone();
    let page = world.page(&format!("/directory/{code}")).await;
    assert!(page.contains("目录清单中还没有这个事项") && page.contains(&format!("/items/{code}/")), "{page}");
}
