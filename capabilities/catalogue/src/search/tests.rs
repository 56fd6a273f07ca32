//! How queries are cut up.

use super::*;

fn shown(query: &str) -> Vec<String> {
    let cut = grams(query).into_iter().map(|gram| match gram {
        Gram::Characters { text, at } => format!("{text}@{at}"),
        Gram::Word { text, at } => format!("{text}*@{at}"),
    });
    cut.collect()
}

#[test]
fn queries_are_cut_into_pairs_and_beginnings_of_words() {
    let check = |query: &str, expected: &[&str]| assert_eq!(shown(query), expected, "{query}");
    check("养老院", &["养老@0", "老院@1"]);
    check("犬", &["犬@0"]);
    check("我想办养犬证", &["养犬@0", "犬证@1"]);
    check("Ｄog 证", &["dog*@0", "证@3"]);
    check("how do I get a dog licence", &["dog*@10", "licence*@13"]);
    check("申请", &["申请@0"]);
    check("", &[]);
    check("？", &[]);
}
