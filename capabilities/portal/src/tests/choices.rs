//! The guided choice over the real packages and the real events.

use testkit::each_database;

use super::*;

/// Answers a run by `pick`, which chooses one of the answers of a question; gives how it ends.
async fn walk(world: &World, topic: &str, pick: &dyn Fn(&str, &[String]) -> usize) -> Value {
    let mut query = String::new();
    for _ in 0..20 {
        let path = format!("/api/v1/choices/{topic}?{query}");
        let choice = world.api(&Actor::Anonymous, Method::GET, &path, Value::Null).await.json();
        let Some(question) = choice["question"].as_object() else { return choice };
        let id = question["id"].as_str().unwrap();
        assert!(!query.contains(&format!("&{id}=")), "{topic}: {id} is asked twice");
        assert_ne!(question["text"], "", "{topic}: {id}");
        let answers: Vec<String> = question["answers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|answer| answer["value"].as_str().unwrap().to_owned())
            .collect();
        let chosen = &answers[pick(id, &answers)];
        query.push_str(&format!("&{id}={chosen}"));
        // The page asks the same.
        world.see(&format!("/choose/{topic}?{query}"), "").await.holds(&["/choose"]);
    }
    panic!("{topic}: no end of questions: {query}")
}

fn standing<'a>(choice: &'a Value, guide: &str) -> &'a str {
    let items = choice["items"].as_array().unwrap();
    items.iter().find(|item| item["guide"] == guide).unwrap()["standing"].as_str().unwrap()
}

#[tokio::test]
async fn every_event_comes_to_an_end_whatever_is_answered() {
    let test_db = testkit::sqlite().await;
    let world = World::new(test_db.db.clone()).await;
    for event in &world.room.set.entrances.events {
        let first = |_: &str, _: &[String]| 0_usize;
        let last_sure = |_: &str, answers: &[String]| answers.len() - 2;
        let unsure = |_: &str, answers: &[String]| answers.len() - 1;
        for pick in [&first as &dyn Fn(&str, &[String]) -> usize, &last_sure, &unsure] {
            let end = walk(&world, &event.id, pick).await;
            let items = end["items"].as_array().unwrap();
            assert!(!items.is_empty(), "{}", event.id);
            for item in items {
                assert_ne!(item["standing"], "open", "{}: {}", event.id, item["name"]);
                let is_out = item["reasons"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|reason| reason["decides"] == true && reason["met"] == "no");
                assert_eq!(item["standing"] == "no", is_out, "{}: {item}", event.id);
            }
        }
    }
}

/// Answers by name; what is not named cannot be said.
async fn answered(world: &World, topic: &str, given: &[(&str, &str)]) -> Value {
    let pick = |id: &str, answers: &[String]| {
        let wanted = given.iter().find(|(asked, _)| *asked == id).map(|(_, answer)| *answer);
        answers.iter().position(|answer| Some(answer.as_str()) == wanted).unwrap_or(answers.len() - 1)
    };
    walk(world, topic, &pick).await
}

