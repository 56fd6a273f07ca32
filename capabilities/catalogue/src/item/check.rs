//! The rules for `item.yaml` that its types alone do not hold.

use std::collections::BTreeSet;

use cases::StatedLimit;
use codes::tables::{Table, name_of, table};
use codes::{DivisionCode, ItemCode};
use legal_time::{Limit, Unit};

use super::{Item, Kept, MadeBy, wording};
use crate::rule::Rule;
use crate::source::Source;

/// Checks what the types let through.
pub(crate) fn check(item: &Item, source: &mut Source) {
    check_identity(item, source);
    check_tables(item, source);
    check_limits(item, source);
    check_materials(item, source);
    check_lists(item, source);
    source.check_words();
    source.check_english();
}

fn check_identity(item: &Item, source: &mut Source) {
    match ItemCode::parse(&item.code) {
        Err(error) => source.add(&["code"], format!("the item code is wrong: {error}")),
        Ok(code) if code.as_str() != item.code => {
            source.add(&["code"], "the item code is written in capitals");
        }
        Ok(code) if code.item_type_code() != item.kind => {
            let rule = format!("the code says item type {}, not {}", code.item_type_code(), item.kind);
            source.add(&["type"], rule);
        }
        Ok(_) => {}
    }
    if item.handling.len() != 2 || !item.handling.bytes().all(|b| b.is_ascii_digit()) {
        source.add(&["handling"], "the handling item is two digits in quotes");
    }
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    if item.version.is_empty() || item.version.len() > 32 || !item.version.bytes().all(fits) {
        source.add(&["version"], "a version is 1 to 32 letters, digits, dots and hyphens");
    }
    if let Some(Kept::Years(years)) = item.kept
        && !(1..=100).contains(&years)
    {
        source.add(&["kept"], "what was handed in is kept for 1 to 100 years, or permanent");
    }
}

fn check_tables(item: &Item, source: &mut Source) {
    if name_of("online_depth", &item.online_depth).is_none() {
        source.add(&["online_depth"], unknown(&item.online_depth, "online_depth"));
    }
    for material in &item.materials {
        let known = ["material_source", "material_source_local"];
        if known.iter().all(|name| name_of(name, &material.source).is_none()) {
            source.add(&["materials", &material.id, "source"], unknown(&material.source, "material_source"));
        }
        if name_of("material_format", &material.form).is_none() {
            source.add(&["materials", &material.id, "form"], unknown(&material.form, "material_format"));
        }
    }
}

fn unknown(code: &str, name: &str) -> String {
    let codes =
        table(name).map_or_else(Vec::new, |Table { entries, .. }| entries.iter().map(|e| e.0).collect());
    format!("{code:?} is no {name} code; there are {}", codes.join(", "))
}

fn check_limits(item: &Item, source: &mut Source) {
    let statutory = &item.limits.statutory;
    if has_no_basis(statutory) {
        let rule = Rule::LimitWithoutBasis;
        source.add_rule(&["limits", "statutory"], rule, "a statutory limit needs its basis");
    }
    if is_surely_longer(&item.limits.promised.within, &statutory.within) {
        let (promised, statutory) = (&item.limits.promised.within, &statutory.within);
        let rule =
            format!("the promised limit of {promised} is longer than the statutory one of {statutory}");
        source.add_rule(&["limits", "promised"], Rule::PromiseAboveLaw, rule);
    }
}

/// Whether a limit says nothing of what it rests on.
pub(crate) fn has_no_basis(limit: &StatedLimit) -> bool {
    limit.to_limit().basis.is_none_or(|basis| basis.trim().is_empty())
}

/// Whether `a` is longer than `b` whatever the holidays. Limits of different units are compared by the days
/// that they surely span, and pass where that does not decide.
pub(crate) fn is_surely_longer(a: &Limit, b: &Limit) -> bool {
    if a.unit == b.unit {
        return a.amount > b.amount;
    }
    let shortest = a.amount.saturating_mul(if a.unit == Unit::Months { 28 } else { 1 });
    let longest = match b.unit {
        Unit::CalendarDays => b.amount,
        Unit::Months => b.amount.saturating_mul(31),
        Unit::WorkingDays => return false, // holidays may stretch it
    };
    shortest > longest
}

