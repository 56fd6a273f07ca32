//! `/desk/cases/{id}`: the workbench for one case. A strip that says who, what, where and until when; beneath it the
//! materials beside what was filled in, what the platform checked, and what the clerk may do now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::{Case, Task};
use catalogue::{Masking, Named, Package, Section};
use kernel::{CaseId, StaffActor, TaskId, Timestamp, china_date};
use serde::Deserialize;
use store::page::{Cursor, Page};
use web::{AppError, FormErrors, FormPairs, Shell, Visitor};

use super::work::{self, Work};
use crate::desk::checks::{self, Check};
use crate::desk::drafts::{self, Draft};
use crate::desk::notes::{self, Note};
use crate::desk::progress::{self, Step};
use crate::desk::see::{self, Dossier};
use crate::desk::templates::{self, Template as Saying};
use crate::desk::{DeskError, actions, findings, names};
use crate::letters::view::Thread;
use crate::master::siblings::{self, Siblings};
use crate::reach::Reach;
use crate::{Room, division, http, letters};

pub(super) mod files;
mod flash;
pub(super) mod history;
pub(super) mod print;
pub(super) mod strip;
pub(super) mod talk;

use files::Files;
use flash::Flash;
use history::{CorrectionView, EffectView, HistoryView, OpinionView};
use strip::Strip;
use talk::NoteRow;

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
    /// `public`: only what the applicant sees.
    history: String,
    /// Where the notes go on.
    notes: Option<Cursor>,
    /// Where the letters go on.
    letters: Option<Cursor>,
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
    id: String,
    version: i64,
    /// That what was handed in is gone, and since when; empty while it is there.
    erased: String,
    flash: Option<Flash>,
    strip: Strip,
    steps: Vec<Step>,
    files: Files,
    facts: Vec<(String, String)>,
    sections: Vec<Section>,
    checks: Vec<Check>,
    failed: usize,
    findings: Vec<(String, String)>,
    opinions: Vec<OpinionView>,
    correction: Option<CorrectionView>,
    effects: Vec<EffectView>,
    history: Vec<HistoryView>,
    only_public: bool,
    here: Here,
    tabs: Vec<TabView>,
    work: Option<Work>,
    unsent: Vec<Unsent>,
    notes: Vec<NoteRow>,
    notes_earlier: String,
    note_typed: String,
    thread: Thread,
    is_watched: bool,
    /// The one thing (一件事) of which it is a part.
    siblings: Option<Siblings>,
}

/// The address of this page: links within it keep the task and the file that are shown.
#[derive(Clone)]
pub(super) struct Here {
    id: CaseId,
    task: String,
    material: String,
}

impl Here {
    fn new(id: CaseId, query: &CaseQuery) -> Self {
        let known = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
        let kept = |text: &String| if known(text) { text.clone() } else { String::new() };
        Self { id, task: kept(&query.task), material: kept(&query.material) }
    }

    /// The page with one more word in its query.
    fn with(&self, more: &str) -> String {
        let kept = [("task", &self.task), ("material", &self.material)];
        let name = more.split('=').next().unwrap_or_default();
        let kept = kept.iter().filter(|(key, value)| !value.is_empty() && *key != name);
        let mut parts: Vec<String> = kept.map(|(key, value)| format!("{key}={value}")).collect();
        parts.extend((!more.is_empty()).then(|| more.to_owned()));
        let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
        format!("/desk/cases/{}{query}", self.id)
    }
}

struct TabView {
    name: String,
    state: String,
    /// Empty for the one that is shown.
    href: String,
}

/// Text that was typed into a form that the page does not show any more.
struct Unsent {
    task: String,
    form: String,
    name: String,
    lines: Vec<(String, String)>,
    when: String,
    /// Where the form still is; empty when the work is somebody else's or done.
    href: String,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<CaseQuery>,
) -> Result<Response, AppError> {
    let page = render(&room, &visitor, http::id(&id)?, &query, None).await?;
    web::page(&page)
}

