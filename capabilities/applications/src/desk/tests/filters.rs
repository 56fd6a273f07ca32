//! Saved filters.

use super::*;

impl Office {
    async fn filters(&self, method: Method, who: &str, no: &str, body: Value) -> Answer {
        let path = if no.is_empty() { String::new() } else { format!("/{no}") };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/desk/filters{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {who}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, if body.is_null() { String::new() } else { body.to_string() }).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_saved_renamed_made_the_default_and_forgotten() {
    in_office(async |office| {
        let save = async |name: &str, query: &str| {
            office.filters(Method::POST, "accept", "", json!({ "name": name, "query": query })).await
        };
        let saved = save(" 超期的 ", "light=red&scope=body&after=WzFd&number=12345").await.expect(201).json();
        assert_eq!(
            saved,
            json!({ "no": 1, "name": "超期的", "query": "scope=body&light=red", "is_default": false })
        );
        assert_eq!(save("超期的", "").await.expect(422).fields(), ["name"]);
        assert_eq!(save("  ", "").await.expect(422).fields(), ["name"]);
        assert_eq!(save(&"长".repeat(31), "").await.expect(422).fields(), ["name"]);
        assert_eq!(save("坏的", "light=blue").await.expect(422).fields(), ["light"]);
        save("我的", "scope=mine").await.expect(201);
        let change =
            async |who: &str, no: &str, body: Value| office.filters(Method::PATCH, who, no, body).await;
        change("accept", "2", json!({ "is_default": true })).await.expect(200);
        let renamed =
            change("accept", "1", json!({ "name": "红灯", "is_default": true })).await.expect(200).json();
        assert_eq!((&renamed["name"], &renamed["is_default"]), (&json!("红灯"), &json!(true)));
        assert_eq!(change("accept", "1", json!({ "name": "我的" })).await.expect(422).fields(), ["name"]);
        change("accept", "9", json!({ "name": "x" })).await.expect(404);
        change("accept-too", "1", json!({ "name": "x" })).await.expect(404);
        let list = office.filters(Method::GET, "accept", "", Value::Null).await.expect(200).json();
        let defaults: Vec<bool> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["is_default"].as_bool().unwrap())
            .collect();
        assert_eq!(defaults, [true, false], "one at most");
        assert_eq!(office.page("accept", "/desk").await.expect(303).location, "/desk?scope=body&light=red");
        office.page("accept", "/desk?scope=body").await.expect(200);
        office.page("accept-too", "/desk").await.expect(200);
        office.filters(Method::DELETE, "accept-too", "1", Value::Null).await.expect(404);
        office.filters(Method::DELETE, "accept", "1", Value::Null).await.expect(204);
        office.filters(Method::DELETE, "accept", "1", Value::Null).await.expect(404);
        office.page("accept", "/desk").await.expect(200);
        office.filters(Method::GET, "supervisor", "", Value::Null).await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_has_twenty_at_most() {
    in_office(async |office| {
        for n in 0..20 {
            let new = json!({ "name": format!("第{n}个"), "query": "" });
            office.filters(Method::POST, "accept", "", new).await.expect(201);
        }
        let more = json!({ "name": "还有", "query": "" });
        let refused = office.filters(Method::POST, "accept", "", more).await.expect(409);
        assert!(refused.text.contains("20"), "{}", refused.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_kept_on_pages() {
    in_office(async |office| {
        let form = async |path: &str, fields: &[(&str, &str)]| office.form("accept", path, fields).await;
        let saved =
            form("/desk/filters", &[("name", "超期的"), ("query", "scope=body&light=red")]).await.expect(303);
        assert_eq!(saved.location, "/desk?scope=body&light=red");
        let list = office.page("accept", &saved.location).await.expect(200);
        assert!(list.text.contains("class=\"chip\"") && list.text.contains("超期的"), "{}", list.text);
        let twin = form("/desk/filters", &[("name", "超期的"), ("query", "scope=mine")]).await.expect(422);
        assert!(twin.text.contains("已经有同名") && twin.text.contains("value=\"超期的\""), "{}", twin.text);
        form("/desk/filters/1", &[("do", "default")]).await.expect(303);
        let page = office.page("accept", "/desk/filters").await.expect(200);
        assert!(page.text.contains("取消默认") && !page.text.contains('⟦'), "{}", page.text);
        form("/desk/filters/1", &[("do", "no-default")]).await.expect(303);
        form("/desk/filters/1", &[("do", "rename"), ("name", "红灯")]).await.expect(303);
        assert!(office.page("accept", "/desk/filters").await.text.contains("红灯"));
        form("/desk/filters/1", &[("do", "rename"), ("name", "")]).await.expect(422);
        form("/desk/filters/1", &[("do", "paint")]).await.expect(400);
        form("/desk/filters/7", &[("do", "default")]).await.expect(404);
        form("/desk/filters/x", &[("do", "default")]).await.expect(404);
        form("/desk/filters/1", &[("do", "delete")]).await.expect(303);
        assert!(office.page("accept", "/desk/filters").await.text.contains("还没有常用筛选"));
        office.form("supervisor", "/desk/filters", &[("name", "x"), ("query", "")]).await.expect(403);
        office.page("supervisor", "/desk/filters").await.expect(403);
    })
    .await;
}
