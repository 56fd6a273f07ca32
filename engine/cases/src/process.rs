//! The process of a service package (`process.yaml`): who does what, in which order, within which limit.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::Words;
use rules::{DecisionTable, Expression, Facts};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::case::Task;
use crate::status::TaskKind;

mod check;
mod effect;
mod executor;
mod finding;
mod special;
mod stage;

pub use check::{ProcessFault, ProcessRule, Surroundings};
pub use effect::{Cancelled, Effect, Effects, EntryChange, EntryEnd, HeldDocument, PaymentOrder};
pub use executor::{Executor, Executors, Level, StatedLimit};
pub use finding::{AtMost, Finding, FindingType, Generate};
pub use special::{
    Derived, ExtensionRule, GreenChannel, Ground, Instant, InstantFinding, InstantRule, LaterCheck, Lookup,
    Sample, SuspensionRule, TableOutput, TerminationRule, Warnings, YELLOW_WORKING_DAYS,
};
pub use stage::{Branch, HearingOn, NoticeLine, ObjectionRule, Quorum, Stage, StageKind};

/// What the law says when nobody answers within the limit of acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Accepted from the day of receipt (行政许可法 §32).
    Accepted,
    /// No legal effect; the case is only late.
    Nothing,
}

/// Receiving and checking an application (受理).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Who accepts.
    pub by: Executors,
    /// Within which limit they must say so.
    pub limit: StatedLimit,
    /// What happens when they say nothing.
    pub silence: Silence,
    /// Whether a window of another division may receive and check it for them (异地代收).
    #[serde(default)]
    pub elsewhere: bool,
}

/// What happens when the applicant's time to correct passes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lapse {
    /// The case ends as out of time (逾期未补正).
    #[default]
    Close,
    /// The office goes on with what there is.
    GoOn,
}

/// The applicant's time to correct (补正).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRule {
    /// How long.
    pub limit: StatedLimit,
    /// What happens when it passes.
    #[serde(default)]
    pub then: Lapse,
}

/// The whole process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// What is looked up when the application comes in.
    #[serde(default)]
    pub lookups: Vec<Lookup>,
    /// 绿色通道
    #[serde(default)]
    pub green_channel: Option<GreenChannel>,
    /// 即办
    #[serde(default)]
    pub instant: Option<Instant>,
    /// 受理
    pub acceptance: Acceptance,
    /// 补正
    pub correction: CorrectionRule,
    /// What follows, in order; the last one decides.
    pub stages: Vec<Stage>,
    /// 延长期限
    #[serde(default)]
    pub extension: Option<ExtensionRule>,
    /// 中止
    #[serde(default)]
    pub suspension: Option<SuspensionRule>,
    /// 终止
    #[serde(default)]
    pub termination: Option<TerminationRule>,
    /// 承诺后核查
    #[serde(default)]
    pub checks: Vec<LaterCheck>,
    /// 预警
    #[serde(default)]
    pub warnings: Warnings,
    /// What follows from the decision.
    #[serde(default)]
    pub effects: Effects,
}

