//! The forms of one task: what the clerk may do in it now.

use cases::{Case, Task, TaskKind};
use catalogue::{MadeBy, Package};
use kernel::StaffActor;
use web::{Choice, FormErrors, FormPairs, Visitor};

use super::case::history::{DefectView, defect};
use crate::desk::actions::{self, DeskAction};
use crate::desk::drafts::Draft;
use crate::desk::findings::{self, Input};
use crate::desk::see::Dossier;
use crate::desk::templates::Template;
use crate::desk::{made, names};
use crate::{Room, notices};

pub(super) mod forms;

use forms::Form;

/// Where the task lies.
pub(super) struct Place<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) room: &'a Room,
    pub(super) package: &'a Package,
    pub(super) case: &'a Case,
    pub(super) clerk: &'a StaffActor,
    /// Materials of the case that are there.
    pub(super) there: &'a [String],
    /// What was handed in.
    pub(super) dossier: &'a Dossier,
    /// Texts that the clerk uses again and again.
    pub(super) sayings: &'a [Template],
    /// Who else works in the body; empty where the clerk has no task to hand on.
    pub(super) colleagues: &'a [identity::StaffRecord],
    /// Which of them are away today, and who stands in for them.
    pub(super) away: &'a [identity::DeputyRecord],
}

/// A text to be picked.
pub(super) struct Saying {
    pub(super) id: String,
    pub(super) title: String,
    /// With the words of this case in it.
    pub(super) text: String,
    pub(super) is_shared: bool,
}

/// A task as its forms show it.
pub(super) struct Work {
    pub(super) task: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) due: String,
    pub(super) is_mine: bool,
    /// For whom the clerk stands in here; empty where it is their own or nobody's.
    pub(super) deputy_for: String,
    pub(super) taken_by: String,
    actions: Vec<DeskAction>,
    pub(super) defects: Vec<DefectView>,
    pub(super) targets: Vec<Choice>,
    pub(super) conclusions: Vec<Choice>,
    pub(super) outcomes: Vec<Choice>,
    /// What is to be established.
    pub(super) inputs: Vec<Input>,
    /// Forms that are made of inputs.
    made: Vec<Form>,
    pub(super) makes: Vec<Make>,
    /// What everybody will read once the notice is published.
    pub(super) notice: Vec<(String, String)>,
    typed: FormPairs,
    /// Whether the defect form is shown unfolded, because something in it is wrong or was typed before.
    pub(super) noting: bool,
    /// The same of the form that does not accept.
    pub(super) declining: bool,
    pub(super) sayings: Vec<Saying>,
    /// Forms that hold what was typed earlier and not sent: the word of the command, and when it was kept.
    pub(super) restored: Vec<(String, String)>,
}

/// A material that the office makes in the task.
pub(super) struct Make {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) note: String,
    pub(super) accept: String,
    pub(super) is_there: bool,
    pub(super) error: String,
}

impl Work {
    pub(super) fn may(&self, word: &str) -> bool {
        self.actions.iter().any(|action| action.as_str() == word)
    }

    /// The forms of the task by the words of their commands, in the order of the page.
    pub(super) fn forms(&self) -> impl Iterator<Item = &'static str> {
        self.actions.iter().map(|action| action.as_str())
    }

    /// The form of a command that is made of inputs.
    pub(super) fn form(&self, word: &str) -> Option<&Form> {
        self.made.iter().find(|form| form.verb == word)
    }

    /// When the text of this form was kept; empty where the form is fresh.
    pub(super) fn restored(&self, form: &str) -> &str {
        self.restored.iter().find(|(found, _)| found == form).map_or("", |(_, when)| when.as_str())
    }

    /// What was typed into a field before.
    pub(super) fn typed(&self, name: &str) -> &str {
        self.typed.get(name).unwrap_or_default()
    }
}

/// The forms of a task: with what was typed just now, and in the other forms what was typed earlier and not sent.
pub(super) fn of(
    place: &Place<'_>,
    task: &Task,
    just_typed: &FormPairs,
    kept: &[&Draft],
    errors: &FormErrors,
) -> Work {
    let Place { visitor, room, package, case, clerk, .. } = *place;
    let is_mine = actions::is_held_by(clerk, task);
    let is_own = task.claimed_by == Some(clerk.staff);
    let typed = &together(just_typed, kept);
    let allowed = actions::allowed(package, case, task, clerk);
    let choice = |name: &str, value: &str, key: &str| {
        Choice::new(value, visitor.t(key)).chosen_if(typed.get(name) == Some(value))
    };
    let was = |verb: &str| typed.get("do") == Some(verb) || kept.iter().any(|draft| draft.form == verb);
    Work {
        task: task.id.to_string(),
        name: names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work),
        kind: names::work(visitor, task.work),
        due: task_due(place, task),
        is_mine,
        deputy_for: task.claimed_name.clone().filter(|_| is_mine && !is_own).unwrap_or_default(),
        taken_by: task.claimed_name.clone().filter(|_| !is_mine).unwrap_or_default(),
        made: allowed.iter().filter_map(|action| forms::of(place, task, *action, typed, errors)).collect(),
        actions: allowed,
        defects: case.defects.iter().map(|noted| defect(visitor, package, case, noted)).collect(),
        targets: targets(visitor, package, typed.get("target").unwrap_or_default()),
        conclusions: vec![
            choice("conclusion", "agree", "desk-agree"),
            choice("conclusion", "disagree", "desk-disagree"),
        ],
        outcomes: vec![choice("grant", "true", "desk-grant"), choice("grant", "false", "desk-refuse")],
        inputs: findings::inputs(visitor, room, package, case, task, typed, errors),
        makes: makes(place, task, errors),
        notice: notice(place, task),
        typed: typed.clone(),
        noting: was("note-defect"),
        declining: was("not-accept"),
        sayings: sayings(place),
        restored: kept.iter().map(|draft| (draft.form.clone(), visitor.datetime(draft.saved_at))).collect(),
    }
}

