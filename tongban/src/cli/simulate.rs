//! `tongban packages simulate`: what would happen with this form, before a package is published.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use cases::{Bodies, Rehearsed, RehearsedStep};
use catalogue::{Asked, Assumed, Package, Simulation};
use clap::ValueEnum;
use jiff::civil::Date;
use legal_time::{Calendar, Reading};
use rules::{Clause, Outcome};
use serde_json::{Map, Value};
use tongban::cast::Cast;
use tongban::platform;
use web::{Catalogue, Lang};

use crate::say;

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Zh,
    En,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The package's folder.
    folder: PathBuf,
    /// Answers of the form, a JSON object.
    #[arg(long)]
    form: PathBuf,
    /// Where it is applied for.
    #[arg(long, default_value = "430102001")]
    division: String,
    /// The day on which it comes in.
    #[arg(long, default_value = "2026-09-21")]
    on: Date,
    /// The bodies, as a cast file; cast.yaml in the folder or above it when left out.
    #[arg(long)]
    cast: Option<PathBuf>,
    /// What registers and licences would answer: {"register": {"parent": {…}}, "licence": {…}}.
    #[arg(long)]
    known: Option<PathBuf>,
    /// What staff would establish, by the ids of findings.
    #[arg(long)]
    findings: Option<PathBuf>,
    /// Print JSON for programs.
    #[arg(long)]
    json: bool,
    /// Language of the words.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Language,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let cast = match &arguments.cast {
        Some(path) => Cast::read(path)?,
        None => Cast::near(&arguments.folder)?,
    };
    let package = match Package::load(&arguments.folder, &platform::registers_kept()) {
        Ok(package) => package,
        Err(faults) => {
            faults.iter().for_each(|fault| say!("{fault}"));
            return Ok(ExitCode::from(1));
        }
    };
    let optional = |path: &Option<PathBuf>| match path {
        Some(path) => object(path),
        None => Ok(Map::new()),
    };
    let answers = package.form.tidy(&Value::Object(object(&arguments.form)?));
    let answers = answers.as_object().cloned().unwrap_or_default();
    let (known, findings) = (optional(&arguments.known)?, optional(&arguments.findings)?);
    let (bodies, calendar) = (cast.bodies(), Calendar::china());
    let assumed = Assumed {
        answers: &answers,
        known: &known,
        findings: &findings,
        division: &arguments.division,
        on: arguments.on,
        bodies: &bodies,
        calendar: &calendar,
    };
    let simulation = catalogue::simulate(&package, &assumed)?;
    if arguments.json {
        say!("{}", serde_json::to_string_pretty(&simulation.to_json(&bodies))?);
    } else {
        let lang = if matches!(arguments.lang, Language::Zh) { Lang::ZhCn } else { Lang::En };
        Telling { texts: &platform::texts()?, lang, bodies: &bodies, package: &package }.all(&simulation);
    }
    Ok(if simulation.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn object(path: &Path) -> anyhow::Result<Map<String, Value>> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| shown.clone())?;
    serde_json::from_str(&text).with_context(|| format!("{shown}: a JSON object is needed"))
}

/// Says it to a person.
struct Telling<'a> {
    texts: &'a Catalogue,
    lang: Lang,
    bodies: &'a Bodies,
    package: &'a Package,
}

