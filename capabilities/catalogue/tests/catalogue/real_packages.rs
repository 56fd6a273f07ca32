//! The packages of this repository keep every rule, and people find them by everyday words.

use std::path::Path;

use catalogue::{Clientele, Library, recall};

use crate::pages::get_from;

/// What a decision may change in the register of social organisations.
const FIELDS: [&str; 8] = [
    "name",
    "legal_representative",
    "address",
    "funds",
    "purpose",
    "business_scope",
    "activity_area",
    "body_in_charge",
];

fn library() -> Library {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/minzheng");
    let registers = [("social-organisations".to_owned(), FIELDS.map(str::to_owned).into())].into();
    Library::load(&root, &registers).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("\n{}\n", lines.join("\n"))
    })
}

const ASSOCIATION: &str = "000111001000";
const ASSISTANCE: &str = "000511002000";
const CARE_HOME: &str = "001011003000";

#[test]
fn every_package_loads_without_a_fault() {
    let library = library();
    for code in [ASSOCIATION, ASSISTANCE, CARE_HOME] {
        assert!(library.current(code, "01").is_some(), "{code}");
    }
    assert_eq!(
        library.first_of(CARE_HOME).map(|package| package.item.code.clone()).as_deref(),
        Some(CARE_HOME)
    );
    assert!(library.first_of("00101100300").is_none() && library.current(CARE_HOME, "99").is_none());
}

#[test]
fn everyday_words_and_truncated_phrases_hit() {
    let library = library();
    let first = |query: &str, code: &str| {
        let found = library.search(query, Clientele::Any);
        assert_eq!(found.first().map(|package| package.item.code.as_str()), Some(code), "{query}");
    };
    // Where several items help, the one that is meant is among those that are read first.
    let among_first = |query: &str, code: &str| {
        let found = library.search(query, Clientele::Any);
        let codes: Vec<&str> = found.iter().take(3).map(|package| package.item.code.as_str()).collect();
        assert!(codes.contains(&code), "{query}: {codes:?}");
    };
    first("养老机构备案", CARE_HOME);
    first("养老备案", CARE_HOME);
    first("养老机", CARE_HOME);
    first("开养老院", CARE_HOME);
    first("我想开一家敬老院怎么办理", CARE_HOME);
    first("护理院", CARE_HOME);
    among_first("ｃａｒｅ  home", CARE_HOME);
    first("elderly", CARE_HOME);
    first("临时救", ASSISTANCE);
    first("家里着火了 救助", ASSISTANCE);
    first("家里困难补助", ASSISTANCE);
    among_first("大病", ASSISTANCE);
    first("车祸没钱怎么办", ASSISTANCE);
    first("temporary assist", ASSISTANCE);
    first("成立协会", ASSOCIATION);
    first("社团登记", ASSOCIATION);
    first("new association", ASSOCIATION);
    first(ASSISTANCE, ASSISTANCE);
}

#[test]
fn nonsense_finds_nothing_and_nothing_finds_all() {
    let library = library();
    let count = |query: &str, clientele| library.search(query, clientele).len();
    let all = library.list().count() + library.bundles().count();
    for query in ["xyzzy", "出口退税", "𠀀𠀁"] {
        assert_eq!(count(query, Clientele::Any), 0, "{query}");
    }
    for query in ["", "  ", "？！", "the"] {
        assert_eq!(count(query, Clientele::Any), all, "{query:?}");
    }
    // Where only a part says something, it is that part that is found.
    let passport = |package: &catalogue::Package| {
        std::fs::read_to_string(Path::new(&package.folder).join("item.yaml")).unwrap().contains("护照")
    };
    assert!(library.search("zzz 护照", Clientele::Any).iter().all(|package| passport(package)));
    let long = count(&"养老".repeat(5_000), Clientele::Any);
    assert_eq!(long, count("养老", Clientele::Any), "a word said often is that word");
}

#[test]
fn lists_are_filtered_by_who_asks() {
    let library = library();
    let codes = |clientele| -> Vec<String> {
        library.search("", clientele).iter().map(|package| package.item.code.clone()).collect()
    };
    assert!(codes(Clientele::People).contains(&ASSISTANCE.to_owned()));
    assert!(!codes(Clientele::People).contains(&CARE_HOME.to_owned()));
    assert!(codes(Clientele::Organisations).contains(&CARE_HOME.to_owned()));
    assert!(!codes(Clientele::Organisations).contains(&ASSISTANCE.to_owned()));
    assert_eq!(
        Clientele::parse("4").map(codes),
        Some(codes(Clientele::Kind(codes::tables::ApplicantKind::SocialOrganisation)))
    );
    assert_eq!(Clientele::parse("dogs"), None);
    let for_people = library.search("养老院", Clientele::People);
    assert!(!for_people.is_empty() && for_people.iter().all(|package| package.item.code != CARE_HOME));
}

#[test]
fn everyday_queries_find_their_items() {
    let library = library();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/minzheng");
    let queries = recall::read_below(&folder, &library).unwrap();
    assert!(queries.len() >= 220, "{}", queries.len());
    // Every item is asked for.
    for package in library.list() {
        let name = package.folder.rsplit('/').next().unwrap();
        assert!(queries.iter().any(|query| query.is.iter().any(|is| is == name)), "{name}");
    }
    let recall = recall::measure(&library, &queries, 3);
    assert!(recall.all.recall_at_k >= 0.95, "{:?}", recall.all);
    assert!(recall.held_out.recall_at_k >= 0.92 && recall.all.recall_at_1 >= 0.9, "{:?}", recall.held_out);
}

#[test]
fn what_sounds_like_it_is_said_and_what_is_near_is_shown() {
    let library = library();
    let any = |_: &catalogue::Package| true;
    let meant = |query: &str| library.find(query, &any).meant;
    assert_eq!(meant("火花证").as_deref(), Some("火化证"));
    assert_eq!(meant("jiehun").as_deref(), Some("结婚"));
    assert_eq!(meant("结婚"), None);
    let nothing = library.find("养老保险跨省转移接续", &any);
    assert!(nothing.items.is_empty() && !nothing.near.is_empty());
    let popular = library.popular(3);
    assert_eq!(popular.len(), 3);
    assert_eq!(popular[0].item.code, "000711003000");
}

#[tokio::test]
async fn a_long_answer_is_shown_page_by_page() {
    let library = library();
    let page = async |number: usize| {
        let (status, text) =
            get_from(library.clone(), &format!("/search?q=%E7%99%BB%E8%AE%B0&page={number}"), "zh-CN").await;
        assert_eq!(status, 200);
        let hrefs = text.split("<h3><a href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        (hrefs.map(str::to_owned).collect::<Vec<_>>(), text)
    };
    let (first, text) = page(1).await;
    assert_eq!(first.len(), 20);
    assert!(text.contains("page=2\" rel=\"next\"") && !text.contains("第一页"), "{text}");
    let (second, text) = page(2).await;
    assert!(!second.is_empty() && second.iter().all(|item| !first.contains(item)));
    assert!(text.contains("第一页"));
    let (last, text) = page(999).await;
    assert!(!last.is_empty() && !text.contains("rel=\"next\""), "a number too high is the last page");
}

#[test]
fn a_package_can_be_loaded_by_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages/minzheng/linshi-jiuzhu");
    let library = Library::load(&root, &std::collections::BTreeMap::new()).unwrap();
    assert_eq!(library.list().map(|package| package.item.code.as_str()).collect::<Vec<_>>(), [ASSISTANCE]);
}
