//! The few texts that leave the house, in both languages.

use web::Source;

use super::*;

fn texts() -> Catalogue {
    let (zh_cn, en) = crate::MESSAGES;
    Catalogue::load(&[Source { room: "messages", zh_cn, en }]).unwrap()
}

#[test]
fn every_template_has_its_text_in_every_language() {
    let texts = texts();
    for template in Template::ALL {
        assert_eq!(Template::from_word(template.as_str()), Some(template));
        for lang in Lang::ALL {
            for tail in [None, Some("0120"), Some("4321")] {
                let outgoing = Outgoing {
                    template,
                    lang,
                    tail: tail.map(str::to_owned),
                    code: (template == Template::Code).then(|| "654321".into()),
                    url: "https://x.cn/messages".into(),
                };
                let text = outgoing.text(&texts);
                assert!(!text.contains('⟦') && !outgoing.subject(&texts).contains('⟦'), "{text}");
                let expected = if template == Template::Code {
                    "654321"
                } else {
                    tail.unwrap_or("https://x.cn/messages")
                };
                assert!(text.contains(expected), "{text}");
                assert!(text.chars().count() <= 200, "{text}");
            }
        }
    }
}

#[test]
fn parameters_are_what_a_text_holds_and_no_more() {
    let news = Outgoing {
        template: Template::News,
        lang: Lang::ZhCn,
        tail: Some("0120".into()),
        code: None,
        url: "u".into(),
    };
    assert_eq!(Value::from(news.parameters()), serde_json::json!({"tail": "0120", "url": "u"}));
    let code = Outgoing { template: Template::Code, tail: None, code: Some("012345".into()), ..news };
    assert_eq!(Value::from(code.parameters()), serde_json::json!({"code": "012345"}));
}