/// The page again, with what was typed and what is wrong with it (422).
pub(super) async fn again(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    typed: Typed,
) -> Result<Response, AppError> {
    let material = typed.pairs.get("shown").unwrap_or_default().to_owned();
    let query = CaseQuery { material, ..CaseQuery::default() };
    let page = render(room, visitor, id, &query, Some(typed)).await?;
    web::page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Everything that the page tells, read in one transaction.
struct Read {
    case: Case,
    dossier: Dossier,
    history: Vec<cases::Recorded>,
    there: Vec<String>,
    may_act: Option<bool>,
    notes: Page<Note>,
    letters: Page<letters::Letter>,
    sayings: Vec<Saying>,
    drafts: Vec<Draft>,
    next: Option<flash::Next>,
    is_watched: bool,
    siblings: Option<Siblings>,
    erased: Option<Timestamp>,
    colleagues: Vec<identity::StaffRecord>,
    away: Vec<identity::DeputyRecord>,
}

async fn read(room: &Room, visitor: &Visitor, id: CaseId, query: &CaseQuery) -> Result<Read, DeskError> {
    let (by, now) = (&visitor.actor, visitor.now);
    let clerk = see::staff(by)?;
    let mut tx = room.db.begin().await?;
    let case = see::case(&mut tx, clerk, id).await?;
    let hands_on = actions::tasks_of(&case, clerk).iter().any(|task| task.claimed_by.is_some());
    let read = Read {
        dossier: see::dossier(&mut tx, room, by, &case, now).await?,
        history: cases::history(&mut tx, id).await?,
        there: see::materials_there(&mut tx, id).await?,
        may_act: checks::may_act(&mut tx, &case, now).await?,
        notes: notes::list(&mut tx, room, by, &case, &talk::page(query.notes.as_ref())).await?,
        letters: see::letters(&mut tx, room, by, &case, &talk::page(query.letters.as_ref()), now).await?,
        sayings: templates::list(&mut tx, clerk).await?,
        drafts: drafts::list(&mut tx, room, by, id).await?,
        erased: cases::erased_at(&mut tx, id).await?,
        is_watched: cases::is_watched(&mut tx, clerk.staff, id).await?,
        siblings: siblings::of(&mut tx, room, visitor, &case, |other| {
            Reach::of_staff(other, clerk).is_there()
        })
        .await
        .map_err(DeskError::Refused)?,
        next: if flash::finishes(&query.done) {
            flash::next(&mut tx, room, visitor, clerk, &query.task).await?
        } else {
            None
        },
        colleagues: if hands_on {
            identity::staff_of(&mut tx, clerk.body, visitor.today()).await?
        } else {
            Vec::new()
        },
        away: if hands_on {
            identity::deputies_on(&mut tx, clerk.body, visitor.today()).await?
        } else {
            Vec::new()
        },
        case,
    };
    tx.commit().await?;
    Ok(read)
}

async fn render(
    room: &Room,
    visitor: &Visitor,
    id: CaseId,
    query: &CaseQuery,
    typed: Option<Typed>,
) -> Result<CasePage, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut read = read(room, visitor, id, query).await?;
    let siblings = read.siblings.take();
    let erased = read.erased.map(|at| visitor.t1("desk-erased", "day", visitor.date(china_date(at))));
    let package = see::package(room, &read.case)?;
    let seen = Seen { visitor, room, package: &package, case: &read.case, clerk };
    let erased = erased.unwrap_or_default();
    Ok(CasePage { erased, siblings, ..seen.page(&read, query, typed)? })
}

/// A case as one clerk looks at it.
pub(super) struct Seen<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) room: &'a Room,
    pub(super) package: &'a Package,
    pub(super) case: &'a Case,
    pub(super) clerk: &'a StaffActor,
}

