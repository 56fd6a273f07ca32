//! `/api/v1/deputies`.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use kernel::{DeputyId, Message, Refusal, Role, StaffId};
use serde::{Deserialize, Serialize};
use store::idempotency::Once;
use store::page::PageRequest;
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, IdempotencyKey, Operation, Visitor};

use super::{deputies_of, http};
use crate::Room;
use crate::end_deputy::end_deputy;
use crate::name_deputy::{NameDeputy, name_deputy};
use crate::staff::staff_of;

/// Who is to stand in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDeputy {
    /// Who is away; left out: whoever asks.
    #[serde(default)]
    absent: Option<String>,
    /// Who stands in.
    deputy: String,
    /// The first civil day (yyyy-mm-dd).
    #[schema(value_type = String, format = Date)]
    first_day: Date,
    /// The last civil day (yyyy-mm-dd).
    #[schema(value_type = String, format = Date)]
    last_day: Date,
    /// Why; shown to the two and to whoever shares out the work.
    reason: String,
}

/// The standing in.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeputyCreated {
    /// Its id.
    id: String,
}

/// Deputies of a body.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeputyList {
    /// Those that last longest first.
    items: Vec<DeputyEntry>,
    /// Where the next page starts.
    next: Option<String>,
    /// Who works in the body and can be named.
    colleagues: Vec<Colleague>,
}

/// One deputy (代理).
#[derive(Serialize, ToSchema)]
pub(crate) struct DeputyEntry {
    id: String,
    /// Who is away.
    absent: String,
    absent_name: String,
    /// Who stands in.
    deputy: String,
    deputy_name: String,
    #[schema(value_type = String, format = Date)]
    first_day: Date,
    #[schema(value_type = String, format = Date)]
    last_day: Date,
    /// Empty for whom it does not concern.
    reason: String,
    named_by_name: String,
    /// `ahead`, `running`, `over` or `ended`.
    state: &'static str,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct Colleague {
    staff: String,
    login: String,
    name: String,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

/// Which body and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct DeputiesQuery {
    /// The short name of the body; another than one's own is for the administration.
    #[param(value_type = Option<String>)]
    body: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: String,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<DeputiesQuery>,
) -> Result<Json<DeputyList>, AppError> {
    let me = visitor.actor.staff()?;
    let page_wrong = || Refusal::field("after", Message::new("identity-page-wrong"));
    let after = match query.after.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_form| AppError(page_wrong()))?),
    };
    let request = PageRequest { after, ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let body = http::body_id(&mut tx, me, &query.body).await?;
    let page = deputies_of(&mut tx, body, &request).await?;
    let today = visitor.today();
    let staff = staff_of(&mut tx, body, today).await?;
    let is_manager =
        me.roles.contains(&Role::Administration) || (me.roles.contains(&Role::Decision) && me.body == body);
    let items = page.items.iter().map(|one| DeputyEntry {
        id: one.id.to_string(),
        absent: one.absent.to_string(),
        absent_name: one.absent_name.clone(),
        deputy: one.deputy.to_string(),
        deputy_name: one.deputy_name.clone(),
        first_day: one.first_day,
        last_day: one.last_day,
        reason: http::reason_for(me, is_manager, one),
        named_by_name: one.named_by_name.clone(),
        state: one.state(today).as_str(),
    });
    let at_work = staff.into_iter().filter(|one| !one.is_disabled && http::does_work(one));
    Ok(Json(DeputyList {
        items: items.collect(),
        next: page.next.map(|next| next.to_string()),
        colleagues: at_work
            .map(|one| Colleague {
                staff: one.id.to_string(),
                login: one.login,
                name: one.name,
                roles: one.roles.into_iter().collect(),
            })
            .collect(),
    }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listDeputies", "Who stands in for whom in a body.")
        .description("For its staff; the administration may ask about any body.")
        .tag("identity")
        .query::<DeputiesQuery>()
        .returns::<DeputyList>(200, "Deputies, past ones too.")
}

pub(crate) async fn name(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewDeputy>,
) -> Result<Response, AppError> {
    let me = visitor.actor.staff()?;
    let staff = |field: &'static str, text: &str| -> Result<StaffId, AppError> {
        let unknown = || Refusal::field(field, Message::new("identity-deputy-unknown"));
        text.parse().map_err(|_no_id| AppError(unknown()))
    };
    let digested = serde_json::to_vec(&new).map_err(Refusal::internal)?;
    let name = NameDeputy {
        absent: new.absent.as_deref().map_or(Ok(me.staff), |text| staff("absent", text))?,
        deputy: staff("deputy", &new.deputy)?,
        first_day: new.first_day,
        last_day: new.last_day,
        reason: new.reason,
    };
    let once = Once::new(&visitor.actor, key, &[b"identity.name-deputy", &digested]);
    let mut tx = room.db.begin().await?;
    if let Some(id) = once.earlier(&mut tx, visitor.now).await? {
        return Ok((StatusCode::CREATED, Json(DeputyCreated { id })).into_response());
    }
    let id = name_deputy(&mut tx, &visitor.actor, visitor.now, name).await?.to_string();
    once.keep(&mut tx, &id).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(DeputyCreated { id })).into_response())
}

pub(crate) fn operation() -> Operation {
    Operation::new("nameDeputy", "Names who stands in for a clerk that is away.")
        .description(
            "By the clerk, by who decides in their body, or by the administration. The deputy works in the same body, \
             has every working role of who is away, is not away in this time, and stands in for at most three.",
        )
        .tag("identity")
        .body::<NewDeputy>()
        .idempotent()
        .returns::<DeputyCreated>(201, "From the first day on the deputy acts.")
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<StatusCode, AppError> {
    let id: DeputyId = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    end_deputy(&mut tx, &visitor.actor, visitor.now, id).await?.ok_or(AppError(Refusal::NotFound))?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn end_operation() -> Operation {
    Operation::new("endDeputy", "Ends the standing in of a deputy at once.")
        .description("By whoever may name one. Doing it again, or after the last day, changes nothing.")
        .tag("identity")
        .path_param("deputy", "The id, from the list of deputies.")
        .returns_nothing(204, "The deputy acts no more.")
}
