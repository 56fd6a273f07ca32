//! Why a rule held or did not, in words for its applicant: with the questions of the form and the names of what was
//! looked up, and not with their ids.

use catalogue::{Masking, Package};
use kernel::Words;
use rules::{Clause, Held, Joined, Outcome};
use serde_json::{Value, json};
use web::Visitor;

use crate::fields::name_of;
use crate::known::{self, Known};
use crate::{Room, trace};

/// Who tells it, and of which package.
#[derive(Clone, Copy)]
pub(crate) struct Reasons<'a> {
    pub(crate) visitor: &'a Visitor,
    pub(crate) room: &'a Room,
    pub(crate) package: &'a Package,
    pub(crate) known: &'a Known,
}

impl Reasons<'_> {
    /// Why a condition does not hold: the clauses that failed, or all of them where one would have been enough.
    pub(crate) fn against(&self, held: &Held) -> Vec<String> {
        let failed = |clause: &&Clause| held.joined == Joined::Any || clause.outcome != Outcome::Held;
        held.why.iter().filter(failed).flat_map(|clause| self.clause(clause)).collect()
    }

    /// A clause and those inside it.
    pub(crate) fn clause(&self, clause: &Clause) -> Vec<String> {
        if !clause.parts.is_empty() {
            return clause.parts.iter().flat_map(|part| self.clause(part)).collect();
        }
        let label = |path: &str| self.label(path);
        let show = |path: &str, value: &Value| self.show(path, value);
        let said = || self.visitor.message(&clause.message(&label, &show));
        vec![self.plain(clause).unwrap_or_else(said)]
    }

    /// What is asked in the shortest way: whether something is there, or is so.
    fn plain(&self, clause: &Clause) -> Option<String> {
        let [reading] = clause.read.as_slice() else { return None };
        let path = reading.path.as_str();
        let text = clause.text.strip_prefix('!').unwrap_or(&clause.text);
        let said = |key: &str| Some(self.visitor.t1(key, "what", self.label(path)));
        if text == format!("given({path})") {
            let is_looked_up = path.starts_with("register.") || path.starts_with("licence.");
            let is_there =
                if is_looked_up { self.known.get(path).is_some() } else { reading.value.is_some() };
            return said(match (is_looked_up, is_there) {
                (true, true) => "applications-reason-found",
                (true, false) => "applications-reason-not-found",
                (false, true) => "applications-reason-given",
                (false, false) => "applications-reason-not-given",
            });
        }
        match &reading.value {
            Some(value @ Value::Bool(_)) if text == path => {
                let value = self.show(path, value);
                Some(self.visitor.t2("applications-reason-is", "what", self.label(path), "value", value))
            }
            Some(_) | None => None,
        }
    }

    /// How people call what stands at a path.
    pub(crate) fn label(&self, path: &str) -> String {
        let pick = |words: &Words| self.visitor.pick(&words.zh, &words.en).to_owned();
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        let process = self.package.process();
        let found = match root {
            "form" => self.package.form.field(rest).map(|field| pick(&field.label)),
            "finding" => process.findings().find(|finding| finding.id == rest).map(|f| pick(&f.label)),
            "opinion" => trace::branch_name(self.package, rest).map(pick),
            "register" | "licence" => self.looked_up(path),
            "case" => case_fact(rest).map(|key| self.visitor.t(key)),
            "applicant" => applicant_fact(rest).map(|key| self.visitor.t(key)),
            _ => None,
        };
        found.unwrap_or_else(|| path.to_owned())
    }

    /// `register.organisation.funds`: the register, and which of its fields.
    fn looked_up(&self, path: &str) -> Option<String> {
        let mut parts = path.splitn(3, '.');
        let (root, id, field) = (parts.next()?, parts.next()?, parts.next());
        let lookups = &self.package.process().lookups;
        let lookup =
            lookups.iter().find(|lookup| lookup.id == id && known::path_of(lookup).starts_with(root))?;
        let title = known::title(self.visitor, self.room, self.package, lookup);
        let Some(field) = field else { return Some(title) };
        let key = match &lookup.register {
            Some(register) => registers::label_of_field(register, field),
            None => licence_field(field),
        };
        let name = key.map_or_else(|| field.to_owned(), |key| self.visitor.t(key));
        Some(self.visitor.t2("applications-reason-field", "what", title, "field", name))
    }

    /// A value as people read it.
    fn show(&self, path: &str, value: &Value) -> String {
        let names = |named: catalogue::Named<'_>| name_of(self.visitor, self.room, named);
        let field = path.strip_prefix("form.").unwrap_or_default();
        let of_form = self.package.form.show(
            field,
            &json!({ field: value }),
            self.visitor.lang,
            Masking::Shown,
            &names,
        );
        match (of_form, value) {
            (Some(shown), _) => shown,
            (None, Value::Bool(yes)) => {
                self.visitor.t(if *yes { "applications-yes" } else { "applications-no" })
            }
            (None, _) if self.is_money(path) => money(value),
            (None, _) => rules::plain_value(path, value),
        }
    }

    /// Amounts that the form does not know: findings, and the funds of a register.
    fn is_money(&self, path: &str) -> bool {
        let is_finding = |id: &str| {
            let mut findings = self.package.process().findings();
            findings.any(|finding| finding.id == id && finding.kind == cases::FindingType::Money)
        };
        path.strip_prefix("finding.").is_some_and(is_finding)
            || (path.starts_with("register.") && path.rsplit('.').next() == Some("funds"))
    }
}

fn money(value: &Value) -> String {
    let fen = value.as_i64().unwrap_or_default();
    format!("¥{}.{:02}", fen / 100, fen.unsigned_abs() % 100)
}

fn case_fact(fact: &str) -> Option<&'static str> {
    match fact {
        "division" => Some("applications-division"),
        "submitted_on" => Some("applications-fact-submitted-on"),
        "express" => Some("applications-express"),
        "commitments" => Some("applications-commitments"),
        "objections" => Some("applications-fact-objections"),
        "objections_upheld" => Some("applications-fact-objections-upheld"),
        _ => None,
    }
}

fn applicant_fact(fact: &str) -> Option<&'static str> {
    match fact {
        "kind" => Some("applications-fact-kind"),
        "age" => Some("applications-fact-age"),
        _ => None,
    }
}

fn licence_field(field: &str) -> Option<&'static str> {
    match field {
        "number" => Some("licences-number"),
        "issuer" => Some("licences-issuer"),
        "issued_on" => Some("licences-issued-on"),
        "valid_until" => Some("licences-valid-until"),
        _ => None,
    }
}
