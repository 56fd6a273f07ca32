//! The public pages of the register of social organisations.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use kernel::Refusal;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, Shell, Visitor, page};

use crate::search::{history, search};
use crate::social_organisation::{SOCIAL_ORGANISATIONS, SocialOrganisation};
use crate::{Entry, Room};

const HREF: &str = "/registers/social-organisations";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(crate) q: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    shell: Shell,
    words: String,
    /// Each with whether it has ended.
    organisations: Vec<(SocialOrganisation, bool)>,
    next: String,
    first: String,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after, ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = search(&mut tx, SOCIAL_ORGANISATIONS, &asked.q, &request).await?;
    let organisations = found
        .items
        .iter()
        .map(|entry| Ok((SocialOrganisation::of(entry)?, entry.ended.is_some())))
        .collect::<store::Result<_>>()?;
    let with_words = format!("{HREF}?q={}", urlencode(&asked.q));
    page(&ListPage {
        shell: Shell::new(&visitor, visitor.t("registers-organisations")),
        next: found.next.map_or_else(String::new, |after| format!("{with_words}&after={after}")),
        first: if is_first { String::new() } else { with_words },
        words: asked.q,
        organisations,
    })
}

fn urlencode(text: &str) -> String {
    askama::filters::urlencode_strict(text).map_or_else(|_| String::new(), |encoded| encoded.to_string())
}

/// A version that was overtaken.
struct Earlier {
    version: i64,
    since: Date,
    until: Option<Date>,
    organisation: SocialOrganisation,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    shell: Shell,
    entry: Entry,
    organisation: SocialOrganisation,
    earlier: Vec<Earlier>,
}

pub(crate) async fn entry(
    State(room): State<Room>,
    visitor: Visitor,
    Path(uscc): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let mut versions = history(&mut tx, SOCIAL_ORGANISATIONS, &uscc.to_ascii_uppercase()).await?.into_iter();
    let entry = versions.next().ok_or(Refusal::NotFound)?;
    let earlier = versions.map(|entry| {
        let organisation = SocialOrganisation::of(&entry)?;
        Ok(Earlier { version: entry.version, since: entry.since, until: entry.until, organisation })
    });
    page(&EntryPage {
        shell: Shell::new(&visitor, entry.name.clone()).crumb(visitor.t("registers-organisations"), HREF),
        organisation: SocialOrganisation::of(&entry)?,
        earlier: earlier.collect::<store::Result<_>>()?,
        entry,
    })
}

#[cfg(test)]
mod tests;