#[tokio::test]
async fn answers_lead_to_the_items_that_fit() {
    each_database(async |db| {
        let world = World::new(db).await;
        let poor = [
            ("registration", "local"),
            ("income", "below"),
            ("sudden", "no"),
            ("category", "none"),
            ("grave", "no"),
        ];
        let end = answered(&world, "hardship", &poor).await;
        let of = |code: &str| standing(&end, &format!("/items/{code}/01")).to_owned();
        // Subsistence allowance is left to the office (property); the household is below the line of the others.
        assert_eq!(of("000511001000"), "perhaps", "{end}");
        assert_eq!(
            (of("432011001W00"), of("000511002000"), of("000511006000")),
            ("no".into(), "no".into(), "no".into())
        );

        let couple = [
            ("matter", "marriage"),
            ("other_side", "mainland"),
            ("of_age", "yes"),
            ("unmarried", "yes"),
            ("not_related", "yes"),
            ("age", "from-20"),
        ];
        let end = answered(&world, "marriage", &couple).await;
        assert_eq!(standing(&end, "/items/000711003000/01"), "may", "{end}");
        assert_eq!(standing(&end, "/items/000711001000/04"), "no");
        // What the form of the appointment asks stands in the address of the application.
        let fits = |item: &&Value| item["guide"] == "/items/000711003000/01";
        let apply = end["items"].as_array().unwrap().iter().find(fits).unwrap()["apply"].as_str().unwrap();
        assert!(apply.starts_with("/apply/000711003000/01?") && apply.contains("a.of_age=yes"), "{apply}");

        let renamed = [("changed", "name"), ("who", "foundation"), ("so-1", "yes")];
        let end = answered(&world, "change", &renamed).await;
        let may: Vec<&str> = end["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item["standing"] != "no")
            .map(|item| item["guide"].as_str().unwrap())
            .collect();
        assert_eq!(may, ["/items/000111005000/03"], "{end}");
    })
    .await;
}

#[tokio::test]
async fn the_ways_in_lead_to_the_guided_choice() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.see("/", "").await.holds(&["href=\"/choose\""]);
        world.see("/topics/hardship", "").await.holds(&["href=\"/choose/hardship\""]);
        world.see("/people", "").await.holds(&["href=\"/choose\""]);
        world.see("/sitemap", "").await.holds(&["href=\"/choose\""]);
        world.see("/search?q=zzxqvw", "").await.holds(&["href=\"/choose\""]);
        world.see("/choose", "lang=en").await.holds(&["href=\"/choose/hardship\"", "Guided choice"]);
    })
    .await;
}

#[tokio::test]
async fn a_search_is_narrowed_by_event_audience_and_place_with_counts() {
    each_database(async |db| {
        let world = World::new(db).await;
        let all = world.see("/search", "").await;
        all.holds(&[
            "<optgroup label=\"个人办事\">",
            "生活困难（5）",
            "全省（",
            "长沙市（",
            "name=\"place\"",
        ]);
        let hard = world.see("/search?topic=hardship", "").await;
        hard.holds(&[
            "找到5个",
            "临时救助",
            "<option value=\"hardship\" selected>生活困难（5）",
            "已经筛选",
            "href=\"/search\"",
        ]);
        assert!(!hard.text.contains("基金会成立登记"), "{}", hard.text);
        // Words and filters go together, and each filter is taken away by itself.
        let both = world.see("/search?q=登记&for=organisations&topic=found", "").await;
        both.holds(&["成立<mark>登记</mark>", "value=\"登记\"", "organisations\" selected"]);
        assert!(both.text.contains("/search?q=%E7%99%BB%E8%AE%B0&#38;for=organisations\""), "{}", both.text);
        // Here only the province and Changsha have bodies: what a county takes in is not to be had elsewhere.
        let here = world.see("/search?q=临时救助&place=430102001", "").await;
        here.holds(&["/items/000511002000/01", "文艺路街道（"]);
        let city = world.see("/search?q=临时救助&place=430100", "").await;
        city.holds(&["/items/000511002000/01", "<option value=\"430100\" selected>", "芙蓉区（"]);
        let elsewhere = world.see("/search?q=临时救助&place=430700", "").await;
        elsewhere.holds(&["没有符合这些筛选的事项", "去掉筛选", "href=\"/search?q="]);
        // The visitor's own place is one of the choices.
        world.see("/search", "place=430102001").await.holds(&["我的办事地点", "value=\"430102001\""]);
        // What is no filter is none.
        let odd = world.see("/search?topic=nothing&place=999999&for=dogs&kind=77", "lang=en").await;
        assert!(
            !odd.text.contains("Filtered by") && odd.text.contains("The whole province ("),
            "{}",
            odd.text
        );

        let api = async |query: &str| {
            world.api(&Actor::Anonymous, Method::GET, &format!("/api/v1/items?{query}"), Value::Null).await
        };
        assert_eq!(api("topic=hardship").await.json()["items"].as_array().unwrap().len(), 5);
        assert_eq!(api("topic=hardship&place=430700").await.json()["items"].as_array().unwrap().len(), 0);
        for wrong in ["topic=nothing", "place=999999"] {
            assert_eq!(api(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    })
    .await;
}