impl Process {
    /// The stage of this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// The stage that decides.
    pub fn decision(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| matches!(stage.kind, StageKind::Decision { .. }))
    }

    /// Every executor that is named anywhere.
    pub fn executors(&self) -> impl Iterator<Item = &Executor> {
        self.posts().into_iter().flat_map(|(_, by)| by.list())
    }

    /// Every place in the process that names who does something, with its name.
    pub fn posts(&self) -> Vec<(&str, &Executors)> {
        let mut posts = vec![("acceptance", &self.acceptance.by)];
        for stage in &self.stages {
            posts.extend(stage.by().map(|by| (stage.id.as_str(), by)));
            posts.extend(stage.branches().iter().map(|branch| (branch.id.as_str(), &branch.by)));
        }
        posts.extend(self.instant.iter().map(|instant| ("instant", &instant.by)));
        let sample = self.instant.iter().filter_map(|instant| instant.sample.as_ref());
        posts.extend(sample.map(|sample| ("sample", &sample.by)));
        posts.extend(self.extension.iter().map(|rule| ("extension", &rule.approve)));
        posts.extend(self.suspension.iter().map(|rule| ("suspension", &rule.approve)));
        posts.extend(self.termination.iter().map(|rule| ("termination", &rule.approve)));
        posts.extend(self.checks.iter().map(|check| (check.material.as_str(), &check.by)));
        posts
    }

    /// Every expression, with the place where it stands and whether it is a condition.
    pub fn expressions(&self) -> Vec<(&str, &Expression)> {
        let mut all = Vec::new();
        for (place, by) in self.posts() {
            all.extend(by.list().iter().filter_map(|executor| executor.when.as_ref()).map(|w| (place, w)));
        }
        for stage in &self.stages {
            all.extend(stage.when.iter().map(|when| (stage.id.as_str(), when)));
            let branches = stage.branches().iter();
            all.extend(branches.filter_map(|b| b.when.as_ref().map(|when| (b.id.as_str(), when))));
        }
        let green = self.green_channel.iter().filter_map(|channel| channel.when.as_ref());
        all.extend(green.map(|when| ("green_channel", when)));
        if let Some(instant) = &self.instant {
            all.extend(instant.rules.iter().map(|rule| (rule.id.as_str(), &rule.when)));
        }
        all
    }

    /// Every computed value, with the place where it stands.
    pub fn derived(&self) -> Vec<(&str, &Derived)> {
        let instant = self.instant.iter().flat_map(|instant| &instant.findings);
        let proposed = self.findings().filter_map(|f| Some((f.id.as_str(), f.proposed.as_ref()?)));
        instant.map(|finding| (finding.id.as_str(), &finding.from)).chain(proposed).collect()
    }

    /// Every finding that can be established, in the order of the stages.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let of_stages = self.stages.iter().flat_map(|stage| {
            stage.branches().iter().flat_map(|branch| &branch.findings).chain(stage.own_findings())
        });
        of_stages.chain(self.checks.iter().flat_map(|check| &check.findings))
    }

    /// Ids of the materials that the office makes on the way.
    pub fn makes(&self) -> impl Iterator<Item = &str> {
        self.stages
            .iter()
            .flat_map(|stage| {
                stage.branches().iter().flat_map(|branch| &branch.makes).chain(stage.own_makes())
            })
            .map(String::as_str)
    }
}

/// Which package version a case runs under.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TypeRef {
    /// 基本编码, 12 characters.
    pub item: String,
    /// 业务办理项, two digits.
    pub handling: String,
    /// Package version.
    pub version: String,
}

/// All that the engine needs to know of a package.
#[derive(Debug, Clone)]
pub struct CaseType {
    /// Which one.
    pub reference: TypeRef,
    /// Name of the item.
    pub name: Words,
    /// Its process.
    pub process: Process,
    /// Its decision tables (`rules.yaml`).
    pub tables: Vec<DecisionTable>,
    /// 法定时限
    pub statutory: StatedLimit,
    /// 承诺时限
    pub promised: StatedLimit,
}

impl CaseType {
    /// The department of the item: characters 5 and 6 of its code (`11` is civil affairs).
    pub fn department(&self) -> &str {
        self.reference.item.get(4..6).unwrap_or("")
    }

    /// Form fields that the process reads. Only these are copied into the case, so that the engine never needs
    /// the (sealed) form.
    pub fn fields_read(&self) -> BTreeSet<String> {
        let process = &self.process;
        let from_executors = process.executors().filter_map(|executor| executor.body_from.clone());
        let looked_up = process.lookups.iter().filter_map(|lookup| lookup.code_from.clone());
        // Of `form.household.size` the field is `household`.
        let in_rules = self.read_by_rules().into_iter();
        let fields =
            in_rules.filter_map(|path| path.strip_prefix("form.")?.split('.').next().map(str::to_owned));
        from_executors.chain(looked_up).chain(fields).collect()
    }

    /// Whether a condition, a computed value or a table reads this fact.
    pub fn reads(&self, path: &str) -> bool {
        self.read_by_rules().contains(path)
    }

    fn read_by_rules(&self) -> BTreeSet<String> {
        let process = &self.process;
        let conditions =
            process.expressions().into_iter().flat_map(|(_, expression)| expression.reads().clone());
        let derived = process.derived().into_iter().flat_map(|(_, derived)| match derived {
            Derived::Expression(expression) => expression.reads().clone(),
            Derived::Table(_) => BTreeSet::new(),
        });
        let tables = self.tables.iter().flat_map(DecisionTable::reads);
        conditions.chain(derived).chain(tables).collect()
    }

