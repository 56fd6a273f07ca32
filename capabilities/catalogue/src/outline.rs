//! A process as people read it: the same steps for the picture, for the list in words and for the API.

use cases::{Effect, Executor, Executors, HearingOn, Level, Quorum, Stage, StageKind, StatedLimit};
use kernel::Words;
use legal_time::Limit;
use rules::{Expression, Joined, Plain};
use serde_json::Value;
use web::{Lang, Visitor};

use crate::{Kind, Package};

/// One step of a process, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutlineStep {
    pub(crate) title: String,
    /// Who, within which limit, under which condition; one sentence each.
    pub(crate) details: Vec<String>,
    /// What runs side by side inside it.
    pub(crate) branches: Vec<OutlineStep>,
    pub(crate) shape: Shape,
}

/// How a step is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Beginning.
    Start,
    /// Work of an office.
    Work,
    /// Several steps at the same time.
    Parallel,
    /// The decision.
    Decision,
    /// How it ends: the branches stand for the outcomes.
    Outcomes,
}

/// The whole process of a package, from handing in to the documents.
pub(crate) fn outline(package: &Package, visitor: &Visitor) -> Vec<OutlineStep> {
    let teller = Teller { package, visitor };
    let process = package.process();
    let mut steps = vec![OutlineStep {
        title: visitor.t("catalogue-process-apply"),
        details: vec![visitor.t("catalogue-process-apply-how")],
        branches: Vec::new(),
        shape: Shape::Start,
    }];
    steps.push(teller.acceptance());
    steps.extend(process.stages.iter().map(|stage| teller.stage(stage)));
    steps.push(teller.outcomes());
    steps
}

/// When something of a package is only needed, in words.
pub(crate) fn only_when(package: &Package, visitor: &Visitor, when: &Expression) -> String {
    Teller { package, visitor }.only_when(when)
}

/// `20个工作日` or `20 working days`.
pub(crate) fn limit_text(visitor: &Visitor, limit: &Limit) -> String {
    match visitor.lang {
        Lang::ZhCn => limit.display_zh(),
        Lang::En => limit.to_string(),
    }
}

struct Teller<'a> {
    package: &'a Package,
    visitor: &'a Visitor,
}

