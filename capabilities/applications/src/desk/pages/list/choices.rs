//! What a clerk can narrow the list by: only what there is.

use super::{Asked, Choice, PageSize, Room, Scope, Sort, StaffActor, TaskKind, Visitor, listing, names};
use crate::division;

/// The choices of the filter form, the chosen ones marked.
pub(super) struct Choices {
    pub(super) items: Vec<Choice>,
    pub(super) divisions: Vec<Choice>,
    pub(super) works: Vec<Choice>,
    /// Stages of the chosen item; empty without one.
    pub(super) stages: Vec<Choice>,
    pub(super) express: Vec<Choice>,
    pub(super) claimed: Vec<Choice>,
    pub(super) sorts: Vec<Choice>,
    pub(super) sizes: Vec<Choice>,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) scope: &'static str,
    pub(super) light: &'static str,
}

impl Choices {
    pub(super) fn of(
        visitor: &Visitor,
        room: &Room,
        clerk: &StaffActor,
        asked: &Asked,
        items: &[String],
    ) -> Self {
        let filter = &asked.filter;
        let yes_no = |chosen: Option<bool>, yes: &str, no: &str| {
            let one = |value: bool, key: &str| {
                Choice::new(listing::yes_no(value), visitor.t(key)).chosen_if(chosen == Some(value))
            };
            vec![one(true, yes), one(false, no)]
        };
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        Self {
            items: items_of(visitor, room, asked, items),
            divisions: divisions_of(clerk, filter.division.as_deref()),
            works: works_of(visitor, filter.work),
            stages: stages_of(visitor, room, asked),
            express: yes_no(filter.express, "desk-express-only", "desk-express-not"),
            claimed: yes_no(filter.claimed, "desk-claimed-only", "desk-claimed-not"),
            sorts: sorts_of(visitor, asked),
            sizes: sizes_of(asked.size),
            from: day(filter.due_from),
            to: day(filter.due_to),
            scope: listing::scope_word(asked.scope),
            light: filter.light.map(legal_time::Light::as_str).unwrap_or_default(),
        }
    }
}

/// Items of which work waits, each handling for itself where there are several; and the one that is chosen.
fn items_of(visitor: &Visitor, room: &Room, asked: &Asked, items: &[String]) -> Vec<Choice> {
    let chosen = asked.item_word();
    let library = room.library();
    let mut choices = Vec::new();
    for item in items {
        let packages: Vec<_> = library.list().filter(|package| package.reference.item == *item).collect();
        let name =
            packages.first().map_or_else(|| item.clone(), |first| names::pick(visitor, &first.item.name));
        choices.push(Choice::new(item, name));
        if packages.len() > 1 {
            for package in packages {
                let word = format!("{item}/{}", package.reference.handling);
                choices.push(Choice::new(word, names::pick(visitor, &package.item.name)));
            }
        }
    }
    if !chosen.is_empty() && choices.iter().all(|choice| choice.value != chosen) {
        choices.push(Choice::new(&chosen, &chosen));
    }
    choices
        .into_iter()
        .map(|choice| {
            let is = choice.value == chosen;
            choice.chosen_if(is)
        })
        .collect()
}

/// The divisions inside the clerk's own: those in which people apply here.
fn divisions_of(clerk: &StaffActor, chosen: Option<&str>) -> Vec<Choice> {
    let own = division::path(&clerk.division).pop();
    let inside = own.into_iter().flat_map(|own| division::inside(own.code));
    // A filter is kept by the digits that all divisions inside begin with: 4301 for 430100.
    let prefix = |code: &str| {
        let plain = code.strip_suffix("0000").or_else(|| code.strip_suffix("00"));
        plain.filter(|_| code.len() == 6).unwrap_or(code).to_owned()
    };
    let mut choices: Vec<Choice> =
        inside.map(|division| Choice::new(prefix(division.code), division.name)).collect();
    if let Some(chosen) = chosen
        && choices.iter().all(|choice| choice.value != chosen)
    {
        choices.push(Choice::new(chosen, division::full_name(&format!("{chosen:0<6}"))));
    }
    choices
        .into_iter()
        .map(|choice| {
            let is = Some(choice.value.as_str()) == chosen;
            choice.chosen_if(is)
        })
        .collect()
}

fn works_of(visitor: &Visitor, chosen: Option<TaskKind>) -> Vec<Choice> {
    let one = |work: TaskKind| {
        Choice::new(work.as_str(), names::work(visitor, work)).chosen_if(chosen == Some(work))
    };
    TaskKind::ALL.into_iter().map(one).collect()
}

fn stages_of(visitor: &Visitor, room: &Room, asked: &Asked) -> Vec<Choice> {
    let Some(item) = &asked.filter.item else { return Vec::new() };
    let package = match &asked.filter.handling {
        Some(handling) => room.library().current(item, handling),
        None => room.library().first_of(item),
    };
    let Some(package) = package else { return Vec::new() };
    let stages = package.case_type.process.stages.iter().map(|stage| stage.id.as_str());
    let ids = std::iter::once(cases::ACCEPTANCE).chain(stages);
    let one = |id: &str| {
        let chosen = asked.filter.stage.as_deref() == Some(id);
        Choice::new(id, names::stage(visitor, &package, id)).chosen_if(chosen)
    };
    ids.map(one).collect()
}

fn sorts_of(visitor: &Visitor, asked: &Asked) -> Vec<Choice> {
    let one = |sort: Sort| {
        let word = listing::sort_word(sort);
        let key = match (asked.scope, sort) {
            (Scope::Done, Sort::Due) => "desk-sort-finished".to_owned(),
            (_, _) => format!("desk-sort-{word}"),
        };
        Choice::new(word, visitor.t(&key)).chosen_if(asked.sort == sort)
    };
    [Sort::Due, Sort::Newest, Sort::Oldest].map(one).into()
}

fn sizes_of(chosen: PageSize) -> Vec<Choice> {
    let mut sizes = vec![20, 50, 100];
    if !sizes.contains(&chosen.get()) {
        sizes.push(chosen.get());
        sizes.sort_unstable();
    }
    sizes
        .into_iter()
        .map(|size| Choice::new(size.to_string(), size.to_string()).chosen_if(chosen.get() == size))
        .collect()
}
