//! What a public notice (公示) shows: the lines of its stage, filled in with the facts of the case, and nothing else.

use cases::StageKind;
use kernel::Words;
use licences::template::{Fact, Pattern, Placeholder, Source, date_zh, money_zh};
use serde_json::{Map, Value};

use super::Package;
use crate::Named;

/// The facts of a case as the lines of its public notice may print them (公示内容).
#[derive(Clone, Copy)]
pub struct NoticeFacts<'a> {
    /// The answers of the form.
    pub answers: &'a Value,
    /// What staff established.
    pub findings: &'a Map<String, Value>,
    /// 办件编号
    pub case_number: &'a str,
    /// Name of the applicant (申请人).
    pub applicant_name: &'a str,
    /// Chinese name of the body that publishes.
    pub body_name: &'a str,
    /// Chinese names of bodies and divisions.
    pub names: &'a dyn Fn(Named<'_>) -> Option<String>,
}

impl Package {
    /// The lines that the notice of this stage shows, label and value, in the order of the package. A line whose
    /// value is not there is left out: a notice says nothing rather than half a sentence. Values are Chinese, as
    /// in documents.
    pub fn notice_lines(&self, stage: &str, facts: &NoticeFacts<'_>) -> Vec<(Words, String)> {
        let Some(StageKind::PublicNotice { lines, .. }) =
            self.process().stage(stage).map(|stage| &stage.kind)
        else {
            return Vec::new();
        };
        let form = self.form_facts(facts.answers, facts.names);
        let findings = self.finding_facts(facts.findings);
        let value_of = |placeholder: &Placeholder| match &placeholder.source {
            Source::Form(name) => form.get(name).and_then(text),
            Source::Finding(name) => findings.get(name).and_then(text),
            Source::CaseNumber => Some(facts.case_number.to_owned()),
            Source::CaseItem => Some(self.case_type.name.zh.clone()),
            Source::BodyName => Some(facts.body_name.to_owned()),
            Source::ApplicantName => Some(facts.applicant_name.to_owned()),
            // Refused when the package is loaded: no decision yet, and no identity numbers in public.
            Source::DecisionDate
            | Source::DecisionYear
            | Source::DecisionReason
            | Source::Serial
            | Source::ApplicantCodeMasked => None,
        };
        let filled = lines.iter().filter_map(|line| {
            let value = fill(&line.value, value_of)?;
            (!value.trim().is_empty()).then(|| (line.label.clone(), value.trim().to_owned()))
        });
        filled.collect()
    }
}

fn text(fact: &Fact) -> Option<String> {
    match fact {
        Fact::Text(text) => Some(text.clone()),
        Fact::Money(fen) => Some(money_zh(*fen)),
        Fact::Date(day) => Some(date_zh(*day)),
        Fact::Integer(number) => Some(number.to_string()),
        Fact::YesNo(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
        Fact::Table(_) => None, // a list cannot stand in a notice; the check of the package says so
    }
}

/// Sets the values in. Nothing when one is missing that the line cannot do without.
fn fill(line: &str, value_of: impl Fn(&Placeholder) -> Option<String>) -> Option<String> {
    let pattern = Pattern::parse(line).ok()?; // readable: it was checked when the package was loaded
    let mut placeholders = pattern.placeholders();
    let mut filled = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let (brace, after) = rest[at..].split_at(1);
        if let Some(after) = after.strip_prefix(brace) {
            filled.push_str(brace);
            rest = after;
            continue;
        }
        let placeholder = placeholders.next()?;
        match value_of(placeholder).filter(|value| !value.trim().is_empty()) {
            Some(value) => filled.push_str(value.trim()),
            None if placeholder.optional => {}
            None => return None,
        }
        rest = after.split_once('}')?.1;
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(line: &str) -> Option<String> {
        fill(line, |placeholder| match placeholder.to_string().as_str() {
            "{applicant.name}" => Some(" 张演示 ".to_owned()),
            "{form.breed}" => Some("大型犬".to_owned()),
            _missing => None,
        })
    }

    #[test]
    fn values_are_set_in_and_a_missing_one_leaves_the_line_out() {
        assert_eq!(filled("{applicant.name}（{form.breed}）"), Some("张演示（大型犬）".to_owned()));
        assert_eq!(filled("{{{form.breed}}} 100%"), Some("{大型犬} 100%".to_owned()));
        assert_eq!(filled("{form.breed}{form.remark?}"), Some("大型犬".to_owned()));
        assert_eq!(filled("{form.breed}，{form.remark}"), None);
        assert_eq!(filled("没有占位符"), Some("没有占位符".to_owned()));
        assert_eq!(filled("{form.breed"), None);
    }
}
