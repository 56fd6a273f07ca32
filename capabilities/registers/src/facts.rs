//! What a register answers to another room (数据核验): the entry that holds, and of it only what is no person's.

use serde_json::{Map, Value};
use store::{Result, Tx};

use crate::SOCIAL_ORGANISATIONS;
use crate::search::find_entry;

/// A register with the sentence that names it, and the fields that leave it with the sentences that name them. What is
/// not listed stays: an answer is kept unsealed with the case that asked.
struct Answered {
    register: &'static str,
    title: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const ANSWERED: &[Answered] = &[Answered {
    register: SOCIAL_ORGANISATIONS,
    title: "registers-organisations",
    fields: &[
        ("name", "registers-name"),
        ("uscc", "registers-uscc"),
        ("address", "registers-address"),
        ("funds", "registers-funds"),
        ("purpose", "registers-purpose"),
        ("business_scope", "registers-scope"),
        ("activity_area", "registers-area"),
        ("body_in_charge", "registers-in-charge"),
        ("registered_on", "registers-registered-on"),
        ("registrar", "registers-registrar"),
    ],
}];

fn answered(register: &str) -> Option<&'static Answered> {
    ANSWERED.iter().find(|answered| answered.register == register)
}

/// What stands in a register under this code today, without anything personal; nothing when nobody is registered
/// under it, or the register answers no other room.
pub async fn facts(tx: &mut Tx, register: &str, subject_code: &str) -> Result<Option<Map<String, Value>>> {
    let Some(answered) = answered(register) else { return Ok(None) };
    let Some(entry) = find_entry(tx, register, subject_code).await? else { return Ok(None) };
    let field = |(field, _): &(&str, &str)| Some(((*field).to_owned(), entry.data.get(field)?.clone()));
    let mut facts: Map<String, Value> = answered.fields.iter().filter_map(field).collect();
    facts.insert("since".into(), Value::from(entry.since.to_string()));
    Ok(Some(facts))
}

/// The key of the sentence that names a register.
pub fn title(register: &str) -> Option<&'static str> {
    answered(register).map(|answered| answered.title)
}

/// The key of the sentence that names a field of a register.
pub fn label_of_field(register: &str, field: &str) -> Option<&'static str> {
    answered(register)?.fields.iter().find(|(name, _)| *name == field).map(|(_, label)| *label)
}

#[cfg(test)]
mod tests;
