//! The list of seals, with what waits and what ends soon.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::ToSpan as _;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, Shell, Visitor, encode, page};

use super::{HREF, kind_word, state_kind, state_word};
use crate::list::{WantedSeals, list};
use crate::record::SealRecord;
use crate::room::{REQUEST, Room};
use crate::seal;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    state: String,
    after: Option<Cursor>,
}

struct Row {
    href: String,
    name: String,
    number: String,
    body: String,
    kind: String,
    until: String,
    ends_soon: bool,
    state: String,
    tag: &'static str,
}

#[derive(Template)]
#[template(path = "pages/list.html")]
struct ListPage {
    shell: Shell,
    q: String,
    states: Vec<Choice>,
    is_narrowed: bool,
    may_request: bool,
    /// No seal authority is named: nobody approves.
    no_authority: bool,
    rows: Vec<Row>,
    next: String,
    first: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let staff = visitor.actor.staff()?;
    let mut tx = room.db.snapshot().await?;
    let authority = room.authority(&mut tx).await?;
    let wanted = WantedSeals {
        body: (authority != Some(staff.body)).then_some(staff.body),
        state: seal::State::read(&asked.state),
        words: asked.q.clone(),
    };
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after, ..PageRequest::default() };
    let found = list(&mut tx, &wanted, visitor.today(), &request).await?;
    tx.rollback().await?;
    let narrowed = format!("q={}&state={}", encode(&asked.q), encode(&asked.state));
    let states = seal::State::ALL.map(|state| {
        Choice::new(state.as_str(), state_word(&visitor, state)).chosen_if(wanted.state == Some(state))
    });
    page(&ListPage {
        shell: Shell::new(&visitor, visitor.t("seals-title")),
        is_narrowed: !asked.q.trim().is_empty() || wanted.state.is_some(),
        q: asked.q,
        states: states.into(),
        may_request: visitor.actor.may(REQUEST),
        no_authority: authority.is_none(),
        rows: found.items.iter().map(|seal| row(&room, &visitor, seal)).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?{narrowed}&after={next}")),
        first: if is_first { String::new() } else { format!("{HREF}?{narrowed}") },
    })
}

fn row(room: &Room, visitor: &Visitor, record: &SealRecord) -> Row {
    let state = record.state_on(visitor.today());
    let warned_from = record.valid_until.saturating_sub(i64::from(room.rules.warn_days).days());
    Row {
        href: format!("{HREF}/{}", record.id),
        name: record.name.clone(),
        number: record.number.clone().unwrap_or_else(|| "–".into()),
        body: record.body_name.clone(),
        kind: kind_word(room, visitor, &record.kind),
        until: visitor.date(record.valid_until),
        ends_soon: state == seal::State::InForce && visitor.today() >= warned_from,
        state: state_word(visitor, state),
        tag: state_kind(state),
    }
}