/// No two forms of a task have an input of the same name, so one list serves them all.
fn together(just_typed: &FormPairs, kept: &[&Draft]) -> FormPairs {
    let earlier = kept.iter().flat_map(|draft| draft.pairs.0.iter());
    let earlier = earlier.filter(|(name, _)| just_typed.get(name).is_none());
    FormPairs(just_typed.0.iter().chain(earlier).cloned().collect())
}

fn sayings(place: &Place<'_>) -> Vec<Saying> {
    let item = names::pick(place.visitor, &place.package.item.name);
    let one = |template: &Template| Saying {
        id: template.id.to_string(),
        title: template.title.clone(),
        text: template.filled(place.case, &item),
        is_shared: template.is_shared,
    };
    place.sayings.iter().map(one).collect()
}

/// What was typed into a form, as label and text: to be read and copied where the form itself is not shown.
pub(super) fn lines(visitor: &Visitor, package: &Package, pairs: &FormPairs) -> Vec<(String, String)> {
    let one = |(name, value): &(String, String)| {
        let chosen = match (name.as_str(), value.as_str()) {
            ("conclusion", "agree") => Some(("desk-conclusion", "desk-agree")),
            ("conclusion", "disagree") => Some(("desk-conclusion", "desk-disagree")),
            ("grant", "true") => Some(("desk-decision", "desk-grant")),
            ("grant", "false") => Some(("desk-decision", "desk-refuse")),
            _ => None,
        };
        if let Some((label, word)) = chosen {
            return Some((visitor.t(label), visitor.t(word)));
        }
        let label = match name.as_str() {
            "text" => visitor.t("desk-opinion-text"),
            "reason" => visitor.t("desk-reason-text"),
            "problem" => visitor.t("desk-defect-problem"),
            "ground" => visitor.t("desk-defect-ground"),
            other => findings::name(visitor, package, other.strip_prefix("findings/")?)?,
        };
        (!value.trim().is_empty()).then(|| (label, value.clone()))
    };
    pairs.0.iter().filter_map(one).collect()
}

/// The lines of the notice, exactly as the public page will show them.
fn notice(place: &Place<'_>, task: &Task) -> Vec<(String, String)> {
    let Place { visitor, room, package, case, dossier, .. } = *place;
    if task.work != TaskKind::Notice {
        return Vec::new();
    }
    let answers = serde_json::Value::Object(dossier.answers.clone());
    let applicant = dossier.acting_for.as_ref().map_or(&dossier.applicant, |(name, _code)| name);
    let lines = notices::lines(room, package, case, &task.stage, &answers, applicant);
    notices::http::picked(visitor, lines)
}

/// The task's own last day, where its branch has a limit of its own.
fn task_due(place: &Place<'_>, task: &Task) -> String {
    let reading = task.clock.as_ref().and_then(|clock| clock.evaluate(place.room.calendar.current()).ok());
    reading.and_then(|reading| reading.due.date()).map(|day| place.visitor.date(day)).unwrap_or_default()
}

/// What a defect can be about: everything that the applicant hands in or fills in.
fn targets(visitor: &Visitor, package: &Package, chosen: &str) -> Vec<Choice> {
    let materials = package.item.materials.iter().filter(|material| material.by == MadeBy::Applicant);
    let materials = materials.map(|material| {
        let label = visitor.t1("desk-target-material", "name", names::pick(visitor, &material.name));
        Choice::new(format!("material:{}", material.id), label)
    });
    let fields = package.form.fields().map(|field| {
        let label = visitor.t1("desk-target-field", "name", names::pick(visitor, &field.label));
        Choice::new(format!("field:{}", field.name), label)
    });
    materials
        .chain(fields)
        .map(|choice| {
            let is = choice.value == chosen;
            choice.chosen_if(is)
        })
        .collect()
}

fn makes(place: &Place<'_>, task: &Task, errors: &FormErrors) -> Vec<Make> {
    let one = |material: &catalogue::Material| Make {
        name: names::pick(place.visitor, &material.name),
        note: names::pick(place.visitor, &material.note),
        accept: material
            .accepts
            .iter()
            .map(|kind| format!(".{}", kind.as_str()))
            .collect::<Vec<_>>()
            .join(","),
        is_there: place.there.contains(&material.id),
        error: errors.get(&format!("materials/{}", material.id)).to_owned(),
        id: material.id.clone(),
    };
    made::of_task(place.package, task).into_iter().map(one).collect()
}
