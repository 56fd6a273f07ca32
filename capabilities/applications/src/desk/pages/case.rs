//! `/desk/cases/{id}`: everything about a case for the clerks of its bodies, and what they may do now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::{Case, Outcome, Status, Task};
use catalogue::{Masking, Named, Package, Section};
use kernel::{CaseId, TaskId};
use legal_time::Clock;
use serde::Deserialize;
use web::{AppError, FormErrors, FormPairs, Lang, Shell, Visitor};

use super::pieces;
use super::work::{self, Work};
use crate::desk::see::{self, Dossier};
use crate::desk::{DeskError, actions, findings, names, views};
use crate::dossier::Material;
use crate::trace::{self, Place};
use crate::{Room, division, http};

/// What the clerk looks at on the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CaseQuery {
    /// The task whose forms are shown; the clerk's own without it.
    task: String,
    /// The file that is shown.
    material: String,
    /// What was done just before.
    done: String,
}

/// What was typed before and what is wrong with it.
pub(super) struct Typed {
    pub(super) pairs: FormPairs,
    pub(super) errors: FormErrors,
    pub(super) task: Option<TaskId>,
}

#[derive(Template)]
#[template(path = "desk/pages/case.html", whitespace = "minimize")]
struct CasePage {
    shell: Shell,
    errors: FormErrors,
    /// The same errors with the names of their inputs, for the list above the page.
    summary: FormErrors,
    done: String,
    id: String,
    version: i64,
    number: Vec<String>,
    status: String,
    status_kind: &'static str,
    light: &'static str,
    light_word: String,
    facts: Vec<(String, String)>,
    reason: String,
    clocks: Vec<ClockView>,
    places: Vec<Place>,
    notice_until: String,
    sections: Vec<Section>,
    files: Vec<FileView>,
    viewer: Option<Viewer>,
    findings: Vec<(String, String)>,
    opinions: Vec<OpinionView>,
    correction: Option<CorrectionView>,
    effects: Vec<EffectView>,
    history: Vec<HistoryView>,
    tabs: Vec<TabView>,
    work: Option<Work>,
    awaiting: bool,
}

/// A clock with the reason for its date.
pub(super) struct ClockView {
    pub(super) title: String,
    pub(super) due: String,
    pub(super) basis: String,
    pub(super) lines: Vec<String>,
}

struct FileView {
    name: String,
    file_name: String,
    by_office: bool,
    size: String,
    href: String,
    is_shown: bool,
}

struct Viewer {
    name: String,
    href: String,
    is_picture: bool,
}

struct OpinionView {
    name: String,
    who: String,
    agrees: bool,
    text: String,
}

/// The correction notice that was sent.
struct CorrectionView {
    sent_on: String,
    answered_on: String,
    defects: Vec<DefectView>,
}

/// A defect as the applicant reads it, and where it was found.
pub(super) struct DefectView {
    pub(super) target: String,
    pub(super) problem: String,
    pub(super) ground: String,
    pub(super) noted_in: String,
}

struct EffectView {
    name: String,
    reference: String,
    href: String,
}

struct HistoryView {
    when: String,
    text: String,
    who: String,
}

struct TabView {
    name: String,
    state: String,
    /// Empty for the one that is shown.
    href: String,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<CaseQuery>,
) -> Result<Response, AppError> {
    render(&room, &visitor, http::id(&id)?, &query, None).await
}

/// The page again, with what was typed and what is wrong with it (422).
pub(super) async fn again(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    typed: Typed,
) -> Result<Response, AppError> {
    render(room, visitor, id, &CaseQuery::default(), Some(typed)).await
}

