//! What the platform itself has verified on a case (系统核验): each check says what was looked at and what came out, so
//! that a clerk need not do it again and knows what is left to do. A new kind of check is one more function in [`of`].

use std::collections::BTreeMap;

use cases::{Case, Recorded};
use catalogue::{Field, Kind, Package, TextFormat};
use kernel::{Principal, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use store::Tx;
use utoipa::ToSchema;
use web::Visitor;

use super::see::Dossier;
use super::{DeskError, names};
use crate::asked::{self, AtHand};
use crate::dossier::Material;
use crate::known::{Found, Known};
use crate::mine::now::{CaseRule, Look};
use crate::stand_in::{Kind as InPlaceOf, StandIn};
use crate::{Room, evidence};

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
            Self::Passed => "desk-verified-passed",
            Self::Failed => "desk-verified-failed",
            Self::Noted => "desk-verified-noted",
        }
    }
}

/// One thing that was checked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Check {
    /// `form`, `resident-id`, `credit-code`, `materials`, `stand-ins`, `files`, `same-file`, `looked-up`, `rule`,
    /// `signer` or `agent`.
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
    Ok(Some(
        identity::may_act_for(tx, case.applicant.person, Principal::LegalPerson(legal_person), now).await?,
    ))
}

struct About<'a> {
    visitor: &'a Visitor,
    room: &'a Room,
    package: &'a Package,
    case: &'a Case,
    dossier: &'a Dossier,
}

/// How whoever handed it in is shown: the first event carries the masked name.
pub(super) fn signer(history: &[Recorded]) -> &str {
    history.first().map_or("", |first| first.actor_name.as_str())
}

/// Every check of a case, in the order of the page.
pub(super) fn of(
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    case: &Case,
    dossier: &Dossier,
    signer: &str,
    may_act: Option<bool>,
) -> Vec<Check> {
    let about = About { visitor, room, package, case, dossier };
    let mut checks = vec![about.form()];
    checks.extend(
        about.codes("resident-id", TextFormat::ResidentId, |text| codes::ResidentId::parse(text).is_ok()),
    );
    checks.extend(
        about.codes("credit-code", TextFormat::Uscc, |text| codes::SocialCreditCode::parse(text).is_ok()),
    );
    checks.push(about.materials());
    checks.extend(about.stand_ins());
    checks.extend(about.files());
    checks.extend(about.same_file());
    checks.extend(about.looked_up());
    checks.extend(about.rules());
    checks.push(about.signer(signer));
    checks.extend(about.agent(may_act));
    checks
}

