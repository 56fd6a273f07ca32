//! The sentences of this room as a reader gets them.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use kernel::Message;

use super::{holds, household};
use crate::{MESSAGES, plain_value};

fn said(text: &str, message: &Message) -> String {
    let mut bundle = FluentBundle::default();
    bundle.set_use_isolating(false);
    bundle.add_resource(FluentResource::try_new(text.to_owned()).unwrap()).unwrap();
    let args: FluentArgs<'_> = message.args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut errors = Vec::new();
    let pattern = bundle.get_message(message.key).unwrap().value().unwrap();
    let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
    assert!(errors.is_empty(), "{errors:?}");
    text
}

#[test]
fn a_clause_is_a_sentence_in_both_languages() {
    let held = holds("form.age >= 18 && form.never > 1 && form.kind in ['local']", &household());
    let label = |path: &str| path.to_owned();
    let messages: Vec<Message> = held.why.iter().map(|clause| clause.message(&label, &plain_value)).collect();
    let sentences = |text| messages.iter().map(|message| said(text, message)).collect::<Vec<_>>();
    assert_eq!(
        sentences(MESSAGES.0),
        [
            "form.age为 17，不符合：不小于 18",
            "缺少“form.never”",
            "成立：form.kind in [\"local\"]（form.kind = local）"
        ]
    );
    assert_eq!(
        sentences(MESSAGES.1),
        [
            "form.age is 17, which is not right: it must be at least 18",
            "form.never is missing",
            "Holds: form.kind in [\"local\"] (form.kind = local)"
        ]
    );
}
