//! What registers and licences of this platform know already (数据核验、免提交): shown before the application is handed
//! in, and asked once more and kept with the case when it comes in.

use cases::{Case, Lookup};
use catalogue::Package;
use jiff::civil::Date;
use kernel::{PersonActor, Timestamp, china_date};
use serde_json::{Map, Value};
use store::Tx;
use web::Visitor;

use crate::Room;
use crate::draft::Answers;

pub(crate) mod applicant;

/// What was found: `register` and `licence`, by the ids of the process's lookups, `applicant`, and on which day. What was
/// not found is not there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known(pub(crate) Map<String, Value>, pub(crate) Date);

/// Something that was found, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Under which name rules read it, such as `register.organisation`.
    pub(crate) path: String,
    /// Which register or which document.
    pub(crate) what: String,
    /// Which entry of it.
    pub(crate) which: String,
}

/// Asks for everything that the process looks up, on behalf of this applicant, and for what its rules read of them.
pub(crate) async fn ask(
    tx: &mut Tx,
    room: &Room,
    package: &Package,
    by: &PersonActor,
    answers: &Answers,
    now: Timestamp,
) -> Result<Known, store::Error> {
    let today = china_date(now);
    let (mut register, mut licence) = (Map::new(), Map::new());
    for lookup in &package.process().lookups {
        if let Some(name) = &lookup.register
            && let Some(code) = code_of(tx, lookup, by, answers).await?
            && let Some(facts) = registers::facts(tx, name, &code).await?
        {
            register.insert(lookup.id.clone(), Value::Object(facts));
        }
        if let Some(document) = &lookup.licence
            && let Some(held) = licences::held_of(tx, by, document, today).await?
        {
            licence.insert(lookup.id.clone(), Value::Object(held.facts()));
        }
    }
    let mut found = Map::new();
    if !package.process().lookups.is_empty() {
        found.insert("register".into(), Value::Object(register));
        found.insert("licence".into(), Value::Object(licence));
    }
    let applicant = applicant::facts(tx, room, package, by, now).await?;
    if !applicant.is_empty() {
        found.insert("applicant".into(), Value::Object(applicant));
    }
    Ok(Known(found, today))
}

/// The code to look for: of the form, or the applicant's own. No register is kept by the identity numbers of natural
/// persons, so they have none.
async fn code_of(
    tx: &mut Tx,
    lookup: &Lookup,
    by: &PersonActor,
    answers: &Answers,
) -> Result<Option<String>, store::Error> {
    let Some(field) = &lookup.code_from else {
        let Some(id) = by.legal_person() else { return Ok(None) };
        let legal_person = identity::find_legal_person(tx, id).await?;
        return Ok(legal_person.map(|found| found.uscc.as_str().to_owned()));
    };
    let code = answers.get(field).and_then(Value::as_str).map(str::trim).filter(|code| !code.is_empty());
    Ok(code.map(str::to_ascii_uppercase))
}

impl Known {
    /// What was found when a case came in.
    pub(crate) fn of_case(case: &Case) -> Self {
        Self(case.answers.clone(), china_date(case.submitted_at))
    }

    /// What stands below `register` or `licence`.
    pub(crate) fn root(&self, root: &str) -> &Value {
        const NOTHING: &Value = &Value::Null;
        self.0.get(root).unwrap_or(NOTHING)
    }

    /// Identifiers of the documents that were read.
    pub(crate) fn licences(&self) -> impl Iterator<Item = &str> {
        let found = self.root("licence").as_object().into_iter().flat_map(Map::values);
        found.filter_map(|facts| facts.get("identifier")?.as_str())
    }

    /// What was found under a path such as `register.organisation`.
    pub(crate) fn get(&self, path: &str) -> Option<&Value> {
        let (root, id) = path.split_once('.')?;
        self.root(root).get(id)
    }

    /// What was found, in the order of the process.
    pub(crate) fn found(&self, visitor: &Visitor, room: &Room, package: &Package) -> Vec<Found> {
        let one = |lookup: &Lookup| {
            let path = path_of(lookup);
            let facts = self.get(&path)?;
            let text = |field: &str| facts.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
            let which = if lookup.register.is_some() {
                visitor.t2("applications-known-entry", "name", text("name"), "code", text("uscc"))
            } else {
                let number = visitor.t1("applications-known-licence", "number", text("number"));
                match text("valid_until").parse::<Date>() {
                    Ok(last) => {
                        let until = visitor.t1("applications-known-until", "day", visitor.date(last));
                        format!("{number}{until}")
                    }
                    Err(_no_end) => number,
                }
            };
            Some(Found { what: title(visitor, room, package, lookup), path, which })
        };
        package.process().lookups.iter().filter_map(one).collect()
    }
}

/// Under which name rules read what a lookup found.
pub(crate) fn path_of(lookup: &Lookup) -> String {
    let root = if lookup.register.is_some() { "register" } else { "licence" };
    format!("{root}.{}", lookup.id)
}

/// The register, or the document, that is looked for. A document of another package is named by that package.
pub(crate) fn title(visitor: &Visitor, room: &Room, package: &Package, lookup: &Lookup) -> String {
    if let Some(register) = &lookup.register {
        return registers::title(register).map_or_else(|| register.clone(), |key| visitor.t(key));
    }
    let id = lookup.licence.as_deref().unwrap_or_default();
    let name = |package: &Package| {
        let document = package.documents.find(id)?;
        Some(visitor.pick(&document.name.zh, &document.name.en).to_owned())
    };
    let elsewhere = || room.library().list().find_map(|package| name(package));
    name(package).or_else(elsewhere).unwrap_or_else(|| id.to_owned())
}

#[cfg(test)]
mod tests;