impl About<'_> {
    fn check(&self, check: &'static str, verdict: Verdict, detail: String) -> Check {
        Check { check, verdict, title: self.visitor.t(&format!("desk-verified-{check}")), detail }
    }

    /// Either everything is in order, or what is not is named.
    fn verdict(&self, check: &'static str, wrong: &[String], fine: String) -> Check {
        if wrong.is_empty() {
            return self.check(check, Verdict::Passed, fine);
        }
        let detail = self.visitor.t1("desk-verified-wrong", "what", wrong.join(self.comma()));
        self.check(check, Verdict::Failed, detail)
    }

    fn comma(&self) -> &'static str {
        self.visitor.pick("、", ", ")
    }

    /// The answers against the schema under which they were handed in.
    fn form(&self) -> Check {
        let Self { visitor, package, dossier, .. } = self;
        let faults = package.form.validate(&Value::Object(dossier.answers.clone())).err().unwrap_or_default();
        let fault = |fault: &kernel::FieldError| {
            let name = fault.field.split('/').next().unwrap_or_default();
            format!("{} ({})", names::field(visitor, package, name), visitor.message(&fault.message))
        };
        let wrong: Vec<String> = faults.iter().map(fault).collect();
        let count = dossier.answers.values().filter(|value| !value.is_null()).count();
        self.verdict("form", &wrong, visitor.t1("desk-verified-form-fine", "count", count))
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
        let fine = self.visitor.t1("desk-verified-codes-fine", "count", given.len());
        Some(self.verdict(check, &wrong, fine))
    }

    fn current(&self) -> impl Iterator<Item = &Material> {
        self.dossier.materials.iter().filter(|file| file.state == "current")
    }

    /// Whether everything that must be handed in is there, or a promise or a commitment in its place.
    fn materials(&self) -> Check {
        let Self { visitor, package, case, dossier, .. } = *self;
        let known = Known::of_case(case);
        let files: Vec<Material> = self.current().cloned().collect();
        let stand_ins = dossier.stand_ins.iter().map(|made| made.material.clone()).collect();
        let at_hand =
            AtHand { answers: &dossier.answers, known: &known, files: &files, stand_ins: &stand_ins };
        let missing = at_hand.missing_materials(package);
        let asked = package.item.materials.iter().filter(|material| {
            material.is_asked_for() && asked::is_wanted(material, &dossier.answers, &known)
        });
        let wrong: Vec<String> =
            missing.iter().map(|material| names::pick(visitor, &material.name)).collect();
        let fine = visitor.t1("desk-verified-materials-fine", "count", asked.count());
        self.verdict("materials", &wrong, fine)
    }

    /// What stands in the place of a file: the file comes later (容缺), or is not asked for at all (告知承诺).
    fn stand_ins(&self) -> Option<Check> {
        let Self { visitor, package, dossier, .. } = *self;
        let one = |made: &StandIn| {
            let key = match made.kind {
                InPlaceOf::Later => "desk-verified-later",
                InPlaceOf::Commitment => "desk-verified-commitment",
            };
            visitor.t1(key, "material", names::material(visitor, package, &made.material))
        };
        let made: Vec<String> = dossier.stand_ins.iter().map(one).collect();
        (!made.is_empty()).then(|| self.check("stand-ins", Verdict::Noted, made.join(self.comma())))
    }

    /// What registers and licences of this platform answered when the application came in.
    fn looked_up(&self) -> Option<Check> {
        let Self { visitor, room, package, case, .. } = *self;
        if package.process().lookups.is_empty() {
            return None;
        }
        let found = Known::of_case(case).found(visitor, room, package);
        let detail = if found.is_empty() {
            visitor.t("desk-verified-looked-up-none")
        } else {
            let one = |found: &Found| format!("{} {}", found.what, found.which);
            found.iter().map(one).collect::<Vec<_>>().join(self.comma())
        };
        let verdict = if found.is_empty() { Verdict::Noted } else { Verdict::Passed };
        Some(self.check("looked-up", verdict, detail))
    }

    /// The rules of the instant decision: where one does not hold, a person decides and sees why.
    fn rules(&self) -> Vec<Check> {
        let Self { visitor, room, package, case, .. } = *self;
        let said = Look { visitor, room, package, case }.rules();
        let one = |rule: CaseRule| Check {
            check: "rule",
            verdict: if rule.holds { Verdict::Passed } else { Verdict::Failed },
            title: visitor.t1("desk-verified-rule", "name", rule.name),
            detail: rule.why.into_iter().chain(rule.basis).collect::<Vec<_>>().join(visitor.pick("；", "; ")),
        };
        said.into_iter().map(one).collect()
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
        let fine = self.visitor.t1("desk-verified-files-fine", "count", files.len());
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
        let detail = || self.visitor.t1("desk-verified-same-file-found", "what", named.join(self.comma()));
        (!named.is_empty()).then(|| self.check("same-file", Verdict::Noted, detail()))
    }

    fn signer(&self, signer: &str) -> Check {
        let detail = self.visitor.t1("desk-verified-signer-fine", "name", signer);
        self.check("signer", Verdict::Passed, detail)
    }

    /// The right to act is asked today and not only when the application was sent: it may have been taken back since.
    fn agent(&self, may_act: Option<bool>) -> Option<Check> {
        let (name, uscc) = self.dossier.acting_for.as_ref()?;
        let (verdict, key) = if may_act? {
            (Verdict::Passed, "desk-verified-agent-fine")
        } else {
            (Verdict::Failed, "desk-verified-agent-ended")
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