async fn render(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    query: &CaseQuery,
    typed: Option<Typed>,
) -> Result<Response, AppError> {
    let by = &visitor.actor;
    let clerk = see::staff(by)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let package = see::package(room, &case)?;
    let dossier = see::dossier(&mut tx, room, by, &case, visitor.now).await?;
    let history = cases::history(&mut tx, id).await?;
    let there = see::materials_there(&mut tx, id).await?;
    tx.commit().await?;

    let status = if typed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let typed = typed.unwrap_or_else(|| Typed {
        pairs: FormPairs(Vec::new()),
        errors: FormErrors::none(),
        task: query.task.parse().ok(),
    });
    let tasks = actions::tasks_of(&case, clerk);
    let chosen = typed.task.and_then(|id| tasks.iter().find(|task| task.id == id)).or(tasks.first()).copied();
    let work = chosen.map(|task| {
        let place = work::Place {
            visitor,
            room,
            package: &package,
            case: &case,
            clerk,
            there: &there,
            dossier: &dossier,
        };
        work::of(&place, task, &typed.pairs, &typed.errors)
    });
    let seen = Seen { visitor, room, package: &package, case: &case };
    let page = seen.page(&dossier, &history, query, work)?;
    let tabs = seen.tabs(&tasks, chosen);
    let summary = summary(&typed.errors, page.work.as_ref());
    web::page_with_status(status, &CasePage { errors: typed.errors, summary, tabs, ..page })
}

struct Seen<'a> {
    visitor: &'a Visitor,
    room: &'a Room,
    package: &'a Package,
    case: &'a Case,
}