impl Telling<'_> {
    fn pick<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        match self.lang {
            Lang::ZhCn => zh,
            Lang::En => en,
        }
    }

    fn all(&self, simulation: &Simulation<'_>) {
        say!(
            "{}  {}",
            self.package.reference.item,
            self.pick(&self.package.item.name.zh, &self.package.item.name.en)
        );
        if !simulation.faults.is_empty() {
            say!("{}", self.pick("填写有误，不能提交：", "Wrong answers; it could not be handed in:"));
            for fault in &simulation.faults {
                say!(
                    "  {}: {}",
                    fault.field,
                    self.texts.format(self.lang, fault.message.key, &fault.message.args)
                );
            }
        }
        say!("{}", self.pick("申请材料：", "Materials:"));
        simulation.materials.iter().for_each(|asked| self.material(asked));
        if let Some(reason) = simulation.green_channel() {
            say!("{} {reason}", self.pick("绿色通道：", "Green channel:"));
        }
        if !simulation.rules().is_empty() {
            say!("{}", self.pick("即办规则：", "Rules of the instant decision:"));
            for rule in simulation.rules() {
                let word = if rule.holds {
                    self.pick("符合", "holds")
                } else {
                    self.pick("不符合", "does not hold")
                };
                say!("  {} {word}", rule.id);
                rule.why.iter().for_each(|clause| self.clause(clause, 4));
            }
        }
        if simulation.is_instant() {
            say!("{}", self.pick("规则直接决定，不经人工。", "Rules decide at once, without a clerk."));
        } else {
            say!("{}", self.pick("每一步都在最后一天办理：", "With every step on its last day:"));
            self.way(&simulation.last_day);
        }
        let day =
            |played: &Rehearsed| played.decided_on.map_or_else(|| "–".to_owned(), |day| day.to_string());
        say!(
            "{} {}  {} {}",
            self.pick("最早决定日", "Earliest decision:"),
            day(&simulation.at_once),
            self.pick("最晚决定日", "latest:"),
            day(&simulation.last_day)
        );
        let (granted, refused) = simulation.effects();
        let keys =
            |effects: &[cases::Effect]| effects.iter().map(cases::Effect::key).collect::<Vec<_>>().join(", ");
        say!("{} {}", self.pick("准予后：", "When granted:"), keys(granted));
        say!("{} {}", self.pick("不予后：", "When refused:"), keys(refused));
    }

    fn material(&self, asked: &Asked<'_>) {
        let name = self.pick(&asked.material.name.zh, &asked.material.name.en);
        if asked.wanted {
            let need =
                if asked.material.is_asked_for() { "" } else { self.pick("（选交）", " (optional)") };
            say!("  + {name}{need}");
        } else {
            say!("  - {name}{}", self.pick("，不用交：", ": not needed, because"));
            asked.why.iter().flat_map(|held| &held.why).for_each(|clause| self.clause(clause, 6));
        }
    }

    fn clause(&self, clause: &Clause, indent: usize) {
        if !clause.parts.is_empty() {
            clause.parts.iter().for_each(|part| self.clause(part, indent));
            return;
        }
        let label =
            |path: &str| match path.strip_prefix("form.").and_then(|name| self.package.form.field(name)) {
                Some(field) => self.pick(&field.label.zh, &field.label.en).to_owned(),
                None => path.to_owned(),
            };
        let message = clause.message(&label, &rules::plain_value);
        let mark = if clause.outcome == Outcome::Held { "+" } else { "-" };
        say!("{:indent$}{mark} {}", "", self.texts.format(self.lang, message.key, &message.args));
    }

    fn way(&self, played: &Rehearsed) {
        played.steps.iter().for_each(|step| self.step(step));
        if let Some(stuck) = &played.stuck {
            say!("  ! {}{stuck}", self.pick("到此无法继续：", "it goes no further: "));
        }
    }

    fn step(&self, step: &RehearsedStep) {
        let process = self.package.process();
        let stage = process.stage(&step.stage);
        let branch = step.branch.as_deref().and_then(|id| stage?.branch(id));
        let name = match (branch, stage) {
            (Some(branch), _) => self.pick(&branch.name.zh, &branch.name.en),
            (None, Some(stage)) => self.pick(&stage.name.zh, &stage.name.en),
            (None, None) => step.branch.as_deref().unwrap_or(&step.stage),
        };
        let body = step.by.and_then(|(body, _)| self.bodies.get(body));
        let body = body.map_or("", |body| self.pick(&body.name.zh, &body.name.en));
        let role = step.by.map_or("", |(_, role)| role.as_str());
        let done = step.done_on.map_or_else(|| "–".to_owned(), |day| day.to_string());
        say!("  {} → {done}  {name}  {body} ({role})", step.opened_on);
        if let Some(due) = &step.due {
            self.why(due);
        }
        for (id, value, assumed) in &step.findings {
            let word = if *assumed {
                self.pick("（假定）", " (assumed)")
            } else {
                self.pick("（规则提出或给定）", " (proposed or given)")
            };
            say!("      {id} = {value}{word}");
        }
    }

    fn why(&self, due: &Reading) {
        let lines = match self.lang {
            Lang::ZhCn => due.explanation.lines_zh(),
            Lang::En => due.explanation.lines_en(),
        };
        lines.iter().for_each(|line| say!("      {line}"));
    }
}