fn check_materials(item: &Item, source: &mut Source) {
    let mut seen = BTreeSet::new();
    for (index, material) in item.materials.iter().enumerate() {
        let index = index.to_string();
        let mut wrong = |key: &str, rule: String| source.add(&["materials", &index, key], rule);
        if !is_slug(&material.id) {
            wrong("id", "a material's id is made of lower-case letters, digits and hyphens".into());
        }
        if !seen.insert(material.id.as_str()) {
            wrong("id", format!("two materials are called {}", material.id));
        }
        if material.accepts.is_empty() {
            wrong("accepts", "say which kinds of file are accepted".into());
        }
        if !(1..=100).contains(&material.max_mb) {
            wrong("max_mb", "the largest file is between 1 and 100 MB".into());
        }
        if material.copies.original + material.copies.copy == 0 {
            wrong("copies", "say how many originals or copies are wanted".into());
        }
        if wording::is_vague(&material.name) {
            let text = "a catch-all material: name what is wanted, or do not ask for it \
                (关于深入推进审批服务便民化的指导意见 二（二）: “其他材料”、“有关材料”等应逐一加以明确，不能明确的不得要求申请人提供)";
            source.add_rule(&["materials", &index, "name"], Rule::VagueMaterial, text);
        }
        if material.by == MadeBy::Applicant
            && wording::is_proof(&material.name)
            && !wording::names_a_text(&material.basis.zh)
        {
            let text = format!(
                "{} is a proof, and its basis ({}) names no law, regulation or decision that asks for it",
                material.id, material.basis.zh
            );
            source.add_rule(&["materials", &index, "basis"], Rule::ProofWithoutBasis, text);
        }
        if material.later.as_ref().is_some_and(has_no_basis) {
            let text = "the time for handing it in later needs its basis";
            source.add_rule(&["materials", &index, "later"], Rule::LimitWithoutBasis, text);
        }
    }
}

pub(crate) fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn check_lists(item: &Item, source: &mut Source) {
    let needed = [
        ("levels", item.levels.is_empty(), "say at which levels the item is handled"),
        ("audience", item.audience.is_empty(), "say who may ask"),
        ("legal_basis", item.legal_basis.is_empty(), "an item needs a legal basis (职权法定)"),
        ("keywords", item.keywords.is_empty(), "give everyday words under which people look for the item"),
        ("conditions", item.conditions.is_empty(), "say under which conditions the item is granted"),
        ("results", item.results.is_empty(), "say what comes out"),
        ("sources", item.sources.is_empty(), "say where the facts come from"),
    ];
    for (key, is_empty, rule) in needed {
        if is_empty {
            source.add(&[key], rule);
        }
    }
    for (index, keyword) in item.keywords.iter().enumerate() {
        if keyword.trim().is_empty() {
            source.add(&["keywords", &index.to_string()], "a keyword is not empty");
        }
    }
    for (index, basis) in item.legal_basis.iter().enumerate() {
        if basis.article.trim().is_empty() {
            source.add(&["legal_basis", &index.to_string(), "article"], "name the article");
        }
    }
    for (index, window) in item.windows.iter().enumerate() {
        let index = index.to_string();
        if let Err(error) = DivisionCode::parse(&window.division) {
            source.add(&["windows", &index, "division"], format!("the division is wrong: {error}"));
        }
        if window.phone.trim().is_empty() {
            source.add(&["windows", &index, "phone"], "a window has a telephone");
        }
    }
    if item.complaints.phone.trim().is_empty() {
        source.add(&["complaints", "phone"], "say whom to call with a complaint");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_different_units_are_compared_only_where_days_decide() {
        let check = |promised: &str, statutory: &str, expected: bool| {
            let (a, b) = (promised.parse().unwrap(), statutory.parse().unwrap());
            assert_eq!(is_surely_longer(&a, &b), expected, "{promised} against {statutory}");
        };
        check("21 working days", "20 working days", true);
        check("20 working days", "20 working days", false);
        check("21 working days", "20 calendar days", true);
        check("20 working days", "20 calendar days", false);
        check("2 months", "30 calendar days", true);
        check("1 months", "28 calendar days", false);
        check("32 calendar days", "1 months", true);
        check("31 calendar days", "1 months", false);
        check("60 calendar days", "20 working days", false);
    }
}
