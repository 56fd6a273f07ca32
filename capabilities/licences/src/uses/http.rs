//! `/licences/{id}/uses`: to whom a document was shown and who may use it, for its holder (用证记录).

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::Purpose;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Shell, Visitor, page};

use super::{How, Use, list};
use crate::Licence;
use crate::authorise::{Authorisation, of_licence};
use crate::room::Room;
use crate::view::api::LicenceName;
use crate::view::{id_of, seen};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Uses on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
    /// Of the page: the same for the list of rights.
    #[param(value_type = Option<String>)]
    rights_after: Option<Cursor>,
}

/// A right as the page shows it.
struct Right {
    authorisation: Authorisation,
    is_in_force: bool,
}

#[derive(Template)]
#[template(path = "uses/list.html")]
struct UsesPage {
    shell: Shell,
    licence: Licence,
    rights: Vec<Right>,
    rights_next: String,
    uses: Vec<(Use, String)>,
    next: String,
    first: String,
}

/// Why the holder's own words are opened for them.
pub(crate) fn own_purpose(visitor: &Visitor) -> Purpose {
    Purpose::of("licences.own-uses", &visitor.actor)
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let href = format!("/licences/{id}/uses");
    let is_first = asked.after.is_none() && asked.rights_after.is_none();
    let mut tx = room.db.snapshot().await?;
    let licence = seen(&mut tx, visitor.actor.person()?, id_of(&id)?).await?;
    let (purpose, size) = (own_purpose(&visitor), asked.size);
    let request = PageRequest { after: asked.rights_after, size };
    let rights = of_licence(&mut tx, &room.vault, &licence, &purpose, &request).await?;
    let request = PageRequest { after: asked.after, size };
    let uses = list(&mut tx, &room.vault, &licence, &purpose, &request).await?;
    let today = visitor.today();
    let right = |authorisation: Authorisation| {
        let is_in_force = authorisation.is_in_force(today);
        Right { authorisation, is_in_force }
    };
    let worded = |one: Use| {
        let words = what(&visitor, &one);
        (one, words)
    };
    let shell = Shell::new(&visitor, visitor.t("licences-uses-title"))
        .crumb(visitor.t("licences-mine"), "/my/licences")
        .crumb(visitor.pick(&licence.name.zh, &licence.name.en), format!("/licences/{id}"));
    page(&UsesPage {
        rights: rights.items.into_iter().map(right).collect(),
        rights_next: rights.next.map_or_else(String::new, |after| format!("{href}?rights_after={after}")),
        next: uses.next.map_or_else(String::new, |after| format!("{href}?after={after}")),
        uses: uses.items.into_iter().map(worded).collect(),
        first: if is_first { String::new() } else { href },
        shell,
        licence,
    })
}

/// What was done, in words.
fn what(visitor: &Visitor, one: &Use) -> String {
    let done = visitor.t(&format!("licences-how-{}", one.how.as_str()));
    match one.how {
        How::Compared => {
            let field = |pair: &str| {
                let (field, answer) = pair.split_once('=')?;
                let field = visitor.t(&format!("licences-field-{}", field.replace('_', "-")));
                let answer = visitor.t(if answer == "yes" { "licences-alike" } else { "licences-not-alike" });
                Some(visitor.t2("licences-compared-one", "field", field, "answer", answer))
            };
            let fields: Vec<String> = one.detail.split(',').filter_map(field).collect();
            format!("{done}{}{}", visitor.t("licences-colon"), fields.join(&visitor.t("licences-and")))
        }
        How::Queried => {
            let state = visitor.t(&format!("licences-state-{}", one.detail));
            format!("{done}{}{state}", visitor.t("licences-colon"))
        }
        How::Presented | How::Opened | How::Fetched | How::Subscribed | How::Applied => done,
    }
}

/// A use of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceUse {
    /// When.
    at: String,
    /// `presented` (出示), `opened` (授权查看), `queried` (查询), `compared` (比对), `fetched` (调取), `subscribed` (订阅) or `applied` (免提交).
    how: &'static str,
    /// Who: a body, a system, or the item of the own application.
    receiver: LicenceName,
    /// Why, in their words.
    purpose: String,
    /// The own application in which it was read.
    case_id: Option<String>,
    /// Of a comparison `field=yes` or `field=no` with commas between; of a query the state that was told.
    detail: String,
}

/// A page of uses.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceUseList {
    /// The uses.
    items: Vec<LicenceUse>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<LicenceUseList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let licence = seen(&mut tx, visitor.actor.person()?, id_of(&id)?).await?;
    let request = PageRequest { after: asked.after, size: asked.size };
    let uses = list(&mut tx, &room.vault, &licence, &own_purpose(&visitor), &request).await?;
    let uses = uses.map(|one| LicenceUse {
        at: one.at.to_string(),
        how: one.how.as_str(),
        receiver: LicenceName::of(&one.receiver),
        purpose: one.purpose,
        case_id: one.case.map(|case| case.to_string()),
        detail: one.detail,
    });
    Ok(Json(LicenceUseList { items: uses.items, next: uses.next }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listLicenceUses", "Lists who saw or used a document of one's own.")
        .tag("licences")
        .path_param("id", "The document's id.")
        .query::<Asked>()
        .returns::<LicenceUseList>(200, "A page of uses, the latest first.")
}
