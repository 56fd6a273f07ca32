//! Bundles (一件事): what is asked for once, what of it when, and every rule broken once with file and line. The bundle of
//! the examples is the good one.

use std::path::Path;

use axum::http::StatusCode;
use catalogue::{Bundle, Clientele, Library, VersionError};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use testkit::instant;

use crate::fixture::registers;
use crate::pages::{get_from, sound};

const FOLDERS: [&str; 4] = ["chaguan-xuke", "laonian-chazuo", "waibai-xuke", "chaguan-yijianshi"];

/// The example's packages in a folder of their own, with texts replaced: file below the folder, old, new.
fn changed(changes: &[(&str, &str, &str)]) -> TempDir {
    let root = testkit::folder();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/examples");
    for folder in FOLDERS {
        std::fs::create_dir(root.path().join(folder)).unwrap();
        for entry in std::fs::read_dir(examples.join(folder)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                continue; // scenarios
            }
            let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            let mut text = std::fs::read_to_string(entry.path()).unwrap();
            for (_, old, new) in changes.iter().filter(|(file, ..)| *file == name) {
                assert_eq!(text.matches(old).count(), 1, "{old:?} must stand once in {name}");
                text = text.replace(old, new);
            }
            std::fs::write(root.path().join(&name), text).unwrap();
        }
    }
    root
}

