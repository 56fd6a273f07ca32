//! Which list: the words of an address that name it, the same for pages, the API, files and saved filters.

use std::str::FromStr;

use cases::{LightDays, Place, Scope, Sort, TaskKind, WorkFilter, WorkQuery};
use codes::DivisionCode;
use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal, StaffActor};
use legal_time::Light;
use serde::Deserialize;
use store::page::{Cursor, PageSize};
use utoipa::IntoParams;

use crate::Room;

/// Longer than any code of ours.
const CODE_LENGTH_MAX: usize = 64;

/// The words as they come. Forms send empty ones for what was not chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ListWords {
    /// `body` (the default): waiting work of the clerk's body and roles; `mine`: what the clerk has taken;
    /// `delegated`: what colleagues have taken for whom the clerk stands in; `watched`: the cases on which the clerk
    /// keeps an eye; `done`: what the clerk has finished.
    #[param(value_type = Option<String>)]
    pub(super) scope: String,
    /// Only `red`, `yellow`, `green` or `grey`.
    #[param(value_type = Option<String>)]
    pub(super) light: String,
    /// Only this item: its code, with `/` and the code of the handling for one handling only.
    #[param(value_type = Option<String>)]
    pub(super) item: String,
    /// Only this division and what lies in it.
    #[param(value_type = Option<String>)]
    pub(super) division: String,
    /// Only this kind of work: `accept`, `correct`, `review`, `notice` or `decide`.
    #[param(value_type = Option<String>)]
    pub(super) work: String,
    /// Only this stage, by its id in the package.
    #[param(value_type = Option<String>)]
    pub(super) stage: String,
    /// Only what is due on this day or later.
    #[param(value_type = Option<String>)]
    pub(super) from: String,
    /// Only what is due on this day or earlier.
    #[param(value_type = Option<String>)]
    pub(super) to: String,
    /// `yes`: only express work; `no`: only other.
    #[param(value_type = Option<String>)]
    pub(super) express: String,
    /// `yes`: only what somebody has taken; `no`: only what nobody has.
    #[param(value_type = Option<String>)]
    pub(super) claimed: String,
    /// `due` (the default): express work first, then by the last day; `newest`; `oldest`.
    #[param(value_type = Option<String>)]
    pub(super) sort: String,
    /// Rows on a page, 1 to 100.
    #[param(value_type = Option<u32>)]
    pub(super) size: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    pub(super) after: String,
    /// The `previous` of the page behind.
    #[param(value_type = Option<String>)]
    pub(super) before: String,
}

/// A list that was asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) filter: WorkFilter,
    pub(super) sort: Sort,
    pub(super) size: PageSize,
    pub(super) place: Place,
}

const SCOPES: [(&str, Scope); 5] = [
    ("body", Scope::Body),
    ("mine", Scope::Mine),
    ("delegated", Scope::Delegated),
    ("watched", Scope::Watched),
    ("done", Scope::Done),
];
const SORTS: [(&str, Sort); 3] = [("due", Sort::Due), ("newest", Sort::Newest), ("oldest", Sort::Oldest)];
const LIGHTS: [(&str, Light); 4] =
    [("red", Light::Red), ("yellow", Light::Yellow), ("green", Light::Green), ("grey", Light::Grey)];
const YES_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

pub(super) fn scope_word(scope: Scope) -> &'static str {
    word(&SCOPES, scope)
}

pub(super) fn sort_word(sort: Sort) -> &'static str {
    word(&SORTS, sort)
}

pub(super) fn yes_no(yes: bool) -> &'static str {
    word(&YES_NO, yes)
}

fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| *word)
}

impl ListWords {
    /// The list that is meant; every word that means none is named.
    pub(super) fn read(&self) -> Result<Asked, Refusal> {
        let mut faults = Faults(Vec::new());
        let (item, handling) = faults.item(&self.item);
        let asked = Asked {
            scope: faults.of("scope", &self.scope, known(&SCOPES)).unwrap_or_default(),
            filter: WorkFilter {
                light: faults.of("light", &self.light, known(&LIGHTS)),
                item,
                handling,
                division: faults.of("division", &self.division, division),
                work: faults.of("work", &self.work, TaskKind::from_word),
                stage: faults.of("stage", &self.stage, code),
                due_from: faults.of("from", &self.from, parsed::<Date>),
                due_to: faults.of("to", &self.to, parsed::<Date>),
                express: faults.of("express", &self.express, known(&YES_NO)),
                claimed: faults.of("claimed", &self.claimed, known(&YES_NO)),
            },
            sort: faults.of("sort", &self.sort, known(&SORTS)).unwrap_or_default(),
            size: faults.of("size", &self.size, size).unwrap_or_default(),
            place: faults.place(&self.after, &self.before),
        };
        if faults.0.is_empty() { Ok(asked) } else { Err(Refusal::Invalid(faults.0)) }
    }
}

struct Faults(Vec<FieldError>);

impl Faults {
    /// An empty word asks for nothing.
    fn of<T>(&mut self, field: &str, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.0.push(FieldError::new(field, Message::new("desk-list-unknown-word")));
        }
        value
    }

    fn item(&mut self, text: &str) -> (Option<String>, Option<String>) {
        match text.split_once('/') {
            None => (self.of("item", text, code), None),
            Some((item, handling)) => (self.of("item", item, code), self.of("item", handling, code)),
        }
    }

    fn place(&mut self, after: &str, before: &str) -> Place {
        let after = self.of("after", after, parsed::<Cursor>);
        let before = self.of("before", before, parsed::<Cursor>);
        match (after, before) {
            (Some(after), _) => Place::After(after),
            (None, Some(before)) => Place::Before(before),
            (None, None) => Place::First,
        }
    }
}

