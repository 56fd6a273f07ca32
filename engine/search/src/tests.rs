//! What is found, and what must hold for any text.

use proptest::prelude::*;

use super::*;

fn index(names: &[&str]) -> Index {
    let fillers: Vec<String> = ["怎么办", "我想", "办", "的", "how", "to"].map(str::to_owned).to_vec();
    let synonym = |say: &[&str], mean: &[&str]| Synonym {
        say: say.iter().map(|word| (*word).to_owned()).collect(),
        mean: mean.iter().map(|word| (*word).to_owned()).collect(),
    };
    let synonyms = [synonym(&["扯证", "tie the knot"], &["结婚登记"]), synonym(&["人走了"], &["火化证明"])];
    let documents = names.iter().map(|name| Document { texts: vec![((*name).to_owned(), Weight::Name)] });
    Index::new(documents, Vocabulary::new(&fillers, &synonyms))
}

const NAMES: [&str; 8] = [
    "内地居民结婚登记",
    "内地居民离婚登记",
    "遗体火化证明开具",
    "烈士遗属抚恤金给付",
    "养老机构备案",
    "民办非企业单位成立登记",
    "长沙市公墓审批",
    "Marriage certificate, second copy",
];

fn first(query: &str) -> Option<&'static str> {
    let found = index(&NAMES).find(query, 0.5, 3, &|_| true);
    found.hits.first().map(|hit| NAMES[hit.document])
}

#[test]
fn the_right_one_comes_first() {
    let check = |query: &str, expected: &str| assert_eq!(first(query), Some(expected), "{query}");
    check("结婚登记", NAMES[0]);
    check("我想办离婚", NAMES[1]);
    check("养老的机构", NAMES[4]); // something in between
    check("老机构备", NAMES[4]); // cut off at both ends
    check("民办单位", NAMES[5]); // a filler inside a word
    check("扯证", NAMES[0]); // other words
    check("人走了怎么办", NAMES[2]);
    check("how to tie the knot", NAMES[0]);
    check("jiehun", NAMES[0]); // pinyin
    check("li hun deng ji", NAMES[1]);
    check("yanglaojig", NAMES[4]); // unfinished
    check("yljgba", NAMES[4]); // initials
    check("扶恤金", NAMES[3]); // the same sound
    check("hefei huohuazhenmin", NAMES[2]); // in for ing
    check("结昏登记", NAMES[0]);
    check("火花证明", NAMES[2]);
    check("养机老构备案", NAMES[4]); // swapped
    check("养老机购备按", NAMES[4]);
    check("changshagongmu", NAMES[6]); // 长 is read in two ways
    check("certificates", NAMES[7]);
    check("certifcate", NAMES[7]); // a letter missing
    check("marraige", NAMES[7]); // two letters swapped
    check("ｍａｒｒ", NAMES[7]);
    check("墓", NAMES[6]);
}

#[test]
fn what_is_not_there_is_not_found() {
    for query in ["驾驶证", "公积金贷款", "zzzzqq", "plumber"] {
        assert_eq!(first(query), None, "{query}");
    }
    assert!(index(&NAMES).find("  ？！ ", 0.5, 3, &|_| true).asks_nothing);
    assert!(index(&[]).find("结婚", 0.5, 3, &|_| true).hits.is_empty());
}

#[test]
fn filters_hold_for_close_calls_too() {
    let found = index(&NAMES).find("结婚登记", 0.3, 9, &|document| document != 0);
    assert!(!found.hits.is_empty() && found.hits.iter().all(|hit| hit.document != 0), "{found:?}");
}

#[test]
fn marks_say_why() {
    let index = index(&NAMES);
    let check = |query: &str, text: &str, expected: &[&str]| {
        let marks = index.marks(query, text);
        assert_eq!(marks.into_iter().map(|range| &text[range]).collect::<Vec<_>>(), expected, "{query}");
    };
    check("结婚登记", NAMES[0], &["结婚登记"]);
    check("扯证", NAMES[0], &["结婚登记"]);
    check("扶恤", NAMES[3], &["抚恤"]);
    check("yanglao", NAMES[4], &["养老"]);
    check("Certificates", NAMES[7], &["certificate"]);
    check("", NAMES[7], &[]);
}

/// Names as they look: Chinese characters, some others.
fn name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[一-龥]{4,16}[（）()A-Za-z0-9 ]{0,6}[一-龥]{0,8}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_survived(texts in proptest::collection::vec(any::<String>(), 0..6), query in any::<String>()) {
        let documents = texts.iter().map(|text| Document { texts: vec![(text.clone(), Weight::Alias)] });
        let vocabulary = Vocabulary::new(&texts, &[Synonym { say: texts.clone(), mean: vec![query.clone()] }]);
        let index = Index::new(documents, vocabulary);
        for query in texts.iter().chain([&query]) {
            let found = index.find(query, 0.5, 3, &|_| true);
            prop_assert!(found.hits.len() <= 3);
            for range in texts.iter().flat_map(|text| index.marks(query, text)) {
                prop_assert!(range.start < range.end);
            }
        }
    }

    #[test]
    fn every_name_finds_itself(names in proptest::collection::hash_set(name(), 1..30)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let index = index(&names);
        for (at, name) in names.iter().enumerate() {
            let found = index.find(name, 0.5, 1, &|_| true);
            prop_assert_eq!(found.hits.first().map(|hit| hit.document), Some(at), "{}", name);
        }
    }

    #[test]
    fn every_piece_of_a_name_finds_it(
        names in proptest::collection::hash_set("[一-龥]{6,16}", 1..30),
        from in 0..4_usize,
        length in 4..6_usize,
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let index = index(&names);
        for (at, name) in names.iter().enumerate() {
            let characters: Vec<char> = name.chars().collect();
            let from = from.min(characters.len() - length);
            let piece: String = characters[from..from + length].iter().collect();
            let found = index.find(&piece, 0.5, 3, &|_| true);
            prop_assert!(found.hits.iter().any(|hit| hit.document == at), "{} in {}", piece, name);
        }
    }

    #[test]
    fn one_wrong_character_is_forgiven(names in proptest::collection::hash_set("[一-龥]{6,12}", 1..20), slip in 0..6_usize) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let index = index(&names);
        for (at, name) in names.iter().enumerate() {
            let mut characters: Vec<char> = name.chars().collect();
            characters[slip] = '〇';
            let typed: String = characters.iter().collect();
            let found = index.find(&typed, 0.5, 3, &|_| true);
            prop_assert!(found.hits.iter().any(|hit| hit.document == at), "{} for {}", typed, name);
        }
    }
}
