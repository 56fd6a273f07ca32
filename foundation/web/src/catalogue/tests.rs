//! What makes a catalogue, and what it says.

use super::*;

fn source(zh_cn: &'static str, en: &'static str) -> Source {
    Source { room: "dogs", zh_cn, en }
}

fn fails(zh_cn: &'static str, en: &'static str) -> CatalogueError {
    Catalogue::load(&[source(zh_cn, en)]).map(|_| ()).unwrap_err()
}

#[test]
fn the_own_messages_are_complete_in_both_languages() {
    let texts = Catalogue::load(&[]).unwrap();
    assert!(texts.has("web-skip"));
    // The store below has no catalogue of its own; what it refuses is said here.
    let own = |key: &str| key.starts_with("web-") || key.starts_with("store-");
    assert!(keys(OWN.zh_cn).iter().all(|key| own(key) && texts.has(key)));
}

#[test]
fn a_key_in_one_language_only_is_refused() {
    let expected =
        |missing_in| CatalogueError::Untranslated { room: "dogs", key: "dogs-b".into(), missing_in };
    assert_eq!(fails("dogs-a = 甲\ndogs-b = 乙", "dogs-a = A"), expected("en"));
    assert_eq!(fails("dogs-a = 甲", "dogs-a = A\ndogs-b = B"), expected("zh-CN"));
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let twice = fails("dogs-a = 甲\ndogs-a = 乙", "dogs-a = A");
    assert_eq!(twice, CatalogueError::Duplicate { room: "dogs", lang: "zh-CN", key: "dogs-a".into() });
    let stolen = fails("web-skip = 甲", "web-skip = A");
    assert_eq!(stolen, CatalogueError::Duplicate { room: "dogs", lang: "zh-CN", key: "web-skip".into() });
}

#[test]
fn a_text_that_is_not_fluent_is_refused() {
    assert!(matches!(fails("dogs-a = {", "dogs-a = A"), CatalogueError::Syntax { lang: "zh-CN", .. }));
}

#[test]
fn values_are_set_in_without_marks_and_digit_by_digit() {
    let en = "dogs-no = No. { $no }\ndogs-n = { $n ->\n    [one] one dog\n   *[other] { $n } dogs\n }";
    let texts = Catalogue::load(&[source("dogs-no = 编号 { $no }\ndogs-n = { $n } 只", en)]).unwrap();
    let say = |lang, key, name, value: &str| texts.format(lang, key, &[(name, value.to_owned())]);
    assert_eq!(say(Lang::En, "dogs-no", "no", "007"), "No. 007");
    assert_eq!(say(Lang::ZhCn, "dogs-no", "no", "123456789012345678"), "编号 123456789012345678");
    assert_eq!(say(Lang::En, "dogs-n", "n", "1"), "one dog");
    assert_eq!(say(Lang::En, "dogs-n", "n", "2000"), "2000 dogs");
    assert_eq!(texts.get(Lang::En, "dogs-none"), "⟦dogs-none⟧");
}
