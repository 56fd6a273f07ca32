//! `/my`: everything of mine on one page, what I must do first (我的).

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use cases::{Applicant, CaseSummary, OwnCases};
use jiff::ToSpan as _;
use kernel::Refusal;
use serde::Deserialize;
use store::page::{Cursor, PageRequest, PageSize};
use web::{AppError, Shell, Visitor};

use super::rows::{Row, item_name, master_rows, row_of_case, row_of_draft, to_do_title};
use super::{Coming, ahead, list};
use crate::start::http::acting;
use crate::{Room, draft, letters, master};

/// Licences that end within so many days are named first.
const ENDING_DAYS: i64 = 90;
/// How many finished cases and licences the overview shows; all of them have pages of their own.
const FEW: u32 = 5;

#[derive(Template)]
#[template(path = "mine/my.html")]
struct MyPage {
    shell: Shell,
    acting: String,
    is_for_organisation: bool,
    waiting: Vec<Row>,
    coming: Vec<Row>,
    masters: Vec<Row>,
    masters_next: String,
    cases: Vec<Row>,
    next: String,
    drafts: Vec<Row>,
    drafts_next: String,
    finished: Vec<Row>,
    ending: Vec<LicenceRow>,
    licences: Vec<LicenceRow>,
    first: String,
}

/// A document in the overview.
struct LicenceRow {
    name: String,
    href: String,
    number: String,
    until: String,
}

impl MyPage {
    /// Nothing was ever begun here.
    fn is_empty(&self) -> bool {
        self.masters.is_empty() && self.cases.is_empty() && self.drafts.is_empty() && self.finished.is_empty()
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
    drafts_after: Option<Cursor>,
    masters_after: Option<Cursor>,
}

pub(crate) async fn my(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let is_first = pages.after.is_none() && pages.drafts_after.is_none() && pages.masters_after.is_none();
    let request = |after| PageRequest { after, ..PageRequest::default() };
    let few = PageRequest { after: None, size: PageSize::try_from(FEW).unwrap_or_default() };
    let open = OwnCases { single: true, closed: Some(false), ..OwnCases::default() };
    let closed = OwnCases { closed: Some(true), ..OwnCases::default() };
    let drafts = draft::list(&mut tx, person, &request(pages.drafts_after)).await?;
    let masters = master::list(&mut tx, person, &request(pages.masters_after)).await?;
    let cases = list(&mut tx, person, &open, visitor.now, &request(pages.after)).await?;
    let finished = list(&mut tx, person, &closed, visitor.now, &few).await?;
    let ahead = ahead(&mut tx, &room, &visitor, person).await?;
    let unread = letters::unread_of(&mut tx, &Applicant::of(person)).await?;
    let until = visitor.today().saturating_add(ENDING_DAYS.days());
    let ending = licences::ending(&mut tx, person, visitor.today(), until).await?;
    let held = licences::held_by(&mut tx, person, &few).await?.items;
    let held = held.iter().filter(|licence| !ending.iter().any(|other| other.id == licence.id));
    let case_row = |case: &CaseSummary| Row {
        has_letter: unread.contains(&case.id),
        ..row_of_case(&room, &visitor, case)
    };
    let licence_row = |licence: &licences::Licence| licence_row(&visitor, licence);
    let rows_of_drafts = drafts.items.iter().map(|draft| row_of_draft(&room, &visitor, person, draft));
    web::page(&MyPage {
        shell: Shell::new(&visitor, visitor.t("web-my")),
        acting: acting(&mut tx, &room, &visitor, person).await?,
        is_for_organisation: person.legal_person().is_some(),
        waiting: ahead
            .waiting
            .iter()
            .map(|(case, to_do)| waiting_row(&room, &visitor, case, to_do))
            .collect(),
        coming: ahead.coming.iter().map(|coming| coming_row(&room, &visitor, coming)).collect(),
        masters: master_rows(&mut tx, &room, &visitor, &masters.items, &unread).await?,
        masters_next: masters.next.map(|next| format!("/my?masters_after={next}")).unwrap_or_default(),
        cases: cases.items.iter().map(case_row).collect(),
        next: cases.next.map(|next| format!("/my?after={next}")).unwrap_or_default(),
        drafts: rows_of_drafts.collect::<Result<_, _>>().map_err(Refusal::from)?,
        drafts_next: drafts.next.map(|next| format!("/my?drafts_after={next}")).unwrap_or_default(),
        finished: finished.items.iter().map(case_row).collect(),
        ending: ending.iter().map(licence_row).collect(),
        licences: held.map(licence_row).collect(),
        first: if is_first { String::new() } else { "/my".into() },
    })
}

fn waiting_row(room: &Room, visitor: &Visitor, case: &cases::Case, to_do: &super::now::CaseToDo) -> Row {
    Row {
        name: item_name(room, visitor, &case.case_type.item, &case.case_type.handling),
        href: to_do.href.clone(),
        about: case.number.clone(),
        status: to_do_title(visitor, case, to_do, room),
        light: "",
        light_text: String::new(),
        when: to_do
            .until
            .map(|day| visitor.t1("applications-until", "day", visitor.date(day)))
            .unwrap_or_default(),
        has_letter: false,
    }
}

/// A day to come: what and where, or for a visit at which office.
fn coming_row(room: &Room, visitor: &Visitor, coming: &Coming) -> Row {
    let bodies = room.bodies();
    let body = bodies.get(coming.case.body);
    let at_office = || body.map(|body| body.address.clone());
    let place = if coming.place.is_empty() { at_office().unwrap_or_default() } else { coming.place.clone() };
    let what = if coming.what.is_empty() { visitor.t("applications-my-visit") } else { coming.what.clone() };
    Row {
        name: item_name(room, visitor, &coming.case.case_type.item, &coming.case.case_type.handling),
        href: format!("/cases/{}", coming.case.id),
        about: place,
        status: what,
        light: "",
        light_text: String::new(),
        when: visitor.date(coming.on),
        has_letter: false,
    }
}

fn licence_row(visitor: &Visitor, licence: &licences::Licence) -> LicenceRow {
    LicenceRow {
        name: visitor.pick(&licence.name.zh, &licence.name.en).to_owned(),
        href: format!("/licences/{}", licence.id),
        number: licence.number.clone(),
        until: licence
            .valid_until
            .map(|day| visitor.t1("applications-my-valid-until", "day", visitor.date(day)))
            .unwrap_or_default(),
    }
}
