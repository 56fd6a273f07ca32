//! The guided choice by its pages and its API, over a small set of packages.

use axum::http::StatusCode;
use catalogue::{Library, Topic};
use kernel::Words;
use serde_json::Value;

use crate::fixture::{changed, faults, library, registers};
use crate::pages::{get_with, sound};

const ASKED: &str = "questions:
  - {id: keeps, text: {zh: 养什么, en: What do you keep}, answers: [
      {value: dog, label: {zh: 狗, en: A dog}}, {value: cat, label: {zh: 猫, en: A cat}}]}
";

/// The dog licence for those who keep a dog, live here, and are of age.
const RULES: &str = "eligibility:
  - {holds: 'ask.keeps == \"dog\"', says: {zh: 养的是狗, en: You keep a dog}}
  - {holds: applicant.age >= 18, says: {zh: 年满18周岁, en: Eighteen or over}}
  - {holds: 'form.is_guide_dog || applicant.age < 90', says: {zh: 能牵住狗, en: Able to hold the dog}, decides: false}
  - {says: {zh: 邻居不反对, en: The neighbours do not mind}, decides: false}
materials:";

fn packages(rules: &str, asked: &str) -> tempfile::TempDir {
    let root = changed("item.yaml", &[("materials:", rules)]);
    std::fs::write(root.path().join("choose.yaml"), asked).unwrap();
    root
}

fn topics() -> Vec<Topic> {
    let topic = |id: &str, items: &[&str]| Topic {
        id: id.into(),
        name: Words::new("养狗", "Keeping a dog"),
        people: true,
        items: items.iter().map(|item| (*item).to_owned()).collect(),
    };
    vec![topic("dogs", &["430120001000/01", "999999999999/01"]), topic("nothing", &["999999999999/01"])]
}

fn good() -> Library {
    library(&packages(RULES, ASKED))
}

async fn page(path: &str, lang: &str) -> String {
    let (status, html) = get_with(good(), topics(), path, lang).await;
    sound(path, status, &html);
    html
}