impl Teller<'_> {
    fn pick<'w>(&self, words: &'w Words) -> &'w str {
        self.visitor.pick(&words.zh, &words.en)
    }

    fn within(&self, key: &str, limit: &StatedLimit) -> String {
        self.visitor.t1(key, "limit", limit_text(self.visitor, &limit.within))
    }

    fn acceptance(&self) -> OutlineStep {
        let process = self.package.process();
        let mut details = self.who(&process.acceptance.by);
        details.push(self.within("catalogue-process-accept-within", &process.acceptance.limit));
        if process.acceptance.silence == cases::Silence::Accepted {
            details.push(self.visitor.t("catalogue-process-silence"));
        }
        details.push(self.within("catalogue-process-correction", &process.correction.limit));
        let title = self.visitor.t("catalogue-process-accept");
        OutlineStep { title, details, branches: Vec::new(), shape: Shape::Work }
    }

    fn stage(&self, stage: &Stage) -> OutlineStep {
        let title = self.pick(&stage.name).to_owned();
        let mut details: Vec<String> = stage.when.iter().map(|when| self.only_when(when)).collect();
        details.extend(stage.by().into_iter().flat_map(|by| self.who(by)));
        details.extend(stage.limit.iter().map(|limit| self.within("catalogue-process-within", limit)));
        details.extend(self.of_kind(stage));
        if stage.stops_clock {
            details.push(self.visitor.t("catalogue-process-stops-clock"));
        }
        let branches: Vec<OutlineStep> = stage.branches().iter().map(|branch| self.branch(branch)).collect();
        if let [only] = branches.as_slice() {
            details.extend(only.details.iter().cloned());
            let title = if title == only.title { title } else { format!("{title}: {}", only.title) };
            let title = if self.visitor.lang == Lang::ZhCn { title.replace(": ", "：") } else { title };
            return OutlineStep { title, details, branches: Vec::new(), shape: Shape::Work };
        }
        let shape = if matches!(stage.kind, StageKind::Decision { .. }) {
            Shape::Decision
        } else if branches.is_empty() {
            Shape::Work
        } else {
            Shape::Parallel
        };
        OutlineStep { title, details, branches, shape }
    }

    /// What is particular to a kind of stage.
    fn of_kind(&self, stage: &Stage) -> Vec<String> {
        let quorum = |quorum: Quorum, all: usize| match quorum {
            Quorum::All => self.visitor.t("catalogue-process-quorum-all"),
            Quorum::Majority => self.visitor.t("catalogue-process-quorum-majority"),
            Quorum::TwoThirds => self.visitor.t("catalogue-process-quorum-two-thirds"),
            Quorum::AtLeast(_) => {
                self.visitor.t1("catalogue-process-quorum-at-least", "least", quorum.needed(all).to_string())
            }
        };
        match &stage.kind {
            StageKind::Review { branches } if branches.len() > 1 => {
                vec![self.visitor.t("catalogue-process-parallel")]
            }
            StageKind::Review { .. } | StageKind::Special { .. } => Vec::new(),
            StageKind::Levels { .. } => vec![self.visitor.t("catalogue-process-levels")],
            StageKind::Countersign { signers, quorum: needed } => {
                vec![self.visitor.t("catalogue-process-signed"), quorum(*needed, signers.len())]
            }
            StageKind::Survey { .. } => vec![self.visitor.t("catalogue-process-survey")],
            StageKind::Panel { experts, quorum: needed, .. } => {
                let experts_text = self.visitor.t1("catalogue-process-experts", "least", experts.to_string());
                vec![experts_text, quorum(*needed, *experts)]
            }
            StageKind::Hearing { on: HearingOn::Request, ask, .. } => {
                vec![self.within("catalogue-process-hearing-ask", ask)]
            }
            StageKind::Hearing { on: HearingOn::Always, tell, .. } => {
                vec![self.within("catalogue-process-hearing-tell", tell)]
            }
            StageKind::PublicNotice { lasts, .. } => {
                vec![self.within("catalogue-process-notice-lasts", lasts)]
            }
            StageKind::Decision { .. } => {
                vec![self.within("catalogue-process-decide-within", &self.package.case_type.promised)]
            }
        }
    }

    fn branch(&self, branch: &cases::Branch) -> OutlineStep {
        let mut details: Vec<String> = branch.when.iter().map(|when| self.only_when(when)).collect();
        details.extend(self.who(&branch.by));
        details.extend(branch.limit.iter().map(|limit| self.within("catalogue-process-within", limit)));
        if branch.optional {
            details.push(self.visitor.t("catalogue-process-optional"));
        }
        OutlineStep {
            title: self.pick(&branch.name).to_owned(),
            details,
            branches: Vec::new(),
            shape: Shape::Work,
        }
    }

    fn outcomes(&self) -> OutlineStep {
        let effects = &self.package.process().effects;
        let outcome = |key: &str, effects: &[Effect]| {
            let details = effects.iter().map(|effect| match effect {
                Effect::Issue(id) | Effect::Replace(id) => self.package.documents.find(id).map_or_else(
                    || id.clone(),
                    |document| self.visitor.pick(&document.name.zh, &document.name.en).to_owned(),
                ),
                Effect::Cancel(_) => self.visitor.t("catalogue-process-cancel"),
                Effect::Change(_) | Effect::Restore(_) => self.visitor.t("catalogue-process-change"),
                Effect::End(_) => self.visitor.t("catalogue-process-end"),
                Effect::Register(_) => self.visitor.t("catalogue-process-register"),
                Effect::Revoke(_) => self.visitor.t("catalogue-process-revoke"),
                Effect::Push(_) => self.visitor.t("catalogue-process-push"),
                Effect::Pay(_) => self.visitor.t("catalogue-process-pay"),
            });
            let (title, details) = (self.visitor.t(key), details.collect());
            OutlineStep { title, details, branches: Vec::new(), shape: Shape::Work }
        };
        OutlineStep {
            title: self.visitor.t("catalogue-process-outcome"),
            details: Vec::new(),
            branches: vec![
                outcome("catalogue-process-granted", &effects.granted),
                outcome("catalogue-process-refused", &effects.refused),
            ],
            shape: Shape::Outcomes,
        }
    }

    fn who(&self, by: &Executors) -> Vec<String> {
        let list = by.list();
        let one = |executor: &Executor| {
            let body = self.body(executor);
            match &executor.when {
                None if list.len() > 1 => self.visitor.t1("catalogue-process-by-else", "body", body),
                None => self.visitor.t1("catalogue-process-by", "body", body),
                Some(when) => self.visitor.t2(
                    "catalogue-process-by-when",
                    "body",
                    body,
                    "condition",
                    self.condition(when),
                ),
            }
        };
        list.iter().map(one).collect()
    }

    fn body(&self, executor: &Executor) -> String {
        let of_item = || self.package.case_type.department();
        let department = executor.department.as_deref().unwrap_or_else(of_item);
        let department = codes::tables::name_of("dept", department).unwrap_or_default();
        let office = |level: &str| {
            self.visitor.t2(
                "catalogue-process-office",
                "level",
                self.visitor.t(level),
                "department",
                department,
            )
        };
        match executor.level {
            Some(Level::Province) => office("catalogue-level-2"),
            Some(Level::City) => office("catalogue-level-3"),
            Some(Level::County) => office("catalogue-level-4"),
            Some(Level::Town) => self.visitor.t("catalogue-level-5"),
            None => {
                let field = executor.body_from.as_deref().and_then(|name| self.package.form.field(name));
                field.map_or_else(String::new, |field| self.pick(&field.label).to_owned())
            }
        }
    }

    fn only_when(&self, when: &Expression) -> String {
        self.visitor.t1("catalogue-process-only-when", "condition", self.condition(when))
    }

    /// A condition in words, as far as it is made of plain comparisons.
    fn condition(&self, condition: &Expression) -> String {
        let (joined, clauses) = condition.plain();
        let parts: Vec<String> = clauses.iter().map(|clause| self.clause(clause)).collect();
        let and = self.visitor.pick("，", ", ").to_owned();
        let or = self.visitor.t("catalogue-process-or");
        parts.join(match joined {
            Joined::All => &and,
            Joined::Any => &or,
        })
    }

    fn clause(&self, clause: &Plain) -> String {
        match clause {
            Plain::Compares { path, sign, value } => {
                let what = self.label(path);
                let shown = self.value(path, value);
                let one_fen = self.is_money(path) && value.as_i64().is_some_and(|fen| fen <= 1);
                let key = match *sign {
                    "<=" => "catalogue-process-at-most",
                    "<" => "catalogue-process-below",
                    // One fen is how a package says "any amount at all".
                    ">=" if one_fen => "catalogue-process-any",
                    ">=" => "catalogue-process-at-least",
                    ">" => "catalogue-process-above",
                    "!=" => "catalogue-process-is-not",
                    _ => "catalogue-process-is",
                };
                let name = if matches!(*sign, "==" | "!=") { "value" } else { "bound" };
                self.visitor.t2(key, "what", what, name, shown)
            }
            Plain::Is { path, so } => {
                let answer = self.visitor.t(if *so { "catalogue-yes" } else { "catalogue-no" });
                self.visitor.t2("catalogue-process-is", "what", self.label(path), "value", answer)
            }
            Plain::Given { path, so } => {
                let is_looked_up = path.starts_with("register.") || path.starts_with("licence.");
                let key = match (is_looked_up, *so) {
                    (true, true) => "catalogue-process-found",
                    (true, false) => "catalogue-process-not-found",
                    (false, true) => "catalogue-process-given",
                    (false, false) => "catalogue-process-not-given",
                };
                self.visitor.t1(key, "what", self.label(path))
            }
            // Code says nothing to a citizen; packages are written so that it is rare.
            Plain::Other(_code) => self.visitor.t("catalogue-process-by-rule"),
        }
    }

    fn field(&self, path: &str) -> Option<&crate::Field> {
        path.strip_prefix("form.").and_then(|name| self.package.form.field(name))
    }

    fn finding(&self, path: &str) -> Option<&cases::Finding> {
        let id = path.strip_prefix("finding.")?;
        self.package.process().findings().find(|finding| finding.id == id)
    }

    fn is_money(&self, path: &str) -> bool {
        self.field(path).is_some_and(|field| matches!(field.kind, Kind::Money { .. }))
            || self.finding(path).is_some_and(|finding| finding.kind == cases::FindingType::Money)
    }

    /// How people call what stands at a path.
    fn label(&self, path: &str) -> String {
        let branch = path.strip_prefix("opinion.").and_then(|id| {
            self.package.process().stages.iter().find_map(|stage| {
                let own = (stage.id == id).then_some(&stage.name);
                own.or_else(|| stage.branch(id).map(|branch| &branch.name))
            })
        });
        let label = self.field(path).map(|field| &field.label);
        let label = label.or_else(|| self.finding(path).map(|finding| &finding.label)).or(branch);
        label.map_or_else(|| self.fact(path), |label| self.pick(label).to_owned())
    }

    /// What is neither asked nor established: facts of the case itself, and what registers and licences know.
    fn fact(&self, path: &str) -> String {
        let key = match path {
            "case.objections" => "catalogue-fact-objections",
            "case.objections_upheld" => "catalogue-fact-objections-upheld",
            "case.express" => "catalogue-fact-express",
            "case.commitments" => "catalogue-fact-commitments",
            "case.division" => "catalogue-fact-division",
            "case.submitted_on" => "catalogue-fact-submitted",
            _ if path.starts_with("register.") => "catalogue-fact-register",
            _ if path.starts_with("licence.") => "catalogue-fact-licence",
            _ => return path.to_owned(),
        };
        self.visitor.t(key)
    }

    fn value(&self, path: &str, value: &Value) -> String {
        if let Some(fen) = value.as_f64().filter(|_| self.is_money(path)) {
            return format!("¥{:.2}", fen / 100.0);
        }
        let option = match self.field(path).map(|field| &field.kind) {
            Some(Kind::Choice { options }) => {
                options.iter().find(|option| Some(option.value.as_str()) == value.as_str())
            }
            _ => None,
        };
        match (value, option) {
            (_, Some(option)) => self.pick(&option.label).to_owned(),
            (Value::String(word), None) if word == "agree" => self.visitor.t("catalogue-process-agrees"),
            (Value::String(word), None) if word == "disagree" => {
                self.visitor.t("catalogue-process-disagrees")
            }
            (Value::String(text), None) => text.clone(),
            (other, None) => other.to_string(),
        }
    }
}
