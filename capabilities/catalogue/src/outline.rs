//! A process as people read it: the same steps for the picture, for the list in words and for the API.

use cases::{Condition, Effect, Executor, Executors, Level, Stage, StageKind, StatedLimit};
use kernel::Words;
use legal_time::Limit;
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
        match &stage.kind {
            StageKind::Review { branches } => {
                let branches: Vec<OutlineStep> = branches.iter().map(|branch| self.branch(branch)).collect();
                if let [only] = branches.as_slice() {
                    details.extend(only.details.iter().cloned());
                    let title = if title == only.title { title } else { format!("{title}: {}", only.title) };
                    let title =
                        if self.visitor.lang == Lang::ZhCn { title.replace(": ", "：") } else { title };
                    return OutlineStep { title, details, branches: Vec::new(), shape: Shape::Work };
                }
                details.push(self.visitor.t("catalogue-process-parallel"));
                OutlineStep { title, details, branches, shape: Shape::Parallel }
            }
            StageKind::PublicNotice { by, lasts, stops_clock, .. } => {
                details.extend(self.who(by));
                details.push(self.within("catalogue-process-notice-lasts", lasts));
                if *stops_clock {
                    details.push(self.visitor.t("catalogue-process-stops-clock"));
                }
                OutlineStep { title, details, branches: Vec::new(), shape: Shape::Work }
            }
            StageKind::Decision { by, .. } => {
                details.extend(self.who(by));
                details
                    .push(self.within("catalogue-process-decide-within", &self.package.case_type.promised));
                OutlineStep { title, details, branches: Vec::new(), shape: Shape::Decision }
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
                Effect::Issue(id) => self.package.documents.find(id).map_or_else(
                    || id.clone(),
                    |document| self.visitor.pick(&document.name.zh, &document.name.en).to_owned(),
                ),
                Effect::Register(_) => self.visitor.t("catalogue-process-register"),
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
        let department = self.package.case_type.department();
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

    fn only_when(&self, when: &Condition) -> String {
        self.visitor.t1("catalogue-process-only-when", "condition", self.condition(when))
    }

    fn condition(&self, condition: &Condition) -> String {
        let field = condition.field.as_deref().and_then(|name| self.package.form.field(name));
        let finding = condition
            .finding
            .as_deref()
            .and_then(|name| self.package.process().findings().find(|finding| finding.id == name));
        let is_money = field.is_some_and(|field| matches!(field.kind, Kind::Money { .. }))
            || finding.is_some_and(|finding| finding.kind == cases::FindingType::Money);
        let label = field.map(|field| &field.label).or(finding.map(|finding| &finding.label));
        let label = label.map_or_else(String::new, |label| self.pick(label).to_owned());
        let number =
            |bound: f64| if is_money { format!("¥{:.2}", bound / 100.0) } else { bound.to_string() };
        let mut parts = Vec::new();
        if let Some(most) = condition.at_most {
            parts.push(self.visitor.t2("catalogue-process-at-most", "what", &label, "bound", number(most)));
        }
        if let Some(least) = condition.at_least {
            // One fen is how a package says "any amount at all".
            let key =
                if is_money && least <= 1.0 { "catalogue-process-any" } else { "catalogue-process-at-least" };
            parts.push(self.visitor.t2(key, "what", &label, "bound", number(least)));
        }
        if let Some(value) = &condition.is {
            let option = field.and_then(|field| match &field.kind {
                Kind::Choice { options } => {
                    options.iter().find(|option| Some(option.value.as_str()) == value.as_str())
                }
                Kind::Text { .. }
                | Kind::Number { .. }
                | Kind::Money { .. }
                | Kind::Date
                | Kind::YesNo
                | Kind::Body { .. }
                | Kind::Division
                | Kind::List { .. } => None,
            });
            let shown = match (value, option) {
                (_, Some(option)) => self.pick(&option.label).to_owned(),
                (Value::Bool(true), None) => self.visitor.t("catalogue-yes"),
                (Value::Bool(false), None) => self.visitor.t("catalogue-no"),
                (Value::String(text), None) => text.clone(),
                (other, None) => other.to_string(),
            };
            parts.push(self.visitor.t2("catalogue-process-is", "what", &label, "value", shown));
        }
        parts.join(self.visitor.pick("，", ", "))
    }
}
