//! `/staff/account`: how a member of staff signs in, where they are signed in, and what they are trusted with.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use web::{AppError, Shell, Visitor, page};

use crate::Room;
use crate::bodies::find_body_by_id;
use crate::prove::http::own;
use crate::security::{Asked, Security, security};

#[derive(Template)]
#[template(path = "account/staff_account.html")]
struct StaffAccountPage {
    shell: Shell,
    body: String,
    roles: String,
    security: Security,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.staff()?;
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, &visitor).await?;
    let body = find_body_by_id(&mut tx, me.body).await?;
    let roles = me.roles.iter().map(|role| visitor.t(&format!("identity-role-{role}")));
    page(&StaffAccountPage {
        body: body.map(|body| visitor.pick(&body.name.zh, &body.name.en).to_owned()).unwrap_or_default(),
        roles: roles.collect::<Vec<_>>().join(visitor.pick("、", ", ")),
        security: security(&mut tx, &room, &visitor, standing, &asked, "/staff/account").await?,
        shell: Shell::new(&visitor, visitor.t("identity-account-title")),
    })
}