impl Seen<'_> {
    fn page(
        &self,
        dossier: &Dossier,
        history: &[cases::Recorded],
        query: &CaseQuery,
        work: Option<Work>,
    ) -> Result<CasePage, DeskError> {
        let Self { visitor, room, package, case } = *self;
        let (due, light) = views::due(case, &room.calendar, visitor.today())?;
        let title = names::pick(visitor, &package.item.name);
        let (files, viewer) = self.files(&dossier.materials, query);
        Ok(CasePage {
            shell: Shell::new(visitor, title).crumb(visitor.t("web-desk"), "/desk"),
            errors: FormErrors::none(),
            summary: FormErrors::none(),
            done: done_sentence(visitor, &query.done),
            id: case.id.to_string(),
            version: case.version,
            number: pieces(&case.number),
            status: self.status(),
            status_kind: status_kind(case),
            light: if case.outcome.is_some() { "" } else { light.as_str() },
            light_word: trace::light_word(visitor, light, due),
            facts: self.facts(dossier),
            reason: case.reason.clone().unwrap_or_default(),
            clocks: clocks(visitor, room, case)?,
            places: trace::places(visitor, room, package, case),
            notice_until: case.hanging_notice().map(|notice| visitor.date(notice.until)).unwrap_or_default(),
            sections: sections(visitor, room, package, dossier),
            files,
            viewer,
            findings: findings::shown(visitor, package, case),
            opinions: self.opinions(),
            correction: self.correction(),
            effects: self.effects(),
            history: self.history(history),
            tabs: Vec::new(),
            work,
            awaiting: case.status == Status::Correction,
        })
    }

    fn status(&self) -> String {
        match self.case.outcome {
            Some(outcome) => names::outcome(self.visitor, outcome),
            None => names::status(self.visitor, self.case.status),
        }
    }

    fn facts(&self, dossier: &Dossier) -> Vec<(String, String)> {
        let Self { visitor, room, package, case } = *self;
        let mut facts = vec![(visitor.t("desk-applicant"), dossier.applicant.clone())];
        if let Some((name, uscc)) = &dossier.acting_for {
            facts.push((visitor.t("desk-acting-for"), format!("{name}\n{uscc}")));
        }
        facts.push((visitor.t("desk-division"), division::full_name(&case.division)));
        facts.push((visitor.t("desk-body"), names::body_name(visitor, room, case.body)));
        facts.push((visitor.t("desk-submitted"), visitor.datetime(case.submitted_at)));
        if case.status != Status::Closed {
            facts.push((visitor.t("desk-stage"), names::stage(visitor, package, &case.stage)));
            facts.push((visitor.t("desk-with"), trace::with_whom(visitor, room, case).join("、")));
        }
        if let Some(body) = case.decided_by {
            facts.push((visitor.t("desk-decided-by"), names::body_name(visitor, room, body)));
        }
        facts.extend(case.closed_at.map(|at| (visitor.t("desk-closed"), visitor.datetime(at))));
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    fn files(&self, materials: &[Material], query: &CaseQuery) -> (Vec<FileView>, Option<Viewer>) {
        let Self { visitor, package, case, .. } = *self;
        let mut viewer = None;
        let mut files = Vec::new();
        // What the applicant prepares in answer to the notice is theirs until they send it.
        let mut current: Vec<&Material> = materials.iter().filter(|file| file.state == "current").collect();
        // In the order of the guide, which the clerk has at hand.
        current.sort_by_key(|file| {
            let place = package.item.materials.iter().position(|material| material.id == file.material);
            place.unwrap_or(usize::MAX)
        });
        for file in current {
            let id = file.id.to_string();
            let name = names::material(visitor, package, &file.material);
            let is_shown = query.material == id;
            if is_shown {
                viewer = Some(Viewer {
                    name: format!("{name} · {}", file.file_name),
                    href: format!("/desk/cases/{}/materials/{id}", case.id),
                    is_picture: file.media_type.starts_with("image/"),
                });
            }
            let task = if query.task.is_empty() { String::new() } else { format!("task={}&", query.task) };
            files.push(FileView {
                name,
                file_name: file.file_name.clone(),
                by_office: file.added_by.starts_with("staff:"),
                size: size(file.size),
                href: format!("/desk/cases/{}?{task}material={id}#viewer", case.id),
                is_shown,
            });
        }
        (files, viewer)
    }

    fn opinions(&self) -> Vec<OpinionView> {
        let Self { visitor, room, package, case } = *self;
        let given = case.tasks.iter().filter_map(|task| {
            let conclusion = task.conclusion?;
            let body = names::body_name(visitor, room, task.body);
            Some(OpinionView {
                name: names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work),
                who: format!("{body} {}", task.claimed_name.as_deref().unwrap_or_default()),
                agrees: conclusion == cases::Conclusion::Agree,
                text: task.text.clone().unwrap_or_default(),
            })
        });
        given.collect()
    }

    fn correction(&self) -> Option<CorrectionView> {
        let correction = self.case.correction.as_ref()?;
        Some(CorrectionView {
            sent_on: self.visitor.date(correction.sent_on),
            answered_on: correction.answered_on.map(|day| self.visitor.date(day)).unwrap_or_default(),
            defects: correction
                .defects
                .iter()
                .map(|d| defect(self.visitor, self.package, self.case, d))
                .collect(),
        })
    }

    fn effects(&self) -> Vec<EffectView> {
        let one = |(key, reference): &(String, String)| EffectView {
            name: self.effect(key, reference),
            href: if key.starts_with("issue:") { format!("/licences/{reference}") } else { String::new() },
            reference: reference.clone(),
        };
        self.case.effects.iter().map(one).collect()
    }

    fn effect(&self, key: &str, reference: &str) -> String {
        let event = cases::Event::EffectDone { effect: key.to_owned(), reference: reference.to_owned() };
        trace::sentence(self.visitor, self.package, &event)
    }

    fn history(&self, history: &[cases::Recorded]) -> Vec<HistoryView> {
        let newest_first = history.iter().rev();
        let one = |recorded: &cases::Recorded| HistoryView {
            when: self.visitor.datetime(recorded.at),
            text: names::event(self.visitor, self.room, self.package, &recorded.event),
            // The sentence itself says who took the task.
            who: if matches!(recorded.event, cases::Event::TaskClaimed { .. }) {
                String::new()
            } else {
                recorded.actor_name.clone()
            },
        };
        newest_first.map(one).collect()
    }

    fn tabs(&self, tasks: &[&Task], chosen: Option<&Task>) -> Vec<TabView> {
        let Self { visitor, package, case, .. } = *self;
        let one = |task: &&Task| TabView {
            name: names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work),
            state: match &task.claimed_name {
                Some(name) => name.clone(),
                None => visitor.t("desk-nobody"),
            },
            href: if chosen.is_some_and(|chosen| chosen.id == task.id) {
                String::new()
            } else {
                format!("/desk/cases/{}?task={}#work", case.id, task.id)
            },
        };
        tasks.iter().map(one).collect()
    }
}

/// "Not more than 500" says little far from its input, so the list above names the finding too.
fn summary(errors: &FormErrors, work: Option<&Work>) -> FormErrors {
    let mut summary = FormErrors::none();
    for (field, text) in errors {
        let input = work.and_then(|work| work.inputs.iter().find(|input| input.name == *field));
        summary.add(field, input.map_or_else(|| text.clone(), |input| format!("{} · {text}", input.label)));
    }
    summary
}

