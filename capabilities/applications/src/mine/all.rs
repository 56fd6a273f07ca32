//! `/my/cases`: all cases of an applicant, to be searched, filtered, printed and taken along as a file.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use cases::{Applicant, CaseSummary, OwnCases};
use jiff::civil::date;
use kernel::{Items, Refusal, Right, china_date, china_midnight};
use serde::Deserialize;
use store::page::{Cursor, PageRequest, PageSize};
use web::{AppError, Choice, Shell, Visitor, csv};

use super::list;
use super::rows::{Row, item_name, row_of_case};
use crate::Room;

const HREF: &str = "/my/cases";
/// Most rows of a file.
const ROWS_MAX: usize = 2000;
/// Longer than any number or name.
const WORDS_MAX: usize = 80;

/// What of the list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// A number, or words of an item's name.
    q: String,
    /// `open`, `closed`, or nothing.
    state: String,
    /// Code of an item, or nothing.
    item: String,
    /// The year of submission, or nothing.
    year: String,
    after: Option<Cursor>,
}

impl Asked {
    /// The same as the engine asks for it. What cannot be read asks for nothing.
    fn own_cases(&self, room: &Room) -> OwnCases {
        let words: String = self.q.trim().chars().filter(|c| *c != '\0').take(WORDS_MAX).collect();
        let items = || {
            let lower = words.to_lowercase();
            let names = |package: &&std::sync::Arc<catalogue::Package>| {
                let name = &package.item.name;
                name.zh.contains(&words) || name.en.to_lowercase().contains(&lower)
            };
            room.library().list().filter(names).map(|package| package.reference.item.clone()).collect()
        };
        let year = self.year.parse::<i16>().ok().filter(|year| (2000..2100).contains(year));
        OwnCases {
            single: false,
            within: Items::All,
            closed: match self.state.as_str() {
                "open" => Some(false),
                "closed" => Some(true),
                _ => None,
            },
            item: Some(self.item.chars().filter(|c| *c != '\0').take(WORDS_MAX).collect::<String>())
                .filter(|item| !item.is_empty()),
            named: if words.is_empty() { None } else { Some((words.to_uppercase(), items())) },
            submitted: year
                .map(|year| (china_midnight(date(year, 1, 1)), china_midnight(date(year + 1, 1, 1)))),
        }
    }

    /// The query of an address that asks for the same.
    fn query(&self) -> String {
        let fields = [("q", &self.q), ("state", &self.state), ("item", &self.item), ("year", &self.year)];
        let asked: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        serde_urlencoded::to_string(asked).unwrap_or_default()
    }

    fn is_narrowed(&self) -> bool {
        !self.query().is_empty()
    }
}

#[derive(Template)]
#[template(path = "mine/all.html")]
struct AllPage {
    shell: Shell,
    q: String,
    states: Vec<Choice>,
    items: Vec<Choice>,
    years: Vec<Choice>,
    is_narrowed: bool,
    /// Under the hat of an organisation it is told who submitted.
    has_agents: bool,
    rows: Vec<(Row, String)>,
    file: String,
    next: String,
    first: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let found = list(&mut tx, person, &asked.own_cases(&room), visitor.now, &request).await?;
    let known = cases::items_of_applicant(&mut tx, &Applicant::of(person)).await.map_err(Refusal::from)?;
    let known: Vec<_> = known.into_iter().filter(|(item, ..)| person.may(Right::See, item)).collect();
    let who = super::organisation::who(&mut tx, &room, person, &found.items).await?;
    let query = asked.query();
    let mut items: Vec<Choice> = Vec::new();
    for (item, handling, _) in &known {
        if !items.iter().any(|choice| &choice.value == item) {
            let name = item_name(&room, &visitor, item, handling);
            items.push(Choice::new(item.clone(), name).chosen_if(&asked.item == item));
        }
    }
    let this_year = visitor.today().year();
    let first_year = known.iter().map(|(_, _, at)| china_date(*at).year()).min().unwrap_or(this_year);
    let years = (first_year..=this_year).rev().map(|year| year.to_string());
    let state = |value: &str, key: &str| Choice::new(value, visitor.t(key)).chosen_if(asked.state == value);
    let row = |case: &CaseSummary| {
        let by = who.get(&case.person).cloned().unwrap_or_default();
        (row_of_case(&room, &visitor, case), by)
    };
    web::page(&AllPage {
        shell: Shell::new(&visitor, visitor.t("applications-all-title")).crumb(visitor.t("web-my"), "/my"),
        q: asked.q.clone(),
        states: vec![state("open", "applications-all-open"), state("closed", "applications-all-closed")],
        items,
        years: years
            .map(|year| Choice::new(year.clone(), year.clone()).chosen_if(asked.year == year))
            .collect(),
        is_narrowed: asked.is_narrowed(),
        has_agents: person.legal_person().is_some(),
        rows: found.items.iter().map(row).collect(),
        file: format!("{HREF}.csv?{query}"),
        next: found.next.map(|next| format!("{HREF}?{query}&after={next}")).unwrap_or_default(),
        first: if asked.after.is_some() { format!("{HREF}?{query}") } else { String::new() },
    })
}

/// The same as a file for spreadsheets (CSV).
pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let wanted = asked.own_cases(&room);
    let size = PageSize::try_from(100).unwrap_or_default();
    let mut tx = room.db.snapshot().await?;
    let head = ["number", "item", "state", "submitted", "due"]
        .map(|what| visitor.t(&format!("applications-all-{what}")));
    let mut text = format!("{}{}", csv::MARK, csv::line(&head));
    let (mut after, mut rows) = (None, 0);
    loop {
        let page = list(&mut tx, person, &wanted, visitor.now, &PageRequest { after, size }).await?;
        for case in &page.items {
            let row = row_of_case(&room, &visitor, case);
            let due = case.due_on.map(|day| day.to_string()).unwrap_or_default();
            let submitted = visitor.datetime(case.submitted_at);
            text.push_str(&csv::line(&[row.about, row.name, row.status, submitted, due]));
        }
        rows += page.items.len();
        after = page.next;
        if after.is_none() {
            break;
        }
        if rows >= ROWS_MAX {
            text.push_str(&csv::line(&[visitor.t1("applications-all-cut", "count", rows)]));
            break;
        }
    }
    Ok((csv::headers("cases.csv"), text).into_response())
}