fn load(root: &TempDir) -> Library {
    Library::load(root.path(), &registers()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn good() -> std::sync::Arc<Bundle> {
    load(&changed(&[])).bundle("open-teahouse").unwrap()
}

const BUNDLE: &str = "chaguan-yijianshi/bundle.yaml";

/// Changes one text of the bundle and compares every fault, without the folder.
fn check(old: &str, new: &str, expected: &[&str]) {
    check_files(&[(BUNDLE, old, new)], expected);
}

fn check_files(changes: &[(&str, &str, &str)], expected: &[&str]) {
    let root = changed(changes);
    let faults = Library::load(root.path(), &registers()).map(|_| ()).unwrap_err();
    let base = format!("{}/chaguan-yijianshi/", root.path().display());
    let found: Vec<String> = faults.iter().map(|fault| fault.to_string().replace(&base, "")).collect();
    assert_eq!(found, expected, "{changes:?}");
}

#[test]
fn what_parts_share_is_asked_once_and_first_what_decides_which_are_needed() {
    let bundle = good();
    let steps: Vec<(&str, Vec<&str>)> = bundle
        .asked
        .form
        .steps
        .iter()
        .map(|step| (step.id.as_str(), step.fields.iter().map(|field| field.name.as_str()).collect()))
        .collect();
    assert_eq!(
        steps,
        [
            ("bundle-wishes", vec!["serves_elderly", "tables_outdoors"]),
            ("shared-1", vec!["shop_name"]),
            ("shared-2", vec!["address", "phone"]),
            ("permit-shop", vec!["tables"]),
            ("corner-corner", vec!["seats"]),
            ("outside-outside", vec!["tables_outside"]),
        ]
    );
    assert_eq!(
        bundle.asked.form.steps[1].title.en,
        "Asked once, for: Permit of the teahouse, Tea corner for the elderly, Tables outside"
    );
    let materials: Vec<&str> = bundle.asked.item.materials.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(
        materials,
        ["lease", "plan", "service-plan", "street-plan"],
        "the lease once, no copy of the permit"
    );
    let lease = bundle.asked.item.material("lease").unwrap();
    assert!(lease.when.is_none() && lease.later.is_none(), "the permit always needs it");
    let plan = bundle.asked.item.material("service-plan").unwrap();
    assert_eq!(plan.when.as_ref().unwrap().source(), "form.serves_elderly");
    assert!(plan.commitment.is_some() && bundle.asked.item.material("plan").unwrap().later.is_some());
}

#[test]
fn a_part_that_is_not_needed_asks_nothing_and_each_keeps_its_own_rules() {
    let bundle = good();
    let form = &bundle.asked.form;
    let wrong = |answers: &Value| -> Vec<String> {
        let errors = form.validate(answers).err().unwrap_or_default();
        errors.into_iter().map(|error| format!("{}: {}", error.field, error.message.key)).collect()
    };
    let mut answers = json!({
        "serves_elderly": false, "tables_outdoors": false, "shop_name": "示例", "address": "演示路1号", "tables": 3,
        "phone": "19900000008",
    });
    assert_eq!(wrong(&answers), [""; 0]);
    assert_eq!(form.steps_asked(&answers).count(), 4);
    answers["seats"] = json!(-5); // left over from before
    assert_eq!(wrong(&answers), [""; 0]);
    answers["serves_elderly"] = json!(true);
    assert_eq!(wrong(&answers), ["seats: catalogue-form-too-small"]);
    answers["seats"] = json!(6);
    // 60 characters are the most that the filing takes, 80 the permit: the one answer keeps both.
    answers["address"] = json!("路".repeat(70));
    assert_eq!(wrong(&answers), ["address: catalogue-form-too-long"]);
    answers["nobody"] = json!(1);
    assert!(wrong(&answers).contains(&"nobody: catalogue-form-unknown".to_owned()));
    let none = wrong(&json!({}));
    assert_eq!(none.len(), 6, "own questions, and what the permit asks: {none:?}");

    let answers: Map<String, Value> = answers.as_object().unwrap().clone();
    let needed: Vec<&str> = bundle.needed(&answers).iter().map(|part| part.id.as_str()).collect();
    assert_eq!(needed, ["permit", "corner"]);
    let own = bundle.part("corner").unwrap().answers(&answers);
    assert_eq!(own.keys().collect::<Vec<_>>(), ["phone", "place", "seats", "shop_name"]);
    assert_eq!(own["place"], answers["address"]);
    let rows: Vec<Vec<&str>> =
        bundle.rows().iter().map(|row| row.iter().map(|part| part.id.as_str()).collect()).collect();
    assert_eq!(rows, [vec!["permit", "corner"], vec!["outside"]]);
}

#[test]
fn parts_that_are_not_there_or_wait_in_a_circle_are_named() {
    check(
        "item: \"431011DEM022\"",
        "item: \"431011DEM099\"",
        &["bundle.yaml:20: there is no item 431011DEM099 with handling 01"],
    );
    check(
        "after: [permit]",
        "after: [prmit]",
        &["bundle.yaml:31: outside comes after prmit, which is no part"],
    );
    check("after: [permit]", "after: [outside]", &["bundle.yaml:31: outside would wait for itself"]);
    check("id: corner", "id: permit", &["bundle.yaml:19: two parts are called permit"]);
    check(
        "    after: [permit]\n",
        "",
        &["bundle.yaml:31: what is given comes from parts before it: say which (after)"],
    );
    check(
        "given: [teahouse-permit]",
        "given: [permit-copy]",
        &["bundle.yaml:32: outside does not ask the applicant for permit-copy"],
    );
    check(
        "audience: [\"1\", \"2\"]",
        "audience: [\"1\", \"3\"]",
        &[
            "bundle.yaml:16: permit is not for everybody whom the bundle is for (3)",
            "bundle.yaml:20: corner is not for everybody whom the bundle is for (3)",
            "bundle.yaml:26: outside is not for everybody whom the bundle is for (3)",
        ],
    );
    check(
        "within: 9 working days",
        "within: 8 working days",
        &[
            "bundle.yaml:12: the parts one after the other promise 9 working-days: less cannot be promised for all",
        ],
    );
    check(
        "visits: 1",
        "visits: 1\nsecret: yes",
        &[
            "bundle.yaml:14: unknown field `secret`, expected one of bundle, version, name, summary, keywords, audience, conditions, promised, visits, parts, same, apart, windows, complaints, faq, sources",
        ],
    );
}

#[test]
fn conditions_read_what_is_always_asked_before_and_nothing_personal() {
    let when = |new: &str, expected: &str| check("form.serves_elderly", new, &[expected]);
    when("form.seats > 3", "bundle.yaml:23: seats is not always asked before corner");
    when("form.tables_outside > 3", "bundle.yaml:23: tables_outside is not always asked before corner");
    when("form.phone == \"1\"", "bundle.yaml:23: phone is personal (x-personal) and decides nothing");
    check(
        "form.serves_elderly",
        "has(register.dogs)",
        &[
            "bundle.yaml:23: in register.dogs: there is no fact register.dogs",
            "bundle.yaml:23: register.dogs: whether a part is needed follows from the form alone",
        ],
    );
    check(
        "    only: {zh: \"设老年茶座的\", en: \"there is a tea corner for the elderly\"}\n",
        "",
        &["bundle.yaml:23: a condition (when) is also said in words (only), and only a condition is"],
    );
}

#[test]
fn the_same_name_for_different_things_needs_a_word() {
    let shop = "laonian-chazuo/form.schema.json";
    let longer = [(shop, "\"maxLength\": 40", "\"maxLength\": 30")];
    check_files(
        &longer,
        &[
            "bundle.yaml:19: permit.shop_name and corner.shop_name are different questions: declare them the same (same) or keep them apart (apart)",
        ],
    );
    let list = "    - [permit.address, corner.place]";
    let same =
        "    - [permit.address, corner.place]\n    - [permit.shop_name, corner.shop_name, outside.shop_name]";
    load(&changed(&[longer[0], (BUNDLE, list, same)]));
    let apart = "    - [permit.address, corner.place]\napart: {fields: [shop_name]} # ";
    let library = load(&changed(&[longer[0], (BUNDLE, list, apart)]));
    let form = &library.bundle("open-teahouse").unwrap().asked.form;
    assert!(form.field("corner_shop_name").is_some() && form.field("shop_name").is_none());

    check(
        list,
        "    - [permit.adress, corner.place]",
        &["bundle.yaml:35: part permit does not ask for adress"],
    );
    check(
        list,
        "    - [permit.tables, corner.place]",
        &[
            "bundle.yaml:35: permit.tables and corner.place are not answered alike: they differ in type, format or choices",
        ],
    );
    let paper = ("laonian-chazuo/item.yaml", "zh: \"场所使用证明\"", "zh: \"别的证明\"");
    check_files(
        &[paper],
        &[
            "bundle.yaml:19: permit.lease and corner.lease are different papers: declare them the same (same) or keep them apart (apart)",
        ],
    );
}

#[test]
fn a_bundle_is_found_like_an_item_and_is_none() {
    let library = load(&changed(&[]));
    let found = library.search("我想开茶馆", Clientele::People);
    assert_eq!(found[0].item.code, "open-teahouse");
    assert_eq!(found[0].guide_href(), "/bundles/open-teahouse");
    assert!(library.list().all(|package| !package.is_bundle()));
}

#[tokio::test]
async fn the_guide_shows_parts_papers_and_order_in_both_languages() {
    for (lang, words) in [
        (
            "zh-CN",
            [
                "示例开茶馆一件事",
                "以下事项准予后自动开始：茶馆许可",
                "一个窗口领取结果",
                "茶馆许可、老年茶座备案",
            ],
        ),
        (
            "en",
            [
                "opening a teahouse",
                "By itself when these were granted: Permit of the teahouse",
                "Results at one window",
                "Permit of the teahouse, Tea corner",
            ],
        ),
    ] {
        let library = load(&changed(&[]));
        let (status, html) = get_from(library, "/bundles/open-teahouse", lang).await;
        sound("/bundles/open-teahouse", status, &html);
        for text in words {
            assert!(html.contains(text), "{lang}: {text}");
        }
        assert!(html.contains("<svg") && html.contains("/apply/open-teahouse/bundle"), "{lang}");
        let (_, home) = get_from(load(&changed(&[])), "/search", lang).await;
        assert!(home.contains("/bundles/open-teahouse"), "{lang}");
    }
    for path in ["/bundles/nothing", "/api/v1/bundles/nothing"] {
        assert_eq!(get_from(load(&changed(&[])), path, "en").await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let read = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let all = read(get_from(load(&changed(&[])), "/api/v1/bundles", "en").await.1);
    assert_eq!(all["items"][0]["bundle"], "open-teahouse");
    let one = read(get_from(load(&changed(&[])), "/api/v1/bundles/open-teahouse", "en").await.1);
    assert_eq!(one["parts"][1]["fields"]["place"], "address");
    assert_eq!(one["parts"][2]["after"], json!(["permit"]));
    assert_eq!(one["elements"]["materials"][0]["id"], "lease");
    let items = read(get_from(load(&changed(&[])), "/api/v1/items", "en").await.1);
    assert_eq!(items["items"].as_array().unwrap().len(), 3, "a bundle is no item");
}

#[tokio::test]
async fn a_bundle_keeps_its_version_and_those_of_its_parts() {
    testkit::each_database(async |db| {
        db.migrate(&[ledger::MIGRATIONS, catalogue::MIGRATIONS]).await.unwrap();
        let now = instant("2026-06-01T09:00");
        let start = async |library: Library| {
            let mut tx = db.begin().await.unwrap();
            let taken = library.take_up(&mut tx, now).await;
            tx.commit().await.unwrap();
            taken.map(|shelf| shelf.now())
        };
        start(load(&changed(&[]))).await.unwrap();
        let first = start(load(&changed(&[]))).await.unwrap();
        assert_eq!(first.bundle("open-teahouse").unwrap().version, "2026.1");
        // A part is published anew: the bundle that has it is another, with a version of its own.
        let part = ("chaguan-xuke/item.yaml", "version: \"2026.1\"", "version: \"2026.2\"");
        for _ in 0..2 {
            let second = start(load(&changed(&[part]))).await.unwrap();
            let offered = second.bundle("open-teahouse").unwrap();
            assert_eq!(
                (offered.version.as_str(), offered.reference().version.as_str()),
                ("2026.1-2", "2026.1-2")
            );
            assert_eq!(offered.parts[0].package.reference.version, "2026.2");
            let kept = second.bundle_of(first.bundle("open-teahouse").unwrap().reference()).unwrap();
            assert_eq!(kept.part("permit").unwrap().package.reference.version, "2026.1");
        }
        let text = (BUNDLE, "开茶馆一件事", "开一家茶馆一件事");
        let error = start(load(&changed(&[part, text]))).await.unwrap_err();
        assert!(
            matches!(&error, VersionError::BundleChanged { bundle, .. } if bundle == "open-teahouse"),
            "{error}"
        );
        let newer = [part, (BUNDLE, "version: \"2026.1\"", "version: \"2026.2\"")];
        let second = start(load(&changed(&newer))).await.unwrap();
        let earlier = first.bundle("open-teahouse").unwrap().reference().clone();
        let kept = second.bundle_of(&earlier).unwrap();
        assert_eq!(kept.part("permit").unwrap().package.reference.version, "2026.1");
        let offered = second.bundle("open-teahouse").unwrap();
        assert_eq!(
            (offered.version.as_str(), offered.parts[0].package.reference.version.as_str()),
            ("2026.2", "2026.2")
        );
    })
    .await;
}
