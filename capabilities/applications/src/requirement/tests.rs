//! What must be true of whoever applies, on each engine.

use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{GUARD, TOWN, World};

/// The item with this requirement.
async fn requiring(world: &mut World, holds: &str) {
    let lines = format!(
        "requirements:\n  - holds: {holds}\n    says: {{zh: 须为成年犬主, en: The owner is of age}}\nmaterials:"
    );
    world
        .publish_newer(move |file, text| match file {
            "item.yaml" => text.replacen("materials:", &lines, 1),
            _ => text,
        })
        .await;
}

fn new() -> Value {
    json!({"item": GUARD, "handling": "01", "division": TOWN})
}

#[tokio::test]
async fn who_cannot_apply_is_told_before_anything_is_filled_in() {
    each_database(async |db| {
        let mut world = World::new(db).await;
        requiring(&mut world, "applicant.kind == \"natural-person\" && applicant.age >= 120").await;
        let token = world.token(world.zhang).await;
        let refused = world.api(&token, "POST", "/api/v1/drafts", new()).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(refused.text.contains("须为成年犬主"), "{}", refused.text);
        let page = world.english(&token, &format!("/apply/{GUARD}/01")).await;
        assert!(page.text.contains("You cannot apply: The owner is of age"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn what_depends_on_the_answers_is_asked_when_it_is_handed_in() {
    each_database(async |db| {
        let mut world = World::new(db).await;
        requiring(&mut world, "applicant.age >= 18 && form.breed != \"large\"").await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let refused = world.submit(&token, &draft, Value::Null).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors[0]["field"], "requirements", "{errors}");
        let page = world.english(&token, &format!("/drafts/{draft}/confirm")).await;
        assert!(page.text.contains("Whether you may apply"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn the_age_on_the_day_of_handing_in_is_kept_with_the_case() {
    each_database(async |db| {
        let mut world = World::new(db).await;
        requiring(&mut world, "applicant.age >= 18").await;
        let token = world.token(world.zhang).await;
        let case = world.guard_case(&token).await;
        let kept = world.stored(&case).await.answers["applicant"].clone();
        assert!(kept["age"].as_i64().is_some_and(|age| (18..120).contains(&age)), "{kept}");
        assert!(kept.get("kind").is_none(), "nothing that no rule reads: {kept}");
    })
    .await;
}
