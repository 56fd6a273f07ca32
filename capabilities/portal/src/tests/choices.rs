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
        let first = |_: &str, _: &[String]| 0;
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
        world.see("/search?q=没有这样的事项", "").await.holds(&["href=\"/choose\""]);
        world.see("/choose", "lang=en").await.holds(&["href=\"/choose/hardship\"", "Guided choice"]);
    })
    .await;
}