impl Seen<'_> {
    fn page(&self, read: &Read, query: &CaseQuery, typed: Option<Typed>) -> Result<CasePage, DeskError> {
        let Self { visitor, room, package, case, clerk } = *self;
        let named = typed.as_ref().and_then(|typed| typed.task).or_else(|| query.task.parse().ok());
        let tasks = actions::tasks_of(case, clerk);
        let chosen = named.and_then(|id| tasks.iter().find(|task| task.id == id)).or(tasks.first()).copied();
        let errors = typed.as_ref().map(|typed| typed.errors.clone()).unwrap_or_default();
        let pairs = typed.map_or_else(|| FormPairs(Vec::new()), |typed| typed.pairs);
        let work = chosen.map(|task| self.work(read, task, &pairs, &errors));
        let here = Here::new(case.id, query);
        let checks = checks::of(
            visitor,
            room,
            package,
            case,
            &read.dossier,
            checks::signer(&read.history),
            read.may_act,
        );
        let title = names::pick(visitor, &package.item.name);
        let only_public = query.history == "public";
        Ok(CasePage {
            shell: Shell::new(visitor, title).crumb(visitor.t("web-desk"), "/desk"),
            summary: summary(&errors, work.as_ref()),
            siblings: None,
            erased: String::new(),
            id: case.id.to_string(),
            version: case.version,
            flash: self.flash(read, query),
            strip: self.strip(read, work.as_ref())?,
            steps: progress::of(visitor, room, package, case)?,
            files: self.files(&read.dossier.materials, &here),
            facts: self.facts(&read.dossier),
            sections: sections(visitor, room, package, &read.dossier),
            failed: checks.iter().filter(|check| check.verdict == checks::Verdict::Failed).count(),
            checks,
            findings: findings::shown(visitor, package, case),
            opinions: self.opinions(),
            correction: self.correction(),
            effects: self.effects(),
            history: self.history(&read.history, only_public),
            only_public,
            tabs: self.tabs(&tasks, chosen, &here),
            unsent: self.unsent(&read.drafts, work.as_ref(), &here),
            work,
            notes: self.note_rows(&read.notes.items),
            notes_earlier: talk::earlier(&here, "notes", read.notes.next.as_ref()),
            note_typed: pairs.get("note").unwrap_or_default().to_owned(),
            thread: self.thread(&read.letters, &here, &pairs, &errors),
            is_watched: read.is_watched,
            here,
            errors,
        })
    }

    /// The forms of the task, with what was typed: just now, or earlier and not sent.
    fn work(&self, read: &Read, task: &Task, pairs: &FormPairs, errors: &FormErrors) -> Work {
        let Self { visitor, room, package, case, clerk } = *self;
        let place = work::Place {
            visitor,
            room,
            package,
            case,
            clerk,
            there: &read.there,
            dossier: &read.dossier,
            sayings: &read.sayings,
            colleagues: &read.colleagues,
            away: &read.away,
        };
        let of_task = read.drafts.iter().filter(|draft| draft.task == task.id);
        let just_typed = pairs.get("do");
        let of_others = of_task.filter(|draft| just_typed != Some(draft.form.as_str()));
        work::of(&place, task, pairs, &of_others.collect::<Vec<_>>(), errors)
    }

    fn facts(&self, dossier: &Dossier) -> Vec<(String, String)> {
        let Self { visitor, room, case, .. } = *self;
        let mut facts = vec![(visitor.t("desk-applicant"), dossier.applicant.clone())];
        if let Some((name, uscc)) = &dossier.acting_for {
            facts.push((visitor.t("desk-acting-for"), format!("{name}\n{uscc}")));
        }
        if let Some((name, kind)) = &dossier.through {
            let kind = visitor.t(&format!("identity-kind-{kind}"));
            facts.push((
                visitor.t("desk-through"),
                visitor.t2("desk-through-who", "name", name, "kind", kind),
            ));
        }
        facts.push((visitor.t("desk-division"), division::full_name(&case.division)));
        facts.push((visitor.t("desk-body"), names::body_name(visitor, room, case.body)));
        facts.push((visitor.t("desk-submitted"), visitor.datetime(case.submitted_at)));
        if let Some(body) = case.decided_by {
            facts.push((visitor.t("desk-decided-by"), names::body_name(visitor, room, body)));
        }
        facts.extend(case.closed_at.map(|at| (visitor.t("desk-closed"), visitor.datetime(at))));
        facts.retain(|(_, value)| !value.is_empty());
        facts
    }

    fn tabs(&self, tasks: &[&Task], chosen: Option<&Task>, here: &Here) -> Vec<TabView> {
        let Self { visitor, package, .. } = *self;
        let one = |task: &&Task| TabView {
            name: names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work),
            state: match &task.claimed_name {
                Some(name) => name.clone(),
                None => visitor.t("desk-nobody"),
            },
            href: if chosen.is_some_and(|chosen| chosen.id == task.id) {
                String::new()
            } else {
                format!("{}#work", here.with(&format!("task={}", task.id)))
            },
        };
        tasks.iter().map(one).collect()
    }

    /// What this clerk typed on the case and neither sent nor sees in a form of the page.
    fn unsent(&self, drafts: &[Draft], work: Option<&Work>, here: &Here) -> Vec<Unsent> {
        let Self { visitor, package, case, clerk, .. } = *self;
        let is_shown = |draft: &&Draft| {
            work.is_some_and(|work| work.task == draft.task.to_string() && work.may(&draft.form))
        };
        let one = |draft: &Draft| {
            let task = case.task(draft.task);
            let may = task.is_some_and(|task| {
                actions::allowed(package, case, task, clerk)
                    .iter()
                    .any(|action| action.as_str() == draft.form)
            });
            Unsent {
                task: draft.task.to_string(),
                form: draft.form.clone(),
                name: task.map_or_else(String::new, |task| {
                    names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work)
                }),
                lines: work::lines(visitor, package, &draft.pairs),
                when: visitor.datetime(draft.saved_at),
                href: if may {
                    format!("{}#work", here.with(&format!("task={}", draft.task)))
                } else {
                    String::new()
                },
            }
        };
        drafts.iter().filter(|draft| !is_shown(draft)).map(one).collect()
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
