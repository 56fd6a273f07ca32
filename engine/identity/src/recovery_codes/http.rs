//! `/account/recovery-codes`: ten codes, shown once, to be printed or written down.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use web::{AppError, PostForm, Shell, Visitor, page};

use super::{COUNT, make};
use crate::Room;
use crate::factors::{Ways, ways_of};
use crate::prove::http::{account_href, own, to_proof};
use crate::sign_in_page::{next_path, with_next};

#[derive(Template)]
#[template(path = "recovery_codes/codes.html")]
struct CodesPage {
    shell: Shell,
    ways: Ways,
    count: usize,
    /// New ones; they are never shown again.
    codes: Vec<String>,
    next: String,
    back: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    next: String,
}

/// The page, and where it leads afterwards.
pub(crate) fn here(next: &str) -> String {
    with_next("/account/recovery-codes", next)
}

impl CodesPage {
    fn new(visitor: &Visitor, ways: Ways, codes: Vec<String>, next: &str) -> Self {
        Self {
            shell: Shell::new(visitor, visitor.t("identity-recovery-title"))
                .crumb(visitor.t("identity-account-title"), account_href(visitor)),
            ways,
            count: COUNT,
            codes,
            next: next_path(next).to_owned(),
            back: account_href(visitor),
        }
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !standing.is_fresh {
        return Ok(to_proof(&here(&asked.next)));
    }
    let ways = ways_of(&mut tx, standing.owner).await?;
    page(&CodesPage::new(&visitor, ways, Vec::new(), &asked.next))
}

/// Makes new ones; those before are worthless. Without a factor there is nothing for which they could stand in.
pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !standing.is_fresh {
        return Ok(to_proof(&here(&form.next)));
    }
    if !ways_of(&mut tx, standing.owner).await?.has_second() {
        return Ok(Redirect::to(&here(&form.next)).into_response());
    }
    let codes = make(&mut tx, &room.vault, standing.owner, visitor.now).await?;
    let ways = ways_of(&mut tx, standing.owner).await?;
    tx.commit().await?;
    page(&CodesPage::new(&visitor, ways, codes, &form.next))
}
