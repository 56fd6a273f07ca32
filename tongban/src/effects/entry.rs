//! Changing and ending entries of registers.

use std::collections::BTreeMap;

use anyhow::Context as _;
use cases::{EntryChange, EntryEnd};
use serde_json::Value;
use store::Tx;

use super::Asked;

/// Writes the named fields of the entry; its code.
pub(super) async fn change(
    tx: &mut Tx,
    asked: Asked<'_>,
    wanted: &EntryChange,
    effect: &str,
) -> anyhow::Result<String> {
    let code = code(tx, asked, wanted.entry.as_deref()).await?;
    let mut fields = BTreeMap::new();
    for (field, path) in &wanted.fields {
        // What need not be answered and was not leaves the field as it is.
        if let Some(value) = value(asked, path) {
            fields.insert(field.as_str(), value.clone());
        }
    }
    let body_name = |slug: &str| asked.bodies.by_slug(slug).map(|body| body.name.zh.clone());
    let decided = decided(asked, &wanted.register, &code, effect);
    let entry = registers::change(tx, decided, &fields, &body_name).await?;
    Ok(registers::write(tx, entry).await?.subject_code)
}

/// Ends the entry; its code.
pub(super) async fn end(
    tx: &mut Tx,
    asked: Asked<'_>,
    wanted: &EntryEnd,
    effect: &str,
) -> anyhow::Result<String> {
    let code = code(tx, asked, wanted.entry.as_deref()).await?;
    let entry =
        registers::end(tx, decided(asked, &wanted.register, &code, effect), wanted.reason.clone()).await?;
    Ok(registers::write(tx, entry).await?.subject_code)
}

/// Takes back what this case changed; the code of the entry.
pub(super) async fn restore(
    tx: &mut Tx,
    asked: Asked<'_>,
    register: &str,
    effect: &str,
) -> anyhow::Result<String> {
    let made = format!("change:{register}");
    let (_, code) = asked
        .case
        .effects
        .iter()
        .find(|(key, _)| *key == made)
        .with_context(|| format!("{made} is not done yet"))?;
    let today = kernel::china_date(asked.now);
    let decided = registers::Changed { decided_on: today, ..decided(asked, register, code, effect) };
    if let Some(entry) = registers::restore(tx, decided, &made).await? {
        registers::write(tx, entry).await?;
    }
    Ok(code.clone())
}

fn decided<'a>(
    asked: Asked<'a>,
    register: &'a str,
    code: &'a str,
    effect: &'a str,
) -> registers::Changed<'a> {
    registers::Changed {
        register,
        subject_code: code,
        decided_on: asked.decided_on(),
        case: asked.case.id,
        effect,
        now: asked.now,
    }
}

/// The code under which the entry stands: where the package says, or the applicant's own.
async fn code(tx: &mut Tx, asked: Asked<'_>, path: Option<&str>) -> anyhow::Result<String> {
    if let Some(path) = path {
        let code = text(asked, path);
        return code.with_context(|| format!("no code of a register entry in {path}"));
    }
    let id = asked.case.applicant.acting_for.context("a natural person has no entry of their own")?;
    let legal_person = identity::find_legal_person(tx, id).await?.context("the legal person")?;
    Ok(legal_person.uscc.to_string())
}

/// A code that stands at this path.
pub(super) fn text(asked: Asked<'_>, path: &str) -> Option<String> {
    value(asked, path).and_then(Value::as_str).map(|code| code.trim().to_ascii_uppercase())
}

/// What stands at `form.field`, `finding.id` or `register.lookup.field`.
fn value<'a>(asked: Asked<'a>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    match (parts.next()?, parts.next()?, parts.next()) {
        ("form", field, None) => asked.answers.get(field),
        ("finding", id, None) => asked.case.findings.get(id),
        ("register", lookup, Some(field)) => asked.case.answers.get("register")?.get(lookup)?.get(field),
        _ => None,
    }
}
