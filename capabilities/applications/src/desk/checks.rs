//! What the platform itself has verified on a case (系统核验): each check says what was looked at and what came out, so
//! that a clerk need not do it again and knows what is left to do. A new kind of check is one more function in [`of`].

use std::collections::BTreeMap;

use cases::{Case, Recorded};
use catalogue::{Field, Kind, Package, TextFormat};
use kernel::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use store::Tx;
use utoipa::ToSchema;
use web::Visitor;

use super::see::Dossier;
use super::{DeskError, names};
use crate::dossier::Material;
use crate::evidence;

/// What came out of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// In order.
    Passed,
    /// Not in order: a person must look.
    Failed,
    /// Worth knowing; neither right nor wrong.
    Noted,
}

impl Verdict {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Noted => "noted",
        }
    }

    /// Its word for people.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Passed => "desk-check-passed",
            Self::Failed => "desk-check-failed",
            Self::Noted => "desk-check-noted",
        }
    }
}

/// One thing that was checked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Check {
    /// `form`, `resident-id`, `credit-code`, `materials`, `files`, `same-file`, `signer` or `agent`.
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
    /// What was looked at.
    pub(super) title: String,
    /// What came out.
    pub(super) detail: String,
}

/// Whether the person who signed may act for the legal person that applies, today; nothing where nobody is
/// represented.
pub(super) async fn may_act(tx: &mut Tx, case: &Case, now: Timestamp) -> Result<Option<bool>, DeskError> {
    let Some(legal_person) = case.applicant.acting_for else { return Ok(None) };
    Ok(Some(identity::may_act_for(tx, case.applicant.person, legal_person, now).await?))
}

struct About<'a> {
    visitor: &'a Visitor,
    package: &'a Package,
    dossier: &'a Dossier,
}

/// How whoever handed it in is shown: the first event carries the masked name.
pub(super) fn signer(history: &[Recorded]) -> &str {
    history.first().map_or("", |first| first.actor_name.as_str())
}

/// Every check of a case, in the order of the page.
pub(super) fn of(
    visitor: &Visitor,
    package: &Package,
    dossier: &Dossier,
    signer: &str,
    may_act: Option<bool>,
) -> Vec<Check> {
    let about = About { visitor, package, dossier };
    let mut checks = vec![about.form()];
    checks.extend(
        about.codes("resident-id", TextFormat::ResidentId, |text| codes::ResidentId::parse(text).is_ok()),
    );
    checks.extend(
        about.codes("credit-code", TextFormat::Uscc, |text| codes::SocialCreditCode::parse(text).is_ok()),
    );
    checks.push(about.materials());
    checks.extend(about.files());
    checks.extend(about.same_file());
    checks.push(about.signer(signer));
    checks.extend(about.agent(may_act));
    checks
}