fn status_kind(case: &Case) -> &'static str {
    match (case.status, case.outcome) {
        (_, Some(Outcome::Granted)) => "success",
        (_, Some(Outcome::Refused | Outcome::NotAccepted)) => "danger",
        (_, Some(Outcome::Withdrawn | Outcome::OutOfTime | Outcome::Terminated)) => "plain",
        (Status::Correction | Status::Suspended, None) => "warning",
        (Status::Submitted | Status::InProgress | Status::Closed, None) => "info",
    }
}

/// The word that something was done; only words of ours can be put into the address.
fn done_sentence(visitor: &Visitor, done: &str) -> String {
    const KNOWN: [&str; 10] = [
        "claim",
        "accept",
        "not-accept",
        "note-defect",
        "drop-defect",
        "send-correction",
        "give-opinion",
        "publish-notice",
        "decide",
        "attach",
    ];
    if KNOWN.contains(&done) { visitor.t(&format!("desk-done-{done}")) } else { String::new() }
}

fn size(bytes: i64) -> String {
    let kilobytes = (bytes.max(0) + 1023) / 1024;
    if kilobytes < 1024 {
        format!("{kilobytes} KB")
    } else {
        format!("{}.{} MB", kilobytes / 1024, kilobytes % 1024 * 10 / 1024)
    }
}

/// The answers in full: whoever reads them has named a purpose, and the look is noted.
fn sections(visitor: &Visitor, room: &Room, package: &Package, dossier: &Dossier) -> Vec<Section> {
    let bodies = room.bodies();
    let named = |named: Named<'_>| match named {
        Named::Body(slug) => bodies.by_slug(slug).map(|body| names::pick(visitor, &body.name)),
        Named::Division(code) => Some(division::full_name(code)),
    };
    let answers = serde_json::Value::Object(dossier.answers.clone());
    package.form.describe(&answers, visitor.lang, Masking::Shown, &named)
}

/// A defect in words.
pub(super) fn defect(
    visitor: &Visitor,
    package: &Package,
    case: &Case,
    defect: &cases::Defect,
) -> DefectView {
    let noted_in = case
        .task(defect.task)
        .map(|task| names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work));
    DefectView {
        target: names::target(visitor, package, defect),
        problem: defect.problem.clone(),
        ground: defect.ground.clone(),
        noted_in: noted_in.unwrap_or_default(),
    }
}

/// The clock that counts now and the statutory one, each with the reason for its date.
pub(super) fn clocks(visitor: &Visitor, room: &Room, case: &Case) -> Result<Vec<ClockView>, DeskError> {
    let leading = match (case.status, &case.promised_clock) {
        (Status::Correction, _) => "desk-clock-correction",
        (_, Some(_)) => "desk-clock-promised",
        (_, None) => "desk-clock-acceptance",
    };
    let mut clocks = vec![clock(visitor, room, leading, case.leading_clock())?];
    if case.status == Status::Correction
        && let Some(promised) = &case.promised_clock
    {
        clocks.push(clock(visitor, room, "desk-clock-promised", promised)?);
    }
    if let Some(statutory) = &case.statutory_clock {
        clocks.push(clock(visitor, room, "desk-clock-statutory", statutory)?);
    }
    Ok(clocks)
}

fn clock(visitor: &Visitor, room: &Room, key: &str, clock: &Clock) -> Result<ClockView, DeskError> {
    let reading = clock.evaluate(&room.calendar).map_err(cases::CaseError::from)?;
    let (lines, limit) = match visitor.lang {
        Lang::ZhCn => (reading.explanation.lines_zh(), clock.limit.display_zh()),
        Lang::En => (reading.explanation.lines_en(), clock.limit.to_string()),
    };
    let basis = clock.limit.basis.as_ref().map(|basis| format!("{limit} · {basis}"));
    Ok(ClockView {
        title: visitor.t(key),
        due: trace::due_text(visitor, &reading),
        basis: basis.unwrap_or(limit),
        lines,
    })
}