async fn api(path: &str) -> Value {
    let (status, text) = get_with(good(), topics(), path, "en").await;
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn one_question_a_page_leads_to_what_one_may_ask_for() {
    for lang in ["zh-CN", "en"] {
        let html = page("/choose", lang).await;
        assert!(html.contains("href=\"/choose/dogs\""), "{html}");
    }
    let html = page("/choose/dogs", "zh-CN").await;
    for part in [
        "<h1 id=\"question\">养什么</h1>",
        "href=\"/choose/dogs?keeps=dog\"",
        "href=\"/choose/dogs?keeps=unsure\"",
    ] {
        assert!(html.contains(part), "{part} is not on {html}");
    }
    // The wrong animal ends it at once, with the reason.
    let html = page("/choose/dogs?keeps=cat", "zh-CN").await;
    for part in ["这次不符合", "养的是狗", "您的回答：猫", "href=\"/choose/dogs?-at=keeps\""] {
        assert!(html.contains(part), "{part} is not on {html}");
    }
    assert!(!html.contains("/apply/"), "{html}");
    // Ages are asked in bands.
    let html = page("/choose/dogs?keeps=dog", "en").await;
    for part in [
        "Under 18",
        "18 to 89",
        "90 or over",
        "age=from-18",
        "href=\"/choose/dogs\" rel=\"nofollow\">Question before",
    ] {
        assert!(html.contains(part), "{part} is not on {html}");
    }
}

#[tokio::test]
async fn what_is_met_and_what_must_be_seen_is_told_apart() {
    let all = "/choose/dogs?keeps=dog&age=from-18&so-1=yes";
    let html = page(all, "en").await;
    for part in
        ["You may apply for", "Eighteen or over", "you said: 18 to 89", "href=\"/apply/430120001000/01\""]
    {
        assert!(html.contains(part), "{part} is not on {html}");
    }
    let html = page("/choose/dogs?keeps=dog&age=from-18&so-1=unsure", "en").await;
    for part in ["Perhaps: somebody must look at it", "The neighbours do not mind", "Not known"] {
        assert!(html.contains(part), "{part} is not on {html}");
    }
    // What the form of the item takes goes with the application.
    let html = page("/choose/dogs?keeps=dog&age=from-90&is_guide_dog=yes&so-1=yes", "en").await;
    assert!(html.contains("href=\"/apply/430120001000/01?a.is_guide_dog=yes\""), "{html}");
    // An answer is changed with the others kept.
    let html = page("/choose/dogs?age=from-18&so-1=yes&-at=keeps", "en").await;
    assert!(
        html.contains("href=\"/choose/dogs?age=from-18&amp;so-1=yes&amp;keeps=dog\"")
            || html.contains("href=\"/choose/dogs?age=from-18&#38;so-1=yes&#38;keeps=dog\""),
        "{html}"
    );
}

#[tokio::test]
async fn odd_addresses_ask_again_and_break_nothing() {
    let first = page("/choose/dogs", "en").await;
    for odd in ["keeps=bird", "nobody=asks", "keeps=", "-at=nobody", "%F0%9F%90%95=x", "keeps=cat%00"] {
        let html = page(&format!("/choose/dogs?{odd}"), "en").await;
        let asks = |html: &str| html.contains("<h1 id=\"question\">What do you keep</h1>");
        assert!(asks(&html) && asks(&first), "{odd}");
    }
    // The first of two answers counts.
    let html = page("/choose/dogs?keeps=cat&keeps=dog", "en").await;
    assert!(html.contains("Not this time"), "{html}");
    let (status, _) = get_with(good(), topics(), "/choose/cats", "en").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let html = page("/choose/nothing", "en").await;
    assert!(html.contains("There is nothing to choose from"), "{html}");
}

#[tokio::test]
async fn programs_see_the_same() {
    let all = api("/api/v1/choices").await;
    assert_eq!(all["choices"][0]["id"], "dogs");
    let choice = api("/api/v1/choices/dogs").await;
    assert_eq!(choice["question"]["id"], "keeps");
    assert_eq!(choice["items"][0]["standing"], "open");
    let values: Vec<&str> = choice["question"]["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["value"].as_str().unwrap())
        .collect();
    assert_eq!(values, ["dog", "cat", "unsure"]);
    let choice = api("/api/v1/choices/dogs?keeps=dog&age=below-18").await;
    assert_eq!((&choice["items"][0]["standing"], choice["question"].is_null()), (&"no".into(), true));
    assert!(choice["items"][0]["apply"].is_null());
    assert_eq!(choice["items"][0]["reasons"][1]["met"], "no");
}

#[test]
fn what_cannot_be_asked_is_a_fault_with_its_place() {
    let told = |rules: &str, asked: &str| faults(&packages(rules, asked)).join("\n");
    let with =
        |holds: &str| format!("eligibility:\n  - {{holds: '{holds}', says: {{zh: 甲, en: a}}}}\nmaterials:");
    assert!(told(&with("ask.cats"), ASKED).contains("no choose.yaml asks cats"));
    assert!(
        told(&with("ask.keeps == \"bird\""), ASKED).contains("holds for no answer that choose.yaml allows")
    );
    assert!(told(&with("finding.amount > 1"), ASKED).contains("cannot be asked for"));
    assert!(told(&with("form.nothing"), ASKED).contains("there is no fact form.nothing"));
    let good = with("ask.keeps == \"dog\"");
    let twice = format!("{ASKED}{}", ASKED.trim_start_matches("questions:\n"));
    assert!(told(&good, &twice).contains("keeps is asked twice"));
    assert!(
        told(&good, "questions:\n  - {id: Keeps, text: {zh: 甲, en: a}}\n").contains("lower-case letters")
    );
    let one = "questions:\n  - {id: keeps, text: {zh: 甲, en: a}, answers: [{value: dog, label: {zh: 狗, en: dog}}]}\n";
    assert!(told(&good, one).contains("one answer is no choice"));
    assert!(Library::load(packages(&good, ASKED).path(), &registers()).is_ok());
}