impl About<'_> {
    fn check(&self, check: &'static str, verdict: Verdict, detail: String) -> Check {
        Check { check, verdict, title: self.visitor.t(&format!("desk-check-{check}")), detail }
    }

    /// Either everything is in order, or what is not is named.
    fn verdict(&self, check: &'static str, wrong: &[String], fine: String) -> Check {
        if wrong.is_empty() {
            return self.check(check, Verdict::Passed, fine);
        }
        let detail = self.visitor.t1("desk-check-wrong", "what", wrong.join(self.comma()));
        self.check(check, Verdict::Failed, detail)
    }

    fn comma(&self) -> &'static str {
        self.visitor.pick("、", ", ")
    }

    /// The answers against the schema under which they were handed in.
    fn form(&self) -> Check {
        let Self { visitor, package, dossier } = self;
        let faults = package.form.validate(&Value::Object(dossier.answers.clone())).err().unwrap_or_default();
        let fault = |fault: &kernel::FieldError| {
            let name = fault.field.split('/').next().unwrap_or_default();
            format!("{} ({})", names::field(visitor, package, name), visitor.message(&fault.message))
        };
        let wrong: Vec<String> = faults.iter().map(fault).collect();
        let count = dossier.answers.values().filter(|value| !value.is_null()).count();
        self.verdict("form", &wrong, visitor.t1("desk-check-form-fine", "count", count))
    }

    /// Check digits of the numbers that the form asks for; nothing where none was given.
    fn codes(
        &self,
        check: &'static str,
        format: TextFormat,
        is_right: impl Fn(&str) -> bool,
    ) -> Option<Check> {
        let mut given = Vec::new();
        collect(self.package.form.fields(), &self.dossier.answers, format, &mut given);
        if given.is_empty() {
            return None;
        }
        let label = |field: &Field| names::pick(self.visitor, &field.label);
        let wrong: Vec<String> =
            given.iter().filter(|(_, text)| !is_right(text)).map(|(field, _)| label(field)).collect();
        let fine = self.visitor.t1("desk-check-codes-fine", "count", given.len());
        Some(self.verdict(check, &wrong, fine))
    }

    fn current(&self) -> impl Iterator<Item = &Material> {
        self.dossier.materials.iter().filter(|file| file.state == "current")
    }

    /// Whether everything that must be handed in is there.
    fn materials(&self) -> Check {
        let asked = self.package.item.materials.iter().filter(|material| material.is_asked_for());
        let (there, missing): (Vec<_>, Vec<_>) =
            asked.partition(|material| self.current().any(|file| file.material == material.id));
        let wrong: Vec<String> =
            missing.iter().map(|material| names::pick(self.visitor, &material.name)).collect();
        let fine = self.visitor.t1("desk-check-materials-fine", "count", there.len());
        self.verdict("materials", &wrong, fine)
    }

    /// What the files really are, found by looking into them when they came, against what is asked for.
    fn files(&self) -> Option<Check> {
        let is_accepted = |file: &Material| {
            let material = self.package.item.material(&file.material);
            material.is_some_and(|material| {
                material.accepts.iter().any(|kind| evidence::media_type(*kind) == file.media_type)
            })
        };
        let files: Vec<&Material> = self.current().collect();
        if files.is_empty() {
            return None;
        }
        let wrong: Vec<String> =
            files.iter().filter(|file| !is_accepted(file)).map(|file| file.file_name.clone()).collect();
        let fine = self.visitor.t1("desk-check-files-fine", "count", files.len());
        Some(self.verdict("files", &wrong, fine))
    }

    /// One file handed in for two materials: often an oversight.
    fn same_file(&self) -> Option<Check> {
        let mut uses: BTreeMap<&str, Vec<&Material>> = BTreeMap::new();
        for file in self.current() {
            uses.entry(&file.file_sm3).or_default().push(file);
        }
        let several = |files: &&Vec<&Material>| files.iter().any(|file| file.material != files[0].material);
        let named = uses.values().filter(several).flatten();
        let mut named: Vec<String> =
            named.map(|file| names::material(self.visitor, self.package, &file.material)).collect();
        named.dedup();
        let detail = || self.visitor.t1("desk-check-same-file-found", "what", named.join(self.comma()));
        (!named.is_empty()).then(|| self.check("same-file", Verdict::Noted, detail()))
    }

    fn signer(&self, signer: &str) -> Check {
        let detail = self.visitor.t1("desk-check-signer-fine", "name", signer);
        self.check("signer", Verdict::Passed, detail)
    }

    /// The right to act is asked today and not only when the application was sent: it may have been taken back since.
    fn agent(&self, may_act: Option<bool>) -> Option<Check> {
        let (name, uscc) = self.dossier.acting_for.as_ref()?;
        let (verdict, key) = if may_act? {
            (Verdict::Passed, "desk-check-agent-fine")
        } else {
            (Verdict::Failed, "desk-check-agent-ended")
        };
        Some(self.check("agent", verdict, self.visitor.t2(key, "name", name, "uscc", uscc)))
    }
}

/// The texts of this format that were given, also inside lists.
fn collect<'a>(
    fields: impl Iterator<Item = &'a Field>,
    answers: &'a Map<String, Value>,
    wanted: TextFormat,
    given: &mut Vec<(&'a Field, &'a str)>,
) {
    for field in fields {
        match (&field.kind, answers.get(&field.name)) {
            (Kind::Text { format, .. }, Some(Value::String(text)))
                if *format == wanted && !text.is_empty() =>
            {
                given.push((field, text));
            }
            (Kind::List { fields, .. }, Some(Value::Array(entries))) => {
                for entry in entries.iter().filter_map(Value::as_object) {
                    collect(fields.iter(), entry, wanted, given);
                }
            }
            _ => {}
        }
    }
}
