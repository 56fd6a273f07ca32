//! The copy of one's data (个人信息副本): what is in it, who gets it, and how often.

use std::io::{Cursor, Read as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::journey::House;

const NUMBER: &str = "19900000001";

struct Visit<'a> {
    house: &'a House,
    cookie: String,
    csrf: String,
    client: reqwest::Client,
}

impl<'a> Visit<'a> {
    async fn of(house: &'a House, who: &str) -> Self {
        let cookie = house.session(who).await;
        let secret = URL_SAFE_NO_PAD.decode(cookie.trim_start_matches("session=")).unwrap();
        let csrf = web::csrf_token(&secret, "forms");
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { house, cookie, csrf, client }
    }

    async fn page(&self) -> String {
        let page = self.client.get(format!("{}/my/data", self.house.url));
        let answer = page.header("cookie", &self.cookie).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.text().await.unwrap()
    }

    async fn take(&self) -> reqwest::Response {
        let post = self.client.post(format!("{}/my/data/copy", self.house.url));
        let post =
            post.header("cookie", &self.cookie).header("content-type", "application/x-www-form-urlencoded");
        post.body(format!("_csrf={}", self.csrf)).send().await.unwrap()
    }
}

fn file(zip: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

async fn played(house: &House) {
    house.play_one("linshi-jiuzhu", "03-corrected-then-granted.yaml", 1, "2026-06-01 09:30").await;
    let visit = Visit::of(house, "zhang-yanshi").await;
    assert!(visit.page().await.contains("还可以下载 3 次"));
    let answer = visit.take().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/zip");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let zip = answer.bytes().await.unwrap();
    let data: Value = serde_json::from_str(&file(&zip, "my-data.json")).unwrap();
    let data = &data["data"];
    assert_eq!(data["account"][0]["phone"], NUMBER, "{data}");
    let own = &data["account"][0];
    for part in ["upstream", "sign-ins", "cases", "drafts", "licences", "messages", "systems", "looks"] {
        assert!(data[part].is_array(), "{part}: {data}");
    }
    assert!(data["looks"].to_string().contains("本人下载"), "the copy itself is on record: {data}");
    let page = file(&zip, "my-data.html");
    for words in [own["name"].as_str().unwrap(), own["resident_id"].as_str().unwrap(), "谁查过"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("privacy-copy"), "every field has its words: {page}");

    // Somebody else's data are not in it, and their case is in theirs.
    let other = Visit::of(house, "li-shili").await;
    let zip = other.take().await.bytes().await.unwrap();
    let theirs = file(&zip, "my-data.json");
    assert!(!theirs.contains(NUMBER) && !theirs.contains(own["resident_id"].as_str().unwrap()));
    let theirs: Value = serde_json::from_str(&theirs).unwrap();
    let case = &theirs["data"]["cases"][0];
    assert!(case["number"].as_str().is_some_and(|number| number.len() > 10), "{case}");
    assert!(case["answers"].as_object().is_some_and(|answers| !answers.is_empty()), "{case}");

    assert_eq!(visit.take().await.status(), 200);
    assert_eq!(visit.take().await.status(), 200);
    let fourth = visit.take().await;
    assert_eq!(fourth.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(visit.page().await.contains("只能下载 3 次"));
    // What was proved an hour ago is no proof any more.
    house.at("2026-06-01 09:50").await;
    let late = other.take().await;
    assert_eq!(late.status(), StatusCode::SEE_OTHER);
    assert_eq!(late.headers()["location"], "/account/prove?next=%2Fmy%2Fdata");
    // A day later there are three again.
    house.at("2026-06-02 10:00").await;
    assert_eq!(Visit::of(house, "zhang-yanshi").await.take().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_take_a_copy_of_everything_that_is_kept_of_them() {
    for database in testkit::databases().await {
        let house = House::open_on("2026-06-01 09:00", "packages/minzheng", Some(&database.url)).await;
        Box::pin(played(&house)).await;
    }
}