    /// The decision table of this name.
    pub fn table(&self, name: &str) -> Option<&DecisionTable> {
        self.tables.iter().find(|table| table.name() == name)
    }

    /// The value that an expression or a table gives on a day, over what `Case::view` shows; nothing when it gives none.
    pub fn derive(&self, from: &Derived, view: &Map<String, Value>, today: Date) -> Option<Value> {
        match from {
            Derived::Expression(expression) => expression.value(&Facts::from(view)).ok(),
            Derived::Table(wanted) => {
                let outcome = self.table(&wanted.table)?.evaluate(&Facts::from(view), today).ok()?;
                outcome.outputs.get(&wanted.output).cloned()
            }
        }
    }
}

impl CaseType {
    /// What must be established in a task.
    pub fn findings_of(&self, task: &Task) -> &[Finding] {
        let stage = self.process.stage(&task.stage);
        let branch = task.branch.as_deref();
        match task.work {
            TaskKind::Review => {
                stage.and_then(|stage| stage.branch(branch?)).map_or(&[], |branch| branch.findings.as_slice())
            }
            TaskKind::Conclude | TaskKind::Decide => stage.map_or(&[], Stage::own_findings),
            TaskKind::Check => {
                let check = self.process.checks.iter().find(|check| Some(check.material.as_str()) == branch);
                check.map_or(&[], |check| check.findings.as_slice())
            }
            TaskKind::Accept
            | TaskKind::Correct
            | TaskKind::Arrange
            | TaskKind::Notice
            | TaskKind::Answer
            | TaskKind::Approve => &[],
        }
    }

    /// Materials that the office makes in a task.
    pub fn makes_of(&self, task: &Task) -> &[String] {
        let stage = self.process.stage(&task.stage);
        match task.work {
            TaskKind::Review => stage
                .and_then(|stage| stage.branch(task.branch.as_deref()?))
                .map_or(&[], |branch| branch.makes.as_slice()),
            TaskKind::Conclude | TaskKind::Notice | TaskKind::Decide => stage.map_or(&[], Stage::own_makes),
            TaskKind::Accept
            | TaskKind::Correct
            | TaskKind::Arrange
            | TaskKind::Answer
            | TaskKind::Approve
            | TaskKind::Check => &[],
        }
    }

    /// Who may ever have work of this kind in this process (of this branch, when one is named).
    pub fn executors_of(&self, work: TaskKind, branch: Option<&str>) -> Vec<&Executors> {
        let process = &self.process;
        let of_stage = |kinds: fn(&StageKind) -> bool| {
            process.stages.iter().filter(move |stage| kinds(&stage.kind)).filter_map(Stage::by).collect()
        };
        match work {
            TaskKind::Accept | TaskKind::Correct => vec![&process.acceptance.by],
            TaskKind::Review => {
                let branches = process.stages.iter().flat_map(Stage::branches);
                branches.filter(|b| branch.is_none_or(|id| b.id == id)).map(|branch| &branch.by).collect()
            }
            TaskKind::Arrange => of_stage(|kind| {
                matches!(kind, StageKind::Survey { .. } | StageKind::Panel { .. } | StageKind::Hearing { .. })
            }),
            TaskKind::Conclude => of_stage(|kind| {
                matches!(
                    kind,
                    StageKind::Survey { .. }
                        | StageKind::Panel { .. }
                        | StageKind::Hearing { .. }
                        | StageKind::Special { .. }
                )
            }),
            TaskKind::Notice | TaskKind::Answer => {
                of_stage(|kind| matches!(kind, StageKind::PublicNotice { .. }))
            }
            TaskKind::Decide => of_stage(|kind| matches!(kind, StageKind::Decision { .. })),
            TaskKind::Approve => {
                let extension = process.extension.iter().map(|rule| &rule.approve);
                let suspension = process.suspension.iter().map(|rule| &rule.approve);
                let termination = process.termination.iter().map(|rule| &rule.approve);
                extension.chain(suspension).chain(termination).collect()
            }
            TaskKind::Check => {
                let sample = process.instant.iter().filter_map(|instant| instant.sample.as_ref());
                process.checks.iter().map(|check| &check.by).chain(sample.map(|sample| &sample.by)).collect()
            }
        }
    }
}
