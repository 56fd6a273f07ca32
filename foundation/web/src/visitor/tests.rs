//! Words, dates and choices of a visitor.

use axum::http::{HeaderMap, Method, Uri};
use jiff::civil::date;
use kernel::Message;

use super::*;
use crate::testing::site;

fn visitor(lang: Lang) -> Visitor {
    let uri: Uri = "/dogs?x=1".parse().unwrap();
    let stranger = Visitor::stranger(&site(), &Method::GET, &uri, &HeaderMap::new(), "id".into());
    Visitor { lang, ..stranger }
}

#[test]
fn dates_are_said_as_people_say_them() {
    let at: Timestamp = "2026-10-09T23:05:00Z".parse().unwrap();
    let (zh, en) = (visitor(Lang::ZhCn), visitor(Lang::En));
    assert_eq!(zh.date(date(2026, 10, 9)), "2026年10月9日 星期五");
    assert_eq!(en.date(date(2026, 10, 9)), "Fri 9 Oct 2026");
    assert_eq!(zh.datetime(at), "2026年10月10日 07:05");
    assert_eq!(en.datetime(at), "10 Oct 2026, 07:05");
    assert_eq!(zh.today(), date(2026, 10, 9));
    for (day, word) in (5..12).zip("一二三四五六日".chars()) {
        assert!(zh.date(date(2026, 10, day)).ends_with(word));
    }
}

#[test]
fn messages_are_said_in_the_visitors_language() {
    let en = visitor(Lang::En);
    assert_eq!(
        en.message(&Message::new("web-json-syntax").with("line", 3).with("column", 14)),
        "JSON syntax error in line 3, column 14."
    );
    assert_eq!(en.t1("web-problem-too-many-wait", "minutes", 1), "Please try again in one minute.");
    assert_eq!(en.t2("web-json-syntax", "line", 1, "column", 2), "JSON syntax error in line 1, column 2.");
    assert_eq!(
        en.t3("web-json-syntax", "line", 1, "column", 2, "more", ""),
        en.t2("web-json-syntax", "line", 1, "column", 2)
    );
    assert_eq!((en.pick("犬", "dog"), en.pick("犬", "")), ("dog", "犬"));
}

#[test]
fn only_a_page_that_was_read_is_worth_coming_back_to_with_its_query() {
    assert_eq!(visitor(Lang::En).back, "/dogs?x=1");
    let uri: Uri = "/dogs?x=1".parse().unwrap();
    assert_eq!(
        Visitor::stranger(&site(), &Method::POST, &uri, &HeaderMap::new(), String::new()).back,
        "/dogs"
    );
}