fn known<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&str) -> Option<T> {
    |text| words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn code(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (text.len() <= CODE_LENGTH_MAX && text.chars().all(plain)).then(|| text.to_owned())
}

/// The digits that every division inside it begins with.
fn division(text: &str) -> Option<String> {
    DivisionCode::parse(text).ok().map(|code| code.prefix().to_owned())
}

fn size(text: &str) -> Option<PageSize> {
    text.parse::<u32>().ok().and_then(|rows| PageSize::try_from(rows).ok())
}

impl Asked {
    /// The engine's query for this list.
    pub(super) fn query<'a>(&'a self, room: &Room, clerk: &'a StaffActor, today: Date) -> WorkQuery<'a> {
        let days = light_days(room, today);
        WorkQuery { clerk, scope: self.scope, filter: &self.filter, sort: self.sort, days }
    }

    /// How many filters are set beside the light, which has its own place on the page.
    pub(super) fn filters(&self) -> usize {
        let WorkFilter {
            light: _,
            item,
            handling: _,
            division,
            work,
            stage,
            due_from,
            due_to,
            express,
            claimed,
        } = &self.filter;
        [
            item.is_some(),
            division.is_some(),
            work.is_some(),
            stage.is_some(),
            due_from.is_some(),
            due_to.is_some(),
            express.is_some(),
            claimed.is_some(),
        ]
        .into_iter()
        .filter(|is_set| *is_set)
        .count()
    }

    /// The item as its word: code, or code and handling.
    pub(super) fn item_word(&self) -> String {
        match (&self.filter.item, &self.filter.handling) {
            (Some(item), Some(handling)) => format!("{item}/{handling}"),
            (Some(item), None) => item.clone(),
            (None, _) => String::new(),
        }
    }

    /// The query of an address for this list: only what was asked for, always in the same order, without the page.
    pub(super) fn to_query(&self) -> String {
        let filter = &self.filter;
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let sort = (self.sort != Sort::default()).then(|| sort_word(self.sort).to_owned());
        let size = (self.size != PageSize::default()).then(|| self.size.get().to_string());
        let words = [
            ("scope", Some(scope_word(self.scope).to_owned())),
            ("light", filter.light.map(|light| light.as_str().to_owned())),
            ("item", Some(self.item_word()).filter(|item| !item.is_empty())),
            ("division", filter.division.clone()),
            ("work", filter.work.map(|work| work.as_str().to_owned())),
            ("stage", filter.stage.clone()),
            ("from", day(filter.due_from)),
            ("to", day(filter.due_to)),
            ("express", filter.express.map(|yes| yes_no(yes).to_owned())),
            ("claimed", filter.claimed.map(|yes| yes_no(yes).to_owned())),
            ("sort", sort),
            ("size", size),
        ];
        let given: Vec<_> = words.into_iter().filter_map(|(name, word)| Some((name, word?))).collect();
        serde_urlencoded::to_string(given).unwrap_or_default()
    }

    /// The list that this query names.
    pub(super) fn of_query(query: &str) -> Result<Self, Refusal> {
        let words: ListWords = serde_urlencoded::from_str(query)
            .map_err(|_form| Refusal::field("query", Message::new("desk-list-unknown-word")))?;
        Ok(Self { place: Place::First, ..words.read()? })
    }
}

/// What the lights mean on a day, for every package version under which work may wait.
pub(super) fn light_days(room: &Room, today: Date) -> LightDays {
    let library = room.library();
    let warns = library.versions().map(|package| package.case_type.process.warnings.yellow);
    let (least, most) = warns.fold((u32::MAX, 0), |(least, most), days| (least.min(days), most.max(days)));
    LightDays::of(today, room.calendar.current(), &(least.min(most)..=most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_one_query_and_comes_back_from_it() {
        let check = |query: &str, expected: &str| {
            let asked = Asked::of_query(query).unwrap();
            assert_eq!(asked.to_query(), expected, "{query}");
            assert_eq!(Asked::of_query(expected).unwrap(), asked, "{query}");
        };
        check("", "scope=body");
        check("light=&scope=mine&size=20", "scope=mine");
        check(
            "to=2026-10-31&item=001011990000/01&light=red&scope=body&claimed=no&sort=newest&size=50",
            "scope=body&light=red&item=001011990000%2F01&to=2026-10-31&claimed=no&sort=newest&size=50",
        );
        // 430100 is a city: everything that begins with 4301 lies in it, 43010 does not exist.
        check(
            "division=430100&work=review&stage=vet-2&express=yes",
            "scope=body&division=4301&work=review&stage=vet-2&express=yes",
        );
        check("division=430102001000", "scope=body&division=430102001");
    }

    #[test]
    fn every_word_that_means_nothing_is_named() {
        let words = ListWords {
            scope: "all".into(),
            light: "blue".into(),
            item: "a b".into(),
            division: "43010".into(),
            work: "sleep".into(),
            stage: "x'y".into(),
            from: "2026-13-01".into(),
            to: "soon".into(),
            express: "true".into(),
            claimed: "1".into(),
            sort: "best".into(),
            size: "101".into(),
            after: "!".into(),
            before: "!".into(),
        };
        let Err(Refusal::Invalid(faults)) = words.read() else { panic!("{words:?} was read") };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "item", "scope", "light", "division", "work", "stage", "from", "to", "express", "claimed",
                "sort", "size", "after", "before"
            ]
        );
    }
}
